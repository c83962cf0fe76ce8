#include <fmt/format.h>

#include "node/attendance/known_evidence.h"
#include "node/attendance/rules.h"
#include "node/cli/commands.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/cli/scale_commands.h"
#include "node/explanation.h"

namespace assidu::node::cli {
namespace {

reports::Language language_of(const std::string& asked, const Node& node) {
    return reports::language_of(asked.empty() ? node.settings().language : asked);
}

// "No data" of a day of which the archive cannot say anything; else nothing.
config::Result<void> refuse_unknown_day(const Node& node, const config::Scale& scale,
                                        const config::CivilCalendar& calendar, config::CivilDay day) {
    const archive::Extent extent = node.archive().extent(node.source());
    // Credits are of whatever day.
    if (scale.credits.any() && !node.evidence().users(node.source()).empty()) return {};
    if (!extent.first_utc_s) return config::refuse("no data: this node has no event yet; import a log first");
    const federation::Horizon horizon = node.ledger().horizon(node.settings().node_id);
    if (horizon.computed_from && day < *horizon.computed_from)
        return config::refuse(fmt::format("no data: the events of days before {} are deleted ([retention])",
                                          config::iso_date(*horizon.computed_from)));
    const config::CivilDay first = calendar.day_of(*extent.first_utc_s);
    const config::CivilDay last = calendar.day_of(*extent.last_utc_s);
    if (day >= first && day <= last) return {};
    return config::refuse(fmt::format("no data: the node's events are of {} to {}, and say nothing of {}",
                                      config::iso_date(first), config::iso_date(last),
                                      config::iso_date(day)));
}

std::vector<federation::LedgerRow> ledger_rows(const Node& node, const config::Scale& scale,
                                               const federation::StudentId& student, config::CivilDay day) {
    std::vector<federation::LedgerRow> rows;
    node.ledger().rows({node.settings().node_id, scale.sha256, {day, day}, student},
                       [&](const federation::LedgerRow& row) { rows.push_back(row); });
    return rows;
}

ExitCode explain_day(const Node& node, const config::Scale& scale, config::CivilDay day,
                     const ExplainArguments& arguments, Console& console) {
    const auto calendar = config::CivilCalendar::of(scale.timezone);
    if (!calendar) {
        console.complain(calendar.error().what);
        return ExitCode::configuration;
    }
    const NodeDirectory directory(node, calendar->end_of(day) - 1);  // the names that held then
    const auto student = directory.find(arguments.student);
    const auto answerable =
        student ? refuse_unknown_day(node, scale, *calendar, day) : std::unexpected(student.error());
    if (!answerable) {
        console.complain(answerable.error().what);
        return ExitCode::no_data;
    }
    const bool compared =
        scale.sha256 == node.scale().sha256 || node.ledger().is_whole(node.settings().node_id, scale.sha256);
    const auto freshness =
        node.ledger().freshness(node.settings().node_id, compared ? scale.sha256 : node.scale().sha256);
    if (!freshness) throw std::logic_error("totals were computed, and the ledger knows of none");
    const std::int64_t user = directory.person(*student)->user_id;
    const attendance::KnownEvidence known(node, scale);
    const attendance::StudentKnowledge evidence = known.of(user);
    const attendance::CompiledScale compiled(scale, node.archive().shapes(), known.courses());
    const attendance::Explanation explanation(evidence.view(), compiled, *calendar, *student,
                                              freshness->as_of_utc_s);
    DayDocument document;
    document.day = explanation.day(day);
    document.scale = &scale;
    document.calendar = &*calendar;
    document.shapes = node.archive().shapes();
    document.node_id = node.settings().node_id;
    document.source = node.settings().source_name;
    document.student = *student;
    document.person = directory.person(*student);
    document.names = &directory;
    document.outages =
        node.ledger().outages(node.settings().node_id, document.day.begin_s, document.day.end_s);
    for (const archive::Exclusion& one : node.evidence().of(node.source(), user).exclusions) {
        if (one.from_s < document.day.end_s && one.to_s > document.day.begin_s)
            document.exclusions.push_back(one);
    }
    document.forged_days = evidence.forged_days;
    if (compared) document.ledger = ledger_rows(node, scale, *student, day);
    const reports::Language language = language_of(arguments.language, node);
    console.print(arguments.json ? explanation_json(document, language)
                                 : explanation_text(document, language));
    if (document.agrees()) return ExitCode::ok;
    console.complain(
        fmt::format("a defect of Assidu, or a ledger that was changed from outside: the ledger's rows of "
                    "student {} on {} are not what the events give; `assidu recompute` makes them again",
                    to_string(*student), config::iso_date(day)));
    return ExitCode::defect;
}

}  // namespace

ExitCode explain(const ExplainArguments& arguments, const config::Clock& clock, Console& console) {
    const auto day = config::parse_iso_date(arguments.day);
    if (!day) {
        console.complain(fmt::format("{}: not a day (YYYY-MM-DD)", arguments.day));
        return ExitCode::usage;
    }
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const config::Result<config::Scale> scale =
        arguments.scale.empty() ? config::Result<config::Scale>(node->scale()) : scale_named(arguments.scale);
    const auto usable = scale ? attendance::fits_explanation(*scale) : std::unexpected(scale.error());
    if (!usable) {
        console.complain(usable.error().what);
        return ExitCode::configuration;
    }
    if (const auto has = attendance::has_evidence_for(*node, *scale); !has) {
        console.complain(has.error().what);
        return ExitCode::no_data;
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    return explain_day(*node, *scale, *day, arguments, console);
}

}  // namespace assidu::node::cli
