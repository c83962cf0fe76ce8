// The sections of a scale that say which events count and what they are worth: filter, gap, session.
#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "config/scale_sections.h"

namespace assidu::config {
namespace {

using nlohmann::json;
constexpr std::int64_t kIdMax = INT64_MAX;

std::vector<std::int64_t> course_ids(ObjectReader& courses, const char* key) {
    std::vector<std::int64_t> ids = courses.integers_or_none(key, 0, kIdMax);
    std::ranges::sort(ids);
    return ids;
}

void read_presence(ObjectReader& presence, Scale::Filter& rules) {
    rules.presence_events = presence.texts("events");
    rules.presence_extends = presence.one_of<bool>("policy", {{"ignore", false}, {"extend", true}});
    rules.presence_run_s = presence.integer_or("max_run", 0, limits::kScaleSecondsMax, 0);
    if (rules.presence_extends && !presence.has("max_run"))
        presence.object_to("max_run", "is missing, which the policy \"extend\" needs");
    presence.finish();
}

// What one activity type has in the place of the scale's own rule.
Scale::GapRule read_module_rule(ObjectReader& rule, Scale::GapRule otherwise) {
    const auto seconds = [&](const char* key, std::int64_t min, std::int64_t value) {
        return rule.integer_or(key, min, limits::kScaleSecondsMax, value);
    };
    otherwise.idle_s = seconds("idle", 1, otherwise.idle_s);
    otherwise.idle_credit_s = seconds("idle_credit", 0, otherwise.idle_credit_s);
    otherwise.last_credit_s = seconds("last_credit", 0, otherwise.last_credit_s);
    otherwise.min_gap_s = seconds("min_gap", 0, otherwise.min_gap_s);
    rule.finish();
    return otherwise;
}

}  // namespace

void read_filter(ObjectReader& filter, Scale::Filter& rules) {
    rules.origins = filter.texts("origins");
    rules.exclude_loginas = filter.boolean("exclude_loginas");
    rules.anonymous = filter.one_of<Scale::Anonymous>(
        "anonymous", {{"time_only", Scale::Anonymous::time_only}, {"drop", Scale::Anonymous::drop}});
    rules.exclude_actions = filter.texts("exclude_actions");
    rules.exclude_events = filter.texts("exclude_events");
    rules.targets = filter.texts_or_none("targets");
    rules.exclude_targets = filter.texts_or_none("exclude_targets");
    rules.include_site = filter.boolean("include_site");
    if (const json* courses = filter.find("courses", /*required=*/false)) {
        ObjectReader reader(*courses, filter.path("courses"), filter.objections());
        rules.include_courses = course_ids(reader, "include");
        rules.exclude_courses = course_ids(reader, "exclude");
        rules.include_categories = course_ids(reader, "categories");
        reader.finish();
    }
    if (const json* modules = filter.find("modules")) {
        ObjectReader reader(*modules, filter.path("modules"), filter.objections());
        rules.include_modules = reader.texts_or_none("include");
        rules.exclude_modules = reader.texts("exclude");
        reader.finish();
    }
    if (const json* roles = filter.find("roles", /*required=*/false)) {
        ObjectReader reader(*roles, filter.path("roles"), filter.objections());
        rules.roles = reader.texts_or_none("include");
        reader.finish();
    }
    rules.enrolment = filter.one_of_or_first<Scale::Enrolment>(
        "enrolment", {{"none", Scale::Enrolment::none},
                      {"active", Scale::Enrolment::active},
                      {"within_dates", Scale::Enrolment::within_dates}});
    rules.exclude_addresses = filter.texts_or_none("exclude_ips");
    if (const json* presence = filter.find("presence_events", /*required=*/false)) {
        ObjectReader reader(*presence, filter.path("presence_events"), filter.objections());
        read_presence(reader, rules);
    }
    filter.finish();
}

void read_gap(ObjectReader& gap, Scale::Gap& rules) {
    rules.idle_s = gap.integer("idle", 1, limits::kScaleSecondsMax);
    rules.compare =
        gap.one_of<Scale::Compare>("compare", {{"gt", Scale::Compare::gt}, {"ge", Scale::Compare::ge}});
    rules.truncate_to_s = gap.integer_or("truncate_to", 1, limits::kScaleSecondsMax, 1);
    rules.idle_credit_s = gap.integer("idle_credit", 0, limits::kScaleSecondsMax);
    rules.cap_credit_by_gap = gap.boolean("cap_credit_by_gap");
    rules.last_credit_s = gap.integer("last_credit", 0, limits::kScaleSecondsMax);
    const json* day_end = gap.find("day_end_credit", /*required=*/false);
    if (day_end != nullptr && *day_end != json("clip")) {
        if (day_end->is_number_integer())
            rules.day_end_credit_s = gap.integer("day_end_credit", 0, limits::kScaleSecondsMax);
        else
            gap.object_to("day_end_credit", "must be \"clip\" or seconds");
    }
    rules.min_gap_s = gap.integer_or("min_gap", 0, limits::kScaleSecondsMax, 0);
    rules.attribute = gap.one_of<Scale::Attribute>(
        "attribute", {{"earlier", Scale::Attribute::earlier}, {"later", Scale::Attribute::later}});
    rules.logout_ends = gap.boolean("logout_ends");
    rules.login_starts = gap.boolean("login_starts");
    if (const json* modules = gap.find("by_module", /*required=*/false)) {
        if (modules->is_object()) {
            for (const auto& [module, rule] : modules->items()) {
                ObjectReader reader(rule, gap.path("by_module." + module), gap.objections());
                rules.by_module[module] = read_module_rule(reader, rules);
            }
        } else {
            gap.object_to("by_module", "must be an object of rules by activity type");
        }
    }
    gap.finish();
}

void read_session(ObjectReader& session, Scale::Session& rules) {
    rules.per = session.one_of<Scale::SessionPer>(
        "per", {{"site", Scale::SessionPer::site}, {"course", Scale::SessionPer::course}});
    rules.split_on_idle = session.boolean("split_on_idle");
    rules.min_duration_s = session.integer("min_duration", 0, limits::kScaleSecondsMax);
    rules.min_compare = session.one_of_or_first<Scale::Compare>(
        "min_compare", {{"ge", Scale::Compare::ge}, {"gt", Scale::Compare::gt}});
    const json* longest = session.find("max_duration", /*required=*/false);
    if (longest != nullptr && !longest->is_null())
        rules.max_duration_s = session.integer("max_duration", 1, limits::kScaleTotalSecondsMax);
    session.finish();
}

}  // namespace assidu::config
