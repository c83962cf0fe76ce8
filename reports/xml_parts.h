// What the XML reports are put together from; docs/formats/use-stats-xml.md.
#pragma once

#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "reports/durations.h"
#include "reports/model.h"
#include "reports/text.h"

namespace assidu::reports::xml {

void put(pugi::xml_node parent, const char* name, const std::string& text);
void put(pugi::xml_node parent, const char* name, std::int64_t number);
// No element where nothing is known.
void put_known(pugi::xml_node parent, const char* name, const std::optional<std::int64_t>& number);
// The standard's ELAPSED.
void put_minutes(pugi::xml_node parent, std::int64_t measured_s);

void put_exact(pugi::xml_node parent, const auto& line) {
    put(parent, "ELAPSED_SECONDS", line.measured_s);
    put(parent, "CREDITED_SECONDS", line.credited_s);
    put(parent, "EVENTS", line.events);
}

void put_group_course(pugi::xml_node courses, const GroupCourseLine& line, Language language);
void put_rule(pugi::xml_node parent, const Imprint& imprint);
void put_outages(pugi::xml_node parent, const std::vector<federation::Outage>& outages);
void put_period(pugi::xml_node parent, const federation::Period& period,
                const config::CivilCalendar& calendar);
// What is kept of a member's statements, into the element that names the member.
void put_declared(pugi::xml_node parent, const Declared& declared);
[[nodiscard]] std::string text_of(const pugi::xml_document& document);

}  // namespace assidu::reports::xml
