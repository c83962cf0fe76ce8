#include "node/demo/month.h"

#include <algorithm>
#include <array>

#include "config/refusal.h"
#include "node/demo/courses.h"

namespace assidu::node::demo {
namespace {

using enum Happening;

constexpr std::uint64_t kMonthPurpose = 0x6D6F6E, kWritingPurpose = 0x777269, kPlanPurpose = 0x706C61;
constexpr std::int32_t kHour = 3'600, kMinute = 60;
// Of a planned sitting: short enough for every scale to call it one session.
constexpr std::int64_t kPlannedGapMax = 10 * kMinute;
constexpr std::int64_t kManySteps = 1'000'000;
// A collector that comes back reads again what it may have read before.
constexpr std::int64_t kReadAgainSeconds = 30 * kMinute;
constexpr std::int32_t kOutageHour = 20;
constexpr std::int64_t kOutageSeconds = 100 * kMinute;

constexpr std::array<Knot, 8> kWeights{
    {{0, 15}, {50, 37}, {250, 67}, {500, 100}, {750, 150}, {950, 268}, {990, 404}, {1000, 700}}};
constexpr std::array<Knot, 9> kSteps{
    {{0, 1}, {100, 3}, {250, 6}, {500, 12}, {750, 22}, {900, 38}, {975, 70}, {999, 170}, {1000, 400}}};

// How likely a sitting begins in each hour of the local day.
constexpr std::array<std::array<int, 24>, 3> kRhythms{{
    {0, 0, 0, 0, 0, 1, 2, 4, 8, 12, 13, 11, 6, 7, 12, 12, 10, 7, 4, 3, 2, 1, 0, 0},  // by day
    {0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 3, 8, 6, 2, 2, 3, 6, 10, 16, 18, 14, 7, 2},    // after work
    {6, 3, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 4, 5, 8, 16, 22, 20},     // at night
}};
constexpr std::array<std::int64_t, 7> kWeekdayPercent{75, 108, 106, 104, 100, 92, 60};  // from Sunday

std::size_t weekday_of(config::CivilDay day) {
    constexpr int kThursday = 4;  // 1970-01-01
    return static_cast<std::size_t>(((day.number + kThursday) % 7 + 7) % 7);
}

config::CivilCalendar paris() {
    auto calendar = config::CivilCalendar::of("Europe/Paris");
    if (!calendar) throw config::ResourceFailure(calendar.error().what);
    return *std::move(calendar);
}

std::size_t draw_hour(const std::array<int, 24>& hours, Dice& dice) {
    std::int64_t sum = 0;
    for (const int weight : hours)
        sum += weight;
    std::int64_t point = dice.below(sum);
    std::size_t hour = 0;
    while (point >= hours[hour])
        point -= hours[hour++];
    return hour;
}

LogRecord row_of(std::int64_t user, Happening happening, std::int64_t time_s) {
    LogRecord record;
    record.user = user;
    record.happening = happening;
    record.time_s = time_s;
    return record;
}

}  // namespace

Month::Month(const DemoUniversity& university, const std::vector<Person>& people)
    : university_(university),
      calendar_(paris()),
      dice_(university.seed, kMonthPurpose),
      rows_(Dice(university.seed, kWritingPurpose)) {
    begin_s_ = at(0, 0);
    end_s_ = calendar_.begin_of(next(university.first_day, university.days));
    for (int day = 1; day < university.days; ++day)
        midnights_s_.push_back(at(day, 0));
    // An hour is short enough: no zone changes its clocks twice within one.
    for (std::int64_t hour_s = begin_s_ + kHour; hour_s < end_s_; hour_s += kHour) {
        if (calendar_.offset_s(hour_s) == calendar_.offset_s(hour_s - kHour)) continue;
        std::int64_t before_s = hour_s - kHour, change_s = hour_s;
        while (change_s - before_s > 1) {
            const std::int64_t middle_s = (before_s + change_s) / 2;
            (calendar_.offset_s(middle_s) == calendar_.offset_s(before_s) ? before_s : change_s) = middle_s;
        }
        clock_changes_s_.push_back(change_s);
    }
    deleted_at_s_ = at(university.days / 2, 14 * kHour + 5 * kMinute);
    outage_begin_s_ =
        at(static_cast<int>(university.days / 3 + dice_.below(university.days / 3 + 1)), kOutageHour * kHour);
    outage_end_s_ = outage_begin_s_ + kOutageSeconds;
    enrol(people);
    apportion();
    plan();
}

void Month::enrol(const std::vector<Person>& people) {
    const int days = university_.days;
    for (const Person& person : people) {
        if (person.role == Person::Role::teacher) teachers_.push_back(person.id);
        if (person.role != Person::Role::student && person.role != Person::Role::other) continue;
        if (person.silent) continue;
        Learner& learner = learners_.emplace_back();
        learner.user = person.id;
        learner.weight = dice_.draw(kWeights);
        learner.rhythm = dice_.per_mille(400) ? 0 : dice_.per_mille(667) ? 1 : 2;
        learner.address = static_cast<std::uint32_t>(dice_.bits());
        learner.place = dice_.below(kActivitiesPerCourse / 2);
        for (std::int64_t& course : learner.courses)
            course = kFirstCourse + dice_.below(kCourses);
        // Three in ten enrol after the month began; one in six drops out before it ends.
        learner.first_day = dice_.per_mille(300) ? static_cast<int>(dice_.below(days / 3 + 1)) : 0;
        learner.last_day =
            dice_.per_mille(170) ? learner.first_day + 1 + static_cast<int>(dice_.below(days)) : days;
        if (person.role == Person::Role::other) continue;
        if (person.deleted) {
            learner.first_day = 0;
            learner.last_day = days / 2;
            deleted_ = learners_.size() - 1;
        } else if (planned_.size() < 6) {
            learner.first_day = 0;
            learner.last_day = days;
            planned_.push_back(learners_.size() - 1);
        }
    }
}

void Month::apportion() {
    // A day's share of the month is what its people weigh. Within a day the sittings are drawn by weight
    // until the share is reached: each person's number of sittings is then Poisson's, given the total.
    std::int64_t sum = 0;
    for (int day = 0; day < university_.days; ++day) {
        gather(day);
        sum += coming_.back().weights * kWeekdayPercent[weekday_of(next(university_.first_day, day))] / 100;
        made_by_end_of_.push_back(sum);
    }
    for (std::int64_t& share : made_by_end_of_)
        share = university_.events_target * share / sum;
}

void Month::gather(int day) {
    coming_.clear();
    std::int64_t weights = 0;
    for (std::size_t which = 0; which < learners_.size(); ++which) {
        const Learner& learner = learners_[which];
        if (day < learner.first_day || day >= learner.last_day) continue;
        weights += learner.weight;
        coming_.push_back({which, weights});
    }
}

Learner& Month::someone() {
    // Dice give numbers below 2^31; the weights of all the people there may be are less.
    const std::int64_t point = dice_.below(coming_.back().weights);
    return learners_[std::ranges::upper_bound(coming_, point, {}, &Coming::weights)->learner];
}

std::int64_t Month::at(int day, std::int32_t second_of_day) const {
    return calendar_.instant_of(next(university_.first_day, day), second_of_day).utc_s;
}

void Month::plan() {
    plan_sittings();
    plan_single_rows();
}

void Month::plan_sittings() {
    const int days = university_.days;
    Dice dice(university_.seed, kPlanPurpose);
    const auto through = [&](std::int64_t from_s, std::int64_t to_s, Learner& learner) {
        Sitting sitting;
        sitting.begin_s = std::max(from_s, begin_s_);
        sitting.end_s = std::min(to_s, end_s_);
        sitting.steps = kManySteps;
        sitting.gap_max_s = kPlannedGapMax;
        sitting.address = learner.address;
        sit(sitting, learner, dice, rows_);
    };
    for (std::size_t night = 0; night < 3; ++night) {
        const std::int64_t midnight_s = midnights_s_[(midnights_s_.size() - 1) * night / 2];
        through(midnight_s - 35 * kMinute, midnight_s + 40 * kMinute, planned(night));
    }
    for (const std::int64_t change_s : clock_changes_s_)
        for (std::size_t which = 0; which < planned_.size(); ++which)
            through(change_s - 40 * kMinute, change_s + 50 * kMinute, planned(which));
    through(outage_begin_s_ - 20 * kMinute, outage_end_s_ + 20 * kMinute, planned(1));

    const auto short_sitting = [&](int day, Learner& learner, Origin origin, std::int64_t operator_id) {
        Sitting sitting;
        sitting.begin_s = at(day, 12 * kHour + 30 * kMinute);
        sitting.end_s = end_s_;
        sitting.steps = 12;
        sitting.gap_max_s = kPlannedGapMax;
        sitting.origin = origin;
        sitting.operator_id = operator_id;
        sitting.address = learner.address;
        sit(sitting, learner, dice, rows_);
    };
    short_sitting(days / 5, planned(1), Origin::web, kAdminId);
    short_sitting(0, planned(0), Origin::ws, 0);
    short_sitting(0, learners_[deleted_], Origin::web, 0);
}

void Month::plan_single_rows() {
    const int days = university_.days;
    Learner& learner = planned(0);
    const std::int64_t course_id = learner.courses[0];
    const auto add_in = [&](Happening happening, Module module, std::int64_t object, std::int64_t time_s) {
        LogRecord record = row_of(learner.user, happening, time_s);
        record.course = course_id;
        record.activity = activity_id(course_id, place_of(module));
        record.object = object;
        record.related = happening == answered ? learner.user : 0;
        record.anonymous = happening == answered;
        record.address = learner.address;
        rows_.add(record);
    };
    // Before the switch to JSON, whose line breaks are escaped; the text of object 4 has one.
    const std::int64_t early_s = begin_s_ + (end_s_ - begin_s_) / 8;
    add_in(post, Module::forum, 4, early_s);
    add_in(post_uploaded, Module::forum, 4, early_s);
    add_in(answered, Module::feedback, 1, early_s + 40);
    LogRecord grade = row_of(learner.user, graded, early_s + 60);
    grade.course = course_id;
    grade.related = learner.user;
    grade.object = 1;
    rows_.add(grade);
    LogRecord deletion = row_of(kAdminId, user_deleted, deleted_at_s_);
    deletion.object = deletion.related = learners_[deleted_].user;
    rows_.add(deletion);
    // A course is restored from a backup: its modules come into being within seconds.
    const std::int64_t restored_course = kFirstCourse + kCourses - 1;
    const std::int64_t restored_s = at(days * 2 / 3, 10 * kHour);
    for (std::int64_t place = 0; place <= 24; ++place) {
        LogRecord record =
            row_of(teachers_[0], place < 24 ? module_created : course_restored, restored_s + place / 5);
        record.course = restored_course;
        record.activity = place < 24 ? activity_id(restored_course, place) : 0;
        record.object = place < 24 ? record.activity : restored_course;
        record.origin = Origin::restore;
        rows_.add(record);
    }
}

void Month::next_day(std::vector<LogRecord>& rows) {
    const int day = day_++;
    gather(day);
    const std::int64_t share = made_by_end_of_[static_cast<std::size_t>(day)] -
                               (day > 0 ? made_by_end_of_[static_cast<std::size_t>(day - 1)] : 0);
    add_failed_logins(day, 2 + share / 90);
    add_guests(day, 1 + share / 100);
    add_nightly_job(day, 3 + share / 80);
    add_grading(day, 1 + share / 400);
    add_sittings(day, made_by_end_of_[static_cast<std::size_t>(day)]);
    hand_out(day, rows);
}

void Month::add_failed_logins(int day, std::int64_t count) {
    for (std::int64_t attempt = 0; attempt < count; ++attempt) {
        // Half of them mistype their own name; of the others Moodle knows whose account it was.
        const std::int64_t user = attempt % 2 == 0 ? 0 : someone().user;
        LogRecord record = row_of(user, login_failed,
                                  at(day, static_cast<std::int32_t>(5 * kHour + dice_.below(18 * kHour))));
        record.address = static_cast<std::uint32_t>(dice_.bits());
        rows_.add(record);
    }
}

void Month::add_guests(int day, std::int64_t count) {
    for (std::int64_t visit = 0; visit < count; ++visit) {
        LogRecord record =
            row_of(kGuestId, course, at(day, static_cast<std::int32_t>(8 * kHour + dice_.below(14 * kHour))));
        record.course = kSiteCourse;
        record.address = static_cast<std::uint32_t>(dice_.bits());
        rows_.add(record);
    }
}

// At two in the morning by the clock, an hour that comes twice when the clocks go back.
void Month::add_nightly_job(int day, std::int64_t count) {
    const std::int64_t begin_s = at(day, 2 * kHour);
    const std::int64_t lasts_s = std::min<std::int64_t>(count * 20, 3 * kHour);
    for (std::int64_t made = 0; made < count; ++made) {
        const bool completes = made > 0 && dice_.per_mille(200);
        const Learner& learner = someone();
        const std::int64_t user = completes ? learner.user : dice_.per_mille(500) ? kAdminId : 0;
        LogRecord record = row_of(user, completes ? completion : enrolment, begin_s + made * lasts_s / count);
        record.course = learner.courses[0];
        if (completes) record.activity = activity_id(record.course, learner.place);
        record.related = learner.user;
        record.object = 1 + dice_.below(4'000'000);
        record.origin = Origin::cli;
        // The first row is of a transaction that ends when the job has long gone on: there is a row out of
        // order every night.
        constexpr std::int64_t kTransactionSeconds = 90;
        rows_.add(record, made == 0 ? kTransactionSeconds : 0);
    }
}

void Month::add_grading(int day, std::int64_t rounds) {
    for (std::int64_t round = 0; round < rounds; ++round) {
        const std::int64_t teacher =
            teachers_[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(teachers_.size())))];
        const std::int64_t course_id = kFirstCourse + dice_.below(kCourses);
        std::int64_t time_s = at(day, static_cast<std::int32_t>(8 * kHour + dice_.below(10 * kHour)));
        LogRecord record = row_of(teacher, grading_table, time_s);
        record.course = course_id;
        record.activity = activity_id(course_id, place_of(Module::assign));
        record.address = static_cast<std::uint32_t>(teacher);
        rows_.add(record);
        const std::int64_t copies = 1 + dice_.below(4);
        for (std::int64_t copy = 0; copy < copies; ++copy) {
            record.time_s = time_s += 60 + dice_.below(400);
            record.related = someone().user;
            record.object = 1 + dice_.below(4'000'000);
            record.happening = submission_graded;
            rows_.add(record);
            LogRecord grade = record;
            grade.happening = graded;
            grade.activity = 0;
            rows_.add(grade);
        }
    }
}

void Month::add_sittings(int day, std::int64_t until_made) {
    const config::CivilDay civil_day = next(university_.first_day, day);
    while (rows_.made() < until_made) {
        Learner& learner = someone();
        const std::size_t hour = draw_hour(kRhythms[static_cast<std::size_t>(learner.rhythm)], dice_);
        const auto second =
            static_cast<std::int32_t>(static_cast<std::int64_t>(hour) * kHour + dice_.below(kHour));
        Sitting sitting;
        sitting.begin_s = calendar_.instant_of(civil_day, second).utc_s;
        sitting.end_s = end_s_;
        sitting.steps = dice_.draw(kSteps);
        sitting.origin = dice_.per_mille(160) ? Origin::ws : Origin::web;
        if (dice_.per_mille(1)) {
            sitting.operator_id = kAdminId;
            sitting.origin = Origin::web;
        }
        // One sitting in eight is away from home.
        sitting.address = dice_.per_mille(120) ? static_cast<std::uint32_t>(dice_.bits()) : learner.address;
        sit(sitting, learner, dice_, rows_);
        if (rows_.made() > until_made && day + 1 == university_.days)
            rows_.take_back(rows_.made() - until_made);
    }
}

void Month::hand_out(int day, std::vector<LogRecord>& rows) {
    std::vector<LogRecord>& waiting = rows_.waiting();
    const bool last = day + 1 == university_.days;
    const std::int64_t until_s = last ? 0 : at(day + 1, 0);
    const auto later = std::partition(waiting.begin(), waiting.end(), [&](const LogRecord& record) {
        return last || record.written_s < until_s;
    });
    rows.assign(waiting.begin(), later);
    waiting.erase(waiting.begin(), later);
    std::ranges::sort(rows, [](const LogRecord& one, const LogRecord& other) {
        return one.written_s != other.written_s ? one.written_s < other.written_s : one.made < other.made;
    });
    for (LogRecord& row : rows) {
        // Besides the outage, a slow commit now and then that a cursor over ids has passed by.
        const bool out = row.written_s >= outage_begin_s_ && row.written_s < outage_end_s_;
        row.late = out || dice_.per_mille(1);
        const bool read_again = row.written_s >= outage_begin_s_ - kReadAgainSeconds &&
                                row.written_s < outage_end_s_ + kReadAgainSeconds;
        row.twice = !row.late && (read_again || dice_.per_mille(2));
    }
}

}  // namespace assidu::node::demo
