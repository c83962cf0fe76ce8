// Dumps of what is known beside the log: recognised by their columns, read row by row.

#include "node/collect/evidence_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/limits.h"
#include "node/collect/durations.h"

namespace assidu::node::collect {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kLatest = 2'000'000'000;

struct Read {
    FileKind kind{};
    std::vector<EvidenceRecord> records;
    std::vector<std::string> reasons;
    std::string refusal;
};

Read read(const std::string& text) {
    Read result;
    const auto head = ByteSource::of("dump.csv", text);
    const auto recognised = recognise(*head);
    if (!recognised) {
        result.refusal = recognised.error().what;
        return result;
    }
    result.kind = recognised->kind;
    const auto source = ByteSource::of("dump.csv", text);
    EvidenceCallbacks callbacks;
    callbacks.take = [&](EvidenceRecord& record, std::uint64_t) { result.records.push_back(record); };
    callbacks.reject = [&](std::uint64_t, std::string_view reason, std::string_view, std::int64_t) {
        result.reasons.emplace_back(reason);
    };
    const auto done = read_evidence(*source, *recognised, kLatest, callbacks);
    if (!done) result.refusal = done.error().what;
    return result;
}

template <class Record>
Record only(const Read& result) {
    EXPECT_EQ(result.refusal, "");
    EXPECT_THAT(result.reasons, ::testing::IsEmpty());
    return result.records.size() == 1 && std::holds_alternative<Record>(result.records[0])
               ? std::get<Record>(result.records[0])
               : Record{};
}

TEST(EvidenceCsv, CompletionsAsMoodleHasThem) {
    const Read result = read(
        "id,coursemoduleid,userid,completionstate,viewed,overrideby,timemodified\n"
        "1,501,42,1,0,NULL,1772438400\n");
    EXPECT_EQ(result.kind, FileKind::completions);
    EXPECT_EQ(only<archive::CompletionRecord>(result),
              (archive::CompletionRecord{42, 501, 1'772'438'400, 1}));
    const Read broken = read(
        "userid,coursemoduleid,completionstate,timemodified\n42,501,4,5\n42,501,1,0\n"
        "42,501,0,0\n,501,1,5\n42,501,1,2000000001\n");
    EXPECT_THAT(broken.reasons,
                ::testing::ElementsAre("completionstate is none of 0 to 3: 4", "timemodified is empty",
                                       "userid is empty", "timemodified 2000000001 lies in the future"));
    EXPECT_EQ(broken.records.size(), 1U) << "what was never completed has no instant";
    EXPECT_THAT(read("userid,coursemoduleid,completionstate\n").refusal,
                HasSubstr("need a column timemodified"));
}

TEST(EvidenceCsv, AnEnrolmentTellsOfItsBeginAndOfItsSuspension) {
    const std::string header =
        "id,enrolid,userid,status,timestart,timeend,timecreated,timemodified,courseid\n";
    const auto active =
        only<std::vector<archive::EnrolmentState>>(read(header + "9,3,42,0,100,0,50,70,10\n"));
    EXPECT_EQ(active, (std::vector<archive::EnrolmentState>{{9, 42, 10, 50, 70, true, 100, std::nullopt}}));
    const auto suspended =
        only<std::vector<archive::EnrolmentState>>(read(header + "9,3,42,1,0,800,50,70,10\n"));
    EXPECT_EQ(suspended,
              (std::vector<archive::EnrolmentState>{{9, 42, 10, 50, 70, true, std::nullopt, 800},
                                                    {9, 42, 10, 70, 70, false, std::nullopt, 800}}));
    const auto never = only<std::vector<archive::EnrolmentState>>(read(header + "9,3,42,1,0,0,50,50,10\n"));
    EXPECT_EQ(never.size(), 1U);
    EXPECT_FALSE(never.at(0).active);
}

TEST(EvidenceCsv, RolesCategoriesAndWorths) {
    EXPECT_EQ(
        only<archive::RoleState>(read("id;roleid;contextid;userid;timemodified;contextlevel;instanceid;role\n"
                                      "5;3;77;42;60;50;10;student\n")),
        (archive::RoleState{5, 42, "student", 50, 10, 60, true}));
    EXPECT_EQ(only<archive::CategoryPath>(read("id,name,parent,depth,path\n7,Sciences,2,2,/2/7\n")),
              (archive::CategoryPath{7, {2, 7}}));
    EXPECT_THAT(read("id,path,depth\n7,/2/8,1\n").reasons.at(0), HasSubstr("does not end with the category"));
    EXPECT_THAT(read("id,path,depth\n7,2/7,1\n").reasons.at(0), HasSubstr("no path of categories"));
    EXPECT_EQ(only<archive::ActivityWorth>(read("id,moduleid,creditedtime\n1,501,30\n2,502,0\n")),
              (archive::ActivityWorth{501, 1'800}));
    EXPECT_EQ(
        only<archive::ActivityWorth>(read("id,moduleid,credittime,enablecredit\n1,501,30,0\n2,502,5,1\n")),
        (archive::ActivityWorth{502, 300}));
}

TEST(EvidenceCsv, DeclarationsOfARegisterAndOfAChecklist) {
    const std::string header =
        "id,register,userid,login,logout,duration,onlinesess,refcourse,comments,addedbyuserid\n";
    EXPECT_EQ(only<archive::DeclarationRecord>(read(header + "3,1,42,1000,4600,3600,0,10,read,7\n"
                                                             "4,1,42,1000,4600,3600,1,10,,\n")),
              (archive::DeclarationRecord{"attendanceregister_session", 3, 42, 1'000, 3'600, 10, 0,
                                          std::nullopt, true}));
    EXPECT_FALSE(only<archive::DeclarationRecord>(read(header + "3,1,42,1000,4600,0,0,NULL,,42\n")).validated)
        << "by the student";
    EXPECT_THAT(read(header + "3,1,42,4600,1000,0,0,,,\n").reasons.at(0),
                HasSubstr("logout is before login"));
    EXPECT_EQ(
        only<archive::DeclarationRecord>(
            read("id,item,userid,usertimestamp,declaredtime,teachermark,teachertimestamp,moduleid\n"
                 "8,1,42,7200,60,1,0,501\n9,2,42,0,0,0,0,502\n")),
        (archive::DeclarationRecord{"learningtimecheck_check", 8, 42, 3'600, 3'600, 0, 501, 7'200, true}));
}

TEST(EvidenceCsv, RecordsOfTimestatAndOfScorm) {
    // Joined with the log, whose columns it then has too.
    EXPECT_EQ(only<archive::ForeignRecord>(read(
                  "id,log_id,timespent,userid,timecreated,courseid,contextlevel,contextinstanceid,eventname\n"
                  "3,900,45,42,1000,10,70,501,x\n")),
              (archive::ForeignRecord{archive::ForeignRecord::Meter::timestat, 3, 42, 1'000, 45, 10, 501}));
    const std::string header = "id,userid,scormid,attempt,element,value,timemodified,cmid\n";
    EXPECT_EQ(
        only<archive::ForeignRecord>(read(header + "3,42,1,1,cmi.core.session_time,00:10:05.50,1000,501\n"
                                                   "4,42,1,1,cmi.core.total_time,00:10:05.50,1000,501\n")),
        (archive::ForeignRecord{archive::ForeignRecord::Meter::scorm, 3, 42, 1'000, 605, 0, 501}));
    EXPECT_THAT(read(header + "3,42,1,1,cmi.session_time,P1Y,1000,501\n").reasons.at(0),
                HasSubstr("value is no duration: 'P1Y'"));
}

TEST(ScormDuration, BothFormsAreReadWholeAndNothingElse) {
    using Pair = std::pair<const char*, std::int64_t>;
    for (const auto& [text, seconds] :
         {Pair{"PT1H30M5S", 5'405}, Pair{"PT0S", 0}, Pair{"PT90M", 5'400}, Pair{"P1DT2H", 93'600},
          Pair{"P2W", 1'209'600}, Pair{"PT0.99S", 0}, Pair{"PT1M0,5S", 60}, Pair{"P0Y0M1D", 86'400},
          Pair{"P0Y0M0DT0H0M7S", 7}, Pair{"00:00:00", 0}, Pair{"0001:02:03.45", 3'723},
          Pair{"12:34:56.7", 45'296}, Pair{"9999:00:00", 35'996'400},
          Pair{"P1000D", config::limits::kScaleTotalSecondsMax}})
        EXPECT_EQ(parse_scorm_duration(text), seconds) << text;
    for (const char* text : {"",
                             "P",
                             "PT",
                             "P1DT",
                             "PT1",
                             "1H",
                             "PT1S1H",
                             "PT1H1H",
                             "P1Y",
                             "P1M",
                             "PT1.5H",
                             "PT.5S",
                             "PT1.S",
                             "-PT1S",
                             "PT-1S",
                             "pt1s",
                             "PT1S ",
                             "1:02:03",
                             "00012:00:00",
                             "00:60:00",
                             "00:00:60",
                             "00:0:00",
                             "00:00:00.",
                             "00:00",
                             "99999999999999999999:00:00",
                             "P1000DT1S",
                             "PT99999999999999999999S"})
        EXPECT_EQ(parse_scorm_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace assidu::node::collect
