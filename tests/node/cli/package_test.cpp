// `report --package` and assidu-verify as a person runs them, at a node that issues alone.
#include <filesystem>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class PackageCommands : public NodeProcess {
  protected:
    void SetUp() override {
        init();
        std::string log = kHeader;
        for (std::int64_t i = 0; i < 40; ++i)
            log += row(i + 1, 50 + i % 2, kMorning + i / 2 * 300, 500 + i % 3);
        log += row(100, 50, kMorning + 3 * 86'400);  // the last event: the days before it are known
        std::string people = "id,username,firstname,lastname\n50,ada,Ada,Élie\n51,bob,Bob,Martin\n";
        ASSERT_EQ(run({"import", folder.write("people.csv", people), folder.write("log.csv", log)}).exit_code,
                  0);
    }
    [[nodiscard]] std::string root() const {
        const std::string status = run({"status"}).out;
        const std::size_t at = status.find("fingerprint");
        return at == std::string::npos ? "" : status.substr(status.find_first_not_of(' ', at + 11), 64);
    }
    std::vector<fs::path> files_under(const std::string& out, const std::string& end) const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder / out))
            if (entry.path().string().ends_with(end)) found.push_back(entry.path());
        std::ranges::sort(found);
        return found;
    }
    Finished report(const std::string& kind, const std::string& out,
                    std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"report",     kind,        "--from", "2026-03-02", "--to",
                                       "2026-03-04", "--package", "--out",  folder / out};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
};

TEST_F(PackageCommands, APackageAStudentHoldsUnderTheNodesFingerprint) {
    const Finished made =
        report("student", "out", {"--format", "pdf,xlsx,certificate,excel-csv,time-report"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const auto packages = files_under("out", ".zip");
    ASSERT_EQ(packages.size(), 2U);
    for (const char* end : {"-04.pdf", ".xlsx", ".certificate.pdf", ".excel.csv", ".time-report.csv"})
        EXPECT_EQ(files_under("out", end).size(), 2U) << end;
    const Finished verified = assidu_verify({"--root", root(), "--lang", "en", packages.front()});
    EXPECT_EQ(verified.exit_code, 0) << verified.out;
    EXPECT_THAT(verified.out, HasSubstr("EVERYTHING HOLDS."));
    EXPECT_THAT(verified.out, HasSubstr("Élie Ada"));
    EXPECT_THAT(verified.out, ContainsRegex("report\\.certificate\\.pdf.*report\\.pdf"));
    EXPECT_EQ(assidu_verify({packages.front()}).exit_code, 4);
    EXPECT_THAT(assidu_verify({packages.front()}).out, HasSubstr("D'ORIGINE NON ÉTABLIE"));
    // Of the one nothing of the other.
    EXPECT_THAT(contents_of(packages.front()), Not(HasSubstr("Martin")));
    // A second time: nothing is declared again, and the reports stand in the register.
    EXPECT_THAT(report("student", "again").err, Not(HasSubstr("declared")));
    EXPECT_THAT(run({"report", "list"}).out, HasSubstr(".zip"));
}

TEST_F(PackageCommands, AGroupsAreLaidOutAFolderAStudent) {
    ASSERT_EQ(report("group", "out").exit_code, 0);
    EXPECT_EQ(files_under("out", ".pdf").size(), 3U);
    const auto packages = files_under("out/students", ".zip");
    ASSERT_EQ(packages.size(), 2U);
    EXPECT_NE(packages.front().parent_path(), packages.back().parent_path());
    EXPECT_EQ(packages.front().parent_path().filename(), packages.front().stem());
    for (const fs::path& package : packages)
        EXPECT_EQ(assidu_verify({"--root", root(), package}).exit_code, 0) << package;
}

TEST_F(PackageCommands, ADayThatIsNotClosedYetCannotBeProven) {
    // The period goes on to the day of the last event; rows of that day are declared, being long over. A
    // period of which nothing was declared is no data.
    const Finished later = run({"report", "student", "--from", "2026-06-01", "--to", "2026-06-02",
                                "--package", "--out", folder / "later"});
    EXPECT_EQ(later.exit_code, 6);
    EXPECT_THAT(later.err, HasSubstr("no data"));
    // Days before the first event are not declared: partial, and said.
    const Finished early = run({"report", "student", "--student", "ada", "--from", "2026-02-27", "--to",
                                "2026-03-04", "--package", "--out", folder / "early"});
    ASSERT_EQ(early.exit_code, 0) << early.err;
    const Finished verified =
        assidu_verify({"--root", root(), "--lang", "en", files_under("early", ".zip").front()});
    EXPECT_EQ(verified.exit_code, 5) << verified.out;
    EXPECT_THAT(verified.out, HasSubstr("Days without a statement : 2026-02-27/2026-03-01"));
}

TEST_F(PackageCommands, WrongWordsAreRefusedBeforeAnythingIsWritten) {
    EXPECT_EQ(run({"report", "student", "--from", "2026-03-02", "--to", "2026-03-04", "--package"}).exit_code,
              2);
    EXPECT_EQ(report("student", "out", {"--scale", "usestats"}).exit_code, 2);
    EXPECT_EQ(report("student", "out", {"--format", "user-rows"}).exit_code, 2);
    EXPECT_EQ(
        run({"report", "group", "--from", "2026-03-02", "--to", "2026-03-04", "--format", "certificate"})
            .exit_code,
        2);
    EXPECT_FALSE(fs::exists(folder / "out"));
    EXPECT_EQ(assidu_verify({}).exit_code, 2);
    EXPECT_EQ(assidu_verify({"--root", "abc", "x"}).exit_code, 2);
    EXPECT_EQ(assidu_verify({"--lang", "de", "x"}).exit_code, 2);
    EXPECT_EQ(assidu_verify({folder / "missing.zip"}).exit_code, 3);
    EXPECT_EQ(assidu_verify({folder.path()}).exit_code, 3);
    EXPECT_EQ(assidu_verify({folder.write("none.zip", "none")}).exit_code, 1);
    EXPECT_THAT(assidu_verify({"--help"}).out, HasSubstr("Exit codes"));
}

}  // namespace
}  // namespace assidu::tests
