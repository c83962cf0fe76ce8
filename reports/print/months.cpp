#include "reports/print/months.h"

#include <algorithm>

namespace assidu::reports {
namespace {

config::CivilDay first_of_next(const config::Date& date) {
    const bool december = date.month == 12;
    return config::civil_day(december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1).value();
}

}  // namespace

std::vector<MonthLine> months_of(const StudentReport& report) {
    std::vector<MonthLine> months;
    for (config::CivilDay day = report.period.from; day <= report.period.to;) {
        const config::Date date = config::date_of(day);
        MonthLine& month = months.emplace_back();
        month.year = date.year;
        month.month = date.month;
        month.from = day;
        day = first_of_next(date);
        month.to = std::min(next(day, -1), report.period.to);
    }
    auto month = months.begin();
    for (const DayLine& day : report.days) {
        while (month != months.end() && month->to < day.day)
            ++month;
        if (month == months.end()) break;
        ++month->days;
        month->measured_s += day.measured_s;
        month->credited_s += day.credited_s;
        month->events += day.events;
    }
    return months;
}

}  // namespace assidu::reports
