// A gzip file (RFC 1952) that is wholly there or not there, written in pieces.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::node::demo {

// Every function that writes throws ResourceFailure naming the path. Not for sharing between threads.
class PackedFile {
  public:
    // Opens a temporary file beside `path`.
    explicit PackedFile(std::filesystem::path path);
    // Removes the temporary file unless it was put in place.
    ~PackedFile();
    PackedFile(const PackedFile&) = delete;
    PackedFile& operator=(const PackedFile&) = delete;

    void write(std::string_view bytes);
    // Ends the gzip stream and syncs; no more bytes afterwards.
    void finish();
    // Gives the finished file its name, replacing what had it.
    void put_in_place();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    void pack(int flush);
    void store(std::string_view bytes);
    [[noreturn]] void fail(const char* action, int error) const;

    std::filesystem::path path_;
    std::string temporary_;  // its name; empty once there is none
    int descriptor_ = -1;
    std::vector<Bytef> packed_;
    z_stream stream_{};
};

}  // namespace assidu::node::demo
