#include "node/web/moodle_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::web {
namespace {

using Type = ParameterRule::Type;

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_letters(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// The value as its type has it; nothing if it is none of that type.
std::optional<std::string> value_of(const std::string& text, Type type) {
    switch (type) {
        case Type::letters:
            return is_letters(text) ? std::optional(text) : std::nullopt;
        case Type::integer:
            return number_of(text) ? std::optional(text) : std::nullopt;
        case Type::boolean:
            if (text == "1" || text == "true") return "1";
            if (text.empty() || text == "0" || text == "false") return "0";
            return std::nullopt;
        case Type::text:
        case Type::list:
            return text;
    }
    return std::nullopt;
}

std::string_view name_of(Type type) {
    switch (type) {
        case Type::letters:
            return "letters alone";
        case Type::integer:
            return "an integer";
        case Type::boolean:
            return "0 or 1";
        case Type::list:
            return "a list";
        case Type::text:
            break;
    }
    return "a text";
}

}  // namespace

std::expected<CheckedParameters, MoodleError> CheckedParameters::of(const MoodleParameters& parameters,
                                                                    std::span<const ParameterRule> rules) {
    const auto is_declared = [&](const auto& given, bool list) {
        return std::ranges::any_of(rules, [&](const ParameterRule& rule) {
            return rule.name == given.first && (rule.type == Type::list) == list;
        });
    };
    for (const auto& given : parameters.texts)
        if (!is_declared(given, false))
            return std::unexpected(invalid_parameter(collect::shown(given.first) + " is no parameter of it"));
    for (const auto& given : parameters.lists)
        if (!is_declared(given, true))
            return std::unexpected(invalid_parameter(collect::shown(given.first) + " is no list of it"));
    CheckedParameters checked;
    for (const ParameterRule& rule : rules) {
        const std::string name(rule.name);
        if (rule.type == Type::list) {
            const auto given = parameters.lists.find(rule.name);
            if (given == parameters.lists.end())
                return std::unexpected(invalid_parameter(name + " is missing"));
            if (given->second.size() > config::limits::kWebUsersMax)
                return std::unexpected(
                    invalid_parameter(fmt::format("{}: more than {}", name, config::limits::kWebUsersMax)));
            checked.values_.lists.emplace(name, given->second);
            continue;
        }
        const auto given = parameters.texts.find(rule.name);
        if (given == parameters.texts.end() && !rule.otherwise)
            return std::unexpected(invalid_parameter(name + " is missing"));
        const std::string text =
            given == parameters.texts.end() ? std::string(*rule.otherwise) : given->second;
        auto value = value_of(text, rule.type);
        if (!value)
            return std::unexpected(
                invalid_parameter(fmt::format("{}: {} is wanted", name, name_of(rule.type))));
        checked.values_.texts.emplace(name, *std::move(value));
    }
    return checked;
}

const std::string& CheckedParameters::text(std::string_view name) const {
    return values_.texts.find(name)->second;
}
std::int64_t CheckedParameters::integer(std::string_view name) const {
    return number_of(text(name)).value_or(0);
}
const std::vector<std::string>& CheckedParameters::list(std::string_view name) const {
    return values_.lists.find(name)->second;
}

}  // namespace assidu::node::web
