#include "node/services/time_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/limits.h"
#include "config/utf8.h"
#include "node/collect/selection.h"

namespace assidu::node::services {
namespace {

using config::refuse;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kTimeMax = 253'402'300'799;  // the last second of the year 9999
constexpr std::string_view kCallback = "/local/log_sender/callback.php";

std::optional<std::int64_t> whole(const Json& object, const char* name, std::int64_t max) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_integer()) return std::nullopt;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(max))
        return std::nullopt;
    const auto value = found->get<std::int64_t>();
    return value < 0 || value > max ? std::nullopt : std::optional(value);
}

std::optional<std::string> text(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

// Deeper than a request ever is: the parser must not descend as far as somebody likes.
bool is_deep(std::string_view json) {
    return std::ranges::count_if(json, [](char c) { return c == '[' || c == '{'; }) >
           static_cast<std::ptrdiff_t>(config::limits::kJsonDepthMax);
}

std::string clock_time(std::int64_t seconds) {
    constexpr std::int64_t kHour = 3600, kMinute = 60;
    return fmt::format("{:02}:{:02}:{:02}", seconds / kHour, seconds % kHour / kMinute, seconds % kMinute);
}

std::string plugin_date(config::CivilDay day) {
    const config::Date date = config::date_of(day);
    return fmt::format("{:02}/{:02}/{:04}", date.day, date.month, date.year);
}

// Whether the settings let answers go there. http:// only where the Moodle itself has no https.
bool is_allowed(const config::Settings& settings, const rpc::WebUrl& url) {
    const auto moodle = rpc::web_url_of(settings.wwwroot);
    if (!url.tls && (!moodle || moodle->tls)) return false;
    if (settings.callback_hosts.empty())
        return moodle && url.host == moodle->host && url.port == moodle->port;
    return std::ranges::any_of(settings.callback_hosts, [&](const std::string& host) {
        const auto allowed = rpc::web_url_of((url.tls ? "https://" : "http://") + host);
        return allowed && url.host == allowed->host && url.port == allowed->port;
    });
}

}  // namespace

config::Result<TimeReportRequest> read_time_report_request(std::string_view body) {
    if (body.size() > config::limits::kReportRequestBytesMax)
        return refuse(fmt::format("more than {} bytes", config::limits::kReportRequestBytesMax));
    if (!config::is_utf8(body) || is_deep(body)) return refuse("no JSON object");
    const Json object = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return refuse("no JSON object");
    const auto token = text(object, "token"), callback = text(object, "callbackurl");
    const auto user = whole(object, "userid", INT64_MAX), requestor = whole(object, "requestorid", INT64_MAX);
    const auto start = whole(object, "startdate", kTimeMax), end = whole(object, "enddate", kTimeMax);
    if (!token || !callback) return refuse("token or callbackurl is missing");
    if (!user || !requestor) return refuse("userid or requestorid is missing");
    if (!start || !end) return refuse("startdate or enddate is missing, or no time");
    TimeReportRequest request{*token, *user, *requestor, *start, *end, {}, {}, *callback};
    request.from.number = static_cast<std::int32_t>(*start / kDaySeconds);
    request.to.number = static_cast<std::int32_t>(*end / kDaySeconds);
    if (request.to < request.from) return refuse("enddate lies before startdate");
    if (request.to.number - request.from.number >= config::limits::kPeriodDaysMax)
        return refuse(fmt::format("more than {} days", config::limits::kPeriodDaysMax));
    return request;
}

Permission permission_of(const Node& node, const TimeReportRequest& request) {
    const config::Settings& settings = node.settings();
    if (std::ranges::find(settings.report_requestors, request.requestor_id) ==
        settings.report_requestors.end())
        return {fmt::format("user {} is not among [intake] report_requestors", request.requestor_id), {}};
    if (collect::Selector(node).of(request.user_id) != collect::Selected::yes)
        return {fmt::format("user {} is no student of this node", request.user_id), {}};
    auto url = rpc::web_url_of(request.callback_url);
    if (!url) return {"callbackurl: " + url.error().what, {}};
    if (!is_allowed(settings, *url))
        return {fmt::format("callbackurl: {} port {} is not where reports of this node may go", url->host,
                            url->port),
                {}};
    if (!url->path.ends_with(kCallback) || url->path.contains('?'))
        return {fmt::format("callbackurl: not the plugin's {}", kCallback), {}};
    return {"", std::move(*url)};
}

std::string time_report_answer(const Node& node, const TimeReportRequest& request) {
    std::map<config::CivilDay, std::int64_t> seconds;
    node.ledger().rows(
        {node.settings().node_id,
         node.scale().sha256,
         {request.from, request.to},
         node.student_id(request.user_id)},
        [&](const federation::LedgerRow& row) { seconds[row.day] += row.measured_s + row.credited_s; });
    std::erase_if(seconds, [](const auto& day) { return day.second == 0; });
    // The plugin refuses a report without days.
    if (seconds.empty()) seconds[request.from] = 0;
    Json data = Json::array();
    std::int64_t sum = 0;
    for (const auto& [day, of_day] : seconds) {
        sum += of_day;
        data.push_back({{"date", plugin_date(day)},
                        {"duration", clock_time(of_day)},
                        {"cumulativeduration", clock_time(sum)}});
    }
    const Json answer = {
        {"token", request.token},       {"userid", request.user_id}, {"requestorid", request.requestor_id},
        {"startdate", request.start_s}, {"enddate", request.end_s},  {"data", std::move(data)}};
    return answer.dump();
}

}  // namespace assidu::node::services
