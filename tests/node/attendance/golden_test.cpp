// Every golden case (tests/data/golden_attendance.json): the recommended engine, and the earlier plugins bug
// for bug.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "config/civil_calendar.h"
#include "node/attendance/daily_totals.h"
#include "node/attendance/engine.h"
#include "node/attendance/trial/cases.h"
#include "node/attendance/trial/early_scale.h"

namespace assidu::node::attendance {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string golden_text() {
    std::ifstream file(std::string(ASSIDU_SOURCE_DIR) + "/tests/data/golden_attendance.json");
    return {std::istreambuf_iterator<char>(file), {}};
}

const json& golden() {
    static const json file = json::parse(golden_text());
    return file;
}

const json& answers() {
    static const json all = trial::answer_cases(golden_text(), "golden").value().answers;
    return all;
}

json answer_of(const std::string& id) {
    const auto found =
        std::ranges::find_if(answers(), [&](const json& answer) { return answer.at("id") == id; });
    return found == answers().end() ? json() : *found;
}

std::vector<json> every(const char* list) {
    return golden().at(list).get<std::vector<json>>();
}

class Golden : public ::testing::TestWithParam<json> {};

TEST_P(Golden, GivesWhatIsExpected) {
    const json answer = answer_of(GetParam().at("id"));
    ASSERT_TRUE(answer.contains("result")) << answer.dump();
    EXPECT_EQ(answer.at("result"), GetParam().at("expected"))
        << json::diff(GetParam().at("expected"), answer.at("result")).dump(1);
}

INSTANTIATE_TEST_SUITE_P(Case, Golden, ::testing::ValuesIn(every("cases")),
                         [](const auto& one) { return one.param.at("id").template get<std::string>(); });

class GoldenInterval : public ::testing::TestWithParam<json> {};

TEST_P(GoldenInterval, IsCutAsThePluginDidAndAsItShouldBe) {
    const json result = answer_of(GetParam().at("id")).at("result");
    EXPECT_EQ(result.at("legacy"), GetParam().at("legacy"));
    EXPECT_EQ(result.at("recommended"), GetParam().at("recommended"));
}

INSTANTIATE_TEST_SUITE_P(Case, GoldenInterval, ::testing::ValuesIn(every("interval_cases")),
                         [](const auto& one) { return one.param.at("id").template get<std::string>(); });

TEST(GoldenFile, AnIntervalIsCutAtTheMidnightsOfTheZone) {
    const json& file = golden();
    int cases = 0;
    for (const json& one : file.at("interval_cases")) {
        if (one.at("kind") != "splice") continue;
        ++cases;
        const config::CivilCalendar calendar =
            config::CivilCalendar::of(one.at("timezone").get<std::string>()).value();
        Attendance attendance;
        attendance.events.push_back({one.at("start"), one.at("end"), 10, 0, false});
        const auto rows = daily_rows(attendance, calendar, {});
        const json& expected = one.at("recommended");
        ASSERT_EQ(rows.size(), expected.size()) << one.at("id");
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::int64_t begin_s = expected[i][0], end_s = expected[i][1];
            EXPECT_EQ(rows[i].day, calendar.day_of(begin_s)) << one.at("id");
            EXPECT_EQ(rows[i].measured_s, end_s - begin_s) << one.at("id");
        }
    }
    EXPECT_EQ(cases, 5);
}

TEST(GoldenFile, EveryCaseIsAnsweredInTheOrderOfTheFile) {
    std::vector<std::string> asked, answered;
    for (const char* list : {"cases", "interval_cases"}) {
        for (const json& one : golden().at(list))
            asked.push_back(one.at("id"));
    }
    for (const json& one : answers())
        answered.push_back(one.at("id"));
    EXPECT_EQ(answered, asked);
    EXPECT_EQ(asked.size(), 65U);
}

// One case of the file, changed.
json changed(const std::string& id, const std::function<void(json&)>& change) {
    json file = {{"cases", json::array()}};
    for (const json& one : golden().at("cases")) {
        if (one.at("id") == id) file["cases"].push_back(one);
    }
    change(file["cases"][0]);
    return trial::answer_cases(file.dump(), "file").value().answers[0];
}

TEST(GoldenFile, ACaseThatSaysWhatIsNotKnownIsRefusedByItsNameAndKey) {
    const auto error = [](const std::string& id, const std::function<void(json&)>& change) {
        return changed(id, change).value("error", "none");
    };
    EXPECT_THAT(error("REC01", [](json& c) { c["weather"] = 1; }),
                HasSubstr("case REC01: key 'weather' is not known"));
    EXPECT_THAT(error("US01", [](json& c) { c["config"]["treshold"] = 1; }),
                HasSubstr("case US01: key 'config.treshold' is not known"));
    EXPECT_THAT(error("REC01", [](json& c) { c["scale"]["gap"]["idel"] = 1; }),
                HasSubstr("key 'gap.idel' is not known"));
    EXPECT_THAT(error("REC01", [](json& c) { c["logs"][1].erase("timecreated"); }),
                HasSubstr("case REC01: key 'logs[1].timecreated' is missing"));
    EXPECT_THAT(error("REC01", [](json& c) { c["engine"] = "dice"; }), HasSubstr("is 'dice'"));
    EXPECT_THAT(error("REC01", [](json& c) { c["logs"] = 7; }), HasSubstr("'logs' must be a list"));
    EXPECT_THAT(error("REC01", [](json& c) { c["timezone"] = "Paris"; }), HasSubstr("time zone 'Paris'"));
    EXPECT_THAT(error("REC01", [](json& c) { c["scale"]["legacy_quirks"] = {"sonate.single_3600"}; }),
                HasSubstr("'legacy_quirks'"));
    EXPECT_FALSE(trial::answer_cases("7", "file"));
    EXPECT_FALSE(trial::answer_cases("{}", "file"));
    EXPECT_FALSE(trial::answer_cases("{", "file"));
}

TEST(GoldenFile, RowsOfOthersAndRowsSaidTwiceChangeNothing) {
    const json plain = answer_of("REC01");
    EXPECT_EQ(changed("REC01",
                      [](json& c) {
                          json row = c["logs"][2];
                          c["logs"].push_back(row);
                          row["id"] = 9999;
                          row["userid"] = 43;
                          c["logs"].push_back(row);
                      }),
              plain);
}

TEST(GoldenFile, ThePluginsGiveNothingOfNoRows) {
    const auto without = [](const std::string& id) {
        return changed(id, [](json& c) { c["logs"] = json::array(); }).at("result");
    };
    EXPECT_EQ(without("US01"), json::parse(R"({"aggregate": {}, "sessions": [], "total": 0})"));
    EXPECT_EQ(without("TR01"),
              json::parse(R"({"days": [], "rows": [], "total": 0, "totalfmt": "00:00:00"})"));
    EXPECT_EQ(without("AR01"), json::parse(R"({"sessions": [], "total": 0})"));
    EXPECT_EQ(without("DE03").at("10"),
              json::parse(R"({"sessions": [], "simple_total": 0, "stored_total": 0})"));
}

}  // namespace
}  // namespace assidu::node::attendance
