#include "node/staff/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "config/digest.h"
#include "config/durable_file.h"
#include "federation/declaration.h"
#include "node/archive/dossier_store.h"
#include "node/collect/text.h"
#include "node/packages.h"
#include "node/report_issue.h"
#include "node/report_writer.h"
#include "node/services/pool_member.h"
#include "node/staff/batch_index.h"
#include "node/staff/fingerprint.h"
#include "node/staff/issue_log.h"
#include "node/staff/linter.h"
#include "reports/print/parts.h"

namespace assidu::node::staff {
namespace {

using config::Result;
using federation::StudentId;
using Every = config::ReportSchedule::Every;
using Outcome = BatchLine::Outcome;
namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
}

// One report: a student's for a funder. A funder sees nothing of another's dossier.
struct Job {
    StudentId student;
    std::string funder;  // as the first of its dossiers writes it; empty: none
};

std::vector<Job> jobs_of(const NodeDirectory& directory, const BatchOrder& order,
                         const std::vector<StudentId>& students) {
    std::vector<Job> jobs;
    for (const StudentId& student : students) {
        std::map<std::string, std::string> funders;
        for (const federation::Dossier& dossier : directory.dossiers(student, order.period))
            if (is_of(dossier, order.selection))
                funders.try_emplace(collect::folded(dossier.funder), dossier.funder);
        if (funders.empty()) jobs.push_back({student, ""});
        for (const auto& [folded, funder] : funders)
            jobs.push_back({student, funder});
    }
    std::ranges::stable_sort(jobs, {}, [](const Job& job) { return collect::folded(job.funder); });
    return jobs;
}

// A funder's folder; two funders never share one.
std::string folder_of(const std::string& funder, reports::Language language) {
    if (funder.empty()) return language == reports::Language::fr ? "sans-financeur" : "without-funder";
    const std::string slug = config::slug_of(funder);
    const std::string tail = config::hex(config::sha256(collect::folded(funder))).substr(0, 6);
    return slug.empty() ? tail : slug + "-" + tail;
}

class Batch {
  public:
    Batch(Node& node, const NodeDirectory& directory, const BatchOrder& order, const Packages* packages)
        : node_(node),
          order_(order),
          writer_(node, directory, order.period, order.language),
          linter_(node, directory, order.period),
          log_(archive::DossierStore::path_in(node.folder().path)) {
        std::error_code ignored;
        batch_ = fs::weakly_canonical(fs::absolute(order.out, ignored), ignored).string();
        way_.formats = order.formats;
        way_.language = order.language;
        way_.verification_url = node.settings().verification_url;
        way_.packages = packages;
        way_.report_template = order.report_template;
        way_.noted_in = &node.reports();
        std::vector<std::string_view> formats;
        for (const FormatEntry& entry : kReportFormats)
            if (std::ranges::find(order.formats, entry.format) != order.formats.end())
                formats.push_back(entry.name);
        made_as_ = fmt::format("{} {} {}", fmt::join(formats, ","), reports::tag_of(order.language),
                               packages != nullptr ? "package" : "");
    }

    [[nodiscard]] BatchLine run(const Job& job);
    [[nodiscard]] const std::string& batch() const { return batch_; }
    [[nodiscard]] const IssueLog& log() const { return log_; }

  private:
    void issue(reports::StudentReport& report, const Job& job, BatchLine& line);
    [[nodiscard]] bool files_are_there(const Issue& issue) const {
        return std::ranges::all_of(issue.files, [&](const std::string& name) {
            return fs::exists(order_.out / issue.folder / name);
        });
    }

    Node& node_;
    const BatchOrder& order_;
    ReportWriter writer_;
    Linter linter_;
    IssueLog log_;
    IssueWay way_;
    std::string batch_, made_as_;
};

BatchLine Batch::run(const Job& job) {
    BatchLine line;
    line.student = job.student;
    line.funder = job.funder;
    line.name = to_string(job.student);
    try {
        auto report = writer_.student(job.student);
        if (!report) {
            line.why = report.error().what;
            return line;
        }
        line.name = fmt::format("{} ({})", reports::person_name(order_.language, report->person),
                                to_string(job.student).substr(0, 8));
        linter_.look(*report);
        const std::string funder = collect::folded(job.funder);
        std::erase_if(report->dossiers, [&](const federation::Dossier& dossier) {
            return collect::folded(dossier.funder) != funder;
        });
        if (order_.report_template != nullptr) report->provenance.used_template = order_.report_template->identity();
        if (!may_be_issued(*report)) {
            line.outcome = Outcome::refused;
            for (const reports::LintFinding& finding : *report->findings)
                if (finding.refuses())
                    line.why += fmt::format("{}[{}] {}", line.why.empty() ? "" : " ", finding.code,
                                            finding_text(order_.language, finding));
            return line;
        }
        issue(*report, job, line);
    } catch (const config::ResourceFailure&) {
        throw;  // a full disk is everybody's
    } catch (const std::exception& defect) {
        line.outcome = Outcome::failed;
        line.defect = true;
        line.why = std::string("a defect of Assidu, please report it: ") + defect.what();
    }
    return line;
}

void Batch::issue(reports::StudentReport& report, const Job& job, BatchLine& line) {
    const std::string& node = node_.settings().node_id;
    const std::string fingerprint = fingerprint_of(report, made_as_);
    const auto parts = parts_of(report, made_as_);
    const auto last = log_.last(node, batch_, job.student, job.funder, order_.period);
    const bool same = last && last->fingerprint == fingerprint;
    if (same && files_are_there(*last)) {
        line.outcome = Outcome::unchanged;
        return;
    }
    if (last) {
        std::vector<std::string> why =
            same ? std::vector<std::string>{"replaced.files"} : changed_parts(last->parts, parts);
        for (const std::string& code : why)
            line.why += (line.why.empty() ? "" : ", ") + std::string(reports::text(order_.language, code));
        report.provenance.replaced = reports::Replaced{last->data_sha256, last->issued_utc_s, std::move(why)};
    }
    Issue made;
    made.folder = fmt::format("{}/{}_{}", folder_of(job.funder, order_.language),
                              config::iso_date(order_.period.from), config::iso_date(order_.period.to));
    way_.out = order_.out / made.folder;
    const auto files = rendered(report, way_);
    if (!files) {
        line.outcome = Outcome::failed;
        line.why = files.error().what;
        return;
    }
    make_folder(way_.out);
    note(report, *files, way_);
    for (const RenderedFile& file : *files) {
        write_file(file);
        made.files.push_back(file.path.filename().string());
    }
    // Last of all: whatever ends the process before leaves a report that the next run makes again.
    made.batch = batch_;
    made.student = job.student;
    made.funder = job.funder;
    made.period = order_.period;
    made.issued_utc_s = report.provenance.issued_at_utc_s;
    made.data_sha256 = reports::print::data_sha256(report);
    made.fingerprint = fingerprint;
    made.parts = parts;
    if (report.provenance.replaced) {
        made.replaced_sha256 = report.provenance.replaced->data_sha256;
        made.why = report.provenance.replaced->why;
    }
    log_.put(node, made);
    line.outcome = last ? Outcome::reissued : Outcome::issued;
}

void count(const BatchLine& line, BatchResult& result) {
    switch (line.outcome) {
        case Outcome::issued:
            ++result.issued;
            return;
        case Outcome::reissued:
            ++result.reissued;
            return;
        case Outcome::unchanged:
            ++result.unchanged;
            return;
        case Outcome::refused:
            ++result.refused;
            break;
        case Outcome::failed:
            ++result.failed;
            result.defect |= line.defect;
            break;
    }
    result.lines.push_back(line);
}

}  // namespace

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::issued:
            return "issued";
        case Outcome::reissued:
            return "reissued";
        case Outcome::unchanged:
            return "unchanged";
        case Outcome::refused:
            return "refused";
        case Outcome::failed:
            break;
    }
    return "failed";
}

Result<BatchResult> run_batch(Node& node, const BatchOrder& order, const BatchEvents& events) {
    const NodeDirectory directory(node, node.calendar().end_of(order.period.to) - 1);
    const std::vector<StudentId> students = selected_students(node, directory, order.selection, order.period);
    if (students.empty()) return config::refuse("no data: no student is of that selection in the period");
    if (!node.ledger().freshness(node.settings().node_id, node.scale().sha256))
        return config::refuse("no data: no totals were ever made");
    std::optional<Packages> packages;
    if (order.package) {
        // Everything that is closed and changed is declared: a package proves what was declared.
        const auto declared = services::declare(node, /*with_roster=*/false);
        if (!declared) return std::unexpected(declared.error());
        auto made = Packages::of_own(node, order.period);
        if (!made) return std::unexpected(made.error());
        packages.emplace(*std::move(made));
    }
    make_folder(order.out);
    Batch batch(node, directory, order, packages ? &*packages : nullptr);
    const std::vector<Job> jobs = jobs_of(directory, order, students);
    BatchResult result;
    result.finished = true;
    std::int64_t done = 0;
    for (const Job& job : jobs) {
        if (events.goes_on && !events.goes_on()) {
            result.finished = false;
            break;
        }
        const BatchLine line = batch.run(job);
        count(line, result);
        if (events.line) events.line(++done, static_cast<std::int64_t>(jobs.size()), line);
    }
    write_index(node, directory, order.out, batch.log().all(node.settings().node_id, batch.batch()), result,
                order.language);
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id,
                         "report.batch",
                         fmt::format("{} to {}{}{}", config::iso_date(order.period.from),
                                     config::iso_date(order.period.to),
                                     order.selection.funder.empty() ? "" : " funder " + order.selection.funder,
                                     order.selection.group.empty() ? "" : " group " + order.selection.group),
                         result.issued + result.reissued, 0, result.finished ? "done" : "stopped"});
    return result;
}

config::Result<std::optional<reports::Template>> settings_template(const Node& node) {
    const std::string& folder = node.settings().reports.report_template;
    if (folder.empty()) return std::nullopt;
    auto read = reports::Template::read(node.folder().path / folder);
    if (!read) return std::unexpected(read.error());
    return *std::move(read);
}

federation::Period period_of(Every every, config::CivilDay day) {
    if (every == Every::daily) return {day, day};
    if (every == Every::weekly) return {config::monday_of(day), next(config::monday_of(day), 6)};
    const config::Date date = config::date_of(day);
    const bool december = date.month == 12;
    return {config::civil_day(date.year, date.month, 1).value(),
            next(config::civil_day(december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1).value(),
                 -1)};
}

federation::Period last_period(Every every, std::int64_t now_utc_s, const config::CivilCalendar& calendar) {
    const config::CivilDay last_closed = next(calendar.day_of(now_utc_s - federation::kDayClosesAfter_s), -1);
    const federation::Period holds = period_of(every, last_closed);
    return holds.to <= last_closed ? holds : period_of(every, next(holds.from, -1));
}

}  // namespace assidu::node::staff
