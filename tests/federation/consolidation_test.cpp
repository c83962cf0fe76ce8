// What a hub says of a period: by numbers made by hand, and against a naive calculation.

#include "federation/consolidation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "config/digest.h"
#include "config/limits.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::next;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'772'700'000;
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

StudentId student(int number) {
    StudentId id;
    id.bytes[0] = static_cast<std::uint8_t>(number / 256);
    id.bytes[15] = static_cast<std::uint8_t>(number % 256);
    return id;
}

LedgerRow row(int who, CivilDay day, std::int64_t course, std::int64_t measured_s,
              std::int64_t credited_s = 0, std::int64_t events = 1) {
    return {student(who), day, course, measured_s, credited_s, events, std::nullopt, std::nullopt, {}};
}

class Consolidation : public ::testing::Test {
  protected:
    Consolidation() {
        scale.sha256 = config::hex(config::sha256(scale.document));
        other_scale.sha256 = config::hex(config::sha256(other_scale.document));
    }

    void add_member(const std::string& id, MemberState state = MemberState::active,
                    Names names = Names::none) {
        const std::string token = members.invite(id, names, kNow).value();
        if (state == MemberState::invited) return;
        const Introduction introduction{id, "Université de " + id, key.verifying_key(), std::string(64, 'a')};
        ASSERT_TRUE(members.introduce(introduction, token, kNow));
        if (state == MemberState::pending) return;
        ASSERT_TRUE(members.accept(id, key.verifying_key().fingerprint(), kNow));
        if (state == MemberState::suspended) {
            ASSERT_TRUE(members.suspend(id, kNow));
        }
    }
    // A statement of these days with these rows, as it is kept once it was received.
    void declare(const std::string& node, const std::vector<CivilDay>& days, std::vector<LedgerRow> rows,
                 const ScaleIdentity& under, std::vector<Outage> outages = {}) {
        StatementHeader header;
        header.node = node;
        const StatementHead head = statements.head(node);
        header.number = head.number + 1;
        header.previous = head.digest;
        header.scale = under;
        header.freshness = {"engine 1", kNow, 5, kNow, header.number};
        header.outages = std::move(outages);
        for (const CivilDay day : days)
            header.days.push_back({day, std::ranges::count(rows, day, &LedgerRow::day), 0});
        std::vector<SaltedRow> salted;
        std::ranges::sort(rows, {}, [](const LedgerRow& one) { return daily_row_key(one); });
        for (const LedgerRow& one : rows)
            salted.push_back({std::string(32, 's'), daily_row(one)});
        statements.put_received(sign_statement(header, salted, key), "receipt");
    }
    void declare(const std::string& node, const std::vector<CivilDay>& days, std::vector<LedgerRow> rows) {
        declare(node, days, std::move(rows), scale);
    }
    void declare_run(const std::string& node, CivilDay from, CivilDay to) {
        std::vector<CivilDay> days;
        for (CivilDay day = from; day <= to; day = next(day))
            days.push_back(day);
        declare(node, days, {});
    }
    [[nodiscard]] Consolidated of(CivilDay from, CivilDay to) const {
        return consolidate("pole", "Le pôle", scale.sha256, {from, to}, paris, members, statements, *ledger);
    }
    [[nodiscard]] Consolidated week() const { return of(kMonday, next(kMonday, 6)); }
    static std::vector<std::pair<int, int>> runs(const MemberPart& part) {
        std::vector<std::pair<int, int>> found;
        for (const Period& run : part.missing)
            found.emplace_back(run.from.number - kMonday.number, run.to.number - kMonday.number);
        return found;
    }

    tests::TemporaryFolder folder;
    ScaleIdentity scale{"sonate", 1, "", "{}"}, other_scale{"sonate", 2, "", "[]"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "hub.sqlite");
    std::unique_ptr<Ledger> ledger = sqlite_ledger(file);
    StatementLog statements{file};
    MemberList members{file};
};

TEST_F(Consolidation, APoolOfNobodyIsNotComplete) {
    const Consolidated pool = week();
    EXPECT_TRUE(pool.members.empty());
    EXPECT_FALSE(pool.complete());
    EXPECT_EQ(pool.sums, Sums{});
    EXPECT_EQ(pool.weeks.size(), 1U);
}

TEST_F(Consolidation, AddsUpByMemberCourseAndWeek) {
    add_member("lyon");
    add_member("nantes");
    const CivilDay sunday = next(kMonday, 6), tuesday = next(kMonday, 8);
    declare("lyon", {kMonday, sunday, tuesday},
            {row(1, kMonday, 10, 600, 30, 5), row(1, kMonday, 0, 60), row(1, sunday, 10, 300),
             row(2, kMonday, 10, 1000), row(2, tuesday, -1, 7)});
    declare("nantes", {kMonday}, {row(1, kMonday, 10, 50, 0, 2)});
    const Consolidated pool = of(kMonday, tuesday);
    ASSERT_EQ(pool.members.size(), 2U);
    const MemberPart& lyon = pool.members[0];
    EXPECT_EQ(lyon.node, "lyon");
    EXPECT_EQ(lyon.name, "Université de lyon");
    EXPECT_EQ(lyon.sums, (Sums{2, 1967, 30, 9}));
    EXPECT_EQ(lyon.days, 3);
    ASSERT_EQ(lyon.courses.size(), 3U);
    EXPECT_EQ(lyon.courses[0].course, -1);
    EXPECT_EQ(lyon.courses[0].sums, (Sums{1, 7, 0, 1}));
    EXPECT_EQ(lyon.courses[1].course, 0);
    EXPECT_EQ(lyon.courses[1].sums, (Sums{1, 60, 0, 1}));
    EXPECT_EQ(lyon.courses[2].course, 10);
    EXPECT_EQ(lyon.courses[2].source, "moodle");
    EXPECT_EQ(lyon.courses[2].sums, (Sums{2, 1900, 30, 7}));
    ASSERT_EQ(lyon.weeks.size(), 2U);
    EXPECT_EQ(lyon.weeks[0].monday, kMonday);
    EXPECT_EQ(lyon.weeks[0].sums, (Sums{2, 1960, 30, 8}));
    EXPECT_EQ(lyon.weeks[1].monday, next(kMonday, 7));
    EXPECT_EQ(lyon.weeks[1].sums, (Sums{1, 7, 0, 1}));
    EXPECT_EQ(lyon.freshness->last_event_id, 1);
    const MemberPart& nantes = pool.members[1];
    EXPECT_EQ(nantes.sums, (Sums{1, 50, 0, 2}));
    EXPECT_EQ(nantes.weeks[1].sums, Sums{});
    // The same pseudonym at two members is two students, on the same day.
    EXPECT_EQ(pool.sums, (Sums{3, 2017, 30, 11}));
    EXPECT_EQ(pool.weeks[0].sums, (Sums{3, 2010, 30, 10}));
    EXPECT_EQ(pool.weeks[1].sums, (Sums{1, 7, 0, 1}));
    EXPECT_EQ(pool.days, 3);
    EXPECT_FALSE(pool.complete());
}

TEST_F(Consolidation, APeriodHasItsEndsAndCutsItsWeeks) {
    add_member("lyon");
    const CivilDay saturday = next(kMonday, 5);
    declare("lyon", {kMonday, saturday, next(kMonday, 7)},
            {row(1, kMonday, 10, 1), row(1, saturday, 10, 20), row(1, next(kMonday, 7), 10, 300)});
    const Consolidated pool = of(saturday, next(kMonday, 7));
    ASSERT_EQ(pool.weeks.size(), 2U);
    EXPECT_EQ(pool.weeks[0].monday, kMonday) << "a Monday before the period";
    EXPECT_EQ(pool.weeks[0].sums.measured_s, 20);
    EXPECT_EQ(pool.weeks[1].sums.measured_s, 300);
    const Consolidated day = of(saturday, saturday);
    EXPECT_EQ(day.sums, (Sums{1, 20, 0, 1}));
    EXPECT_EQ(day.days, 1);
    ASSERT_EQ(day.weeks.size(), 1U);
    EXPECT_TRUE(day.complete());
    EXPECT_EQ(of(next(kMonday), next(kMonday)).weeks.size(), 1U);
    const Consolidated none = of(saturday, next(saturday, -1));
    EXPECT_EQ(none.sums, Sums{});
    EXPECT_TRUE(none.weeks.empty());
}

TEST_F(Consolidation, APeriodIsAsLongAsAReportsMayBe) {
    add_member("lyon");
    constexpr auto kDays = static_cast<std::int32_t>(config::limits::kPeriodDaysMax);
    EXPECT_EQ(runs(of(kMonday, next(kMonday, kDays - 1)).members[0]),
              (std::vector<std::pair<int, int>>{{0, kDays - 1}}));
    EXPECT_THROW((void)of(kMonday, next(kMonday, kDays)), std::logic_error);
}

TEST_F(Consolidation, MissingDaysAreRunsAtBothEndsAndInTheMiddle) {
    add_member("lyon");
    declare("lyon", {next(kMonday, -1), next(kMonday, 2)}, {});
    declare("lyon", {next(kMonday, 4), next(kMonday, 5), next(kMonday, 9)}, {});
    const Consolidated pool = week();
    EXPECT_THAT(runs(pool.members[0]), ElementsAre(std::pair(0, 1), std::pair(3, 3), std::pair(6, 6)));
    EXPECT_FALSE(pool.members[0].complete());
}

TEST_F(Consolidation, ADayThatWasDeclaredEmptyIsNotMissing) {
    add_member("lyon");
    declare_run("lyon", kMonday, next(kMonday, 6));
    const Consolidated pool = week();
    EXPECT_THAT(pool.members[0].missing, IsEmpty());
    EXPECT_EQ(pool.members[0].days, 0);
    EXPECT_TRUE(pool.complete());
}

TEST_F(Consolidation, WhatWasAnnouncedAndIsNotHereIsNotComplete) {
    add_member("lyon");
    declare_run("lyon", kMonday, next(kMonday, 6));
    members.announce("lyon", statements.head("lyon"), "", kNow);
    EXPECT_TRUE(week().complete());
    EXPECT_EQ(week().members[0].announced_utc_s, kNow);
    members.announce("lyon", {3, std::string(64, 'a')}, "", kNow);
    EXPECT_EQ(week().members[0].statements_missing(), 2);
    EXPECT_FALSE(week().complete());
    members.announce("lyon", {0, ""}, "", kNow);
    EXPECT_EQ(week().members[0].statements_missing(), 0) << "restored from a backup: another question";
}

TEST_F(Consolidation, AMemberWithAnotherHistoryThanTheHubsIsNotComplete) {
    add_member("lyon");
    declare_run("lyon", kMonday, next(kMonday, 6));
    const StatementHead first = statements.head("lyon");
    declare("lyon", {kMonday}, {row(1, kMonday, 10, 600)});
    members.announce("lyon", first, "", kNow);
    EXPECT_TRUE(week().complete()) << "it forgot the second: what it declared is here all the same";
    for (const std::int64_t number : {1, 2}) {
        members.announce("lyon", {number, std::string(64, 'a')}, "", kNow);
        EXPECT_FALSE(week().complete()) << "it made another statement of that number: " << number;
        EXPECT_EQ(week().members[0].statements_missing(), 1);
    }
}

TEST_F(Consolidation, AMemberThatNeverDeclaredUnderTheScaleMissesEverything) {
    add_member("lyon");
    add_member("nantes");
    declare_run("nantes", kMonday, next(kMonday, 6));
    declare("lyon", {kMonday}, {row(1, kMonday, 10, 600)}, other_scale);
    const Consolidated pool = week();
    EXPECT_EQ(pool.members[0].freshness, std::nullopt);
    EXPECT_EQ(pool.members[0].head.number, 1);
    EXPECT_EQ(pool.members[0].sums, Sums{});
    EXPECT_THAT(runs(pool.members[0]), ElementsAre(std::pair(0, 6)));
    EXPECT_TRUE(pool.members[1].complete());
    EXPECT_FALSE(pool.complete()) << "one is not";
}

TEST_F(Consolidation, OnlyWhoWasEverActiveIsAPart) {
    add_member("angers", MemberState::invited);
    add_member("brest", MemberState::pending);
    add_member("caen", MemberState::suspended, Names::issue);
    declare("caen", {kMonday}, {row(1, kMonday, 10, 600)});
    const Consolidated pool = week();
    ASSERT_EQ(pool.members.size(), 1U);
    EXPECT_EQ(pool.members[0].state, MemberState::suspended);
    EXPECT_EQ(pool.members[0].names, Names::issue);
    EXPECT_EQ(pool.sums, (Sums{1, 600, 0, 1})) << "what it declared until then";
    EXPECT_THAT(runs(pool.members[0]), ElementsAre(std::pair(1, 6)));
}

TEST_F(Consolidation, WhoWasSuspendedBeforeItWasAcceptedIsNoPart) {
    add_member("angers", MemberState::invited);
    add_member("brest", MemberState::pending);
    for (const char* id : {"angers", "brest"})
        ASSERT_TRUE(members.suspend(id, kNow));
    EXPECT_TRUE(week().members.empty());
}

TEST_F(Consolidation, OutagesThatTouchThePeriodAreSaid) {
    add_member("lyon");
    const Outage inside{paris.begin_of(kMonday) + 10, paris.begin_of(kMonday) + 20, "disk"};
    const Outage before{paris.begin_of(kMonday) - 20, paris.begin_of(kMonday), "network"};
    declare("lyon", {kMonday}, {}, scale, {before, inside});
    EXPECT_THAT(week().members[0].outages, ElementsAre(inside));
}

TEST_F(Consolidation, TheHubIsAPartIfItHasTotalsAndItsClosedDaysAreStated) {
    add_member("lyon");
    add_member("zzz");
    declare_run("lyon", kMonday, next(kMonday, 6));
    EXPECT_EQ(week().members.size(), 2U);
    // Its courses are of several Moodles.
    std::vector<StudentLedger> own{{student(1), "moodle-a", {row(1, kMonday, 10, 100)}, {}, {}},
                                   {student(2), "moodle-b", {row(2, kMonday, 10, 20)}, {}, {}},
                                   {student(3), "moodle-a", {row(3, next(kMonday, 4), 10, 3)}, {}, {}}};
    const CivilDay friday = next(kMonday, 4);
    ledger->replace("pole", scale, own, {"engine 1", paris.begin_of(friday) - 1, 5, kNow, 9});
    Consolidated pool = week();
    ASSERT_EQ(pool.members.size(), 3U);
    const MemberPart& part = pool.members[1];
    EXPECT_EQ(part.node, "pole") << "by id, among the others";
    EXPECT_EQ(part.name, "Le pôle");
    EXPECT_EQ(part.head.number, 0);
    EXPECT_EQ(part.statements_missing(), 0);
    EXPECT_THAT(runs(part), ElementsAre(std::pair(3, 6))) << "Thursday has a second to go";
    EXPECT_EQ(part.sums, (Sums{3, 123, 0, 3}));
    ASSERT_EQ(part.courses.size(), 2U);
    EXPECT_EQ(part.courses[0].source, "moodle-a");
    EXPECT_EQ(part.courses[0].sums, (Sums{2, 103, 0, 2}));
    EXPECT_EQ(part.courses[1].source, "moodle-b");
    EXPECT_EQ(part.courses[1].sums, (Sums{1, 20, 0, 1}));
    const std::int64_t sunday_s = paris.begin_of(next(kMonday, 6));
    ledger->replace("pole", scale, {}, {"engine 1", paris.begin_of(friday), 5, sunday_s, 9});
    EXPECT_THAT(runs(week().members[1]), ElementsAre(std::pair(4, 6)));
    ledger->replace("pole", scale, {}, {"engine 1", paris.end_of(next(kMonday, 6)), 5, sunday_s, 9});
    EXPECT_TRUE(week().members[1].complete());
}

TEST_F(Consolidation, OfItsOwnDaysAHubKnowsNoMoreThanAMemberCouldDeclare) {
    const CivilDay tuesday = next(kMonday), thursday = next(kMonday, 3);
    std::vector<StudentLedger> own{{student(1), "moodle", {row(1, tuesday, 10, 100)}, {}, {}}};
    const std::int64_t later = paris.end_of(next(kMonday, 30));
    ledger->replace("pole", scale, own, {"engine 1", later, 5, paris.begin_of(thursday), 9});
    EXPECT_THAT(runs(week().members[0]), ElementsAre(std::pair(0, 0), std::pair(4, 6)))
        << "its logs begin on Tuesday and end on Thursday";
    EXPECT_THAT(of(next(kMonday, 7), next(kMonday, 8)).complete(), false);
    EXPECT_THAT(of(tuesday, thursday).complete(), true);
    ledger->replace("pole", scale, {}, {"engine 1", later, 0, std::nullopt, std::nullopt});
    EXPECT_THAT(runs(week().members[0]), ElementsAre(std::pair(0, 6))) << "no event at all";
}

TEST_F(Consolidation, ManyMembersAreOneAnswer) {
    constexpr int kMembers = 120;
    for (int i = 0; i < kMembers; ++i) {
        const std::string id = "university-" + std::to_string(100 + i);
        add_member(id);
        declare(id, {kMonday}, {row(i, kMonday, i, 100 + i)});
    }
    const Consolidated pool = of(kMonday, kMonday);
    EXPECT_EQ(pool.members.size(), static_cast<std::size_t>(kMembers));
    EXPECT_EQ(pool.sums, (Sums{kMembers, kMembers * 100 + kMembers * (kMembers - 1) / 2, 0, kMembers}));
    EXPECT_TRUE(pool.complete());
}

// All rows in memory, and a set for every count.
struct Naive {
    struct Set {
        std::set<StudentId> students;
        Sums sums;
        void add(const LedgerRow& one) {
            students.insert(one.student);
            sums = {static_cast<std::int64_t>(students.size()), sums.measured_s + one.measured_s,
                    sums.credited_s + one.credited_s, sums.events + one.events};
        }
    };
    std::map<std::string, std::map<CivilDay, std::vector<LedgerRow>>> said;  // by node and day, the last word

    void check(const MemberPart& part, const Period& period) {
        Set all;
        std::map<std::int64_t, Set> courses;
        std::map<CivilDay, Set> weeks;
        std::set<CivilDay> days, missing, missing_found;
        for (CivilDay day = period.from; day <= period.to; day = next(day)) {
            weeks[config::monday_of(day)];
            if (!said[part.node].contains(day)) missing.insert(day);
        }
        for (const auto& [day, rows] : said[part.node]) {
            if (day < period.from || day > period.to) continue;
            for (const LedgerRow& one : rows) {
                all.add(one);
                courses[one.course].add(one);
                weeks[config::monday_of(day)].add(one);
                days.insert(day);
            }
        }
        EXPECT_EQ(part.sums, all.sums);
        EXPECT_EQ(part.days, static_cast<std::int64_t>(days.size()));
        ASSERT_EQ(part.courses.size(), courses.size());
        for (const CourseSums& course : part.courses)
            EXPECT_EQ(course.sums, courses[course.course].sums) << course.course;
        ASSERT_EQ(part.weeks.size(), weeks.size());
        for (const WeekSums& one : part.weeks)
            EXPECT_EQ(one.sums, weeks[one.monday].sums) << config::iso_date(one.monday);
        for (std::size_t i = 0; i < part.missing.size(); ++i) {
            const Period& run = part.missing[i];
            EXPECT_LE(run.from, run.to);
            if (i > 0) {
                EXPECT_LT(next(part.missing[i - 1].to), run.from) << "two runs that are one";
            }
            for (CivilDay day = run.from; day <= run.to; day = next(day))
                missing_found.insert(day);
        }
        EXPECT_EQ(missing_found, missing);
    }
};

TEST_F(Consolidation, GivesWhatANaiveCalculationGives) {
    tests::Dice dice(tests::test_seed());
    Naive naive;
    const std::vector<std::string> nodes{"angers", "brest", "caen", "dijon"};
    for (const std::string& node : nodes)
        add_member(node);
    // The spring change of clocks lies inside.
    for (int statement = 0; statement < 60; ++statement) {
        const std::string& node = nodes[static_cast<std::size_t>(dice.roll(0, 3))];
        std::vector<CivilDay> days;
        std::map<std::tuple<StudentId, CivilDay, std::int64_t>, LedgerRow> rows;
        for (int day = 0; day < 40; ++day) {
            if (!dice.one_in(10)) continue;
            days.push_back(next(kMonday, day));
            naive.said[node][days.back()].clear();
            if (dice.one_in(4)) continue;
            for (std::int64_t count = dice.roll(0, 12); count > 0; --count) {
                // Courses that share the last digits, and two that are none.
                const std::int64_t course = dice.one_in(3) ? dice.roll(-1, 0) : 10 + 256 * dice.roll(0, 3);
                const LedgerRow one = row(static_cast<int>(dice.roll(0, 600)), days.back(), course,
                                          dice.roll(0, 9000), dice.roll(0, 60), dice.roll(0, 40));
                rows[{one.student, one.day, one.course}] = one;
            }
        }
        if (days.empty()) continue;
        std::vector<LedgerRow> declared;
        for (const auto& [_, one] : rows) {
            declared.push_back(one);
            naive.said[node][one.day].push_back(one);
        }
        declare(node, days, declared);
    }
    for (int cut = 0; cut < 30; ++cut) {
        const CivilDay from = next(kMonday, static_cast<std::int32_t>(dice.roll(-3, 40)));
        const Period period{from, next(from, static_cast<std::int32_t>(dice.roll(0, 45)))};
        const Consolidated pool = of(period.from, period.to);
        ASSERT_EQ(pool.members.size(), nodes.size());
        Sums sums;
        std::map<CivilDay, Sums> weeks;
        const auto add = [](Sums& to, const Sums& more) {
            to = {to.students + more.students, to.measured_s + more.measured_s,
                  to.credited_s + more.credited_s, to.events + more.events};
        };
        for (const MemberPart& part : pool.members) {
            naive.check(part, period);
            add(sums, part.sums);
            for (const WeekSums& one : part.weeks)
                add(weeks[one.monday], one.sums);
        }
        EXPECT_EQ(pool.sums, sums);
        ASSERT_EQ(pool.weeks.size(), weeks.size());
        for (const WeekSums& one : pool.weeks)
            EXPECT_EQ(one.sums, weeks[one.monday]);
        std::set<CivilDay> days;
        for (const std::string& node : nodes) {
            for (const auto& [day, rows] : naive.said[node]) {
                if (!rows.empty() && day >= period.from && day <= period.to) days.insert(day);
            }
        }
        EXPECT_EQ(pool.days, static_cast<std::int64_t>(days.size()));
    }
}

}  // namespace
}  // namespace assidu::federation
