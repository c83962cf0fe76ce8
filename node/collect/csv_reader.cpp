#include "node/collect/csv_reader.h"

#include <algorithm>
#include <cstring>

#include "config/limits.h"

namespace assidu::node::collect {
namespace {

using config::limits::kColumnsMax;
using config::limits::kRecordBytesMax;

constexpr std::size_t kReadBytes = 1 << 18;
constexpr const char* kTooLong = "the record is too long (a quote that never closes?)";
constexpr const char* kTooManyFields = "the record has too many fields";

bool is_end_of_line(char c) {
    return c == '\n' || c == '\r';
}

// The first CR or LF in [at, end), else `end`.
const char* find_end_of_line(const char* at, const char* end) {
    return std::find_if(at, end, is_end_of_line);
}

// Line ends in [at, end): LF, CRLF or CR. `end` is a quote, so that no CRLF is cut there.
std::uint64_t count_lines(const char* at, const char* end) {
    std::uint64_t lines = 0;
    while ((at = find_end_of_line(at, end)) != end) {
        if (*at == '\r' && at + 1 != end && at[1] == '\n') ++at;
        ++at;
        ++lines;
    }
    return lines;
}

}  // namespace

CsvReader::CsvReader(ByteSource& source, char delimiter)
    : source_(source),
      delimiter_(delimiter),
      marks_(delimiter),
      index_(delimiter),
      passed_over_(kColumnsMax) {}

void CsvReader::pass_over(std::vector<bool> columns) {
    passed_over_.assign(kColumnsMax, 0);
    for (std::size_t i = 0; i < std::min(columns.size(), kColumnsMax); ++i)
        passed_over_[i] = columns[i] ? 1 : 0;
}

bool CsvReader::fill() {
    if (ended_) return false;
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    constexpr std::size_t kPadding = std::max(CsvMarks::kPadding, CsvIndex::kPadding);
    if (buffer_.size() < end_ + kReadBytes + kPadding) buffer_.resize(end_ + kReadBytes + kPadding);
    const std::size_t got = source_.read(buffer_.data() + end_, kReadBytes);
    end_ += got;
    ended_ = got == 0;
    marks_.look_into(buffer_.data() + begin_, buffer_.data() + end_);
    indexed_ = false;
    return got > 0;
}

// Past one LF, CRLF or CR at begin_. A CR at the very end of the buffer waits for the byte behind it.
void CsvReader::pass_end_of_line() {
    if (buffer_[begin_] == '\r') {
        if (begin_ + 1 == end_) fill();
        if (begin_ + 1 < end_ && buffer_[begin_ + 1] == '\n') ++begin_;
    }
    ++begin_;
    ++line_;
}

void CsvReader::pass_rest_of_line() {
    do {
        const char* const bytes = buffer_.data();
        begin_ = static_cast<std::size_t>(find_end_of_line(bytes + begin_, bytes + end_) - bytes);
    } while (begin_ == end_ && fill());
    in_refused_line_ = false;
}

bool CsvReader::next(CsvRecord& record) {
    if (first_) {
        first_ = false;
        while (end_ < 3 && fill()) {
        }
        if (std::string_view(buffer_.data(), end_).starts_with("\xef\xbb\xbf")) begin_ = 3;
    }
    if (in_refused_line_) pass_rest_of_line();
    for (;;) {
        while (begin_ < end_ && is_end_of_line(buffer_[begin_]))
            pass_end_of_line();
        if (begin_ < end_) {
            if (parse_quickly(record)) return true;
            indexed_ = false;
            if (parse(record) != Parsed::incomplete) return true;
            fill();
        } else if (!fill()) {
            return false;
        }
    }
}

// A record that is whole in the buffer, with nothing to unquote and no line ends inside: nearly every one.
// False, and nothing done, for any other.
bool CsvReader::parse_quickly(CsvRecord& record) {
    const char* const begin = buffer_.data() + begin_;
    if (!indexed_) index_.look_into(begin, buffer_.data() + end_);
    indexed_ = true;
    const std::span<const std::uint32_t> ends = index_.record(begin);
    if (ends.empty() || ends.size() > kColumnsMax) return false;
    const auto size = static_cast<std::size_t>(index_.base() + ends.back() - begin);
    if (size > kRecordBytesMax) return false;
    record.fields.resize(ends.size());
    const char* at = begin;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const char* const end = index_.base() + ends[i];
        if (passed_over_[i] != 0) {
            record.fields[i] = {};
        } else if (*at == '"') {
            if (index_.has_doubled_quote(at + 1, end - 1)) return false;
            record.fields[i] = {at + 1, end - 1};
        } else {
            record.fields[i] = {at, end};
        }
        at = end + 1;
    }
    record.line = line_;
    record.raw = {begin, size};
    record.refused = {};
    begin_ += size;
    return true;
}

CsvReader::Parsed CsvReader::parse(CsvRecord& record) {
    record.line = line_;
    record.fields.clear();
    record.refused = {};
    unquoted_.clear();
    unquoted_.reserve(end_ - begin_);  // views into it must stay
    std::uint64_t lines = 0;
    for (std::size_t at = begin_;;) {
        if (record.fields.size() == kColumnsMax) return refuse(record, kTooManyFields);
        const bool quoted = at < end_ && buffer_[at] == '"';
        const Parsed parsed = quoted ? parse_quoted(record, at, lines) : parse_plain(record, at);
        if (parsed != Parsed::good) return parsed;
        if (at - begin_ > kRecordBytesMax) return refuse(record, kTooLong);
        if (at < end_ && buffer_[at] == delimiter_) {
            ++at;
            // A delimiter at the end of the file is followed by one more, empty field; only the end tells.
            continue;
        }
        record.raw = {buffer_.data() + begin_, at - begin_};
        begin_ = at;
        line_ += lines;
        return Parsed::good;
    }
}

// The record reaches to the end of what is in the buffer.
CsvReader::Parsed CsvReader::run_out(CsvRecord& record, const char* why_at_end) {
    if (end_ - begin_ > kRecordBytesMax) return refuse(record, kTooLong);
    return ended_ ? refuse(record, why_at_end) : Parsed::incomplete;
}

CsvReader::Parsed CsvReader::parse_quoted(CsvRecord& record, std::size_t& at, std::uint64_t& lines) {
    constexpr const char* kNeverCloses = "a quote never closes";
    const char* const bytes = buffer_.data();
    const char* const end = bytes + end_;
    const char* const opened = bytes + at + 1;
    const bool passed_over = passes_over(record.fields.size());
    const std::size_t kept = unquoted_.size();
    const char* piece = opened;
    const char* close = nullptr;
    (void)marks_.passed_line_end();
    for (;;) {
        close = marks_.quote(piece);
        if (close == end) return run_out(record, kNeverCloses);
        if (close + 1 == end && !ended_) return run_out(record, kNeverCloses);
        if (close + 1 == end || close[1] != '"') break;
        if (!passed_over) unquoted_.append(piece, close + 1);  // up to and with one of the two quotes
        piece = close + 2;
    }
    if (close + 1 - (bytes + begin_) > static_cast<std::ptrdiff_t>(kRecordBytesMax))
        return refuse(record, kTooLong);
    if (close + 1 != end && close[1] != delimiter_ && !is_end_of_line(close[1]))
        return refuse(record, "text stands behind a closing quote");
    if (passed_over) {
        record.fields.emplace_back();
    } else if (piece == opened) {
        record.fields.emplace_back(opened, close);
    } else {
        unquoted_.append(piece, close);
        record.fields.push_back(std::string_view(unquoted_).substr(kept));
    }
    if (marks_.passed_line_end()) lines += count_lines(opened, close);
    at = static_cast<std::size_t>(close + 1 - bytes);
    return Parsed::good;
}

CsvReader::Parsed CsvReader::parse_plain(CsvRecord& record, std::size_t& at) {
    const char* const bytes = buffer_.data();
    const char* const stop = marks_.end_of_field(bytes + at);
    if (stop == bytes + end_ && !ended_) return run_out(record, kTooLong);
    record.fields.emplace_back(bytes + at, stop);
    at = static_cast<std::size_t>(stop - bytes);
    return Parsed::good;
}

CsvReader::Parsed CsvReader::refuse(CsvRecord& record, const char* why) {
    const char* const bytes = buffer_.data();
    const auto line_end = static_cast<std::size_t>(find_end_of_line(bytes + begin_, bytes + end_) - bytes);
    // The rest of the line belongs to what is refused; it must not depend on how far the source has been
    // read.
    if (line_end == end_ && !ended_ && end_ - begin_ <= kRecordBytesMax) return Parsed::incomplete;
    record.fields.clear();
    record.raw = {bytes + begin_, std::min(line_end - begin_, kRecordBytesMax)};
    record.refused = why;
    in_refused_line_ =
        line_end == end_;  // a line longer than any record: its end is further on in the source
    begin_ = line_end;
    return Parsed::refused;
}

}  // namespace assidu::node::collect
