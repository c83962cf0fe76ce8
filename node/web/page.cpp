#include "node/web/page.h"

#include "config/digest.h"
#include "node/collect/text.h"
#include "node/web/page_templates.h"
#include "reports/safe_text.h"
#include "rpc/base64.h"

namespace assidu::node::web {
namespace {

using reports::Language;

constexpr std::string_view kLanguageCookie = "assidu_lang";
constexpr std::int64_t kYearSeconds = 31'536'000;

std::string style_source() {
    const config::Sha256Digest digest = config::sha256(kPageStyle);
    return "'sha256-" + rpc::base64({reinterpret_cast<const char*>(digest.data()), digest.size()}) + "'";
}

// The texts of a template, as `w_key`.
void put_texts(Language language, std::string_view page_template, PageData& data) {
    constexpr std::string_view kMark = "{{w_";
    for (std::size_t at = page_template.find(kMark); at != std::string_view::npos;
         at = page_template.find(kMark, at + 1)) {
        const std::string_view rest = page_template.substr(at + kMark.size());
        const std::string key(rest.substr(0, rest.find("}}")));
        data.set("w_" + key, std::string(page_text(language, key)));
    }
}

}  // namespace

Language language_of(const WebRequest& request, Language otherwise) {
    for (const std::string& tag : {request.query.text("lang"), request.cookie(kLanguageCookie)})
        if (tag == "fr" || tag == "en") return reports::language_of(tag);
    const std::string preferred = collect::lower_ascii(request.raw->field("accept-language").value_or(""));
    const std::size_t french = preferred.find("fr"), english = preferred.find("en");
    if (french == english) return otherwise;
    return french < english ? Language::fr : Language::en;
}

std::string shown_text(std::string_view text) {
    return reports::safe_text(text);
}

WebAnswer render_page(const Page& page, std::string_view main, PageData data) {
    namespace mustache = kainjow::mustache;
    const Language language = page.language;
    const bool french = language == Language::fr;
    data.set("lang", std::string(reports::tag_of(language)));
    data.set("other_lang", std::string(french ? "en" : "fr"));
    data.set("other_name", std::string(french ? "English" : "Fran\u00e7ais"));
    data.set("title", std::string(page_text(language, page.title)));
    data.set("node_name", shown_text(page.node_name));
    data.set("path", page.path);
    data.set("style", std::string(kPageStyle));
    if (page.refresh_s > 0) data.set("refresh", std::to_string(page.refresh_s));
    if (!page.alert.empty()) data.set("alert", shown_text(page.alert));
    if (!page.user.empty()) {
        PageData user{PageData::type::object};
        user.set("name", shown_text(page.user));
        if (!page.csrf.empty()) user.set("logout", page.csrf);
        data.set("user", user);
    }
    put_texts(language, kPageFrame, data);
    put_texts(language, main, data);
    data.set("main", PageData{mustache::partial{[main] { return std::string(main); }}});
    mustache::mustache frame{std::string(kPageFrame)};
    WebAnswer answer{page.status, "text/html; charset=utf-8", frame.render(data)};
    answer.content_policy = "default-src 'none'; style-src " + style_source() + "; form-action 'self'";
    answer.fields.emplace_back(
        "Set-Cookie", std::string(kLanguageCookie) + "=" + std::string(reports::tag_of(language)) +
                          "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(kYearSeconds));
    return answer;
}

}  // namespace assidu::node::web
