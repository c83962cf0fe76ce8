// The values of XML-RPC (http://xmlrpc.com/spec.md) that nodes send each other.
//
// Integers, booleans, texts, bytes, arrays and structs. There is no floating-point number (a duration is a
// whole number of seconds), no dateTime (it has no zone; an instant is an integer of UTC seconds) and no nil
// (what is not there is left out).
//
// Values are plain data: copied deeply, compared deeply, safe to read from many threads. A peer's value is
// read through `Field`, which never throws and says where something is missing or of another kind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/refusal.h"

namespace assidu::rpc {

// True if the text is valid UTF-8 (RFC 3629) of characters that XML 1.0 allows (its section 2.2, "Char"): no
// control characters but tab, line feed and carriage return, no surrogates, no U+FFFE and U+FFFF. What may be
// anything else travels as bytes.
[[nodiscard]] bool is_xml_text(std::string_view text);

class Value {
  public:
    using Array = std::vector<Value>;
    // Sorted by the bytes of the names, so that equal structs have one encoding.
    using Struct = std::map<std::string, Value, std::less<>>;
    // In the order of the alternatives inside.
    enum class Kind : std::uint8_t { integer, boolean, text, bytes, array, structure };

    [[nodiscard]] static Value integer(std::int64_t value);
    [[nodiscard]] static Value boolean(bool value);
    // Any string is taken; one that is not is_xml_text() cannot be encoded.
    [[nodiscard]] static Value text(std::string value);
    [[nodiscard]] static Value bytes(std::string value);
    [[nodiscard]] static Value array(Array elements);
    [[nodiscard]] static Value structure(Struct members);

    // The empty text, which is what XML-RPC's empty <value/> means.
    Value();
    // In value.cpp: inlined into others, a variant's moves look uninitialised to g++ 12 when it optimises.
    ~Value();
    Value(const Value& other);
    Value(Value&& other) noexcept;
    Value& operator=(const Value& other);
    Value& operator=(Value&& other) noexcept;

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(content_.index()); }
    // The content, or nothing where the value is of another kind. No kind is converted into another. Pointers
    // live as long as the value and its content.
    [[nodiscard]] std::optional<std::int64_t> as_integer() const;
    [[nodiscard]] std::optional<bool> as_boolean() const;
    [[nodiscard]] const std::string* as_text() const;
    [[nodiscard]] const std::string* as_bytes() const;
    [[nodiscard]] const Array* as_array() const;
    [[nodiscard]] const Struct* as_structure() const;
    // A member of a struct; nullptr if there is none of that name, or this is no struct.
    [[nodiscard]] const Value* find(std::string_view member) const;

    friend bool operator==(const Value& one, const Value& other);

  private:
    struct Bytes {
        std::string content;
        friend bool operator==(const Bytes&, const Bytes&) = default;
    };
    using Content = std::variant<std::int64_t, bool, std::string, Bytes, Array, Struct>;
    template <class T>
    Value(std::in_place_type_t<T> kind, T content);

    Content content_;
};

// "an integer", "a text", ...: for messages.
[[nodiscard]] std::string_view name_of(Value::Kind kind);

// A place in a peer's value: perhaps a value is there, and its path says where "there" is. Steps into what is
// missing are allowed; only the reading at the end refuses, and names the first step that failed:
//
//     const Field message(call.params[0], "params[0]");
//     Result<std::string_view> payload = message.member("envelope").member("payload").bytes();
//     // "params[0].envelope is missing", "params[0].envelope.payload is a text, not bytes"
//
// Holds a pointer into the value, which must outlive it and what was read from it.
class Field {
  public:
    Field(const Value& root, std::string path);

    // The member of a struct, the element (from 0) of an array.
    [[nodiscard]] Field member(std::string_view name) const;
    [[nodiscard]] Field element(std::size_t index) const;

    // Whether a value is there. Reading what is optional: ask first, so that a wrong kind is still refused.
    [[nodiscard]] bool exists() const { return value_ != nullptr; }
    // "params[0].envelope": our own words for names and indices, with a peer's odd characters replaced.
    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] config::Result<std::int64_t> integer() const;
    [[nodiscard]] config::Result<bool> boolean() const;
    [[nodiscard]] config::Result<std::string_view> text() const;
    [[nodiscard]] config::Result<std::string_view> bytes() const;
    // Every element of an array, each with its own path. Keep the result while looping over it: a range-for
    // over `elements().value()` would outlive what it loops over.
    [[nodiscard]] config::Result<std::vector<Field>> elements() const;
    // The struct or array itself, for those who walk it. A null pointer is never given.
    [[nodiscard]] config::Result<const Value::Array*> array() const;
    [[nodiscard]] config::Result<const Value::Struct*> structure() const;

  private:
    Field(const Value* value, std::string path, std::string problem);
    [[nodiscard]] config::Refusal not_a(std::string_view wanted) const;

    const Value* value_;
    std::string path_;
    std::string problem_;  // why nothing is here; empty while something is
};

}  // namespace assidu::rpc
