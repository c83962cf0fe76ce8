// Consolidation: what a hub can say of a period from what its members declared, and what is missing of it.
// What is missing is a stated fact, never a zero.
//
// Durations are seconds; days are civil days of the scale's time zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/ledger.h"
#include "federation/member.h"
#include "federation/statement_log.h"

namespace assidu::federation {

// Sums over ledger rows.
struct Sums {
    std::int64_t students = 0;  // with any row; a student of two members counts at each
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    bool operator==(const Sums&) const = default;
};

// A course of one member. Course ids are those of the member's Moodle: two members may each have a course 12.
struct CourseSums {
    std::string source;
    std::int64_t course = 0;  // 0: the platform outside any course; negative: the log did not say
    Sums sums;
};

// An ISO week, as far as it lies inside the period.
struct WeekSums {
    config::CivilDay monday;
    Sums sums;
};

// One member's part of the period.
struct MemberPart {
    std::string node, name;
    MemberState state = MemberState::active;
    Names names = Names::none;  // of the hub itself: roster, since they are its own
    StatementHead head;         // the last statement that is kept here
    StatementHead announced;    // the last one that the member said it has made; number 0: it never said
    std::optional<std::int64_t> announced_utc_s;  // when it said so
    // False: the announced statement is none that is kept here. The member has another history than the hub,
    // such as one that it made again after a restore from a backup, and the hub refuses it (fork).
    bool announced_is_kept = true;
    // Of its last statement under the scale; nothing: it never declared anything under this scale.
    std::optional<Freshness> freshness;
    // Runs of days of the period of which no statement under the scale says anything, ascending; of the hub
    // itself, of which it could declare nothing.
    std::vector<Period> missing;
    std::vector<Outage> outages;  // that touch the period
    std::int64_t days = 0;        // with any row
    Sums sums;
    std::vector<CourseSums> courses;  // by source and course
    std::vector<WeekSums> weeks;      // every week of the period, empty ones included

    // Statements that the member said it has made and that are not here, at least.
    [[nodiscard]] std::int64_t statements_missing() const {
        if (announced.number > head.number) return announced.number - head.number;
        return announced_is_kept ? 0 : 1;
    }
    // Every day is stated, and nothing that the member announced is missing.
    [[nodiscard]] bool complete() const { return missing.empty() && statements_missing() == 0; }
};

struct Consolidated {
    Period period;
    std::string scale_sha256;
    // Members that were ever active, by id; the hub itself among them if it has totals of its own.
    std::vector<MemberPart> members;
    std::int64_t days = 0;  // on which any member has any row
    Sums sums;
    std::vector<WeekSums> weeks;  // over all members; every week of the period

    [[nodiscard]] bool complete() const;  // all members are; false without any
};

// Reads every member's rows of the period once. Memory grows with members, weeks, and students times courses
// of one member; not with rows.
[[nodiscard]] Consolidated consolidate(const std::string& hub, const std::string& hub_name,
                                       const std::string& scale_sha256, const Period& period,
                                       const config::CivilCalendar& calendar, const MemberList& members,
                                       const StatementLog& statements, const Ledger& ledger);

}  // namespace assidu::federation
