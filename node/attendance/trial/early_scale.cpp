#include "node/attendance/trial/early_scale.h"

namespace assidu::node::attendance::trial {
namespace {

using nlohmann::json;

// Puts in what is not there.
void fill(json& object, const json& defaults) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : defaults.items()) {
        if (!object.contains(key)) object[key] = value;
    }
}

json completion_of_today(json credit) {
    if (!credit.is_object() || credit.contains("match")) return credit;
    json match = json::object();
    for (const char* key : {"cmid", "modname", "course_idnumber"}) {
        if (!credit.contains(key)) continue;
        match[key] = credit[key];
        credit.erase(key);
    }
    credit["match"] = match;
    return credit;
}

void filter_of_today(json& filter) {
    if (!filter.is_object()) return;
    fill(filter, {{"modules", json::object()}});
    if (filter.contains("exclude_modules")) {
        filter["modules"]["exclude"] = filter["exclude_modules"];
        filter.erase("exclude_modules");
    }
    fill(filter["modules"], {{"exclude", json::array()}});
    fill(filter, {{"origins", {"web", "ws"}},
                  {"exclude_loginas", true},
                  {"anonymous", "time_only"},
                  {"exclude_actions", {"failed"}},
                  {"exclude_events", json::array()},
                  {"include_site", true}});
}

}  // namespace

json scale_of_today(json early, const std::string& timezone) {
    if (!early.is_object() || early.contains("schema")) return early;
    fill(early, {{"schema", 1},
                 {"id", "case"},
                 {"version", 1},
                 {"label", json::object()},
                 {"engine", "gap"},
                 {"stream", "user"},
                 {"timezone", timezone},
                 {"filter", json::object()},
                 {"gap", json::object()},
                 {"session", json::object()}});
    filter_of_today(early["filter"]);
    fill(early["gap"], {{"compare", "gt"},
                        {"cap_credit_by_gap", true},
                        {"attribute", "earlier"},
                        {"logout_ends", true},
                        {"login_starts", true}});
    fill(early["session"], {{"per", "site"}, {"split_on_idle", true}, {"min_duration", 0}});
    if (early.contains("completion_credits")) {
        json completion = json::array();
        for (const json& credit : early["completion_credits"])
            completion.push_back(completion_of_today(credit));
        fill(early, {{"credits", json::object()}});
        early["credits"]["completion"] = completion;
        early.erase("completion_credits");
    }
    // No weekday and no window was then every one of them.
    for (const char* key : {"weekdays", "windows"}) {
        if (early.contains("calendar") && early["calendar"].is_object() && early["calendar"].contains(key) &&
            early["calendar"][key].empty())
            early["calendar"].erase(key);
    }
    return early;
}

}  // namespace assidu::node::attendance::trial
