#include "node/services/push_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "config/digest.h"
#include "config/durable_file.h"

namespace assidu::node::services {
namespace {

namespace fs = std::filesystem;
using config::refuse;
using config::ResourceFailure;
using config::Result;

constexpr std::string_view kEnding = ".jsonl";
constexpr std::string_view kUndecided = "undecided-";
constexpr std::string_view kRefusedPush = "push-";
constexpr const char* kPushes = "pushes";
constexpr const char* kRefused = "refused";
// Of lines that wait to be written.
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

[[noreturn]] void fail(const fs::path& path, const char* action) {
    throw ResourceFailure(fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(errno)));
}

void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    errno = error;
    if (!synced) fail(folder, "sync the folder");
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// Cuts the file behind its last line feed; its size then.
std::uint64_t cut_torn_line(int descriptor, const fs::path& path) {
    const off_t size = ::lseek(descriptor, 0, SEEK_END);
    if (size < 0) fail(path, "read");
    off_t end = size;
    char byte = 0;
    while (end > 0) {
        if (::pread(descriptor, &byte, 1, end - 1) != 1) fail(path, "read");
        if (byte == '\n') break;
        --end;
    }
    if (end != size && ::ftruncate(descriptor, end) != 0) fail(path, "cut");
    return static_cast<std::uint64_t>(end);
}

// The number of "NUMBER.jsonl" or "undecided-NUMBER.jsonl".
std::optional<std::int64_t> number_of(std::string_view name, std::string_view beginning) {
    if (!name.starts_with(beginning) || !name.ends_with(kEnding)) return std::nullopt;
    name = name.substr(beginning.size(), name.size() - beginning.size() - kEnding.size());
    std::int64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc() || stop != end || number < 0) return std::nullopt;
    return number;
}

// Files of the folder with such a name and their numbers, in order of these. What is no regular file is none.
Result<std::vector<std::pair<std::int64_t, fs::path>>> files_of(const fs::path& folder,
                                                                std::string_view beginning) {
    std::vector<std::pair<std::int64_t, fs::path>> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const auto number = number_of(entry->path().filename().string(), beginning);
        if (number && entry->is_regular_file(error) && !entry->is_symlink(error))
            files.emplace_back(*number, entry->path());
        error.clear();
    }
    if (error) return refuse(fmt::format("{}: cannot read the folder: {}", folder.string(), error.message()));
    std::ranges::sort(files);
    return files;
}

std::uint64_t bytes_of(const fs::path& folder, std::string_view beginning) {
    std::uint64_t bytes = 0;
    const auto files = files_of(folder, beginning);
    if (!files) return 0;
    for (const auto& [number, path] : *files) {
        std::error_code error;
        const auto size = fs::file_size(path, error);
        if (!error) bytes += size;
    }
    return bytes;
}

struct RefusedPushes {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

RefusedPushes refused_in(const fs::path& folder) {
    RefusedPushes found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(kRefusedPush) || !name.ends_with(".json")) continue;
        std::error_code gone;
        const auto size = entry->file_size(gone);
        ++found.files;
        if (!gone) found.bytes += size;
    }
    return found;
}

}  // namespace

// A push that a thread waits with.
struct PushJournal::Waiting {
    std::string_view lines;
    bool done = false;
    std::optional<config::Refusal> refusal;
};

PushJournal::PushJournal(const fs::path& spool, const Bounds& bounds)
    : folder_(spool / kPushes), refused_(spool / kRefused), bounds_(bounds) {}

PushJournal::~PushJournal() {
    close_file();
}

Result<std::unique_ptr<PushJournal>> PushJournal::open(const fs::path& spool, const Bounds& bounds) {
    std::unique_ptr<PushJournal> journal(new PushJournal(spool, bounds));
    if (auto recovered = journal->recover(); !recovered) return std::unexpected(recovered.error());
    return journal;
}

Result<void> PushJournal::recover() {
    for (const fs::path& folder : {folder_, refused_}) {
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
            return config::refuse(
                fmt::format("{}: cannot make the folder: {}", folder.string(), std::strerror(errno)));
    }
    sync_folder(folder_.parent_path());
    const auto files = files_of(folder_, "");
    const auto undecided = files_of(folder_, kUndecided);
    if (!files) return std::unexpected(files.error());
    if (!undecided) return std::unexpected(undecided.error());
    if (!files->empty()) next_number_ = static_cast<std::uint64_t>(files->back().first) + 1;
    for (const auto& some : {*files, *undecided}) {
        for (const auto& [number, path] : some) {
            const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
            if (descriptor < 0) fail(path, "open");
            const bool empty = cut_torn_line(descriptor, path) == 0;
            ::close(descriptor);
            if (empty && ::unlink(path.c_str()) != 0) fail(path, "remove");
        }
    }
    recount();
    return {};
}

void PushJournal::recount() {
    const std::lock_guard lock(file_);
    const std::uint64_t waiting = bytes_of(folder_, "");
    waits_ = waiting > 0;
    bytes_ = waiting + bytes_of(folder_, kUndecided);
}

Result<void> PushJournal::keep(std::string_view lines) {
    if (lines.empty()) return {};
    Waiting mine{lines, false, {}};
    std::unique_lock lock(queue_);
    waiting_.push_back(&mine);
    // Whoever comes first writes for all that came by the time it is its turn.
    committed_.wait(lock, [&] { return mine.done || !committing_; });
    if (!mine.done) {
        committing_ = true;
        std::vector<Waiting*> group = std::exchange(waiting_, {});
        lock.unlock();
        try {
            commit(group);
        } catch (const std::exception& failure) {
            for (Waiting* one : group)
                one->refusal = {failure.what()};
        }
        lock.lock();
        for (Waiting* one : group)
            one->done = true;
        committing_ = false;
        committed_.notify_all();
    }
    if (mine.refusal) return std::unexpected(std::move(*mine.refusal));
    return {};
}

// What went wrong is each one's refusal.
void PushJournal::commit(std::vector<Waiting*>& group) {
    std::vector<Waiting*> fitting;
    std::uint64_t bytes = bytes_;
    for (Waiting* one : group) {
        if (bytes + one->lines.size() > bounds_.waiting_bytes) {
            one->refusal = {fmt::format("{}: more than {} bytes of pushed rows would wait", folder_.string(),
                                        bounds_.waiting_bytes)};
            continue;
        }
        bytes += one->lines.size();
        fitting.push_back(one);
    }
    if (fitting.empty()) return;
    const std::lock_guard lock(file_);
    try {
        write_group(fitting);
    } catch (const std::exception& failure) {
        for (Waiting* one : fitting)
            one->refusal = {failure.what()};
        // Whatever the file holds now, nothing may follow upon half a line.
        if (descriptor_ >= 0 && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
            ::fsync(descriptor_);
            close_file();
        }
    }
}

void PushJournal::write_group(const std::vector<Waiting*>& group) {
    if (descriptor_ < 0) open_file();
    std::uint64_t size = size_;
    for (const Waiting* one : group) {
        if (!write_all(descriptor_, one->lines)) fail(path_, "write");
        size += one->lines.size();
    }
    if (::fsync(descriptor_) != 0) {
        const int error = errno;
        // What of it is on the disk nobody knows: none of it is answered for, and nothing follows upon it.
        (void)::ftruncate(descriptor_, static_cast<off_t>(size_));
        close_file();
        errno = error;
        fail(path_, "sync");
    }
    bytes_ += size - size_;
    size_ = size;
    waits_ = true;
    if (size_ >= bounds_.file_bytes) close_file();
}

void PushJournal::open_file() {
    path_ = folder_ / fmt::format("{:012}{}", next_number_, kEnding);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail(path_, "create");
    ++next_number_;
    size_ = 0;
    try {
        sync_folder(folder_);
    } catch (...) {
        close_file();
        throw;
    }
}

void PushJournal::close_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    size_ = 0;
}

Result<std::vector<fs::path>> PushJournal::take() {
    {
        const std::lock_guard lock(file_);
        close_file();
    }
    const auto files = files_of(folder_, "");
    if (!files) return std::unexpected(files.error());
    std::vector<fs::path> paths;
    for (const auto& [number, path] : *files) {
        // One that was begun since is not closed.
        const std::lock_guard lock(file_);
        if (descriptor_ >= 0 && path == path_) continue;
        if (paths.size() == bounds_.files_a_round) break;
        paths.push_back(path);
    }
    return paths;
}

Result<std::vector<fs::path>> PushJournal::undecided_before(std::optional<std::int64_t> catalogue) const {
    const auto files = files_of(folder_, kUndecided);
    if (!files) return std::unexpected(files.error());
    std::vector<fs::path> paths;
    for (const auto& [number, path] : *files) {
        if (!catalogue || number != *catalogue) paths.push_back(path);
    }
    return paths;
}

void PushJournal::forget(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, "remove");
    recount();
}

Result<void> PushJournal::refuse(std::string_view body, std::string_view why) {
    constexpr const char* kReason = ".txt";
    const std::lock_guard lock(refusing_);
    const fs::path path =
        refused_ / fmt::format("{}{}.json", kRefusedPush, config::hex(config::sha256(body)).substr(0, 32));
    std::error_code error;
    if (fs::exists(path, error)) return {};
    const RefusedPushes before = refused_in(refused_);
    if (before.files + 1 > bounds_.refused_files || before.bytes + body.size() > bounds_.refused_bytes)
        return config::refuse(
            fmt::format("{}: more than {} pushes, or {} bytes of them, would be kept that are none; look "
                        "into them and delete them",
                        refused_.string(), bounds_.refused_files, bounds_.refused_bytes));
    try {
        // The reason first: a body that lies there has one.
        config::replace_file(path.string() + kReason, std::string(why) + "\n", 0600);
        config::write_file_durably(path, body, 0600);
    } catch (const ResourceFailure& failure) {
        fs::remove(path.string() + kReason, error);
        return config::refuse(failure.what());
    }
    return {};
}

PushJournal::Counts PushJournal::count(const fs::path& spool) {
    return {bytes_of(spool / kPushes, ""), bytes_of(spool / kPushes, kUndecided),
            refused_in(spool / kRefused).files};
}

PushJournal::Undecided::Undecided(PushJournal& journal, std::int64_t catalogue)
    : journal_(journal), path_(journal.folder_ / fmt::format("{}{}{}", kUndecided, catalogue, kEnding)) {}

PushJournal::Undecided::~Undecided() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void PushJournal::Undecided::add(std::string_view line) {
    if (descriptor_ < 0) {
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (descriptor_ < 0) fail(path_, "open");
        (void)cut_torn_line(descriptor_, path_);
    }
    buffer_ += line;
    if (buffer_.size() >= kBufferBytes) write();
}

void PushJournal::Undecided::write() {
    if (!write_all(descriptor_, buffer_)) fail(path_, "write");
    buffer_.clear();
}

void PushJournal::Undecided::sync() {
    if (descriptor_ < 0) return;
    write();
    if (::fsync(descriptor_) != 0) fail(path_, "sync");
    sync_folder(journal_.folder_);
    journal_.recount();
}

}  // namespace assidu::node::services
