#include <fmt/format.h>

#include "config/civil_calendar.h"
#include "config/durable_file.h"
#include "node/cli/commands.h"
#include "node/cli/import_files.h"
#include "node/cli/interrupt.h"
#include "node/cli/report_files.h"
#include "node/demo/log_generator.h"
#include "reports/text.h"

namespace assidu::node::cli {
namespace {

// Marks a folder as the demonstration's own: only such a folder is cleared for the next one.
constexpr const char* kMarker = "assidu-demo.txt";
constexpr const char* kMarkerText =
    "Made by `assidu demo`: invented people, invented logs. The next demo into this folder replaces all of "
    "it.\n";
constexpr const char* kParts[] = {"logs", "node", "reports"};

config::Result<void> prepare_folder(const std::filesystem::path& out) {
    std::error_code error;
    std::filesystem::create_directories(out, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", out.string(), error.message()));
    if (!std::filesystem::exists(out / kMarker) && !std::filesystem::is_empty(out))
        return config::refuse(fmt::format(
            "{}: is not empty and not of an earlier demo; name another folder with --out", out.string()));
    config::write_file_durably(out / kMarker, kMarkerText);
    for (const char* part : kParts) {
        std::filesystem::remove_all(out / part, error);
        if (error)
            throw config::ResourceFailure(
                fmt::format("{}: cannot clear: {}", (out / part).string(), error.message()));
    }
    return {};
}

demo::DemoUniversity university_of(const DemoArguments& arguments) {
    demo::DemoUniversity university;
    university.seed = arguments.seed;
    university.name = "Université de Lyon-Est (démonstration)";
    university.email_domain = "univ-lyon-est.example";
    university.students = arguments.students;
    university.others = std::max(4, arguments.students / 3);
    university.events_target = arguments.events;
    return university;
}

config::Settings settings_of(const demo::DemoUniversity& university, const std::string& language) {
    config::Settings settings;
    settings.name = university.name;
    settings.node_id = "univ-lyon-est";
    settings.wwwroot = "https://moodle.sonate.example";
    settings.source_name = "moodle";
    settings.students.institution = {university.name};
    settings.scale = "sonate";
    settings.language = language.empty() ? "fr" : language;
    return settings;
}

struct Made {
    const demo::DemoUniversity& university;
    const demo::DemoFiles& files;
    const std::vector<collect::FileImport>& imported;
    const std::vector<std::filesystem::path>& reports;
    federation::Period period;
    std::filesystem::path out;
};

std::string summary(const Node& node, const NodeDirectory& directory, const Made& made) {
    std::map<std::string, std::int64_t> rows;
    for (const collect::FileImport& file : made.imported) {
        if (file.kind != collect::FileKind::log_csv) continue;
        for (const auto& [name, count] : file.counts)
            rows[name] += count;
    }
    std::int64_t seconds = 0, ledger_rows = 0;
    const federation::LedgerQuery query{node.settings().node_id, node.scale().sha256, made.period,
                                        std::nullopt};
    node.ledger().rows(query, [&](const federation::LedgerRow& row) {
        seconds += row.measured_s + row.credited_s;
        ++ledger_rows;
    });
    const std::int64_t not_ours =
        rows["read"] - rows["added"] - rows["duplicate"] - rows["conflict"] - rows["rejected"];

    std::string text = "\n";
    const auto line = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{:<10} {}\n", name, value);
    };
    line("node", fmt::format("{}, {} to {}", node.settings().name, config::iso_date(made.period.from),
                             config::iso_date(made.period.to)));
    line("read", fmt::format("{} rows of 2 files", grouped(rows["read"])));
    line("kept", fmt::format("{} events; {} more were there already", grouped(rows["added"]),
                             grouped(rows["duplicate"])));
    line("not kept", fmt::format("{} rows of nobody, guests and people of others (counted, not stored)",
                                 grouped(not_ours)));
    line("rejected", fmt::format("{} broken rows, kept aside with their reasons", grouped(rows["rejected"])));
    bool first = true;
    for (const auto& [reason, count] : node.ledger().dropped(query)) {
        line(first ? "dropped" : "",
             fmt::format("{:>6}  {}", grouped(count), reports::reason_text(reports::Language::en, reason)));
        first = false;
    }
    line("computed",
         fmt::format("{} students, {} h {:02} min in {} ledger rows, scale {}",
                     grouped(static_cast<std::int64_t>(directory.students().size())), grouped(seconds / 3600),
                     seconds / 60 % 60, grouped(ledger_rows), node.scale().name()));
    line("ledger",
         fmt::format("SHA-256 {}", node.ledger().digest(node.settings().node_id, node.scale().sha256)));
    line("reports", fmt::format("{} files in {}", grouped(static_cast<std::int64_t>(made.reports.size())),
                                (made.out / "reports").string()));
    for (std::size_t i = 0; i < std::min<std::size_t>(made.reports.size(), 8); ++i)
        line("", made.reports[i].string());
    line("go on", fmt::format("assidu --dir {} status", (made.out / "node").string()));
    return text;
}

}  // namespace

ExitCode demo(const DemoArguments& arguments, const config::Clock& clock, Console& console) {
    if (const auto prepared = prepare_folder(arguments.out); !prepared) {
        console.complain(prepared.error().what);
        return ExitCode::usage;
    }
    const demo::DemoUniversity university = university_of(arguments);
    console.say(fmt::format("generating a month of logs of {}", university.name));
    const auto files = demo::write_demo_files(
        university, arguments.out / "logs",
        [&](std::int64_t rows) { console.progress(fmt::format("generating logs: {} rows", grouped(rows))); },
        [] { return !interrupted(); });
    if (!files) {
        console.complain("interrupted while generating logs");
        return ExitCode::interrupted;
    }

    const NodeFolder folder{arguments.out / "node"};
    if (const auto created =
            create_node(folder, settings_of(university, arguments.language), clock.now_utc_s());
        !created) {
        console.complain(created.error().what);
        return ExitCode::configuration;
    }
    auto node = Node::open(folder, clock);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    std::vector<std::filesystem::path> inputs = files->catalogues;
    inputs.insert(inputs.end(), files->logs.begin(), files->logs.end());
    std::vector<collect::FileImport> imported;
    if (const ExitCode code = import_files(*node, inputs, {}, console, imported); code != ExitCode::ok)
        return code;
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;

    const NodeDirectory directory(*node);
    const federation::Period period{university.first_day,
                                    config::next(university.first_day, university.days - 1)};
    const reports::Language language =
        arguments.language == "en" ? reports::Language::en : reports::Language::fr;
    ReportFiles wanted;
    wanted.group = true;
    wanted.students = directory.students();
    wanted.formats.assign(std::begin(kReportFormats), std::end(kReportFormats));
    wanted.out = arguments.out / "reports";
    std::vector<std::filesystem::path> written;
    const ExitCode code = write_reports(*node, directory, period, language, wanted, console, written);
    if (code != ExitCode::ok) return code;
    console.print(summary(*node, directory, {university, *files, imported, written, period, arguments.out}));
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
