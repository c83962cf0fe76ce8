// assidu-simulate: a pool of 16 universities and a hub under faults, from a seed; the same seed is the same
// run.
//
// Exit code 0: every run ended as it must; 1: one did not (its seed and the first thing that was wrong are
// printed, and the seed is added to --keep FILE); 2: wrong words.

#include <fmt/format.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "config/refusal.h"
#include "tests/simulation/pool.h"

namespace {

using assidu::simulation::Counts;
using assidu::simulation::Pool;
using assidu::simulation::PoolOptions;

// What was wrong; empty: nothing.
std::string diverges(const PoolOptions& options, Counts& counts) {
    try {
        counts = Pool(options).run();
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

void print(const std::map<std::string, std::int64_t>& done) {
    for (const auto& [name, count] : done)
        std::printf("  %-28s %lld\n", name.c_str(), static_cast<long long>(count));
}

}  // namespace

int main(int argc, char** argv) {
    PoolOptions options;
    std::int64_t count = 1;
    std::string keep, seeds;
    bool must_diverge = false;
    CLI::App app("A pool under faults, from a seed", "assidu-simulate");
    app.add_option("--seed", options.seed, "The first seed")->capture_default_str();
    app.add_option("--count", count, "How many seeds, one after the other")->capture_default_str();
    app.add_option("--seeds", seeds, "Instead: the seeds of this file, a line each");
    app.add_option("--nodes", options.nodes, "Universities")->capture_default_str();
    app.add_option("--steps", options.steps, "Steps until the faults stop")->capture_default_str();
    app.add_option("--keep", keep, "Add the seeds that diverge to this file");
    app.add_flag("--trace", options.trace, "Print every step");
    app.add_flag("--disks-lie", options.disks_lie, "Syncs do nothing: a run must diverge");
    app.add_flag("--must-diverge", must_diverge, "Exit code 0 if a run diverges, 1 if none does");
    CLI11_PARSE(app, argc, argv);

    // Disks are large blocks that come and go: kept, not given back to the kernel each time.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    assidu::simulation::VirtualDisk::install();
    std::vector<std::uint64_t> wanted;
    if (!seeds.empty()) {
        std::ifstream file(seeds);
        for (std::uint64_t seed = 0; file >> seed;)
            wanted.push_back(seed);
    } else {
        for (std::int64_t i = 0; i < count; ++i)
            wanted.push_back(options.seed + static_cast<std::uint64_t>(i));
    }
    std::map<std::string, std::int64_t> done;
    std::int64_t failed = 0;
    for (const std::uint64_t seed : wanted) {
        options.seed = seed;
        Counts counts;
        const std::string what = diverges(options, counts);
        if (what.empty()) {
            for (const auto& [name, times] : counts.done)
                done[name] += times;
            if (wanted.size() == 1) std::printf("history %s\n", counts.digest.c_str());
            continue;
        }
        ++failed;
        std::printf("seed %llu DIVERGES: %s\n", static_cast<unsigned long long>(seed), what.c_str());
        if (!keep.empty()) std::ofstream(keep, std::ios::app) << seed << '\n';
    }
    std::printf("%zu seeds, %lld nodes, %lld steps each: %lld diverged\n", wanted.size(),
                static_cast<long long>(options.nodes), static_cast<long long>(options.steps),
                static_cast<long long>(failed));
    print(done);
    return (failed > 0) == must_diverge ? 0 : 1;
}
