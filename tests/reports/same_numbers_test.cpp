// One report, four formats: every number must come back the same from each.
#include <gtest/gtest.h>

#include "reports/render.h"
#include "tests/reports/read_back.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

class SameNumbers : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
        ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance <&>"});
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
};

TEST_F(SameNumbers, OfAStudent) {
    const StudentReport report = student_report(ada);
    EXPECT_EQ(numbers_of(report).at("total.measured_s"), 16'800);
    EXPECT_EQ(numbers_of(report).at("day.2026-03-23.course.12.measured_s"), 5'400);
    expect_same(report);
}

TEST_F(SameNumbers, OfAStudentWithDossiers) {
    federation::Dossier one, other;
    one.funder = "OPCO <Atlas> & fils; \"x\"";
    one.number = "=1+1";
    one.from = day("2026-01-05");
    one.to = day("2026-12-31");
    one.planned_s = 1'261'800;
    one.groups = {"Soir"};
    other.funder = "Région";
    other.number = "R-1";
    other.from = other.to = day("2026-03-20");
    StudentReport report = student_report(ada);
    report.dossiers = {one, other};
    EXPECT_EQ(numbers_of(report).at("dossier.1.planned_s"), 1'261'800);
    EXPECT_FALSE(numbers_of(report).contains("dossier.2.planned_s"));
    expect_same(report);
}

TEST_F(SameNumbers, OfAGroup) {
    const GroupReport report = group_report();
    EXPECT_EQ(numbers_of(report).at("total.measured_s"), 16'919);
    expect_same(report);
}

TEST_F(SameNumbers, TheSameModelGivesTheSameBytes) {
    EXPECT_EQ(render_html(student_report(ada), Language::fr), render_html(student_report(ada), Language::fr));
    EXPECT_EQ(render_json(group_report()), render_json(group_report()));
    EXPECT_EQ(render_csv(group_report()), render_csv(group_report()));
    EXPECT_EQ(render_xml(group_report()), render_xml(group_report()));
}

}  // namespace
}  // namespace assidu::reports::test
