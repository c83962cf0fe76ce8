#include "tests/reports/read_back.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <stdexcept>

#include "reports/declared_text.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;
using pugi::xml_attribute;
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

// What is not known has no key.
void put_known(Numbers& numbers, const std::string& key, const std::optional<std::int64_t>& value) {
    if (value) put(numbers, key, *value);
}

void put_totals(Numbers& numbers, const std::string& key, const Totals& totals) {
    put_line(numbers, key, totals);
    put(numbers, key + ".days", totals.days);
    put_known(numbers, key + ".sessions", totals.sessions);
}

// A run of missing days is its last day under its first.
void put_run(Numbers& numbers, const std::string& key, const std::string& from, const std::string& to) {
    put(numbers, key + ".missing." + from, config::parse_iso_date(to).value().number);
}

// The last statement that is missing under the first one.
void put_missing_statements(Numbers& numbers, const std::string& key, std::int64_t from, std::int64_t to) {
    put(numbers, fmt::format("{}.missing_statement.{}", key, from), to);
}

void put_declared(Numbers& numbers, const std::string& key, const Declared& declared) {
    if (declared.last.number > 0) put(numbers, key + ".last_statement", declared.last.number);
    if (declared.announced > 0) put(numbers, key + ".announced", declared.announced);
    put_known(numbers, key + ".announced_utc_s", declared.announced_utc_s);
    put_known(numbers, key + ".statements_missing", declared.statements_missing());
    if (const auto run = missing_statements(declared))
        put_missing_statements(numbers, key, run->from, run->to);
    for (const federation::Period& run : declared.missing_days)
        put_run(numbers, key, config::iso_date(run.from), config::iso_date(run.to));
}

void put_provenance(Numbers& numbers, const Provenance& provenance) {
    if (provenance.received) put_declared(numbers, "received", provenance.received->declared);
    put(numbers, "dropped_known", provenance.dropped.has_value());
    for (const auto& [reason, events] : provenance.dropped.value_or(std::map<std::string, std::int64_t>{}))
        put(numbers, "dropped." + reason, events);
    for (const federation::Outage& outage : provenance.outages)
        put(numbers, fmt::format("outage.{}.end", outage.from_utc_s), outage.to_utc_s);
}

void put_dossier(Numbers& numbers, std::size_t place, const std::string& from, const std::string& to,
                 const std::optional<std::int64_t>& planned_s) {
    const std::string key = fmt::format("dossier.{}", place + 1);
    put(numbers, key + ".from", config::parse_iso_date(from).value().number);
    put(numbers, key + ".to", config::parse_iso_date(to).value().number);
    put_known(numbers, key + ".planned_s", planned_s);
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
        put_known(numbers, key + ".sessions", day.sessions);
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
    for (std::size_t i = 0; i < report.dossiers.size(); ++i) {
        const federation::Dossier& dossier = report.dossiers[i];
        put_dossier(numbers, i, config::iso_date(dossier.from), config::iso_date(dossier.to),
                    dossier.planned_s);
    }
    put(numbers, "sessions_known", report.sessions.has_value());
    for (const SessionLine& session : report.sessions.value_or(std::vector<SessionLine>{})) {
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

namespace {

void put_sums(Numbers& numbers, const std::string& key, const std::optional<federation::Sums>& sums) {
    if (!sums) return;
    put(numbers, key + ".students", sums->students);
    put_line(numbers, key, *sums);
}

void put_weeks(Numbers& numbers, const std::string& prefix, const std::vector<PoolWeekLine>& weeks) {
    for (const PoolWeekLine& line : weeks) {
        const std::string key = prefix + "week." + config::iso_week_name(line.week);
        put_sums(numbers, key, line.sums);
        put(numbers, key + ".missing_days", line.missing_days);
    }
}

void put_freshness(Numbers& numbers, const std::string& key,
                   const std::optional<federation::Freshness>& freshness) {
    if (!freshness) return;
    put(numbers, key + ".as_of_utc_s", freshness->as_of_utc_s);
    put(numbers, key + ".archived_events", freshness->archived_events);
    put_known(numbers, key + ".last_event_utc_s", freshness->last_event_utc_s);
    put_known(numbers, key + ".last_event_id", freshness->last_event_id);
}

}  // namespace

Numbers numbers_of(const PoolReport& report) {
    Numbers numbers;
    put_sums(numbers, "total", report.sums);
    put(numbers, "total.days", report.days);
    put(numbers, "members", static_cast<std::int64_t>(report.members.size()));
    put(numbers, "complete_members", report.complete_members);
    put_weeks(numbers, "", report.weeks);
    for (const PoolMemberLine& member : report.members) {
        const std::string key = "member." + member.node;
        put_sums(numbers, key, member.sums);
        put_known(numbers, key + ".days", member.days);
        put_declared(numbers, key, member.declared);
        put_freshness(numbers, key, member.freshness);
        for (const federation::Outage& outage : member.outages)
            put(numbers, fmt::format("{}.outage.{}.end", key, outage.from_utc_s), outage.to_utc_s);
        for (const GroupCourseLine& course : member.courses) {
            const std::string course_key = fmt::format("{}.course.{}.{}", key, course.source, course.course);
            put_line(numbers, course_key, course);
            put(numbers, course_key + ".students", course.students);
        }
        put_weeks(numbers, key + ".", member.weeks);
    }
    return numbers;
}

// JSON
// --------------------------------------------------------------------------------------------------------------

namespace {

void json_amount(Numbers& numbers, const std::string& key, const json& line) {
    put_amount(numbers, key, line.at("measured_s"), line.at("credited_s"), line.at("events"));
}

void json_known(Numbers& numbers, const std::string& key, const json& value) {
    if (!value.is_null()) put(numbers, key, value);
}

void json_declared(Numbers& numbers, const std::string& key, const json& declared) {
    json_known(numbers, key + ".last_statement", declared.at("last_statement"));
    json_known(numbers, key + ".announced", declared.at("announced_statement"));
    json_known(numbers, key + ".announced_utc_s", declared.at("announced_utc_s"));
    json_known(numbers, key + ".statements_missing", declared.at("statements_missing"));
    for (const json& run : declared.at("missing_statements"))
        put_missing_statements(numbers, key, run.at("from"), run.at("to"));
    for (const json& run : declared.at("missing_days"))
        put_run(numbers, key, run.at("from"), run.at("to"));
}

void json_totals(Numbers& numbers, const std::string& key, const json& totals) {
    json_amount(numbers, key, totals);
    put(numbers, key + ".days", totals.at("days"));
    json_known(numbers, key + ".sessions", totals.at("sessions"));
}

void json_student(Numbers& numbers, const json& document) {
    for (const json& day : document.at("days")) {
        const std::string key = "day." + day.at("date").get<std::string>();
        json_amount(numbers, key, day);
        json_known(numbers, key + ".sessions", day.at("sessions"));
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
    for (std::size_t i = 0; i < document.at("dossiers").size(); ++i) {
        const json& dossier = document.at("dossiers")[i];
        put_dossier(numbers, i, dossier.at("from"), dossier.at("to"),
                    dossier.at("planned_s").is_null()
                        ? std::nullopt
                        : std::optional(dossier.at("planned_s").get<std::int64_t>()));
    }
    put(numbers, "sessions_known", !document.at("sessions").is_null());
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

void json_sums(Numbers& numbers, const std::string& key, const json& sums) {
    for (const char* name : {"students", "measured_s", "credited_s", "events"})
        json_known(numbers, key + "." + name, sums.at(name));
}

void json_pool_weeks(Numbers& numbers, const std::string& prefix, const json& weeks) {
    for (const json& week : weeks) {
        const std::string key = prefix + "week." + week.at("week").get<std::string>();
        json_sums(numbers, key, week);
        put(numbers, key + ".missing_days", week.at("missing_days"));
    }
}

void json_member(Numbers& numbers, const json& member) {
    const std::string key = "member." + member.at("member").get<std::string>();
    json_sums(numbers, key, member.at("totals"));
    json_known(numbers, key + ".days", member.at("totals").at("days"));
    json_declared(numbers, key, member);
    if (const json& freshness = member.at("freshness"); !freshness.is_null())
        for (const char* name : {"as_of_utc_s", "archived_events", "last_event_utc_s", "last_event_id"})
            json_known(numbers, key + "." + name, freshness.at(name));
    for (const json& outage : member.at("outages"))
        put(numbers, fmt::format("{}.outage.{}.end", key, outage.at("from_utc_s").get<std::int64_t>()),
            outage.at("to_utc_s"));
    for (const json& course : member.at("courses"))
        json_sums(numbers,
                  fmt::format("{}.course.{}.{}", key, course.at("source").get<std::string>(),
                              course.at("course").get<std::int64_t>()),
                  course);
    json_pool_weeks(numbers, key + ".", member.at("weeks"));
}

Numbers json_pool(const json& document) {
    Numbers numbers;
    json_sums(numbers, "total", document.at("totals"));
    put(numbers, "total.days", document.at("totals").at("days"));
    put(numbers, "members", static_cast<std::int64_t>(document.at("members").size()));
    put(numbers, "complete_members", document.at("complete_members"));
    json_pool_weeks(numbers, "", document.at("weeks"));
    for (const json& member : document.at("members"))
        json_member(numbers, member);
    return numbers;
}

}  // namespace

Numbers numbers_of_json(const std::string& text) {
    const json document = json::parse(text);
    if (document.at("format") == "assidu-pool-report") return json_pool(document);
    Numbers numbers;
    json_totals(numbers, "total", document.at("totals"));
    if (document.at("format") == "assidu-student-report")
        json_student(numbers, document);
    else
        json_group(numbers, document);
    const json& provenance = document.at("provenance");
    if (provenance.contains("received")) json_declared(numbers, "received", provenance.at("received"));
    put(numbers, "dropped_known", !provenance.at("dropped").is_null());
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
        if (!line.at(column).empty()) put(numbers, key + "." + column, number(line.at(column)));
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
    } else if (record == "dossier") {
        const std::string& key = line.at("key");
        const std::size_t place = static_cast<std::size_t>(number(key.substr(0, key.find('.')))) - 1;
        if (key.ends_with(".funder"))
            put_dossier(numbers, place, line.at("date_from"), line.at("date_to"), {});
        if (key.ends_with(".planned_s")) put(numbers, "dossier." + key, number(line.at("value")));
    } else if (record == "week") {
        amount("week." + line.at("key"));
        also("week." + line.at("key"), "students");
    } else if (record == "dropped") {
        put(numbers, "dropped." + line.at("key"), number(line.at("events")));
    } else if (record == "outage") {
        put(numbers, "outage." + line.at("begin_utc_s") + ".end", number(line.at("end_utc_s")));
    } else if (record == "missing_statements") {
        put_missing_statements(numbers, "received", number(line.at("key")), number(line.at("value")));
    } else if (record == "missing_days") {
        put_run(numbers, "received", line.at("date_from"), line.at("date_to"));
    } else if (record == "meta") {
        static const std::map<std::string, std::string> kNumbers = {
            {"active", "active"},
            {"median_s", "median_s"},
            {"last_statement", "received.last_statement"},
            {"announced_statement", "received.announced"},
            {"announced_utc_s", "received.announced_utc_s"},
            {"statements_missing", "received.statements_missing"}};
        const auto found = kNumbers.find(line.at("key"));
        if (found != kNumbers.end()) put(numbers, found->second, number(line.at("value")));
    }
}

using Record = std::map<std::string, std::string>;

void csv_fields(Numbers& numbers, const std::string& key, const Record& line,
                std::initializer_list<const char*> columns) {
    for (const char* column : columns)
        if (!line.at(column).empty()) put(numbers, key + "." + column, number(line.at(column)));
}

void csv_pool_line(Numbers& numbers, const Record& line) {
    const std::string& record = line.at("record");
    const std::string member = "member." + line.at("member");
    const auto sums = [&](const std::string& key) {
        csv_fields(numbers, key, line, {"students", "measured_s", "credited_s", "events"});
    };
    if (record == "total" || record == "member") {
        sums(record == "total" ? record : member);
        csv_fields(numbers, record == "total" ? record : member, line, {"days"});
    }
    if (record == "member") {
        csv_fields(numbers, member, line,
                   {"last_statement", "announced_utc_s", "statements_missing", "as_of_utc_s",
                    "archived_events", "last_event_utc_s", "last_event_id"});
        if (!line.at("announced_statement").empty())
            put(numbers, member + ".announced", number(line.at("announced_statement")));
    } else if (record == "missing_statements") {
        put_missing_statements(numbers, member, number(line.at("key")), number(line.at("value")));
    } else if (record == "missing_days") {
        put_run(numbers, member, line.at("date_from"), line.at("date_to"));
    } else if (record == "outage") {
        put(numbers, member + ".outage." + line.at("begin_utc_s") + ".end", number(line.at("end_utc_s")));
    } else if (record == "member_course") {
        sums(member + ".course." + line.at("source") + "." + line.at("course"));
    } else if (record == "week" || record == "member_week") {
        const std::string key = (record == "week" ? "" : member + ".") + "week." + line.at("key");
        sums(key);
        csv_fields(numbers, key, line, {"missing_days"});
    } else if (record == "meta" && (line.at("key") == "members" || line.at("key") == "complete_members")) {
        put(numbers, line.at("key"), number(line.at("value")));
    }
}

}  // namespace

Numbers numbers_of_csv(const std::string& table) {
    Numbers numbers;
    if (const auto lines = parse_csv(table); lines.front().contains("member")) {
        for (const Record& line : lines)
            csv_pool_line(numbers, line);
        return numbers;
    }
    bool dropped_known = true, sessions_known = true, of_a_student = false;
    for (const auto& line : parse_csv(table)) {
        csv_line(numbers, line);
        if (line.at("record") == "meta" && line.at("key") == "dropped")
            dropped_known = !line.at("value").empty();
        if (line.at("record") != "total") continue;
        of_a_student = !line.at("student").empty();
        sessions_known = !line.at("sessions").empty();
    }
    put(numbers, "dropped_known", dropped_known);
    if (of_a_student) put(numbers, "sessions_known", sessions_known);
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

void xml_known(Numbers& numbers, const std::string& key, xml_node parent, const char* name) {
    if (parent.child(name)) put(numbers, key, child_number(parent, name));
}

void xml_declared(Numbers& numbers, const std::string& key, xml_node declared) {
    xml_known(numbers, key + ".last_statement", declared, "LAST_STATEMENT");
    xml_known(numbers, key + ".announced", declared, "ANNOUNCED_STATEMENT");
    xml_known(numbers, key + ".announced_utc_s", declared, "ANNOUNCED_AT");
    xml_known(numbers, key + ".statements_missing", declared, "STATEMENTS_MISSING");
    for (xml_node run : declared.child("MISSING_STATEMENTS"))
        put_missing_statements(numbers, key, child_number(run, "FIRST_STATEMENT"),
                               child_number(run, "LAST_STATEMENT"));
    for (xml_node run : declared.child("MISSING_DAYS"))
        put_run(numbers, key, run.child("FIRST_DAY").text().get(), run.child("LAST_DAY").text().get());
}

void xml_amount(Numbers& numbers, const std::string& key, xml_node node) {
    put_amount(numbers, key, child_number(node, "ELAPSED_SECONDS"), child_number(node, "CREDITED_SECONDS"),
               child_number(node, "EVENTS"));
}

void xml_totals(Numbers& numbers, const std::string& key, xml_node node) {
    xml_amount(numbers, key, node);
    put(numbers, key + ".days", child_number(node, "DAYS_WITH_TRACE"));
    xml_known(numbers, key + ".sessions", node, "SESSIONS_COUNT");
}

void xml_provenance(Numbers& numbers, xml_node provenance) {
    if (xml_node received = provenance.child("RECEIVED")) xml_declared(numbers, "received", received);
    put(numbers, "dropped_known", !provenance.child("DROPPED").empty());
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
        xml_known(numbers, key + ".sessions", day, "SESSIONS_BEGUN");
        for (xml_node course : day.children("DAY_COURSE"))
            xml_amount(numbers, fmt::format("{}.course.{}", key, child_number(course, "COURSE_ID")), course);
    }
    std::size_t place = 0;
    for (xml_node dossier : ours.child("DOSSIERS")) {
        const std::string key = fmt::format("dossier.{}", place + 1);
        put_dossier(numbers, place++, dossier.child("FIRST_DAY").text().get(),
                    dossier.child("LAST_DAY").text().get(), {});
        xml_known(numbers, key + ".planned_s", dossier, "PLANNED_SECONDS");
    }
    put(numbers, "sessions_known", !ours.child("SESSIONS").empty());
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
        for (const char* zero : {".measured_s", ".credited_s", ".events", ".days"})
            put(numbers, "student." + id + zero, 0);
        if (group.child("SESSIONS_COUNT")) put(numbers, "student." + id + ".sessions", 0);
    }
    xml_provenance(numbers, group.child("PROVENANCE"));
}

void xml_sums(Numbers& numbers, const std::string& key, xml_node node) {
    xml_known(numbers, key + ".students", node, "STUDENTS");
    xml_known(numbers, key + ".measured_s", node, "ELAPSED_SECONDS");
    xml_known(numbers, key + ".credited_s", node, "CREDITED_SECONDS");
    xml_known(numbers, key + ".events", node, "EVENTS");
}

void xml_pool_weeks(Numbers& numbers, const std::string& prefix, xml_node weeks) {
    for (xml_node week : weeks) {
        const std::string key = fmt::format("{}week.{}", prefix, week.child("ISO_WEEK").text().get());
        xml_sums(numbers, key, week);
        put(numbers, key + ".missing_days", child_number(week, "DAYS_MISSING"));
    }
}

void xml_member(Numbers& numbers, xml_node member) {
    const std::string key = fmt::format("member.{}", member.child("NODE").text().get());
    xml_sums(numbers, key, member);
    xml_known(numbers, key + ".days", member, "DAYS_WITH_TRACE");
    xml_declared(numbers, key, member);
    xml_known(numbers, key + ".as_of_utc_s", member, "AS_OF");
    xml_known(numbers, key + ".archived_events", member, "ARCHIVED_EVENTS");
    xml_known(numbers, key + ".last_event_utc_s", member, "LAST_EVENT");
    xml_known(numbers, key + ".last_event_id", member, "LAST_EVENT_ID");
    for (xml_node line : member.child("OUTAGES"))
        put(numbers, fmt::format("{}.outage.{}.end", key, child_number(line, "BEGIN")),
            child_number(line, "END"));
    for (xml_node course : member.child("GROUP_COURSES"))
        xml_sums(numbers,
                 fmt::format("{}.course.{}.{}", key, course.child("SOURCE").text().get(),
                             child_number(course, "COURSE_ID")),
                 course);
    xml_pool_weeks(numbers, key + ".", member.child("WEEKS"));
}

Numbers xml_pool(xml_node pool) {
    Numbers numbers;
    xml_sums(numbers, "total", pool);
    put(numbers, "total.days", child_number(pool, "DAYS_WITH_TRACE"));
    put(numbers, "complete_members", child_number(pool, "COMPLETE_MEMBERS"));
    xml_pool_weeks(numbers, "", pool.child("WEEKS"));
    std::int64_t members = 0;
    for (xml_node member : pool.child("MEMBERS")) {
        xml_member(numbers, member);
        ++members;
    }
    put(numbers, "members", members);
    return numbers;
}

}  // namespace

Numbers numbers_of_xml(const std::string& text) {
    pugi::xml_document document;
    parse(document, text);
    if (xml_node pool = document.child("ASSIDU_POOL")) return xml_pool(pool);
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

// A cell that is not known shows a dash, and nothing else.
void put_shown(Numbers& numbers, const std::string& key, xml_node row, const char* name) {
    if (row.find_child([&](xml_node child) { return child.attribute(name); }))
        return put(numbers, key, attribute(row, name));
    if (!row.find_child([&](xml_node child) { return std::strcmp(child.text().get(), "–") == 0; }))
        throw std::runtime_error(fmt::format("neither {} nor a dash in {}", name, row.name()));
}

void html_amount(Numbers& numbers, const std::string& key, xml_node row) {
    put_amount(numbers, key, attribute(row, "data-measured-s"), attribute(row, "data-credited-s"),
               attribute(row, "data-events"));
}

xml_node by_id(const pugi::xml_document& page, const char* id) {
    return page.find_node([&](xml_node node) { return std::strcmp(node.attribute("id").value(), id) == 0; });
}

// The value of an attribute whose text says it in words; nothing where no element has it.
void html_said(Numbers& numbers, const std::string& key, const pugi::xml_document& page, const char* name) {
    const auto found = page.select_node(fmt::format("//*[@{}]", name).c_str());
    if (found) put(numbers, key, number(found.node().attribute(name).value()));
}

void html_received(Numbers& numbers, const pugi::xml_document& page) {
    html_said(numbers, "received.last_statement", page, "data-statement");
    html_said(numbers, "received.announced", page, "data-announced");
    html_said(numbers, "received.announced_utc_s", page, "data-announced-utc-s");
    html_said(numbers, "received.statements_missing", page, "data-statements-missing");
    for (const auto& run : page.select_nodes("//*[@data-missing-statement-from]"))
        put_missing_statements(numbers, "received",
                               number(run.node().attribute("data-missing-statement-from").value()),
                               number(run.node().attribute("data-missing-statement-to").value()));
    for (const auto& run : page.select_nodes("//*[@data-missing-from]"))
        put_run(numbers, "received", run.node().attribute("data-missing-from").value(),
                run.node().attribute("data-missing-to").value());
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
            put_shown(numbers, key + ".sessions", row, "data-sessions");
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

void html_dossiers(Numbers& numbers, const pugi::xml_document& page) {
    for (const xml_node dossier : by_id(page, "dossiers").children("dl")) {
        const xml_attribute planned = dossier.attribute("data-planned-s");
        put_dossier(numbers, static_cast<std::size_t>(number(dossier.attribute("data-dossier").value())) - 1,
                    dossier.attribute("data-from").value(), dossier.attribute("data-to").value(),
                    planned ? std::optional(number(planned.value())) : std::nullopt);
    }
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
        put_shown(numbers, key + ".sessions", row, "data-sessions");
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

void html_sums(Numbers& numbers, const std::string& key, xml_node row) {
    if (!row.find_child([](xml_node child) { return child.attribute("data-measured-s"); })) return;
    html_amount(numbers, key, row);
    put(numbers, key + ".students", attribute(row, "data-students"));
}

void html_pool_statements(Numbers& numbers, const pugi::xml_document& page) {
    const std::pair<const char*, const char*> said[] = {{"data-statement", ".last_statement"},
                                                        {"data-announced", ".announced"},
                                                        {"data-announced-utc-s", ".announced_utc_s"},
                                                        {"data-as-of-utc-s", ".as_of_utc_s"},
                                                        {"data-last-event-utc-s", ".last_event_utc_s"}};
    each_row(page, "statements", [&](xml_node row) {
        const std::string key = fmt::format("member.{}", row.attribute("data-member").value());
        for (const auto& [name, what] : said)
            if (row.attribute(name)) put(numbers, key + what, number(row.attribute(name).value()));
        put_shown(numbers, key + ".statements_missing", row, "data-statements-missing");
        const auto run = row.select_node(".//*[@data-missing-statement-from]").node();
        if (run)
            put_missing_statements(numbers, key, number(run.attribute("data-missing-statement-from").value()),
                                   number(run.attribute("data-missing-statement-to").value()));
    });
    for (const auto& run : page.select_nodes("//*[@data-missing-from]"))
        put_run(numbers, fmt::format("member.{}", run.parent().attribute("data-member").value()),
                run.node().attribute("data-missing-from").value(),
                run.node().attribute("data-missing-to").value());
}

// The times of the weeks of some members, who stand across.
void html_matrix(Numbers& numbers, xml_node table) {
    std::vector<std::string> members;
    for (xml_node column : table.child("thead").child("tr").children("th"))
        if (column.attribute("data-member")) members.emplace_back(column.attribute("data-member").value());
    for (xml_node row : table.child("tbody").children("tr")) {
        if (!row.attribute("data-week")) continue;
        auto member = members.begin();
        for (xml_node cell : row.children("td")) {
            const std::string key =
                fmt::format("member.{}.week.{}", *member++, row.attribute("data-week").value());
            if (!cell.attribute("data-measured-s")) continue;
            const std::int64_t seconds = number(cell.attribute("data-measured-s").value());
            const std::string shown = cell.text().get();
            if (shown.substr(0, shown.find(' ')) !=
                fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
                throw std::runtime_error(fmt::format("{} s shown as '{}'", seconds, shown));
            put(numbers, key + ".measured_s", seconds);
        }
    }
}

void html_pool_courses(Numbers& numbers, const pugi::xml_document& page) {
    std::string member;
    each_row(page, "courses", [&](xml_node row) {
        if (auto node = row.attribute("data-member")) {
            member = fmt::format("member.{}", node.value());
        } else if (row.attribute("data-course")) {
            html_sums(numbers,
                      fmt::format("{}.course.{}.{}", member, row.attribute("data-source").value(),
                                  row.attribute("data-course").value()),
                      row);
        } else if (auto count = row.attribute("data-others")) {
            put(numbers, member + ".others", number(count.value()));
            html_amount(numbers, member + ".others", row);
        }
    });
}

Numbers html_pool(const pugi::xml_document& page) {
    Numbers numbers;
    const std::map<std::string, std::string> keys = {{"data-measured-s", "total.measured_s"},
                                                     {"data-credited-s", "total.credited_s"},
                                                     {"data-events", "total.events"},
                                                     {"data-days", "total.days"},
                                                     {"data-students", "total.students"},
                                                     {"data-members", "members"},
                                                     {"data-complete-members", "complete_members"}};
    for (xml_node box : by_id(page, "totals"))
        for (const auto& [name, key] : keys)
            if (box.child("dd").attribute(name.c_str())) put(numbers, key, attribute(box, name.c_str()));
    each_row(page, "members", [&](xml_node row) {
        if (!row.attribute("data-member")) return;
        const std::string key = fmt::format("member.{}", row.attribute("data-member").value());
        html_sums(numbers, key, row);
        if (row.find_child([](xml_node child) { return child.attribute("data-days"); }))
            put(numbers, key + ".days", attribute(row, "data-days"));
    });
    html_pool_statements(numbers, page);
    each_row(page, "weeks", [&](xml_node row) {
        if (!row.attribute("data-week")) return;
        const std::string key = fmt::format("week.{}", row.attribute("data-week").value());
        html_sums(numbers, key, row);
        put(numbers, key + ".missing_days", attribute(row, "data-missing-days"));
    });
    for (const auto& table : page.select_nodes("//table[@class='matrix']"))
        html_matrix(numbers, table.node());
    html_pool_courses(numbers, page);
    each_row(page, "outages", [&](xml_node row) {
        put(numbers,
            fmt::format("member.{}.outage.{}.end", row.attribute("data-member").value(),
                        row.attribute("data-begin").value()),
            number(row.attribute("data-end").value()));
    });
    return numbers;
}

}  // namespace

Numbers numbers_of_html(const std::string& text) {
    pugi::xml_document page;
    parse(page, text);
    if (by_id(page, "members")) return html_pool(page);
    Numbers numbers;
    html_totals(numbers, page);
    html_days(numbers, page);
    html_courses(numbers, page);
    html_sessions(numbers, page);
    html_dossiers(numbers, page);
    html_lines(numbers, page);
    html_received(numbers, page);
    put(numbers, "dropped_known", by_id(page, "dropped-unknown").empty());
    if (by_id(page, "students").empty())
        put(numbers, "sessions_known", by_id(page, "sessions-unknown").empty());
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
