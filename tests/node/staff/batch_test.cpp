// Batches as staff run them: a folder a funder, only what changed, one bad student never another's trouble.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "config/civil_calendar.h"
#include "config/settings.h"
#include "node/staff/batch.h"
#include "node/staff/schedules.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using config::ReportSchedule;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string span(const federation::Period& period) {
    return config::iso_date(period.from) + "/" + config::iso_date(period.to);
}

TEST(LastPeriod, IsOfClosedCivilDays) {
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    const auto last = [&](ReportSchedule::Every every, const char* day, int hour) {
        const std::int64_t now = calendar.begin_of(*config::parse_iso_date(day)) + hour * 3600;
        return span(node::staff::last_period(every, now, calendar));
    };
    using enum ReportSchedule::Every;
    EXPECT_EQ(last(daily, "2026-03-10", 4), "2026-03-09/2026-03-09");
    EXPECT_EQ(last(daily, "2026-03-10", 2), "2026-03-08/2026-03-08");   // the 9th is not closed yet
    EXPECT_EQ(last(weekly, "2026-03-09", 4), "2026-03-02/2026-03-08");  // Monday
    EXPECT_EQ(last(weekly, "2026-03-08", 4), "2026-02-23/2026-03-01");
    EXPECT_EQ(last(month_end, "2026-03-01", 4), "2026-02-01/2026-02-28");
    EXPECT_EQ(last(month_end, "2026-03-01", 2), "2026-01-01/2026-01-31");
    EXPECT_EQ(last(month_end, "2027-01-01", 4), "2026-12-01/2026-12-31");
    EXPECT_EQ(last(month_end, "2028-03-01", 4), "2028-02-01/2028-02-29");
}

TEST(DuePeriods, AreMadeUpOnceOldestFirstAndNotBeforeTheirTime) {
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    ReportSchedule schedule;
    schedule.every = ReportSchedule::Every::daily;
    schedule.at_s = 5 * 3600;
    const auto due = [&](std::optional<const char*> done, const char* day, int hour) {
        std::optional<config::CivilDay> last;
        if (done) last = config::parse_iso_date(*done);
        std::vector<std::string> periods;
        for (const federation::Period& period : node::staff::due_periods(
                 schedule, last, calendar.instant_of(*config::parse_iso_date(day), hour * 3600).utc_s,
                 calendar))
            periods.push_back(span(period));
        return periods;
    };
    using Periods = std::vector<std::string>;
    // One that never ran begins with the last period, and not before its time of day.
    EXPECT_EQ(due({}, "2026-03-30", 5), (Periods{"2026-03-29/2026-03-29"}));
    EXPECT_EQ(due({}, "2026-03-30", 4), (Periods{"2026-03-28/2026-03-28"}));
    EXPECT_EQ(due("2026-03-29", "2026-03-30", 6), Periods{});
    // Down for three days, over the change of clocks.
    EXPECT_EQ(due("2026-03-27", "2026-03-31", 5),
              (Periods{"2026-03-28/2026-03-28", "2026-03-29/2026-03-29", "2026-03-30/2026-03-30"}));
    EXPECT_EQ(due("2020-01-01", "2026-03-31", 5).size(), 31U);
    schedule.every = ReportSchedule::Every::month_end;
    EXPECT_EQ(due("2026-01-31", "2026-04-01", 5),
              (Periods{"2026-02-01/2026-02-28", "2026-03-01/2026-03-31"}));
    EXPECT_EQ(due("2026-01-31", "2026-04-01", 4), (Periods{"2026-02-01/2026-02-28"}));
}

TEST(ScheduleSettings, AreCheckedKeyByKey) {
    config::Settings chosen;
    chosen.node_id = "lyon";
    chosen.name = "Lyon";
    chosen.wwwroot = "https://moodle.example";
    chosen.source_name = "moodle";
    chosen.scale = "sonate";
    chosen.language = "fr";
    chosen.students.everyone = true;
    const std::string whole = config::settings_document(chosen);
    const auto with = [&](const std::string& reports, const std::string& behind) {
        std::string text = whole;
        const std::string section = "[reports]\n";
        text.insert(text.find(section) + section.size(), reports);
        return text + "\n" + behind;
    };
    const auto refusal = [&](const std::string& behind, const std::string& reports = "") {
        const auto read = config::parse_settings(with(reports, behind), "x");
        return read ? "" : read.error().what;
    };
    const std::string good =
        "[[report_schedule]]\nname = \"month\"\nevery = \"month-end\"\nat = \"04:30\"\n"
        "funder = \"OPCO\"\nformats = [\"pdf\"]\nout = \"r\"\n";
    const auto read = config::parse_settings(with("template = \"t\"\nsmall_cell = 7\n", good), "x");
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->reports.report_template, "t");
    EXPECT_EQ(read->reports.small_cell, 7);
    ASSERT_EQ(read->reports.schedules.size(), 1U);
    EXPECT_EQ(read->reports.schedules[0].at_s, 4 * 3600 + 1800);
    EXPECT_THAT(refusal(good + good), HasSubstr("stands twice"));
    EXPECT_THAT(refusal(good + "colour = 1\n"), HasSubstr("colour"));
    EXPECT_THAT(refusal("[[report_schedule]]\nname = \"x\"\n"), HasSubstr("every"));
    EXPECT_THAT(refusal("[[report_schedule]]\nname = \"x\"\nevery = \"daily\"\nat = \"24:00\"\n"),
                HasSubstr("at"));
    EXPECT_THAT(refusal("[report_schedule]\nname = \"x\"\n"), HasSubstr("[[report_schedule]]"));
    EXPECT_THAT(refusal("", "small_cell = 0\n"), HasSubstr("small_cell"));
    EXPECT_EQ(refusal("", "small_cell = 1000\n"), "");
    EXPECT_THAT(refusal("", "small_cell = 1001\n"), HasSubstr("small_cell"));
    std::string most, more;
    for (int i = 0; i < 33; ++i) {
        const std::string one =
            "[[report_schedule]]\nname = \"s" + std::to_string(i) + "\"\nevery = \"daily\"\n";
        more += one;
        if (i < 32) most += one;
    }
    EXPECT_EQ(refusal(most), "");
    EXPECT_THAT(refusal(more), HasSubstr("more than 32"));
}

class BatchCommands : public NodeProcess {
  protected:
    static constexpr int kStudents = 12;

    void SetUp() override {
        init();
        std::string people = "id,username,firstname,lastname\n", log = kHeader;
        std::string dossiers = "student,funder,dossier,from,to,planned_hours,groups\n";
        std::int64_t id = 0;
        for (int i = 0; i < kStudents; ++i) {
            const std::string user = std::to_string(50 + i);
            people += user + ",u" + user + ",Prénom" + std::to_string(i) + ",Nom" + user + "\n";
            for (int k = 0; k < 30; ++k)
                log += row(++id, 50 + i, kMorning + (k / 10) * 86'400 + (k % 10) * (100 + 7 * i + k * k),
                           500 + k % 3);
            if (i == 0) continue;  // no dossier
            dossiers += "u" + user + (i % 2 == 1 ? ",OPCO & fils" : ",Région") + ",D" + user +
                        ",2026-01-01,2026-12-31,100,\n";
        }
        // Known on the fifth day, so that the days before are closed.
        log += row(++id, 50, kMorning + 5 * 86'400);
        ASSERT_EQ(run({"import", folder.write("people.csv", people), folder.write("log.csv", log)}).exit_code,
                  0);
        ASSERT_EQ(run({"dossier", "import", folder.write("dossiers.csv", dossiers)}).exit_code, 0);
        next_id = id;
    }
    Finished batch(std::vector<std::string> more = {}, const ProcessOptions& options = {}) const {
        std::vector<std::string> words{"report",     "batch", "--period",     "week",   "--on",
                                       "2026-03-04", "--out", folder / "out", "--lang", "en"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words, options);
    }
    std::vector<fs::path> files(const std::string& end) const {
        std::vector<fs::path> found;
        if (!fs::exists(folder / "out")) return found;
        for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
            if (entry.path().string().ends_with(end)) found.push_back(entry.path());
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] std::map<std::string, std::string> contents(const std::string& end) const {
        std::map<std::string, std::string> all;
        for (const fs::path& file : files(end))
            all[file.string()] = contents_of(file);
        return all;
    }
    void more_of(int user) {
        std::string log = kHeader;
        log += row(++next_id, user, kMorning + 86'400 + 40'000);
        log += row(++next_id, user, kMorning + 86'400 + 40'300);
        ASSERT_EQ(run({"import", folder.write("more.csv", log)}).exit_code, 0);
    }

    std::int64_t next_id = 0;
};

TEST_F(BatchCommands, LaysPackagesOutPerFunderWithAnIndexAndIssuesOnlyWhatChanged) {
    const Finished first = batch({"--format", "pdf,json"});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.out,
                HasSubstr("2026-03-02 to 2026-03-08: issued 12, issued again 0, unchanged 0, not issued 0"));
    ASSERT_EQ(files(".zip").size(), 12U);
    std::map<std::string, int> per_funder;
    for (const fs::path& package : files(".zip")) {
        EXPECT_EQ(package.parent_path().filename(), "2026-03-02_2026-03-08");
        ++per_funder[package.parent_path().parent_path().filename().string().substr(0, 6)];
    }
    EXPECT_EQ(per_funder, (std::map<std::string, int>{{"opco-f", 6}, {"region", 5}, {"withou", 1}}));
    const std::string index = contents_of(folder / "out/index.html");
    EXPECT_THAT(index, HasSubstr("OPCO &amp; fils"));
    EXPECT_THAT(index, HasSubstr("default-src 'none'"));
    for (const fs::path& page : files("index.html")) {
        // Every link leads to a file, and a funder's page names nobody else's students.
        const std::string html = contents_of(page);
        std::size_t links = 0;
        for (std::size_t at = html.find("href=\""); at != std::string::npos;
             at = html.find("href=\"", at + 1), ++links) {
            const std::string path = html.substr(at + 6, html.find('"', at + 6) - at - 6);
            EXPECT_TRUE(fs::exists(page.parent_path() / path)) << page << ": " << path;
        }
        EXPECT_GT(links, 0U);
        if (page.parent_path().filename().string().starts_with("region")) {
            EXPECT_THAT(html, HasSubstr("Nom52"));
            EXPECT_THAT(html, Not(HasSubstr("Nom51")));
            EXPECT_THAT(html, Not(HasSubstr("OPCO")));
        }
    }

    const auto before = contents(".json");
    const Finished again = batch({"--format", "pdf,json"});
    EXPECT_THAT(again.out, HasSubstr("issued 0, issued again 0, unchanged 12"));
    EXPECT_EQ(contents(".json"), before);

    more_of(53);
    const Finished third = batch({"--format", "pdf,json"});
    ASSERT_EQ(third.exit_code, 0) << third.err;
    EXPECT_THAT(third.out, HasSubstr("issued 0, issued again 1, unchanged 11"));
    EXPECT_THAT(third.err, HasSubstr("reissued Nom53"));
    int changed = 0;
    for (const auto& [path, text] : contents(".json")) {
        if (before.at(path) == text) continue;
        ++changed;
        const json replaced = json::parse(text)["provenance"]["replaced"];
        EXPECT_EQ(replaced["data_sha256"].get<std::string>().size(), 64U);
        EXPECT_EQ(replaced["why"][0], "replaced.rows");
    }
    EXPECT_EQ(changed, 1);
    EXPECT_THAT(contents_of(folder / "out/index.html"), HasSubstr("times"));
    // Another dossier is another reason.
    ASSERT_EQ(run({"dossier", "import",
                   folder.write("d.csv",
                                "student,funder,dossier,from,to,planned_hours\n"
                                "u53,OPCO & fils,D53,2026-01-01,2026-12-31,120\n")})
                  .exit_code,
              0);
    EXPECT_THAT(batch({"--format", "pdf,json"}).err, HasSubstr("the dossier"));
    // A file that somebody deleted is made again.
    fs::remove(files(".pdf").front());
    EXPECT_THAT(batch({"--format", "pdf,json"}).out, HasSubstr("issued 0, issued again 1, unchanged 11"));
    EXPECT_EQ(files(".pdf").size(), 12U);
    EXPECT_THAT(run({"audit"}).out, HasSubstr("report.batch"));
}

TEST_F(BatchCommands, MakesTheGroupReportOfEachFunderInItsFolderAndOnlyWhenItChanged) {
    const Finished first = batch({"--format", "pdf,xlsx,certificate,json", "--groups"});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("issued 15, issued again 0, unchanged 0, not issued 0"));
    std::map<std::string, json> groups;
    for (const fs::path& file : files(".json"))
        if (file.filename().string().starts_with("group-"))
            groups[file.parent_path().parent_path().filename().string().substr(0, 6)] =
                json::parse(contents_of(file));
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups["opco-f"]["students"], 6);
    EXPECT_EQ(groups["region"]["students"], 5);
    EXPECT_EQ(groups["withou"]["students"], 1);
    EXPECT_THAT(groups["region"].dump(), Not(HasSubstr("Nom51")));
    EXPECT_TRUE(groups["region"]["provenance"]["replaced"].is_null());
    EXPECT_EQ(files("group-universite-de-lyon_2026-03-02_2026-03-08.pdf").size(), 3U);
    EXPECT_EQ(files("group-universite-de-lyon_2026-03-02_2026-03-08.xlsx").size(), 3U);
    EXPECT_THAT(contents_of(folder / "out/index.html"), HasSubstr("The group"));
    EXPECT_THAT(batch({"--format", "pdf,xlsx,certificate,json", "--groups"}).out,
                HasSubstr("issued 0, issued again 0, unchanged 15"));
    // One student's time is another: her report, and her funder's group.
    more_of(53);
    EXPECT_THAT(batch({"--format", "pdf,xlsx,certificate,json", "--groups"}).out,
                HasSubstr("issued 0, issued again 2, unchanged 13"));
    for (const fs::path& file : files(".json")) {
        if (!file.filename().string().starts_with("group-") || !file.string().contains("opco-f")) continue;
        const json group = json::parse(contents_of(file));
        EXPECT_EQ(group["provenance"]["replaced"]["why"][0], "replaced.rows");
        EXPECT_EQ(group["provenance"]["replaced"]["data_sha256"].get<std::string>().size(), 64U);
    }
    EXPECT_THAT(run({"report", "list"}).out, HasSubstr(" for OPCO & fils: the times"));
    // Without a format that a group has, it is a PDF.
    ASSERT_EQ(run({"report", "batch", "--period", "week", "--on", "2026-03-04", "--out", folder / "other",
                   "--format", "certificate", "--no-package", "--groups", "--funder", "Région"})
                  .exit_code,
              0);
    int pdfs = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "other"))
        if (entry.path().filename().string().starts_with("group-")) ++pdfs;
    EXPECT_EQ(pdfs, 1);
}

TEST_F(BatchCommands, AStudentWithTwoFundersHasAReportForEachAndNeitherSeesTheOther) {
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv", "student,funder,dossier,from,to\nu51,Région,R51,2026-01-01,2026-12-31\n")})
            .exit_code,
        0);
    ASSERT_EQ(batch({"--format", "json", "--student", "u51"}).exit_code, 0);
    ASSERT_EQ(files(".json").size(), 2U);
    EXPECT_THAT(contents_of(files(".json")[0]), HasSubstr("D51"));
    EXPECT_THAT(contents_of(files(".json")[0]), Not(HasSubstr("R51")));
    EXPECT_THAT(contents_of(files(".json")[1]), HasSubstr("R51"));
    EXPECT_THAT(contents_of(files(".json")[1]), Not(HasSubstr("D51")));
}

TEST_F(BatchCommands, ABadStudentIsNamedAtTheEndAndStopsNobody) {
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv", "student,funder,dossier,from,to\nu52,Région,D52,2026-01-01,2026-03-02\n")})
            .exit_code,
        0);
    const Finished made = batch();
    EXPECT_EQ(made.exit_code, 11);
    EXPECT_THAT(made.out, HasSubstr("issued 11, issued again 0, unchanged 0, not issued 1"));
    EXPECT_THAT(made.err, HasSubstr("NOT ISSUED: Nom52"));
    EXPECT_THAT(contents_of(folder / "out/index.html"), HasSubstr("[time_after_end]"));
    // Overridden with a reason, it is issued by the next batch.
    ASSERT_EQ(run({"report", "student", "--student", "u52", "--from", "2026-03-02", "--to", "2026-03-08",
                   "--override", "time_after_end", "--reason", "agreed", "--out", folder / "one"})
                  .exit_code,
              0);
    EXPECT_EQ(batch().exit_code, 0);
    EXPECT_EQ(files(".zip").size(), 12U);
    // A file in the way of one student.
    EXPECT_EQ(batch({"--funder", "nobody"}).exit_code, 6);
}

TEST_F(BatchCommands, GoesOnAfterItWasKilled) {
    for (int round = 0; round < 3; ++round) {
        const std::size_t at_least = files(".zip").size() + 2;
        ProcessOptions options;
        options.while_running = [&](pid_t process) {
            // Killed as soon as it has issued some more: wherever that is.
            for (int waited = 0; waited < 3000 && files(".zip").size() < std::min<std::size_t>(at_least, 11);
                 ++waited) {
                if (::kill(process, 0) != 0) return;
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
            ::kill(process, SIGKILL);
        };
        (void)batch({}, options);
    }
    const auto before = contents(".zip");
    const Finished last = batch();
    EXPECT_EQ(last.exit_code, 0) << last.err;
    EXPECT_EQ(files(".zip").size(), 12U);
    for (const auto& [path, bytes] : before)
        EXPECT_FALSE(bytes.empty()) << path;
    EXPECT_THAT(batch().out, HasSubstr("unchanged 12"));
    for (const fs::path& package : files(".zip"))
        EXPECT_EQ(assidu_verify({package}).exit_code, 4) << package;  // consistent; no --root was given
}

TEST_F(BatchCommands, ATemplateIsNamedForOneIssueFromHereOrFromTheNodesFolder) {
    const fs::path at = fs::path(dir()) / "templates" / "sfc";
    fs::create_directories(at);
    std::ofstream(at / "template.json")
        << R"({"format": 1, "id": "sfc", "version": 2, "provider": {"name": "SFC de Lyon", "siret": "12345678901234"}})";
    for (const std::string& named : {at.string(), std::string("templates/sfc")}) {
        for (const std::string kind : {"student", "group"}) {
            std::vector<std::string> words{"report",     kind,         "--from",   "2026-03-02",
                                           "--to",       "2026-03-08", "--format", "json,html",
                                           "--template", named,        "--out",    folder / ("as-" + kind),
                                           "--lang",     "fr"};
            if (kind == "student") words.insert(words.end(), {"--student", "u52"});
            const Finished made = run(words);
            ASSERT_EQ(made.exit_code, 0) << made.err;
            int documents = 0;
            for (const auto& entry : fs::directory_iterator(folder / ("as-" + kind))) {
                const std::string text = contents_of(entry.path());
                ++documents;
                if (entry.path().extension() == ".html")
                    EXPECT_THAT(text, HasSubstr("SFC de Lyon"));
                else
                    EXPECT_EQ(json::parse(text)["provenance"]["template"]["id"], "sfc");
            }
            EXPECT_EQ(documents, 2);
        }
    }
    // None by itself, and a wrong one is refused by name.
    const Finished plain = run({"report", "student", "--student", "u52", "--from", "2026-03-02", "--to",
                                "2026-03-08", "--format", "json"});
    EXPECT_TRUE(json::parse(plain.out)["provenance"]["template"].is_null());
    const Finished wrong =
        run({"report", "group", "--from", "2026-03-02", "--to", "2026-03-08", "--template", folder / "none"});
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_THAT(wrong.err, HasSubstr("template.json"));
}

TEST_F(BatchCommands, WrongWordsAreRefused) {
    EXPECT_EQ(run({"report", "batch"}).exit_code, 2);
    EXPECT_EQ(run({"report", "batch", "--out", folder / "out", "--from", "2026-03-02"}).exit_code, 2);
    EXPECT_EQ(batch({"--period", "year"}).exit_code, 2);
    EXPECT_EQ(batch({"--template", folder / "none"}).exit_code, 3);
}

}  // namespace
}  // namespace assidu::tests
