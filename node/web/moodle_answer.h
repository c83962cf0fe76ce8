// The documents in which Moodle's web services answer: a result or an exception, as JSON, as XML, or as
// XML-RPC. Read by programs that were written against a Moodle.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "node/web/web_listener.h"

namespace assidu::node::web {

enum class MoodleFormat { json, xml, xmlrpc };

// An exception of Moodle's, in its own names.
struct MoodleError {
    std::string exception;  // the class: "invalid_parameter_exception"
    std::string code;       // "invalidparameter"
    std::string message;    // Moodle's English text
    std::string debug;      // which parameter, why: what a Moodle tells developers; may be empty
    int status = 200;       // of HTTP: Moodle answers exceptions with 200
};

[[nodiscard]] MoodleError invalid_token();
[[nodiscard]] MoodleError access_exception(std::string debug);
[[nodiscard]] MoodleError invalid_parameter(std::string debug);
[[nodiscard]] MoodleError unknown_function();
// Ours: nothing of Moodle's says them.
[[nodiscard]] MoodleError too_many_requests();
[[nodiscard]] MoodleError no_data(std::string debug);

// Of the values that services return: objects, arrays, texts, integers. A null is a member that may be
// missing and does: JSON and XML-RPC leave it out, XML says it is null, each as Moodle does.
[[nodiscard]] WebAnswer moodle_result(const nlohmann::ordered_json& value, MoodleFormat format);
[[nodiscard]] WebAnswer moodle_exception(const MoodleError& error, MoodleFormat format);

}  // namespace assidu::node::web
