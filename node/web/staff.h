// Accounts of administrative staff: who may get whose reports on the pages of this node. In web.sqlite
// (docs/formats/web.md). With a password of its own, or without one for a person whom a trusted proxy names.
//
// Every method may throw ResourceFailure naming the file. One object may be used from any thread.
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

struct StaffAccount {
    std::string name;      // as it is entered, or as the proxy says it
    std::string password;  // encoded (passwords.h); empty: no login here
    services::StudentScope students;
    std::int64_t made_utc_s = 0;
    std::optional<std::int64_t> login_utc_s;  // the last one
};

// 1 to limits::kLabelBytesMax bytes of one line, without blanks.
[[nodiscard]] bool is_staff_name(std::string_view name);
// limits::kPasswordBytesMin to kPasswordBytesMax bytes. Refused, saying so.
[[nodiscard]] config::Result<void> check_password(std::string_view password);

class Staff {
  public:
    explicit Staff(const std::filesystem::path& path);

    // Makes an account, or gives one other students and another password. Refused: no name, nobody in the
    // scope, one more than limits::kStaffAccountsMax.
    [[nodiscard]] config::Result<void> put(const StaffAccount& account, std::int64_t now_s);
    [[nodiscard]] config::Result<void> remove(std::string_view name);
    [[nodiscard]] std::vector<StaffAccount> all() const;  // by name
    [[nodiscard]] std::optional<StaffAccount> find(std::string_view name) const;
    void note_login(std::string_view name, std::int64_t now_s);

  private:
    std::shared_ptr<SQLite::Database> database_;
    mutable std::mutex mutex_;  // of the connection
};

}  // namespace assidu::node::web
