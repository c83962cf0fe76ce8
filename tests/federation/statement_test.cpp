#include "federation/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "config/limits.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using ::testing::HasSubstr;
using tests::contents_of;
using tests::TemporaryFolder;

StudentId student(std::uint8_t number) {
    StudentId id;
    id.bytes.fill(number);
    return id;
}

LedgerRow row(std::uint8_t number, std::int32_t day, std::int64_t course, std::int64_t seconds) {
    return {student(number),           CivilDay{day}, course, seconds, 0, 3, 1'772'438'400, 1'772'439'370,
            {{501, seconds / 2, 0, 1}}};
}

SaltedRow salted(const LedgerRow& ledger_row) {
    const auto digest = config::sha256("salt" + daily_row_key(ledger_row));
    return {std::string(digest.begin(), digest.end()), daily_row(ledger_row)};
}

StatementHeader header() {
    StatementHeader made;
    made.node = "univ-lyon";
    made.number = 2;
    made.previous = std::string(64, 'a');
    made.issued_utc_s = 1'772'600'000;
    made.scale = {"sonate", 1, "", "{\"id\":\"sonate\"}"};
    made.scale.sha256 = config::hex(config::sha256(made.scale.document));
    made.freshness = {"assidu-gap 1", 1'772'599'000, 77, 1'772'590'000, INT64_MAX};
    made.days = {{CivilDay{20'514}, 2, 1}, {CivilDay{20'515}, 1, 0}};
    made.outages = {{1'772'400'000, 1'772'410'000, "journal purgé"}};
    return made;
}

// Days must be in the order of students first: keys are student, day, course.
std::vector<SaltedRow> rows() {
    return {salted(row(1, 20'514, 0, 60)), salted(row(1, 20'514, 10, 900)), salted(row(1, 20'515, 10, 300))};
}

class Statements : public ::testing::Test {
  protected:
    std::string refusal_of(const StatementHeader& changed, const std::vector<SaltedRow>& its_rows) const {
        const auto read =
            read_statement(encode_statement(sign_statement(changed, its_rows, key)), key.verifying_key());
        return read ? "accepted" : read.error().what;
    }
    const rpc::SigningKey key = rpc::SigningKey::generate();
};

TEST_F(Statements, GiveBackWhatWasDeclared) {
    const Statement made = sign_statement(header(), rows(), key);
    const auto read = read_statement(encode_statement(made), key.verifying_key());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->header, made.header);
    EXPECT_EQ(read->rows, made.rows);
    EXPECT_EQ(read->digest(), made.digest());
    EXPECT_EQ(parse_daily_row(read->rows[1].row).value(), row(1, 20'514, 10, 900));
}

TEST_F(Statements, OfARosterDoToo) {
    StatementHeader made = header();
    made.kind = StatementKind::roster;
    const RosterRow activity{"activity", {}, 10, 501, {{"name", "Quiz"}, {"type", "quiz"}}};
    const RosterRow course{"course", {}, 10, 0, {{"fullname", "Mathématiques"}}};
    const RosterRow person{"person", student(1), 0, 0, {{"lastname", "O'Neil \"Œ\""}}};
    std::vector<SaltedRow> its_rows;
    for (const RosterRow& one : {activity, course, person})
        its_rows.push_back({std::string(32, 's'), roster_row(one)});
    const auto read =
        read_statement(encode_statement(sign_statement(made, its_rows, key)), key.verifying_key());
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(parse_roster_row(read->rows[0].row).value(), activity);
    EXPECT_EQ(parse_roster_row(read->rows[1].row).value(), course);
    EXPECT_EQ(parse_roster_row(read->rows[2].row).value(), person);
}

TEST_F(Statements, OfNoRowsSayThatNothingWasThere) {
    StatementHeader made = header();
    made.days = {{CivilDay{20'514}, 0, 0}};
    EXPECT_EQ(refusal_of(made, {}), "accepted");
}

TEST_F(Statements, AreRefusedAtAnyFlippedBitAndAnyCut) {
    const std::string bytes = encode_statement(sign_statement(header(), rows(), key));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(read_statement(flipped, key.verifying_key())) << "bit " << bit;
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(read_statement(bytes.substr(0, size), key.verifying_key())) << "size " << size;
}

TEST_F(Statements, OfAnotherKeyAreRefused) {
    const std::string bytes = encode_statement(sign_statement(header(), rows(), key));
    EXPECT_THAT(read_statement(bytes, rpc::SigningKey::generate().verifying_key()).error().what,
                HasSubstr("not signed by the key of univ-lyon"));
}

TEST_F(Statements, WithRowsSwappedTamperedAddedOrLeftOutAreRefused) {
    const Statement made = sign_statement(header(), rows(), key);
    const auto refusal = [&](const std::vector<SaltedRow>& other) {
        return read_statement(encode_statement({made.header, made.note, other}), key.verifying_key())
            .error()
            .what;
    };
    std::vector<SaltedRow> other = rows();
    std::swap(other[0], other[1]);
    EXPECT_THAT(refusal(other), HasSubstr("do not give the root"));
    other = rows();
    other[1] = salted(row(1, 20'514, 10, 901));
    EXPECT_THAT(refusal(other), HasSubstr("do not give the root"));
    other = rows();
    other.pop_back();
    EXPECT_THAT(refusal(other), HasSubstr("2 rows stand under a header that says 3"));
    other = rows();
    other.push_back(salted(row(2, 20'515, 10, 1)));
    EXPECT_THAT(refusal(other), HasSubstr("4 rows stand under a header that says 3"));
}

// A signer can lie in a well-signed statement: what it says must hold together all the same.
TEST_F(Statements, ThatContradictThemselvesAreRefusedThoughSigned) {
    StatementHeader made = header();
    EXPECT_THAT(refusal_of(made, {rows()[1], rows()[0], rows()[2]}),
                HasSubstr("row 2: not in the order of keys"));
    EXPECT_THAT(refusal_of(made, {rows()[0], rows()[0], rows()[2]}), HasSubstr("not in the order of keys"));
    made.days[1].rows = 2;
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("the days' rows are not the statement's"));
    made = header();
    made.days[1].day = CivilDay{20'516};
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("another number of rows than the header says"));
    made = header();
    std::swap(made.days[0], made.days[1]);
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("the days are not ascending"));
    made = header();
    made.days[0].supersedes = 2;
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("supersedes is not an earlier statement"));
    made = header();
    made.number = 1;
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("the first statement has none before it"));
    made = header();
    made.previous.clear();
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("previous is not a digest"));
    made = header();
    made.scale.document = "{\"id\":\"other\"}";
    EXPECT_THAT(refusal_of(made, rows()), HasSubstr("document has another SHA-256"));
    std::vector<SaltedRow> other = rows();
    other[1] = salted(row(1, 20'514, 10, 90'001));
    EXPECT_THAT(refusal_of(header(), other), HasSubstr("row 2: the row: a total is out of range"));
    // The rows are in key order: course 10 is the second.
    LedgerRow most = row(1, 20'514, 10, 900);
    for (std::int64_t LedgerRow::* total : {&LedgerRow::credited_s, &LedgerRow::events}) {
        most.*total = config::limits::kRowTotalMax + 1;
        other[1] = salted(most);
        EXPECT_THAT(refusal_of(header(), other), HasSubstr("row 2: the row: a total is out of range"));
        most.*total = config::limits::kRowTotalMax;
        other[1] = salted(most);
        EXPECT_EQ(refusal_of(header(), other), "accepted");
    }
    for (std::int64_t ActivityShare::* total : {&ActivityShare::credited_s, &ActivityShare::events}) {
        most.activities.at(0).*total = config::limits::kRowTotalMax + 1;
        other[1] = salted(most);
        EXPECT_THAT(refusal_of(header(), other), HasSubstr("row 2: the row: an activity has more"));
        most.activities[0].*total = config::limits::kRowTotalMax;
        other[1] = salted(most);
        EXPECT_EQ(refusal_of(header(), other), "accepted");
    }
    other[1] = {std::string(32, 's'), R"({"student" :"x"})"};
    EXPECT_THAT(refusal_of(header(), other), HasSubstr("row 2: the row is not canonical JSON"));
}

TEST_F(Statements, TakeAsManyRowsAsTheLimitAndNotOneMore) {
    StatementHeader made = header();
    std::vector<SaltedRow> many;
    for (std::size_t i = 0; i < config::limits::kStatementRowsMax; ++i)
        many.push_back(salted(row(1, 20'514, static_cast<std::int64_t>(i), 1)));
    made.days = {{CivilDay{20'514}, static_cast<std::int64_t>(many.size()), 0}};
    EXPECT_EQ(refusal_of(made, many), "accepted");
    many.push_back(salted(row(1, 20'514, static_cast<std::int64_t>(many.size()), 1)));
    made.days[0].rows = static_cast<std::int64_t>(many.size());
    EXPECT_THAT(refusal_of(made, many), HasSubstr("rows is not from 0 to 20000"));
    EXPECT_THAT(read_statement(std::string(config::limits::kStatementBytesMax + 1, 'x'), key.verifying_key())
                    .error()
                    .what,
                HasSubstr("longer than"));
}

TEST(DailyRow, KeysOrderAsStudentsDaysAndCoursesDo) {
    EXPECT_LT(daily_row_key(row(1, 20'514, -1, 1)), daily_row_key(row(1, 20'514, 0, 1)));
    EXPECT_LT(daily_row_key(row(1, 20'514, 9, 1)), daily_row_key(row(1, 20'514, 10, 1)));
    EXPECT_LT(daily_row_key(row(1, 20'514, 99, 1)), daily_row_key(row(1, 20'515, 1, 1)));
    EXPECT_LT(daily_row_key(row(1, 20'516, 99, 1)), daily_row_key(row(2, 20'515, 1, 1)));
}

TEST(Receipts, AreReadBackAndOnlyUnderTheHubsKey) {
    const rpc::SigningKey hub = rpc::SigningKey::generate();
    const Receipt receipt{"hub", "univ-lyon", 7, std::string(64, 'b'), 1'772'600'001};
    const std::string note = sign_receipt(receipt, hub);
    EXPECT_EQ(read_receipt(note, hub.verifying_key()).value(), receipt);
    EXPECT_THAT(read_receipt(note, rpc::SigningKey::generate().verifying_key()).error().what,
                HasSubstr("not signed by the key of hub"));
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string flipped = note;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(read_receipt(flipped, hub.verifying_key())) << "bit " << bit;
    }
}

// docs/formats/statement.md: its example, checked with openssl and sha256sum by the commands that the page
// gives.
class StatementPage : public ::testing::Test {
  protected:
    // The lines of the fenced block that follows `title`.
    static std::string block(const std::string& title) {
        const std::string page = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/statement.md");
        const std::size_t at = page.find(title);
        const std::size_t begin = page.find("```\n", at == std::string::npos ? 0 : at);
        if (at == std::string::npos || begin == std::string::npos)
            throw std::runtime_error("the page has no " + title);
        return page.substr(begin + 4, page.find("```", begin + 4) - begin - 4);
    }
};

TEST_F(StatementPage, ItsExampleReadsUnderItsKey) {
    const std::string key = config::unhex(block("### The key").substr(0, 64)).value();
    const auto statement = read_statement(block("### The statement"), rpc::VerifyingKey::of(key).value());
    ASSERT_TRUE(statement) << statement.error().what;
    EXPECT_EQ(statement->rows.size(), 3U);
}

TEST_F(StatementPage, ItsCommandsCheckItsExampleAndFailOnATamperedOne) {
    const TemporaryFolder folder;
    folder.write("key.hex", block("### The key"));
    folder.write("statement", block("### The statement"));
    folder.write("check.sh", block("### Checking it"));
    const std::string command = "cd " + folder.path().string() + " && sh ./check.sh > out 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << contents_of(folder / "out");
    EXPECT_THAT(contents_of(folder / "out"), HasSubstr("the statement holds"));
    std::string tampered = block("### The statement");
    tampered.replace(tampered.find("\"measured_s\":900"), 16, "\"measured_s\":901");
    folder.write("statement", tampered);
    EXPECT_NE(std::system(command.c_str()), 0) << contents_of(folder / "out");
    tampered = block("### The statement");
    tampered.replace(tampered.find("\"number\":2"), 10, "\"number\":3");
    folder.write("statement", tampered);
    EXPECT_NE(std::system(command.c_str()), 0) << contents_of(folder / "out");
}

}  // namespace
}  // namespace assidu::federation
