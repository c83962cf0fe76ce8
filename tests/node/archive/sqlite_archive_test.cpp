#include "node/archive/sqlite_archive.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::archive {
namespace {

using config::ResourceFailure;
using ::testing::HasSubstr;
using tests::TemporaryFolder;

constexpr std::int64_t kBegin = 1'772'438'400;

EventShape shape(const std::string& action) {
    EventShape made;
    made.eventname = "\\core\\event\\" + action;
    made.component = "core";
    made.action = action;
    made.target = "course";
    made.origin = "web";
    return made;
}

struct Opened {
    explicit Opened(const std::filesystem::path& path) : archive(open_sqlite_archive(path)) {
        source = archive->source("moodle", "").value();
        viewed = archive->intern(shape("viewed"));
        created = archive->intern(shape("created"));
    }
    Appended append(const std::vector<StudentEvent>& batch) {
        return archive->append(source, batch, 0,
                               [](const Appended&) { return std::map<std::string, std::int64_t>{}; });
    }
    StudentEvent event(std::int64_t user, std::int64_t id, std::int64_t second) const {
        return {user, {kBegin + second, id, 10, 0, viewed}};
    }
    std::unique_ptr<Archive> archive;
    SourceKey source = 0;
    ShapeKey viewed = 0, created = 0;
};

std::vector<Event> events_of(const std::vector<StudentEvent>& all, std::int64_t user) {
    std::vector<Event> found;
    for (const StudentEvent& one : all) {
        if (one.user_id == user) found.push_back(one.event);
    }
    std::ranges::sort(found);
    return found;
}

TEST(SqliteArchive, GivesEventsBackInOrderAfterReopening) {
    const TemporaryFolder folder;
    {
        Opened opened(folder / "a.sqlite");
        opened.append({opened.event(7, 3, 200'000), opened.event(7, 2, 0), opened.event(8, 1, 5)});
    }
    Opened opened(folder / "a.sqlite");
    EXPECT_EQ(opened.archive->users(opened.source), (std::vector<std::int64_t>{7, 8}));
    EXPECT_EQ(opened.archive->events(opened.source, 7),
              (std::vector{opened.event(7, 2, 0).event, opened.event(7, 3, 200'000).event}));
    EXPECT_EQ(opened.archive->shapes().size(), 2U);
    const Extent extent = opened.archive->extent(opened.source);
    EXPECT_EQ(extent.events, 3);
    EXPECT_EQ(extent.first_utc_s, kBegin);
    EXPECT_EQ(extent.last_utc_s, kBegin + 200'000);
    EXPECT_EQ(extent.last_id, 3);
}

TEST(SqliteArchive, GivesDaysBackFromTheLatestUntilItIsEnough) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    constexpr std::int64_t kDay = 86'400;
    opened.append({opened.event(7, 1, 0), opened.event(7, 2, 60), opened.event(7, 3, 3 * kDay),
                   opened.event(7, 4, -5 * kDay), opened.event(8, 5, 0)});
    opened.append({{7, {kBegin + 30, 6, kCourseUnknown, 501, opened.viewed}}});
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, 10, ""}}, /*sure=*/false);
    std::vector<std::vector<Event>> days;
    const auto look = [&](std::size_t enough) {
        days.clear();
        opened.archive->events_backwards(opened.source, 7, [&](std::vector<Event>& day) {
            days.push_back(day);
            return days.size() < enough;
        });
    };
    look(2);
    ASSERT_EQ(days.size(), 2U);
    EXPECT_EQ(days[0], std::vector{opened.event(7, 3, 3 * kDay).event});
    EXPECT_EQ(days[1], (std::vector<Event>{opened.event(7, 1, 0).event,
                                           {kBegin + 30, 6, 10, 501, opened.viewed},
                                           opened.event(7, 2, 60).event}));
    look(100);
    EXPECT_EQ(days.size(), 3U);
    opened.archive->events_backwards(opened.source, 9, [](std::vector<Event>&) -> bool {
        ADD_FAILURE() << "nobody's events";
        return true;
    });
}

TEST(SqliteArchive, AnEventIsAddedOnceWithinABatchAndOverBatches) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    const Appended first =
        opened.append({opened.event(7, 1, 0), opened.event(7, 1, 0), opened.event(7, 2, 0)});
    EXPECT_EQ(first.added, 2);
    EXPECT_EQ(first.duplicates, 1);
    const Appended second = opened.append({opened.event(7, 2, 0), opened.event(7, 3, 0)});
    EXPECT_EQ(second.added, 1);
    EXPECT_EQ(second.duplicates, 1);
    EXPECT_EQ(opened.archive->events(opened.source, 7).size(), 3U);
    EXPECT_EQ(opened.archive->extent(opened.source).events, 3);
}

TEST(SqliteArchive, AKnownIdWithOtherContentsIsAConflictAndChangesNothing) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.append({opened.event(7, 1, 0)});
    StudentEvent other_shape = opened.event(7, 1, 0);
    other_shape.event.shape = opened.created;
    const Appended appended = opened.append({opened.event(8, 1, 0), opened.event(7, 2, 0),
                                             opened.event(7, 1, 60), other_shape, opened.event(7, 2, 1)});
    EXPECT_EQ(appended.conflicts, (std::vector<std::size_t>{0, 2, 3, 4}));
    EXPECT_EQ(appended.added, 1);
    EXPECT_EQ(opened.archive->users(opened.source), std::vector<std::int64_t>{7});
    EXPECT_EQ(opened.archive->events(opened.source, 7).size(), 2U);
}

TEST(SqliteArchive, SourcesDoNotMix) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    const SourceKey other = opened.archive->source("other", "").value();
    opened.append({opened.event(7, 1, 0)});
    const auto appended =
        opened.archive->append(other, std::vector{opened.event(7, 1, 99)}, 0,
                               [](const Appended&) { return std::map<std::string, std::int64_t>{}; });
    EXPECT_EQ(appended.added, 1);
    EXPECT_EQ(opened.archive->events(opened.source, 7).size(), 1U);
}

TEST(SqliteArchive, ASourceOfAnotherMoodleIsRefused) {
    const TemporaryFolder folder;
    const auto archive = open_sqlite_archive(folder / "a.sqlite");
    const SourceKey key = archive->source("moodle", "").value();
    EXPECT_EQ(archive->source("moodle", "siteA").value(), key) << "an identity may be learnt later";
    EXPECT_EQ(archive->source("moodle", "").value(), key);
    EXPECT_THAT(archive->source("moodle", "siteB").error().what,
                HasSubstr("holds events of the Moodle 'siteA'"));
}

TEST(SqliteArchive, WhateverTheOrderAndTheBatchesTheArchiveIsTheSame) {
    tests::Dice dice(tests::test_seed());
    for (int round = 0; round < 10; ++round) {
        const TemporaryFolder folder;
        Opened in_order(folder / "a.sqlite");
        Opened mixed(folder / "b.sqlite");
        std::vector<StudentEvent> all;
        for (std::int64_t id = 1; id <= 400; ++id) {
            // Dense ids, and ids scattered over the whole range, as derived ones are.
            const std::int64_t key = dice.one_in(3) ? dice.roll(1, INT64_MAX - 1) : id;
            all.push_back(
                {dice.roll(2, 6),
                 {kBegin + dice.roll(-300'000, 300'000), key, dice.roll(0, 3), dice.roll(0, 2), 0}});
        }
        in_order.append(all);
        std::vector<StudentEvent> shuffled = all;
        for (std::size_t i = shuffled.size(); i > 1; --i)
            std::swap(shuffled[i - 1],
                      shuffled[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(i) - 1))]);
        std::int64_t added = 0;
        for (std::size_t at = 0; at < shuffled.size();) {
            const std::size_t size =
                std::min(shuffled.size() - at, static_cast<std::size_t>(dice.roll(1, 60)));
            std::vector<StudentEvent> batch(shuffled.begin() + static_cast<std::ptrdiff_t>(at),
                                            shuffled.begin() + static_cast<std::ptrdiff_t>(at + size));
            batch.push_back(all[static_cast<std::size_t>(dice.roll(0, 399))]);
            added += mixed.append(batch).added;
            at += size;
        }
        EXPECT_EQ(added, in_order.archive->extent(in_order.source).events);
        for (std::int64_t user = 2; user <= 6; ++user) {
            EXPECT_EQ(in_order.archive->events(in_order.source, user), events_of(all, user));
            EXPECT_EQ(mixed.archive->events(mixed.source, user), events_of(all, user));
        }
    }
}

std::vector<DirtyMark> dirty(const Opened& opened) {
    return opened.archive->dirty(opened.source);
}

TEST(SqliteArchive, NewEventsMakeTheirStudentsDirtyAndRepeatedOnesDoNot) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.append({opened.event(7, 1, 0), opened.event(8, 2, 5)});
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{7, kBegin}, {8, kBegin + 5}}));
    opened.archive->mark_clean(opened.source, std::vector<std::int64_t>{7, 8}, 1000);
    opened.append({opened.event(7, 1, 0)});
    EXPECT_TRUE(dirty(opened).empty());
    opened.append({opened.event(7, 3, 0)});
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{7, kBegin}}));
}

TEST(SqliteArchive, AStudentIsDirtyFromTheEarliestOfWhatIsNew) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.append({opened.event(7, 1, 900), opened.event(7, 2, 100'000), opened.event(8, 3, 50)});
    opened.append({opened.event(7, 1, 900), opened.event(7, 4, 2'000)});
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{7, kBegin + 900}, {8, kBegin + 50}}));
    opened.append({opened.event(7, 5, -300'000)});
    opened.archive->mark_dirty(opened.source, std::vector<DirtyMark>{{8, kBegin + 60}, {9, kFromTheBegin}});
    EXPECT_EQ(dirty(opened),
              (std::vector<DirtyMark>{{7, kBegin - 300'000}, {8, kBegin + 50}, {9, kFromTheBegin}}));
    opened.archive->mark_clean(opened.source, std::vector<std::int64_t>{7, 8, 9}, 1000,
                               std::vector<DirtyMark>{{8, kBegin + 51}});
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{8, kBegin + 51}})) << "what is still to come";
    Opened again(folder / "a.sqlite");
    EXPECT_EQ(dirty(again), (std::vector<DirtyMark>{{8, kBegin + 51}}));
}

TEST(SqliteArchive, TotalsOfAnotherRuleMakeEverybodyDirtyOnce) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.append({opened.event(7, 1, 0), opened.event(8, 2, 0)});
    opened.archive->computing_for(opened.source, "scale A");
    opened.archive->mark_clean(opened.source, std::vector<std::int64_t>{7, 8}, 1000);
    opened.archive->computing_for(opened.source, "scale A");
    EXPECT_TRUE(dirty(opened).empty());
    opened.archive->computing_for(opened.source, "scale B");
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{7, kFromTheBegin}, {8, kFromTheBegin}}));
}

TEST(SqliteArchive, ACourseThatAnEventDoesNotNameIsFilledInWhenItIsLearnt) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.append({{7, {kBegin, 1, kCourseUnknown, 501, opened.viewed}}});
    opened.archive->mark_clean(opened.source, std::vector<std::int64_t>{7}, 1000);
    EXPECT_EQ(opened.archive->events(opened.source, 7).front().course, kCourseUnknown);
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, 10, ""}}, /*sure=*/false);
    EXPECT_EQ(opened.archive->events(opened.source, 7).front().course, 10);
    EXPECT_EQ(dirty(opened), (std::vector<DirtyMark>{{7, kFromTheBegin}})) << "its totals change";
}

TEST(SqliteArchive, ACatalogueKnowsAnActivityBetterThanEventsDo) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, 10, "quiz"}}, /*sure=*/false);
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, 11, "page"}}, /*sure=*/true);
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, 12, "forum"}}, /*sure=*/false);
    opened.archive->learn(opened.source, std::vector{ActivityFacts{501, kCourseUnknown, ""}}, /*sure=*/true);
    const auto facts = opened.archive->activity(opened.source, 501);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->course, 11);
    EXPECT_EQ(facts->type, "page");
    EXPECT_FALSE(opened.archive->activity(opened.source, 502));
}

TEST(SqliteArchive, ABatchThatFailsLeavesNothingOfItself) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    EXPECT_THROW(opened.archive->append(opened.source, std::vector{opened.event(7, 1, 0)}, 0,
                                        [](const Appended&) -> std::map<std::string, std::int64_t> {
                                            throw std::runtime_error("stop");
                                        }),
                 std::runtime_error);
    EXPECT_TRUE(opened.archive->users(opened.source).empty());
    EXPECT_EQ(opened.append({opened.event(7, 1, 0)}).added, 1) << "its id was not remembered";
    EXPECT_EQ(opened.archive->shapes().size(), 2U);
    Opened again(folder / "a.sqlite");
    EXPECT_EQ(again.archive->events(again.source, 7).size(), 1U) << "and its shapes were saved later";
}

TEST(SqliteArchive, AnIntakeTellsWhatBecameOfItsRows) {
    const TemporaryFolder folder;
    Opened opened(folder / "a.sqlite");
    Intake intake;
    intake.source = "moodle";
    intake.path = "log.csv";
    intake.kind = "log_csv";
    intake.begun_utc_s = 5;
    intake.key = opened.archive->begin_intake(intake);
    opened.archive->append(opened.source, std::vector{opened.event(7, 1, 0)}, intake.key,
                           [](const Appended& appended) {
                               return std::map<std::string, std::int64_t>{{"added", appended.added}};
                           });
    auto intakes = opened.archive->intakes(10);
    ASSERT_EQ(intakes.size(), 1U);
    EXPECT_EQ(intakes[0].counts.at("added"), 1);
    EXPECT_FALSE(intakes[0].ended_utc_s) << "nobody said that it ended";
    intake.ended_utc_s = 9;
    intake.sha256 = "ab";
    intake.counts = {{"added", 1}, {"read", 2}};
    opened.archive->end_intake(intake);
    intakes = opened.archive->intakes(10);
    EXPECT_EQ(intakes[0].ended_utc_s, 9);
    EXPECT_EQ(intakes[0].counts.at("read"), 2);
}

TEST(SqliteArchive, DamageIsSaidToBeDamageNeverReadAsData) {
    const TemporaryFolder folder;
    {
        Opened opened(folder / "a.sqlite");
        opened.append({opened.event(7, 1, 0)});
    }
    SQLite::Database(folder / "a.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE block SET events=x'0102030405060708'");
    {
        Opened opened(folder / "a.sqlite");
        EXPECT_THROW((void)opened.archive->events(opened.source, 7), ResourceFailure);
    }
    SQLite::Database(folder / "a.sqlite", SQLite::OPEN_READWRITE).exec("UPDATE seen SET ids=x'00'");
    Opened opened(folder / "a.sqlite");
    EXPECT_THROW(opened.append({opened.event(7, 2, 0)}), ResourceFailure);
}

}  // namespace
}  // namespace assidu::node::archive
