// CSV as RFC 4180 has it and as programs write it: fields with or without quotes, doubled quotes inside, line
// breaks inside quotes; records end with LF, CRLF or a bare CR. Bytes are not decoded; a UTF-8 byte order
// mark is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/collect/byte_source.h"
#include "node/collect/csv_index.h"
#include "node/collect/csv_marks.h"

namespace assidu::node::collect {

struct CsvRecord {
    std::uint64_t line = 0;                // of the file, where the record begins; from 1
    std::vector<std::string_view> fields;  // unquoted
    std::string_view raw;                  // the record as it stands, without its end of line
    std::string_view refused;              // why it is no record; empty if it is one
};

class CsvReader {
  public:
    // Reads from `source`, which must outlive the reader.
    explicit CsvReader(ByteSource& source, char delimiter = ',');

    // The next record; false at the end. Empty lines are passed over. What `record` holds is valid until the
    // next call. A record that is broken (a quote that never closes, text behind a closing quote, longer than
    // limits::kRecordBytesMax, more fields than limits::kColumnsMax) comes with `refused` set and, in `raw`,
    // its first line (of a line over kRecordBytesMax that much); reading goes on with the line after the one
    // it began on, however long that one is, so that one stray quote costs one line. A quote inside a field
    // that does not begin with one is a character like any other.
    [[nodiscard]] bool next(CsvRecord& record);

    // From now on the fields of these columns (by place) may come empty: what nobody asks for costs little.
    // Whether a record is broken does not depend on it.
    void pass_over(std::vector<bool> columns);

    [[nodiscard]] const ByteSource& source() const { return source_; }

  private:
    enum class Parsed { good, incomplete, refused };

    bool fill();
    void pass_end_of_line();
    void pass_rest_of_line();
    bool parse_quickly(CsvRecord& record);
    Parsed parse(CsvRecord& record);
    Parsed parse_quoted(CsvRecord& record, std::size_t& at, std::uint64_t& lines);
    Parsed parse_plain(CsvRecord& record, std::size_t& at);
    Parsed run_out(CsvRecord& record, const char* why_at_end);
    Parsed refuse(CsvRecord& record, const char* why);

    [[nodiscard]] bool passes_over(std::size_t column) const {
        return column < passed_over_.size() && passed_over_[column] != 0;
    }

    ByteSource& source_;
    char delimiter_;
    CsvMarks marks_;  // of buffer_
    CsvIndex index_;  // of buffer_, from some record or line end on
    bool indexed_ = false;  // index_ knows of begin_
    std::vector<char> passed_over_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;  // what of buffer_ was read from the source and is not yet given out
    std::uint64_t line_ = 1;           // of begin_
    bool ended_ = false;               // the source has no more
    bool first_ = true;
    bool in_refused_line_ = false;  // begin_ is inside a line whose record was refused
    std::string unquoted_;          // fields whose quotes were doubled, without the doubling
};

}  // namespace assidu::node::collect
