#include <fmt/format.h>

#include "config/settings.h"
#include "node/cli/commands.h"
#include "node/node.h"
#include "rpc/key_file.h"

namespace assidu::node::cli {
namespace {

config::Result<void> add_condition(config::StudentSelection& students, const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    std::vector<std::string>* const values = key == "institution"    ? &students.institution
                                             : key == "department"   ? &students.department
                                             : key == "cohort"       ? &students.cohort
                                             : key == "email_domain" ? &students.email_domain
                                             : key == "auth"         ? &students.auth
                                             : key == "mnet_host"    ? &students.mnet_host
                                                                     : nullptr;
    if (values == nullptr || equals == std::string::npos || equals + 1 == text.size())
        return config::refuse(
            fmt::format("--students {}: KEY=VALUE is wanted, KEY one of institution, department, cohort, "
                        "email_domain, auth, mnet_host",
                        text));
    values->push_back(text.substr(equals + 1));
    return {};
}

}  // namespace

ExitCode init(const InitOptions& options, const config::Clock& clock, Console& console) {
    config::Settings settings;
    settings.name = options.name;
    settings.node_id = options.id.empty() ? config::slug_of(options.name) : options.id;
    settings.wwwroot = options.wwwroot;
    settings.source_name = "moodle";
    settings.timezone = options.timezone;
    settings.scale = "sonate";
    settings.language = "fr";
    for (const std::string& condition : options.students) {
        if (const auto added = add_condition(settings.students, condition); !added) {
            console.complain(added.error().what);
            return ExitCode::usage;
        }
    }
    settings.students.everyone = options.students.empty();

    const NodeFolder folder{options.dir};
    if (const auto created = create_node(folder, settings, clock.now_utc_s()); !created) {
        console.complain(created.error().what);
        return ExitCode::configuration;
    }
    const auto fingerprint = rpc::node_key_fingerprint(folder.node_key());
    if (!fingerprint) {
        console.complain(fingerprint.error().what);
        return ExitCode::configuration;
    }
    console.print(fmt::format("node         {}\nfolder       {}\nfingerprint  {}\n", settings.node_id,
                              options.dir.string(), *fingerprint));
    console.say(
        settings.students.everyone
            ? fmt::format("This node keeps the events of everyone; to keep only some, edit [students] in {}.",
                          folder.settings().string())
            : "Import the catalogue of people first: without it nobody can be selected.");
    console.say(
        fmt::format("Back up {} now: with the secret in it lost, the pseudonyms of the students are lost.",
                    (folder.path / "keys").string()));
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
