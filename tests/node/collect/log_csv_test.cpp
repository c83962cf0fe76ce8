#include "node/collect/log_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "config/limits.h"
#include "node/collect/log_row_fields.h"
#include "tests/node/collect/reading.h"
#include "tests/seed.h"

namespace assidu::node::collect {
namespace {

using testing::KeepingSink;
using testing::PiecesSource;

const std::string kHeader =
    "id,eventname,component,action,target,contextlevel,contextinstanceid,userid,courseid,timecreated,origin,"
    "realuserid,anonymous,crud,edulevel\n";
const std::string kGood =
    R"(7,\mod_quiz\event\attempt_started,mod_quiz,started,attempt,70,55,12,3,1700000000,web,,0,c,2)";

testing::Kept read(const std::string& bytes, char delimiter = ',') {
    PiecesSource source(bytes);
    KeepingSink sink;
    const auto done = read_log_csv(source, delimiter, sink);
    EXPECT_TRUE(done) << done.error().what;
    testing::Kept kept = std::move(sink);
    return kept;
}

// The reason for which a row is rejected, given the good row with one field replaced.
std::string reason(std::size_t column, const std::string& value) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= kGood.size();) {
        const std::size_t end = std::min(kGood.find(',', at), kGood.size());
        fields.push_back(kGood.substr(at, end - at));
        at = end + 1;
    }
    fields[column] = value;
    std::string row = fields[0];
    for (std::size_t i = 1; i < fields.size(); ++i)
        row += "," + fields[i];
    const testing::Kept sink = read(kHeader + row + "\n" + kGood + "\n");
    EXPECT_GE(sink.accepted.size(), 1U) << "reading goes on";
    if (sink.rejected.empty()) return "accepted";
    EXPECT_EQ(sink.rejected[0].line, 2U);
    EXPECT_EQ(sink.rejected[0].record, row);
    return sink.rejected[0].reason;
}

TEST(LogCsv, ReadsARow) {
    const testing::Kept sink = read(kHeader + kGood);
    ASSERT_EQ(sink.accepted.size(), 1U);
    const LogRow& row = sink.accepted[0].row;
    EXPECT_EQ(row.id, 7);
    EXPECT_EQ(row.time_s, 1700000000);
    EXPECT_EQ(row.user_id, 12);
    EXPECT_EQ(row.course, 3);
    EXPECT_EQ(row.activity, 55);
    EXPECT_EQ(row.shape, (EventShape{"\\mod_quiz\\event\\attempt_started", "mod_quiz", "started", "attempt",
                                     "web", 'c', 2, 70, false, false}));
    EXPECT_EQ(sink.accepted[0].line, 2U);
}

TEST(LogCsv, NullHasThreeSpellingsAndTheMeaningOfItsColumn) {
    for (const std::string null : {"", "NULL", "\\N"}) {
        const testing::Kept sink = read(kHeader + "1,e,c,a,t,50,9,2," + null + ",5," + null + "," + null +
                                        ",1," + null + "," + null + "\n");
        ASSERT_EQ(sink.accepted.size(), 1U) << null;
        const LogRow& row = sink.accepted[0].row;
        EXPECT_EQ(row.course, 0);
        EXPECT_EQ(row.activity, 0) << "not at module level";
        EXPECT_EQ(row.shape.origin, "");
        EXPECT_FALSE(row.shape.login_as);
        EXPECT_TRUE(row.shape.anonymous);
        EXPECT_EQ(row.shape.crud, ' ');
        EXPECT_EQ(row.shape.edulevel, 0);
    }
}

TEST(LogCsv, SomebodyElseLoggedInIsLoginAs) {
    EXPECT_FALSE(read(kHeader + "1,e,c,a,t,50,9,2,3,5,web,0,0,r,0").accepted.at(0).row.shape.login_as);
    EXPECT_TRUE(read(kHeader + "1,e,c,a,t,50,9,2,3,5,web,4,0,r,0").accepted.at(0).row.shape.login_as);
}

TEST(LogCsv, ABrokenFieldIsRejectedByColumnAndValue) {
    EXPECT_EQ(reason(0, "0"), "id is out of range: '0'");
    EXPECT_EQ(reason(0, "-1"), "id is out of range: '-1'");
    EXPECT_EQ(reason(0, ""), "id is empty");
    EXPECT_EQ(reason(0, "1x"), "id is not a whole number: '1x'");
    EXPECT_EQ(reason(0, "+1"), "id is not a whole number: '+1'");
    EXPECT_EQ(reason(0, " 1"), "id is not a whole number: ' 1'");
    EXPECT_EQ(reason(0, "0x10"), "id is not a whole number: '0x10'");
    EXPECT_EQ(reason(0, "9223372036854775808"), "id is out of range: '9223372036854775808'");
    EXPECT_EQ(reason(0, "9223372036854775807"), "accepted");
    EXPECT_EQ(reason(9, "0"), "timecreated is out of range: '0'");
    EXPECT_EQ(reason(9, "1700000000.5"), "timecreated is not a whole number: '1700000000.5'");
    EXPECT_EQ(reason(9, "1700000000000"), "timecreated is out of range: '1700000000000'") << "milliseconds";
    EXPECT_EQ(reason(8, "-1"), "courseid is out of range: '-1'");
    EXPECT_EQ(reason(6, "-1"), "contextinstanceid is out of range: '-1'");
    EXPECT_EQ(reason(6, "NULL"), "contextinstanceid is empty");
    EXPECT_EQ(reason(7, "NULL"), "userid is empty");
    EXPECT_EQ(reason(7, "-20"), "accepted");
    EXPECT_EQ(reason(12, "2"), "anonymous is out of range: '2'");
    EXPECT_EQ(reason(12, ""), "anonymous is empty");
    EXPECT_EQ(reason(11, "x"), "realuserid is not a whole number: 'x'");
    EXPECT_EQ(reason(13, "x"), "crud is not one of c, r, u, d: 'x'");
    EXPECT_EQ(reason(1, ""), "eventname is empty");
    EXPECT_EQ(reason(3, "view\x1b[2J"), "action is not UTF-8 without control characters: 'view\\x1B[2J'");
    EXPECT_EQ(reason(4, "\xe9"), "target is not UTF-8 without control characters: '\\xE9'");
}

TEST(LogCsv, ANameMayBeAsLongAsTheLimitAndNotOneByteLonger) {
    const std::string most(config::limits::kNameBytesMax, 'n');
    EXPECT_EQ(reason(1, most), "accepted");
    EXPECT_EQ(reason(1, most + "n"), "eventname is too long: '" + most.substr(0, 48) + "...'");
}

TEST(LogCsv, ARecordWithAnotherNumberOfFieldsIsRejected) {
    const testing::Kept sink = read(kHeader + kGood + ",more\n1,2\n" + kGood + "\n");
    ASSERT_EQ(sink.rejected.size(), 2U);
    EXPECT_EQ(sink.rejected[0].reason, "the record has 16 fields, the header has 15");
    EXPECT_EQ(sink.rejected[1].line, 3U);
    EXPECT_EQ(sink.accepted.size(), 1U);
}

TEST(LogCsv, AFileWithoutAColumnThatChangesTheNumberIsRefusedNamingIt) {
    const std::vector<std::string> names = {
        "id",     "eventname", "component",   "action", "target",     "contextlevel", "contextinstanceid",
        "userid", "courseid",  "timecreated", "origin", "realuserid", "anonymous"};
    for (const std::string& left_out : names) {
        std::string header;
        for (const std::string& name : names)
            if (name != left_out) header += (header.empty() ? "" : ",") + name;
        PiecesSource source(header + "\n1\n");
        KeepingSink sink;
        const auto done = read_log_csv(source, ',', sink);
        ASSERT_FALSE(done);
        EXPECT_NE(done.error().what.find("test.csv: no column " + left_out + ":"), std::string::npos)
            << done.error().what;
        EXPECT_TRUE(sink.rejected.empty());
    }
    PiecesSource twice("ID," + kHeader);
    KeepingSink sink;
    EXPECT_EQ(read_log_csv(twice, ',', sink).error().what, "test.csv: the column id stands twice");
    PiecesSource empty("");
    EXPECT_EQ(read_log_csv(empty, ',', sink).error().what, "test.csv: is empty");
}

TEST(LogCsv, StopsWhenTheSinkWantsNoMore) {
    PiecesSource source(kHeader + kGood + "\n" + kGood + "\n" + kGood + "\n");
    KeepingSink sink;
    sink.stop_after = 2;
    EXPECT_TRUE(read_log_csv(source, ',', sink));
    EXPECT_EQ(sink.accepted.size(), 2U);
}

// A row and what stands in its columns that a LogRow does not keep.
struct Written {
    LogRow row;
    std::int64_t instance = 0;
    std::string null;
};

Written random_row(std::mt19937& random) {
    const auto below = [&random](std::uint64_t limit) { return static_cast<std::int64_t>(random() % limit); };
    Written written;
    LogRow& row = written.row;
    row = {1 + below(1U << 30), 1 + below(1U << 31), below(1000) - 20, below(50), 0, {}};
    row.shape.eventname = "\\core\\event\\\xc3\xa9v\xc3\xa9nement_" + std::to_string(below(9));
    row.shape.component = "core";
    row.shape.action = "viewed";
    row.shape.target = "c,o;u\"r";
    row.shape.origin = random() % 2 == 0 ? "web" : "";
    row.shape.crud = "crud "[random() % 5];
    row.shape.edulevel = static_cast<std::int32_t>(below(3));
    row.shape.context_level = static_cast<std::int32_t>(10 * (1 + below(8)));
    row.shape.login_as = random() % 3 == 0;
    row.shape.anonymous = random() % 3 == 0;
    written.instance = below(500);
    if (row.shape.context_level == kModuleContext) row.activity = written.instance;
    written.null = std::vector<std::string>{"", "NULL", "\\N"}[random() % 3];
    return written;
}

std::map<std::string, std::string> columns_of(const Written& written) {
    const LogRow& row = written.row;
    const EventShape& shape = row.shape;
    const auto or_null = [&written](bool null, std::string text) {
        return null ? written.null : std::move(text);
    };
    return {{"ID", std::to_string(row.id)},
            {" userid ", std::to_string(row.user_id)},
            {"CourseId", or_null(row.course == 0, std::to_string(row.course))},
            {"timecreated", std::to_string(row.time_s)},
            {"eventname", shape.eventname},
            {"component", shape.component},
            {"action", shape.action},
            {"target", shape.target},
            {"origin", or_null(shape.origin.empty(), shape.origin)},
            {"crud", or_null(shape.crud == ' ', std::string(1, shape.crud))},
            {"edulevel", std::to_string(shape.edulevel)},
            {"contextlevel", std::to_string(shape.context_level)},
            {"contextinstanceid", std::to_string(written.instance)},
            {"realuserid", or_null(!shape.login_as, "9")},
            {"anonymous", shape.anonymous ? "1" : "0"},
            {"other", "a:1:{s:1:\"x\";\r\nN;}"},
            {"ip", "2001:db8::1"}};
}

// Rows written in a random column order, quoting, line end and delimiter read back equal.
TEST(LogCsv, RandomRowsReadBackEqual) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::string> names;
        for (const auto& [name, text] : columns_of(random_row(random)))
            names.push_back(name);
        std::ranges::shuffle(names, random);
        const char delimiter = ",;\t"[random() % 3];
        const std::string end = std::vector<std::string>{"\n", "\r\n", "\r"}[random() % 3];
        std::string bytes = random() % 2 == 0 ? "\xef\xbb\xbf" : "";
        const auto put = [&](const std::string& field, bool last) {
            const bool quote = random() % 2 == 0 || field.find_first_of("\"\r\n,;\t") != std::string::npos;
            if (quote) bytes += '"';
            for (const char c : field)
                bytes += c == '"' ? std::string("\"\"") : std::string(1, c);
            if (quote) bytes += '"';
            bytes += last ? end : std::string(1, delimiter);
        };
        for (const std::string& name : names)
            put(name, &name == &names.back());
        std::vector<LogRow> rows;
        for (int r = 0; r < 20; ++r) {
            const Written written = random_row(random);
            const auto columns = columns_of(written);
            for (const std::string& name : names)
                put(columns.at(name), &name == &names.back());
            rows.push_back(written.row);
        }
        const testing::Kept sink = read(bytes, delimiter);
        ASSERT_TRUE(sink.rejected.empty()) << sink.rejected[0].reason << "\n" << bytes;
        ASSERT_EQ(sink.accepted.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            EXPECT_TRUE(testing::same(sink.accepted[i].row, rows[i])) << bytes;
    }
}

// Fields of a column, good ones and odd ones, in an order that makes rows alike.
std::string random_field(LogColumn column, tests::Dice& dice) {
    static const std::map<LogColumn, std::vector<std::string>> kOdd = {
        {LogColumn::id, {"0", "-1", "007", "999999999999999999", "9999999999999999999", "1x", "+1", " 1"}},
        {LogColumn::timecreated, {"0", "253402300799", "253402300800", "1700000000123456"}},
        {LogColumn::userid, {"-20", "0", "1", "NULL"}},
        {LogColumn::courseid, {"", "NULL", "\\N", "-1", "0"}},
        {LogColumn::contextinstanceid, {"0", "", "99999999999999999999"}},
        {LogColumn::realuserid, {"0", "5", "NULL", "x", "-3", "\\N"}},
        {LogColumn::contextlevel, {"50", "070", "", "99999999999"}},
        {LogColumn::anonymous, {"1", "2", "01"}},
        {LogColumn::origin, {"ws", "", "NULL", "cli"}},
        {LogColumn::eventname, {"\\a", "a\x01z", "", "\xff", "\\core\\event\\b"}},
        {LogColumn::crud, {"", "r", "x", "NULL"}},
        {LogColumn::edulevel, {"", "0", "-1"}}};
    static const std::map<LogColumn, std::string> kGoodFields = {
        {LogColumn::id, "7"},
        {LogColumn::eventname, "\\mod_quiz\\event\\attempt_started"},
        {LogColumn::component, "mod_quiz"},
        {LogColumn::action, "started"},
        {LogColumn::target, "attempt"},
        {LogColumn::contextlevel, "70"},
        {LogColumn::contextinstanceid, "55"},
        {LogColumn::userid, "12"},
        {LogColumn::courseid, "3"},
        {LogColumn::timecreated, "1700000000"},
        {LogColumn::origin, "web"},
        {LogColumn::realuserid, ""},
        {LogColumn::anonymous, "0"},
        {LogColumn::crud, "c"},
        {LogColumn::edulevel, "2"}};
    const auto odd = kOdd.find(column);
    if (odd == kOdd.end() || !dice.one_in(20)) return kGoodFields.at(column);
    return odd
        ->second[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(odd->second.size()) - 1))];
}

TEST(LogCsv, RandomRowsAreReadByTheShortWayAsByTheLongOne) {
    tests::Dice dice(tests::test_seed());
    std::string file = kHeader;
    std::vector<LogValues> rows;
    std::deque<std::string> texts;  // what the values look at
    for (int r = 0; r < 3000; ++r) {
        LogValues& values = rows.emplace_back();
        // In the order of kHeader.
        const LogColumn order[] = {LogColumn::id,
                                   LogColumn::eventname,
                                   LogColumn::component,
                                   LogColumn::action,
                                   LogColumn::target,
                                   LogColumn::contextlevel,
                                   LogColumn::contextinstanceid,
                                   LogColumn::userid,
                                   LogColumn::courseid,
                                   LogColumn::timecreated,
                                   LogColumn::origin,
                                   LogColumn::realuserid,
                                   LogColumn::anonymous,
                                   LogColumn::crud,
                                   LogColumn::edulevel};
        for (const LogColumn column : order) {
            const std::string& text = texts.emplace_back(random_field(column, dice));
            const bool null = text.empty() || text == "NULL" || text == "\\N";
            values[static_cast<std::size_t>(column)] = {null ? LogValue::State::null : LogValue::State::text,
                                                        text};
            const char* const quote = dice.one_in(5) ? "\"" : "";
            file += (column == LogColumn::id ? "" : ",") + (quote + text) + quote;
        }
        file += dice.one_in(3) ? "\r\n" : "\n";
    }
    const testing::Kept kept = read(file);
    std::size_t accepted = 0, rejected = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        LogRow row;
        std::string why;
        if (read_log_row(rows[r], row, why)) {
            ASSERT_LT(accepted, kept.accepted.size());
            EXPECT_TRUE(testing::same(kept.accepted[accepted].row, row)) << "row " << r;
            EXPECT_EQ(kept.accepted[accepted++].line, r + 2);
        } else {
            ASSERT_LT(rejected, kept.rejected.size());
            EXPECT_EQ(kept.rejected[rejected].reason, why);
            EXPECT_EQ(kept.rejected[rejected++].line, r + 2);
        }
    }
    EXPECT_EQ(accepted, kept.accepted.size());
    EXPECT_EQ(rejected, kept.rejected.size());
    EXPECT_GT(accepted, 500U);
    EXPECT_GT(rejected, 100U);
}

}  // namespace
}  // namespace assidu::node::collect
