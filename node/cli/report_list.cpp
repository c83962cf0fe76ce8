#include <fmt/format.h>

#include <map>
#include <tuple>

#include "node/archive/dossier_store.h"
#include "node/cli/commands.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/staff/issue_log.h"
#include "reports/text.h"

namespace assidu::node::cli {
namespace {

// What reports took the place of, in words: by node, student, period and instant of issue.
using Replaced =
    std::map<std::tuple<std::string, federation::StudentId, config::CivilDay, config::CivilDay, std::int64_t>,
             std::string>;

Replaced replaced_of(const Node& node) {
    Replaced replaced;
    std::vector<std::string> whose{node.settings().node_id};
    for (const federation::Member& member : node.members().all())
        whose.push_back(member.id);
    const staff::IssueLog log(archive::DossierStore::path_in(node.folder().path));
    for (const std::string& id : whose) {
        for (const staff::Replacement& one : log.replacements(id)) {
            std::string why;
            for (const std::string& code : one.why)
                why += (why.empty() ? "" : ", ") + std::string(reports::text(reports::Language::en, code));
            replaced[{id, one.student, one.period.from, one.period.to, one.issued_utc_s}] +=
                collect::printable(fmt::format("  replaces {}{}{}: {}", one.replaced_sha256,
                                               one.funder.empty() ? "" : " for ", one.funder, why)) +
                "\n";
        }
    }
    return replaced;
}

}  // namespace

ExitCode report_list(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const Replaced replaced = replaced_of(*node);
    for (const federation::IssuedReport& report : node->reports().judged(clock.now_utc_s())) {
        const federation::ReportSubject& subject = report.subject;
        console.print(fmt::format(
            "{}  {:<7}  {}{}  {} to {}  {}  {}\n", node->calendar().local_iso(report.issued_utc_s),
            report.kind, subject.node.empty() ? "all members" : subject.node,
            subject.student ? "  " + to_string(*subject.student) : "", config::iso_date(subject.period.from),
            config::iso_date(subject.period.to), report.scale_name,
            report.superseded_utc_s
                ? fmt::format("superseded since {}", node->calendar().local_iso(*report.superseded_utc_s))
                : "current"));
        const auto replaces = replaced.find({subject.node, subject.student.value_or(staff::kWholeGroup),
                                             subject.period.from, subject.period.to, report.issued_utc_s});
        if (replaces != replaced.end() && report.kind != "pool") console.print(replaces->second);
        for (const federation::IssuedReport::File& file : report.files)
            console.print(fmt::format("  {}  {}\n", file.sha256,
                                      file.path == "-" ? "standard output" : collect::printable(file.path)));
    }
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
