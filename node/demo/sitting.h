// One person's stay on the platform, event by event.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "node/demo/dice.h"
#include "node/demo/log_record.h"

namespace assidu::node::demo {

// A student of any university, as far as it matters for what they do.
struct Learner {
    std::int64_t user = 0;
    std::int64_t weight = 0;          // how often they come: 100 is the median
    int rhythm = 0;                   // of the day: kRhythms of month.cpp
    int first_day = 0, last_day = 0;  // of the month; they come on days of [first_day, last_day)
    std::array<std::int64_t, 4> courses{};
    std::int64_t place = 0;  // of the activity they have got to, in whatever course
    std::uint32_t address = 0;
};

struct Sitting {
    std::int64_t begin_s = 0;  // seconds UTC
    std::int64_t end_s = 0;    // nothing happens then or later
    std::int64_t steps = 0;    // pages and pauses; each gives one event or a few
    std::int64_t gap_max_s = 20'000;
    Origin origin = Origin::web;
    std::int64_t operator_id = 0;  // who is really there, under the learner's name; 0: the learner
    std::uint32_t address = 0;
};

// The rows as they are made, waiting for the day on which they are written.
class Rows {
  public:
    explicit Rows(Dice dice) : dice_(dice) {}

    // Written at once, or now and then after a wait in the buffer of a slow request.
    void add(const LogRecord& record);
    // Written so many seconds after it happened.
    void add(LogRecord record, std::int64_t delay_s);
    [[nodiscard]] std::vector<LogRecord>& waiting() { return waiting_; }
    [[nodiscard]] std::int64_t made() const { return made_; }
    // Forgets the `count` rows made last, which must all be waiting.
    void take_back(std::int64_t count);

  private:
    Dice dice_;
    std::vector<LogRecord> waiting_;
    std::int64_t made_ = 0;
};

// Adds what happens in the sitting to `rows`; the learner gets on with the course.
void sit(const Sitting& sitting, Learner& learner, Dice& dice, Rows& rows);

}  // namespace assidu::node::demo
