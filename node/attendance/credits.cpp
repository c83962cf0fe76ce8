#include "node/attendance/credits.h"

#include <algorithm>
#include <map>

namespace assidu::node::attendance {
namespace {

using config::Scale;

constexpr std::int64_t kDaySeconds = 86'400;

// What the events say of an activity.
struct Trace {
    std::int64_t measured_s = 0;
    std::int64_t course = 0, last_s = 0;
    bool seen = false;
};

std::map<std::int64_t, Trace> traces_of(const Attendance& attendance) {
    std::map<std::int64_t, Trace> traces;
    for (const CreditedEvent& event : attendance.events) {
        if (event.activity == 0) continue;
        Trace& trace = traces[event.activity];
        trace.course = event.course;
        trace.last_s = event.begin_s;
        trace.seen = true;
        if (!attendance.counted) trace.measured_s += event.end_s - event.begin_s;
    }
    if (attendance.counted) {
        for (const Interval& interval : *attendance.counted) {
            if (interval.activity != 0)
                traces[interval.activity].measured_s += interval.end_s - interval.begin_s;
        }
    }
    return traces;
}

std::int64_t target_of(Scale::CreditMode mode, std::int64_t time_s, std::int64_t credit_s) {
    switch (mode) {
        case Scale::CreditMode::floor:
            return std::max(time_s, credit_s);
        case Scale::CreditMode::ceiling:
            return std::min(time_s, credit_s);
        case Scale::CreditMode::replace:
            return credit_s;
        case Scale::CreditMode::add:
            return time_s + credit_s;
    }
    return time_s;
}

Scale::CreditMode mode_of(Scale::ForeignTime policy) {
    return policy == Scale::ForeignTime::floor ? Scale::CreditMode::floor : Scale::CreditMode::replace;
}

bool matches(const Scale::CompletionCredit& rule, const Completion& completion) {
    return (!rule.activity || *rule.activity == completion.activity) &&
           (!rule.module || *rule.module == completion.module) &&
           (!rule.course_number || *rule.course_number == completion.course_number);
}

class Grants {
  public:
    Grants(Attendance& attendance, const Scale& scale, const Evidence& evidence, std::int64_t as_of_s)
        : attendance_(attendance),
          scale_(scale),
          excluded_(evidence.excluded),
          as_of_s_(as_of_s),
          traces_(traces_of(attendance)) {
        for (const auto& [activity, trace] : traces_)
            target_s_[activity] = trace.measured_s;
    }

    // The state of an activity is its latest row.
    void completions(std::span<const Completion> completions) {
        std::map<std::int64_t, const Completion*> latest;
        for (const Completion& completion : completions) {
            if (completion.time_s > as_of_s_ || is_excluded(completion.time_s, completion.time_s + 1))
                continue;
            const Completion*& held = latest[completion.activity];
            if (held == nullptr || completion.time_s >= held->time_s) held = &completion;
        }
        for (const auto& [activity, completion] : latest)
            completed(*completion);
    }

    void declarations(std::span<const Declaration> declarations) {
        const Scale::Credits& rules = scale_.credits;
        if (rules.declared == Scale::ForeignTime::none) return;
        std::map<std::int64_t, Declaration> of_activity;
        for (const Declaration& declaration : declarations) {
            if (const std::string_view key = refusal_of(declaration); !key.empty()) {
                attendance_.refused.push_back({declaration.begin_s, key});
            } else if (declaration.activity == 0) {
                attendance_.credits.push_back({CreditSource::declared, Scale::CreditMode::add,
                                               declaration.begin_s, declaration.course, 0,
                                               declaration.seconds});
            } else {
                Declaration& sum = of_activity[declaration.activity];
                const std::int64_t before_s = sum.seconds;
                sum = declaration;
                sum.seconds += before_s;
            }
        }
        for (const auto& [activity, declaration] : of_activity)
            grant(CreditSource::declared, mode_of(rules.declared), declaration.begin_s, declaration.course,
                  activity, declaration.seconds);
    }

    void foreign(std::span<const ForeignTime> records, ForeignTime::Source source,
                 Scale::ForeignTime policy) {
        if (policy == Scale::ForeignTime::none) return;
        std::map<std::int64_t, ForeignTime> of_activity;
        for (const ForeignTime& record : records) {
            if (record.source != source || record.time_s > as_of_s_ ||
                is_excluded(record.time_s, record.time_s + 1))
                continue;
            ForeignTime& sum = of_activity[record.activity];
            const std::int64_t before_s = sum.seconds;
            if (record.time_s >= sum.time_s) sum = record;
            sum.seconds = before_s + record.seconds;
        }
        const CreditSource credit =
            source == ForeignTime::Source::scorm ? CreditSource::scorm : CreditSource::timestat;
        for (const auto& [activity, record] : of_activity)
            grant(credit, mode_of(policy), record.time_s, record.course, activity, record.seconds);
    }

  private:
    // Whether any of [from, to) was excluded.
    [[nodiscard]] bool is_excluded(std::int64_t from_s, std::int64_t to_s) const {
        return std::ranges::any_of(
            excluded_, [&](const ExcludedTime& out) { return out.from_s < to_s && from_s < out.to_s; });
    }

    void completed(const Completion& completion) {
        const auto& rules = scale_.credits.completion;
        const auto rule = std::ranges::find_if(
            rules, [&](const Scale::CompletionCredit& one) { return matches(one, completion); });
        if (rule == rules.end() || std::ranges::find(rule->states, completion.state) == rule->states.end())
            return;
        const std::optional<std::int64_t> seconds = rule->seconds ? rule->seconds : completion.item_s;
        if (!seconds) return;
        const auto trace = traces_.find(completion.activity);
        // What was not completed has no instant but that of its last event; without events it gives nothing.
        const bool open = completion.state == 0;
        if (open && trace == traces_.end()) return;
        const std::int64_t time_s = open ? trace->second.last_s : completion.time_s;
        grant(CreditSource::completion, rule->mode, time_s, completion.course, completion.activity, *seconds);
    }

    void grant(CreditSource source, Scale::CreditMode mode, std::int64_t time_s, std::int64_t course,
               std::int64_t activity, std::int64_t seconds) {
        if (const auto trace = traces_.find(activity); course == 0 && trace != traces_.end())
            course = trace->second.course;
        std::int64_t& held_s = target_s_[activity];
        const std::int64_t target_s = target_of(mode, held_s, seconds);
        if (target_s == held_s) return;
        attendance_.credits.push_back({source, mode, time_s, course, activity, target_s - held_s});
        held_s = target_s;
    }

    // The key of the scale that a declaration offends; empty if none.
    [[nodiscard]] std::string_view refusal_of(const Declaration& declaration) const {
        const Scale::Credits& rules = scale_.credits;
        const std::int64_t end_s = declaration.begin_s + declaration.seconds;
        if (rules.declared_validated && !declaration.validated) return "credits.declared.require_validation";
        if (rules.declared_session_max_s && declaration.seconds > *rules.declared_session_max_s)
            return "credits.declared.max_session";
        if (end_s > as_of_s_ || declaration.declared_s.value_or(end_s) > as_of_s_) return "as_of";
        if (is_excluded(declaration.begin_s, end_s)) return "exclusion";
        if (rules.declared_age_max_days &&
            declaration.declared_s.value_or(end_s) - end_s > *rules.declared_age_max_days * kDaySeconds)
            return "credits.declared.max_age_days";
        if (rules.declared_no_overlap && declaration.activity == 0 &&
            std::ranges::any_of(attendance_.events, [&](const CreditedEvent& event) {
                return event.begin_s < end_s && declaration.begin_s < event.end_s;
            }))
            return "credits.declared.no_overlap";
        return {};
    }

    Attendance& attendance_;
    const Scale& scale_;
    std::span<const ExcludedTime> excluded_;
    std::int64_t as_of_s_;
    std::map<std::int64_t, Trace> traces_;
    std::map<std::int64_t, std::int64_t> target_s_;
};

}  // namespace

void grant_credits(Attendance& attendance, const CompiledScale& scale, const Evidence& evidence,
                   std::int64_t as_of_s) {
    const Scale::Credits& rules = scale.scale().credits;
    if (!rules.any()) return;
    Grants grants(attendance, scale.scale(), evidence, as_of_s);
    grants.completions(evidence.completions);
    grants.declarations(evidence.declarations);
    grants.foreign(evidence.foreign, ForeignTime::Source::scorm, rules.scorm);
    grants.foreign(evidence.foreign, ForeignTime::Source::timestat, rules.timestat);
    std::ranges::stable_sort(attendance.credits, {}, &Credit::time_s);
}

}  // namespace assidu::node::attendance
