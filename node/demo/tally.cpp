#include "node/demo/tally.h"

#include <algorithm>

#include "node/demo/log_generator.h"

namespace assidu::node::demo {
namespace {

constexpr std::int64_t kSessionGapMaxSeconds = 1'800;

}  // namespace

const std::map<std::string, std::string>& demo_kinds() {
    static const std::map<std::string, std::string> kinds{
        {"anonymous", "events with anonymous = 1"},
        {"broken_columns", "rows of log.csv.gz with fewer than 21 columns"},
        {"broken_name", "rows of log.csv.gz whose eventname is longer than 255 bytes"},
        {"broken_time", "rows of log.csv.gz whose timecreated is no number"},
        {"cli", "events with origin cli"},
        {"deleted_user",
         "students of this university whose user name ends in an instant and whose e-mail is none"},
        {"duplicate", "rows of log-late.csv.gz that are in log.csv.gz too"},
        {"failed_login", "events with action failed"},
        {"graded_by_learner", "events user_graded whose userid is their relateduserid"},
        {"guest", "events of userid 1"},
        {"late", "rows of log-late.csv.gz that are not in log.csv.gz"},
        {"line_break_in_other", "events with a line break in their column other"},
        {"login_as", "events with a realuserid"},
        {"mobile", "events with origin ws"},
        {"out_of_order", "rows of log.csv.gz, broken ones left out, older than the row before them"},
        {"restore", "events with origin restore"},
        {"session_over_clock_change",
         "as session_over_midnight, with a change of the clocks between the two events"},
        {"session_over_midnight",
         "pairs of consecutive events of one person, at most 1800 s apart, with midnight in Europe/Paris "
         "between them "
         "(an event at the very instant is after it); events with origin web or ws and without realuserid, "
         "failed "
         "logins and the guest left out"},
        {"student_without_events", "people of this university whose id is no event's userid"},
        {"user_zero", "events of userid 0"},
    };
    return kinds;
}

Tally::Tally(const std::vector<std::int64_t>& midnights_s, const std::vector<std::int64_t>& clock_changes_s,
             const std::vector<Person>& people)
    : people_(people), came_(people.size()) {
    for (const std::int64_t at_s : midnights_s)
        bounds_.push_back({at_s, true});
    for (const std::int64_t at_s : clock_changes_s)
        bounds_.push_back({at_s, false});
    std::ranges::sort(bounds_, {}, &Bound::at_s);
    spans_.resize(people.size() * (bounds_.size() + 1));
    for (const auto& [name, meaning] : demo_kinds())
        kinds_[name] = 0;
}

void Tally::count(std::string_view kind) {
    ++kinds_.find(kind)->second;
}

void Tally::count_event(const LogRecord& record, bool breaks_line) {
    ++events_;
    if (record.origin == Origin::cli) count("cli");
    if (record.origin == Origin::restore) count("restore");
    if (record.origin == Origin::ws) count("mobile");
    if (record.operator_id != 0) count("login_as");
    if (record.anonymous) count("anonymous");
    if (record.user == 0) count("user_zero");
    if (record.user == kGuestId) count("guest");
    if (record.happening == Happening::login_failed) count("failed_login");
    if (record.happening == Happening::graded && record.user == record.related) count("graded_by_learner");
    if (breaks_line) count("line_break_in_other");
    if (record.user > 0) note_time(record);
}

void Tally::note_time(const LogRecord& record) {
    const auto person = static_cast<std::size_t>(record.user - 1);
    came_[person] = true;
    const bool on_platform = record.origin == Origin::web || record.origin == Origin::ws;
    if (!on_platform || record.operator_id != 0 || record.user == kGuestId ||
        record.happening == Happening::login_failed)
        return;
    const auto bound = std::ranges::upper_bound(bounds_, record.time_s, {}, &Bound::at_s) - bounds_.begin();
    Span& span = spans_[person * (bounds_.size() + 1) + static_cast<std::size_t>(bound)];
    const auto time_s = static_cast<std::int32_t>(record.time_s - bounds_.front().at_s);
    span.first_s = std::min(span.first_s, time_s);
    span.last_s = std::max(span.last_s, time_s);
}

std::map<std::string, std::int64_t> Tally::finish() {
    for (std::size_t person = 0; person < people_.size(); ++person) {
        const Span* spans = &spans_[person * (bounds_.size() + 1)];
        for (std::size_t bound = 0; bound < bounds_.size(); ++bound) {
            const Span &before = spans[bound], &after = spans[bound + 1];
            if (before.empty() || after.empty()) continue;
            if (std::int64_t{after.first_s} - before.last_s > kSessionGapMaxSeconds) continue;
            count(bounds_[bound].midnight ? "session_over_midnight" : "session_over_clock_change");
        }
        if (people_[person].role == Person::Role::student && !came_[person]) count("student_without_events");
        if (people_[person].deleted) count("deleted_user");
    }
    return {kinds_.begin(), kinds_.end()};
}

}  // namespace assidu::node::demo
