#include "node/web/staff.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "federation/sqlite_store.h"
#include "node/collect/text.h"
#include "node/web/web_store.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using config::refuse;
using federation::in_transaction;
using federation::translating_errors;

constexpr const char* kSelect = "SELECT name, password, students, made_utc_s, login_utc_s FROM staff";

StaffAccount account_of(SQLite::Statement& row) {
    StaffAccount account;
    account.name = row.getColumn(0).getString();
    account.password = row.getColumn(1).getString();
    for (const std::string& condition :
         nlohmann::json::parse(row.getColumn(2).getString()).get<std::vector<std::string>>()) {
        if (const auto added = services::add_to_scope(account.students, condition); !added)
            throw config::ResourceFailure("web.sqlite: an account's students: " + added.error().what);
    }
    account.made_utc_s = row.getColumn(3).getInt64();
    if (!row.getColumn(4).isNull()) account.login_utc_s = row.getColumn(4).getInt64();
    return account;
}

}  // namespace

bool is_staff_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::kLabelBytesMax && collect::is_plain_text(name) &&
           name.find(' ') == std::string_view::npos;
}

config::Result<void> check_password(std::string_view password) {
    if (password.size() < limits::kPasswordBytesMin || password.size() > limits::kPasswordBytesMax)
        return refuse(fmt::format("a password has {} to {} bytes", limits::kPasswordBytesMin,
                                  limits::kPasswordBytesMax));
    return {};
}

Staff::Staff(const std::filesystem::path& path) : database_(open_web_store(path)) {}

config::Result<void> Staff::put(const StaffAccount& account, std::int64_t now_s) {
    if (!is_staff_name(account.name))
        return refuse(fmt::format("{}: a name of 1 to {} bytes without blanks is wanted",
                                  collect::shown(account.name), limits::kLabelBytesMax));
    if (account.students.empty()) return refuse("--students: say whom they may see: everyone, or conditions");
    const std::lock_guard lock(mutex_);
    bool full = false;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement count(*database_, "SELECT count(*) FROM staff WHERE name<>?");
            count.bind(1, account.name);
            count.executeStep();
            full = count.getColumn(0).getInt64() >= static_cast<std::int64_t>(limits::kStaffAccountsMax);
            if (full) return;
            SQLite::Statement put(
                *database_,
                "INSERT INTO staff (name, password, students, made_utc_s) VALUES (?1,?2,?3,?4) ON "
                "CONFLICT (name) DO UPDATE SET students=?3, password=?2");
            put.bind(1, account.name);
            put.bind(2, account.password);
            put.bind(3, nlohmann::json(services::conditions_of(account.students)).dump());
            put.bind(4, now_s);
            put.exec();
        });
    });
    if (full) return refuse(fmt::format("there are {} accounts already", limits::kStaffAccountsMax));
    return {};
}

config::Result<void> Staff::remove(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const int removed = translating_errors(*database_, [&] {
        SQLite::Statement remove(*database_, "DELETE FROM staff WHERE name=?");
        remove.bind(1, std::string(name));
        return remove.exec();
    });
    if (removed == 0) return refuse(fmt::format("there is no account {}", collect::shown(name)));
    return {};
}

std::vector<StaffAccount> Staff::all() const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        std::vector<StaffAccount> found;
        SQLite::Statement select(*database_, std::string(kSelect) + " ORDER BY name");
        while (select.executeStep())
            found.push_back(account_of(select));
        return found;
    });
}

std::optional<StaffAccount> Staff::find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&]() -> std::optional<StaffAccount> {
        SQLite::Statement select(*database_, std::string(kSelect) + " WHERE name=?");
        select.bind(1, std::string(name));
        return select.executeStep() ? std::optional(account_of(select)) : std::nullopt;
    });
}

void Staff::note_login(std::string_view name, std::int64_t now_s) {
    const std::lock_guard lock(mutex_);
    translating_errors(*database_, [&] {
        SQLite::Statement update(*database_, "UPDATE staff SET login_utc_s=? WHERE name=?");
        update.bind(1, now_s);
        update.bind(2, std::string(name));
        update.exec();
    });
}

}  // namespace assidu::node::web
