#include "node/services/complaints.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/limits.h"

namespace assidu::node::services {

namespace limits = config::limits;

std::optional<std::string> Complaints::raise(const std::string& subject, const std::string& text) {
    const std::int64_t now_ms = now_ms_();
    const auto known = said_.find(subject);
    if (known == said_.end() || known->second.text != text) {
        if (known == said_.end() && said_.size() == limits::kComplaintsMax) forget_oldest();
        said_[subject] = {text, now_ms, 0};
        return text;
    }
    Said& said = known->second;
    ++said.since;
    if (now_ms - said.at_ms < limits::kComplaintMilliseconds) return std::nullopt;
    const std::int64_t times = std::exchange(said.since, 0);
    said.at_ms = now_ms;
    return fmt::format("{} ({} times more since it was said last)", text, times);
}

std::vector<std::string> Allowance::lines(std::string_view line) {
    std::vector<std::string> now;
    const std::int64_t now_ms = now_ms_();
    if (!since_ms_ || now_ms - *since_ms_ >= limits::kComplaintMilliseconds) {
        since_ms_ = now_ms;
        said_ = 0;
        if (const std::int64_t times = std::exchange(not_said_, 0); times > 0)
            now.push_back(fmt::format("{} lines more of the listener were not said", times));
    }
    if (said_ == limits::kListenerLinesMax) {
        ++not_said_;
        return now;
    }
    ++said_;
    std::size_t end = std::min(line.size(), limits::kListenerLineBytesMax);
    while (end < line.size() && end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80)
        --end;
    now.push_back(std::string(line.substr(0, end)) + (end < line.size() ? "..." : ""));
    if (said_ == limits::kListenerLinesMax)
        now.emplace_back(
            "the listener has said so much that it says no more for an hour; refused messages are counted: "
            "assidu member list");
    return now;
}

void Complaints::forget_oldest() {
    said_.erase(std::ranges::min_element(said_, {}, [](const auto& one) { return one.second.at_ms; }));
}

}  // namespace assidu::node::services
