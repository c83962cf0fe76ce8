#include "node/doctor/finding.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "node/collect/text.h"

namespace assidu::node::doctor {
namespace {

const FindingText& text_of(const Finding& finding) {
    const auto found = std::ranges::find(all_findings(), finding.code, &FindingText::code);
    if (found == all_findings().end()) throw std::logic_error("a finding without words: " + finding.code);
    return *found;
}

std::string filled(std::string_view words, const Finding& finding) {
    fmt::dynamic_format_arg_store<fmt::format_context> values;
    // What stands in files and databases is shown as text, never as commands to a terminal.
    for (const std::string& value : finding.values)
        values.push_back(collect::printable(value));
    return fmt::vformat(words, values);
}

std::vector<Finding> worst_first(std::vector<Finding> findings) {
    std::ranges::stable_sort(findings, std::ranges::greater{}, &Finding::severity);
    return findings;
}

std::string_view mark_of(Severity severity, reports::Language language) {
    const bool french = language == reports::Language::fr;
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::note:
            return "note";
        case Severity::warning:
            return french ? "ATTENTION" : "WARNING";
        case Severity::failure:
            return french ? "DÉFAUT" : "FAILURE";
    }
    return "";
}

}  // namespace

std::string_view code_of(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::failure:
            return "failure";
    }
    return "";
}

std::string message_of(const Finding& finding, reports::Language language) {
    const FindingText& text = text_of(finding);
    return filled(language == reports::Language::fr ? text.fr : text.en, finding);
}

std::string advice_of(const Finding& finding, reports::Language language) {
    const FindingText& text = text_of(finding);
    return filled(language == reports::Language::fr ? text.do_fr : text.do_en, finding);
}

Severity worst_of(const std::vector<Finding>& findings) {
    Severity worst = Severity::ok;
    for (const Finding& finding : findings)
        worst = std::max(worst, finding.severity);
    return worst;
}

std::string as_text(const std::vector<Finding>& findings, reports::Language language) {
    std::string text;
    for (const Finding& finding : worst_first(findings)) {
        text +=
            fmt::format("{:<9}  {}\n", mark_of(finding.severity, language), message_of(finding, language));
        if (const std::string advice = advice_of(finding, language); !advice.empty())
            text += fmt::format("{:<9}  -> {}\n", "", advice);
    }
    return text;
}

std::string as_json(const std::vector<Finding>& findings, reports::Language language) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Finding& finding : worst_first(findings))
        list.push_back({{"code", finding.code},
                        {"severity", code_of(finding.severity)},
                        {"values", finding.values},
                        {"message", message_of(finding, language)},
                        {"advice", advice_of(finding, language)}});
    const nlohmann::ordered_json document{
        {"format", 1}, {"worst", code_of(worst_of(findings))}, {"findings", std::move(list)}};
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace assidu::node::doctor
