// What an ERP shows to be answered: a token as Moodle's web services have it, 32 hexadecimal digits, made by
// an administrator, shown once, kept as its SHA-256. It says which functions and which students, holds for a
// while, and can be revoked at any time.
//
// Every method may throw ResourceFailure naming the file. One object may be used from any thread; another
// process may change the file meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "node/services/student_scope.h"

namespace SQLite {
class Database;
}

namespace assidu::node::web {

struct Token {
    std::int64_t number = 0;             // from 1; never given again
    std::string label;                   // whose it is, in words
    std::vector<std::string> functions;  // ascending
    services::StudentScope students;
    std::int64_t per_minute = 0;  // requests
    std::int64_t made_utc_s = 0, expires_utc_s = 0;
    std::optional<std::int64_t> revoked_utc_s, used_utc_s;  // used: to the minute

    [[nodiscard]] bool holds_at(std::int64_t now_s) const { return !revoked_utc_s && now_s < expires_utc_s; }
    [[nodiscard]] bool allows(std::string_view function) const;
};

// A new one: what it is kept as, and the only time that it is seen.
struct NewToken {
    Token token;
    std::string secret;  // 32 hexadecimal digits
};

class Tokens {
  public:
    explicit Tokens(const std::filesystem::path& path);

    // `number`, `made_utc_s` and what comes behind are given here or kept. Refused, naming which: a label
    // that is empty, of more than limits::kLabelBytesMax bytes or of more than a line, no function or one
    // that is none, nobody in the scope, a rate or an expiry that is none or over its limit, one more than
    // limits::kTokensMax that hold.
    [[nodiscard]] config::Result<NewToken> create(Token token, std::int64_t now_s);
    // All, by number, revoked and expired ones too.
    [[nodiscard]] std::vector<Token> all() const;
    // Refused if there is none of that number, or it is revoked already.
    [[nodiscard]] config::Result<Token> revoke(std::int64_t number, std::int64_t now_s);

    // The token that somebody shows, whether it holds or not.
    [[nodiscard]] std::optional<Token> find(std::string_view secret) const;
    [[nodiscard]] std::optional<Token> find(std::int64_t number) const;
    // Notes that it was used, once a minute.
    void note_use(const Token& token, std::int64_t now_s);

  private:
    std::shared_ptr<SQLite::Database> database_;
    mutable std::mutex mutex_;  // of the connection
};

}  // namespace assidu::node::web
