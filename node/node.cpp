#include "node/node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/digest.h"
#include "config/durable_file.h"
#include "config/limits.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "node/archive/sqlite_archive.h"
#include "node/attendance/rules.h"
#include "node/key_rotation.h"
#include "rpc/key_file.h"

namespace assidu::node {
namespace {

using config::refuse;
using config::Result;

constexpr std::int64_t kMilliseconds = 1000;
// How often a lock that another process has is tried.
constexpr int kLockTryMilliseconds = 50;
constexpr int kServingTries = 10;

// Private to its owner, unless it was there already with something in it: that is somebody's, and its mode is
// theirs to choose (every file of a node is private by itself).
void make_folder(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error && !std::filesystem::is_empty(path, error) && !error) return;
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", path.string(), error.message()));
    if (::chmod(path.c_str(), 0700) != 0)
        throw config::ResourceFailure(
            fmt::format("{}: cannot set the mode: {}", path.string(), std::strerror(errno)));
}

Result<config::Scale> load_scale(const NodeFolder& folder, const std::string& use) {
    if (const std::string_view preset = config::preset_document(use); !preset.empty())
        return config::parse_scale(preset, "preset " + use);
    const std::filesystem::path path = folder.path / use;
    if (!std::filesystem::exists(path))
        return refuse(fmt::format("{}: [scale] use = \"{}\" is no preset ({}) and no file beside it",
                                  folder.settings().string(), use, fmt::join(config::preset_names(), ", ")));
    const auto document = config::read_file(path, config::limits::kDocumentBytesMax);
    if (!document) return std::unexpected(document.error());
    return config::parse_scale(*document, path.string());
}

}  // namespace

Result<void> create_node(const NodeFolder& folder, const config::Settings& settings, std::int64_t now_utc_s) {
    if (std::filesystem::exists(folder.settings()))
        return refuse(
            fmt::format("{}: there is a node here already; nothing was changed", folder.path.string()));
    const std::string document = config::settings_document(settings);
    // What init writes, every command must be able to read.
    if (const auto readable = config::parse_settings(document, folder.settings().string()); !readable)
        return std::unexpected(readable.error());
    make_folder(folder.path);
    make_folder(folder.path / "keys");
    if (!std::filesystem::exists(folder.student_secret())) {
        if (auto made = rpc::create_student_secret(folder.student_secret()); !made) return made;
    }
    if (!std::filesystem::exists(folder.node_key())) {
        if (auto made = rpc::create_node_key(folder.node_key()); !made) return made;
    }
    if (!std::filesystem::exists(folder.tls_identity())) {
        if (auto made = rpc::TlsIdentity::create(folder.tls_identity(), settings.node_id, now_utc_s); !made)
            return made;
    }
    if (const auto made = intake_secret(folder); !made) return std::unexpected(made.error());
    if (!config::create_file_durably(folder.settings(), document, 0600))
        return refuse(
            fmt::format("{}: there is a node here already; nothing was changed", folder.path.string()));
    return {};
}

namespace {

Result<rpc::Secret> made_or_read(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) {
        const auto made = rpc::create_intake_secret(path);
        // Made by somebody else meanwhile: as good.
        if (!made && !std::filesystem::exists(path)) return std::unexpected(made.error());
    }
    return rpc::read_intake_secret(path);
}

}  // namespace

Result<rpc::Secret> intake_secret(const NodeFolder& folder) {
    return made_or_read(folder.intake_secret());
}

Result<rpc::Secret> web_secret(const NodeFolder& folder) {
    return made_or_read(folder.web_secret());
}

Result<FolderLock> FolderLock::open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return refuse(fmt::format("{}: cannot open: {}", path.string(), std::strerror(errno)));
    return FolderLock(descriptor);
}

bool FolderLock::try_lock() const {
    return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

std::string FolderLock::holder() const {
    char holder[32] = {};
    const ssize_t size = ::pread(descriptor_, holder, sizeof holder - 1, 0);
    return size > 0 ? holder : "unknown";
}

void FolderLock::write_holder(const std::filesystem::path& path) const {
    const std::string holder = fmt::format("{}", ::getpid());
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size()))
        throw config::ResourceFailure(
            fmt::format("{}: cannot write: {}", path.string(), std::strerror(errno)));
}

Result<FolderLock> FolderLock::take(const NodeFolder& folder, const LockPatience& patience) {
    auto lock = open(folder.lock());
    if (!lock) return lock;
    const std::int64_t tries = patience.wait_s * kMilliseconds / kLockTryMilliseconds;
    for (std::int64_t tried = 0; !lock->try_lock(); ++tried) {
        const bool waits = tried < tries && (!patience.goes_on || patience.goes_on());
        if (!waits)
            return refuse(fmt::format(
                "{}: another assidu is working in this folder (process {}); try again when it is done",
                folder.path.string(), lock->holder()));
        if (tried == 0 && patience.say)
            patience.say(fmt::format("waiting for another assidu (process {}) to be done with {}",
                                     lock->holder(), folder.path.string()));
        ::poll(nullptr, 0, kLockTryMilliseconds);
    }
    lock->write_holder(folder.lock());
    return lock;
}

Result<FolderLock> FolderLock::take_serving(const NodeFolder& folder) {
    auto lock = open(folder.serve_lock());
    if (!lock) return lock;
    // Who only looks whether somebody serves has the lock for an instant.
    for (int tried = 0; !lock->try_lock(); ++tried) {
        if (tried == kServingTries)
            return refuse(fmt::format("{}: another assidu serve runs on this folder already (process {})",
                                      folder.path.string(), lock->holder()));
        ::poll(nullptr, 0, kLockTryMilliseconds);
    }
    lock->write_holder(folder.serve_lock());
    return lock;
}

std::optional<std::string> FolderLock::serving(const NodeFolder& folder) {
    if (!std::filesystem::exists(folder.serve_lock())) return std::nullopt;
    const auto lock = open(folder.serve_lock());
    if (!lock || lock->try_lock()) return std::nullopt;
    return lock->holder();
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Node::Node(NodeFolder folder, config::Settings settings, config::Scale scale, config::CivilCalendar calendar,
           const config::Clock& clock, rpc::Secret student_secret, rpc::SigningKey signing_key,
           rpc::TlsIdentity tls_identity, std::optional<FolderLock> lock)
    : folder_(std::move(folder)),
      settings_(std::move(settings)),
      scale_(std::move(scale)),
      calendar_(std::move(calendar)),
      clock_(&clock),
      student_secret_(std::move(student_secret)),
      signing_key_(std::move(signing_key)),
      tls_identity_(std::move(tls_identity)),
      lock_(std::move(lock)) {}

Result<Node> Node::open(const NodeFolder& folder, const config::Clock& clock, Access access,
                        const LockPatience& patience) {
    if (!std::filesystem::exists(folder.settings()))
        return refuse(fmt::format("{}: no node here (no assidu.toml); make one with: assidu init --dir {}",
                                  folder.path.string(), folder.path.string()));
    const auto document = config::read_file(folder.settings(), config::limits::kDocumentBytesMax);
    if (!document) return std::unexpected(document.error());
    auto settings = config::parse_settings(*document, folder.settings().string());
    if (!settings) return std::unexpected(settings.error());
    auto scale = load_scale(folder, settings->scale);
    if (!scale) return std::unexpected(scale.error());
    if (auto fits = attendance::fits_ledger(*scale); !fits) return std::unexpected(fits.error());
    auto calendar = config::CivilCalendar::of(scale->timezone);
    if (!calendar) return std::unexpected(calendar.error());
    auto secret = rpc::read_student_secret(folder.student_secret());
    if (!secret) return std::unexpected(secret.error());
    auto signing_key = rpc::SigningKey::read(folder.node_key());
    if (!signing_key) return std::unexpected(signing_key.error());
    auto tls_identity = rpc::TlsIdentity::read(folder.tls_identity());
    if (!tls_identity) return std::unexpected(tls_identity.error());
    std::optional<FolderLock> lock;
    if (access == Access::change) {
        auto taken = FolderLock::take(folder, patience);
        if (!taken) return std::unexpected(taken.error());
        lock.emplace(std::move(*taken));
    }

    Node node(folder, std::move(*settings), std::move(*scale), std::move(*calendar), clock,
              std::move(*secret), std::move(*signing_key), std::move(*tls_identity), std::move(lock));
    node.archive_ = archive::open_sqlite_archive(folder.archive());
    node.evidence_ = archive::open_sqlite_evidence(folder.archive());
    node.catalogue_ = archive::open_sqlite_catalogue(folder.catalogue());
    const auto ledger_file = federation::open_ledger_file(folder.ledger());
    node.ledger_file_ = ledger_file;
    node.ledger_ = federation::sqlite_ledger(ledger_file);
    node.statements_ = std::make_unique<federation::StatementLog>(ledger_file);
    node.members_ = std::make_unique<federation::MemberList>(ledger_file);
    node.audit_ = std::make_unique<federation::AuditLog>(ledger_file);
    node.reports_ = std::make_unique<federation::ReportRegister>(ledger_file);
    federation::HandoverLog handovers = node.statements_->handovers();
    if (finish_rotation(folder, handovers)) {
        auto key = rpc::SigningKey::read(folder.node_key());
        if (!key) return std::unexpected(key.error());
        node.signing_key_ = *std::move(key);
    }
    auto source = node.archive_->source(node.settings_.source_name, node.settings_.site_identifier);
    if (!source) return std::unexpected(source.error());
    node.source_ = *source;
    if (auto same = node.refuse_changed_scale(node.scale_); !same) return std::unexpected(same.error());
    return node;
}

std::string Node::introduction() const {
    return federation::sign_introduction(settings_.node_id, settings_.name, tls_identity_.fingerprint(),
                                         signing_key_);
}

federation::StudentId Node::student_id(std::int64_t user_id) const {
    const auto tag = rpc::hmac_sha256(student_secret_, fmt::format("{}|{}", settings_.source_name, user_id));
    federation::StudentId student;
    std::copy_n(tag.begin(), student.bytes.size(), student.bytes.begin());
    return student;
}

std::string Node::name_tag(std::string_view full_name) const {
    constexpr std::size_t kTagBytes = 8;
    const auto tag = rpc::hmac_sha256(student_secret_, fmt::format("name|{}", full_name));
    return config::hex(std::span(tag).first(kTagBytes));
}

std::string Node::day_signature(const archive::DayRecord& record) const {
    // The author, whose text is free, stands last.
    return config::hex(rpc::hmac_sha256(
        student_secret_, fmt::format("user-day|{}|{}|{}|{}|{}|{}", settings_.source_name, record.user_id,
                                     config::iso_date(record.day), record.counts ? "counts" : "withdrawn",
                                     record.made_s, record.author)));
}

std::string Node::erasure_tag(std::int64_t user_id) const {
    return config::hex(
        rpc::hmac_sha256(student_secret_, fmt::format("erased|{}|{}", settings_.source_name, user_id)));
}

federation::ScaleIdentity identity_of(const config::Scale& scale) {
    return {scale.id, scale.version, scale.sha256, scale.canonical};
}

federation::ScaleIdentity Node::scale_identity() const {
    return identity_of(scale_);
}

Result<void> Node::refuse_changed_scale(const config::Scale& scale) const {
    const auto used = ledger_->other_document(settings_.node_id, identity_of(scale));
    if (!used) return {};
    return refuse(fmt::format(
        "scale {} has SHA-256 {}, and totals or statements of this node were made under a scale of "
        "the same id and version with SHA-256 {}: a scale that was used never changes; give the "
        "changed one another version",
        scale.name(), scale.sha256, *used));
}

}  // namespace assidu::node
