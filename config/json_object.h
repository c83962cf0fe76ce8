// Strict reading of JSON documents: a document with every object's members once and no deeper than it may be,
// and an object every member of which must be asked for. For the readers of this floor.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.h"

namespace assidu::config {

// Refused, beginning with `where`: what is no JSON, nests deeper than limits::kJsonDepthMax (before anybody
// walks it), or has a member twice in one object (readers differ in which one they take).
[[nodiscard]] Result<nlohmann::json> parse_strict_json(std::string_view text, std::string_view where);

// Reads one object. What is wrong is added to `objections`, a line each that names the key by its path; a
// reading function then returns its default, and reading goes on to the next key. All three arguments must
// outlive it.
class ObjectReader {
  public:
    ObjectReader(const nlohmann::json& object, std::string place, std::vector<std::string>& objections);

    // The member, or nothing (objected to, where it is required).
    const nlohmann::json* find(const char* key, bool required = true);
    [[nodiscard]] bool has(const char* key) const;

    // Required members.
    std::string text(const char* key);
    bool boolean(const char* key);
    std::int64_t integer(const char* key, std::int64_t min, std::int64_t max);
    std::vector<std::string> texts(const char* key);

    // Members with a default.
    bool boolean_or(const char* key, bool otherwise) {
        return has(key) ? boolean(key) : known(key, otherwise);
    }
    std::int64_t integer_or(const char* key, std::int64_t min, std::int64_t max, std::int64_t otherwise) {
        return has(key) ? integer(key, min, max) : known(key, otherwise);
    }
    std::vector<std::string> texts_or_none(const char* key) {
        return has(key) ? texts(key) : known(key, std::vector<std::string>{});
    }
    // A list of integers within the limits; none where the key is not there.
    std::vector<std::int64_t> integers_or_none(const char* key, std::int64_t min, std::int64_t max);

    template <class Enum>
    using Names = std::initializer_list<std::pair<std::string_view, Enum>>;
    template <class Enum>
    Enum one_of(const char* key, Names<Enum> values) {
        const std::string name = text(key);
        std::string names;
        for (const auto& [value_name, value] : values) {
            if (value_name == name) return value;
            names += (names.empty() ? "" : ", ") + std::string(value_name);
        }
        if (!name.empty()) object_to(key, "must be one of: " + names);
        return values.begin()->second;
    }
    // The first of the values is the default.
    template <class Enum>
    Enum one_of_or_first(const char* key, Names<Enum> values) {
        return has(key) ? one_of(key, values) : known(key, values.begin()->second);
    }

    // A key of which this version of Assidu computes one value alone, which is also what its absence means.
    void only_supported(const char* key, const nlohmann::json& value);
    // The same, where the key must be there.
    void only(const char* key, const nlohmann::json& value);

    void object_to(const std::string& key, const std::string& what);
    [[nodiscard]] std::string path(const std::string& key) const;
    [[nodiscard]] std::vector<std::string>& objections() { return objections_; }

    // Objects to every member that nobody asked for. Last of all.
    void finish();

  private:
    template <class Value>
    Value known(const char* key, Value value) {
        known_.insert(key);
        return value;
    }

    const nlohmann::json& object_;
    std::string place_;
    std::vector<std::string>& objections_;
    std::set<std::string> known_;
};

}  // namespace assidu::config
