#include "node/services/complaints.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/limits.h"

namespace assidu::node::services {

std::optional<std::string> Complaints::raise(const std::string& subject, const std::string& text) {
    const std::int64_t now_ms = now_ms_();
    const auto known = said_.find(subject);
    if (known == said_.end() || known->second.text != text) {
        if (known == said_.end() && said_.size() == config::limits::kComplaintsMax) forget_oldest();
        said_[subject] = {text, now_ms, 0};
        return text;
    }
    Said& said = known->second;
    ++said.since;
    if (now_ms - said.at_ms < config::limits::kComplaintMilliseconds) return std::nullopt;
    const std::int64_t times = std::exchange(said.since, 0);
    said.at_ms = now_ms;
    return fmt::format("{} ({} times more since it was said last)", text, times);
}

void Complaints::forget_oldest() {
    said_.erase(std::ranges::min_element(said_, {}, [](const auto& one) { return one.second.at_ms; }));
}

}  // namespace assidu::node::services
