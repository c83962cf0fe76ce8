// Values into XML-RPC, held to the limits of reading: what all encoders of this floor share. Internal to
// rpc/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rpc/value.h"

namespace assidu::rpc {

enum class Layout {
    compact,       // nothing between tags
    moodle,        // a line an element, as Moodle's own library writes
    moodle_ascii,  // the same, and everything but printable ASCII as references
};

class ValueWriter {
  public:
    explicit ValueWriter(Layout layout) : layout_(layout) {}

    // Throws std::logic_error if a limit is passed or a text is not is_xml_text(). `depth` of a parameter is
    // 1.
    void value(const Value& value, std::size_t depth);
    // Markup of the caller's own.
    void add(std::string_view xml) { out_ += xml; }
    // Throws std::length_error past limits::kMessageBytesMax.
    [[nodiscard]] std::string finish() &&;

  private:
    void scalar(const Value& value);
    void text(std::string_view text);
    // The end of a line, where there are lines.
    void line() {
        if (layout_ != Layout::compact) out_ += '\n';
    }

    const Layout layout_;
    std::string out_;
    std::size_t values_ = 0;
};

}  // namespace assidu::rpc
