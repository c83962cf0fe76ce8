#include "reports/xml_parts.h"

#include <fmt/format.h>

#include <sstream>

#include "reports/declared_text.h"
#include "reports/safe_text.h"

namespace assidu::reports::xml {

using config::CivilCalendar;
using pugi::xml_node;

void put(xml_node parent, const char* name, const std::string& text) {
    parent.append_child(name).append_child(pugi::node_pcdata).set_value(safe_text(text).c_str());
}

// Through text: pugixml's own conversions would follow the C locale for some types.
void put(xml_node parent, const char* name, std::int64_t number) {
    put(parent, name, fmt::format("{}", number));
}

void put_known(xml_node parent, const char* name, const std::optional<std::int64_t>& number) {
    if (number) put(parent, name, *number);
}

void put_minutes(xml_node parent, std::int64_t measured_s) {
    put(parent, "ELAPSED", whole_minutes(measured_s));
}

void put_group_course(xml_node courses, const GroupCourseLine& line, Language language) {
    const Course names = line.names.value_or(Course{});
    xml_node course = courses.append_child("GROUP_COURSE");
    put(course, "NAME", course_name(language, line.course, line.names));
    put(course, "SHORTNAME", names.shortname);
    put(course, "IDNUMBER", names.idnumber);
    put(course, "SOURCE", line.source);
    put(course, "COURSE_ID", line.course);
    put(course, "STUDENTS", line.students);
    put_exact(course, line);
}

void put_rule(xml_node parent, const Imprint& imprint) {
    put(parent, "SCALE_ID", imprint.scale.id);
    put(parent, "SCALE_VERSION", imprint.scale.version);
    put(parent, "SCALE_SHA256", imprint.scale.sha256);
    put(parent, "SCALE_LABEL", imprint.scale_label);
    put(parent, "IDLE_SECONDS", imprint.idle_s);
    put(parent, "IDLE_CREDIT_SECONDS", imprint.idle_credit_s);
    put(parent, "LAST_CREDIT_SECONDS", imprint.last_credit_s);
    put(parent, "TIMEZONE", imprint.timezone);
}

void put_outages(xml_node parent, const std::vector<federation::Outage>& outages) {
    xml_node list = parent.append_child("OUTAGES");
    for (const federation::Outage& outage : outages) {
        xml_node line = list.append_child("OUTAGE");
        put(line, "BEGIN", outage.from_utc_s);
        put(line, "END", outage.to_utc_s);
        put(line, "CAUSE", outage.cause);
    }
}

void put_period(xml_node parent, const federation::Period& period, const CivilCalendar& calendar) {
    xml_node node = parent.append_child("PERIOD");
    put(node, "FIRST_DAY", config::iso_date(period.from));
    put(node, "LAST_DAY", config::iso_date(period.to));
    put(node, "BEGIN", calendar.begin_of(period.from));
    put(node, "END", calendar.end_of(period.to));
}

void put_declared(xml_node parent, const Declared& declared) {
    put(parent, "COMPLETE", std::int64_t{declared.complete()});
    if (declared.last.number > 0) {
        put(parent, "LAST_STATEMENT", declared.last.number);
        put(parent, "LAST_STATEMENT_SHA256", declared.last.digest);
    }
    if (declared.announced > 0) put(parent, "ANNOUNCED_STATEMENT", declared.announced);
    put_known(parent, "ANNOUNCED_AT", declared.announced_utc_s);
    put_known(parent, "STATEMENTS_MISSING", declared.statements_missing());
    if (const auto run = missing_statements(declared)) {
        xml_node node = parent.append_child("MISSING_STATEMENTS").append_child("RUN");
        put(node, "FIRST_STATEMENT", run->from);
        put(node, "LAST_STATEMENT", run->to);
    }
    xml_node missing = parent.append_child("MISSING_DAYS");
    for (const federation::Period& run : declared.missing_days) {
        xml_node node = missing.append_child("RUN");
        put(node, "FIRST_DAY", config::iso_date(run.from));
        put(node, "LAST_DAY", config::iso_date(run.to));
    }
}

std::string text_of(const pugi::xml_document& document) {
    std::ostringstream out;
    document.save(out, "\t", pugi::format_indent | pugi::format_no_declaration, pugi::encoding_utf8);
    return out.str();
}

}  // namespace assidu::reports::xml
