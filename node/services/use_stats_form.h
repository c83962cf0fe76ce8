// How block_use_stats' parameters are read and its results written; under use_stats.h.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/services/use_stats.h"

namespace assidu::node::services {

// Of a handler that PHP could not call: what phpxmlrpc answers then.
inline constexpr std::int32_t kTooFewParameters = 17;

struct UseStatsForm {
    UseStatsQuery query;
    bool too_few = false;     // fewer parameters than the function takes
    bool bad_caller = false;  // callinguser is no struct of the three texts
    std::string problem;      // what else is none of what it should be; empty: nothing
};
// Any other function is a std::logic_error.
[[nodiscard]] UseStatsForm read_use_stats(std::string_view function, std::span<const rpc::Value> params,
                                          bool wrapped);

// The result object: a struct, or one string of JSON as PHP writes it (ASCII alone, slashes escaped, status,
// errors and message in this order).
[[nodiscard]] rpc::Value use_stats_value(UseStatsStatus status, rpc::Value::Array errors,
                                         const std::optional<std::string>& message, bool json);

// One line for the audit out of what a peer wrote.
[[nodiscard]] std::string audit_text(std::string_view foreign);

}  // namespace assidu::node::services
