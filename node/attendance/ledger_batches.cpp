#include "node/attendance/ledger_batches.h"

#include <utility>

namespace assidu::node::attendance {

LedgerBatches::LedgerBatches(federation::Ledger& ledger, std::string node, federation::ScaleIdentity scale,
                             federation::Freshness freshness, Work work)
    : ledger_(ledger),
      node_(std::move(node)),
      scale_(std::move(scale)),
      freshness_(std::move(freshness)),
      work_(work) {}

void LedgerBatches::hand_over(std::function<void()> then) {
    finish();
    std::swap(filling_, in_work_);
    filling_.clear();
    then_ = std::move(then);
    // One that is not full is the last.
    if (work_ == Work::in_background && in_work_.size() >= kStudentsABatch) {
        committing_ = std::async(std::launch::async, [this] { commit(); });
        return;
    }
    commit();
    if (then_) then_();
}

void LedgerBatches::finish() {
    if (!committing_.valid()) return;
    committing_.get();
    if (then_) then_();
}

void LedgerBatches::commit() const {
    ledger_.replace(node_, scale_, in_work_, freshness_);
}

}  // namespace assidu::node::attendance
