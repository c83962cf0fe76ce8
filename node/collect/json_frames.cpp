#include "node/collect/json_frames.h"

#include "config/limits.h"

namespace assidu::node::collect {
namespace {

constexpr std::size_t kReadBytes = 1 << 18;

}  // namespace

int JsonFrames::refill() {
    buffer_.resize(kReadBytes);
    at_ = 0;
    end_ = source_.read(buffer_.data(), buffer_.size());
    return end_ == 0 ? kEnd : static_cast<unsigned char>(buffer_[at_]);
}

int JsonFrames::take() {
    const int c = peek();
    if (c == kEnd) return c;
    ++at_;
    if (c == '\n') ++line_;
    return c;
}

void JsonFrames::keep(int c) {
    if (row_.size() == config::limits::kRecordBytesMax)
        too_long_ = true;
    else
        row_.push_back(static_cast<char>(c));
}

void JsonFrames::pass_spaces() {
    for (int c = peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek())
        (void)take();
}

bool JsonFrames::next(JsonFrame& frame) {
    row_.clear();
    too_long_ = false;
    frame = {};
    if (first_) {
        first_ = false;
        // A UTF-8 byte order mark; a part of one is left in front of the first row, which it breaks.
        for (const int mark : {0xEF, 0xBB, 0xBF}) {
            if (peek() != mark) break;
            keep(take());
        }
        if (row_.size() == 3) row_.clear();
    }
    for (;;) {
        pass_spaces();
        frame.line = line_;
        frame.in_array = in_array_;
        const int c = peek();
        if (c == kEnd && !in_array_ && row_.empty()) return false;
        if (in_array_ && c == ']' && !element_needed_) {
            (void)take();
            in_array_ = comma_needed_ = false;
        } else if (in_array_ && c == ',' && comma_needed_) {
            (void)take();
            comma_needed_ = false;
            element_needed_ = true;
        } else if (in_array_) {
            return element_frame(frame);
        } else if (c == '[' && row_.empty()) {
            (void)take();
            in_array_ = true;
            element_needed_ = comma_needed_ = false;
        } else {
            return line_frame(frame);
        }
    }
}

bool JsonFrames::line_frame(JsonFrame& frame) {
    for (int c = peek(); c != kEnd && c != '\n'; c = peek())
        keep(take());
    while (!row_.empty() && row_.back() == '\r')
        row_.pop_back();
    return finish(frame);
}

bool JsonFrames::element_frame(JsonFrame& frame) {
    if (comma_needed_) {
        while (peek() != kEnd && peek() != '\n' && row_.size() < 200)
            keep(take());
        return broken(frame, row_.empty() ? "the array never ends" : "no comma stands between two rows");
    }
    take_element(frame);
    comma_needed_ = true;
    element_needed_ = false;
    return frame.broken || finish(frame);
}

// One value of any kind. Brackets are counted, not matched: the parser will see to that.
void JsonFrames::take_element(JsonFrame& frame) {
    std::size_t depth = 0;
    bool in_string = false, escaped = false;
    for (;;) {
        const int c = peek();
        if (c == kEnd) {
            (void)broken(frame, "the array never ends");
            return;
        }
        if (in_string) {
            if (c == '\n' || c == '\r') {
                (void)broken(frame, "a string never ends");
                return;
            }
            keep(take());
            if (escaped)
                escaped = false;
            else if (c == '\\')
                escaped = true;
            else if (c == '"')
                in_string = false;
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']')) break;  // behind a value, or instead of one
        keep(take());
        if (c == '"')
            in_string = true;
        else if (c == '{' || c == '[')
            ++depth;
        else if (c == '}' || c == ']') {
            if (depth <= 1) break;
            --depth;
        }
    }
    if (row_.empty()) (void)broken(frame, "a row is missing between two commas");
}

bool JsonFrames::broken(JsonFrame& frame, std::string_view why) {
    frame.broken = true;
    frame.refused = why;
    frame.raw = row_;
    return true;
}

bool JsonFrames::finish(JsonFrame& frame) {
    frame.raw = row_;
    if (too_long_) frame.refused = "the row is too long";
    return true;
}

}  // namespace assidu::node::collect
