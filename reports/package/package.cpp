#include "reports/package/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "config/digest.h"
#include "reports/package/method_text.h"
#include "reports/render.h"
#include "reports/verify/verify.h"
#include "rpc/signed_note.h"

namespace assidu::reports {
namespace {

using config::CivilDay;
using config::refuse;
using config::Result;

Result<federation::StatementHeader> header_of(const federation::PeriodProof::Note& note,
                                              const std::string& node, const PackageIssuer& issuer) {
    for (const PackageKey& key : issuer.keys) {
        if (key.node != node) continue;
        if (auto header = federation::read_statement_note(note.note, key.key)) return header;
    }
    return refuse(
        fmt::format("statement {} of '{}' is signed by no key that '{}' vouches for; a package of it could "
                    "not be checked",
                    note.number, node, issuer.id));
}

// A day on which the report is not what was declared.
std::optional<CivilDay> undeclared_day(const StudentReport& report,
                                       const std::vector<federation::ProvenRow>& rows) {
    std::map<CivilDay, Totals> differences;
    for (const DayLine& day : report.days)
        differences[day.day] = {day.measured_s, day.credited_s, day.events,
                                static_cast<std::int64_t>(day.courses.size())};
    for (const federation::ProvenRow& proven : rows) {
        const auto row = federation::parse_daily_row(proven.row);
        if (!row) throw config::ResourceFailure("the ledger's statements are damaged: " + row.error().what);
        Totals& difference = differences[row->day];
        difference.measured_s -= row->measured_s;
        difference.credited_s -= row->credited_s;
        difference.events -= row->events;
        --difference.days;  // courses of the day, here
    }
    for (const auto& [day, left] : differences) {
        if (left.measured_s != 0 || left.credited_s != 0 || left.events != 0 || left.days != 0) return day;
    }
    return std::nullopt;
}

// The rows, a file a statement.
void add_proofs(std::vector<ZipFile>& files, std::vector<federation::ProvenRow> rows) {
    std::ranges::stable_sort(rows, {}, [](const auto& row) { return std::pair(row.number, row.index); });
    for (auto begin = rows.begin(); begin != rows.end();) {
        const auto end =
            std::find_if(begin, rows.end(), [&](const auto& row) { return row.number != begin->number; });
        files.push_back({proofs_name(begin->number), proof_lines({begin, end})});
        begin = end;
    }
}

// What does not hold, as the receiver of the package would be told; empty: all holds.
std::string failure_of(std::string_view package, const rpc::VerifyingKey& issuer) {
    for (const Finding& finding : verify_package(package, issuer.fingerprint()).findings)
        if (finding.outcome == Outcome::fails) return finding.detail;
    return {};
}

}  // namespace

Result<PackageWriter> PackageWriter::of(const federation::PeriodProof& proof, const std::string& node,
                                        PackageIssuer issuer) {
    std::vector<federation::StatementHeader> headers;
    for (const federation::PeriodProof::Note& note : proof.notes()) {
        auto header = header_of(note, node, issuer);
        if (!header) return std::unexpected(header.error());
        headers.push_back(*std::move(header));
    }
    return PackageWriter(proof, std::move(issuer), std::move(headers));
}

bool PackageWriter::has_receipt() const {
    return proof_->receipt().number > 0 && std::ranges::any_of(issuer_.keys, [&](const PackageKey& key) {
               const auto receipt = federation::read_receipt(proof_->receipt().note, key.key);
               return receipt && receipt->hub == key.node;
           });
}

std::string PackageWriter::sign(const StudentReport& report, const std::vector<ZipFile>& files) const {
    PackageManifest manifest;
    manifest.issuer = issuer_.id;
    manifest.node = headers_.back().node;
    manifest.student = report.student;
    manifest.period = report.period;
    manifest.scale = report.provenance.scale.sha256;
    manifest.language = report.provenance.language;
    manifest.issued_utc_s = report.provenance.issued_at_utc_s;
    for (const ZipFile& file : files)
        manifest.files.push_back({file.name, config::hex(config::sha256(file.bytes)),
                                  static_cast<std::int64_t>(file.bytes.size())});
    std::ranges::sort(manifest.files, {}, &ListedFile::name);
    manifest.first_statement = headers_.front().number;
    manifest.last_statement = headers_.back().number;
    manifest.last_statement_sha256 = config::hex(config::sha256(proof_->notes().back().note));
    if (const auto& received = report.provenance.received) {
        if (received->declared.announced > 0) manifest.announced_statement = received->declared.announced;
        manifest.statements_missing = received->declared.statements_missing();
    }
    const LastWords words = last_words(headers_, manifest.scale, manifest.period);
    manifest.missing_days = missing_days(words, manifest.period);
    manifest.superseded = superseded_days(words);
    return rpc::sign_note(manifest_text(manifest), issuer_.id, *issuer_.key);
}

Result<std::string> PackageWriter::package(const StudentReport& report,
                                           const std::vector<ZipFile>& documents) const {
    const auto& received = report.provenance.received;
    if (received && received->declared.last.number != proof_->notes().back().number)
        return refuse(fmt::format("a statement of '{}' arrived while the report was made; make it again",
                                  received->member_id));
    const std::vector<federation::ProvenRow> rows = proof_->rows_of(report.student);
    if (const auto day = undeclared_day(report, rows))
        return refuse(
            fmt::format("no proof of {} yet: what the report says of that day is not what was declared; the "
                        "day is not closed, or its totals changed after the last statement",
                        config::iso_date(*day)));
    auto data = canonical_data(report);
    if (!data) return std::unexpected(data.error());
    std::vector<ZipFile> files{
        {std::string(kDataName), *std::move(data)},
        {std::string(kKeysName), keys_document(issuer_.keys)},
        {std::string(kScaleName), report.provenance.scale.document},
        {fmt::format("{}method-en.txt", kMethodFolder), std::string(method_text("en"))},
        {fmt::format("{}method-fr.txt", kMethodFolder), std::string(method_text("fr"))}};
    for (const ZipFile& document : documents)
        files.push_back({std::string(kDocumentsFolder) + document.name, document.bytes});
    for (const federation::PeriodProof::Note& note : proof_->notes())
        files.push_back({statement_name(note.number), note.note});
    if (has_receipt()) files.push_back({std::string(kReceiptName), proof_->receipt().note});
    add_proofs(files, rows);
    files.push_back({std::string(kManifestName), sign(report, files)});
    auto package = write_zip(std::move(files));
    if (!package) return package;
    const std::string failure = failure_of(*package, issuer_.key->verifying_key());
    if (failure.empty()) return package;
    // Of our own ledger that cannot be; a member's word may be such that no reader would take it.
    if (!received) throw std::logic_error("a package that was just made does not hold: " + failure);
    return refuse(fmt::format("what member '{}' declared gives no package that holds: {}",
                              received->member_id, failure));
}

}  // namespace assidu::reports
