#include "node/services/serve_state.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "config/durable_file.h"
#include "config/limits.h"

namespace assidu::node::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

Json instant(const std::optional<std::int64_t>& utc_s) {
    return utc_s ? Json(*utc_s) : Json(nullptr);
}

std::optional<std::int64_t> instant_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<std::int64_t>();
}

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<PushCounts> pushes_of(const Json& object) {
    const auto found = object.find("intake");
    if (found == object.end() || !found->is_object()) return std::nullopt;
    const auto count = [&](const char* name) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(instant_of(*found, name).value_or(0), 0));
    };
    return PushCounts{count("pushes"),  count("rows"),    count("refused"),          count("unknown"),
                      count("put_off"), count("reports"), text_of(*found, "problem")};
}

std::optional<MnetCounts> mnet_of(const Json& object) {
    const auto found = object.find("mnet");
    if (found == object.end() || !found->is_object()) return std::nullopt;
    const auto count = [&](const char* name) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(instant_of(*found, name).value_or(0), 0));
    };
    return MnetCounts{count("calls"),    count("refused"),   count("replayed"),         count("keyswaps"),
                      count("proposed"), count("refreshed"), text_of(*found, "problem")};
}

}  // namespace

void write_serve_state(const NodeFolder& folder, const ServeState& state) {
    Json object = {{"format", kFormat},
                   {"round_utc_s", instant(state.round_utc_s)},
                   {"round_problem", state.round_problem},
                   {"delivery_utc_s", instant(state.delivery_utc_s)},
                   {"delivery_problem", state.delivery_problem},
                   {"retry_utc_s", instant(state.retry_utc_s)}};
    if (const auto& pushes = state.pushes)
        object["intake"] = {{"pushes", pushes->pushes},   {"rows", pushes->rows},
                            {"refused", pushes->refused}, {"unknown", pushes->unknown},
                            {"put_off", pushes->put_off}, {"reports", pushes->reports},
                            {"problem", pushes->problem}};
    if (const auto& mnet = state.mnet)
        object["mnet"] = {{"calls", mnet->calls},       {"refused", mnet->refused},
                          {"replayed", mnet->replayed}, {"keyswaps", mnet->keyswaps},
                          {"proposed", mnet->proposed}, {"refreshed", mnet->refreshed},
                          {"problem", mnet->problem}};
    config::write_file_durably(
        folder.serve_state(),
        object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n", 0600);
}

config::Result<std::optional<ServeState>> read_serve_state(const NodeFolder& folder) {
    if (!std::filesystem::exists(folder.serve_state())) return std::nullopt;
    const auto text = config::read_file(folder.serve_state(), config::limits::kDocumentBytesMax);
    if (!text) return std::unexpected(text.error());
    const Json object = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || instant_of(object, "format") != kFormat)
        return config::refuse(fmt::format("{}: not what assidu serve writes", folder.serve_state().string()));
    return ServeState{instant_of(object, "round_utc_s"),
                      text_of(object, "round_problem"),
                      instant_of(object, "delivery_utc_s"),
                      text_of(object, "delivery_problem"),
                      instant_of(object, "retry_utc_s"),
                      pushes_of(object),
                      mnet_of(object)};
}

}  // namespace assidu::node::services
