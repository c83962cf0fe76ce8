// `person export` and `person erase` as somebody in charge of data protection runs them.

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

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
    const Finished erased =
        run({"person", "erase", "elodie.roux", "--reason", "demande du 2 mars", "--author", "DPO"});
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

// Evidence of 42 and of 43 in every table there is, each record with a number or a word of its own.
class PersonWithEvidence : public Person {
  protected:
    void import_evidence() {
        import_two();
        const auto both = [](const char* line) {
            return fmt::format(fmt::runtime(line), 42) + fmt::format(fmt::runtime(line), 43);
        };
        ASSERT_EQ(
            run({"import",
                 folder.write("completion.csv", "coursemoduleid,userid,completionstate,timemodified\n" +
                                                    both("501,{},1,1772438700\n")),
                 folder.write("enrolments.csv",
                              "id,userid,courseid,status,timestart,timeend,timecreated,timemodified\n" +
                                  both("7{0},{0},10,1,0,0,1772000000,1772438000\n")),
                 folder.write("roles.csv", "id,userid,shortname,contextlevel,instanceid,timemodified\n" +
                                               both("8{0},{0},student,50,10,1772000000\n")),
                 folder.write("register.csv", "id,userid,login,logout,onlinesess,refcourse,addedbyuserid\n" +
                                                  both("9{0},{0},1772440000,1772443600,0,10,2\n")),
                 folder.write("timestat.csv",
                              "id,userid,timespent,timecreated,courseid,contextlevel,contextinstanceid\n" +
                                  both("6{0},{0},120,1772438800,10,70,501\n"))})
                .exit_code,
            0);
        for (const char* user : {"42", "43"}) {
            ASSERT_EQ(run({"exclude", "add", user, "2026-03-02T09:05", "2026-03-02T09:06", "--reason",
                           "wandering of " + std::string(user), "--author", "Tutor of " + std::string(user)})
                          .exit_code,
                      0);
            ASSERT_EQ(run({"days", "add", user, "2026-03-02", "--author", "Signer of " + std::string(user)})
                          .exit_code,
                      0);
        }
        ASSERT_EQ(run({"exclude", "revoke", "1", "--reason", "mistaken for 42", "--author", "Dean of 42"})
                      .exit_code,
                  0);
    }
    std::int64_t rows_of(const std::string& table, int user) const {
        return SQLite::Database(dir() + "/archive.sqlite")
            .execAndGet(fmt::format("SELECT count(*) FROM {} WHERE user_id={}", table, user))
            .getInt64();
    }
    static constexpr const char* kTables[] = {"completion", "declaration", "foreign_time", "enrolment",
                                              "role",       "exclusion",   "signed_day"};
};

TEST_F(PersonWithEvidence, ExportTellsAllOfItAndNothingOfOthers) {
    import_evidence();
    const Finished exported = run({"person", "export", "42"});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    const auto evidence = nlohmann::json::parse(exported.out).at("evidence");
    EXPECT_EQ(evidence.at("completions"),
              nlohmann::json::parse(R"([{"activity":501,"utc_s":1772438700,"state":1}])"));
    EXPECT_EQ(evidence.at("declarations").at(0).at("seconds"), 3600);
    EXPECT_EQ(evidence.at("declarations").at(0).at("declared_utc_s"), nullptr);
    EXPECT_EQ(evidence.at("foreign_times").at(0).at("meter"), "timestat");
    ASSERT_EQ(evidence.at("enrolments").size(), 2U) << "active, then suspended";
    EXPECT_EQ(evidence.at("enrolments").at(1).at("active"), false);
    EXPECT_EQ(evidence.at("roles").at(0).at("role"), "student");
    EXPECT_EQ(evidence.at("exclusions").at(0).at("reason"), "wandering of 42");
    EXPECT_EQ(evidence.at("exclusions").at(0).at("revoked_author"), "Dean of 42");
    EXPECT_EQ(evidence.at("signed_days").at(0).at("author"), "Signer of 42");
    EXPECT_THAT(exported.out, Not(HasSubstr("of 43")));
}

TEST_F(PersonWithEvidence, AfterErasureNoTraceOfItIsLeftAndOthersKeepTheirs) {
    import_evidence();
    for (const char* table : kTables) {
        ASSERT_GT(rows_of(table, 42), 0) << table;
        ASSERT_GT(rows_of(table, 43), 0) << table;
    }
    ASSERT_THAT(files_with("mistaken for 42"), Contains(::testing::StartsWith("archive.sqlite")));
    const Finished erased = run({"person", "erase", "42", "--reason", "r", "--author", "DPO"});
    ASSERT_EQ(erased.exit_code, 0) << erased.err;
    EXPECT_THAT(erased.out, HasSubstr("erased: 2 events, 8 records of evidence"));
    for (const char* table : kTables) {
        EXPECT_EQ(rows_of(table, 42), 0) << table;
        EXPECT_GT(rows_of(table, 43), 0) << table;
    }
    for (const char* word :
         {"wandering of 42", "Tutor of 42", "mistaken for 42", "Dean of 42", "Signer of 42"})
        EXPECT_THAT(files_with(word), ::testing::IsEmpty()) << word;
    EXPECT_THAT(files_with("wandering of 43"), Contains("archive.sqlite"));
    EXPECT_THAT(run({"exclude", "list"}).out, HasSubstr("wandering of 43"));
    EXPECT_EQ(run({"recompute"}).exit_code, 0);
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
