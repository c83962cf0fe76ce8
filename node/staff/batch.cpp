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
#include "node/staff/issue_log.h"
#include "node/staff/linter.h"
#include "node/staff/reissue.h"

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

// The formats of a group's report: those of the students' that it has, or PDF.
std::vector<ReportFormat> group_formats(const std::vector<ReportFormat>& formats) {
    std::vector<ReportFormat> kept;
    for (const FormatEntry& entry : kReportFormats)
        if (entry.group && std::ranges::find(formats, entry.format) != formats.end())
            kept.push_back(entry.format);
    if (kept.empty()) kept.push_back(ReportFormat::pdf);
    return kept;
}

Result<std::vector<RenderedFile>> documents_of(const reports::StudentReport& report, const IssueWay& way) {
    return rendered(report, way);
}
Result<std::vector<RenderedFile>> documents_of(const reports::GroupReport& report, const IssueWay& way) {
    return rendered(report, way);
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
        made_as_ = made_as(order.formats, order.language, packages != nullptr);
    }

    [[nodiscard]] BatchLine run(const Job& job);
    // The funder's students together. `left_out`: there are others, whose own report was refused.
    [[nodiscard]] BatchLine run_group(const std::string& funder, const std::vector<StudentId>& students,
                                      bool left_out);
    [[nodiscard]] const std::string& batch() const { return batch_; }
    [[nodiscard]] const IssueLog& log() const { return log_; }

  private:
    void make(const Job& job, BatchLine& line);
    template <class Report>
    void issue(Report& report, const std::string& funder, IssueWay way, const std::string& made_as,
               BatchLine& line);
    [[nodiscard]] bool files_are_there(const Issue& issue) const {
        return std::ranges::all_of(issue.files, [&](const std::string& name) {
            return fs::exists(order_.out / issue.folder / name);
        });
    }
    // A defect in one report is that report's.
    template <class Work>
    static void guarded(BatchLine& line, const Work& work);

    Node& node_;
    const BatchOrder& order_;
    ReportWriter writer_;
    Linter linter_;
    IssueLog log_;
    IssueWay way_;
    std::string batch_, made_as_;
};

template <class Work>
void Batch::guarded(BatchLine& line, const Work& work) {
    try {
        work();
    } catch (const config::ResourceFailure&) {
        throw;  // a full disk is everybody's
    } catch (const std::exception& defect) {
        line.outcome = Outcome::failed;
        line.defect = true;
        line.why = std::string("a defect of Assidu, please report it: ") + defect.what();
    }
}

BatchLine Batch::run(const Job& job) {
    BatchLine line;
    line.student = job.student;
    line.funder = job.funder;
    line.name = to_string(job.student);
    guarded(line, [&] { make(job, line); });
    return line;
}

void Batch::make(const Job& job, BatchLine& line) {
    auto report = writer_.student(job.student);
    if (!report) {
        line.why = report.error().what;
        return;
    }
    line.name = fmt::format("{} ({})", reports::person_name(order_.language, report->person),
                            to_string(job.student).substr(0, 8));
    linter_.look(*report);
    const std::string funder = collect::folded(job.funder);
    std::erase_if(report->dossiers, [&](const federation::Dossier& dossier) {
        return collect::folded(dossier.funder) != funder;
    });
    if (order_.report_template != nullptr)
        report->provenance.used_template = order_.report_template->identity();
    if (!may_be_issued(*report)) {
        line.outcome = Outcome::refused;
        for (const reports::LintFinding& finding : *report->findings)
            if (finding.refuses())
                line.why += fmt::format("{}[{}] {}", line.why.empty() ? "" : " ", finding.code,
                                        finding_text(order_.language, finding));
        return;
    }
    issue(*report, job.funder, way_, made_as_, line);
}

BatchLine Batch::run_group(const std::string& funder, const std::vector<StudentId>& students, bool left_out) {
    BatchLine line;
    line.student = kWholeGroup;
    line.funder = funder;
    line.name = std::string(reports::text(order_.language, "batch.group"));
    guarded(line, [&] {
        auto report = writer_.group(students);
        if (!report) {
            line.why = report.error().what;
            return;
        }
        if (left_out) report->provenance.remarks.emplace_back("students_left_out");
        if (order_.report_template != nullptr)
            report->provenance.used_template = order_.report_template->identity();
        IssueWay way = way_;
        way.formats = group_formats(order_.formats);
        way.group_funder = funder;
        issue(*report, funder, way, made_as(way.formats, order_.language, false), line);
    });
    return line;
}

template <class Report>
void Batch::issue(Report& report, const std::string& funder, IssueWay way, const std::string& made_as,
                  BatchLine& line) {
    const std::string& node = node_.settings().node_id;
    const Reissue reissue =
        reissue_of(log_.last(node, batch_, line.student, funder, order_.period), report, made_as);
    if (reissue.same() && files_are_there(*reissue.last)) {
        line.outcome = Outcome::unchanged;
        return;
    }
    name_replaced(reissue, "replaced.files", report);
    line.why = why_in_words(report.provenance.replaced, order_.language);
    const std::string folder =
        fmt::format("{}/{}_{}", folder_of(funder, order_.language), config::iso_date(order_.period.from),
                    config::iso_date(order_.period.to));
    way.out = order_.out / folder;
    const auto files = documents_of(report, way);
    if (!files) {
        line.outcome = Outcome::failed;
        line.why = files.error().what;
        return;
    }
    make_folder(way.out);
    note(report, *files, way);
    std::vector<fs::path> paths;
    for (const RenderedFile& file : *files) {
        write_file(file);
        paths.push_back(file.path);
    }
    // Last of all: whatever ends the process before leaves a report that the next run makes again.
    log_.put(node, issue_of(reissue, report, funder, batch_, folder, paths));
    line.outcome = reissue.last ? Outcome::reissued : Outcome::issued;
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

// The jobs, and then the groups, each a line; until it is told to stop.
class Run {
  public:
    Run(Batch& batch, const BatchOrder& order, const std::vector<Job>& jobs, const BatchEvents& events)
        : batch_(batch), order_(order), jobs_(jobs), events_(events) {
        for (const BatchLine& line : order.earlier)
            earlier_.emplace(key_of(line.student, line.funder), &line);
        of_ = static_cast<std::int64_t>(jobs.size());
        if (!order.groups) return;
        for (const Job& job : jobs)
            groups_[collect::folded(job.funder)].funder = job.funder;
        of_ += static_cast<std::int64_t>(groups_.size());
    }

    [[nodiscard]] BatchResult run() {
        result_.finished = true;
        for (const Job& job : jobs_) {
            const BatchLine* const line = once(job.student, job.funder, [&] { return batch_.run(job); });
            if (line == nullptr) return result_;
            if (!order_.groups) continue;
            Group& group = groups_.at(collect::folded(job.funder));
            if (line->outcome == Outcome::refused)
                group.left_out = true;
            else
                group.students.push_back(job.student);
        }
        for (const auto& [folded, group] : groups_) {
            if (group.students.empty()) {
                --of_;
                continue;
            }
            if (once(kWholeGroup, group.funder, [&] {
                    return batch_.run_group(group.funder, group.students, group.left_out);
                }) == nullptr)
                break;
        }
        return result_;
    }

  private:
    using Key = std::pair<StudentId, std::string>;
    struct Group {
        std::string funder;
        std::vector<StudentId> students;
        bool left_out = false;
    };
    static Key key_of(const StudentId& student, const std::string& funder) {
        return {student, collect::folded(funder)};
    }

    // The line, of this run or of the one that it goes on from; null: it was told to stop before.
    const BatchLine* once(const StudentId& student, const std::string& funder,
                          const std::function<BatchLine()>& work) {
        const auto before = earlier_.find(key_of(student, funder));
        if (before != earlier_.end()) {
            ++done_;
            count(*before->second, result_);
            return before->second;
        }
        if (events_.goes_on && !events_.goes_on()) {
            result_.finished = false;
            return nullptr;
        }
        line_ = work();
        count(line_, result_);
        ++done_;
        if (events_.line) events_.line(done_, of_, line_);
        return &line_;
    }

    Batch& batch_;
    const BatchOrder& order_;
    const std::vector<Job>& jobs_;
    const BatchEvents& events_;
    std::map<Key, const BatchLine*> earlier_;
    std::map<std::string, Group> groups_;  // by the funder's folded name
    std::int64_t done_ = 0, of_ = 0;
    BatchLine line_;
    BatchResult result_;
};

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
    const BatchResult result = Run(batch, order, jobs, events).run();
    write_index(node, directory, order.out, batch.log().all(node.settings().node_id, batch.batch()), result,
                order.language);
    node.audit().append(
        {node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, "report.batch",
         fmt::format("{} to {}{}{}", config::iso_date(order.period.from), config::iso_date(order.period.to),
                     order.selection.funder.empty() ? "" : " funder " + order.selection.funder,
                     order.selection.group.empty() ? "" : " group " + order.selection.group),
         result.issued + result.reissued, 0, result.finished ? "done" : "stopped"});
    return result;
}

config::Result<std::optional<reports::Template>> named_template(const Node& node, const fs::path& folder) {
    if (folder.empty()) return settings_template(node);
    std::error_code ignored;
    const bool here = folder.is_absolute() || fs::exists(folder, ignored);
    auto read = reports::Template::read(here ? folder : node.folder().path / folder);
    if (!read) return std::unexpected(read.error());
    return *std::move(read);
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
    return {
        config::civil_day(date.year, date.month, 1).value(),
        next(
            config::civil_day(december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1).value(),
            -1)};
}

federation::Period last_period(Every every, std::int64_t now_utc_s, const config::CivilCalendar& calendar) {
    const config::CivilDay last_closed = next(calendar.day_of(now_utc_s - federation::kDayClosesAfter_s), -1);
    const federation::Period holds = period_of(every, last_closed);
    return holds.to <= last_closed ? holds : period_of(every, next(holds.from, -1));
}

}  // namespace assidu::node::staff
