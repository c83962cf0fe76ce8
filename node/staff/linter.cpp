#include "node/staff/linter.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "config/utf8.h"
#include "federation/stated_scales.h"
#include "node/archive/dossier_store.h"

namespace assidu::node::staff {
namespace {

using federation::StudentId;
using reports::LintContext;
using reports::LintFinding;
using reports::StudentReport;

constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};

// Seconds of the student's rows from each dossier's begin to the period's end.
std::vector<std::int64_t> since_begin(const Node& node, const StudentReport& report) {
    std::vector<std::int64_t> seconds;
    for (const federation::Dossier& dossier : report.dossiers) {
        std::int64_t sum = 0;
        if (dossier.planned_s)
            node.ledger().rows(
                {report.provenance.node_id,
                 report.provenance.scale.sha256,
                 {dossier.from, std::min(dossier.to, report.period.to)},
                 report.student},
                [&](const federation::LedgerRow& row) { sum += row.measured_s + row.credited_s; });
        seconds.push_back(sum);
    }
    return seconds;
}

void put_other_scales(const std::map<config::CivilDay, std::string>& days, LintContext& context) {
    for (const auto& [day, scale] : days) {
        context.other_scale_days.push_back(day);
        context.other_scale = scale;
    }
}

bool is_line(const std::string& text) {
    return !text.empty() && text.size() <= config::limits::kReasonBytesMax && config::is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

Linter::Linter(const Node& node, const NodeDirectory& directory, const federation::Period& period,
               const config::Scale* scale)
    : node_(node),
      directory_(directory),
      period_(period),
      scale_(scale == nullptr ? node.scale() : *scale),
      other_scales_(
          federation::stated_otherwise(node.ledger_file(), node.settings().node_id, scale_.sha256, period)) {}

std::vector<std::int64_t> Linter::traces_of(const StudentId& student) const {
    const auto person = directory_.person(student);
    if (!person) return {};
    const std::int64_t from_s = node_.calendar().begin_of(period_.from),
                       to_s = node_.calendar().end_of(period_.to);
    std::vector<std::int64_t> traces;
    for (const Event& event : node_.archive().events(node_.source(), person->user_id)) {
        if (event.time_s < from_s || event.time_s >= to_s) continue;
        // What Moodle writes by itself while a quiz is open is regular and proves nothing.
        const EventShape& shape = node_.archive().shapes()[static_cast<std::size_t>(event.shape)];
        if (shape.action == "autosaved") continue;
        if (traces.empty() || traces.back() != event.time_s) traces.push_back(event.time_s);
    }
    return traces;
}

void Linter::look(StudentReport& report) const {
    LintContext context;
    context.scale = &scale_;
    context.dossiers = directory_.dossiers(report.student, kAlways);
    context.since_begin_s = since_begin(node_, report);
    context.regular = reports::regular_runs(traces_of(report.student));
    put_other_scales(other_scales_, context);
    report.findings = reports::lint(report, context);
    if (report.findings->empty()) return;
    for (const archive::FindingOverride& one :
         archive::DossierStore(archive::DossierStore::path_in(node_.folder().path))
             .overrides(node_.settings().node_id, report.student, period_)) {
        for (LintFinding& finding : *report.findings) {
            if (finding.code == one.code && finding.digest() == one.digest)
                finding.overridden = {one.reason, one.author, one.made_utc_s};
        }
    }
}

void look_at_member(const Node& hub, const reports::Directory& names,
                    std::vector<LintContext::Elsewhere> elsewhere, StudentReport& report) {
    const std::string& member = report.provenance.node_id;
    LintContext context;
    context.scale = &hub.scale();
    context.dossiers = names.dossiers(report.student, kAlways);
    context.since_begin_s = since_begin(hub, report);
    context.elsewhere = std::move(elsewhere);
    put_other_scales(
        federation::stated_otherwise(hub.ledger_file(), member, hub.scale().sha256, report.period), context);
    report.findings = reports::lint(report, context);
    if (report.findings->empty()) return;
    for (const archive::FindingOverride& one :
         archive::DossierStore(archive::DossierStore::path_in(hub.folder().path))
             .overrides(member, report.student, report.period)) {
        for (LintFinding& finding : *report.findings) {
            if (finding.code == one.code && finding.digest() == one.digest)
                finding.overridden = {one.reason, one.author, one.made_utc_s};
        }
    }
}

config::Result<void> override_findings(const Node& node, StudentReport& report,
                                       const std::vector<std::string>& codes, const std::string& reason,
                                       const std::string& author) {
    for (const auto& [name, text] : {std::pair("--reason", &reason), std::pair("--author", &author)}) {
        if (!is_line(*text))
            return config::refuse(fmt::format("{}: a text of one line, of 1 to {} bytes, is wanted", name,
                                              config::limits::kReasonBytesMax));
    }
    std::vector<LintFinding> findings = report.findings.value_or(std::vector<LintFinding>());
    std::vector<archive::FindingOverride> made;
    for (const std::string& code : codes) {
        const std::size_t before = made.size();
        for (LintFinding& finding : findings) {
            if (finding.code != code || finding.severity != LintFinding::Severity::refused) continue;
            finding.overridden = {reason, author, node.clock().now_utc_s()};
            made.push_back({report.student, report.period, code, finding.digest(), reason, author,
                            node.clock().now_utc_s()});
        }
        if (made.size() == before)
            return config::refuse(
                fmt::format("--override {}: nothing of that code refuses this report", code));
    }
    archive::DossierStore store(archive::DossierStore::path_in(node.folder().path));
    for (const archive::FindingOverride& one : made) {
        store.put(report.provenance.node_id, one);
        node.audit().append({node.clock().now_utc_s(), node.settings().node_id, report.provenance.node_id,
                             "report.override", fmt::format("{}: {}: {}", one.code, author, reason), 1, 0,
                             "done"});
    }
    report.findings = std::move(findings);
    return {};
}

bool may_be_issued(const StudentReport& report) {
    return !report.findings || std::ranges::none_of(*report.findings, &LintFinding::refuses);
}

}  // namespace assidu::node::staff
