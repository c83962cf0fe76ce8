#include "node/web/staff_door.h"

#include <fmt/format.h>

#include "config/digest.h"
#include "node/collect/text.h"

namespace assidu::node::web {
namespace {

constexpr int kSeeOther = 303;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

// A session is of an account and its password: with another one it ends.
std::string session_name(const StaffAccount& account) {
    return account.name + " " + config::hex(config::sha256(account.password));
}

}  // namespace

StaffDoor::StaffDoor(const config::Settings& settings, Staff& staff, rpc::Secret secret,
                     const config::Clock& clock)
    : settings_(settings), staff_(staff), secret_(std::move(secret)), clock_(clock) {}

// A browser keeps __Host- to this host and to TLS.
std::string StaffDoor::cookie_name(const WebRequest& request) const {
    return request.secure ? "__Host-assidu" : "assidu";
}

std::optional<std::string> StaffDoor::proxy_name_of(const WebRequest& request) const {
    if (!request.by_proxy || settings_.web.identity_header.empty()) return std::nullopt;
    const auto name = request.raw->field(collect::lower_ascii(settings_.web.identity_header));
    if (!name || !is_staff_name(*name)) return std::nullopt;
    return std::string(*name);
}

std::optional<Visitor> StaffDoor::visitor_of(const WebRequest& request) {
    if (const auto name = proxy_name_of(request)) {
        auto account = staff_.find(*name);
        if (!account) return std::nullopt;
        return Visitor{*std::move(account), "proxy|" + *name, false};
    }
    const std::string secret = request.cookie(cookie_name(request));
    if (secret.empty()) return std::nullopt;
    const auto name = sessions_.name_of(secret, clock_.now_utc_s());
    auto account = name ? staff_.find(name->substr(0, name->find(' '))) : std::nullopt;
    if (!account || account->password.empty() || session_name(*account) != *name) return std::nullopt;
    return Visitor{*std::move(account), "session|" + secret, true};
}

std::string StaffDoor::let_in(const WebRequest& request, const StaffAccount& account) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", cookie_name(request),
                       sessions_.begin(session_name(account), clock_.now_utc_s()),
                       request.secure ? "; Secure" : "");
}

void StaffDoor::let_out(const WebRequest& request) {
    sessions_.end(request.cookie(cookie_name(request)));
}

std::string StaffDoor::csrf_of(const Visitor& visitor, std::int64_t day) const {
    return config::hex(rpc::hmac_sha256(secret_, fmt::format("csrf|{}|{}", day, visitor.subject)));
}

std::string StaffDoor::csrf_of(const Visitor& visitor) const {
    return csrf_of(visitor, clock_.now_utc_s() / kDaySeconds);
}

bool StaffDoor::is_from_page(const WebRequest& request, const Visitor& visitor,
                             const FormFields& form) const {
    const std::int64_t today = clock_.now_utc_s() / kDaySeconds;
    const std::string given = form.text("csrf");
    const auto is_of = [&](std::int64_t day) {
        return rpc::Secret::copy_of(csrf_of(visitor, day)).equals(given);
    };
    return !is_cross_site(request) && (is_of(today) || is_of(today - 1));
}

Page StaffDoor::frame(const WebRequest& request, std::string title, const Visitor* visitor) const {
    Page page;
    page.language = language_of(request, reports::language_of(settings_.language));
    page.node_name = settings_.name;
    page.path = request.path.starts_with("/staff") ? "/staff" : "/";
    page.title = std::move(title);
    if (visitor != nullptr) {
        page.user = visitor->account.name;
        if (visitor->by_session) page.csrf = csrf_of(*visitor);
    }
    return page;
}

bool is_cross_site(const WebRequest& request) {
    const auto site = request.raw->field("sec-fetch-site");
    return site && *site != "same-origin" && *site != "none";
}

FormFields form_of(const WebRequest& request) {
    FormFields form;
    if (request.content_type != kForm || !form.add(request.body)) return {};
    return form;
}

WebAnswer go_to(const std::string& path, std::vector<std::pair<std::string, std::string>> fields) {
    fields.emplace_back("Location", path);
    return {kSeeOther, "text/plain; charset=utf-8", "", std::move(fields)};
}

}  // namespace assidu::node::web
