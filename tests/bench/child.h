// A program run as a process of its own, and what it took: the measure of every figure.
#pragma once

#include <string>
#include <vector>

namespace assidu::bench {

struct Measured {
    double cpu_s = 0;    // user and system time of the process
    double wall_s = 0;   // from its start to its end
    double peak_mb = 0;  // the most memory it had resident
    int exit_code = 0;
    std::string printed;  // its standard output; the standard error is the caller's
};

// Runs the program of arguments[0] and waits for its end. Throws std::runtime_error if it cannot be started.
[[nodiscard]] Measured run_measured(const std::vector<std::string>& arguments);

}  // namespace assidu::bench
