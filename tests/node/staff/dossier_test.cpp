// Dossiers as staff bring and see them.
#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "federation/dossier.h"
#include "node/archive/dossier_store.h"
#include "node/staff/dossier_import.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
namespace limits = config::limits;
using federation::Dossier;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Hours, AreReadAsSpreadsheetsWriteThem) {
    using node::staff::parse_hours;
    EXPECT_EQ(parse_hours("350"), 1'260'000);
    EXPECT_EQ(parse_hours("350,5"), 1'261'800);
    EXPECT_EQ(parse_hours("350.25"), 1'260'900);
    EXPECT_EQ(parse_hours("350:30"), 1'261'800);
    EXPECT_EQ(parse_hours("350h30"), 1'261'800);
    EXPECT_EQ(parse_hours(" 350 h "), 1'260'000);
    EXPECT_EQ(parse_hours("0,3333"), 1'200);
    EXPECT_EQ(parse_hours("20000"), limits::kPlannedSecondsMax);
    for (const char* wrong : {"", "h", "-1", "350,", ",5", "350:60", "350:3", "1e3", "20000,01", "20001",
                              "3 5", "99999999999999999999", "0,12345"})
        EXPECT_EQ(parse_hours(wrong), std::nullopt) << wrong;
}

TEST(Dates, AreReadInBothOrders) {
    EXPECT_EQ(node::staff::parse_day("31/03/2026"), config::parse_iso_date("2026-03-31"));
    EXPECT_EQ(node::staff::parse_day("2026-03-31"), config::parse_iso_date("2026-03-31"));
    for (const char* wrong : {"", "31/02/2026", "2026/03/31", "31-03-2026", "1/3/2026", "31/03/26"})
        EXPECT_EQ(node::staff::parse_day(wrong), std::nullopt) << wrong;
}

Dossier sample() {
    Dossier dossier;
    dossier.funder = "OPCO Atlas";
    dossier.number = "2026-17";
    dossier.training = "DAEU \"A\"";
    dossier.from = *config::parse_iso_date("2026-01-05");
    dossier.to = *config::parse_iso_date("2026-06-30");
    dossier.planned_s = 3600;
    dossier.groups = {"a", "b"};
    return dossier;
}

TEST(DossierText, ComesBackAndRefusesWhatIsNone) {
    EXPECT_EQ(federation::parse_dossiers(federation::dossiers_text({sample(), sample()})).value(),
              (std::vector{sample(), sample()}));
    const std::string text = federation::dossiers_text({sample()});
    for (const auto& [from, to] :
         {std::pair("\"funder\":\"OPCO Atlas\"", "\"funder\":\"\""),
          std::pair("\"nature\":\"training\"", "\"nature\":\"x\""), std::pair("2026-06-30", "2026-01-04"),
          std::pair("3600", "-1"), std::pair("3600", "72000001"), std::pair("\"status\"", "\"state\""),
          std::pair("\"groups\":[\"a\",\"b\"]", "\"groups\":[1]")}) {
        std::string wrong = text;
        ASSERT_NE(wrong.find(from), std::string::npos) << from;
        wrong.replace(wrong.find(from), std::string(from).size(), to);
        EXPECT_FALSE(federation::parse_dossiers(wrong)) << wrong;
    }
    EXPECT_FALSE(federation::parse_dossiers("{}"));
    EXPECT_FALSE(federation::parse_dossiers(""));
    const std::vector<Dossier> most(limits::kDossiersOfStudentMax, sample());
    EXPECT_TRUE(federation::parse_dossiers(federation::dossiers_text(most)));
    std::vector<Dossier> more = most;
    more.push_back(sample());
    EXPECT_FALSE(federation::parse_dossiers(federation::dossiers_text(more)));
}

TEST(DossierLimits, AtTheLimitAndOnePast) {
    Dossier dossier = sample();
    dossier.funder = std::string(limits::kDossierTextBytesMax, 'x');
    dossier.groups = {};
    for (std::size_t i = 0; i < limits::kDossierGroupsMax; ++i)
        dossier.groups.push_back("g" + std::to_string(i));
    dossier.planned_s = limits::kPlannedSecondsMax;
    dossier.to = next(dossier.from, static_cast<std::int32_t>(limits::kPeriodDaysMax) - 1);
    EXPECT_EQ(objection_to(dossier), "");
    Dossier wrong = dossier;
    wrong.funder += 'x';
    EXPECT_NE(objection_to(wrong), "");
    wrong = dossier;
    wrong.groups.emplace_back("one more");
    EXPECT_NE(objection_to(wrong), "");
    wrong = dossier;
    ++*wrong.planned_s;
    EXPECT_NE(objection_to(wrong), "");
    wrong = dossier;
    wrong.to = next(wrong.to);
    EXPECT_NE(objection_to(wrong), "");
    wrong = dossier;
    wrong.training = "two\nlines";
    EXPECT_NE(objection_to(wrong), "");
}

TEST(DossierStore, KeepsWhatWasSaidBeforeAndErasesAPerson) {
    const TemporaryFolder folder;
    node::archive::DossierStore store(folder / "dossiers.sqlite");
    federation::StudentId ada, bob;
    ada.bytes.fill(1);
    bob.bytes.fill(2);
    const auto put = [&](const Dossier& dossier, std::int64_t now, bool dry = false) {
        const node::archive::DossierRecord records[] = {{ada, dossier}, {bob, dossier}};
        const auto changes = store.put("lyon", records, now, dry);
        return std::tuple(changes.added, changes.changed, changes.unchanged);
    };
    EXPECT_EQ(put(sample(), 100, true), std::tuple(2, 0, 0));
    EXPECT_TRUE(store.all("lyon").empty());
    EXPECT_EQ(put(sample(), 100), std::tuple(2, 0, 0));
    EXPECT_EQ(put(sample(), 200), std::tuple(0, 0, 2));
    Dossier later = sample();
    later.planned_s = 7200;
    EXPECT_EQ(put(later, 300), std::tuple(0, 2, 0));
    EXPECT_EQ(store.of("lyon", ada), std::vector{later});
    ASSERT_EQ(store.history("lyon", ada).size(), 2U);
    EXPECT_EQ(store.history("lyon", ada).front().record.dossier, sample());
    EXPECT_EQ(store.history("lyon", ada).front().to_utc_s, 300);
    EXPECT_TRUE(store.all("paris").empty());
    EXPECT_TRUE(store.withdraw("lyon", bob, "OPCO Atlas", "2026-17", 400));
    EXPECT_FALSE(store.withdraw("lyon", bob, "OPCO Atlas", "2026-17", 400));
    EXPECT_TRUE(store.of("lyon", bob).empty());
    EXPECT_EQ(store.history("lyon", bob).size(), 2U);
    EXPECT_EQ(store.erase("lyon", ada), 2);
    EXPECT_TRUE(store.history("lyon", ada).empty());
    EXPECT_EQ(store.history("lyon", bob).size(), 2U);
}

class DossierCommands : public NodeProcess {
  protected:
    void SetUp() override {
        init();
        std::string log = kHeader;
        for (std::int64_t i = 0; i < 40; ++i)
            log += row(i + 1, 50 + i % 2, kMorning + i / 2 * 300, 500 + i % 3);
        const std::string people =
            "id,username,firstname,lastname,email,idnumber\n50,ada,Ada,Élie,ada@lyon.example,E50\n"
            "51,bob,Bob,Martin,bob@lyon.example,\n";
        ASSERT_EQ(run({"import", folder.write("people.csv", people), folder.write("log.csv", log)}).exit_code,
                  0);
    }
    Finished import(const std::string& csv, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"dossier", "import", folder.write("dossiers.csv", csv)};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    [[nodiscard]] json list(std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"dossier", "list", "--format", "json"};
        words.insert(words.end(), more.begin(), more.end());
        const Finished listed = run(words);
        EXPECT_EQ(listed.exit_code, 0) << listed.err;
        return json::parse(listed.out).at("dossiers");
    }
    // As a French spreadsheet writes it: semicolons, accents in the header, dates the French way.
    static constexpr const char* kFrench =
        "Stagiaire;Financeur;N° de dossier;Intitulé;Début;Fin;Heures prévues;Groupes;Statut\r\n"
        "ada;OPCO Atlas;2026-17;DAEU A;05/01/2026;30/06/2026;350,5;Soir|Lyon;salariée de Dupont & fils\r\n"
        "bob@lyon.example;Région;R-1;DAEU B;2026-02-01;2026-12-31;;Soir;\r\n";
};

TEST_F(DossierCommands, ASpreadsheetIsTakenInAndShownOnTheReport) {
    const Finished taken = import(kFrench);
    ASSERT_EQ(taken.exit_code, 0) << taken.err;
    EXPECT_THAT(taken.out, HasSubstr("2 lines, 2 dossiers added"));
    const json all = list();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0]["username"], "ada");
    EXPECT_EQ(all[0]["planned_s"], 1'261'800);
    EXPECT_EQ(all[0]["groups"], json({"Lyon", "Soir"}));
    EXPECT_EQ(all[1]["planned_s"], nullptr);
    EXPECT_EQ(list({"--funder", "opco atlas"}).size(), 1U);
    EXPECT_EQ(list({"--group", "SOIR"}).size(), 2U);
    EXPECT_EQ(list({"--student", "E50"}).size(), 1U);
    EXPECT_EQ(list({"--funder", "nobody"}).size(), 0U);

    const Finished report =
        run({"report", "student", "--student", "ada", "--from", "2026-03-01", "--to", "2026-03-31", "--out",
             folder / "out", "--format", "json,pdf,certificate,html"});
    ASSERT_EQ(report.exit_code, 0) << report.err;
    std::string data, page;
    for (const auto& entry : fs::directory_iterator(folder / "out")) {
        const std::string path = entry.path();
        if (path.ends_with(".json")) data = contents_of(path);
        if (path.ends_with(".html")) page = contents_of(path);
        if (path.ends_with(".pdf")) {
            ASSERT_EQ(std::system(("pdftotext -layout " + path + " " + path + ".txt").c_str()), 0);
            const std::string text = contents_of(path + ".txt");
            for (const char* said :
                 {"OPCO Atlas", "2026-17", "DAEU A", "salariée de Dupont & fils", "350:30:00"})
                EXPECT_THAT(text, HasSubstr(said)) << path;
        }
    }
    EXPECT_EQ(json::parse(data)["dossiers"].size(), 1U);
    EXPECT_EQ(json::parse(data)["dossiers"][0]["number"], "2026-17");
    EXPECT_THAT(page, HasSubstr("data-planned-s=\"1261800\""));
    EXPECT_THAT(run({"audit"}).out, HasSubstr("dossier.import"));
}

TEST_F(DossierCommands, TheSameFileAgainChangesNothingAndAnotherWordChanges) {
    ASSERT_EQ(import(kFrench).exit_code, 0);
    EXPECT_THAT(import(kFrench).out, HasSubstr("0 dossiers added, 0 changed, 2 as they were"));
    std::string changed = kFrench;
    changed.replace(changed.find("350,5"), 5, "400,0");
    const Finished dry = import(changed, {"--dry-run"});
    EXPECT_THAT(dry.out, HasSubstr("1 changed, 1 as they were"));
    EXPECT_THAT(dry.out, HasSubstr("NOTHING WAS WRITTEN"));
    EXPECT_EQ(list()[0]["planned_s"], 1'261'800);
    EXPECT_THAT(import(changed).out, HasSubstr("1 changed, 1 as they were"));
    EXPECT_EQ(list()[0]["planned_s"], 1'440'000);
    EXPECT_EQ(list().size(), 2U);
}

TEST_F(DossierCommands, EveryBadLineIsNamedWithItsNumberAndCostsOnlyItself) {
    const std::string csv =
        "student,funder,dossier,from,to,planned_hours,nature\n"
        "ada,F,1,2026-01-01,2026-12-31,10,\n"         // 2: good
        "eve,F,2,2026-01-01,2026-12-31,10,\n"         // 3
        "ada,,3,2026-01-01,2026-12-31,10,\n"          // 4
        "ada,F,4,2026-01-01,2025-12-31,10,\n"         // 5
        "ada,F,5,31/02/2026,2026-12-31,10,\n"         // 6
        "ada,F,6,2026-01-01,2026-12-31,ten,\n"        // 7
        "ada,F,7,2026-01-01,2026-12-31,10,holiday\n"  // 8
        "ada,F,1,2026-01-01,2026-12-31,10,\n"         // 9: line 2 again
        "ada,F,1,2026-01-01,2026-12-31,11,\n"         // 10: contradicts line 2
        "ada,F\n"                                     // 11
        "bob,F,1,2026-01-01,2026-12-31,10,\n";        // 12: good, the same file of another student
    const Finished strict = import(csv, {"--strict"});
    EXPECT_EQ(strict.exit_code, 4);
    EXPECT_TRUE(list().empty());
    const Finished taken = import(csv);
    EXPECT_EQ(taken.exit_code, 0);
    EXPECT_THAT(taken.out,
                HasSubstr("11 lines, 2 dossiers added, 0 changed, 0 as they were, 1 lines repeated, "
                          "8 rejected"));
    for (const char* named :
         {"dossiers.csv:3: no student of this node is called 'eve'", "dossiers.csv:4: funder is empty",
          "dossiers.csv:5: it ends before it begins", "dossiers.csv:6: from is no date",
          "dossiers.csv:7: hours are not hours", "dossiers.csv:8: nature is not known",
          "dossiers.csv:10: line 2 says something else", "dossiers.csv:11: the record has 2 fields"})
        EXPECT_THAT(taken.err, HasSubstr(named));
    EXPECT_THAT(taken.err, Not(HasSubstr(":9:")));
    EXPECT_EQ(list().size(), 2U);
}

TEST_F(DossierCommands, AFileHasALimitOnItsLinesAndOneLineMoreCostsAll) {
    const std::string line = "ada,F,1,2026-01-01,2026-12-31\n";
    std::string csv = "student,funder,dossier,from,to\n";
    for (std::size_t i = 0; i < config::limits::kDossierLinesMax; ++i)
        csv += line;
    EXPECT_THAT(import(csv + line).err, HasSubstr("more than 100000 lines; nothing was taken in"));
    EXPECT_TRUE(list().empty());
    EXPECT_THAT(import(csv).out, HasSubstr("100 000 lines, 1 dossiers added"));
}

TEST_F(DossierCommands, AFileThatIsNoTableOfDossiersIsRefused) {
    EXPECT_EQ(import("").exit_code, 4);
    EXPECT_THAT(import("student,funder\nada,F\n").err, HasSubstr("need a column 'dossier'"));
    EXPECT_THAT(import("student,stagiaire,funder,dossier,from,to\n").err,
                HasSubstr("two columns say the student"));
    EXPECT_EQ(run({"dossier", "import", folder / "missing.csv"}).exit_code, 4);
    EXPECT_EQ(run({"dossier"}).exit_code, 2);
}

TEST_F(DossierCommands, IsWithdrawnWithAReasonAndForgottenWithThePerson) {
    ASSERT_EQ(import(kFrench).exit_code, 0);
    EXPECT_EQ(run({"dossier", "withdraw", "bob", "--funder", "Région", "--number", "R-2", "--reason", "x",
                   "--author", "y"})
                  .exit_code,
              6);
    EXPECT_EQ(run({"dossier", "withdraw", "bob", "--funder", "Région", "--number", "R-1", "--reason",
                   "typed twice", "--author", "scolarité"})
                  .exit_code,
              0);
    EXPECT_EQ(list().size(), 1U);
    EXPECT_THAT(run({"audit"}).out, HasSubstr("typed twice"));
    EXPECT_THAT(run({"person", "export", "ada"}).out, HasSubstr("2026-17"));
    ASSERT_EQ(run({"person", "erase", "ada", "--reason", "asked", "--author", "dpo"}).exit_code, 0);
    EXPECT_TRUE(list().empty());
    EXPECT_THAT(contents_of(folder / "node/dossiers.sqlite"), Not(HasSubstr("2026-17")));
}

}  // namespace
}  // namespace assidu::tests
