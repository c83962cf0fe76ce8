#include "federation/canonical_members.h"

#include <fmt/format.h>

#include "config/canonical_json.h"
#include "config/digest.h"

namespace assidu::federation {

using config::CivilDay;
using config::refuse;
using config::Result;
using nlohmann::json;

Members::Members(const json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) fail("is not an object");
}

std::int64_t Members::integer(const char* name) {
    const json* member = find(name);
    if (member == nullptr) return 0;
    if (member->is_number_integer() &&
        (!member->is_number_unsigned() || member->get<std::uint64_t>() <= INT64_MAX))
        return member->get<std::int64_t>();
    fail(fmt::format("{} is not an integer", name));
    return 0;
}

std::string Members::text(const char* name) {
    const json* member = find(name);
    if (member == nullptr) return {};
    if (member->is_string()) return member->get<std::string>();
    fail(fmt::format("{} is not a text", name));
    return {};
}

std::optional<std::int64_t> Members::integer_or_null(const char* name) {
    const json* member = find(name);
    if (member == nullptr || member->is_null()) return std::nullopt;
    return integer(name);
}

std::string Members::digest(const char* name, bool may_be_empty) {
    std::string value = text(name);
    if (may_be_empty && value.empty()) return value;
    if (!config::is_sha256_hex(value)) fail(fmt::format("{} is not a digest", name));
    return value;
}

CivilDay Members::day(const char* name) {
    const auto value = config::parse_iso_date(text(name));
    if (!value) fail(fmt::format("{} is not a day", name));
    return value.value_or(CivilDay{});
}

const json& Members::array(const char* name) {
    static const json kNone = json::array();
    const json* member = find(name);
    if (member == nullptr) return kNone;
    if (member->is_array()) return *member;
    fail(fmt::format("{} is not a list", name));
    return kNone;
}

const json& Members::object(const char* name) {
    static const json kNone = json::object();
    const json* member = find(name);
    return member == nullptr ? kNone : *member;
}

void Members::fail(const std::string& what) {
    if (objection_.empty()) objection_ = place_ + ": " + what;
}

std::string Members::finish() {
    if (!objection_.empty() || !object_.is_object()) return objection_;
    for (const auto& [name, value] : object_.items()) {
        if (!asked_.contains(name)) return fmt::format("{}: {} is not known", place_, name);
    }
    return {};
}

const json* Members::find(const char* name) {
    asked_.insert(name);
    if (!object_.is_object()) return nullptr;
    const auto member = object_.find(name);
    if (member != object_.end()) return &*member;
    fail(fmt::format("{} is missing", name));
    return nullptr;
}

std::string canonical(const json& value) {
    return config::canonical_json(value).value();
}

Result<json> parse_canonical(std::string_view text, const char* what) {
    json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) return refuse(fmt::format("{} is not JSON", what));
    const auto again = config::canonical_json(value);
    if (!again) return refuse(fmt::format("{}: {}", what, again.error().what));
    if (*again != text) return refuse(fmt::format("{} is not canonical JSON", what));
    return value;
}

json json_of(const std::optional<std::int64_t>& value) {
    return value ? json(*value) : json(nullptr);
}

}  // namespace assidu::federation
