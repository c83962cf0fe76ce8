// What use_stats 39 and the export of working days of report_trainingsessions make, by hand.

#include <gtest/gtest.h>

#include "node/attendance/legacy/training_sessions.h"
#include "node/attendance/legacy/use_stats.h"

namespace assidu::node::attendance::legacy {
namespace {

const config::CivilCalendar& paris() {
    static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    return calendar;
}

config::Scale preset(const char* name) {
    return config::parse_scale(config::preset_document(name), name).value();
}

std::int64_t at(const char* day, std::int32_t hours, std::int32_t minutes = 0) {
    return paris().instant_of(config::parse_iso_date(day).value(), hours * 3600 + minutes * 60).utc_s;
}

Row page(std::int64_t id, std::int64_t time_s, const char* module = "") {
    Row row;
    row.id = id;
    row.time_s = time_s;
    row.user = 7;
    row.course = 10;
    row.context_level = *module == 0 ? 50 : 70;
    row.context_instance = *module == 0 ? 10 : 501;
    row.component = *module == 0 ? "core" : std::string("mod_") + module;
    row.action = "viewed";
    row.target = "course";
    row.origin = "web";
    return row;
}

std::int64_t total(const config::Scale& scale, const std::vector<Row>& rows, Window window) {
    return use_stats(use_stats_rules(scale), {rows, 7, window, window.to_s + 100'000, 10, nullptr, {}})
        .total_s();
}

TEST(UseStats39, RowsOfThePeriodsVeryEndsDoNotCount) {
    const std::vector<Row> rows{page(1, 1'000), page(2, 1'100), page(3, 1'300)};
    EXPECT_EQ(total(preset("usestats-legacy-401"), rows, {1'000, 1'300}), 300 + 900);
    EXPECT_EQ(total(preset("usestats-legacy-39"), rows, {1'000, 1'300}), 900);
    EXPECT_EQ(total(preset("usestats-legacy-39"), rows, {999, 1'301}), 300 + 900);
}

TEST(UseStats39, AnIgnoredModuleHandsItsTimeOnOnce) {
    config::Scale scale = preset("usestats-legacy-39");
    scale.filter.exclude_modules = {"label"};
    const std::vector<Row> rows{page(1, 1'000), page(2, 1'100, "label"), page(3, 1'300), page(4, 1'350)};
    EXPECT_EQ(total(scale, rows, {0, 10'000}), 100 + (200 + 50) + 900);
    scale = preset("usestats-legacy-401");
    scale.filter.exclude_modules = {"label"};
    EXPECT_EQ(total(scale, rows, {0, 10'000}), 100 + 50 + 900) << "from 401 on it is lost";
}

TEST(TrainingSessions, WorkingDaysAreCroppedWithTheirDefects) {
    const config::Scale scale = preset("trainingsessions-legacy");
    const TrainingSessionsRules rules = training_sessions_rules(scale);
    const auto slices = [&](Span span, const TrainingSessionsRules& by) {
        return working_slices(std::span<const Span>(&span, 1), by, paris());
    };
    // Monday.
    EXPECT_EQ(slices({at("2026-03-02", 17), at("2026-03-02", 20)}, rules),
              (std::vector<Span>{{at("2026-03-02", 17), at("2026-03-02", 18, 30)}}));
    // To midnight exactly: lost with the defect, three and a half hours without.
    const Span to_midnight{at("2026-03-02", 15), at("2026-03-03", 0)};
    EXPECT_TRUE(slices(to_midnight, rules).empty());
    TrainingSessionsRules good = rules;
    good.midnight_is_zero = false;
    EXPECT_EQ(slices(to_midnight, good),
              (std::vector<Span>{{at("2026-03-02", 15), at("2026-03-02", 18, 30)}}));
    // Saturday.
    EXPECT_TRUE(slices({at("2026-03-07", 9), at("2026-03-07", 10)}, rules).empty());
}

TEST(TrainingSessions, ADayOffIsTheDayAfterIt) {
    TrainingSessionsRules rules = training_sessions_rules(preset("trainingsessions-legacy"));
    const auto counts = [&](const char* day) {
        const Span span{at(day, 9), at(day, 10)};
        return !working_slices(std::span<const Span>(&span, 1), rules, paris()).empty();
    };
    EXPECT_TRUE(counts("2026-01-01")) << "a Thursday, and the first day of the year";
    EXPECT_FALSE(counts("2026-01-02"));
    EXPECT_TRUE(counts("2026-12-31"));
    EXPECT_FALSE(counts("2024-12-31")) << "day 365, counted from 0, is there in leap years only";
    rules.day_off_by_one = false;
    EXPECT_FALSE(counts("2026-01-01"));
    EXPECT_TRUE(counts("2026-01-02"));
    EXPECT_FALSE(counts("2026-12-31"));
}

}  // namespace
}  // namespace assidu::node::attendance::legacy
