#include "node/backup/backup.h"

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "config/civil_calendar.h"
#include "config/digest.h"
#include "config/durable_file.h"
#include "config/limits.h"
#include "config/settings.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"
#include "federation/statement_log.h"
#include "node/key_rotation.h"
#include "rpc/key_file.h"

namespace assidu::node::backup {
namespace {

namespace fs = std::filesystem;
using config::refuse;
using config::ResourceFailure;
using config::Result;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "assidu.backup/1";
constexpr const char* kManifest = "backup.json";

[[noreturn]] void fail(const fs::path& path, const char* action) {
    throw ResourceFailure(fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(errno)));
}

void sync_path(const fs::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
    if (descriptor < 0) fail(path, "open");
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!synced) fail(path, "sync");
}

// Files and folders of a tree, deepest first, so that what a folder says is there is.
void sync_tree(const fs::path& root) {
    for (const auto& entry : fs::directory_iterator(root)) {
        if (entry.is_directory())
            sync_tree(entry.path());
        else
            sync_path(entry.path(), 0);
    }
    sync_path(root, O_DIRECTORY);
}

struct Digested {
    std::string sha256;
    std::int64_t bytes = 0;
};

Digested digest_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    config::Sha256Stream stream;
    Digested found;
    std::string buffer(std::size_t{1} << 20, '\0');
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
        stream.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(file.gcount())));
        found.bytes += file.gcount();
    }
    if (!file.eof()) fail(path, "read");
    found.sha256 = config::hex(stream.finish());
    return found;
}

// By path inside the folder, with slashes.
std::map<std::string, Digested> digests_of(const fs::path& root) {
    std::map<std::string, Digested> files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        std::string name = entry.path().lexically_relative(root).generic_string();
        if (name != kManifest) files.emplace(std::move(name), digest_of(entry.path()));
    }
    return files;
}

void copy_plain(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    std::error_code error;
    fs::copy_file(from, to, error);
    // A file that came or went meanwhile is one of the spool: it is in the next backup, or taken in already.
    if (error && fs::exists(from))
        throw ResourceFailure(fmt::format("{}: cannot copy: {}", to.string(), error.message()));
    if (!error && ::chmod(to.c_str(), 0600) != 0) fail(to, "set the mode");
}

void copy_database(const fs::path& from, const fs::path& to) {
    SQLite::Database source(from.string(), SQLite::OPEN_READWRITE, /*busy ms*/ 60'000);
    federation::copy_store(source, to);
    SQLite::Database copy(to.string(), SQLite::OPEN_READONLY);
    federation::translating_errors(copy, [&] {
        const std::string said = copy.execAndGet("PRAGMA integrity_check").getString();
        if (said != "ok")
            throw ResourceFailure(fmt::format("{}: the copy is damaged: {}", to.string(), said));
    });
}

// What is made anew, belongs to a process, or is there twice.
bool is_left_out(const fs::path& name, bool with_keys) {
    const std::string first = name.begin()->string();
    if (first == "lock" || first == "serve.lock" || first == "serve.json" || first == "serve.log")
        return true;
    if (first == "keys") return !with_keys;
    if (first == "spool" && name.has_parent_path() && *std::next(name.begin()) == "done") return true;
    return name.string().ends_with(".sqlite-wal") || name.string().ends_with(".sqlite-shm");
}

// "20260302T030000Z".
std::string stamp(std::int64_t utc_s) {
    constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86'400;
    std::string day = config::iso_date(config::CivilDay{static_cast<std::int32_t>(utc_s / kDay)});
    std::erase(day, '-');
    return fmt::format("{}T{:02}{:02}{:02}Z", day, utc_s % kDay / kHour, utc_s % kHour / kMinute,
                       utc_s % kMinute);
}

// A folder under a name of its own beside what it will be; gone unless it gets its name.
class Draft {
  public:
    explicit Draft(fs::path target) : target_(std::move(target)), path_(target_.string() + ".part") {
        fs::remove_all(path_);
        fs::create_directories(path_);
        if (::chmod(path_.c_str(), 0700) != 0) fail(path_, "set the mode");
    }
    ~Draft() {
        std::error_code ignored;
        if (!is_kept_) fs::remove_all(path_, ignored);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }
    void keep() {
        sync_tree(path_);
        if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, "put in place");
        is_kept_ = true;
        sync_path(fs::absolute(target_).parent_path(), O_DIRECTORY);
    }
    // The same where something is: both change places in one step, so that at every instant one of them is
    // there.
    void keep_in_place_of(const fs::path& aside) {
        sync_tree(path_);
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0)
            fail(target_, "put in place");
        is_kept_ = true;
        if (::rename(path_.c_str(), aside.c_str()) != 0) fail(aside, "put aside");
        sync_path(fs::absolute(target_).parent_path(), O_DIRECTORY);
    }

  private:
    fs::path target_, path_;
    bool is_kept_ = false;
};

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The manifest of a backup whose every file is what it says.
Result<Json> read_manifest(const fs::path& backup) {
    const auto text = config::read_file(backup / kManifest, config::limits::kMessageBytesMax);
    if (!text) return refuse(fmt::format("{}: no backup of assidu: {}", backup.string(), text.error().what));
    Json manifest = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!manifest.is_object() || text_of(manifest, "format") != kFormat || !manifest.contains("files") ||
        !manifest.at("files").is_object() || !manifest.contains("made_utc_s") ||
        !manifest.at("made_utc_s").is_number_integer())
        return refuse(fmt::format("{}: not an {}", (backup / kManifest).string(), kFormat));
    const auto files = digests_of(backup);
    for (const auto& [name, said] : manifest.at("files").items()) {
        const auto found = files.find(name);
        if (found == files.end()) return refuse(fmt::format("{}: {} is missing", backup.string(), name));
        if (!said.is_string() || found->second.sha256 != said.get<std::string>())
            return refuse(fmt::format("{}: {} is damaged: it has another SHA-256 than the manifest says",
                                      backup.string(), name));
    }
    for (const auto& [name, found] : files) {
        if (!manifest.at("files").contains(name))
            return refuse(fmt::format("{}: {} is in no manifest", backup.string(), name));
    }
    return manifest;
}

}  // namespace

Result<BackupMade> back_up(const NodeFolder& folder, const fs::path& into, const config::Clock& clock,
                           const BackupOptions& options) {
    // Everything about the folder is as for any command that works in it.
    const auto node = Node::open(folder, clock, Node::Access::change, options.patience);
    if (!node) return std::unexpected(node.error());
    fs::create_directories(into);
    const std::string inside =
        fs::canonical(into).lexically_relative(fs::canonical(folder.path)).generic_string();
    if (!inside.starts_with(".."))
        return refuse(
            fmt::format("{}: lies in the node's folder; a backup belongs elsewhere, best on another machine",
                        into.string()));
    const std::int64_t now_utc_s = clock.now_utc_s();
    const fs::path target = into / fmt::format("{}-{}", node->settings().node_id, stamp(now_utc_s));
    if (fs::exists(target)) return refuse(fmt::format("{}: is there already", target.string()));
    Draft draft(target);
    std::vector<fs::path> databases;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path)) {
        const fs::path name = entry.path().lexically_relative(folder.path);
        if (!entry.is_regular_file() || is_left_out(name, options.with_keys)) continue;
        if (name.extension() == ".sqlite" && !name.has_parent_path())
            databases.push_back(entry.path());
        else
            copy_plain(entry.path(), draft.path() / name);
    }
    // The ledger last: it may be newer than the events beside it, and never older.
    std::ranges::sort(databases, {}, [&](const fs::path& database) {
        return std::pair(database == folder.ledger(), database);
    });
    for (const fs::path& database : databases)
        copy_database(database, draft.path() / database.filename());
    BackupMade made{target, 0, 0, 0};
    const fs::path ledger = draft.path() / folder.ledger().filename();
    made.statement =
        federation::StatementLog(federation::open_ledger_file(ledger)).head(node->settings().node_id).number;
    // Looking at it may leave the traces of an open database.
    for (const char* tail : {"-wal", "-shm"})
        fs::remove(ledger.string() + tail);
    Json files = Json::object();
    for (const auto& [name, found] : digests_of(draft.path())) {
        files[name] = found.sha256;
        made.bytes += found.bytes;
        ++made.files;
    }
    const Json manifest = {{"format", kFormat},
                           {"node", node->settings().node_id},
                           {"fingerprint", node->signing_key().verifying_key().fingerprint()},
                           {"made_utc_s", now_utc_s},
                           {"last_statement", made.statement},
                           {"keys", options.with_keys},
                           {"files", files}};
    config::write_file_durably(draft.path() / kManifest, manifest.dump(2) + "\n", 0600);
    sync_tree(draft.path());
    if (const auto reread = read_manifest(draft.path()); !reread)
        throw ResourceFailure("what was written is not what is there: " + reread.error().what);
    draft.keep();
    return made;
}

Result<Restored> restore(const fs::path& backup, const NodeFolder& folder, const config::Clock& clock,
                         const RestoreOptions& options) {
    const auto manifest = read_manifest(backup);
    if (!manifest) return std::unexpected(manifest.error());
    const bool is_there = fs::exists(folder.settings());
    if (is_there && !options.replace)
        return refuse(
            fmt::format("{}: there is a node here already; --replace puts it aside", folder.path.string()));
    if (!is_there && fs::exists(folder.path) && !fs::is_empty(folder.path))
        return refuse(fmt::format("{}: is not empty; nothing was changed", folder.path.string()));
    std::optional<FolderLock> serving, working;
    if (is_there) {
        for (const bool is_serving : {true, false}) {
            auto lock = is_serving ? FolderLock::take_serving(folder) : FolderLock::take(folder);
            if (!lock) return std::unexpected(lock.error());
            (is_serving ? serving : working).emplace(std::move(*lock));
        }
    }
    const fs::path keys = fs::exists(backup / "keys") ? backup / "keys"
                          : options.keys.empty()      ? folder.path / "keys"
                                                      : options.keys;
    const auto fingerprint = rpc::node_key_fingerprint(keys / "node.pem");
    if (!fingerprint)
        return refuse(fmt::format("the backup has no keys: give the folder that has them with --keys ({})",
                                  fingerprint.error().what));
    // A key that was rotated since is as good: its notes lead from the one of the backup to it.
    if (!std::ranges::count(fingerprints_of(keys), text_of(*manifest, "fingerprint")))
        return refuse(fmt::format("{}: the key's fingerprint is {}, and the backup's node had {}",
                                  (keys / "node.pem").string(), *fingerprint,
                                  text_of(*manifest, "fingerprint")));
    Draft draft(fs::absolute(folder.path).lexically_normal());
    for (const auto& [name, said] : manifest->at("files").items())
        copy_plain(backup / name, draft.path() / name);
    if (!fs::exists(draft.path() / "keys")) {
        for (const auto& entry : fs::directory_iterator(keys)) {
            if (entry.is_regular_file())
                copy_plain(entry.path(), draft.path() / "keys" / entry.path().filename());
        }
    }
    for (const char* part : {"keys", "rejects", "spool"}) {
        if (fs::exists(draft.path() / part) && ::chmod((draft.path() / part).c_str(), 0700) != 0)
            fail(draft.path() / part, "set the mode");
    }
    // Where it lies now nobody has compared it with the hub.
    federation::StatementLog(federation::open_ledger_file(draft.path() / "ledger.sqlite")).confirm_place("");
    // It must open as a node before it becomes one.
    if (const auto opened = Node::open(NodeFolder{draft.path()}, clock, Node::Access::look); !opened)
        return std::unexpected(opened.error());
    Restored restored{text_of(*manifest, "node"), manifest->at("made_utc_s").get<std::int64_t>(), {}};
    if (!is_there) {
        if (fs::exists(folder.path)) fs::remove(folder.path);
        draft.keep();
        return restored;
    }
    restored.replaced = fmt::format("{}.replaced-{}", fs::absolute(folder.path).lexically_normal().string(),
                                    stamp(clock.now_utc_s()));
    draft.keep_in_place_of(restored.replaced);
    return restored;
}

}  // namespace assidu::node::backup
