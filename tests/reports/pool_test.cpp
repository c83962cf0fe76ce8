// The report over all members of a hub.
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "reports/render.h"
#include "tests/reports/pool_sample.h"
#include "tests/reports/read_back.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;

class PoolReportTest : public PoolSample {
  protected:
    static bool has(const std::string& page, std::string_view text) {
        return page.find(text) != std::string::npos;
    }
    static const PoolMemberLine& line_of(const PoolReport& report, std::size_t member) {
        for (const PoolMemberLine& line : report.members)
            if (line.node == node_name(member)) return line;
        throw std::runtime_error("no such member");
    }
    static pugi::xml_document parsed(const std::string& text) {
        pugi::xml_document document;
        const auto result = document.load_buffer(text.data(), text.size());
        EXPECT_TRUE(result) << result.description();
        return document;
    }
};

TEST_F(PoolReportTest, TheSameNumbersStandInEveryFormat) {
    const PoolReport report = pool_report();
    const Numbers model = numbers_of(report);
    EXPECT_EQ(model.at("member.univ-12.course.declared.2.students"), 108 - 1);
    EXPECT_EQ(numbers_of_json(render_json(report)), model);
    EXPECT_EQ(numbers_of_csv(render_csv(report)), model);
    EXPECT_EQ(numbers_of_xml(render_xml(report)), model);
}

// A page shows the longest courses and the measured time of weeks; what it shows, it shows as it is, and what
// it leaves out it counts.
TEST_F(PoolReportTest, EveryNumberOfThePageIsTheModelsAndNothingIsCutSilently) {
    const PoolReport report = pool_report();
    Numbers left = numbers_of(report);
    for (const Language language : {Language::fr, Language::en}) {
        left = numbers_of(report);
        Numbers others;
        for (const auto& [key, value] : numbers_of_html(render_html(report, language))) {
            if (key.find(".others") != std::string::npos) {
                others.emplace(key, value);
                continue;
            }
            ASSERT_TRUE(left.contains(key)) << key;
            EXPECT_EQ(left.at(key), value) << key;
            left.erase(key);
        }
        EXPECT_EQ(others.at("member.univ-12.others"), 4);
        EXPECT_EQ(others.size(), 4U);  // of one member: how many, and their three sums
        for (const char* what : {".measured_s", ".credited_s", ".events"}) {
            std::int64_t sum = 0;
            for (const auto& [key, value] : left)
                if (key.starts_with("member.univ-12.course.") && key.ends_with(what)) sum += value;
            EXPECT_EQ(others.at(std::string("member.univ-12.others") + what), sum) << what;
        }
    }
    for (const auto& [key, value] : left) {
        const bool of_a_week = key.find(".week.") != std::string::npos && !key.ends_with(".measured_s");
        const bool of_the_archive = key.ends_with("archived_events") || key.ends_with("last_event_id");
        EXPECT_TRUE(of_a_week || of_the_archive || key.starts_with("member.univ-12.course.")) << key;
    }
}

TEST_F(PoolReportTest, AMemberThatNeverDeclaredHasNoDataAndNoZero) {
    const PoolReport report = pool_report();
    const PoolMemberLine& never = line_of(report, kNever);
    EXPECT_FALSE(never.sums);
    EXPECT_FALSE(never.days);
    EXPECT_FALSE(never.weeks.at(0).sums);
    const json document = json::parse(render_json(report));
    for (const json& member : document.at("members")) {
        if (member.at("member") != node_name(kNever)) continue;
        EXPECT_TRUE(member.at("totals").at("measured_s").is_null());
        EXPECT_TRUE(member.at("totals").at("days").is_null());
        EXPECT_TRUE(member.at("weeks").at(2).at("students").is_null());
        EXPECT_TRUE(member.at("freshness").is_null());
        EXPECT_TRUE(member.at("last_statement").is_null());
        EXPECT_EQ(member.at("complete"), false);
    }
    for (const auto& line : parse_csv(render_csv(report))) {
        if (line.at("member") != node_name(kNever)) continue;
        EXPECT_EQ(line.at("measured_s"), "") << line.at("record");
        EXPECT_EQ(line.at("last_statement"), "");
    }
    const pugi::xml_document xml = parsed(render_xml(report));
    const auto member = xml.select_node("//MEMBER[NODE='univ-02']").node();
    EXPECT_FALSE(member.child("ELAPSED_SECONDS"));
    EXPECT_FALSE(member.child("AS_OF"));
    EXPECT_STREQ(member.child("COMPLETE").text().get(), "0");
    const pugi::xml_document page = parsed(render_html(report, Language::fr));
    const auto row = page.select_node("//table[@id='members']//tr[@data-member='univ-02']").node();
    EXPECT_STREQ(row.child("td").text().get(), "pas de données");
}

TEST_F(PoolReportTest, AWeekOfWhichNothingIsDeclaredIsADashAndOneInPartIsMarked) {
    const PoolReport report = pool_report();
    EXPECT_FALSE(line_of(report, kHole).weeks.at(1).sums);
    EXPECT_EQ(line_of(report, kHole).weeks.at(1).missing_days, 7);
    EXPECT_TRUE(line_of(report, kLate).weeks.at(1).sums);
    EXPECT_EQ(line_of(report, kLate).weeks.at(1).missing_days, 1);
    EXPECT_EQ(line_of(report, kLate).weeks.at(4).missing_days, 3);
    // One member never declared, so every day is missing somewhere.
    EXPECT_EQ(report.weeks.at(0).missing_days, 5);
    EXPECT_TRUE(report.weeks.at(0).sums);
    const pugi::xml_document page = parsed(render_html(report, Language::fr));
    EXPECT_EQ(page.select_nodes("//table[@class='matrix']//sup").size(), 2U);
    EXPECT_EQ(page.select_nodes("//table[@class='matrix']//td[starts-with(., '–')]").size(), 5U + 1U + 1U);
}

TEST_F(PoolReportTest, TheNoticeSaysWhoIsMissingWhatUpToWhen) {
    const std::string fr = render_html(pool_report(), Language::fr);
    EXPECT_TRUE(has(fr, "Données incomplètes"));
    EXPECT_TRUE(has(fr, "universités complètes\u202f: 13 sur 16"));
    const pugi::xml_document page = parsed(fr);
    std::map<std::string, std::string> notices;
    for (const auto& found : page.select_nodes("//*[@id='partial']//li")) {
        std::string all;
        for (const auto& text : found.node().select_nodes(".//text()"))
            all += text.node().value();
        notices[found.node().attribute("data-member").value()] = all;
    }
    ASSERT_EQ(notices.size(), 3U);
    EXPECT_TRUE(
        has(notices["univ-04"], "sans déclaration\u202f: 4 (12/03/2026, du 03/04/2026 au 05/04/2026)."))
        << notices["univ-04"];
    EXPECT_TRUE(has(notices["univ-04"],
                    "non reçues\u202f: 2, n°\u00a035 à 36 (dernière reçue\u202f: n°\u00a034\u202f; dernière"))
        << notices["univ-04"];
    EXPECT_TRUE(has(notices["univ-02"], "33 (du 04/03/2026 au 05/04/2026)")) << notices["univ-02"];
    EXPECT_TRUE(has(render_html(pool_report(), Language::en), "complete universities: 13 of 16"));
}

TEST_F(PoolReportTest, ACompletePoolHasNoNoticeOfWhatIsMissing) {
    consolidated = pool(2);
    const PoolReport report = pool_report();
    EXPECT_TRUE(report.complete);
    const std::string page = render_html(report, Language::fr);
    EXPECT_FALSE(has(page, "id=\"partial\""));
    EXPECT_FALSE(has(page, "<sup>"));
    EXPECT_TRUE(has(page, "Aucune interruption connue sur la période."));
}

TEST_F(PoolReportTest, MembersStandByNameAndTheirCoursesByTime) {
    const PoolReport report = pool_report();
    EXPECT_EQ(report.members.front().name, "École nationale supérieure d’Arts et Métiers");
    EXPECT_EQ(report.members.back().name, "Université Toulouse – Jean-Jaurès");
    for (const PoolMemberLine& member : report.members)
        for (std::size_t i = 1; i < member.courses.size(); ++i)
            EXPECT_GE(member.courses[i - 1].measured_s + member.courses[i - 1].credited_s,
                      member.courses[i].measured_s + member.courses[i].credited_s);
}

TEST_F(PoolReportTest, ACourseHasItsMembersNameForItOrItsId) {
    const std::string fr = render_html(pool_report(), Language::fr);
    EXPECT_TRUE(has(fr, "Algèbre linéaire &amp; géométrie"));
    EXPECT_TRUE(has(fr, "cours 2"));  // of the member without a directory
    EXPECT_TRUE(has(fr, "=1+1 &lt;b&gt;"));
    EXPECT_TRUE(has(render_csv(pool_report()), "'=1+1 <b>"));
}

TEST_F(PoolReportTest, NamesTheScaleTheHubAndWhenAndThatTwoUniversitiesCountTwice) {
    for (const Language language : {Language::fr, Language::en}) {
        const std::string page = render_html(pool_report(), language);
        for (const std::string& part :
             {scale.sha256, std::string("Hub du groupement SONATE"), std::string("assidu-gap 1"),
              std::string(language == Language::fr ? "07/04/2026 10:00:00" : "2026-04-07 10:00:00"),
              std::string(language == Language::fr ? "compte deux fois" : "counts twice"),
              std::string("maintenance &lt;&amp;&gt;"), std::string("cccccccccc…")})
            EXPECT_TRUE(has(page, part)) << part;
    }
    const json document = json::parse(render_json(pool_report()));
    EXPECT_EQ(document.at("format"), "assidu-pool-report");
    EXPECT_EQ(document.at("scale").at("sha256"), scale.sha256);
    EXPECT_EQ(document.at("members").at(0).at("last_statement_sha256").get<std::string>().size(), 64U);
}

TEST_F(PoolReportTest, ThePageIsWellFormedAndEveryRowIsAsWideAsItsHead) {
    for (const Language language : {Language::fr, Language::en}) {
        const std::string text = render_html(pool_report(), language);
        const pugi::xml_document page = parsed(text);
        EXPECT_FALSE(has(text, "{{"));
        EXPECT_FALSE(has(text, "{0}"));
        EXPECT_FALSE(has(text, "<script"));
        const auto width = [](pugi::xml_node row) {
            int columns = 0;
            for (pugi::xml_node cell : row)
                columns += cell.attribute("colspan").as_int(1);
            return columns;
        };
        for (const auto& row : page.select_nodes("//tbody/tr"))
            EXPECT_EQ(width(row.node()), width(row.node().parent().parent().child("thead").child("tr")))
                << row.node().path();
        for (const char* element : {"th", "td", "caption", "h1", "h2", "p", "dt", "dd", "li"})
            for (const auto& found :
                 page.select_nodes(("//" + std::string(element) + "[normalize-space(.)='']").c_str()))
                ADD_FAILURE() << "an empty " << element << " in " << found.parent().path();
        for (const auto& found : page.select_nodes("//table"))
            EXPECT_TRUE(found.node().child("caption") && found.node().child("thead"));
    }
}

TEST_F(PoolReportTest, ThePoolsColumnsBeginWithThoseOfEveryReport) {
    const std::string table = render_csv(pool_report());
    const std::string header = table.substr(0, table.find("\r\n"));
    EXPECT_TRUE(has(header, ",measured,credited,member,member_name,state,"));
    EXPECT_EQ(parse_csv(table).front().size(), 49U);
}

TEST_F(PoolReportTest, TheHubNeedsNoStatementAboutItsOwnStudents) {
    federation::MemberPart& part = consolidated.members.at(0);
    part.head = {};
    part.announced = {};
    part.announced_utc_s.reset();
    request.hub_id = part.node;
    const PoolReport report = pool_report();
    EXPECT_TRUE(line_of(report, 0).own);
    EXPECT_FALSE(line_of(report, 1).own);
    EXPECT_TRUE(line_of(report, 0).declared.complete());
    EXPECT_TRUE(has(render_html(report, Language::fr), "sans objet (étudiants du hub)"));
    EXPECT_TRUE(has(render_html(report, Language::fr), "jamais annoncée"));  // the member that never declared
}

TEST_F(PoolReportTest, RefusesAPeriodThatEndsBeforeItBegins) {
    consolidated.period = {period.to, period.from};
    EXPECT_FALSE(build_pool_report(request, consolidated));
}

TEST_F(PoolReportTest, WithoutMembersOrWithoutADeclaredDayThereIsARefusalAndNoReport) {
    consolidated = pool(0);
    const auto nobody = build_pool_report(request, consolidated);
    ASSERT_FALSE(nobody);
    EXPECT_TRUE(has(nobody.error().what, "no data")) << nobody.error().what;
    consolidated = pool(3);
    consolidated.members = {consolidated.members.at(kNever)};
    consolidated.sums = {};
    const auto nothing = build_pool_report(request, consolidated);
    ASSERT_FALSE(nothing);
    EXPECT_TRUE(has(nothing.error().what, "no member declared anything")) << nothing.error().what;
}

TEST_F(PoolReportTest, ADayDeclaredWithoutARowIsAZeroAndNotNoData) {
    federation::MemberPart& part = consolidated.members.at(kNever);
    part.missing = {{config::next(period.from), period.to}};
    const PoolReport report = pool_report();
    ASSERT_TRUE(line_of(report, kNever).sums);
    EXPECT_EQ(line_of(report, kNever).sums->measured_s, 0);
    EXPECT_TRUE(line_of(report, kNever).weeks.at(0).sums);
    EXPECT_FALSE(line_of(report, kNever).weeks.at(1).sums);
}

TEST_F(PoolReportTest, PartsThatAreNotTheirWholeAreABrokenInvariant) {
    ++consolidated.members.at(0).courses.at(0).sums.measured_s;
    EXPECT_THROW((void)pool_report(), std::logic_error);
    consolidated = pool(16);
    ++consolidated.sums.events;
    EXPECT_THROW((void)pool_report(), std::logic_error);
    consolidated = pool(16);
    consolidated.scale_sha256 = std::string(64, '0');
    EXPECT_THROW((void)pool_report(), std::logic_error);
}

TEST_F(PoolReportTest, WhatAMemberDeclaredServesItsOwnReportsToo) {
    const Declared declared = declared_of(consolidated.members.at(kLate));
    EXPECT_EQ(declared.last.number, 34);
    EXPECT_EQ(declared.statements_missing(), 2);
    EXPECT_EQ(declared.missing_days.size(), 2U);
    EXPECT_FALSE(declared.complete());
}

}  // namespace
}  // namespace assidu::reports::test
