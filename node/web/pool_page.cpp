#include "node/web/pool_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace assidu::node::web {
namespace {

using reports::Language;
using services::MemberStanding;
using services::Standing;

constexpr int kOk = 200, kNotFound = 404, kAway = 503;

constexpr std::string_view kPoolMain = R"(<p class="{{class}}" role="status">{{verdict}}</p>
<section class="card" aria-labelledby="h-members">
<h2 id="h-members">{{w_pool_members}}</h2>
<table>
<thead><tr><th scope="col">{{w_pool_university}}</th><th scope="col">{{w_pool_state}}</th><th scope="col">{{w_pool_statements}}</th><th scope="col">{{w_pool_missing}}</th><th scope="col">{{w_pool_received}}</th><th scope="col">{{w_pool_heard}}</th></tr></thead>
<tbody>
{{#members}}<tr data-member="{{id}}" data-standing="{{standing}}" data-missing="{{missing}}"><th scope="row">{{name}} <code>{{id}}</code></th><td>{{state}}</td><td>{{statements}}</td><td>{{missing_text}}</td><td>{{received}}</td><td>{{heard}}</td></tr>
{{/members}}</tbody>
</table>
<p class="hint">{{w_pool_hint}}</p>
</section>
<section class="card" aria-labelledby="h-keys">
<h2 id="h-keys">{{w_pool_keys}}</h2>
<p class="hint">{{w_pool_keys_hint}}</p>
<dl><dt>{{node_name}}</dt><dd><code>{{fingerprint}}</code></dd>
{{#keys}}<dt>{{name}}</dt><dd><code>{{fingerprint}}</code>{{#attested}}<br>{{attested}}{{/attested}}</dd>
{{/keys}}</dl>
</section>
)";

std::string with(Language language, std::string_view key, const auto&... values) {
    return fmt::format(fmt::runtime(page_text(language, key)), values...);
}

// What one member's row says.
class Row {
  public:
    Row(Language language, const config::CivilCalendar& calendar, std::int64_t now_utc_s,
        const MemberStanding& one)
        : language_(language), calendar_(calendar), now_utc_s_(now_utc_s), one_(one) {}

    [[nodiscard]] PageData data() const {
        PageData row{PageData::type::object};
        row.set("id", shown_text(one_.member.id));
        row.set("name", shown_text(one_.member.name));
        row.set("standing", std::string(name_of(one_.standing)));
        row.set("state", std::string(page_text(language_, "pool." + std::string(name_of(one_.standing)))));
        row.set("statements", std::to_string(one_.statements));
        row.set("missing", std::to_string(one_.missing));
        row.set("missing_text", missing());
        row.set("received", when(one_.received_utc_s));
        row.set("heard", when(one_.heard_utc_s));
        return row;
    }

    [[nodiscard]] PageData key() const {
        PageData key{PageData::type::object};
        key.set("name", shown_text(one_.member.name.empty() ? one_.member.id : one_.member.name));
        key.set("fingerprint", one_.member.key->fingerprint());
        std::string signers;
        for (const auto& kept : one_.attested) {
            if (!kept.is_revoked && kept.attestation.fingerprint == one_.member.key->fingerprint())
                signers += (signers.empty() ? "" : ", ") + kept.attestation.signer;
        }
        if (!signers.empty()) key.set("attested", with(language_, "pool_attested", signers));
        return key;
    }

  private:
    [[nodiscard]] std::string missing() const {
        if (one_.missing == 0) return "0";
        if (one_.missing_to <= one_.statements) return with(language_, "pool_fork", one_.missing_to);
        if (one_.missing == 1) return with(language_, "pool_missing_one", one_.missing_to);
        return with(language_, "pool_missing_some", one_.missing, one_.missing_from, one_.missing_to);
    }
    [[nodiscard]] std::string when(const std::optional<std::int64_t>& utc_s) const {
        if (!utc_s) return std::string(page_text(language_, "pool_never"));
        constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86'400;
        const std::int64_t age_s = std::max<std::int64_t>(now_utc_s_ - *utc_s, 0);
        const std::string age = age_s < kHour      ? with(language_, "pool_minutes", age_s / kMinute)
                                : age_s < 2 * kDay ? with(language_, "pool_hours", age_s / kHour)
                                                   : with(language_, "pool_days", age_s / kDay);
        return fmt::format("{} ({})", reports::instant_text(language_, calendar_, *utc_s), age);
    }

    Language language_;
    const config::CivilCalendar& calendar_;
    std::int64_t now_utc_s_;
    const MemberStanding& one_;
};

}  // namespace

PoolPage::PoolPage(const config::Settings& settings, services::NodeReaders& readers,
                   const config::Clock& clock)
    : settings_(settings), readers_(readers), clock_(clock) {}

std::vector<WebRoute> PoolPage::routes() {
    return {{"GET", "/pool", false, 0, [this](const WebRequest& request) { return answer(request); }}};
}

std::optional<PoolPage::Seen> PoolPage::look() {
    const std::lock_guard lock(mutex_);
    const std::int64_t now_utc_s = clock_.now_utc_s();
    if (seen_ && seen_->utc_s == now_utc_s) return seen_;
    seen_.reset();
    const auto read = readers_.with([&](const Node& node) {
        seen_.emplace(now_utc_s, services::standings(node), node.signing_key().verifying_key().fingerprint(),
                      node.calendar());
    });
    if (!read) seen_.reset();
    return seen_;
}

WebAnswer PoolPage::answer(const WebRequest& request) {
    Page page;
    page.language = language_of(request, reports::language_of(settings_.language));
    page.node_name = settings_.name;
    page.path = "/pool";
    page.title = "pool";
    page.status = kOk;
    PageData data{PageData::type::object};
    const auto seen = look();
    if (!seen) {
        page.status = kAway;
        page.alert = page_text(page.language, "away");
        return render_page(page, "", std::move(data));
    }
    if (seen->standings.empty()) return {kNotFound, "text/plain; charset=utf-8", "Not here.\n"};
    PageData members{PageData::type::list}, keys{PageData::type::list};
    std::int64_t wanting = 0, counted = 0;
    for (const MemberStanding& one : seen->standings) {
        if (one.standing == Standing::expected) continue;  // it is no member yet, and may never be one
        const Row row(page.language, seen->calendar, seen->utc_s, one);
        members.push_back(row.data());
        if (one.member.key) keys.push_back(row.key());
        const bool is_left = one.standing == Standing::suspended;
        counted += is_left ? 0 : 1;
        wanting += is_left || one.standing == Standing::complete ? 0 : 1;
    }
    data.set("members", members);
    data.set("keys", keys);
    data.set("fingerprint", seen->fingerprint);
    data.set("class", std::string(wanting == 0 ? "good" : "alert"));
    data.set("verdict", wanting == 0 ? with(page.language, "pool_whole", counted)
                                     : with(page.language, "pool_wanting", wanting, counted));
    return render_page(page, kPoolMain, std::move(data));
}

}  // namespace assidu::node::web
