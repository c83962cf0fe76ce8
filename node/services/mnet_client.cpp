#include "node/services/mnet_client.h"

#include <fmt/format.h>

#include "config/limits.h"
#include "node/collect/text.h"
#include "rpc/mnet_reception.h"

namespace assidu::node::services {
namespace {

using collect::printable;
using config::refuse;
using config::Result;

constexpr std::int32_t kNewKey = 7025;
constexpr std::int32_t kNoSuchMethod = 7012;
constexpr std::int32_t kNoSuchFile = 705;
constexpr std::string_view kBlocks = "blocks/", kBlock = "block/";
// Moodle's own: it reads the body whatever this says.
constexpr std::string_view kContentType = "text/xml";
constexpr int kOk = 200;

// What an administrator can do about a fault that came in no envelope.
std::string_view advice_for(std::int32_t code) {
    switch (code) {
        case 7020:
            return ": it does not know this node; its administrator has to add it (Site administration > "
                   "Networking)";
        case 7021:
            return ": it did not take the message for a sealed one";
        case 7023:
            return ": it has another key than the one pinned here, without having kept the former one; "
                   "`assidu peer "
                   "add` it anew";
        default:
            return "";
    }
}

// Why a body is no answer that can be believed.
std::string disbelief(const rpc::MnetMessage& message) {
    if (!message.payload.empty()) {
        const auto response = rpc::decode_response(message.payload, rpc::Dialect::moodle);
        const auto* const fault = response ? std::get_if<rpc::Fault>(&*response) : nullptr;
        if (fault != nullptr && fault->code == kNewKey)
            return "says that it has a new key, for which the pinned one has not signed: it stays as it was; "
                   "compare "
                   "fingerprints with its administrator, and `assidu peer add` it anew";
        if (fault != nullptr)
            return fmt::format("answers, unproven, with fault {}: {}{}", fault->code, printable(fault->text),
                               advice_for(fault->code));
    }
    return "answers in a way that proves nothing: " + printable(message.why);
}

}  // namespace

std::optional<std::string> mnet_server_url(std::string_view wwwroot, std::string_view application) {
    if (application == "moodle") return std::string(wwwroot) + "/mnet/xmlrpc/server.php";
    if (application == "mahara") return std::string(wwwroot) + "/api/xmlrpc/server.php";
    return std::nullopt;
}

MnetClient::MnetClient(const MnetIdentity& identity, federation::PeerList& peers, std::mutex& peers_mutex,
                       const config::Clock& clock, MnetTransport transport)
    : identity_(identity),
      peers_(peers),
      peers_mutex_(peers_mutex),
      clock_(clock),
      transport_(std::move(transport)) {
    if (!transport_)
        transport_ = [](const rpc::WebUrl& url, std::string_view content_type, std::string_view body) {
            rpc::WebPostTimes times;
            times.call = std::chrono::milliseconds(config::limits::kMnetCallMillisecondsMax);
            return rpc::web_exchange(url, content_type, body, config::limits::kMnetBodyBytesMax, times);
        };
}

Result<federation::Peer> MnetClient::peer(const std::string& wwwroot) const {
    const std::lock_guard lock(peers_mutex_);
    const auto found = peers_.find(wwwroot);
    if (!found || found->state != federation::PeerState::accepted)
        return refuse(fmt::format("'{}' is no accepted peer of this node: assidu peer add {}",
                                  printable(wwwroot), printable(wwwroot)));
    return *found;
}

Result<rpc::HttpMessage> MnetClient::post(const std::string& wwwroot, const std::string& application,
                                          const std::string& body) const {
    const auto address = mnet_server_url(wwwroot, application);
    if (!address)
        return refuse(fmt::format("'{}' is no application that is known here", printable(application)));
    const auto url = rpc::web_url_of(*address);
    if (!url) return std::unexpected(url.error());
    auto answer = transport_(*url, kContentType, body);
    if (answer && answer->status != kOk)
        return refuse(
            fmt::format("{}: answers with HTTP status {}: Moodle Networking is not running there, or it met "
                        "an error that it cannot tell",
                        *address, answer->status));
    return answer;
}

Result<rpc::MnetCertificate> MnetClient::keyswap(const std::string& wwwroot,
                                                 const std::string& application) const {
    if (const auto good = rpc::check_wwwroot(wwwroot); !good) return std::unexpected(good.error());
    const auto ring = identity_.ring();
    const auto answer =
        post(wwwroot, application,
             rpc::encode_moodle_call("system/keyswap", {rpc::Value::text(identity_.wwwroot()),
                                                        rpc::Value::text(ring->current().certificate().pem()),
                                                        rpc::Value::text(application)}));
    if (!answer) return std::unexpected(answer.error());
    const auto response = rpc::decode_response(
        answer->body.substr(std::min(answer->body.find('<'), answer->body.size())), rpc::Dialect::moodle);
    const auto* const value = response ? std::get_if<rpc::Value>(&*response) : nullptr;
    const std::string* const pem = value != nullptr ? value->as_text() : nullptr;
    if (pem == nullptr)
        return refuse(fmt::format("{}: does not answer system/keyswap with a certificate{}", wwwroot,
                                  response ? "" : " (" + printable(response.error().what) + ")"));
    auto certificate = rpc::MnetCertificate::of(*pem);
    if (!certificate)
        return refuse(fmt::format("{}: of the certificate it gives: {}", wwwroot, certificate.error().what));
    if (const auto named = certificate->is_of(wwwroot); !named)
        return refuse(fmt::format("{}: {}; write the address as that Moodle writes its own ($CFG->wwwroot)",
                                  wwwroot, printable(named.error().what)));
    return certificate;
}

Result<void> MnetClient::renew(const federation::Peer& peer, const rpc::MnetCertificate& pinned,
                               const std::string& pem) const {
    const auto fresh = rpc::MnetCertificate::of(pem);
    if (!fresh)
        return refuse(fmt::format("{}: says that it has a new key, and gives none: {}", peer.wwwroot,
                                  fresh.error().what));
    if (const auto named = fresh->is_of(peer.wwwroot); !named)
        return refuse(fmt::format("{}: says that it has a new key, and {}", peer.wwwroot,
                                  printable(named.error().what)));
    if (*fresh == pinned || fresh->begins_utc_s() <= pinned.begins_utc_s())
        return refuse(
            fmt::format("{}: says that it has a new key, and gives one that is not newer than the pinned one",
                        peer.wwwroot));
    const std::lock_guard lock(peers_mutex_);
    // Another call may have been faster; what it pinned is looked at by the next try.
    (void)peers_.replace_certificate(peer.wwwroot, pinned, *fresh, clock_.now_utc_s());
    return {};
}

Result<MnetClient::Exchange> MnetClient::exchange(const federation::Peer& peer, const std::string& method,
                                                  const std::vector<rpc::Value>& params) const {
    const auto pinned = rpc::MnetCertificate::of(peer.certificate);
    if (!pinned)
        return refuse(fmt::format("{}: its pinned certificate: {}", peer.wwwroot, pinned.error().what));
    const auto ring = identity_.ring();
    const std::string document = rpc::sign_envelope(rpc::encode_moodle_call(method, params), ring->current(),
                                                    identity_.wwwroot(), clock_.now_utc_s());
    const auto answer =
        post(peer.wwwroot, peer.application, rpc::seal_envelope(document, *pinned, identity_.wwwroot()));
    if (!answer) return std::unexpected(answer.error());
    const rpc::MnetMessage message =
        rpc::receive_message(answer->body, *identity_.ring(), [&](const std::string& wwwroot) {
            return wwwroot == peer.wwwroot ? std::optional(*pinned) : std::nullopt;
        });
    // Sealed for a former key of ours is well where the rest holds: the peer will learn the new one.
    const bool believed = message.verdict == rpc::MnetVerdict::accepted ||
                          (message.verdict == rpc::MnetVerdict::former_key && message.is_verified);
    if (!believed) return refuse(fmt::format("{}: {}", peer.wwwroot, disbelief(message)));
    auto response = rpc::decode_response(message.payload, rpc::Dialect::moodle);
    if (!response)
        return refuse(fmt::format("{}: its answer is not taken: {}", peer.wwwroot, response.error().what));
    Exchange done{std::move(*response)};
    const auto* const fault = std::get_if<rpc::Fault>(&done.response);
    if (fault != nullptr && fault->code == kNewKey) {
        if (const auto renewed = renew(peer, *pinned, fault->text); !renewed)
            return std::unexpected(renewed.error());
        done.renewed = true;
    }
    return done;
}

Result<rpc::Response> MnetClient::with_renewal(const std::string& wwwroot, const std::string& method,
                                               const std::vector<rpc::Value>& params,
                                               std::vector<std::string>& remarks) const {
    for (bool again = true;; again = false) {
        const auto known = peer(wwwroot);
        if (!known) return std::unexpected(known.error());
        auto done = exchange(*known, method, params);
        if (!done) return std::unexpected(done.error());
        if (!done->renewed) return std::move(done->response);
        remarks.push_back(
            fmt::format("{} has a new key, signed for by the former one: it is pinned now", wwwroot));
        if (!again) return refuse(fmt::format("{}: says a second time that it has a new key", wwwroot));
    }
}

Result<MnetAnswer> MnetClient::call(const std::string& wwwroot, const std::string& method,
                                    const std::vector<rpc::Value>& params) const {
    MnetAnswer answer;
    auto response = with_renewal(wwwroot, method, params, answer.remarks);
    if (!response) return std::unexpected(response.error());
    answer.response = std::move(*response);
    const auto* const fault = std::get_if<rpc::Fault>(&answer.response);
    if (fault == nullptr || (fault->code != kNoSuchMethod && fault->code != kNoSuchFile) ||
        !method.starts_with(kBlocks))
        return answer;
    const std::string other = std::string(kBlock) + method.substr(kBlocks.size());
    auto second = with_renewal(wwwroot, other, params, answer.remarks);
    const bool helped = second && std::holds_alternative<rpc::Value>(*second);
    answer.remarks.push_back(fmt::format(
        "{} answers \"{}\" with fault {}{}: that Moodle has the paths of its blocks' functions wrong, as "
        "they come, and "
        "needs them put right in its table mnet_rpc (xmlrpcpath from \"block/\" to \"blocks/\"), or does not "
        "offer the "
        "service to this node",
        wwwroot, method, fault->code,
        helped ? fmt::format(", and \"{}\" well", other) : fmt::format(", and \"{}\" no better", other)));
    if (helped) answer.response = std::move(*second);
    return answer;
}

bool MnetClient::refresh(const std::string& wwwroot) const {
    const auto known = peer(wwwroot);
    if (!known) return false;
    const auto published = keyswap(wwwroot, known->application);
    if (!published || published->pem() == known->certificate) return false;
    const auto asked = exchange(*known, "system/listServices", {});
    return asked && asked->renewed;
}

}  // namespace assidu::node::services
