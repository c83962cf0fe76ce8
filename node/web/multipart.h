// A form with a file (multipart/form-data, RFC 7578), read strictly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"

namespace assidu::node::web {

struct FormPart {
    std::string name;
    std::string_view content;  // points into the body
};

// Refused: no boundary, a part without a name, more than limits::kFormFieldsMax of them, bytes that are in
// none, a body that does not end as it says. `content_type`: as it was sent.
[[nodiscard]] config::Result<std::vector<FormPart>> read_multipart(std::string_view content_type,
                                                                   std::string_view body);

}  // namespace assidu::node::web
