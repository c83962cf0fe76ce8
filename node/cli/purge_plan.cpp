#include "node/collect/database/purge_plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/civil_calendar.h"
#include "node/cli/commands.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/collect/text.h"

namespace assidu::node::cli {
namespace {

using archive::Fate;
using collect::database::PurgeDay;
using collect::database::PurgePlan;
using Json = nlohmann::ordered_json;

std::string iso_of(std::int64_t utc_day) {
    return config::iso_date(config::CivilDay{static_cast<std::int32_t>(utc_day)});
}

PurgeDay total_of(const PurgePlan& plan) {
    PurgeDay total;
    for (const auto& [number, day] : plan.days) {
        total.source_rows += day.source_rows;
        total.missing += day.missing;
        for (std::size_t fate = 0; fate < archive::kFates; ++fate)
            total.fates.at(fate) += day.fates.at(fate);
    }
    return total;
}

std::int64_t passed_of(const PurgeDay& day) {
    std::int64_t passed = 0;
    for (std::size_t fate = static_cast<std::size_t>(Fate::nobody);
         fate <= static_cast<std::size_t>(Fate::unknown_person); ++fate)
        passed += day.fates.at(fate);
    return passed + day.fates.at(static_cast<std::size_t>(Fate::erased));
}

std::string line_of(const std::string& name, const PurgeDay& day) {
    const auto of = [&](Fate fate) { return grouped(day.fates.at(static_cast<std::size_t>(fate))); };
    return fmt::format("{:<10} {:>12} {:>12} {:>12} {:>9} {:>11} {:>9} {:>9}\n", name,
                       grouped(day.source_rows), of(Fate::archived), grouped(passed_of(day)),
                       of(Fate::rejected), of(Fate::quarantined), of(Fate::conflict), grouped(day.missing));
}

std::string text_of(const PurgePlan& plan, const Node& node) {
    std::string text =
        plan.safe
            ? fmt::format("SAFE to purge rows older than {} (timecreated < {}); collected up to id {}\n",
                          node.calendar().local_iso(plan.before_utc_s), plan.before_utc_s, plan.up_to_id)
            : std::string("NOT SAFE to purge anything\n");
    for (const std::string& why : plan.why)
        text += (plan.safe ? "not further: " : "because: ") + collect::printable(why) + "\n";
    if (plan.days.empty()) return text;
    text += fmt::format("{:<10} {:>12} {:>12} {:>12} {:>9} {:>11} {:>9} {:>9}\n", "UTC day", "source",
                        "archived", "passed over", "rejected", "quarantined", "conflict", "MISSING");
    for (const auto& [number, day] : plan.days)
        text += line_of(iso_of(number), day);
    const PurgeDay total = total_of(plan);
    text += line_of("all", total);
    for (std::size_t fate = static_cast<std::size_t>(Fate::nobody);
         fate <= static_cast<std::size_t>(Fate::unknown_person); ++fate) {
        if (total.fates.at(fate) > 0)
            text += fmt::format("  passed over, {}: {}\n", name_of(static_cast<Fate>(fate)),
                                grouped(total.fates.at(fate)));
    }
    return text;
}

Json json_of(const PurgeDay& day) {
    Json object = {{"source", day.source_rows}, {"missing", day.missing}};
    for (std::size_t fate = 0; fate < archive::kFates; ++fate)
        object[std::string(name_of(static_cast<Fate>(fate)))] = day.fates.at(fate);
    return object;
}

Json json_of(const PurgePlan& plan) {
    Json days = Json::object();
    for (const auto& [number, day] : plan.days)
        days[iso_of(number)] = json_of(day);
    return {{"safe", plan.safe},
            {"before_utc_s", plan.safe ? Json(plan.before_utc_s) : Json(nullptr)},
            {"up_to_id", plan.up_to_id},
            {"why_not_further", plan.why},
            {"total", json_of(total_of(plan))},
            {"days", days}};
}

}  // namespace

ExitCode purge_plan(const PurgePlanArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const auto plan = collect::database::plan_purge(
        *node, [] { return !interrupted(); },
        [&](std::int64_t utc_s) { console.progress("comparing: " + node->calendar().local_iso(utc_s)); });
    if (!plan) {
        console.complain(collect::printable(plan.error().what));
        return plan.error().retryable() ? ExitCode::resource : ExitCode::configuration;
    }
    console.print(arguments.json
                      ? json_of(*plan).dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
                            "\n"
                      : text_of(*plan, *node));
    if (interrupted()) return ExitCode::interrupted;
    return plan->safe ? ExitCode::ok : ExitCode::not_safe;
}

}  // namespace assidu::node::cli
