// A report that is issued again names the one that it takes the place of, and why: in the document, in the
// package and in the list of reports.
#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "reports/package/zip.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Reissue : public NodeProcess {
  protected:
    void SetUp() override {
        init();
        std::string log = kHeader;
        for (int k = 0; k < 5; ++k)
            log += row(++id, 50, kMorning + k * 60);
        log += row(++id, 51, kMorning + 5 * 86'400);
        ASSERT_EQ(run({"import",
                       folder.write("people.csv",
                                    "id,username,firstname,lastname\n50,u50,A,Nom50\n51,u51,B,Nom51\n"),
                       folder.write("log.csv", log)})
                      .exit_code,
                  0);
    }
    Finished issue(const std::string& out, const std::vector<std::string>& more = {},
                   const std::string& to = "2026-03-04") {
        std::vector<std::string> words{"report",     "student", "--student", "u50",      "--from",
                                       "2026-03-02", "--to",    to,          "--format", "json",
                                       "--package",  "--lang",  "en",        "--out",    folder / out};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    [[nodiscard]] fs::path file(const std::string& out, const std::string& end) const {
        for (const auto& entry : fs::recursive_directory_iterator(folder / out))
            if (entry.path().string().ends_with(end)) return entry.path();
        return {};
    }
    [[nodiscard]] json provenance(const std::string& out) const {
        return json::parse(contents_of(file(out, ".json")))["provenance"];
    }
    // The SHA-256 of the data in the package.
    [[nodiscard]] std::string data_in(const std::string& out) const {
        const std::string package = contents_of(file(out, ".zip"));
        const auto files = reports::read_zip(package).value();
        for (const auto& one : files)
            if (one.name == "data.json") return std::string(one.bytes);
        return "";
    }
    void more_events() {
        std::string log = kHeader;
        for (int k = 0; k < 2; ++k)
            log += row(++id, 50, kMorning + 86'400 + k * 60);
        ASSERT_EQ(run({"import", folder.write("more.csv", log)}).exit_code, 0);
    }
    std::int64_t id = 0;
};

TEST_F(Reissue, NamesTheOneThatItTakesThePlaceOfAndWhy) {
    ASSERT_EQ(issue("one").exit_code, 0);
    EXPECT_TRUE(provenance("one")["replaced"].is_null());
    EXPECT_THAT(run({"report", "list"}).out, Not(HasSubstr("replaces")));
    more_events();
    const Finished second = issue("two");
    ASSERT_EQ(second.exit_code, 0) << second.err;
    const std::string first_data = config::hex(config::sha256(data_in("one")));
    const json replaced = provenance("two")["replaced"];
    EXPECT_EQ(replaced["data_sha256"], first_data);
    EXPECT_THAT(replaced["why"].get<std::vector<std::string>>(),
                ElementsAre("replaced.rows", "replaced.sessions"));
    // In the package, which still holds together, and in the list.
    EXPECT_THAT(data_in("two"), HasSubstr(first_data));
    EXPECT_EQ(assidu_verify({file("two", ".zip")}).exit_code, 4);  // consistent; no --root was given
    EXPECT_THAT(run({"report", "list"}).out,
                HasSubstr("  replaces " + first_data + ": the times, the sessions\n"));
    // In words on what people read.
    ASSERT_EQ(issue("page", {"--format", "html"}).exit_code, 0);
    EXPECT_THAT(contents_of(file("page", ".html")), HasSubstr(config::hex(config::sha256(data_in("two")))));
}

TEST_F(Reissue, SaysSoWhereNothingIsAnotherAndKnowsWhatABatchIssued) {
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv", "student,funder,dossier,from,to\nu50,OPCO,D50,2026-01-01,2026-12-31\n")})
            .exit_code,
        0);
    const Finished batch = run({"report", "batch", "--from", "2026-03-02", "--to", "2026-03-04", "--student",
                                "u50", "--format", "json", "--lang", "en", "--out", folder / "batch"});
    ASSERT_EQ(batch.exit_code, 0) << batch.err;
    ASSERT_EQ(issue("one").exit_code, 0);
    EXPECT_EQ(provenance("one")["replaced"]["data_sha256"], config::hex(config::sha256(data_in("batch"))));
    EXPECT_THAT(provenance("one")["replaced"]["why"].get<std::vector<std::string>>(),
                ElementsAre("replaced.again"));
    // Another period, and another student, are other reports.
    ASSERT_EQ(issue("week", {}, "2026-03-03").exit_code, 0);
    EXPECT_TRUE(provenance("week")["replaced"].is_null());
    // Of another funder, it is another report, too.
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv", "student,funder,dossier,from,to\nu50,Région,D51,2026-01-01,2026-12-31\n")})
            .exit_code,
        0);
    ASSERT_EQ(issue("two").exit_code, 0);
    EXPECT_TRUE(provenance("two")["replaced"].is_null());
    // A batch of its own folder goes on naming only what lay there.
    EXPECT_THAT(run({"report", "batch", "--from", "2026-03-02", "--to", "2026-03-04", "--student", "u50",
                     "--funder", "OPCO", "--format", "json", "--lang", "en", "--out", folder / "batch"})
                    .out,
                HasSubstr("issued 0, issued again 0, unchanged 1"));
}

}  // namespace
}  // namespace assidu::tests
