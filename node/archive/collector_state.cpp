#include "node/archive/collector_state.h"

#include <nlohmann/json.hpp>

namespace assidu::node::archive {

using Json = nlohmann::ordered_json;

std::string json_of(const CollectorState& state) {
    Json marks = Json::array(), remembered = Json::array();
    for (const IdMark& mark : state.marks)
        marks.push_back({mark.utc_s, mark.id, mark.node_utc_s});
    for (const RememberedRow& row : state.remembered)
        remembered.push_back({row.id, row.time_s, row.user_id});
    Json pass = nullptr;
    if (state.pass)
        pass = {{"begun_utc_s", state.pass->begun_utc_s},
                {"begun_node_utc_s", state.pass->begun_node_utc_s},
                {"freshness_s", state.pass->freshness_s},
                {"at_id", state.pass->at_id},
                {"to_id", state.pass->to_id},
                {"from_safe", state.pass->from_safe}};
    const Json object = {{"site", state.site},
                         {"safe_id", state.safe_id},
                         {"read_id", state.read_id},
                         {"newest_s", state.newest_s},
                         {"pass", pass},
                         {"marks", marks},
                         {"remembered", remembered},
                         {"whole_utc_s", state.whole_utc_s},
                         {"whole_node_utc_s", state.whole_node_utc_s},
                         {"lifetime_s", state.lifetime_s},
                         {"moved_utc_s", state.moved_utc_s},
                         {"moved_id", state.moved_id},
                         {"silent_since_s", state.silent_since_s},
                         {"silent_cause", state.silent_cause},
                         {"reconciled_day", state.reconciled_day},
                         {"anew_from_id", state.anew_from_id},
                         {"anew_to_id", state.anew_to_id},
                         {"selection", state.selection},
                         {"rows_a_second", state.rows_a_second},
                         {"warnings", state.warnings}};
    return object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::optional<CollectorState> collector_state_of(std::string_view json) {
    try {
        const Json object = Json::parse(json);
        CollectorState state;
        object.at("site").get_to(state.site);
        object.at("safe_id").get_to(state.safe_id);
        object.at("read_id").get_to(state.read_id);
        object.at("newest_s").get_to(state.newest_s);
        if (const Json& pass = object.at("pass"); !pass.is_null())
            state.pass =
                CollectorPass{pass.at("begun_utc_s"), pass.at("begun_node_utc_s"), pass.at("at_id"),
                              pass.at("to_id"),       pass.at("from_safe"),        pass.at("freshness_s")};
        for (const Json& mark : object.at("marks"))
            state.marks.push_back({mark.at(0), mark.at(1), mark.at(2)});
        for (const Json& row : object.at("remembered"))
            state.remembered.push_back({row.at(0), row.at(1), row.at(2)});
        object.at("whole_utc_s").get_to(state.whole_utc_s);
        object.at("whole_node_utc_s").get_to(state.whole_node_utc_s);
        object.at("lifetime_s").get_to(state.lifetime_s);
        object.at("moved_utc_s").get_to(state.moved_utc_s);
        object.at("moved_id").get_to(state.moved_id);
        object.at("silent_since_s").get_to(state.silent_since_s);
        object.at("silent_cause").get_to(state.silent_cause);
        object.at("reconciled_day").get_to(state.reconciled_day);
        object.at("anew_from_id").get_to(state.anew_from_id);
        object.at("anew_to_id").get_to(state.anew_to_id);
        object.at("selection").get_to(state.selection);
        object.at("rows_a_second").get_to(state.rows_a_second);
        object.at("warnings").get_to(state.warnings);
        return state;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

}  // namespace assidu::node::archive
