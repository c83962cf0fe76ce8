// Reports that are not issued, and those that are all the same.
#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class LintCommands : public NodeProcess {
  protected:
    void SetUp() override { init(); }
    void fill() {
        std::string log = kHeader;
        std::int64_t id = 0;
        for (std::int64_t day = 0; day < 3; ++day)
            for (std::int64_t i = 0; i < 20; ++i)
                log += row(++id, 50 + i % 2, kMorning + day * 86'400 + i / 2 * (200 + i * 7), 500 + i % 3);
        for (std::int64_t i = 0; i < 25; ++i)  // a click generator, on the third day
            log += row(++id, 51, kMorning + 2 * 86'400 + 20'000 + i * 60, 500);
        const std::string people = "id,username,firstname,lastname\n50,ada,Ada,Élie\n51,bob,Bob,Martin\n";
        ASSERT_EQ(run({"import", folder.write("people.csv", people), folder.write("log.csv", log)}).exit_code,
                  0);
        const std::string dossiers =
            "student,funder,dossier,from,to\nada,OPCO,A-1,2026-01-01,2026-03-03\n"
            "bob,OPCO,B-1,2026-01-01,2026-12-31\n";
        ASSERT_EQ(run({"dossier", "import", folder.write("dossiers.csv", dossiers)}).exit_code, 0);
    }
    Finished report(const std::string& kind, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"report", kind,         "--from", "2026-03-02",
                                       "--to",   "2026-03-04", "--lang", "en"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
};

TEST_F(LintCommands, ARefusedReportIsNotIssuedAndTheOthersAre) {
    ASSERT_NO_FATAL_FAILURE(fill());
    const Finished looked = report("lint");
    EXPECT_EQ(looked.exit_code, 11);
    EXPECT_THAT(looked.out, HasSubstr("[refuses: time_after_end]"));
    EXPECT_THAT(looked.out, HasSubstr("A-1 (OPCO)"));
    EXPECT_THAT(looked.out, HasSubstr("[flagged: regular_clicks]"));
    EXPECT_EQ(report("lint", {"--student", "bob"}).exit_code, 0);

    const Finished made = report("student", {"--out", folder / "out", "--format", "json"});
    EXPECT_EQ(made.exit_code, 11);
    EXPECT_THAT(made.err, HasSubstr("NOT ISSUED"));
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder / "out"))
        files.push_back(entry.path().filename().string());
    ASSERT_EQ(files.size(), 1U);
    EXPECT_THAT(files.front(), HasSubstr("martin"));
    const json findings = json::parse(contents_of(folder / "out" / files.front()))["findings"];
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0]["code"], "regular_clicks");
    // Without a period after the end there is nothing to refuse.
    EXPECT_EQ(run({"report", "lint", "--from", "2026-03-02", "--to", "2026-03-03"}).exit_code, 0);
}

TEST_F(LintCommands, AnOverrideNeedsAReasonStandsOnTheReportAndInTheAuditAndHolds) {
    ASSERT_NO_FATAL_FAILURE(fill());
    const std::vector<std::string> ada{"--student", "ada", "--format", "json", "--override"};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> words = ada;
        words.insert(words.end(), more.begin(), more.end());
        return words;
    };
    EXPECT_EQ(report("student", with({"time_after_end"})).exit_code, 2);
    EXPECT_EQ(report("student", with({"closed_day", "--reason", "x"})).exit_code, 2);
    EXPECT_EQ(report("student", {"--override", "time_after_end", "--reason", "x"}).exit_code, 2);
    const Finished made =
        report("student", with({"time_after_end", "--reason", "the funder agreed", "--author", "Mme Roux"}));
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const json finding = json::parse(made.out)["findings"][0];
    EXPECT_EQ(finding["override"]["reason"], "the funder agreed");
    EXPECT_EQ(finding["override"]["author"], "Mme Roux");
    EXPECT_THAT(run({"audit"}).out, HasSubstr("report.override"));
    EXPECT_THAT(run({"audit"}).out, HasSubstr("the funder agreed"));
    // It holds for this period, and for no other.
    EXPECT_EQ(report("student", {"--student", "ada", "--format", "json"}).exit_code, 0);
    EXPECT_EQ(
        run({"report", "lint", "--student", "ada", "--from", "2026-03-01", "--to", "2026-03-04"}).exit_code,
        11);
    // The dossier ends a day earlier: another finding.
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv", "student,funder,dossier,from,to\nada,OPCO,A-1,2026-01-01,2026-03-02\n")})
            .exit_code,
        0);
    EXPECT_EQ(report("student", {"--student", "ada", "--format", "json"}).exit_code, 11);
}

TEST_F(LintCommands, ASelectionIsOfAFunderOrAGroup) {
    ASSERT_NO_FATAL_FAILURE(fill());
    EXPECT_EQ(report("lint", {"--funder", "nobody"}).exit_code, 6);
    const Finished group = report("group", {"--funder", "OPCO", "--format", "json"});
    ASSERT_EQ(group.exit_code, 0) << group.err;
    EXPECT_EQ(json::parse(group.out)["students"], 2);
    // Ada's dossier ends before this period.
    const Finished later = run({"report", "group", "--funder", "OPCO", "--format", "json", "--from",
                                "2026-03-04", "--to", "2026-03-04"});
    EXPECT_EQ(json::parse(later.out)["students"], 1);
}

}  // namespace
}  // namespace assidu::tests
