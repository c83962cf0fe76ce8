#include "federation/handover.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/settings.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"
#include "rpc/signed_note.h"

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;

constexpr std::string_view kTitle = "assidu.handover/1\n";

std::string hex_of(const rpc::VerifyingKey& key) {
    return config::hex({reinterpret_cast<const std::uint8_t*>(key.raw().data()), key.raw().size()});
}

}  // namespace

std::string sign_handover(const std::string& node, const std::string& tls_fingerprint,
                          std::int64_t last_number, std::int64_t now_utc_s, const rpc::SigningKey& old_key,
                          const rpc::SigningKey& new_key) {
    const nlohmann::json object = {{"node", node},
                                   {"old", hex_of(old_key.verifying_key())},
                                   {"new", hex_of(new_key.verifying_key())},
                                   {"tls", tls_fingerprint},
                                   {"last_number", last_number},
                                   {"issued_utc_s", now_utc_s}};
    const std::string text = fmt::format("{}{}\n", kTitle, config::canonical_json(object).value());
    const std::string by_old = rpc::sign_note(text, node, old_key),
                      by_new = rpc::sign_note(text, node, new_key);
    return by_old + by_new.substr(text.size() + 1);
}

Result<Handover> read_handover(std::string_view bytes) {
    const auto note = rpc::parse_note(bytes);
    if (!note) return std::unexpected(note.error());
    if (!note->text.starts_with(kTitle)) return refuse("not an assidu.handover/1");
    const std::string text = note->text.substr(kTitle.size(), note->text.size() - kTitle.size() - 1);
    const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || object.size() != 6 || config::canonical_json(object) != text)
        return refuse("the hand-over is not canonical");
    const auto words = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto number = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                                   : std::int64_t{-1};
    };
    const auto old_key = rpc::VerifyingKey::of(config::unhex(words("old")).value_or(""));
    const auto new_key = rpc::VerifyingKey::of(config::unhex(words("new")).value_or(""));
    if (!old_key || !new_key || *old_key == *new_key || !config::is_node_id(words("node")) ||
        !config::is_sha256_hex(words("tls")) || number("last_number") < 0 || number("issued_utc_s") < 0)
        return refuse("the hand-over is malformed");
    if (!note->is_signed_by(words("node"), *old_key) || !note->is_signed_by(words("node"), *new_key))
        return refuse("the hand-over is not signed by both keys that it names");
    return Handover{words("node"),         *old_key, *new_key, words("tls"), number("last_number"),
                    number("issued_utc_s")};
}

HandoverLog::HandoverLog(std::shared_ptr<SQLite::Database> file) : database_(std::move(file)) {}

std::vector<HandoverLog::Kept> HandoverLog::of(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::vector<Kept> kept;
        SQLite::Statement select(*database_, "SELECT note FROM handover WHERE node=? ORDER BY ordinal");
        select.bind(1, node);
        while (select.executeStep()) {
            std::string note = select.getColumn(0).getString();
            if (auto handover = read_handover(note)) kept.push_back({*std::move(handover), std::move(note)});
        }
        return kept;
    });
}

void HandoverLog::put(const Handover& handover, const std::string& note) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement known(*database_,
                                    "SELECT 1 FROM handover WHERE node=? AND old_key=? AND new_key=?");
            known.bind(1, handover.node);
            bind_blob(known, 2, handover.old_key.raw());
            bind_blob(known, 3, handover.new_key.raw());
            if (known.executeStep()) return;
            SQLite::Statement insert(
                *database_,
                "INSERT INTO handover SELECT ?1, 1+coalesce(max(ordinal), 0), ?2, ?3, ?4, ?5 "
                "FROM handover WHERE node=?1");
            insert.bind(1, handover.node);
            bind_blob(insert, 2, handover.old_key.raw());
            bind_blob(insert, 3, handover.new_key.raw());
            insert.bind(4, handover.last_number);
            insert.bind(5, note);
            insert.exec();
        });
    });
}

std::vector<rpc::VerifyingKey> HandoverLog::keys_for(const std::string& node,
                                                     const rpc::VerifyingKey& current,
                                                     std::int64_t number) const {
    std::vector<rpc::VerifyingKey> keys{current};
    for (const Kept& kept : of(node)) {
        if (number <= kept.handover.last_number) keys.push_back(kept.handover.old_key);
    }
    return keys;
}

std::vector<rpc::VerifyingKey> HandoverLog::keys(const std::string& node,
                                                 const rpc::VerifyingKey& current) const {
    std::vector<rpc::VerifyingKey> keys{current};
    for (const Kept& kept : of(node))
        keys.push_back(kept.handover.old_key);
    return keys;
}

void HandoverLog::revoke(const std::string& node, const rpc::VerifyingKey& key, const std::string& reason,
                         std::int64_t now_utc_s) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement insert(*database_, "INSERT OR IGNORE INTO revoked_key VALUES (?,?,?,?)");
            bind_blob(insert, 1, key.raw());
            insert.bind(2, node);
            insert.bind(3, now_utc_s);
            insert.bind(4, reason);
            insert.exec();
        });
    });
}

bool HandoverLog::is_revoked(const rpc::VerifyingKey& key) const {
    return translating_errors(*database_, [&] {
        SQLite::Statement select(*database_, "SELECT 1 FROM revoked_key WHERE key=?");
        bind_blob(select, 1, key.raw());
        return select.executeStep();
    });
}

}  // namespace assidu::federation
