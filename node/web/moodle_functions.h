// The functions of block_use_stats and report_trainingsessions that an ERP calls: parameters in, the value of
// the answer out. In the public plugins they are declared and not implemented; here they work. What each
// member means is in docs/web-services.md.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/node.h"
#include "node/web/moodle_answer.h"
#include "node/web/report_link.h"
#include "node/web/tokens.h"

namespace assidu::node::web {

inline constexpr std::string_view kMoodleFunctions[] = {
    "block_use_stats_get_user_stats", "block_use_stats_get_users_stats",
    "block_use_stats_get_users_course_stats", "report_trainingsessions_get_report_url"};
[[nodiscard]] bool is_moodle_function(std::string_view name);

// The parameters of a call, as texts: Moodle's forms have nothing else.
struct MoodleParameters {
    std::map<std::string, std::string, std::less<>> texts;
    std::map<std::string, std::vector<std::string>, std::less<>> lists;
};
// The names of a function's parameters in their order, for calls that have no names. A function that is none
// is a std::logic_error.
[[nodiscard]] std::vector<std::string_view> parameter_names(std::string_view function);

// What became of a call, for the audit.
struct MoodleOutcome {
    std::int64_t students = 0;  // told about
    std::string code;           // "told", or why not
};

// `address_of` makes the whole address of a report. The token holds and allows the function: who calls has
// asked. One thread at a time for one node. Throws ResourceFailure if its stores fail.
[[nodiscard]] std::expected<nlohmann::ordered_json, MoodleError> call_moodle_function(
    const Node& node, const Token& token, std::string_view function, const MoodleParameters& parameters,
    const std::function<std::string(const LinkedReport&)>& address_of, MoodleOutcome& outcome);

}  // namespace assidu::node::web
