// Files of every format that dossiers.sqlite ever had are opened with everything in them, and with room for
// the rest.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/refusal.h"
#include "node/archive/dossier_store.h"
#include "node/staff/batch_orders.h"
#include "node/staff/issue_log.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {
namespace {

using Store = node::archive::DossierStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kNode = "lyon";

// The tables as the versions that are out made them: never changed here.
constexpr const char* kFormat1 = R"sql(
CREATE TABLE dossier (node TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL, number TEXT NOT NULL,
  valid_from INTEGER NOT NULL, valid_to INTEGER, said TEXT NOT NULL,
  PRIMARY KEY (node, student, funder, number, valid_from)) WITHOUT ROWID;
)sql";
constexpr const char* kFormat2 = R"sql(
CREATE TABLE finding_override (node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  code TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL, made_utc_s INTEGER NOT NULL,
  PRIMARY KEY (node, student, from_day, to_day, code, digest)) WITHOUT ROWID;
)sql";
constexpr const char* kFormat3 = R"sql(
CREATE TABLE issue (node TEXT NOT NULL, batch TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL,
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, issued_utc_s INTEGER NOT NULL, data_sha256 TEXT NOT NULL,
  fingerprint TEXT NOT NULL, parts TEXT NOT NULL, folder TEXT NOT NULL, files TEXT NOT NULL, replaced_sha256 TEXT NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (node, batch, student, funder, from_day, to_day)) WITHOUT ROWID;
CREATE TABLE schedule_run (node TEXT NOT NULL, schedule TEXT NOT NULL, last_day INTEGER NOT NULL, done_utc_s INTEGER NOT NULL,
  outcome TEXT NOT NULL, PRIMARY KEY (node, schedule)) WITHOUT ROWID;
)sql";
// Of student 0101...01: what a dossier said until instant 200 and says since, an override, an issue, a
// schedule.
constexpr const char* kRows1 = R"sql(
INSERT INTO dossier VALUES ('lyon', x'01010101010101010101010101010101', 'OPCO', 'D-1', 100, 200,
 '[{"from":"2026-01-01","funder":"OPCO","groups":[],"modality":"distance","nature":"training","number":"D-1","planned_s":3600,"status":"","to":"2026-06-30","training":"DAEU A"}]');
INSERT INTO dossier VALUES ('lyon', x'01010101010101010101010101010101', 'OPCO', 'D-1', 200, NULL,
 '[{"from":"2026-01-01","funder":"OPCO","groups":["G1"],"modality":"distance","nature":"training","number":"D-1","planned_s":7200,"status":"","to":"2026-06-30","training":"DAEU A"}]');
)sql";
constexpr const char* kRows2 = R"sql(
INSERT INTO finding_override VALUES ('lyon', x'01010101010101010101010101010101', 20513, 20519, 'closed_day', 'abc',
 'agreed', 'anne', 300);
)sql";
constexpr const char* kRows3 = R"sql(
INSERT INTO issue VALUES ('lyon', '/srv/out', x'01010101010101010101010101010101', 'OPCO', 20513, 20519, 400, 'data', 'print',
 '{"rows":"r"}', 'opco/x', '["a.pdf","a.zip"]', '', '[]');
INSERT INTO schedule_run VALUES ('lyon', 'month', 20512, 500, 'done');
)sql";

class DossierMigration : public ::testing::TestWithParam<int> {
  protected:
    void SetUp() override {
        path = folder / "dossiers.sqlite";
        SQLite::Database old(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        const char* const formats[] = {kFormat1, kFormat2, kFormat3};
        const char* const rows[] = {kRows1, kRows2, kRows3};
        for (int i = 0; i < GetParam(); ++i) {
            old.exec(formats[i]);
            old.exec(rows[i]);
        }
        old.exec("PRAGMA application_id=0x41736431");
        old.exec("PRAGMA user_version=" + std::to_string(GetParam()));
        student.bytes.fill(1);
    }
    TemporaryFolder folder;
    std::filesystem::path path;
    federation::StudentId student;
    const federation::Period week{config::CivilDay{20513}, config::CivilDay{20519}};
};

TEST_P(DossierMigration, KeepsEverythingAndHasRoomForTheRest) {
    Store store(path);
    const auto history = store.history(kNode, student);
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[0].to_utc_s, 200);
    EXPECT_EQ(history[0].record.dossier.planned_s, 3600);
    EXPECT_EQ(history[1].to_utc_s, std::nullopt);
    ASSERT_EQ(store.of(kNode, student).size(), 1U);
    EXPECT_THAT(store.of(kNode, student)[0].groups, ElementsAre("G1"));
    const auto overrides = store.overrides(kNode, student, week);
    ASSERT_EQ(overrides.size(), GetParam() >= 2 ? 1U : 0U);
    for (const auto& one : overrides)
        EXPECT_EQ(one.reason, "agreed");
    node::staff::IssueLog log(path);
    const auto last = log.last_anywhere(kNode, student, "OPCO", week);
    ASSERT_EQ(last.has_value(), GetParam() >= 3);
    if (last) {
        EXPECT_EQ(last->data_sha256, "data");
        EXPECT_THAT(last->files, ElementsAre("a.pdf", "a.zip"));
        EXPECT_EQ(log.schedule_done(kNode, "month"), config::CivilDay{20512});
    }
    // What the format of today can hold, written and read back.
    store.put(kNode, {student, week, "two_sites", "def", "known", "anne", 600});
    EXPECT_EQ(store.overrides(kNode, student, week).size(), GetParam() >= 2 ? 2U : 1U);
    node::staff::Issue issue = last.value_or(node::staff::Issue{});
    issue.batch = node::staff::IssueLog::kSingly;
    issue.student = student;
    issue.period = week;
    issue.issued_utc_s = 700;
    issue.data_sha256 = "later";
    issue.replaced_sha256 = "data";
    issue.why = {"replaced.rows"};
    log.put(kNode, issue);
    ASSERT_EQ(log.replacements(kNode).size(), 1U);
    EXPECT_THAT(log.replacements(kNode)[0].why, ElementsAre("replaced.rows"));
    node::staff::BatchOrders orders(path);
    node::staff::OrderedBatch asked;
    asked.account = "anne";
    asked.period = week;
    asked.formats = {node::ReportFormat::pdf};
    const auto number = orders.put(kNode, asked, {student});
    ASSERT_TRUE(number);
    EXPECT_EQ(orders.find(kNode, *number)->students, 1);
    // And of a person who is to be forgotten nothing stays in any table.
    EXPECT_GE(store.erase(kNode, student), 5);
    SQLite::Database after(path.string(), SQLite::OPEN_READONLY);
    for (const char* table :
         {"dossier", "finding_override", "issue", "replacement", "batch_student", "batch_line"})
        EXPECT_EQ(after.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0) << table;
    EXPECT_EQ(after.execAndGet("PRAGMA user_version").getInt(), 4);
}

INSTANTIATE_TEST_SUITE_P(From, DossierMigration, ::testing::Values(1, 2, 3));

TEST(DossierFormat, OfALaterVersionIsRefusedByName) {
    const TemporaryFolder folder;
    const auto path = folder / "dossiers.sqlite";
    {
        const Store made(path);
    }
    {
        SQLite::Database later(path.string(), SQLite::OPEN_READWRITE);
        later.exec("PRAGMA user_version=5");
    }
    try {
        const Store refused(path);
        FAIL();
    } catch (const config::ResourceFailure& failure) {
        EXPECT_THAT(failure.what(), HasSubstr("format 5 is newer"));
    }
}

}  // namespace
}  // namespace assidu::tests
