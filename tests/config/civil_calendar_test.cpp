#include "config/civil_calendar.h"

#include <gtest/gtest.h>

namespace assidu::config {
namespace {

CivilCalendar zone(std::string_view name) {
    return CivilCalendar::of(name).value();
}

std::int64_t length(const CivilCalendar& calendar, std::string_view date) {
    const CivilDay day = parse_iso_date(date).value();
    return calendar.end_of(day) - calendar.begin_of(day);
}

TEST(CivilDay, IsReadAndWrittenAsIso8601AndOnlyIfItExists) {
    EXPECT_EQ(iso_date(CivilDay{0}), "1970-01-01");
    EXPECT_EQ(parse_iso_date("2024-02-29"), civil_day(2024, 2, 29));
    EXPECT_EQ(iso_date(parse_iso_date("1969-12-31").value()), "1969-12-31");
    for (const char* wrong : {"2023-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-01-1", "26-01-01",
                              "2026/01/01", "2026-01-01 ", "", "-026-01-01", "2026-01--1", "0000-01-01"})
        EXPECT_EQ(parse_iso_date(wrong), std::nullopt) << wrong;
}

TEST(CivilDay, KnowsItsIsoWeek) {
    EXPECT_EQ(iso_week_name(iso_week(parse_iso_date("2026-01-01").value())), "2026-W01");
    EXPECT_EQ(iso_week_name(iso_week(parse_iso_date("2027-01-03").value())), "2026-W53");
    EXPECT_EQ(iso_date(monday_of(parse_iso_date("2026-03-29").value())), "2026-03-23");
    EXPECT_EQ(iso_date(monday_of(parse_iso_date("2026-03-23").value())), "2026-03-23");
    EXPECT_EQ(iso_date(monday_of(parse_iso_date("1969-12-31").value())), "1969-12-29");
}

TEST(CivilCalendar, ADayIsTwentyThreeOrTwentyFiveHoursLongWhereClocksChange) {
    const CivilCalendar paris = zone("Europe/Paris");
    EXPECT_EQ(length(paris, "2026-03-28"), 86'400);
    EXPECT_EQ(length(paris, "2026-03-29"), 82'800);
    EXPECT_EQ(length(paris, "2026-10-25"), 90'000);
    EXPECT_EQ(length(zone("Indian/Reunion"), "2026-03-29"), 86'400);
}

TEST(CivilCalendar, ADayHasTheHourThatTheDayInUtcHasNot) {
    const CivilCalendar paris = zone("Europe/Paris");
    EXPECT_EQ(iso_date(paris.day_of(1'774'821'599)), "2026-03-29");
    EXPECT_EQ(paris.time_of_day(1'774'821'599), "23:59:59");
    EXPECT_EQ(iso_date(paris.day_of(1'774'821'600)), "2026-03-30");
    EXPECT_EQ(paris.local_iso(1'774'746'600), "2026-03-29T03:10:00+02:00");
    EXPECT_EQ(zone("America/St_Johns").local_iso(1'774'746'600), "2026-03-28T22:40:00-02:30");
}

TEST(CivilCalendar, DaysAreContiguousInEveryZoneAndYear) {
    // Zones whose clocks change at midnight, lost a day, or went back over midnight.
    for (const char* name : {"Europe/Paris", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia",
                             "America/St_Johns", "Africa/Cairo", "America/Havana", "Asia/Gaza"}) {
        const CivilCalendar calendar = zone(name);
        const CivilDay last = civil_day(2027, 1, 1).value();
        for (CivilDay day = civil_day(2005, 1, 1).value(); day < last; day = next(day)) {
            const std::int64_t begin = calendar.begin_of(day);
            const std::int64_t end = calendar.end_of(day);
            if (begin == end) continue;  // the day that Samoa left out
            ASSERT_LT(begin, end) << name << " " << iso_date(day);
            ASSERT_EQ(calendar.day_of(begin), day) << name << " " << iso_date(day);
            ASSERT_EQ(calendar.day_of(end - 1), day) << name << " " << iso_date(day);
            ASSERT_EQ(calendar.day_of((begin + end) / 2), day) << name << " " << iso_date(day);
        }
    }
}

TEST(CivilCalendar, ALocalTimeThatClocksShowTwiceOrNeverIsSaidToBeSo) {
    const CivilCalendar paris = zone("Europe/Paris");
    const auto twice = paris.instant_of(parse_iso_date("2026-10-25").value(), 2 * 3600 + 1800);
    EXPECT_TRUE(twice.ambiguous);
    EXPECT_EQ(paris.local_iso(twice.utc_s), "2026-10-25T02:30:00+02:00");
    const auto never = paris.instant_of(parse_iso_date("2026-03-29").value(), 2 * 3600 + 1800);
    EXPECT_TRUE(never.skipped);
    EXPECT_EQ(paris.local_iso(never.utc_s), "2026-03-29T03:00:00+02:00");
    const auto once = paris.instant_of(parse_iso_date("2026-03-29").value(), 0);
    EXPECT_FALSE(once.ambiguous || once.skipped);
}

TEST(CivilCalendar, AZoneThatDoesNotExistIsRefusedByName) {
    EXPECT_NE(CivilCalendar::of("Europe/Atlantis").error().what.find("Europe/Atlantis"), std::string::npos);
    EXPECT_FALSE(CivilCalendar::of(""));
    EXPECT_FALSE(CivilCalendar::of("/etc/passwd"));
    EXPECT_FALSE(CivilCalendar::of("../../etc/passwd"));
    EXPECT_FALSE(CivilCalendar::of(std::string_view("UTC\0x", 5)));
}

}  // namespace
}  // namespace assidu::config
