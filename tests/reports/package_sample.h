// A node that declared, a hub that received, and packages of both: what the tests of packages share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "federation/declaration.h"
#include "federation/ledger_tables.h"
#include "federation/period_proof.h"
#include "federation/statement_log.h"
#include "reports/package/package.h"
#include "reports/render.h"
#include "reports/verify/verify.h"
#include "rpc/signed_note.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {

inline constexpr const char* kHub = "pole";

// The node's sample month, declared in two statements; on request a third one that replaces a day.
class PackageSample : public Sample {
  protected:
    struct Side {
        explicit Side(const std::filesystem::path& path)
            : file(federation::open_ledger_file(path)), ledger(federation::sqlite_ledger(file)), log(file) {}
        std::shared_ptr<SQLite::Database> file;
        std::unique_ptr<federation::Ledger> ledger;
        federation::StatementLog log;
    };

    void SetUp() override {
        Sample::SetUp();
        node = std::make_unique<Side>(folder / "ledger.sqlite");
        hub = std::make_unique<Side>(folder / "hub.sqlite");
        put({ada_ledger(), bob_ledger()});
        declare(at("2026-03-24", 4, 0));
        declare(at("2026-04-02", 4, 0));
        deliver();
    }

    void declare(std::int64_t now_utc_s) {
        ASSERT_EQ(declare_days({kNode,
                                {scale.id, scale.version, scale.sha256, scale.canonical},
                                &calendar,
                                &node_key,
                                now_utc_s},
                               *node->ledger, node->log),
                  1);
    }
    // Ada worked a minute less on the 23rd: another total, declared again.
    void correct_a_day() {
        federation::StudentLedger corrected = ada_ledger();
        corrected.rows[2].measured_s -= 60;
        put({corrected, bob_ledger()});
        declare(at("2026-04-02", 5, 0));
    }
    void deliver() {
        for (const std::int64_t number : node->log.unreceipted(kNode)) {
            const auto kept = node->log.find(kNode, number).value();
            const auto statement = federation::read_statement(kept.bytes, node_key.verifying_key()).value();
            const std::string receipt = federation::sign_receipt(
                {kHub, kNode, number, statement.digest(), at("2026-04-02", 6, 0) + number}, hub_key);
            hub->log.put_received(statement, receipt);
            node->log.put_receipt(kNode, number, receipt);
        }
    }

    [[nodiscard]] PackageKey own_key() const {
        return {kNode, "Université d’essai", node_key.verifying_key(), 1'770'000'000};
    }
    [[nodiscard]] PackageKey key_of_hub() const { return {kHub, "Pôle d’essai", hub_key.verifying_key(), 0}; }

    [[nodiscard]] static std::vector<ZipFile> documents_of(const StudentReport& report) {
        return {{"report.csv", render_csv(report)}};
    }

    // As the node issues it alone.
    [[nodiscard]] config::Result<std::string> try_package_of(const federation::StudentId& student) {
        const auto proof = federation::PeriodProof::gather(kNode, scale.sha256, period, node->log);
        if (!proof) return std::unexpected(proof.error());
        PackageIssuer issuer{kNode, &node_key, {own_key()}};
        if (proof->receipt().number > 0) issuer.keys.push_back(key_of_hub());
        const auto writer = PackageWriter::of(*proof, kNode, std::move(issuer));
        if (!writer) return std::unexpected(writer.error());
        const auto report = build_student_report(request, student, *node->ledger, directory);
        if (!report) return std::unexpected(report.error());
        return writer->package(*report, documents_of(*report));
    }
    [[nodiscard]] std::string package_of(const federation::StudentId& student) {
        auto package = try_package_of(student);
        if (!package) throw std::runtime_error(package.error().what);
        return *std::move(package);
    }

    // As the hub issues it from what it received.
    [[nodiscard]] StudentReport hub_report(const federation::StudentId& student) {
        ReportRequest asked = request;
        asked.wwwroot.clear();
        Declared declared;
        declared.last = hub->log.head(kNode);
        declared.announced = declared.last.number + announced_more;
        declared.announced_utc_s = at("2026-04-02", 7, 0);
        const auto stated = hub->log.stated_days(kNode, scale.sha256);
        for (config::CivilDay date = asked.period.from; date <= asked.period.to; date = next(date)) {
            if (stated.contains(date)) continue;
            auto& runs = declared.missing_days;
            if (!runs.empty() && next(runs.back().to) == date)
                runs.back().to = date;
            else
                runs.push_back({date, date});
        }
        asked.received = Received{kHub, "Pôle d’essai", kNode, asked.node_name, declared};
        auto report = build_student_report(asked, student, *hub->ledger, directory, "moodle");
        if (!report) throw std::runtime_error(report.error().what);
        return *std::move(report);
    }
    [[nodiscard]] std::string hub_package_of(const federation::StudentId& student) {
        auto package = try_hub_package_of(student);
        if (!package) throw std::runtime_error(package.error().what);
        return *std::move(package);
    }
    [[nodiscard]] config::Result<std::string> try_hub_package_of(const federation::StudentId& student) {
        const StudentReport report = hub_report(student);
        const auto proof =
            federation::PeriodProof::gather(kNode, scale.sha256, report.period, hub->log).value();
        const auto writer =
            PackageWriter::of(proof, kNode, {kHub, &hub_key, {key_of_hub(), own_key()}}).value();
        return writer.package(report, documents_of(report));
    }

    // The finding of a check, as "fails: why" or the outcome alone.
    static std::string outcome_of(const Verification& verification, Check check) {
        for (const Finding& finding : verification.findings) {
            if (finding.check != check) continue;
            switch (finding.outcome) {
                case Outcome::holds:
                    return "holds";
                case Outcome::absent:
                    return "absent";
                case Outcome::not_checked:
                    return "not checked";
                case Outcome::fails:
                    return "fails: " + finding.detail;
            }
        }
        return "not there";
    }
    static std::string failures_of(const Verification& verification) {
        std::string all;
        for (const Finding& finding : verification.findings)
            if (finding.outcome == Outcome::fails) all += finding.detail + "; ";
        return all;
    }

    // The files of a package, to be changed and zipped again.
    static std::vector<ZipFile> files_of(const std::string& package) {
        std::vector<ZipFile> files;
        const auto views = read_zip(package);
        if (!views) throw std::runtime_error(views.error().what);
        for (const ZipView& file : *views)
            files.push_back({std::string(file.name), std::string(file.bytes)});
        return files;
    }
    static std::string& file_in(std::vector<ZipFile>& files, std::string_view name) {
        for (ZipFile& file : files)
            if (file.name == name) return file.bytes;
        throw std::runtime_error("no file " + std::string(name));
    }
    // The package as an issuer that lies would sign it: the manifest made to fit whatever the files are.
    static std::string signed_again(std::vector<ZipFile> files, const rpc::SigningKey& key,
                                    const std::function<void(PackageManifest&)>& change = {}) {
        std::string& note = file_in(files, kManifestName);
        PackageManifest manifest = read_manifest(rpc::parse_note(note).value().text).value();
        manifest.files.clear();
        for (const ZipFile& file : files) {
            if (file.name == kManifestName) continue;
            manifest.files.push_back({file.name, config::hex(config::sha256(file.bytes)),
                                      static_cast<std::int64_t>(file.bytes.size())});
        }
        std::ranges::sort(manifest.files, {}, &ListedFile::name);
        if (change) change(manifest);
        note = rpc::sign_note(manifest_text(manifest), manifest.issuer, key);
        return write_zip(std::move(files)).value();
    }

    [[nodiscard]] std::string node_root() const { return node_key.verifying_key().fingerprint(); }
    [[nodiscard]] std::string hub_root() const { return hub_key.verifying_key().fingerprint(); }

    rpc::SigningKey node_key = rpc::SigningKey::generate(), hub_key = rpc::SigningKey::generate();
    std::unique_ptr<Side> node, hub;
    std::int64_t announced_more = 0;  // statements that the node announced and the hub does not have
};

}  // namespace assidu::reports::test
