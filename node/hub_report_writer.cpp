#include "node/hub_report_writer.h"

#include <algorithm>
#include <set>

#include "federation/statement.h"
#include "node/directory.h"
#include "node/services/pool_directory.h"
#include "reports/build_pool.h"

namespace assidu::node {
namespace {

const char* code_of(reports::Language language) {
    return language == reports::Language::fr ? "fr" : "en";
}

// Everything that the member's rows of the period speak of, and these students.
federation::NamesAsked asked_about(const Node& hub, const federation::LedgerQuery& query,
                                   const std::vector<MemberStudent>& students) {
    federation::NamesAsked asked;
    std::set<std::int64_t> courses, activities;
    for (const auto& [student, source] : students)
        asked.students.push_back(student);
    hub.ledger().rows(query, [&](const federation::LedgerRow& row) {
        if (row.course > 0) courses.insert(row.course);
        if (students.empty()) return;
        for (const federation::ActivityShare& share : row.activities)
            activities.insert(share.activity);
    });
    asked.courses.assign(courses.begin(), courses.end());
    asked.activities.assign(activities.begin(), activities.end());
    return asked;
}

// Students whom a member named on its roster.
std::vector<federation::StudentId> people_of_roster(const Node& hub, const std::string& member) {
    std::vector<federation::StudentId> people;
    for (const auto& [key, text] : hub.statements().roster(member)) {
        const auto row = federation::parse_roster_row(text);
        if (row && row->what == "person") people.push_back(row->student);
    }
    return people;
}

}  // namespace

federation::Consolidated consolidate(const Node& hub, const federation::Period& period) {
    return federation::consolidate(hub.settings().node_id, hub.settings().name, hub.scale().sha256, period,
                                   hub.calendar(), hub.members(), hub.statements(), hub.ledger());
}

HubReportWriter::HubReportWriter(const Node& hub, const federation::Consolidated& consolidated,
                                 reports::Language language)
    : hub_(hub), consolidated_(consolidated), language_(language) {}

bool HubReportWriter::is_own(const federation::MemberPart& part) const {
    return part.node == hub_.settings().node_id;
}

MemberSubject HubReportWriter::subject(const federation::MemberPart& part, const std::string& purpose,
                                       Whom whom) const {
    MemberSubject subject;
    subject.part = &part;
    std::map<federation::StudentId, std::string> students;
    for (auto& [student, source] : hub_.ledger().students(part.node, consolidated_.scale_sha256))
        students.emplace(student, std::move(source));
    if (part.names == federation::Names::roster && !is_own(part)) {
        for (const federation::StudentId& student : people_of_roster(hub_, part.node))
            students.emplace(student, "");
    }
    if (whom == Whom::everybody) {
        for (auto& [student, source] : students)
            subject.students.emplace_back(student, std::move(source));
    }

    if (is_own(part)) {
        subject.names =
            std::make_unique<NodeDirectory>(hub_, hub_.calendar().end_of(consolidated_.period.to) - 1);
        return subject;
    }
    const auto member = hub_.members().find(part.node);
    federation::NamesAsked asked;
    if (part.names == federation::Names::issue)
        asked = asked_about(hub_, {part.node, consolidated_.scale_sha256, consolidated_.period, std::nullopt},
                            subject.students);
    config::Result<std::unique_ptr<services::PoolDirectory>> names =
        config::refuse("it is no member any more");
    if (member) names = services::PoolDirectory::of(hub_, *member, asked, purpose);
    if (names) {
        subject.names = *std::move(names);
    } else {
        subject.without_names = names.error().what;
        subject.names = std::make_unique<services::PoolDirectory>(std::vector<federation::RosterRow>{});
    }
    return subject;
}

reports::ReportRequest HubReportWriter::request(const MemberSubject& subject) const {
    const federation::MemberPart& part = *subject.part;
    reports::ReportRequest request;
    request.node_id = part.node;
    request.node_name = part.name;
    request.scale = &hub_.scale();
    request.period = consolidated_.period;
    request.issued_at_utc_s = hub_.clock().now_utc_s();
    request.language = code_of(language_);
    if (is_own(part)) {
        request.wwwroot = hub_.settings().wwwroot;
    } else {
        request.received = reports::Received{hub_.settings().node_id, hub_.settings().name, part.node,
                                             part.name, reports::declared_of(part)};
    }
    if (!subject.without_names.empty()) request.remarks.emplace_back("names_not_had");
    return request;
}

config::Result<reports::PoolReport> HubReportWriter::pool(
    const std::map<std::string, const reports::Directory*>& names_by_member) const {
    reports::PoolReportRequest request;
    request.hub_id = hub_.settings().node_id;
    request.hub_name = hub_.settings().name;
    request.scale = &hub_.scale();
    request.issued_at_utc_s = hub_.clock().now_utc_s();
    request.language = code_of(language_);
    request.directory_of = [&](const std::string& member) -> const reports::Directory* {
        const auto found = names_by_member.find(member);
        return found == names_by_member.end() ? nullptr : found->second;
    };
    return reports::build_pool_report(request, consolidated_);
}

config::Result<reports::GroupReport> HubReportWriter::group(const MemberSubject& subject) const {
    return reports::build_group_report(request(subject), subject.students, hub_.ledger(), *subject.names);
}

config::Result<reports::StudentReport> HubReportWriter::student(const MemberSubject& subject,
                                                                const MemberStudent& student) const {
    return reports::build_student_report(request(subject), student.first, hub_.ledger(), *subject.names,
                                         student.second);
}

}  // namespace assidu::node
