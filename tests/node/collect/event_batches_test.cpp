#include "node/collect/event_batches.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "node/archive/sqlite_archive.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::collect {
namespace {

using archive::StudentEvent;
using Work = EventBatches::Work;

constexpr std::int64_t kBegin = 1'772'438'400;

// What an import leaves and tells.
struct Left {
    std::vector<std::vector<Event>> events;  // by user
    std::vector<std::uint64_t> conflicts;    // their lines
    EventBatches::Counts archived, noted;    // noted in the intake
    bool operator==(const Left&) const = default;
};

struct Imported {
    explicit Imported(const std::filesystem::path& path) : archive(archive::open_sqlite_archive(path)) {
        source = archive->source("moodle", "").value();
        intake = archive->begin_intake({});
    }
    Left import(const std::vector<StudentEvent>& rows, Work work, std::size_t rows_a_batch) {
        Left left;
        EventBatches batches(
            *archive, source, intake, work,
            [&](const StudentEvent&, std::uint64_t line) { left.conflicts.push_back(line); }, rows_a_batch);
        std::int64_t read = 0;
        for (const StudentEvent& row : rows) {
            // A new kind of event now and then, while a batch may be in work.
            EventShape shape;
            shape.action = std::to_string(row.event.id / 40);
            StudentEvent event = row;
            event.event.shape = batches.intern(shape);
            batches.add(event, static_cast<std::uint64_t>(++read));
            if (batches.is_full())
                batches.hand_over({{"read", read}}, {{row.event.activity, row.event.course, "quiz"}});
        }
        batches.hand_over({{"read", read}}, {});
        batches.finish();
        for (const std::int64_t user : archive->users(source))
            left.events.push_back(archive->events(source, user));
        left.archived = batches.archived();
        left.noted = archive->intakes(1).front().counts;
        return left;
    }
    std::unique_ptr<archive::Archive> archive;
    archive::SourceKey source = 0;
    std::int64_t intake = 0;
};

TEST(EventBatches, InTheBackgroundTheyLeaveAndTellWhatTheyDoAtOnce) {
    tests::Dice dice(tests::test_seed());
    const tests::TemporaryFolder folder;
    std::vector<StudentEvent> rows;
    for (int i = 0; i < 700; ++i) {
        const std::int64_t id = dice.one_in(5) ? dice.roll(1, i + 1) : i + 1;
        const std::int64_t time_s = kBegin + id * 900 + (dice.one_in(9) ? 1 : 0);
        rows.push_back({1 + id % 4, {time_s, id, 2, 501 + id % 3, 0}});
    }
    const Left at_once = Imported(folder / "a.sqlite").import(rows, Work::at_once, 50);
    EXPECT_GT(at_once.conflicts.size(), 0U);
    EXPECT_GT(at_once.archived.at("duplicate"), 0);
    EXPECT_EQ(at_once.noted.at("read"), 700);
    EXPECT_EQ(at_once.noted.at("added"), at_once.archived.at("added"));
    EXPECT_EQ(Imported(folder / "b.sqlite").import(rows, Work::in_background, 50), at_once);
    EXPECT_EQ(Imported(folder / "c.sqlite").import(rows, Work::in_background, 1'000), at_once);
}

TEST(EventBatches, NothingIsArchivedBehindABatchThatFailed) {
    const tests::TemporaryFolder folder;
    Imported imported(folder / "a.sqlite");
    std::vector<std::uint64_t> conflicts;
    EventBatches batches(
        *imported.archive, imported.source, imported.intake, Work::in_background,
        [&](const StudentEvent&, std::uint64_t) -> void { throw std::runtime_error("the disk is full"); }, 2);
    const ShapeKey shape = batches.intern({});
    const auto hand_over = [&](std::int64_t id) {
        batches.add({7, {kBegin + id, id, 2, 0, shape}}, 1);
        batches.add({7, {kBegin + id + 5, id, 2, 0, shape}}, 2);  // a conflict, which is told afterwards
        batches.hand_over({}, {});
    };
    hand_over(1);
    EXPECT_THROW(hand_over(2), std::runtime_error);
    EXPECT_THROW(batches.hand_over({}, {}), std::runtime_error);
    EXPECT_THROW(batches.finish(), std::runtime_error);
    EXPECT_EQ(imported.archive->events(imported.source, 7).size(), 1U);
}

}  // namespace
}  // namespace assidu::node::collect
