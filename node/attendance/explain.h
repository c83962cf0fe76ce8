// Why a student's time is what it is: every event with the rules that made its worth, down to a day's total.
// A pure function over the same engine that fills the ledger; it decides nothing, and refuses to differ.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/ledger.h"
#include "node/attendance/engine.h"
#include "node/attendance/evidence.h"

namespace assidu::node::attendance {

// The names that machines read: "idle_credit", "after_logout", "activity_day".
[[nodiscard]] std::string_view code_of(WorthRule rule);
[[nodiscard]] std::string_view code_of(Opening opening);
[[nodiscard]] std::string_view code_of(Loss loss);
[[nodiscard]] std::string_view code_of(CreditSource source);
[[nodiscard]] std::string_view code_of(config::Scale::CreditMode mode);

// A part of what an event is worth: of one civil day, and counted or lost as a whole.
struct ExplainedPart {
    config::CivilDay day;
    std::int64_t begin_s = 0, end_s = 0;
    std::optional<Loss> lost;  // by an exclusion, the calendar or a cap; nothing: it counts
    bool outside = false;      // of the calendar's windows, under a scale that marks it and lets it count
};

struct ExplainedEvent {
    TracedEvent traced;
    std::int64_t activity = 0;  // as it is shown: 0 where the scale hides it
    // Whose its time is, where that is the next event's (TracedEvent::to_later).
    std::optional<Place> place = std::nullopt;
    bool in_short_session = false;     // which gives no time
    std::vector<ExplainedPart> parts;  // together [event.time_s, traced.end_s)

    // Seconds of it that count on the day.
    [[nodiscard]] std::int64_t measured_s(config::CivilDay day) const;
    [[nodiscard]] bool reaches(config::CivilDay day) const;
};

// A session with its number among all of the student's, from 1.
struct ExplainedSession {
    std::size_t number = 0;
    TracedSession traced;
};

struct DayExplanation {
    config::CivilDay day;
    std::int64_t begin_s = 0, end_s = 0;  // of the day
    std::int64_t as_of_s = 0;
    // Kept events of days before whose time reaches into the day; else the last kept one before it, if any.
    std::vector<ExplainedEvent> before;
    std::vector<ExplainedEvent> events;       // of the day, kept or dropped, in order
    std::optional<ExplainedEvent> after;      // the first kept event of the days after
    std::vector<ExplainedSession> sessions;   // of the events above, but `after`
    std::vector<federation::LedgerRow> rows;  // the day's, by course: what the ledger should have
    std::int64_t measured_s = 0;              // their sum, and the sum of the parts that count
    std::vector<Credit> credits;              // of instants of the day
    std::int64_t credited_s = 0;              // their sum, and that of the rows
    std::vector<RefusedDeclaration> refused;  // that begin on the day
};

// Everything of one student, explained once and asked by day.
class Explanation {
  public:
    // The scale is one that fits an explanation (rules.h). `calendar` is that of its zone, and must outlive
    // the object; `evidence` is looked at only here.
    Explanation(const Evidence& evidence, const CompiledScale& scale, const config::CivilCalendar& calendar,
                const federation::StudentId& student, std::int64_t as_of_s);

    // Every event, in order.
    [[nodiscard]] const std::vector<ExplainedEvent>& events() const { return events_; }
    // The rows of all days, as the ledger has them.
    [[nodiscard]] const std::vector<federation::LedgerRow>& rows() const { return rows_; }
    // Of all days.
    [[nodiscard]] const std::vector<Credit>& credits() const { return credits_; }
    [[nodiscard]] const config::CivilCalendar& calendar() const { return calendar_; }

    // Throws std::logic_error if the parts that count are not the day's rows: the reasons would not be those
    // of the number.
    [[nodiscard]] DayExplanation day(config::CivilDay day) const;

  private:
    void split(const Attendance& attendance, const CompiledScale& scale);

    const config::CivilCalendar& calendar_;
    std::int64_t as_of_s_;
    Trace trace_;
    std::vector<ExplainedEvent> events_;
    std::vector<federation::LedgerRow> rows_;
    std::vector<Credit> credits_;
    std::vector<RefusedDeclaration> refused_;
};

// How a day's time differs between two scales: the seconds and events of one pair of reasons. The differences
// of a day add up to the difference of its totals.
struct Difference {
    std::string a, b;                      // codes of what each scale did with the events (reason_of())
    std::int64_t events = 0, seconds = 0;  // b less a
    bool operator==(const Difference&) const = default;
};
struct ComparedDay {
    config::CivilDay day;
    std::int64_t a_s = 0, b_s = 0;        // measured and credited
    std::vector<Difference> differences;  // the largest first, those of no seconds left out
};

// In one word what a scale did with an event on a day: "dropped:origin", "gap", "idle_credit", "logout"; with
// what limits took of it: "gap+calendar", "gap+session_too_short".
[[nodiscard]] std::string reason_of(const ExplainedEvent& event, config::CivilDay day);

// Days of the period with any time under either scale. Credits of one source are one reason ("credit:scorm",
// against "no_credit" where the other scale has none on that day). Both explain the same events; days are
// those of each scale's own zone.
[[nodiscard]] std::vector<ComparedDay> compare(const Explanation& a, const Explanation& b,
                                               const federation::Period& period);

}  // namespace assidu::node::attendance
