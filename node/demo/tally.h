// Counts, row by row, what the demonstration's log has of each special kind.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/demo/log_record.h"
#include "node/demo/people.h"

namespace assidu::node::demo {

class Tally {
  public:
    // `people` must outlive the object. The instants are in seconds UTC, each list in order.
    Tally(const std::vector<std::int64_t>& midnights_s, const std::vector<std::int64_t>& clock_changes_s,
          const std::vector<Person>& people);

    // Another row of a kind of demo_kinds().
    void count(std::string_view kind);
    // Another distinct event, with all the kinds that the event alone tells.
    void count_event(const LogRecord& record, bool breaks_line);
    [[nodiscard]] std::int64_t events() const { return events_; }

    // Everything counted, with what can be told only at the end. The object is of no more use afterwards.
    [[nodiscard]] std::map<std::string, std::int64_t> finish();

  private:
    // The first and the last event of one person between two bounds, in seconds since the first bound. Bounds
    // lie further apart than the longest gap of a session: one that crosses a bound has events on both sides
    // next to it.
    struct Span {
        std::int32_t first_s = std::numeric_limits<std::int32_t>::max();
        std::int32_t last_s = std::numeric_limits<std::int32_t>::min();
        [[nodiscard]] bool empty() const { return last_s < first_s; }
    };
    struct Bound {
        std::int64_t at_s = 0;
        bool midnight = false;
    };

    void note_time(const LogRecord& record);

    const std::vector<Person>& people_;
    std::vector<Bound> bounds_;
    std::vector<Span> spans_;  // of each person, before, between and after the bounds
    std::vector<bool> came_;   // by person
    std::map<std::string, std::int64_t, std::less<>> kinds_;
    std::int64_t events_ = 0;
};

}  // namespace assidu::node::demo
