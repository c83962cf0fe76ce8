// Where one row ends and the next begins in a stream of JSON, found without parsing the rows: so that a row
// can be rejected with its bytes, and no row, however long, is held in memory beyond its limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/collect/byte_source.h"

namespace assidu::node::collect {

struct JsonFrame {
    std::uint64_t line = 0;    // of the source, where the row begins; from 1
    bool in_array = false;     // an element of an array; otherwise a line of its own
    std::string_view raw;      // the row as it stands (of one over limits::kRecordBytesMax that much)
    std::string_view refused;  // why it can be no row; empty if a parser may try
    bool broken = false;       // the JSON around or inside the row is broken
};

class JsonFrames {
  public:
    // Reads from `source`, which must outlive this.
    explicit JsonFrames(ByteSource& source) : source_(source) {}

    // The next element of an array, or the next line outside of one; false at the end. What `frame` holds is
    // valid until the next call. Behind a broken frame of an array there is no way on: the caller stops.
    [[nodiscard]] bool next(JsonFrame& frame);

  private:
    static constexpr int kEnd = -1;

    // The next byte, which stays; kEnd at the end of the source.
    int peek() { return at_ != end_ ? static_cast<unsigned char>(buffer_[at_]) : refill(); }
    int take();
    void keep(int c);
    int refill();
    void pass_spaces();
    bool line_frame(JsonFrame& frame);
    bool element_frame(JsonFrame& frame);
    void take_element(JsonFrame& frame);
    bool broken(JsonFrame& frame, std::string_view why);
    bool finish(JsonFrame& frame);

    ByteSource& source_;
    std::vector<char> buffer_;
    std::size_t at_ = 0, end_ = 0;
    std::uint64_t line_ = 1;
    bool first_ = true, in_array_ = false, element_needed_ = false, comma_needed_ = false;
    bool too_long_ = false;
    std::string row_;
};

}  // namespace assidu::node::collect
