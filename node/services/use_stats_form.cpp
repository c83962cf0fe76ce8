#include "node/services/use_stats_form.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config/limits.h"
#include "config/utf8.h"
#include "node/collect/text.h"
#include "node/services/php_json.h"

namespace assidu::node::services {
namespace {

using Json = nlohmann::ordered_json;
using rpc::Value;

constexpr int kResultDepthMax = 8;
constexpr std::size_t kStatsParametersMin = 3, kScoresParametersMin = 6;

// Parameters by the plugin's names, whichever way they came.
class Parameters {
  public:
    Parameters(std::span<const Value> params, bool wrapped, std::span<const std::string_view> names)
        : params_(params), wrapped_(wrapped), names_(names) {}

    [[nodiscard]] const Value* find(std::string_view name) const {
        if (wrapped_) {
            const Value* const found = params_.front().find(name);
            if (found == nullptr && name == "jsonresponse") return params_.front().find("json_response");
            return found;
        }
        for (std::size_t place = 0; place < names_.size() && place < params_.size(); ++place)
            if (names_[place] == name) return &params_[place];
        return nullptr;
    }

  private:
    std::span<const Value> params_;
    bool wrapped_;
    std::span<const std::string_view> names_;
};

// PHP's ways to write one thing: a number may be a text, a boolean a number.
std::optional<std::int64_t> number_of(const Value& value) {
    if (const auto number = value.as_integer()) return number;
    if (const auto boolean = value.as_boolean()) return *boolean ? 1 : 0;
    const std::string* const text = value.as_text();
    if (text == nullptr) return std::nullopt;
    if (text->empty()) return 0;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return number;
}

// As PHP takes it for true; anything that is none of these is false.
bool truth_of(const Value& value) {
    if (const auto boolean = value.as_boolean()) return *boolean;
    if (const auto number = value.as_integer()) return *number != 0;
    const std::string* const text = value.as_text();
    return text != nullptr && !text->empty() && *text != "0" && *text != "false";
}

class Reading {
  public:
    Reading(UseStatsForm& form, const Parameters& parameters) : form_(form), parameters_(parameters) {}

    void caller() {
        const Value* const caller = parameters_.find("callinguser");
        form_.bad_caller = caller == nullptr || !part_of(*caller, "username", form_.query.username) ||
                           !part_of(*caller, "remoteuserhostroot", form_.query.user_home) ||
                           !part_of(*caller, "remotehostroot", form_.query.calling_host);
    }
    void text(std::string_view name, std::string& to) {
        const Value* const value = parameters_.find(name);
        if (value == nullptr) return;
        if (const auto number = value->as_integer()) {
            to = fmt::format("{}", *number);
        } else if (const std::string* const text = value->as_text();
                   text != nullptr && text->size() <= config::limits::kAskedTextBytesMax) {
            to = *text;
        } else {
            problem(fmt::format("{} is no text, or too long", name));
        }
    }
    void scope() {
        const auto scope = number("statsscope", 1);
        if (!scope || *scope < 1 || *scope > 3) return problem("statsscope is none of 1, 2 and 3");
        form_.query.scope = static_cast<UseStatsQuery::Scope>(*scope);
    }
    void from() {
        const auto from = number("timefrom", 0);
        if (!from) return problem("timefrom is no number");
        form_.query.from_s = *from;
    }
    void answer_form() {
        if (const Value* const json = parameters_.find("jsonresponse")) form_.query.json = truth_of(*json);
    }
    void layout() {
        std::string layout;
        text("form", layout);
        form_.query.flat = layout == "flat";
        if (!layout.empty() && layout != "flat" && layout != "nested")
            problem("form is none of nested and flat");
    }

  private:
    static bool part_of(const Value& caller, std::string_view member, std::string& to) {
        const Value* const found = caller.find(member);
        const std::string* const text = found == nullptr ? nullptr : found->as_text();
        if (text == nullptr || text->size() > config::limits::kAskedTextBytesMax) return false;
        to = *text;
        return true;
    }
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name, std::int64_t otherwise) const {
        const Value* const value = parameters_.find(name);
        return value == nullptr ? otherwise : number_of(*value);
    }
    void problem(std::string what) {
        if (form_.problem.empty()) form_.problem = std::move(what);
    }

    UseStatsForm& form_;
    const Parameters& parameters_;
};

constexpr std::string_view kStatsNames[] = {"callinguser", "targetuser",   "whereroot", "statsscope",
                                            "timefrom",    "jsonresponse", "form"};
constexpr std::string_view kScoresNames[] = {"callinguser",   "targetuser",       "whereroot",   "scorescope",
                                             "courseidfield", "courseidentifier", "jsonresponse"};

bool is_scores(std::string_view function) {
    if (function != kGetStats && function != kGetScores)
        throw std::logic_error("not a function of use_stats");
    return function == kGetScores;
}

// What a peer sent, as JSON; of the values that use_stats has.
Json json_of(const Value& value) {
    if (const auto number = value.as_integer()) return *number;
    if (const auto boolean = value.as_boolean()) return *boolean;
    if (const std::string* const text = value.as_text()) return *text;
    if (const Value::Array* const elements = value.as_array()) {
        Json array = Json::array();
        for (const Value& element : *elements)
            array.push_back(json_of(element));
        return array;
    }
    if (const Value::Struct* const members = value.as_structure()) {
        Json object = Json::object();
        for (const auto& [name, member] : *members)
            object[name] = json_of(member);
        return object;
    }
    return nullptr;
}

Value value_of(const Json& json) {
    if (json.is_number_integer()) return Value::integer(json.get<std::int64_t>());
    if (json.is_boolean()) return Value::boolean(json.get<bool>());
    if (json.is_string()) return Value::text(json.get<std::string>());
    if (json.is_array()) {
        Value::Array elements;
        for (const Json& element : json)
            elements.push_back(value_of(element));
        return Value::array(std::move(elements));
    }
    if (json.is_object()) {
        Value::Struct members;
        for (const auto& [name, member] : json.items())
            members.emplace(name, value_of(member));
        return Value::structure(std::move(members));
    }
    return Value::text("");  // null and what has a fraction: nothing of use_stats
}

// The result object that a peer answered with, whichever form it has; nothing if it is none.
std::optional<Value> result_of(const Value& remote) {
    std::optional<Value> result = remote;
    if (const std::string* const text = remote.as_text()) {
        if (!config::is_utf8(*text)) return std::nullopt;
        // No deeper than errors in errors: the parser must not descend as far as somebody likes.
        const auto no_deeper = [](int depth, Json::parse_event_t, Json&) { return depth < kResultDepthMax; };
        const Json json = Json::parse(*text, no_deeper, /*allow_exceptions=*/false);
        if (!json.is_object()) return std::nullopt;
        result = value_of(json);
    }
    const Value* const status = result->find("status");
    return status != nullptr && number_of(*status) ? result : std::nullopt;
}

}  // namespace

UseStatsForm read_use_stats(std::string_view function, std::span<const rpc::Value> params, bool wrapped) {
    UseStatsForm form;
    const bool scores = is_scores(function);
    form.query.kind = scores ? UseStatsQuery::Kind::scores : UseStatsQuery::Kind::stats;
    const std::size_t wanted = wrapped ? 1 : scores ? kScoresParametersMin : kStatsParametersMin;
    form.too_few = params.size() < wanted || (wrapped && params.front().as_structure() == nullptr);
    if (form.too_few) return form;
    const Parameters parameters(params, wrapped,
                                scores ? std::span<const std::string_view>(kScoresNames)
                                       : std::span<const std::string_view>(kStatsNames));
    Reading reading(form, parameters);
    reading.caller();
    reading.answer_form();
    reading.text("targetuser", form.query.target);
    reading.text("whereroot", form.query.whereroot);
    if (scores) {
        reading.text("scorescope", form.query.score_scope);
        reading.text("courseidfield", form.query.course_field);
        reading.text("courseidentifier", form.query.course);
    } else {
        reading.scope();
        reading.from();
        reading.layout();
    }
    return form;
}

rpc::Value use_stats_value(UseStatsStatus status, rpc::Value::Array errors,
                           const std::optional<std::string>& message, bool json) {
    const auto number = static_cast<std::int64_t>(status);
    if (!json) {
        Value::Struct members{{"status", Value::integer(number)},
                              {"errors", Value::array(std::move(errors))}};
        if (message) members.emplace("message", Value::text(*message));
        return Value::structure(std::move(members));
    }
    Json object = {{"status", number}, {"errors", json_of(Value::array(std::move(errors)))}};
    if (message) object["message"] = *message;
    return Value::text(php_json(object));
}

std::string audit_text(std::string_view foreign) {
    return collect::cleaned(collect::printable(foreign), config::limits::kPurposeBytesMax);
}

std::vector<rpc::Value> use_stats_params(const UseStatsQuery& query, const std::string& own_root) {
    std::vector<Value> params{Value::structure({{"username", Value::text(query.username)},
                                                {"remoteuserhostroot", Value::text(query.user_home)},
                                                {"remotehostroot", Value::text(own_root)}}),
                              Value::text(query.target), Value::text("")};
    if (query.kind == UseStatsQuery::Kind::stats) {
        params.push_back(Value::integer(static_cast<std::int64_t>(query.scope)));
        params.push_back(Value::integer(query.from_s));
    } else {
        params.push_back(Value::text(query.score_scope));
        params.push_back(Value::text(query.course_field));
        params.push_back(Value::text(query.course));
    }
    params.push_back(Value::boolean(true));
    // Only a node knows it, and a Moodle would have too many parameters.
    if (query.kind == UseStatsQuery::Kind::stats && query.flat) params.push_back(Value::text("flat"));
    return params;
}

rpc::Value use_stats_relayed(const UseStatsQuery& query, const rpc::Value& remote) {
    const auto result = result_of(remote);
    if (!result) return use_stats_not_relayed(query, "the answer is no result of use_stats");
    const Value* const errors = result->find("errors");
    const Value* const message = result->find("message");
    if (number_of(*result->find("status")) == static_cast<std::int64_t>(UseStatsStatus::ok) &&
        message != nullptr && message->as_text() != nullptr)
        return use_stats_value(UseStatsStatus::ok, {Value::array({})}, *message->as_text(), query.json);
    return use_stats_value(UseStatsStatus::failure,
                           {Value::array({}), Value::text("Remote application error : "),
                            errors == nullptr ? Value::array({}) : *errors},
                           std::nullopt, query.json);
}

rpc::Value use_stats_not_relayed(const UseStatsQuery& query, const std::string& why) {
    return use_stats_value(UseStatsStatus::failure, {Value::array({}), Value::text("REMOTE : " + why)},
                           std::nullopt, query.json);
}

rpc::Value use_stats_signature(std::string_view function) {
    struct Parameter {
        const char *name, *type, *description;
    };
    static constexpr Parameter kStats[] = {
        {"callinguser", "array", "The calling user descriptor"},
        {"targetuser", "string", "Who stats are required for"},
        {"whereroot", "string", "Where the user comes from"},
        {"statsscope", "string", "Scope of the stats"},
        {"timefrom", "string", "Scope of the stats"},
    };
    static constexpr Parameter kScores[] = {
        {"callinguser", "array", "The calling user descriptor"},
        {"targetuser", "string", "Who scores are required for"},
        {"whereroot", "string", "Where the user comes from"},
        {"scorescope", "string", "Scope of the scores"},
        {"courseidfield", "string", "The field that identifies the course"},
        {"courseidentifier", "string", "The value that identifies the course"},
    };
    Value::Array parameters;
    const auto described = is_scores(function) ? std::span<const Parameter>(kScores) : kStats;
    for (const Parameter& one : described)
        parameters.push_back(Value::structure({{"name", Value::text(one.name)},
                                               {"type", Value::text(one.type)},
                                               {"description", Value::text(one.description)}}));
    return Value::structure(
        {{"parameters", Value::array(std::move(parameters))},
         {"return", Value::structure({{"type", Value::text("void")}, {"description", Value::text("")}})}});
}

std::string use_stats_help(std::string_view function) {
    return is_scores(function) ? "get the score of a single user in a course."
                               : "get a complete report of user stats for a single user.";
}

}  // namespace assidu::node::services
