#include "node/cli/key_commands.h"

#include <fmt/format.h>

#include <memory>

#include "federation/delivery.h"
#include "node/cli/open_node.h"
#include "node/collect/text.h"
#include "node/key_rotation.h"
#include "node/services/hub_contact.h"
#include "node/services/pool_member.h"

namespace assidu::node::cli {
namespace {

ExitCode refused(Console& console, const config::Refusal& refusal, ExitCode code) {
    console.complain(collect::printable(refusal.what));
    return code;
}

ExitCode rotate(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    const auto node = open_to_change(dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    if (!services::may_issue(*node))
        return refused(console,
                       {"the hub has not said yet what it has of this node, so that nobody knows how far the old key has "
                        "signed; run 'assidu send' first"},
                       ExitCode::configuration);
    const auto handover = rotate_key(*node);
    if (!handover) return refused(console, handover.error(), ExitCode::configuration);
    console.print(fmt::format("old          {}\nfingerprint  {}\n", handover->old_key.fingerprint(),
                              handover->new_key.fingerprint()));
    console.say(fmt::format(
        "The old key signed statements up to {} and endorses the new one; it is gone. The others of the pool learn it "
        "with the next message. Back keys/ up anew, and publish the new fingerprint where the old one stands.",
        handover->last_number));
    return ExitCode::ok;
}

ExitCode leave(const std::filesystem::path& dir, bool without_hub, const config::Clock& clock, Console& console) {
    const auto node = open_to_change(dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const auto hub = services::read_hub(node->folder());
    if (!hub) return refused(console, hub.error(), ExitCode::configuration);
    if (!*hub) {
        console.complain("this node has joined no hub");
        return ExitCode::configuration;
    }
    if (!without_hub) {
        const auto carry = services::carry_to((*hub)->url, (*hub)->tls_fingerprint, node->tls_identity());
        if (!carry) return refused(console, carry.error(), ExitCode::configuration);
        federation::Delivery delivery(node->settings().node_id, **hub, node->signing_key(), clock, *carry);
        if (const auto left = delivery.leave(); !left)
            return refused(console, {left.error().what + "; --without-hub leaves without telling it"},
                           ExitCode::resource);
    }
    std::filesystem::rename(node->folder().hub(), node->folder().hub().string() + ".left");
    console.say(fmt::format("{} has left {}: nothing more is sent, and what was declared stays there", node->settings().node_id,
                            (*hub)->id));
    return ExitCode::ok;
}

}  // namespace

void add_keys(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
              const config::Clock& clock, Console& console) {
    CLI::App* keys = app.add_subcommand("key", "This node's own key");
    keys->require_subcommand(1);
    keys->add_subcommand("rotate", "Make a new one, which the old one endorses; `serve` must not run")->callback([&] {
        run = [&] { return rotate(dir, clock, console); };
    });
    const auto without_hub = std::make_shared<bool>(false);
    CLI::App* left = app.add_subcommand("leave", "Leave the hub that was joined; what was declared stays there");
    left->add_flag("--without-hub", *without_hub, "Do not tell it");
    left->callback([&, without_hub] { run = [&, without_hub] { return leave(dir, *without_hub, clock, console); }; });
}

}  // namespace assidu::node::cli
