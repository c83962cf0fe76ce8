#include <memory>

#include "node/cli/privacy_commands.h"
#include "node/doctor/examination.h"

namespace assidu::node::cli {

ExitCode doctor(const DoctorArguments& arguments, const config::Clock& clock, Console& console) {
    const NodeFolder folder{arguments.dir};
    const auto findings = doctor::examine(folder, clock);
    const reports::Language language = reports::language_of(arguments.language);
    console.print(arguments.json ? doctor::as_json(findings, language) : doctor::as_text(findings, language));
    switch (doctor::worst_of(findings)) {
        case doctor::Severity::failure:
            return ExitCode::ailing;
        case doctor::Severity::warning:
            return ExitCode::warned;
        case doctor::Severity::note:
        case doctor::Severity::ok:
            break;
    }
    return ExitCode::ok;
}

void add_doctor(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<DoctorArguments>();
    CLI::App* command = app.add_subcommand(
        "doctor",
        "Look at everything between the Moodle and the ledger, and say what to do; changes nothing");
    command->add_option("--lang", arguments->language, "fr or en")
        ->capture_default_str()
        ->check(CLI::IsMember({"fr", "en"}));
    command->add_flag("--json", arguments->json, "One JSON object");
    command->callback([&, arguments] {
        run = [&, arguments] {
            arguments->dir = dir;
            return doctor(*arguments, clock, console);
        };
    });
}

}  // namespace assidu::node::cli
