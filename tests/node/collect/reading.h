// What the tests of the readers share: a source that gives its bytes in pieces of a chosen size, a sink that
// keeps everything, files that go away with the test.
#pragma once

#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/collect/byte_source.h"
#include "node/collect/row_sink.h"

namespace assidu::node::collect::testing {

class PiecesSource : public ByteSource {
  public:
    explicit PiecesSource(std::string bytes, std::size_t piece = std::numeric_limits<std::size_t>::max())
        : bytes_(std::move(bytes)), piece_(piece) {}

    const std::string& name() const override { return name_; }
    std::size_t read(char* buffer, std::size_t size) override {
        const std::size_t got = std::min({size, piece_, bytes_.size() - at_});
        std::memcpy(buffer, bytes_.data() + at_, got);
        at_ += got;
        return got;
    }
    std::uint64_t stored_offset() const override { return at_; }
    std::uint64_t stored_size() const override { return bytes_.size(); }
    std::string stored_sha256() override { return {}; }

  private:
    std::string name_ = "test.csv", bytes_;
    std::size_t piece_, at_ = 0;
};

struct Accepted {
    LogRow row;
    std::uint64_t line = 0;
};
struct Rejected {
    std::uint64_t line = 0;
    std::string reason, record;
};

struct Kept {
    std::vector<Accepted> accepted;
    std::vector<Rejected> rejected;
};

class KeepingSink : public RowSink, public Kept {
  public:
    void accept(LogRow& row, std::uint64_t line) override { accepted.push_back({std::move(row), line}); }
    void reject(std::uint64_t line, std::string_view reason, std::string_view record,
                std::optional<std::int64_t> /*user_id*/) override {
        rejected.push_back({line, std::string(reason), std::string(record)});
    }
    bool wants_more() const override { return accepted.size() + rejected.size() < stop_after; }

    std::size_t stop_after = std::numeric_limits<std::size_t>::max();
};

class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "assidu-collect-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path file(const std::string& name, std::string_view bytes) const {
        std::ofstream(path_ / name, std::ios::binary) << bytes;
        return path_ / name;
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// A row of the log page of the tests and of the database, equal in all a node keeps.
inline bool same(const LogRow& a, const LogRow& b) {
    return a.id == b.id && a.time_s == b.time_s && a.user_id == b.user_id && a.course == b.course &&
           a.activity == b.activity && a.shape == b.shape;
}

}  // namespace assidu::node::collect::testing
