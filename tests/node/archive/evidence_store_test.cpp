// What the evidence store keeps, whom it marks, and that the archive's file goes forward from format 3.

#include "node/archive/evidence_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "node/archive/sqlite_archive.h"
#include "tests/temporary_folder.h"

namespace assidu::node::archive {
namespace {

class Evidence : public ::testing::Test {
  protected:
    Evidence() { open(); }
    void open() {
        store.reset();
        archive.reset();
        archive = open_sqlite_archive(path());
        source = archive->source("moodle", "").value();
        store = open_sqlite_evidence(path());
    }
    [[nodiscard]] std::filesystem::path path() const { return folder / "archive.sqlite"; }
    // Who is dirty now, and no longer.
    std::vector<std::int64_t> touched() {
        std::vector<std::int64_t> users;
        for (const DirtyMark& mark : archive->dirty(source)) {
            EXPECT_EQ(mark.from_s, kFromTheBegin);
            users.push_back(mark.user_id);
        }
        archive->mark_clean(source, users, 1'000);
        return users;
    }
    template <class Record>
    std::int64_t put(std::vector<Record> records) {
        return store->put(source, std::span<const Record>(records));
    }

    tests::TemporaryFolder folder;
    std::unique_ptr<Archive> archive;
    std::unique_ptr<EvidenceStore> store;
    SourceKey source = 0;
};

using Users = std::vector<std::int64_t>;

TEST_F(Evidence, WhatIsThereAlreadyChangesNothingAndMarksNobody) {
    const CompletionRecord completion{7, 501, 100, 1};
    const DeclarationRecord declaration{
        "attendanceregister_session", 4, 8, 50, 60, 10, 0, std::nullopt, true};
    const ForeignRecord foreign{ForeignRecord::Meter::scorm, 5, 9, 100, 30, 10, 502};
    const EnrolmentState enrolment{1, 10, 20, 100, 100, true, 50, std::nullopt};
    const RoleState role{1, 11, "student", 50, 20, 100, true};
    const auto put_all = [&] {
        return put<CompletionRecord>({completion}) + put<DeclarationRecord>({declaration}) +
               put<ForeignRecord>({foreign}) + put<EnrolmentState>({enrolment}) + put<RoleState>({role});
    };
    EXPECT_EQ(put_all(), 5);
    EXPECT_EQ(touched(), (Users{7, 8, 9, 10, 11}));
    const std::int64_t revision = store->revision(source);
    EXPECT_EQ(put_all(), 0);
    EXPECT_EQ(touched(), Users{});
    EXPECT_EQ(store->revision(source), revision);
    open();
    EXPECT_EQ(store->of(source, 7).completions, std::vector{completion});
    EXPECT_EQ(store->of(source, 8).declarations, std::vector{declaration});
    EXPECT_EQ(store->of(source, 9).foreign, std::vector{foreign});
    EXPECT_EQ(store->of(source, 10).enrolments, std::vector{enrolment});
    EXPECT_EQ(store->of(source, 11).roles, std::vector{role});
    EXPECT_TRUE(store->of(source, 12).completions.empty());
    EXPECT_EQ(store->users(source), (Users{7, 8, 9})) << "enrolments and roles give no time";
}

TEST_F(Evidence, OfTwoThatDifferItsKindSaysWhichHolds) {
    put<CompletionRecord>({{7, 501, 100, 2}});
    EXPECT_EQ(put<CompletionRecord>({{7, 501, 100, 1}}), 0) << "of one instant the higher state";
    put<CompletionRecord>({{7, 501, 200, 0}});
    EXPECT_EQ(store->of(source, 7).completions.size(), 2U) << "another instant is another row";

    put<ForeignRecord>({{ForeignRecord::Meter::scorm, 1, 7, 100, 50, 10, 501}});
    EXPECT_EQ(put<ForeignRecord>({{ForeignRecord::Meter::scorm, 1, 7, 90, 70, 10, 501}}), 0)
        << "an older dump";
    EXPECT_EQ(put<ForeignRecord>({{ForeignRecord::Meter::scorm, 1, 7, 110, 20, 10, 501}}), 1);
    EXPECT_EQ(store->of(source, 7).foreign.at(0).seconds, 20);
    put<ForeignRecord>({{ForeignRecord::Meter::timestat, 1, 7, 100, 5, 10, 501}});
    EXPECT_EQ(store->of(source, 7).foreign.size(), 2U);

    // What somebody assumes of an enrolment's begin gives way to what was said then, in either order.
    const EnrolmentState assumed{1, 7, 10, 100, 900, true, 500, std::nullopt},
        said{1, 7, 10, 100, 100, true, {}, {}};
    put<EnrolmentState>({assumed});
    EXPECT_EQ(put<EnrolmentState>({said}), 1);
    EXPECT_EQ(put<EnrolmentState>({assumed}), 0);
    EXPECT_EQ(store->of(source, 7).enrolments, std::vector{said});
}

TEST_F(Evidence, ARowThatBecomesSomebodyElsesTouchesBoth) {
    put<DeclarationRecord>({{"attendanceregister_session", 4, 8, 50, 60, 10, 0, std::nullopt, false}});
    touched();
    EXPECT_EQ(
        put<DeclarationRecord>({{"attendanceregister_session", 4, 9, 50, 60, 10, 0, std::nullopt, false}}),
        1);
    EXPECT_EQ(touched(), (Users{8, 9}));
    EXPECT_TRUE(store->of(source, 8).declarations.empty());
}

TEST_F(Evidence, WhatIsSaidOfCoursesAndActivitiesTouchesEverybodyAndForgetsNothing) {
    put<CompletionRecord>({{7, 501, 100, 1}});
    touched();
    EXPECT_EQ(put<CoursePlace>({{10, {{5}}, {}}}), 1);
    EXPECT_EQ(touched(), Users{7});
    EXPECT_EQ(put<CoursePlace>({{10, {}, "MATH"}}), 1);
    EXPECT_EQ(put<CoursePlace>({{10, {{5}}, "MATH"}, {10, {}, {}}}), 0);
    EXPECT_EQ(put<CategoryPath>({{5, {2, 5}}}), 1);
    EXPECT_EQ(store->courses(source), (std::vector<CoursePlace>{{10, {{2, 5}}, "MATH"}}));
    touched();
    EXPECT_EQ(put<ActivityWorth>({{501, 1'800}}), 1);
    EXPECT_EQ(touched(), Users{7});
    EXPECT_EQ(put<ActivityWorth>({{501, 1'800}}), 0);
    EXPECT_EQ(store->worths(source), (std::vector<ActivityWorth>{{501, 1'800}}));
}

TEST_F(Evidence, AnExclusionIsRevokedAndNeverDeleted) {
    Exclusion one;
    one.user_id = 7;
    one.from_s = 100;
    one.to_s = 200;
    one.reason = "somebody else at the keyboard";
    one.author = "the dean";
    one.made_s = 1'000;
    one.number = store->exclude(source, one);
    EXPECT_EQ(touched(), Users{7});
    EXPECT_EQ(store->exclude(source, one), one.number) << "said again, it is the same";
    EXPECT_EQ(touched(), Users{});
    EXPECT_EQ(store->exclusions(source), std::vector{one});
    ASSERT_TRUE(store->revoke(source, one.number, "a mistake", "the rector", 2'000));
    EXPECT_EQ(touched(), Users{7});
    EXPECT_FALSE(store->revoke(source, one.number, "again", "x", 3'000));
    EXPECT_FALSE(store->revoke(source, 99, "none", "x", 3'000));
    EXPECT_EQ(touched(), Users{});
    const Exclusion revoked = store->of(source, 7).exclusions.at(0);
    EXPECT_EQ(revoked.revoked_s, 2'000);
    EXPECT_EQ(revoked.revoked_reason, "a mistake");
    EXPECT_NE(store->exclude(source, one), one.number) << "a revoked one is past";
}

TEST_F(Evidence, OfADayEveryRecordStays) {
    const config::CivilDay day{20'514};
    const DayRecord signed_day{7, day, true, "the dean", 1'000, "s1"},
        withdrawn{7, day, false, "the dean", 2'000, "s2"};
    store->put_days(source, std::vector{signed_day});
    EXPECT_EQ(touched(), Users{7});
    store->put_days(source, std::vector{signed_day});
    EXPECT_EQ(touched(), Users{}) << "it counts already";
    store->put_days(source, std::vector{withdrawn, withdrawn});
    EXPECT_EQ(store->of(source, 7).days, (std::vector{signed_day, withdrawn}));
    EXPECT_EQ(store->extent(source).days, 2);
}

TEST_F(Evidence, TheRevisionThatTotalsWereMadeOfIsRemembered) {
    EXPECT_EQ(store->computed_revision(source), store->revision(source));
    put<CompletionRecord>({{7, 501, 100, 1}});
    EXPECT_NE(store->computed_revision(source), store->revision(source));
    store->mark_computed(source, store->revision(source));
    open();
    EXPECT_EQ(store->computed_revision(source), store->revision(source));
}

TEST_F(Evidence, AnArchiveOfFormat3GoesForwardWithItsEvents) {
    const ShapeKey shape = archive->intern({});
    const std::vector<StudentEvent> batch{{7, {1'000, 1, 10, 0, shape}}};
    const std::int64_t intake = archive->begin_intake({});
    (void)archive->append(source, batch, intake,
                          [](const Appended&) { return std::map<std::string, std::int64_t>{}; });
    store.reset();
    archive.reset();
    {
        SQLite::Database file(path(), SQLite::OPEN_READWRITE);
        for (const char* table :
             {"completion", "declaration", "foreign_time", "enrolment", "role", "course_place", "category",
              "activity_worth", "exclusion_revoked", "exclusion", "signed_day", "collector", "collected",
              "collected_hour", "quarantine", "clone", "reclaim"})
            file.exec(std::string("DROP TABLE ") + table);
        file.exec("ALTER TABLE source DROP COLUMN evidence_revision");
        file.exec("ALTER TABLE source DROP COLUMN evidence_computed");
        file.exec("PRAGMA user_version=3");
    }
    open();
    EXPECT_EQ(archive->events(source, 7).size(), 1U);
    EXPECT_EQ(store->revision(source), 0);
    EXPECT_EQ(put<CompletionRecord>({{7, 501, 100, 1}}), 1);
}

}  // namespace
}  // namespace assidu::node::archive
