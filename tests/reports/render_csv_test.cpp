#include <gtest/gtest.h>

#include <algorithm>

#include "reports/render.h"
#include "tests/reports/read_back.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using Line = std::map<std::string, std::string>;

class RenderCsv : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }

    static std::vector<Line> lines_of(const std::string& table, std::string_view record) {
        std::vector<Line> lines = parse_csv(table);
        std::erase_if(lines, [&](const Line& line) { return line.at("record") != record; });
        return lines;
    }
    static std::string meta(const std::string& table, std::string_view key) {
        for (const Line& line : lines_of(table, "meta"))
            if (line.at("key") == key) return line.at("value");
        return "(none)";
    }
};

TEST_F(RenderCsv, HasTheSameColumnsInBothReportsAndEveryLineIsThatWide) {
    const std::string student = render_csv(student_report(ada)), group = render_csv(group_report());
    EXPECT_EQ(student.substr(0, student.find("\r\n")), group.substr(0, group.find("\r\n")));
    EXPECT_EQ(student.substr(0, 17), "record,key,value,");
    EXPECT_NO_THROW((void)parse_csv(student));  // strict: CRLF, one width
    EXPECT_NO_THROW((void)parse_csv(group));
    EXPECT_TRUE(student.ends_with("\r\n"));
}

TEST_F(RenderCsv, NamesTheRuleAndTheData) {
    const std::string table = render_csv(student_report(ada));
    EXPECT_EQ(meta(table, "format"), "assidu-student-report");
    EXPECT_EQ(meta(table, "scale_sha256"), scale.sha256);
    EXPECT_EQ(meta(table, "engine"), "assidu-gap 1");
    EXPECT_EQ(meta(table, "as_of_utc_s"), std::to_string(at("2026-04-01", 3, 0)));
    EXPECT_EQ(meta(table, "outages"), "0");  // stated, not silent
    EXPECT_EQ(lines_of(table, "period").at(0).at("date_to"), "2026-03-29");
}

TEST_F(RenderCsv, GivesDurationsInSecondsAndToRead) {
    const Line total = lines_of(render_csv(student_report(ada)), "total").at(0);
    EXPECT_EQ(total.at("measured_s"), "16800");
    EXPECT_EQ(total.at("measured"), "4:40:00");
    EXPECT_EQ(total.at("lastname"), "Élie");
}

TEST_F(RenderCsv, ATextIsNeverAFormula) {
    const std::vector<Line> students = lines_of(render_csv(group_report()), "student");
    const auto line = std::ranges::find_if(students, [](const Line& l) { return l.at("username") == "bob"; });
    ASSERT_NE(line, students.end());
    EXPECT_EQ(line->at("student_idnumber"), "'=1+1");
    EXPECT_EQ(line->at("firstname"), "Bob \"B\"");
    EXPECT_EQ(line->at("lastname"), "<script>alert('x')</script> & fils");
}

TEST_F(RenderCsv, ASessionListsItsCoursesAndWhetherItIsClipped) {
    const std::vector<Line> sessions = lines_of(render_csv(student_report(ada)), "session");
    ASSERT_EQ(sessions.size(), 5U);
    EXPECT_EQ(sessions[0].at("clipped"), "1");
    EXPECT_EQ(sessions[0].at("measured_s"), "3000");
    EXPECT_EQ(sessions[0].at("inside_s"), "1200");
    EXPECT_EQ(sessions[1].at("clipped"), "0");
    EXPECT_EQ(sessions[1].at("value"), "0 12 14");
    EXPECT_EQ(sessions[1].at("begin_local"), "2026-03-23T09:00:00+01:00");
    EXPECT_EQ(sessions[4].at("value"), "-1");
}

TEST_F(RenderCsv, ALineEndInANameStaysInItsField) {
    directory.people[bob].lastname = "two\r\nlines, \"quoted\"";
    EXPECT_EQ(lines_of(render_csv(student_report(bob)), "total").at(0).at("lastname"),
              "two\r\nlines, \"quoted\"");
}

TEST_F(RenderCsv, ANameThatIsNotUtf8IsRepaired) {
    directory.people[bob].lastname =
        "M\xe9"
        "bius";
    EXPECT_EQ(lines_of(render_csv(student_report(bob)), "total").at(0).at("lastname"), "M\uFFFDbius");
}

TEST_F(RenderCsv, AStudentWithoutATraceHasATotalOfZeros) {
    const std::string table = render_csv(student_report(zoe));
    EXPECT_EQ(lines_of(table, "total").at(0).at("measured_s"), "0");
    EXPECT_TRUE(lines_of(table, "day").empty());
}

}  // namespace
}  // namespace assidu::reports::test
