// Who may work in a node's folder, and how long the others wait.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/node.h"
#include "tests/temporary_folder.h"

namespace assidu::node {
namespace {

using ::testing::HasSubstr;
using tests::contents_of;

TEST(FolderLock, IsRefusedAtOnceWithoutPatienceAndNamesTheHolder) {
    const tests::TemporaryFolder folder;
    const NodeFolder node{folder.path()};
    const auto first = FolderLock::take(node);
    ASSERT_TRUE(first);
    const auto second = FolderLock::take(node);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().what, HasSubstr("another assidu is working in this folder"));
    EXPECT_THAT(second.error().what, HasSubstr("process " + contents_of(node.lock())));
}

TEST(FolderLock, WithPatienceIsTakenOnceTheOtherIsDone) {
    const tests::TemporaryFolder folder;
    const NodeFolder node{folder.path()};
    std::optional<FolderLock> first(FolderLock::take(node).value());
    int said = 0, asked = 0;
    const LockPatience patience{3600,
                                [&](const std::string& line) {
                                    EXPECT_THAT(line, HasSubstr("waiting for another assidu"));
                                    ++said;
                                },
                                [&] {
                                    if (++asked == 3) first.reset();
                                    return true;
                                }};
    EXPECT_TRUE(FolderLock::take(node, patience));
    EXPECT_EQ(said, 1);
}

TEST(FolderLock, PatienceEndsAfterItsSecondsOrWhenItIsInterrupted) {
    const tests::TemporaryFolder folder;
    const NodeFolder node{folder.path()};
    const auto first = FolderLock::take(node);
    int asked = 0;
    EXPECT_FALSE(FolderLock::take(node, {1, {}, [&] { return ++asked, true; }}));
    EXPECT_EQ(asked, 20) << "tries of a second";
    EXPECT_FALSE(FolderLock::take(node, {3600, {}, [] { return false; }}));
}

TEST(FolderLock, OneProcessServesAFolderBesideOneThatChangesIt) {
    const tests::TemporaryFolder folder;
    const NodeFolder node{folder.path()};
    EXPECT_EQ(FolderLock::serving(node), std::nullopt);
    {
        const auto serving = FolderLock::take_serving(node);
        ASSERT_TRUE(serving);
        EXPECT_EQ(FolderLock::serving(node), contents_of(node.serve_lock()));
        EXPECT_TRUE(FolderLock::take(node));
        const auto second = FolderLock::take_serving(node);
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error().what, HasSubstr("another assidu serve runs on this folder already"));
    }
    EXPECT_EQ(FolderLock::serving(node), std::nullopt);
}

}  // namespace
}  // namespace assidu::node
