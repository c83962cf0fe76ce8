#include "node/collect/log_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using config::CivilCalendar;
using testing::KeepingSink;
using testing::Kept;
using testing::PiecesSource;

const std::string kHeader =
    "Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address\n";

struct Page : Kept {
    LogPageNotes notes;
    std::string refused;
};

std::optional<std::int64_t> catalogue(std::string_view name) {
    static const std::map<std::string, std::int64_t, std::less<>> kPeople = {
        {"Anna Blanc", 7}, {"Jean Noir", 8}, {"Thomas as Salam", 9}};
    const auto found = kPeople.find(name);
    if (found == kPeople.end()) return std::nullopt;
    return found->second;
}

Page read(const std::string& bytes, std::optional<DateOrder> order = DateOrder::dmy, char delimiter = ',') {
    static const auto kParis = CivilCalendar::of("Europe/Paris");
    PiecesSource source(bytes, 11);
    KeepingSink sink;
    const auto done = read_log_page(source, delimiter, {&*kParis, order, catalogue}, sink);
    Page page;
    if (done)
        page.notes = *done;
    else
        page.refused = done.error().what;
    page.accepted = std::move(sink.accepted);
    page.rejected = std::move(sink.rejected);
    return page;
}

LogRow one(const std::string& row, const std::string& header = kHeader) {
    const Page page = read(header + row + "\n");
    EXPECT_EQ(page.refused, "");
    if (page.accepted.size() == 1) return page.accepted[0].row;
    ADD_FAILURE() << (page.rejected.empty() ? "nothing read" : page.rejected[0].reason);
    return {};
}

std::string why(const std::string& row) {
    const Page page = read(kHeader + row + "\n");
    return page.rejected.size() == 1 ? page.rejected[0].reason : "accepted";
}

std::string order_of(const std::vector<std::string>& times) {
    std::string bytes = kHeader;
    for (const std::string& time : times)
        bytes += "\"" + time + "\",-,-,c,System,Course viewed,d,web,-\n";
    PiecesSource source(bytes);
    const auto order = find_date_order(source, ',');
    if (!order) return order.error().what;
    return !*order ? "none" : **order == DateOrder::dmy ? "dmy" : "mdy";
}

TEST(LogPage, ReadsAPageViewOfAModule) {
    const Page page =
        read(kHeader +
             "\"4/08/20, 12:51\",-,-,File: MIG ,File,Course module viewed,The user with id '3977' viewed the "
             "'resource' activity with course module id '3409'.,web,192.0.2.3\r\n");
    ASSERT_EQ(page.accepted.size(), 1U);
    const LogRow& row = page.accepted[0].row;
    EXPECT_EQ(row.time_s, 1596538260);  // 2020-08-04T12:51:00+02:00
    EXPECT_EQ(row.user_id, 3977);
    EXPECT_EQ(row.activity, 3409);
    EXPECT_EQ(row.course, kCourseUnknown);
    EXPECT_EQ(row.shape, (EventShape{"\\mod_resource\\event\\course_module_viewed", "mod_resource", "viewed",
                                     "course_module", "web", ' ', 0, 70, false, false}));
    EXPECT_EQ(page.notes.unknown_courses, 1U);
    EXPECT_EQ(page.notes.dates_in_figures, 1U);
    EXPECT_EQ(page.notes.module_types, (std::map<std::int64_t, std::string>{{3409, "resource"}}));
    EXPECT_EQ(row.id >> 61, 1);
}

TEST(LogPage, ReadsTheCourseFromEveryFormOfDescription) {
    for (const std::string said :
         {"viewed the course with id '111'.", "made a backup of the course with the id '111'.",
          "viewed it for course id '111'.", "viewed the list of submissions at course: 111"}) {
        const LogRow row = one(
            "\"17/10/21, 12:39\",-,-,Course: X,System,Course viewed,The user with id '4' " + said + ",web,-");
        EXPECT_EQ(row.course, 111) << said;
        EXPECT_EQ(row.activity, 0);
        EXPECT_EQ(row.shape.context_level, 50);
    }
    EXPECT_EQ(one("\"17/10/21, 12:39\",-,-,System,System,User has logged in,The user with id '4' has logged "
                  "in.,web,-")
                  .course,
              0);
    EXPECT_EQ(
        one("\"17/10/21, 12:39\",-,-,\"Course: X, Y\",System,Grade deleted,The user with id '4' x,web,-")
            .course,
        kCourseUnknown)
        << "it is in a course, whichever";
    EXPECT_EQ(one("\"17/10/21, 12:39\",-,-,Attendance: A,Attendance,Session added,User with id 26 added a "
                  "session to the "
                  "instanceid 3,web,-")
                  .course,
              kCourseUnknown);
}

TEST(LogPage, NamesTheUserByTheDescriptionThenByTheCatalogue) {
    EXPECT_EQ(one("\"17/10/21, 12:39\",Anna Blanc,-,c,System,x,The user with id '5' did it for the user with "
                  "id '6',web,-")
                  .user_id,
              5);
    EXPECT_EQ(one("\"17/10/21, 12:39\",Anna Blanc,-,c,System,x,no id here,web,-").user_id, 7);
    EXPECT_EQ(one("\"17/10/21, 12:39\",-,-,c,System,x,The user with id '-1' updated the grade,web,-").user_id,
              -1);
    EXPECT_EQ(why("\"17/10/21, 12:39\",Nobody,-,c,System,x,no id here,web,-"),
              "no user can be told from this row");
    EXPECT_EQ(why("\"17/10/21, 12:39\",-,-,c,System,x,no id here,web,-"),
              "no user can be told from this row");
}

TEST(LogPage, WhatPeopleWroteIntoADescriptionNamesNobody) {
    const std::string before = "\"17/10/21, 12:39\",Anna Blanc,-,c,Turnitin Assignment 2,x,";
    EXPECT_EQ(one(before + "User added submission 'user with id '818' ',web,-").user_id, 7);
    EXPECT_EQ(one(before + "User added submission 'user with id 818',web,-").user_id, 7);
    EXPECT_EQ(one(before + "User added submission 'x' user with id '818' ',web,-").user_id, 7);
    EXPECT_EQ(one(before + "User added submission 'see course with id '9' ',web,-").course, kCourseUnknown);
    EXPECT_EQ(
        one(before + "The user with id '5' created the event 'course id '9' x' with id '2',web,-").course,
        kCourseUnknown);
    const LogRow row =
        one(before +
            "The user with id '5' saw the user's page with the method 'manual' in the course with id "
            "'9'.,web,-");
    EXPECT_EQ(row.user_id, 5);
    EXPECT_EQ(row.course, 9);
}

TEST(LogPage, KnowsALoginAsSomebodyElse) {
    const std::string rest = ",-,c,System,x,The user with id '8' did it,web,-";
    EXPECT_TRUE(one("\"17/10/21, 12:39\",Anna Blanc as Jean Noir" + rest).shape.login_as);
    EXPECT_TRUE(one("\"17/10/21, 12:39\",Anna Blanc en tant que Jean Noir" + rest).shape.login_as);
    EXPECT_FALSE(one("\"17/10/21, 12:39\",Jean Noir" + rest).shape.login_as);
    EXPECT_FALSE(one("\"17/10/21, 12:39\",Thomas as Salam,-,c,System,x,The user with id '9' did it,web,-")
                     .shape.login_as)
        << "that is the name of user 9";
    EXPECT_TRUE(one("\"17/10/21, 12:39\",Thomas as Salam" + rest).shape.login_as) << "but not of user 8";
    const LogRow unnamed = one("\"17/10/21, 12:39\",Anna Blanc as Jean Noir,-,c,System,x,no id,web,-");
    EXPECT_TRUE(unnamed.shape.login_as);
    EXPECT_EQ(unnamed.user_id, 8);
}

TEST(LogPage, KnowsTheEventsThatScalesNameInEnglishAndFrench) {
    struct Case {
        std::string english, french, eventname, action, target;
    };
    const std::vector<Case> cases = {
        {"User has logged in", "Utilisateur connect\xc3\xa9", "user_loggedin", "loggedin", "user"},
        {"User logged out",
         "Utilisateur d\xc3\xa9"
         "connect\xc3\xa9",
         "user_loggedout", "loggedout", "user"},
        {"User login failed",
         "Connexion utilisateur \xc3\xa9"
         "chou\xc3\xa9"
         "e",
         "user_login_failed", "failed", "user_login"},
        {"User graded", "Utilisateur \xc3\xa9valu\xc3\xa9", "user_graded", "graded", "user"},
        {"Badge awarded",
         "Badge d\xc3\xa9"
         "cern\xc3\xa9",
         "badge_awarded", "awarded", "badge"},
        {"Badge awarded", "Badge d\xc3\xa9livr\xc3\xa9", "badge_awarded", "awarded", "badge"},
        {"Notification sent",
         "Notification envoy\xc3\xa9"
         "e",
         "notification_sent", "sent", "notification"},
        {"Notification viewed",
         "Notification consult\xc3\xa9"
         "e",
         "notification_viewed", "viewed", "notification"},
        {"Email failed to send",
         "Envoi de courriel \xc3\xa9"
         "chou\xc3\xa9",
         "email_failed", "failed", "email"},
        {"Course viewed", "Cours consult\xc3\xa9", "course_viewed", "viewed", "course"},
        {"Dashboard viewed", "Tableau de bord consult\xc3\xa9", "dashboard_viewed", "viewed", "dashboard"},
        {"User logged in as another user",
         "Utilisateur connect\xc3\xa9 sous le nom d\xe2\x80\x99un autre utilisateur", "user_loggedinas",
         "loggedinas", "user"},
    };
    for (const Case& c : cases)
        for (const auto& [name, system] :
             {std::pair{c.english, "System"}, std::pair{c.french, "Syst\xc3\xa8me"}}) {
            const EventShape shape = one("\"17/10/21, 12:39\",-,-,c," + std::string(system) + "," + name +
                                         ",The user with id '5',web,-")
                                         .shape;
            EXPECT_EQ(shape.eventname, "\\core\\event\\" + c.eventname) << name;
            EXPECT_EQ(shape.action, c.action);
            EXPECT_EQ(shape.target, c.target);
            EXPECT_EQ(shape.component, "core");
        }
    const LogRow french =
        one("\"17 oct. 21, 12:39\",-,-,Le\xc3\xa7on : X,Le\xc3\xa7on,Module de cours consult\xc3\xa9,The "
            "user with id '5' "
            "viewed the activity with course module id '6'.,web,-");
    EXPECT_EQ(french.shape.eventname, "\\mod_lesson\\event\\course_module_viewed");
    EXPECT_EQ(french.course, kCourseUnknown);
}

TEST(LogPage, KeepsTheDisplayedNameOfWhatItDoesNotKnow) {
    const EventShape shape = one("\"17/10/21, 12:39\",-,-,c,File  submissions,\"A file\nhas been " +
                                 std::string(300, 'u') + "\",The user with id '5',-,-")
                                 .shape;
    EXPECT_EQ(shape.eventname.substr(0, 25), "display:A file has been u");
    EXPECT_EQ(shape.eventname.size(), 255U);
    EXPECT_EQ(shape.component, "display:File submissions");
    EXPECT_EQ(shape.action, "");
    EXPECT_EQ(shape.target, "");
    EXPECT_EQ(shape.origin, "");
    EXPECT_EQ(one("\"17/10/21, 12:39\",-,-,c,mod_own,x,The user with id '5',web,-").shape.component,
              "mod_own");
    EXPECT_EQ(why("\"17/10/21, 12:39\",-,-,c,System, ,The user with id '5',web,-"),
              "the column \"Event name\" is empty");
}

TEST(LogPage, ReadsTimesAsPeopleWriteThem) {
    const std::string rest = ",-,-,c,System,x,The user with id '5',web,-";
    const std::int64_t time = 1634467140;  // 2021-10-17T12:39:00+02:00
    for (const std::string text :
         {"17/10/21, 12:39", "17/10/2021, 12:39", "17/10/21 12:39", "17-10-2021 12:39:00",
          "17.10.2021, 12:39", "17/10/21, 12:39 PM", "17 Oct 2021, 12:39", "17 October 2021, 12:39 PM",
          "17 oct. 21, 12:39", "17 octobre 2021, 12:39", "dimanche 17 octobre 2021, 12:39",
          "Sunday, 17 October 2021, 12:39 PM", "Sunday, October 17, 2021, 12:39 PM", "Oct 17, 2021 12:39",
          "2021-10-17 12:39",
          "17\xc2\xa0octobre\xc2\xa0"
          "2021, 12:39\xe2\x80\xaf"
          "PM"}) {
        EXPECT_EQ(one("\"" + text + "\"" + rest).time_s, time) << text;
    }
    EXPECT_EQ(one("\"6/08/20, 21:00:07\"" + rest).time_s, 1596740407);
    EXPECT_EQ(one("\"1 ao\xc3\xbbt 2021, 12:05 AM\"" + rest).time_s, 1627769100);
    EXPECT_EQ(one("\"1 f\xe9vr. 21, 1:05 pm\"" + rest).time_s, 1612181100) << "Windows-1252";
    EXPECT_EQ(one("\"mar. 2 mars 2021, 10:00\"" + rest).time_s, 1614675600) << "mar. is Tuesday here";
    for (const std::string text :
         {"", "yesterday", "17/10/21", "32/10/21, 12:39", "29/02/21, 12:39", "17/13/21, 12:39",
          "17/10/21, 24:00", "17/10/21, 12:60", "17/10/021, 12:39", "1/2/3/4, 12:39", "17/10/21, 12:39 xm",
          "17 brumaire 2021, 12:39", "17/10/1921, 12:39", "99999999999/10/21, 12:39"})
        EXPECT_NE(why("\"" + text + "\"" + rest), "accepted") << text;
    EXPECT_EQ(why("\"17 oct., 12:39\"" + rest),
              "the time '17 oct., 12:39' has no year; export the log again in a form that has it");
}

TEST(LogPage, CountsTimesThatTheClocksShowedTwiceOrNever) {
    const std::string rest = ",-,-,c,System,x,The user with id '5',web,-\n";
    const Page page = read(kHeader + "\"31/10/21, 02:30\"" + rest + "\"28/03/21, 02:30\"" + rest +
                           "\"17/10/21, 12:39\"" + rest);
    ASSERT_EQ(page.accepted.size(), 3U);
    EXPECT_EQ(page.notes.ambiguous_times, 1U);
    EXPECT_EQ(page.notes.skipped_times, 1U);
    EXPECT_EQ(page.accepted[0].row.time_s, 1635640200) << "the earlier of the two";
    EXPECT_EQ(page.accepted[1].row.time_s, 1616893200) << "the jump";
}

TEST(LogPage, FindsTheOrderOfDatesInTheWholeFile) {
    EXPECT_EQ(order_of({"1/02/21, 10:00", "3/04/21, 10:00", "13/04/21, 10:00"}), "dmy");
    EXPECT_EQ(order_of({"1/02/21, 10:00", "3/14/21, 10:00"}), "mdy");
    EXPECT_EQ(order_of({"1 Feb 2021, 10:00", "2021-02-03 10:00"}), "none");
    EXPECT_EQ(order_of({"7/07/21, 10:00"}), "dmy") << "either order says the same";
    EXPECT_EQ(order_of({"1/02/21, 10:00"}),
              "test.csv: its dates can be read in two orders ('1/02/21, 10:00' in line 2): pass --date-order "
              "dmy or mdy");
    EXPECT_EQ(order_of({"13/02/21, 10:00", "2/13/21, 10:00"}),
              "test.csv: its dates contradict each other: '13/02/21, 10:00' in line 2 begins with the day, "
              "'2/13/21, "
              "10:00' in line 3 with the month");
    EXPECT_EQ(order_of({"17 Oct, 10:00"}),
              "test.csv: its dates have no year ('17 Oct, 10:00' in line 2); export the log again in a form "
              "that has it");
}

TEST(LogPage, ADateInFiguresNeedsAnOrder) {
    const Page page =
        read(kHeader + "\"1/02/21, 10:00\",-,-,c,System,x,The user with id '5',web,-\n", std::nullopt);
    ASSERT_EQ(page.rejected.size(), 1U);
    EXPECT_NE(page.rejected[0].reason.find("--date-order"), std::string::npos);
}

TEST(LogPage, RefusesAFileWithoutANeededColumn) {
    EXPECT_EQ(read("Time,Event name,Origin\n").refused,
              "test.csv: no column \"Description\" of Moodle's log page");
    EXPECT_EQ(read("Time,Heure,Event name,Description,Origin\n").refused,
              "test.csv: the column \"Time\" stands twice");
}

std::vector<std::vector<std::string>> sample_rows() {
    const std::string by = "The user with id '5' viewed the course with id '3'.";
    return {{"17/10/21, 12:39", "-", "-", "Course: \xc3\x89t\xc3\xa9", "System", "Course viewed", by, "web",
             "192.0.2.1"},
            {"17/10/21, 12:39", "-", "-", "System", "System", "User has logged in", by, "web", "192.0.2.1"},
            {"17/10/21, 12:39", "-", "-", "System", "System", "User logged out", by, "web", "192.0.2.1"},
            {"17/10/21, 12:39", "-", "-", "File: a, \"b\"\nc", "File", "Course module viewed", by, "ws",
             "192.0.2.1"},
            {"17/10/21, 12:40", "-", "-", "Course: \xc3\x89t\xc3\xa9", "System", "Course viewed", by, "web",
             "192.0.2.2"}};
}

std::vector<LogRow> by_id(const Page& page) {
    std::vector<LogRow> rows;
    for (const testing::Accepted& accepted : page.accepted)
        rows.push_back(accepted.row);
    std::ranges::sort(rows, {}, &LogRow::id);
    return rows;
}

TEST(LogPage, WithinAMinuteLoginsComeFirstAndLogoutsLast) {
    std::string bytes = kHeader;
    for (const auto& row : sample_rows()) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            bytes += i == 0 ? "\"" : ",\"";
            for (const char c : row[i])
                bytes += c == '"' ? std::string("\"\"") : std::string(1, c);
            bytes += "\"";
        }
        bytes += "\n";
    }
    const std::vector<LogRow> rows = by_id(read(bytes));
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows.front().shape.action, "loggedin");
    EXPECT_EQ(rows.back().shape.action, "loggedout");
    for (const LogRow& row : rows)
        EXPECT_GT(row.id, 0);
}

// The same rows in another order of rows and columns, with other quotes, line ends and encoding, without or
// with the column that only the page of the whole site has: the same events.
TEST(LogPage, AnEventIsTheSameInEveryDownload) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<std::string> names = {"Time",       "User full name", "Affected user", "Event context",
                                      "Component",  "Event name",     "Description",   "Origin",
                                      "IP address", "Course"};
    std::vector<LogRow> first;
    for (int round = 0; round < 100; ++round) {
        std::vector<std::size_t> columns = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        if (random() % 2 == 0) columns.push_back(9);
        auto rows = sample_rows();
        std::ranges::shuffle(columns, random);
        std::ranges::shuffle(rows, random);
        rows.insert(rows.begin(), names);
        const bool windows = random() % 2 == 0;
        const char delimiter = ",;\t"[random() % 3];
        std::string bytes, end = random() % 2 == 0 ? "\r\n" : "\n";
        for (auto& row : rows) {
            if (row.size() < 10) row.push_back("ALG1");
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (i > 0) bytes += delimiter;
                std::string field;
                for (const char c : row[columns[i]]) {
                    if (c == '"') field += '"';
                    if (c == '\n' && end == "\r\n") field += '\r';
                    if (windows && c == '\xc3') continue;
                    if (windows && c == '\x89')
                        field += '\xc9';
                    else if (windows && c == '\xa9')
                        field += '\xe9';
                    else
                        field += c;
                }
                const bool quote = random() % 2 == 0 || field.find_first_of("\",;\t\n") != std::string::npos;
                bytes += quote ? "\"" + field + "\"" : field;
            }
            bytes += end;
        }
        const Page page = read(bytes, DateOrder::dmy, delimiter);
        const std::vector<LogRow> all = by_id(page);
        ASSERT_EQ(all.size(), 5U) << bytes << (page.rejected.empty() ? "" : page.rejected[0].reason);
        if (first.empty()) first = all;
        for (std::size_t i = 0; i < all.size(); ++i)
            EXPECT_TRUE(testing::same(all[i], first[i])) << bytes;
    }
}

}  // namespace
}  // namespace assidu::node::collect
