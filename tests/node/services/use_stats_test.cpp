// The service use_stats as a peer meets it, up to the envelope: parameters in, the plugin's answers out.

#include "node/services/use_stats.h"

#include <nlohmann/json.hpp>

#include "config/clock.h"
#include "config/limits.h"
#include "node/node.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using node::services::add_to_scope;
using node::services::answer_use_stats;
using node::services::kGetScores;
using node::services::kGetStats;
using node::services::StudentScope;
using node::services::UseStatsAnswer;
using node::services::UseStatsCaller;
using node::services::UseStatsElsewhere;
using rpc::Value;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPeer = "https://peer.example";

Value text(const std::string& value) {
    return Value::text(value);
}

Value caller_struct(const std::string& host = kPeer, const std::string& name = "rpcadmin") {
    return Value::structure(
        {{"username", text(name)}, {"remoteuserhostroot", text(kPeer)}, {"remotehostroot", text(host)}});
}

class UseStats : public NodeProcess {
  protected:
    void SetUp() override {
        init();
        const std::string people =
            folder.write("people.csv",
                         "id,username,idnumber,firstname,lastname,institution,mnethost\n"
                         "42,elodie,E-42,\xC3\x89lodie,Roux & fils,Lyon,\n43,lea,,L\xC3\xA9"
                         "a,Petit,Lyon,\n44,paul,,Paul,Paris,Nantes,\n"
                         "45,lea,,L\xC3\xA9"
                         "a,Autre,Lyon,https://other.example\n46,quiet,,Quiet,Student,Lyon,\n");
        const std::string courses = folder.write(
            "courses.csv",
            "id,fullname,shortname,idnumber\n10,Arts & Crafts <beta>,ART,C-ART\n11,History,HIST,C-HIST\n");
        const std::string activities =
            folder.write("activities.csv", "id,course,modname,name\n501,10,quiz,\"Test \"\"1\"\" <a/b>\"\n");
        const std::string log = folder.write(
            "log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 60, 501) +
                           row(3, 42, kMorning + 719, 0, "loggedout") + row(4, 43, kMorning) +
                           row(5, 44, kMorning) + row(6, 44, kMorning + 100) + row(7, 45, kMorning));
        ASSERT_EQ(run({"import", people, courses, activities, log}).exit_code, 0);
        node_.emplace(node::Node::open({dir()}, clock_, node::Node::Access::look).value());
        ASSERT_TRUE(add_to_scope(caller_.grant, "institution=Lyon"));
    }

    UseStatsAnswer ask(std::vector<Value> params, bool wrapped = false,
                       std::string_view function = kGetStats) {
        const std::vector<std::string> own{"https://moodle.univ-lyon.example", "https://node.example"};
        return answer_use_stats(*node_, caller_, function, params, wrapped, own);
    }
    // The one string of JSON.
    std::string json(std::vector<Value> params, bool wrapped = false, std::string_view function = kGetStats) {
        const UseStatsAnswer answer = ask(std::move(params), wrapped, function);
        const auto* const value = std::get_if<Value>(&answer);
        return value == nullptr || value->as_text() == nullptr ? "no text" : *value->as_text();
    }
    std::string message(std::vector<Value> params, std::string_view function = kGetStats) {
        const auto parsed = nlohmann::json::parse(json(std::move(params), false, function));
        EXPECT_EQ(parsed.at("status"), 200) << parsed;
        return parsed.value("message", "none");
    }
    // What stands before our own part.
    static std::string standard_part(const std::string& document) {
        return document.substr(0, document.find("\t<ASSIDU>"));
    }

    config::FixedClock clock_{kMorning + 40 * 86'400};
    std::optional<node::Node> node_;
    UseStatsCaller caller_{kPeer, {}};
};

TEST_F(UseStats, ASiteIsAnsweredAsThePluginDoesEscapedAndWithSecondsOnTop) {
    EXPECT_THAT(
        json({caller_struct(), text("elodie"), text(""), text("1"), Value::integer(kMorning)}),
        HasSubstr(
            R"({"status":200,"errors":[[]],"message":"<USE_STATS>\n\t<USER>\n\t\t<USERNAME>elodie<\/USERNAME>)"
            R"(\n\t\t<FIRSTNAME>\u00c9lodie<\/FIRSTNAME>\n\t\t<LASTNAME>Roux &amp; fils<\/LASTNAME>)"));
    const std::string document =
        message({caller_struct(), text("elodie"), text(""), text("1"), Value::integer(kMorning)});
    EXPECT_THAT(standard_part(document), Not(HasSubstr("COURSE")));
    // 719 seconds are 11 whole minutes; counted from midnight of the day of timefrom.
    EXPECT_THAT(document, HasSubstr("<FROM>1772406000</FROM>\n\t\t<ELAPSED>11</ELAPSED>\n"
                                    "\t\t<ELAPSED_SECONDS>719</ELAPSED_SECONDS>"));
    EXPECT_THAT(document,
                HasSubstr("<FIRST_DAY>2026-03-02</FIRST_DAY>\n\t\t\t<LAST_DAY>2026-04-11</LAST_DAY>"));
    EXPECT_THAT(message({caller_struct(), text("elodie"), text("")}),
                HasSubstr("<FROM>0</FROM>\n\t\t<ELAPSED>11<"));
}

TEST_F(UseStats, CoursesAndModulesHideNothingForBeingShort) {
    const std::string courses =
        standard_part(message({caller_struct(), text("elodie"), text(""), Value::integer(2)}));
    EXPECT_THAT(courses,
                HasSubstr("<NAME>Arts &amp; Crafts &lt;beta&gt;</NAME>\n\t\t\t<SHORTNAME>ART</SHORTNAME>\n"
                          "\t\t\t<IDNUMBER>C-ART</IDNUMBER>\n\t\t\t<ELAPSED>11</ELAPSED>\n"
                          "\t\t\t<COURSE_ID>10</COURSE_ID>\n"));
    EXPECT_THAT(courses, Not(HasSubstr("MODULE")));
    const std::string modules =
        standard_part(message({caller_struct(), text("elodie"), text(""), text("3")}));
    EXPECT_THAT(modules,
                HasSubstr("<ELAPSED>11</ELAPSED>\n\t\t\t<MODULES>\n\t\t\t\t<MODULE>\n"
                          "\t\t\t\t\t<NAME>Test \"1\" &lt;a/b&gt;</NAME>\n\t\t\t\t\t<TYPE>quiz</TYPE>\n"
                          "\t\t\t\t\t<IDNUMBER></IDNUMBER>\n\t\t\t\t\t<ELAPSED>10</ELAPSED>\n"));
    // One minute of the course's own pages is there, too.
    EXPECT_THAT(modules, HasSubstr("<PAGES>\n\t\t\t\t<ELAPSED_SECONDS>60</ELAPSED_SECONDS>"));
    const std::string flat = standard_part(message({caller_struct(), text("elodie"), text(""), text("3"),
                                                    Value::integer(0), Value::boolean(true), text("flat")}));
    EXPECT_THAT(flat, HasSubstr("\t</USER>\n\t<MODULES>\n\t\t<MODULE>\n\t\t\t<NAME>Test"));
    EXPECT_THAT(flat, HasSubstr("\t\t\t<COURSE_ID>10</COURSE_ID>\n\t\t</MODULE>"));
    EXPECT_THAT(flat, Not(HasSubstr("<COURSES>")));
}

TEST_F(UseStats, AStructAndTheWrappedFormSayTheSame) {
    const auto answer =
        ask({caller_struct(), text("elodie"), text(""), text("2"), Value::integer(0), Value::boolean(false)});
    const Value& value = std::get<Value>(answer);
    EXPECT_EQ(value.find("status")->as_integer(), 200);
    EXPECT_EQ(*value.find("errors"), Value::array({Value::array({})}));
    const std::string positional = message({caller_struct(), text("elodie"), text(""), text("2")});
    EXPECT_EQ(*value.find("message")->as_text(), positional);
    const Value wrapped = Value::structure({{"callinguser", caller_struct()},
                                            {"targetuser", text("elodie")},
                                            {"whereroot", text("")},
                                            {"statsscope", Value::integer(2)},
                                            {"json_response", text("0")}});
    EXPECT_EQ(*std::get<Value>(ask({wrapped}, true)).find("message")->as_text(), positional);
}

TEST_F(UseStats, CallersAreRefusedInThePluginsWords) {
    EXPECT_EQ(json({Value::structure({{"username", text("x")}}), text("elodie"), text("")}),
              R"({"status":501,"errors":["Bad client user format."]})");
    EXPECT_EQ(json({text("x"), text("elodie"), text("")}),
              R"({"status":501,"errors":["Bad client user format."]})");
    EXPECT_EQ(json({caller_struct(kPeer, ""), text("elodie"), text("")}),
              R"({"status":501,"errors":["Empty username."]})");
    EXPECT_EQ(json({caller_struct("https://somebody.example"), text("elodie"), text("")}),
              R"({"status":500,"errors":["Calling host is not registered. Check MNET configuration"]})");
    const auto fault = std::get<rpc::Fault>(ask({caller_struct(), text("elodie")}));
    EXPECT_EQ(fault.code, 17);
    EXPECT_EQ(fault.text, "Internal server error");
    caller_.grant = {};
    EXPECT_EQ(json({caller_struct(), text("elodie"), text("")}),
              R"({"status":510,"errors":["Local user's identity has no capability to run"]})");
}

TEST_F(UseStats, WhoIsOutsideTheGrantIsAnsweredAsNobodyAndAuditedAsWhatTheyAre) {
    const std::string nobody = R"({"status":520,"errors":[[],"Target user does not exist."]})";
    EXPECT_EQ(json({caller_struct(), text("ghost"), text("")}), nobody);
    EXPECT_EQ(json({caller_struct(), text("paul"), text("")}), nobody);
    EXPECT_EQ(json({caller_struct(), text(""), text("")}), nobody);
    EXPECT_NE(json({caller_struct(), text("elodie"), text("")}), nobody);
    const Finished audit = run({"audit"});
    EXPECT_THAT(audit.out,
                HasSubstr("https://peer.example mnet.get_stats of universite-de-lyon  unknown: 0 students"));
    EXPECT_THAT(audit.out, HasSubstr("outside_scope: 0 students"));
    EXPECT_THAT(audit.out,
                HasSubstr("told: 1 students, 0 courses and activities  rpcadmin@https://peer.example"));
}

TEST_F(UseStats, OfTwoPeopleOfOneNameTheMoodlesOwnIsMeantAndTheOtherByHost) {
    EXPECT_THAT(message({caller_struct(), text("lea"), text("")}), HasSubstr("<LASTNAME>Petit</LASTNAME>"));
    EXPECT_THAT(message({caller_struct(), text("LEA\xC2\xA7https://other.example"), text("")}),
                HasSubstr("<LASTNAME>Autre</LASTNAME>"));
}

TEST_F(UseStats, NoTraceIsTheEmptySet) {
    EXPECT_THAT(message({caller_struct(), text("quiet"), text("")}),
                HasSubstr("<USE_STATS>\n\t<EMPTYSET />"));
}

TEST_F(UseStats, WhatIsNoQuestionIsNamed) {
    EXPECT_EQ(json({caller_struct(), text("elodie"), text(""), text("4")}),
              R"({"status":503,"errors":[[],"statsscope is none of 1, 2 and 3"]})");
    EXPECT_EQ(json({caller_struct(), text("elodie"), text(""), text("1"), text("yesterday")}),
              R"({"status":503,"errors":[[],"timefrom is no number"]})");
    EXPECT_THAT(json({caller_struct(), text("elodie"), text(""), text("1"), Value::integer(-1)}),
                HasSubstr(R"({"status":503,"errors":[[],"from and to are seconds)"));
    EXPECT_THAT(json({caller_struct(), text("elodie"), text(""), text("1"),
                      Value::integer(clock_.now_utc_s() + 86'400)}),
                HasSubstr(R"("status":503)"));
    const std::string longest(config::limits::kAskedTextBytesMax, 'a');
    EXPECT_THAT(json({caller_struct(), text(longest), text("")}), HasSubstr("\"status\":520"));
    EXPECT_EQ(json({caller_struct(), text(longest + "a"), text("")}),
              R"({"status":503,"errors":[[],"targetuser is no text, or too long"]})");
}

TEST_F(UseStats, WhatIsAskedOfAnotherIsTheRelaysAndComesBackInTheFormAskedFor) {
    EXPECT_THAT(message({caller_struct(), text("elodie"), text("https://node.example/")}),
                HasSubstr("USE_STATS"));
    const auto answer =
        ask({caller_struct(), text("marie"), text("https://far.example"), text("2"), Value::integer(7)});
    const auto& elsewhere = std::get<UseStatsElsewhere>(answer);
    EXPECT_EQ(elsewhere.whereroot, "https://far.example");
    const auto params = node::services::use_stats_params(elsewhere.query, "https://node.example");
    EXPECT_EQ(params,
              (std::vector<Value>{Value::structure({{"username", text("rpcadmin")},
                                                    {"remoteuserhostroot", text(kPeer)},
                                                    {"remotehostroot", text("https://node.example")}}),
                                  text("marie"), text(""), Value::integer(2), Value::integer(7),
                                  Value::boolean(true)}));
    using node::services::use_stats_relayed;
    EXPECT_EQ(*use_stats_relayed(elsewhere.query, text(R"({"status":200,"errors":[[]],"message":"<a\/>"})"))
                   .as_text(),
              R"({"status":200,"errors":[[]],"message":"<a\/>"})");
    EXPECT_EQ(
        *use_stats_relayed(elsewhere.query,
                           text(R"({"status":520,"errors":[[],"Target user does not exist."]})"))
             .as_text(),
        R"({"status":500,"errors":[[],"Remote application error : ",[[],"Target user does not exist."]]})");
    for (const Value& odd : {text("<html>"), text("{}"), Value::integer(3), text(std::string(9'999, '['))})
        EXPECT_THAT(*use_stats_relayed(elsewhere.query, odd).as_text(),
                    HasSubstr("REMOTE : the answer is no result"));
}

class UseStatsScores : public UseStats {
  protected:
    void grade(const std::string& item_hidden, const std::string& final_grade, const std::string& hidden) {
        using node::archive::HistoryRow;
        using node::archive::SideTable;
        const HistoryRow item{7, {"10", "", "course", "", "", "", "20.00000", "10.00000", item_hidden}};
        const HistoryRow grade{9, {"7", "42", final_grade, "20.00000", hidden, "0", "0", "1772500000"}};
        node_->catalogue().put("moodle", SideTable::grade_item, std::span(&item, 1), clock_.now_utc_s());
        node_->catalogue().put("moodle", SideTable::grade, std::span(&grade, 1), clock_.now_utc_s());
    }
    std::string scores(const std::string& field, const std::string& course) {
        return message(
            {caller_struct(), text("elodie"), text(""), text("notes/global"), text(field), text(course)},
            kGetScores);
    }
};

TEST_F(UseStatsScores, AGradeIsTheStudentsOwnAndWhereThereIsNoneItIsSaid) {
    EXPECT_THAT(scores("shortname", "ART"), HasSubstr("<NO_DATA>no_grades</NO_DATA>"));
    grade("0", "", "0");
    EXPECT_THAT(scores("shortname", "ART"), HasSubstr("<NO_DATA>not_graded</NO_DATA>"));
    grade("0", "14.50000", "0");
    const std::string graded = scores("idnumber", "C-ART");
    EXPECT_THAT(graded, HasSubstr("<USER_SCORES>\n\t<USER>\n\t\t<USERNAME>elodie</USERNAME>"));
    EXPECT_THAT(graded, HasSubstr("\t<SCORE>14.5</SCORE>\n\t<COURSE>\n\t\t<NAME>Arts &amp; Crafts"));
    EXPECT_THAT(graded, HasSubstr("<SCORE_MAX>20</SCORE_MAX>\n\t<GRADED_AT>1772500000</GRADED_AT>"));
    EXPECT_THAT(graded, Not(HasSubstr("ACTIVITIES_COMPLETED")));
    grade("0", "14.50000", "1");
    EXPECT_THAT(scores("id", "10"), HasSubstr("<NO_DATA>hidden</NO_DATA>"));
    EXPECT_THAT(scores("id", "10"), Not(HasSubstr("14.5")));
    grade("1", "14.50000", "0");
    EXPECT_THAT(scores("id", "10"), HasSubstr("<NO_DATA>hidden</NO_DATA>"));
}

TEST_F(UseStatsScores, AnUnknownCourseOrFieldIsThePluginsError) {
    const std::string unknown = R"({"status":520,"errors":[[],"Unkown course."]})";
    for (const auto& [field, course] :
         {std::pair("shortname", "NOPE"), std::pair("fullname", "ART"), std::pair("id", "")})
        EXPECT_EQ(
            json({caller_struct(), text("elodie"), text(""), text("notes/global"), text(field), text(course)},
                 false, kGetScores),
            unknown);
    EXPECT_TRUE(std::holds_alternative<rpc::Fault>(ask(
        {caller_struct(), text("elodie"), text(""), text("notes/global"), text("id")}, false, kGetScores)));
}

TEST_F(UseStatsScores, CompletedActivitiesOfTheCourseAreCounted) {
    using node::archive::CompletionRecord;
    const CompletionRecord records[] = {
        {42, 501, kMorning + 100, 0}, {42, 501, kMorning + 300, 2}, {42, 777, kMorning, 1}};
    node_->evidence().put(node_->source(), records);
    EXPECT_THAT(scores("id", "10"), HasSubstr("<ACTIVITIES_COMPLETED>1</ACTIVITIES_COMPLETED>"));
    EXPECT_THAT(scores("id", "11"), HasSubstr("<ACTIVITIES_COMPLETED>0</ACTIVITIES_COMPLETED>"));
}

TEST(StudentScopes, ConditionsAreReadBackAndLimited) {
    StudentScope scope;
    EXPECT_TRUE(scope.empty());
    for (const char* const condition : {"cohort=DAEU A", "institution=Lyon", "email_domain=x.fr",
                                        "department=D", "funder=R\xC3\xA9gion", "group=G"})
        ASSERT_TRUE(add_to_scope(scope, condition)) << condition;
    StudentScope again;
    for (const std::string& condition : conditions_of(scope))
        ASSERT_TRUE(add_to_scope(again, condition));
    EXPECT_EQ(again, scope);
    for (const char* const none :
         {"", "cohort=", "cohort", "name=x", "student=elodie", "everyone=1", "cohort=a\nb"})
        EXPECT_FALSE(add_to_scope(scope, none)) << none;
    const std::string longest(config::limits::kScopeTextBytesMax, 'c');
    EXPECT_TRUE(add_to_scope(scope, "cohort=" + longest));
    EXPECT_FALSE(add_to_scope(scope, "cohort=" + longest + "c"));
    StudentScope full;
    for (std::size_t i = 0; i < config::limits::kScopeEntriesMax; ++i)
        ASSERT_TRUE(add_to_scope(full, "cohort=" + std::to_string(i)));
    EXPECT_FALSE(add_to_scope(full, "cohort=one more"));
    EXPECT_TRUE(add_to_scope(full, "cohort=7"));
}

}  // namespace
}  // namespace assidu::tests
