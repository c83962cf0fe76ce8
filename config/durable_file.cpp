#include "config/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace assidu::config {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

  private:
    int descriptor_;
};

[[noreturn]] void fail(const std::filesystem::path& path, const char* action, int error) {
    throw ResourceFailure(fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(error)));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void sync_folder(const std::filesystem::path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) fail(folder, "sync the folder", errno);
}

// The bytes under a name of their own beside `path`. Returns that name.
std::string write_beside(const std::filesystem::path& path, std::string_view bytes, mode_t mode,
                         bool synced) {
    std::string name = path.string() + ".XXXXXX";
    Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (file.get() < 0) fail(path, "create", errno);
    const auto give_up = [&](const char* action) {
        const int error = errno;
        ::unlink(name.c_str());
        fail(path, action, error);
    };
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) give_up("write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fchmod(file.get(), mode) != 0) give_up("set the mode");
    if (synced && ::fsync(file.get()) != 0) give_up("sync");
    if (!file.close()) give_up("close");
    return name;
}

void put_in_place(const std::string& temporary, const std::filesystem::path& path) {
    if (::rename(temporary.c_str(), path.c_str()) == 0) return;
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(path, "put in place", error);
}

}  // namespace

void write_file_durably(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
    put_in_place(write_beside(path, bytes, mode, /*synced=*/true), path);
    sync_folder(folder_of(path));
}

void replace_file(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
    put_in_place(write_beside(path, bytes, mode, /*synced=*/false), path);
}

bool create_file_durably(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
    const std::string temporary = write_beside(path, bytes, mode, /*synced=*/true);
    // link() refuses an existing name where rename() would replace it.
    const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
    const int error = errno;
    ::unlink(temporary.c_str());
    if (!linked && error == EEXIST) return false;
    if (!linked) fail(path, "put in place", error);
    sync_folder(folder_of(path));
    return true;
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return refuse(fmt::format("{}: cannot open: {}", path.string(), std::strerror(errno)));
    std::string bytes;
    char buffer[16 * 1024];
    for (;;) {
        const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return refuse(fmt::format("{}: cannot read: {}", path.string(), std::strerror(errno)));
        if (size == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(size));
        if (bytes.size() > bytes_max)
            return refuse(fmt::format("{}: longer than {} bytes", path.string(), bytes_max));
    }
}

}  // namespace assidu::config
