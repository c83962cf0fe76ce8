#include "reports/summary/suppression.h"

#include <algorithm>

namespace assidu::reports {
namespace {

CellStudents united(const CellStudents& a, const CellStudents& b) {
    CellStudents all;
    all.reserve(a.size() + b.size());
    std::ranges::set_union(a, b, std::back_inserter(all));
    return all;
}

}  // namespace

std::vector<bool> hidden_cells(const std::vector<CellStudents>& cells, std::size_t k,
                               std::vector<bool> forced) {
    std::vector<bool> hidden = std::move(forced);
    hidden.resize(cells.size(), false);
    CellStudents together;
    std::size_t count = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        hidden[i] = hidden[i] || (!cells[i].empty() && cells[i].size() < k);
        if (!hidden[i]) continue;
        together = united(together, cells[i]);
        ++count;
    }
    if (count == 0) return hidden;
    // The smallest that is left, until what is hidden is of enough people and not one cell alone.
    while (count < 2 || together.size() < k) {
        std::size_t smallest = cells.size();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (hidden[i] || cells[i].empty()) continue;
            if (smallest == cells.size() || cells[i].size() < cells[smallest].size()) smallest = i;
        }
        if (smallest == cells.size()) break;  // all of it is hidden
        hidden[smallest] = true;
        together = united(together, cells[smallest]);
        ++count;
    }
    return hidden;
}

std::vector<bool> hidden_counts(const std::vector<std::int64_t>& counts, std::int64_t all, std::int64_t k) {
    const auto small = [&](std::int64_t count) { return count > 0 && count < k; };
    std::vector<bool> hidden;
    std::int64_t last_shown = all;
    for (const std::int64_t count : counts) {
        hidden.push_back(small(count) || small(all - count) || small(last_shown - count));
        if (!hidden.back()) last_shown = count;
    }
    return hidden;
}

}  // namespace assidu::reports
