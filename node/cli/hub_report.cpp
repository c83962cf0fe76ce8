#include "node/cli/hub_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/cli/interrupt.h"
#include "node/collect/text.h"
#include "node/staff/linter.h"
#include "node/staff/people_elsewhere.h"

namespace assidu::node::cli {
namespace {

std::string purpose_of(std::string_view kind, const federation::Period& period) {
    return fmt::format("report {} {} to {}", kind, config::iso_date(period.from),
                       config::iso_date(period.to));
}

ExitCode no_data(Console& console, const std::string& what) {
    console.complain(what);
    return ExitCode::no_data;
}

// Whoever answers to the name: by pseudonym, or as far as the hub knows names.
std::vector<MemberStudent> find(const MemberSubject& subject, const std::string& name) {
    std::vector<MemberStudent> found;
    for (const MemberStudent& student : subject.students) {
        const auto person = subject.names->person(student.first);
        if (to_string(student.first) == name ||
            (!name.empty() && person &&
             (person->username == name || person->email == name || person->idnumber == name)))
            found.push_back(student);
    }
    return found;
}

// The students that were named, or all; refused, naming whom it cannot tell.
config::Result<std::vector<MemberStudent>> chosen(const MemberSubject& subject,
                                                  const std::vector<std::string>& names) {
    if (names.empty()) return subject.students;
    std::vector<MemberStudent> students;
    for (const std::string& name : names) {
        auto found = find(subject, name);
        if (found.size() != 1)
            return config::refuse(fmt::format(
                "{} of the students of {} answer to '{}' (pseudonym, and where its names are known here user "
                "name, e-mail or id number)",
                found.empty() ? "none" : std::to_string(found.size()), subject.part->node, name));
        students.push_back(std::move(found.front()));
    }
    return students;
}

void say_without_names(const MemberSubject& subject, Console& console) {
    if (!subject.without_names.empty())
        console.complain(collect::printable(
            fmt::format("{}: issued with pseudonyms: {}", subject.part->node, subject.without_names)));
}

ExitCode put_students(const Node& hub, const HubReportWriter& writer, const MemberSubject& subject,
                      const std::vector<MemberStudent>& students, const MemberReports* wanted,
                      const Documents& documents, Console& console,
                      std::vector<std::filesystem::path>& written) {
    bool all = true, incoherent = false;
    const staff::PeopleElsewhere elsewhere(hub);
    for (const MemberStudent& student : students) {
        if (interrupted()) {
            console.complain("interrupted while writing reports; those that are there are whole");
            return ExitCode::interrupted;
        }
        auto report = writer.student(subject, student);
        if (!report) return no_data(console, report.error().what);
        staff::look_at_member(hub, *subject.names,
                              elsewhere.of(subject.part->node, report->person, report->period), *report);
        if (wanted != nullptr && !wanted->overrides.empty()) {
            if (const auto done =
                    staff::override_findings(hub, *report, wanted->overrides, wanted->reason, wanted->author);
                !done) {
                console.complain(
                    collect::printable(fmt::format("{}: {}", file_name(*report), done.error().what)));
                return ExitCode::usage;
            }
        }
        tell_findings(*report, documents.language, /*only_look=*/false, console);
        if (!staff::may_be_issued(*report)) {
            console.complain(fmt::format("{}: NOT ISSUED", file_name(*report)));
            incoherent = true;
            continue;
        }
        if (documents.report_template != nullptr)
            report->provenance.used_template = documents.report_template->identity();
        if (const auto put = issue_singly(hub, *report, documents, console, written); !put) {
            console.complain(collect::printable(put.error().what));
            all = false;
        }
        console.progress(fmt::format("writing reports of {}: {} files", subject.part->node, written.size()));
    }
    if (incoherent) return ExitCode::incoherent;
    return all ? ExitCode::ok : ExitCode::no_data;
}

const federation::MemberPart* part_of(const federation::Consolidated& consolidated, const std::string& id) {
    const auto part = std::ranges::find(consolidated.members, id, &federation::MemberPart::node);
    return part == consolidated.members.end() ? nullptr : &*part;
}

}  // namespace

ExitCode report_pool(const Node& hub, const federation::Period& period, const Documents& documents,
                     Console& console, std::vector<std::filesystem::path>& written) {
    if (const ExitCode code = can_be_written(documents, 1, console); code != ExitCode::ok) return code;
    const federation::Consolidated consolidated = consolidate(hub, period);
    const HubReportWriter writer(hub, consolidated, documents.language);
    std::vector<MemberSubject> subjects;
    std::map<std::string, const reports::Directory*> names;
    for (const federation::MemberPart& part : consolidated.members) {
        // The pool's report names courses, and no person.
        subjects.push_back(writer.subject(part, purpose_of("pool", period), HubReportWriter::Whom::nobody));
        say_without_names(subjects.back(), console);
        names[part.node] = subjects.back().names.get();
    }
    const auto report = writer.pool(names);
    if (!report) return no_data(console, report.error().what);
    put_document(*report, documents, console, written);
    return ExitCode::ok;
}

ExitCode report_member(const Node& hub, const federation::Period& period, const MemberReports& wanted,
                       const Documents& documents, Console& console,
                       std::vector<std::filesystem::path>& written) {
    const federation::Consolidated consolidated = consolidate(hub, period);
    const federation::MemberPart* const part = part_of(consolidated, wanted.member);
    if (part == nullptr)
        return no_data(console,
                       fmt::format("'{}' is no member of this hub (assidu member list)", wanted.member));
    const HubReportWriter writer(hub, consolidated, documents.language);
    const MemberSubject subject =
        writer.subject(*part, purpose_of(wanted.group ? "group" : "student", period));
    say_without_names(subject, console);
    if (wanted.group) {
        if (const ExitCode code = can_be_written(documents, 1, console); code != ExitCode::ok) return code;
        auto report = writer.group(subject);
        if (!report) return no_data(console, report.error().what);
        if (documents.report_template != nullptr)
            report->provenance.used_template = documents.report_template->identity();
        put_document(*report, documents, console, written);
        if (!wanted.packages) return ExitCode::ok;
    }
    const auto students = chosen(subject, wanted.students);
    if (!students) return no_data(console, students.error().what);
    if (students->empty())
        return no_data(console, fmt::format("no data: {} has declared nothing of any student", part->node));
    if (const ExitCode code = can_be_written(documents, students->size(), console); code != ExitCode::ok)
        return code;
    return put_students(hub, writer, subject, *students, &wanted, documents, console, written);
}

ExitCode report_everything(const Node& hub, const federation::Consolidated& consolidated,
                           const Documents& documents, Console& console, PoolReports& written) {
    const HubReportWriter writer(hub, consolidated, documents.language);
    const std::string purpose = purpose_of("of everything", consolidated.period);
    std::vector<MemberSubject> subjects;
    std::map<std::string, const reports::Directory*> names;
    for (const federation::MemberPart& part : consolidated.members) {
        subjects.push_back(writer.subject(part, purpose));
        say_without_names(subjects.back(), console);
        names[part.node] = subjects.back().names.get();
    }
    make_folder(documents.out);
    const auto pool = writer.pool(names);
    if (!pool) return no_data(console, pool.error().what);
    put_document(*pool, documents, console, written.pool);
    for (const MemberSubject& subject : subjects) {
        Documents of_member = documents;
        of_member.out = documents.out / subject.part->node;
        make_folder(of_member.out);
        const auto group = writer.group(subject);
        if (!group) return no_data(console, group.error().what);
        put_document(*group, of_member, console, written.groups);
        const ExitCode code = put_students(hub, writer, subject, subject.students, nullptr, of_member,
                                           console, written.students);
        if (code != ExitCode::ok) return code;
    }
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
