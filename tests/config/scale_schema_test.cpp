// The published JSON Schema of scales (docs/formats/scale.schema.json) and the reader say the same of a
// document. The check of a schema here knows exactly the keywords that ours uses, and fails on another.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "config/scale.h"

namespace assidu::config {
namespace {

using nlohmann::json;

const json& schema() {
    static const json document = [] {
        std::ifstream file(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/scale.schema.json");
        return json::parse(file);
    }();
    return document;
}

bool is_of_type(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    throw std::logic_error("type " + type);
}

bool is_valid(const json& rule, const json& value);

bool members_are_valid(const json& rule, const json& value) {
    if (!value.is_object()) return true;
    for (const auto& [key, member] : value.items()) {
        if (rule.contains("propertyNames") && !is_valid(rule.at("propertyNames"), key)) return false;
        if (rule.contains("properties") && rule.at("properties").contains(key)) {
            if (!is_valid(rule.at("properties").at(key), member)) return false;
        } else if (rule.contains("additionalProperties") &&
                   !is_valid(rule.at("additionalProperties"), member)) {
            return false;
        }
    }
    return std::ranges::all_of(rule.value("required", json::array()),
                               [&](const json& key) { return value.contains(key.get<std::string>()); });
}

bool elements_are_valid(const json& rule, const json& value) {
    if (!value.is_array()) return true;
    if (value.size() < rule.value("minItems", std::size_t{0})) return false;
    if (value.size() > rule.value("maxItems", std::size_t{1000})) return false;
    return !rule.contains("items") || std::ranges::all_of(value, [&](const json& element) {
        return is_valid(rule.at("items"), element);
    });
}

bool scalar_is_valid(const json& rule, const json& value) {
    if (rule.contains("type")) {
        const json types = rule.at("type").is_array() ? rule.at("type") : json::array({rule.at("type")});
        if (std::ranges::none_of(types, [&](const json& type) { return is_of_type(value, type); }))
            return false;
    }
    if (rule.contains("const") && rule.at("const") != value) return false;
    if (rule.contains("enum") && std::ranges::find(rule.at("enum"), value) == rule.at("enum").end())
        return false;
    if (value.is_number() && rule.contains("minimum") && value < rule.at("minimum")) return false;
    if (value.is_number() && rule.contains("maximum") && value > rule.at("maximum")) return false;
    if (!value.is_string()) return true;
    const std::string text = value;
    if (text.size() < rule.value("minLength", std::size_t{0})) return false;
    return !rule.contains("pattern") ||
           std::regex_search(text, std::regex(rule.at("pattern").get<std::string>()));
}

bool is_valid(const json& rule, const json& value) {
    if (rule.is_boolean()) return rule.get<bool>();
    static const std::set<std::string> kKeywords{"$schema",
                                                 "$id",
                                                 "title",
                                                 "description",
                                                 "type",
                                                 "const",
                                                 "enum",
                                                 "minimum",
                                                 "maximum",
                                                 "minLength",
                                                 "pattern",
                                                 "properties",
                                                 "required",
                                                 "additionalProperties",
                                                 "propertyNames",
                                                 "items",
                                                 "minItems",
                                                 "maxItems",
                                                 "anyOf",
                                                 "allOf",
                                                 "if",
                                                 "then",
                                                 "else"};
    for (const auto& [keyword, says] : rule.items()) {
        if (!kKeywords.contains(keyword)) throw std::logic_error("keyword " + keyword);
    }
    if (!scalar_is_valid(rule, value) || !members_are_valid(rule, value) || !elements_are_valid(rule, value))
        return false;
    const auto valid = [&](const json& one) { return is_valid(one, value); };
    if (rule.contains("anyOf") && std::ranges::none_of(rule.at("anyOf"), valid)) return false;
    if (rule.contains("allOf") && !std::ranges::all_of(rule.at("allOf"), valid)) return false;
    if (!rule.contains("if")) return true;
    const char* const branch = valid(rule.at("if")) ? "then" : "else";
    return !rule.contains(branch) || valid(rule.at(branch));
}

// Every key that a scale can have, but for those that contradict each other.
json whole_scale() {
    json document = json::parse(preset_document("sonate"));
    document.merge_patch(json::parse(R"({
      "week_start": 7, "valid_from": "2026-09-01", "stream": "user_courseset",
      "filter": {"targets": ["course"], "exclude_targets": ["x"], "exclude_ips": ["192.0.2.7"],
                 "courses": {"include": [10], "categories": [3], "exclude": [11]}, "modules": {"include": ["quiz"]},
                 "roles": {"include": ["student"]}, "enrolment": "within_dates",
                 "presence_events": {"events": ["ping"], "policy": "extend", "max_run": 60}},
      "gap": {"truncate_to": 60, "min_gap": 5, "day_end_credit": 900, "attribute": "later",
              "by_module": {"quiz": {"idle": 3600, "idle_credit": 1, "last_credit": 2, "min_gap": 3}}},
      "session": {"min_compare": "gt", "max_duration": 100},
      "calendar": {"weekdays": [1], "windows": [["08:00", "24:00"]], "exclude_dates": ["2026-12-25"],
                   "exclude_month_days": ["05-01"], "user_days": "signed_list", "mode": "mark"},
      "caps": {"day": 1, "week": 2, "activity_day": {"quiz": 3}, "activity_total": {"quiz": 4},
               "course_total": {"10": 5}},
      "credits": {"completion": [{"match": {"cmid": 1, "modname": "quiz", "course_idnumber": "M"}, "seconds": 1,
                                  "mode": "add", "states": [1]}],
                  "declared": {"policy": "floor", "require_validation": true, "max_session": 1, "max_age_days": 1,
                               "no_overlap": true},
                  "external": {"scorm": "floor", "timestat": "replace"}, "on": "completion_day"},
      "rounding": {"unit": 60, "mode": "nearest", "at": "display"},
      "display": {"hour_minutes": 45, "format": "hh:mm"},
      "attendance": {"present_if_day_seconds": 7200, "half_day": 3600},
      "outputs": {"daily": false, "per_course": false, "sessions": false, "measured_and_credited_columns": false},
      "legacy_quirks": []})"));
    return document;
}

std::vector<json> base_documents() {
    std::vector<json> documents{whole_scale()};
    for (const std::string& name : preset_names())
        documents.push_back(json::parse(preset_document(name)));
    return documents;
}

// What a schema cannot say; the reader's words of it.
bool is_beyond_the_schema(const std::string& refusal) {
    static const std::vector<std::string> kWords{"windows that overlap",
                                                 "ends before it begins",
                                                 "names a day twice",
                                                 "no date",
                                                 "no month and day",
                                                 "'timezone' is refused",
                                                 "may be false only where",
                                                 "names no course",
                                                 "'legacy_quirks' has",
                                                 "of a legacy preset",
                                                 "of the plugin",
                                                 "must be a date",
                                                 "from which a day is whole",
                                                 "sessions are per course",
                                                 "say no type"};
    return std::ranges::any_of(kWords, [&](const std::string& words) { return refusal.contains(words); });
}

void expect_agreement(const json& document, const std::string& what) {
    const auto scale = parse_scale(document.dump(), "x");
    const bool valid = is_valid(schema(), document);
    if (scale) {
        EXPECT_TRUE(valid) << what << ": the reader takes what the schema refuses";
    } else if (valid) {
        EXPECT_TRUE(is_beyond_the_schema(scale.error().what))
            << what << ": the schema takes what the reader refuses: " << scale.error().what;
    }
}

TEST(ScaleSchema, TakesEveryPresetAndEveryKeyAtOnce) {
    for (const json& document : base_documents()) {
        EXPECT_TRUE(is_valid(schema(), document)) << document.at("id");
        const auto scale = parse_scale(document.dump(), "x");
        EXPECT_TRUE(scale) << scale.error().what;
    }
}

TEST(ScaleSchema, AgreesWithTheReaderOnEveryKeyTakenOutAddedOrChanged) {
    const std::vector<json> kOthers{nullptr,
                                    true,
                                    false,
                                    -1,
                                    0,
                                    1,
                                    61,
                                    86'401,
                                    90'001,
                                    100'000'000,
                                    "",
                                    "x",
                                    "floor",
                                    "ge",
                                    "user_course",
                                    "completion",
                                    "2026-02-30",
                                    "item",
                                    json::array(),
                                    json::array({"x"}),
                                    json::array({1, 2}),
                                    json::array({9}),
                                    json::object(),
                                    json{{"x", 1}}};
    int tried = 0;
    std::vector<json> documents{whole_scale()};
    for (const char* preset : {"sonate", "attestoodle", "timestat", "sonate-legacy"})
        documents.push_back(json::parse(preset_document(preset)));
    for (const json& document : documents) {
        const json leaves = document.flatten();
        std::set<std::string> seen;
        for (const auto& [path, leaf] : leaves.items()) {
            for (json::json_pointer at(path); !at.empty(); at = at.parent_pointer()) {
                if (!seen.insert(at.to_string()).second) break;
                json without = document;
                if (without.at(at.parent_pointer()).is_object()) {
                    without.at(at.parent_pointer()).erase(at.back());
                    expect_agreement(without, at.to_string() + " taken out");
                }
                if (json more = document; more.at(at).is_object()) {
                    more.at(at)["nobody_knows"] = 1;
                    expect_agreement(more, at.to_string() + " with a member more");
                }
                for (const json& other : kOthers) {
                    json changed = document;
                    changed.at(at) = other;
                    expect_agreement(changed, at.to_string() + " = " + other.dump());
                    ++tried;
                }
            }
        }
    }
    EXPECT_GT(tried, 3'000);
}

}  // namespace
}  // namespace assidu::config
