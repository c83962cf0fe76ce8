// A package: a student's report with its proofs, as one file that anybody can check without us
// (assidu-verify, docs/verify.md). Format: docs/formats/package.md.
#pragma once

#include <string>
#include <vector>

#include "config/refusal.h"
#include "federation/period_proof.h"
#include "federation/statement.h"
#include "reports/model.h"
#include "reports/package/package_format.h"
#include "reports/package/zip.h"
#include "rpc/signing_key.h"

namespace assidu::reports {

// Who issues: the hub, or the node itself. The key must outlive what uses it.
struct PackageIssuer {
    std::string id;
    const rpc::SigningKey* key = nullptr;
    // Its own, that of the node whose statements these are, the hub's whose receipt there is, and whoever
    // else may cosign.
    std::vector<PackageKey> keys;
};

// Packages of one node's students over one period and scale. The proof must outlive the writer.
class PackageWriter {
  public:
    // Refused where the issuer vouches for no key of the node that made the statements.
    [[nodiscard]] static config::Result<PackageWriter> of(const federation::PeriodProof& proof,
                                                          const std::string& node, PackageIssuer issuer);

    // `documents`: the report as people read it, named within the package ("report.pdf"). Refused where the
    // report says of a day what no statement declares, naming the day, and where a limit is passed. A package
    // is checked as its receiver will check it before it is given out; one that fails is refused where a
    // member's word is in it, and else a broken invariant: std::logic_error.
    [[nodiscard]] config::Result<std::string> package(const StudentReport& report,
                                                      const std::vector<ZipFile>& documents) const;

  private:
    PackageWriter(const federation::PeriodProof& proof, PackageIssuer issuer,
                  std::vector<federation::StatementHeader> headers)
        : proof_(&proof), issuer_(std::move(issuer)), headers_(std::move(headers)) {}
    // Whether there is a receipt whose signature a reader can check.
    [[nodiscard]] bool has_receipt() const;
    [[nodiscard]] std::string sign(const StudentReport& report, const std::vector<ZipFile>& files) const;

    const federation::PeriodProof* proof_;
    PackageIssuer issuer_;
    std::vector<federation::StatementHeader> headers_;  // of the notes
};

}  // namespace assidu::reports
