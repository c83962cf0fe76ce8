// The subcommands of the pool: what a hub's and a member's administrators type.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct MemberArguments {
    std::filesystem::path dir;
    std::string action;  // "list", "invite", "accept", "suspend"
    std::string id, fingerprint, names = "issue";
    std::string reason;  // of a revocation
};
[[nodiscard]] ExitCode member(const MemberArguments& arguments, const config::Clock& clock, Console& console);

struct JoinArguments {
    std::filesystem::path dir;
    std::string url, token, fingerprint, names = "issue", own_url;
};
// Shows the hub's fingerprint and goes on only if it is the one that the administrator gave.
[[nodiscard]] ExitCode join(const JoinArguments& arguments, const config::Clock& clock, Console& console);

[[nodiscard]] ExitCode send(const std::filesystem::path& dir, const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
