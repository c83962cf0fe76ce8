#include "node/attendance/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "node/attendance/daily_totals.h"
#include "node/attendance/rules.h"

namespace assidu::node::attendance {
namespace {

using config::CivilDay;

// The next pieces of what counts and of what is lost; both come in the order of the events they are of.
class Pieces {
  public:
    explicit Pieces(const Attendance& attendance) : attendance_(attendance) {}

    // The piece of the event that begins at `at_s`, up to `end_s`.
    ExplainedPart next(std::int64_t at_s, std::int64_t end_s, std::int64_t course, std::int64_t activity) {
        const auto is_here = [&](const auto& piece) {
            return piece.begin_s == at_s && piece.course == course && piece.activity == activity;
        };
        if (!attendance_.counted) return {{}, at_s, end_s, std::nullopt, false};
        if (counted_ < attendance_.counted->size() && is_here((*attendance_.counted)[counted_])) {
            const Interval& piece = (*attendance_.counted)[counted_++];
            return {{}, piece.begin_s, piece.end_s, std::nullopt, piece.outside};
        }
        if (lost_ < attendance_.lost.size() && is_here(attendance_.lost[lost_])) {
            const LostInterval& piece = attendance_.lost[lost_++];
            return {{}, piece.begin_s, piece.end_s, piece.reason, false};
        }
        throw std::logic_error("what counts and what is lost are not what the events are worth");
    }

  private:
    const Attendance& attendance_;
    std::size_t counted_ = 0, lost_ = 0;
};

}  // namespace

std::string_view code_of(WorthRule rule) {
    switch (rule) {
        case WorthRule::gap:
            return "gap";
        case WorthRule::short_gap:
            return "short_gap";
        case WorthRule::idle_credit:
            return "idle_credit";
        case WorthRule::idle_credit_capped:
            return "idle_credit_capped";
        case WorthRule::day_end:
            return "day_end";
        case WorthRule::last_credit:
            return "last_credit";
        case WorthRule::last_credit_so_far:
            return "last_credit_so_far";
        case WorthRule::logout:
            return "logout";
    }
    return "";
}

std::string_view code_of(Opening opening) {
    switch (opening) {
        case Opening::first:
            return "first";
        case Opening::login:
            return "login";
        case Opening::after_logout:
            return "after_logout";
        case Opening::after_idle:
            return "after_idle";
        case Opening::course:
            return "course";
        case Opening::new_day:
            return "new_day";
    }
    return "";
}

std::string_view code_of(Loss loss) {
    switch (loss) {
        case Loss::excluded:
            return "excluded";
        case Loss::calendar:
            return "calendar";
        case Loss::user_day:
            return "user_day";
        case Loss::activity_day:
            return "activity_day";
        case Loss::activity_total:
            return "activity_total";
        case Loss::course_total:
            return "course_total";
        case Loss::day:
            return "day";
        case Loss::week:
            return "week";
    }
    return "";
}

std::string_view code_of(CreditSource source) {
    switch (source) {
        case CreditSource::completion:
            return "completion";
        case CreditSource::declared:
            return "declared";
        case CreditSource::scorm:
            return "scorm";
        case CreditSource::timestat:
            return "timestat";
    }
    return "";
}

std::string_view code_of(config::Scale::CreditMode mode) {
    switch (mode) {
        case config::Scale::CreditMode::floor:
            return "floor";
        case config::Scale::CreditMode::ceiling:
            return "ceiling";
        case config::Scale::CreditMode::replace:
            return "replace";
        case config::Scale::CreditMode::add:
            return "add";
    }
    return "";
}

std::int64_t ExplainedEvent::measured_s(CivilDay day) const {
    std::int64_t seconds = 0;
    for (const ExplainedPart& part : parts) {
        if (part.day == day && !part.lost) seconds += part.end_s - part.begin_s;
    }
    return seconds;
}

bool ExplainedEvent::reaches(CivilDay day) const {
    return std::ranges::any_of(parts, [&](const ExplainedPart& part) { return part.day == day; });
}

Explanation::Explanation(const Evidence& evidence, const CompiledScale& scale,
                         const config::CivilCalendar& calendar, const federation::StudentId& student,
                         std::int64_t as_of_s)
    : calendar_(calendar), as_of_s_(as_of_s) {
    const Attendance attendance = attend(evidence, scale, calendar, as_of_s, &trace_);
    rows_ = daily_rows(attendance, calendar, student);
    events_.reserve(trace_.events.size());
    for (const TracedEvent& traced : trace_.events)
        events_.push_back({traced,
                           traced.hides_activity ? 0 : traced.event.activity,
                           std::nullopt,
                           traced.session && trace_.sessions[*traced.session].too_short,
                           {}});
    credits_ = attendance.credits;
    refused_ = attendance.refused;
    split(attendance, scale);
}

void Explanation::split(const Attendance& attendance, const CompiledScale& scale) {
    std::vector<ExplainedEvent*> kept;
    for (ExplainedEvent& event : events_) {
        if (!event.traced.dropped) kept.push_back(&event);
    }
    // Streams a course are brought together by time alone, course after course.
    if (scale.scale().stream == config::Scale::Stream::user_course)
        std::ranges::stable_sort(kept, {}, [](const ExplainedEvent* event) {
            return std::tuple(event->traced.event.time_s, event->traced.event.course);
        });
    Pieces pieces(attendance);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        ExplainedEvent* event = kept[i];
        const Place place = attendance.places.empty() ? Place{event->traced.event.course, event->activity,
                                                              event->traced.event.shape}
                                                      : attendance.places[i];
        if (event->traced.to_later) event->place = place;
        for (std::int64_t at_s = event->traced.event.time_s; at_s < event->traced.end_s;) {
            const ExplainedPart piece = pieces.next(at_s, event->traced.end_s, place.course, place.activity);
            for (; at_s < piece.end_s; at_s = event->parts.back().end_s) {
                ExplainedPart part = piece;
                part.day = calendar_.day_of(at_s);
                part.begin_s = at_s;
                part.end_s = std::min(piece.end_s, calendar_.end_of(part.day));
                event->parts.push_back(part);
            }
        }
    }
}

DayExplanation Explanation::day(CivilDay day) const {
    DayExplanation found;
    found.day = day;
    found.begin_s = calendar_.begin_of(day);
    found.end_s = calendar_.end_of(day);
    found.as_of_s = as_of_s_;
    const ExplainedEvent* last_before = nullptr;
    for (const ExplainedEvent& event : events_) {
        const std::int64_t time_s = event.traced.event.time_s;
        if (time_s >= found.begin_s && time_s < found.end_s) found.events.push_back(event);
        if (event.traced.dropped) continue;
        if (time_s < found.begin_s) {
            last_before = &event;
            if (event.reaches(day)) found.before.push_back(event);
        } else if (time_s >= found.end_s && !found.after) {
            found.after = event;
        }
    }
    if (found.before.empty() && last_before != nullptr) found.before.push_back(*last_before);

    std::set<std::size_t> numbers;
    std::int64_t parts_s = 0;
    for (const auto* events : {&found.before, &found.events}) {
        for (const ExplainedEvent& event : *events) {
            if (event.traced.session) numbers.insert(*event.traced.session);
            parts_s += event.measured_s(day);
        }
    }
    for (const std::size_t number : numbers)
        found.sessions.push_back({number + 1, trace_.sessions[number]});
    for (const federation::LedgerRow& row : rows_) {
        if (row.day != day) continue;
        found.rows.push_back(row);
        found.measured_s += row.measured_s;
        found.credited_s += row.credited_s;
    }
    const auto is_of_day = [&](std::int64_t time_s) {
        return time_s >= found.begin_s && time_s < found.end_s;
    };
    std::int64_t credited_s = 0;
    for (const Credit& credit : credits_) {
        if (!is_of_day(credit.time_s)) continue;
        found.credits.push_back(credit);
        credited_s += credit.seconds;
    }
    std::ranges::copy_if(refused_, std::back_inserter(found.refused),
                         [&](const RefusedDeclaration& one) { return is_of_day(one.begin_s); });
    if (credited_s != found.credited_s)
        throw std::logic_error(fmt::format("{}: the credits are {} s, and the total has {} s of them",
                                           config::iso_date(day), credited_s, found.credited_s));
    if (parts_s != found.measured_s)
        throw std::logic_error(fmt::format("{}: the events explain {} s, and the total is {} s",
                                           config::iso_date(day), parts_s, found.measured_s));
    return found;
}

std::string reason_of(const ExplainedEvent& event, CivilDay day) {
    const TracedEvent& traced = event.traced;
    if (traced.dropped) return fmt::format("dropped:{}", code_of(*traced.dropped));
    std::string reason(code_of(traced.worth));
    if (traced.end_s != traced.worth_end_s)
        reason += event.in_short_session ? "+session_too_short" : "+session_max";
    std::set<Loss> losses;
    for (const ExplainedPart& part : event.parts) {
        if (part.day == day && part.lost) losses.insert(*part.lost);
    }
    for (const Loss loss : losses)
        reason += fmt::format("+{}", code_of(loss));
    return reason;
}

namespace {

using Reasons = std::map<CivilDay, std::map<std::pair<std::string, std::string>, Difference>>;

void compare_events(const Explanation& a, const Explanation& b, const federation::Period& period,
                    Reasons& reasons) {
    for (std::size_t i = 0; i < a.events().size(); ++i) {
        const ExplainedEvent& under_a = a.events()[i];
        const ExplainedEvent& under_b = b.events().at(i);
        std::set<CivilDay> touched;
        for (const ExplainedEvent* event : {&under_a, &under_b}) {
            for (const ExplainedPart& part : event->parts) {
                if (part.day >= period.from && part.day <= period.to) touched.insert(part.day);
            }
        }
        for (const CivilDay day : touched) {
            const std::int64_t seconds = under_b.measured_s(day) - under_a.measured_s(day);
            if (seconds == 0) continue;
            std::string by_a = reason_of(under_a, day);
            std::string by_b = reason_of(under_b, day);
            Difference& difference = reasons[day][{by_a, by_b}];
            difference.a = std::move(by_a);
            difference.b = std::move(by_b);
            ++difference.events;
            difference.seconds += seconds;
        }
    }
}

// By day and source: how many credits there are, and their seconds.
std::map<std::pair<CivilDay, CreditSource>, std::pair<std::int64_t, std::int64_t>> credits_by_day(
    const Explanation& explanation, const federation::Period& period) {
    std::map<std::pair<CivilDay, CreditSource>, std::pair<std::int64_t, std::int64_t>> sums;
    for (const Credit& credit : explanation.credits()) {
        const CivilDay day = explanation.calendar().day_of(credit.time_s);
        if (day < period.from || day > period.to) continue;
        auto& [count, seconds] = sums[{day, credit.source}];
        ++count;
        seconds += credit.seconds;
    }
    return sums;
}

void compare_credits(const Explanation& a, const Explanation& b, const federation::Period& period,
                     Reasons& reasons) {
    const auto of_a = credits_by_day(a, period), of_b = credits_by_day(b, period);
    auto keys = of_a;
    keys.insert(of_b.begin(), of_b.end());
    for (const auto& [key, unused] : keys) {
        const auto& [day, source] = key;
        const auto under_a = of_a.find(key), under_b = of_b.find(key);
        const std::string credit = fmt::format("credit:{}", code_of(source));
        const auto [count_a, seconds_a] =
            under_a == of_a.end() ? std::pair<std::int64_t, std::int64_t>{} : under_a->second;
        const auto [count_b, seconds_b] =
            under_b == of_b.end() ? std::pair<std::int64_t, std::int64_t>{} : under_b->second;
        if (seconds_a == seconds_b) continue;
        const std::string by_a = count_a > 0 ? credit : "no_credit",
                          by_b = count_b > 0 ? credit : "no_credit";
        reasons[day][{by_a, by_b}] = {by_a, by_b, std::max(count_a, count_b), seconds_b - seconds_a};
    }
}

}  // namespace

std::vector<ComparedDay> compare(const Explanation& a, const Explanation& b,
                                 const federation::Period& period) {
    std::map<CivilDay, ComparedDay> days;
    Reasons differences;
    compare_events(a, b, period, differences);
    compare_credits(a, b, period, differences);
    const auto in_period = [&](CivilDay day) { return day >= period.from && day <= period.to; };
    for (const auto& [explanation, total] :
         {std::pair(&a, &ComparedDay::a_s), std::pair(&b, &ComparedDay::b_s)}) {
        for (const federation::LedgerRow& row : explanation->rows()) {
            if (!in_period(row.day)) continue;
            days[row.day].day = row.day;
            days[row.day].*total += row.measured_s + row.credited_s;
        }
    }
    std::vector<ComparedDay> compared;
    for (auto& [day, totals] : days) {
        std::int64_t explained_s = 0;
        for (auto& [pair, difference] : differences[day]) {
            explained_s += difference.seconds;
            totals.differences.push_back(std::move(difference));
        }
        if (explained_s != totals.b_s - totals.a_s)
            throw std::logic_error(fmt::format("{}: the reasons explain {} s, and the scales differ by {} s",
                                               config::iso_date(day), explained_s, totals.b_s - totals.a_s));
        std::ranges::stable_sort(totals.differences, std::greater(), [](const Difference& difference) {
            return difference.seconds < 0 ? -difference.seconds : difference.seconds;
        });
        compared.push_back(std::move(totals));
    }
    return compared;
}

}  // namespace assidu::node::attendance
