// `person export` and `person erase` as somebody in charge of data protection runs them.

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Person : public NodeProcess {
  protected:
    void import_two() {
        init();
        people = folder.write("people.csv",
                              "id,username,firstname,lastname,email,idnumber\n"
                              "42,elodie.roux,Elodie,Rouxmarin,elodie@univ.example,INE123456\n"
                              "43,lea.petit,Lea,Petit,lea@univ.example,INE654321\n");
        log = folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                          row(3, 43, kMorning) + row(4, 43, kMorning + 300) +
                                          "5,broken,x,elodie.roux\n");
        ASSERT_EQ(run({"import", people, log}).exit_code, 0);
    }
    // Files of the node's folder in which a word stands.
    std::vector<std::string> files_with(const std::string& word) const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(dir())) {
            if (entry.is_regular_file() && contents_of(entry.path()).find(word) != std::string::npos)
                found.push_back(entry.path().filename().string());
        }
        return found;
    }
    std::string people, log;
};

TEST_F(Person, ExportTellsEverythingAndIsAuditedWithoutTheName) {
    import_two();
    const Finished exported = run({"person", "export", "elodie.roux"});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    const auto document = nlohmann::json::parse(exported.out);
    EXPECT_EQ(document["format"], "assidu.person/1");
    EXPECT_EQ(document["identities"][0]["email"], "elodie@univ.example");
    EXPECT_EQ(document["events"].size(), 2U);
    EXPECT_EQ(document["events"][0]["utc_s"], kMorning);
    EXPECT_EQ(document["totals"]["rows"][0]["measured_s"], 1500);
    EXPECT_THAT(exported.out, Not(HasSubstr("lea")));
    const std::string audit = run({"audit"}).out;
    EXPECT_THAT(audit, HasSubstr("person.export"));
    EXPECT_THAT(audit, Not(HasSubstr("elodie")));
}

TEST_F(Person, AfterErasureNoByteOfTheFolderNamesThemAndOthersKeepTheirTime) {
    import_two();
    ASSERT_THAT(files_with("elodie.roux"), Contains("catalogue.sqlite"));
    const Finished erased = run({"person", "erase", "elodie.roux", "--reason", "demande du 2 mars", "--author", "DPO"});
    ASSERT_EQ(erased.exit_code, 0) << erased.err;
    EXPECT_THAT(erased.out, HasSubstr("erased: 2 events"));
    for (const char* word : {"elodie.roux", "Elodie", "Rouxmarin", "elodie@univ.example", "INE123456"})
        EXPECT_TRUE(files_with(word).empty()) << word << " in " << ::testing::PrintToString(files_with(word));
    EXPECT_EQ(run({"explain", "lea.petit", "2026-03-02"}).exit_code, 0);
    EXPECT_EQ(run({"person", "export", "elodie.roux"}).exit_code, 6);
    EXPECT_EQ(run({"person", "export", "42"}).exit_code, 6);
    const std::string audit = run({"audit"}).out;
    EXPECT_THAT(audit, HasSubstr("person.erase"));
    EXPECT_THAT(audit, HasSubstr("DPO: demande du 2 mars"));
}

TEST_F(Person, WhoWasErasedIsNotCollectedAgain) {
    import_two();
    ASSERT_EQ(run({"person", "erase", "42", "--reason", "r", "--author", "DPO"}).exit_code, 0);
    const Finished again = run({"import", people, log});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("2  not kept: people whom this node forgot"));
    EXPECT_THAT(files_with("elodie@univ.example"), ::testing::IsEmpty());
    EXPECT_EQ(run({"person", "export", "42"}).exit_code, 6);
}

TEST_F(Person, AReasonThatNamesThemIsRefusedAndNothingIsErased) {
    import_two();
    const Finished refused =
        run({"person", "erase", "42", "--reason", "Mme Rouxmarin asked", "--author", "DPO"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("names the person"));
    EXPECT_EQ(run({"person", "export", "42"}).exit_code, 0);
}

TEST_F(Person, AFileThatStillNamesThemIsPointedOut) {
    import_two();
    std::filesystem::create_directories(dir() + "/spool/done");
    std::filesystem::copy_file(people, dir() + "/spool/done/people.csv");
    const Finished erased = run({"person", "erase", "42", "--reason", "r", "--author", "DPO"});
    EXPECT_EQ(erased.exit_code, 4);
    EXPECT_THAT(erased.err, HasSubstr("spool/done/people.csv still names them"));
}

}  // namespace
}  // namespace assidu::tests
