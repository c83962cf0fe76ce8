#include "federation/commit_group.h"

#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "config/refusal.h"
#include "federation/sqlite_store.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

constexpr std::string_view kMigrations[] = {"CREATE TABLE note (word TEXT NOT NULL)"};
constexpr StoreFormat kFormat{"note", 0x41737431, kMigrations};

class CommitGroups : public testing::Test {
  protected:
    CommitGroups() {
        ::sqlite3_commit_hook(
            file_->getHandle(),
            [](void* commits) {
                ++*static_cast<int*>(commits);
                return 0;
            },
            &commits_);
    }
    void write(const std::string& word) {
        SQLite::Statement insert(*file_, "INSERT INTO note VALUES (?)");
        insert.bind(1, word);
        insert.exec();
    }
    [[nodiscard]] int kept() const {
        // On a connection of its own: what is not committed is not there.
        SQLite::Database reader(folder_ / "notes.sqlite");
        return reader.execAndGet("SELECT count(*) FROM note").getInt();
    }
    // Has the group busy with one work, which is a commit, until `count` others are in line, and then goes
    // on.
    void run_together(std::size_t count, const std::function<void(std::size_t)>& work) {
        std::latch is_begun(1), may_end(1);
        std::vector<std::jthread> threads;
        threads.emplace_back([&] {
            try {
                group_.run([&] {
                    is_begun.count_down();
                    may_end.wait();
                });
            } catch (const config::ResourceFailure&) {
                // Where nothing can be committed.
            }
        });
        is_begun.wait();
        for (std::size_t i = 0; i < count; ++i)
            threads.emplace_back([&, i] { work(i); });
        while (group_.waiting() < count)
            std::this_thread::yield();
        may_end.count_down();
    }

    tests::TemporaryFolder folder_;
    std::shared_ptr<SQLite::Database> file_ =
        std::make_shared<SQLite::Database>(open_store(folder_ / "notes.sqlite", kFormat));
    int commits_ = 0;
    CommitGroup group_{file_};
};

TEST_F(CommitGroups, OneAloneIsCommittedWhenItReturns) {
    group_.run([&] { write("alone"); });
    EXPECT_EQ(kept(), 1);
    EXPECT_EQ(commits_, 1);
}

TEST_F(CommitGroups, WhoWaitsTogetherIsCommittedTogether) {
    run_together(5, [&](std::size_t i) { group_.run([&] { write(std::to_string(i)); }); });
    EXPECT_EQ(kept(), 5);
    EXPECT_EQ(commits_, 1 + 1);
}

TEST_F(CommitGroups, AGroupTakesAsManyWorksAsTheLimitAndNotOneMore) {
    run_together(CommitGroup::kWorksMax,
                 [&](std::size_t i) { group_.run([&] { write(std::to_string(i)); }); });
    EXPECT_EQ(commits_, 1 + 1);
    commits_ = 0;
    run_together(CommitGroup::kWorksMax + 1,
                 [&](std::size_t i) { group_.run([&] { write(std::to_string(i)); }); });
    EXPECT_EQ(commits_, 1 + 2);
    EXPECT_EQ(kept(), static_cast<int>(2 * CommitGroup::kWorksMax + 1));
}

TEST_F(CommitGroups, WhatAWorkThrowsUndoesItAlone) {
    std::atomic<int> thrown = 0;
    run_together(6, [&](std::size_t i) {
        try {
            group_.run([&] {
                write("a");
                if (i % 2 == 1) throw std::runtime_error("of its own");
                write("b");
            });
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "of its own");
            ++thrown;
        }
    });
    EXPECT_EQ(thrown, 3);
    EXPECT_EQ(kept(), 6);
    EXPECT_EQ(commits_, 1 + 1);
}

TEST_F(CommitGroups, WhatCannotBeCommittedIsThereForNobodyAndAllAreTold) {
    ::sqlite3_commit_hook(file_->getHandle(), [](void*) { return 1; }, nullptr);
    std::atomic<int> told = 0;
    run_together(4, [&](std::size_t) {
        try {
            group_.run([&] { write("lost"); });
        } catch (const config::ResourceFailure&) {
            ++told;
        }
    });
    EXPECT_EQ(told, 4);
    EXPECT_EQ(kept(), 0);
    // And the next one does not suffer from it.
    ::sqlite3_commit_hook(file_->getHandle(), nullptr, nullptr);
    group_.run([&] { write("later"); });
    EXPECT_EQ(kept(), 1);
}

// After some errors SQLite takes the whole transaction back, after others the one statement.
TEST_F(CommitGroups, WhenTheDiskIsFullEachIsToldWhetherItIsKept) {
    file_->exec(("PRAGMA max_page_count=" + file_->execAndGet("PRAGMA page_count").getString()).c_str());
    std::atomic<int> told = 0;
    run_together(3, [&](std::size_t i) {
        try {
            group_.run([&] { write(i == 1 ? std::string(100'000, 'x') : "small"); });
        } catch (const std::exception&) {
            ++told;
        }
    });
    EXPECT_EQ(kept(), 3 - told);
    EXPECT_GE(told, 1);
}

TEST_F(CommitGroups, ATransactionInsideAnotherIsUndoneAlone) {
    in_transaction(*file_, [&] {
        write("kept");
        EXPECT_THROW(in_transaction(*file_,
                                    [&] {
                                        write("undone");
                                        in_transaction(*file_, [&] { write("undone, too"); });
                                        throw std::runtime_error("inside");
                                    }),
                     std::runtime_error);
        EXPECT_TRUE(is_in_transaction(*file_));
        EXPECT_EQ(kept(), 0);
    });
    EXPECT_FALSE(is_in_transaction(*file_));
    EXPECT_EQ(kept(), 1);
}

}  // namespace
}  // namespace assidu::federation
