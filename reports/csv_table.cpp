#include "reports/csv_table.h"

namespace assidu::reports::csv {
namespace {

constexpr std::array kColumns = std::to_array<std::string_view>({"record",
                                                                 "key",
                                                                 "value",
                                                                 "student",
                                                                 "username",
                                                                 "student_idnumber",
                                                                 "lastname",
                                                                 "firstname",
                                                                 "date_from",
                                                                 "date_to",
                                                                 "begin_utc_s",
                                                                 "end_utc_s",
                                                                 "begin_local",
                                                                 "end_local",
                                                                 "source",
                                                                 "course",
                                                                 "course_idnumber",
                                                                 "course_shortname",
                                                                 "course_fullname",
                                                                 "activity",
                                                                 "activity_type",
                                                                 "activity_idnumber",
                                                                 "activity_name",
                                                                 "measured_s",
                                                                 "credited_s",
                                                                 "events",
                                                                 "days",
                                                                 "sessions",
                                                                 "students",
                                                                 "inside_s",
                                                                 "clipped",
                                                                 "measured",
                                                                 "credited",
                                                                 "member",
                                                                 "member_name",
                                                                 "state",
                                                                 "names",
                                                                 "complete",
                                                                 "last_statement",
                                                                 "last_statement_sha256",
                                                                 "announced_statement",
                                                                 "announced_utc_s",
                                                                 "statements_missing",
                                                                 "missing_days",
                                                                 "engine",
                                                                 "as_of_utc_s",
                                                                 "archived_events",
                                                                 "last_event_utc_s",
                                                                 "last_event_id"});
static_assert(kColumns.size() == kColumnsOfThePool);

}  // namespace

Table::Table(std::size_t columns) : columns_(columns) {
    for (std::size_t i = 0; i < columns; ++i) {
        if (i > 0) text_.push_back(',');
        text_ += kColumns[i];
    }
    text_ += "\r\n";
}

void Line::append_to(Table& table) const {
    for (std::size_t i = 0; i < table.columns(); ++i) {
        if (i > 0) table.append(",");
        table.append(fields_[i]);
    }
    table.append("\r\n");
}

void put_meta(Table& table, std::string_view key, std::string_view value) {
    Line("meta").text(Column::key, key).text(Column::value, value).append_to(table);
}

void put_meta(Table& table, std::string_view key, std::int64_t value) {
    Line("meta").text(Column::key, key).number(Column::value, value).append_to(table);
}

void put_period(Table& table, const federation::Period& period, const config::CivilCalendar& calendar) {
    Line("period")
        .days(period.from, period.to)
        .begin(calendar, calendar.begin_of(period.from))
        .end(calendar, calendar.end_of(period.to))
        .append_to(table);
}

void put_rule(Table& table, const Imprint& imprint) {
    put_meta(table, "scale_id", imprint.scale.id);
    put_meta(table, "scale_version", imprint.scale.version);
    put_meta(table, "scale_sha256", imprint.scale.sha256);
    put_meta(table, "scale_label", imprint.scale_label);
    put_meta(table, "idle_s", imprint.idle_s);
    put_meta(table, "idle_credit_s", imprint.idle_credit_s);
    put_meta(table, "last_credit_s", imprint.last_credit_s);
    put_meta(table, "timezone", imprint.timezone);
}

}  // namespace assidu::reports::csv
