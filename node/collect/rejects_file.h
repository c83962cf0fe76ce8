// The rows of one import that gave no event, kept so that nothing is lost: one JSON object a line with file,
// line, reason and the record as it stood. Made with the first reject; private to its owner.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace assidu::node::collect {

class RejectsFile {
  public:
    // What becomes of a file of that name: `append` goes on behind it, on a line of its own.
    enum class IfThere : std::uint8_t { replace, append };

    // `path` is made, with its folder, when the first reject comes; `source` is the file that is imported.
    RejectsFile(std::filesystem::path path, std::filesystem::path source,
                IfThere if_there = IfThere::replace);

    // Throws ResourceFailure naming the file if it cannot be written.
    void add(std::uint64_t line, std::string_view reason, std::string_view record);
    // All rejects so far, synced. Throws as add() does.
    void sync();

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::filesystem::path path_, source_;
    IfThere if_there_;
    std::unique_ptr<std::FILE, Close> file_;
    std::int64_t count_ = 0;
};

}  // namespace assidu::node::collect
