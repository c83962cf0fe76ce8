#include "node/services/mnet_listener.h"

#include <fmt/format.h>

#include <utility>

#include "config/limits.h"
#include "node/services/node_readers.h"
#include "node/services/use_stats.h"
#include "rpc/http_server.h"
#include "rpc/web_certificate.h"
#include "rpc/xml_text.h"

namespace assidu::node::services {
namespace {

constexpr int kOk = 200, kNotFound = 404, kGoOn = 0;
constexpr const char* kXml = "text/xml; charset=utf-8";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
// The column that a Moodle keeps the title in has 80 characters.
constexpr std::size_t kTitleBytesMax = 70;

using Response = rpc::HttpServer::Response;

std::string_view without_query(std::string_view target) {
    return target.substr(0, target.find('?'));
}

// At most that many bytes, cut between characters.
std::string shortened(std::string text) {
    if (text.size() <= kTitleBytesMax) return text;
    text.resize(kTitleBytesMax);
    while (!text.empty() && rpc::first_bad_byte(text))
        text.pop_back();
    return text;
}

// The service use_stats of the node in `nodes`. `own_roots`: addresses under which a question is its to
// answer.
MnetMethods::UseStats use_stats_of(NodeReaders& nodes, std::vector<std::string> own_roots) {
    return [&nodes, roots = std::move(own_roots)](const UseStatsCaller& caller, std::string_view function,
                                                  std::span<const rpc::Value> params,
                                                  bool wrapped) -> config::Result<UseStatsAnswer> {
        UseStatsAnswer answer;
        const auto done = nodes.with([&](const Node& node) {
            answer = answer_use_stats(node, caller, function, params, wrapped, roots);
        });
        if (!done) return std::unexpected(done.error());
        return answer;
    };
}

class Listening final : public MnetListener {
  public:
    Listening(const NodeFolder& folder, const config::Settings& settings, const config::Clock& clock,
              std::unique_ptr<MnetIdentity> identity, std::string path,
              std::function<void(std::string_view)> log)
        : log_(std::move(log)),
          path_(std::move(path)),
          identity_(std::move(identity)),
          peers_(folder.peers()),
          readers_(folder, clock),
          client_(*identity_, peers_, peers_mutex_, clock),
          methods_(use_stats_of(readers_, {settings.mnet.wwwroot, without_slash(settings.wwwroot)}), client_,
                   settings.mnet.wwwroot),
          desk_(*identity_, peers_, peers_mutex_, methods_, client_, clock, settings.mnet.propose, log_) {
        std::string title;
        rpc::append_escaped(title, shortened("Assidu: " + settings.name));
        page_ = fmt::format(
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{0}</title></head>"
            "<body><p>{0}</p></body></html>\n",
            title);
    }

    config::Result<void> listen(const config::MnetSettings& settings,
                                const rpc::WebCertificate* certificate) {
        const auto endpoint = config::parse_endpoint(settings.listen);
        if (!endpoint) return std::unexpected(endpoint.error());
        rpc::HttpServerOptions options;
        options.address = endpoint->address;
        options.port = endpoint->port;
        // In the clear as Moodles are: what is secret is sealed.
        options.plain_beyond_loopback = true;
        options.web_certificate = certificate;
        options.client_certificate = rpc::ClientCertificate::not_asked;
        options.body_bytes_max = config::limits::kMnetBodyBytesMax;
        options.connections_max = config::limits::kMnetConnectionsMax;
        // Behind a reverse proxy everybody has its address.
        if (certificate == nullptr) options.connections_per_address_max = options.connections_max;
        options.judge = [this](const std::string& method, const std::string& path, const std::string&) {
            return judge(method, without_query(path));
        };
        options.log = [this](std::string_view line) { log_(fmt::format("MNet: {}", line)); };
        auto server = rpc::HttpServer::start(
            std::move(options), [this](const rpc::HttpServer::Request& request) { return answer(request); });
        if (!server) return std::unexpected(server.error());
        server_ = std::make_unique<rpc::HttpServer>(std::move(*server));
        return {};
    }

    std::uint16_t port() const override { return server_->port(); }
    std::string fingerprint() const override {
        return identity_->ring()->current().certificate().fingerprint();
    }
    MnetCounts counts() const override { return desk_.counts(); }
    void remember() override { desk_.remember(); }
    void stop(std::chrono::milliseconds grace) override {
        server_->stop(grace);
        desk_.remember();
    }

  private:
    static std::string without_slash(std::string address) {
        if (address.ends_with('/')) address.pop_back();
        return address;
    }
    [[nodiscard]] bool is(std::string_view target, std::string_view place) const {
        return target.starts_with(path_) && target.substr(path_.size()) == place;
    }
    [[nodiscard]] int judge(std::string_view method, std::string_view target) const {
        if (method == "POST" && is(target, kServer)) return kGoOn;
        const bool reads = method == "GET" || method == "HEAD";
        if (reads && (is(target, kPublicKey) || is(target, "/") || is(target, ""))) return kGoOn;
        return kNotFound;
    }
    Response answer(const rpc::HttpServer::Request& request) {
        const std::string_view target = without_query(request.path);
        if (is(target, kServer)) return {kOk, kXml, desk_.answer(request.body, request.peer_address)};
        if (is(target, kPublicKey)) return {kOk, kText, identity_->ring()->current().certificate().pem()};
        return {kOk, kHtml, page_};
    }

    static constexpr std::string_view kServer = "/mnet/xmlrpc/server.php";
    static constexpr std::string_view kPublicKey = "/mnet/publickey.php";

    const std::function<void(std::string_view)> log_;
    const std::string path_;  // of the wwwroot
    std::string page_;
    std::unique_ptr<MnetIdentity> identity_;
    federation::PeerList peers_;
    std::mutex peers_mutex_;
    NodeReaders readers_;
    MnetClient client_;
    MnetMethods methods_;
    MnetDesk desk_;
    std::unique_ptr<rpc::HttpServer> server_;  // last: its threads use all above
};

}  // namespace

config::Result<std::unique_ptr<MnetListener>> MnetListener::start(
    const NodeFolder& folder, const config::Settings& settings, const config::Clock& clock,
    std::function<void(std::string_view line)> log) {
    auto identity = MnetIdentity::open(folder, settings, clock);
    if (!identity) return std::unexpected(identity.error());
    const auto url = rpc::web_url_of(settings.mnet.wwwroot);
    if (!url) return std::unexpected(url.error());
    std::optional<rpc::WebCertificate> certificate;
    if (!settings.mnet.tls_certificate.empty()) {
        auto read = rpc::WebCertificate::read(folder.path / settings.mnet.tls_certificate,
                                              folder.path / settings.mnet.tls_key);
        if (!read) return std::unexpected(read.error());
        certificate.emplace(std::move(*read));
    }
    auto listener = std::make_unique<Listening>(folder, settings, clock, std::move(*identity),
                                                url->path == "/" ? "" : url->path, std::move(log));
    if (auto listening = listener->listen(settings.mnet, certificate ? &*certificate : nullptr); !listening)
        return std::unexpected(listening.error());
    return listener;
}

}  // namespace assidu::node::services
