// What the tests of reports share: a real ledger in a temporary folder, filled by hand with a few days of a
// few students, and a directory that knows some of their names.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/scale.h"
#include "federation/sqlite_ledger.h"
#include "reports/build.h"
#include "tests/temporary_folder.h"

namespace assidu::reports::test {

inline constexpr const char* kNode = "univ-test";

inline config::CivilDay day(const char* iso) {
    return config::parse_iso_date(iso).value();
}

inline federation::StudentId student_id(std::uint8_t number) {
    federation::StudentId student;
    student.bytes.fill(number);
    return student;
}

class TestDirectory final : public Directory {
  public:
    std::map<federation::StudentId, Person> people;
    std::map<std::pair<std::string, std::int64_t>, Course> courses;
    std::map<std::pair<std::string, std::int64_t>, Activity> activities;

    std::optional<Person> person(const federation::StudentId& student) const override {
        return find(people, student);
    }
    std::optional<Course> course(const std::string& source, std::int64_t id) const override {
        return find(courses, std::pair(source, id));
    }
    std::optional<Activity> activity(const std::string& source, std::int64_t id) const override {
        return find(activities, std::pair(source, id));
    }

  private:
    static auto find(const auto& map, const auto& key)
        -> std::optional<typename std::decay_t<decltype(map)>::mapped_type> {
        const auto found = map.find(key);
        if (found == map.end()) return std::nullopt;
        return found->second;
    }
};

// Period of the sample: Friday 20 to Sunday 29 March 2026, Europe/Paris; clocks go forward on the 29th.
class Sample : public testing::Test {
  protected:
    const federation::StudentId ada = student_id(0xa1), bob = student_id(0xb2), zoe = student_id(0xc3),
                                stranger = student_id(0xd4);
    const federation::Period period{day("2026-03-20"), day("2026-03-29")};
    config::Scale scale = config::parse_scale(config::preset_document("sonate"), "sonate").value();
    config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    tests::TemporaryFolder folder;
    std::unique_ptr<federation::Ledger> ledger;
    TestDirectory directory;
    ReportRequest request;

    void SetUp() override {
        ledger = federation::open_sqlite_ledger(folder / "ledger.sqlite");
        fill_directory();
        request = {.node_id = kNode,
                   .node_name = "Université d’essai",
                   .wwwroot = "https://moodle.example.fr",
                   .scale = &scale,
                   .period = period,
                   .issued_at_utc_s = at("2026-04-02", 10, 0),
                   .language = "fr",
                   .remarks = {},
                   .received = {}};
    }

    std::int64_t at(const char* date, int hour, int minute, int second = 0) const {
        return calendar.instant_of(day(date), (hour * 60 + minute) * 60 + second).utc_s;
    }

    federation::Freshness freshness() const {
        return {"assidu-gap 1", at("2026-04-01", 3, 0), 1234, at("2026-03-31", 22, 15, 9), 98765};
    }

    void put(const std::vector<federation::StudentLedger>& students) { put(students, freshness()); }
    void put(const std::vector<federation::StudentLedger>& students, const federation::Freshness& made) {
        ledger->replace(kNode, {scale.id, scale.version, scale.sha256, scale.canonical}, students, made);
    }

    federation::LedgerRow row(const federation::StudentId& who, const char* date, std::int64_t course,
                              std::int64_t measured_s, std::int64_t events,
                              std::vector<federation::ActivityShare> activities = {}) const {
        federation::LedgerRow made;
        made.student = who;
        made.day = day(date);
        made.course = course;
        made.measured_s = measured_s;
        made.events = events;
        made.activities = std::move(activities);
        return made;
    }

    // Ada: a session over each end of the period, one over midnight inside it, one of no length, and a long
    // morning in two courses and on the platform, with a credit. In the period: 16 800 s measured, 1 800 s
    // credited, 36 events.
    federation::StudentLedger ada_ledger() const {
        using federation::LedgerRow;
        LedgerRow night = row(ada, "2026-03-20", 12, 1200, 1, {{501, 900, 0, 1}});
        night.first_utc_s = night.last_utc_s = at("2026-03-20", 0, 5);
        LedgerRow site = row(ada, "2026-03-23", 0, 600, 3);
        site.first_utc_s = at("2026-03-23", 9, 0);
        site.last_utc_s = at("2026-03-23", 9, 8);
        LedgerRow algebra = row(ada, "2026-03-23", 12, 5400, 20, {{501, 3000, 0, 8}, {502, 1000, 1800, 4}});
        algebra.credited_s = 1800;
        algebra.first_utc_s = at("2026-03-23", 9, 10);
        algebra.last_utc_s = at("2026-03-23", 10, 39, 59);
        LedgerRow other = row(ada, "2026-03-23", 14, 3000, 5);
        other.first_utc_s = at("2026-03-23", 10, 40);
        other.last_utc_s = at("2026-03-23", 11, 15);
        LedgerRow login = row(ada, "2026-03-24", 0, 0, 1);
        login.first_utc_s = login.last_utc_s = at("2026-03-24", 10, 0);
        LedgerRow late = row(ada, "2026-03-28", 14, 600, 2);
        late.first_utc_s = at("2026-03-28", 23, 50);
        late.last_utc_s = at("2026-03-28", 23, 58);
        LedgerRow unknown = row(ada, "2026-03-29", -1, 3600, 4);
        unknown.first_utc_s = at("2026-03-29", 23, 0);
        unknown.last_utc_s = at("2026-03-29", 23, 55);
        return {ada,
                "moodle",
                {row(ada, "2026-03-19", 12, 1800, 3), night, site, algebra, other, login, late,
                 row(ada, "2026-03-29", 14, 2400, 0), unknown, row(ada, "2026-03-30", -1, 600, 0)},
                {{ada, at("2026-03-19", 23, 30), at("2026-03-20", 0, 20), 4, {12}},
                 {ada, at("2026-03-23", 9, 0), at("2026-03-23", 11, 30), 28, {0, 12, 14}},
                 {ada, at("2026-03-24", 10, 0), at("2026-03-24", 10, 0), 1, {0}},
                 {ada, at("2026-03-28", 23, 50), at("2026-03-29", 0, 40), 2, {14}},
                 {ada, at("2026-03-29", 23, 0), at("2026-03-30", 0, 10), 4, {-1}}},
                {{ada, day("2026-03-23"), "origin", 7},
                 {ada, day("2026-03-24"), "login_as", 2},
                 {ada, day("2026-03-30"), "origin", 50}}};
    }

    // Bob: one short visit, in the same course.
    federation::StudentLedger bob_ledger() const {
        federation::LedgerRow visit = row(bob, "2026-03-25", 12, 119, 2, {{501, 60, 0, 1}});
        visit.first_utc_s = at("2026-03-25", 8, 0);
        visit.last_utc_s = at("2026-03-25", 8, 1);
        return {bob,
                "moodle",
                {visit},
                {{bob, at("2026-03-25", 8, 0), at("2026-03-25", 8, 1, 59), 2, {12}}},
                {{bob, day("2026-03-25"), "origin", 1}}};
    }

    StudentReport student_report(const federation::StudentId& who) const {
        auto report = build_student_report(request, who, *ledger, directory);
        if (!report) throw std::runtime_error(report.error().what);
        return *report;
    }

    std::vector<std::pair<federation::StudentId, std::string>> group() const {
        return {{stranger, "moodle"}, {zoe, "moodle"}, {bob, "moodle"}, {ada, "moodle"}};
    }

    GroupReport group_report() const {
        auto report = build_group_report(request, group(), *ledger, directory);
        if (!report) throw std::runtime_error(report.error().what);
        return *report;
    }

  private:
    void fill_directory() {
        directory.people[ada] = {
            31, "ada", "E-0031", "Ada", "Élie", "ada@example.fr", "Université d’essai", "Sciences"};
        directory.people[bob] = {32, "bob", "=1+1", "Bob \"B\"", "<script>alert('x')</script> & fils",
                                 "", "",    ""};
        directory.people[zoe] = {33, "zoe", "", "Zoé", "Faure", "", "", ""};
        directory.courses[{"moodle", 12}] = {"Algèbre & géométrie <1>", "ALG1", "C-ALG1"};
        directory.activities[{"moodle", 501}] = {"Quiz 1; \"vecteurs\"", "quiz", "Q,1"};
    }
};

}  // namespace assidu::reports::test
