#include "rpc/value.h"

#include <fmt/format.h>

#include <utility>

#include "rpc/xml_text.h"

namespace assidu::rpc {

using config::Result;

template <class T>
Value::Value(std::in_place_type_t<T> kind, T content) : content_(kind, std::move(content)) {}

Value::Value() : content_(std::in_place_type<std::string>) {}
Value::~Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;

bool operator==(const Value& one, const Value& other) {
    return one.content_ == other.content_;
}

Value Value::integer(std::int64_t value) {
    return {std::in_place_type<std::int64_t>, value};
}
Value Value::boolean(bool value) {
    return {std::in_place_type<bool>, value};
}
Value Value::text(std::string value) {
    return {std::in_place_type<std::string>, std::move(value)};
}
Value Value::bytes(std::string value) {
    return {std::in_place_type<Bytes>, Bytes{std::move(value)}};
}
Value Value::array(Array elements) {
    return {std::in_place_type<Array>, std::move(elements)};
}
Value Value::structure(Struct members) {
    return {std::in_place_type<Struct>, std::move(members)};
}

std::optional<std::int64_t> Value::as_integer() const {
    const auto* const found = std::get_if<std::int64_t>(&content_);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<bool> Value::as_boolean() const {
    const auto* const found = std::get_if<bool>(&content_);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

const std::string* Value::as_text() const {
    return std::get_if<std::string>(&content_);
}

const std::string* Value::as_bytes() const {
    const auto* const found = std::get_if<Bytes>(&content_);
    return found == nullptr ? nullptr : &found->content;
}

const Value::Array* Value::as_array() const {
    return std::get_if<Array>(&content_);
}
const Value::Struct* Value::as_structure() const {
    return std::get_if<Struct>(&content_);
}

const Value* Value::find(std::string_view member) const {
    const Struct* const members = as_structure();
    if (members == nullptr) return nullptr;
    const auto found = members->find(member);
    return found == members->end() ? nullptr : &found->second;
}

std::string_view name_of(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::integer:
            return "an integer";
        case Value::Kind::boolean:
            return "a boolean";
        case Value::Kind::text:
            return "a text";
        case Value::Kind::bytes:
            return "bytes";
        case Value::Kind::array:
            return "an array";
        case Value::Kind::structure:
            return "a struct";
    }
    return "of no kind";
}

Field::Field(const Value& root, std::string path) : value_(&root), path_(std::move(path)) {}

Field::Field(const Value* value, std::string path, std::string problem)
    : value_(value), path_(std::move(path)), problem_(std::move(problem)) {}

Field Field::member(std::string_view name) const {
    std::string path = fmt::format("{}.{}", path_, shown(name));
    if (value_ == nullptr) return {nullptr, std::move(path), problem_};
    if (value_->kind() != Value::Kind::structure) return {nullptr, std::move(path), not_a("a struct").what};
    const Value* const found = value_->find(name);
    std::string problem = found == nullptr ? fmt::format("{} is missing", path) : std::string();
    return {found, std::move(path), std::move(problem)};
}

Field Field::element(std::size_t index) const {
    std::string path = fmt::format("{}[{}]", path_, index);
    if (value_ == nullptr) return {nullptr, std::move(path), problem_};
    const Value::Array* const elements = value_->as_array();
    if (elements == nullptr) return {nullptr, std::move(path), not_a("an array").what};
    if (index >= elements->size()) {
        std::string problem = fmt::format("{} is missing", path);
        return {nullptr, std::move(path), std::move(problem)};
    }
    return {&(*elements)[index], std::move(path), {}};
}

config::Refusal Field::not_a(std::string_view wanted) const {
    if (value_ == nullptr) return {problem_};
    return {fmt::format("{} is {}, not {}", path_, name_of(value_->kind()), wanted)};
}

Result<std::int64_t> Field::integer() const {
    const auto found = value_ == nullptr ? std::nullopt : value_->as_integer();
    if (!found) return std::unexpected(not_a("an integer"));
    return *found;
}

Result<bool> Field::boolean() const {
    const auto found = value_ == nullptr ? std::nullopt : value_->as_boolean();
    if (!found) return std::unexpected(not_a("a boolean"));
    return *found;
}

Result<std::string_view> Field::text() const {
    const std::string* const found = value_ == nullptr ? nullptr : value_->as_text();
    if (found == nullptr) return std::unexpected(not_a("a text"));
    return *found;
}

Result<std::string_view> Field::bytes() const {
    const std::string* const found = value_ == nullptr ? nullptr : value_->as_bytes();
    if (found == nullptr) return std::unexpected(not_a("bytes"));
    return *found;
}

Result<std::vector<Field>> Field::elements() const {
    const auto found = array();
    if (!found) return std::unexpected(found.error());
    std::vector<Field> fields;
    fields.reserve((*found)->size());
    for (std::size_t index = 0; index < (*found)->size(); ++index)
        fields.push_back(element(index));
    return fields;
}

Result<const Value::Array*> Field::array() const {
    const Value::Array* const found = value_ == nullptr ? nullptr : value_->as_array();
    if (found == nullptr) return std::unexpected(not_a("an array"));
    return found;
}

Result<const Value::Struct*> Field::structure() const {
    const Value::Struct* const found = value_ == nullptr ? nullptr : value_->as_structure();
    if (found == nullptr) return std::unexpected(not_a("a struct"));
    return found;
}

}  // namespace assidu::rpc
