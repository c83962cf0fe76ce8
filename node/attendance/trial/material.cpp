#include "node/attendance/trial/material.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "node/attendance/engine.h"
#include "node/collect/durations.h"

namespace assidu::node::attendance::trial {
namespace {

using config::ObjectReader;
using nlohmann::json;

constexpr std::int64_t kMin = INT64_MIN, kMax = INT64_MAX;

std::optional<std::int64_t> id_of(const std::string& text) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return id;
}

// A number, or one in quotes, as some exports write them; null and absence are nothing.
std::optional<std::int64_t> number(ObjectReader& reader, const char* key) {
    const json* member = reader.find(key, /*required=*/false);
    if (member == nullptr || member->is_null()) return std::nullopt;
    if (member->is_string()) {
        if (const auto value = id_of(member->get<std::string>())) return value;
    }
    return reader.integer(key, kMin, kMax);
}

std::int64_t required_number(ObjectReader& reader, const char* key) {
    const auto value = number(reader, key);
    if (!value && reader.find(key) != nullptr) reader.object_to(key, "must be a number");
    return value.value_or(0);
}

std::string words(ObjectReader& reader, const char* key, bool required = true) {
    const json* member = reader.find(key, required);
    if (member == nullptr || member->is_null()) return {};
    if (member->is_string()) return member->get<std::string>();
    reader.object_to(key, "must be a text");
    return {};
}

void each(ObjectReader& reader, const char* key, bool required,
          const std::function<void(ObjectReader&)>& read) {
    const json* list = reader.find(key, required);
    if (list == nullptr || list->is_null()) return;
    if (!list->is_array()) return reader.object_to(key, "must be a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
        ObjectReader element((*list)[i], reader.path(fmt::format("{}[{}]", key, i)), reader.objections());
        if ((*list)[i].is_object()) read(element);
    }
}

TrialRow read_row(ObjectReader& reader, const Catalogue& catalogue) {
    TrialRow row;
    row.id = required_number(reader, "id");
    row.time_s = required_number(reader, "timecreated");
    row.user_id = required_number(reader, "userid");
    const auto course = number(reader, "courseid");
    row.course_null = !course;
    row.course = course.value_or(0);
    EventShape shape;
    shape.eventname = words(reader, "eventname");
    shape.component = words(reader, "component");
    shape.action = words(reader, "action");
    shape.target = words(reader, "target");
    shape.origin = words(reader, "origin", /*required=*/false);
    row.origin_null = !reader.has("origin") || reader.find("origin")->is_null();
    shape.context_level = static_cast<std::int32_t>(required_number(reader, "contextlevel"));
    row.context_instance = number(reader, "contextinstanceid").value_or(0);
    shape.login_as = number(reader, "realuserid").has_value();
    shape.anonymous = number(reader, "anonymous").value_or(0) == 1;
    row.address = words(reader, "ip", /*required=*/false);
    if (shape.context_level == kModuleContext) {
        row.activity = row.context_instance;
        const auto activity = catalogue.activities.find(row.activity);
        if (activity != catalogue.activities.end()) shape.component = "mod_" + activity->second.module;
    }
    row.shape = std::make_shared<const EventShape>(std::move(shape));
    return row;
}

Completion read_completion(ObjectReader& reader, const Catalogue& catalogue) {
    Completion completion;
    completion.activity = required_number(reader, "cmid");
    completion.state = static_cast<int>(required_number(reader, "state"));
    completion.time_s = required_number(reader, "time");
    completion.item_s = number(reader, "seconds");
    if (const auto activity = catalogue.activities.find(completion.activity);
        activity != catalogue.activities.end()) {
        completion.course = activity->second.course;
        completion.module = activity->second.module;
        if (const auto course = catalogue.courses.find(completion.course); course != catalogue.courses.end())
            completion.course_number = course->second;
    }
    return completion;
}

void read_categories(ObjectReader& reader, Catalogue& catalogue) {
    const json* categories = reader.find("categories", /*required=*/false);
    if (categories == nullptr) return;
    if (!categories->is_object()) return reader.object_to("categories", "must be lists of ids by course id");
    ObjectReader paths(*categories, "categories", reader.objections());
    for (const auto& [id, path] : categories->items()) {
        const auto course = id_of(id);
        if (!course) return reader.object_to("categories", "must be lists of ids by course id");
        catalogue.places.push_back({*course, paths.integers_or_none(id.c_str(), 0, kMax), std::nullopt});
    }
}

// Of an enrolment or a role: since when it is so, and until when.
template <class State, class Read>
void read_states(ObjectReader& element, std::vector<State>& states, const Read& read) {
    State state = read();
    state.since_s = number(element, "since").value_or(0);
    state.active = true;
    states.push_back(state);
    if (const auto until_s = number(element, "until")) {
        state.since_s = *until_s;
        state.active = false;
        states.push_back(state);
    }
}

void read_memberships(ObjectReader& reader, Students& students) {
    std::int64_t key = 0;
    each(reader, "enrolments", false, [&](ObjectReader& element) {
        const std::int64_t user = required_number(element, "userid");
        ++key;
        // That of use_stats: a status and a beginning alone.
        const bool active = number(element, "status").value_or(0) == 0;
        read_states(element, students[user].enrolments, [&] {
            archive::EnrolmentState state;
            state.enrolment = key;
            state.user_id = user;
            state.course = number(element, "courseid").value_or(0);
            state.begin_s = number(element, "timestart");
            state.end_s = number(element, "timeend");
            return state;
        });
        if (!active) students[user].enrolments.back().active = false;
        element.finish();
    });
    each(reader, "roles", false, [&](ObjectReader& element) {
        const std::int64_t user = required_number(element, "userid");
        ++key;
        read_states(element, students[user].roles, [&] {
            archive::RoleState state;
            state.assignment = key;
            state.user_id = user;
            state.role = words(element, "role");
            state.context_level = static_cast<std::int32_t>(required_number(element, "contextlevel"));
            state.instance = number(element, "instanceid").value_or(0);
            return state;
        });
        element.finish();
    });
}

void read_decisions(ObjectReader& reader, Students& students) {
    each(reader, "exclusions", false, [&](ObjectReader& element) {
        auto& excluded = students[required_number(element, "userid")].excluded;
        excluded.push_back({required_number(element, "from"), required_number(element, "to"),
                            static_cast<std::int64_t>(excluded.size()) + 1});
        element.finish();
    });
    each(reader, "user_days", false, [&](ObjectReader& element) {
        const auto day = config::parse_iso_date(words(element, "day"));
        if (!day) return element.object_to("day", "must be a date, YYYY-MM-DD");
        students[required_number(element, "userid")].signed_days.push_back(*day);
        element.finish();
    });
    for (auto& [user, student] : students) {
        std::ranges::stable_sort(student.excluded, {}, &ExcludedTime::from_s);
        std::ranges::sort(student.signed_days);
    }
}

}  // namespace

Catalogue read_catalogue(ObjectReader& reader) {
    Catalogue catalogue;
    const json* courses = reader.find("courses", /*required=*/false);
    if (courses != nullptr && courses->is_object()) {
        for (const auto& [id, name] : courses->items()) {
            const auto course = id_of(id);
            if (!course || !name.is_string())
                reader.object_to("courses", "must be id numbers by course id");
            else
                catalogue.courses[*course] = name.get<std::string>();
        }
    } else if (courses != nullptr) {
        reader.object_to("courses", "must be id numbers by course id");
    }
    read_categories(reader, catalogue);
    const json* activities = reader.find("cms", /*required=*/false);
    if (activities == nullptr) return catalogue;
    if (!activities->is_object()) {
        reader.object_to("cms", "must be activities by id");
        return catalogue;
    }
    for (const auto& [id, value] : activities->items()) {
        ObjectReader activity(value, reader.path("cms." + id), reader.objections());
        const auto key = id_of(id);
        if (!key) activity.object_to("", "must be named by the id of an activity");
        if (!key || !value.is_object()) continue;
        catalogue.activities[*key] = {required_number(activity, "course"),
                                      number(activity, "section").value_or(0), words(activity, "modname")};
    }
    return catalogue;
}

void read_students(ObjectReader& reader, const Catalogue& catalogue, Students& students) {
    std::set<std::int64_t> ids;
    each(reader, "logs", true, [&](ObjectReader& element) {
        TrialRow row = read_row(element, catalogue);
        if (ids.insert(row.id).second) students[row.user_id].rows.push_back(std::move(row));
    });
    each(reader, "completions", false, [&](ObjectReader& element) {
        students[required_number(element, "userid")].completions.push_back(
            read_completion(element, catalogue));
        element.finish();
    });
    each(reader, "declared", false, [&](ObjectReader& element) {
        Declaration declaration;
        const std::int64_t user = required_number(element, "userid");
        declaration.begin_s = required_number(element, "time");
        declaration.seconds = required_number(element, "seconds");
        declaration.course = number(element, "courseid").value_or(0);
        declaration.activity = number(element, "cmid").value_or(0);
        declaration.declared_s =
            number(element, "timedeclared").value_or(declaration.begin_s + declaration.seconds);
        declaration.validated = number(element, "validated").value_or(0) != 0;
        element.finish();
        students[user].declarations.push_back(declaration);
    });
    each(reader, "external", false, [&](ObjectReader& element) {
        ForeignTime time;
        const std::int64_t user = required_number(element, "userid");
        time.source = element.one_of<ForeignTime::Source>(
            "source", {{"scorm", ForeignTime::Source::scorm}, {"timestat", ForeignTime::Source::timestat}});
        time.time_s = required_number(element, "time");
        if (element.has("duration")) {
            const auto seconds = collect::parse_scorm_duration(words(element, "duration"));
            if (!seconds) element.object_to("duration", "must be a duration as SCORM writes it");
            time.seconds = seconds.value_or(0);
        } else {
            time.seconds = required_number(element, "seconds");
        }
        time.activity = number(element, "cmid").value_or(0);
        time.course = number(element, "courseid").value_or(0);
        element.finish();
        students[user].foreign.push_back(time);
    });
    read_memberships(reader, students);
    read_decisions(reader, students);
}

std::vector<legacy::Row> legacy_rows(const std::vector<TrialRow>& rows, std::int64_t user) {
    std::vector<legacy::Row> result;
    result.reserve(rows.size());
    for (const TrialRow& trial : rows) {
        const EventShape& shape = *trial.shape;
        legacy::Row row;
        row.id = trial.id;
        row.time_s = trial.time_s;
        row.user = user;
        row.login_as = shape.login_as;
        if (!trial.course_null) row.course = trial.course;
        row.context_level = shape.context_level;
        row.context_instance = trial.context_instance;
        row.component = shape.component;
        row.action = shape.action;
        row.target = shape.target;
        if (!trial.origin_null) row.origin = shape.origin;
        result.push_back(std::move(row));
    }
    return result;
}

Stream stream_of(const std::vector<TrialRow>& rows) {
    Stream stream;
    std::map<const EventShape*, ShapeKey> keys;
    stream.events.reserve(rows.size());
    for (const TrialRow& trial : rows) {
        const auto [at, added] =
            keys.try_emplace(trial.shape.get(), static_cast<ShapeKey>(stream.shapes.size()));
        if (added) stream.shapes.push_back(*trial.shape);
        stream.events.push_back({trial.time_s, trial.id, trial.course, trial.activity, at->second});
    }
    order_events(stream.events);
    return stream;
}

}  // namespace assidu::node::attendance::trial
