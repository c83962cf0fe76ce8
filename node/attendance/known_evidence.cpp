#include "node/attendance/known_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "node/attendance/rules.h"

namespace assidu::node::attendance {

using config::Scale;

bool StudentKnowledge::reaches_beyond(std::int64_t as_of_s) const {
    return std::ranges::any_of(completions, [&](const Completion& one) { return one.time_s > as_of_s; }) ||
           std::ranges::any_of(foreign, [&](const ForeignTime& one) { return one.time_s > as_of_s; }) ||
           std::ranges::any_of(declarations, [&](const Declaration& one) {
               return std::max(one.begin_s + one.seconds, one.declared_s.value_or(one.begin_s)) > as_of_s;
           });
}

std::vector<config::CivilDay> signed_days_of(const Node& node, const std::vector<archive::DayRecord>& records,
                                             std::int64_t& forged) {
    std::set<config::CivilDay> days;
    for (const archive::DayRecord& record : records) {
        if (record.signature != node.day_signature(record))
            ++forged;
        else if (record.counts)
            days.insert(record.day);
        else
            days.erase(record.day);
    }
    return {days.begin(), days.end()};
}

KnownEvidence::KnownEvidence(const Node& node, const Scale& scale) : node_(node), scale_(scale) {
    const archive::EvidenceStore& store = node.evidence();
    for (const archive::Exclusion& one : store.exclusions(node.source())) {
        if (!one.revoked_s) excluded_[one.user_id].push_back({one.from_s, one.to_s, one.number});
    }
    for (auto& [user, excluded] : excluded_)
        std::ranges::stable_sort(excluded, {}, &ExcludedTime::from_s);
    courses_ = store.courses(node.source());
    if (!scale.credits.any()) return;
    for (const archive::CoursePlace& place : courses_)
        course_numbers_[place.course] = place.idnumber.value_or("");
    for (const archive::ActivityWorth& worth : store.worths(node.source()))
        worths_[worth.activity] = worth.seconds;
}

void KnownEvidence::read_entries(const archive::StudentEvidence& evidence, StudentKnowledge& known) const {
    const auto course_of = [&](std::int64_t activity, std::int64_t course) {
        if (course != 0 || activity == 0) return course;
        const auto facts = node_.archive().activity(node_.source(), activity);
        return facts && facts->course != kCourseUnknown ? facts->course : 0;
    };
    for (const archive::CompletionRecord& record : evidence.completions) {
        Completion completion;
        completion.time_s = record.time_s;
        completion.activity = record.activity;
        completion.state = record.state;
        completion.course = course_of(record.activity, 0);
        if (const auto facts = node_.archive().activity(node_.source(), record.activity))
            completion.module = facts->type;
        if (const auto number = course_numbers_.find(completion.course); number != course_numbers_.end())
            completion.course_number = number->second;
        if (const auto worth = worths_.find(record.activity); worth != worths_.end())
            completion.item_s = worth->second;
        known.completions.push_back(std::move(completion));
    }
    for (const archive::DeclarationRecord& record : evidence.declarations)
        known.declarations.push_back({record.begin_s, record.seconds,
                                      course_of(record.activity, record.course), record.activity,
                                      record.declared_s, record.validated});
    for (const archive::ForeignRecord& record : evidence.foreign)
        known.foreign.push_back(
            {record.meter == archive::ForeignRecord::Meter::scorm ? ForeignTime::Source::scorm
                                                                  : ForeignTime::Source::timestat,
             record.time_s, record.seconds, course_of(record.activity, record.course), record.activity});
}

StudentKnowledge KnownEvidence::of(std::int64_t user_id) const {
    StudentKnowledge known = beside_events(user_id);
    if (scale_.engine == Scale::Engine::gap) known.events = node_.archive().events(node_.source(), user_id);
    return known;
}

StudentKnowledge KnownEvidence::beside_events(std::int64_t user_id) const {
    StudentKnowledge known;
    if (const auto found = excluded_.find(user_id); found != excluded_.end()) known.excluded = found->second;
    const bool entries = scale_.credits.any() || scale_.engine != Scale::Engine::gap;
    if (!entries && !looks_at_memberships(scale_) && !scale_.calendar.user_days) return known;
    archive::StudentEvidence evidence = node_.evidence().of(node_.source(), user_id);
    if (entries) read_entries(evidence, known);
    known.enrolments = std::move(evidence.enrolments);
    known.roles = std::move(evidence.roles);
    known.signed_days = signed_days_of(node_, evidence.days, known.forged_days);
    return known;
}

std::vector<std::int64_t> KnownEvidence::users() const {
    std::set<std::int64_t> users;
    for (const std::int64_t user : node_.archive().users(node_.source()))
        users.insert(user);
    for (const std::int64_t user : node_.evidence().users(node_.source()))
        users.insert(user);
    return {users.begin(), users.end()};
}

config::Result<void> has_evidence_for(const Node& node, const Scale& scale) {
    const bool roles = !scale.filter.roles.empty();
    const bool enrolment = scale.filter.enrolment != Scale::Enrolment::none;
    const bool categories = !scale.filter.include_categories.empty();
    if (!roles && !enrolment && !categories && !scale.calendar.user_days) return {};
    const archive::EvidenceExtent extent = node.evidence().extent(node.source());
    const auto refused = [&](std::string_view key, std::string_view what) {
        return config::refuse(fmt::format("no data: scale {} has key '{}', and this node knows of no {}",
                                          scale.name(), key, what));
    };
    if (enrolment && extent.enrolments == 0)
        return refused("filter.enrolment", "enrolment; import a dump of user_enrolments");
    if (roles && extent.roles == 0) return refused("filter.roles", "role; import a dump of role_assignments");
    if (categories && std::ranges::none_of(node.evidence().courses(node.source()),
                                           [](const auto& place) { return place.categories.has_value(); }))
        return refused("filter.courses.categories", "category; import a dump of course_categories");
    if (scale.calendar.user_days && extent.days == 0)
        return refused("calendar.user_days", "signed day; sign some with `assidu days add`");
    return {};
}

}  // namespace assidu::node::attendance
