#include "node/attendance/trial/cases.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "config/json_object.h"
#include "config/scale.h"
#include "node/attendance/legacy/attendance_register.h"
#include "node/attendance/legacy/dedication.h"
#include "node/attendance/legacy/learning_time_check.h"
#include "node/attendance/legacy/training_sessions.h"
#include "node/attendance/trial/answer.h"
#include "node/attendance/trial/early_scale.h"
#include "node/attendance/trial/material.h"

namespace assidu::node::attendance::trial {
namespace {

using config::ObjectReader;
using config::Result;
using nlohmann::json;

constexpr std::int64_t kSecondsMax = std::int64_t{1} << 40;  // far from any overflow of a sum
constexpr std::int64_t kMinute = 60;

// What every case has.
struct Case {
    std::string engine, timezone;
    std::int64_t user = 0, current_course = 0, from_s = 0, to_s = 0, now_s = 0;
    Catalogue catalogue;
    Student student;
    json config = json::object();
    [[nodiscard]] legacy::Window window() const { return {from_s, to_s}; }
};

// The members that say nothing to the computation, and those that only another engine asks for.
void pass_over(ObjectReader& reader) {
    for (const char* key : {"id", "title", "notes", "expected", "verified", "ltc_expect", "credit_rule",
                            "enrolments", "ltc", "tracked_courses", "dedication_courses", "scale"})
        (void)reader.find(key, /*required=*/false);
}

// Absent or null is the default.
std::int64_t number_or(ObjectReader& reader, const char* key, std::int64_t min, std::int64_t max,
                       std::int64_t otherwise) {
    const json* member = reader.find(key, /*required=*/false);
    return member == nullptr || member->is_null() ? otherwise : reader.integer(key, min, max);
}

Case read_case(ObjectReader& reader) {
    Case one;
    one.engine = reader.text("engine");
    const json* zone = reader.find("timezone", /*required=*/false);
    one.timezone = zone == nullptr || zone->is_null() ? "Europe/Paris" : reader.text("timezone");
    one.user = reader.integer("userid", -kSecondsMax, INT64_MAX);
    one.current_course = number_or(reader, "currentcourse", 0, INT64_MAX, 0);
    one.from_s = number_or(reader, "from", -kSecondsMax, kSecondsMax, 0);
    one.to_s = number_or(reader, "to", -kSecondsMax, kSecondsMax, kSecondsMax);
    one.now_s = number_or(reader, "as_of", -kSecondsMax, kSecondsMax, one.to_s);
    one.now_s = number_or(reader, "now", -kSecondsMax, kSecondsMax, one.now_s);
    one.catalogue = read_catalogue(reader);
    Students students;
    read_students(reader, one.catalogue, students);
    one.student = std::move(students[one.user]);
    const json* config = reader.find("config", /*required=*/false);
    if (config != nullptr && !config->is_null()) one.config = *config;
    pass_over(reader);
    return one;
}

// "scorm, label" as names.
std::vector<std::string> names_of(const std::string& list) {
    std::vector<std::string> names;
    std::string name;
    for (const char letter : list + ",") {
        if (letter == ',') {
            if (!name.empty()) names.push_back(name);
            name.clear();
        } else if (letter != ' ') {
            name += letter;
        }
    }
    return names;
}

// A list in a text, or nothing.
std::vector<std::string> list_in(ObjectReader& config, const char* key) {
    const json* member = config.find(key, /*required=*/false);
    if (member == nullptr || member->is_null()) return {};
    if (member->is_string()) return names_of(member->get<std::string>());
    return config.texts(key);
}

// true, 1, and their opposites.
bool flag(ObjectReader& config, const char* key, bool otherwise) {
    const json* member = config.find(key, /*required=*/false);
    if (member == nullptr || member->is_null()) return otherwise;
    if (member->is_boolean()) return member->get<bool>();
    return config.integer(key, 0, 1) == 1;
}

std::set<std::int64_t> courses_in(ObjectReader& reader, const char* key) {
    std::set<std::int64_t> courses;
    if (reader.find(key) == nullptr) return courses;
    for (const std::int64_t course : reader.integers_or_none(key, 0, INT64_MAX))
        courses.insert(course);
    return courses;
}

std::vector<legacy::Enrolment> read_enrolments(ObjectReader& reader, std::int64_t user) {
    std::vector<legacy::Enrolment> enrolments;
    const json* list = reader.find("enrolments", /*required=*/false);
    if (list == nullptr) return enrolments;
    if (!list->is_array()) {
        reader.object_to("enrolments", "must be a list");
        return enrolments;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        ObjectReader one((*list)[i], reader.path(fmt::format("enrolments[{}]", i)), reader.objections());
        const std::int64_t whose = one.integer("userid", 0, INT64_MAX);
        (void)one.find("courseid", /*required=*/false);
        const std::int64_t begin_s = one.integer("timestart", 0, kSecondsMax);
        const bool active = one.integer_or("status", 0, INT32_MAX, 0) == 0;
        if (whose == user) enrolments.push_back({begin_s, active});
    }
    return enrolments;
}

std::vector<legacy::CheckItem> read_items(ObjectReader& reader, const Case& one) {
    std::vector<legacy::CheckItem> items;
    const json* member = reader.find("ltc");
    if (member == nullptr) return items;
    ObjectReader ltc(*member, "ltc", reader.objections());
    std::int64_t course = 0, own_activity = 0;
    if (const json* instances = ltc.find("instances"); instances != nullptr && instances->is_array()) {
        for (const json& value : *instances) {
            ObjectReader instance(value, "ltc.instances", reader.objections());
            if (course == 0) course = instance.integer("course", 0, INT64_MAX);
        }
    }
    if (const json* cm = ltc.find("cm", /*required=*/false)) {
        ObjectReader own(*cm, "ltc.cm", reader.objections());
        own_activity = own.integer("id", 0, INT64_MAX);
    }
    if (const json* declared = ltc.find("declared", /*required=*/false);
        declared != nullptr && !declared->empty())
        ltc.object_to("declared", "is not supported by this version of Assidu, but as []");
    const json* credits = ltc.find("credits");
    for (std::size_t i = 0; credits != nullptr && credits->is_array() && i < credits->size(); ++i) {
        ObjectReader credit((*credits)[i], fmt::format("ltc.credits[{}]", i), reader.objections());
        legacy::CheckItem item;
        item.activity = credit.integer_or("cmid", 0, INT64_MAX, 0);
        if (item.activity == 0) item.activity = own_activity;
        const auto place = one.catalogue.activities.find(item.activity);
        if (place != one.catalogue.activities.end())
            item.module = place->second.module;
        else
            item.module = credit.text("modname");
        item.seconds = credit.integer("credittime", 0, kSecondsMax);
        item.marked = flag(credit, "ismarked", false);
        item.course = course;
        const bool of_user = credit.integer_or("userid", 0, INT64_MAX, one.user) == one.user;
        if (of_user && flag(credit, "enablecredit", true)) items.push_back(item);
    }
    ltc.finish();
    return items;
}

json answer_use_stats(ObjectReader& reader, const Case& one, bool branch_401, bool with_credits) {
    ObjectReader config(one.config, "config", reader.objections());
    legacy::UseStatsRules rules;
    rules.site_rows = branch_401;
    rules.threshold_s = config.integer_or("threshold", 0, kSecondsMax / kMinute, 60) * kMinute;
    rules.last_ping_credit_s = config.integer_or("lastpingcredit", 0, kSecondsMax / kMinute, 15) * kMinute;
    rules.session_per_course = flag(config, "onesessionpercourse", false);
    rules.enrolment_filter = flag(config, "enrolmentfilter", true);
    rules.ignored_modules = list_in(config, "ignoremodules");
    rules.captured_modules = list_in(config, "capturemodules");
    (void)config.find("displayothertime", /*required=*/false);
    const auto strictness = static_cast<int>(config.integer_or("ltc_strictcredits", 0, 3, 0));
    config.finish();
    const std::vector<legacy::Enrolment> enrolments = read_enrolments(reader, one.user);
    const std::map<std::int64_t, legacy::Place> places = places_of(one.catalogue);
    const std::vector<legacy::Row> rows = legacy_rows(one.student.rows, one.user);
    legacy::UseStats stats = legacy::use_stats(
        rules, {rows, one.user, one.window(), one.now_s, one.current_course, &places, enrolments});
    if (with_credits)
        legacy::apply_credits(stats, read_items(reader, one), strictness, places, /*credit_twice=*/true);
    if (!stats.aborted.empty()) reader.object_to("logs", "make the plugin throw: " + stats.aborted);
    return to_json(stats);
}

json answer_time_report(ObjectReader& reader, const Case& one, const config::CivilCalendar& calendar) {
    ObjectReader config(one.config, "config", reader.objections());
    legacy::TimeReportRules rules;
    rules.idle_s = config.integer_or("idletime", 0, kSecondsMax, 1800);
    rules.borrowed_s = config.integer_or("borrowedtime", 0, kSecondsMax, 900);
    rules.targets = list_in(config, "targets");
    config.finish();
    std::optional<std::set<std::int64_t>> courses;
    if (reader.has("courses")) {
        courses.emplace();
        for (const auto& [course, name] : one.catalogue.courses)
            courses->insert(course);
    }
    const std::vector<legacy::Row> rows = legacy_rows(one.student.rows, one.user);
    return to_json(rules,
                   legacy::time_report(rules, {rows, one.user, one.window(), std::move(courses)}, calendar));
}

json answer_dedication(ObjectReader& reader, const Case& one) {
    ObjectReader config(one.config, "config", reader.objections());
    legacy::DedicationRules rules;
    rules.session_limit_s = config.integer_or("session_limit", 0, kSecondsMax, 3600);
    rules.ignore_limit_s = config.integer_or("ignore_sessions_limit", 0, kSecondsMax, 120);
    config.finish();
    const std::vector<legacy::Row> rows = legacy_rows(one.student.rows, one.user);
    json result = json::object();
    for (const std::int64_t course : courses_in(reader, "dedication_courses")) {
        const legacy::Dedication of_course = legacy::dedication(rules, rows, one.user, course, one.window());
        json sessions = json::array();
        for (const legacy::DedicationSession& session : of_course.sessions)
            sessions.push_back({{"start", session.begin_s}, {"elapsed", session.elapsed_s}});
        result[fmt::format("{}", course)] = {{"simple_total", of_course.simple_total_s},
                                             {"stored_total", of_course.stored_total_s},
                                             {"sessions", sessions}};
    }
    return result;
}

json answer_register(ObjectReader& reader, const Case& one, legacy::RegisterLineage lineage) {
    ObjectReader config(one.config, "config", reader.objections());
    const std::int64_t timeout_s =
        config.integer_or("sessiontimeout", 1, kSecondsMax / kMinute, 30) * kMinute;
    config.finish();
    const std::vector<legacy::Row> rows = legacy_rows(one.student.rows, one.user);
    json sessions = json::array();
    std::int64_t total = 0;
    for (const legacy::RegisterSession& session :
         legacy::attendance_register(lineage, timeout_s, rows, one.user,
                                     courses_in(reader, "tracked_courses"), one.window(), one.now_s)) {
        const std::int64_t elapsed_s = session.end_s - session.begin_s;
        sessions.push_back({{"start", session.begin_s}, {"end", session.end_s}, {"elapsed", elapsed_s}});
        total += elapsed_s;
    }
    return {{"sessions", sessions}, {"total", total}};
}

json answer_scale(ObjectReader& reader, const Case& one) {
    ObjectReader config(one.config, "config", reader.objections());
    config.finish();
    const json* early = reader.find("scale");
    if (early == nullptr) return {};
    const auto scale = config::parse_scale(scale_of_today(*early, one.timezone).dump(), "scale");
    if (!scale) {
        reader.object_to("scale", "is refused: " + scale.error().what);
        return {};
    }
    const config::CivilCalendar calendar = config::CivilCalendar::of(scale->timezone).value();
    return answer(*scale, calendar, one.student, one.user, one.catalogue,
                  {{one.from_s, one.to_s}, one.now_s, one.current_course, /*sessions_of_span=*/false});
}

json answer_by_engine(ObjectReader& reader, const Case& one, const config::CivilCalendar& calendar) {
    if (one.engine == "scale") return answer_scale(reader, one);
    if (one.engine == "use_stats:401") return answer_use_stats(reader, one, true, false);
    if (one.engine == "use_stats:405" || one.engine == "use_stats:501")
        return answer_use_stats(reader, one, false, false);
    if (one.engine == "use_stats_ltc:401") return answer_use_stats(reader, one, true, true);
    if (one.engine == "use_stats_ltc:405" || one.engine == "use_stats_ltc:501")
        return answer_use_stats(reader, one, false, true);
    if (one.engine == "time_report") return answer_time_report(reader, one, calendar);
    if (one.engine == "dedication") return answer_dedication(reader, one);
    if (one.engine == "attendanceregister:nicusX")
        return answer_register(reader, one, legacy::RegisterLineage::nicusx);
    if (one.engine == "attendanceregister:scalimax")
        return answer_register(reader, one, legacy::RegisterLineage::scalimax);
    reader.object_to("engine",
                     fmt::format("is '{}', which this version of Assidu does not know", one.engine));
    return {};
}

// What a reader's objections or a member of the wrong type make of an answer.
Result<json> guarded(const json& object, const std::string& name,
                     const std::function<json(ObjectReader&)>& read) {
    std::vector<std::string> objections;
    json result;
    try {
        ObjectReader reader(object, "", objections);
        if (object.is_object()) {
            result = read(reader);
            reader.finish();
        }
    } catch (const json::exception& error) {
        objections.emplace_back(error.what());
    }
    if (!objections.empty()) return config::refuse(fmt::format("{}: {}", name, fmt::join(objections, "; ")));
    return result;
}

Result<json> answer_case(const json& object, const std::string& name) {
    return guarded(object, name, [](ObjectReader& reader) -> json {
        const Case one = read_case(reader);
        if (!reader.objections().empty()) return {};
        const auto calendar = config::CivilCalendar::of(one.timezone);
        if (!calendar) {
            reader.object_to("timezone", "is refused: " + calendar.error().what);
            return {};
        }
        return answer_by_engine(reader, one, *calendar);
    });
}

json spans_of(const std::vector<legacy::Span>& spans) {
    json list = json::array();
    for (const auto& [begin_s, end_s] : spans)
        list.push_back({begin_s, end_s});
    return list;
}

std::int32_t second_of_day(ObjectReader& reader, const json& text) {
    int hours = 0, minutes = 0;
    const std::string value = text.is_string() ? text.get<std::string>() : "";
    const bool shaped = value.size() == 5 && value[2] == ':' &&
                        std::from_chars(value.data(), value.data() + 2, hours).ptr == value.data() + 2 &&
                        std::from_chars(value.data() + 3, value.data() + 5, minutes).ptr == value.data() + 5;
    if (!shaped || hours > 24 || minutes > 59) reader.object_to("window", "must be [\"HH:MM\", \"HH:MM\"]");
    return hours * 3600 + minutes * 60;
}

// One stretch of time, cut as report_trainingsessions cuts it and as the engine does.
Result<json> answer_interval(const json& object, const std::string& name) {
    return guarded(object, name, [](ObjectReader& reader) -> json {
        for (const char* key : {"id", "notes", "title", "legacy", "recommended"})
            (void)reader.find(key, /*required=*/false);
        const std::string kind = reader.text("kind");
        const auto calendar = config::CivilCalendar::of(reader.text("timezone"));
        const legacy::Span span{reader.integer("start", -kSecondsMax, kSecondsMax),
                                reader.integer("end", -kSecondsMax, kSecondsMax)};
        if (!calendar) reader.object_to("timezone", "is refused: " + calendar.error().what);
        if (!reader.objections().empty()) return {};
        if (kind == "splice")
            return {{"legacy", spans_of(legacy::split_at_midnights(span, *calendar, true))},
                    {"recommended", spans_of(legacy::split_at_midnights(span, *calendar, false))}};
        if (kind != "crop") {
            reader.object_to("kind", "must be splice or crop");
            return {};
        }
        const json* window = reader.find("window");
        if (window == nullptr || !window->is_array() || window->size() != 2) {
            reader.object_to("window", "must be [\"HH:MM\", \"HH:MM\"]");
            return {};
        }
        const std::int32_t begin = second_of_day(reader, (*window)[0]),
                           end = second_of_day(reader, (*window)[1]);
        const auto legacy_span = legacy::crop_to_window(span, begin, end, *calendar, true);
        const auto engine_span = legacy::crop_to_window(span, begin, end, *calendar, false);
        const auto pair = [](const legacy::Span& cut) { return json{cut.first, cut.second}; };
        return {{"legacy", legacy_span ? pair(*legacy_span) : json{0, 0}},
                {"recommended", engine_span ? pair(*engine_span) : json(nullptr)}};
    });
}

}  // namespace

Result<CaseAnswers> answer_cases(std::string_view text, std::string_view where) {
    const auto file = config::parse_strict_json(text, where);
    if (!file) return std::unexpected(file.error());
    const bool whole_file = file->is_object() && file->contains("cases") && file->at("cases").is_array();
    if (!whole_file && !file->is_array())
        return config::refuse(fmt::format("{}: not a file of cases: it has no list 'cases'", where));
    CaseAnswers result;
    const auto answer_each = [&](const json& list, auto answer_one) {
        std::size_t number = 0;
        for (const json& one : list) {
            ++number;
            const bool named = one.is_object() && one.contains("id") && one.at("id").is_primitive();
            const json id = named ? one.at("id") : json(number);
            const std::string name = id.is_string() ? id.get<std::string>() : id.dump();
            const Result<json> answered = answer_one(one, fmt::format("case {}", name));
            if (answered) {
                result.answers.push_back({{"id", id}, {"result", *answered}});
            } else {
                result.answers.push_back({{"id", id}, {"error", answered.error().what}});
                result.errors.push_back(answered.error().what);
            }
        }
    };
    answer_each(whole_file ? file->at("cases") : *file, answer_case);
    if (whole_file && file->contains("interval_cases"))
        answer_each(file->at("interval_cases"), answer_interval);
    return result;
}

}  // namespace assidu::node::attendance::trial
