#include "node/services/push_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "config/digest.h"
#include "node/collect/pushed_rows.h"
#include "node/services/time_report.h"
#include "rpc/http_server.h"

namespace assidu::node::services {
namespace {

constexpr int kOk = 200;
constexpr int kMalformed = 400;
constexpr int kNotFound = 404;
constexpr int kPutOff = 503;
constexpr int kGoOn = 0;
constexpr const char* kJson = "application/json";

using Response = rpc::HttpServer::Response;

std::string path_of(std::string_view beginning, const rpc::Secret& secret) {
    const std::string_view bytes = secret.reveal();
    return std::string(beginning) +
           config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

class Listening final : public PushListener {
  public:
    Listening(const config::Settings& settings, const rpc::Secret& secret, PushJournal& journal,
              PushEvents events)
        : journal_(journal),
          events_(std::move(events)),
          push_path_(rpc::Secret::copy_of(push_path(secret))),
          report_path_(rpc::Secret::copy_of(report_path(secret))) {
        for (const std::string& text : settings.allow_from) {
            if (const auto range = config::parse_address_range(text)) allowed_.push_back(*range);
        }
    }

    config::Result<void> listen(const config::Settings& settings, const rpc::TlsIdentity* identity,
                                const rpc::WebCertificate* certificate) {
        const auto endpoint = config::parse_endpoint(settings.intake_listen);
        if (!endpoint) return std::unexpected(endpoint.error());
        rpc::HttpServerOptions options;
        options.address = endpoint->address;
        options.port = endpoint->port;
        options.identity = identity;
        options.plain_beyond_loopback = true;
        options.web_certificate = certificate;
        options.client_certificate = settings.client_certificates.empty() ? rpc::ClientCertificate::not_asked
                                                                          : rpc::ClientCertificate::required;
        options.accept_peer = [known = settings.client_certificates](const std::string& fingerprint) {
            return known.empty() || std::ranges::find(known, fingerprint) != known.end();
        };
        options.body_bytes_max = config::limits::kPushBytesMax;
        options.connections_max = config::limits::kIntakeConnectionsMax;
        // Behind a reverse proxy everybody has its address.
        if (identity == nullptr && certificate == nullptr)
            options.connections_per_address_max = options.connections_max;
        options.judge = [this](const std::string& method, const std::string& path,
                               const std::string& address) { return judge(method, path, address); };
        options.too_large = [this](const std::string& address) {
            put_off(
                fmt::format("{} sends more than {} bytes at once, and will again and again: this is no "
                            "push of local_log_sender, or rows of a size that Moodle never writes",
                            address, config::limits::kPushBytesMax));
        };
        options.log = [this](std::string_view line) { events_.problem("intake", std::string(line)); };
        auto server = rpc::HttpServer::start(
            std::move(options), [this](const rpc::HttpServer::Request& request) { return answer(request); });
        if (!server) return std::unexpected(server.error());
        server_ = std::make_unique<rpc::HttpServer>(std::move(*server));
        return {};
    }

    std::uint16_t port() const override { return server_->port(); }
    void stop(std::chrono::milliseconds grace) override { server_->stop(grace); }
    PushCounts counts() const override {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

  private:
    int judge(const std::string& method, const std::string& path, const std::string& address) {
        const bool known_address =
            allowed_.empty() || std::ranges::any_of(allowed_, [&](const config::AddressRange& range) {
                return range.contains(address);
            });
        const bool known_path = push_path_.equals(path) | report_path_.equals(path);
        if (known_path && known_address && method == "POST") return kGoOn;
        {
            const std::lock_guard lock(mutex_);
            ++counts_.unknown;
        }
        events_.problem(
            "unknown",
            "somebody asks for what is not here, or from an address that [intake] allow_from does "
            "not name; they get nothing, and `assidu status` counts them");
        return kNotFound;
    }

    // Nothing that is thrown leaves this: what tells of it would hold the path.
    Response answer(const rpc::HttpServer::Request& request) {
        try {
            return report_path_.equals(request.path) ? take_request(request.body) : take_push(request.body);
        } catch (const std::exception& failure) {
            return put_off(failure.what());
        }
    }

    Response take_push(const std::string& body) {
        const collect::PushedRows pushed = collect::read_push(body);
        if (!pushed.objection.empty()) {
            const auto refused = journal_.refuse(collect::redacted(body), pushed.objection);
            if (!refused) return put_off(refused.error().what);
            events_.problem("refused push",
                            fmt::format("a body that was pushed is broken ({}): it lies in the "
                                        "spool's folder of what was refused",
                                        pushed.objection));
        }
        if (const auto kept = journal_.keep(pushed.lines); !kept) return put_off(kept.error().what);
        const std::lock_guard lock(mutex_);
        ++(pushed.objection.empty() ? counts_.pushes : counts_.refused);
        counts_.rows += static_cast<std::uint64_t>(pushed.rows);
        well();
        return {kOk, kJson, "{\"ok\":true}"};
    }

    Response take_request(const std::string& body) {
        if (const auto request = read_time_report_request(body); !request)
            return {kMalformed, kJson, "{\"error\":\"no request for a time report\"}"};
        if (const auto kept = events_.report(body); !kept) return put_off(kept.error().what);
        const std::lock_guard lock(mutex_);
        ++counts_.reports;
        well();
        return {kOk, kJson, "{\"status\":\"queued\"}"};
    }

    Response put_off(const std::string& why) {
        {
            const std::lock_guard lock(mutex_);
            ++counts_.put_off;
            counts_.problem = why;
        }
        events_.problem("intake", "a push is put off: " + why);
        return {kPutOff, "", ""};
    }
    void well() {
        if (counts_.problem.empty()) return;
        counts_.problem.clear();
        events_.settle("intake");
    }

    PushJournal& journal_;
    const PushEvents events_;
    const rpc::Secret push_path_, report_path_;
    std::vector<config::AddressRange> allowed_;
    mutable std::mutex mutex_;
    PushCounts counts_;                        // under the mutex
    std::unique_ptr<rpc::HttpServer> server_;  // last: its threads use all above
};

}  // namespace

std::string push_path(const rpc::Secret& secret) {
    return path_of("/log/", secret);
}

std::string report_path(const rpc::Secret& secret) {
    return path_of("/report/", secret);
}

config::Result<std::unique_ptr<PushListener>> PushListener::start(const config::Settings& settings,
                                                                  const rpc::Secret& secret,
                                                                  const rpc::TlsIdentity* identity,
                                                                  const rpc::WebCertificate* certificate,
                                                                  PushJournal& journal, PushEvents events) {
    auto listener = std::make_unique<Listening>(settings, secret, journal, std::move(events));
    if (auto listening = listener->listen(settings, identity, certificate); !listening)
        return std::unexpected(listening.error());
    return listener;
}

}  // namespace assidu::node::services
