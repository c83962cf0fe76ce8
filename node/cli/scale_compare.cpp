#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "node/attendance/explain.h"
#include "node/attendance/known_evidence.h"
#include "node/attendance/rules.h"
#include "node/cli/commands.h"
#include "node/cli/scale_commands.h"
#include "node/collect/text.h"
#include "node/directory.h"
#include "reports/durations.h"

namespace assidu::node::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Comparison {
    config::Scale a, b;
    federation::StudentId student;
    federation::Period period;
    std::int64_t as_of_s = 0;
    std::vector<attendance::ComparedDay> days;

    [[nodiscard]] std::int64_t sum(std::int64_t attendance::ComparedDay::* total) const {
        std::int64_t seconds = 0;
        for (const attendance::ComparedDay& day : days)
            seconds += day.*total;
        return seconds;
    }
};

std::string difference(std::int64_t seconds) {
    return fmt::format("{}{} ({:+} s)", seconds < 0 ? '-' : '+',
                       reports::h_mm_ss(seconds < 0 ? -seconds : seconds), seconds);
}

std::string as_text(const Comparison& comparison) {
    std::string text;
    for (const auto& [name, scale] : {std::pair('A', &comparison.a), std::pair('B', &comparison.b)}) {
        text += collect::printable(fmt::format("{}  {} ({})", name, scale->name(), scale->timezone)) +
                fmt::format("\n   SHA-256 {}\n", scale->sha256);
        if (scale->stream == config::Scale::Stream::user_course)
            text += "   a stream a course: an hour of two courses counts twice in these totals\n";
    }
    if (comparison.a.timezone != comparison.b.timezone) text += "Days are those of each scale's own zone.\n";
    text += fmt::format("\n{:<12}{:>12}{:>12}   B less A\n", "day", "A", "B");
    const auto line = [&](const std::string& name, std::int64_t a_s, std::int64_t b_s) {
        text += fmt::format("{:<12}{:>12}{:>12}   {}\n", name, reports::h_mm_ss(a_s), reports::h_mm_ss(b_s),
                            a_s == b_s ? "=" : difference(b_s - a_s));
    };
    for (const attendance::ComparedDay& day : comparison.days) {
        line(config::iso_date(day.day), day.a_s, day.b_s);
        for (const attendance::Difference& reason : day.differences)
            text += fmt::format("{:>24}  {:>4} events  A: {}  B: {}\n", fmt::format("{:+} s", reason.seconds),
                                reason.events, reason.a, reason.b);
    }
    line("total", comparison.sum(&attendance::ComparedDay::a_s),
         comparison.sum(&attendance::ComparedDay::b_s));
    return text;
}

std::string as_json(const Comparison& comparison) {
    const auto scale_of = [](const config::Scale& scale) {
        return Json{{"id", scale.id}, {"version", scale.version}, {"sha256", scale.sha256}};
    };
    Json days = Json::array();
    for (const attendance::ComparedDay& day : comparison.days) {
        Json reasons = Json::array();
        for (const attendance::Difference& reason : day.differences)
            reasons.push_back(
                {{"a", reason.a}, {"b", reason.b}, {"events", reason.events}, {"seconds", reason.seconds}});
        days.push_back({{"day", config::iso_date(day.day)},
                        {"a_s", day.a_s},
                        {"b_s", day.b_s},
                        {"difference_s", day.b_s - day.a_s},
                        {"reasons", std::move(reasons)}});
    }
    const std::int64_t a_s = comparison.sum(&attendance::ComparedDay::a_s);
    const std::int64_t b_s = comparison.sum(&attendance::ComparedDay::b_s);
    const Json json = {{"format", 1},
                       {"student", to_string(comparison.student)},
                       {"from", config::iso_date(comparison.period.from)},
                       {"to", config::iso_date(comparison.period.to)},
                       {"a", scale_of(comparison.a)},
                       {"b", scale_of(comparison.b)},
                       {"engine", attendance::kEngine},
                       {"as_of_utc_s", comparison.as_of_s},
                       {"days", std::move(days)},
                       {"a_s", a_s},
                       {"b_s", b_s},
                       {"difference_s", b_s - a_s}};
    return json.dump(1) + "\n";
}

// The scales, and a calendar for each.
config::Result<config::Scale> usable_scale(const std::string& name) {
    auto scale = scale_named(name);
    if (!scale) return scale;
    if (auto fits = attendance::fits_explanation(*scale); !fits) return std::unexpected(fits.error());
    return scale;
}

config::Result<federation::Period> period_of(const std::string& from_text, const std::string& to_text) {
    const auto from = config::parse_iso_date(from_text);
    const auto to = config::parse_iso_date(to_text);
    if (!from || !to || *to < *from ||
        std::int64_t{to->number} - from->number >= config::limits::kPeriodDaysMax)
        return config::refuse(fmt::format(
            "--from {} --to {}: two days as YYYY-MM-DD are wanted, the first not after the last, and "
            "no more than {} days",
            from_text, to_text, config::limits::kPeriodDaysMax));
    return federation::Period{*from, *to};
}

attendance::Explanation explain_all(const Node& node, const config::Scale& scale,
                                    const config::CivilCalendar& calendar, std::int64_t user,
                                    const federation::StudentId& student, std::int64_t as_of_s) {
    const attendance::KnownEvidence known(node, scale);
    attendance::StudentKnowledge evidence = known.of(user);
    // Of an engine that measures no gaps too: both explain the same events.
    if (evidence.events.empty()) evidence.events = node.archive().events(node.source(), user);
    const attendance::CompiledScale compiled(scale, node.archive().shapes(), known.courses());
    return {evidence.view(), compiled, calendar, student, as_of_s};
}

}  // namespace

ExitCode compare_scales(const CompareArguments& arguments, const config::Clock& clock, Console& console) {
    const auto refused = [&](const config::Refusal& refusal, ExitCode code) {
        console.complain(refusal.what);
        return code;
    };
    const auto period = period_of(arguments.from, arguments.to);
    if (!period) return refused(period.error(), ExitCode::usage);
    auto a = usable_scale(arguments.a), b = usable_scale(arguments.b);
    if (!a) return refused(a.error(), ExitCode::configuration);
    if (!b) return refused(b.error(), ExitCode::configuration);
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) return refused(node.error(), ExitCode::configuration);
    const NodeDirectory directory(*node);
    const auto student = directory.find(arguments.student);
    if (!student) return refused(student.error(), ExitCode::no_data);
    if (node->archive().extent(node->source()).events == 0)
        return refused({"no data: this node has no event yet; import a log first"}, ExitCode::no_data);
    for (const config::Scale* scale : {&*a, &*b}) {
        if (const auto has = attendance::has_evidence_for(*node, *scale); !has)
            return refused(has.error(), ExitCode::no_data);
    }
    const std::int64_t user = directory.person(*student)->user_id;
    const std::int64_t as_of_s = clock.now_utc_s();
    const auto calendar_a = config::CivilCalendar::of(a->timezone);
    const auto calendar_b = config::CivilCalendar::of(b->timezone);
    if (!calendar_a) return refused(calendar_a.error(), ExitCode::configuration);
    if (!calendar_b) return refused(calendar_b.error(), ExitCode::configuration);
    const attendance::Explanation by_a = explain_all(*node, *a, *calendar_a, user, *student, as_of_s);
    const attendance::Explanation by_b = explain_all(*node, *b, *calendar_b, user, *student, as_of_s);
    const Comparison comparison{*std::move(a), *std::move(b), *student,
                                *period,       as_of_s,       attendance::compare(by_a, by_b, *period)};
    console.print(arguments.json ? as_json(comparison) : as_text(comparison));
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
