// The benchmark itself: every piece of work by every program, in rounds, each run a process of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assidu::bench {

struct RoundsOptions {
    std::filesystem::path self;     // this program
    std::filesystem::path bound;    // the lower bound's program
    std::filesystem::path sources;  // tests/bench
    std::filesystem::path work;     // scratch; DuckDB in its node_modules
    std::filesystem::path data;     // the dump
    std::filesystem::path day;      // a dump of one more day
    std::vector<std::string> rows;  // which rows of the table; none: all
    int rounds = 5;
};

// Runs and prints the table. False if a program's tuple is not what it must be, or a program failed.
[[nodiscard]] bool run_rounds(const RoundsOptions& options);

}  // namespace assidu::bench
