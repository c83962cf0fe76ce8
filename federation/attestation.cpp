#include "federation/attestation.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/limits.h"
#include "config/settings.h"
#include "federation/handover.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"
#include "rpc/signed_message.h"
#include "rpc/signed_note.h"

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;

constexpr std::string_view kTitle = "assidu.attestation/1\n";

std::string hex_of(const rpc::VerifyingKey& key) {
    return config::hex({reinterpret_cast<const std::uint8_t*>(key.raw().data()), key.raw().size()});
}

}  // namespace

std::string sign_attestation(const std::string& signer, const std::string& node, const std::string& fingerprint,
                             std::int64_t now_utc_s, const rpc::SigningKey& key) {
    const nlohmann::json object = {{"signer", signer},
                                   {"key", hex_of(key.verifying_key())},
                                   {"node", node},
                                   {"fingerprint", fingerprint},
                                   {"issued_utc_s", now_utc_s}};
    return rpc::sign_note(fmt::format("{}{}\n", kTitle, config::canonical_json(object).value()), signer, key);
}

Result<Attestation> read_attestation(std::string_view bytes) {
    const auto note = rpc::parse_note(bytes);
    if (!note) return std::unexpected(note.error());
    if (!note->text.starts_with(kTitle)) return refuse("not an assidu.attestation/1");
    const std::string text = note->text.substr(kTitle.size(), note->text.size() - kTitle.size() - 1);
    const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || object.size() != 5 || config::canonical_json(object) != text)
        return refuse("the attestation is not canonical");
    const auto words = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto issued = object.find("issued_utc_s");
    const bool is_dated = issued != object.end() && issued->is_number_integer() && issued->get<std::int64_t>() >= 0;
    const auto key = rpc::VerifyingKey::of(config::unhex(words("key")).value_or(""));
    if (!key || !is_dated || !config::is_node_id(words("signer")) || !config::is_node_id(words("node")) ||
        !config::is_sha256_hex(words("fingerprint")))
        return refuse("the attestation is malformed");
    if (note->signatures.size() != 1 || !note->is_signed_by(words("signer"), *key))
        return refuse("the attestation is forged: it is not signed by the key that it names");
    return Attestation{words("signer"), *key, words("node"), words("fingerprint"), issued->get<std::int64_t>()};
}

AttestationLog::AttestationLog(std::shared_ptr<SQLite::Database> file) : database_(std::move(file)) {}

std::vector<AttestationLog::Kept> AttestationLog::of(const std::string& node) const {
    return translating_errors(*database_, [&] {
        const HandoverLog handovers(database_);
        std::vector<Kept> kept;
        SQLite::Statement select(*database_, "SELECT note FROM attestation WHERE node=? ORDER BY issued_utc_s, signer");
        select.bind(1, node);
        while (select.executeStep()) {
            std::string note = select.getColumn(0).getString();
            auto attestation = read_attestation(note);
            if (!attestation)
                throw config::ResourceFailure("a kept attestation is damaged: " + attestation.error().what);
            const bool is_revoked = handovers.is_revoked(attestation->signer_key);
            kept.push_back({*std::move(attestation), std::move(note), is_revoked});
        }
        return kept;
    });
}

Result<void> AttestationLog::judge(const Attestation& attestation, const KeyHolder& signer,
                                   const std::optional<KeyHolder>& about, std::int64_t now_utc_s) const {
    const HandoverLog handovers(database_);
    if (attestation.signer != signer.id)
        return refuse(fmt::format("it is signed for {}, and {} gives it", attestation.signer, signer.id));
    if (handovers.is_revoked(attestation.signer_key))
        return refuse(fmt::format("it is signed by a key of {} that was revoked", signer.id));
    if (attestation.signer_key != signer.key)
        return refuse(fmt::format("it is not signed by the key that {} has now", signer.id));
    if (attestation.node == signer.id)
        return refuse(fmt::format("it is of {}'s own key: a node does not attest itself", signer.id));
    if (!about || about->id != attestation.node)
        return refuse(fmt::format("{} is no node with a key here", attestation.node));
    if (handovers.is_revoked(about->key)) return refuse(fmt::format("the key of {} was revoked", about->id));
    if (about->key.fingerprint() != attestation.fingerprint)
        return refuse(fmt::format("another fingerprint: the key of {} has {} here, and {} says {}", about->id,
                                  about->key.fingerprint(), signer.id, attestation.fingerprint));
    if (attestation.issued_utc_s < now_utc_s - rpc::kClockSkewMax_s ||
        attestation.issued_utc_s > now_utc_s + rpc::kClockSkewMax_s)
        return refuse(fmt::format("it is of {}, and the clock here says {}", attestation.issued_utc_s, now_utc_s));
    return {};
}

Result<void> AttestationLog::take(const std::string& note, const KeyHolder& signer,
                                  const std::optional<KeyHolder>& about, std::int64_t now_utc_s) {
    const auto attestation = read_attestation(note);
    if (!attestation) return std::unexpected(attestation.error());
    if (auto judged = judge(*attestation, signer, about, now_utc_s); !judged) return judged;
    const auto kept = of(attestation->node);
    const bool has_said = std::ranges::any_of(kept, [&](const Kept& one) {
        return one.attestation.signer == signer.id && one.attestation.fingerprint == attestation->fingerprint;
    });
    if (!has_said && kept.size() >= config::limits::kAttestationsOfNodeMax)
        return refuse(fmt::format("{} attestations of {} are kept already", kept.size(), attestation->node));
    put(*attestation, note);
    return {};
}

void AttestationLog::put(const Attestation& attestation, const std::string& note) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            // Under the same key the first one stays: it says since when.
            SQLite::Statement put(*database_,
                                  "INSERT INTO attestation VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                                  "key=excluded.key, issued_utc_s=excluded.issued_utc_s, note=excluded.note "
                                  "WHERE key<>excluded.key");
            put.bind(1, attestation.node);
            put.bind(2, attestation.fingerprint);
            put.bind(3, attestation.signer);
            bind_blob(put, 4, attestation.signer_key.raw());
            put.bind(5, attestation.issued_utc_s);
            put.bind(6, note);
            put.exec();
        });
    });
}

}  // namespace assidu::federation
