#include "node/services/mnet_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "node/collect/text.h"
#include "rpc/moodle_xmlrpc.h"

namespace assidu::node::services {
namespace {

namespace limits = config::limits;
using collect::printable;
using rpc::MnetVerdict;

constexpr std::int32_t kNegotiation = 7000, kMalformed = 15, kInternal = 17, kNewKey = 7025;
constexpr std::int64_t kMinute_s = 60;
// Of peers' names in logs and counts, what a stranger may have written.
constexpr std::size_t kKeptBytesMax = 255;

bool is_keyswap(std::string_view method) {
    return method == "system/keyswap";
}

// The method of a fault's counts: our own words only.
std::string outcome_of(const rpc::Response& response) {
    const auto* const fault = std::get_if<rpc::Fault>(&response);
    return fault == nullptr ? "answered" : fmt::format("fault {}", fault->code);
}

std::string document_of(const rpc::Response& response) {
    if (const auto* const fault = std::get_if<rpc::Fault>(&response))
        return rpc::encode_moodle_fault(fault->code, fault->text);
    return rpc::encode_moodle_response(std::get<rpc::Value>(response));
}

}  // namespace

MnetDesk::MnetDesk(const MnetIdentity& identity, federation::PeerList& peers, std::mutex& peers_mutex,
                   const MnetMethods& methods, const MnetClient& client, const config::Clock& clock,
                   bool propose, std::function<void(std::string_view line)> log)
    : identity_(identity),
      peers_(peers),
      peers_mutex_(peers_mutex),
      methods_(methods),
      client_(client),
      clock_(clock),
      propose_(propose),
      log_(std::move(log)) {
    for (const auto& seal : peers_.seals())
        seals_.emplace(seal.seal, seal.until_utc_s);
}

MnetDesk::KnownPeer MnetDesk::find(const std::string& wwwroot) {
    const std::lock_guard lock(peers_mutex_);
    if (const std::int64_t version = peers_.version(); version != cached_version_) {
        cached_.clear();
        cached_version_ = version;
    }
    if (const auto found = cached_.find(wwwroot); found != cached_.end()) return found->second;
    const auto peer = peers_.find(wwwroot);
    // A stranger's key proves who it is as well: it may ask, and gets nothing yet.
    if (!peer || peer->state == federation::PeerState::revoked) return nullptr;
    auto certificate = rpc::MnetCertificate::of(peer->certificate);
    if (!certificate) return nullptr;
    return cached_.emplace(wwwroot, std::make_shared<const Known>(Known{*peer, std::move(*certificate)}))
        .first->second;
}

std::string MnetDesk::answer(std::string_view body, const std::string& peer_address) {
    const auto ring = identity_.ring();
    KnownPeer peer;
    const auto receive = [&] {
        return rpc::receive_message(body, *ring, [&](const std::string& wwwroot) {
            peer = wwwroot.size() <= limits::kMnetWwwrootBytesMax ? find(wwwroot) : nullptr;
            return peer ? std::optional(peer->certificate) : std::nullopt;
        });
    };
    rpc::MnetMessage message = receive();
    if (!message.is_sealed && !message.is_signed && message.verdict == MnetVerdict::not_sealed)
        return bare(message, peer_address);
    if (message.verdict == MnetVerdict::bad_signature && refresh(message.sender)) message = receive();
    if (message.verdict == MnetVerdict::accepted) return call(message, *ring, *peer);
    return refuse(message, *ring, peer, peer_address);
}

std::string MnetDesk::refuse(const rpc::MnetMessage& message, const rpc::MnetKeyRing& ring,
                             const KnownPeer& peer, const std::string& peer_address) {
    const std::int32_t code = rpc::fault_of(message.verdict);
    {
        const std::lock_guard lock(mutex_);
        ++counts_.refused;
    }
    count(peer ? peer->peer.wwwroot : "", "", fmt::format("fault {}", code));
    if (message.verdict != MnetVerdict::former_key)
        log_(fmt::format("MNet: refused a message from {} with fault {}: {}", peer_address, code,
                         message.why));
    std::string text(rpc::fault_text_of(message.verdict));
    if (message.verdict == MnetVerdict::unknown_sender)
        text = fmt::format("{}/{}", printable(message.sender.substr(0, kKeptBytesMax)), text);
    if (message.verdict == MnetVerdict::former_key) text = ring.current().certificate().pem();
    const std::string fault = rpc::encode_moodle_fault(code, text);
    // In the layers of the request, as far as it came in any that we opened; to whom is never its own choice.
    const bool opened = message.is_sealed && peer && message.verdict != MnetVerdict::not_opened;
    if (!opened && !(message.is_signed && peer)) return fault;
    if (!opened) return rpc::sign_envelope(fault, ring.current(), identity_.wwwroot(), clock_.now_utc_s());
    if (message.verdict == MnetVerdict::not_signed)
        return rpc::seal_envelope(fault, peer->certificate, identity_.wwwroot());
    const rpc::MnetKey& key = code == kNewKey ? ring.keys()[message.key] : ring.current();
    return rpc::seal_envelope(rpc::sign_envelope(fault, key, identity_.wwwroot(), clock_.now_utc_s()),
                              peer->certificate, identity_.wwwroot());
}

// In no envelope: keyswap, or nothing.
std::string MnetDesk::bare(const rpc::MnetMessage& message, const std::string& peer_address) {
    const auto call = rpc::decode_call(message.payload, rpc::Dialect::moodle);
    if (call && is_keyswap(call->method)) return keyswap(*call, peer_address);
    {
        const std::lock_guard lock(mutex_);
        ++counts_.refused;
    }
    const std::int32_t code = call ? rpc::fault_of(MnetVerdict::not_sealed) : kMalformed;
    count("", "", fmt::format("fault {}", code));
    log_(fmt::format("MNet: refused a message from {} with fault {}: it is in no envelope", peer_address,
                     code));
    return rpc::encode_moodle_fault(code, call ? rpc::fault_text_of(MnetVerdict::not_sealed)
                                               : rpc::fault_text_of(MnetVerdict::malformed));
}

bool MnetDesk::allows_keyswap() {
    const std::lock_guard lock(mutex_);
    ++counts_.keyswaps;
    const std::int64_t minute = clock_.now_utc_s() / kMinute_s;
    if (minute != keyswap_minute_) {
        keyswap_minute_ = minute;
        keyswaps_in_minute_ = 0;
    }
    return ++keyswaps_in_minute_ <= limits::kMnetKeyswapsAMinuteMax;
}

// Whatever becomes of the introduction, the answer is our certificate: it is public.
std::string MnetDesk::keyswap(const rpc::Call& call, const std::string& peer_address) {
    count("", call.method, "answered");
    if (allows_keyswap() && propose_ && propose(call)) {
        {
            const std::lock_guard lock(mutex_);
            ++counts_.proposed;
        }
        log_(fmt::format(
            "MNet: {} introduced itself from {}; compare its fingerprint and accept it: assidu peer show {}",
            *call.params[0].as_text(), peer_address, *call.params[0].as_text()));
    }
    return rpc::encode_moodle_response(rpc::Value::text(identity_.ring()->current().certificate().pem()));
}

// Puts a stranger down; nothing is fetched of it.
bool MnetDesk::propose(const rpc::Call& call) {
    const std::string* const address = call.params.empty() ? nullptr : call.params[0].as_text();
    const std::string* const pem = call.params.size() < 2 ? nullptr : call.params[1].as_text();
    if (address == nullptr || pem == nullptr) return false;
    std::string wwwroot = *address;
    if (wwwroot.ends_with('/')) wwwroot.pop_back();
    if (!rpc::check_wwwroot(wwwroot) || wwwroot == identity_.wwwroot()) return false;
    const auto certificate = rpc::MnetCertificate::of(*pem);
    if (!certificate || !certificate->is_of(wwwroot)) return false;
    // Mahara says no application, and its certificates no second name.
    const std::string application = call.params.size() >= 3 ? "moodle" : "mahara";
    const std::lock_guard lock(peers_mutex_);
    return peers_.propose(wwwroot, application, *certificate, clock_.now_utc_s());
}

bool MnetDesk::refresh(const std::string& wwwroot) {
    {
        const std::lock_guard lock(mutex_);
        const std::int64_t now_utc_s = clock_.now_utc_s();
        const auto [found, is_new] = refreshed_at_.try_emplace(wwwroot, now_utc_s);
        if (!is_new && now_utc_s < found->second + limits::kMnetRefreshSeconds) return false;
        found->second = now_utc_s;
    }
    if (!client_.refresh(wwwroot)) return false;
    log_(fmt::format("MNet: {} has a new key, signed for by the former one: it is pinned now", wwwroot));
    const std::lock_guard lock(mutex_);
    ++counts_.refreshed;
    return true;
}

bool MnetDesk::first_time(const std::string& seal) {
    const std::lock_guard lock(mutex_);
    const std::int64_t now_utc_s = clock_.now_utc_s();
    if (seals_.size() >= limits::kMnetRememberedMax) {
        std::erase_if(seals_, [&](const auto& kept) { return kept.second < now_utc_s; });
        // More than the window holds: rather none than one twice.
        if (seals_.size() >= limits::kMnetRememberedMax) return false;
    }
    const std::int64_t until_utc_s = now_utc_s + limits::kMnetRemembered_s;
    const auto [found, is_new] = seals_.try_emplace(seal, until_utc_s);
    if (!is_new && found->second >= now_utc_s) return false;
    found->second = until_utc_s;
    fresh_seals_.push_back({seal, until_utc_s});
    return true;
}

std::string MnetDesk::dispatch(const rpc::Call& call, const Known& peer, std::string& outcome) {
    if (is_keyswap(call.method)) {
        outcome = "answered";
        return rpc::encode_moodle_response(rpc::Value::text(identity_.ring()->current().certificate().pem()));
    }
    try {
        const rpc::Response response = methods_.answer(call, peer.peer);
        std::string document = document_of(response);
        outcome = outcome_of(response);
        return document;
    } catch (const std::exception& failure) {
        log_(fmt::format("MNet: a call of {} failed: {}", peer.peer.wwwroot, failure.what()));
        outcome = fmt::format("fault {}", kInternal);
        return rpc::encode_moodle_fault(kInternal, "Internal server error");
    }
}

std::string MnetDesk::call(const rpc::MnetMessage& message, const rpc::MnetKeyRing& ring, const Known& peer) {
    std::string document, method, outcome;
    const bool first = first_time(message.seal);
    if (!first) {
        document =
            rpc::encode_moodle_fault(kNegotiation, "This message was received before, and is answered once.");
        outcome = "replayed";
        log_(fmt::format("MNet: a message of {} came a second time, and is not answered again",
                         peer.peer.wwwroot));
    } else if (const auto call = rpc::decode_call(message.payload, rpc::Dialect::moodle); !call) {
        document = rpc::encode_moodle_fault(kMalformed, call.error().what);
        outcome = fmt::format("fault {}", kMalformed);
    } else {
        document = dispatch(*call, peer, outcome);
        // Names that are none of ours are counted as one.
        if (outcome == "answered") method = call->method;
    }
    {
        const std::lock_guard lock(mutex_);
        ++(first ? counts_.calls : counts_.refused);
        if (!first) ++counts_.replayed;
    }
    count(peer.peer.wwwroot, method, outcome);
    return rpc::seal_envelope(
        rpc::sign_envelope(document, ring.current(), identity_.wwwroot(), clock_.now_utc_s()),
        peer.certificate, identity_.wwwroot());
}

void MnetDesk::count(const std::string& wwwroot, const std::string& method, const std::string& outcome) {
    const std::lock_guard lock(mutex_);
    auto& calls = fresh_calls_[fmt::format("{}\n{}\n{}", wwwroot, method, outcome)];
    if (calls.count++ == 0) {
        calls.wwwroot = wwwroot;
        calls.method = method;
        calls.outcome = outcome;
    }
    calls.last_utc_s = clock_.now_utc_s();
}

MnetCounts MnetDesk::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

void MnetDesk::remember() {
    std::vector<federation::PeerCalls> calls;
    std::vector<federation::PeerList::Seal> seals;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [key, counted] : fresh_calls_)
            calls.push_back(std::move(counted));
        fresh_calls_.clear();
        seals.swap(fresh_seals_);
    }
    if (calls.empty() && seals.empty()) return;
    std::string problem;
    try {
        const std::lock_guard lock(peers_mutex_);
        peers_.remember(calls, seals, clock_.now_utc_s());
    } catch (const config::ResourceFailure& failure) {
        problem = failure.what();
    }
    const std::lock_guard lock(mutex_);
    counts_.problem = problem;
    if (problem.empty()) return;
    // The next time, then; seals are still known here.
    fresh_seals_.insert(fresh_seals_.end(), seals.begin(), seals.end());
    for (auto& lost : calls) {
        auto& kept = fresh_calls_[fmt::format("{}\n{}\n{}", lost.wwwroot, lost.method, lost.outcome)];
        lost.count += kept.count;
        lost.last_utc_s = std::max(lost.last_utc_s, kept.last_utc_s);
        kept = std::move(lost);
    }
}

}  // namespace assidu::node::services
