#include "node/collect/log_page_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

struct MonthName {
    std::string_view folded;
    int month;
};
// English and French, whole and as strftime's %b shortens them; folded, without the dot.
constexpr auto kMonths = std::to_array<MonthName>({
    {"january", 1}, {"jan", 1},       {"janvier", 1},   {"janv", 1},  {"february", 2},  {"feb", 2},
    {"fevrier", 2}, {"fevr", 2},      {"fev", 2},       {"march", 3}, {"mar", 3},       {"mars", 3},
    {"april", 4},   {"apr", 4},       {"avril", 4},     {"avr", 4},   {"may", 5},       {"mai", 5},
    {"june", 6},    {"jun", 6},       {"juin", 6},      {"july", 7},  {"jul", 7},       {"juillet", 7},
    {"juil", 7},    {"august", 8},    {"aug", 8},       {"aout", 8},  {"september", 9}, {"sep", 9},
    {"sept", 9},    {"septembre", 9}, {"october", 10},  {"oct", 10},  {"octobre", 10},  {"november", 11},
    {"nov", 11},    {"novembre", 11}, {"december", 12}, {"dec", 12},  {"decembre", 12},
});
constexpr auto kWeekdays = std::to_array<std::string_view>(
    {"monday",   "mon", "tuesday",  "tue", "wednesday", "wed", "thursday", "thu", "friday",   "fri",
     "saturday", "sat", "sunday",   "sun", "lundi",     "lun", "mardi",    "mar", "mercredi", "mer",
     "jeudi",    "jeu", "vendredi", "ven", "samedi",    "sam", "dimanche", "dim"});

struct Token {
    std::string_view text;
    bool number = false;
    int value = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Figures and words of a date; false at a character or a number that no date has.
bool tokens_of(std::string_view text, std::vector<Token>& tokens) {
    constexpr std::string_view kBetween = " ,./-";
    for (std::size_t at = 0; at < text.size();) {
        if (kBetween.contains(text[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        Token token;
        token.number = is_digit(text[at]);
        while (at < text.size() && !kBetween.contains(text[at]) && is_digit(text[at]) == token.number)
            ++at;
        token.text = text.substr(begin, at - begin);
        if (token.number) {
            if (token.text.size() > 4) return false;
            std::from_chars(token.text.data(), token.text.data() + token.text.size(), token.value);
        }
        tokens.push_back(token);
    }
    return true;
}

std::optional<int> month_of(std::string_view word) {
    const auto found = std::ranges::find(kMonths, word, &MonthName::folded);
    if (found == kMonths.end()) return std::nullopt;
    return found->month;
}

std::optional<int> year_of(const Token& token) {
    if (!token.number) return std::nullopt;
    if (token.text.size() == 4 && token.value >= 1970) return token.value;
    if (token.text.size() == 2) return 2000 + token.value;
    return std::nullopt;
}

bool is_short(const Token& token) {
    return token.number && token.text.size() <= 2;
}

// Three tokens: day, month and year in one of the orders that people write.
bool read_date(const std::vector<Token>& tokens, PageTime& time) {
    const Token &a = tokens[0], &b = tokens[1], &c = tokens[2];
    const auto set = [&time](std::optional<int> year, std::optional<int> month, const Token& day) {
        if (!year || !month || !is_short(day)) return false;
        time.year = *year;
        time.month = *month;
        time.day = day.value;
        return true;
    };
    if (a.number && a.text.size() == 4)
        return set(year_of(a), b.number ? b.value : month_of(b.text).value_or(0), c);
    if (!a.number) return set(year_of(c), month_of(a.text), b);
    if (!b.number) return set(year_of(c), month_of(b.text), a);
    if (!is_short(a) || !is_short(b) || !year_of(c)) return false;
    time.year = *year_of(c);
    time.first = a.value;
    time.second = b.value;
    time.in_figures = true;
    return true;
}

// One or two figures in [0, max] at the beginning of `text`, which moves past them.
std::optional<int> take_number(std::string_view& text, int max) {
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[size]))
        ++size;
    if (size == 0 || size > 2) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + size, value);
    text.remove_prefix(size);
    if (value > max) return std::nullopt;
    return value;
}

// "12:39", "12:39:07", "12:39 pm".
std::optional<std::int32_t> read_clock(std::string_view text) {
    const std::optional<int> hour = take_number(text, 23);
    if (!hour || !text.starts_with(':')) return std::nullopt;
    text.remove_prefix(1);
    const std::optional<int> minute = take_number(text, 59);
    if (!minute) return std::nullopt;
    int second = 0;
    if (text.starts_with(':')) {
        text.remove_prefix(1);
        const std::optional<int> seconds = take_number(text, 59);
        if (!seconds) return std::nullopt;
        second = *seconds;
    }
    text = trimmed(text);
    int hours = *hour;
    if (!text.empty()) {
        const bool am = text == "am" || text == "a.m." || text == "a.m";
        const bool pm = text == "pm" || text == "p.m." || text == "p.m";
        // 13:00 PM is what a broken format of a site prints ("%H:%M %p"); it can only mean one thing.
        if ((!am && !pm) || (am && hours > 12)) return std::nullopt;
        if (hours == 12)
            hours = am ? 0 : 12;
        else if (pm && hours < 12 && hours > 0)
            hours += 12;
        else if (pm && hours == 0)
            return std::nullopt;
    }
    return hours * 3600 + *minute * 60 + second;
}

}  // namespace

config::Result<PageTime> parse_page_time(std::string_view utf8, bool& no_year) {
    no_year = false;
    const std::string text = folded(utf8);
    const auto refuse = [&](std::string_view why) {
        return config::refuse(fmt::format("the time {} {}", shown(cleaned(utf8, 64)), why));
    };
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return refuse("has no time of day");
    std::size_t clock = colon;
    while (clock > 0 && is_digit(text[clock - 1]))
        --clock;
    PageTime time;
    const std::optional<std::int32_t> second_of_day = read_clock(std::string_view(text).substr(clock));
    if (!second_of_day) return refuse("has a time of day that cannot be read");
    time.second_of_day = *second_of_day;

    std::vector<Token> tokens;
    if (!tokens_of(std::string_view(text).substr(0, clock), tokens))
        return refuse("has a date that cannot be read");
    if (tokens.size() == 4 && std::ranges::find(kWeekdays, tokens.front().text) != kWeekdays.end())
        tokens.erase(tokens.begin());
    if (tokens.size() == 2 || (tokens.size() == 3 && !tokens[0].number && !month_of(tokens[0].text))) {
        no_year = true;
        return refuse("has no year; export the log again in a form that has it");
    }
    if (tokens.size() != 3 || !read_date(tokens, time)) return refuse("has a date that cannot be read");
    return time;
}

std::optional<config::CivilDay> day_of(const PageTime& time, std::optional<DateOrder> order) {
    if (!time.in_figures) return config::civil_day(time.year, time.month, time.day);
    if (order == DateOrder::dmy) return config::civil_day(time.year, time.second, time.first);
    if (order == DateOrder::mdy) return config::civil_day(time.year, time.first, time.second);
    return std::nullopt;
}

}  // namespace assidu::node::collect
