#include "config/scale.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "config/canonical_json.h"
#include "config/civil_calendar.h"
#include "config/digest.h"
#include "config/limits.h"

namespace assidu::config {
namespace {

using nlohmann::json;

// SONATE's published scale with its defects removed: half an hour of silence still counts, a longer one is
// worth a quarter of an hour and never more than itself. The excluded events are rows that Moodle writes
// about a student without a click of theirs.
constexpr std::string_view kSonate = R"({
  "schema": 1,
  "id": "sonate",
  "version": 1,
  "label": {"fr": "SONATE – financeurs", "en": "SONATE – funders"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 1800,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0}
}
)";

struct Preset {
    std::string_view name, document;
};
constexpr std::array kPresets{Preset{"sonate", kSonate}};

// Reads one object of the document; every member must be asked for, and what nobody asked for is refused.
class ObjectReader {
  public:
    ObjectReader(const json& object, std::string place, std::vector<std::string>& objections)
        : object_(object), place_(std::move(place)), objections_(objections) {
        if (!object_.is_object()) object_to("", "must be an object");
    }

    const json* find(const char* key, bool required = true) {
        known_.insert(key);
        if (!object_.is_object()) return nullptr;
        const auto member = object_.find(key);
        if (member != object_.end()) return &*member;
        if (required) object_to(key, "is missing");
        return nullptr;
    }

    std::string text(const char* key) {
        const json* member = find(key);
        if (member == nullptr) return {};
        if (member->is_string() && !member->get_ref<const std::string&>().empty())
            return member->get<std::string>();
        object_to(key, "must be a text that is not empty");
        return {};
    }

    bool boolean(const char* key) {
        const json* member = find(key);
        if (member == nullptr) return false;
        if (member->is_boolean()) return member->get<bool>();
        object_to(key, "must be true or false");
        return false;
    }

    std::int64_t integer(const char* key, std::int64_t min, std::int64_t max) {
        const json* member = find(key);
        if (member == nullptr) return min;
        if (member->is_number_integer()) {
            const bool huge = member->is_number_unsigned() &&
                              member->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
            if (!huge && member->get<std::int64_t>() >= min && member->get<std::int64_t>() <= max)
                return member->get<std::int64_t>();
        }
        object_to(key, fmt::format("must be an integer from {} to {}", min, max));
        return min;
    }

    std::vector<std::string> texts(const char* key) {
        std::vector<std::string> values;
        const json* member = find(key);
        if (member == nullptr) return values;
        if (!member->is_array()) {
            object_to(key, "must be a list of texts");
            return values;
        }
        for (const json& value : *member) {
            if (!value.is_string()) {
                object_to(key, "must be a list of texts");
                return {};
            }
            values.push_back(value.get<std::string>());
        }
        return values;
    }

    // A key whose other values belong to scales this version cannot compute yet.
    void only(const char* key, const json& value) {
        const json* member = find(key);
        if (member != nullptr && *member != value)
            object_to(key, fmt::format("must be {} in this version of Assidu", value.dump()));
    }

    template <class Enum>
    Enum one_of(const char* key, std::initializer_list<std::pair<std::string_view, Enum>> values) {
        const std::string name = text(key);
        std::string names;
        for (const auto& [value_name, value] : values) {
            if (value_name == name) return value;
            names += (names.empty() ? "" : ", ") + std::string(value_name);
        }
        if (!name.empty()) object_to(key, "must be one of: " + names);
        return values.begin()->second;
    }

    void object_to(const std::string& key, const std::string& what) {
        objections_.push_back(fmt::format("key '{}' {}", path(key), what));
    }

    void finish() {
        if (!object_.is_object()) return;
        for (const auto& [key, value] : object_.items()) {
            if (!known_.contains(key)) object_to(key, "is not known to this version of Assidu");
        }
    }

    [[nodiscard]] std::string path(const std::string& key) const {
        if (place_.empty() || key.empty()) return place_ + key;
        return place_ + "." + key;
    }

  private:
    const json& object_;
    std::string place_;
    std::vector<std::string>& objections_;
    std::set<std::string> known_;
};

// Refuses a member that stands twice: readers differ in which one they take. And a document nested so deep
// that whoever walks it would run out of stack: what is too deep is not kept.
class DuplicateMembers {
  public:
    bool operator()(int depth, json::parse_event_t event, json& parsed) {
        const auto level = static_cast<std::size_t>(depth);
        if (level >= limits::kJsonDepthMax) {
            too_deep = true;
            return false;
        }
        if (event == json::parse_event_t::object_start) {
            if (names_.size() <= level + 1) names_.resize(level + 2);
            names_[level + 1].clear();
        }
        if (event == json::parse_event_t::key) {
            if (names_.size() <= level) names_.resize(level + 1);
            if (!names_[level].insert(parsed.get<std::string>()).second)
                duplicate = parsed.get<std::string>();
        }
        return true;
    }
    std::string duplicate;
    bool too_deep = false;

  private:
    std::vector<std::set<std::string>> names_;
};

bool is_scale_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

void read_filter(ObjectReader& filter, Scale::Filter& rules, std::vector<std::string>& objections) {
    rules.origins = filter.texts("origins");
    rules.exclude_loginas = filter.boolean("exclude_loginas");
    rules.anonymous = filter.one_of<Scale::Anonymous>(
        "anonymous", {{"time_only", Scale::Anonymous::time_only}, {"drop", Scale::Anonymous::drop}});
    rules.exclude_actions = filter.texts("exclude_actions");
    rules.exclude_events = filter.texts("exclude_events");
    rules.include_site = filter.boolean("include_site");
    if (const json* modules = filter.find("modules")) {
        ObjectReader reader(*modules, filter.path("modules"), objections);
        rules.exclude_modules = reader.texts("exclude");
        reader.finish();
    }
    filter.finish();
}

void read_gap(ObjectReader& gap, Scale::Gap& rules) {
    rules.idle_s = gap.integer("idle", 1, limits::kScaleSecondsMax);
    gap.only("compare", "gt");
    rules.idle_credit_s = gap.integer("idle_credit", 0, limits::kScaleSecondsMax);
    gap.only("cap_credit_by_gap", true);
    rules.last_credit_s = gap.integer("last_credit", 0, limits::kScaleSecondsMax);
    gap.only("attribute", "earlier");
    rules.logout_ends = gap.boolean("logout_ends");
    rules.login_starts = gap.boolean("login_starts");
    gap.finish();
}

void read_session(ObjectReader& session, Scale::Session& rules) {
    rules.per = session.one_of<Scale::SessionPer>(
        "per", {{"site", Scale::SessionPer::site}, {"course", Scale::SessionPer::course}});
    session.only("split_on_idle", true);
    rules.min_duration_s = session.integer("min_duration", 0, limits::kScaleSecondsMax);
    session.finish();
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

}  // namespace

std::string Scale::name() const {
    return fmt::format("{} {}", id, version);
}

std::string Scale::label_in(std::string_view language) const {
    if (const auto found = label.find(std::string(language)); found != label.end()) return found->second;
    return label.empty() ? id : label.begin()->second;
}

Result<Scale> parse_scale(std::string_view text, std::string_view where) {
    DuplicateMembers duplicates;
    json document;
    try {
        document = json::parse(text, std::ref(duplicates));
    } catch (const json::exception& error) {
        return refuse(fmt::format("{}: not JSON: {}", where, error.what()));
    }
    if (duplicates.too_deep)
        return refuse(fmt::format("{}: nested deeper than {} levels", where, limits::kJsonDepthMax));
    if (!duplicates.duplicate.empty())
        return refuse(fmt::format("{}: key '{}' stands twice in one object", where, duplicates.duplicate));
    auto canonical = canonical_json(document);
    if (!canonical) return refuse(fmt::format("{}: {}", where, canonical.error().what));

    Scale scale;
    std::vector<std::string> objections;
    ObjectReader reader(document, "", objections);
    reader.only("schema", 1);
    reader.only("engine", "gap");
    reader.only("stream", "user");
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
    if (const json* member = reader.find("filter")) {
        ObjectReader filter(*member, "filter", objections);
        read_filter(filter, scale.filter, objections);
    }
    if (const json* member = reader.find("gap")) {
        ObjectReader gap(*member, "gap", objections);
        read_gap(gap, scale.gap);
    }
    if (const json* member = reader.find("session")) {
        ObjectReader session(*member, "session", objections);
        read_session(session, scale.session);
    }
    reader.finish();
    if (!objections.empty()) return refuse(fmt::format("{}: {}", where, fmt::join(objections, "; ")));

    scale.canonical = std::move(*canonical);
    scale.sha256 = hex(sha256(scale.canonical));
    return scale;
}

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    names.reserve(kPresets.size());
    for (const Preset& preset : kPresets)
        names.emplace_back(preset.name);
    return names;
}

std::string_view preset_document(std::string_view name) {
    for (const Preset& preset : kPresets) {
        if (preset.name == name) return preset.document;
    }
    return {};
}

}  // namespace assidu::config
