// One table of a TOML document, key by key, for the parsers of settings: internal to this floor.
#pragma once

#include <fmt/format.h>

#include <toml++/toml.h>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::config {

// Reads one table; every key must be asked for, and what nobody asked for is refused with its line.
class TableReader {
  public:
    TableReader(const toml::table* table, std::string name, std::vector<std::string>& objections)
        : table_(table), name_(std::move(name)), objections_(objections) {}

    std::string text(const char* key, std::string fallback = {}, bool required = false) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            if (required) objections_.push_back(fmt::format("[{}] {} is missing", name_, key));
            return fallback;
        }
        if (const auto* value = node->as_string();
            value != nullptr && value->get().find('\0') == std::string::npos)
            return value->get();
        object_to(key, *node, "must be a text");
        return fallback;
    }

    std::int64_t integer(const char* key, std::int64_t fallback) {
        const toml::node* node = find(key);
        if (node == nullptr) return fallback;
        if (const auto* value = node->as_integer()) return value->get();
        object_to(key, *node, "must be an integer");
        return fallback;
    }

    bool boolean(const char* key, bool fallback) {
        const toml::node* node = find(key);
        if (node == nullptr) return fallback;
        if (const auto* value = node->as_boolean()) return value->get();
        object_to(key, *node, "must be true or false");
        return fallback;
    }

    std::vector<std::string> texts(const char* key) {
        const toml::node* node = find(key);
        return node == nullptr ? std::vector<std::string>{} : texts_of(key, *node);
    }

    std::vector<std::int64_t> integers(const char* key) {
        std::vector<std::int64_t> values;
        const toml::node* node = find(key);
        if (node == nullptr) return values;
        if (const auto* list = node->as_array()) {
            for (const toml::node& item : *list) {
                if (const auto* value = item.as_integer())
                    values.push_back(value->get());
                else
                    object_to(key, item, "must be a list of integers");
            }
        } else {
            object_to(key, *node, "must be a list of integers");
        }
        return values;
    }

    std::map<std::string, std::vector<std::string>> texts_by_name(const char* key) {
        std::map<std::string, std::vector<std::string>> values;
        const toml::node* node = find(key);
        if (node == nullptr) return values;
        if (const auto* inner = node->as_table()) {
            for (const auto& [name, list] : *inner)
                values[std::string(name.str())] = texts_of(key, list);
        } else {
            object_to(key, *node, "must be a table of lists of texts");
        }
        return values;
    }

    void object_to(const char* key, const std::string& what) {
        if (const toml::node* node = table_ == nullptr ? nullptr : table_->get(key))
            object_to(key, *node, what);
        else
            objections_.push_back(fmt::format("[{}] {} {}", name_, key, what));
    }

    void finish() {
        if (table_ == nullptr) return;
        for (const auto& [key, node] : *table_) {
            if (!known_.contains(std::string(key.str())))
                object_to(std::string(key.str()).c_str(), node, "is not known to this version of Assidu");
        }
    }

  private:
    const toml::node* find(const char* key) {
        known_.insert(key);
        return table_ == nullptr ? nullptr : table_->get(key);
    }

    std::vector<std::string> texts_of(const char* key, const toml::node& node) {
        std::vector<std::string> values;
        if (const auto* list = node.as_array()) {
            for (const toml::node& item : *list) {
                if (const auto* value = item.as_string())
                    values.push_back(value->get());
                else
                    object_to(key, item, "must be a list of texts");
            }
        } else {
            object_to(key, node, "must be a list of texts");
        }
        return values;
    }

    void object_to(const char* key, const toml::node& node, const std::string& what) {
        objections_.push_back(fmt::format("line {}: [{}] {} {}", node.source().begin.line, name_, key, what));
    }

    const toml::table* table_;
    std::string name_;
    std::vector<std::string>& objections_;
    std::set<std::string, std::less<>> known_;
};

// A TOML basic string (TOML 1.0, "String").
inline std::string toml_text(std::string_view text) {
    std::string escaped = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            escaped += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            escaped += fmt::format("\\u{:04X}", c);
        else
            escaped.push_back(c);
    }
    return escaped + "\"";
}

}  // namespace assidu::config
