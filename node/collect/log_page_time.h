// The times of Moodle's log page: local, as people read them, in whatever form the site's language has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/civil_calendar.h"
#include "config/refusal.h"

namespace assidu::node::collect {

// What of a date in figures comes first: "17/10/21" or "10/17/21".
enum class DateOrder : std::uint8_t { dmy, mdy };

// A time as it is written, before anybody knows what its figures mean.
struct PageTime {
    // The date: either `year`, `month`, `day` (month in letters, or the year first), or, with `in_figures`,
    // two numbers whose order the file must tell.
    int year = 0, month = 0, day = 0;
    int first = 0, second = 0;
    bool in_figures = false;
    std::int32_t second_of_day = 0;
};

// Reads "17/10/21, 12:39", "6/08/2020, 21:00:07", "17 Oct 2021, 12:39 PM", "Sunday, October 17, 2021, 12:39
// PM", "17 oct. 21, 12:39", "dimanche 17 octobre 2021, 12:39", "2021-10-17 12:39". Years of two figures are
// 2000 to 2099. Refused, saying why, otherwise; a date without a year is refused with that reason (`no_year`
// is then set).
[[nodiscard]] config::Result<PageTime> parse_page_time(std::string_view utf8, bool& no_year);

// The civil day, or nothing if the calendar has no such date in that order.
[[nodiscard]] std::optional<config::CivilDay> day_of(const PageTime& time, std::optional<DateOrder> order);

}  // namespace assidu::node::collect
