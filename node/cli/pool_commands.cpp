#include "node/cli/pool_commands.h"

#include <fmt/format.h>

#include "federation/attestation.h"
#include "federation/delivery.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/services/hub_contact.h"
#include "node/services/joining.h"
#include "node/services/pool_member.h"

namespace assidu::node::cli {
namespace {

ExitCode refused(Console& console, const config::Refusal& refusal, ExitCode code) {
    console.complain(collect::printable(refusal.what));  // in words of the other side, too
    return code;
}

std::string local(const Node& node, std::int64_t utc_s) {
    return node.calendar().local_iso(utc_s);
}

// Who attested the member's key, a line each.
std::string attested(const Node& node, const federation::Member& member) {
    std::string lines;
    for (const auto& kept : federation::AttestationLog(node.statements().file()).of(member.id)) {
        const federation::Attestation& one = kept.attestation;
        lines += fmt::format(
            "  attested by {} at {}{}{}\n", one.signer, local(node, one.issued_utc_s),
            one.fingerprint == member.key->fingerprint() ? "" : ": an earlier key, " + one.fingerprint,
            kept.is_revoked ? ": its own key was revoked since, it counts no more" : "");
    }
    return lines;
}

void list(const Node& node, Console& console) {
    for (const federation::Member& member : node.members().all()) {
        const federation::StatementHead head = node.statements().head(member.id);
        console.print(fmt::format("{:<24} {:<9} names {:<6} statements {:>5}  since {}\n", member.id,
                                  name_of(member.state), name_of(member.names), head.number,
                                  local(node, member.since_utc_s)));
        if (member.key)
            console.print(fmt::format("  {}\n  fingerprint {}\n{}",
                                      member.name.empty() ? member.id : collect::printable(member.name),
                                      member.key->fingerprint(), attested(node, member)));
    }
    for (const auto& refusals : node.members().refusals())
        console.print(fmt::format("refused  {:<24} {:<16} {}\n", refusals.sender, refusals.code,
                                  grouped(refusals.count)));
}

}  // namespace

ExitCode member(const MemberArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const std::int64_t now_utc_s = clock.now_utc_s();
    federation::MemberList& members = node->members();
    if (arguments.action == "list") {
        list(*node, console);
        return ExitCode::ok;
    }
    if (arguments.action == "invite") {
        // Statements under the hub's own id would stand in the place of what it computes itself.
        if (arguments.id == node->settings().node_id)
            return refused(console, {fmt::format("{} is this hub itself", arguments.id)}, ExitCode::usage);
        const auto names = federation::parse_names(arguments.names).value_or(federation::Names::none);
        const auto token = members.invite(arguments.id, names, now_utc_s);
        if (!token) return refused(console, token.error(), ExitCode::usage);
        console.print(fmt::format("token        {}\nfingerprint  {}\n", *token,
                                  node->signing_key().verifying_key().fingerprint()));
        console.say(
            fmt::format("Give both to the administrator of {}, who types, with the address of this hub:\n"
                        "  assidu join https://HUB:8443 --token {} --fingerprint {}",
                        arguments.id, *token, node->signing_key().verifying_key().fingerprint()));
        return ExitCode::ok;
    }
    const auto done =
        arguments.action == "accept"   ? members.accept(arguments.id, arguments.fingerprint, now_utc_s)
        : arguments.action == "revoke" ? members.revoke(arguments.id, arguments.reason, now_utc_s)
                                       : members.suspend(arguments.id, now_utc_s);
    if (!done) return refused(console, done.error(), ExitCode::usage);
    const auto now = members.find(arguments.id);
    console.say(now ? fmt::format("{} is {}", arguments.id, name_of(now->state))
                    : fmt::format("the invitation of {} is withdrawn", arguments.id));
    return ExitCode::ok;
}

ExitCode join(const JoinArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    if (!arguments.own_url.empty()) {
        // Only to see that one can be made: nobody is called.
        const auto own =
            services::carry_to(arguments.own_url, node->tls_identity().fingerprint(), node->tls_identity());
        if (!own) return refused(console, own.error(), ExitCode::usage);
    }
    const auto hub = services::look_at_hub(arguments.url, node->tls_identity());
    if (!hub) return refused(console, hub.error(), ExitCode::resource);
    console.print(fmt::format("hub          {} ({})\nfingerprint  {}\n", hub->introduction.id,
                              collect::printable(hub->introduction.name),
                              hub->introduction.key.fingerprint()));
    if (hub->introduction.key.fingerprint() != arguments.fingerprint) {
        console.complain(arguments.fingerprint.empty()
                             ? "compare this fingerprint with the one the hub's administrator reads out, "
                               "then give it with --fingerprint"
                             : "this is not the fingerprint that was given: nothing was joined");
        return ExitCode::input;
    }
    const auto names = federation::parse_names(arguments.names).value_or(federation::Names::none);
    const auto invited = services::join_hub(*node, *hub, arguments.token, {names, arguments.own_url});
    if (!invited) return refused(console, invited.error(), ExitCode::input);
    console.print(fmt::format("this node    {}\nfingerprint  {}\n", node->settings().node_id,
                              node->signing_key().verifying_key().fingerprint()));
    if (*invited < names)
        console.complain(fmt::format("the hub's invitation says --names {}: that holds, and {} is not told",
                                     name_of(*invited), name_of(names)));
    console.say(
        fmt::format("Read this node's fingerprint out to the hub's administrator, who types:\n"
                    "  assidu member accept {} --fingerprint {}",
                    node->settings().node_id, node->signing_key().verifying_key().fingerprint()));
    return ExitCode::ok;
}

ExitCode send(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    auto node = open_to_change(dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const auto hub = services::read_hub(node->folder());
    if (!hub) return refused(console, hub.error(), ExitCode::configuration);
    if (!*hub) {
        console.complain(
            "this node has joined no hub: assidu join HUB-URL --token TOKEN --fingerprint FINGERPRINT");
        return ExitCode::configuration;
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    const auto carry = services::carry_to((*hub)->url, (*hub)->tls_fingerprint, node->tls_identity());
    if (!carry) return refused(console, carry.error(), ExitCode::configuration);
    services::Reported reported;
    const bool with_roster = (*hub)->names == federation::Names::roster;
    const auto done = services::report_to(*node, **hub, *carry, with_roster, reported);
    console.print(
        fmt::format("declared {} statements, {} receipted ({} bytes both ways), {} without a receipt\n",
                    reported.declared, reported.delivered.statements, grouped(reported.delivered.bytes),
                    reported.delivered.waiting));
    if (!done) return refused(console, done.error(), ExitCode::resource);
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
