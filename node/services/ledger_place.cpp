#include "node/services/ledger_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "config/durable_file.h"

namespace assidu::node::services {

std::string place_of(const std::filesystem::path& file) {
    constexpr std::size_t kBootIdBytesMax = 64;
    std::string boot = config::read_file("/proc/sys/kernel/random/boot_id", kBootIdBytesMax).value_or("");
    std::erase(boot, '\n');
    struct statx found = {};
    if (::statx(AT_FDCWD, file.c_str(), 0, STATX_INO | STATX_BTIME, &found) != 0) return boot;
    return fmt::format("{} {}:{} {} {}.{}", boot, found.stx_dev_major, found.stx_dev_minor, found.stx_ino,
                       found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
}

}  // namespace assidu::node::services
