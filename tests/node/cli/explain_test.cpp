// `explain` as a teacher runs it.

#include <SQLiteCpp/Database.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "config/utf8.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Explain : public NodeProcess {
  protected:
    void import_a_day(const std::string& firstname = "Elodie", const std::string& activity = "Test 1") {
        init();
        const std::string people = folder.write("people.csv", "id,username,firstname,lastname\n42,elodie,\"" +
                                                                  firstname + "\",Roux\n43,lea,Lea,Petit\n");
        const std::string activities =
            folder.write("activities.csv", "id,course,modname,name\n501,10,quiz,\"" + activity + "\"\n");
        const std::string log = folder.write(
            "log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                           row(3, 42, kMorning + 900, 0, "loggedout") +
                           row(4, 42, kMorning + 200, 0, "failed") + row(5, 43, kMorning + 3 * 86'400));
        ASSERT_EQ(run({"import", people, activities, log}).exit_code, 0);
    }
    static std::size_t widest_line(const std::string& text) {
        std::size_t widest = 0;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            std::size_t columns = 0;
            for (std::size_t at = 0; at < line.size(); ++columns) {
                const config::CodePoint point = config::code_point_at(line, at);
                EXPECT_NE(point.bytes, 0U) << "not UTF-8: " << line;
                at += std::max<std::size_t>(point.bytes, 1);
            }
            widest = std::max(widest, columns);
        }
        return widest;
    }
};

TEST_F(Explain, ADayIsToldEventByEventDownToTheLedgersTotal) {
    import_a_day();
    const Finished english = run({"explain", "elodie", "2026-03-02", "--lang", "en"});
    EXPECT_EQ(english.exit_code, 0) << english.err;
    EXPECT_THAT(english.out,
                HasSubstr("09:00:00 - 09:10:00  0:10:00 (600 s)  measured: the gap to the next event"));
    EXPECT_THAT(english.out, HasSubstr("does not count: action outside the scale (failed login…) [action]"));
    EXPECT_THAT(english.out, HasSubstr("Test 1 (quiz)"));
    EXPECT_THAT(english.out, HasSubstr("a logout: worth nothing"));
    EXPECT_THAT(english.out, HasSubstr("0:15:00      900 s\n\nThe ledger says the same: 900 s in "));
    EXPECT_THAT(run({"explain", "42", "2026-03-02"}).out, HasSubstr("Le registre dit la même chose"));

    const Finished answer = run({"explain", "elodie", "2026-03-02", "--format", "json"});
    ASSERT_EQ(answer.exit_code, 0) << answer.err;
    const auto json = nlohmann::json::parse(answer.out);
    EXPECT_EQ(json.at("measured_s"), 900);
    EXPECT_EQ(json.at("ledger").at("same"), true);
    EXPECT_EQ(json.at("events").size(), 4U);
    std::int64_t counted = 0;
    for (const auto& event : json.at("events"))
        counted += event.value("counted_s", std::int64_t{0});
    EXPECT_EQ(counted, 900);
    EXPECT_EQ(json.at("events").at(1).at("dropped_by"), "action");
    EXPECT_EQ(json.at("events").at(2).at("activity_name"), "Test 1");
    EXPECT_EQ(json.at("events").at(2).at("time").at("local"), "2026-03-02T09:10:00+01:00");
}

TEST_F(Explain, NoEventIsNotNoDataAndNobodyIsNobody) {
    import_a_day();
    const Finished quiet = run({"explain", "elodie", "2026-03-03", "--lang", "en"});
    EXPECT_EQ(quiet.exit_code, 0) << quiet.err;
    EXPECT_THAT(quiet.out, HasSubstr("No event of this person on this day."));
    EXPECT_THAT(quiet.out, HasSubstr("The ledger says the same: 0 s in 0 rows."));
    for (const char* day : {"2026-03-01", "2026-03-06"}) {
        const Finished unknown = run({"explain", "elodie", day});
        EXPECT_EQ(unknown.exit_code, 6) << day;
        EXPECT_EQ(unknown.out, "");
        EXPECT_THAT(unknown.err, HasSubstr("no data: the node's events are of 2026-03-02 to 2026-03-05"));
    }
    EXPECT_EQ(run({"explain", "nobody", "2026-03-02"}).exit_code, 6);
    EXPECT_EQ(run({"explain", "elodie", "yesterday"}).exit_code, 2);
    EXPECT_EQ(run({"explain", "elodie"}).exit_code, 2);
    ASSERT_EQ(run({"outage", "add", "--from", "2026-03-03T08:00", "--to", "2026-03-04", "--cause", "purge"})
                  .exit_code,
              0);
    EXPECT_THAT(run({"explain", "elodie", "2026-03-03", "--lang", "en"}).out,
                HasSubstr("Beware: events are missing"));
}

TEST_F(Explain, AnotherScaleIsExplainedAndNotComparedAndALegacyOneIsRefusedByName) {
    import_a_day();
    const Finished other = run({"explain", "elodie", "2026-03-02", "--scale", "dedication", "--lang", "en"});
    EXPECT_EQ(other.exit_code, 0) << other.err;
    EXPECT_THAT(other.out, HasSubstr("The ledger has no totals under this scale"));
    const Finished legacy = run({"explain", "elodie", "2026-03-02", "--scale", "sonate-legacy"});
    EXPECT_EQ(legacy.exit_code, 3);
    EXPECT_THAT(legacy.err, HasSubstr("key 'legacy_quirks'"));
    EXPECT_EQ(run({"explain", "elodie", "2026-03-02", "--scale", "timestat"}).exit_code, 3);
    EXPECT_EQ(run({"explain", "elodie", "2026-03-02", "--scale", "attestoodle"}).exit_code, 0);
    EXPECT_EQ(run({"explain", "elodie", "2026-03-02", "--scale", "no-such"}).exit_code, 3);
}

TEST_F(Explain, ALedgerThatSaysSomethingElseIsADefect) {
    import_a_day();
    SQLite::Database(dir() + "/ledger.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE ledger_row SET measured_s=measured_s+1 WHERE course=10");
    const Finished finished = run({"explain", "elodie", "2026-03-02", "--lang", "en"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.out, HasSubstr("THE LEDGER SAYS SOMETHING ELSE: 901 s"));
    EXPECT_THAT(finished.err, HasSubstr("a defect of Assidu, or a ledger that was changed"));
    const auto json = nlohmann::json::parse(run({"explain", "elodie", "2026-03-02", "--format", "json"}).out);
    EXPECT_EQ(json.at("ledger").at("same"), false);
}

TEST_F(Explain, NamesCannotSpeakToTheTerminalNorMakeALineTooLong) {
    import_a_day("Eve \x1b[2J\xe2\x80\xae", std::string(220, 'q') + " \x07 " + "été fini");
    const Finished finished = run({"explain", "elodie", "2026-03-02"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    for (const char* hostile : {"\x1b", "\x07", "\xe2\x80\xae"})
        EXPECT_THAT(finished.out, Not(HasSubstr(hostile)));
    EXPECT_LE(widest_line(finished.out), 100U);
    EXPECT_TRUE(nlohmann::json::accept(run({"explain", "elodie", "2026-03-02", "--format", "json"}).out));
}

TEST_F(Explain, OnANightOnWhichClocksChangeEveryTimeHasItsOffset) {
    init();
    constexpr std::int64_t kSpring = 1'774'745'400;  // 2026-03-29 01:50 in Paris
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kSpring) + row(2, 42, kSpring + 1'200) +
                                    row(3, 42, kSpring + 1'800, 0, "loggedout"));
    ASSERT_EQ(run({"import", log}).exit_code, 0);
    const Finished finished = run({"explain", "42", "2026-03-29", "--lang", "en"});
    EXPECT_THAT(finished.out, HasSubstr("2026-03-29, 23 h, Europe/Paris (UTC+01:00 > UTC+02:00)"));
    EXPECT_THAT(finished.out, HasSubstr("01:50:00+01:00 - 03:10:00+02:00  0:20:00 (1200 s)"));
    EXPECT_LE(widest_line(finished.out), 100U);
}

}  // namespace
}  // namespace assidu::tests
