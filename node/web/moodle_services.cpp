#include "node/web/moodle_services.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config/limits.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/web/report_request.h"
#include "reports/render.h"
#include "rpc/xmlrpc.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using Json = nlohmann::ordered_json;

constexpr std::string_view kReportPath = "/report";
constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

// The fields of a REST call that are Moodle's own and no parameter of a function.
bool is_of_moodle(std::string_view name) {
    return name == "wstoken" || name == "wsfunction" || name == "moodlewsrestformat" ||
           name.starts_with("moodlewssetting");
}

// "uids[3]" and "uids[]" are elements of the list uids, in the order in which they stand.
config::Result<MoodleParameters> parameters_of(const FormFields& fields) {
    MoodleParameters parameters;
    for (const auto& [name, value] : fields.all()) {
        if (is_of_moodle(name)) continue;
        const std::size_t bracket = name.find('[');
        if (bracket == std::string::npos) {
            parameters.texts[name] = value;
            continue;
        }
        const std::string_view inside = std::string_view(name).substr(bracket + 1);
        if (!name.ends_with(']') ||
            inside.substr(0, inside.size() - 1).find_first_not_of("0123456789") != std::string_view::npos)
            return config::refuse("a list whose elements are no elements of a list");
        parameters.lists[name.substr(0, bracket)].push_back(value);
    }
    return parameters;
}

config::Result<std::string> text_of(const rpc::Value& value) {
    if (const std::string* const text = value.as_text()) return *text;
    if (const auto number = value.as_integer()) return fmt::format("{}", *number);
    if (const auto boolean = value.as_boolean()) return std::string(*boolean ? "1" : "0");
    return config::refuse("a parameter that is no text, number or list of them");
}

config::Result<void> add_parameter(MoodleParameters& parameters, const std::string& name,
                                   const rpc::Value& value) {
    if (const rpc::Value::Array* const elements = value.as_array()) {
        std::vector<std::string>& list = parameters.lists[name];
        for (const rpc::Value& element : *elements) {
            auto text = text_of(element);
            if (!text) return std::unexpected(text.error());
            list.push_back(*std::move(text));
        }
        return {};
    }
    auto text = text_of(value);
    if (!text) return std::unexpected(text.error());
    if (text->size() > limits::kFormFieldBytesMax)
        return config::refuse(fmt::format("a parameter of more than {} bytes", limits::kFormFieldBytesMax));
    parameters.texts[name] = *std::move(text);
    return {};
}

// Structs give names, as Moodle's own client sends them; what stands without one is taken in its order.
config::Result<MoodleParameters> parameters_of(const rpc::Call& call) {
    MoodleParameters parameters;
    const auto names = parameter_names(call.method);
    std::size_t place = 0;
    for (const rpc::Value& value : call.params) {
        if (const rpc::Value::Struct* const members = value.as_structure()) {
            for (const auto& [name, member] : *members)
                if (auto added = add_parameter(parameters, name, member); !added)
                    return std::unexpected(added.error());
        } else {
            if (place == names.size()) return config::refuse("more parameters than it has");
            if (auto added = add_parameter(parameters, std::string(names[place++]), value); !added)
                return std::unexpected(added.error());
        }
    }
    return parameters;
}

}  // namespace

MoodleServices::MoodleServices(services::NodeReaders& readers, Tokens& tokens, ReportLinks& links,
                               const config::Clock& clock, std::function<std::string()> root,
                               std::function<void(std::string_view line)> log)
    : readers_(readers),
      tokens_(tokens),
      links_(links),
      clock_(clock),
      root_(std::move(root)),
      log_(std::move(log)) {}

std::vector<WebRoute> MoodleServices::routes() {
    const auto rest = [this](const WebRequest& request) { return this->rest(request); };
    const auto xmlrpc = [this](const WebRequest& request) { return this->xmlrpc(request); };
    const auto report = [this](const WebRequest& request) { return this->report(request); };
    return {{"GET", "/webservice/rest/server.php", false, limits::kFormBytesMax, rest},
            {"POST", "/webservice/rest/server.php", false, limits::kWebBodyBytesMax, rest},
            {"POST", "/webservice/xmlrpc/server.php", false, limits::kWebBodyBytesMax, xmlrpc},
            {"GET", std::string(kReportPath), true, limits::kFormBytesMax, report}};
}

WebAnswer MoodleServices::rest(const WebRequest& request) {
    FormFields fields = request.query;
    config::Result<void> read;
    if (request.method == "POST" && !request.body.empty()) {
        read = request.content_type == kForm
                   ? fields.add(request.body)
                   : config::refuse("the body is no application/x-www-form-urlencoded");
    }
    Call call;
    call.secret = fields.text("wstoken");
    call.function = fields.text("wsfunction");
    call.format = fields.text("moodlewsrestformat") == "json" ? MoodleFormat::json : MoodleFormat::xml;
    call.parameters = [&]() -> config::Result<MoodleParameters> {
        if (!read) return std::unexpected(read.error());
        return parameters_of(fields);
    };
    return answer(request, call);
}

WebAnswer MoodleServices::xmlrpc(const WebRequest& request) {
    const auto decoded = rpc::decode_call(request.body);
    Call call;
    call.secret = request.query.text("wstoken");
    call.function = decoded ? decoded->method : "";
    call.format = MoodleFormat::xmlrpc;
    call.parameters = [&]() -> config::Result<MoodleParameters> {
        if (!decoded) return std::unexpected(decoded.error());
        return parameters_of(*decoded);
    };
    return answer(request, call);
}

// Who shows a token that holds, within its rate.
std::expected<Token, MoodleError> MoodleServices::admit(const WebRequest& request, std::string_view secret) {
    const std::int64_t now_s = clock_.now_utc_s();
    if (!wrong_.has(request.client, limits::kWrongSecretsPerMinuteMax, now_s))
        return std::unexpected(too_many_requests());
    const auto token = tokens_.find(secret);
    if (!token || token->revoked_utc_s) {
        if (!wrong_.take(request.client, limits::kWrongSecretsPerMinuteMax, now_s))
            return std::unexpected(too_many_requests());
        log_(fmt::format("{} shows a token that is none of this node's", request.client));
        return std::unexpected(invalid_token());
    }
    if (!token->holds_at(now_s))
        return std::unexpected(access_exception("the token's time is over: an administrator makes another"));
    return *token;
}

WebAnswer MoodleServices::answer(const WebRequest& request, const Call& call) {
    const auto token = admit(request, call.secret);
    if (!token) return moodle_exception(token.error(), call.format);
    std::expected<Json, MoodleError> result = std::unexpected(no_data("this node cannot be read now"));
    const auto read = readers_.with([&](const Node& node) {
        MoodleOutcome outcome;
        const auto refuse = [&](MoodleError error) {
            outcome.code = error.code;
            result = std::unexpected(std::move(error));
        };
        const auto parameters = call.parameters();
        if (!calls_.take(fmt::format("{}", token->number), token->per_minute, clock_.now_utc_s()))
            refuse(too_many_requests());
        else if (call.function.empty())
            refuse(invalid_parameter(parameters ? "wsfunction is missing" : parameters.error().what));
        else if (!is_moodle_function(call.function))
            refuse(unknown_function());
        else if (!token->allows(call.function))
            refuse(access_exception("the token does not allow this function"));
        else if (!parameters)
            refuse(invalid_parameter(parameters.error().what));
        else
            result = call_moodle_function(
                node, *token, call.function, *parameters,
                [&](const LinkedReport& linked) {
                    return fmt::format("{}{}/{}", root_(), kReportPath, links_.ticket_of(linked));
                },
                outcome);
        const bool known = is_moodle_function(call.function);
        audit(node, *token, known ? std::string_view(call.function) : std::string_view("unknown_function"),
              outcome);
        tokens_.note_use(*token, clock_.now_utc_s());
    });
    if (!read) log_("a web service cannot answer: " + read.error().what);
    try {
        if (result) return moodle_result(*result, call.format);
    } catch (const std::logic_error&) {
        // XML-RPC has limits on values that JSON and XML have not (config/limits.h).
        return moodle_exception(
            invalid_parameter("the answer is too large for XML-RPC: ask for fewer, or by REST"), call.format);
    }
    return moodle_exception(result.error(), call.format);
}

void MoodleServices::audit(const Node& node, const Token& token, std::string_view action,
                           const MoodleOutcome& outcome) {
    node.audit().append({clock_.now_utc_s(), fmt::format("token {}", token.number), node.settings().node_id,
                         fmt::format("web.{}", action), token.label, outcome.students, 0, outcome.code});
}

WebAnswer MoodleServices::report(const WebRequest& request) {
    constexpr int kOk = 200, kForbidden = 403, kNotFound = 404, kGone = 410, kTooMany = 429, kAway = 503;
    const auto plain = [](int status, std::string text) {
        return WebAnswer{status, std::string(kPlainText), std::move(text)};
    };
    const std::int64_t now_s = clock_.now_utc_s();
    if (!wrong_.has(request.client, limits::kWrongSecretsPerMinuteMax, now_s))
        return plain(kTooMany, "Too many requests: wait a minute.\n");
    const auto linked = request.path.size() > kReportPath.size()
                            ? links_.read(std::string_view(request.path).substr(kReportPath.size() + 1))
                            : config::Result<LinkedReport>(config::refuse("no report is named"));
    if (!linked) {
        (void)wrong_.take(request.client, limits::kWrongSecretsPerMinuteMax, now_s);
        return plain(kNotFound, "There is no report at this address.\n");
    }
    if (linked->expires_utc_s <= now_s)
        return plain(kGone, "The time of this address is over: ask for another.\n");
    const auto token = tokens_.find(linked->token);
    if (!token || !token->holds_at(now_s))
        return plain(kForbidden, "Who gave this address may not give it any more.\n");
    if (!calls_.take(fmt::format("{}", token->number), token->per_minute, now_s))
        return plain(kTooMany, "Too many requests: wait a minute.\n");
    WebAnswer answer = plain(kAway, "This node cannot be read now.\n");
    const auto read = readers_.with([&](const Node& node) {
        auto report = deliver_report(node, *token, *linked);
        audit(node, *token, "report", {report ? report->students : 0, report ? "told" : "no_data"});
        if (!report) {
            answer = plain(kNotFound, report.error().what + "\n");
            return;
        }
        answer = {kOk,
                  std::move(report->content_type),
                  std::move(report->body),
                  {{"Content-Disposition", fmt::format("attachment; filename=\"{}\"", report->file_name)}}};
        if (linked->format == ReportFormat::html)
            answer.content_policy =
                "default-src 'none'; style-src " + reports::html_style_source() + "; img-src data:";
    });
    if (!read) log_("a report cannot be delivered: " + read.error().what);
    return answer;
}

}  // namespace assidu::node::web
