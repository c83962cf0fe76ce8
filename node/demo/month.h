// What happens on the demonstration's Moodle, day by day.
#pragma once

#include <cstdint>
#include <vector>

#include "config/civil_calendar.h"
#include "node/demo/dice.h"
#include "node/demo/log_generator.h"
#include "node/demo/log_record.h"
#include "node/demo/people.h"
#include "node/demo/sitting.h"

namespace assidu::node::demo {

class Month {
  public:
    // `people` must outlive the object. Throws ResourceFailure if there is no tz database.
    Month(const DemoUniversity& university, const std::vector<Person>& people);

    // The rows written on the next day, in the order in which they are written; call it once for each day.
    // What was in `rows` is lost.
    void next_day(std::vector<LogRecord>& rows);

    // In seconds UTC: the first instant of the month and the first after it; when the student was deleted;
    // when Moodle was switched to JSON.
    [[nodiscard]] std::int64_t begin_s() const { return begin_s_; }
    [[nodiscard]] std::int64_t end_s() const { return end_s_; }
    [[nodiscard]] std::int64_t deleted_at_s() const { return deleted_at_s_; }
    [[nodiscard]] std::int64_t json_from_s() const { return begin_s_ + (end_s_ - begin_s_) / 4; }
    // The midnights inside the month, and the instants when clocks change.
    [[nodiscard]] const std::vector<std::int64_t>& midnights_s() const { return midnights_s_; }
    [[nodiscard]] const std::vector<std::int64_t>& clock_changes_s() const { return clock_changes_s_; }

  private:
    void enrol(const std::vector<Person>& people);
    void apportion();
    // Those who come on a day, each by the sum of the weights up to and including theirs.
    void gather(int day);
    [[nodiscard]] Learner& someone();
    [[nodiscard]] std::int64_t at(int day, std::int32_t second_of_day) const;

    // What the month must hold whatever its size.
    void plan();
    void plan_sittings();
    void plan_single_rows();
    Learner& planned(std::size_t which) { return learners_[planned_[which % planned_.size()]]; }

    void add_failed_logins(int day, std::int64_t count);
    void add_guests(int day, std::int64_t count);
    void add_nightly_job(int day, std::int64_t count);
    void add_grading(int day, std::int64_t rounds);
    void add_sittings(int day, std::int64_t until_made);
    void hand_out(int day, std::vector<LogRecord>& rows);

    DemoUniversity university_;
    config::CivilCalendar calendar_;
    Dice dice_;
    Rows rows_;
    std::int64_t begin_s_ = 0, end_s_ = 0, deleted_at_s_ = 0, outage_begin_s_ = 0, outage_end_s_ = 0;
    std::vector<std::int64_t> midnights_s_, clock_changes_s_;
    std::vector<Learner> learners_;     // all but those who never come
    std::vector<std::size_t> planned_;  // of learners_: students who are there all month
    std::size_t deleted_ = 0;           // of learners_: the student who is deleted
    std::vector<std::int64_t> teachers_;
    std::vector<std::int64_t> made_by_end_of_;  // how many rows there are to be at the end of each day
    struct Coming {
        std::size_t learner = 0;
        std::int64_t weights = 0;
    };
    std::vector<Coming> coming_;
    int day_ = 0;
};

}  // namespace assidu::node::demo
