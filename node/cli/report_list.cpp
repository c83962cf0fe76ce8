#include <fmt/format.h>

#include "node/cli/commands.h"
#include "node/collect/text.h"
#include "node/node.h"

namespace assidu::node::cli {

ExitCode report_list(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
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
        for (const federation::IssuedReport::File& file : report.files)
            console.print(fmt::format("  {}  {}\n", file.sha256,
                                      file.path == "-" ? "standard output" : collect::printable(file.path)));
    }
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
