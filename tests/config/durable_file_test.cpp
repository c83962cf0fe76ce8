#include "config/durable_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/temporary_folder.h"

namespace assidu::config {
namespace {

using tests::contents_of;
using tests::TemporaryFolder;

TEST(DurableFile, IsReplacedWholeWithItsMode) {
    const TemporaryFolder folder;
    write_file_durably(folder / "a", "one", 0640);
    write_file_durably(folder / "a", "two", 0600);
    EXPECT_EQ(contents_of(folder / "a"), "two");
    struct stat status{};
    ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(DurableFile, IsCreatedOnceAndNeverOverwritten) {
    const TemporaryFolder folder;
    EXPECT_TRUE(create_file_durably(folder / "key", "one", 0600));
    EXPECT_FALSE(create_file_durably(folder / "key", "two", 0600));
    EXPECT_EQ(contents_of(folder / "key"), "one");
}

TEST(DurableFile, AFailureNamesTheFileAndLeavesNothingBehind) {
    const TemporaryFolder folder;
    try {
        write_file_durably(folder / "no/such/folder", "x");
        FAIL();
    } catch (const ResourceFailure& failure) {
        EXPECT_NE(std::string(failure.what()).find("no/such/folder"), std::string::npos);
    }
    // A folder stands where the file should go: the temporary file must not stay beside it.
    std::filesystem::create_directories(folder / "taken/inside");
    EXPECT_THROW(replace_file(folder / "taken", "x"), ResourceFailure);
    int entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
        ++entries;
    EXPECT_EQ(entries, 1);
}

TEST(DurableFile, IsReadUpToItsLimitAndRefusedOnePastIt) {
    const TemporaryFolder folder;
    folder.write("five", "12345");
    EXPECT_EQ(read_file(folder / "five", 5).value(), "12345");
    EXPECT_NE(read_file(folder / "five", 4).error().what.find("longer than 4 bytes"), std::string::npos);
    EXPECT_FALSE(read_file(folder / "missing", 5));
}

}  // namespace
}  // namespace assidu::config
