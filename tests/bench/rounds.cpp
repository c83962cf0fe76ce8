#include "tests/bench/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>

#include "tests/bench/child.h"
#include "tests/bench/tuple.h"

namespace assidu::bench {
namespace {

namespace fs = std::filesystem;
using Command = std::vector<std::string>;

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// One program in one piece of work.
struct Contender {
    std::string name;
    Command command;
    std::function<void()> before;  // not measured: lays out what the run changes
    std::optional<Command> tells;  // prints the tuple of what the run left; none: the run prints it
    std::optional<Tuple> must_be;  // none: the first run's is what the others must be
    std::vector<Measured> runs = {};
};

class Rounds {
  public:
    explicit Rounds(const RoundsOptions& options) : options_(options) {}

    bool run() {
        fs::create_directories(options_.work);
        fs::current_path(options_.work);
        warm(options_.data);
        const struct {
            const char* name;
            void (Rounds::*run)();
        } table[] = {{"a", &Rounds::totals},      {"a2", &Rounds::totals_two_threads},
                     {"b", &Rounds::store},       {"b2", &Rounds::store_two_threads},
                     {"c", &Rounds::recompute},   {"d", &Rounds::one_more_day},
                     {"e", &Rounds::one_student}, {"f", &Rounds::bytes_on_disk}};
        for (const auto& row : table) {
            if (!options_.rows.empty() && std::ranges::find(options_.rows, row.name) == options_.rows.end())
                continue;
            (this->*row.run)();
        }
        return good_;
    }

  private:
    // The page cache, so that nobody pays for the disk alone.
    static void warm(const fs::path& file) {
        std::ifstream stream(file, std::ios::binary);
        std::vector<char> buffer(1 << 20);
        while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())))
            continue;
    }

    // What comes before a measured run.
    static void prepare(const Command& command) {
        if (run_measured(command).exit_code != 0)
            throw std::runtime_error(command[0] + " " + command[1] + " failed");
    }

    Command self(std::initializer_list<std::string> words) const {
        Command command{options_.self.string()};
        command.insert(command.end(), words);
        return command;
    }
    Command duck(const std::string& sql, int threads, const fs::path& csv, int idle_s, int credit_s,
                 const std::string& db = ":memory:") const {
        return {"node",
                (options_.sources / "duck.mjs").string(),
                (options_.sources / "sql" / sql).string(),
                "--threads",
                std::to_string(threads),
                "--db",
                db,
                "--set",
                "CSV=" + csv.string(),
                "--set",
                fmt::format("IDLE={}", idle_s),
                "--set",
                fmt::format("CREDIT={}", credit_s)};
    }
    Command bound(int threads) const {
        return {options_.bound.string(), options_.data.string(), std::to_string(threads), "/dev/null"};
    }
    std::string scale(const char* name) const { return (options_.sources / name).string(); }

    // DuckDB's own word on what our tuple must be: once for each data and rule, not measured.
    Tuple reference(const fs::path& csv, int idle_s, int credit_s) {
        const auto [at, is_new] = references_.try_emplace(fmt::format("{} {}", csv.string(), idle_s));
        if (is_new) {
            at->second = tuple_of(run_measured(duck("cut.sql", 2, csv, idle_s, credit_s)).printed);
            fmt::print("  {:<24} {}\n", "reference, days cut", to_json(at->second));
        }
        return at->second;
    }

    void run_one(Contender& contender) {
        if (contender.before) contender.before();
        Measured measured = run_measured(contender.command);
        std::string verdict;
        if (measured.exit_code != 0) verdict = fmt::format("  FAILED with {}", measured.exit_code);
        const Tuple tuple =
            tuple_of(contender.tells ? run_measured(*contender.tells).printed : measured.printed);
        if (!contender.must_be) contender.must_be = tuple;
        if (tuple != *contender.must_be || tuple.groups == 0) verdict += "  WRONG SUM: the time is void";
        if (!verdict.empty()) good_ = false;
        fmt::print("  {:<24} {:8.2f} cpu s {:8.2f} wall s {:7.0f} MB  {}{}\n", contender.name, measured.cpu_s,
                   measured.wall_s, measured.peak_mb, to_json(tuple), verdict);
        std::fflush(stdout);
        contender.runs.push_back(std::move(measured));
    }

    // Rounds in the order of `order`, then medians, and each contender's ratio to the last named one.
    void compete(const std::string& title, std::vector<Contender>& contenders,
                 const std::vector<std::size_t>& order) {
        fmt::print("\n{}\n", title);
        for (int round = 0; round < options_.rounds; ++round) {
            for (const std::size_t i : order)
                run_one(contenders[i]);
        }
        const auto value = [](const Contender& contender, double Measured::* what) {
            std::vector<double> values;
            for (const Measured& run : contender.runs)
                values.push_back(run.*what);
            return median(values);
        };
        const Contender& last = contenders.back();
        fmt::print("  {:<24} {:>8} {:>8} {:>8}   cpu, wall, memory / {}\n", "medians", "cpu s", "wall s",
                   "MB", last.name);
        for (const Contender& contender : contenders)
            fmt::print("  {:<24} {:8.2f} {:8.2f} {:8.0f}   {:.3f} {:.3f} {:.3f}\n", contender.name,
                       value(contender, &Measured::cpu_s), value(contender, &Measured::wall_s),
                       value(contender, &Measured::peak_mb),
                       value(contender, &Measured::cpu_s) / value(last, &Measured::cpu_s),
                       value(contender, &Measured::wall_s) / value(last, &Measured::wall_s),
                       value(contender, &Measured::peak_mb) / value(last, &Measured::peak_mb));
        std::fflush(stdout);
    }

    void csv_to_totals(const std::string& title, int threads) {
        fmt::print("\nbefore {}\n", title);
        const Tuple ours = reference(options_.data, 1800, 300);
        std::vector<Contender> contenders{
            {"bound", bound(threads), {}, {}, {}},
            {"assidu",
             self({"totals", options_.data, scale("gap1800.scale.json"), std::to_string(threads)}),
             {},
             {},
             ours},
            {"duckdb", duck("direct.sql", threads, options_.data, 1800, 300), {}, {}, {}}};
        compete(title, contenders, {0, 1, 2, 1, 0});
        if (contenders[0].must_be != contenders[2].must_be ||
            contenders[0].must_be->seconds != ours.seconds || contenders[0].must_be->events != ours.events) {
            fmt::print("  WRONG SUM: the programs do not agree\n");
            good_ = false;
        }
    }
    void totals() { csv_to_totals("(a) CSV to daily totals, nothing stored, 1 thread", 1); }
    void totals_two_threads() { csv_to_totals("(a) the same, 2 threads", 2); }

    void make_node(const fs::path& folder) const {
        fs::remove_all(folder);
        prepare(self({"setup", folder, scale("gap1800.scale.json")}));
    }

    void csv_to_store(const std::string& title, int threads) {
        fmt::print("\nbefore {}\n", title);
        const Tuple ours = reference(options_.data, 1800, 300);
        std::vector<Contender> contenders{
            {"bound", bound(threads), {}, {}, {}},
            {"assidu", self({"import", "node", options_.data}), [&] { make_node("node"); },
             self({"tuple", "node"}), ours},
            {"duckdb",
             duck("store.sql", threads, options_.data, 1800, 300, "store.duckdb"),
             [] { remove_database("store.duckdb"); },
             {},
             {}}};
        compete(title, contenders, {0, 1, 2, 1, 0});
    }
    void store() {
        csv_to_store("(b) CSV to durable archive and committed totals / DuckDB with 1 thread", 1);
    }
    void store_two_threads() { csv_to_store("(b) the same / DuckDB with 2 threads", 2); }

    static void remove_database(const fs::path& path) {
        fs::remove(path);
        fs::remove(path.string() + ".wal");
    }

    // What the rows below begin with, where the rows above did not leave it.
    void need_stores() {
        if (!fs::exists("node/ledger.sqlite")) {
            make_node("node");
            prepare(self({"import", "node", options_.data}));
        }
        if (!fs::exists("store.duckdb"))
            prepare(duck("store.sql", 2, options_.data, 1800, 300, "store.duckdb"));
    }
    static void copy_node(const fs::path& to) {
        fs::remove_all(to);
        fs::copy("node", to, fs::copy_options::recursive);
    }

    void recompute() {
        need_stores();
        const std::string title = "(c) recompute all archived events under another scale";
        fmt::print("\nbefore {}\n", title);
        const Tuple ours = reference(options_.data, 900, 120);
        const auto anew = [&] {
            copy_node("anew");
            prepare(self({"setup", "anew", scale("gap900.scale.json")}));
        };
        std::vector<Contender> contenders{
            {"assidu", self({"recompute", "anew"}), anew, self({"tuple", "anew"}), ours},
            {"assidu, not committed", self({"try", "anew"}), {}, {}, ours},
            {"duckdb",
             duck("query.sql", 1, options_.data, 900, 120, "anew.duckdb"),
             [] { fs::copy_file("store.duckdb", "anew.duckdb", fs::copy_options::overwrite_existing); },
             {},
             {}}};
        compete(title, contenders, {0, 1, 2, 1, 0});
        fs::remove_all("anew");
        remove_database("anew.duckdb");
    }

    void one_more_day() {
        need_stores();
        std::vector<Contender> contenders{
            {"assidu",
             self({"import", "grown", options_.day}),
             [] { copy_node("grown"); },
             self({"tuple", "grown"}),
             {}},
            {"duckdb",
             duck("day.sql", 2, options_.day, 1800, 300, "grown.duckdb"),
             [] { fs::copy_file("store.duckdb", "grown.duckdb", fs::copy_options::overwrite_existing); },
             {},
             {}}};
        compete("(d) one more day", contenders, {0, 1, 0});
        if (contenders[0].must_be->seconds != contenders[1].must_be->seconds ||
            contenders[0].must_be->events != contenders[1].must_be->events) {
            fmt::print("  WRONG SUM: the programs do not agree\n");
            good_ = false;
        }
        fs::remove_all("grown");
        remove_database("grown.duckdb");
    }

    void one_student() {
        need_stores();
        fmt::print("\n(e) one student's year, by course and activity, from an open ledger\n");
        for (int round = 0; round < options_.rounds; ++round)
            fmt::print("  assidu      {}", run_measured(self({"students", "node"})).printed);
        // PostgreSQL asks the same of its totals; it says so itself where it is not installed.
        const Measured postgres =
            run_measured({(options_.sources / "postgres").string(), options_.self.string(), "node", "postgres"});
        fmt::print("  postgresql  {}", postgres.printed);
        if (postgres.exit_code != 0) {
            fmt::print("  FAILED with {}\n", postgres.exit_code);
            good_ = false;
        }
    }

    void bytes_on_disk() {
        need_stores();
        const Measured status = run_measured(self({"events", "node"}));
        const double events = std::stod(status.printed);
        const auto bytes = [&](const char* file) {
            return static_cast<double>(fs::file_size(file)) / events;
        };
        fmt::print("\n(f) bytes on disk an event, of {:.0f} events\n", events);
        fmt::print("  archive, with the index of ids  {:6.2f}\n", bytes("node/archive.sqlite"));
        fmt::print("  ledger (totals and sessions)    {:6.2f}\n", bytes("node/ledger.sqlite"));
        fmt::print("  duckdb (rows and totals)        {:6.2f}\n", bytes("store.duckdb"));
    }

    const RoundsOptions& options_;
    std::map<std::string, Tuple> references_;
    bool good_ = true;
};

}  // namespace

bool run_rounds(const RoundsOptions& options) {
    return Rounds(options).run();
}

}  // namespace assidu::bench
