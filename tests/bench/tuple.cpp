#include "tests/bench/tuple.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace assidu::bench {

void Tuple::add(const Cell& cell) {
    constexpr std::int64_t kPrime = 1'000'003;
    const std::int64_t place = cell.user_id * 31 + cell.course * 17 + cell.activity * 7 + cell.day;
    ++groups;
    seconds += cell.seconds;
    events += cell.events;
    checksum += place % kPrime * cell.seconds % kPrime;
}

std::string to_json(const Tuple& tuple) {
    return fmt::format(R"({{"groups":{},"secs":{},"events":{},"check":{}}})", tuple.groups, tuple.seconds,
                       tuple.events, tuple.checksum);
}

Tuple tuple_of(std::string_view printed) {
    while (!printed.empty() && printed.back() == '\n')
        printed.remove_suffix(1);
    const std::size_t before = printed.rfind('\n');
    const auto line = nlohmann::json::parse(printed.substr(before == std::string_view::npos ? 0 : before + 1),
                                            nullptr, /*allow_exceptions=*/false);
    if (!line.is_object()) return {};
    const auto number = [&](const char* name) {
        return line.contains(name) && line.at(name).is_number() ? line.at(name).get<std::int64_t>() : 0;
    };
    return {number("groups"), number("secs"), number("events"), number("check")};
}

}  // namespace assidu::bench
