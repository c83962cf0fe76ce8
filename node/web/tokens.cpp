#include "node/web/tokens.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "config/limits.h"
#include "federation/sqlite_store.h"
#include "node/collect/text.h"
#include "node/web/moodle_functions.h"
#include "node/web/web_store.h"
#include "rpc/secret.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using config::refuse;
using federation::in_transaction;
using federation::translating_errors;

constexpr std::size_t kSecretBytes = 16;
constexpr std::int64_t kDaySeconds = 86'400, kMinuteSeconds = 60;
constexpr const char* kSelect =
    "SELECT number, label, functions, students, per_minute, made_utc_s, expires_utc_s, revoked_utc_s, "
    "used_utc_s "
    "FROM token";

std::string digest_of(std::string_view secret) {
    return config::hex(config::sha256(secret));
}

std::vector<std::string> texts_of(const std::string& json) {
    return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

std::optional<std::int64_t> perhaps(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional(column.getInt64());
}

Token token_of(SQLite::Statement& row) {
    Token token;
    token.number = row.getColumn(0).getInt64();
    token.label = row.getColumn(1).getString();
    token.functions = texts_of(row.getColumn(2).getString());
    for (const std::string& condition : texts_of(row.getColumn(3).getString())) {
        if (const auto added = services::add_to_scope(token.students, condition); !added)
            throw config::ResourceFailure("web.sqlite: a token's students: " + added.error().what);
    }
    token.per_minute = row.getColumn(4).getInt64();
    token.made_utc_s = row.getColumn(5).getInt64();
    token.expires_utc_s = row.getColumn(6).getInt64();
    token.revoked_utc_s = perhaps(row.getColumn(7));
    token.used_utc_s = perhaps(row.getColumn(8));
    return token;
}

config::Result<void> check(const Token& token, std::int64_t now_s) {
    if (token.label.empty() || token.label.size() > limits::kLabelBytesMax ||
        !collect::is_plain_text(token.label))
        return refuse(fmt::format("--label: a text of one line, of at most {} bytes, is wanted",
                                  limits::kLabelBytesMax));
    if (token.functions.empty()) return refuse("--function: at least one is wanted");
    for (const std::string& function : token.functions) {
        if (!is_moodle_function(function))
            return refuse(fmt::format("--function {}: none of this node's", collect::printable(function)));
    }
    if (token.students.empty())
        return refuse("--students: say whom the token may be told of: everyone, or conditions");
    if (token.per_minute < 1 || token.per_minute > limits::kTokenRequestsPerMinuteMax)
        return refuse(fmt::format("--per-minute: from 1 to {}", limits::kTokenRequestsPerMinuteMax));
    if (token.expires_utc_s <= now_s || token.expires_utc_s > now_s + limits::kTokenDaysMax * kDaySeconds)
        return refuse(fmt::format("--days: from 1 to {}", limits::kTokenDaysMax));
    return {};
}

}  // namespace

bool Token::allows(std::string_view function) const {
    return std::ranges::find(functions, function) != functions.end();
}

Tokens::Tokens(const std::filesystem::path& path) : database_(open_web_store(path)) {}

config::Result<NewToken> Tokens::create(Token token, std::int64_t now_s) {
    std::ranges::sort(token.functions);
    const auto doubles = std::ranges::unique(token.functions);
    token.functions.erase(doubles.begin(), doubles.end());
    if (auto checked = check(token, now_s); !checked) return std::unexpected(checked.error());
    token.made_utc_s = now_s;
    token.revoked_utc_s.reset();
    token.used_utc_s.reset();
    const rpc::Secret secret = rpc::Secret::random(kSecretBytes);
    const std::string_view bytes = secret.reveal();
    const std::string text = config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const std::lock_guard lock(mutex_);
    bool full = false;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement count(
                *database_, "SELECT count(*) FROM token WHERE revoked_utc_s IS NULL AND expires_utc_s>?");
            count.bind(1, now_s);
            count.executeStep();
            full = count.getColumn(0).getInt64() >= static_cast<std::int64_t>(limits::kTokensMax);
            if (full) return;
            SQLite::Statement insert(*database_,
                                     "INSERT INTO token (sha256, label, functions, students, per_minute, "
                                     "made_utc_s, expires_utc_s) VALUES (?,?,?,?,?,?,?)");
            insert.bind(1, digest_of(text));
            insert.bind(2, token.label);
            insert.bind(3, nlohmann::json(token.functions).dump());
            insert.bind(4, nlohmann::json(services::conditions_of(token.students)).dump());
            insert.bind(5, token.per_minute);
            insert.bind(6, token.made_utc_s);
            insert.bind(7, token.expires_utc_s);
            insert.exec();
            token.number = database_->getLastInsertRowid();
        });
    });
    if (full) return refuse(fmt::format("more than {} tokens hold: revoke some first", limits::kTokensMax));
    return NewToken{std::move(token), text};
}

std::vector<Token> Tokens::all() const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        std::vector<Token> found;
        SQLite::Statement select(*database_, std::string(kSelect) + " ORDER BY number");
        while (select.executeStep())
            found.push_back(token_of(select));
        return found;
    });
}

config::Result<Token> Tokens::revoke(std::int64_t number, std::int64_t now_s) {
    auto token = find(number);
    if (!token) return refuse(fmt::format("there is no token {}", number));
    if (token->revoked_utc_s) return refuse(fmt::format("token {} is revoked already", number));
    const std::lock_guard lock(mutex_);
    translating_errors(*database_, [&] {
        SQLite::Statement update(*database_,
                                 "UPDATE token SET revoked_utc_s=? WHERE number=? AND revoked_utc_s IS NULL");
        update.bind(1, now_s);
        update.bind(2, number);
        update.exec();
    });
    token->revoked_utc_s = now_s;
    return *std::move(token);
}

std::optional<Token> Tokens::find(std::string_view secret) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&]() -> std::optional<Token> {
        SQLite::Statement select(*database_, std::string(kSelect) + " WHERE sha256=?");
        select.bind(1, digest_of(secret));
        return select.executeStep() ? std::optional(token_of(select)) : std::nullopt;
    });
}

std::optional<Token> Tokens::find(std::int64_t number) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&]() -> std::optional<Token> {
        SQLite::Statement select(*database_, std::string(kSelect) + " WHERE number=?");
        select.bind(1, number);
        return select.executeStep() ? std::optional(token_of(select)) : std::nullopt;
    });
}

void Tokens::note_use(const Token& token, std::int64_t now_s) {
    if (token.used_utc_s && *token.used_utc_s / kMinuteSeconds == now_s / kMinuteSeconds) return;
    const std::lock_guard lock(mutex_);
    translating_errors(*database_, [&] {
        SQLite::Statement update(*database_, "UPDATE token SET used_utc_s=? WHERE number=?");
        update.bind(1, now_s / kMinuteSeconds * kMinuteSeconds);
        update.bind(2, token.number);
        update.exec();
    });
}

}  // namespace assidu::node::web
