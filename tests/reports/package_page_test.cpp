// docs/formats/package.md and docs/verify.md: the example of the one is a package, and the commands of the
// other check it with openssl and sha256sum alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/reports/package_sample.h"

namespace assidu::reports::test {
namespace {

using ::testing::HasSubstr;
using tests::contents_of;

const std::string kExample = std::string(ASSIDU_SOURCE_DIR) + "/tests/data/package/example.zip";

// The lines of the fenced block that follows `title`.
std::string block(const std::string& page, const std::string& title, std::size_t from = 0) {
    const std::string text = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/" + page);
    const std::size_t at = text.find(title, from);
    const std::size_t fence = text.find("```", at == std::string::npos ? 0 : at);
    if (at == std::string::npos || fence == std::string::npos)
        throw std::runtime_error(page + ": no " + title);
    const std::size_t begin = text.find('\n', fence) + 1;
    return text.substr(begin, text.find("```", begin) - begin);
}

// Every block of commands of docs/verify.md, one after the other.
std::string commands() {
    const std::string text = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/verify.md");
    std::string all;
    for (std::size_t at = text.find("```sh\n"); at != std::string::npos;) {
        const std::size_t end = text.find("```", at + 6);
        all += text.substr(at + 6, end - at - 6);
        at = text.find("```sh\n", end + 3);
    }
    return all;
}

std::string hex_lines(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        for (const char c : bytes.substr(at, 16))
            text += (text.empty() || text.back() == '\n' ? "" : " ") +
                    config::hex(std::span(reinterpret_cast<const std::uint8_t*>(&c), 1));
        text += '\n';
    }
    return text;
}

class PackagePage : public PackageSample {
  protected:
    static std::string root() { return block("formats/package.md", "### The root").substr(0, 64); }
    // The exit code and the words of the page's commands on a package.
    std::pair<int, std::string> by_hand(const std::string& package, const std::string& fingerprint) const {
        const tests::TemporaryFolder place;
        place.write("package.zip", package);
        place.write("check.sh", commands());
        const std::string line = "cd " + place.path().string() +
                                 " && PACKAGE=" + (place / "package.zip").string() + " ROOT=" + fingerprint +
                                 " sh ./check.sh > out 2>&1";
        const int status = std::system(line.c_str());
        return {status, contents_of(place / "out")};
    }
};

// Run with ASSIDU_WRITE_EXAMPLE=1 after a change of the format, then put what the test below asks for into
// the page.
TEST_F(PackagePage, ItsExampleIsWrittenWhereAsked) {
    if (std::getenv("ASSIDU_WRITE_EXAMPLE") == nullptr) GTEST_SKIP() << "ASSIDU_WRITE_EXAMPLE is not set";
    directory.people[bob] = {32, "bob", "", "Bob", "Martin", "", "", ""};
    directory.courses[{"moodle", 12}] = {"Algèbre", "ALG1", "C-ALG1"};
    directory.activities[{"moodle", 501}] = {"Quiz 1", "quiz", ""};
    const std::string package = hub_package_of(bob);
    std::ofstream(kExample, std::ios::binary) << package;
    const auto files = files_of(package);
    std::cout << "root\n"
              << hub_root() << "\nhead\n"
              << hex_lines(package.substr(0, 39)) << "end\n"
              << hex_lines(package.substr(package.size() - 22));
}

TEST_F(PackagePage, ItsExampleHoldsAndIsWhatThePageShows) {
    const std::string package = contents_of(kExample);
    const Verification verification = verify_package(package, root());
    EXPECT_EQ(verification.verdict, Verdict::holds) << failures_of(verification);
    EXPECT_EQ(verification.subject.measured_s, 119);
    auto files = files_of(package);
    EXPECT_EQ(block("formats/package.md", "### manifest.note"), file_in(files, kManifestName));
    EXPECT_EQ(block("formats/package.md", "### keys.json"), file_in(files, kKeysName) + "\n");
    EXPECT_EQ(block("formats/package.md", "### proofs/"), file_in(files, proofs_name(2)));
    EXPECT_EQ(block("formats/package.md", "### The first file's header"), hex_lines(package.substr(0, 39)));
    EXPECT_EQ(block("formats/package.md", "### The end"), hex_lines(package.substr(package.size() - 22)));
}

TEST_F(PackagePage, TheCommandsOfVerifyMdCheckIt) {
    const auto [status, said] = by_hand(contents_of(kExample), root());
    EXPECT_EQ(status, 0) << said;
    EXPECT_THAT(said, HasSubstr("the package holds: 119 s measured, 0 s credited"));
    EXPECT_NE(by_hand(contents_of(kExample), std::string(64, 'a')).first, 0);
}

TEST_F(PackagePage, TheCommandsOfVerifyMdTakeRowsOfManyDaysAndRefuseWhatAssiduVerifyRefuses) {
    const auto [status, said] = by_hand(hub_package_of(ada), hub_root());
    EXPECT_EQ(status, 0) << said;
    EXPECT_THAT(said, HasSubstr("16800 s measured, 1800 s credited"));
    // Whoever changed it cannot sign as the hub; nor could the hub itself sign rows for the node.
    const std::vector<ZipFile> files = files_of(hub_package_of(bob));
    const auto refused = [&](std::string_view file, const std::string& from, const std::string& to,
                             bool by_hub) {
        std::vector<ZipFile> changed = files;
        std::string& bytes = file_in(changed, file);
        bytes.replace(bytes.rfind(from), from.size(), to);
        const auto [code, words] =
            by_hand(by_hub ? signed_again(changed, hub_key) : write_zip(changed).value(), hub_root());
        EXPECT_NE(code, 0) << file << words;
    };
    refused(kDataName, "\"measured_s\":119,\"sessions\"", "\"measured_s\":219,\"sessions\"", true);
    refused(proofs_name(2), "\"measured_s\":119", "\"measured_s\":219", true);
    refused(statement_name(2), "\"issued_utc_s\":1", "\"issued_utc_s\":2", false);
}

}  // namespace
}  // namespace assidu::reports::test
