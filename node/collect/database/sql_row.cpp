#include "node/collect/database/sql_row.h"

#include <fmt/format.h>

#include <charconv>

#include "config/utf8.h"
#include "node/collect/text.h"

namespace assidu::node::collect::database {

config::Result<std::int64_t> SqlRow::whole(std::size_t column, std::int64_t min, std::int64_t max) const {
    if (is_null(column)) return config::refuse(fmt::format("{} is NULL", name(column)));
    const std::string_view text = bytes(column);
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::invalid_argument || (error == std::errc{} && stop != end))
        return config::refuse(fmt::format("{} is not a whole number: {}", name(column), shown(text)));
    if (error != std::errc{} || number < min || number > max)
        return config::refuse(fmt::format("{} is out of range: {}", name(column), shown(text)));
    return number;
}

config::Result<std::int64_t> SqlRow::whole_or(std::size_t column, std::int64_t if_null, std::int64_t min,
                                              std::int64_t max) const {
    if (is_null(column)) return if_null;
    return whole(column, min, max);
}

config::Result<std::string_view> SqlRow::text(std::size_t column, std::size_t bytes_max) const {
    const std::string_view text = bytes(column);
    if (text.size() > bytes_max)
        return config::refuse(
            fmt::format("{} is longer than {} bytes: {}", name(column), bytes_max, shown(text)));
    if (text.find('\0') != std::string_view::npos)
        return config::refuse(fmt::format("{} has a NUL byte: {}", name(column), shown(text)));
    if (!config::is_utf8(text))
        return config::refuse(fmt::format("{} is not UTF-8: {}", name(column), shown(text)));
    return text;
}

}  // namespace assidu::node::collect::database
