// `doctor` as an administrator runs it.
#include "node/doctor/finding.h"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using node::doctor::Finding;
using node::doctor::FindingText;
using node::doctor::Severity;
using ::testing::HasSubstr;
using ::testing::Not;

class Doctor : public NodeProcess {
  protected:
    // Codes and severities of what it finds.
    std::map<std::string, std::string> findings() {
        const Finished finished = run({"doctor", "--json"});
        last_exit = finished.exit_code;
        std::map<std::string, std::string> found;
        const auto document = nlohmann::json::parse(finished.out);
        for (const auto& finding : document["findings"])
            found[finding["code"]] = finding["severity"];
        return found;
    }
    void append_settings(const std::string& lines) {
        std::ofstream(dir() + "/assidu.toml", std::ios::app) << lines;
    }
    int last_exit = 0;
};

TEST_F(Doctor, AFreshNodeIsToldWhatItLacks) {
    init();
    const auto found = findings();
    EXPECT_EQ(found.at("key.good"), "ok");
    EXPECT_EQ(found.at("certificate.good"), "ok");
    EXPECT_EQ(found.at("events.none"), "warning");
    EXPECT_EQ(found.at("database.none"), "note");
    EXPECT_EQ(found.at("retention.none"), "note");
    EXPECT_EQ(last_exit, 7);
    EXPECT_THAT(run({"doctor", "--lang", "en"}).out, HasSubstr("WARNING    No event has been archived yet."));
    EXPECT_THAT(run({"doctor"}).out, HasSubstr("ATTENTION"));
}

TEST_F(Doctor, WhatIsWrongIsNamedWithWhatToDo) {
    init({"--students", "institution=Lyon"});
    ASSERT_EQ(run({"status"}).exit_code, 0);
    std::filesystem::permissions(dir() + "/keys/student.secret", std::filesystem::perms::all);
    std::filesystem::permissions(dir() + "/catalogue.sqlite", std::filesystem::perms::all);
    auto found = findings();
    EXPECT_EQ(found.at("key.bad"), "failure");
    EXPECT_EQ(found.at("settings.refused"), "failure");
    EXPECT_EQ(last_exit, 8);
    EXPECT_THAT(run({"doctor", "--lang", "en"}).out, HasSubstr("-> Restore the key from its backup"));
    std::filesystem::permissions(dir() + "/keys/student.secret",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    found = findings();
    EXPECT_EQ(found.at("selection.no_people"), "failure");
}

TEST_F(Doctor, OldEventsRejectsRefusedFilesAndUnfinishedImportsAreSeen) {
    init();
    ASSERT_EQ(
        run({"import", folder.write("log.csv", kHeader + row(1, 42, kMorning) + "2,broken\n")}).exit_code, 0);
    std::filesystem::create_directories(dir() + "/spool/refused");
    std::ofstream(dir() + "/spool/refused/x.csv") << "x";
    std::ofstream(dir() + "/spool/refused/x.csv.txt") << "why";
    SQLite::Database(dir() + "/archive.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE intake SET ended_utc_s=NULL, begun_utc_s=1");
    const auto found = findings();
    EXPECT_EQ(found.at("events.old"), "warning");
    EXPECT_EQ(found.at("rejects"), "note");
    EXPECT_EQ(found.at("spool.refused"), "warning");
    EXPECT_EQ(found.at("imports.unfinished"), "warning");
    EXPECT_EQ(found.at("totals.current"), "ok");
}

TEST_F(Doctor, BrokenSettingsAreAFailureAndNotAnEnd) {
    init();
    append_settings("\n[nonsense]\n");
    EXPECT_EQ(findings().at("settings.refused"), "failure");
    EXPECT_EQ(last_exit, 8);
}

TEST(DoctorTexts, AreThereOnceInBothLanguagesWithTheSamePlacesForValues) {
    const auto places = [](std::string_view text) {
        std::multiset<char> found;
        for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1))
            found.insert(text[at + 1]);
        return found;
    };
    std::set<std::string_view> codes;
    for (const FindingText& text : node::doctor::all_findings()) {
        EXPECT_TRUE(codes.insert(text.code).second) << text.code;
        EXPECT_FALSE(text.fr.empty() || text.en.empty()) << text.code;
        EXPECT_EQ(places(text.fr), places(text.en)) << text.code;
        EXPECT_EQ(text.do_fr.empty(), text.do_en.empty()) << text.code;
        EXPECT_EQ(places(text.do_fr), places(text.do_en)) << text.code;
    }
}

TEST(DoctorTexts, TheWorstComesFirstAndNothingFromOutsideReachesTheTerminalAsACommand) {
    const std::vector<Finding> findings{{Severity::ok, "key.good", {}},
                                        {Severity::failure, "settings.refused", {"\x1b[2Jboo"}}};
    const std::string text = node::doctor::as_text(findings, reports::Language::en);
    EXPECT_TRUE(text.starts_with("FAILURE"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_EQ(node::doctor::worst_of(findings), Severity::failure);
}

}  // namespace
}  // namespace assidu::tests
