#include "node/attendance/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/attendance/credits.h"
#include "node/attendance/limits.h"
#include "node/attendance/memberships.h"

namespace assidu::node::attendance {
namespace {

using config::Scale;

Attendance import_timestat(const Evidence& evidence, std::int64_t as_of_s) {
    std::vector<ForeignTime> records;
    std::ranges::copy_if(evidence.foreign, std::back_inserter(records), [](const ForeignTime& record) {
        return record.source == ForeignTime::Source::timestat;
    });
    std::ranges::stable_sort(records, {}, &ForeignTime::time_s);
    Attendance attendance;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const ForeignTime& record = records[i];
        const std::int64_t until_s = i + 1 < records.size() ? records[i + 1].time_s : as_of_s;
        const std::int64_t end_s = std::min({record.time_s + record.seconds, until_s, as_of_s});
        attendance.events.push_back({record.time_s, std::max(record.time_s, end_s), record.course,
                                     record.activity, /*logout=*/false, kNoShape});
    }
    return attendance;
}

// Whether a credit may be below zero.
bool lowers(const Scale::Credits& credits) {
    constexpr auto kReplace = Scale::ForeignTime::replace;
    return credits.declared == kReplace || credits.scorm == kReplace || credits.timestat == kReplace ||
           std::ranges::any_of(credits.completion, [](const Scale::CompletionCredit& credit) {
               return credit.mode == Scale::CreditMode::ceiling || credit.mode == Scale::CreditMode::replace;
           });
}

config::Result<void> refused(const Scale& scale, std::string_view key, std::string_view why) {
    return config::refuse(
        fmt::format("scale {}: key '{}': {}; try it with `assidu compute --scale`", scale.name(), key, why));
}

}  // namespace

Attendance attend(const Evidence& evidence, const CompiledScale& scale, const config::CivilCalendar& calendar,
                  std::int64_t as_of_s, Trace* trace) {
    Attendance attendance;
    switch (scale.scale().engine) {
        case Scale::Engine::gap: {
            std::optional<Memberships> memberships;
            if (looks_at_memberships(scale.scale()))
                memberships.emplace(evidence.enrolments, evidence.roles, scale);
            attendance =
                attend(evidence.events, scale, as_of_s, trace, memberships ? &*memberships : nullptr);
            break;
        }
        case Scale::Engine::import:
            attendance = import_timestat(evidence, as_of_s);
            break;
        case Scale::Engine::completion:
            break;
    }
    apply_limits(attendance, scale, calendar, evidence);
    grant_credits(attendance, scale, evidence, as_of_s);
    return attendance;
}

bool looks_at_memberships(const Scale& scale) {
    return !scale.filter.roles.empty() || scale.filter.enrolment != Scale::Enrolment::none;
}

bool looks_at_places(const Scale& scale) {
    return !scale.filter.include_categories.empty() || !scale.filter.roles.empty() || scale.credits.any() ||
           scale.engine != Scale::Engine::gap;
}

config::Result<void> fits_archive(const Scale& scale) {
    if (!scale.legacy_quirks.empty())
        return refused(scale, "legacy_quirks",
                       "a plugin's defects are for comparing with its old figures, not for a ledger");
    if (!scale.filter.exclude_addresses.empty())
        return refused(scale, "filter.exclude_ips", "addresses are not archived");
    return {};
}

config::Result<void> fits_explanation(const Scale& scale) {
    if (auto fits = fits_archive(scale); !fits) return fits;
    if (scale.engine == Scale::Engine::import)
        return refused(scale, "engine", "its time is another system's records, not events with reasons");
    return {};
}

config::Result<void> fits_ledger(const Scale& scale) {
    if (auto fits = fits_archive(scale); !fits) return fits;
    // Where nothing is measured, nothing can be lowered.
    if (scale.engine != Scale::Engine::completion && lowers(scale.credits))
        return refused(scale, "credits",
                       "its modes 'ceiling' and 'replace' may lower an activity's time, and a ledger and its "
                       "statements hold as credited only what is granted on top");
    if (scale.stream == Scale::Stream::user_course)
        return refused(scale, "stream", "a stream a course counts one hour twice, and a ledger never does");
    if (!scale.session.split_on_idle)
        return refused(scale, "session.split_on_idle", "a session of the ledger has no idle time inside");
    if (scale.calendar.restricts() && scale.calendar.mode == Scale::CalendarMode::mark)
        return refused(scale, "calendar.mode", "the ledger of this version has no column for marked time");
    return {};
}

}  // namespace assidu::node::attendance
