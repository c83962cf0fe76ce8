// Moodle's way with parameters: each is declared with a type and perhaps a default, and anything else is an
// invalid parameter. Under moodle_functions.h.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/web/moodle_functions.h"

namespace assidu::node::web {

struct ParameterRule {
    enum class Type : std::uint8_t { letters, text, integer, boolean, list };
    std::string_view name;
    Type type = Type::text;
    std::optional<std::string_view> otherwise = std::nullopt;  // nothing: the parameter has to be there
};

// Parameters that were found to be as their rules say.
class CheckedParameters {
  public:
    [[nodiscard]] static std::expected<CheckedParameters, MoodleError> of(
        const MoodleParameters& parameters, std::span<const ParameterRule> rules);
    [[nodiscard]] const std::string& text(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const { return integer(name) != 0; }
    [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const;

  private:
    MoodleParameters values_;  // integers and booleans as decimal text
};

}  // namespace assidu::node::web
