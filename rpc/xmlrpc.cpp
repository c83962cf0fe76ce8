#include "rpc/xmlrpc.h"

#include <fmt/format.h>
#include <xmlrpc-c/base.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "config/limits.h"
#include "rpc/base64.h"
#include "rpc/prescan.h"
#include "rpc/value_writer.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using config::refuse;
using config::Result;

// The plain document is at most six times the message ('&' in CDATA is five, a disguised CR six).
constexpr std::size_t kPlainBytesMax = 8 * limits::kMessageBytesMax;

// xmlrpc-c's limits are the process's. Ours are checked before it reads anything, so it is merely told not to
// stop earlier.
void prepare_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, kPlainBytesMax);
        xmlrpc_limit_set(XMLRPC_NESTING_LIMIT_ID, 2 * limits::kMessageDepthMax);
    });
}

// xmlrpc-c's report of one call. Its words never leave: they quote the message as it is.
class Environment {
  public:
    Environment() { xmlrpc_env_init(&env_); }
    ~Environment() { xmlrpc_env_clean(&env_); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    operator xmlrpc_env*() { return &env_; }  // NOLINT(google-explicit-constructor): it is handed to C
    [[nodiscard]] bool failed() const { return env_.fault_occurred != 0; }

  private:
    xmlrpc_env env_{};
};

struct Release {
    void operator()(xmlrpc_value* value) const { xmlrpc_DECREF(value); }
    void operator()(const char* text) const { free_memory(text); }

  private:
    // xmlrpc-c gives its strings as const, to be freed.
    static void free_memory(const void* memory) { std::free(const_cast<void*>(memory)); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

// The document was written by prescan(): whatever xmlrpc-c makes of it, it must be what was written.
config::Refusal not_carried() {
    return {"the message cannot be read, though it is well-formed"};
}

std::optional<std::string> text_from(xmlrpc_value* value) {
    Environment env;
    std::size_t size = 0;
    const char* bytes = nullptr;
    xmlrpc_read_string_lp(env, value, &size, &bytes);
    if (env.failed()) return std::nullopt;
    const Owned<const char> owner(bytes);
    return undisguised({bytes, size});
}

// What prescan() decoded, in the order of the document; each is asked for once.
using Parked = std::vector<std::string>;

std::optional<Value> bytes_from(xmlrpc_value* value, Parked& parked) {
    Environment env;
    int index = 0;
    xmlrpc_read_int(env, value, &index);
    if (env.failed() || index < 0 || static_cast<std::size_t>(index) >= parked.size()) return std::nullopt;
    return Value::bytes(std::move(parked[static_cast<std::size_t>(index)]));
}

std::optional<Value> value_from(xmlrpc_value* value, Parked& parked);

std::optional<Value::Array> elements_from(xmlrpc_value* array, Parked& parked) {
    Environment env;
    const int size = xmlrpc_array_size(env, array);
    if (env.failed()) return std::nullopt;
    Value::Array elements;
    elements.reserve(static_cast<std::size_t>(size));
    for (int index = 0; index < size; ++index) {
        xmlrpc_value* item = nullptr;
        xmlrpc_array_read_item(env, array, static_cast<unsigned>(index), &item);
        if (env.failed()) return std::nullopt;
        const Owned<xmlrpc_value> owner(item);
        auto element = value_from(item, parked);
        if (!element) return std::nullopt;
        elements.push_back(std::move(*element));
    }
    return elements;
}

std::optional<Value> structure_from(xmlrpc_value* structure, Parked& parked) {
    Environment env;
    const int size = xmlrpc_struct_size(env, structure);
    if (env.failed()) return std::nullopt;
    Value::Struct members;
    for (int index = 0; index < size; ++index) {
        xmlrpc_value* name = nullptr;
        xmlrpc_value* content = nullptr;
        xmlrpc_struct_read_member(env, structure, static_cast<unsigned>(index), &name, &content);
        if (env.failed()) return std::nullopt;
        const Owned<xmlrpc_value> name_owner(name);
        const Owned<xmlrpc_value> content_owner(content);
        auto key = text_from(name);
        auto member = value_from(content, parked);
        if (!key || !member) return std::nullopt;
        if (!members.emplace(std::move(*key), std::move(*member)).second) return std::nullopt;
    }
    return Value::structure(std::move(members));
}

// By recursion: prescan() has limited the depth.
std::optional<Value> value_from(xmlrpc_value* value, Parked& parked) {
    Environment env;
    switch (xmlrpc_value_type(value)) {
        case XMLRPC_TYPE_I8: {
            xmlrpc_int64 number = 0;
            xmlrpc_read_i8(env, value, &number);
            return env.failed() ? std::nullopt : std::optional(Value::integer(number));
        }
        case XMLRPC_TYPE_BOOL: {
            xmlrpc_bool truth = 0;
            xmlrpc_read_bool(env, value, &truth);
            return env.failed() ? std::nullopt : std::optional(Value::boolean(truth != 0));
        }
        case XMLRPC_TYPE_STRING: {
            auto text = text_from(value);
            return text ? std::optional(Value::text(std::move(*text))) : std::nullopt;
        }
        case XMLRPC_TYPE_ARRAY: {
            auto elements = elements_from(value, parked);
            return elements ? std::optional(Value::array(std::move(*elements))) : std::nullopt;
        }
        case XMLRPC_TYPE_INT:
            return bytes_from(value, parked);
        case XMLRPC_TYPE_STRUCT:
            return structure_from(value, parked);
        default:
            return std::nullopt;
    }
}

// A value whose texts are made good, as far as they need it. As deep as values are.
Value encoded_once(const Value& value) {
    if (const auto* const elements = value.as_array()) {
        Value::Array made;
        for (const Value& element : *elements)
            made.push_back(encoded_once(element));
        return Value::array(std::move(made));
    }
    if (const auto* const members = value.as_structure()) {
        Value::Struct made;
        for (const auto& [name, member] : *members)
            made.emplace(name, encoded_once(member));
        return Value::structure(std::move(made));
    }
    const std::string* const text = value.as_text();
    if (text == nullptr) return value;
    auto good = decoded_again(*text);
    return good ? Value::text(std::move(*good)) : value;
}

Result<Response> fault_from(const Value& value) {
    const Field fault(value, "fault");
    const auto code = fault.member("faultCode").integer();
    if (!code) return std::unexpected(code.error());
    const auto text = fault.member("faultString").text();
    if (!text) return std::unexpected(text.error());
    using Narrow = std::numeric_limits<std::int32_t>;
    if (*code < Narrow::min() || *code > Narrow::max())
        return refuse("fault.faultCode is not a number of 32 bits");
    if (value.as_structure()->size() != 2)
        return refuse("fault has members other than faultCode and faultString");
    return Fault{static_cast<std::int32_t>(*code), std::string(*text)};
}

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

}  // namespace

bool is_method_name(std::string_view name) {
    const auto allowed = [](char byte) {
        return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
               byte == '_' || byte == '.' || byte == ':' || byte == '/';
    };
    return !name.empty() && name.size() <= limits::kMethodNameBytesMax && std::ranges::all_of(name, allowed);
}

std::string encode_call(std::string_view method, const std::vector<Value>& params) {
    if (!is_method_name(method)) throw std::logic_error("not the name of a method");
    if (params.size() > limits::kMessageElementsMax) throw std::logic_error("too many parameters");
    ValueWriter writer(Layout::compact);
    writer.add(kDeclaration);
    writer.add("<methodCall><methodName>");
    writer.add(method);
    writer.add("</methodName><params>");
    for (const Value& param : params) {
        writer.add("<param>");
        writer.value(param, 1);
        writer.add("</param>");
    }
    writer.add("</params></methodCall>\n");
    return std::move(writer).finish();
}

std::string encode_response(const Value& value) {
    ValueWriter writer(Layout::compact);
    writer.add(kDeclaration);
    writer.add("<methodResponse><params><param>");
    writer.value(value, 1);
    writer.add("</param></params></methodResponse>\n");
    return std::move(writer).finish();
}

std::string encode_fault(std::int32_t code, std::string_view text) {
    std::string carried(text.substr(0, limits::kFaultTextBytesMax));
    while (const auto bad = first_bad_byte(carried))
        carried[*bad] = '?';
    ValueWriter writer(Layout::compact);
    writer.add(kDeclaration);
    writer.add("<methodResponse><fault>");
    writer.value(Value::structure(
                     {{"faultCode", Value::integer(code)}, {"faultString", Value::text(std::move(carried))}}),
                 1);
    writer.add("</fault></methodResponse>\n");
    return std::move(writer).finish();
}

Result<Call> decode_call(std::string_view xml, Dialect dialect) {
    auto plain = prescan(xml, MessageKind::call, dialect);
    if (!plain) return std::unexpected(plain.error());
    prepare_library();
    Environment env;
    const char* method = nullptr;
    xmlrpc_value* params = nullptr;
    xmlrpc_parse_call(env, plain->document.data(), plain->document.size(), &method, &params);
    if (env.failed()) return std::unexpected(not_carried());
    const Owned<const char> method_owner(method);
    const Owned<xmlrpc_value> params_owner(params);
    auto values = elements_from(params, plain->bytes);
    if (!values) return std::unexpected(not_carried());
    return Call{method, std::move(*values)};
}

Result<Response> decode_response(std::string_view xml, Dialect dialect) {
    auto plain = prescan(xml, MessageKind::response, dialect);
    if (!plain) return std::unexpected(plain.error());
    prepare_library();
    Environment env;
    xmlrpc_value* result = nullptr;
    int fault_code = 0;
    const char* fault_text = nullptr;
    xmlrpc_parse_response2(env, plain->document.data(), plain->document.size(), &result, &fault_code,
                           &fault_text);
    if (env.failed()) return std::unexpected(not_carried());
    const Owned<const char> fault_owner(fault_text);
    if (result == nullptr) return std::unexpected(not_carried());
    const Owned<xmlrpc_value> result_owner(result);
    auto value = value_from(result, plain->bytes);
    if (!value) return std::unexpected(not_carried());
    if (dialect == Dialect::moodle && plain->says_encoding) value = encoded_once(*value);
    if (plain->is_fault) return fault_from(*value);
    return Response(std::move(*value));
}

}  // namespace assidu::rpc
