#include "node/cli/statement_commands.h"

#include <fmt/format.h>

#include <memory>

#include "config/digest.h"
#include "config/durable_file.h"
#include "node/node.h"
#include "node/services/hub_contact.h"

namespace assidu::node::cli {
namespace {

struct GetArguments {
    std::int64_t number = 0;
    std::string member;
    std::filesystem::path out = ".";
};

std::string key_file(const rpc::VerifyingKey& key) {
    return config::hex({reinterpret_cast<const std::uint8_t*>(key.raw().data()), key.raw().size()}) + "\n";
}

ExitCode get(const std::filesystem::path& dir, const GetArguments& arguments, const config::Clock& clock,
             Console& console) {
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const rpc::VerifyingKey& own = node->signing_key().verifying_key();
    const std::string whose = arguments.member.empty() ? node->settings().node_id : arguments.member;
    const bool is_own = whose == node->settings().node_id;
    const auto kept = node->statements().find(whose, arguments.number);
    const auto member = is_own ? std::nullopt : node->members().find(whose);
    if (!kept || (!is_own && (!member || !member->key))) {
        console.complain(
            fmt::format("no data: there is no statement {} of {} here", arguments.number, whose));
        return ExitCode::no_data;
    }
    std::filesystem::create_directories(arguments.out);
    const auto write = [&](const char* name, std::string_view bytes) {
        config::write_file_durably(arguments.out / name, bytes);
        console.print((arguments.out / name).string() + "\n");
    };
    const federation::HandoverLog handovers = node->statements().handovers();
    write("statement", kept->bytes);
    for (const rpc::VerifyingKey& key :
         handovers.keys_for(whose, is_own ? own : *member->key, arguments.number)) {
        if (!federation::read_statement(kept->bytes, key)) continue;
        write("node.hex", key_file(key));
        break;
    }
    if (kept->receipt.empty()) {
        console.say("it has no receipt yet");
        return ExitCode::ok;
    }
    write("receipt", kept->receipt);
    const auto hub = services::read_hub(node->folder());
    if (!hub) {
        console.complain(hub.error().what);
        return ExitCode::configuration;
    }
    const std::string hub_id = is_own && *hub ? (*hub)->id : node->settings().node_id;
    // The key under which the receipt was given: the hub may have handed it over since.
    for (const rpc::VerifyingKey& key : handovers.keys(hub_id, is_own && *hub ? (*hub)->key : own)) {
        if (!federation::read_receipt(kept->receipt, key)) continue;
        write("hub.hex", key_file(key));
        break;
    }
    return ExitCode::ok;
}

}  // namespace

void add_statement(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                   const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<GetArguments>();
    CLI::App* command = app.add_subcommand("statement", "Statements as files, to be checked by hand");
    command->require_subcommand(1);
    CLI::App* got = command->add_subcommand("get", "A statement, its receipt, and the keys of both");
    got->add_option("NUMBER", arguments->number, "The statement's number")->required();
    got->add_option("--member", arguments->member, "At a hub: whose");
    got->add_option("--out", arguments->out, "The folder to write to")->capture_default_str();
    got->callback([&, arguments] { run = [&, arguments] { return get(dir, *arguments, clock, console); }; });
}

}  // namespace assidu::node::cli
