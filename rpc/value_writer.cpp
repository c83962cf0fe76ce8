#include "rpc/value_writer.h"

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "config/limits.h"
#include "rpc/base64.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;

void require(bool held, const char* broken) {
    if (!held) throw std::logic_error(broken);
}

}  // namespace

void ValueWriter::value(const Value& value, std::size_t depth) {
    require(++values_ <= limits::kMessageValuesMax, "too many values in one message");
    require(depth <= limits::kMessageDepthMax, "too many values inside each other");
    add("<value>");
    if (const auto* const elements = value.as_array()) {
        require(elements->size() <= limits::kMessageElementsMax, "too many elements in one array");
        add("<array>"), line(), add("<data>"), line();
        for (const Value& element : *elements)
            this->value(element, depth + 1);
        add("</data>"), line(), add("</array>");
    } else if (const auto* const members = value.as_structure()) {
        require(members->size() <= limits::kMessageMembersMax, "too many members in one struct");
        add("<struct>"), line();
        for (const auto& [name, member] : *members) {
            require(name.size() <= limits::kMemberNameBytesMax, "the name of a member is too long");
            add("<member><name>");
            text(name);
            add("</name>"), line();
            this->value(member, depth + 1);
            add("</member>"), line();
        }
        add("</struct>");
    } else {
        scalar(value);
    }
    add("</value>"), line();
}

void ValueWriter::scalar(const Value& value) {
    if (const auto number = value.as_integer()) {
        const bool narrow = std::in_range<std::int32_t>(*number);
        out_ += fmt::format("<{0}>{1}</{0}>", narrow ? "int" : "i8", *number);
    } else if (const auto truth = value.as_boolean()) {
        add(*truth ? "<boolean>1</boolean>" : "<boolean>0</boolean>");
    } else if (const std::string* const bytes = value.as_bytes()) {
        add("<base64>");
        add(base64(*bytes));
        add("</base64>");
    } else {
        add("<string>");
        text(*value.as_text());
        add("</string>");
    }
}

void ValueWriter::text(std::string_view text) {
    require(is_xml_text(text), "a text has bytes that XML cannot carry");
    if (layout_ == Layout::moodle_ascii)
        append_escaped_ascii(out_, text);
    else
        append_escaped(out_, text);
}

std::string ValueWriter::finish() && {
    if (out_.size() > limits::kMessageBytesMax) throw std::length_error("the message is too long to be sent");
    return std::move(out_);
}

}  // namespace assidu::rpc
