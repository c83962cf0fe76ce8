// `assidu demo` as a person runs it: a pool of processes, small.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// Processes with `text` among their arguments: those of a demo have its folder there.
std::size_t processes_with(const std::string& text) {
    std::size_t count = 0;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (contents_of(entry.path() / "cmdline").find(text) != std::string::npos) ++count;
    }
    return count;
}

std::size_t count_files(const fs::path& folder, std::string_view beginning, std::string_view end) {
    std::size_t count = 0;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(beginning) && name.ends_with(end)) ++count;
    }
    return count;
}

class Demo : public ::testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> arguments(const std::string& out) const {
        return {"demo", "--out",           folder / out, "--university-count",
                "3",    "--student-count", "14",         "--event-count",
                "6000", "--seed",          "5"};
    }
    TemporaryFolder folder;
};

TEST_F(Demo, ShowsAPoolOfProcessesAndLeavesReportsOfAllOfIt) {
    const Finished shown = assidu(arguments("one"));
    ASSERT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.err, HasSubstr("started: 4 processes, 3 universities and their hub"));
    for (const char* university : {"lyon-est", "deux-rives", "bretagne-littoral"})
        EXPECT_THAT(shown.out, ContainsRegex(std::string(university) + " .* yes"));
    EXPECT_THAT(shown.out, ContainsRegex("pool .* 3 of 3"));
    const fs::path reports = folder / "one/reports";
    for (const char* format : {".html", ".csv", ".json", ".xml"}) {
        EXPECT_EQ(count_files(reports, "pool-pole_", format), 1U) << format;
        EXPECT_EQ(count_files(reports, "group-", format), 3U) << format;
        EXPECT_GE(count_files(reports, "student-", format), 10U) << format;
    }
    EXPECT_EQ(processes_with(folder / "one"), 0U);
    // Printed and proven: one university's group, three of its students, one package checked.
    EXPECT_EQ(count_files(reports, "group-", ".pdf"), 1U);
    EXPECT_EQ(count_files(reports, "group-", ".xlsx"), 1U);
    for (const char* format : {".pdf", ".xlsx", ".zip"})
        EXPECT_EQ(count_files(reports, "student-", format), 3U) << format;
    EXPECT_THAT(shown.out, HasSubstr("assidu-verify --root "));
    EXPECT_THAT(shown.out, ContainsRegex("TOUT EST VÉRIFIÉ"));

    // Other keys, other processes, the same totals.
    const Finished again = assidu(arguments("two"));
    ASSERT_EQ(again.exit_code, 0) << again.err;
    const std::string fingerprint = contents_of(folder / "one/pool-fingerprint.txt"),
                      other = contents_of(folder / "two/pool-fingerprint.txt");
    EXPECT_THAT(fingerprint, ContainsRegex("[0-9a-f]{64}  pool\n[0-9a-f]{64}  root\n$"));
    const std::size_t totals = fingerprint.find("  pool\n");
    EXPECT_EQ(other.substr(0, totals), fingerprint.substr(0, totals));
    EXPECT_NE(other, fingerprint);  // another hub's key
}

TEST_F(Demo, CtrlCLeavesNoProcessAndNoHalfWrittenFile) {
    ProcessOptions options;
    options.while_running = [&](pid_t process) {
        // Once the last university's process has been started.
        while (!fs::exists(folder / "out/universities/bretagne-littoral.log") && ::kill(process, 0) == 0)
            std::this_thread::yield();
        ::kill(process, SIGINT);
    };
    const Finished stopped = assidu(arguments("out"), options);
    EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("interrupted"));
    EXPECT_EQ(processes_with(folder / "out"), 0U);
    EXPECT_FALSE(fs::exists(folder / "out/pool-fingerprint.txt"));
    // Nothing that a writer puts beside the file it is about to replace.
    EXPECT_EQ(count_files(folder / "out", "", ".tmp"), 0U);
    // The next one into the same folder starts from nothing.
    const Finished next = assidu(arguments("out"));
    EXPECT_EQ(next.exit_code, 0) << next.err;
}

TEST_F(Demo, KeepLeavesThePoolRunningUntilCtrlC) {
    const std::string out = folder / "kept.txt";
    auto words = arguments("out");
    words.emplace_back("--keep");
    ProcessOptions options;
    std::size_t running = 0;
    options.while_running = [&](pid_t process) {
        while (!fs::exists(folder / "out/pool-fingerprint.txt") && ::kill(process, 0) == 0)
            std::this_thread::yield();
        running = processes_with(folder / "out/universities") + processes_with(folder / "out/hub");
        ::kill(process, SIGINT);
    };
    const Finished kept = assidu(words, options);
    EXPECT_EQ(kept.exit_code, 0) << kept.err;
    EXPECT_EQ(running, 4U);
    EXPECT_THAT(kept.out, ContainsRegex("hub +https://127\\.0\\.0\\.1:[0-9]+"));
    EXPECT_EQ(processes_with(folder / "out"), 0U);
}

TEST_F(Demo, ClearsOnlyAFolderOfItsOwnAndRefusesSizesThatCannotBe) {
    fs::create_directory(folder / "theirs");
    folder.write("theirs/thesis.txt", "ten years");
    const Finished refused = assidu(arguments("theirs"));
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("is not empty and not of an earlier demo"));
    EXPECT_EQ(contents_of(folder / "theirs/thesis.txt"), "ten years");
    const Finished small =
        assidu({"demo", "--out", folder / "small", "--university-count", "3", "--student-count", "11"});
    EXPECT_EQ(small.exit_code, 2);
    EXPECT_THAT(small.err, HasSubstr("at least 4 students a university"));
}

}  // namespace
}  // namespace assidu::tests
