// Reports that a hub issues from what a member declared: what statements do not carry is "no data", and what
// has not arrived is stated.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "reports/print/parts.h"
#include "reports/render.h"
#include "tests/reports/read_back.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;

class ReceivedReport : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
        request.wwwroot.clear();
        request.received = Received{.hub_id = "pool-hub",
                                    .hub_name = "Hub du groupement",
                                    .member_id = kNode,
                                    .member_name = "Université d’essai",
                                    .declared = whole()};
    }

    static Declared whole() {
        return {.last = {12, std::string(64, 'a')},
                .announced = 12,
                .announced_utc_s = 1'775'002'000,
                .missing_days = {}};
    }
    // Three days are not declared, and two statements did not arrive.
    static Declared partial() {
        Declared declared = whole();
        declared.announced = 14;
        declared.missing_days = {{day("2026-03-21"), day("2026-03-22")},
                                 {day("2026-03-27"), day("2026-03-27")}};
        return declared;
    }

    template <class Report>
    static void expect_same(const Report& report) {
        const Numbers model = numbers_of(report);
        EXPECT_EQ(numbers_of_json(render_json(report)), model);
        EXPECT_EQ(numbers_of_csv(render_csv(report)), model);
        EXPECT_EQ(numbers_of_xml(render_xml(report)), model);
        EXPECT_EQ(numbers_of_html(render_html(report, Language::fr)), model);
        EXPECT_EQ(numbers_of_html(render_html(report, Language::en)), model);
    }

    static bool has(const std::string& page, std::string_view text) {
        return page.find(text) != std::string::npos;
    }
    static std::vector<std::map<std::string, std::string>> lines_of(const std::string& table,
                                                                    std::string_view record,
                                                                    std::string_view key = "") {
        auto lines = parse_csv(table);
        std::erase_if(lines, [&](const auto& line) {
            return line.at("record") != record || (!key.empty() && line.at("key") != key);
        });
        return lines;
    }
};

TEST_F(ReceivedReport, HasTheHoursOfTheRowsAndNoSessionsAndNoDroppedEvents) {
    const StudentReport report = student_report(ada);
    EXPECT_EQ(report.totals.measured_s, 16'800);
    EXPECT_EQ(report.totals.days, 5);
    EXPECT_FALSE(report.totals.sessions);
    EXPECT_FALSE(report.sessions);
    EXPECT_FALSE(report.days.at(0).sessions);
    EXPECT_FALSE(report.provenance.dropped);
    const GroupReport group = group_report();
    EXPECT_EQ(group.totals.measured_s, 16'919);
    EXPECT_FALSE(group.totals.sessions);
    EXPECT_FALSE(group.lines.at(0).totals.sessions);
    EXPECT_FALSE(group.provenance.dropped);
}

TEST_F(ReceivedReport, EveryFormatSaysTheSameNumbers) {
    for (const Declared& declared : {whole(), partial(), Declared{}}) {
        request.received->declared = declared;
        expect_same(student_report(ada));
        expect_same(group_report());
    }
    EXPECT_EQ(numbers_of(student_report(ada)).count("total.sessions"), 0U);
}

TEST_F(ReceivedReport, NoFormatWritesAZeroForWhatIsNotKnown) {
    const StudentReport report = student_report(ada);
    const json document = json::parse(render_json(report));
    EXPECT_TRUE(document.at("sessions").is_null());
    EXPECT_TRUE(document.at("totals").at("sessions").is_null());
    EXPECT_TRUE(document.at("days").at(0).at("sessions").is_null());
    EXPECT_TRUE(document.at("provenance").at("dropped").is_null());
    EXPECT_TRUE(document.at("provenance").at("wwwroot").is_null());
    EXPECT_TRUE(
        json::parse(render_json(group_report())).at("lines").at(0).at("totals").at("sessions").is_null());

    const std::string table = render_csv(report);
    EXPECT_EQ(lines_of(table, "total").at(0).at("sessions"), "");
    EXPECT_EQ(lines_of(table, "day").at(0).at("sessions"), "");
    EXPECT_EQ(lines_of(table, "meta", "dropped").at(0).at("value"), "");
    EXPECT_TRUE(lines_of(table, "meta", "wwwroot").empty());

    const std::string xml = render_xml(report);
    for (const char* element : {"SESSIONS", "DROPPED", "WWWROOT"})
        EXPECT_FALSE(has(xml, element)) << element;
}

TEST_F(ReceivedReport, ThePageSaysThatStatementsCarryNoSessions) {
    const std::string fr = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(fr, "Pas de données\u202f: les déclarations ne portent pas les sessions."));
    EXPECT_TRUE(has(fr, "Événements que le barème ne compte pas\u202f: pas de données"));
    EXPECT_FALSE(has(fr, "<table id=\"sessions\""));
    EXPECT_FALSE(has(fr, "data-sessions"));
    EXPECT_FALSE(has(fr, "<dt>Moodle</dt>"));
    EXPECT_FALSE(has(fr, "Aucun événement écarté"));
    const std::string en = render_html(group_report(), Language::en);
    EXPECT_TRUE(has(en, "No data: statements do not carry sessions."));
    EXPECT_FALSE(has(en, "data-sessions"));
}

TEST_F(ReceivedReport, ThePageNamesTheHubTheMemberAndTheLastStatement) {
    for (const std::string& page :
         {render_html(student_report(ada), Language::fr), render_html(group_report(), Language::fr)}) {
        EXPECT_TRUE(
            has(page, "Émis par Hub du groupement (hub) d’après les déclarations signées de Université"));
        EXPECT_TRUE(has(page, "n°\u00a012"));
        EXPECT_TRUE(has(page, std::string(64, 'a')));
        EXPECT_TRUE(has(page, "complet\u202f: tous les jours de la période sont déclarés"));
        EXPECT_FALSE(has(page, "id=\"partial\""));
    }
}

TEST_F(ReceivedReport, WhatDidNotArriveIsNamedInANotice) {
    request.received->declared = partial();
    const std::string fr = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(fr, "Données incomplètes"));
    EXPECT_TRUE(
        has(fr, "Jours de la période sans déclaration\u202f: 3 (du 21/03/2026 au 22/03/2026, 27/03/2026)"));
    EXPECT_TRUE(has(
        fr,
        "Déclarations annoncées et non reçues\u202f: 2, n°\u00a013 à 14 (dernière reçue\u202f: n°\u00a012"));
    const std::string en = render_html(group_report(), Language::en);
    EXPECT_TRUE(has(en, "<strong>Partial</strong>"));
    EXPECT_TRUE(has(en, "Days of the period without a statement: 3 (2026-03-21 to 2026-03-22, 2026-03-27)"));
    const json received = json::parse(render_json(student_report(ada))).at("provenance").at("received");
    EXPECT_EQ(received.at("complete"), false);
    EXPECT_EQ(received.at("statements_missing"), 2);
    EXPECT_EQ(received.at("missing_statements"), json::array({{{"from", 13}, {"to", 14}}}));
    EXPECT_EQ(received.at("missing_days").at(1), json({{"from", "2026-03-27"}, {"to", "2026-03-27"}}));
    EXPECT_EQ(lines_of(render_csv(group_report()), "missing_days").size(), 2U);
    EXPECT_TRUE(has(render_xml(group_report()), "<STATEMENTS_MISSING>2</STATEMENTS_MISSING>"));
}

// Everybody who reads the report sees which statements are missing, whatever the format and the language.
TEST_F(ReceivedReport, EveryFormatNamesTheStatementsThatAreMissing) {
    Declared behind = whole(), fork = whole(), one = whole();
    behind.announced = 14;
    fork.announced = 11;
    fork.announced_is_kept = false;
    one.announced = 13;
    for (const auto& [declared, fr, en, from, to] :
         {std::tuple{behind, "n°\u00a013 à 14", "no.\u00a013 to 14", 13, 14},
          std::tuple{fork, "le hub conserve une autre version\u202f: n°\u00a011",
                     "the hub keeps another: no.\u00a011", 11, 11},
          std::tuple{one, "n°\u00a013", "no.\u00a013", 13, 13}}) {
        request.received->declared = declared;
        expect_same(student_report(ada));
        expect_same(group_report());
        EXPECT_TRUE(has(render_html(student_report(ada), Language::fr), fr)) << fr;
        EXPECT_TRUE(has(render_html(group_report(), Language::en), en)) << en;
        for (const auto& [language, words] : {std::pair{Language::fr, fr}, std::pair{Language::en, en}}) {
            const auto warning = print::warning_of(language, group_report().provenance);
            ASSERT_EQ(warning.size(), 3U) << "of PDF, XLSX and the certificate";
            EXPECT_TRUE(has(warning[0], language == Language::fr ? "Données incomplètes" : "Partial"));
            EXPECT_TRUE(has(warning[2], words)) << warning[2];
        }
        const auto missing = lines_of(render_csv(student_report(ada)), "missing_statements");
        ASSERT_EQ(missing.size(), 1U);
        EXPECT_EQ(missing[0].at("key"), std::to_string(from));
        EXPECT_EQ(missing[0].at("value"), std::to_string(to));
    }
    request.received->declared = whole();
    EXPECT_TRUE(lines_of(render_csv(student_report(ada)), "missing_statements").empty());
    EXPECT_FALSE(has(render_xml(student_report(ada)), "MISSING_STATEMENTS"));
}

TEST_F(ReceivedReport, AnAbsenceOfTracesProvesNothingWhereDaysAreMissing) {
    EXPECT_TRUE(has(render_html(student_report(zoe), Language::fr), "Le registre est renseigné"));
    request.received->declared = partial();
    const std::string page = render_html(student_report(zoe), Language::fr);
    EXPECT_FALSE(has(page, "Le registre est renseigné"));
    EXPECT_TRUE(has(page, "l’absence de trace ne prouve pas l’absence d’activité"));
    EXPECT_TRUE(has(page, "id=\"partial\""));
}

TEST_F(ReceivedReport, AMemberThatNeverDeclaredIsARefusal) {
    request.node_id = "elsewhere";
    const auto refused = build_student_report(request, ada, *ledger, directory);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("no data: member 'elsewhere' never declared anything"),
              std::string::npos)
        << refused.error().what;
    EXPECT_FALSE(build_group_report(request, group(), *ledger, directory));
}

TEST_F(ReceivedReport, APeriodOfWhichNoDayIsDeclaredIsARefusalAndNotZeros) {
    request.received->declared.missing_days = {period};
    const auto refused = build_student_report(request, zoe, *ledger, directory);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("declared no day of 2026-03-20 to 2026-03-29"), std::string::npos)
        << refused.error().what;
    EXPECT_FALSE(build_group_report(request, group(), *ledger, directory));
    request.received->declared.missing_days = {{config::next(period.from), period.to}};
    EXPECT_TRUE(build_student_report(request, zoe, *ledger, directory));
}

// A member's rows come from outside: nonsense in them stops its report, and not the hub.
TEST_F(ReceivedReport, RowsThatContradictThemselvesAreARefusalThatNamesTheMember) {
    std::vector<federation::LedgerRow> nonsense(3, row(bob, "2026-03-25", 12, 100, 5));
    nonsense[0].activities = {{501, 60, 0, 9}};
    nonsense[1].measured_s = 86'401;
    nonsense[2].first_utc_s = at("2026-03-26", 0, 0);
    for (const federation::LedgerRow& one : nonsense) {
        put({{bob, "moodle", {one}, {}, {}}});
        const auto student = build_student_report(request, bob, *ledger, directory);
        ASSERT_FALSE(student);
        EXPECT_NE(student.error().what.find(kNode), std::string::npos) << student.error().what;
        EXPECT_FALSE(build_group_report(request, group(), *ledger, directory));
    }
}

}  // namespace
}  // namespace assidu::reports::test
