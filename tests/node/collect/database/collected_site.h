// A Moodle on a real server and a node that collects from it, for tests: filled by hand, collected by the
// program, and held against each other row by row.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/archive/collection.h"
#include "node/node.h"
#include "tests/moodle_server.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {

class CollectedSite {
  public:
    static constexpr std::int64_t kStudent = 10, kOther = 20;  // the first of ten each

    // `more`: further lines of [database]. Students are those of the institution Lyon.
    explicit CollectedSite(MoodleServer& server, const std::string& more = "",
                           const std::string& students = "institution=Lyon")
        : tables(server) {
        const Finished made = assidu({"init", "--dir", dir(), "--name", "Lyon", "--wwwroot",
                                      "https://moodle.example.org", "--students", students});
        if (made.exit_code != 0) throw std::runtime_error(made.err);
        std::string settings = contents_of(folder / "node/assidu.toml");
        std::ofstream(folder / "node/assidu.toml", std::ios::app)
            << tables.settings_toml() << "rows_per_second = 0\n"
            << more;
        for (std::int64_t i = 0; i < 10; ++i) {
            tables.add_user({kStudent + i, "student" + std::to_string(i), "Lyon"});
            tables.add_user({kOther + i, "other" + std::to_string(i), "Nantes"});
        }
        now_s = tables.number(server.driver() == config::DatabaseDriver::mariadb
                                  ? "SELECT UNIX_TIMESTAMP()"
                                  : "SELECT floor(extract(epoch from clock_timestamp()))::bigint");
    }

    [[nodiscard]] std::string dir() const { return folder / "node"; }
    Finished run(std::vector<std::string> arguments, const ProcessOptions& options = {}) const {
        arguments.insert(arguments.begin(), {"--dir", dir()});
        return assidu(arguments, options);
    }
    // `collect --once`; its standard output.
    std::string collect(const std::vector<std::string>& more = {}, int exit_code = 0) const {
        std::vector<std::string> arguments{"collect", "--once", "--no-compute"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished finished = run(arguments);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished.out + finished.err;
    }

    [[nodiscard]] node::Node open() const {
        static const config::SystemClock clock;
        auto opened = node::Node::open(node::NodeFolder{dir()}, clock);
        if (!opened) throw std::runtime_error(opened.error().what);
        return std::move(*opened);
    }

    // Every row of the source has exactly one fate, that of its person; every event of the archive is one row
    // of the source, with its contents; and there is nothing else.
    void expect_equal(const std::set<std::int64_t>& rejected = {}) {
        node::Node node = open();
        node::archive::Collection& collection = node.archive().collection();
        const auto rows =
            tables.rows("SELECT id, userid, timecreated, coalesce(courseid, 0) FROM {logstore_standard_log}");
        std::vector<std::int64_t> ids;
        std::map<std::int64_t, std::set<std::vector<std::int64_t>>> wanted, found;
        std::set<std::string> institutions;
        std::map<std::int64_t, bool> selected;
        for (const auto& user : tables.rows("SELECT id, institution FROM {user}"))
            selected[std::stoll(user[0])] = user[1] == "Lyon";
        for (const auto& row : rows)
            ids.push_back(std::stoll(row[0]));
        const auto fates = collection.fates(node.source(), ids);
        std::int64_t missing = 0, wrong = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::int64_t user = std::stoll(rows[i][1]);
            if (!fates[i]) {
                if (++missing <= 5)
                    ADD_FAILURE() << "row " << ids[i] << " of user " << user << " was never collected";
                continue;
            }
            using node::archive::Fate;
            const Fate want = rejected.contains(ids[i]) ? Fate::rejected
                              : user <= 0               ? Fate::nobody
                              : user == 1               ? Fate::guest
                              : selected[user]          ? Fate::archived
                                                        : Fate::not_selected;
            if (*fates[i] != want && ++wrong <= 5)
                ADD_FAILURE() << "row " << ids[i] << " of user " << user << " is " << name_of(*fates[i]);
            if (want == Fate::archived)
                wanted[user].insert({std::stoll(rows[i][2]), ids[i], std::stoll(rows[i][3])});
        }
        EXPECT_EQ(missing, 0);
        EXPECT_EQ(wrong, 0);
        std::int64_t events = 0;
        for (const std::int64_t user : node.archive().users(node.source())) {
            for (const node::Event& event : node.archive().events(node.source(), user)) {
                found[user].insert({event.time_s, event.id, event.course});
                ++events;
            }
        }
        EXPECT_EQ(found, wanted);
        std::int64_t distinct = 0, fated = 0;
        for (const auto& [user, of_user] : found)
            distinct += static_cast<std::int64_t>(of_user.size());
        EXPECT_EQ(events, distinct) << "nothing twice";
        for (std::size_t fate = 0; fate < node::archive::kFates; ++fate)
            fated += collection.count(node.source(), static_cast<node::archive::Fate>(fate));
        EXPECT_EQ(fated, static_cast<std::int64_t>(rows.size())) << "counted once each";
    }

    MoodleTables tables;
    TemporaryFolder folder;
    std::int64_t now_s = 0;  // by the server, when this was made
};

}  // namespace assidu::tests
