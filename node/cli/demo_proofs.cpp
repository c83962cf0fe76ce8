#include "node/cli/demo_proofs.h"

#include <fmt/format.h>

#include "node/cli/hub_report.h"
#include "node/packages.h"
#include "node/services/child_process.h"

namespace assidu::node::cli {
namespace {

// It takes milliseconds.
constexpr std::chrono::milliseconds kPatience{60'000};
// assidu-verify: everything holds; the same of a period that is not complete.
constexpr int kHolds = 0, kPartial = 5;

std::vector<std::string> some_students(const Node& hub, const std::string& member) {
    std::vector<std::string> names;
    for (const auto& [student, source] : hub.ledger().students(member, hub.scale().sha256)) {
        if (names.size() == kDemoPackages) break;
        names.push_back(to_string(student));
    }
    return names;
}

ExitCode check(const Node& hub, const Documents& documents, Console& console, DemoProofs& made) {
    const std::filesystem::path program = services::this_program().parent_path() / "assidu-verify";
    if (!std::filesystem::exists(program)) {
        console.complain(fmt::format("{}: not there; it is built beside assidu", program.string()));
        return ExitCode::resource;
    }
    services::ChildProcess verify(
        program,
        {"--root", hub.signing_key().verifying_key().fingerprint(), "--lang",
         documents.language == reports::Language::fr ? "fr" : "en", made.package.string()},
        documents.out / "verify.log");
    const int code = verify.wait(kPatience);
    for (const std::string& line : verify.lines())
        made.checked += line + "\n";
    if (code == kHolds || code == kPartial) return ExitCode::ok;
    console.complain(fmt::format("assidu-verify refused {} with exit code {}:\n{}", made.package.string(),
                                 code, made.checked));
    return ExitCode::resource;
}

}  // namespace

ExitCode issue_proofs(const Node& hub, const federation::Period& period, const std::string& member,
                      const Documents& given, Console& console, DemoProofs& made) {
    Documents documents = given;
    documents.formats = {ReportFormat::pdf, ReportFormat::xlsx};
    if (const ExitCode code =
            report_member(hub, period, {member, true, {}, false}, documents, console, made.group);
        code != ExitCode::ok)
        return code;
    const auto packages = Packages::of_member(hub, member, period);
    if (!packages) {
        console.complain(packages.error().what);
        return ExitCode::no_data;
    }
    documents.packages = &*packages;
    if (const ExitCode code = report_member(hub, period, {member, false, some_students(hub, member), true},
                                            documents, console, made.students);
        code != ExitCode::ok)
        return code;
    for (const std::filesystem::path& path : made.students)
        if (made.package.empty() && path.extension() == ".zip") made.package = path;
    return check(hub, documents, console, made);
}

}  // namespace assidu::node::cli
