#include "node/collect/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "config/digest.h"
#include "node/collect/read_ahead.h"

namespace assidu::node::collect {
namespace {

using config::ResourceFailure;

constexpr std::size_t kInputBytes = 256 * 1024;
// A file that takes less than some milliseconds is not worth a thread.
constexpr std::uint64_t kReadAheadFromBytes = 4 * 1024 * 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, gzip framing

class StoredFile {
  public:
    StoredFile(std::string name, int descriptor, std::uint64_t size, ByteSource::Digest digest)
        : name_(std::move(name)),
          descriptor_(descriptor),
          size_(size),
          digests_(digest == ByteSource::Digest::sha256) {}
    ~StoredFile() {
        ahead_.reset();
        ::close(descriptor_);
    }
    StoredFile(const StoredFile&) = delete;
    StoredFile& operator=(const StoredFile&) = delete;

    std::size_t read(char* buffer, std::size_t size) {
        if (!ahead_ && digests_ && size_ >= kReadAheadFromBytes)
            ahead_ = std::make_unique<ReadAhead>(
                [this](char* piece, std::size_t bytes) { return read_and_digest(piece, bytes); });
        const std::size_t bytes = ahead_ ? ahead_->read(buffer, size) : read_and_digest(buffer, size);
        offset_ += bytes;
        return bytes;
    }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::string sha256() {
        if (!digests_) throw std::logic_error("a digest that was not asked for");
        return config::hex(digest_.finish());
    }

  private:
    // From the thread that reads ahead, where there is one; until it has met the end it has the descriptor
    // and the digest to itself.
    std::size_t read_and_digest(char* buffer, std::size_t size) {
        for (;;) {
            const ssize_t got = ::read(descriptor_, buffer, size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                throw ResourceFailure(fmt::format("{}: cannot read: {}", name_, std::strerror(errno)));
            const auto bytes = static_cast<std::size_t>(got);
            if (digests_) digest_.update({buffer, bytes});
            return bytes;
        }
    }

    std::string name_;
    int descriptor_;
    std::uint64_t size_, offset_ = 0;
    bool digests_;
    config::Sha256Stream digest_;
    std::unique_ptr<ReadAhead> ahead_;
};

class PlainSource : public ByteSource {
  public:
    explicit PlainSource(std::unique_ptr<StoredFile> file, std::string_view head)
        : file_(std::move(file)), head_(head) {}

    const std::string& name() const override { return file_->name(); }
    std::size_t read(char* buffer, std::size_t size) override {
        if (head_.empty()) return file_->read(buffer, size);
        const std::size_t bytes = std::min(size, head_.size());
        std::memcpy(buffer, head_.data(), bytes);
        head_.erase(0, bytes);
        return bytes;
    }
    std::uint64_t stored_offset() const override { return file_->offset(); }
    std::uint64_t stored_size() const override { return file_->size(); }
    std::string stored_sha256() override { return file_->sha256(); }

  private:
    std::unique_ptr<StoredFile> file_;
    std::string head_;
};

class GzipSource : public ByteSource {
  public:
    GzipSource(std::unique_ptr<StoredFile> file, std::string_view head) : file_(std::move(file)) {
        std::memcpy(input_.data(), head.data(), head.size());
        stream_.next_in = bytes_of(input_.data());
        stream_.avail_in = static_cast<uInt>(head.size());
        if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw ResourceFailure("zlib cannot start");
    }
    ~GzipSource() override { inflateEnd(&stream_); }

    const std::string& name() const override { return file_->name(); }
    std::size_t read(char* buffer, std::size_t size) override {
        if (finished_) return 0;
        stream_.next_out = bytes_of(buffer);
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, UINT32_MAX));
        const uInt wanted = stream_.avail_out;
        while (stream_.avail_out == wanted) {
            if (stream_.avail_in == 0 && !refill()) {
                if (between_members_) return end();
                throw ResourceFailure(fmt::format("{}: the gzip stream is cut off", file_->name()));
            }
            if (between_members_) {
                if (!pass_padding()) continue;
                if (inflateReset(&stream_) != Z_OK) throw ResourceFailure("zlib cannot start again");
                between_members_ = false;
            }
            const int status = inflate(&stream_, Z_NO_FLUSH);
            if (status == Z_STREAM_END)
                between_members_ = true;
            else if (status != Z_OK && status != Z_BUF_ERROR)
                throw ResourceFailure(fmt::format("{}: the gzip stream is damaged ({})", file_->name(),
                                                  stream_.msg == nullptr ? "no reason given" : stream_.msg));
        }
        return wanted - stream_.avail_out;
    }
    std::uint64_t stored_offset() const override { return file_->offset() - stream_.avail_in; }
    std::uint64_t stored_size() const override { return file_->size(); }
    std::string stored_sha256() override { return file_->sha256(); }

  private:
    static Bytef* bytes_of(char* buffer) { return reinterpret_cast<Bytef*>(buffer); }

    bool refill() {
        stream_.avail_in = static_cast<uInt>(file_->read(input_.data(), input_.size()));
        stream_.next_in = bytes_of(input_.data());
        return stream_.avail_in > 0;
    }

    std::size_t end() {
        finished_ = true;
        return 0;
    }

    // Zero bytes behind a member are the padding of a tape or a block device, as gzip(1) has it. False if
    // there is nothing but them in the input.
    bool pass_padding() {
        while (stream_.avail_in > 0 && *stream_.next_in == 0) {
            ++stream_.next_in;
            --stream_.avail_in;
        }
        return stream_.avail_in > 0;
    }

    std::unique_ptr<StoredFile> file_;
    std::array<char, kInputBytes> input_{};
    z_stream stream_{};
    bool between_members_ = false, finished_ = false;
};

class MemorySource : public ByteSource {
  public:
    MemorySource(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {}

    const std::string& name() const override { return name_; }
    std::size_t read(char* buffer, std::size_t size) override {
        const std::size_t got = std::min(size, bytes_.size() - offset_);
        std::memcpy(buffer, bytes_.data() + offset_, got);
        offset_ += got;
        return got;
    }
    std::uint64_t stored_offset() const override { return offset_; }
    std::uint64_t stored_size() const override { return bytes_.size(); }
    std::string stored_sha256() override { return config::hex(config::sha256(bytes_)); }

  private:
    std::string name_, bytes_;
    std::size_t offset_ = 0;
};

}  // namespace

config::Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::filesystem::path& path,
                                                             Digest digest) {
    // O_NONBLOCK: a pipe without a writer must not hold us up before it is refused. It changes nothing of a
    // file.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return config::refuse(fmt::format("{}: cannot open: {}", path.string(), std::strerror(errno)));
    struct stat status{};
    const bool known = ::fstat(descriptor, &status) == 0;
    auto file = std::make_unique<StoredFile>(path.string(), descriptor,
                                             known ? static_cast<std::uint64_t>(status.st_size) : 0, digest);
    if (known && S_ISDIR(status.st_mode))
        return config::refuse(fmt::format("{}: is a folder", path.string()));
    if (known && !S_ISREG(status.st_mode))
        return config::refuse(fmt::format(
            "{}: is not a file (a pipe?): it must be read more than once, save it as a file first",
            path.string()));

    std::array<char, 2> magic{};
    std::size_t size = 0;
    while (size < magic.size()) {
        const std::size_t got = file->read(magic.data() + size, magic.size() - size);
        if (got == 0) break;
        size += got;
    }
    const std::string_view head(magic.data(), size);
    if (head == "\x1f\x8b") return std::make_unique<GzipSource>(std::move(file), head);
    return std::make_unique<PlainSource>(std::move(file), head);
}

std::unique_ptr<ByteSource> ByteSource::of(std::string name, std::string bytes) {
    return std::make_unique<MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace assidu::node::collect
