#include "node/collect/csv_reader.h"

#include <algorithm>

#include "config/limits.h"

namespace assidu::node::collect {
namespace {

using config::limits::kColumnsMax;
using config::limits::kRecordBytesMax;

constexpr std::size_t kReadBytes = 1 << 18;

bool is_end_of_line(char c) { return c == '\n' || c == '\r'; }

}  // namespace

CsvReader::CsvReader(ByteSource& source, char delimiter) : source_(source), delimiter_(delimiter) {}

bool CsvReader::fill() {
    if (ended_) return false;
    if (begin_ > 0) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    const std::size_t size = buffer_.size();
    buffer_.resize(size + kReadBytes);
    const std::size_t got = source_.read(buffer_.data() + size, kReadBytes);
    buffer_.resize(size + got);
    ended_ = got == 0;
    return got > 0;
}

bool CsvReader::next(CsvRecord& record) {
    if (first_) {
        first_ = false;
        while (buffer_.size() < 3 && fill()) {
        }
        if (buffer_.starts_with("\xef\xbb\xbf")) begin_ = 3;
    }
    for (;;) {
        // The end of the record before, and empty lines. A CR at the very end of the buffer waits for its LF.
        while (begin_ < buffer_.size() && is_end_of_line(buffer_[begin_])) {
            if (buffer_[begin_] == '\r') {
                if (begin_ + 1 == buffer_.size() && fill()) continue;
                if (begin_ + 1 < buffer_.size() && buffer_[begin_ + 1] == '\n') ++begin_;
            }
            ++begin_;
            ++line_;
        }
        if (begin_ < buffer_.size()) {
            const Parsed parsed = parse(record, ended_);
            if (parsed != Parsed::incomplete) return true;
            fill();
        } else if (!fill()) {
            return false;
        }
    }
}

CsvReader::Parsed CsvReader::parse(CsvRecord& record, bool at_end) {
    record.line = line_;
    record.fields.clear();
    record.refused = {};
    unquoted_.clear();
    unquoted_.reserve(buffer_.size() - begin_);  // views into it must stay
    const std::size_t size = buffer_.size();
    const char* const bytes = buffer_.data();
    std::uint64_t lines = 0;

    for (std::size_t at = begin_;;) {
        if (at - begin_ > kRecordBytesMax) return refuse(record, "the record is too long (a quote that never closes?)");
        if (record.fields.size() == kColumnsMax) return refuse(record, "the record has too many fields");
        if (at < size && bytes[at] == '"') {
            const std::size_t opened = ++at;
            const std::size_t kept = unquoted_.size();
            std::size_t piece = opened;
            for (;;) {
                while (at < size && bytes[at] != '"') {
                    if (bytes[at] == '\n' || (bytes[at] == '\r' && at + 1 < size && bytes[at + 1] != '\n')) ++lines;
                    ++at;
                }
                if (at - begin_ > kRecordBytesMax)
                    return refuse(record, "the record is too long (a quote that never closes?)");
                if (at == size) {
                    if (!at_end) return Parsed::incomplete;
                    return refuse(record, "a quote never closes");
                }
                if (at + 1 == size && !at_end) return Parsed::incomplete;
                if (at + 1 == size || bytes[at + 1] != '"') break;
                unquoted_.append(bytes + piece, at + 1 - piece);  // up to and with one of the two quotes
                at += 2;
                piece = at;
            }
            if (piece == opened) {
                record.fields.emplace_back(bytes + opened, at - opened);
            } else {
                unquoted_.append(bytes + piece, at - piece);
                record.fields.push_back(std::string_view(unquoted_).substr(kept));
            }
            ++at;
            if (at < size && bytes[at] != delimiter_ && !is_end_of_line(bytes[at]))
                return refuse(record, "text stands behind a closing quote");
        } else {
            const std::size_t opened = at;
            while (at < size && bytes[at] != delimiter_ && !is_end_of_line(bytes[at])) ++at;
            if (at == size && !at_end) {
                if (at - begin_ > kRecordBytesMax) return refuse(record, "the record is too long");
                return Parsed::incomplete;
            }
            record.fields.emplace_back(bytes + opened, at - opened);
        }
        if (at < size && bytes[at] == delimiter_) {
            ++at;
            // A delimiter at the end of the file is followed by one more, empty field.
            if (at == size && !at_end) return Parsed::incomplete;
            continue;
        }
        if (at - begin_ > kRecordBytesMax) return refuse(record, "the record is too long");
        if (record.fields.size() > kColumnsMax) return refuse(record, "the record has too many fields");
        record.raw = {bytes + begin_, at - begin_};
        begin_ = at;
        line_ += lines;
        return Parsed::record;
    }
}

CsvReader::Parsed CsvReader::refuse(CsvRecord& record, const char* why) {
    const std::size_t end = std::min(buffer_.find_first_of("\r\n", begin_), buffer_.size());
    record.fields.clear();
    record.raw = std::string_view(buffer_).substr(begin_, std::min(end - begin_, kRecordBytesMax));
    record.refused = why;
    begin_ = end;
    return Parsed::refused;
}

}  // namespace assidu::node::collect
