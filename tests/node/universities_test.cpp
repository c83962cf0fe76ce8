// The demonstration's plan of universities.

#include "node/demo/universities.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "config/settings.h"

namespace assidu::tests {
namespace {

using node::demo::plan_pool;
using node::demo::PoolUniversity;

TEST(DemoUniversities, AddUpToWhatWasAskedForAndAreOfDifferentSizes) {
    for (const int universities : {1, 2, 7, 16}) {
        const auto pool =
            plan_pool({.seed = 3, .universities = universities, .students = 1'040, .events = 999'999});
        ASSERT_EQ(pool.size(), static_cast<std::size_t>(universities));
        std::int64_t students = 0, events = 0;
        std::set<std::string> ids, names;
        std::set<int> indexes, sizes;
        for (const PoolUniversity& one : pool) {
            students += one.month.students;
            events += one.month.events_target;
            EXPECT_TRUE(config::is_node_id(one.node_id)) << one.node_id;
            ids.insert(one.node_id);
            names.insert(one.month.name);
            indexes.insert(one.month.index);
            sizes.insert(one.month.students);
        }
        EXPECT_EQ(students, 1'040);
        EXPECT_EQ(events, 999'999);
        EXPECT_EQ(ids.size(), pool.size());
        EXPECT_EQ(names.size(), pool.size());
        EXPECT_EQ(indexes.size(), pool.size());
        EXPECT_GE(sizes.size() * 2, pool.size());
    }
}

TEST(DemoUniversities, HaveEnoughStudentsForEveryKindOfRow) {
    for (const PoolUniversity& one : plan_pool({.universities = 16, .students = 64, .events = 16'000}))
        EXPECT_EQ(one.month.students, 4) << one.node_id;
    EXPECT_THROW((void)plan_pool({.universities = 16, .students = 63, .events = 16'000}),
                 std::invalid_argument);
    EXPECT_THROW((void)plan_pool({.universities = 17, .students = 1'000, .events = 16'000}),
                 std::invalid_argument);
    EXPECT_THROW((void)plan_pool({.universities = 0, .students = 1'000, .events = 16'000}),
                 std::invalid_argument);
}

}  // namespace
}  // namespace assidu::tests
