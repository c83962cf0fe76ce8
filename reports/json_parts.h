// What the JSON reports are put together from. Names of members end in their unit;
// docs/formats/report-json.md.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reports/model.h"

namespace assidu::reports::json {

using Json = nlohmann::ordered_json;

inline constexpr std::int64_t kFormatVersion = 1;

void put_amount(Json& object, const auto& line) {
    object["measured_s"] = line.measured_s;
    object["credited_s"] = line.credited_s;
    object["events"] = line.events;
}

// `name`_utc_s and `name`_local.
void put_instant(Json& object, const std::string& name, const config::CivilCalendar& calendar,
                 const std::optional<std::int64_t>& utc_s);
// null where nothing is known.
[[nodiscard]] Json known(const std::optional<std::int64_t>& number);
[[nodiscard]] Json known(const std::string& name);
[[nodiscard]] Json course_json(std::int64_t course, const std::optional<Course>& maybe_names);
[[nodiscard]] Json group_course_json(const GroupCourseLine& line);
[[nodiscard]] Json period_json(const federation::Period& period, const config::CivilCalendar& calendar);
[[nodiscard]] Json scale_json(const Imprint& imprint);
[[nodiscard]] Json outages_json(const std::vector<federation::Outage>& outages,
                                const config::CivilCalendar& calendar);
// What is kept of a member's statements, into the object that names the member.
void put_declared(Json& object, const Declared& declared, const config::CivilCalendar& calendar);

template <class Lines, class Write>
Json array_of(const Lines& lines, const Write& write) {
    Json array = Json::array();
    for (const auto& line : lines)
        array.push_back(write(line));
    return array;
}

// The document as a file has it.
[[nodiscard]] std::string text_of(const Json& document);

}  // namespace assidu::reports::json
