#include "federation/member.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/settings.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"
#include "rpc/secret.h"
#include "rpc/signed_note.h"

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;

constexpr std::string_view kTitle = "assidu.node/1\n";
constexpr std::size_t kTokenBytes = 16;

std::string hex_of(std::string_view bytes) {
    return config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

MemberState state_of(const std::string& name) {
    for (const MemberState state : {MemberState::invited, MemberState::pending, MemberState::active}) {
        if (name == name_of(state)) return state;
    }
    return MemberState::suspended;
}

constexpr const char* kColumns =
    "id, name, state, names, key, tls_fingerprint, since_utc_s, announced, announced_digest, "
    "announced_utc_s, url";

Member member_of(SQLite::Statement& select) {
    Member member;
    member.id = select.getColumn(0).getString();
    member.name = select.getColumn(1).getString();
    member.state = state_of(select.getColumn(2).getString());
    member.names = parse_names(select.getColumn(3).getString()).value_or(Names::none);
    if (auto key = rpc::VerifyingKey::of(blob(select.getColumn(4)))) member.key = std::move(*key);
    member.tls_fingerprint = select.getColumn(5).getString();
    member.since_utc_s = select.getColumn(6).getInt64();
    member.announced = {select.getColumn(7).getInt64(), select.getColumn(8).getString()};
    member.announced_utc_s = maybe(select.getColumn(9));
    member.url = select.getColumn(10).getString();
    return member;
}

}  // namespace

std::string_view name_of(MemberState state) {
    switch (state) {
        case MemberState::invited:
            return "invited";
        case MemberState::pending:
            return "pending";
        case MemberState::active:
            return "active";
        case MemberState::suspended:
            return "suspended";
    }
    return "";
}

std::string_view name_of(Names names) {
    switch (names) {
        case Names::none:
            return "none";
        case Names::issue:
            return "issue";
        case Names::roster:
            return "roster";
    }
    return "";
}

std::optional<Names> parse_names(std::string_view name) {
    for (const Names names : {Names::none, Names::issue, Names::roster}) {
        if (name == name_of(names)) return names;
    }
    return std::nullopt;
}

std::string sign_introduction(const std::string& id, const std::string& name,
                              const std::string& tls_fingerprint, const rpc::SigningKey& key) {
    const nlohmann::json object = {
        {"id", id}, {"name", name}, {"key", hex_of(key.verifying_key().raw())}, {"tls", tls_fingerprint}};
    return rpc::sign_note(fmt::format("{}{}\n", kTitle, config::canonical_json(object).value()), id, key);
}

Result<Introduction> read_introduction(std::string_view bytes) {
    const auto note = rpc::parse_note(bytes);
    if (!note) return std::unexpected(note.error());
    if (!note->text.starts_with(kTitle)) return refuse("not an assidu.node/1");
    const std::string text = note->text.substr(kTitle.size(), note->text.size() - kTitle.size() - 1);
    const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    const auto member = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!object.is_object() || config::canonical_json(object) != text || object.size() != 4)
        return refuse("the introduction is not canonical");
    const auto raw = config::unhex(member("key"));
    const auto key = rpc::VerifyingKey::of(raw.value_or(""));
    if (!config::is_node_id(member("id")) || !config::is_sha256_hex(member("tls")) || !key)
        return refuse("the introduction is malformed");
    if (!note->is_signed_by(member("id"), *key))
        return refuse("the introduction is not signed by the key that it names");
    return Introduction{member("id"), member("name"), *key, member("tls")};
}

MemberList::MemberList(std::shared_ptr<SQLite::Database> file)
    : database_(std::move(file)), sql_(*database_) {}

std::vector<Member> MemberList::all() const {
    return translating_errors(*database_, [&] {
        std::vector<Member> members;
        SQLite::Statement select(*database_, fmt::format("SELECT {} FROM member ORDER BY id", kColumns));
        while (select.executeStep())
            members.push_back(member_of(select));
        return members;
    });
}

std::optional<Member> MemberList::find(const std::string& id) const {
    return translating_errors(*database_, [&]() -> std::optional<Member> {
        static const std::string kSelect = fmt::format("SELECT {} FROM member WHERE id=?", kColumns);
        const auto select = sql_(kSelect);
        select->bind(1, id);
        if (!select->executeStep()) return std::nullopt;
        return member_of(*select);
    });
}

Result<std::string> MemberList::invite(const std::string& id, Names names, std::int64_t now_utc_s) {
    if (!config::is_node_id(id))
        return refuse(fmt::format("'{}' is no node id (1 to 48 of a-z, 0-9, inner hyphens)", id));
    const rpc::Secret token = rpc::Secret::random(kTokenBytes);
    const std::string text = hex_of(token.reveal());
    return translating_errors(*database_, [&]() -> Result<std::string> {
        Result<std::string> result = text;
        in_transaction(*database_, [&] {
            const auto known = find(id);
            if (known && known->state != MemberState::invited && known->state != MemberState::suspended) {
                result = refuse(fmt::format("{} is a member already ({})", id, name_of(known->state)));
                return;
            }
            SQLite::Statement put(*database_,
                                  "INSERT OR REPLACE INTO member (id, name, state, names, key, "
                                  "tls_fingerprint, invitation, since_utc_s) "
                                  "VALUES (?,'','invited',?,x'','',?,?)");
            put.bind(1, id);
            put.bind(2, std::string(name_of(names)));
            put.bind(3, config::hex(config::sha256(text)));
            put.bind(4, now_utc_s);
            put.exec();
        });
        return result;
    });
}

Result<void> MemberList::introduce(const Introduction& introduction, std::string_view token,
                                   std::int64_t now_utc_s) {
    return translating_errors(*database_, [&]() -> Result<void> {
        Result<void> result = refuse(fmt::format("no invitation of {} fits", introduction.id));
        in_transaction(*database_, [&] {
            SQLite::Statement select(*database_, "SELECT invitation FROM member WHERE id=?");
            select.bind(1, introduction.id);
            if (!select.executeStep()) return;
            const std::string kept = select.getColumn(0).getString();
            const std::string given = config::hex(config::sha256(token));
            select.reset();
            if (kept.size() != given.size() || CRYPTO_memcmp(kept.data(), given.data(), kept.size()) != 0)
                return;
            const Member member = find(introduction.id).value();
            if (member.state == MemberState::pending || member.state == MemberState::active) {
                if (member.key == introduction.key && member.tls_fingerprint == introduction.tls_fingerprint)
                    result = {};
                return;
            }
            if (member.state != MemberState::invited) return;
            if (HandoverLog(database_).is_revoked(introduction.key)) {
                result = refuse("its key was revoked");
                return;
            }
            SQLite::Statement update(*database_,
                                     "UPDATE member SET name=?, key=?, tls_fingerprint=?, state='pending', "
                                     "since_utc_s=? WHERE id=?");
            update.bind(1, introduction.name);
            bind_blob(update, 2, introduction.key.raw());
            update.bind(3, introduction.tls_fingerprint);
            update.bind(4, now_utc_s);
            update.bind(5, introduction.id);
            update.exec();
            result = {};
        });
        return result;
    });
}

Result<void> MemberList::accept(const std::string& id, const std::string& fingerprint,
                                std::int64_t now_utc_s) {
    return translating_errors(*database_, [&]() -> Result<void> {
        const auto member = find(id);
        if (!member || !member->key) return refuse(fmt::format("{} has not introduced itself", id));
        if (member->key->fingerprint() != fingerprint)
            return refuse(fmt::format("{} introduced itself with the fingerprint {}, not with the one given",
                                      id, member->key->fingerprint()));
        if (HandoverLog(database_).is_revoked(*member->key))
            return refuse(fmt::format("the key of {} was revoked; invite it anew, with another key", id));
        in_transaction(*database_, [&] {
            SQLite::Statement update(*database_,
                                     "UPDATE member SET state='active', since_utc_s=? WHERE id=?");
            update.bind(1, now_utc_s);
            update.bind(2, id);
            update.exec();
        });
        return {};
    });
}

Result<void> MemberList::suspend(const std::string& id, std::int64_t now_utc_s) {
    return translating_errors(*database_, [&]() -> Result<void> {
        Result<void> result;
        in_transaction(*database_, [&] {
            const auto member = find(id);
            if (!member) {
                result = refuse(fmt::format("{} is no member", id));
                return;
            }
            if (member->state == MemberState::invited || member->state == MemberState::pending) {
                // It never was a member: nothing of it is missing in a report.
                SQLite::Statement erase(*database_, "DELETE FROM member WHERE id=?");
                erase.bind(1, id);
                erase.exec();
                return;
            }
            SQLite::Statement update(*database_,
                                     "UPDATE member SET state='suspended', since_utc_s=? WHERE id=?");
            update.bind(1, now_utc_s);
            update.bind(2, id);
            update.exec();
        });
        return result;
    });
}

Result<void> MemberList::revoke(const std::string& id, const std::string& reason, std::int64_t now_utc_s) {
    const auto member = find(id);
    if (!member || !member->key) return refuse(fmt::format("{} is no member with a key", id));
    // The key first: who is interrupted here repeats it, and the key is dead already.
    HandoverLog(database_).revoke(id, *member->key, reason, now_utc_s);
    return suspend(id, now_utc_s);
}

Result<void> MemberList::hand_over(const Handover& handover, const std::string& note) {
    const auto member = find(handover.node);
    if (!member || !member->key || member->state != MemberState::active)
        return refuse("it is no active member");
    if (member->tls_fingerprint != handover.tls_fingerprint) return refuse("it is of another certificate");
    HandoverLog log(database_);
    if (*member->key == handover.new_key) return {};
    if (*member->key != handover.old_key) {
        // One that was taken long ago, and handed on since: it comes along with the later ones.
        for (const HandoverLog::Kept& kept : log.of(handover.node)) {
            if (kept.handover.new_key == handover.new_key) return {};
        }
        return refuse("it is not endorsed by the member's present key");
    }
    // The note first: who is interrupted between the two is shown it again.
    if (log.is_revoked(handover.new_key)) return refuse("its key was revoked");
    log.put(handover, note);
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement update(*database_, "UPDATE member SET key=? WHERE id=?");
            bind_blob(update, 1, handover.new_key.raw());
            update.bind(2, handover.node);
            update.exec();
        });
    });
    return {};
}

void MemberList::announce(const std::string& id, const StatementHead& head, const std::string& url,
                          std::int64_t now_utc_s) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement update(*database_,
                                     "UPDATE member SET announced=?, announced_digest=?, announced_utc_s=?, "
                                     "url=? WHERE id=?");
            update.bind(1, head.number);
            update.bind(2, head.digest);
            update.bind(3, now_utc_s);
            update.bind(4, url);
            update.bind(5, id);
            update.exec();
        });
    });
}

bool MemberList::remember_message(const std::string& sender, const std::string& id, std::int64_t now_utc_s) {
    return translating_errors(*database_, [&] {
        bool is_new = false;
        in_transaction(*database_, [&] {
            forget_messages(now_utc_s);
            const auto insert = sql_("INSERT OR IGNORE INTO message VALUES (?,?,?)");
            insert->bind(1, sender);
            insert->bind(2, id);
            insert->bind(3, now_utc_s);
            is_new = insert->exec() > 0;
        });
        return is_new;
    });
}

// Now and then, because it reads all of them.
void MemberList::forget_messages(std::int64_t now_utc_s) {
    constexpr std::int64_t kEvery_s = 60;
    const bool is_early =
        forgot_utc_s_ && now_utc_s >= *forgot_utc_s_ && now_utc_s < *forgot_utc_s_ + kEvery_s;
    if (is_early) return;
    const auto forget = sql_("DELETE FROM message WHERE received_utc_s<?");
    forget->bind(1, now_utc_s - rpc::kMessageIdsKept_s);
    forget->exec();
    forgot_utc_s_ = now_utc_s;
}

void MemberList::count_refusal(const std::string& sender, const std::string& code, bool is_known) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            // A stranger must not fill the table with names.
            SQLite::Statement count(
                *database_, "INSERT INTO refusal VALUES (?,?,1) ON CONFLICT DO UPDATE SET count=count+1");
            count.bind(1, is_known || find(sender) ? sender : "?");
            count.bind(2, code);
            count.exec();
        });
    });
}

std::vector<MemberList::Refusals> MemberList::refusals() const {
    return translating_errors(*database_, [&] {
        std::vector<Refusals> found;
        SQLite::Statement select(*database_, "SELECT sender, code, count FROM refusal ORDER BY 1, 2");
        while (select.executeStep())
            found.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(),
                             select.getColumn(2).getInt64()});
        return found;
    });
}

}  // namespace assidu::federation
