#include "node/web/verify_page.h"

#include <algorithm>

#include "config/digest.h"
#include "config/limits.h"
#include "node/collect/text.h"
#include "node/services/hub_contact.h"
#include "node/web/multipart.h"
#include "node/web/page_templates.h"
#include "reports/verify/verify.h"
#include "reports/verify/verify_text.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using reports::Verdict;

constexpr int kOk = 200, kMalformed = 400, kTooMany = 429, kAway = 503;

std::string_view key_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return "verdict_holds";
        case Verdict::partial:
            return "verdict_partial";
        case Verdict::unanchored:
            return "verdict_unanchored";
        case Verdict::refused:
            break;
    }
    return "verdict_refused";
}

}  // namespace

VerifyPage::VerifyPage(const config::Settings& settings, std::string own_root, NodeFolder folder,
                       const config::Clock& clock)
    : settings_(settings), own_root_(std::move(own_root)), folder_(std::move(folder)), clock_(clock) {}

std::vector<WebRoute> VerifyPage::routes() {
    return {{"GET", "/verify", false, 0,
             [this](const WebRequest& request) {
                 return page(request, "", kOk, PageData{PageData::type::object});
             }},
            {"POST", "/verify", false, limits::kUploadBytesMax,
             [this](const WebRequest& request) { return check(request); }}};
}

WebAnswer VerifyPage::page(const WebRequest& request, std::string_view alert, int status,
                           PageData data) const {
    Page page;
    page.language = language_of(request, reports::language_of(settings_.language));
    page.node_name = settings_.name;
    page.path = "/verify";
    page.title = "verify";
    page.status = status;
    if (!alert.empty()) page.alert = page_text(page.language, alert);
    return render_page(page, kVerifyMain, std::move(data));
}

WebAnswer VerifyPage::check(const WebRequest& request) {
    PageData data{PageData::type::object};
    if (!uploads_.take(request.client, limits::kWrongSecretsPerMinuteMax, clock_.now_utc_s()))
        return page(request, "login_wait", kTooMany, std::move(data));
    const auto parts = read_multipart(request.content_type_full, request.body);
    if (!parts) return page(request, "bad_upload", kMalformed, std::move(data));
    std::string_view package;
    std::string root;
    for (const FormPart& part : *parts) {
        if (part.name == "package") package = part.content;
        if (part.name == "root") root = collect::trimmed(part.content.substr(0, limits::kFormFieldBytesMax));
    }
    data.set("root", shown_text(root));
    if (package.empty()) return page(request, "no_package", kMalformed, std::move(data));
    if (!root.empty() && !config::is_sha256_hex(root))
        return page(request, "bad_root", kMalformed, std::move(data));
    struct Turn {
        std::atomic<std::size_t>& count;
        const bool taken = ++count <= limits::kUploadsAtOnceMax;
        ~Turn() { --count; }
    } const turn{at_once_};
    if (!turn.taken) return page(request, "busy", kAway, std::move(data));
    const auto language = language_of(request, reports::language_of(settings_.language));
    data.set("result", result_of(package, root, language));
    return page(request, "", kOk, std::move(data));
}

// The word of whoever is trusted: the reader's own choice alone, if there is one.
PageData VerifyPage::result_of(std::string_view package, const std::string& root,
                               reports::Language language) const {
    std::vector<std::pair<std::string, std::string>> roots;
    if (!root.empty()) {
        roots.emplace_back(root, "anchor_given");
    } else {
        roots.emplace_back(own_root_, "anchor_own");
        if (const auto hub = services::read_hub(folder_); hub && *hub)
            roots.emplace_back((*hub)->key.fingerprint(), "anchor_hub");
    }
    reports::Verification verification = reports::verify_package(package, "");
    std::string anchor;
    for (const auto& [fingerprint, key] : roots) {
        // Without any root it is refused or consistent: a root makes the second better, or (a given one)
        // worse.
        if (verification.verdict == Verdict::refused) break;
        reports::Verification anchored = reports::verify_package(package, fingerprint);
        const bool better = anchored.verdict == Verdict::holds || anchored.verdict == Verdict::partial;
        if (!better && root.empty()) continue;
        verification = std::move(anchored);
        anchor = page_text(language, key);
        break;
    }
    const bool good = verification.verdict == Verdict::holds || verification.verdict == Verdict::partial;
    PageData data{PageData::type::object};
    data.set("verdict", std::string(page_text(language, key_of(verification.verdict))));
    data.set("class", std::string(good ? "good" : "alert"));
    data.set("role", std::string(good ? "status" : "alert"));
    if (!anchor.empty()) data.set("anchor", anchor);
    data.set("text", shown_text(reports::verification_text(verification, reports::tag_of(language))));
    return data;
}

}  // namespace assidu::node::web
