// A hub's reports about members' students, by real processes: dossiers that reach it with the names, the same
// person at two universities, templates, and reports that take the place of others.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kMonday = 1'772'438'400;  // 2026-03-02 09:00 in Paris

class HubReports : public PoolTest {
  protected:
    // Ada, with her address, and two others; an hour of traces on Monday, and one on Friday so that Monday is
    // closed.
    void fill(const std::string& name, std::int64_t begin_s, const std::string& email) {
        std::string log = kHeader;
        std::int64_t id = 0;
        for (std::int64_t i = 0; i <= 60; ++i)
            log += row(++id, 50, begin_s + i * 60);
        log += row(++id, 51, kMonday);
        log += row(++id, 51, kMonday + 4 * 86'400);
        ASSERT_EQ(assidu({"--dir", dir_of(name), "import",
                          folder.write(name + "-people.csv",
                                       "id,username,firstname,lastname,email\n50,ada,Ada,Élie," + email +
                                           "\n51,bob,Bob,Martin,bob@" + name + ".example\n"),
                          folder.write(name + "-log.csv", log)})
                      .exit_code,
                  0);
    }
    void send(const std::string& name) {
        const Finished sent = assidu({"--dir", dir_of(name), "send"});
        ASSERT_EQ(sent.exit_code, 0) << sent.err;
    }
    Finished report(const std::string& member, const std::string& kind,
                    const std::vector<std::string>& more) const {
        std::vector<std::string> words{"--dir",  hub_dir(),    "report", kind,         "--member", member,
                                       "--from", "2026-03-02", "--to",   "2026-03-04", "--lang",   "en"};
        words.insert(words.end(), more.begin(), more.end());
        return assidu(words);
    }
};

TEST_F(HubReports, AMembersDossiersReachTheHubWithTheNamesAndOnlyThen) {
    join("lyon", {"--names", "roster"}, "roster");
    join("nantes");
    for (const std::string& name : {std::string("lyon"), std::string("nantes")}) {
        fill(name, kMonday, "ada@" + name + ".example");
        ASSERT_EQ(assidu({"--dir", dir_of(name), "dossier", "import",
                          folder.write("d.csv",
                                       "student;funder;dossier;from;to;planned_hours;training\n"
                                       "ada;OPCO Atlas;ATLAS-77;2026-01-01;2026-06-30;350;DAEU A\n")})
                      .exit_code,
                  0);
        send(name);
    }
    const Finished of_lyon = report("lyon", "student", {"--student", "ada", "--format", "json"});
    ASSERT_EQ(of_lyon.exit_code, 0) << of_lyon.err;
    const json known = json::parse(of_lyon.out);
    ASSERT_EQ(known["dossiers"].size(), 1U);
    EXPECT_EQ(known["dossiers"][0]["number"], "ATLAS-77");
    EXPECT_EQ(known["dossiers"][0]["planned_s"], 350 * 3600);
    EXPECT_THAT(report("lyon", "student", {"--student", "ada", "--format", "html"}).out, HasSubstr("DAEU A"));
    // Said anew at the member, it is anew at the hub with the next delivery; and then it is another report.
    ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "dossier", "import",
                      folder.write("d.csv",
                                   "student;funder;dossier;from;to;planned_hours;training\n"
                                   "ada;OPCO Atlas;ATLAS-77;2026-01-01;2026-06-30;400;DAEU A\n")})
                  .exit_code,
              0);
    send("lyon");
    const json later = json::parse(report("lyon", "student", {"--student", "ada", "--format", "json"}).out);
    EXPECT_EQ(later["dossiers"][0]["planned_s"], 400 * 3600);
    EXPECT_THAT(later["provenance"]["replaced"]["why"].dump(), HasSubstr("replaced.dossiers"));
    // Nantes agreed on no names: no dossier reaches the hub.
    const Finished of_nantes =
        report("nantes", "student", {"--format", "json", "--out", folder / "nantes-out"});
    ASSERT_EQ(of_nantes.exit_code, 0) << of_nantes.err;
    for (const auto& entry : fs::directory_iterator(folder / "nantes-out")) {
        EXPECT_TRUE(json::parse(contents_of(entry.path()))["dossiers"].empty());
        EXPECT_THAT(contents_of(entry.path()), Not(HasSubstr("ATLAS")));
    }
}

TEST_F(HubReports, TheSamePersonAtTwoUniversitiesAtOnceIsFoundAtTheHub) {
    for (const std::string& name : {std::string("lyon"), std::string("nantes")}) {
        join(name, {"--names", "roster"}, "roster");
        fill(name, kMonday, "Ada@example.org");
        send(name);
    }
    // Two hours do not fit into one.
    const Finished refused = report("lyon", "student", {"--student", "ada", "--out", folder / "out"});
    EXPECT_EQ(refused.exit_code, 11);
    EXPECT_THAT(refused.err, HasSubstr("two_sites"));
    EXPECT_THAT(refused.err, HasSubstr("nantes"));
    EXPECT_THAT(refused.err, HasSubstr("NOT ISSUED"));
    EXPECT_TRUE(fs::is_empty(folder / "out"));
    // Bob is nobody else's, and Ada's own university cannot know.
    EXPECT_EQ(report("lyon", "student", {"--student", "bob", "--out", folder / "out"}).exit_code, 0);
    EXPECT_EQ(assidu({"--dir", dir_of("lyon"), "report", "lint", "--student", "ada", "--from", "2026-03-02",
                      "--to", "2026-03-04"})
                  .exit_code,
              0);
    const Finished overridden = report("lyon", "student",
                                       {"--student", "ada", "--format", "json", "--override", "two_sites",
                                        "--reason", "two terminals, both checked"});
    ASSERT_EQ(overridden.exit_code, 0) << overridden.err;
    EXPECT_EQ(json::parse(overridden.out)["findings"][0]["override"]["reason"],
              "two terminals, both checked");
}

TEST_F(HubReports, ATemplateIsOfAMembersReportsOnlyWhereItIsNamed) {
    join("lyon", {"--names", "roster"}, "roster");
    fill("lyon", kMonday, "ada@lyon.example");
    send("lyon");
    const fs::path at = fs::path(hub_dir()) / "templates" / "lyon";
    fs::create_directories(at);
    std::ofstream(at / "template.json")
        << R"({"format": 1, "id": "of-lyon", "version": 1, "provider": {"name": "SFC de Lyon"}})";
    for (const std::string kind : {"student", "group"}) {
        const std::vector<std::string> who =
            kind == "student" ? std::vector<std::string>{"--student", "ada"} : std::vector<std::string>{};
        const auto with = [&](std::vector<std::string> more) {
            more.insert(more.end(), who.begin(), who.end());
            return report("lyon", kind, more);
        };
        EXPECT_TRUE(json::parse(with({"--format", "json"}).out)["provenance"]["template"].is_null());
        EXPECT_EQ(json::parse(with({"--format", "json", "--template", "templates/lyon"})
                                  .out)["provenance"]["template"]["id"],
                  "of-lyon");
        EXPECT_THAT(with({"--format", "html", "--template", "templates/lyon"}).out, HasSubstr("SFC de Lyon"));
        EXPECT_EQ(with({"--template", "none"}).exit_code, 3);
    }
}

}  // namespace
}  // namespace assidu::tests
