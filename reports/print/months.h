// A student's days by calendar month, as monthly declarations to funders want them.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/model.h"

namespace assidu::reports {

struct MonthLine {
    int year = 0, month = 0;
    config::CivilDay from, to;  // the part of the month inside the period
    std::int64_t days = 0;      // with any time or event
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
};

// Every month of the period, empty ones included; they add up to the report's totals.
[[nodiscard]] std::vector<MonthLine> months_of(const StudentReport& report);

}  // namespace assidu::reports
