#include "node/collect/event_batches.h"

#include <utility>

namespace assidu::node::collect {

EventBatches::EventBatches(archive::Archive& archive, archive::SourceKey source, std::int64_t intake,
                           Work work, Conflict conflict, std::size_t rows_a_batch)
    : archive_(archive),
      source_(source),
      intake_(intake),
      work_(work),
      conflict_(std::move(conflict)),
      rows_a_batch_(rows_a_batch) {
    make_room();
}

// Once for each of the two batches.
void EventBatches::make_room() {
    filling_.events.reserve(rows_a_batch_);
    filling_.lines.reserve(rows_a_batch_);
}

ShapeKey EventBatches::intern(const EventShape& shape) {
    const auto known = shape_keys_.find(shape);
    if (known != shape_keys_.end()) return known->second;
    const ShapeKey key = archive_.intern(shape);
    shape_keys_.emplace(shape, key);
    return key;
}

void EventBatches::hand_over(Counts counts, std::vector<archive::ActivityFacts> facts) {
    finish();
    filling_.counts = std::move(counts);
    filling_.facts = std::move(facts);
    std::swap(filling_, in_work_);
    filling_.events.clear();
    filling_.lines.clear();
    if (in_work_.events.size() >= rows_a_batch_) make_room();
    // One that is not full is the last.
    if (work_ == Work::in_background && in_work_.events.size() >= rows_a_batch_) {
        working_ = std::async(std::launch::async,
                              [this, before = archived_] { return archive_batch(in_work_, before); });
        return;
    }
    std::promise<archive::Appended> done;
    working_ = done.get_future();
    try {
        done.set_value(archive_batch(in_work_, archived_));
    } catch (...) {
        done.set_exception(std::current_exception());
    }
    finish();
}

void EventBatches::finish() {
    if (failure_) std::rethrow_exception(failure_);
    if (!working_.valid()) return;
    try {
        settle(working_.get());
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
}

// Here and in what it calls, and nowhere else in this file, another thread may be running.
archive::Appended EventBatches::archive_batch(const Batch& batch, const Counts& before) const {
    const auto sealed = [&](const archive::Appended& appended) {
        Counts counts = batch.counts;
        for (const auto& [what, count] : before)
            counts[what] += count;
        add_up(counts, appended);
        return counts;
    };
    archive::Appended appended = archive_.append(source_, batch.events, intake_, sealed);
    if (!batch.facts.empty()) archive_.learn(source_, batch.facts, /*sure=*/false);
    return appended;
}

void EventBatches::settle(const archive::Appended& appended) {
    add_up(archived_, appended);
    for (const std::size_t at : appended.conflicts)
        conflict_(in_work_.events[at], in_work_.lines[at]);
}

void EventBatches::add_up(Counts& counts, const archive::Appended& appended) {
    counts["added"] += appended.added;
    counts["duplicate"] += appended.duplicates;
    counts["conflict"] += static_cast<std::int64_t>(appended.conflicts.size());
}

}  // namespace assidu::node::collect
