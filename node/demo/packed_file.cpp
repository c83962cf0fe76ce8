#include "node/demo/packed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "config/refusal.h"

namespace assidu::node::demo {
namespace {

constexpr std::size_t kPackedBytes = 256 * 1024;
// The fastest packing: rows are so alike that the next levels take more time than they save room.
constexpr int kLevel = 1;
// zlib: the largest window, gzip framing. Its header then has no time and no name, so the bytes depend on the
// rows.
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 9;
constexpr mode_t kMode = 0644;

}  // namespace

PackedFile::PackedFile(std::filesystem::path path) : path_(std::move(path)), packed_(kPackedBytes) {
    std::string name = path_.string() + ".XXXXXX";
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("create", errno);
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        ::close(descriptor_);
        ::unlink(name.c_str());
        throw std::bad_alloc();
    }
    temporary_ = std::move(name);
}

PackedFile::~PackedFile() {
    deflateEnd(&stream_);
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void PackedFile::write(std::string_view bytes) {
    // zlib reads what next_in points at and never writes there; its type is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    pack(Z_NO_FLUSH);
}

void PackedFile::finish() {
    pack(Z_FINISH);
    if (::fchmod(descriptor_, kMode) != 0) fail("set the mode", errno);
    if (::fsync(descriptor_) != 0) fail("sync", errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("close", errno);
}

void PackedFile::put_in_place() {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("put in place", errno);
    temporary_.clear();
}

void PackedFile::pack(int flush) {
    do {
        stream_.next_out = packed_.data();
        stream_.avail_out = static_cast<uInt>(packed_.size());
        deflate(&stream_, flush);
        store({reinterpret_cast<const char*>(packed_.data()), packed_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
}

void PackedFile::store(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void PackedFile::fail(const char* action, int error) const {
    throw config::ResourceFailure(
        fmt::format("{}: cannot {}: {}", path_.string(), action, std::strerror(error)));
}

}  // namespace assidu::node::demo
