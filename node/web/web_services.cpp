#include "node/web/web_services.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>

#include "node/archive/dossier_store.h"
#include "node/services/node_readers.h"
#include "node/staff/batch_orders.h"
#include "node/web/batch_pages.h"
#include "node/web/moodle_services.h"
#include "node/web/pool_page.h"
#include "node/web/report_link.h"
#include "node/web/staff_pages.h"
#include "node/web/tokens.h"
#include "node/web/verify_page.h"

namespace assidu::node::web {
namespace {

class Running final : public WebServices {
  public:
    Running(const Node& node, const config::Clock& clock, rpc::Secret secret, rpc::Secret secret_of_pages,
            const std::function<void(std::string_view line)>& log, std::function<void()> batch_asked)
        : all_settings_(node.settings()),
          settings_(all_settings_.web),
          readers_(node.folder(), clock),
          tokens_(node.folder().web()),
          links_(std::move(secret)),
          staff_(node.folder().web()),
          moodle_(
              readers_, tokens_, links_, clock, [this] { return root(); }, log),
          door_(all_settings_, staff_, std::move(secret_of_pages), clock),
          staff_pages_(all_settings_, readers_, staff_, door_, clock, log),
          batch_orders_(archive::DossierStore::path_in(node.folder().path)),
          batch_pages_(readers_, door_, batch_orders_, std::move(batch_asked), log),
          verify_page_(node.settings(), node.signing_key().verifying_key().fingerprint(), node.folder(),
                       clock),
          pool_page_(node.settings(), readers_, clock) {}

    config::Result<void> listen(const Node& node, std::function<void(std::string_view line)> log) {
        std::optional<rpc::WebCertificate> certificate;
        if (!settings_.tls_certificate.empty()) {
            auto read = rpc::WebCertificate::read(node.folder().path / settings_.tls_certificate,
                                                  node.folder().path / settings_.tls_key);
            if (!read) return std::unexpected(read.error());
            certificate = std::move(*read);
        }
        std::vector<WebRoute> routes = moodle_.routes();
        std::ranges::move(staff_pages_.routes(), std::back_inserter(routes));
        std::ranges::move(batch_pages_.routes(), std::back_inserter(routes));
        std::ranges::move(verify_page_.routes(), std::back_inserter(routes));
        std::ranges::move(pool_page_.routes(), std::back_inserter(routes));
        // A request may come before start() returns, and then waits for the root.
        const std::lock_guard lock(mutex_);
        auto listener = WebListener::start(settings_, certificate ? &*certificate : nullptr,
                                           std::move(routes), std::move(log));
        if (!listener) return std::unexpected(listener.error());
        listener_ = std::move(*listener);
        root_ = public_root(settings_, listener_->port());
        return {};
    }

    std::string root() const override {
        const std::lock_guard lock(mutex_);
        return root_;
    }
    void stop(std::chrono::milliseconds grace) override { listener_->stop(grace); }

  private:
    const config::Settings all_settings_;
    const config::WebSettings& settings_;
    services::NodeReaders readers_;
    Tokens tokens_;
    ReportLinks links_;
    Staff staff_;
    MoodleServices moodle_;
    StaffDoor door_;
    StaffPages staff_pages_;
    staff::BatchOrders batch_orders_;
    BatchPages batch_pages_;
    VerifyPage verify_page_;
    PoolPage pool_page_;
    mutable std::mutex mutex_;
    std::string root_;                       // under the mutex
    std::unique_ptr<WebListener> listener_;  // last: its threads use all above
};

}  // namespace

config::Result<std::unique_ptr<WebServices>> WebServices::start(
    const Node& node, const config::Clock& clock, std::function<void(std::string_view line)> log,
    std::function<void()> batch_asked) {
    auto secret = web_secret(node.folder()), secret_of_pages = web_secret(node.folder());
    if (!secret) return std::unexpected(secret.error());
    if (!secret_of_pages) return std::unexpected(secret_of_pages.error());
    auto running = std::make_unique<Running>(node, clock, std::move(*secret), std::move(*secret_of_pages),
                                             log, std::move(batch_asked));
    if (auto listening = running->listen(node, std::move(log)); !listening)
        return std::unexpected(listening.error());
    return running;
}

}  // namespace assidu::node::web
