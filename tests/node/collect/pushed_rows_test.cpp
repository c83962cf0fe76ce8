// What of a push may be written to a disk, and what reads it back.

#include "node/collect/pushed_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "node/collect/log_json.h"
#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRow =
    R"({"id":"7","eventname":"\\core\\event\\config_log_created","component":"core","action":"created",)"
    R"("target":"config_log","crud":"c","edulevel":"0","contextid":"1","contextlevel":"10",)"
    R"("contextinstanceid":"0","userid":"2","courseid":"0","anonymous":"0","other":"{\"value\":\"hunter2\"}",)"
    R"("timecreated":"1774026000","origin":"cli","ip":"192.0.2.1","realuserid":null,)"
    R"("useremail":"a@example.org","username":"anna","activity_definition":null})";

TEST(PushedRows, OnlyTheColumnsOfAComputationAreKept) {
    const PushedRows pushed = read_push("[" + std::string(kRow) + "]");
    EXPECT_EQ(pushed.objection, "");
    EXPECT_EQ(pushed.rows, 1);
    EXPECT_THAT(pushed.lines, HasSubstr(R"("eventname":"\\core\\event\\config_log_created")"));
    for (const char* never : {"hunter2", "192.0.2.1", "example.org", "anna", "other", "contextid"})
        EXPECT_THAT(pushed.lines, Not(HasSubstr(never)));
}

TEST(PushedRows, ALineGivesTheRowThatItWasMadeOf) {
    LogRow row;
    row.id = 12;
    row.time_s = 1'774'026'000;
    row.user_id = 40;
    row.course = 10;
    row.activity = 501;
    row.shape = {"\\mod_quiz\\event\\x\"", "mod_quiz", "viewed", "é", "", ' ', 2, 70, true, true};
    const auto source = ByteSource::of("line", line_of(row));
    testing::KeepingSink sink;
    ASSERT_TRUE(read_log_json(*source, sink));
    ASSERT_EQ(sink.accepted.size(), 1U);
    const LogRow& read = sink.accepted[0].row;
    EXPECT_EQ(read.id, row.id);
    EXPECT_EQ(read.time_s, row.time_s);
    EXPECT_EQ(read.user_id, row.user_id);
    EXPECT_EQ(read.course, row.course);
    EXPECT_EQ(read.activity, row.activity);
    EXPECT_EQ(read.shape, row.shape);
}

TEST(PushedRows, WhateverABodyIsItsLinesAreLinesOfTheirOwn) {
    // Rows that would swallow what follows, if they stood on a line as they are.
    const std::string body = "[[1,2,[3]],{\"id\":\n\"1\",\"other\":\"hunter2\"},\"[\",17,null," +
                             std::string(kRow) + ",{\"id\":\"8\"}]";
    const PushedRows pushed = read_push(body);
    EXPECT_EQ(pushed.objection, "");
    EXPECT_EQ(std::ranges::count(pushed.lines, '\n'), pushed.rows);
    EXPECT_THAT(pushed.lines, Not(HasSubstr("hunter2")));
    const auto source = ByteSource::of("lines", pushed.lines);
    testing::KeepingSink sink;
    EXPECT_TRUE(read_log_json(*source, sink));
    EXPECT_EQ(sink.accepted.size(), 1U);
    EXPECT_EQ(sink.rejected.size(), 6U);
}

TEST(PushedRows, EveryBodyCutOffIsOneThatIsNoneOrItsRows) {
    const std::string body = "[" + std::string(kRow) + "," + kRow + "]";
    for (std::size_t size = 0; size < body.size(); ++size) {
        const PushedRows pushed = read_push(body.substr(0, size));
        EXPECT_NE(pushed.objection, "") << size;
        EXPECT_LE(pushed.rows, 2);
        EXPECT_THAT(redacted(body.substr(0, size)), Not(HasSubstr("hunter2"))) << size;
    }
}

TEST(PushedRows, TheRowsOfABodyHaveALimit) {
    std::string body = "[0";
    for (std::size_t i = 1; i < config::limits::kPushRowsMax; ++i)
        body += ",0";
    EXPECT_EQ(read_push(body + "]").rows, static_cast<std::int64_t>(config::limits::kPushRowsMax));
    const PushedRows over = read_push(body + ",0]");
    EXPECT_EQ(over.rows, 0);
    EXPECT_THAT(over.objection, HasSubstr("more than 20000 rows"));
}

TEST(Redacted, EmptiesWhatIsNeverKeptWhereverItStands) {
    EXPECT_EQ(redacted(R"({"other":"x","a":"other"})"), R"({"other":"","a":"other"})");
    EXPECT_EQ(redacted(R"({"other" : {"a":[1,"}"]},"b":1})"), R"({"other" : "","b":1})");
    EXPECT_EQ(redacted(R"([{"a":{"ip":"192.0.2.1"}},["username","b"]])"),
              R"([{"a":{"ip":""}},["username","b"]])");
    EXPECT_EQ(redacted(R"({"other":null,"useremail":17})"), R"({"other":null,"useremail":17})");
    EXPECT_EQ(redacted(R"("other":"never ends \" hunter2)"), R"("other":"")");
    for (const char* same : {"", "\"", "\"other\"", "\"other\":", "[[[", "\\\"", "{}"})
        EXPECT_EQ(redacted(same), same);
}

}  // namespace
}  // namespace assidu::node::collect
