#include "node/services/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "config/durable_file.h"
#include "config/limits.h"

namespace assidu::node::services {
namespace {

namespace fs = std::filesystem;
using config::refuse;
using config::Result;

constexpr const char* kImporting = "importing";
constexpr const char* kDone = "done";
constexpr const char* kRefused = "refused";
// And those of what a Moodle pushes.
constexpr std::array<std::string_view, 5> kOwnFolders{kImporting, kDone, kRefused, "pushes", "reports"};
// Of a name, so that a number and ".txt" fit behind it.
constexpr std::size_t kStemBytesMax = 230;

std::string error_text(const fs::path& path, const char* what) {
    return fmt::format("{}: cannot {}: {}", path.string(), what, std::strerror(errno));
}

Result<void> make_folder(const fs::path& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return refuse(error_text(path, "make the folder"));
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return refuse(error_text(path, "look at it"));
    if (!S_ISDIR(status.st_mode)) return refuse(fmt::format("{}: is no folder", path.string()));
    return {};
}

bool is_complete(const std::string& name) {
    return !name.starts_with('.') && !name.ends_with(".part") && !name.ends_with(".tmp");
}

// Why a file is not taken; empty if it may be.
std::string objection_to(const fs::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return std::strerror(errno);
    if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
    if (S_ISDIR(status.st_mode)) return "it is a folder";
    if (!S_ISREG(status.st_mode)) return "it is no regular file";
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) return std::strerror(errno);
    return {};
}

Result<std::vector<std::string>> names_in(const fs::path& folder) {
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> entries(::opendir(folder.c_str()), close);
    if (!entries) return refuse(error_text(folder, "read the folder"));
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(entries.get()))
        names.emplace_back(entry->d_name);
    if (errno != 0) return refuse(error_text(folder, "read the folder"));
    std::ranges::sort(names);
    return names;
}

bool is_there(const fs::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0;
}

// A path for `name` in the folder that nothing has yet, and no `companion` behind it either. Only the one
// process that serves puts files there.
fs::path free_path(const fs::path& folder, std::string name, const char* companion) {
    if (name.size() > kStemBytesMax) name.resize(kStemBytesMax);
    fs::path path = folder / name;
    for (std::int64_t number = 2; is_there(path) || is_there(path.string() + companion); ++number)
        path = folder / fmt::format("{}.{}", name, number);
    return path;
}

Result<fs::path> move(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return refuse(error_text(from, "move it"));
    return to;
}

}  // namespace

Result<Spool> Spool::open(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    for (const fs::path& folder : {path, path / kImporting, path / kDone, path / kRefused}) {
        if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
    }
    return Spool(path);
}

Spool::Counts Spool::count(const fs::path& path) {
    const auto size_of = [](const Result<std::vector<std::string>>& names) {
        return names ? names->size() - std::ranges::count(*names, ".") - std::ranges::count(*names, "..") : 0;
    };
    const auto names = Spool(path).waiting([](const std::string&, const std::string&) {});
    constexpr std::size_t kFilesEach = 2;  // a refused file and its reason
    return {size_of(names), size_of(names_in(path / kImporting)),
            size_of(names_in(path / kRefused)) / kFilesEach};
}

Result<std::vector<std::string>> Spool::waiting(const LeftAlone& left_alone) const {
    auto names = names_in(path_);
    if (!names) return names;
    std::erase_if(*names, [&](const std::string& name) {
        if (!is_complete(name) || std::ranges::find(kOwnFolders, name) != kOwnFolders.end()) return true;
        const std::string objection = objection_to(path_ / name);
        // A file that is gone since the folder was read was never there.
        if (!objection.empty() && is_there(path_ / name)) left_alone(name, objection);
        return !objection.empty();
    });
    return names;
}

Result<std::vector<fs::path>> Spool::take(const LeftAlone& left_alone) const {
    const auto names = waiting(left_alone);
    if (!names) return std::unexpected(names.error());
    const fs::path importing = path_ / kImporting;
    for (std::size_t i = 0; i < std::min(names->size(), config::limits::kSpoolFilesMax); ++i) {
        const std::string& name = (*names)[i];
        const auto moved = move(path_ / name, free_path(importing, name, ""));
        if (!moved && is_there(path_ / name)) left_alone(name, moved.error().what);
    }
    const auto taken = names_in(importing);
    if (!taken) return std::unexpected(taken.error());
    std::vector<fs::path> paths;
    for (const std::string& name : *taken) {
        if (name == "." || name == "..") continue;
        // Exchanged between the look and the move: nothing that came through the spool is followed.
        if (const std::string objection = objection_to(importing / name); !objection.empty())
            left_alone(fmt::format("{}/{}", kImporting, name), objection);
        else
            paths.push_back(importing / name);
    }
    return paths;
}

Result<fs::path> Spool::done(const fs::path& taken) const {
    return move(taken, free_path(path_ / kDone, taken.filename().string(), ""));
}

Result<fs::path> Spool::refused(const fs::path& taken, const std::string& why) const {
    constexpr const char* kReason = ".txt";
    const fs::path path = free_path(path_ / kRefused, taken.filename().string(), kReason);
    // The reason first: a file that lies there has one.
    config::replace_file(path.string() + kReason, why + "\n", 0600);
    return move(taken, path);
}

}  // namespace assidu::node::services
