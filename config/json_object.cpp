#include "config/json_object.h"

#include <fmt/format.h>

#include "config/limits.h"

namespace assidu::config {
namespace {

using nlohmann::json;

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

bool is_integer_within(const json& value, std::int64_t min, std::int64_t max) {
    if (!value.is_number_integer()) return false;
    const bool huge =
        value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    return !huge && value.get<std::int64_t>() >= min && value.get<std::int64_t>() <= max;
}

}  // namespace

Result<json> parse_strict_json(std::string_view text, std::string_view where) {
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
    return document;
}

ObjectReader::ObjectReader(const json& object, std::string place, std::vector<std::string>& objections)
    : object_(object), place_(std::move(place)), objections_(objections) {
    if (!object_.is_object()) object_to("", "must be an object");
}

const json* ObjectReader::find(const char* key, bool required) {
    known_.insert(key);
    if (!object_.is_object()) return nullptr;
    const auto member = object_.find(key);
    if (member != object_.end()) return &*member;
    if (required) object_to(key, "is missing");
    return nullptr;
}

bool ObjectReader::has(const char* key) const {
    return object_.is_object() && object_.contains(key);
}

std::string ObjectReader::text(const char* key) {
    const json* member = find(key);
    if (member == nullptr) return {};
    if (member->is_string() && !member->get_ref<const std::string&>().empty())
        return member->get<std::string>();
    object_to(key, "must be a text that is not empty");
    return {};
}

bool ObjectReader::boolean(const char* key) {
    const json* member = find(key);
    if (member == nullptr) return false;
    if (member->is_boolean()) return member->get<bool>();
    object_to(key, "must be true or false");
    return false;
}

std::int64_t ObjectReader::integer(const char* key, std::int64_t min, std::int64_t max) {
    const json* member = find(key);
    if (member == nullptr) return min;
    if (is_integer_within(*member, min, max)) return member->get<std::int64_t>();
    object_to(key, fmt::format("must be an integer from {} to {}", min, max));
    return min;
}

std::vector<std::string> ObjectReader::texts(const char* key) {
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

std::vector<std::int64_t> ObjectReader::integers_or_none(const char* key, std::int64_t min,
                                                         std::int64_t max) {
    std::vector<std::int64_t> values;
    const json* member = find(key, /*required=*/false);
    if (member == nullptr) return values;
    const bool list = member->is_array();
    if (list) {
        for (const json& value : *member) {
            if (!is_integer_within(value, min, max)) break;
            values.push_back(value.get<std::int64_t>());
        }
    }
    if (list && values.size() == member->size()) return values;
    object_to(key, fmt::format("must be a list of integers from {} to {}", min, max));
    return {};
}

void ObjectReader::only_supported(const char* key, const json& value) {
    const json* member = find(key, /*required=*/false);
    if (member != nullptr && *member != value)
        object_to(key, fmt::format("is not supported by this version of Assidu, but as {}", value.dump()));
}

void ObjectReader::only(const char* key, const json& value) {
    const json* member = find(key);
    if (member != nullptr && *member != value)
        object_to(key, fmt::format("must be {} in this version of Assidu", value.dump()));
}

void ObjectReader::object_to(const std::string& key, const std::string& what) {
    objections_.push_back(fmt::format("key '{}' {}", path(key), what));
}

std::string ObjectReader::path(const std::string& key) const {
    if (place_.empty() || key.empty()) return place_ + key;
    return place_ + "." + key;
}

void ObjectReader::finish() {
    if (!object_.is_object()) return;
    for (const auto& [key, value] : object_.items()) {
        if (!known_.contains(key)) object_to(key, "is not known to this version of Assidu");
    }
}

}  // namespace assidu::config
