#include "node/web/moodle_answer.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "node/services/php_json.h"
#include "reports/safe_text.h"
#include "rpc/xmlrpc.h"

namespace assidu::node::web {
namespace {

using Json = nlohmann::ordered_json;
using rpc::Value;
using services::php_json;

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";

// As htmlspecialchars() does it, quotes included.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : reports::safe_text(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out.push_back(c);
        }
    }
    return out;
}

void write_xml(std::string& out, const Json& value) {
    if (value.is_null()) {
        out += "<VALUE null=\"null\"/>\n";
    } else if (value.is_object()) {
        out += "<SINGLE>\n";
        for (const auto& [name, member] : value.items()) {
            out += fmt::format("<KEY name=\"{}\">", name);
            write_xml(out, member);
            out += "</KEY>\n";
        }
        out += "</SINGLE>\n";
    } else if (value.is_array()) {
        out += "<MULTIPLE>\n";
        for (const Json& element : value)
            write_xml(out, element);
        out += "</MULTIPLE>\n";
    } else {
        out += "<VALUE>" +
               (value.is_string() ? escaped(value.get<std::string>())
                                  : fmt::format("{}", value.get<std::int64_t>())) +
               "</VALUE>\n";
    }
}

Json without_nulls(const Json& value) {
    Json kept = value;
    if (value.is_object()) {
        kept = Json::object();
        for (const auto& [name, member] : value.items())
            if (!member.is_null()) kept[name] = without_nulls(member);
    } else if (value.is_array()) {
        for (Json& element : kept)
            element = without_nulls(element);
    }
    return kept;
}

Value value_of(const Json& json) {
    if (json.is_object()) {
        Value::Struct members;
        for (const auto& [name, member] : json.items())
            members.emplace(name, value_of(member));
        return Value::structure(std::move(members));
    }
    if (json.is_array()) {
        Value::Array elements;
        for (const Json& element : json)
            elements.push_back(value_of(element));
        return Value::array(std::move(elements));
    }
    if (json.is_string()) return Value::text(reports::safe_text(json.get<std::string>()));
    return Value::integer(json.get<std::int64_t>());
}

// A fault's code is a number: Moodle takes the first eight decimal digits of the MD5 of its error's code.
std::int32_t fault_code(const std::string& code) {
    static constexpr std::pair<std::string_view, std::int32_t> kCodes[] = {
        {"invalidtoken", 89'159'464},  {"accessexception", 23'000'021}, {"invalidparameter", 29'039'061},
        {"invalidrecord", 23'604'497}, {"invaliduser", 16'251'974},     {"invalidcourseid", 29'866'087},
        {"nodata", 24'786'195},        {"toomanyrequests", 13'412'696}};
    constexpr std::int32_t kUnnamed = 404;
    for (const auto& [name, number] : kCodes)
        if (name == code) return number;
    return kUnnamed;
}

std::vector<std::pair<std::string, std::string>> inline_file() {
    return {{"Content-Disposition", "inline; filename=\"response.xml\""}};
}

}  // namespace

MoodleError invalid_token() {
    return {"moodle_exception", "invalidtoken", "Invalid token - token not found", ""};
}
MoodleError access_exception(std::string debug) {
    return {"webservice_access_exception", "accessexception", "Access control exception", std::move(debug)};
}
MoodleError invalid_parameter(std::string debug) {
    return {"invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected",
            std::move(debug)};
}
MoodleError unknown_function() {
    return {"dml_missing_record_exception", "invalidrecord",
            "Can't find data record in database table external_functions.", ""};
}
MoodleError too_many_requests() {
    constexpr int kTooMany = 429;
    return {"moodle_exception", "toomanyrequests", "Too many requests: wait a minute", "", kTooMany};
}
MoodleError no_data(std::string debug) {
    return {"moodle_exception", "nodata", "No data", std::move(debug)};
}

WebAnswer moodle_result(const Json& value, MoodleFormat format) {
    constexpr int kOk = 200;
    switch (format) {
        case MoodleFormat::json:
            return {kOk, "application/json", php_json(without_nulls(value))};
        case MoodleFormat::xml: {
            std::string xml = std::string(kDeclaration) + "<RESPONSE>\n";
            write_xml(xml, value);
            return {kOk, "application/xml", xml + "</RESPONSE>\n", inline_file()};
        }
        case MoodleFormat::xmlrpc:
            return {kOk, "text/xml; charset=utf-8", rpc::encode_response(value_of(without_nulls(value)))};
    }
    throw std::logic_error("a format of Moodle's web services that is none");
}

WebAnswer moodle_exception(const MoodleError& error, MoodleFormat format) {
    if (format == MoodleFormat::json) {
        Json json = {{"exception", error.exception}, {"errorcode", error.code}, {"message", error.message}};
        if (!error.debug.empty()) json["debuginfo"] = error.debug;
        return {error.status, "application/json", php_json(json)};
    }
    if (format == MoodleFormat::xml) {
        const std::string debug =
            error.debug.empty() ? "" : fmt::format("<DEBUGINFO>{}</DEBUGINFO>\n", escaped(error.debug));
        return {error.status, "application/xml",
                fmt::format("{}<EXCEPTION class=\"{}\">\n<ERRORCODE>{}</ERRORCODE>\n<MESSAGE>{}</MESSAGE>\n{}"
                            "</EXCEPTION>\n",
                            kDeclaration, error.exception, error.code, escaped(error.message), debug),
                inline_file()};
    }
    const std::string debug = error.debug.empty() ? "" : " | DEBUG INFO: " + error.debug;
    return {error.status, "text/xml; charset=utf-8",
            rpc::encode_fault(fault_code(error.code),
                              fmt::format("{}{} | ERRORCODE: {}", error.message, debug, error.code))};
}

}  // namespace assidu::node::web
