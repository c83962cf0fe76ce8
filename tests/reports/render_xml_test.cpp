#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "reports/render.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using pugi::xml_node;

class RenderXml : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }

    static pugi::xml_document parsed(const std::string& text) {
        pugi::xml_document document;
        const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_full);
        EXPECT_TRUE(result) << result.description();
        return document;
    }
    // The first `count` children by name.
    static std::vector<std::string> first_children(xml_node parent, std::size_t count) {
        std::vector<std::string> names;
        for (xml_node child : parent)
            if (names.size() < count) names.emplace_back(child.name());
        return names;
    }
};

TEST_F(RenderXml, TheUserIsAsInTheRealDocumentAndOursComesAfter) {
    const pugi::xml_document document = parsed(render_xml(student_report(ada)));
    const xml_node user = document.child("USE_STATS").child("USER");
    EXPECT_EQ(first_children(user, 5),
              (std::vector<std::string>{"USERNAME", "FIRSTNAME", "LASTNAME", "FROM", "ELAPSED"}));
    EXPECT_STREQ(user.child("USERNAME").text().get(), "ada");
    EXPECT_STREQ(user.child("FIRSTNAME").text().get(), "Ada");
    EXPECT_STREQ(user.child("LASTNAME").text().get(), "Élie");
    EXPECT_EQ(user.child("FROM").text().as_llong(), at("2026-03-20", 0, 0));
    EXPECT_STREQ(user.child("ELAPSED").text().get(), "280");
    EXPECT_STREQ(user.child("ELAPSED_SECONDS").text().get(), "16800");
}

TEST_F(RenderXml, CoursesAndModulesAreAsInTheRealDocument) {
    const pugi::xml_document document = parsed(render_xml(student_report(ada)));
    const xml_node stats = document.child("USE_STATS");
    EXPECT_EQ(first_children(stats, 3), (std::vector<std::string>{"USER", "COURSES", "ASSIDU"}));
    const xml_node course = stats.child("COURSES").child("COURSE");
    EXPECT_EQ(first_children(course, 5),
              (std::vector<std::string>{"NAME", "SHORTNAME", "IDNUMBER", "ELAPSED", "MODULES"}));
    const xml_node module = course.child("MODULES").child("MODULE");
    EXPECT_EQ(first_children(module, 4), (std::vector<std::string>{"NAME", "TYPE", "IDNUMBER", "ELAPSED"}));
    EXPECT_STREQ(module.child("TYPE").text().get(), "quiz");
    EXPECT_STREQ(module.child("ELAPSED").text().get(), "65");
}

TEST_F(RenderXml, HasNoAttributesAndNoDeclaration) {
    const std::string text = render_xml(group_report());
    EXPECT_EQ(text.find("<?xml"), std::string::npos);
    const pugi::xml_document document = parsed(text);
    EXPECT_TRUE(document.select_nodes("//@*").empty());
}

TEST_F(RenderXml, ShortTimesAreThereInWholeMinutesThatAreOver) {
    const pugi::xml_document document = parsed(render_xml(student_report(bob)));
    const xml_node course = document.child("USE_STATS").child("COURSES").child("COURSE");
    EXPECT_STREQ(course.child("ELAPSED").text().get(), "1");
    EXPECT_STREQ(course.child("ELAPSED_SECONDS").text().get(), "119");
    EXPECT_STREQ(course.child("MODULES").child("MODULE").child("ELAPSED").text().get(), "1");
}

TEST_F(RenderXml, NamesAreEscaped) {
    const std::string text = render_xml(student_report(bob));
    EXPECT_NE(text.find("<LASTNAME>&lt;script&gt;alert('x')&lt;/script&gt; &amp; fils</LASTNAME>"),
              std::string::npos);
    const pugi::xml_document document = parsed(text);
    EXPECT_STREQ(document.child("USE_STATS").child("USER").child("LASTNAME").text().get(),
                 "<script>alert('x')</script> & fils");
}

TEST_F(RenderXml, NoTraceIsTheEmptySetWithOursAfterIt) {
    const pugi::xml_document document = parsed(render_xml(student_report(zoe)));
    const xml_node stats = document.child("USE_STATS");
    EXPECT_EQ(first_children(stats, 9),
              (std::vector<std::string>{"EMPTYSET", "STUDENT_WITHOUT_TRACE", "ASSIDU"}));
    EXPECT_STREQ(stats.child("STUDENT_WITHOUT_TRACE").child("LASTNAME").text().get(), "Faure");
    EXPECT_NE(render_xml(student_report(zoe)).find("<EMPTYSET />"), std::string::npos);
}

TEST_F(RenderXml, CarriesPeriodScaleAndProvenance) {
    ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance"});
    request.remarks = {"minute_resolution"};
    const pugi::xml_document document = parsed(render_xml(student_report(ada)));
    const xml_node ours = document.child("USE_STATS").child("ASSIDU");
    EXPECT_EQ(ours.child("PERIOD").child("END").text().as_llong(), at("2026-03-30", 0, 0));
    const xml_node provenance = ours.child("PROVENANCE");
    EXPECT_EQ(provenance.child("SCALE_SHA256").text().get(), scale.sha256);
    EXPECT_STREQ(provenance.child("ENGINE").text().get(), "assidu-gap 1");
    EXPECT_STREQ(provenance.child("OUTAGES").child("OUTAGE").child("CAUSE").text().get(), "maintenance");
    EXPECT_STREQ(provenance.child("REMARKS").child("REMARK").text().get(), "minute_resolution");
}

TEST_F(RenderXml, WhatHasNoNameShowsItsIdInTheLanguageOfTheReport) {
    EXPECT_NE(render_xml(student_report(ada)).find("<NAME>cours 14</NAME>"), std::string::npos);
    EXPECT_NE(render_xml(student_report(ada)).find("<NAME>Plateforme (hors cours)</NAME>"),
              std::string::npos);
    request.language = "en";
    EXPECT_NE(render_xml(student_report(ada)).find("<NAME>activity 502</NAME>"), std::string::npos);
}

TEST_F(RenderXml, CharactersThatXmlForbidsAreReplaced) {
    directory.people[bob].lastname =
        "M\xe9"
        "bius\x01\x1b\uFFFE";
    directory.courses[{"moodle", 12}].fullname = "]]> <!-- <?php ?>";
    const pugi::xml_document document = parsed(render_xml(student_report(bob)));
    const xml_node stats = document.child("USE_STATS");
    EXPECT_STREQ(stats.child("USER").child("LASTNAME").text().get(), "M\uFFFDbius\uFFFD\uFFFD\uFFFD");
    EXPECT_STREQ(stats.child("COURSES").child("COURSE").child("NAME").text().get(), "]]> <!-- <?php ?>");
}

TEST_F(RenderXml, TheGroupHasAUseStatsForEveryStudent) {
    const pugi::xml_document document = parsed(render_xml(group_report()));
    const xml_node group = document.child("ASSIDU_GROUP");
    int with_trace = 0, without = 0;
    for (xml_node stats : group.children("USE_STATS")) {
        with_trace += stats.child("USER") ? 1 : 0;
        without += stats.child("EMPTYSET") ? 1 : 0;
    }
    EXPECT_EQ(with_trace, 2);
    EXPECT_EQ(without, 2);
    EXPECT_STREQ(group.child("STUDENTS").text().get(), "4");
}

}  // namespace
}  // namespace assidu::reports::test
