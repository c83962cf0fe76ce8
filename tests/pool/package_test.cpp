// Packages in a pool of processes: the hub's of a member's student, and the member's own that the hub
// receipted.
#include <filesystem>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class PoolPackages : public PoolTest {
  protected:
    static std::vector<fs::path> packages_under(const fs::path& folder) {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.path().extension() == ".zip") found.push_back(entry.path());
        std::ranges::sort(found);
        return found;
    }
    static std::string fingerprint_of(const std::string& dir) {
        return value_of(assidu({"--dir", dir, "status"}).out, "fingerprint").substr(0, 64);
    }
};

TEST_F(PoolPackages, OfTheHubAndOfTheMemberHoldUnderTheHubsFingerprint) {
    join("lyon", {"--names", "roster"}, "roster");
    ASSERT_EQ(
        assidu({"--dir", dir_of("lyon"), "import", folder.write("lyon.csv", some_days(1, 1500))}).exit_code,
        0);
    const Finished sent = assidu({"--dir", dir_of("lyon"), "send"});
    ASSERT_EQ(sent.exit_code, 0) << sent.err;
    const std::vector<std::string> period{"--from", "2026-03-02", "--to", "2026-03-08", "--package", "--out"};
    const auto report = [&](std::vector<std::string> words, const fs::path& out) {
        words.insert(words.end(), period.begin(), period.end());
        words.push_back(out);
        const Finished finished = assidu(words);
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return packages_under(out);
    };
    const auto of_hub =
        report({"--dir", hub_dir(), "report", "student", "--member", "lyon"}, folder / "hub-out");
    const auto of_group =
        report({"--dir", hub_dir(), "report", "group", "--member", "lyon"}, folder / "group-out");
    const auto of_member = report({"--dir", dir_of("lyon"), "report", "student"}, folder / "own-out");
    const std::string root = fingerprint_of(hub_dir());
    ASSERT_EQ(of_hub.size(), 21U);
    EXPECT_EQ(of_group.size(), of_hub.size());
    EXPECT_EQ(of_member.size(), of_hub.size());
    for (const auto& packages : {of_hub, of_group, of_member}) {
        for (const fs::path& package : packages) {
            const Finished verified = assidu_verify({"--root", root, "--lang", "en", package});
            EXPECT_TRUE(verified.exit_code == 0 || verified.exit_code == 5) << verified.out;
        }
    }
    EXPECT_THAT(assidu_verify({"--root", root, "--lang", "en", of_member.front()}).out,
                HasSubstr("who received the statements up to"));
    const std::string other = fingerprint_of(dir_of("lyon"));
    EXPECT_EQ(assidu_verify({"--root", other, of_hub.front()}).exit_code, 1);
}

}  // namespace
}  // namespace assidu::tests
