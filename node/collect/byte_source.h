// The bytes of a file that events come from, plain or gzip (RFC 1952, several members in a row included),
// read forward in pieces: memory does not grow with the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::node::collect {

class ByteSource {
  public:
    // Refused if the file cannot be opened, or is a folder or a pipe: a file is opened again for each pass
    // (what it is, the order of its dates, its rows), and of a pipe the first pass would have eaten the
    // beginning. The content decides whether it is gzip, not the
    // name.
    // `digest` none: for who will not ask for stored_sha256(), which is half a second of every gigabyte.
    enum class Digest : std::uint8_t { none, sha256 };
    [[nodiscard]] static config::Result<std::unique_ptr<ByteSource>> open(const std::filesystem::path& path,
                                                                          Digest digest = Digest::sha256);
    // Bytes that are already in memory (the body of a request), taken as they are; `name` is for messages.
    [[nodiscard]] static std::unique_ptr<ByteSource> of(std::string name, std::string bytes);

    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    // The path of the file, as messages give it.
    [[nodiscard]] virtual const std::string& name() const = 0;

    // Up to `size` (at least 1) of the next (unpacked) bytes; 0 at the end and only there. Throws
    // ResourceFailure naming the file if it cannot be read, or its gzip stream is damaged or cut off; what
    // was read before stays good.
    [[nodiscard]] virtual std::size_t read(char* buffer, std::size_t size) = 0;

    // How far the reading is in the file as it is stored, and how long that is: for progress.
    [[nodiscard]] virtual std::uint64_t stored_offset() const = 0;
    [[nodiscard]] virtual std::uint64_t stored_size() const = 0;
    // SHA-256 of the file as it is stored, in hexadecimal; once, and only after read() has returned 0.
    [[nodiscard]] virtual std::string stored_sha256() = 0;
};

}  // namespace assidu::node::collect
