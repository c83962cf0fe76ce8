// The texts of a package: what the issuer signs, the keys it vouches for, and the proofs of rows. Both the
// writer and assidu-verify read and write them here; docs/formats/package.md has them byte by byte.
//
// Everything read is a stranger's: refused, saying what is wrong, unless it is exactly what the writing
// function makes of its value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"
#include "config/refusal.h"
#include "federation/ledger.h"
#include "federation/period_proof.h"
#include "federation/statement.h"
#include "rpc/signing_key.h"

namespace assidu::reports {

// Names of the files of a package.
inline constexpr std::string_view kManifestName = "manifest.note";
inline constexpr std::string_view kDataName = "data.json";
inline constexpr std::string_view kKeysName = "keys.json";
inline constexpr std::string_view kScaleName = "scale.json";
inline constexpr std::string_view kReceiptName = "receipt.note";
inline constexpr std::string_view kDocumentsFolder = "documents/";
inline constexpr std::string_view kMethodFolder = "method/";
// "statements/00000012.note", "proofs/00000012.txt"
[[nodiscard]] std::string statement_name(std::int64_t number);
[[nodiscard]] std::string proofs_name(std::int64_t number);

struct ListedFile {
    std::string name, sha256;
    std::int64_t size = 0;
    bool operator==(const ListedFile&) const = default;
};

// A day of the period on which a later statement replaced an earlier one's word.
struct SupersededDay {
    config::CivilDay day;
    std::int64_t statement = 0, by = 0;
    bool operator==(const SupersededDay&) const = default;
};

// What the issuer signs: which files there are, about whom and when, and what is missing.
struct PackageManifest {
    std::string issuer;  // node id: the hub, or the node itself where it issues alone
    std::string node;    // whose statements
    federation::StudentId student;
    federation::Period period;
    std::string scale;     // SHA-256 of the scale's document
    std::string language;  // of the documents: "fr", "en"
    std::int64_t issued_utc_s = 0;
    std::vector<ListedFile> files;  // all but the manifest, by name

    // The statements inside, and the digest of the last one.
    std::int64_t first_statement = 0, last_statement = 0;
    std::string last_statement_sha256;
    // The last statement that the node announced to the issuer, and how many announced ones the issuer lacks,
    // at least. Nothing: a node that issues alone, or one that never announced any.
    std::optional<std::int64_t> announced_statement, statements_missing;
    std::vector<federation::Period> missing_days;  // runs of days of which no statement speaks, ascending
    std::vector<SupersededDay> superseded;         // by day

    // Every day is declared, and no announced statement is missing; false: the report is partial.
    [[nodiscard]] bool complete() const {
        return missing_days.empty() && statements_missing.value_or(0) == 0;
    }
    bool operator==(const PackageManifest& other) const;
};
// The text under the signatures.
[[nodiscard]] std::string manifest_text(const PackageManifest& manifest);
[[nodiscard]] config::Result<PackageManifest> read_manifest(std::string_view text);

// A key, and who vouches for it: the issuer by signing the manifest, or itself.
struct PackageKey {
    std::string node, name;
    rpc::VerifyingKey key;
    // When the issuer accepted the key; 0: not known, as of its own.
    std::int64_t since_utc_s = 0;
};
[[nodiscard]] std::string keys_document(std::vector<PackageKey> keys);
// By node and key, each once.
[[nodiscard]] config::Result<std::vector<PackageKey>> read_keys(std::string_view document);

// The file of a statement's proven rows: a line a row.
[[nodiscard]] std::string proof_lines(const std::vector<federation::ProvenRow>& rows);
[[nodiscard]] config::Result<std::vector<federation::ProvenRow>> read_proof_lines(std::string_view text,
                                                                                  std::int64_t number);

// What the statements say of the days of a period under a scale: for each day the last one that speaks of it.
struct LastWord {
    std::int64_t number = 0, supersedes = 0;
};
using LastWords = std::map<config::CivilDay, LastWord>;
[[nodiscard]] LastWords last_words(const std::vector<federation::StatementHeader>& headers,
                                   const std::string& scale, const federation::Period& period);
[[nodiscard]] std::vector<SupersededDay> superseded_days(const LastWords& words);
// Runs of days of which none speaks.
[[nodiscard]] std::vector<federation::Period> missing_days(const LastWords& words,
                                                           const federation::Period& period);

}  // namespace assidu::reports
