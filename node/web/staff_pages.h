// The pages of administrative staff: log in, choose a student or a group, a period and a format, download.
// They see the students of their account and nobody else; every download is audited with their name.
//
// Who somebody is: an account with a password, or the word of a trusted proxy (settings, [web]
// identity_header), for which an account has to be there, too. Sessions live in memory. What changes or tells
// anything is a POST that carries a token of its page, and that a browser does not call cross-site.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/settings.h"
#include "node/services/node_readers.h"
#include "node/web/page.h"
#include "node/web/rate_limiter.h"
#include "node/web/sessions.h"
#include "node/web/staff.h"
#include "node/web/web_listener.h"
#include "rpc/secret.h"

namespace assidu::node::web {

class StaffPages {
  public:
    // All must outlive it.
    StaffPages(const config::Settings& settings, services::NodeReaders& readers, Staff& staff,
               rpc::Secret secret, const config::Clock& clock,
               std::function<void(std::string_view line)> log);

    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    // Who asks.
    struct Visitor {
        StaffAccount account;
        std::string subject;      // what tokens of pages are bound to
        bool by_session = false;  // and can log out
    };
    struct Asked;
    [[nodiscard]] std::optional<Visitor> visitor_of(const WebRequest& request);
    [[nodiscard]] std::optional<std::string> proxy_name_of(const WebRequest& request) const;
    [[nodiscard]] std::string csrf_of(const Visitor& visitor, std::int64_t day) const;
    [[nodiscard]] bool is_from_page(const WebRequest& request, const Visitor& visitor,
                                    const FormFields& form) const;
    [[nodiscard]] Page frame(const WebRequest& request, std::string title,
                             const Visitor* visitor = nullptr) const;
    [[nodiscard]] std::string cookie_name(const WebRequest& request) const;

    [[nodiscard]] WebAnswer front(const WebRequest& request);
    [[nodiscard]] WebAnswer login_page(const WebRequest& request, std::string_view alert, int status);
    [[nodiscard]] WebAnswer login(const WebRequest& request);
    [[nodiscard]] WebAnswer logout(const WebRequest& request);
    [[nodiscard]] WebAnswer choose(const WebRequest& request);
    [[nodiscard]] WebAnswer report(const WebRequest& request);
    [[nodiscard]] WebAnswer choice(const WebRequest& request, const Visitor& visitor, const Asked& asked,
                                   const std::string& alert, int status);
    [[nodiscard]] WebAnswer deliver(const WebRequest& request, const Visitor& visitor, const Node& node,
                                    const Asked& asked);

    const config::Settings settings_;
    services::NodeReaders& readers_;
    Staff& staff_;
    const rpc::Secret secret_;
    const config::Clock& clock_;
    const std::function<void(std::string_view line)> log_;
    Sessions sessions_;
    RateLimiter wrong_;
};

}  // namespace assidu::node::web
