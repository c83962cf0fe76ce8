#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/cli/mnet_commands.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/services/mnet_client.h"
#include "node/services/mnet_identity.h"
#include "node/services/mnet_methods.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using config::Refusal;
using config::Result;
using federation::Peer;
using federation::PeerState;
using nlohmann::ordered_json;

ExitCode refused(Console& console, const Refusal& refusal, ExitCode code) {
    console.complain(printable(refusal.what));  // in words of the other side, too
    return code;
}

// What these commands need of a node's folder. It is read beside whatever else works there: SQLite keeps the
// list of peers apart.
struct Mnet {
    std::unique_ptr<services::MnetIdentity> identity;
    config::CivilCalendar calendar;
    federation::PeerList peers;
    std::mutex peers_mutex;
};

Result<std::unique_ptr<Mnet>> open_mnet(const std::filesystem::path& dir, const config::Clock& clock) {
    const NodeFolder folder{dir};
    const auto node = Node::open(folder, clock, Node::Access::look);
    if (!node) return std::unexpected(node.error());
    auto identity = services::MnetIdentity::open(folder, node->settings(), clock);
    if (!identity) return std::unexpected(identity.error());
    return std::unique_ptr<Mnet>(
        new Mnet{std::move(*identity), node->calendar(), federation::PeerList(folder.peers()), {}});
}

std::string without_slash(std::string url) {
    if (url.ends_with('/')) url.pop_back();
    return url;
}

ExitCode list(const Mnet& mnet, Console& console) {
    for (const Peer& peer : mnet.peers.all()) {
        std::string services;
        for (const auto& grant : peer.grants)
            services += (services.empty() ? "" : ", ") + grant.service;
        console.print(fmt::format("{:<48} {:<9} {:<7} since {}  {}\n", printable(peer.wwwroot),
                                  name_of(peer.state), printable(peer.application),
                                  mnet.calendar.local_iso(peer.since_utc_s),
                                  services.empty() ? "nothing granted" : "granted " + services));
    }
    console.say(fmt::format("this node  {}\nfingerprint {}", mnet.identity->wwwroot(),
                            mnet.identity->ring()->current().certificate().fingerprint()));
    return ExitCode::ok;
}

ExitCode show(const Mnet& mnet, const std::string& wwwroot, Console& console) {
    const auto peer = mnet.peers.find(wwwroot);
    if (!peer)
        return refused(console, {fmt::format("'{}' is no peer of this node: assidu peer list", wwwroot)},
                       ExitCode::usage);
    const auto local = [&](std::int64_t utc_s) { return mnet.calendar.local_iso(utc_s); };
    console.print(fmt::format("peer         {}\napplication  {}\nstate        {} since {}\nkey since    {}\n",
                              printable(peer->wwwroot), printable(peer->application), name_of(peer->state),
                              local(peer->since_utc_s), local(peer->key_since_utc_s)));
    if (const auto certificate = rpc::MnetCertificate::of(peer->certificate))
        console.print(fmt::format(
            "fingerprint  {}\ncertificate  '{}', RSA of {} bits, {} to {} (nobody vouches for the "
            "dates)\n",
            certificate->fingerprint(), printable(certificate->common_name()), certificate->bits(),
            local(certificate->begins_utc_s()), local(certificate->ends_utc_s())));
    for (const auto& grant : peer->grants)
        for (const std::string& condition : grant.conditions)
            console.print(fmt::format("granted      {} for {} since {}\n", grant.service,
                                      printable(condition), local(grant.since_utc_s)));
    for (const auto& calls : mnet.peers.calls())
        if (calls.wwwroot == peer->wwwroot)
            console.print(fmt::format("calls        {:<8} {} {} (last {})\n", calls.count, calls.outcome,
                                      printable(calls.method), local(calls.last_utc_s)));
    if (peer->state == PeerState::proposed)
        console.say(
            fmt::format("Compare the fingerprint with the one its administrator reads out, then type:\n"
                        "  assidu peer accept {} --fingerprint FINGERPRINT",
                        printable(peer->wwwroot)));
    return ExitCode::ok;
}

// Pins a certificate if its fingerprint is the one that was given.
ExitCode pin(Mnet& mnet, const PeerArguments& arguments, const rpc::MnetCertificate& certificate,
             const std::string& command, const config::Clock& clock, Console& console) {
    console.print(
        fmt::format("peer         {}\nfingerprint  {}\n", arguments.wwwroot, certificate.fingerprint()));
    if (certificate.fingerprint() != arguments.fingerprint) {
        console.complain(
            arguments.fingerprint.empty()
                ? fmt::format("compare this fingerprint with the one that the peer's administrator reads "
                              "out (of the certificate at {}/mnet/publickey.php: openssl x509 -pubkey "
                              "-noout | openssl pkey -pubin -outform DER | sha256sum), then type: assidu "
                              "peer {} {} --fingerprint {}",
                              arguments.wwwroot, command, arguments.wwwroot, certificate.fingerprint())
                : std::string("this is not the fingerprint that was given: nothing was accepted"));
        return ExitCode::input;
    }
    if (const auto accepted =
            mnet.peers.accept(arguments.wwwroot, arguments.application, certificate, clock.now_utc_s());
        !accepted)
        return refused(console, accepted.error(), ExitCode::usage);
    console.print(fmt::format("this node    {}\nfingerprint  {}\n", mnet.identity->wwwroot(),
                              mnet.identity->ring()->current().certificate().fingerprint()));
    console.say(fmt::format(
        "accepted. It may ask for nothing yet: assidu peer grant {} use_stats --students everyone\n"
        "Its administrator adds this node under Site administration > Networking > Manage peers.",
        arguments.wwwroot));
    return ExitCode::ok;
}

ExitCode grant(Mnet& mnet, const PeerArguments& arguments, const config::Clock& clock, Console& console) {
    const federation::Grant wanted{arguments.service, arguments.conditions, clock.now_utc_s()};
    if (const auto good = services::check_grant(wanted); !good)
        return refused(console, good.error(), ExitCode::usage);
    if (const auto done = mnet.peers.grant(arguments.wwwroot, wanted); !done)
        return refused(console, done.error(), ExitCode::usage);
    console.say(fmt::format("{} is granted {} for {}", arguments.wwwroot, wanted.service,
                            printable(fmt::format("{}", fmt::join(wanted.conditions, ", ")))));
    return ExitCode::ok;
}

ExitCode revoke(Mnet& mnet, const PeerArguments& arguments, const config::Clock& clock, Console& console) {
    const auto done = arguments.service.empty() ? mnet.peers.revoke(arguments.wwwroot, clock.now_utc_s())
                                                : mnet.peers.withdraw(arguments.wwwroot, arguments.service);
    if (!done) return refused(console, done.error(), ExitCode::usage);
    console.say(arguments.service.empty()
                    ? fmt::format("nothing more is taken from {}", arguments.wwwroot)
                    : fmt::format("{} is no longer granted {}", arguments.wwwroot, arguments.service));
    return ExitCode::ok;
}

ExitCode rotate(Mnet& mnet, Console& console) {
    const std::string before = mnet.identity->ring()->current().certificate().fingerprint();
    if (const auto done = mnet.identity->rotate(); !done)
        return refused(console, done.error(), ExitCode::resource);
    console.print(fmt::format("former       {}\nfingerprint  {}\n", before,
                              mnet.identity->ring()->current().certificate().fingerprint()));
    console.say(
        "Peers that call this node learn the new key by themselves; such as are only called by it need this "
        "node's listener to learn it.");
    return ExitCode::ok;
}

// JSON and XML-RPC's values: what has no counterpart is refused.
Result<rpc::Value> value_of(const ordered_json& of) {
    if (of.is_boolean()) return rpc::Value::boolean(of.get<bool>());
    if (of.is_number_integer()) return rpc::Value::integer(of.get<std::int64_t>());
    if (of.is_string() && rpc::is_xml_text(of.get_ref<const std::string&>()))
        return rpc::Value::text(of.get<std::string>());
    if (of.is_array()) {
        rpc::Value::Array elements;
        for (const auto& element : of) {
            auto value = value_of(element);
            if (!value) return value;
            elements.push_back(std::move(*value));
        }
        return rpc::Value::array(std::move(elements));
    }
    if (of.is_object()) {
        rpc::Value::Struct members;
        for (const auto& [name, member] : of.items()) {
            auto value = value_of(member);
            if (!value) return value;
            members.emplace(name, std::move(*value));
        }
        return rpc::Value::structure(std::move(members));
    }
    return config::refuse(
        "parameters are whole numbers, texts, true, false, lists and objects: no fraction, no null");
}

ordered_json json_of(const rpc::Value& value) {
    if (const auto number = value.as_integer()) return *number;
    if (const auto truth = value.as_boolean()) return *truth;
    if (const auto* const text = value.as_text()) return *text;
    if (const auto* const bytes = value.as_bytes()) return *bytes;
    if (const auto* const elements = value.as_array()) {
        ordered_json list = ordered_json::array();
        for (const auto& element : *elements)
            list.push_back(json_of(element));
        return list;
    }
    ordered_json object = ordered_json::object();
    for (const auto& [name, member] : *value.as_structure())
        object[name] = json_of(member);
    return object;
}

Result<std::vector<rpc::Value>> params_of(const std::string& text) {
    if (text.size() > config::limits::kDocumentBytesMax) return config::refuse("the parameters are too long");
    const auto parsed = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_array())
        return config::refuse("the parameters are a JSON list, such as '[\"use_stats\"]'");
    const auto value = value_of(parsed);
    if (!value) return std::unexpected(value.error());
    return *value->as_array();
}

}  // namespace

ExitCode peer(const PeerArguments& given, const config::Clock& clock, Console& console) {
    PeerArguments arguments = given;
    arguments.wwwroot = without_slash(arguments.wwwroot);
    const auto mnet = open_mnet(arguments.dir, clock);
    if (!mnet) return refused(console, mnet.error(), ExitCode::configuration);
    if (arguments.action == "list") return list(**mnet, console);
    if (arguments.action == "rotate") return rotate(**mnet, console);
    if (arguments.action == "show") return show(**mnet, arguments.wwwroot, console);
    if (arguments.action == "grant") return grant(**mnet, arguments, clock, console);
    if (arguments.action == "revoke") return revoke(**mnet, arguments, clock, console);
    if (arguments.action == "accept") {
        const auto known = (*mnet)->peers.find(arguments.wwwroot);
        if (!known)
            return refused(console,
                           {fmt::format("'{}' has not introduced itself: assidu peer add {}",
                                        arguments.wwwroot, arguments.wwwroot)},
                           ExitCode::usage);
        const auto certificate = rpc::MnetCertificate::of(known->certificate);
        if (!certificate) return refused(console, certificate.error(), ExitCode::input);
        arguments.application = known->application;
        return pin(**mnet, arguments, *certificate, "accept", clock, console);
    }
    const services::MnetClient client(*(*mnet)->identity, (*mnet)->peers, (*mnet)->peers_mutex, clock);
    const auto certificate = client.keyswap(arguments.wwwroot, arguments.application);
    if (!certificate) return refused(console, certificate.error(), ExitCode::resource);
    return pin(**mnet, arguments, *certificate, "add", clock, console);
}

ExitCode call(const CallArguments& arguments, const config::Clock& clock, Console& console) {
    const auto params = params_of(arguments.params);
    if (!params) return refused(console, params.error(), ExitCode::usage);
    if (!rpc::is_mnet_method(arguments.method))
        return refused(console,
                       {fmt::format("'{}' is no method of Moodle Networking, such as system/listServices",
                                    arguments.method)},
                       ExitCode::usage);
    const auto mnet = open_mnet(arguments.dir, clock);
    if (!mnet) return refused(console, mnet.error(), ExitCode::configuration);
    const services::MnetClient client(*(*mnet)->identity, (*mnet)->peers, (*mnet)->peers_mutex, clock);
    const auto answer = client.call(without_slash(arguments.peer), arguments.method, *params);
    if (!answer) return refused(console, answer.error(), ExitCode::resource);
    for (const std::string& remark : answer->remarks)
        console.complain(printable(remark));
    if (const auto* const fault = std::get_if<rpc::Fault>(&answer->response)) {
        console.complain(fmt::format("fault {}: {}", fault->code, printable(fault->text)));
        return ExitCode::input;
    }
    console.print(json_of(std::get<rpc::Value>(answer->response))
                      .dump(2, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace) +
                  "\n");
    return ExitCode::ok;
}

void add_peer(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
              const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<PeerArguments>();
    CLI::App* command =
        app.add_subcommand("peer", "Moodles that this node speaks Moodle Networking with (docs/mnet.md)");
    command->require_subcommand(1);
    CLI::App* add = command->add_subcommand(
        "add", "Ask a Moodle for its key, and accept it if it has the fingerprint that was given");
    CLI::App* accept = command->add_subcommand("accept", "Accept a Moodle that introduced itself");
    CLI::App* all = command->add_subcommand("list", "All of them, and this node's own fingerprint");
    CLI::App* one = command->add_subcommand("show", "One of them: its key, what it was granted, its calls");
    CLI::App* granting = command->add_subcommand("grant", "Let it ask for a service");
    CLI::App* revoking =
        command->add_subcommand("revoke", "Take a grant back, or without SERVICE nothing more from the peer");
    CLI::App* rotating =
        command->add_subcommand("rotate", "Make a new key for this node; three former ones are kept");
    for (CLI::App* action : {add, accept, one, granting, revoking})
        action
            ->add_option("URL", arguments->wwwroot,
                         "The peer's address as it writes it itself ($CFG->wwwroot)")
            ->required();
    for (CLI::App* action : {add, accept})
        action->add_option("--fingerprint", arguments->fingerprint,
                           "SHA-256 of its public key, as its administrator reads it out");
    add->add_option("--application", arguments->application, "moodle (another Assidu, too) or mahara")
        ->capture_default_str()
        ->check(CLI::IsMember({"moodle", "mahara"}));
    granting
        ->add_option("SERVICE", arguments->service,
                     "use_stats (students' time), or relay (questions for others)")
        ->required();
    granting
        ->add_option("--students,--for", arguments->conditions,
                     "Of whom: everyone, cohort=NAME, institution=NAME, department=NAME, email_domain=NAME, "
                     "student=PSEUDONYM; for relay: everyone or peer=URL; may be repeated")
        ->required()
        ->allow_extra_args(false);
    revoking->add_option("SERVICE", arguments->service, "Only this grant");
    for (CLI::App* action : {add, accept, all, one, granting, revoking, rotating}) {
        action->callback([&, action, arguments] {
            arguments->action = action->get_name();
            run = [&, arguments] {
                arguments->dir = dir;
                return peer(*arguments, clock, console);
            };
        });
    }
    const auto calling = std::make_shared<CallArguments>();
    CLI::App* call_command =
        app.add_subcommand("call", "Call a method of an accepted peer; the answer as JSON");
    call_command->add_option("PEER", calling->peer, "Its address, as `peer list` shows it")->required();
    call_command->add_option("METHOD", calling->method, "Such as system/listServices")->required();
    call_command->add_option("PARAMS", calling->params, "A JSON list")->capture_default_str();
    call_command->callback([&, calling] {
        run = [&, calling] {
            calling->dir = dir;
            return call(*calling, clock, console);
        };
    });
}

}  // namespace assidu::node::cli
