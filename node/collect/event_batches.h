// Events on their way into the archive, in batches: while one is archived on a second core, the next is
// filled. Two batches are all that an import keeps in memory.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "node/archive/archive.h"
#include "node/huge_pages.h"

namespace assidu::node::collect {

class EventBatches {
  public:
    // Rows that are archived together: one commit and one sync. A batch of a few days touches nearly every
    // student's page of the archive, so that twice the rows are half the writing. Two such batches take 170
    // MB.
    static constexpr std::size_t kRowsABatch = 1'500'000;

    using Counts = std::map<std::string, std::int64_t>;
    // Takes an event whose id is there already with other contents.
    using Conflict = std::function<void(const archive::StudentEvent& event, std::uint64_t line)>;

    enum class Work : std::uint8_t {
        at_once,        // hand_over() returns once the batch is archived
        in_background,  // it returns while the batch is archived, if that was full
    };

    // From here until finish() the archive belongs to this object. All calls come from one thread, and
    // `conflict` is called in it, in the order of the rows within a batch.
    EventBatches(archive::Archive& archive, archive::SourceKey source, std::int64_t intake, Work work,
                 Conflict conflict, std::size_t rows_a_batch = kRowsABatch);

    // The archive's key of a shape. Throws as Archive::intern() does.
    [[nodiscard]] ShapeKey intern(const EventShape& shape);

    void add(const archive::StudentEvent& event, std::uint64_t line) {
        filling_.events.push_back(event);
        filling_.lines.push_back(line);
    }
    [[nodiscard]] bool is_full() const { return filling_.events.size() >= rows_a_batch_; }

    // Archives the batch, behind the one before. `counts` is what became of the rows that gave no event: the
    // intake puts it down with the counts of all that is archived by then. Throws what the archiving of this
    // batch or the one before threw; nothing further is archived then, and every later call throws the same.
    void hand_over(Counts counts, std::vector<archive::ActivityFacts> facts);
    // Returns once all that was handed over is archived; throws as hand_over() does.
    void finish();

    // "added", "duplicate", "conflict": of the batches that are known to be archived. Conflicts of a batch
    // become known with the next hand_over() or finish().
    [[nodiscard]] const Counts& archived() const { return archived_; }

  private:
    struct Batch {
        std::vector<archive::StudentEvent, HugePages<archive::StudentEvent>> events;
        std::vector<std::uint64_t, HugePages<std::uint64_t>> lines;
        Counts counts;
        std::vector<archive::ActivityFacts> facts;
    };

    [[nodiscard]] archive::Appended archive_batch(const Batch& batch, const Counts& before) const;
    void make_room();
    void settle(const archive::Appended& appended);
    static void add_up(Counts& counts, const archive::Appended& appended);

    archive::Archive& archive_;
    archive::SourceKey source_;
    std::int64_t intake_;
    Work work_;
    Conflict conflict_;
    std::size_t rows_a_batch_;
    std::map<EventShape, ShapeKey> shape_keys_;  // those that were asked for
    Counts archived_;
    std::exception_ptr failure_;
    Batch filling_, in_work_;
    std::future<archive::Appended> working_;  // over in_work_; last, so that it is waited for first
};

}  // namespace assidu::node::collect
