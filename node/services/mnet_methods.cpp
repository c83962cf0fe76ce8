#include "node/services/mnet_methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::services {
namespace {

using collect::printable;
using config::refuse;
using rpc::Fault;
using rpc::Value;

constexpr std::string_view kSystemSlash = "system/", kSystemDot = "system.";
constexpr std::string_view kBlocksPath = "blocks/use_stats/rpclib.php/",
                           kBlockPath = "block/use_stats/rpclib.php/";
constexpr std::string_view kWrapped = "_wrapped";
constexpr std::array<std::string_view, 2> kFunctions{kGetStats, kGetScores};
constexpr std::string_view kEveryone = "everyone", kPeerCondition = "peer=";

// Moodle has one text for all that it does not have or does not show.
Fault not_there(std::int32_t code) {
    return {code, "Unable to locate function, or function prohibited for RPC."};
}
constexpr std::int32_t kNoSuchName = 713, kNoSuchMethod = 7012, kNoSuchSystemMethod = 7018, kNoParams = 17;

// The function behind a path, "_wrapped" included; empty if it is none of the service's.
std::string_view function_of(std::string_view path) {
    for (const std::string_view prefix : {kBlocksPath, kBlockPath}) {
        if (!path.starts_with(prefix)) continue;
        path.remove_prefix(prefix.size());
        std::string_view name = path;
        if (name.ends_with(kWrapped)) name.remove_suffix(kWrapped.size());
        return std::ranges::find(kFunctions, name) == kFunctions.end() ? std::string_view() : path;
    }
    return {};
}

std::string_view unwrapped(std::string_view function) {
    if (function.ends_with(kWrapped)) function.remove_suffix(kWrapped.size());
    return function;
}

const std::string* text_at(const std::vector<Value>& params, std::size_t index) {
    return index < params.size() ? params[index].as_text() : nullptr;
}

StudentScope scope_of(const federation::Grant& grant) {
    StudentScope scope;
    // What was written under another version's rules names nobody.
    for (const std::string& condition : grant.conditions)
        (void)add_to_scope(scope, condition);
    return scope;
}

bool may_relay(const federation::Peer& peer, const std::string& to) {
    const federation::Grant* const grant = peer.grant_of(kRelayService);
    return grant != nullptr && std::ranges::any_of(grant->conditions, [&](const std::string& condition) {
               return condition == kEveryone || condition == std::string(kPeerCondition) + to;
           });
}

}  // namespace

config::Result<void> check_grant(const federation::Grant& grant) {
    if (grant.conditions.empty())
        return refuse("say for whom: a grant without conditions would be for nobody");
    if (grant.conditions.size() > config::limits::kMnetGrantEntriesMax)
        return refuse(fmt::format("a grant has at most {} conditions", config::limits::kMnetGrantEntriesMax));
    if (grant.service == kUseStatsService) {
        StudentScope scope;
        for (const std::string& condition : grant.conditions)
            if (auto added = add_to_scope(scope, condition); !added) return added;
        return {};
    }
    if (grant.service != kRelayService)
        return refuse(fmt::format("'{}' is no service of this node: {} or {}", printable(grant.service),
                                  kUseStatsService, kRelayService));
    for (const std::string& condition : grant.conditions) {
        if (condition == kEveryone) continue;
        if (!condition.starts_with(kPeerCondition) ||
            !rpc::check_wwwroot(condition.substr(kPeerCondition.size())))
            return refuse(fmt::format("'{}' is no condition of {}: everyone, or peer=WWWROOT",
                                      printable(condition), kRelayService));
    }
    return {};
}

MnetMethods::MnetMethods(UseStats use_stats, const MnetClient& client, std::string own_wwwroot)
    : use_stats_(std::move(use_stats)), client_(client), own_wwwroot_(std::move(own_wwwroot)) {}

rpc::Response MnetMethods::answer(const rpc::Call& call, const federation::Peer& peer) const {
    for (const std::string_view prefix : {kSystemSlash, kSystemDot})
        if (std::string_view(call.method).starts_with(prefix))
            return system(std::string_view(call.method).substr(prefix.size()), call.params, peer);
    if (!rpc::is_mnet_method(call.method)) return not_there(kNoSuchName);
    const std::string_view function = function_of(call.method);
    if (function.empty() || peer.grant_of(kUseStatsService) == nullptr) return not_there(kNoSuchMethod);
    return use_stats(function, call.params, peer);
}

rpc::Response MnetMethods::system(std::string_view method, const std::vector<Value>& params,
                                  const federation::Peer& peer) const {
    const bool has_use_stats = peer.grant_of(kUseStatsService) != nullptr;
    if (method == "listServices") {
        Value::Array services;
        if (has_use_stats)
            services.push_back(Value::structure({{"name", Value::text(std::string(kUseStatsService))},
                                                 {"apiversion", Value::text("1")},
                                                 {"publish", Value::text("1")},
                                                 {"subscribe", Value::text("0")}}));
        return Value::array(std::move(services));
    }
    if (method == "listMethods") {
        const std::string* const service = text_at(params, 0);
        Value::Array paths;
        if (has_use_stats && (service == nullptr || service->empty() || *service == kUseStatsService))
            for (const std::string_view function : {kGetScores, kGetStats})
                for (const std::string_view suffix : {std::string_view(), kWrapped})
                    paths.push_back(Value::text(fmt::format("{}{}{}", kBlocksPath, function, suffix)));
        return Value::array(std::move(paths));
    }
    const bool asks_signature = method == "methodSignature";
    if (!asks_signature && method != "methodHelp") return not_there(kNoSuchSystemMethod);
    const std::string* const path = text_at(params, 0);
    if (path == nullptr) return Fault{kNoParams, "Internal server error"};
    const std::string_view function = has_use_stats ? unwrapped(function_of(*path)) : std::string_view();
    if (function.empty()) return Value::boolean(false);
    return asks_signature ? use_stats_signature(function) : Value::text(use_stats_help(function));
}

rpc::Response MnetMethods::use_stats(std::string_view function, const std::vector<Value>& params,
                                     const federation::Peer& peer) const {
    const UseStatsCaller caller{peer.wwwroot, scope_of(*peer.grant_of(kUseStatsService))};
    auto answered = use_stats_(caller, unwrapped(function), params, function.ends_with(kWrapped));
    if (!answered) throw config::ResourceFailure(answered.error().what);
    if (auto* const value = std::get_if<Value>(&*answered)) return std::move(*value);
    if (auto* const fault = std::get_if<Fault>(&*answered)) return std::move(*fault);
    return relayed(std::get<UseStatsElsewhere>(*answered), peer);
}

Value MnetMethods::relayed(const UseStatsElsewhere& elsewhere, const federation::Peer& peer) const {
    // Whoever may not, and whoever asks for nobody, learn the same.
    if (!may_relay(peer, elsewhere.whereroot) || elsewhere.whereroot == peer.wwwroot)
        return use_stats_not_relayed(
            elsewhere.query, fmt::format("'{}' is not asked for you", printable(elsewhere.whereroot)));
    const std::string path =
        std::string(kBlocksPath) +
        std::string(elsewhere.query.kind == UseStatsQuery::Kind::scores ? kGetScores : kGetStats);
    const auto answer =
        client_.call(elsewhere.whereroot, path, use_stats_params(elsewhere.query, own_wwwroot_));
    if (!answer) return use_stats_not_relayed(elsewhere.query, printable(answer.error().what));
    if (const auto* const fault = std::get_if<Fault>(&answer->response))
        return use_stats_not_relayed(elsewhere.query,
                                     fmt::format("{} : {}", fault->code, printable(fault->text)));
    return use_stats_relayed(elsewhere.query, std::get<Value>(answer->response));
}

}  // namespace assidu::node::services
