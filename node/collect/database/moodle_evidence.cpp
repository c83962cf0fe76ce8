#include "node/collect/database/moodle_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "config/limits.h"
#include "node/attendance/rules.h"
#include "node/collect/category_path.h"

namespace assidu::node::collect::database {
namespace {

using archive::EnrolmentState;
using archive::HistoryRow;
using archive::RoleState;
using archive::SideTable;

// Activities that one statement names, and records that are put down together.
constexpr std::size_t kActivitiesAStatement = 50;
constexpr std::size_t kRecordsABatch = 50'000;
constexpr std::size_t kCoursesAStatement = 500;

std::int64_t whole(const std::string& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}
std::optional<std::int64_t> instant_or_none(const std::string& text) {
    const std::int64_t value = whole(text);
    return value == 0 ? std::nullopt : std::optional(value);
}

// Puts records down; marks whom they touch if the node's scale looks at such.
template <class Record>
std::int64_t put(const Node& node, const std::vector<Record>& records, bool looks) {
    std::int64_t changed = 0;
    const auto work = [&] { changed = node.evidence().put(node.source(), std::span<const Record>(records)); };
    if (looks)
        work();
    else
        node.evidence().without_marks(work);
    return changed;
}

// The state of `id` in a list that is ordered by it.
template <class State>
const State* find_state(const std::vector<State>& states, std::int64_t State::* key, std::int64_t id) {
    const auto found = std::ranges::lower_bound(states, id, {}, key);
    return found != states.end() && *found.*key == id ? &*found : nullptr;
}

// States that end what stands active without being among the ids seen.
template <class State>
void end_what_is_gone(const std::vector<State>& latest, std::int64_t State::* key, const IdsSeen& seen,
                      std::int64_t now_s, std::vector<State>& states) {
    for (const State& state : latest) {
        if (!state.active || std::ranges::binary_search(seen.ids, state.*key)) continue;
        State gone = state;
        gone.active = false;
        gone.since_s = std::max(now_s, state.since_s);
        if constexpr (requires { gone.said_s; }) gone.said_s = gone.since_s;
        states.push_back(std::move(gone));
    }
}

std::string places(std::size_t count) {
    std::string text = count == 0 ? "" : "?";
    for (std::size_t i = 1; i < count; ++i)
        text += ",?";
    return text;
}

}  // namespace

std::vector<EnrolmentState> states_of(const EnrolmentSeen& seen, const EnrolmentState* latest,
                                      std::int64_t now_s) {
    EnrolmentState state{seen.enrolment, seen.user_id, seen.course, 0, 0,
                         seen.active,    seen.begin_s, seen.end_s};
    const std::int64_t made_s = std::min(seen.made_s, now_s);
    const std::int64_t changed_s = std::clamp(seen.changed_s, made_s, now_s);
    if (latest == nullptr) {
        state.said_s = changed_s;
        state.since_s = changed_s;
        if (seen.active || changed_s != made_s) {
            EnrolmentState first = state;
            first.since_s = made_s;
            first.active = true;
            if (seen.active) return {first};
            return {first, state};
        }
        return {state};
    }
    const auto said = [](const EnrolmentState& one) {
        return std::tie(one.user_id, one.course, one.active, one.begin_s, one.end_s);
    };
    if (said(*latest) == said(state)) return {};
    state.since_s =
        changed_s > std::max(latest->since_s, latest->said_s) ? changed_s : std::max(now_s, latest->since_s);
    state.said_s = state.since_s;
    return {state};
}

std::optional<RoleState> state_of(const RoleSeen& seen, const RoleState* latest, std::int64_t now_s) {
    RoleState state{seen.assignment, seen.user_id, seen.role, seen.context_level, seen.instance, 0, true};
    const std::int64_t changed_s = std::min(seen.changed_s, now_s);
    state.since_s = changed_s;
    if (latest == nullptr) return state;
    const auto said = [](const RoleState& one) {
        return std::tie(one.user_id, one.role, one.context_level, one.instance, one.active);
    };
    if (said(*latest) == said(state)) return std::nullopt;
    if (changed_s <= latest->since_s) state.since_s = std::max(now_s, latest->since_s);
    return state;
}

MoodleEvidence::MoodleEvidence(Node& node, MoodleDatabase& database, std::function<bool(std::int64_t)> keeps,
                               std::function<bool()> goes_on)
    : node_(node), database_(database), keeps_(std::move(keeps)), goes_on_(std::move(goes_on)) {}

std::int64_t MoodleEvidence::put_courses(std::span<const archive::CourseRecord> courses) {
    std::vector<archive::CoursePlace> stand;
    for (const archive::CourseRecord& course : courses) {
        archive::CoursePlace place{course.course, {}, course.idnumber};
        if (course.category > 0) place.categories = {{course.category}};
        stand.push_back(std::move(place));
    }
    return put(node_, stand, attendance::looks_at_places(node_.scale()));
}

std::int64_t MoodleEvidence::put_page(SideTable table, std::span<const HistoryRow> rows,
                                      std::span<const std::int64_t> changed_s, const IdsSeen& seen) {
    switch (table) {
        case SideTable::category:
            return put_categories(rows);
        case SideTable::enrolment:
            return put_enrolments(rows, changed_s, seen);
        case SideTable::role_assignment:
            return put_roles(rows, seen);
        default:
            return 0;
    }
}

// A path that makes no sense says nothing: the category stands where it stood.
std::int64_t MoodleEvidence::put_categories(std::span<const HistoryRow> rows) {
    std::vector<archive::CategoryPath> paths;
    for (const HistoryRow& row : rows) {
        auto path = parse_category_path(row.values[2]);
        if (path && path->back() == row.id) paths.push_back({row.id, *std::move(path)});
    }
    return put(node_, paths, attendance::looks_at_places(node_.scale()));
}

std::int64_t MoodleEvidence::put_enrolments(std::span<const HistoryRow> rows,
                                            std::span<const std::int64_t> changed_s, const IdsSeen& seen) {
    struct Method {
        std::int64_t course = 0;
        bool enabled = false;
    };
    std::map<std::int64_t, Method> methods;
    node_.catalogue().rows(
        node_.settings().source_name, SideTable::enrolment_method, [&](const archive::HeldRow& held) {
            methods[held.row.id] = {whole(held.row.values[1]), whole(held.row.values[2]) == 0};
        });
    const auto latest = node_.evidence().latest_enrolments(node_.source(), seen.after, seen.upto);
    const std::int64_t now_s = node_.clock().now_utc_s();
    std::vector<EnrolmentState> states;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& values = rows[i].values;
        // One that was made since the methods were read comes with the next reading.
        const auto method = methods.find(whole(values[0]));
        if (method == methods.end()) continue;
        const bool enabled = whole(values[2]) == 0 && method->second.enabled;
        const EnrolmentSeen enrolment{rows[i].id,
                                      whole(values[1]),
                                      method->second.course,
                                      enabled,
                                      instant_or_none(values[3]),
                                      instant_or_none(values[4]),
                                      whole(values[5]),
                                      changed_s[i]};
        for (EnrolmentState& state :
             states_of(enrolment, find_state(latest, &EnrolmentState::enrolment, rows[i].id), now_s))
            states.push_back(std::move(state));
    }
    end_what_is_gone(latest, &EnrolmentState::enrolment, seen, now_s, states);
    return put(node_, states, node_.scale().filter.enrolment != config::Scale::Enrolment::none);
}

std::int64_t MoodleEvidence::put_roles(std::span<const HistoryRow> rows, const IdsSeen& seen) {
    std::map<std::int64_t, std::string> names;
    node_.catalogue().rows(node_.settings().source_name, SideTable::role,
                           [&](const archive::HeldRow& held) { names[held.row.id] = held.row.values[0]; });
    auto latest = node_.evidence().latest_roles(node_.source(), seen.after, seen.upto);
    const std::int64_t now_s = node_.clock().now_utc_s();
    std::vector<RoleState> states;
    for (const HistoryRow& row : rows) {
        const auto name = names.find(whole(row.values[0]));
        if (name == names.end() || name->second.empty() ||
            name->second.size() > config::limits::kNameBytesMax)
            continue;
        const RoleSeen role{row.id,
                            whole(row.values[3]),
                            name->second,
                            static_cast<std::int32_t>(whole(row.values[1])),
                            whole(row.values[2]),
                            whole(row.values[4])};
        if (auto state = state_of(role, find_state(latest, &RoleState::assignment, row.id), now_s))
            states.push_back(*std::move(state));
    }
    // Of contexts that are not read a dump may have told.
    std::erase_if(latest, [](const RoleState& state) {
        return state.context_level != 10 && state.context_level != 40 && state.context_level != 50;
    });
    end_what_is_gone(latest, &RoleState::assignment, seen, now_s, states);
    return put(node_, states, !node_.scale().filter.roles.empty());
}

TableNeed MoodleEvidence::completion_need() {
    return {
        kCompletionTable, {"id", "coursemoduleid", "userid", "completionstate", "timemodified"}, {}, true};
}

// Of a row id, coursemoduleid, userid, completionstate, timemodified. What was never completed has no
// instant.
std::optional<archive::CompletionRecord> MoodleEvidence::completion_of(const SqlRow& row,
                                                                       CompletionsRead& done) const {
    ++done.rows;
    const auto activity = row.whole_or(1, 0), user = row.whole_or(2, 0), state = row.whole_or(3, 0),
               time_s = row.whole_or(4, 0);
    const std::int64_t latest_s = node_.clock().now_utc_s() + config::limits::kFutureSecondsMax;
    if (!activity || !user || !state || !time_s || *activity <= 0 || *state < 0 || *state > 3 ||
        *time_s < 0 || *time_s > latest_s || (*state != 0 && *time_s == 0)) {
        ++done.broken;
        return std::nullopt;
    }
    if (!keeps_(*user)) return std::nullopt;
    return archive::CompletionRecord{*user, *activity, *time_s, static_cast<int>(*state)};
}

void MoodleEvidence::put_completions(std::vector<archive::CompletionRecord>& records, CompletionsRead& done) {
    const config::Scale& scale = node_.scale();
    done.changed += put(node_, records, scale.credits.any() || scale.engine != config::Scale::Engine::gap);
    records.clear();
}

SqlResult<CompletionsRead> MoodleEvidence::read_all_completions() {
    CompletionsRead done;
    KeysetPage page{.table = kCompletionTable,
                    .columns = {"coursemoduleid", "userid", "completionstate", "timemodified"}};
    for (;;) {
        std::vector<archive::CompletionRecord> records;
        const auto read = database_.page(page, [&](const SqlRow& row) {
            if (auto record = completion_of(row, done)) records.push_back(*record);
        });
        if (!read) return std::unexpected(read.error());
        put_completions(records, done);
        if (!read->more || !goes_on_()) return done;
        page.after = read->last_key;
    }
}

// A day's block at a time, the latest first: of most users one is looked at.
std::vector<std::int64_t> MoodleEvidence::active_courses(std::int64_t since_s) const {
    std::set<std::int64_t> courses;
    for (const std::int64_t user : node_.archive().users(node_.source())) {
        node_.archive().events_backwards(node_.source(), user, [&](std::vector<Event>& day) {
            for (auto event = day.rbegin(); event != day.rend() && event->time_s >= since_s; ++event) {
                if (event->course > 0) courses.insert(event->course);
            }
            return day.empty() || day.front().time_s >= since_s;
        });
    }
    return {courses.begin(), courses.end()};
}

SqlResult<CompletionsRead> MoodleEvidence::read_recent_completions(std::int64_t since_s) {
    CompletionsRead done;
    const std::vector<std::int64_t> courses = active_courses(since_s);
    std::vector<std::int64_t> activities;
    for (std::size_t begin = 0; begin < courses.size(); begin += kCoursesAStatement) {
        const auto some =
            std::span(courses).subspan(begin, std::min(kCoursesAStatement, courses.size() - begin));
        const std::vector<SqlParameter> parameters(some.begin(), some.end());
        const auto read =
            database_.read(fmt::format("SELECT id FROM {} WHERE course IN ({})",
                                       database_.name_of("course_modules"), places(some.size())),
                           parameters, [&](const SqlRow& row) {
                               if (const auto id = row.whole(0)) activities.push_back(*id);
                           });
        if (!read) return std::unexpected(read.error());
    }
    std::vector<archive::CompletionRecord> records;
    for (std::size_t begin = 0; begin < activities.size() && goes_on_(); begin += kActivitiesAStatement) {
        const auto some =
            std::span(activities).subspan(begin, std::min(kActivitiesAStatement, activities.size() - begin));
        std::vector<SqlParameter> parameters(some.begin(), some.end());
        parameters.emplace_back(since_s);
        const auto read = database_.read(
            fmt::format("SELECT id, coursemoduleid, userid, completionstate, timemodified FROM {} WHERE "
                        "coursemoduleid IN ({}) AND timemodified >= ?",
                        database_.name_of(kCompletionTable), places(some.size())),
            parameters, [&](const SqlRow& row) {
                if (auto record = completion_of(row, done)) records.push_back(*record);
            });
        if (!read) return std::unexpected(read.error());
        if (records.size() >= kRecordsABatch) put_completions(records, done);
    }
    put_completions(records, done);
    return done;
}

}  // namespace assidu::node::collect::database
