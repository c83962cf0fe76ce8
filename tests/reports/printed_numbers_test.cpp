// The same numbers on paper, in workbooks and in plugins' layouts as in every other format.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "reports/print/excel_csv.h"
#include "reports/print/layouts.h"
#include "reports/print/render_pdf.h"
#include "reports/print/render_xlsx.h"
#include "reports/render.h"
#include "tests/reports/read_back_printed.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using ::testing::HasSubstr;
using tests::contents_of;

class PrintedNumbers : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }
    std::string text_of(const std::string& pdf) const {
        folder.write("report.pdf", pdf);
        const std::string line = "cd " + folder.path().string() + " && pdftotext -layout report.pdf out";
        EXPECT_EQ(std::system(line.c_str()), 0);
        return contents_of(folder / "out");
    }
    // The model's numbers that the format must have: those whose key begins so and has no part that it leaves
    // out.
    static Numbers of_these(const Numbers& model, const std::vector<std::string>& beginnings,
                            const std::vector<std::string>& without = {}) {
        Numbers kept;
        for (const auto& [key, value] : model) {
            const auto in_key = [&](const std::string& part) { return key.find(part) != std::string::npos; };
            const bool wanted =
                std::ranges::any_of(beginnings, [&](const auto& one) { return key.starts_with(one); });
            if (wanted && std::ranges::none_of(without, in_key)) kept[key] = value;
        }
        return kept;
    }
};

TEST_F(PrintedNumbers, OfAStudentsWorkbook) {
    const StudentReport report = student_report(ada);
    const Cells cells = cells_of(render_xlsx(report, Language::fr));
    Numbers model = of_these(numbers_of(report), {"total.", "day.", "course.", "session."}, {});
    std::erase_if(model, [](const auto& number) {
        return number.first.starts_with("day.") && number.first.find(".course.") != std::string::npos;
    });
    EXPECT_EQ(numbers_of_xlsx(cells, calendar), model);
    EXPECT_EQ(cells.size(), 6U);
    EXPECT_EQ(cells.at("Par mois").at(1).at(0), "2026-03");
    EXPECT_EQ(cells.at("Par mois").at(1).at(6), "16800");
}

TEST_F(PrintedNumbers, OfAGroupsWorkbook) {
    const GroupReport report = group_report();
    const Numbers model =
        of_these(numbers_of(report), {"total.", "student", "active", "median_s", "week.", "course."});
    EXPECT_EQ(numbers_of_xlsx(cells_of(render_xlsx(report, Language::fr)), calendar), model);
}

TEST_F(PrintedNumbers, OfAWorkbookAreTheSameBytesForTheSameModelAndNoFormulas) {
    EXPECT_EQ(render_xlsx(group_report(), Language::fr), render_xlsx(group_report(), Language::fr));
    const Cells cells = cells_of(render_xlsx(group_report(), Language::en));
    EXPECT_EQ(cells.at("Students").at(1).at(2), "=1+1");  // a text, as cells_of() sees to
}

TEST_F(PrintedNumbers, OfAStudentsPdf) {
    const StudentReport report = student_report(ada);
    const Numbers model = of_these(
        numbers_of(report), {"total.measured_s", "total.credited_s", "total.events", "day."}, {".course."});
    const std::string text = text_of(render_pdf(report, Language::fr, ""));
    EXPECT_EQ(numbers_of_pdf(text), model);
    Numbers courses = of_these(numbers_of(report), {"course."});
    // A course without activities is its pages: the paper says it once.
    for (const CourseLine& course : report.courses) {
        if (!course.activities.empty()) continue;
        for (const char* name : {"measured_s", "credited_s", "events"})
            courses.erase(fmt::format("course..{}.pages.{}", course.course, name));
    }
    EXPECT_EQ(courses_of_pdf(text, report), courses);
}

TEST_F(PrintedNumbers, OfAGroupsPdf) {
    const GroupReport report = group_report();
    EXPECT_EQ(numbers_of_pdf(text_of(render_pdf(report, Language::fr, ""))),
              of_these(numbers_of(report), {"week."}));
}

TEST_F(PrintedNumbers, OfTheFrenchExcelFlavourAreThoseOfTheCsv) {
    directory.people[ada].lastname = "Élie; \"x\", y";
    const std::string table = render_csv(student_report(ada)), excel = render_excel_csv(student_report(ada));
    EXPECT_TRUE(
        excel.starts_with("\xef\xbb\xbf"
                          "record;key;value;"));
    // Read with the other separator it is the same table.
    std::string back;
    bool quoted = false;
    for (const char c : std::string_view(excel).substr(3)) {
        if (c == '"') quoted = !quoted;
        back += !quoted && c == ';' ? ',' : c;
    }
    EXPECT_EQ(parse_csv(back), parse_csv(table));
    EXPECT_EQ(in_excel_flavour("a;b,c\r\n\"d;e\",f\r\n"), "\xef\xbb\xbf\"a;b\";c\r\n\"d;e\";f\r\n");
}

// Files that the plugin itself wrote, each made again from its days.
TEST_F(PrintedNumbers, OfTimeReportsAreLaidOutByteForByteAsThePlugin) {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(ASSIDU_SOURCE_DIR) + "/tests/data/time_report")) {
        const std::string theirs = contents_of(entry.path());
        std::istringstream lines(theirs);
        std::vector<std::pair<std::string, std::string>> pairs;
        for (std::string line; std::getline(lines, line);) {
            const std::size_t middle = line.find("\",\"");
            if (middle != std::string::npos)
                pairs.emplace_back(line.substr(1, middle - 1),
                                   line.substr(middle + 3, line.size() - middle - 4));
        }
        const auto day_of = [](const std::string& text) {
            return day((text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2)).c_str());
        };
        StudentReport report = student_report(bob);
        report.person = Person{1, "", "", pairs.at(1).second, pairs.at(0).second, pairs.at(2).second, "", ""};
        report.period = {day_of(pairs.at(3).second.substr(0, 10)), day_of(pairs.at(3).second.substr(13))};
        report.days.clear();
        for (std::size_t i = 6; i < pairs.size(); ++i) {
            DayLine& line = report.days.emplace_back();
            line.day = day_of(pairs[i].first);
            const std::string& time = pairs[i].second;
            line.measured_s = (std::stoll(time.substr(0, 2)) * 60 + std::stoll(time.substr(3, 2))) * 60 +
                              std::stoll(time.substr(6, 2));
        }
        EXPECT_EQ(render_time_report(report), theirs) << entry.path();
        ++files;
    }
    EXPECT_GE(files, 4U);
}

TEST_F(PrintedNumbers, OfTrainingSessionsLayouts) {
    EXPECT_THAT(render_working_days(student_report(ada)),
                HasSubstr("31;ada;Ada Élie;2026-03-23;2026-W13;1;10800;3h 0min;2026-03-23 09:00;"));
    EXPECT_THAT(render_sessions_only(student_report(ada)),
                HasSubstr("2026-03-23 09:00;2026-03-23 11:30;9000;2h 30min\r\n"));
    EXPECT_THAT(
        render_user_rows(group_report()),
        HasSubstr(
            "31;E-0031;Ada;Élie;ada@example.fr;Université d’essai;Sciences;2026-03-29 23:55;05:10:00;5"));
}

}  // namespace
}  // namespace assidu::reports::test
