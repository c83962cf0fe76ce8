#include "node/services/php_json.h"

#include <nlohmann/json.hpp>

namespace assidu::node::services {

std::string php_json(const nlohmann::ordered_json& json) {
    const std::string plain =
        json.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace);
    std::string escaped;
    for (const char c : plain) {
        // A slash stands in texts alone.
        if (c == '/') escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

}  // namespace assidu::node::services
