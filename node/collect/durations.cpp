#include "node/collect/durations.h"

#include <charconv>

#include "config/limits.h"

namespace assidu::node::collect {
namespace {

constexpr std::int64_t kMax = config::limits::kScaleTotalSecondsMax;
constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86'400, kWeek = 7 * kDay;

// The digits at the beginning of `text`, which is left behind them; nothing if there are none or too many.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value > kMax) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

// A fraction behind a point or comma; false if there is a point and no digit.
bool pass_fraction(std::string_view& text, bool& had) {
    had = !text.empty() && (text.front() == '.' || text.front() == ',');
    if (!had) return true;
    text.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
        ++digits;
    text.remove_prefix(digits);
    return digits > 0;
}

struct Unit {
    char letter;
    std::int64_t seconds;  // 0: of no fixed length
};
constexpr Unit kDateUnits[] = {{'Y', 0}, {'M', 0}, {'W', kWeek}, {'D', kDay}};
constexpr Unit kTimeUnits[] = {{'H', kHour}, {'M', kMinute}, {'S', 1}};

// Reads components, each unit at most once and in order, up to the end or a T.
template <std::size_t N>
bool take_components(std::string_view& text, const Unit (&units)[N], std::int64_t& sum, int& components) {
    std::size_t next = 0;
    while (!text.empty() && text.front() != 'T') {
        const auto number = take_number(text);
        bool fraction = false;
        if (!number || !pass_fraction(text, fraction) || text.empty()) return false;
        while (next < N && units[next].letter != text.front())
            ++next;
        if (next == N) return false;
        const Unit& unit = units[next++];
        text.remove_prefix(1);
        if ((unit.seconds == 0 && *number > 0) || (fraction && unit.letter != 'S')) return false;
        sum += *number * unit.seconds;
        if (sum > kMax) return false;
        ++components;
    }
    return true;
}

std::optional<std::int64_t> parse_iso(std::string_view text) {
    text.remove_prefix(1);
    std::int64_t sum = 0;
    int components = 0;
    if (!take_components(text, kDateUnits, sum, components)) return std::nullopt;
    if (!text.empty()) {
        text.remove_prefix(1);
        const int before = components;
        if (!take_components(text, kTimeUnits, sum, components) || !text.empty() || components == before)
            return std::nullopt;
    }
    if (components == 0) return std::nullopt;
    return sum;
}

std::optional<std::int64_t> parse_clock(std::string_view text) {
    const std::size_t hour_digits = text.find(':');
    if (hour_digits < 2 || hour_digits > 4) return std::nullopt;
    std::int64_t sum = 0;
    for (const std::int64_t unit : {kHour, kMinute, std::int64_t{1}}) {
        const std::size_t before = text.size();
        const auto number = take_number(text);
        if (!number) return std::nullopt;
        if (unit != kHour && (before - text.size() != 2 || *number > 59)) return std::nullopt;
        sum += *number * unit;
        if (unit == 1) break;
        if (text.empty() || text.front() != ':') return std::nullopt;
        text.remove_prefix(1);
    }
    bool fraction = false;
    if (!pass_fraction(text, fraction) || !text.empty()) return std::nullopt;
    return sum;
}

}  // namespace

std::optional<std::int64_t> parse_scorm_duration(std::string_view text) {
    return text.starts_with('P') ? parse_iso(text) : parse_clock(text);
}

}  // namespace assidu::node::collect
