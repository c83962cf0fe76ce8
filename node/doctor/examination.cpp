#include "node/doctor/examination.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/services/hub_contact.h"
#include "node/services/pool_standing.h"
#include "node/services/push_journal.h"
#include "node/services/serve_state.h"
#include "node/services/spool.h"
#include "rpc/certificate_dates.h"
#include "rpc/key_file.h"

namespace assidu::node::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay_s = 86'400, kHour_s = 3'600, kMinute_s = 60;
constexpr std::int64_t kMiB = 1 << 20, kKiB = 1 << 10;
// What is worth a word.
constexpr std::int64_t kDiskFullMiB = 100, kDiskLowMiB = 1'024;
constexpr std::int64_t kWalMiB = 256;
constexpr std::int64_t kCertificateDays = 30;
constexpr std::int64_t kSilentDays = 3;
constexpr std::int64_t kWaitingHours = 24;
constexpr std::int64_t kClockSeconds = 60;
constexpr std::size_t kIntakesLooked = 50;

std::string number(std::int64_t value) {
    return fmt::format("{}", value);
}

std::int64_t bytes_of(const fs::path& path) {
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(bytes);
}

// Gathers findings; a check that throws becomes one.
class Examination {
  public:
    explicit Examination(std::vector<Finding>& findings) : findings_(findings) {}
    void add(Severity severity, std::string code, std::vector<std::string> values = {}) {
        findings_.push_back({severity, std::move(code), std::move(values)});
    }
    void add(std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(findings_)); }

  private:
    std::vector<Finding>& findings_;
};

void look_at_permissions(const NodeFolder& folder, Examination& found) {
    std::vector<fs::path> paths{folder.path / "keys"};
    for (const fs::path& store : {folder.settings(), folder.catalogue(), folder.archive(), folder.ledger()})
        paths.push_back(store);
    for (const fs::path& path : paths) {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
            found.add(Severity::warning, "folder.open_to_others", {path.string()});
    }
}

void look_at_keys(const NodeFolder& folder, Examination& found) {
    std::vector<std::string> wrong;
    if (const auto secret = rpc::read_student_secret(folder.student_secret()); !secret)
        wrong.push_back(secret.error().what);
    if (const auto key = rpc::SigningKey::read(folder.node_key()); !key) wrong.push_back(key.error().what);
    if (const auto tls = rpc::TlsIdentity::read(folder.tls_identity()); !tls)
        wrong.push_back(tls.error().what);
    if (fs::exists(folder.intake_secret())) {
        if (const auto secret = rpc::read_intake_secret(folder.intake_secret()); !secret)
            wrong.push_back(secret.error().what);
    }
    for (const std::string& what : wrong)
        found.add(Severity::failure, "key.bad", {what});
    if (wrong.empty()) found.add(Severity::ok, "key.good");
}

void look_at_certificate(const fs::path& path, std::int64_t now_s, Examination& found) {
    const auto expires = rpc::certificate_expiry_utc_s(path);
    if (!expires) return found.add(Severity::failure, "certificate.unreadable", {expires.error().what});
    const std::string day = config::iso_date(config::CivilDay{static_cast<std::int32_t>(*expires / kDay_s)});
    const std::int64_t left_s = *expires - now_s;
    if (left_s <= 0) return found.add(Severity::failure, "certificate.expired", {path.string(), day});
    if (left_s < kCertificateDays * kDay_s)
        return found.add(Severity::warning, "certificate.expires", {path.string(), day});
    found.add(Severity::ok, "certificate.good", {path.string(), day});
}

void look_at_disk(const NodeFolder& folder, Examination& found) {
    std::error_code error;
    const auto space = fs::space(folder.path, error);
    if (error) return;
    const auto free = static_cast<std::int64_t>(space.available / static_cast<std::uintmax_t>(kMiB));
    const std::int64_t archive = bytes_of(folder.archive()) / kMiB;
    if (free < kDiskFullMiB)
        return found.add(Severity::failure, "disk.full", {number(free), folder.path.string()});
    if (free < std::max(kDiskLowMiB, archive))
        return found.add(Severity::warning, "disk.low",
                         {number(free), folder.path.string(), number(archive)});
    found.add(Severity::ok, "disk.good", {number(free), folder.path.string()});
}

void look_at_write_ahead_logs(const NodeFolder& folder, Examination& found) {
    for (const fs::path& store : {folder.catalogue(), folder.archive(), folder.ledger()}) {
        const std::int64_t size = bytes_of(store.string() + "-wal") / kMiB;
        if (size >= kWalMiB) found.add(Severity::warning, "store.wal", {store.string(), number(size)});
    }
}

void look_at_events(const Node& node, Examination& found) {
    const archive::Extent extent = node.archive().extent(node.source());
    const std::int64_t now_s = node.clock().now_utc_s();
    if (node.settings().students.needs_catalogue() &&
        node.catalogue().count_people(node.settings().source_name) == 0)
        found.add(Severity::failure, "selection.no_people");
    if (!extent.last_utc_s) {
        found.add(Severity::warning, "events.none");
    } else {
        const std::string last = node.calendar().local_iso(*extent.last_utc_s);
        const std::int64_t days = (now_s - *extent.last_utc_s) / kDay_s;
        if (days >= kSilentDays)
            found.add(Severity::warning, "events.old", {last, number(days)});
        else
            found.add(Severity::ok, "events.fresh", {number(extent.events), last});
    }
    for (const archive::Intake& intake : node.archive().intakes(kIntakesLooked)) {
        if (!intake.ended_utc_s && now_s - intake.begun_utc_s > kHour_s)
            found.add(Severity::warning, "imports.unfinished", {intake.path});
    }
    const auto outages = node.ledger().outages(node.settings().node_id, INT64_MIN, INT64_MAX);
    if (!outages.empty())
        found.add(Severity::note, "outages", {number(static_cast<std::int64_t>(outages.size()))});
}

void look_at_totals(const Node& node, Examination& found) {
    const auto freshness = node.ledger().freshness(node.settings().node_id, node.scale().sha256);
    if (!freshness) {
        if (node.archive().extent(node.source()).events > 0) found.add(Severity::warning, "totals.never");
        return;
    }
    const auto dirty = static_cast<std::int64_t>(node.archive().dirty(node.source()).size());
    const bool old = node.clock().now_utc_s() - freshness->as_of_utc_s > kDay_s;
    if (dirty > 0 && old) return found.add(Severity::warning, "totals.behind", {number(dirty)});
    found.add(Severity::ok, "totals.current", {node.calendar().local_iso(freshness->as_of_utc_s)});
}

void look_at_files(const Node& node, Examination& found) {
    std::error_code error;
    std::int64_t rejects = 0;
    for (const auto& entry : fs::directory_iterator(node.folder().rejects(), error))
        rejects += entry.is_regular_file() ? 1 : 0;
    if (rejects > 0)
        found.add(Severity::note, "rejects", {number(rejects), node.folder().rejects().string()});
    if (node.settings().spool.empty()) return;
    const fs::path spool = node.folder().path / node.settings().spool;
    const auto counts = services::Spool::count(spool);
    if (counts.refused > 0)
        found.add(Severity::warning, "spool.refused",
                  {number(static_cast<std::int64_t>(counts.refused)), (spool / "refused").string()});
    const auto pushes = services::PushJournal::count(spool);
    if (pushes.refused > 0)
        found.add(Severity::warning, "pushes.refused", {number(static_cast<std::int64_t>(pushes.refused))});
    if (pushes.undecided_bytes > 0)
        found.add(Severity::warning, "pushes.undecided",
                  {number(static_cast<std::int64_t>(pushes.undecided_bytes) / kKiB + 1),
                   number(node.settings().undecided_days)});
}

void look_at_statements(const Node& node, Examination& found) {
    const std::string& id = node.settings().node_id;
    const std::int64_t now_s = node.clock().now_utc_s();
    const auto hub = services::read_hub(node.folder());
    if (!hub) return found.add(Severity::failure, "hub.unreadable", {hub.error().what});
    if (!*hub) return;
    const auto waiting = node.statements().unreceipted(id);
    const std::int64_t head = node.statements().head(id).number;
    if (waiting.empty()) {
        found.add(Severity::ok, "statements.good", {number(head)});
    } else {
        const auto kept = node.statements().find(id, waiting.front());
        const auto oldest = federation::read_statement(kept->bytes, node.signing_key().verifying_key());
        const std::int64_t hours = oldest ? (now_s - oldest->header.issued_utc_s) / kHour_s : 0;
        found.add(hours >= kWaitingHours ? Severity::warning : Severity::note, "statements.waiting",
                  {number(static_cast<std::int64_t>(waiting.size())), number(hours)});
    }
    for (std::int64_t of = head; of > 0; --of) {
        const auto kept = node.statements().find(id, of);
        if (!kept || kept->receipt.empty()) continue;
        const auto receipt = federation::read_receipt(kept->receipt, (*hub)->key);
        if (receipt && receipt->received_utc_s > now_s + kClockSeconds)
            found.add(Severity::warning, "hub.clock", {number(receipt->received_utc_s - now_s)});
        return;
    }
}

void look_at_members(const Node& node, Examination& found) {
    const std::int64_t now_s = node.clock().now_utc_s();
    for (const federation::Member& member : node.members().all()) {
        if (member.state != federation::MemberState::active) continue;
        const std::int64_t last = node.statements().head(member.id).number;
        const auto received_s = services::received_utc_s(node, member.id, last);
        if (received_s && now_s - *received_s > kSilentDays * kDay_s)
            found.add(Severity::warning, "member.silent",
                      {member.id, number((now_s - *received_s) / kDay_s)});
    }
}

void look_at_serving(const Node& node, Examination& found) {
    const auto serving = FolderLock::serving(node.folder());
    if (!serving)
        found.add(Severity::note, "serve.stopped");
    else
        found.add(Severity::ok, "serve.good", {*serving});
    const auto state = services::read_serve_state(node.folder());
    if (!state || !*state) return;
    const services::ServeState& last = **state;
    const std::int64_t now_s = node.clock().now_utc_s();
    // A round is due every so often, and may take its time.
    const std::int64_t late_s = 3 * node.settings().report_every_s + 10 * kMinute_s;
    if (serving && last.round_utc_s && now_s - *last.round_utc_s > late_s)
        found.add(Severity::warning, "serve.late", {number((now_s - *last.round_utc_s) / kMinute_s)});
    if (!last.round_problem.empty()) found.add(Severity::failure, "serve.problem", {last.round_problem});
    if (!last.delivery_problem.empty())
        found.add(Severity::warning, "serve.delivery", {last.delivery_problem});
    if (last.pushes && !last.pushes->problem.empty())
        found.add(Severity::failure, "pushes.put_off", {last.pushes->problem});
}

void look_at_retention(const Node& node, Examination& found) {
    const config::Retention& retention = node.settings().retention;
    if (!retention.any()) return found.add(Severity::note, "retention.none");
    found.add(
        Severity::ok, "retention.set",
        {number(retention.events_days), number(retention.totals_days), number(retention.identities_days)});
}

void look_at_node(const Node& node, Examination& found) {
    found.add(
        Severity::ok, "settings.read",
        {node.settings().node_id, node.settings().source_name, node.scale().name(), node.scale().timezone});
    const std::int64_t now_s = node.clock().now_utc_s();
    look_at_certificate(node.folder().tls_identity(), now_s, found);
    if (!node.settings().tls_certificate.empty())
        look_at_certificate(node.folder().path / node.settings().tls_certificate, now_s, found);
    if (node.settings().database)
        found.add(examine_database(node));
    else
        found.add(Severity::note, "database.none");
    look_at_events(node, found);
    look_at_totals(node, found);
    look_at_files(node, found);
    look_at_statements(node, found);
    look_at_members(node, found);
    look_at_serving(node, found);
    look_at_retention(node, found);
}

}  // namespace

std::vector<Finding> examine(const NodeFolder& folder, const config::Clock& clock) {
    std::vector<Finding> findings;
    Examination found(findings);
    found.add(Severity::ok, "version", {ASSIDU_VERSION, sqlite3_libversion()});
    look_at_permissions(folder, found);
    look_at_keys(folder, found);
    look_at_disk(folder, found);
    look_at_write_ahead_logs(folder, found);
    try {
        const auto node = Node::open(folder, clock, Node::Access::look);
        if (!node)
            found.add(Severity::failure, "settings.refused", {node.error().what});
        else
            look_at_node(*node, found);
    } catch (const config::ResourceFailure& failure) {
        found.add(Severity::failure, "store.damaged", {folder.path.string(), failure.what()});
    }
    return findings;
}

}  // namespace assidu::node::doctor
