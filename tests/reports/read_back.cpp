#include "tests/reports/read_back.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <stdexcept>

namespace assidu::reports::test {
namespace {

using nlohmann::json;
using pugi::xml_node;

void put(Numbers& numbers, const std::string& key, std::int64_t value) {
    if (!numbers.emplace(key, value).second) throw std::runtime_error("twice: " + key);
}

void put_amount(Numbers& numbers, const std::string& key, std::int64_t measured_s, std::int64_t credited_s,
                std::int64_t events) {
    put(numbers, key + ".measured_s", measured_s);
    put(numbers, key + ".credited_s", credited_s);
    put(numbers, key + ".events", events);
}

void put_line(Numbers& numbers, const std::string& key, const auto& line) {
    put_amount(numbers, key, line.measured_s, line.credited_s, line.events);
}

void put_totals(Numbers& numbers, const std::string& key, const Totals& totals) {
    put_line(numbers, key, totals);
    put(numbers, key + ".days", totals.days);
    put(numbers, key + ".sessions", totals.sessions);
}

void put_provenance(Numbers& numbers, const Provenance& provenance) {
    for (const auto& [reason, events] : provenance.dropped)
        put(numbers, "dropped." + reason, events);
    for (const federation::Outage& outage : provenance.outages)
        put(numbers, fmt::format("outage.{}.end", outage.from_utc_s), outage.to_utc_s);
}

std::int64_t number(std::string_view text) {
    std::size_t used = 0;
    const std::int64_t value = std::stoll(std::string(text), &used);
    if (used != text.size()) throw std::runtime_error(fmt::format("no number: '{}'", text));
    return value;
}

}  // namespace

Numbers numbers_of(const StudentReport& report) {
    Numbers numbers;
    put_totals(numbers, "total", report.totals);
    for (const DayLine& day : report.days) {
        const std::string key = "day." + config::iso_date(day.day);
        put_line(numbers, key, day);
        put(numbers, key + ".sessions", day.sessions);
        for (const DayCourseLine& course : day.courses)
            put_line(numbers, fmt::format("{}.course.{}", key, course.course), course);
    }
    for (const CourseLine& course : report.courses) {
        const std::string key = fmt::format("course..{}", course.course);
        put_line(numbers, key, course);
        put_amount(numbers, key + ".pages", course.pages_measured_s, course.pages_credited_s,
                   course.pages_events);
        for (const ActivityLine& activity : course.activities)
            put_line(numbers, fmt::format("{}.activity.{}", key, activity.activity), activity);
    }
    for (const SessionLine& session : report.sessions) {
        const std::string key = fmt::format("session.{}-{}", session.begin_utc_s, session.end_utc_s);
        put(numbers, key + ".duration_s", session.end_utc_s - session.begin_utc_s);
        put(numbers, key + ".inside_s", session.inside_s);
        put(numbers, key + ".events", session.events);
    }
    put_provenance(numbers, report.provenance);
    return numbers;
}

Numbers numbers_of(const GroupReport& report) {
    Numbers numbers;
    put_totals(numbers, "total", report.totals);
    put(numbers, "students", report.students);
    put(numbers, "active", report.active);
    put(numbers, "median_s", report.median_s);
    for (const GroupStudentLine& line : report.lines)
        put_totals(numbers, "student." + federation::to_string(line.student), line.totals);
    for (const GroupCourseLine& line : report.courses) {
        const std::string key = fmt::format("course.{}.{}", line.source, line.course);
        put_line(numbers, key, line);
        put(numbers, key + ".students", line.students);
    }
    for (const WeekLine& line : report.weeks) {
        const std::string key = "week." + config::iso_week_name(line.week);
        put_line(numbers, key, line);
        put(numbers, key + ".students", line.students);
    }
    put_provenance(numbers, report.provenance);
    return numbers;
}

// JSON
// --------------------------------------------------------------------------------------------------------------

namespace {

void json_amount(Numbers& numbers, const std::string& key, const json& line) {
    put_amount(numbers, key, line.at("measured_s"), line.at("credited_s"), line.at("events"));
}

void json_totals(Numbers& numbers, const std::string& key, const json& totals) {
    json_amount(numbers, key, totals);
    put(numbers, key + ".days", totals.at("days"));
    put(numbers, key + ".sessions", totals.at("sessions"));
}

void json_student(Numbers& numbers, const json& document) {
    for (const json& day : document.at("days")) {
        const std::string key = "day." + day.at("date").get<std::string>();
        json_amount(numbers, key, day);
        put(numbers, key + ".sessions", day.at("sessions"));
        for (const json& course : day.at("courses"))
            json_amount(numbers, fmt::format("{}.course.{}", key, course.at("course").get<std::int64_t>()),
                        course);
    }
    for (const json& course : document.at("courses")) {
        const std::string key = fmt::format("course..{}", course.at("course").get<std::int64_t>());
        json_amount(numbers, key, course);
        json_amount(numbers, key + ".pages", course.at("pages"));
        for (const json& activity : course.at("activities"))
            json_amount(numbers,
                        fmt::format("{}.activity.{}", key, activity.at("activity").get<std::int64_t>()),
                        activity);
    }
    for (const json& session : document.at("sessions")) {
        const std::string key = fmt::format("session.{}-{}", session.at("begin_utc_s").get<std::int64_t>(),
                                            session.at("end_utc_s").get<std::int64_t>());
        put(numbers, key + ".duration_s", session.at("duration_s"));
        put(numbers, key + ".inside_s", session.at("inside_s"));
        put(numbers, key + ".events", session.at("events"));
    }
}

void json_group(Numbers& numbers, const json& document) {
    for (const char* key : {"students", "active", "median_s"})
        put(numbers, key, document.at(key));
    for (const json& line : document.at("lines"))
        json_totals(numbers, "student." + line.at("student").get<std::string>(), line.at("totals"));
    for (const json& line : document.at("courses")) {
        const std::string key = fmt::format("course.{}.{}", line.at("source").get<std::string>(),
                                            line.at("course").get<std::int64_t>());
        json_amount(numbers, key, line);
        put(numbers, key + ".students", line.at("students"));
    }
    for (const json& line : document.at("weeks")) {
        const std::string key = "week." + line.at("week").get<std::string>();
        json_amount(numbers, key, line);
        put(numbers, key + ".students", line.at("students"));
    }
}

}  // namespace

Numbers numbers_of_json(const std::string& text) {
    const json document = json::parse(text);
    Numbers numbers;
    json_totals(numbers, "total", document.at("totals"));
    if (document.at("format") == "assidu-student-report")
        json_student(numbers, document);
    else
        json_group(numbers, document);
    const json& provenance = document.at("provenance");
    for (const auto& [reason, events] : provenance.at("dropped").items())
        put(numbers, "dropped." + reason, events);
    for (const json& outage : provenance.at("outages"))
        put(numbers, fmt::format("outage.{}.end", outage.at("from_utc_s").get<std::int64_t>()),
            outage.at("to_utc_s"));
    return numbers;
}

// CSV
// ---------------------------------------------------------------------------------------------------------------

std::vector<std::map<std::string, std::string>> parse_csv(std::string_view table) {
    std::vector<std::vector<std::string>> records{{""}};
    bool quoted = false;
    for (std::size_t at = 0; at < table.size(); ++at) {
        const char c = table[at];
        std::string& field = records.back().back();
        if (quoted && c == '"') {
            quoted = table.substr(at + 1, 1) == "\"";
            if (quoted) field.push_back(table[++at]);
        } else if (quoted) {
            field.push_back(c);
        } else if (c == '"' && field.empty()) {
            quoted = true;
        } else if (c == ',') {
            records.back().emplace_back();
        } else if (table.substr(at, 2) == "\r\n") {
            records.push_back({""});
            ++at;
        } else if (c == '"' || c == '\r' || c == '\n') {
            throw std::runtime_error("a bare quote or line end");
        } else {
            field.push_back(c);
        }
    }
    if (quoted || records.back() != std::vector<std::string>{""})
        throw std::runtime_error("the table does not end with a line end");
    records.pop_back();
    std::vector<std::map<std::string, std::string>> lines;
    for (std::size_t i = 1; i < records.size(); ++i) {
        if (records[i].size() != records[0].size()) throw std::runtime_error("records of different widths");
        std::map<std::string, std::string>& line = lines.emplace_back();
        for (std::size_t column = 0; column < records[i].size(); ++column)
            line[records[0][column]] = records[i][column];
    }
    return lines;
}

namespace {

void csv_line(Numbers& numbers, const std::map<std::string, std::string>& line) {
    const std::string& record = line.at("record");
    const auto amount = [&](const std::string& key) {
        put_amount(numbers, key, number(line.at("measured_s")), number(line.at("credited_s")),
                   number(line.at("events")));
    };
    const auto also = [&](const std::string& key, const char* column) {
        put(numbers, key + "." + column, number(line.at(column)));
    };
    if (record == "total" || record == "student") {
        const std::string key = record == "total" ? record : "student." + line.at("student");
        amount(key);
        also(key, "days");
        also(key, "sessions");
        if (record == "total" && !line.at("students").empty())
            put(numbers, "students", number(line.at("students")));
    } else if (record == "day") {
        amount("day." + line.at("date_from"));
        also("day." + line.at("date_from"), "sessions");
    } else if (record == "day_course") {
        amount("day." + line.at("date_from") + ".course." + line.at("course"));
    } else if (record == "course") {
        const std::string key = "course." + line.at("source") + "." + line.at("course");
        amount(key);
        if (!line.at("students").empty()) also(key, "students");
    } else if (record == "course_pages") {
        amount("course.." + line.at("course") + ".pages");
    } else if (record == "activity") {
        amount("course.." + line.at("course") + ".activity." + line.at("activity"));
    } else if (record == "session") {
        const std::string key = "session." + line.at("begin_utc_s") + "-" + line.at("end_utc_s");
        put(numbers, key + ".duration_s", number(line.at("measured_s")));
        also(key, "inside_s");
        also(key, "events");
    } else if (record == "week") {
        amount("week." + line.at("key"));
        also("week." + line.at("key"), "students");
    } else if (record == "dropped") {
        put(numbers, "dropped." + line.at("key"), number(line.at("events")));
    } else if (record == "outage") {
        put(numbers, "outage." + line.at("begin_utc_s") + ".end", number(line.at("end_utc_s")));
    } else if (record == "meta" && (line.at("key") == "active" || line.at("key") == "median_s")) {
        put(numbers, line.at("key"), number(line.at("value")));
    }
}

}  // namespace

Numbers numbers_of_csv(const std::string& table) {
    Numbers numbers;
    for (const auto& line : parse_csv(table))
        csv_line(numbers, line);
    return numbers;
}

// XML
// ---------------------------------------------------------------------------------------------------------------

namespace {

void parse(pugi::xml_document& document, const std::string& text) {
    const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size(), pugi::parse_full);
    if (!result)
        throw std::runtime_error(
            fmt::format("not well-formed: {} at {}", result.description(), result.offset));
}

std::int64_t child_number(xml_node parent, const char* name) {
    if (!parent.child(name)) throw std::runtime_error(fmt::format("no {} in {}", name, parent.name()));
    return number(parent.child(name).text().get());
}

void xml_amount(Numbers& numbers, const std::string& key, xml_node node) {
    put_amount(numbers, key, child_number(node, "ELAPSED_SECONDS"), child_number(node, "CREDITED_SECONDS"),
               child_number(node, "EVENTS"));
}

void xml_totals(Numbers& numbers, const std::string& key, xml_node node) {
    xml_amount(numbers, key, node);
    put(numbers, key + ".days", child_number(node, "DAYS_WITH_TRACE"));
    put(numbers, key + ".sessions", child_number(node, "SESSIONS_COUNT"));
}

void xml_provenance(Numbers& numbers, xml_node provenance) {
    for (xml_node line : provenance.child("DROPPED"))
        put(numbers, fmt::format("dropped.{}", line.child("REASON").text().get()),
            child_number(line, "EVENTS"));
    for (xml_node line : provenance.child("OUTAGES"))
        put(numbers, fmt::format("outage.{}.end", child_number(line, "BEGIN")), child_number(line, "END"));
}

void xml_student(Numbers& numbers, xml_node stats) {
    xml_totals(numbers, "total", stats.child("USER"));
    for (xml_node course : stats.child("COURSES")) {
        const std::string key = fmt::format("course..{}", child_number(course, "COURSE_ID"));
        xml_amount(numbers, key, course);
        xml_amount(numbers, key + ".pages", course.child("PAGES"));
        for (xml_node module : course.child("MODULES"))
            xml_amount(numbers, fmt::format("{}.activity.{}", key, child_number(module, "ACTIVITY_ID")),
                       module);
    }
    xml_node ours = stats.child("ASSIDU");
    for (xml_node day : ours.child("DAYS")) {
        const std::string key = fmt::format("day.{}", day.child("DATE").text().get());
        xml_amount(numbers, key, day);
        put(numbers, key + ".sessions", child_number(day, "SESSIONS_BEGUN"));
        for (xml_node course : day.children("DAY_COURSE"))
            xml_amount(numbers, fmt::format("{}.course.{}", key, child_number(course, "COURSE_ID")), course);
    }
    for (xml_node session : ours.child("SESSIONS")) {
        const std::string key =
            fmt::format("session.{}-{}", child_number(session, "BEGIN"), child_number(session, "END"));
        put(numbers, key + ".duration_s", child_number(session, "ELAPSED_SECONDS"));
        put(numbers, key + ".inside_s", child_number(session, "INSIDE_SECONDS"));
        put(numbers, key + ".events", child_number(session, "EVENTS"));
    }
    xml_provenance(numbers, ours.child("PROVENANCE"));
}

void xml_group(Numbers& numbers, xml_node group) {
    xml_totals(numbers, "total", group);
    put(numbers, "students", child_number(group, "STUDENTS"));
    put(numbers, "active", child_number(group, "ACTIVE_STUDENTS"));
    put(numbers, "median_s", child_number(group, "MEDIAN_SECONDS"));
    for (xml_node course : group.child("GROUP_COURSES")) {
        const std::string key = fmt::format("course.{}.{}", course.child("SOURCE").text().get(),
                                            child_number(course, "COURSE_ID"));
        xml_amount(numbers, key, course);
        put(numbers, key + ".students", child_number(course, "STUDENTS"));
    }
    for (xml_node week : group.child("WEEKS")) {
        const std::string key = fmt::format("week.{}", week.child("ISO_WEEK").text().get());
        xml_amount(numbers, key, week);
        put(numbers, key + ".students", child_number(week, "STUDENTS"));
    }
    for (xml_node stats : group.children("USE_STATS")) {
        if (xml_node user = stats.child("USER")) {
            xml_totals(numbers, fmt::format("student.{}", user.child("STUDENT_ID").text().get()), user);
            continue;
        }
        const std::string id = stats.child("STUDENT_WITHOUT_TRACE").child("STUDENT_ID").text().get();
        for (const char* zero : {".measured_s", ".credited_s", ".events", ".days", ".sessions"})
            put(numbers, "student." + id + zero, 0);
    }
    xml_provenance(numbers, group.child("PROVENANCE"));
}

}  // namespace

Numbers numbers_of_xml(const std::string& text) {
    pugi::xml_document document;
    parse(document, text);
    Numbers numbers;
    if (xml_node group = document.child("ASSIDU_GROUP"))
        xml_group(numbers, group);
    else
        xml_student(numbers, document.child("USE_STATS"));
    return numbers;
}

// HTML: from the data attributes, and each duration as people read it must say the same
// -------------------------------

namespace {

std::int64_t attribute(xml_node parent, const char* name) {
    const xml_node cell = parent.find_child([&](xml_node child) { return child.attribute(name); });
    if (!cell) throw std::runtime_error(fmt::format("no {} in {}", name, parent.name()));
    const std::int64_t value = number(cell.attribute(name).value());
    const std::string shown = cell.text().get();
    if (!std::string_view(name).ends_with("-s")) {
        if (number(shown) != value) throw std::runtime_error(fmt::format("{} shown as {}", value, shown));
        return value;
    }
    const std::string expected = fmt::format("{}:{:02}:{:02}", value / 3600, value / 60 % 60, value % 60);
    if (shown != expected && shown != expected + " ")
        throw std::runtime_error(fmt::format("{} s shown as '{}'", value, shown));
    return value;
}

void html_amount(Numbers& numbers, const std::string& key, xml_node row) {
    put_amount(numbers, key, attribute(row, "data-measured-s"), attribute(row, "data-credited-s"),
               attribute(row, "data-events"));
}

xml_node by_id(const pugi::xml_document& page, const char* id) {
    return page.find_node([&](xml_node node) { return std::strcmp(node.attribute("id").value(), id) == 0; });
}

template <class Visit>
void each_row(const pugi::xml_document& page, const char* table, const Visit& visit) {
    for (xml_node body : by_id(page, table).children("tbody"))
        for (xml_node row : body.children("tr"))
            visit(row);
}

void html_days(Numbers& numbers, const pugi::xml_document& page) {
    std::string key;
    each_row(page, "days", [&](xml_node row) {
        if (auto date = row.attribute("data-day")) {
            key = fmt::format("day.{}", date.value());
            html_amount(numbers, key, row);
            put(numbers, key + ".sessions", attribute(row, "data-sessions"));
        } else if (auto course = row.attribute("data-day-course")) {
            html_amount(numbers, fmt::format("{}.course.{}", key, course.value()), row);
        }
    });
}

void html_courses(Numbers& numbers, const pugi::xml_document& page) {
    std::string key;
    each_row(page, "courses", [&](xml_node row) {
        if (auto course = row.attribute("data-course")) {
            key = fmt::format("course.{}.{}", row.attribute("data-source").value(), course.value());
            html_amount(numbers, key, row);
            if (row.attribute("data-source")) {
                put(numbers, key + ".students", attribute(row, "data-students"));
            } else if (!row.next_sibling()) {
                // A course without activities is its own pages, and has no second line that says so.
                html_amount(numbers, key + ".pages", row);
            }
        } else if (auto activity = row.attribute("data-activity")) {
            html_amount(numbers, fmt::format("{}.activity.{}", key, activity.value()), row);
        } else if (row.attribute("data-pages")) {
            html_amount(numbers, key + ".pages", row);
        }
    });
}

void html_sessions(Numbers& numbers, const pugi::xml_document& page) {
    each_row(page, "sessions", [&](xml_node row) {
        const std::string key = fmt::format("session.{}-{}", row.attribute("data-begin").value(),
                                            row.attribute("data-end").value());
        put(numbers, key + ".duration_s", attribute(row, "data-duration-s"));
        put(numbers, key + ".inside_s", attribute(row, "data-inside-s"));
        put(numbers, key + ".events", attribute(row, "data-events"));
    });
}

void html_lines(Numbers& numbers, const pugi::xml_document& page) {
    each_row(page, "students", [&](xml_node row) {
        if (!row.attribute("data-student")) return;
        const std::string key = fmt::format("student.{}", row.attribute("data-student").value());
        html_amount(numbers, key, row);
        put(numbers, key + ".days", attribute(row, "data-days"));
        put(numbers, key + ".sessions", attribute(row, "data-sessions"));
    });
    each_row(page, "weeks", [&](xml_node row) {
        if (!row.attribute("data-week")) return;
        const std::string key = fmt::format("week.{}", row.attribute("data-week").value());
        html_amount(numbers, key, row);
        put(numbers, key + ".students", attribute(row, "data-students"));
    });
}

// The totals stand one to a <div>, which is why they are gathered before they are read.
void html_totals(Numbers& numbers, const pugi::xml_document& page) {
    const std::map<std::string, std::string> keys = {{"data-measured-s", "total.measured_s"},
                                                     {"data-credited-s", "total.credited_s"},
                                                     {"data-events", "total.events"},
                                                     {"data-days", "total.days"},
                                                     {"data-sessions", "total.sessions"},
                                                     {"data-students", "students"},
                                                     {"data-active", "active"},
                                                     {"data-median-s", "median_s"}};
    for (xml_node box : by_id(page, "totals"))
        for (const auto& [name, key] : keys)
            if (box.child("dd").attribute(name.c_str())) put(numbers, key, attribute(box, name.c_str()));
}

}  // namespace

Numbers numbers_of_html(const std::string& text) {
    pugi::xml_document page;
    parse(page, text);
    Numbers numbers;
    html_totals(numbers, page);
    html_days(numbers, page);
    html_courses(numbers, page);
    html_sessions(numbers, page);
    html_lines(numbers, page);
    each_row(page, "dropped", [&](xml_node row) {
        put(numbers, fmt::format("dropped.{}", row.attribute("data-reason").value()),
            attribute(row, "data-events"));
    });
    each_row(page, "outages", [&](xml_node row) {
        put(numbers, fmt::format("outage.{}.end", row.attribute("data-begin").value()),
            number(row.attribute("data-end").value()));
    });
    return numbers;
}

}  // namespace assidu::reports::test
