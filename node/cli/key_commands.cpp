#include "node/cli/key_commands.h"

#include <fmt/format.h>

#include <memory>

#include "config/digest.h"
#include "config/durable_file.h"
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
                       {"the hub has not said yet what it has of this node, so that nobody knows how far the "
                        "old key has "
                        "signed; run 'assidu send' first"},
                       ExitCode::configuration);
    const auto handover = rotate_key(*node);
    if (!handover) return refused(console, handover.error(), ExitCode::configuration);
    console.print(fmt::format("old          {}\nfingerprint  {}\n", handover->old_key.fingerprint(),
                              handover->new_key.fingerprint()));
    console.say(
        fmt::format("The old key signed statements up to {} and endorses the new one; it is gone. The others "
                    "of the pool learn it "
                    "with the next message. Back keys/ up anew, and publish the new fingerprint where the "
                    "old one stands.",
                    handover->last_number));
    return ExitCode::ok;
}

ExitCode leave(const std::filesystem::path& dir, bool without_hub, const config::Clock& clock,
               Console& console) {
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
    console.say(fmt::format("{} has left {}: nothing more is sent, and what was declared stays there",
                            node->settings().node_id, (*hub)->id));
    return ExitCode::ok;
}

struct AttestArguments {
    std::string node, fingerprint;
};

// At a hub the word is kept here; at a member by the hub that it joined.
ExitCode attest(const std::filesystem::path& dir, const AttestArguments& arguments,
                const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    if (!config::is_sha256_hex(arguments.fingerprint))
        return refused(console, {"--fingerprint wants 64 hexadecimal digits, in small letters"},
                       ExitCode::usage);
    const std::string& self = node->settings().node_id;
    if (arguments.node == self)
        return refused(console, {fmt::format("{} is this node itself: others attest its key", self)},
                       ExitCode::usage);
    const std::string note = federation::sign_attestation(self, arguments.node, arguments.fingerprint,
                                                          clock.now_utc_s(), node->signing_key());
    const auto member = node->members().find(arguments.node);
    if (member && member->key) {
        const auto taken = federation::AttestationLog(node->statements().file())
                               .take(note, {self, node->signing_key().verifying_key()},
                                     federation::KeyHolder{member->id, *member->key}, clock.now_utc_s());
        if (!taken) return refused(console, taken.error(), ExitCode::input);
    } else {
        const auto hub = services::read_hub(node->folder());
        if (!hub) return refused(console, hub.error(), ExitCode::configuration);
        if (!*hub)
            return refused(console,
                           {fmt::format("{} is no member with a key here, and this node has joined no hub",
                                        arguments.node)},
                           ExitCode::usage);
        const auto carry = services::carry_to((*hub)->url, (*hub)->tls_fingerprint, node->tls_identity());
        if (!carry) return refused(console, carry.error(), ExitCode::configuration);
        if (const auto taken = services::attest(*node, **hub, *carry, note); !taken)
            return refused(console, taken.error(), ExitCode::resource);
    }
    console.print(fmt::format("attested     {}\nfingerprint  {}\n", arguments.node, arguments.fingerprint));
    console.say(
        fmt::format("{} says from now on that this is the key of {}; 'assidu key attestations {}' shows it",
                    self, arguments.node, arguments.node));
    return ExitCode::ok;
}

struct AttestationsArguments {
    std::string node;
    std::filesystem::path out;  // empty: none are written
};

ExitCode attestations(const std::filesystem::path& dir, const AttestationsArguments& arguments,
                      const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    auto kept = federation::AttestationLog(node->statements().file()).of(arguments.node);
    const auto hub = services::read_hub(node->folder());
    if (!hub) return refused(console, hub.error(), ExitCode::configuration);
    if (*hub && !node->members().find(arguments.node)) {
        // The hub has this node's own, too, and others'.
        const auto carry = services::carry_to((*hub)->url, (*hub)->tls_fingerprint, node->tls_identity());
        if (!carry) return refused(console, carry.error(), ExitCode::configuration);
        auto told = services::attestations(*node, **hub, *carry, arguments.node);
        if (!told) return refused(console, told.error(), ExitCode::resource);
        kept = *std::move(told);
    }
    if (kept.empty()) {
        console.complain(fmt::format("no data: nobody attested a key of {}", arguments.node));
        return ExitCode::no_data;
    }
    if (!arguments.out.empty()) std::filesystem::create_directories(arguments.out);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const federation::Attestation& one = kept[i].attestation;
        console.print(fmt::format("{:<12} {}\n             {}, by {} under the key {}{}\n", one.node,
                                  one.fingerprint, node->calendar().local_iso(one.issued_utc_s), one.signer,
                                  one.signer_key.fingerprint(),
                                  kept[i].is_revoked ? ": revoked since, it counts no more" : ""));
        if (arguments.out.empty()) continue;
        const auto path = arguments.out / fmt::format("{}-by-{}-{}.attestation", one.node, one.signer, i + 1);
        config::write_file_durably(path, kept[i].note);
        console.print(path.string() + "\n");
    }
    return ExitCode::ok;
}

void add_attestations(CLI::App& keys, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                      const config::Clock& clock, Console& console) {
    const auto attesting = std::make_shared<AttestArguments>();
    CLI::App* attested = keys.add_subcommand(
        "attest",
        "Say, signed, that another node's key has a fingerprint that you compared with its administrator");
    attested->add_option("NODE", attesting->node, "The node's id: a member, or the hub")->required();
    attested->add_option("--fingerprint", attesting->fingerprint, "As its administrator reads it out")
        ->required();
    attested->callback(
        [&, attesting] { run = [&, attesting] { return attest(dir, *attesting, clock, console); }; });
    const auto asking = std::make_shared<AttestationsArguments>();
    CLI::App* shown = keys.add_subcommand("attestations", "Who attested a node's key, as the hub keeps it");
    shown->add_option("NODE", asking->node, "The node's id")->required();
    shown->add_option("--out", asking->out, "A folder to write the notes to, to be checked by hand");
    shown->callback(
        [&, asking] { run = [&, asking] { return attestations(dir, *asking, clock, console); }; });
}

}  // namespace

void add_keys(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
              const config::Clock& clock, Console& console) {
    CLI::App* keys = app.add_subcommand("key", "This node's own key, and what nodes say of each other's");
    keys->require_subcommand(1);
    keys->add_subcommand("rotate", "Make a new one, which the old one endorses; `serve` must not run")
        ->callback([&] { run = [&] { return rotate(dir, clock, console); }; });
    add_attestations(*keys, dir, run, clock, console);
    const auto without_hub = std::make_shared<bool>(false);
    CLI::App* left =
        app.add_subcommand("leave", "Leave the hub that was joined; what was declared stays there");
    left->add_flag("--without-hub", *without_hub, "Do not tell it");
    left->callback(
        [&, without_hub] { run = [&, without_hub] { return leave(dir, *without_hub, clock, console); }; });
}

}  // namespace assidu::node::cli
