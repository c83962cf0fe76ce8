#include "node/attendance/legacy/use_stats.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

namespace assidu::node::attendance::legacy {
namespace {

constexpr std::int32_t kSystemContext = 10, kUserContext = 30;

bool is_login(const Row& row) {
    return row.action == "loggedin";
}
bool is_logout(const Row& row) {
    return row.action == "loggedout";
}
bool is_grading(const Row& row) {
    return row.action == "graded" && row.target == "user";
}
bool contains(const std::vector<std::string>& list, const std::string& value) {
    return std::ranges::find(list, value) != list.end();
}

// E5: the latest enrolment hides what was before it, in whatever course.
std::int64_t from_of(const UseStatsRules& rules, const UseStatsQuestion& question) {
    std::int64_t from_s = question.window.from_s;
    if (!rules.enrolment_filter) return from_s;
    for (const Enrolment& enrolment : question.enrolments) {
        if (enrolment.active && enrolment.begin_s < question.window.to_s)
            from_s = std::max(from_s, enrolment.begin_s);
    }
    return from_s;
}

// E3, E4.
std::vector<const Row*> extract(const UseStatsRules& rules, const UseStatsQuestion& question) {
    Window window{from_of(rules, question), question.window.to_s};
    if (rules.exclusive_bounds) {
        ++window.from_s;
        --window.to_s;
    }
    std::vector<const Row*> rows;
    for (const Row& row : question.rows) {
        const bool of_course = row.course && *row.course != 0;
        const bool of_site = row.course && (is_login(row) || is_logout(row));
        if (row.user == question.user && window.contains(row.time_s) && row.origin && *row.origin != "cli" &&
            row.action != "failed" && !row.login_as && (rules.site_rows || of_course || of_site))
            rows.push_back(&row);
    }
    std::ranges::sort(rows, {}, [](const Row* row) { return std::tuple(row->time_s, row->id); });
    return rows;
}

struct Attribution {
    std::string module;
    std::int64_t activity = 0, section = 0;
};

class Compilation {
  public:
    Compilation(const UseStatsRules& rules, const UseStatsQuestion& question)
        : rules_(rules), question_(question), rows_(extract(rules, question)) {}

    UseStats run() {
        for (std::size_t i = 0; i < rows_.size() && stats_.aborted.empty();) {
            const std::size_t at = i;
            const std::int64_t lap_s = lap(i);
            take(*rows_[at], lap_s);
        }
        for (auto& [begin_s, session] : sessions_) {
            if (!rules_.session_per_course && rules_.session_without_end) session.end_s = session.begin_s;
            stats_.sessions.push_back(std::move(session));
        }
        return std::move(stats_);
    }

  private:
    [[nodiscard]] std::int64_t credit(const Row& row) const {
        return std::min(rules_.last_ping_credit_s, question_.now_s - row.time_s);
    }

    // L1 to L4. `i` goes on to the row that the lap runs to.
    std::int64_t lap(std::size_t& i) const {
        const Row& row = *rows_[i];
        std::size_t next = i + 1;
        while (next < rows_.size() && is_grading(*rows_[next]))
            ++next;
        const bool ended_by_grading = next == rows_.size() && next > i + 1;
        i = next;
        std::int64_t lap_s = 0;
        if (next < rows_.size())
            lap_s = rows_[next]->time_s - row.time_s;
        else if (ended_by_grading && rules_.trailing_graded)
            lap_s = -row.time_s;
        else
            lap_s = credit(row);
        if (lap_s <= rules_.threshold_s) return lap_s;
        return rules_.uncapped_credit ? credit(row) : std::min(credit(row), lap_s);
    }

    // A1, A2.
    Attribution attribute(const Row& row) {
        if (row.context_level == kSystemContext) return {is_login(row) ? "user" : "system", 0, 0};
        if (row.context_level == kUserContext) return {"user", 0, 0};
        if (row.context_level != kModuleContext) return {"course", 0, 0};
        if (row.course.value_or(0) != question_.current_course) return {"outoftargetcourse", 0, 0};
        if (question_.activities == nullptr) {
            constexpr std::string_view kPrefix = "mod_";
            const bool module = row.component.starts_with(kPrefix);
            return {module ? row.component.substr(kPrefix.size()) : "", row.context_instance, 0};
        }
        const auto place = question_.activities->find(row.context_instance);
        if (place == question_.activities->end()) {
            stats_.aborted = "the activity was deleted: no section to add its time to";
            return {"", row.context_instance, 0};
        }
        return {place->second.module, row.context_instance, place->second.section};
    }

    void take(const Row& row, std::int64_t lap_s) {
        if (is_logout(row)) {
            memory_s_ = 0;
            return;
        }
        const Attribution where = attribute(row);
        const bool login = is_login(row);
        if (!login && contains(rules_.captured_modules, where.module)) {
            memory_s_ += lap_s;
            return;
        }
        if (!login && contains(rules_.ignored_modules, where.module)) {
            if (rules_.ignored_carry_over) memory_s_ += lap_s;
            return;
        }
        const std::int64_t course = row.course.value_or(0);
        if (login) {
            memory_s_ = 0;
            open_session(row, course);
            if (!rules_.login_outside_session) current()->elapsed_s += lap_s;
        } else {
            lap_s += memory_s_;
            if (!rules_.capture_memory) memory_s_ = 0;
            add_to_session(row, course, lap_s);
        }
        book(where, course, lap_s);
    }

    UseStatsSession* current() { return open_at_ ? &sessions_.at(*open_at_) : nullptr; }

    // S5: two sessions of one second are one, the later.
    void open_session(const Row& row, std::int64_t course) {
        sessions_[row.time_s] = {row.time_s, row.time_s, 0, 1, {course}};
        open_at_ = row.time_s;
        session_course_ = course;
    }

    void add_to_session(const Row& row, std::int64_t course, std::int64_t lap_s) {
        bool opened = false;
        if (current() == nullptr || (rules_.session_per_course && course != session_course_)) {
            open_session(row, course);
            opened = true;
        }
        UseStatsSession& session = *current();
        session.elapsed_s += lap_s;
        if (!opened || rules_.first_event_twice) ++session.events;
        session.end_s = row.time_s;
        const auto at = std::ranges::lower_bound(session.courses, course);
        if (at == session.courses.end() || *at != course) session.courses.insert(at, course);
    }

    void book(const Attribution& where, std::int64_t course, std::int64_t lap_s) {
        const auto add = [&](const std::string& kind, std::int64_t id) {
            Leaf& leaf = stats_.aggregate[kind][id];
            leaf.elapsed_s += lap_s;
            ++leaf.events;
        };
        add("coursetotal", course);
        if (where.module == "course") return add("course", course);
        add(where.module, where.activity);
        add("realmodule", where.activity);
        if (where.activity == 0) return add("other", course);
        add("activities", course);
        add("section", where.section);
    }

    const UseStatsRules& rules_;
    const UseStatsQuestion& question_;
    std::vector<const Row*> rows_;
    UseStats stats_;
    std::map<std::int64_t, UseStatsSession> sessions_;  // by begin
    std::optional<std::int64_t> open_at_;
    std::int64_t session_course_ = 0, memory_s_ = 0;
};

}  // namespace

std::int64_t UseStats::total_s() const {
    std::int64_t total = 0;
    if (const auto courses = aggregate.find("coursetotal"); courses != aggregate.end()) {
        for (const auto& [course, leaf] : courses->second)
            total += leaf.elapsed_s;
    }
    return total;
}

UseStats use_stats(const UseStatsRules& rules, const UseStatsQuestion& question) {
    return Compilation(rules, question).run();
}

UseStatsRules use_stats_rules(const config::Scale& scale) {
    UseStatsRules rules;
    rules.threshold_s = scale.gap.idle_s;
    rules.last_ping_credit_s = scale.gap.idle_credit_s;
    rules.session_per_course = scale.session.per == config::Scale::SessionPer::course;
    rules.ignored_modules = scale.filter.exclude_modules;
    rules.exclusive_bounds = scale.has_quirk("usestats.exclusive_bounds");
    rules.ignored_carry_over = scale.has_quirk("usestats.ignored_carry_over");
    // The plugin's default; branch 39 captured nothing.
    if (!rules.ignored_carry_over) rules.captured_modules = {"learningtimecheck"};
    rules.site_rows = scale.has_quirk("usestats.site_rows");
    rules.trailing_graded = scale.has_quirk("usestats.trailing_graded");
    rules.uncapped_credit = scale.has_quirk("usestats.uncapped_credit");
    rules.login_outside_session = scale.has_quirk("usestats.login_outside_session");
    rules.capture_memory = scale.has_quirk("usestats.capture_memory");
    rules.session_without_end = scale.has_quirk("usestats.session_without_end");
    rules.first_event_twice = scale.has_quirk("usestats.first_event_twice");
    return rules;
}

}  // namespace assidu::node::attendance::legacy
