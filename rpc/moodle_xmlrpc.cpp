#include "rpc/moodle_xmlrpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "config/limits.h"
#include "rpc/value_writer.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;

bool is_alphanumeric(char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

}  // namespace

bool is_mnet_method(std::string_view path) {
    // ^[A-Za-z0-9]+/[A-Za-z0-9/_.-]+(\.php/)?[A-Za-z0-9_-]+$, whose middle takes "x.php/", too.
    const std::size_t slash = path.find('/');
    if (path.size() > limits::kMethodNameBytesMax || slash == 0 || slash == std::string_view::npos)
        return false;
    const std::string_view rest = path.substr(slash + 1);
    const auto middle = [](char byte) {
        return is_alphanumeric(byte) || byte == '/' || byte == '_' || byte == '.' || byte == '-';
    };
    return std::ranges::all_of(path.substr(0, slash), is_alphanumeric) && rest.size() >= 2 &&
           std::ranges::all_of(rest, middle) && rest.back() != '/' && rest.back() != '.';
}

std::string encode_moodle_call(std::string_view method, const std::vector<Value>& params) {
    if (!is_method_name(method) && !is_mnet_method(method))
        throw std::logic_error("not the name of a method");
    if (params.size() > limits::kMessageElementsMax) throw std::logic_error("too many parameters");
    ValueWriter writer(Layout::moodle);
    writer.add("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<methodCall>\n<methodName>");
    writer.add(method);
    writer.add("</methodName>\n<params>\n");
    for (const Value& param : params) {
        writer.add("<param>\n");
        writer.value(param, 1);
        writer.add("</param>\n");
    }
    writer.add("</params>\n</methodCall>");
    return std::move(writer).finish();
}

std::string encode_moodle_response(const Value& value) {
    ValueWriter writer(Layout::moodle_ascii);
    writer.add("<?xml version=\"1.0\"?>\n<methodResponse>\n<params>\n<param>\n");
    writer.value(value, 1);
    writer.add("</param>\n</params>\n</methodResponse>");
    return std::move(writer).finish();
}

std::string encode_moodle_fault(std::int32_t code, std::string_view text) {
    std::string carried(text.substr(0, limits::kFaultTextBytesMax));
    while (const auto bad = first_bad_byte(carried))
        carried[*bad] = '?';
    std::string escaped;
    append_escaped(escaped, carried);
    return fmt::format(
        "<?xml version=\"1.0\"?>\n<methodResponse>\n   <fault>\n      <value>\n         <struct>\n"
        "            <member>\n               <name>faultCode</name>\n"
        "               <value><int>{}</int></value>\n            </member>\n"
        "            <member>\n               <name>faultString</name>\n"
        "               <value><string>{}</string></value>\n            </member>\n"
        "         </struct>\n      </value>\n   </fault>\n</methodResponse>",
        code, escaped);
}

}  // namespace assidu::rpc
