// A summary names nobody, and nobody can be worked out of it.
#include "reports/summary/summary.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <ranges>
#include <set>

#include "reports/summary/suppression.h"
#include "tests/reports/read_back_printed.h"
#include "tests/reports/sample.h"
#include "tests/seed.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t together(const std::vector<CellStudents>& cells, const std::vector<bool>& hidden) {
    std::set<std::uint32_t> all;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (hidden[i]) all.insert(cells[i].begin(), cells[i].end());
    return all.size();
}

TEST(Suppression, HidesSmallCellsAndSoManyMoreThatTheyCannotBeComputed) {
    const CellStudents five{1, 2, 3, 4, 5}, six{1, 2, 3, 4, 5, 6}, one{9}, none{};
    EXPECT_EQ(hidden_cells({five, six}, 5), (std::vector{false, false}));
    EXPECT_EQ(hidden_cells({five, six}, 6), (std::vector{true, true}));
    // One small cell alone would be the total less the others: the smallest other goes with it.
    EXPECT_EQ(hidden_cells({one, six, five, none}, 5), (std::vector{true, false, true, false}));
    // Two of the same person are still of one person.
    EXPECT_EQ(hidden_cells({one, one, six}, 5), (std::vector{true, true, true}));
    EXPECT_EQ(hidden_cells({none, none}, 5), (std::vector{false, false}));
    EXPECT_EQ(hidden_cells({}, 5), std::vector<bool>{});
}

TEST(Suppression, OfCountsOfWhichEachIsAPartOfTheOneBefore) {
    EXPECT_EQ(hidden_counts({10, 5, 0}, 20, 5), (std::vector{false, false, false}));
    EXPECT_EQ(hidden_counts({4}, 20, 5), (std::vector{true}));
    EXPECT_EQ(hidden_counts({17}, 20, 5), (std::vector{true}));             // three are not
    EXPECT_EQ(hidden_counts({12, 10}, 20, 5), (std::vector{false, true}));  // two are between
    EXPECT_EQ(hidden_counts({20, 20, 20}, 20, 5), (std::vector{false, false, false}));
}

TEST(Suppression, HoldsForRandomTables) {
    std::mt19937_64 random(tests::test_seed());
    for (int round = 0; round < 2'000; ++round) {
        const std::size_t k = 2 + random() % 8;
        std::vector<CellStudents> cells(random() % 12);
        for (CellStudents& cell : cells) {
            std::set<std::uint32_t> students;
            for (std::size_t i = random() % 15; i > 0; --i)
                students.insert(static_cast<std::uint32_t>(random() % 20));
            cell.assign(students.begin(), students.end());
        }
        const std::vector<bool> hidden = hidden_cells(cells, k);
        const auto count = static_cast<std::size_t>(std::ranges::count(hidden, true));
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (!hidden[i]) {
                EXPECT_TRUE(cells[i].empty() || cells[i].size() >= k);
            }
        }
        if (count == 0) continue;
        const bool everything =
            std::ranges::all_of(std::views::iota(std::size_t{0}, cells.size()),
                                [&](std::size_t i) { return hidden[i] || cells[i].empty(); });
        EXPECT_TRUE(everything || (count >= 2 && together(cells, hidden) >= k)) << round;
    }
}

class SummaryTest : public Sample {
  protected:
    // Twelve students: all work in week 12 in course 12; three of them in week 13, in course 14.
    void SetUp() override {
        Sample::SetUp();
        std::vector<federation::StudentLedger> all;
        for (std::uint8_t i = 1; i <= 12; ++i) {
            const auto who = student_id(i);
            federation::LedgerRow first = row(who, "2026-03-20", 12, 1000 + i, 2);
            first.first_utc_s = first.last_utc_s = at("2026-03-20", 9, 0);
            federation::StudentLedger student{who, "moodle", {first}, {}, {}};
            if (i <= 3) {
                federation::LedgerRow second = row(who, "2026-03-26", 14, 500 * i, 2);
                second.first_utc_s = second.last_utc_s = at("2026-03-26", 9, 0);
                student.rows.push_back(second);
            }
            all.push_back(student);
            asked.students.emplace_back(who, "moodle");
        }
        put(all);
        asked.report = request;
        directory.courses[{"moodle", 14}] = {"Chimie", "CHI", ""};
    }
    config::Result<Summary> made() const { return build_summary(asked, *ledger, directory); }

    SummaryRequest asked;
};

TEST_F(SummaryTest, HasNoNameAndNoCellOfFewerThanK) {
    const auto summary = made();
    ASSERT_TRUE(summary) << summary.error().what;
    EXPECT_EQ(summary->students, 12);
    EXPECT_EQ(summary->active, 12);
    EXPECT_EQ(summary->total.measured_s, 12 * 1000 + 78 + 3'000);
    EXPECT_TRUE(summary->median_s);
    // Three in week 13: hidden, and week 12 with it, since the total is shown.
    ASSERT_EQ(summary->weeks.size(), 2U);
    EXPECT_TRUE(summary->weeks[0].cell.hidden && summary->weeks[1].cell.hidden);
    for (const SummaryCourse& course : summary->courses)
        EXPECT_TRUE(course.cell.hidden);
    // Nine without a trace for 7 days is nine of twelve: that three had one would be told.
    ASSERT_EQ(summary->silences.size(), 3U);
    EXPECT_TRUE(summary->silences[0].hidden);
    EXPECT_FALSE(summary->silences[1].hidden);
    EXPECT_EQ(summary->silences[1].students, 0);
    for (const std::string& document : {render_summary_html(*summary, Language::fr),
                                        render_summary_csv(*summary), render_summary_json(*summary)}) {
        EXPECT_THAT(document, Not(HasSubstr(to_string(student_id(1)))));
        EXPECT_THAT(document, HasSubstr("Chimie"));
        for (const char* told : {"3000", "0:50:00", "12078", "3:21:18"})
            EXPECT_THAT(document, Not(HasSubstr(told))) << told;
    }
    EXPECT_TRUE(render_summary_pdf(*summary, Language::fr).starts_with("%PDF"));
    const auto cells = cells_of(render_summary_xlsx(*summary, Language::fr));
    for (const auto& [sheet, rows] : cells)
        for (const auto& row : rows)
            for (const std::string& cell : row)
                for (const char* told : {"3000", "12078"})
                    EXPECT_NE(cell, told) << sheet;
    // A dash in every cell of what is hidden: an empty one would be a nought.
    EXPECT_THAT(cells.at("Par semaine (ISO 8601)").at(1),
                ::testing::ElementsAre("2026-W12", ::testing::_, ::testing::_, "–", "–", "–", "–", "–"));
}

TEST_F(SummaryTest, ShowsWhatIsOfEnoughAndTheFormatsAgree) {
    asked.k = 3;
    const auto summary = made();
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->weeks[1].cell.students, 3);
    EXPECT_EQ(summary->weeks[1].cell.measured_s, 3'000);
    EXPECT_EQ(summary->weeks[0].cell.measured_s + summary->weeks[1].cell.measured_s,
              summary->total.measured_s);
    ASSERT_EQ(summary->months.size(), 1U);
    EXPECT_EQ(summary->months[0].cell.measured_s, summary->total.measured_s);
    EXPECT_EQ(summary->silences[0].students, 9);
    const json data = json::parse(render_summary_json(*summary));
    EXPECT_EQ(data["total"]["measured_s"], summary->total.measured_s);
    EXPECT_EQ(data["weeks"][1]["students"], 3);
    EXPECT_THAT(render_summary_csv(*summary),
                HasSubstr("week,2026-W13,2026-03-23,2026-03-29,3,3000,0,0\r\n"));
    EXPECT_THAT(render_summary_html(*summary, Language::en), HasSubstr("<svg"));
    const auto cells = cells_of(render_summary_xlsx(*summary, Language::en));
    const auto number = [](const std::string& cell) { return std::stod(cell); };
    const auto& weeks = cells.at("By week (ISO 8601)");
    ASSERT_EQ(weeks.size(), 3U);
    EXPECT_EQ(weeks[2][0], "2026-W13");
    EXPECT_EQ(number(weeks[2][3]), 3);
    EXPECT_NEAR(number(weeks[2][4]) * 86'400, 3'000, 1e-6);
    EXPECT_EQ(number(weeks[2][6]), 3'000);
    EXPECT_EQ(number(cells.at("By month").at(1).at(6)), static_cast<double>(summary->total.measured_s));
    EXPECT_EQ(cells.at("Course").size(), 3U);
    asked.courses = {14};
    EXPECT_EQ(made()->total.measured_s, 3'000);
}

TEST_F(SummaryTest, AGroupOfFewerThanKIsNoData) {
    asked.k = 12;
    EXPECT_TRUE(made());
    asked.k = 13;
    EXPECT_FALSE(made());
    EXPECT_THAT(made().error().what, HasSubstr("fewer than 13"));
}

}  // namespace
}  // namespace assidu::reports::test
