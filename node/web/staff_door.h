// Who stands at the pages of staff, and what they must carry to do anything there.
//
// Who somebody is: an account with a password, or the word of a trusted proxy (settings, [web]
// identity_header), for which an account has to be there, too. Sessions live in memory. What changes or tells
// anything is a POST that carries a token of its page, and that a browser does not call cross-site.
#pragma once

#include <optional>
#include <string>

#include "config/clock.h"
#include "config/settings.h"
#include "node/web/page.h"
#include "node/web/sessions.h"
#include "node/web/staff.h"
#include "node/web/web_listener.h"
#include "rpc/secret.h"

namespace assidu::node::web {

// Who asks.
struct Visitor {
    StaffAccount account;
    std::string subject;      // what tokens of pages are bound to
    bool by_session = false;  // and can log out
};

// From any thread.
class StaffDoor {
  public:
    // All must outlive it. `secret`: of the tokens of pages.
    StaffDoor(const config::Settings& settings, Staff& staff, rpc::Secret secret, const config::Clock& clock);

    [[nodiscard]] std::optional<Visitor> visitor_of(const WebRequest& request);
    // Whom a trusted proxy names, whether there is an account or not.
    [[nodiscard]] std::optional<std::string> proxy_name_of(const WebRequest& request) const;
    // The cookie, as a header's value, of somebody who knows the account's password.
    [[nodiscard]] std::string let_in(const WebRequest& request, const StaffAccount& account);
    void let_out(const WebRequest& request);

    // What a form of a page of theirs carries as `csrf`, and whether a form does: of today or yesterday.
    [[nodiscard]] std::string csrf_of(const Visitor& visitor) const;
    [[nodiscard]] bool is_from_page(const WebRequest& request, const Visitor& visitor,
                                    const FormFields& form) const;

    // The frame of a page of theirs. `title`: a key of page_text().
    [[nodiscard]] Page frame(const WebRequest& request, std::string title,
                             const Visitor* visitor = nullptr) const;

  private:
    [[nodiscard]] std::string csrf_of(const Visitor& visitor, std::int64_t day) const;
    [[nodiscard]] std::string cookie_name(const WebRequest& request) const;

    const config::Settings& settings_;
    Staff& staff_;
    const rpc::Secret secret_;
    const config::Clock& clock_;
    Sessions sessions_;
};

// Whether the browser itself says that another site made it send this.
[[nodiscard]] bool is_cross_site(const WebRequest& request);
// The fields of a form that was posted; none if it is no form.
[[nodiscard]] FormFields form_of(const WebRequest& request);
// 303: the page to look at next.
[[nodiscard]] WebAnswer go_to(const std::string& path,
                              std::vector<std::pair<std::string, std::string>> fields = {});

}  // namespace assidu::node::web
