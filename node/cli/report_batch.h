// Reports of many students at once, for their funders; and templates.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/staff/batch.h"

namespace assidu::node::cli {

struct BatchArguments {
    std::filesystem::path dir;
    std::string from, to;    // both or neither
    std::string period, on;  // "day", "week", "month", and a day of it; empty: the last one that is closed
    std::string funder, group;
    std::vector<std::string> students, formats;
    bool package = true, groups = false;
    std::filesystem::path out, report_template;  // an empty template: the settings'
    std::string language;
};
[[nodiscard]] ExitCode report_batch(const BatchArguments& arguments, const config::Clock& clock,
                                    Console& console);

// What a batch came to in one line: "issued 12, issued again 1, unchanged 987, not issued 2".
[[nodiscard]] std::string in_words(const staff::BatchResult& result);

// What is wrong with a template; what its documents take of it.
[[nodiscard]] ExitCode check_template(const std::filesystem::path& folder, Console& console);
[[nodiscard]] ExitCode show_template(const std::filesystem::path& folder, const std::string& funder,
                                     const std::string& language, Console& console);

// Adds `report batch` and `report summary` to `report`, and `template`. `dir` is read when `run` is called.
void add_batch(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
               const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
