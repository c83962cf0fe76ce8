// course_categories.path of Moodle: "/1/5", the ids from the root down to the category itself.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace assidu::node::collect {

// Nothing if it is no such path, or empty.
[[nodiscard]] inline std::optional<std::vector<std::int64_t>> parse_category_path(std::string_view path) {
    std::vector<std::int64_t> categories;
    while (!path.empty()) {
        if (path.front() != '/') return std::nullopt;
        path.remove_prefix(1);
        std::int64_t category = 0;
        const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), category);
        if (error != std::errc{}) return std::nullopt;
        path.remove_prefix(static_cast<std::size_t>(end - path.data()));
        categories.push_back(category);
    }
    if (categories.empty()) return std::nullopt;
    return categories;
}

}  // namespace assidu::node::collect
