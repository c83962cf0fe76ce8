// The program as a person runs it: a process with arguments, an exit code, and what it printed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace assidu::tests {

struct Finished {
    int exit_code = -1;  // 128 + signal if one ended it
    std::string out, err;
};

struct ProcessOptions {
    // Bytes that any file of the process may have (RLIMIT_FSIZE): a disk that is full, as far as it can tell.
    std::optional<std::uint64_t> file_bytes_max;
    // Called with the process id once it runs; run() waits for the end afterwards.
    std::function<void(pid_t)> while_running;
};

// Runs build/<preset>/assidu with these arguments and waits for it.
Finished assidu(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
// The same of assidu-verify.
Finished assidu_verify(const std::vector<std::string>& arguments);

}  // namespace assidu::tests
