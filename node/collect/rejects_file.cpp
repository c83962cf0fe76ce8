#include "node/collect/rejects_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "config/refusal.h"

namespace assidu::node::collect {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* action) {
    throw config::ResourceFailure(
        fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(errno)));
}

}  // namespace

RejectsFile::RejectsFile(std::filesystem::path path, std::filesystem::path source, IfThere if_there)
    : path_(std::move(path)), source_(std::move(source)), if_there_(if_there) {}

void RejectsFile::add(std::uint64_t line, std::string_view reason, std::string_view record) {
    if (!file_) {
        std::error_code error;
        if (std::filesystem::create_directories(path_.parent_path(), error))
            std::filesystem::permissions(path_.parent_path(), std::filesystem::perms::owner_all, error);
        const bool append = if_there_ == IfThere::append;
        const int descriptor =
            ::open(path_.c_str(), O_RDWR | O_CREAT | (append ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0600);
        if (descriptor < 0) fail(path_, "create");
        file_.reset(::fdopen(descriptor, append ? "a+" : "w"));
        if (!file_) fail(path_, "open");
        // A line that a full disk cut short ends here.
        const off_t size = ::lseek(descriptor, 0, SEEK_END);
        char last = '\n';
        if (append && size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n')
            (void)std::fputc('\n', file_.get());
    }
    nlohmann::ordered_json object;
    object["file"] = source_.string();
    object["line"] = line;
    object["reason"] = reason;
    object["record"] = record;
    // A record may hold any bytes; what is not UTF-8 is replaced, the line number leads to the original.
    const std::string text = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail(path_, "write");
    ++count_;
}

void RejectsFile::sync() {
    if (!file_) return;
    if (std::fflush(file_.get()) != 0) fail(path_, "write");
    if (::fsync(::fileno(file_.get())) != 0) fail(path_, "sync");
}

}  // namespace assidu::node::collect
