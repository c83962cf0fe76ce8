#include "config/canonical_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/limits.h"

namespace assidu::config {
namespace {

constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

// Empty when `value` can be written canonically, else what stands against it. `depth` of the value itself is
// 1; both this and the writer descend by recursion, and the value may be a stranger's.
std::string objection(const nlohmann::json& value, const std::string& place, std::size_t depth) {
    if (value.is_structured() && depth > limits::kJsonDepthMax)
        return fmt::format("nested deeper than {} levels", limits::kJsonDepthMax);
    if (value.is_number_float()) return place + ": a number must be an integer";
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(kIntegerMax))
        return place + ": the integer is out of range";
    if (value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() < -kIntegerMax)
        return place + ": the integer is out of range";
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            if (!std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
                return place + ": a member name must be ASCII";
            if (auto found = objection(member, place + "/" + name, depth + 1); !found.empty()) return found;
        }
    }
    if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (auto found = objection(value[i], place + "/" + std::to_string(i), depth + 1); !found.empty())
                return found;
        }
    }
    return {};
}

}  // namespace

Result<std::string> canonical_json(const nlohmann::json& value) {
    if (auto found = objection(value, "", 1); !found.empty()) return refuse(std::move(found));
    try {
        // nlohmann keeps members in byte order, which for ASCII names is RFC 8785's UTF-16 order, and writes
        // strings with the escapes of RFC 8785 section 3.2.2.2.
        return value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::strict);
    } catch (const nlohmann::json::exception&) {
        return refuse("a string is not UTF-8");
    }
}

}  // namespace assidu::config
