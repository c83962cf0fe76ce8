// assidu-bench: the work that is measured, each piece as a command of its own, and `rounds`, which runs them
// all against the bare lower bound and DuckDB. README.md says how.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "config/durable_file.h"
#include "config/limits.h"
#include "tests/bench/rounds.h"
#include "tests/bench/stored.h"
#include "tests/bench/totals.h"

namespace {

using namespace assidu;

int failed(const config::Refusal& refusal) {
    fmt::print(stderr, "assidu-bench: {}\n", refusal.what);
    return 1;
}

template <class Value>
int show(const config::Result<Value>& result) {
    if (!result) return failed(result.error());
    if constexpr (std::is_same_v<Value, bench::Tuple>)
        fmt::print("{}\n", bench::to_json(*result));
    else if constexpr (!std::is_void_v<Value>)
        fmt::print("{}\n", *result);
    return 0;
}

config::Result<bench::Tuple> totals(const std::string& csv, const std::string& scale, int threads) {
    const auto document = config::read_file(scale, config::limits::kDocumentBytesMax);
    if (!document) return std::unexpected(document.error());
    const auto parsed = config::parse_scale(*document, scale);
    if (!parsed) return std::unexpected(parsed.error());
    return bench::totals_of_csv(csv, *parsed, threads);
}

}  // namespace

int main(int count, char** words) try {
    CLI::App app("Measures Assidu (tests/bench/README.md)");
    app.require_subcommand(1);
    std::string csv, scale, folder;
    int threads = 1;
    bench::RoundsOptions options;
    int code = 0;

    auto* const totals_command = app.add_subcommand("totals", "CSV to daily totals, nothing stored");
    totals_command->add_option("csv", csv)->required();
    totals_command->add_option("scale", scale)->required();
    totals_command->add_option("threads", threads);
    totals_command->callback([&] { code = show(totals(csv, scale, threads)); });

    auto* const setup = app.add_subcommand("setup", "Make a node, or give it another scale");
    setup->add_option("folder", folder)->required();
    setup->add_option("scale", scale)->required();
    setup->callback([&] { code = show(bench::set_up(folder, scale)); });

    auto* const import = app.add_subcommand("import", "Archive a dump and compute what it changes");
    import->add_option("folder", folder)->required();
    import->add_option("csv", csv)->required();
    import->callback([&] { code = show(bench::import_and_compute(folder, csv)); });

    const auto of_folder = [&](const char* name, const char* what, auto work) {
        auto* const command = app.add_subcommand(name, what);
        command->add_option("folder", folder)->required();
        command->callback([&code, &folder, work] { code = show(work(folder)); });
    };
    of_folder("recompute", "Compute whoever is not up to date", bench::recompute);
    of_folder("try", "Compute everybody and commit nothing", bench::recompute_for_nothing);
    of_folder("tuple", "The parity tuple of the ledger", bench::tuple_of_ledger);
    of_folder("cells", "What that tuple is made of, as CSV", bench::print_cells);
    of_folder("students", "Single students' whole time, in milliseconds", bench::one_students);
    of_folder("events", "How many events are archived", bench::archived_events);

    auto* const rounds = app.add_subcommand("rounds", "Everything, against the bound and DuckDB");
    rounds->add_option("--bound", options.bound)->required();
    rounds->add_option("--sources", options.sources)->required();
    rounds->add_option("--work", options.work)->required();
    rounds->add_option("--data", options.data)->required();
    rounds->add_option("--day", options.day)->required();
    rounds->add_option("--rounds", options.rounds);
    rounds->add_option("--rows", options.rows, "Of a, a2, b, b2, c, d, e, f; default: all");
    rounds->callback([&] {
        options.self = std::filesystem::read_symlink("/proc/self/exe");
        code = bench::run_rounds(options) ? 0 : 1;
    });

    CLI11_PARSE(app, count, words);
    return code;
} catch (const std::exception& error) {
    fmt::print(stderr, "assidu-bench: {}\n", error.what());
    return 1;
}
