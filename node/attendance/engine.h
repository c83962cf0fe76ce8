// The attendance engine: one student's ordered events and a scale become intervals and sessions. A pure
// function; the rules are numbered as in docs/scales.md.
//
// R1  One stream a student, over all courses, in the order of (time, id).
// R2  The scale's filter drops events; each drop has a reason and is counted.
// R3  An event is worth the gap to the next kept event if that is at most the idle limit, else the idle
// credit, and
//     never more than the gap. The last event of all is worth the last credit, and never more than `as_of`
//     allows. A logout is worth nothing. What an event is worth is a real interval of time that begins with
//     it.
// R4  A session begins at the first event, at a login, after a logout, after a gap over the idle limit, and
// (if the
//     scale says so) at a change of course. It ends where its last interval ends. Shorter ones than the
//     scale's minimum give no time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/scale.h"
#include "node/event.h"

namespace assidu::node::attendance {

// Which engine made a number; a change of any result is a new version.
inline constexpr std::string_view kEngine = "assidu-gap 1";

enum class DropReason : std::uint8_t { origin, login_as, action, event, anonymous, module, site_page };
inline constexpr DropReason kDropReasons[] = {DropReason::origin,   DropReason::login_as,  DropReason::action,
                                              DropReason::event,    DropReason::anonymous, DropReason::module,
                                              DropReason::site_page};
// The code that the ledger and reports use: "origin", "login_as", "action", "event", "anonymous", "module",
// "site_page".
[[nodiscard]] std::string_view code_of(DropReason reason);

// What a scale says of each shape of event: its filter, worked out once instead of once an event.
class CompiledScale {
  public:
    struct Verdict {
        std::optional<DropReason> dropped;
        bool login = false, logout = false;
        bool hides_activity = false;  // anonymous: the time counts, the place is not shown
    };

    // Both are copied from; shapes are those of an archive's dictionary, by key.
    CompiledScale(const config::Scale& scale, std::span<const EventShape> shapes);

    [[nodiscard]] const Verdict& verdict(ShapeKey shape) const {
        return verdicts_.at(static_cast<std::size_t>(shape));
    }
    [[nodiscard]] const config::Scale::Gap& gap() const { return gap_; }
    [[nodiscard]] const config::Scale::Session& session() const { return session_; }
    [[nodiscard]] bool include_site() const { return include_site_; }

  private:
    config::Scale::Gap gap_;
    config::Scale::Session session_;
    bool include_site_;
    std::vector<Verdict> verdicts_;
};

// A kept event and the interval [begin, end) it is worth, empty if it is worth nothing.
struct CreditedEvent {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t course = 0, activity = 0;  // activity 0: none, or hidden
    bool logout = false;
};

struct Session {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t events = 0;
    std::vector<std::int64_t> courses;  // ascending
};

struct DroppedEvent {
    std::int64_t time_s = 0;
    DropReason reason = DropReason::origin;
};

struct Attendance {
    std::vector<CreditedEvent> events;  // in order; their intervals never overlap
    std::vector<Session> sessions;  // in order; they never overlap, and each lasts exactly its intervals' sum
    std::vector<DroppedEvent> dropped;
};

// `events` are one student's, in order and each once (order_events()). `as_of_s` is the instant the result
// holds for.
[[nodiscard]] Attendance attend(std::span<const Event> events, const CompiledScale& scale,
                                std::int64_t as_of_s);

// Brings events into the order of computation and removes repeated ones, whatever order they came in.
void order_events(std::vector<Event>& events);

}  // namespace assidu::node::attendance
