#include "node/attendance/legacy/learning_time_check.h"

#include <fmt/format.h>

namespace assidu::node::attendance::legacy {
namespace {

// What the item makes of an activity with this measured time.
std::int64_t target_of(const CheckItem& item, int strictness, std::int64_t real_s) {
    switch (strictness) {
        case 0:
            return item.marked ? std::max(real_s, item.seconds) : real_s;
        case 1:
            return std::max(real_s, item.seconds);
        case 2:
            return std::min(real_s, item.seconds);
        default:
            return item.seconds;
    }
}

}  // namespace

void apply_credits(UseStats& stats, std::span<const CheckItem> items, int strictness,
                   const std::map<std::int64_t, Place>& activities, bool credit_twice) {
    for (const CheckItem& item : items) {
        if (!stats.aggregate["coursetotal"].contains(item.course)) continue;
        std::map<std::int64_t, Leaf>& module = stats.aggregate[item.module];
        const auto logged = module.find(item.activity);
        std::int64_t delta_s = 0;
        if (logged != module.end()) {
            delta_s = target_of(item, strictness, logged->second.elapsed_s) - logged->second.elapsed_s;
            logged->second.elapsed_s += delta_s;
        } else if (item.marked) {
            module[item.activity].elapsed_s = item.seconds;
            delta_s = credit_twice ? 2 * item.seconds : item.seconds;
        } else {
            continue;
        }
        const auto place = activities.find(item.activity);
        const std::int64_t section = place == activities.end() ? 0 : place->second.section;
        std::map<std::int64_t, Leaf>& sections = stats.aggregate["section"];
        if (delta_s != 0 && !sections.contains(section) && credit_twice) {
            stats.aborted = fmt::format("section {} has no measured time to add a credit to", section);
            return;
        }
        if (delta_s == 0) continue;
        sections[section].elapsed_s += delta_s;
        stats.aggregate["activities"][item.course].elapsed_s += delta_s;
        stats.aggregate["coursetotal"][item.course].elapsed_s += delta_s;
    }
    std::erase_if(stats.aggregate, [](const auto& kind) { return kind.second.empty(); });
}

}  // namespace assidu::node::attendance::legacy
