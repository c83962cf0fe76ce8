#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/civil_calendar.h"
#include "config/durable_file.h"
#include "config/limits.h"
#include "node/attendance/engine.h"
#include "node/attendance/trial/answer.h"
#include "node/attendance/trial/cases.h"
#include "node/attendance/trial/event_file.h"
#include "node/cli/interrupt.h"
#include "node/cli/local_time.h"
#include "node/cli/scale_commands.h"

namespace assidu::node::cli {
namespace {

using attendance::Span;
using config::Result;
using nlohmann::json;
namespace trial = attendance::trial;

struct ComputeArguments {
    std::string cases, scale, events, from, to, as_of, format;
    std::optional<std::int64_t> student;
    std::int64_t course = 0;
};

// Seconds UTC, or a local time. `end`: a date alone is the end of that day.
Result<std::int64_t> instant(const std::string& text, const config::CivilCalendar& calendar, bool end) {
    std::int64_t seconds = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && last == text.data() + text.size()) return seconds;
    if (const auto day = config::parse_iso_date(text); day && end) return calendar.end_of(*day);
    return parse_local_time(text, calendar);
}

Result<trial::Question> question_of(const ComputeArguments& arguments, const config::CivilCalendar& calendar,
                                    std::int64_t now_s) {
    trial::Question question;
    question.as_of_s = now_s;
    question.current_course = arguments.course;
    question.sessions_of_span = true;
    // Far from both ends of time: a day more or less must not overflow.
    question.span = {std::int64_t{0}, std::int64_t{1} << 36};
    const auto take = [&](const std::string& text, bool end, std::int64_t& into) -> Result<void> {
        if (text.empty()) return {};
        const auto seconds = instant(text, calendar, end);
        if (!seconds) return std::unexpected(seconds.error());
        into = *seconds;
        return {};
    };
    for (const auto& taken :
         {take(arguments.from, false, question.span.from_s), take(arguments.to, true, question.span.to_s),
          take(arguments.as_of, false, question.as_of_s)}) {
        if (!taken) return std::unexpected(taken.error());
    }
    if (question.span.to_s <= question.span.from_s) return config::refuse("--to must be later than --from");
    return question;
}

// Adds numbers to numbers, member by member.
void add_seconds(json& sum, const json& part) {
    if (part.is_number_integer()) {
        sum = (sum.is_null() ? 0 : sum.get<std::int64_t>()) + part.get<std::int64_t>();
    } else if (part.is_object()) {
        if (sum.is_null()) sum = json::object();
        for (const auto& [key, value] : part.items())
            add_seconds(sum[key], value);
    }
}

// Students add up; their sessions never do.
json together(const json& students) {
    json sum = {{"total", 0},
                {"by_day", json::object()},
                {"by_course", json::object()},
                {"by_cm", json::object()},
                {"sessions", json::array()},
                {"credits", json::array()}};
    for (const json& student : students) {
        for (const char* key : {"total", "by_day", "by_course", "by_cm", "outside_by_day"}) {
            if (student.contains(key)) add_seconds(sum[key], student.at(key));
        }
        for (const char* key : {"sessions", "credits"}) {
            if (!student.contains(key)) continue;
            for (json one : student.at(key)) {
                one["userid"] = student.at("userid");
                sum[key].push_back(std::move(one));
            }
        }
    }
    return sum;
}

void show_seconds(const config::Scale& scale, const json& seconds, std::string_view what, std::string& text) {
    for (const auto& [key, value] : seconds.items())
        text += fmt::format("  {:<9} {:<12} {}\n", what, key, scale.display.shown(value.get<std::int64_t>()));
}

std::int64_t credited_of(const json& student) {
    std::int64_t credited_s = 0;
    for (const json& credit : student.at("credits"))
        credited_s += credit.at("delta").get<std::int64_t>();
    return credited_s;
}

std::string as_text(const config::Scale& scale, const config::CivilCalendar& calendar, const json& student) {
    std::string text = fmt::format("student {}\n", student.at("userid").get<std::int64_t>());
    // A plugin's own answer has a shape of its own.
    if (!student.contains("by_day")) return text + student.dump(2) + "\n";
    text +=
        fmt::format("  {:<22} {}\n", "total", scale.display.shown(student.at("total").get<std::int64_t>()));
    if (scale.display.credited_columns) {
        text +=
            fmt::format("  {:<22} {}\n", "measured",
                        scale.display.shown(student.at("total").get<std::int64_t>() - credited_of(student)));
        text += fmt::format("  {:<22} {}\n", "credited", scale.display.shown(credited_of(student)));
    }
    if (scale.display.daily) show_seconds(scale, student.at("by_day"), "day", text);
    const auto days_with = [&](std::int64_t from_s, std::int64_t below_s) {
        return std::ranges::count_if(student.at("by_day"), [&](const json& seconds) {
            return seconds.get<std::int64_t>() >= from_s && seconds.get<std::int64_t>() < below_s;
        });
    };
    text +=
        fmt::format("  {:<22} {}\n", "days of presence", days_with(scale.display.present_from_s, INT64_MAX));
    if (scale.display.half_from_s)
        text += fmt::format("  {:<22} {}\n", "half days",
                            days_with(*scale.display.half_from_s, scale.display.present_from_s));
    if (student.contains("outside_by_day"))
        show_seconds(scale, student.at("outside_by_day"), "outside", text);
    if (scale.display.per_course) {
        show_seconds(scale, student.at("by_course"), "course", text);
        show_seconds(scale, student.at("by_cm"), "activity", text);
    }
    for (const json& session : scale.display.sessions ? student.at("sessions") : json::array())
        text += fmt::format("  session   {}  {}  {}, {} events\n",
                            calendar.local_iso(session.at("start").get<std::int64_t>()),
                            calendar.local_iso(session.at("end").get<std::int64_t>()),
                            scale.display.shown(session.at("elapsed").get<std::int64_t>()),
                            session.at("events").get<std::int64_t>());
    for (const json& credit : student.at("credits"))
        text += fmt::format("  credit    {}  activity {}  {} ({})\n", credit.at("day").get<std::string>(),
                            credit.at("cmid").get<std::int64_t>(),
                            scale.display.shown(credit.at("delta").get<std::int64_t>()),
                            credit.value("source", "completion"));
    return text;
}

ExitCode answer_case_file(const ComputeArguments& arguments, Console& console) {
    const auto text = config::read_file(arguments.cases, config::limits::kCasesBytesMax);
    const auto answered = text ? trial::answer_cases(*text, arguments.cases) : std::unexpected(text.error());
    if (!answered) {
        console.complain(answered.error().what);
        return ExitCode::input;
    }
    if (arguments.format == "text") {
        for (const json& one : answered->answers)
            console.print(fmt::format(
                "{}  {}\n", one.at("id").get<std::string>(),
                one.contains("result") ? one.at("result").dump() : one.at("error").get<std::string>()));
    } else {
        console.print(answered->answers.dump(1) + "\n");
    }
    for (const std::string& error : answered->errors)
        console.complain(error);
    return answered->errors.empty() ? ExitCode::ok : ExitCode::input;
}

// What the scale asks of the rows and the file does not have.
Result<void> refuse_without_addresses(const config::Scale& scale, const trial::EventFile& file,
                                      const std::string& name) {
    if (scale.filter.exclude_addresses.empty()) return {};
    for (const auto& [user, student] : file.students) {
        for (const trial::TrialRow& row : student.rows) {
            if (row.address.empty())
                return config::refuse(
                    fmt::format("{}: its rows are read without addresses, which key 'filter.exclude_ips' of "
                                "scale {} needs",
                                name, scale.name()));
        }
    }
    return {};
}

ExitCode try_scale(const ComputeArguments& arguments, const config::Clock& clock, Console& console) {
    const auto scale = scale_named(arguments.scale);
    if (!scale) {
        console.complain(scale.error().what);
        return ExitCode::configuration;
    }
    const config::CivilCalendar calendar = config::CivilCalendar::of(scale->timezone).value();
    const auto question = question_of(arguments, calendar, clock.now_utc_s());
    if (!question) {
        console.complain(question.error().what);
        return ExitCode::usage;
    }
    const auto file =
        trial::read_event_file(arguments.events, arguments.student, [&] { return !interrupted(); });
    const auto usable = file ? refuse_without_addresses(*scale, *file, arguments.events)
                             : Result<void>(std::unexpected(file.error()));
    if (!usable) {
        console.complain(usable.error().what);
        return ExitCode::input;
    }
    if (interrupted()) return ExitCode::interrupted;
    for (const std::string& rejection : file->rejections)
        console.say(rejection);
    if (file->rejected > 0) console.say(fmt::format("{} rows give no event", grouped(file->rejected)));
    json students = json::array();
    for (const auto& [user, student] : file->students) {
        if (arguments.student && *arguments.student != user) continue;
        // Rows of nobody (0) and of Moodle's pseudo users are of no student.
        if (!arguments.student && user <= 0) continue;
        json result = trial::answer(*scale, calendar, student, user, file->catalogue, *question);
        result["userid"] = user;
        students.push_back(std::move(result));
    }
    if (arguments.student && students.empty()) {
        console.complain(fmt::format("{}: no rows of student {}", arguments.events, *arguments.student));
        return ExitCode::no_data;
    }
    if (arguments.format != "json") {
        console.print(fmt::format("scale {}, SHA-256 {}\nengine {}, as of {}\n", scale->name(), scale->sha256,
                                  attendance::engine_of(*scale), calendar.local_iso(question->as_of_s)));
        for (const json& student : students)
            console.print(as_text(*scale, calendar, student));
        return ExitCode::ok;
    }
    json result = students.size() == 1 ? students[0] : together(students);
    result["scale"] = {{"id", scale->id}, {"version", scale->version}, {"sha256", scale->sha256}};
    result["engine"] = attendance::engine_of(*scale);
    result["as_of"] = question->as_of_s;
    result["students"] = std::move(students);
    console.print(result.dump(1) + "\n");
    return ExitCode::ok;
}

}  // namespace

void add_compute(CLI::App& app, std::function<ExitCode()>& run, const config::Clock& clock,
                 Console& console) {
    CLI::App* command = app.add_subcommand(
        "compute",
        "Try a scale on a file of events, or answer a file of cases; no node is needed or changed");
    const auto arguments = std::make_shared<ComputeArguments>();
    CLI::Option* cases = command->add_option("--cases", arguments->cases,
                                             "A file of cases; answered by a list of {id, result}");
    CLI::Option* scale =
        command->add_option("--scale", arguments->scale, "A preset, or the path of a scale document");
    CLI::Option* events = command->add_option("--events", arguments->events,
                                              "Dump of logstore_standard_log (CSV, JSON; plain or gzip), or "
                                              "rows and completions as a case has them");
    command->add_option("--from", arguments->from,
                        "Beginning: YYYY-MM-DD or YYYY-MM-DDTHH:MM in the scale's zone, or seconds UTC");
    command->add_option("--to", arguments->to, "End, not included; of a date alone, the end of that day");
    command->add_option("--as-of", arguments->as_of, "The instant that the result holds for (default: now)");
    command->add_option("--student", arguments->student, "Only this Moodle user id");
    command->add_option("--course", arguments->course,
                        "The caller's course, of which use_stats (legacy) alone shows the activities");
    command->add_option("--format", arguments->format, "text or json (default: text, of cases json)")
        ->check(CLI::IsMember({"text", "json"}));
    scale->needs(events);
    events->needs(scale);
    cases->excludes(scale)->excludes(events);
    command->callback([&run, &clock, &console, arguments] {
        if (arguments->cases.empty() && arguments->scale.empty())
            throw CLI::RequiredError("--cases, or --scale and --events");
        run = [&clock, &console, arguments] {
            return arguments->cases.empty() ? try_scale(*arguments, clock, console)
                                            : answer_case_file(*arguments, console);
        };
    });
}

}  // namespace assidu::node::cli
