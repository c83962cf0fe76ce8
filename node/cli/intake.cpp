#include <fmt/format.h>

#include "node/cli/commands.h"
#include "node/node.h"
#include "node/services/push_listener.h"

namespace assidu::node::cli {

ExitCode intake_url(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    const NodeFolder folder{dir};
    const auto node = Node::open(folder, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const config::Settings& settings = node->settings();
    if (settings.intake_listen.empty()) {
        console.complain(fmt::format("{}: [intake] listen is empty: nobody would answer at any address",
                                     folder.settings().string()));
        return ExitCode::configuration;
    }
    const auto secret = intake_secret(folder);
    if (!secret) {
        console.complain(secret.error().what);
        return ExitCode::configuration;
    }
    std::string base = settings.public_url;
    if (base.empty())
        base = config::url_of(*config::parse_endpoint(settings.intake_listen), settings.intake_tls);
    while (base.ends_with('/'))
        base.pop_back();
    console.print(fmt::format("moodle_log_endpoint_url   {}{}\nuser_report_endpoint_url  {}{}\n", base,
                              services::push_path(*secret), base, services::report_path(*secret)));
    console.say(
        "Whoever knows these addresses can push; show them to nobody but the Moodle's administrator.");
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
