#include "config/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/scale_sections.h"

namespace assidu::config {
namespace {

using nlohmann::json;

bool is_scale_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

void read_label(ObjectReader& scale, std::map<std::string, std::string>& label) {
    const json* member = scale.find("label");
    if (member == nullptr) return;
    if (!member->is_object()) return scale.object_to("label", "must be an object of texts by language");
    for (const auto& [language, text] : member->items()) {
        if (!text.is_string()) return scale.object_to("label", "must be an object of texts by language");
        label[language] = text.get<std::string>();
    }
}

void read_identity(ObjectReader& reader, Scale& scale) {
    scale.id = reader.text("id");
    if (!scale.id.empty() && !is_scale_id(scale.id))
        reader.object_to("id", "must be 1 to 64 lower-case letters, digits and hyphens");
    scale.version = reader.integer("version", 1, 1'000'000);
    read_label(reader, scale.label);
    scale.timezone = reader.text("timezone");
    if (!scale.timezone.empty()) {
        if (const auto calendar = CivilCalendar::of(scale.timezone); !calendar)
            reader.object_to("timezone", "is refused: " + calendar.error().what);
    }
    scale.week_start = static_cast<int>(reader.integer_or("week_start", 1, 7, 1));
    if (reader.has("valid_from")) {
        scale.valid_from = parse_iso_date(reader.text("valid_from"));
        if (!scale.valid_from) reader.object_to("valid_from", "must be a date, YYYY-MM-DD");
    }
}

// Reads the section `key` if it is there. Nothing may be there that the engine does not look at: it would be
// ignored.
void read_section(ObjectReader& reader, const char* key, bool required, bool looked_at,
                  const std::function<void(ObjectReader&)>& read) {
    const json* member = reader.find(key, required && looked_at);
    if (member == nullptr) return;
    if (!looked_at) return reader.object_to(key, "does not belong to this engine, which would ignore it");
    ObjectReader section(*member, key, reader.objections());
    read(section);
}

void read_sections(ObjectReader& reader, Scale& scale) {
    const bool gaps = scale.engine == Scale::Engine::gap;
    const bool measures = scale.engine != Scale::Engine::completion;
    read_section(reader, "filter", true, gaps, [&](auto& section) { read_filter(section, scale.filter); });
    read_section(reader, "gap", true, gaps, [&](auto& section) { read_gap(section, scale.gap); });
    read_section(reader, "session", true, gaps, [&](auto& section) { read_session(section, scale.session); });
    read_section(reader, "calendar", false, measures,
                 [&](auto& section) { read_calendar(section, scale.calendar); });
    read_section(reader, "caps", false, measures, [&](auto& section) { read_caps(section, scale.caps); });
    read_section(reader, "credits", !measures, true,
                 [&](auto& section) { read_credits(section, scale.credits); });
    read_section(reader, "rounding", false, true,
                 [&](auto& section) { read_rounding(section, scale.display); });
    read_section(reader, "display", false, true,
                 [&](auto& section) { read_display(section, scale.display); });
    read_section(reader, "attendance", false, true,
                 [&](auto& section) { read_attendance(section, scale.display); });
    read_section(reader, "outputs", false, true,
                 [&](auto& section) { read_outputs(section, scale.display); });
}

// What one key says against another.
void object_to_contradictions(ObjectReader& reader, const Scale& scale) {
    if (scale.stream == Scale::Stream::user_courseset && scale.filter.include_courses.empty() &&
        scale.filter.include_categories.empty())
        reader.object_to("stream",
                         "is \"user_courseset\", and filter.courses names no course and no category");
    if (scale.engine == Scale::Engine::import &&
        (!scale.caps.activity_day_s.empty() || !scale.caps.activity_total_s.empty()))
        reader.object_to("caps", "has a cap by activity type, and the records of another system say no type");
    if (scale.gap.attribute == Scale::Attribute::later && scale.session.per == Scale::SessionPer::course)
        reader.object_to("gap.attribute",
                         "is \"later\", and sessions are per course: the time between two courses would be "
                         "in the session of one and in the total of the other");
    if (!scale.gap.cap_credit_by_gap && scale.legacy_quirks.empty()) {
        const auto exceeds = [](const Scale::GapRule& rule) { return rule.idle_credit_s > rule.idle_s; };
        if (exceeds(scale.gap) ||
            std::ranges::any_of(scale.gap.by_module, [&](const auto& rule) { return exceeds(rule.second); }))
            reader.object_to(
                "gap.cap_credit_by_gap",
                "may be false only where no idle_credit exceeds its idle: a credit longer than its "
                "gap would count time twice");
    }
}

// Quirks belong to the legacy presets. Of such a document only what the plugin's own settings say may differ
// from the preset; the rest is how the plugin works.
void read_quirks(ObjectReader& reader, const json& document, Scale& scale) {
    scale.legacy_quirks = reader.texts_or_none("legacy_quirks");
    const std::vector<std::string> allowed = quirks_of(scale.id);
    for (const std::string& quirk : scale.legacy_quirks) {
        if (std::ranges::find(allowed, quirk) == allowed.end())
            reader.object_to("legacy_quirks", fmt::format("has '{}', which only {} may use", quirk,
                                                          "the legacy preset that it is a defect of"));
    }
    if (allowed.empty() || !reader.objections().empty()) return;
    if (scale.calendar.windows.size() > 1)
        return reader.object_to("calendar.windows",
                                "is a setting of the plugin, which knows one window alone");
    if (scale.legacy_quirks.empty())
        return reader.object_to("id",
                                "is that of a legacy preset, and legacy_quirks names none of its defects");
    const auto without_settings = [](json scale_document) {
        for (const char* key : {"version", "label", "timezone", "legacy_quirks"})
            scale_document.erase(key);
        for (const char* key : {"idle", "idle_credit", "last_credit"})
            scale_document["gap"].erase(key);
        scale_document["filter"].erase("targets");
        scale_document["filter"]["modules"].erase("exclude");
        scale_document["session"].erase("per");
        if (scale_document.contains("calendar")) {
            for (const char* key : {"weekdays", "windows", "exclude_month_days"})
                scale_document["calendar"].erase(key);
        }
        return scale_document;
    };
    const json difference =
        json::diff(without_settings(json::parse(preset_document(scale.id))), without_settings(document));
    if (!difference.empty())
        reader.object_to(difference[0].at("path").get<std::string>().substr(1),
                         "is not a setting of the plugin, and must be as in the legacy preset");
}

}  // namespace

std::string Scale::Display::shown(std::int64_t duration_s) const {
    const std::int64_t magnitude = duration_s < 0 ? -duration_s : duration_s;
    std::int64_t rounded = magnitude / round_to_s * round_to_s;
    const bool up = round == Round::ceiling
                        ? magnitude % round_to_s != 0
                        : round == Round::nearest && magnitude % round_to_s * 2 >= round_to_s;
    if (up) rounded += round_to_s;
    const std::int64_t minutes = rounded / 60;
    std::string text = fmt::format("{}{:02}:{:02}", duration_s < 0 && rounded != 0 ? "-" : "",
                                   minutes / hour_minutes, minutes % hour_minutes);
    if (seconds) text += fmt::format(":{:02}", rounded % 60);
    return text;
}

std::string Scale::name() const {
    return fmt::format("{} {}", id, version);
}

std::string Scale::label_in(std::string_view language) const {
    if (const auto found = label.find(std::string(language)); found != label.end()) return found->second;
    return label.empty() ? id : label.begin()->second;
}

bool Scale::has_quirk(std::string_view quirk) const {
    return std::ranges::find(legacy_quirks, quirk) != legacy_quirks.end();
}

Result<Scale> parse_scale(std::string_view text, std::string_view where) {
    const auto document = parse_strict_json(text, where);
    if (!document) return std::unexpected(document.error());
    auto canonical = canonical_json(*document);
    if (!canonical) return refuse(fmt::format("{}: {}", where, canonical.error().what));

    Scale scale;
    std::vector<std::string> objections;
    ObjectReader reader(*document, "", objections);
    reader.only("schema", 1);
    read_identity(reader, scale);
    scale.engine = reader.one_of<Scale::Engine>("engine", {{"gap", Scale::Engine::gap},
                                                           {"completion", Scale::Engine::completion},
                                                           {"import", Scale::Engine::import}});
    if (scale.engine == Scale::Engine::gap)
        scale.stream =
            reader.one_of<Scale::Stream>("stream", {{"user", Scale::Stream::user},
                                                    {"user_course", Scale::Stream::user_course},
                                                    {"user_courseset", Scale::Stream::user_courseset}});
    else if (reader.find("stream", /*required=*/false) != nullptr)
        reader.object_to("stream", "does not belong to this engine, which would ignore it");
    read_sections(reader, scale);
    read_quirks(reader, *document, scale);
    object_to_contradictions(reader, scale);
    reader.finish();
    if (!objections.empty()) return refuse(fmt::format("{}: {}", where, fmt::join(objections, "; ")));

    scale.canonical = std::move(*canonical);
    scale.sha256 = hex(sha256(scale.canonical));
    return scale;
}

}  // namespace assidu::config
