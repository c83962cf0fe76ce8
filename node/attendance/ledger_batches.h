// Totals on their way into the ledger, some hundred students a commit: while one batch is committed on a
// second core, the next is computed.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "federation/ledger.h"

namespace assidu::node::attendance {

class LedgerBatches {
  public:
    // Few commits, and little to do again after an interruption.
    static constexpr std::size_t kStudentsABatch = 256;

    enum class Work : std::uint8_t {
        at_once,        // hand_over() returns once the batch is committed
        in_background,  // it returns while a full batch is committed: until finish() the ledger belongs to
                        // this object
    };

    // The ledger must outlive the object. All calls come from one thread.
    LedgerBatches(federation::Ledger& ledger, std::string node, federation::ScaleIdentity scale,
                  federation::Freshness freshness, Work work);

    void add(federation::StudentLedger totals) { filling_.push_back(std::move(totals)); }
    [[nodiscard]] bool is_full() const { return filling_.size() >= kStudentsABatch; }

    // Commits the batch, behind the one before. `then` is called in the caller's thread once it is committed:
    // by this call or a later one. Throws what the committing of this batch or the one before threw; `then`
    // is not called for that one.
    void hand_over(std::function<void()> then = {});
    // Returns once all that was handed over is committed.
    void finish();

  private:
    void commit() const;

    federation::Ledger& ledger_;
    std::string node_;
    federation::ScaleIdentity scale_;
    federation::Freshness freshness_;
    Work work_;
    std::vector<federation::StudentLedger> filling_, in_work_;
    std::function<void()> then_;   // of in_work_
    std::future<void> committing_;  // in_work_; last, so that it is waited for first
};

}  // namespace assidu::node::attendance
