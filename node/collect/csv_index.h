// Where the fields of records end that are as nearly all are: whole, quoted from end to end or not at all,
// without a line end inside quotes. Found 64 bytes at a time without asking field by field: which bytes stand
// inside quotes is the running exclusive or of the quotes (as simdjson does: arxiv.org/abs/1902.08318). What
// is out of the ordinary ends the index there, for a slower and more careful reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assidu::node::collect {

class CsvIndex {
  public:
    // So many bytes behind the end of the text are read, and not looked at.
    static constexpr std::size_t kPadding = 64;

    explicit CsvIndex(char delimiter) : delimiter_(delimiter) {}

    // The text to look into from now on, at the begin of a record or of the line end before one; shorter than
    // 4 GB. kPadding bytes behind `end` must be readable.
    void look_into(const char* begin, const char* end);

    // The ends of the fields of the record at `at`, as distances from base(): each that of a delimiter, the
    // last that of a CR or LF. Empty if the record is not whole in the text, or not of the ordinary kind: then
    // look_into() must be called again behind it. Records are asked for in order; what is returned is valid
    // until the next call.
    [[nodiscard]] std::span<const std::uint32_t> record(const char* at);
    [[nodiscard]] const char* base() const { return base_; }
    // Whether a quote stands doubled in [begin, end), which is the inside of a quoted field of that record.
    [[nodiscard]] bool has_doubled_quote(const char* begin, const char* end) const;

  private:
    static constexpr std::size_t kBlock = 64;

    bool look_further();
    void look_at_block(std::size_t at, std::size_t size);

    char delimiter_;
    const char* base_ = nullptr;
    std::size_t size_ = 0, looked_at_ = 0;  // bytes of the text; of them, those that were looked at
    std::vector<std::uint32_t> ends_;
    std::size_t next_ = 0, count_ = 0;    // of ends_: the first not given out, and how many there are
    std::vector<std::uint64_t> doubled_;  // a bit a byte: the second of two quotes that stand for one
    // What the block before leaves: all ones inside quotes; a bit each if its last byte is the end of a field
    // or a closing quote.
    std::uint64_t inside_ = 0, end_before_ = 1, closed_before_ = 0;
};

}  // namespace assidu::node::collect
