#include "rpc/prescan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <new>
#include <pugixml.hpp>
#include <set>
#include <utility>
#include <vector>

#include "config/limits.h"
#include "rpc/base64.h"
#include "rpc/xml_text.h"
#include "rpc/xmlrpc.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using config::refuse;
using config::Result;

// References stay unresolved (no parse_escapes), so that none passes unseen; a fragment keeps what stands
// beside the root, so that it can be refused.
constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_comments | pugi::parse_declaration |
                            pugi::parse_doctype | pugi::parse_pi | pugi::parse_eol | pugi::parse_ws_pcdata |
                            pugi::parse_fragment;

constexpr std::size_t kPathStepsMax = 4 * limits::kMessageDepthMax;

std::string_view name(const pugi::xml_node& node) {
    return node.name();
}
std::string_view content(const pugi::xml_node& node) {
    return node.value();
}

// The text of a <name>, as the peer wrote it: for messages.
std::string_view written_name(const pugi::xml_node& member) {
    return member.child("name").child_value();
}

std::size_t index_among_siblings(pugi::xml_node node) {
    const std::string_view wanted = name(node);
    std::size_t index = 0;
    while ((node = node.previous_sibling()))
        if (name(node) == wanted) ++index;
    return index;
}

// "params[0].payload[3]": where a node stands, in the words of values rather than of elements.
std::string place_of(pugi::xml_node node) {
    std::string place;
    for (std::size_t steps = 0; node && steps < kPathStepsMax; node = node.parent(), ++steps) {
        if (name(node) == "param")
            place.insert(0, fmt::format("params[{}]", index_among_siblings(node)));
        else if (name(node) == "member")
            place.insert(0, "." + shown(written_name(node)));
        else if (name(node) == "value" && name(node.parent()) == "data")
            place.insert(0, fmt::format("[{}]", index_among_siblings(node)));
        else if (name(node) == "fault")
            place.insert(0, "fault");
    }
    return place;
}

Result<void> check_declaration(const pugi::xml_node& declaration, std::string_view xml) {
    if (name(declaration) != "xml") return refuse("the XML declaration is not written <?xml ...?>");
    for (const pugi::xml_attribute& attribute : declaration.attributes()) {
        const std::string_view key = attribute.name();
        std::string value = attribute.value();
        if (key == "version" && value == "1.0") continue;
        if (key == "standalone" && (value == "yes" || value == "no")) continue;
        for (char& byte : value)
            if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
        if (key == "encoding" && value == "utf-8") continue;
        const bool ascii = value == "us-ascii" || value == "ascii";
        const auto wide = [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; };
        if (key == "encoding" && ascii && std::ranges::none_of(xml, wide)) continue;
        return refuse(fmt::format(
            "the XML declaration says {}=\"{}\"; taken are XML 1.0 and the encoding UTF-8 (or ASCII)",
            shown(key), shown(attribute.value())));
    }
    return {};
}

// Without the "ex:" that Apache put before what it added to XML-RPC.
std::string_view local_type(const pugi::xml_node& node) {
    std::string_view type = name(node);
    if (type.starts_with("ex:")) type.remove_prefix(3);
    return type;
}

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// A finite number in figures, such as "-3.25" and "1.5e-7".
bool is_decimal(std::string_view text) {
    if (text.size() > limits::kMnetNumberBytesMax) return false;
    const auto digits = [&] {
        const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count;
    };
    const auto skip = [&](std::string_view any) {
        const bool found = !text.empty() && any.find(text.front()) != std::string_view::npos;
        if (found) text.remove_prefix(1);
        return found;
    };
    skip("+-");
    std::size_t count = digits();
    if (skip(".")) count += digits();
    if (count == 0) return false;
    if (!skip("eE")) return text.empty();
    skip("+-");
    return digits() > 0 && text.empty();
}

std::string moodle_boolean(std::string_view text) {
    const std::string_view stripped = without_blanks(text);
    return std::string(stripped == "true" ? "1" : stripped == "false" ? "0" : stripped);
}

// Checks values and writes them plainly, without recursion. A function that answers false has said why in
// `refusal`, once.
class Examination {
  public:
    Examination(PlainMessage& message, Dialect dialect)
        : out_(message.document), bytes_(message.bytes), is_fault_(message.is_fault), dialect_(dialect) {}

    bool call(const pugi::xml_node& root);
    bool response(const pugi::xml_node& root);
    std::string refusal;

  private:
    // A struct or array whose end has not been read yet.
    struct Open {
        pugi::xml_node container;
        pugi::xml_node next;  // the child to be read next, or null
        bool is_struct;
        std::size_t count = 0;
        std::set<std::string, std::less<>> names;
    };

    bool refuse_at(const pugi::xml_node& node, std::string_view what);
    // Moves `node` to the first element from it on; null at the end. Only blanks and comments may be passed.
    bool to_element(pugi::xml_node& node);
    bool only_child(const pugi::xml_node& parent, std::string_view wanted, pugi::xml_node& child);
    bool no_more(pugi::xml_node node);
    bool text_of(const pugi::xml_node& element, std::string& text);

    bool params(const pugi::xml_node& params, std::size_t least, std::size_t most);
    bool value(const pugi::xml_node& value);
    bool begin_value(const pugi::xml_node& value);
    bool next_in(Open& open, bool& done);
    bool begin_member(Open& open, pugi::xml_node member, pugi::xml_node& value);
    void end_value();
    bool scalar(const pugi::xml_node& type);
    bool moodle_scalar(const pugi::xml_node& type, bool& taken);
    bool bytes(const pugi::xml_node& type);
    bool integer(const pugi::xml_node& type, std::string_view text);
    bool open_container(const pugi::xml_node& type, bool is_struct);

    std::string& out_;
    std::vector<std::string>& bytes_;
    bool& is_fault_;
    const Dialect dialect_;
    std::vector<Open> open_;
    std::size_t values_ = 0;
};

bool Examination::refuse_at(const pugi::xml_node& node, std::string_view what) {
    const std::string place = place_of(node);
    refusal = fmt::format("{}{}{} (byte {} of the message)", place, place.empty() ? "" : ": ", what,
                          node.offset_debug());
    return false;
}

bool Examination::to_element(pugi::xml_node& node) {
    for (; node; node = node.next_sibling()) {
        switch (node.type()) {
            case pugi::node_comment:
                continue;
            case pugi::node_pcdata:
                if (is_blank(content(node))) continue;
                return refuse_at(node,
                                 fmt::format("a text stands between elements: \"{}\"", shown(content(node))));
            case pugi::node_element:
                if (node.first_attribute())
                    return refuse_at(node, fmt::format("<{}> has an attribute", shown(name(node))));
                return true;
            case pugi::node_pi:
                return refuse_at(node, "a processing instruction is not taken");
            case pugi::node_declaration:
                return refuse_at(node, "an XML declaration stands inside");
            default:
                return refuse_at(node, "markup that is no element is not taken here");
        }
    }
    return true;
}

bool Examination::no_more(pugi::xml_node node) {
    if (!to_element(node)) return false;
    return !node || refuse_at(node, fmt::format("<{}> is one too many", shown(name(node))));
}

// The element that must stand alone in `parent`.
bool Examination::only_child(const pugi::xml_node& parent, std::string_view wanted, pugi::xml_node& child) {
    child = parent.first_child();
    if (!to_element(child)) return false;
    if (name(child) != wanted)
        return refuse_at(child ? child : parent, fmt::format("<{}> lacks its <{}>", name(parent), wanted));
    return no_more(child.next_sibling());
}

// Appends the text of an element that may hold nothing else.
bool Examination::text_of(const pugi::xml_node& element, std::string& text) {
    for (const pugi::xml_node& part : element.children()) {
        if (part.type() == pugi::node_cdata) {
            text += content(part);
        } else if (part.type() == pugi::node_pcdata) {
            if (content(part).find("]]>") != std::string_view::npos)
                return refuse_at(part, "\"]]>\" stands in a text");
            if (const auto bad = append_resolved(text, content(part)))
                return refuse_at(part, fmt::format("\"{}\" begins no reference that XML has",
                                                   shown(content(part).substr(*bad, 12))));
        } else {
            return refuse_at(part, fmt::format("<{}> may hold text alone", shown(name(element))));
        }
    }
    return true;
}

bool Examination::call(const pugi::xml_node& root) {
    out_ = "<methodCall>";
    pugi::xml_node child = root.first_child();
    if (!to_element(child)) return false;
    if (name(child) != "methodName") return refuse_at(root, "<methodCall> does not begin with <methodName>");
    std::string method;
    if (!text_of(child, method)) return false;
    if (!is_method_name(method))
        return refuse_at(child, fmt::format("\"{}\" is no name of a method", shown(method)));
    out_ += fmt::format("<methodName>{}</methodName>", method);
    child = child.next_sibling();
    if (!to_element(child)) return false;
    if (!child) {
        out_ += "<params></params></methodCall>";
        return true;
    }
    if (name(child) != "params")
        return refuse_at(child, fmt::format("<{}> is not <params>", shown(name(child))));
    if (!params(child, 0, limits::kMessageElementsMax)) return false;
    out_ += "</methodCall>";
    return no_more(child.next_sibling());
}

bool Examination::response(const pugi::xml_node& root) {
    out_ = "<methodResponse>";
    pugi::xml_node child = root.first_child();
    if (!to_element(child)) return false;
    if (name(child) == "params") {
        if (!params(child, 1, 1)) return false;
    } else if (name(child) == "fault") {
        is_fault_ = true;
        pugi::xml_node of_fault;
        out_ += "<params><param>";
        if (!only_child(child, "value", of_fault) || !value(of_fault)) return false;
        out_ += "</param></params>";
    } else {
        return refuse_at(root, "<methodResponse> has neither <params> nor <fault>");
    }
    out_ += "</methodResponse>";
    return no_more(child.next_sibling());
}

bool Examination::params(const pugi::xml_node& params, std::size_t least, std::size_t most) {
    out_ += "<params>";
    std::size_t count = 0;
    for (pugi::xml_node param = params.first_child();; param = param.next_sibling(), ++count) {
        if (!to_element(param)) return false;
        if (!param) break;
        if (name(param) != "param")
            return refuse_at(param, fmt::format("<{}> is not <param>", shown(name(param))));
        if (count == most) return refuse_at(param, fmt::format("more than {} parameters", most));
        pugi::xml_node of_param;
        out_ += "<param>";
        if (!only_child(param, "value", of_param) || !value(of_param)) return false;
        out_ += "</param>";
    }
    out_ += "</params>";
    return count >= least || refuse_at(params, "a response needs its one value");
}

// A whole value with all that is in it.
bool Examination::value(const pugi::xml_node& value) {
    if (!begin_value(value)) return false;
    while (!open_.empty()) {
        bool done = false;
        if (!next_in(open_.back(), done)) return false;
        if (!done) continue;
        out_ += open_.back().is_struct ? "</struct>" : "</data></array>";
        open_.pop_back();
        end_value();
    }
    return true;
}

void Examination::end_value() {
    out_ += "</value>";
    if (!open_.empty() && open_.back().is_struct) out_ += "</member>";
}

// Reads one more value of the innermost container; `done` if it has none.
bool Examination::next_in(Open& open, bool& done) {
    if (!to_element(open.next)) return false;
    const pugi::xml_node child = open.next;
    done = !child;
    if (done) return true;
    open.next = child.next_sibling();
    const std::size_t most = open.is_struct ? limits::kMessageMembersMax : limits::kMessageElementsMax;
    if (open.count++ == most)
        return refuse_at(open.container,
                         fmt::format("more than {} {}", most, open.is_struct ? "members" : "elements"));
    const std::string_view wanted = open.is_struct ? "member" : "value";
    if (name(child) != wanted)
        return refuse_at(child, fmt::format("<{}> is not <{}>", shown(name(child)), wanted));
    if (!open.is_struct) return begin_value(child);
    pugi::xml_node value;
    return begin_member(open, child, value) && begin_value(value);
}

bool Examination::begin_member(Open& open, pugi::xml_node member, pugi::xml_node& value) {
    pugi::xml_node child = member.first_child();
    if (!to_element(child)) return false;
    if (name(child) != "name") return refuse_at(member, "<member> does not begin with <name>");
    std::string text;
    if (!text_of(child, text)) return false;
    if (text.size() > limits::kMemberNameBytesMax)
        return refuse_at(
            child, fmt::format("the name of a member has more than {} bytes", limits::kMemberNameBytesMax));
    out_ += "<member><name>";
    append_disguised(out_, text);
    out_ += "</name>";
    if (!open.names.insert(std::move(text)).second) return refuse_at(member, "a second member of this name");
    value = child.next_sibling();
    if (!to_element(value)) return false;
    if (name(value) != "value") return refuse_at(member, "<member> has no <value> after its <name>");
    return no_more(value.next_sibling());
}

// Reads a scalar to its end, or opens a container.
bool Examination::begin_value(const pugi::xml_node& value) {
    if (++values_ > limits::kMessageValuesMax)
        return refuse_at(value, fmt::format("more than {} values in one message", limits::kMessageValuesMax));
    if (open_.size() >= limits::kMessageDepthMax)
        return refuse_at(value,
                         fmt::format("more than {} values inside each other", limits::kMessageDepthMax));
    out_ += "<value>";
    pugi::xml_node type = value.first_child();
    while (type && type.type() != pugi::node_element)
        type = type.next_sibling();
    if (!type) return scalar(value);  // without a type, it is a text
    pugi::xml_node first = value.first_child();
    if (!to_element(first) || !no_more(first.next_sibling())) return false;
    if (name(type) == "struct") return open_container(type, true);
    if (name(type) != "array") return scalar(type);
    pugi::xml_node data;
    return only_child(type, "data", data) && open_container(data, false);
}

bool Examination::open_container(const pugi::xml_node& type, bool is_struct) {
    out_ += is_struct ? "<struct>" : "<array><data>";
    open_.push_back({type, type.first_child(), is_struct, 0, {}});
    return true;
}

// What only Moodle sends: as a text.
bool Examination::moodle_scalar(const pugi::xml_node& type, bool& taken) {
    const std::string_view kind = local_type(type);
    taken = kind == "double" || kind == "dateTime.iso8601" || kind == "nil";
    if (!taken) return true;
    std::string text;
    if (!text_of(type, text)) return false;
    const std::string_view stripped = without_blanks(text);
    const bool good = kind == "nil"      ? stripped.empty()
                      : kind == "double" ? is_decimal(stripped)
                                         : stripped.size() <= limits::kMnetNumberBytesMax;
    if (!good) return refuse_at(type, fmt::format("<{}> is \"{}\"", shown(kind), shown(text)));
    out_ += "<string>";
    append_disguised(out_, stripped);
    out_ += "</string>";
    end_value();
    return true;
}

bool Examination::scalar(const pugi::xml_node& type) {
    if (dialect_ == Dialect::moodle) {
        bool taken = false;
        if (!moodle_scalar(type, taken)) return false;
        if (taken) return true;
    }
    constexpr std::array<std::string_view, 7> kTypes{"value", "string",  "i4",    "int",
                                                     "i8",    "boolean", "base64"};
    const std::string_view kind = dialect_ == Dialect::moodle ? local_type(type) : name(type);
    if (std::ranges::find(kTypes, kind) == kTypes.end()) {
        const std::string_view instead = kind == "double"             ? "; send a whole number"
                                         : kind == "dateTime.iso8601" ? "; send seconds since 1970 in UTC"
                                         : kind == "nil" || kind == "ex:nil" ? "; leave it out"
                                                                             : "";
        return refuse_at(type, fmt::format("<{}> is not taken{}", shown(kind), instead));
    }
    if (kind == "base64") return bytes(type);
    std::string text;
    if (!text_of(type, text)) return false;
    if (kind == "value" || kind == "string") {
        out_ += "<string>";
        append_disguised(out_, text);
        out_ += "</string>";
    } else if (kind == "boolean") {
        if (dialect_ == Dialect::moodle) text = moodle_boolean(text);
        if (text != "0" && text != "1")
            return refuse_at(type, fmt::format("<boolean> is \"{}\", not 0 or 1", shown(text)));
        out_ += fmt::format("<boolean>{}</boolean>", text);
    } else if (!integer(type, text)) {
        return false;
    }
    end_value();
    return true;
}

bool Examination::bytes(const pugi::xml_node& type) {
    // Statements are hundreds of kilobytes of this: what stands in one piece, without a reference, is not
    // copied.
    const pugi::xml_node only = type.first_child();
    std::string_view text = content(only);
    std::string pieces;
    if (only.type() != pugi::node_pcdata || only.next_sibling() || text.find('&') != std::string_view::npos) {
        if (!text_of(type, pieces)) return false;
        text = pieces;
    }
    auto decoded = unbase64_spaced(text);
    if (!decoded)
        return refuse_at(type, "<base64> is not whole groups of four of its alphabet, padded with '='");
    out_ += fmt::format("<i4>{}</i4>", bytes_.size());
    bytes_.push_back(std::move(*decoded));
    end_value();
    return true;
}

bool Examination::integer(const pugi::xml_node& type, std::string_view text) {
    if (dialect_ == Dialect::moodle) text = without_blanks(text);
    const bool wide = name(type).ends_with("i8");
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    using Narrow = std::numeric_limits<std::int32_t>;
    if (error != std::errc{} || end != text.data() + text.size() ||
        (!wide && (number < Narrow::min() || number > Narrow::max())))
        return refuse_at(type, fmt::format("<{}> is \"{}\", not a whole number of {} bits", name(type),
                                           shown(text), wide ? 64 : 32));
    out_ += fmt::format("<i8>{}</i8>", number);
    return true;
}

// The root, after what may stand before it; nothing may stand after it.
Result<pugi::xml_node> root_of(const pugi::xml_document& document, std::string_view xml,
                               std::string_view wanted) {
    pugi::xml_node first = document.first_child();
    if (first.type() == pugi::node_declaration) {
        if (const auto good = check_declaration(first, xml); !good) return std::unexpected(good.error());
        first = first.next_sibling();
    }
    pugi::xml_node root;
    for (; first; first = first.next_sibling()) {
        if (first.type() == pugi::node_comment ||
            (first.type() == pugi::node_pcdata && is_blank(content(first))))
            continue;
        if (root || first.type() != pugi::node_element || name(first) != wanted || first.first_attribute())
            return refuse(fmt::format("the message is not one <{}>: \"{}\" stands at byte {}", wanted,
                                      shown(*first.name() != '\0' ? name(first) : content(first)),
                                      first.offset_debug()));
        root = first;
    }
    if (!root) return refuse(fmt::format("the message has no <{}>", wanted));
    return root;
}

}  // namespace

Result<void> check_bytes(std::string_view xml, std::size_t bytes_max) {
    if (xml.size() > bytes_max)
        return refuse(fmt::format("the message has {} bytes, more than the {} that a message may have",
                                  xml.size(), bytes_max));
    if (const auto bad = first_bad_byte(xml))
        return refuse(fmt::format(
            "byte {} of the message (0x{:02x}) is not UTF-8, or is a character that XML 1.0 does not have",
            *bad, static_cast<unsigned char>(xml[*bad])));
    std::size_t tags = 0;
    for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
        if (++tags > limits::kMessageTagsMax)
            return refuse(fmt::format("the message has more than {} tags", limits::kMessageTagsMax));
        const std::string_view markup = xml.substr(at, 9);
        if (markup.starts_with("<!") && !markup.starts_with("<!--") && markup != "<![CDATA[")
            return refuse(
                fmt::format("a document type or entity (\"{}\", byte {}) is not taken", shown(markup), at));
    }
    return {};
}

Result<PlainMessage> prescan(std::string_view xml, MessageKind kind, Dialect dialect) {
    if (const auto good = check_bytes(xml, limits::kMessageBytesMax); !good)
        return std::unexpected(good.error());
    pugi::xml_document document;
    const auto parsed = document.load_buffer(xml.data(), xml.size(), kParse, pugi::encoding_utf8);
    if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
    if (!parsed)
        return refuse(fmt::format("the message is not well-formed XML at byte {}: {}", parsed.offset,
                                  parsed.description()));
    const bool is_call = kind == MessageKind::call;
    const auto root = root_of(document, xml, is_call ? "methodCall" : "methodResponse");
    if (!root) return std::unexpected(root.error());
    PlainMessage message;
    message.says_encoding = document.first_child().type() == pugi::node_declaration &&
                            document.first_child().attribute("encoding");
    Examination examination(message, dialect);
    if (!(is_call ? examination.call(*root) : examination.response(*root)))
        return refuse(std::move(examination.refusal));
    return message;
}

}  // namespace assidu::rpc
