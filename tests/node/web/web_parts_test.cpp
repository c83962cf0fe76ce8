// What the web listener's rooms are made of: forms, rates, tokens, addresses of reports; each at its limit
// and one past it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "node/web/form_fields.h"
#include "node/web/moodle_answer.h"
#include "node/web/moodle_parameters.h"
#include "node/web/rate_limiter.h"
#include "node/web/report_link.h"
#include "node/web/tokens.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {
namespace {

using namespace node::web;
namespace limits = config::limits;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(FormFieldsTest, FieldsAreDecodedAndTheLastOfANameCounts) {
    FormFields fields;
    ASSERT_TRUE(fields.add("a=1&b%5B0%5D=%C3%89+x&&c&a=2&d=x=y"));
    EXPECT_THAT(fields.all(), ElementsAre(Pair("a", "1"), Pair("b[0]", "\xC3\x89 x"), Pair("c", ""),
                                          Pair("a", "2"), Pair("d", "x=y")));
    EXPECT_EQ(fields.text("a"), "2");
    EXPECT_FALSE(fields.find("e"));
    for (const char* const broken : {"a=%", "a=%1", "a=%g1", "a=%00", "a=%ff"}) {
        FormFields refused;
        EXPECT_FALSE(refused.add(broken)) << broken;
    }
    EXPECT_EQ(url_escaped("a b&\xC3\x89-._~"), "a%20b%26%C3%89-._~");
}

TEST(FormFieldsTest, ManyFieldsAndLongOnesHaveALimit) {
    FormFields fields;
    for (std::size_t i = 0; i < limits::kFormFieldsMax; ++i)
        ASSERT_TRUE(fields.add("a=" + std::to_string(i)));
    EXPECT_FALSE(fields.add("a=one more"));
    FormFields longest;
    EXPECT_TRUE(longest.add("a=" + std::string(limits::kFormFieldBytesMax, 'x')));
    EXPECT_FALSE(longest.add("a=" + std::string(limits::kFormFieldBytesMax + 1, 'x')));
}

TEST(RateLimiterTest, SoManyAMinuteAndThenNoMore) {
    RateLimiter limiter;
    EXPECT_TRUE(limiter.take("a", 2, 600));
    EXPECT_TRUE(limiter.has("a", 2, 610));
    EXPECT_TRUE(limiter.take("a", 2, 659));
    EXPECT_FALSE(limiter.take("a", 2, 659));
    EXPECT_FALSE(limiter.has("a", 2, 659));
    EXPECT_TRUE(limiter.take("b", 2, 659));
    EXPECT_TRUE(limiter.take("a", 2, 660));
    for (std::size_t i = 0; i < limits::kRateSubjectsMax - 1; ++i)
        ASSERT_TRUE(limiter.take(std::to_string(i), 1, 660));
    EXPECT_FALSE(limiter.take("one more", 1, 660));
    EXPECT_FALSE(limiter.has("one more", 1, 660));
    EXPECT_TRUE(limiter.take("one more", 1, 720));
}

class TokensTest : public ::testing::Test {
  protected:
    static constexpr std::int64_t kNow = 1'790'000'000, kDay = 86'400;
    static Token wanted() {
        Token token;
        token.label = "ERP de l'université";
        token.functions = {"block_use_stats_get_users_stats", "block_use_stats_get_user_stats",
                           "block_use_stats_get_user_stats"};
        token.students.cohorts = {"DAEU A"};
        token.per_minute = 60;
        token.expires_utc_s = kNow + kDay;
        return token;
    }
    static std::string refusal(Tokens& tokens, const Token& token) {
        const auto made = tokens.create(token, kNow);
        return made ? "made" : made.error().what;
    }
    TemporaryFolder folder;
};

TEST_F(TokensTest, ATokenIsShownOnceAndKeptAsADigest) {
    Tokens tokens(folder / "web.sqlite");
    const NewToken made = tokens.create(wanted(), kNow).value();
    EXPECT_EQ(made.secret.size(), 32U);
    EXPECT_EQ(made.secret.find_first_not_of("0123456789abcdef"), std::string::npos);
    for (const char* const name : {"web.sqlite", "web.sqlite-wal"})
        EXPECT_EQ(contents_of(folder / name).find(made.secret), std::string::npos) << name;
    const Token found = tokens.find(made.secret).value();
    EXPECT_EQ(found.number, 1);
    EXPECT_EQ(found.students, wanted().students);
    EXPECT_THAT(found.functions,
                ElementsAre("block_use_stats_get_user_stats", "block_use_stats_get_users_stats"));
    EXPECT_TRUE(found.allows("block_use_stats_get_user_stats"));
    EXPECT_FALSE(found.allows("block_use_stats_get_users_course_stats"));
    EXPECT_FALSE(tokens.find(made.secret.substr(1)));
    EXPECT_FALSE(tokens.find(""));
    EXPECT_TRUE(found.holds_at(kNow + kDay - 1));
    EXPECT_FALSE(found.holds_at(kNow + kDay));
}

TEST_F(TokensTest, ItIsRevokedOnceAndItsNumberIsNeverGivenAgain) {
    Tokens tokens(folder / "web.sqlite");
    const NewToken made = tokens.create(wanted(), kNow).value();
    EXPECT_EQ(tokens.revoke(1, kNow + 5).value().revoked_utc_s, kNow + 5);
    EXPECT_FALSE(tokens.revoke(1, kNow + 6));
    EXPECT_FALSE(tokens.revoke(2, kNow + 6));
    EXPECT_FALSE(tokens.find(made.secret).value().holds_at(kNow + 6));
    EXPECT_EQ(tokens.create(wanted(), kNow).value().token.number, 2);
    tokens.note_use(tokens.find(2).value(), kNow + 59);
    EXPECT_EQ(tokens.find(2).value().used_utc_s, (kNow + 59) / 60 * 60);
    EXPECT_EQ(tokens.all().size(), 2U);
}

TEST_F(TokensTest, WhatIsNoTokenIsRefusedByName) {
    Tokens tokens(folder / "web.sqlite");
    const auto with = [&](const auto& change) {
        Token token = wanted();
        change(token);
        return refusal(tokens, token);
    };
    EXPECT_THAT(with([](Token& t) { t.label = ""; }), HasSubstr("--label"));
    EXPECT_THAT(with([](Token& t) { t.label = std::string(limits::kLabelBytesMax + 1, 'a'); }),
                HasSubstr("--label"));
    EXPECT_EQ(with([](Token& t) { t.label = std::string(limits::kLabelBytesMax, 'a'); }), "made");
    EXPECT_THAT(with([](Token& t) { t.functions = {}; }), HasSubstr("--function"));
    EXPECT_THAT(with([](Token& t) { t.functions = {"core_user_get_users"}; }),
                HasSubstr("core_user_get_users"));
    EXPECT_THAT(with([](Token& t) { t.students = {}; }), HasSubstr("--students"));
    EXPECT_THAT(with([](Token& t) { t.per_minute = 0; }), HasSubstr("--per-minute"));
    EXPECT_EQ(with([](Token& t) { t.per_minute = limits::kTokenRequestsPerMinuteMax; }), "made");
    EXPECT_THAT(with([](Token& t) { t.per_minute = limits::kTokenRequestsPerMinuteMax + 1; }),
                HasSubstr("--per-minute"));
    EXPECT_EQ(with([](Token& t) { t.expires_utc_s = kNow + limits::kTokenDaysMax * kDay; }), "made");
    EXPECT_THAT(with([](Token& t) { t.expires_utc_s = kNow + limits::kTokenDaysMax * kDay + 1; }),
                HasSubstr("--days"));
    EXPECT_THAT(with([](Token& t) { t.expires_utc_s = kNow; }), HasSubstr("--days"));
}

TEST(ReportLinksTest, AnAddressIsReadBackAndNothingElseIs) {
    const ReportLinks links(rpc::Secret::copy_of("0123456789abcdef0123456789abcdef"));
    LinkedReport report;
    report.token = 7;
    report.format = node::ReportFormat::excel_csv;
    report.period = {{-1}, {20'000}};
    report.student.bytes.fill(0xab);
    report.expires_utc_s = 1'790'000'000;
    const std::string ticket = links.ticket_of(report);
    const LinkedReport read = links.read(ticket).value();
    EXPECT_EQ(read.token, 7);
    EXPECT_EQ(read.format, node::ReportFormat::excel_csv);
    EXPECT_EQ(read.period.from.number, -1);
    EXPECT_EQ(read.student, report.student);
    EXPECT_EQ(read.expires_utc_s, report.expires_utc_s);
    for (std::size_t at = 0; at < ticket.size(); ++at) {
        std::string other = ticket;
        other[at] = static_cast<char>(other[at] ^ 1);
        EXPECT_FALSE(links.read(other)) << at;
        EXPECT_FALSE(links.read(ticket.substr(0, at))) << at;
    }
    const ReportLinks others(rpc::Secret::copy_of("another secret of 32 bytes......"));
    EXPECT_FALSE(others.read(ticket));
    report.of_student = false;
    report.group = 12;
    EXPECT_EQ(links.read(links.ticket_of(report)).value().group, 12);
}

TEST(MoodleAnswers, ResultsAndExceptionsAreMoodlesDocuments) {
    const nlohmann::ordered_json value = {{"user", {{"id", 3}, {"username", "\xC3\xA9 <a&\"b\">/"}}},
                                          {"list", nlohmann::ordered_json::array({1})},
                                          {"score", nullptr}};
    EXPECT_EQ(moodle_result(value, MoodleFormat::json).body,
              R"({"user":{"id":3,"username":"\u00e9 <a&\"b\">\/"},"list":[1]})");
    EXPECT_EQ(
        moodle_result(value, MoodleFormat::xml).body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n<SINGLE>\n<KEY name=\"user\"><SINGLE>\n"
        "<KEY name=\"id\"><VALUE>3</VALUE>\n</KEY>\n<KEY name=\"username\"><VALUE>\xC3\xA9 "
        "&lt;a&amp;&quot;b&quot;&gt;/</VALUE>\n</KEY>\n</SINGLE>\n</KEY>\n<KEY name=\"list\"><MULTIPLE>\n"
        "<VALUE>1</VALUE>\n</MULTIPLE>\n</KEY>\n<KEY name=\"score\"><VALUE null=\"null\"/>\n</KEY>\n"
        "</SINGLE>\n</RESPONSE>\n");
    EXPECT_THAT(moodle_result(value, MoodleFormat::xmlrpc).body, HasSubstr("<name>list</name>"));
    EXPECT_EQ(
        moodle_exception(invalid_token(), MoodleFormat::json).body,
        R"({"exception":"moodle_exception","errorcode":"invalidtoken","message":"Invalid token - token not found"})");
    EXPECT_EQ(
        moodle_exception(invalid_parameter("uid is missing"), MoodleFormat::xml).body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"invalid_parameter_exception\">\n"
        "<ERRORCODE>invalidparameter</ERRORCODE>\n<MESSAGE>Invalid parameter value detected</MESSAGE>\n"
        "<DEBUGINFO>uid is missing</DEBUGINFO>\n</EXCEPTION>\n");
    const std::string fault = moodle_exception(access_exception("no"), MoodleFormat::xmlrpc).body;
    EXPECT_THAT(fault, HasSubstr("23000021"));
    EXPECT_THAT(fault, HasSubstr("Access control exception | DEBUG INFO: no | ERRORCODE: accessexception"));
}

TEST(MoodleParametersTest, WhatIsNotDeclaredMissingOrOfAnotherTypeIsInvalid) {
    constexpr ParameterRule kRules[] = {{"who", ParameterRule::Type::letters},
                                        {"from", ParameterRule::Type::integer, "0"},
                                        {"score", ParameterRule::Type::boolean, "1"},
                                        {"uids", ParameterRule::Type::list}};
    const auto debug = [&](MoodleParameters parameters) {
        const auto checked = CheckedParameters::of(parameters, kRules);
        return checked ? "ok" : checked.error().debug;
    };
    const MoodleParameters good{{{"who", "id"}, {"from", "12"}, {"score", "false"}}, {{"uids", {"a", "b"}}}};
    const auto checked = CheckedParameters::of(good, kRules).value();
    EXPECT_EQ(checked.integer("from"), 12);
    EXPECT_FALSE(checked.boolean("score"));
    EXPECT_THAT(checked.list("uids"), ElementsAre("a", "b"));
    EXPECT_EQ(debug({{}, {{"uids", {}}}}), "who is missing");
    EXPECT_EQ(debug({{{"who", "id"}}, {}}), "uids is missing");
    EXPECT_EQ(debug({{{"who", "i d"}}, {{"uids", {}}}}), "who: letters alone is wanted");
    EXPECT_EQ(debug({{{"who", "id"}, {"from", "1.5"}}, {{"uids", {}}}}), "from: an integer is wanted");
    EXPECT_EQ(debug({{{"who", "id"}, {"score", "2"}}, {{"uids", {}}}}), "score: 0 or 1 is wanted");
    EXPECT_THAT(debug({{{"who", "id"}, {"what", "2"}}, {{"uids", {}}}}), HasSubstr("'what' is no parameter"));
    EXPECT_THAT(debug({{{"who", "id"}}, {{"uids", {}}, {"who", {}}}}), HasSubstr("'who' is no list"));
    EXPECT_EQ(debug({{{"who", "id"}}, {{"uids", std::vector<std::string>(limits::kWebUsersMax, "a")}}}),
              "ok");
    EXPECT_EQ(debug({{{"who", "id"}}, {{"uids", std::vector<std::string>(limits::kWebUsersMax + 1, "a")}}}),
              "uids: more than 1000");
}

}  // namespace
}  // namespace assidu::tests
