// The proof that matters: writers commit rows concurrently and out of order, with rollbacks, holes, slow
// transactions and skewed clocks, while the collector is killed at random instants, again and again.
// Afterwards the archive is the source, row by row, and nothing is there twice.
//
// ASSIDU_TEST_KILLS sets how often (make soak-collector: 200).
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/node/collect/database/collected_site.h"
#include "tests/seed.h"

namespace assidu::tests {
namespace {

using config::DatabaseDriver;
using node::collect::database::SqlConnection;
using node::collect::database::SqlRow;

constexpr int kWriters = 4;

int kills_wanted() {
    const char* const given = std::getenv("ASSIDU_TEST_KILLS");
    return given != nullptr ? std::atoi(given) : 10;
}

std::int64_t now_s() {
    return config::SystemClock().now_utc_s();
}

struct Written {
    std::atomic<std::int64_t> committed = 0, rolled_back = 0, transactions = 0, slow = 0;
};

// One web server's process: requests one after the other, until told to end.
void write(const MoodleTables& tables, std::uint64_t seed, const std::atomic<bool>& end, Written& written) {
    Dice dice(seed);
    const auto connection = tables.connect();
    const auto run = [&](const std::string& sql) {
        if (const auto done = connection->read(sql, {}, [](const SqlRow&) {}); !done)
            throw std::runtime_error(done.error().what);
    };
    while (!end) {
        const std::int64_t rows = dice.roll(1, 8);
        const bool undone = dice.one_in(6), slow = dice.one_in(8);
        run("BEGIN");
        for (std::int64_t i = 0; i < rows; ++i) {
            MoodleTables::Row row;
            const std::int64_t who = dice.roll(0, 9);
            row.user = who < 6   ? CollectedSite::kStudent + dice.roll(0, 9)
                       : who < 9 ? CollectedSite::kOther + dice.roll(0, 9)
                                 : dice.roll(0, 1);
            // Created before it is written, now and then long before.
            row.time_s = now_s() - (dice.one_in(10) ? dice.roll(0, 40'000) : dice.roll(0, 90));
            row.course = dice.roll(2, 6);
            run(tables.insert_of(row));
            if (slow) ::poll(nullptr, 0, static_cast<int>(dice.roll(50, 400)));
        }
        run(undone ? "ROLLBACK" : "COMMIT");
        ++written.transactions;
        written.slow += slow ? 1 : 0;
        (undone ? written.rolled_back : written.committed) += rows;
        ::poll(nullptr, 0, static_cast<int>(dice.roll(5, 60)));
    }
}

pid_t start_collector(const CollectedSite& site) {
    const std::string program = std::string(ASSIDU_BINARY_DIR) + "/assidu", dir = site.dir();
    const std::string log = site.folder / "collector.log";
    const pid_t child = ::fork();
    if (child != 0) return child;
    // Other threads run: nothing here may take memory.
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execl(program.c_str(), program.c_str(), "--dir", dir.c_str(), "collect", "--no-compute", nullptr);
    ::_exit(127);
}

// Until the file changes; a collector that finds nothing does not keep us for ever.
void wait_for_change(const std::filesystem::path& file) {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    const auto before = std::filesystem::last_write_time(file, none);
    for (int tries = 0; tries < 1'500; ++tries) {
        const auto now = std::filesystem::last_write_time(file, none);
        if (!none && (now != before || std::filesystem::file_size(file, none) != size)) return;
        ::poll(nullptr, 0, 10);
    }
}

class KilledCollector : public ::testing::TestWithParam<DatabaseDriver> {};

INSTANTIATE_TEST_SUITE_P(On, KilledCollector,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

TEST_P(KilledCollector, HasEveryRowOfTheSourceOnce) {
    const std::uint64_t seed = test_seed();
    Dice dice(seed);
    // Holes are given up within the test; the slowest transaction takes 8 x 0.4 s, and a busy machine's time.
    CollectedSite site(
        MoodleServer::shared(GetParam()),
        "page_rows = 40\ncollect_every_s = 1\nhole_patience_s = 30\nreread_ids = 100\nreread_s = 5\n");
    std::atomic<bool> end = false;
    Written written;
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i)
        writers.emplace_back(
            [&, i] { write(site.tables, seed + 1 + static_cast<std::uint64_t>(i), end, written); });
    int killed = 0, ended = 0;
    const int wanted = kills_wanted();
    while (killed < wanted && ended < wanted) {
        const pid_t child = start_collector(site);
        // Some while it starts, connects and recovers, some once it has begun to write, some after a whole
        // pass.
        const std::int64_t when = dice.roll(0, 2);
        if (when == 1) wait_for_change(site.folder / "node/archive.sqlite-wal");
        if (when == 2) wait_for_change(site.folder / "collector.log");
        ::poll(nullptr, 0, static_cast<int>(dice.roll(5, 1500)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        WIFSIGNALED(status) ? ++killed : ++ended;
    }
    end = true;
    for (std::thread& writer : writers)
        writer.join();
    EXPECT_EQ(ended, 0) << contents_of(site.folder / "collector.log");
    std::string last;
    const auto state_of = [&] {
        auto node = site.open();
        return node.archive().collection().state(node.source());
    };
    const auto before = state_of();
    last = site.collect();
    site.expect_equal();
    std::cout << fmt::format(
        "{} kills, {} transactions ({} slow), {} rows committed, {} rolled back; read to id {} when the last "
        "kill "
        "came, safe id {}; then {}",
        killed, written.transactions.load(), written.slow.load(), written.committed.load(),
        written.rolled_back.load(), before.read_id, before.safe_id, last);
    EXPECT_EQ(site.tables.number("SELECT COUNT(*) FROM {logstore_standard_log}"), written.committed.load());
    EXPECT_GT(before.read_id, 0) << "the collector got somewhere between the kills";
}

}  // namespace
}  // namespace assidu::tests
