// One node's folder, opened: settings, keys, stores and clock together, for the commands and services above.
//
//   assidu.toml            settings
//   keys/student.secret    the key of the students' pseudonyms
//   keys/node.pem          the node's Ed25519 key
//   keys/tls.pem           the node's TLS key and certificate
//   keys/intake.secret     what stands in the paths under which a Moodle pushes its log
//   keys/mnet-N.pem        the node's keys for Moodle Networking, the highest number in use
//   catalogue.sqlite       identities
//   archive.sqlite         events, and what is known beside them
//   ledger.sqlite          daily totals, statements, members
//   peers.sqlite           who this node speaks Moodle Networking with
//   keys/web.secret        what the web listener signs addresses with
//   web.sqlite             who may use the web listener
//   hub.json               the hub that this node joined, if any
//   rejects/               rows that gave no event, one file an import that had any
//   lock                   held by the one process that changes the folder, for as long as it does
//   serve.lock             held by the one `assidu serve` of the folder
//   serve.json             how the last round of `serve` ended
//   spool/                 files for `serve` to take in (settings, [intake])
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/civil_calendar.h"
#include "config/clock.h"
#include "config/refusal.h"
#include "config/scale.h"
#include "config/settings.h"
#include "federation/audit_log.h"
#include "federation/ledger.h"
#include "federation/member.h"
#include "federation/report_register.h"
#include "federation/statement_log.h"
#include "node/archive/archive.h"
#include "node/archive/catalogue.h"
#include "node/archive/evidence_store.h"
#include "rpc/secret.h"
#include "rpc/signing_key.h"
#include "rpc/tls_identity.h"

namespace SQLite {
class Database;
}

namespace assidu::node {

// Where things are in a node's folder.
struct NodeFolder {
    std::filesystem::path path;
    [[nodiscard]] std::filesystem::path settings() const { return path / "assidu.toml"; }
    [[nodiscard]] std::filesystem::path student_secret() const { return path / "keys" / "student.secret"; }
    [[nodiscard]] std::filesystem::path node_key() const { return path / "keys" / "node.pem"; }
    [[nodiscard]] std::filesystem::path tls_identity() const { return path / "keys" / "tls.pem"; }
    [[nodiscard]] std::filesystem::path intake_secret() const { return path / "keys" / "intake.secret"; }
    [[nodiscard]] std::filesystem::path peers() const { return path / "peers.sqlite"; }
    [[nodiscard]] std::filesystem::path web_secret() const { return path / "keys" / "web.secret"; }
    [[nodiscard]] std::filesystem::path web() const { return path / "web.sqlite"; }
    [[nodiscard]] std::filesystem::path hub() const { return path / "hub.json"; }
    [[nodiscard]] std::filesystem::path catalogue() const { return path / "catalogue.sqlite"; }
    [[nodiscard]] std::filesystem::path archive() const { return path / "archive.sqlite"; }
    [[nodiscard]] std::filesystem::path ledger() const { return path / "ledger.sqlite"; }
    [[nodiscard]] std::filesystem::path rejects() const { return path / "rejects"; }
    [[nodiscard]] std::filesystem::path lock() const { return path / "lock"; }
    [[nodiscard]] std::filesystem::path serve_lock() const { return path / "serve.lock"; }
    [[nodiscard]] std::filesystem::path serve_state() const { return path / "serve.json"; }
};

// Makes a node's folder: keys, and last of all the settings file that makes it a node. Refused if there is
// one; a key that is there already is kept. Throws ResourceFailure.
// `now_utc_s` begins the certificate's ten years.
[[nodiscard]] config::Result<void> create_node(const NodeFolder& folder, const config::Settings& settings,
                                               std::int64_t now_utc_s);

// The secret of the intake's paths; made where it is missing, as in a node of an earlier version. Refused if
// the file is not of its form. Throws ResourceFailure.
[[nodiscard]] config::Result<rpc::Secret> intake_secret(const NodeFolder& folder);

// The secret of the web listener, likewise.
[[nodiscard]] config::Result<rpc::Secret> web_secret(const NodeFolder& folder);

// How to wait for a lock that another process has; by default not at all.
struct LockPatience {
    std::int64_t wait_s = 0;
    std::function<void(const std::string& line)> say;  // once, when the waiting begins
    std::function<bool()> goes_on;                     // false ends the waiting
};

// Held for as long as it lives; the file names the process that has it.
class FolderLock {
  public:
    // The right to change the folder. Refused, naming the holder, if another process has it all the time.
    [[nodiscard]] static config::Result<FolderLock> take(const NodeFolder& folder,
                                                         const LockPatience& patience = {});
    // The right to be the folder's `assidu serve`.
    [[nodiscard]] static config::Result<FolderLock> take_serving(const NodeFolder& folder);
    // The process that serves the folder, as its lock names it; nothing if none does.
    [[nodiscard]] static std::optional<std::string> serving(const NodeFolder& folder);
    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

  private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    static config::Result<FolderLock> open(const std::filesystem::path& path);
    [[nodiscard]] bool try_lock() const;
    [[nodiscard]] std::string holder() const;
    void write_holder(const std::filesystem::path& path) const;
    int descriptor_;
};

[[nodiscard]] federation::ScaleIdentity identity_of(const config::Scale& scale);

class Node {
  public:
    // What a process wants of the folder. `change`: import, compute, declare; one process at a time. `look`:
    // read, and change only what SQLite alone keeps apart (members), while another process works.
    enum class Access { change, look };

    // `clock` must outlive the node. Refused with one line if the folder is no node, its settings or scale
    // are wrong or changed after use, a key is missing, or (for `change`) another process has the lock for
    // longer than `patience`.
    [[nodiscard]] static config::Result<Node> open(const NodeFolder& folder, const config::Clock& clock,
                                                   Access access = Access::change,
                                                   const LockPatience& patience = {});

    [[nodiscard]] const NodeFolder& folder() const { return folder_; }
    [[nodiscard]] const config::Settings& settings() const { return settings_; }
    [[nodiscard]] const config::Scale& scale() const { return scale_; }
    [[nodiscard]] const config::CivilCalendar& calendar() const { return calendar_; }  // of the scale's zone
    [[nodiscard]] const config::Clock& clock() const { return *clock_; }
    [[nodiscard]] archive::Archive& archive() const { return *archive_; }
    [[nodiscard]] archive::EvidenceStore& evidence() const { return *evidence_; }
    [[nodiscard]] archive::Catalogue& catalogue() const { return *catalogue_; }
    [[nodiscard]] federation::Ledger& ledger() const { return *ledger_; }
    [[nodiscard]] federation::StatementLog& statements() const { return *statements_; }
    [[nodiscard]] federation::MemberList& members() const { return *members_; }
    [[nodiscard]] federation::AuditLog& audit() const { return *audit_; }
    // The ledger's file: what several of these stand in.
    [[nodiscard]] SQLite::Database& ledger_file() const { return *ledger_file_; }
    [[nodiscard]] federation::ReportRegister& reports() const { return *reports_; }
    [[nodiscard]] const rpc::SigningKey& signing_key() const { return signing_key_; }
    [[nodiscard]] const rpc::TlsIdentity& tls_identity() const { return tls_identity_; }
    [[nodiscard]] archive::SourceKey source() const { return source_; }

    // The pseudonym of a user of the source: the first 128 bits of HMAC-SHA-256(student secret, source | user
    // id).
    [[nodiscard]] federation::StudentId student_id(std::int64_t user_id) const;
    // A keyed digest of a full name: equal for equal names, and nothing that could be read back.
    [[nodiscard]] std::string name_tag(std::string_view full_name) const;
    // What the signature of a student's day has to be: HMAC-SHA-256(student secret, "user-day|" and what the
    // record says, with the source), 64 hexadecimal digits.
    [[nodiscard]] std::string day_signature(const archive::DayRecord& record) const;
    // A keyed digest of a user of the source who is to be forgotten; not the pseudonym, which others know.
    [[nodiscard]] std::string erasure_tag(std::int64_t user_id) const;
    [[nodiscard]] federation::ScaleIdentity scale_identity() const;
    // Refused, naming both digests, where the node has totals or statements under another document of the
    // same id and version. open() has asked it of the node's own scale.
    [[nodiscard]] config::Result<void> refuse_changed_scale(const config::Scale& scale) const;
    // How this node introduces itself to another: a signed note.
    [[nodiscard]] std::string introduction() const;

  private:
    Node(NodeFolder folder, config::Settings settings, config::Scale scale, config::CivilCalendar calendar,
         const config::Clock& clock, rpc::Secret student_secret, rpc::SigningKey signing_key,
         rpc::TlsIdentity tls_identity, std::optional<FolderLock> lock);

    NodeFolder folder_;
    config::Settings settings_;
    config::Scale scale_;
    config::CivilCalendar calendar_;
    const config::Clock* clock_;
    rpc::Secret student_secret_;
    rpc::SigningKey signing_key_;
    rpc::TlsIdentity tls_identity_;
    std::optional<FolderLock> lock_;
    std::unique_ptr<archive::Archive> archive_;
    std::unique_ptr<archive::EvidenceStore> evidence_;
    std::unique_ptr<archive::Catalogue> catalogue_;
    std::shared_ptr<SQLite::Database> ledger_file_;
    std::unique_ptr<federation::Ledger> ledger_;
    std::unique_ptr<federation::StatementLog> statements_;
    std::unique_ptr<federation::MemberList> members_;
    std::unique_ptr<federation::AuditLog> audit_;
    std::unique_ptr<federation::ReportRegister> reports_;
    archive::SourceKey source_ = 0;
};

}  // namespace assidu::node
