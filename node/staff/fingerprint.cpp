#include "node/staff/fingerprint.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "config/digest.h"
#include "reports/render.h"

namespace assidu::node::staff {
namespace {

using reports::StudentReport;

std::string digest(const std::string& text) {
    return config::hex(config::sha256(text));
}

void amount(std::string& all, const auto& line) {
    all += fmt::format("{} {} {}\n", line.measured_s, line.credited_s, line.events);
}

std::string rows_in(const StudentReport& report) {
    std::string all;
    for (const reports::DayLine& day : report.days) {
        all += fmt::format("{} {} {} ", day.day.number, day.first_utc_s.value_or(-1),
                           day.last_utc_s.value_or(-1));
        amount(all, day);
        for (const reports::DayCourseLine& course : day.courses) {
            all += fmt::format("{} ", course.course);
            amount(all, course);
        }
    }
    for (const reports::CourseLine& course : report.courses) {
        for (const reports::ActivityLine& activity : course.activities) {
            all += fmt::format("{} {} ", course.course, activity.activity);
            amount(all, activity);
        }
    }
    return all;
}

std::string sessions_in(const StudentReport& report) {
    if (!report.sessions) return "-";
    std::string all;
    for (const reports::SessionLine& session : *report.sessions)
        all += fmt::format("{} {} {}\n", session.begin_utc_s, session.end_utc_s, session.events);
    return all;
}

std::string names_in(const StudentReport& report) {
    std::string all;
    for (const reports::CourseLine& course : report.courses) {
        const reports::Course names = course.names.value_or(reports::Course{});
        all += fmt::format("{}\n{}\n{}\n", names.fullname, names.shortname, names.idnumber);
        for (const reports::ActivityLine& activity : course.activities) {
            const reports::Activity known = activity.names.value_or(reports::Activity{});
            all += fmt::format("{}\n{}\n{}\n", known.name, known.type, known.idnumber);
        }
    }
    return all;
}

std::string outages_in(const reports::Provenance& provenance) {
    std::string all;
    for (const federation::Outage& outage : provenance.outages)
        all += fmt::format("{} {} {}\n", outage.from_utc_s, outage.to_utc_s, outage.cause);
    for (const std::string& remark : provenance.remarks)
        all += remark + "\n";
    for (const auto& [reason, events] : provenance.dropped.value_or(std::map<std::string, std::int64_t>{}))
        all += fmt::format("{} {}\n", reason, events);
    return all;
}

std::string findings_in(const StudentReport& report) {
    if (!report.findings) return "-";
    std::string all;
    for (const reports::LintFinding& finding : *report.findings)
        all += fmt::format("{} {}\n", finding.digest(),
                           finding.overridden ? finding.overridden->author + finding.overridden->reason : "");
    return all;
}

std::string person_in(const std::optional<reports::Person>& known) {
    const reports::Person person = known.value_or(reports::Person{});
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", person.username, person.idnumber, person.firstname,
                       person.lastname, person.email, person.institution, person.department);
}

// Without when, and from how large an archive, it was made, and what it takes the place of.
template <class Report>
Report timeless_of(const Report& report) {
    Report timeless = report;
    reports::Provenance& provenance = timeless.provenance;
    provenance.issued_at_utc_s = 0;
    provenance.freshness = {provenance.freshness.engine, 0, 0, {}, {}};
    provenance.replaced.reset();
    return timeless;
}

std::string rows_in(const reports::GroupReport& report) {
    std::string all = fmt::format("{} {} {}\n", report.students, report.active, report.median_s);
    for (const reports::GroupStudentLine& line : report.lines) {
        all += fmt::format("{} {} {} ", to_string(line.student), line.first_utc_s.value_or(-1),
                           line.last_utc_s.value_or(-1));
        amount(all, line.totals);
    }
    for (const reports::GroupCourseLine& course : report.courses) {
        all += fmt::format("{} {} {} ", course.source, course.course, course.students);
        amount(all, course);
    }
    for (const reports::WeekLine& week : report.weeks) {
        all += fmt::format("{} {} ", week.from.number, week.students);
        amount(all, week);
    }
    return all;
}

}  // namespace

std::string fingerprint_of(const StudentReport& report, const std::string& made_as) {
    const StudentReport timeless = timeless_of(report);
    auto data = reports::canonical_data(timeless);
    if (!data) throw std::logic_error("a report without canonical data: " + data.error().what);
    return digest(*data + "\n" + made_as);
}

std::map<std::string, std::string> parts_of(const StudentReport& report, const std::string& made_as) {
    const auto& used = report.provenance.used_template;
    return {{"rows", digest(rows_in(report))},
            {"sessions", digest(sessions_in(report))},
            {"person", digest(person_in(report.person))},
            {"dossiers", digest(federation::dossiers_text(report.dossiers))},
            {"names", digest(names_in(report))},
            {"scale", report.provenance.scale.sha256},
            {"findings", digest(findings_in(report))},
            {"outages", digest(outages_in(report.provenance))},
            {"template", used ? used->sha256 : ""},
            {"made_as", digest(made_as)}};
}

std::string fingerprint_of(const reports::GroupReport& report, const std::string& made_as) {
    return digest(reports::render_json(timeless_of(report)) + "\n" + made_as);
}

std::map<std::string, std::string> parts_of(const reports::GroupReport& report, const std::string& made_as) {
    std::string people, names;
    for (const reports::GroupStudentLine& line : report.lines)
        people += person_in(line.person);
    for (const reports::GroupCourseLine& course : report.courses) {
        const reports::Course known = course.names.value_or(reports::Course{});
        names += fmt::format("{}\n{}\n{}\n", known.fullname, known.shortname, known.idnumber);
    }
    const auto& used = report.provenance.used_template;
    return {{"rows", digest(rows_in(report))},
            {"person", digest(people)},
            {"names", digest(names)},
            {"scale", report.provenance.scale.sha256},
            {"outages", digest(outages_in(report.provenance))},
            {"template", used ? used->sha256 : ""},
            {"made_as", digest(made_as)}};
}

std::vector<std::string> changed_parts(const std::map<std::string, std::string>& before,
                                       const std::map<std::string, std::string>& now) {
    std::vector<std::string> changed;
    for (const auto& [name, value] : now) {
        const auto was = before.find(name);
        if (was == before.end() || was->second != value) changed.push_back("replaced." + name);
    }
    if (changed.empty()) changed.emplace_back("replaced.other");
    return changed;
}

}  // namespace assidu::node::staff
