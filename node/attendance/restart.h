// How little of a student must be computed anew when something of them is new: from a civil midnight before
// which nothing can change, and before which the rules remember nothing. What is computed from there on is,
// row for row, what a computation of everything gives.
//
// Such a midnight is that of the day of an event which surely opens a session: kept whatever came before it,
// further behind the last event that may be kept than any idle limit. No session and no interval then runs
// over it, and its own session is as new events can only make it longer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "config/civil_calendar.h"
#include "node/attendance/engine.h"

namespace assidu::node::attendance {

// How far back the rules of a scale remember, once a session is over and its intervals have ended.
enum class Memory : std::uint8_t {
    day,   // not over midnight: gaps, sessions, their least and longest duration, filters, presence,
           // calendars, caps of a day
    week,  // caps of a week: not over the midnight at which a week begins
    ever,  // caps for ever, credits (which ask what was measured of an activity), streams that overlap,
           // sessions that go on over idle time, engines that are not about gaps, quirks
};
// Whoever gives a scale another rule says here what it remembers; tests/node/attendance/restart_test.cpp
// tries every kind.
[[nodiscard]] Memory memory_of(const config::Scale& scale);

struct Restart {
    config::CivilDay day;
    std::int64_t begin_s = 0;  // the first instant of that day
    bool operator==(const Restart&) const = default;
};

// Looks for the latest midnight from which to compute anew. Events are shown stretch by stretch, the latest
// stretch first, until there is an answer or no more event: then everything must be computed.
class RestartSearch {
  public:
    // All that is new concerns instants from `from_s` on. Both references must outlive the search; the scale
    // does not remember for ever.
    RestartSearch(const CompiledScale& scale, const config::CivilCalendar& calendar, std::int64_t from_s);

    // The events of one stretch in order: all there are between its first and the stretch shown before. An
    // answer lies behind its first event.
    [[nodiscard]] std::optional<Restart> look_into(std::span<const Event> events);

  private:
    [[nodiscard]] std::optional<Restart> between(std::int64_t last_s, std::int64_t first_s) const;

    const CompiledScale& scale_;
    const config::CivilCalendar& calendar_;
    std::int64_t from_s_;
    Memory memory_;
    std::int64_t over_every_limit_s_ = 0;  // a gap of so much is over the idle limit of any event
    std::int64_t longest_credit_s_ = 0;    // the most that the event before such a gap is worth
    // The earliest of the events shown that may be kept, if it is surely kept and nothing new comes before
    // it.
    std::optional<std::int64_t> opens_s_;
};

}  // namespace assidu::node::attendance
