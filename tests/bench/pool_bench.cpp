// What a hub costs: statements taken in over Reception, durable, against what their signatures alone cost and
// against a bare insert of the same rows; and a hub that comes back to 16 members with 30 days each.
//
// Prints CPU seconds (user + system, of this process) and wall seconds; on a machine that does other things
// only the first say something. docs/performance.md has the figures and their date.

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "config/digest.h"
#include "federation/consolidation.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "federation/sqlite_ledger.h"
#include "federation/sqlite_store.h"
#include "rpc/signed_message.h"

namespace {

using namespace assidu;
using namespace assidu::federation;
using config::CivilDay;
using rpc::Value;

constexpr std::int64_t kNow = 1'780'000'000;
const std::string kTls(64, 'a');

struct Cost {
    double cpu_s = 0, wall_s = 0;
};

double cpu_now() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

template <class Work>
Cost cost_of(const Work& work) {
    const double cpu_s = cpu_now();
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    return {cpu_now() - cpu_s, wall.count()};
}

std::int64_t memory_kib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

struct Hub {
    explicit Hub(const std::filesystem::path& path) : file(open_ledger_file(path)) {}
    config::FixedClock clock{kNow};
    rpc::SigningKey key = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file;
    MemberList members{file};
    StatementLog log{file};
    Reception reception{{"hub", sign_introduction("hub", "Hub", kTls, key), &key},
                        members,
                        log,
                        clock,
                        [](const std::string&) {}};
    void admit(const std::string& name, const rpc::SigningKey& member) {
        const std::string token = members.invite(name, Names::none, kNow).value();
        (void)ask_to_join([&](std::string_view body) { return reception.answer(body, kTls); },
                          sign_introduction(name, name, kTls, member), token);
        (void)members.accept(name, member.verifying_key().fingerprint(), kNow);
    }
};

ScaleIdentity scale() {
    return {"sonate", 1, config::hex(config::sha256("{}")), "{}"};
}

StudentId student(std::int64_t number) {
    StudentId id;
    const auto digest = config::sha256(fmt::format("student {}", number));
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

// One statement a day, each of so many rows.
std::vector<Statement> statements(const std::string& node, const rpc::SigningKey& key, std::int64_t count,
                                  std::int64_t rows) {
    std::vector<Statement> made;
    std::string previous;
    for (std::int64_t number = 1; number <= count; ++number) {
        const CivilDay day{static_cast<std::int32_t>(10'000 + number)};
        StatementHeader header;
        header.node = node;
        header.number = number;
        header.previous = previous;
        header.issued_utc_s = kNow;
        header.scale = scale();
        header.freshness = {"engine 1", kNow, number, kNow, number};
        header.days = {{day, rows, 0}};
        std::vector<std::pair<std::string, std::string>> texts;
        for (std::int64_t i = 0; i < rows; ++i) {
            const LedgerRow row{student(i / 2), day,        10 + i % 2,        600 + i, 0, 12,
                                kNow - 5000,    kNow - 100, {{501, 300, 0, 5}}};
            texts.emplace_back(daily_row_key(row), daily_row(row));
        }
        std::ranges::sort(texts);
        std::vector<SaltedRow> salted;
        for (auto& [order, text] : texts)
            salted.push_back({std::string(32, 's'), std::move(text)});
        made.push_back(sign_statement(header, std::move(salted), key));
        previous = made.back().digest();
    }
    return made;
}

// What a member sends of it.
std::string body_of(const std::string& node, const Statement& statement, const rpc::SigningKey& key) {
    const auto message = rpc::sign_message(
        {node, "hub", rpc::make_message_id(), "", kNow},
        rpc::encode_call("statement.put", {Value::bytes(encode_statement(statement))}), key);
    return rpc::encode_call("pool.message", {Value::structure({{"note", Value::bytes(message.note)},
                                                               {"payload", Value::bytes(message.payload)}})});
}

// The statements of members who all send at once, each of them one after the other: the next when the receipt
// for the one before is there, as nodes do.
void take_in(const std::filesystem::path& folder, int members, std::int64_t count, std::int64_t rows) {
    struct Sender {
        std::string name;
        rpc::SigningKey key = rpc::SigningKey::generate();
        std::vector<Statement> statements;
        std::vector<std::string> bodies;
    };
    Hub hub(folder / fmt::format("hub-{}.sqlite", rows));
    std::vector<Sender> senders(static_cast<std::size_t>(members));
    for (int i = 0; i < members; ++i) {
        Sender& sender = senders[static_cast<std::size_t>(i)];
        sender.name = fmt::format("node-{}", i);
        sender.statements = statements(sender.name, sender.key, count / members, rows);
        for (const Statement& statement : sender.statements)
            sender.bodies.push_back(body_of(sender.name, statement, sender.key));
        hub.admit(sender.name, sender.key);
    }
    // The bounds, in the same run: two signatures made and two verified a statement; the rows put down and
    // nothing else, a transaction a statement, as durable.
    const Cost signatures = cost_of([&] {
        for (const Sender& sender : senders) {
            for (const Statement& statement : sender.statements) {
                for (int i = 0; i < 2; ++i) {
                    const std::string signature = sender.key.sign(statement.note);
                    if (!sender.key.verifying_key().verifies(statement.note, signature)) std::abort();
                }
            }
        }
    });
    const auto bare = open_ledger_file(folder / fmt::format("bare-{}.sqlite", rows));
    const Cost inserts = cost_of([&] {
        Prepared sql(*bare);
        for (std::int64_t number = 0; number < count; ++number) {
            in_transaction(*bare, [&] {
                RowInserter inserter(sql);
                for (std::int64_t i = 0; i < rows; ++i)
                    inserter.insert(1 + number % members, 1, i / 2,
                                    {{},
                                     CivilDay{static_cast<std::int32_t>(number)},
                                     10 + i % 2,
                                     600 + i,
                                     0,
                                     12,
                                     kNow - 5000,
                                     kNow - 100,
                                     {{501, 300, 0, 5}}});
            });
        }
    });
    const Cost taken = cost_of([&] {
        std::vector<std::jthread> threads;
        for (const Sender& sender : senders)
            threads.emplace_back([&] {
                ::pthread_setname_np(::pthread_self(), "member");  // for a profiler
                for (const std::string& body : sender.bodies)
                    (void)hub.reception.answer(body, kTls);
            });
    });
    for (const Sender& sender : senders) {
        if (hub.log.head(sender.name).number != static_cast<std::int64_t>(sender.bodies.size())) std::abort();
    }
    std::printf(
        "%lld statements of %lld rows, %d members at once: hub %.3f cpu s (%.0f/cpu s), %.3f wall s; their "
        "signatures %.3f cpu s (%.2f of the hub's); bare inserts %.3f cpu s (%.2f), %.3f wall s (%.2f)\n",
        static_cast<long long>(count), static_cast<long long>(rows), members, taken.cpu_s,
        static_cast<double>(count) / taken.cpu_s, taken.wall_s, signatures.cpu_s,
        signatures.cpu_s / taken.cpu_s, inserts.cpu_s, inserts.cpu_s / taken.cpu_s, inserts.wall_s,
        inserts.wall_s / taken.wall_s);
}

// Members whose hub was away: each declared day by day, and comes back with all of it.
void come_back(const std::filesystem::path& folder, int members, int days, std::int64_t rows) {
    Hub hub(folder / "hub-back.sqlite");
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    struct Member {
        std::string name;
        rpc::SigningKey key = rpc::SigningKey::generate();
        std::shared_ptr<SQLite::Database> file;
        std::unique_ptr<StatementLog> log;
    };
    std::vector<std::unique_ptr<Member>> all;
    for (int i = 0; i < members; ++i) {
        auto member = std::make_unique<Member>();
        member->name = fmt::format("node-{}", i);
        member->file = open_ledger_file(folder / (member->name + ".sqlite"));
        member->log = std::make_unique<StatementLog>(member->file);
        const auto ledger = sqlite_ledger(member->file);
        hub.admit(member->name, member->key);
        for (int day = 0; day < days; ++day) {
            std::vector<StudentLedger> totals;
            const CivilDay date{20'600 + day};
            for (std::int64_t one = 0; one < rows; ++one) {
                totals.push_back({student(one),
                                  "moodle",
                                  {},
                                  {},
                                  {},
                                  StudentLedger::Since{date, calendar.begin_of(date)}});
                totals.back().rows.push_back(
                    {student(one), date, 10, 600, 0, 5, std::nullopt, std::nullopt, {}});
            }
            const std::int64_t now = calendar.end_of(date) + 4 * 3600;
            ledger->replace(member->name, scale(), totals,
                            {"engine 1", now, day * rows, calendar.begin_of(date) + 40'000, day * rows});
            if (!declare_days({member->name, scale(), &calendar, &member->key, now}, *ledger, *member->log))
                std::abort();
        }
        all.push_back(std::move(member));
    }
    const std::int64_t before_kib = memory_kib();
    double slowest_s = 0;
    const Cost back = cost_of([&] {
        for (const auto& member : all) {
            Delivery delivery(
                member->name, {"https://hub", "hub", hub.key.verifying_key(), kTls, Names::none, ""},
                member->key, hub.clock, [&](std::string_view body) -> config::Result<std::string> {
                    config::Result<std::string> answer = config::refuse("");
                    const Cost one = cost_of([&] { answer = hub.reception.answer(body, kTls); });
                    slowest_s = std::max(slowest_s, one.wall_s);
                    return answer;
                });
            Delivered delivered;
            if (!delivery.deliver(*member->log, delivered) || delivered.waiting != 0) std::abort();
        }
    });
    std::printf(
        "%d members with %d days of %lld rows: converged in %.3f cpu s, %.3f wall s; the slowest answer %.3f "
        "s "
        "(how long a status page waits at most for the hub's one writer); memory at most %lld KiB more\n",
        members, days, static_cast<long long>(rows), back.cpu_s, back.wall_s, slowest_s,
        static_cast<long long>(memory_kib() - before_kib));
}

// A year of a pool: 16 members of 1,000 students and 20 courses, 612 rows a member and day (2.35 million in
// 240 days), taken in statement by statement; then the table by course and week that a hub's group report is
// made of; then one day more. Leaves the cells as CSV for another program, FOLDER/cells.csv.
class Year {
  public:
    static constexpr int kMembers = 16;
    static constexpr std::int64_t kRows = 612, kStudents = 1000, kCourses = 20;

    explicit Year(const std::filesystem::path& folder) : folder_(folder), hub_(folder / "hub-year.sqlite") {
        for (int i = 0; i < kMembers; ++i) {
            Sender& sender = senders_.emplace_back();
            sender.name = fmt::format("node-{}", i);
            hub_.admit(sender.name, sender.key);
        }
    }

    // Takes days in, up to `days` in all, and says what it cost the hub.
    Cost grow(int days) {
        Cost taken;
        for (; days_ < days; ++days_) {
            std::vector<std::string> bodies;
            for (Sender& sender : senders_)
                bodies.push_back(next_body(sender));
            const Cost one = cost_of([&] {
                std::vector<std::jthread> threads;
                for (const std::string& body : bodies)
                    threads.emplace_back([&] { (void)hub_.reception.answer(body, kTls); });
            });
            taken.cpu_s += one.cpu_s;
            taken.wall_s += one.wall_s;
        }
        for (const Sender& sender : senders_) {
            if (hub_.log.head(sender.name).number != days_) std::abort();
        }
        return taken;
    }

    void print_table() const {
        const auto ledger = sqlite_ledger(hub_.file);
        const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
        std::vector<double> costs;
        Sums sums;
        std::size_t cells = 0;
        for (int i = 0; i < 5; ++i) {
            const Cost cost = cost_of([&] {
                const Consolidated table = consolidate("hub", "Hub", scale().sha256, {day(0), day(days_ - 1)},
                                                       calendar, hub_.members, hub_.log, *ledger);
                sums = table.sums;
                cells = 0;
                for (const MemberPart& member : table.members)
                    cells += member.courses.size() + member.weeks.size();
            });
            costs.push_back(cost.cpu_s);
        }
        std::ranges::sort(costs);
        std::printf(
            "the pool's table of %d days: %.4f cpu s (median of 5), %lld students, %lld s, %zu sums\n", days_,
            costs[2], static_cast<long long>(sums.students), static_cast<long long>(sums.measured_s), cells);
    }

    void write_cells() const {
        std::FILE* const file = std::fopen((folder_ / "cells.csv").c_str(), "w");
        if (file == nullptr) std::abort();
        std::fputs("univ,student,course,day,secs,events\n", file);
        for (int member = 0; member < kMembers; ++member) {
            for (int number = 0; number < days_; ++number) {
                for (std::int64_t i = 0; i < kRows; ++i) {
                    const Cell cell = cell_of(number, i);
                    fmt::print(file, "{},{},{},{},{},{}\n", member, cell.student, cell.course,
                               day(number).number, cell.seconds, cell.events);
                }
            }
        }
        std::fclose(file);
    }

  private:
    struct Sender {
        std::string name, previous;
        rpc::SigningKey key = rpc::SigningKey::generate();
    };
    struct Cell {
        std::int64_t student = 0, course = 0, seconds = 0, events = 0;
    };
    static CivilDay day(int number) { return CivilDay{20'362 + number}; }
    // Another student each: 7 has no divisor in common with their number.
    static Cell cell_of(int number, std::int64_t i) {
        const std::int64_t student = (7 * i + 13 * number) % kStudents;
        return {student, 10 + (3 * student + number) % kCourses, 600 + (i * 31 + number) % 3000, 5 + i % 40};
    }

    std::string next_body(Sender& sender) const {
        StatementHeader header;
        header.node = sender.name;
        header.number = days_ + 1;
        header.previous = sender.previous;
        header.issued_utc_s = kNow;
        header.scale = scale();
        header.freshness = {"engine 1", kNow, header.number, kNow, header.number};
        header.days = {{day(days_), kRows, 0}};
        std::vector<LedgerRow> rows;
        for (std::int64_t i = 0; i < kRows; ++i) {
            const Cell cell = cell_of(days_, i);
            rows.push_back({students_[static_cast<std::size_t>(cell.student)],
                            day(days_),
                            cell.course,
                            cell.seconds,
                            0,
                            cell.events,
                            kNow - 5000,
                            kNow - 100,
                            {{501, 300, 0, 5}}});
        }
        std::ranges::sort(rows, is_before);
        std::vector<SaltedRow> salted;
        for (const LedgerRow& row : rows)
            salted.push_back({std::string(32, 's'), daily_row(row)});
        const Statement statement = sign_statement(header, std::move(salted), sender.key);
        sender.previous = statement.digest();
        return body_of(sender.name, statement, sender.key);
    }

    std::filesystem::path folder_;
    Hub hub_;
    std::vector<Sender> senders_;
    int days_ = 0;
    std::vector<StudentId> students_ = [] {
        std::vector<StudentId> made;
        for (std::int64_t i = 0; i < kStudents; ++i)
            made.push_back(student(i));
        return made;
    }();
};

void year(const std::filesystem::path& folder, int days) {
    Year pool(folder);
    const Cost first = pool.grow(days / 10);
    const Cost early = pool.grow(days / 10 + 5);
    pool.print_table();
    const Cost rest = pool.grow(days);
    std::printf("%lld rows from scratch: %.2f cpu s, %.2f wall s\n",
                static_cast<long long>(Year::kMembers) * days * Year::kRows,
                first.cpu_s + early.cpu_s + rest.cpu_s, first.wall_s + early.wall_s + rest.wall_s);
    pool.print_table();
    pool.write_cells();
    const Cost late = pool.grow(days + 5);
    std::printf("a day more of all 16 members: %.3f cpu s behind %d days, %.3f behind %d (%.2f)\n",
                early.cpu_s / 5, days / 10, late.cpu_s / 5, days, late.cpu_s / early.cpu_s);
}

}  // namespace

// usage: assidu-bench-pool [FOLDER [ROUNDS [one|many|back]]]
//        assidu-bench-pool FOLDER DAYS year   (leaves FOLDER; tests/bench/pool-year is the whole comparison)
int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : "pool-bench";
    const std::int64_t rounds = argc > 2 ? std::atoll(argv[2]) : 3;
    const std::string_view only = argc > 3 ? argv[3] : "";
    const auto in_fresh_folder = [&](std::string_view name, const auto& work) {
        if (!only.empty() && only != name) return;
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        work();
        std::filesystem::remove_all(folder);
    };
    if (only == "year") {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        year(folder, static_cast<int>(rounds));
        return 0;
    }
    for (std::int64_t round = 0; round < rounds; ++round) {
        in_fresh_folder("one", [&] { take_in(folder, 16, 2000, 1); });
        in_fresh_folder("many", [&] { take_in(folder, 4, 100, 600); });
    }
    in_fresh_folder("back", [&] { come_back(folder, 16, 30, 600); });
}
