// Roles, enrolments, categories, exclusions, signed days, the later event's time, the day's end, and credits
// beside them: by hand, and by chance against a slow reference that goes second by second.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "node/attendance/daily_totals.h"
#include "node/attendance/explain.h"
#include "node/attendance/memberships.h"
#include "node/attendance/rules.h"
#include "tests/node/attendance/fixtures.h"
#include "tests/node/attendance/random_logs.h"

namespace assidu::node::attendance {
namespace {

using archive::CoursePlace;
using archive::EnrolmentState;
using archive::RoleState;
using config::CivilDay;
using config::Scale;

constexpr std::int64_t kNine = 1'772'438'400;  // Monday 2026-03-02 09:00 in Paris

const config::CivilCalendar& paris() {
    static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    return calendar;
}

// What a student's evidence is made of; owns it.
struct Known {
    std::vector<Event> events;
    std::vector<Completion> completions;
    std::vector<Declaration> declarations;
    std::vector<ForeignTime> foreign;
    std::vector<EnrolmentState> enrolments;
    std::vector<RoleState> roles;
    std::vector<ExcludedTime> excluded;
    std::vector<CivilDay> days;
    std::vector<CoursePlace> places;

    [[nodiscard]] Evidence view() const {
        return {events, completions, declarations, foreign, enrolments, roles, excluded, days};
    }
    [[nodiscard]] Attendance attend(const Scale& scale) const {
        const std::vector<EventShape> all = shapes();
        return attendance::attend(view(), CompiledScale(scale, all, places), paris(), kAsOf);
    }
    [[nodiscard]] std::int64_t measured(const Scale& scale) const {
        std::int64_t seconds = 0;
        for (const federation::LedgerRow& row : daily_rows(attend(scale), paris(), {}))
            seconds += row.measured_s;
        return seconds;
    }
};

// Ten minutes in course 10 from nine, and ten more in course 20.
Known two_courses() {
    Known known;
    known.events = {
        {kNine, 1, 10, 0, kPage}, {kNine + 600, 2, 20, 0, kPage}, {kNine + 1200, 3, 0, 0, kLogout}};
    return known;
}

EnrolmentState enrolled(std::int64_t id, std::int64_t course, std::int64_t since_s, bool active = true) {
    EnrolmentState state;
    state.enrolment = id;
    state.course = course;
    state.since_s = state.said_s = since_s;
    state.active = active;
    return state;
}

TEST(Memberships, AnEventCountsOnlyWhereTheStudentWasEnrolledThen) {
    Scale scale = sonate();
    scale.filter.enrolment = Scale::Enrolment::active;
    Known known = two_courses();
    EXPECT_EQ(known.measured(scale), 0);
    EXPECT_EQ(known.attend(scale).dropped.at(0).reason, DropReason::enrolment);
    known.enrolments = {enrolled(1, 10, 0)};
    // The event of course 20 is gone, and the first one's gap runs on to the logout.
    EXPECT_EQ(known.measured(scale), 1200);
    known.enrolments.push_back(enrolled(1, 10, kNine, false));
    EXPECT_EQ(known.measured(scale), 0) << "suspended at that very second";
    known.enrolments.push_back(enrolled(2, 20, kNine + 600));
    EXPECT_EQ(known.measured(scale), 600) << "enrolled at that very second";
    known.enrolments.push_back(enrolled(3, 10, kNine - 60));
    EXPECT_EQ(known.measured(scale), 1200) << "another enrolment in the same course is enough";
}

TEST(Memberships, DatesCountOnlyWhereTheScaleSaysSo) {
    Scale scale = sonate();
    Known known = two_courses();
    known.enrolments = {enrolled(1, 10, 0), enrolled(2, 20, 0)};
    known.enrolments[0].begin_s = kNine + 1;
    known.enrolments[1].end_s = kNine + 601;
    scale.filter.enrolment = Scale::Enrolment::active;
    EXPECT_EQ(known.measured(scale), 1200);
    scale.filter.enrolment = Scale::Enrolment::within_dates;
    EXPECT_EQ(known.measured(scale), 600);
    known.enrolments[1].end_s = kNine + 600;
    EXPECT_EQ(known.measured(scale), 0) << "the end is not included";
}

TEST(Memberships, ARoleIsOneOfTheCourseOfACategoryAboveOrOfTheSite) {
    Scale scale = sonate();
    scale.filter.roles = {"student", "learner"};
    Known known = two_courses();
    known.places = {{10, {{3, 7}}, {}}, {20, {{4}}, {}}};
    const auto has = [&](const char* role, std::int32_t level, std::int64_t instance) {
        RoleState state;
        state.assignment = 1;
        state.role = role;
        state.context_level = level;
        state.instance = instance;
        state.active = true;
        known.roles = {state};
        return known.measured(scale);
    };
    EXPECT_EQ(known.measured(scale), 0);
    EXPECT_EQ(known.attend(scale).dropped.at(0).reason, DropReason::role);
    EXPECT_EQ(has("student", 50, 20), 600);
    EXPECT_EQ(has("learner", 40, 3), 1200) << "course 10 stands beneath category 3";
    EXPECT_EQ(has("student", 40, 4), 600);
    EXPECT_EQ(has("student", 10, 1), 1200);
    EXPECT_EQ(has("editingteacher", 10, 1), 0);
    EXPECT_EQ(has("student", 70, 10), 0) << "a role in an activity is none in its course";
}

TEST(Memberships, PagesOutsideOfCoursesAskForNoRoleAndNoEnrolment) {
    Scale scale = sonate();
    scale.filter.roles = {"student"};
    scale.filter.enrolment = Scale::Enrolment::within_dates;
    Known known;
    known.events = {{kNine, 1, 0, 0, kLogin}, {kNine + 60, 2, 1, 0, kPage}, {kNine + 120, 3, 0, 0, kLogout}};
    EXPECT_EQ(known.measured(scale), 120);
    known.events[1].course = kCourseUnknown;
    EXPECT_EQ(known.attend(scale).dropped.at(0).reason, DropReason::role);
}

TEST(Categories, ACourseIsKeptByItselfOrByACategoryAboveIt) {
    Scale scale = sonate();
    scale.filter.include_categories = {3};
    Known known = two_courses();
    EXPECT_EQ(known.measured(scale), 0);
    known.places = {{10, {{3, 7}}, {}}};
    EXPECT_EQ(known.measured(scale), 1200);
    scale.filter.include_courses = {20};
    EXPECT_EQ(known.measured(scale), 1200);
    scale.filter.exclude_courses = {10};
    EXPECT_EQ(known.measured(scale), 600);
}

TEST(Exclusions, ExcludedTimeDoesNotCountAndUsesUpNoCap) {
    Scale scale = sonate();
    Known known = two_courses();
    known.excluded = {{kNine + 100, kNine + 300, 1}, {kNine + 200, kNine + 700, 2}};
    EXPECT_EQ(known.measured(scale), 600);
    const Attendance attendance = known.attend(scale);
    ASSERT_EQ(attendance.lost.size(), 3U);
    EXPECT_EQ(attendance.lost[0].reason, Loss::excluded);
    EXPECT_EQ(attendance.lost[2].course, 20);
    scale.caps.day_s = 600;
    EXPECT_EQ(known.measured(scale), 600);
    EXPECT_EQ(known.attend(scale).events.size(), 3U) << "no event goes";
}

TEST(Exclusions, WhatHappenedInExcludedTimeGivesNoCredit) {
    Scale scale = sonate();
    scale.credits.completion = {
        {std::nullopt, std::nullopt, std::nullopt, 1800, Scale::CreditMode::floor, {1}}};
    scale.credits.declared = Scale::ForeignTime::floor;
    scale.credits.declared_validated = false;
    scale.credits.scorm = Scale::ForeignTime::floor;
    Known known;
    known.completions = {{kNine + 50, 501, 10, 1, "quiz", "", std::nullopt}};
    known.declarations = {{kNine, 100, 10, 0, std::nullopt, false}};
    known.foreign = {{ForeignTime::Source::scorm, kNine + 99, 60, 10, 502}};
    EXPECT_EQ(known.attend(scale).credits.size(), 3U);
    known.excluded = {{kNine + 40, kNine + 100, 1}};
    const Attendance attendance = known.attend(scale);
    EXPECT_TRUE(attendance.credits.empty());
    EXPECT_EQ(attendance.refused.at(0).key, "exclusion");
    known.excluded = {{kNine + 100, kNine + 200, 1}};
    EXPECT_EQ(known.attend(scale).credits.size(), 3U);
}

TEST(SignedDays, OnlyADayOfTheStudentsListCounts) {
    Scale scale = sonate();
    scale.calendar.user_days = true;
    Known known = two_courses();
    EXPECT_EQ(known.measured(scale), 0);
    EXPECT_EQ(known.attend(scale).lost.at(0).reason, Loss::user_day);
    known.days = {config::parse_iso_date("2026-03-02").value()};
    EXPECT_EQ(known.measured(scale), 1200);
    scale.calendar.weekdays = {7};
    EXPECT_EQ(known.measured(scale), 0) << "the rest of the calendar holds as well";
    EXPECT_EQ(known.attend(scale).lost.at(0).reason, Loss::calendar);
}

TEST(AttributeLater, AGapThatCountsWholeIsOfTheEventThatEndsIt) {
    Scale scale = sonate();
    scale.gap.attribute = Scale::Attribute::later;
    Known known;
    known.events = {{kNine, 1, 0, 0, kLogin},          {kNine + 10, 2, 10, 501, kQuiz},
                    {kNine + 100, 3, 20, 0, kPage},    {kNine + 5'000, 4, 30, 0, kPage},
                    {kNine + 5'200, 5, 0, 0, kLogout}, {kNine + 9'000, 6, 40, 0, kPage}};
    std::map<std::int64_t, std::int64_t> by_course;
    for (const federation::LedgerRow& row : daily_rows(known.attend(scale), paris(), {}))
        by_course[row.course] += row.measured_s;
    // The login's ten seconds go to the quiz, the quiz's to course 20; the idle credit stays with course 20,
    // the time before the logout with course 30, the last credit with course 40.
    EXPECT_EQ(by_course,
              (std::map<std::int64_t, std::int64_t>{{0, 0}, {10, 10}, {20, 90 + 900}, {30, 200}, {40, 900}}));
    scale.caps.activity_day_s["quiz"] = 4;
    EXPECT_EQ(known.measured(scale), 10 + 90 + 900 + 200 + 900 - 6);
    const std::vector<EventShape> all = shapes();
    const Explanation explanation(known.view(), CompiledScale(scale, all), paris(), {}, kAsOf);
    const DayExplanation day = explanation.day(paris().day_of(kNine));
    EXPECT_EQ(day.events.at(0).place->course, 10);
    EXPECT_FALSE(day.events.at(2).place);
}

TEST(DayEnd, TheLastEventOfADayThatAnotherFollowsHasACreditOfItsOwn) {
    Scale scale = sonate();
    scale.gap.day_end_credit_s = 300;
    const std::int64_t midnight = paris().end_of(paris().day_of(kNine));
    Known known;
    known.events = {{midnight - 1'000, 1, 10, 0, kPage},
                    {midnight - 600, 2, 10, 0, kPage},
                    {midnight + 100, 3, 10, 0, kPage},
                    {midnight + 200, 4, 0, 0, kLogout}};
    EXPECT_EQ(known.measured(scale), 400 + 300 + 100);
    const Attendance attendance = known.attend(scale);
    ASSERT_EQ(attendance.sessions.size(), 2U) << "the day's end ends the session";
    EXPECT_EQ(attendance.sessions[0].end_s, midnight - 300);
    known.events[2].time_s = midnight + 60;
    known.events[1].time_s = midnight - 100;
    EXPECT_EQ(known.measured(scale), 900 + 160 + 140) << "never more than the gap";
    scale.gap.day_end_credit_s.reset();
    EXPECT_EQ(known.measured(scale), 1'200) << "clip: cut at midnight, and nothing else";
}

// A second implementation, of one student's rows, from the rules as docs/scales.md has them: no intervals, a
// second at a time. Of scales with one stream, sessions that split on idle, and credits that raise or add.
class Reference {
  public:
    Reference(const Known& known, const Scale& scale) : known_(known), scale_(scale), shapes_(shapes()) {}

    // Measured and credited seconds by day, course and activity.
    using Totals =
        std::map<std::tuple<std::int32_t, std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>>;
    Totals totals() {
        measure();
        credit();
        std::erase_if(totals_,
                      [](const auto& one) { return one.second == std::pair<std::int64_t, std::int64_t>{}; });
        return totals_;
    }

  private:
    bool keeps(const Event& event) const {
        const EventShape& shape = shapes_[static_cast<std::size_t>(event.shape)];
        if (shape.origin != "web" && shape.origin != "ws") return false;
        if (shape.login_as || shape.action == "failed" || shape.eventname == "\\core\\event\\user_graded")
            return false;
        const bool marks = event.shape == kLogin || event.shape == kLogout;
        const Scale::Filter& filter = scale_.filter;
        if (std::ranges::count(filter.exclude_courses, event.course) > 0) return false;
        if (!marks && !filter.include_categories.empty()) {
            bool kept = std::ranges::count(filter.include_courses, event.course) > 0;
            for (const std::int64_t category : path(event.course))
                kept = kept || std::ranges::count(filter.include_categories, category) > 0;
            if (!kept) return false;
        }
        if (!filter.include_site && !marks && (event.course == 0 || event.course == 1)) return false;
        if (event.course == 0 || event.course == 1) return true;
        return (filter.roles.empty() || has_role(event)) &&
               (filter.enrolment == Scale::Enrolment::none || is_enrolled(event));
    }
    std::vector<std::int64_t> path(std::int64_t course) const {
        for (const CoursePlace& place : known_.places) {
            if (place.course == course && place.categories) return *place.categories;
        }
        return {};
    }
    // The state of `key` that holds at an instant: of those before it the latest.
    template <class State, class Key>
    const State* holding(const std::vector<State>& states, Key key, std::int64_t id,
                         std::int64_t at_s) const {
        const State* held = nullptr;
        for (const State& state : states) {
            if (state.*key == id && state.since_s <= at_s &&
                (held == nullptr || held->since_s < state.since_s))
                held = &state;
        }
        return held;
    }
    bool is_enrolled(const Event& event) const {
        for (std::int64_t id = 1; id <= 6; ++id) {
            const auto* held = holding(known_.enrolments, &EnrolmentState::enrolment, id, event.time_s);
            if (held == nullptr || !held->active || held->course != event.course) continue;
            if (scale_.filter.enrolment == Scale::Enrolment::active) return true;
            if (held->begin_s.value_or(INT64_MIN) <= event.time_s &&
                event.time_s < held->end_s.value_or(INT64_MAX))
                return true;
        }
        return false;
    }
    bool has_role(const Event& event) const {
        for (std::int64_t id = 1; id <= 6; ++id) {
            const auto* held = holding(known_.roles, &RoleState::assignment, id, event.time_s);
            if (held == nullptr || !held->active || std::ranges::count(scale_.filter.roles, held->role) == 0)
                continue;
            if (held->context_level == 10 || (held->context_level == 50 && held->instance == event.course))
                return true;
            for (const std::int64_t category : path(event.course)) {
                if (held->context_level == 40 && held->instance == category) return true;
            }
        }
        return false;
    }

    bool is_excluded(std::int64_t second) const {
        return std::ranges::any_of(known_.excluded, [&](const ExcludedTime& one) {
            return one.from_s <= second && second < one.to_s;
        });
    }

    void measure() {
        std::vector<Event> kept;
        for (const Event& event : known_.events) {
            if (keeps(event)) kept.push_back(event);
        }
        const Scale::Gap& gap = scale_.gap;
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const Event& event = kept[i];
            if (event.shape == kLogout) continue;
            std::int64_t worth = gap.last_credit_s;
            Event owner = event;
            if (i + 1 < kept.size()) {
                const Event& next = kept[i + 1];
                const std::int64_t apart = next.time_s - event.time_s;
                const std::int64_t judged = apart / gap.truncate_to_s * gap.truncate_to_s;
                const bool over =
                    gap.compare == Scale::Compare::gt ? judged > gap.idle_s : judged >= gap.idle_s;
                const bool other_day = paris().day_of(event.time_s) != paris().day_of(next.time_s);
                if (gap.day_end_credit_s && other_day) {
                    worth = std::min(apart, *gap.day_end_credit_s);
                } else if (over) {
                    worth = std::min(apart, gap.idle_credit_s);
                } else {
                    worth = apart;
                    if (gap.attribute == Scale::Attribute::later && next.shape != kLogin &&
                        next.shape != kLogout)
                        owner = next;
                }
            }
            const std::int64_t activity = owner.shape == kAnonymousQuiz ? 0 : owner.activity;
            for (std::int64_t second = event.time_s; second < event.time_s + worth; ++second)
                count(second, owner.course, activity);
        }
    }
    void count(std::int64_t second, std::int64_t course, std::int64_t activity) {
        if (is_excluded(second)) return;
        const CivilDay day = paris().day_of(second);
        if (scale_.calendar.user_days && std::ranges::count(known_.days, day) == 0) return;
        if (scale_.caps.day_s && used_[day] >= *scale_.caps.day_s) return;
        ++used_[day];
        ++totals_[{day.number, course, activity}].first;
        if (activity != 0) ++held_[activity];
    }

    void credit() {
        std::map<std::int64_t, const Completion*> latest;
        for (const Completion& one : known_.completions) {
            if (one.time_s > kAsOf || is_excluded(one.time_s)) continue;
            const Completion*& held = latest[one.activity];
            if (held == nullptr || held->time_s <= one.time_s) held = &one;
        }
        for (const auto& [activity, one] : latest) {
            if (scale_.credits.completion.empty() || (one->state != 1 && one->state != 2)) continue;
            const auto& rule = scale_.credits.completion.front();
            grant(activity, one->course, one->time_s, *rule.seconds, rule.mode);
        }
        if (scale_.credits.scorm == Scale::ForeignTime::none) return;
        std::map<std::int64_t, ForeignTime> sums;
        for (const ForeignTime& one : known_.foreign) {
            if (is_excluded(one.time_s)) continue;
            ForeignTime& sum = sums[one.activity];
            const std::int64_t seconds = sum.seconds + one.seconds;
            if (one.time_s >= sum.time_s) sum = one;
            sum.seconds = seconds;
        }
        for (const auto& [activity, one] : sums)
            grant(activity, one.course, one.time_s, one.seconds, Scale::CreditMode::floor);
    }
    void grant(std::int64_t activity, std::int64_t course, std::int64_t at_s, std::int64_t seconds,
               Scale::CreditMode mode) {
        std::int64_t& held = held_[activity];
        const std::int64_t more =
            mode == Scale::CreditMode::add ? seconds : std::max<std::int64_t>(seconds - held, 0);
        held += more;
        if (more > 0) totals_[{paris().day_of(at_s).number, course, activity}].second += more;
    }

    const Known& known_;
    const Scale& scale_;
    std::vector<EventShape> shapes_;
    std::map<CivilDay, std::int64_t> used_;
    std::map<std::int64_t, std::int64_t> held_;  // by activity
    Totals totals_;
};

Known random_evidence(tests::Dice& dice, RandomLog log) {
    Known known;
    known.events = std::move(log.events);
    const auto instant = [&] { return dice.roll(log.begin_s, log.end_s); };
    for (std::int64_t course = 0; course <= 3; ++course) {
        if (!dice.one_in(4)) known.places.push_back({course, {{1, dice.roll(2, 4)}}, {}});
    }
    for (std::int64_t count = dice.roll(0, 14); count > 0; --count) {
        EnrolmentState state = enrolled(dice.roll(1, 6), 0, instant(), !dice.one_in(3));
        state.course = state.enrolment % 4;
        if (dice.one_in(2)) state.begin_s = instant();
        if (dice.one_in(2)) state.end_s = instant();
        known.enrolments.push_back(state);
        RoleState role;
        role.assignment = dice.roll(1, 6);
        role.role = dice.one_in(3) ? "teacher" : "student";
        const std::int32_t levels[] = {50, 50, 40, 10, 70};
        role.context_level = levels[dice.roll(0, 4)];
        role.instance = dice.roll(0, 4);
        role.since_s = instant();
        role.active = !dice.one_in(3);
        known.roles.push_back(role);
    }
    // Of one key and instant there is one state.
    const auto once = [](auto& states, auto key) {
        std::ranges::stable_sort(states, {}, [&](const auto& s) { return std::pair(s.*key, s.since_s); });
        const auto repeated =
            std::ranges::unique(states, {}, [&](const auto& s) { return std::pair(s.*key, s.since_s); });
        states.erase(repeated.begin(), repeated.end());
    };
    once(known.enrolments, &EnrolmentState::enrolment);
    once(known.roles, &RoleState::assignment);
    for (std::int64_t count = dice.roll(0, 4); count > 0; --count) {
        const std::int64_t from_s = instant();
        known.excluded.push_back({from_s, from_s + dice.roll(1, 4'000), count});
    }
    std::ranges::sort(known.excluded, {}, &ExcludedTime::from_s);
    for (CivilDay day = paris().day_of(log.begin_s); day <= paris().day_of(log.end_s); day = next(day)) {
        if (dice.one_in(2)) known.days.push_back(day);
    }
    for (std::int64_t activity = 501; activity <= 504; ++activity) {
        for (std::int64_t count = dice.roll(0, 2); count > 0; --count)
            known.completions.push_back({instant(), activity, activity - 500,
                                         static_cast<int>(dice.roll(0, 3)), "quiz", "", std::nullopt});
        if (dice.one_in(2))
            known.foreign.push_back(
                {ForeignTime::Source::scorm, instant(), dice.roll(0, 3'000), activity - 500, activity});
    }
    return known;
}

void choose(tests::Dice& dice, Scale& scale) {
    scale.session.per = Scale::SessionPer::site;
    if (dice.one_in(2)) scale.filter.roles = {"student"};
    if (dice.one_in(2)) scale.filter.enrolment = static_cast<Scale::Enrolment>(dice.roll(1, 2));
    if (dice.one_in(3)) {
        scale.filter.include_categories = {dice.roll(1, 4)};
        if (dice.one_in(2)) scale.filter.include_courses = {dice.roll(0, 3)};
    }
    if (dice.one_in(2)) scale.gap.attribute = Scale::Attribute::later;
    if (dice.one_in(2)) scale.gap.day_end_credit_s = dice.roll(0, 1'800);
    if (dice.one_in(3)) scale.calendar.user_days = true;
    if (dice.one_in(3)) scale.caps.day_s = dice.roll(0, 7'200);
    if (dice.one_in(2))
        scale.credits.completion = {{std::nullopt,
                                     std::nullopt,
                                     std::nullopt,
                                     dice.roll(0, 7'200),
                                     dice.one_in(2) ? Scale::CreditMode::floor : Scale::CreditMode::add,
                                     {1, 2}}};
    if (dice.one_in(2)) scale.credits.scorm = Scale::ForeignTime::floor;
}

TEST(ScaleRules, GiveWhatASlowReferenceGives) {
    tests::Dice dice(tests::test_seed());
    std::int64_t measured_s = 0, credited_s = 0, excluded = 0;
    for (int number = 0; number < 400 && !::testing::Test::HasFailure(); ++number) {
        SCOPED_TRACE(number);
        RandomLog log = random_log(dice, number);
        Scale scale = log.scale;
        choose(dice, scale);
        const Known known = random_evidence(dice, std::move(log));
        const Attendance attendance = known.attend(scale);
        Reference::Totals got;
        for (const federation::LedgerRow& row : daily_rows(attendance, paris(), {})) {
            std::int64_t pages_s = row.measured_s, pages_credited_s = row.credited_s;
            for (const federation::ActivityShare& share : row.activities) {
                pages_s -= share.measured_s;
                pages_credited_s -= share.credited_s;
                if (share.measured_s != 0 || share.credited_s != 0)
                    got[{row.day.number, row.course, share.activity}] = {share.measured_s, share.credited_s};
            }
            if (pages_s != 0 || pages_credited_s != 0)
                got[{row.day.number, row.course, 0}] = {pages_s, pages_credited_s};
            measured_s += row.measured_s;
            credited_s += row.credited_s;
        }
        EXPECT_EQ(got, Reference(known, scale).totals());
        for (const LostInterval& lost : attendance.lost)
            excluded += lost.reason == Loss::excluded ? 1 : 0;
        // And every day of it can be explained.
        const std::vector<EventShape> all = shapes();
        const Explanation explanation(known.view(), CompiledScale(scale, all, known.places), paris(), {},
                                      kAsOf);
        for (const federation::LedgerRow& row : explanation.rows())
            (void)explanation.day(row.day);  // throws where the reasons are not those of the number
    }
    EXPECT_GT(measured_s, 100'000);
    EXPECT_GT(credited_s, 10'000);
    EXPECT_GT(excluded, 20);
}

}  // namespace
}  // namespace assidu::node::attendance
