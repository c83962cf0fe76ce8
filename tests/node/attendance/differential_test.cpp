// Whatever way events come in, the ledger is the one that a computation from scratch gives, and what was
// declared of a day is what the ledger says of it: random logs in random batches with repeated, late,
// contradicting and out-of-order rows, computed, interrupted and declared in between.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "node/attendance/compute.h"
#include "node/services/pool_member.h"
#include "tests/node/attendance/fixtures.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::attendance {
namespace {

using archive::StudentEvent;
using config::CivilDay;
using federation::LedgerRow;

constexpr int kRandomLogs = 24;
constexpr std::int64_t kHour = 3'600, kDay = 24 * kHour;
constexpr federation::Period kAlways{CivilDay{INT32_MIN}, CivilDay{INT32_MAX}};

// A scale under which what counts on a day hangs on the days before it.
std::string capped_scale() {
    auto document = nlohmann::json::parse(config::preset_document("sonate"));
    document["id"] = "capped";
    document["calendar"] =
        nlohmann::json::parse(R"({"windows": [["06:00", "22:00"]], "weekdays": [1, 2, 3, 4, 5, 6]})");
    document["caps"] = nlohmann::json::parse(
        R"({"week": 20000, "activity_total": {"quiz": 5000}, "course_total": {"2": 9000}})");
    return document.dump();
}

// One under which only a week is remembered; one with everything that a session can be cut, split and left
// out by; and one that takes events of presence.
std::string weekly_scale() {
    auto document = nlohmann::json::parse(config::preset_document("sonate"));
    document["id"] = "weekly";
    document["caps"] = nlohmann::json::parse(R"({"week": 9000, "day": 4000})");
    return document.dump();
}
std::string sessions_scale() {
    auto document = nlohmann::json::parse(config::preset_document("sonate"));
    document["id"] = "sessions";
    document["session"] = nlohmann::json::parse(
        R"({"per": "course", "split_on_idle": true, "min_duration": 300, "max_duration": 2400})");
    document["gap"]["by_module"] =
        nlohmann::json::parse(R"({"quiz": {"idle": 7200, "idle_credit": 3000, "last_credit": 2000}})");
    return document.dump();
}
std::string presence_scale() {
    auto document = nlohmann::json::parse(config::preset_document("sonate"));
    document["id"] = "presence";
    document["filter"]["exclude_events"] = nlohmann::json::array();
    document["filter"]["presence_events"] = nlohmann::json::parse(
        R"({"events": ["\\core\\event\\user_graded"], "policy": "extend", "max_run": 80000})");
    return document.dump();
}

struct RandomRows {
    std::vector<StudentEvent> rows;  // as they arrive, in batches of any size
    std::int64_t begin_s = 0, end_s = 0;
};

class Differential : public ::testing::Test {
  protected:
    void make(const std::string& name, const std::string& scale) const {
        config::Settings settings;
        settings.name = settings.node_id = "lyon";
        settings.wwwroot = "https://moodle.example";
        settings.source_name = "moodle";
        settings.scale = scale;
        settings.language = "fr";
        settings.students.everyone = true;
        ASSERT_TRUE(create_node(NodeFolder{folder / name}, settings, 1));
        folder.write(name + "/capped.json", capped_scale());
        folder.write(name + "/weekly.json", weekly_scale());
        folder.write(name + "/sessions.json", sessions_scale());
        folder.write(name + "/presence.json", presence_scale());
        // All nodes have the first one's secret: their students have the same pseudonyms.
        const std::filesystem::path secret = folder / "student.secret",
                                    own = folder / name / "keys/student.secret";
        if (std::filesystem::exists(secret))
            std::filesystem::copy_file(secret, own, std::filesystem::copy_options::overwrite_existing);
        else
            std::filesystem::copy_file(own, secret);
    }

    static RandomRows random_rows(tests::Dice& dice) {
        RandomRows random;
        const std::int64_t starts[] = {1'768'000'000, 1'774'600'000, 1'792'700'000};  // two nights of clocks
        random.begin_s = starts[dice.roll(0, 2)];
        random.end_s = random.begin_s + dice.roll(1, 12) * kDay;
        const std::int64_t students = dice.roll(1, 5), count = dice.roll(1, 160);
        std::vector<std::int64_t> ids;
        for (std::int64_t id = 1; id <= count; ++id)
            ids.push_back(id * dice.roll(1, 3) * 1'000 + id);
        std::int64_t at = dice.roll(random.begin_s, random.end_s);
        for (const std::int64_t id : ids) {
            at = dice.one_in(3) ? dice.roll(random.begin_s, random.end_s)
                                : std::min(random.end_s, at + dice.roll(0, 2'400));
            const auto kind = static_cast<ShapeKey>(dice.roll(0, kKinds - 1));
            const bool module = kind == kQuiz || kind == kAnonymousQuiz;
            const std::int64_t activity = module ? dice.roll(501, 503) : 0;
            const std::int64_t course = !module          ? dice.roll(0, 3)
                                        : dice.one_in(4) ? kCourseUnknown
                                                         : activity - 500;
            random.rows.push_back({dice.roll(2, 1 + students), {at, id, course, activity, kind}});
        }
        // In no order at all, or as a Moodle writes them, with some rows late.
        if (dice.one_in(2)) {
            shuffle(dice, random.rows);
        } else {
            std::ranges::sort(random.rows, {}, [](const StudentEvent& row) { return row.event; });
            for (std::size_t i = 0; i < random.rows.size(); ++i) {
                if (dice.one_in(12))
                    std::swap(random.rows[i], random.rows[static_cast<std::size_t>(dice.roll(
                                                  static_cast<std::int64_t>(i),
                                                  static_cast<std::int64_t>(random.rows.size()) - 1))]);
            }
        }
        // Again, and with other contents under the same id: what came first stays.
        for (std::size_t i = random.rows.size(); i-- > 0;) {
            if (!dice.one_in(4)) continue;
            StudentEvent again = random.rows[i];
            if (dice.one_in(4)) again.event.time_s += dice.roll(1, kHour);
            const auto where =
                dice.roll(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(random.rows.size()));
            random.rows.insert(random.rows.begin() + where, again);
        }
        return random;
    }
    static void shuffle(tests::Dice& dice, std::vector<StudentEvent>& rows) {
        for (std::size_t i = rows.size(); i > 1; --i)
            std::swap(rows[i - 1],
                      rows[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(i) - 1))]);
    }

    static void append(Node& node, std::vector<StudentEvent> rows) {
        const std::vector<EventShape> all = shapes();
        for (StudentEvent& row : rows)
            row.event.shape = node.archive().intern(all[static_cast<std::size_t>(row.event.shape)]);
        archive::Intake of_file;
        of_file.source = "moodle";
        of_file.kind = "log_csv";
        const std::int64_t intake = node.archive().begin_intake(of_file);
        (void)node.archive().append(node.source(), rows, intake, [](const archive::Appended&) {
            return std::map<std::string, std::int64_t>{};
        });
    }
    // In which courses the activities are.
    static void learn(Node& node, std::int64_t activity) {
        const archive::ActivityFacts facts[] = {{activity, activity - 500, "quiz"}};
        node.archive().learn(node.source(), facts, /*sure=*/true);
    }
    static bool compute(Node& node, std::int64_t students = INT64_MAX) {
        return compute_totals(
                   node, [](std::int64_t, std::int64_t) {}, [&] { return students-- > 0; })
            .finished;
    }
    static std::string digest(const Node& node) {
        return node.ledger().digest(node.settings().node_id, node.scale().sha256);
    }
    static std::vector<LedgerRow> rows_of(const federation::Ledger& ledger, const Node& node) {
        std::vector<LedgerRow> rows;
        ledger.rows({"lyon", node.scale().sha256, kAlways, std::nullopt},
                    [&](const LedgerRow& row) { rows.push_back(row); });
        return rows;
    }

    // The statements of the node, taken by a hub one after the other, give the node's rows; each day names
    // the statement that it supersedes; and what was last said of a day is what the ledger has of it.
    static void check_statements(const Node& node, const std::filesystem::path& hub_path) {
        const auto file = federation::open_ledger_file(hub_path);
        const auto hub = federation::sqlite_ledger(file);
        federation::StatementLog hub_log(file);
        std::map<CivilDay, std::int64_t> last_said;
        const std::int64_t head = node.statements().head("lyon").number;
        for (std::int64_t number = 1; number <= head; ++number) {
            const auto statement = federation::read_statement(node.statements().find("lyon", number)->bytes,
                                                              node.signing_key().verifying_key());
            ASSERT_TRUE(statement);
            ASSERT_EQ(hub_log.judge(*statement), federation::ChainVerdict::next);
            hub_log.put_received(*statement, "receipt");
            for (const federation::StatementDay& day : statement->header.days) {
                EXPECT_EQ(day.supersedes, last_said[day.day]) << config::iso_date(day.day);
                last_said[day.day] = number;
            }
        }
        std::map<CivilDay, federation::DayDigest> digests;
        std::vector<LedgerRow> closed;
        for (const LedgerRow& row : rows_of(node.ledger(), node)) {
            if (!last_said.contains(row.day)) continue;
            digests[row.day].add(federation::daily_row(row));
            closed.push_back(row);
        }
        EXPECT_EQ(rows_of(*hub, node), closed);
        const auto stated = node.statements().stated_days("lyon", node.scale().sha256);
        EXPECT_EQ(stated.size(), last_said.size());
        for (const auto& [day, said] : stated) {
            EXPECT_EQ(said.number, last_said[day]);
            EXPECT_EQ(said.digest, digests[day].finish()) << config::iso_date(day);
        }
    }

    void try_log(tests::Dice& dice, int number) {
        const RandomRows random = random_rows(dice);
        const char* const scales[] = {"sonate",      "usestats",      "trainingsessions", "capped.json",
                                      "weekly.json", "sessions.json", "presence.json"};
        const std::string scale = scales[dice.roll(0, 6)], name = fmt::format("a{}", number),
                          fresh = fmt::format("b{}", number);
        make(name, scale);
        config::FixedClock clock{random.begin_s + dice.roll(0, random.end_s - random.begin_s)};
        std::optional<Node> node(Node::open(NodeFolder{folder / name}, clock).value());
        for (std::size_t at = 0; at < random.rows.size();) {
            const std::size_t size =
                std::min(random.rows.size() - at, static_cast<std::size_t>(dice.roll(1, 60)));
            append(*node, {random.rows.begin() + static_cast<std::ptrdiff_t>(at),
                           random.rows.begin() + static_cast<std::ptrdiff_t>(at + size)});
            at += size;
            if (dice.one_in(4)) learn(*node, dice.roll(501, 503));
            if (dice.one_in(2)) (void)compute(*node, dice.one_in(4) ? dice.roll(0, 3) : INT64_MAX);
            if (dice.one_in(3) && compute(*node)) {
                ASSERT_TRUE(services::declare(*node, false));
            }
            if (dice.one_in(3)) clock.set(clock.now_utc_s() + dice.roll(0, 2 * kDay));
            if (dice.one_in(4)) {
                node.reset();
                node.emplace(Node::open(NodeFolder{folder / name}, clock).value());
            }
        }
        for (std::int64_t activity = 501; activity <= 503; ++activity)
            learn(*node, activity);
        clock.set(std::max(clock.now_utc_s(), dice.roll(random.begin_s, random.end_s + 2 * kDay)));
        ASSERT_TRUE(compute(*node));
        ASSERT_TRUE(services::declare(*node, false));

        // What the archive ended up with, in one piece.
        make(fresh, scale);
        Node again = Node::open(NodeFolder{folder / fresh}, clock).value();
        std::map<std::int64_t, StudentEvent> first;
        for (const StudentEvent& row : random.rows)
            first.try_emplace(row.event.id, row);
        std::vector<StudentEvent> kept;
        for (const auto& [id, row] : first)
            kept.push_back(row);
        for (std::int64_t activity = 501; activity <= 503; ++activity)
            learn(again, activity);
        append(again, kept);
        ASSERT_TRUE(compute(again));
        EXPECT_EQ(digest(*node), digest(again));
        EXPECT_EQ(rows_of(node->ledger(), *node), rows_of(again.ledger(), again));
        check_statements(*node, folder / (name + "/hub.sqlite"));
        EXPECT_EQ(services::declare(*node, false).value(), 0) << "nothing is said twice";
    }

    tests::TemporaryFolder folder;
};

TEST_F(Differential, WhateverWayRowsComeInTheLedgerAndTheStatementsAreThoseOfAComputationFromScratch) {
    tests::Dice dice(tests::test_seed());
    for (int number = 0; number < kRandomLogs && !HasFailure(); ++number) {
        SCOPED_TRACE(fmt::format("log {}", number));
        try_log(dice, number);
    }
}

}  // namespace
}  // namespace assidu::node::attendance
