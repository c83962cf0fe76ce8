// Whatever way events come in, the ledger is the one that a computation from scratch gives, and what was
// declared of a day is what the ledger says of it: random logs in random batches with repeated, late,
// contradicting and out-of-order rows, computed, interrupted and declared in between.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "node/attendance/compute.h"
#include "node/attendance/recompute.h"
#include "node/privacy/retention.h"
#include "node/services/pool_member.h"
#include "tests/node/attendance/fixtures.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::attendance {
namespace {

using archive::StudentEvent;
using config::CivilDay;
using federation::LedgerRow;

constexpr int kRandomLogs = 24, kRetentionLogs = 12;
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

// A scale that asks for all that is known beside the log.
std::string evident_scale() {
    auto document = nlohmann::json::parse(config::preset_document("sonate"));
    document["id"] = "evident";
    document["filter"]["roles"] = nlohmann::json::parse(R"({"include": ["student"]})");
    document["filter"]["enrolment"] = "within_dates";
    document["filter"]["courses"] = nlohmann::json::parse(R"({"categories": [1]})");
    document["calendar"] = nlohmann::json::parse(R"({"user_days": "signed_list"})");
    document["caps"] = nlohmann::json::parse(R"({"activity_total": {"quiz": 5000}})");
    document["credits"] = nlohmann::json::parse(
        R"({"completion": [{"match": {"modname": "quiz", "course_idnumber": "C1"}, "seconds": "item", "mode": "floor"},
                           {"match": {}, "seconds": 1800, "mode": "add"}],
            "declared": {"policy": "floor", "require_validation": false},
            "external": {"scorm": "floor", "timestat": "floor"}})");
    return document.dump();
}

// One piece of evidence as it comes, and comes again; the same for every node.
using Put = std::function<void(Node& node)>;

template <class Record>
Put put_of(Record record) {
    return [record](Node& node) { node.evidence().put(node.source(), std::span<const Record>(&record, 1)); };
}

std::vector<Put> random_evidence(tests::Dice& dice, std::int64_t begin_s, std::int64_t end_s) {
    std::vector<Put> puts;
    const auto instant = [&] { return dice.roll(begin_s - kDay, end_s); };
    const auto user = [&] { return dice.roll(2, 6); };
    for (std::int64_t id = 1; id <= 5; ++id) {
        // An id is always the same student's and course's.
        archive::EnrolmentState state{id, 2 + id % 5,      id % 3 + 1, dice.one_in(2) ? 0 : instant(),
                                      0,  !dice.one_in(5), {},         {}};
        state.said_s = state.since_s;
        if (dice.one_in(3)) state.end_s = instant();
        puts.push_back(put_of(state));
        archive::RoleState role{id, 2 + id % 5, "student", dice.one_in(2) ? 50 : 40, id % 3 + 1, 0, true};
        if (role.context_level == 40) role.instance = 1;
        puts.push_back(put_of(role));
        if (dice.one_in(4)) {
            role.since_s = instant();
            role.active = false;
            puts.push_back(put_of(role));
        }
        puts.push_back(put_of(archive::CompletionRecord{user(), dice.roll(501, 503), instant(),
                                                        static_cast<int>(dice.roll(0, 3))}));
        puts.push_back(put_of(archive::DeclarationRecord{"attendanceregister_session",
                                                         id,
                                                         user(),
                                                         instant(),
                                                         dice.roll(1, 4'000),
                                                         dice.roll(1, 3),
                                                         dice.one_in(2) ? dice.roll(501, 503) : 0,
                                                         {},
                                                         false}));
        puts.push_back(put_of(archive::ForeignRecord{
            dice.one_in(2) ? archive::ForeignRecord::Meter::scorm : archive::ForeignRecord::Meter::timestat,
            id, user(), instant(), dice.roll(1, 4'000), 0, dice.roll(501, 503)}));
        const archive::Exclusion excluded{0, user(), instant(), 0, "r", "a", id, {}, {}, {}};
        if (dice.one_in(3)) {
            archive::Exclusion whole = excluded;
            whole.to_s = whole.from_s + dice.roll(1, 20'000);
            const bool revoked = dice.one_in(3);
            puts.push_back([whole, revoked](Node& node) {
                const std::int64_t number = node.evidence().exclude(node.source(), whole);
                if (revoked) (void)node.evidence().revoke(node.source(), number, "r", "a", 1);
            });
        }
    }
    for (std::int64_t course = 1; course <= 3; ++course) {
        archive::CoursePlace place{course, {{course == 3 ? 2 : 1}}, fmt::format("C{}", course)};
        puts.push_back(put_of(place));
    }
    puts.push_back(put_of(archive::CategoryPath{2, {1, 2}}));
    puts.push_back(put_of(archive::ActivityWorth{501, 2'400}));
    for (std::int64_t user_id = 2; user_id <= 6; ++user_id) {
        std::vector<std::int64_t> days;
        for (std::int64_t at_s = begin_s; at_s <= end_s; at_s += kDay) {
            if (!dice.one_in(4)) days.push_back(at_s);
        }
        puts.push_back([user_id, days](Node& node) {
            std::vector<archive::DayRecord> records;
            for (const std::int64_t at_s : days) {
                archive::DayRecord record{user_id, node.calendar().day_of(at_s), true, "a", 1, ""};
                record.signature = node.day_signature(record);
                records.push_back(record);
            }
            node.evidence().put_days(node.source(), records);
        });
    }
    return puts;
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
        folder.write(name + "/evident.json", evident_scale());
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
    // Somebody who is there for days without a break, which no look behind reaches the begin of.
    static void never_rest(tests::Dice& dice, RandomRows& random) {
        constexpr std::int64_t kStep_s = 1'300, kFirstId = 50'000'000;
        const std::int64_t until_s = random.begin_s + dice.roll(3, 6) * kDay;
        random.end_s = std::max(random.end_s, until_s);
        std::int64_t id = kFirstId;
        for (std::int64_t at = random.begin_s; at < until_s; at += kStep_s)
            random.rows.push_back({2, {at, ++id, 1, 0, 0}});
        std::ranges::stable_sort(random.rows, {}, [](const StudentEvent& row) { return row.event.time_s; });
    }
    template <class T>
    static void shuffle(tests::Dice& dice, std::vector<T>& rows) {
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
                                      "weekly.json", "sessions.json", "presence.json",    "evident.json"};
        const std::string scale = scales[dice.one_in(3) ? 7 : dice.roll(0, 6)],
                          name = fmt::format("a{}", number), fresh = fmt::format("b{}", number);
        std::vector<Put> evidence = random_evidence(dice, random.begin_s, random.end_s);
        shuffle(dice, evidence);
        std::size_t put = 0;
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
            for (std::int64_t more = dice.roll(0, 12); more > 0 && put < evidence.size(); --more) {
                evidence[put](*node);
                if (dice.one_in(5))
                    evidence[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(put)))](*node);
                ++put;
            }
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
        for (; put < evidence.size(); ++put)
            evidence[put](*node);
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
        // In another order, where that is allowed to matter to nobody.
        for (std::size_t i = evidence.size(); i-- > 0;)
            evidence[i](again);
        ASSERT_TRUE(compute(again));
        EXPECT_EQ(digest(*node), digest(again));
        EXPECT_EQ(rows_of(node->ledger(), *node), rows_of(again.ledger(), again));
        check_statements(*node, folder / (name + "/hub.sqlite"));
        EXPECT_EQ(services::declare(*node, false).value(), 0) << "nothing is said twice";
        const auto recomputed =
            recompute(*node, node->scale(), [](std::int64_t, std::int64_t) {}, [] { return true; });
        ASSERT_TRUE(recomputed);
        EXPECT_TRUE(recomputed->changed.empty());
    }

    // The rows of days before the horizon, and of those from it on with the sessions that begin there.
    struct Halves {
        std::vector<LedgerRow> before, from;
        std::vector<federation::SessionRow> sessions;
        std::map<std::string, std::int64_t> dropped;
    };
    static Halves halves_of(const Node& node, const federation::Horizon& horizon) {
        Halves halves;
        for (LedgerRow& row : rows_of(node.ledger(), node))
            (horizon.computed_from && row.day < *horizon.computed_from ? halves.before : halves.from)
                .push_back(std::move(row));
        const std::int64_t begin_s = horizon.computed_from ? horizon.computed_from_s : INT64_MIN;
        federation::LedgerQuery query{"lyon", node.scale().sha256, kAlways, std::nullopt};
        node.ledger().sessions(query, INT64_MIN, INT64_MAX, [&](const federation::SessionRow& session) {
            if (session.begin_utc_s >= begin_s) halves.sessions.push_back(session);
        });
        query.period.from = horizon.computed_from.value_or(kAlways.from);
        halves.dropped = node.ledger().dropped(query);
        return halves;
    }

    // A node that deletes what is old again and again, and one that never does, are told the same; `deleted`
    // counts how often something was.
    void try_retention(tests::Dice& dice, int number, int& deleted) {
        RandomRows random = random_rows(dice);
        if (dice.one_in(2)) never_rest(dice, random);
        // Scales that look back further are refused events_days.
        const char* const scales[] = {"sonate", "usestats", "trainingsessions", "sessions.json",
                                      "presence.json"};
        const std::string scale = scales[dice.roll(0, 4)], name = fmt::format("r{}", number),
                          keeps = fmt::format("k{}", number);
        SCOPED_TRACE(scale);
        make(name, scale);
        make(keeps, scale);
        std::string settings = tests::contents_of(folder / name / "assidu.toml");
        const std::string never = "events_days = 0";
        ASSERT_NE(settings.find(never), std::string::npos);
        settings.replace(settings.find(never), never.size(), "events_days = 1");
        folder.write(name + "/assidu.toml", settings);
        config::FixedClock clock{random.begin_s + dice.roll(0, kDay)};
        std::optional<Node> node(Node::open(NodeFolder{folder / name}, clock).value());
        Node whole = Node::open(NodeFolder{folder / keeps}, clock).value();
        std::set<std::int64_t> refused;  // ids of rows that came too late
        std::vector<LedgerRow> settled;  // rows before the horizon, as they were when it was set
        federation::Horizon horizon;
        for (std::size_t at = 0; at < random.rows.size();) {
            const std::size_t size =
                std::min(random.rows.size() - at, static_cast<std::size_t>(dice.roll(1, 25)));
            std::vector<StudentEvent> batch, in_time;
            const std::int64_t earliest_s = privacy::earliest_event_s(*node);
            for (; batch.size() < size; ++at) {
                const StudentEvent& row = random.rows[at];
                batch.push_back(row);
                if (row.event.time_s < earliest_s) refused.insert(row.event.id);
                if (!refused.contains(row.event.id)) in_time.push_back(row);
            }
            append(whole, batch);
            append(*node, in_time);
            if (dice.one_in(6)) {
                const std::int64_t activity = dice.roll(501, 503);
                learn(*node, activity);
                learn(whole, activity);
            }
            if (dice.one_in(2)) (void)compute(*node, dice.one_in(4) ? dice.roll(0, 3) : INT64_MAX);
            // Now and then it catches up with the rows.
            const std::int64_t reached_s = dice.one_in(2) ? batch.back().event.time_s : 0;
            clock.set(std::max(clock.now_utc_s(), reached_s) + dice.roll(0, kDay / 2));
            if (!dice.one_in(3)) continue;
            ASSERT_TRUE(compute(*node));
            EXPECT_EQ(halves_of(*node, horizon).before, settled);
            const auto done = privacy::apply_retention(*node, /*dry_run=*/false);
            ASSERT_TRUE(done) << done.error().what;
            if (done->events > 0) ++deleted;
            node.reset();
            node.emplace(Node::open(NodeFolder{folder / name}, clock).value());
            horizon = node->ledger().horizon("lyon");
            settled = halves_of(*node, horizon).before;
        }
        ASSERT_TRUE(compute(*node));
        ASSERT_TRUE(compute(whole));
        const Halves kept = halves_of(*node, horizon), wanted = halves_of(whole, horizon);
        EXPECT_EQ(kept.before, settled);
        EXPECT_EQ(kept.from, wanted.from);
        EXPECT_EQ(kept.sessions, wanted.sessions);
        EXPECT_EQ(kept.dropped, wanted.dropped);
        const auto recomputed =
            recompute(*node, node->scale(), [](std::int64_t, std::int64_t) {}, [] { return true; });
        ASSERT_TRUE(recomputed);
        EXPECT_TRUE(recomputed->changed.empty());
        EXPECT_EQ(halves_of(*node, horizon).before, settled);
    }

    tests::TemporaryFolder folder;
};

TEST_F(Differential, FromTheHorizonOnANodeThatDeletesOldEventsHasTheLedgerOfOneThatKeepsThem) {
    tests::Dice dice(tests::test_seed());
    int deleted = 0;
    for (int number = 0; number < kRetentionLogs && !HasFailure(); ++number) {
        SCOPED_TRACE(fmt::format("log {}", number));
        try_retention(dice, number, deleted);
    }
    // Logs of which nothing was deleted prove nothing.
    if (!HasFailure()) {
        EXPECT_GE(deleted, kRetentionLogs / 4) << "hardly anything was deleted";
    }
}

TEST_F(Differential, WhateverWayRowsComeInTheLedgerAndTheStatementsAreThoseOfAComputationFromScratch) {
    tests::Dice dice(tests::test_seed());
    for (int number = 0; number < kRandomLogs && !HasFailure(); ++number) {
        SCOPED_TRACE(fmt::format("log {}", number));
        try_log(dice, number);
    }
}

}  // namespace
}  // namespace assidu::node::attendance
