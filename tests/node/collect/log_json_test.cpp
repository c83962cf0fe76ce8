#include "node/collect/log_json.h"

#include <gtest/gtest.h>

#include <string>

#include "config/limits.h"
#include "node/collect/pushed_rows.h"
#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using testing::KeepingSink;
using testing::PiecesSource;

// A row as local_log_sender posts it.
std::string row(const std::string& id, const std::string& more = "") {
    return R"({"id":")" + id +
           R"(","eventname":"\\core\\event\\course_viewed","component":"core","action":"viewed","target":"course",)"
           R"("objecttable":null,"objectid":null,"crud":"r","edulevel":"2","contextid":"22","contextlevel":"50",)"
           R"("contextinstanceid":"2","userid":"3","courseid":"2","relateduserid":null,"anonymous":"0",)"
           R"("other":"{\"x\":[1,\"}]\"]}","timecreated":"1700000300","origin":"web","ip":"192.0.2.1","realuserid":null,)"
           R"("useremail":"marie@example.org","username":"marie","activity_definition":{"type":"course",)"
           R"("name":{"en":"Alg\u00e8bre, ]1["},"description":{"en":null}})" +
           more + "}";
}

void read(const std::string& bytes, KeepingSink& sink, std::string& refused,
          std::size_t piece = std::string::npos) {
    PiecesSource source(bytes, piece);
    const auto done = read_log_json(source, sink);
    refused = done ? "" : done.error().what;
}

TEST(LogJson, ReadsTheBodyOfAPush) {
    for (const std::size_t piece : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
        KeepingSink sink;
        std::string refused;
        read("\xef\xbb\xbf [" + row("4") + ",\n" + row("5") + "\n]\n", sink, refused, piece);
        EXPECT_EQ(refused, "");
        EXPECT_TRUE(sink.rejected.empty());
        ASSERT_EQ(sink.accepted.size(), 2U);
        const LogRow& read = sink.accepted[0].row;
        EXPECT_EQ(read.id, 4);
        EXPECT_EQ(read.user_id, 3);
        EXPECT_EQ(read.course, 2);
        EXPECT_EQ(read.time_s, 1700000300);
        EXPECT_EQ(read.shape, (EventShape{"\\core\\event\\course_viewed", "core", "viewed", "course", "web",
                                          'r', 2, 50, false, false}));
        EXPECT_EQ(sink.accepted[1].line, 2U);
    }
}

TEST(LogJson, ReadsOneObjectALineAndArrayBehindArray) {
    KeepingSink sink;
    std::string refused;
    read(row("1") + "\n" + row("2") + "\r\n\n[" + row("3") + "][]\n[" + row("4") + "]" + row("5"), sink,
         refused);
    EXPECT_EQ(refused, "");
    EXPECT_TRUE(sink.rejected.empty());
    ASSERT_EQ(sink.accepted.size(), 5U);
    EXPECT_EQ(sink.accepted[4].line, 5U);
}

TEST(LogJson, NumbersAreAsGoodAsStrings) {
    KeepingSink sink;
    std::string refused;
    std::string numbers = row("9");
    numbers.replace(numbers.find("\"9\""), 3, "9");
    numbers.replace(numbers.find("\"1700000300\""), 12, "1700000300");
    read(numbers, sink, refused);
    ASSERT_EQ(sink.accepted.size(), 1U);
    EXPECT_EQ(sink.accepted[0].row.id, 9);
    for (const std::string wrong : {"9.0", "9e0", "-9", "18446744073709551616", "true", "[9]", "{}"}) {
        KeepingSink other;
        std::string bad = row("9");
        bad.replace(bad.find("\"9\""), 3, wrong);
        read(bad, other, refused);
        ASSERT_EQ(other.rejected.size(), 1U) << wrong;
        EXPECT_EQ(other.rejected[0].reason.substr(0, 3), "id ") << other.rejected[0].reason;
        EXPECT_EQ(other.rejected[0].record, redacted(bad));
    }
}

TEST(LogJson, AMissingAnEmptyAndADoubledMemberAreToldApart) {
    KeepingSink sink;
    std::string refused;
    std::string missing = row("1"), null = row("2");
    missing.replace(missing.find("\"realuserid\""), 12, "\"realuser__\"");
    null.replace(null.find("\"1700000300\""), 12, "null");
    read("[" + missing + "," + null + "," + row("3", R"(,"id":"4")") + "," + row("5", R"(,"a":1,"a":1)") +
             "," + row("6") + "]",
         sink, refused);
    EXPECT_EQ(refused, "");
    ASSERT_EQ(sink.rejected.size(), 4U);
    EXPECT_EQ(sink.rejected[0].reason, "realuserid is missing");
    EXPECT_EQ(sink.rejected[1].reason, "timecreated is empty");
    EXPECT_EQ(sink.rejected[2].reason, "the member 'id' stands twice");
    EXPECT_EQ(sink.rejected[3].reason, "the member 'a' stands twice");
    ASSERT_EQ(sink.accepted.size(), 1U);
    EXPECT_EQ(sink.accepted[0].row.id, 6);
}

TEST(LogJson, WhatIsNoRowIsRejectedAndReadingGoesOn) {
    KeepingSink sink;
    std::string refused;
    read("[1,null,\"x, y\",[{}]," + row("6") + ",{}]\n17\n", sink, refused);
    EXPECT_EQ(refused, "");
    ASSERT_EQ(sink.rejected.size(), 6U);
    EXPECT_EQ(sink.rejected[0].reason, "the row is no JSON object");
    EXPECT_EQ(sink.rejected[2].record, "\"x, y\"");
    EXPECT_EQ(sink.rejected[3].reason, "the row is a JSON array, not an object");
    EXPECT_EQ(sink.rejected[4].reason, "id is missing");
    EXPECT_EQ(sink.rejected[5].line, 2U);
    EXPECT_EQ(sink.accepted.size(), 1U);
}

TEST(LogJson, ABrokenLineCostsItselfOnly) {
    KeepingSink sink;
    std::string refused;
    read(row("1") + "\n{\"id\":\"2\n" + row("3") + "\n]\n" + row("4") + row("5") + "\n" + row("6"), sink,
         refused);
    EXPECT_EQ(refused, "");
    ASSERT_EQ(sink.rejected.size(), 3U);
    EXPECT_EQ(sink.rejected[0].line, 2U);
    EXPECT_EQ(sink.rejected[0].reason.substr(0, 19), "broken JSON at byte");
    EXPECT_EQ(sink.rejected[1].line, 4U);
    EXPECT_EQ(sink.rejected[2].line, 5U);
    EXPECT_EQ(sink.accepted.size(), 3U);
}

TEST(LogJson, ABrokenArrayKeepsWhatWasReadAndIsRefusedFromThereOn) {
    const std::vector<std::string> broken = {
        "[" + row("1") + ",\n{\"id\":3,}," + row("2") + "]",
        "[" + row("1") + "\n" + row("2") + "]",
        "[" + row("1") + ",\n," + row("2") + "]",
        "[" + row("1") + ",\n]",
        "[" + row("1") + ",\n",
        "[" + row("1") + "\n",
        "[" + row("1") + ",\n{\"id\":\"3\n\"}]",
        "[" + row("1") + ",\n" + row("2").substr(0, 200),
    };
    for (const std::string& bytes : broken) {
        KeepingSink sink;
        std::string refused;
        read(bytes, sink, refused);
        EXPECT_EQ(refused.substr(0, 49), "test.csv:2: the JSON array is broken from here on") << bytes;
        EXPECT_EQ(sink.accepted.size(), 1U) << bytes;
        EXPECT_EQ(sink.rejected.size(), 1U) << bytes;
    }
}

TEST(LogJson, ABodyCutOffAnywhereNeverPassesForAWholeOne) {
    const std::string whole = "[" + row("1") + "," + row("2") + "]";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        KeepingSink sink;
        std::string refused;
        read(whole.substr(0, size), sink, refused);
        EXPECT_NE(refused, "") << size;
        EXPECT_LE(sink.accepted.size(), 2U);
    }
}

TEST(LogJson, BytesThatAreNoUtf8CostTheirRow) {
    KeepingSink sink;
    std::string refused;
    read("[" + row("1", ",\"x\":\"caf\xe9\"") + "," + row("2") + "]", sink, refused);
    EXPECT_EQ(refused, "");
    ASSERT_EQ(sink.rejected.size(), 1U);
    EXPECT_EQ(sink.rejected[0].reason, "the row is not UTF-8");
    EXPECT_EQ(sink.accepted.size(), 1U);
}

TEST(LogJson, ARowMayBeAsDeepAndAsLongAsTheLimitsAndNotMore) {
    const std::size_t depth = config::limits::kJsonDepthMax - 1;
    const auto nested = [](std::size_t levels) {
        return ",\"x\":" + std::string(levels, '[') + std::string(levels, ']');
    };
    const std::size_t empty = row("1", ",\"x\":\"\"").size();
    const std::string longest =
        ",\"x\":\"" + std::string(config::limits::kRecordBytesMax - empty, 'x') + "\"";
    std::string longer = longest;
    longer.insert(longer.size() - 1, "x");
    for (const bool array : {true, false}) {
        const std::string between = array ? "," : "\n";
        KeepingSink sink;
        std::string refused;
        read((array ? "[" : "") + row("1", nested(depth)) + between + row("1", nested(depth + 1)) + between +
                 row("1", longest) + between + row("1", longer) + between + row("1") + (array ? "]" : ""),
             sink, refused);
        EXPECT_EQ(refused, "");
        EXPECT_EQ(sink.accepted.size(), 3U);
        ASSERT_EQ(sink.rejected.size(), 2U);
        EXPECT_EQ(sink.rejected[0].reason, "the row is nested too deep");
        EXPECT_EQ(sink.rejected[1].reason, "the row is too long");
        EXPECT_EQ(sink.rejected[1].record,
                  redacted(row("1", longer).substr(0, config::limits::kRecordBytesMax)));
    }
}

}  // namespace
}  // namespace assidu::node::collect
