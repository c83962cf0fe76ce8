#include "node/services/pool_hub.h"

#include "config/limits.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "node/services/names_desk.h"
#include "rpc/http_server.h"

namespace assidu::node::services {
namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;

class Listening final : public PoolHub {
  public:
    Listening(const Node& node, const std::function<void(std::string_view)>& log)
        : file_(federation::open_ledger_file(node.folder().ledger())),
          members_(file_),
          statements_(file_),
          audit_(file_),
          reception_({node.settings().node_id, node.introduction(), &node.signing_key()}, members_,
                     statements_, node.clock(), [log](const std::string& line) { log(line); }) {
        reception_.serve_own_hub(names_desk(node.folder(), node.clock(), audit_, log));
    }

    config::Result<void> listen(const Node& node, const std::string& address, std::uint16_t port,
                                std::function<void(std::string_view)> log) {
        rpc::HttpServerOptions options;
        options.address = address;
        options.port = port;
        options.identity = &node.tls_identity();
        options.client_certificate = rpc::ClientCertificate::required;
        options.body_bytes_max = config::limits::kMessageBytesMax;
        options.log = std::move(log);
        auto server =
            rpc::HttpServer::start(std::move(options), [this](const rpc::HttpServer::Request& request) {
                if (request.method != "POST" || request.path != "/pool")
                    return rpc::HttpServer::Response{kNotFound, "text/plain", ""};
                return rpc::HttpServer::Response{kOk, "text/xml",
                                                 reception_.answer(request.body, request.peer_fingerprint)};
            });
        if (!server) return std::unexpected(server.error());
        server_ = std::make_unique<rpc::HttpServer>(std::move(*server));
        return {};
    }

    std::uint16_t port() const override { return server_->port(); }
    void stop(std::chrono::milliseconds grace) override { server_->stop(grace); }

  private:
    std::shared_ptr<SQLite::Database> file_;
    federation::MemberList members_;
    federation::StatementLog statements_;
    federation::AuditLog audit_;
    federation::Reception reception_;
    std::unique_ptr<rpc::HttpServer> server_;  // last: its threads use all above
};

}  // namespace

config::Result<std::unique_ptr<PoolHub>> PoolHub::start(const Node& node, const std::string& address,
                                                        std::uint16_t port,
                                                        std::function<void(std::string_view)> log) {
    auto hub = std::make_unique<Listening>(node, log);
    if (auto listening = hub->listen(node, address, port, std::move(log)); !listening)
        return std::unexpected(listening.error());
    return hub;
}

}  // namespace assidu::node::services
