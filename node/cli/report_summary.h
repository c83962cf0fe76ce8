// How a group is doing, without names.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct SummaryArguments {
    std::filesystem::path dir;
    std::string from, to;               // civil days, both included
    std::string funder, group, cohort;  // all that is set must hold; none: the university
    std::vector<std::int64_t> courses;  // of these alone; none: all
    std::vector<std::string> formats;   // html, pdf, xlsx, csv, json; none: html
    std::filesystem::path out;          // empty: standard output, for one document
    std::string language;
};
[[nodiscard]] ExitCode report_summary(const SummaryArguments& arguments, const config::Clock& clock,
                                      Console& console);

// Adds `report summary`. `dir` is read when `run` is called.
void add_summary(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
