#include "reports/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "config/digest.h"
#include "federation/statement.h"
#include "reports/package/package_format.h"
#include "reports/package/zip.h"
#include "reports/verify/verify_data.h"
#include "reports/verify/verify_rows.h"
#include "rpc/signed_note.h"

namespace assidu::reports {
namespace {

using config::refuse;
using config::Result;
using federation::StatementHeader;
using Values = std::vector<std::string>;

constexpr Check kChecks[] = {Check::container,    Check::manifest,   Check::keys,    Check::signature,
                             Check::cosignatures, Check::statements, Check::receipt, Check::scale,
                             Check::rows,         Check::period,     Check::totals,  Check::documents,
                             Check::root};

std::string digest_of(std::string_view bytes) {
    return config::hex(config::sha256(bytes));
}

bool same(const std::vector<federation::Period>& some, const std::vector<federation::Period>& others) {
    return std::ranges::equal(some, others,
                              [](const federation::Period& one, const federation::Period& other) {
                                  return one.from == other.from && one.to == other.to;
                              });
}

class Verifier {
  public:
    Verifier(std::string_view bytes, std::string_view root) : bytes_(bytes), root_(root) {}
    Verification run();

  private:
    // What a check that holds says; nothing: there is nothing to check.
    using Held = Result<std::optional<Values>>;
    Held check(Check which);
    // The checks whose outcome this one rests on.
    static std::vector<Check> needs(Check which);

    Held container();
    Held manifest();
    Held keys();
    Held signature();
    Held cosignatures();
    Held statements();
    Held receipt();
    Held scale();
    Held rows();
    Held period();
    Held totals();
    Held documents();
    Held root();
    Held root_by_receipt(const PackageKey& hub);

    [[nodiscard]] bool may_be_there(std::string_view name) const;
    [[nodiscard]] std::string_view file(std::string_view name) const { return files_.find(name)->second; }
    [[nodiscard]] Result<StatementHeader> statement(std::int64_t number);

    std::string_view bytes_, root_;
    Verification made_;
    std::map<Check, Outcome> outcomes_;

    std::map<std::string_view, std::string_view, std::less<>> files_;
    rpc::SignedNote note_;
    PackageManifest manifest_;
    std::vector<PackageKey> keys_;
    std::optional<PackageKey> issuer_;  // whose key signed the manifest
    std::vector<StatementHeader> headers_;
    std::map<std::int64_t, std::string> signers_;  // the raw key that signed a statement
    std::optional<federation::Receipt> receipt_;
    LastWords words_;
    std::vector<federation::LedgerRow> rows_;
    std::int64_t last_proven_ = 0;  // the highest number of a statement with a proven row
};

std::vector<Check> Verifier::needs(Check which) {
    switch (which) {
        case Check::container:
            return {};
        case Check::manifest:
            return {Check::container};
        case Check::keys:
        case Check::documents:
            return {Check::manifest};
        case Check::signature:
        case Check::statements:
            return {Check::keys};
        case Check::cosignatures:
            return {Check::signature};
        case Check::receipt:
        case Check::scale:
        case Check::period:
            return {Check::statements};
        case Check::rows:
            return {Check::scale};
        case Check::totals:
            return {Check::rows};
        case Check::root:
            return {Check::signature, Check::statements, Check::receipt, Check::rows};
    }
    return {};
}

Verifier::Held Verifier::check(Check which) {
    switch (which) {
        case Check::container:
            return container();
        case Check::manifest:
            return manifest();
        case Check::keys:
            return keys();
        case Check::signature:
            return signature();
        case Check::cosignatures:
            return cosignatures();
        case Check::statements:
            return statements();
        case Check::receipt:
            return receipt();
        case Check::scale:
            return scale();
        case Check::rows:
            return rows();
        case Check::period:
            return period();
        case Check::totals:
            return totals();
        case Check::documents:
            return documents();
        case Check::root:
            return root();
    }
    return refuse("no such check");
}

Verification Verifier::run() {
    bool refused = false;
    for (const Check which : kChecks) {
        Finding finding{which, Outcome::not_checked, {}, {}};
        const bool possible = std::ranges::all_of(needs(which), [&](Check before) {
            return outcomes_[before] == Outcome::holds || outcomes_[before] == Outcome::absent;
        });
        if (possible) {
            Held held = check(which);
            finding.outcome = !held ? Outcome::fails : *held ? Outcome::holds : Outcome::absent;
            if (!held) finding.detail = std::move(held.error().what);
            if (held && *held) finding.values = **std::move(held);
        }
        refused = refused || finding.outcome == Outcome::fails;
        outcomes_[which] = finding.outcome;
        made_.findings.push_back(std::move(finding));
    }
    made_.verdict = refused                ? Verdict::refused
                    : root_.empty()        ? Verdict::unanchored
                    : manifest_.complete() ? Verdict::holds
                                           : Verdict::partial;
    return std::move(made_);
}

Verifier::Held Verifier::container() {
    const auto files = read_zip(bytes_);
    if (!files) return std::unexpected(files.error());
    for (const ZipView& file : *files)
        files_.emplace(file.name, file.bytes);
    return Values{std::to_string(files_.size()), std::to_string(bytes_.size())};
}

bool Verifier::may_be_there(std::string_view name) const {
    for (const std::string_view known : {kManifestName, kDataName, kKeysName, kScaleName, kReceiptName})
        if (name == known) return true;
    if (name.starts_with(kDocumentsFolder) || name.starts_with(kMethodFolder)) return true;
    for (const std::string_view folder : {std::string_view("statements/"), std::string_view("proofs/")}) {
        if (!name.starts_with(folder)) continue;
        // Of a statement of the chain: numbers are written in one way.
        const std::string digits(name.substr(folder.size(), name.find('.') - folder.size()));
        const bool number = !digits.empty() && digits.size() <= 15 &&
                            digits.find_first_not_of("0123456789") == std::string::npos;
        if (!number) return false;
        const std::int64_t value = std::stoll(digits);
        return value >= manifest_.first_statement && value <= manifest_.last_statement &&
               name == (folder == "proofs/" ? proofs_name(value) : statement_name(value));
    }
    return false;
}

Verifier::Held Verifier::manifest() {
    if (!files_.contains(kManifestName)) return refuse(fmt::format("{} is missing", kManifestName));
    auto note = rpc::parse_note(file(kManifestName));
    if (!note) return std::unexpected(note.error());
    note_ = *std::move(note);
    auto manifest = read_manifest(note_.text);
    if (!manifest) return std::unexpected(manifest.error());
    manifest_ = *std::move(manifest);
    if (manifest_.files.size() + 1 != files_.size())
        return refuse(fmt::format("{} files are listed and {} are there beside the manifest",
                                  manifest_.files.size(), files_.size() - 1));
    std::string_view before;
    for (const ListedFile& listed : manifest_.files) {
        if (!(before < std::string_view(listed.name))) return refuse("the list of files is not in order");
        before = listed.name;
        const auto found = files_.find(listed.name);
        if (found == files_.end() || listed.name == kManifestName)
            return refuse(fmt::format("{} is listed and not there", listed.name));
        if (static_cast<std::int64_t>(found->second.size()) != listed.size ||
            digest_of(found->second) != listed.sha256)
            return refuse(fmt::format("{} is another than the one that is listed", listed.name));
        if (!may_be_there(listed.name)) return refuse(fmt::format("{} is no file of a package", listed.name));
    }
    for (const std::string_view name : {kDataName, kKeysName, kScaleName}) {
        if (!files_.contains(name)) return refuse(fmt::format("{} is missing", name));
    }
    PackageSubject& subject = made_.subject;
    subject.issuer = manifest_.issuer;
    subject.node = manifest_.node;
    subject.student = to_string(manifest_.student);
    subject.from = config::iso_date(manifest_.period.from);
    subject.to = config::iso_date(manifest_.period.to);
    return Values{std::to_string(manifest_.files.size())};
}

Verifier::Held Verifier::keys() {
    auto keys = read_keys(file(kKeysName));
    if (!keys) return std::unexpected(keys.error());
    keys_ = *std::move(keys);
    bool node = false;
    for (const PackageKey& key : keys_) {
        node = node || key.node == manifest_.node;
        if (key.node == manifest_.node) made_.subject.node_name = key.name;
    }
    if (!node)
        return refuse(fmt::format("no key of {} is there, whose statements these are", manifest_.node));
    return Values{std::to_string(keys_.size())};
}

Verifier::Held Verifier::signature() {
    const rpc::NoteSignature& first = note_.signatures.front();
    if (first.name != manifest_.issuer)
        return refuse(fmt::format("the first signature is not that of {}", manifest_.issuer));
    for (const PackageKey& key : keys_) {
        if (key.node == manifest_.issuer && note_.is_signed_by(manifest_.issuer, key.key)) issuer_ = key;
    }
    if (!issuer_)
        return refuse(
            fmt::format("no key of {} verifies the signature under the manifest", manifest_.issuer));
    made_.subject.issuer_name = issuer_->name;
    made_.subject.issuer_fingerprint = issuer_->key.fingerprint();
    return Values{manifest_.issuer, made_.subject.issuer_fingerprint};
}

Verifier::Held Verifier::cosignatures() {
    if (note_.signatures.size() == 1) return std::nullopt;
    std::set<std::string> names;
    std::string listed;
    for (const rpc::NoteSignature& signature : note_.signatures) {
        if (!names.insert(signature.name).second)
            return refuse(fmt::format("{} signed twice", signature.name));
        if (signature.name == manifest_.issuer) continue;
        const bool verifies = std::ranges::any_of(keys_, [&](const PackageKey& key) {
            return key.node == signature.name && note_.is_signed_by(signature.name, key.key);
        });
        if (!verifies)
            return refuse(fmt::format("the signature of {} is that of no key that is there", signature.name));
        listed += (listed.empty() ? "" : ", ") + signature.name;
    }
    return Values{listed};
}

Result<StatementHeader> Verifier::statement(std::int64_t number) {
    const auto found = files_.find(statement_name(number));
    if (found == files_.end()) return refuse(fmt::format("statement {} is missing", number));
    std::string why;
    for (const PackageKey& key : keys_) {
        if (key.node != manifest_.node) continue;
        auto header = federation::read_statement_note(found->second, key.key);
        if (header) {
            if (header->node != manifest_.node || header->number != number)
                return refuse(fmt::format("statement {} is another one", number));
            signers_[number] = key.key.raw();
            return header;
        }
        why = header.error().what;
    }
    return refuse(fmt::format("statement {}: {}", number, why));
}

Verifier::Held Verifier::statements() {
    const std::int64_t first = manifest_.first_statement, last = manifest_.last_statement;
    if (last < first || last - first >= static_cast<std::int64_t>(files_.size()))
        return refuse("the statements that the manifest names are not all there");
    std::string digest;
    for (std::int64_t number = first; number <= last; ++number) {
        auto header = statement(number);
        if (!header) return std::unexpected(header.error());
        if (number > first && header->previous != digest)
            return refuse(fmt::format("statement {} does not name the one before it", number));
        digest = digest_of(file(statement_name(number)));
        headers_.push_back(*std::move(header));
    }
    if (digest != manifest_.last_statement_sha256)
        return refuse("the last statement is not the one that the manifest names");
    words_ = last_words(headers_, manifest_.scale, manifest_.period);
    return Values{std::to_string(first), std::to_string(last), manifest_.node};
}

Verifier::Held Verifier::receipt() {
    if (!files_.contains(kReceiptName)) return std::nullopt;
    for (const PackageKey& key : keys_) {
        auto receipt = federation::read_receipt(file(kReceiptName), key.key);
        if (!receipt || receipt->hub != key.node) continue;
        const bool of_the_chain = receipt->node == manifest_.node &&
                                  receipt->number >= manifest_.first_statement &&
                                  receipt->number <= manifest_.last_statement;
        if (!of_the_chain || digest_of(file(statement_name(receipt->number))) != receipt->statement)
            return refuse("the receipt is for another statement");
        receipt_ = *std::move(receipt);
        return Values{receipt_->hub, std::to_string(receipt_->number)};
    }
    return refuse("the receipt is signed by no key that is there");
}

Verifier::Held Verifier::scale() {
    if (digest_of(file(kScaleName)) != manifest_.scale)
        return refuse(fmt::format("{} has another SHA-256 than the manifest says", kScaleName));
    if (words_.empty()) return refuse("no statement speaks of the period under this scale");
    const auto named = std::ranges::find(headers_, manifest_.scale,
                                         [](const StatementHeader& header) { return header.scale.sha256; });
    return Values{named->scale.id, std::to_string(named->scale.version), manifest_.scale};
}

Verifier::Held Verifier::rows() {
    std::set<std::int64_t> numbers;
    for (const auto& [name, bytes] : files_) {
        if (!name.starts_with("proofs/")) continue;
        const auto header = std::ranges::find_if(
            headers_, [&](const StatementHeader& one) { return name == proofs_name(one.number); });
        if (header == headers_.end() || header->kind != federation::StatementKind::daily)
            return refuse(fmt::format("{} is of no statement of days", name));
        auto rows = proven_rows(bytes, *header, manifest_, words_);
        if (!rows) return std::unexpected(rows.error());
        rows_.insert(rows_.end(), std::make_move_iterator(rows->begin()),
                     std::make_move_iterator(rows->end()));
        last_proven_ = std::max(last_proven_, header->number);
        numbers.insert(header->number);
    }
    return Values{std::to_string(rows_.size()), std::to_string(numbers.size())};
}

Verifier::Held Verifier::period() {
    if (!same(missing_days(words_, manifest_.period), manifest_.missing_days))
        return refuse("days without a statement are not those that the manifest names");
    if (superseded_days(words_) != manifest_.superseded)
        return refuse("superseded days are not those that the manifest names");
    for (const federation::Period& run : manifest_.missing_days) {
        std::string& days = made_.subject.missing_days.emplace_back(config::iso_date(run.from));
        if (run.from != run.to) days += "/" + config::iso_date(run.to);
    }
    made_.subject.statements_missing = manifest_.statements_missing.value_or(0);
    return Values{std::to_string(words_.size()), std::to_string(manifest_.superseded.size())};
}

Verifier::Held Verifier::totals() {
    const auto held =
        check_data(file(kDataName), rows_, headers_, manifest_, file(kScaleName), made_.subject);
    if (!held) return std::unexpected(held.error());
    return Values{std::to_string(made_.subject.measured_s), std::to_string(made_.subject.credited_s)};
}

Verifier::Held Verifier::documents() {
    for (const auto& [name, bytes] : files_) {
        if (name.starts_with(kDocumentsFolder))
            made_.subject.documents.emplace_back(name.substr(kDocumentsFolder.size()));
    }
    if (made_.subject.documents.empty()) return std::nullopt;
    std::string names;
    for (const std::string& name : made_.subject.documents)
        names += (names.empty() ? "" : ", ") + name;
    return Values{names};
}

Verifier::Held Verifier::root() {
    if (root_.empty()) return std::nullopt;
    if (issuer_->key.fingerprint() == root_) return Values{"issuer", manifest_.issuer};
    for (const PackageKey& key : keys_) {
        if (key.key.fingerprint() == root_) return root_by_receipt(key);
    }
    return refuse("the key with that fingerprint issued nothing in this package");
}

// A node issued the package alone; the root receipted its statements, and by that vouches for the key that
// signed them.
Verifier::Held Verifier::root_by_receipt(const PackageKey& hub) {
    if (!receipt_ || !federation::read_receipt(file(kReceiptName), hub.key) || receipt_->hub != hub.node)
        return refuse("the key with that fingerprint neither issued the package nor receipted a statement");
    if (last_proven_ > receipt_->number)
        return refuse(fmt::format("rows are of statement {}, and the receipt goes up to statement {}",
                                  last_proven_, receipt_->number));
    const bool one_key =
        manifest_.issuer == manifest_.node && signers_.at(receipt_->number) == issuer_->key.raw();
    if (!one_key) return refuse("the issuer is another than the one whose statement was receipted");
    return Values{"receipt", hub.node, std::to_string(receipt_->number)};
}

}  // namespace

Verification verify_package(std::string_view bytes, std::string_view root) {
    return Verifier(bytes, root).run();
}

}  // namespace assidu::reports
