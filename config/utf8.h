// UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assidu::config {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;  // 0: no well-formed sequence begins here
};

// What begins at `at`, which must be inside `bytes`.
[[nodiscard]] CodePoint code_point_at(std::string_view bytes, std::size_t at);

// Whether the whole is well-formed.
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace assidu::config
