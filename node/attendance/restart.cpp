#include "node/attendance/restart.h"

#include <algorithm>

#include "node/attendance/limits.h"

namespace assidu::node::attendance {

using config::Scale;

Memory memory_of(const Scale& scale) {
    const bool forgets = scale.engine == Scale::Engine::gap && scale.stream != Scale::Stream::user_course &&
                         scale.session.split_on_idle && scale.legacy_quirks.empty() && !scale.credits.any() &&
                         scale.caps.activity_total_s.empty() && scale.caps.course_total_s.empty();
    if (!forgets) return Memory::ever;
    return scale.caps.week_s ? Memory::week : Memory::day;
}

RestartSearch::RestartSearch(const CompiledScale& scale, const config::CivilCalendar& calendar,
                             std::int64_t from_s)
    : scale_(scale), calendar_(calendar), from_s_(from_s), memory_(memory_of(scale.scale())) {
    for (const CompiledScale::Rule& rule : scale.rules()) {
        over_every_limit_s_ = std::max(over_every_limit_s_, rule.over_from_s);
        longest_credit_s_ = std::max({longest_credit_s_, rule.idle_credit_s, rule.last_credit_s});
    }
}

std::optional<Restart> RestartSearch::look_into(std::span<const Event> events) {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        const CompiledScale::Verdict& verdict = scale_.verdict(event->shape);
        if (verdict.dropped || scale_.course_verdict(event->course, verdict)) continue;
        if (opens_s_) {
            if (const auto found = between(event->time_s, *opens_s_)) return found;
        }
        opens_s_.reset();
        // Whether an event of presence is kept depends on those before it.
        if (!verdict.presence && event->time_s < from_s_) opens_s_ = event->time_s;
    }
    return std::nullopt;
}

// The midnight between an event that may be kept and the next such one.
std::optional<Restart> RestartSearch::between(std::int64_t last_s, std::int64_t first_s) const {
    if (first_s - last_s < over_every_limit_s_) return std::nullopt;
    Restart restart;
    restart.day = calendar_.day_of(first_s);
    if (memory_ == Memory::week) restart.day = week_begin(restart.day, scale_.scale().week_start);
    restart.begin_s = calendar_.begin_of(restart.day);
    if (last_s >= restart.begin_s || last_s + longest_credit_s_ > restart.begin_s) return std::nullopt;
    return restart;
}

}  // namespace assidu::node::attendance
