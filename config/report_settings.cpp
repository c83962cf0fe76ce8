#include "config/report_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/limits.h"
#include "config/report_settings_reader.h"
#include "config/settings.h"

namespace assidu::config {
namespace {

ReportSchedule read_schedule(TableReader table) {
    ReportSchedule schedule;
    schedule.name = table.text("name", "", /*required=*/true);
    if (!schedule.name.empty() && !is_node_id(schedule.name))
        table.object_to("name", "must be 1 to 48 of a-z, 0-9 and inner hyphens");
    const std::string every = table.text("every", "", /*required=*/true);
    if (every == "weekly")
        schedule.every = ReportSchedule::Every::weekly;
    else if (every == "month-end")
        schedule.every = ReportSchedule::Every::month_end;
    else if (every != "daily" && !every.empty())
        table.object_to("every", "must be \"daily\", \"weekly\" or \"month-end\"");
    if (const auto at = parse_time_of_day(table.text("at", "04:00")))
        schedule.at_s = *at;
    else
        table.object_to("at", at.error().what);
    schedule.funder = table.text("funder");
    schedule.group = table.text("group");
    schedule.formats = table.texts("formats");
    schedule.package = table.boolean("package", true);
    schedule.language = table.text("language");
    if (!schedule.language.empty() && schedule.language != "fr" && schedule.language != "en")
        table.object_to("language", "must be \"fr\" or \"en\"");
    schedule.out = table.text("out", schedule.out);
    if (schedule.out.empty() || schedule.out.size() > limits::kPathBytesMax)
        table.object_to("out", "must be the path of a folder");
    table.finish();
    return schedule;
}

}  // namespace

Result<std::int32_t> parse_time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t at) {
        return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : -1;
    };
    if (text.size() == 5 && text[2] == ':') {
        bool good = true;
        for (const std::size_t at : {0, 1, 3, 4})
            good = good && digit(at) >= 0;
        const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
        if (good && hours < 24 && minutes < 60) return (hours * 60 + minutes) * 60;
    }
    return refuse("must be a time of day from \"00:00\" to \"23:59\"");
}

ReportSettings read_report_settings(TableReader& reports, const toml::table& document,
                                    std::vector<std::string>& objections) {
    ReportSettings settings;
    settings.report_template = reports.text("template");
    if (settings.report_template.size() > limits::kPathBytesMax) reports.object_to("template", "is too long");
    settings.small_cell = reports.integer("small_cell", settings.small_cell);
    if (settings.small_cell < 1 || settings.small_cell > limits::kSmallCellMax)
        reports.object_to("small_cell", fmt::format("must be from 1 to {}", limits::kSmallCellMax));
    const toml::node* const schedules = document.get("report_schedule");
    if (schedules == nullptr) return settings;
    const toml::array* const list = schedules->as_array();
    if (list == nullptr || !list->is_array_of_tables()) {
        objections.push_back(fmt::format("line {}: report_schedule must be written [[report_schedule]]",
                                         schedules->source().begin.line));
        return settings;
    }
    if (list->size() > limits::kReportSchedulesMax)
        objections.push_back(
            fmt::format("[[report_schedule]] stands more than {} times", limits::kReportSchedulesMax));
    std::set<std::string> names;
    for (const toml::node& entry : *list) {
        settings.schedules.push_back(
            read_schedule(TableReader(entry.as_table(), "report_schedule", objections)));
        if (!names.insert(settings.schedules.back().name).second)
            objections.push_back(
                fmt::format("line {}: [report_schedule] name stands twice", entry.source().begin.line));
    }
    return settings;
}

}  // namespace assidu::config
