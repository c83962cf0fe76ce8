#include "node/services/report_queue.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/digest.h"
#include "config/durable_file.h"

namespace assidu::node::services {

namespace fs = std::filesystem;

config::Result<std::unique_ptr<ReportQueue>> ReportQueue::open(const fs::path& spool,
                                                               std::size_t requests_max) {
    const fs::path folder = spool / "reports";
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return config::refuse(
            fmt::format("{}: cannot make the folder: {}", folder.string(), std::strerror(errno)));
    return std::unique_ptr<ReportQueue>(new ReportQueue(folder, requests_max));
}

config::Result<void> ReportQueue::keep(std::string_view body) {
    constexpr std::size_t kIdDigits = 32;
    const std::lock_guard lock(keeping_);
    const fs::path path = folder_ / (config::hex(config::sha256(body)).substr(0, kIdDigits) + ".json");
    std::error_code error;
    if (!fs::exists(path, error) && waiting().size() >= requests_max_)
        return config::refuse(
            fmt::format("{}: {} requests wait for their answer already", folder_.string(), requests_max_));
    try {
        (void)config::create_file_durably(path, body, 0600);
    } catch (const config::ResourceFailure& failure) {
        return config::refuse(failure.what());
    }
    ++kept_;
    return {};
}

std::vector<fs::path> ReportQueue::waiting() const {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        if (entry->path().extension() == ".json" && entry->is_regular_file(gone) && !entry->is_symlink(gone))
            paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
}

void ReportQueue::forget(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        throw config::ResourceFailure(
            fmt::format("{}: cannot remove: {}", path.string(), std::strerror(errno)));
}

}  // namespace assidu::node::services
