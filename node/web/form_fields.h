// The query of an address and the body of a form (application/x-www-form-urlencoded, as the WHATWG's URL
// standard has it), decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.h"

namespace assidu::node::web {

class FormFields {
  public:
    // Adds what `text` holds. Refused: a broken escape, a NUL, what is not UTF-8, more than
    // limits::kFormFieldsMax fields, a name or value of more than limits::kFormFieldBytesMax.
    [[nodiscard]] config::Result<void> add(std::string_view text);

    // The last one of that name, as PHP has it; nothing if there is none.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    // The same, or the empty text.
    [[nodiscard]] std::string text(std::string_view name) const { return find(name).value_or(""); }
    // In their order.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// For an address: everything but letters, digits and "-._~" escaped.
[[nodiscard]] std::string url_escaped(std::string_view text);

}  // namespace assidu::node::web
