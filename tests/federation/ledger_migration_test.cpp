// Ledger files of earlier formats, made with the SQL of their time: what stood in them must still be there.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "federation/audit_log.h"
#include "federation/erasure.h"
#include "federation/ledger_tables.h"
#include "federation/member.h"
#include "federation/report_register.h"
#include "federation/sqlite_ledger.h"
#include "federation/statement_log.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;

constexpr std::int64_t kApplicationId = 0x41736c31;
const std::string kScale(64, 'a');

// Frozen: never to be changed along with the program.
constexpr const char* kFormat1 = R"sql(
CREATE TABLE node (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE scale (key INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, id TEXT NOT NULL, version INTEGER NOT NULL,
  document TEXT NOT NULL);
CREATE TABLE student (key INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node, id BLOB NOT NULL,
  source TEXT NOT NULL, UNIQUE (node, id));
CREATE TABLE ledger_row (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  course INTEGER NOT NULL, measured_s INTEGER NOT NULL, credited_s INTEGER NOT NULL, events INTEGER NOT NULL,
  first_utc_s INTEGER, last_utc_s INTEGER, activities BLOB NOT NULL,
  PRIMARY KEY (node, scale, student, day, course)) WITHOUT ROWID;
CREATE TABLE session (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, ordinal INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, events INTEGER NOT NULL,
  courses BLOB NOT NULL, PRIMARY KEY (node, scale, student, begin_utc_s, ordinal)) WITHOUT ROWID;
CREATE TABLE dropped (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  reason TEXT NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (node, scale, student, day, reason)) WITHOUT ROWID;
CREATE TABLE outage (node INTEGER NOT NULL, from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (node, from_utc_s, to_utc_s, cause)) WITHOUT ROWID;
CREATE TABLE freshness (node INTEGER NOT NULL, scale INTEGER NOT NULL, engine TEXT NOT NULL, as_of_utc_s INTEGER NOT NULL,
  archived_events INTEGER NOT NULL, last_event_utc_s INTEGER, last_event_id INTEGER,
  PRIMARY KEY (node, scale)) WITHOUT ROWID;
INSERT INTO node VALUES (1, 'lyon');
INSERT INTO scale VALUES (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'sonate', 1, '{}');
INSERT INTO student VALUES (1, 1, x'01010101010101010101010101010101', 'moodle');
INSERT INTO ledger_row VALUES (1, 1, 1, 100, 10, 600, 5, 3, NULL, NULL, x'00');
INSERT INTO freshness VALUES (1, 1, 'engine 1', 1000, 3, 900, 17);
PRAGMA application_id=1098083377;
PRAGMA user_version=1;
)sql";

constexpr const char* kFormat2 = R"sql(
CREATE TABLE statement (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (node, number));
CREATE TABLE stated_day (node INTEGER NOT NULL, scale INTEGER NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL,
  digest TEXT NOT NULL, PRIMARY KEY (node, scale, day)) WITHOUT ROWID;
CREATE TABLE row_secret (node INTEGER NOT NULL, holder TEXT NOT NULL, secret BLOB NOT NULL,
  PRIMARY KEY (node, holder)) WITHOUT ROWID;
CREATE TABLE member (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, names TEXT NOT NULL, key BLOB NOT NULL,
  tls_fingerprint TEXT NOT NULL, invitation TEXT NOT NULL, since_utc_s INTEGER NOT NULL);
CREATE TABLE message (sender TEXT NOT NULL, id TEXT NOT NULL, received_utc_s INTEGER NOT NULL,
  PRIMARY KEY (sender, id)) WITHOUT ROWID;
CREATE TABLE refusal (sender TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (sender, code)) WITHOUT ROWID;
CREATE TABLE roster (node INTEGER NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (node, key)) WITHOUT ROWID;
INSERT INTO statement VALUES (1, 1, 'd1', 'daily', x'00', 'receipt');
INSERT INTO stated_day VALUES (1, 1, 100, 1, 'd');
INSERT INTO member VALUES ('lyon', 'Lyon', 'active', 'roster', x'', 'tls', 'token', 77);
INSERT INTO member VALUES ('nantes', '', 'invited', 'none', x'', '', 'token', 78);
PRAGMA user_version=2;
)sql";

constexpr const char* kFormat3 = R"sql(
ALTER TABLE member ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN announced_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN announced_utc_s INTEGER;
ALTER TABLE member ADD COLUMN url TEXT NOT NULL DEFAULT '';
UPDATE member SET announced=9, announced_digest='d9', announced_utc_s=88, url='https://lyon.example' WHERE id='lyon';
PRAGMA user_version=3;
)sql";

constexpr const char* kFormat4 = R"sql(
CREATE TABLE audit (key INTEGER PRIMARY KEY AUTOINCREMENT, utc_s INTEGER NOT NULL, actor TEXT NOT NULL, node TEXT NOT NULL,
  action TEXT NOT NULL, purpose TEXT NOT NULL, students INTEGER NOT NULL, others INTEGER NOT NULL, outcome TEXT NOT NULL);
INSERT INTO audit VALUES (1, 5, 'pole', 'lyon', 'names.ask', 'report', 1, 2, 'told');
PRAGMA user_version=4;
)sql";

constexpr const char* kFormat5 = R"sql(
CREATE TABLE whole_scale (node INTEGER NOT NULL, scale INTEGER NOT NULL, PRIMARY KEY (node, scale)) WITHOUT ROWID;
CREATE TABLE report (key INTEGER PRIMARY KEY AUTOINCREMENT, issued_utc_s INTEGER NOT NULL, kind TEXT NOT NULL,
  node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, scale TEXT NOT NULL,
  scale_name TEXT NOT NULL, rows_digest TEXT NOT NULL, superseded_utc_s INTEGER);
CREATE TABLE report_file (report INTEGER NOT NULL REFERENCES report, ordinal INTEGER NOT NULL, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (report, ordinal)) WITHOUT ROWID;
INSERT INTO whole_scale VALUES (1, 1);
PRAGMA user_version=5;
)sql";

constexpr const char* kFormat6 = R"sql(
CREATE TABLE horizon (node INTEGER PRIMARY KEY REFERENCES node, computed_from_day INTEGER, computed_from_utc_s INTEGER,
  totals_from_day INTEGER);
INSERT INTO horizon VALUES (1, 7, 70, NULL);
PRAGMA user_version=6;
)sql";

constexpr const char* kFormat7 = R"sql(
CREATE TABLE incident (key INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, kind TEXT NOT NULL,
  first_utc_s INTEGER NOT NULL, last_utc_s INTEGER NOT NULL, from_number INTEGER NOT NULL, to_number INTEGER NOT NULL,
  times INTEGER NOT NULL);
CREATE TABLE set_aside (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, utc_s INTEGER NOT NULL, PRIMARY KEY (node, number, digest));
CREATE TABLE place (only_one INTEGER PRIMARY KEY CHECK (only_one=1), place TEXT NOT NULL);
CREATE TABLE handover (node TEXT NOT NULL, ordinal INTEGER NOT NULL, old_key BLOB NOT NULL, new_key BLOB NOT NULL,
  last_number INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (node, ordinal)) WITHOUT ROWID;
CREATE TABLE revoked_key (key BLOB PRIMARY KEY, node TEXT NOT NULL, utc_s INTEGER NOT NULL, reason TEXT NOT NULL)
  WITHOUT ROWID;
INSERT INTO incident VALUES (1, 'lyon', 'fork', 5, 6, 1, 2, 3);
INSERT INTO place VALUES (1, 'there');
PRAGMA user_version=7;
)sql";

class LedgerMigration : public ::testing::Test {
  protected:
    std::shared_ptr<SQLite::Database> migrated(std::initializer_list<const char*> scripts) {
        {
            SQLite::Database made(folder / "l.sqlite", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            for (const char* script : scripts)
                made.exec(script);
            EXPECT_EQ(made.execAndGet("PRAGMA application_id").getInt64(), kApplicationId);
        }
        auto file = open_ledger_file(folder / "l.sqlite");
        const auto ledger = sqlite_ledger(file);
        std::int64_t rows = 0;
        ledger->rows({"lyon", kScale, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                     [&](const LedgerRow& row) { rows += row.measured_s; });
        EXPECT_EQ(rows, 600);
        EXPECT_EQ(ledger->freshness("lyon", kScale)->last_event_id, 17);
        return file;
    }
    tests::TemporaryFolder folder;
};

TEST_F(LedgerMigration, AFileOfFormat1TakesMembersAndStatements) {
    const auto file = migrated({kFormat1});
    MemberList members(file);
    EXPECT_TRUE(members.all().empty());
    EXPECT_TRUE(members.invite("lyon", Names::none, 1));
    EXPECT_EQ(StatementLog(file).head("lyon").number, 0);
}

TEST_F(LedgerMigration, AFileOfFormat2KeepsItsMembersWhoHaveAnnouncedNothing) {
    const auto file = migrated({kFormat1, kFormat2});
    MemberList members(file);
    ASSERT_EQ(members.all().size(), 2U);
    const Member lyon = members.find("lyon").value();
    EXPECT_EQ(lyon.state, MemberState::active);
    EXPECT_EQ(lyon.names, Names::roster);
    EXPECT_EQ(lyon.since_utc_s, 77);
    EXPECT_EQ(lyon.announced, StatementHead{});
    EXPECT_EQ(lyon.announced_utc_s, std::nullopt);
    EXPECT_EQ(lyon.url, "");
    EXPECT_EQ(StatementLog(file).head("lyon"), (StatementHead{1, "d1"}));
    EXPECT_EQ(StatementLog(file).stated_days("lyon", kScale).size(), 1U);
    members.announce("lyon", {5, "d5"}, "https://lyon.example", 99);
    EXPECT_EQ(MemberList(open_ledger_file(folder / "l.sqlite")).find("lyon")->announced,
              (StatementHead{5, "d5"}));
    EXPECT_TRUE(members.invite("nantes", Names::none, 100)) << "an invitation can be made again";
}

TEST_F(LedgerMigration, AFileOfFormat3KeepsItsAnnouncementsAndTakesAnAudit) {
    const auto file = migrated({kFormat1, kFormat2, kFormat3});
    const Member lyon = MemberList(file).find("lyon").value();
    EXPECT_EQ(lyon.announced, (StatementHead{9, "d9"}));
    EXPECT_EQ(lyon.announced_utc_s, 88);
    EXPECT_EQ(lyon.url, "https://lyon.example");
    AuditLog audit(file);
    EXPECT_TRUE(audit.entries(INT64_MIN, INT64_MAX).empty());
    audit.append({1, "pole", "lyon", "names.ask", "report", 2, 3, "told"});
    EXPECT_EQ(audit.entries(1, 2).size(), 1U);
}

TEST_F(LedgerMigration, AFileOfFormat4KeepsItsAuditAndTakesReports) {
    const auto file = migrated({kFormat1, kFormat2, kFormat3, kFormat4});
    EXPECT_EQ(AuditLog(file).entries(5, 6).size(), 1U);
    const auto ledger = sqlite_ledger(file);
    EXPECT_FALSE(ledger->is_whole("lyon", kScale));
    EXPECT_EQ(ledger->other_document("lyon", {"sonate", 1, std::string(64, 'b'), "{}"}), kScale);
    EXPECT_EQ(ledger->other_document("lyon", {"sonate", 2, std::string(64, 'b'), "{}"}), std::nullopt);
    EXPECT_EQ(ledger->other_document("nantes", {"sonate", 1, std::string(64, 'b'), "{}"}), std::nullopt)
        << "what others use is theirs";
    ReportRegister reports(file);
    EXPECT_TRUE(reports.judged(1).empty());
    IssuedReport issued;
    issued.kind = "group";
    issued.subject = {"lyon", std::nullopt, {CivilDay{100}, CivilDay{101}}, kScale};
    issued.rows_digest = reports.rows_digest(issued.subject);
    issued.files = {{"-", std::string(64, 'c')}, {"/tmp/x", std::string(64, 'd')}};
    reports.put(issued);
    issued.rows_digest = "other rows";
    reports.put(issued);
    const auto judged = reports.judged(1);
    ASSERT_EQ(judged.size(), 2U);
    EXPECT_EQ(judged[0].superseded_utc_s, std::nullopt);
    EXPECT_EQ(judged[0].files.size(), 2U);
    EXPECT_EQ(judged[1].superseded_utc_s, 1'000) << "as of the totals that differ";
}

TEST_F(LedgerMigration, AFileOfFormat5IsWholeToItsFirstDay) {
    const auto file = migrated({kFormat1, kFormat2, kFormat3, kFormat4, kFormat5});
    const auto ledger = sqlite_ledger(file);
    EXPECT_TRUE(ledger->is_whole("lyon", kScale));
    EXPECT_EQ(ledger->horizon("lyon"), Horizon{});
    keep_totals_before(*file, "lyon", CivilDay{101}, 8'726'400);
    EXPECT_EQ(ledger->horizon("lyon").computed_from, CivilDay{101});
}

TEST_F(LedgerMigration, AFileOfFormat6WasNeverComparedWithAHubAndHadNoIncident) {
    const auto file = migrated({kFormat1, kFormat2, kFormat3, kFormat4, kFormat5, kFormat6});
    EXPECT_EQ(sqlite_ledger(file)->horizon("lyon").computed_from, CivilDay{7});
    StatementLog log(file);
    EXPECT_EQ(log.confirmed_place(), "");
    EXPECT_TRUE(log.incidents().all().empty());
    EXPECT_TRUE(log.aside("lyon").empty());
    EXPECT_EQ(log.head("lyon"), (StatementHead{1, "d1"}));
    log.confirm_place("here");
    EXPECT_EQ(log.confirmed_place(), "here");
}

TEST_F(LedgerMigration, AFileOfFormat7KeepsItsIncidentsAndHasNoAttestation) {
    const auto file = migrated({kFormat1, kFormat2, kFormat3, kFormat4, kFormat5, kFormat6, kFormat7});
    StatementLog log(file);
    EXPECT_EQ(log.confirmed_place(), "there");
    ASSERT_EQ(log.incidents().all().size(), 1U);
    EXPECT_EQ(log.incidents().all()[0].times, 3);
    AttestationLog attestations = MemberList(file).attestations();
    EXPECT_TRUE(attestations.of("lyon").empty());
    const rpc::SigningKey key = rpc::SigningKey::generate();
    const std::string note = sign_attestation("nantes", "lyon", std::string(64, 'a'), 7, key);
    attestations.put(read_attestation(note).value(), note);
    EXPECT_EQ(attestations.of("lyon").size(), 1U);
}

}  // namespace
}  // namespace assidu::federation
