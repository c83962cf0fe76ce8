#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <pugixml.hpp>

#include "config/digest.h"
#include "reports/render.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

class RenderHtml : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }

    static pugi::xml_document parsed(const std::string& page) {
        pugi::xml_document document;
        const auto result = document.load_buffer(page.data(), page.size());
        EXPECT_TRUE(result) << result.description() << " at "
                            << page.substr(static_cast<std::size_t>(result.offset), 80);
        return document;
    }
    static pugi::xml_node by_id(const pugi::xml_document& page, const char* id) {
        return page.find_node(
            [&](pugi::xml_node node) { return std::strcmp(node.attribute("id").value(), id) == 0; });
    }
    static bool has(const std::string& page, std::string_view text) {
        return page.find(text) != std::string::npos;
    }

    std::vector<std::string> every_page() const {
        std::vector<std::string> pages;
        for (const Language language : {Language::fr, Language::en}) {
            pages.push_back(render_html(student_report(ada), language));
            pages.push_back(render_html(student_report(bob), language));
            pages.push_back(render_html(student_report(stranger), language));
            pages.push_back(render_html(group_report(), language));
        }
        return pages;
    }
};

TEST_F(RenderHtml, SaysItsLanguageAndSpeaksIt) {
    const std::string fr = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(fr, "<html lang=\"fr\">"));
    EXPECT_TRUE(has(fr, "Relevé d’assiduité"));
    EXPECT_TRUE(has(fr, "Période\u202f: "));
    EXPECT_TRUE(has(fr, "du 20/03/2026 au 29/03/2026 inclus"));
    const std::string en = render_html(student_report(ada), Language::en);
    EXPECT_TRUE(has(en, "<html lang=\"en\">"));
    EXPECT_TRUE(has(en, "2026-03-20 to 2026-03-29 inclusive"));
}

TEST_F(RenderHtml, NoTextIsLeftEmptyOrUnfilled) {
    for (const std::string& page : every_page()) {
        const pugi::xml_document document = parsed(page);
        for (const char* element : {"th", "caption", "h1", "h2", "p", "dt", "dd", "li", "strong", "title"})
            for (const auto& found :
                 document.select_nodes(fmt::format("//{}[normalize-space(.)='']", element).c_str()))
                ADD_FAILURE() << "an empty " << element << " in " << found.parent().path();
        EXPECT_FALSE(has(page, "{{"));
        EXPECT_FALSE(has(page, "{0}"));
    }
}

TEST_F(RenderHtml, StandsAloneWithoutScriptUnderAStrictPolicy) {
    for (const std::string& page : every_page()) {
        const pugi::xml_document document = parsed(page);
        EXPECT_FALSE(has(page, "<script"));
        EXPECT_FALSE(has(page, "<link"));
        EXPECT_FALSE(has(page, "src="));
        EXPECT_FALSE(has(page, "url("));
        EXPECT_TRUE(document.select_nodes("//@style | //@*[starts-with(name(), 'on')]").empty());
        const pugi::xml_node head = document.child("html").child("head");
        const std::string policy =
            head.find_child_by_attribute("meta", "http-equiv", "Content-Security-Policy")
                .attribute("content")
                .value();
        EXPECT_EQ(policy.find("default-src 'none'; style-src 'sha256-"), 0U) << policy;
        EXPECT_NE(policy.find(html_style_source()), std::string::npos);
    }
}

TEST_F(RenderHtml, ThePolicyNamesTheDigestOfTheVeryStyle) {
    const std::string page = render_html(student_report(ada), Language::fr);
    const std::size_t begin = page.find("<style>") + 7;
    const std::string digest = config::hex(config::sha256(page.substr(begin, page.find("</style>") - begin)));
    const std::string source = html_style_source();
    const std::string base64 = source.substr(8, source.size() - 9);
    ASSERT_EQ(base64.size(), 44U);
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bits;
    for (const char c : base64.substr(0, 43))
        for (int bit = 5; bit >= 0; --bit)
            bits.push_back((kDigits.find(c) >> bit & 1U) != 0 ? '1' : '0');
    for (std::size_t i = 0; i < 64; ++i)
        EXPECT_EQ(std::stoi(bits.substr(4 * i, 4), nullptr, 2), std::stoi(digest.substr(i, 1), nullptr, 16))
            << i;
}

TEST_F(RenderHtml, NamesAreTextAndNeverMarkup) {
    for (const std::string& page :
         {render_html(student_report(bob), Language::fr), render_html(group_report(), Language::fr)}) {
        EXPECT_TRUE(
            has(page, "&lt;script&gt;alert(&apos;x&apos;)&lt;/script&gt; &amp; fils Bob &quot;B&quot;"));
        EXPECT_TRUE(has(page, "Algèbre &amp; géométrie &lt;1&gt;"));
    }
    directory.courses[{"moodle", 12}].fullname = "\"><img src=x onerror=alert(1)>";
    EXPECT_FALSE(has(render_html(student_report(bob), Language::fr), "<img"));
}

TEST_F(RenderHtml, ATemplateInANameIsOnlyText) {
    directory.people[bob].lastname = "{{node_id}} {{{wwwroot}}}";
    EXPECT_TRUE(has(render_html(student_report(bob), Language::fr), "{{node_id}} {{{wwwroot}}}"));
}

TEST_F(RenderHtml, TablesHaveCaptionsAndScopedHeads) {
    for (const std::string& page : every_page()) {
        const pugi::xml_document document = parsed(page);
        for (const auto& found : document.select_nodes("//table")) {
            EXPECT_TRUE(found.node().child("caption")) << found.node().attribute("id").value();
            EXPECT_TRUE(found.node().child("thead"));
        }
        for (const auto& found : document.select_nodes("//th"))
            EXPECT_TRUE(found.node().attribute("scope"));
    }
}

TEST_F(RenderHtml, EveryRowIsAsWideAsItsHead) {
    for (const std::string& page : every_page()) {
        const pugi::xml_document document = parsed(page);
        const auto width = [](pugi::xml_node row) {
            int columns = 0;
            for (pugi::xml_node cell : row)
                columns += cell.attribute("colspan").as_int(1);
            return columns;
        };
        for (const auto& row : document.select_nodes("//tbody/tr"))
            EXPECT_EQ(width(row.node()), width(row.node().parent().parent().child("thead").child("tr")))
                << row.node().parent().parent().attribute("id").value();
    }
}

TEST_F(RenderHtml, IsMadeForPaperToo) {
    const std::string page = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(page, "@page { size: A4"));
    EXPECT_TRUE(has(page, "thead { display: table-header-group;"));
}

TEST_F(RenderHtml, TotalsAreReadableAndExact) {
    const std::string page = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(page, "data-measured-s=\"16800\">4:40:00 <small>16800 secondes</small>"));
}

TEST_F(RenderHtml, CoursePagesOutsideActivitiesHaveTheirOwnLine) {
    const pugi::xml_document page = parsed(render_html(student_report(ada), Language::fr));
    const auto lines = page.select_nodes("//tr[@data-pages]");
    ASSERT_EQ(lines.size(), 1U);  // the other courses have no activities
    EXPECT_STREQ(lines[0].node().child("th").text().get(), "Pages du cours, hors activités");
    EXPECT_STREQ(lines[0].node().child("td").text().get(), "0:28:20");
}

TEST_F(RenderHtml, WhatHasNoNameShowsItsIdAndThePlatformItsWords) {
    const std::string fr = render_html(student_report(ada), Language::fr);
    for (const char* name :
         {"cours 14", "activité 502", "Plateforme (hors cours)", "Cours non indiqué par la source"})
        EXPECT_TRUE(has(fr, name)) << name;
    const std::string en = render_html(student_report(ada), Language::en);
    for (const char* name : {"course 14", "activity 502", "Platform (outside courses)"})
        EXPECT_TRUE(has(en, name)) << name;
}

TEST_F(RenderHtml, ADayWithoutItsOwnTraceSaysNone) {
    federation::LedgerRow run_over = row(bob, "2026-03-26", 12, 300, 0);
    put({{bob, "moodle", {run_over}, {}, {}}});
    const pugi::xml_document page = parsed(render_html(student_report(bob), Language::fr));
    const pugi::xml_node day = by_id(page, "days").child("tbody").child("tr");
    EXPECT_STREQ(day.child("td").child("span").text().get(), "aucune");
}

TEST_F(RenderHtml, AnAbsenceOfTracesIsStated) {
    const std::string page = render_html(student_report(zoe), Language::fr);
    EXPECT_TRUE(has(page, "Aucune trace sur la période."));
    EXPECT_TRUE(has(page, "Le registre est renseigné pour cette période"));
    EXPECT_FALSE(has(page, "<table id=\"days\""));
    EXPECT_FALSE(has(render_html(student_report(ada), Language::fr), "Aucune trace sur la période."));
}

TEST_F(RenderHtml, AnAbsenceOfTracesNextToAnOutageProvesNothingAndSaysSo) {
    ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance"});
    const std::string page = render_html(student_report(zoe), Language::fr);
    EXPECT_TRUE(has(page, "l’absence de trace ne prouve pas l’absence d’activité"));
    EXPECT_FALSE(has(page, "Le registre est renseigné pour cette période"));
}

TEST_F(RenderHtml, OutagesAreListedAndTheirAbsenceIsStated) {
    EXPECT_TRUE(
        has(render_html(student_report(ada), Language::fr), "Aucune interruption connue sur la période."));
    EXPECT_TRUE(has(render_html(group_report(), Language::en), "No outage known in the period."));
    EXPECT_FALSE(has(render_html(student_report(ada), Language::fr), "id=\"incomplete\""));
    ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance <b>"});
    const std::string page = render_html(student_report(ada), Language::fr);
    EXPECT_FALSE(has(page, "Aucune interruption connue"));
    EXPECT_TRUE(has(page, "24/03/2026 02:00:00"));
    EXPECT_TRUE(has(page, "maintenance &lt;b&gt;"));
    EXPECT_TRUE(has(page, "id=\"incomplete\""));
}

TEST_F(RenderHtml, AProvisionalRecordSaysSo) {
    federation::Freshness made = freshness();
    made.as_of_utc_s = at("2026-03-27", 3, 0);
    put({ada_ledger()}, made);
    const std::string page = render_html(student_report(ada), Language::fr);
    EXPECT_TRUE(has(page, "le relevé est provisoire"));
    EXPECT_TRUE(has(page, "id=\"incomplete\""));
}

TEST_F(RenderHtml, ProvenanceIsComplete) {
    request.remarks = {"minute_resolution"};
    const std::string page = render_html(student_report(ada), Language::fr);
    for (const std::string& part :
         {scale.sha256, std::string("SONATE – financeurs («\u202fsonate\u202f», version 1)"),
          std::string("compte en entier jusqu’à 0:30:00"), std::string("l’intervalle vaut 0:15:00"),
          std::string("assidu-gap 1"), std::string("Europe/Paris"), std::string("01/04/2026 03:00:00"),
          std::string("31/03/2026 22:15:09"), std::string("La source ne donne les heures qu’à la minute"),
          std::string("origine hors barème"), std::string("Université d’essai"),
          std::string("https://moodle.example.fr"), std::string("02/04/2026 10:00:00")})
        EXPECT_TRUE(has(page, part)) << part;
    EXPECT_TRUE(has(render_html(student_report(zoe), Language::fr), "Aucun événement écarté par le barème"));
}

TEST_F(RenderHtml, AScaleThatGivesNothingForSilenceSaysSo) {
    StudentReport report = student_report(ada);
    report.provenance.idle_credit_s = 0;
    report.provenance.last_credit_s = 0;
    const std::string page = render_html(report, Language::en);
    EXPECT_TRUE(has(page, "A longer gap is worth nothing. The very last trace is worth nothing."));
}

TEST_F(RenderHtml, SessionsOverTheEndsAreMarkedAndExplained) {
    const std::string page = render_html(student_report(ada), Language::fr);
    EXPECT_EQ(parsed(page).select_nodes("//span[@class='mark']").size(), 2U);
    EXPECT_TRUE(has(page, "Les sessions sont données entières."));
}

TEST_F(RenderHtml, TheGroupListsStudentsWithoutATraceWithZeros) {
    const std::string page = render_html(group_report(), Language::fr);
    const pugi::xml_document document = parsed(page);
    const pugi::xml_node line = document.select_node("//tr[contains(th, 'Faure Zoé')]").node();
    EXPECT_STREQ(line.select_node("td[@data-measured-s]").node().text().get(), "0:00:00");
    EXPECT_STREQ(line.child("td").child("span").text().get(), "aucune");
    EXPECT_TRUE(has(page, "Personne absente de l’annuaire"));
    EXPECT_TRUE(has(page, federation::to_string(stranger)));
}

TEST_F(RenderHtml, ANameThatIsNotUtf8DoesNotBreakThePage) {
    directory.people[bob].lastname =
        "M\xe9"
        "bius\x01";
    const std::string page = render_html(student_report(bob), Language::fr);
    EXPECT_TRUE(has(page, "M\uFFFDbius\uFFFD"));
    (void)parsed(page);
}

}  // namespace
}  // namespace assidu::reports::test
