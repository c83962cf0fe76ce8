// A process that another one starts and watches.

#include "node/services/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include "tests/temporary_folder.h"

namespace assidu::tests {
namespace {

using node::services::ChildProcess;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
constexpr std::chrono::milliseconds kPatience{20'000};

class ChildProcesses : public ::testing::Test {
  protected:
    ChildProcess shell(const std::string& script) { return ChildProcess("/bin/sh", {"-c", script}, log()); }
    [[nodiscard]] std::filesystem::path log() const { return folder / "child.log"; }
    // What it says until it closes its output.
    static std::vector<std::string> all_lines(ChildProcess& child, std::size_t count) {
        std::vector<std::string> lines;
        while (lines.size() < count) {
            pollfd output{child.output(), POLLIN, 0};
            if (::poll(&output, 1, static_cast<int>(kPatience.count())) <= 0) break;
            for (std::string& line : child.lines())
                lines.push_back(std::move(line));
        }
        return lines;
    }

    TemporaryFolder folder;
};

TEST_F(ChildProcesses, GivesWholeLinesAndTheExitCodeAndKeepsComplaintsInTheLog) {
    ChildProcess child = shell("echo one; printf 'two'; echo ' parts'; echo trouble >&2; exit 7");
    EXPECT_THAT(all_lines(child, 2), ElementsAre("one", "two parts"));
    EXPECT_EQ(child.wait(kPatience), 7);
    EXPECT_EQ(child.ended(), 7);
    EXPECT_THAT(contents_of(log()), HasSubstr("trouble"));
}

TEST_F(ChildProcesses, StopsWhenItIsAsked) {
    ChildProcess child =
        shell("trap 'echo stopped; exit 0' TERM; echo ready; while :; do read -r _ < /dev/tty; done");
    ASSERT_THAT(all_lines(child, 1), ElementsAre("ready"));
    EXPECT_FALSE(child.ended());
    child.ask_to_stop();
    EXPECT_EQ(child.wait(kPatience), 0);
}

TEST_F(ChildProcesses, IsKilledIfItDoesNotStopInTime) {
    ChildProcess child = shell("trap '' TERM; echo ready; while :; do :; done");
    ASSERT_THAT(all_lines(child, 1), ElementsAre("ready"));
    child.ask_to_stop();
    EXPECT_EQ(child.wait(std::chrono::milliseconds(50)), 128 + SIGKILL);
}

TEST_F(ChildProcesses, DoesNotOutliveTheObject) {
    pid_t id = 0;
    {
        ChildProcess child = shell("echo ready; while :; do :; done");
        ASSERT_THAT(all_lines(child, 1), ElementsAre("ready"));
        id = child.id();
        EXPECT_EQ(::kill(id, 0), 0);
    }
    EXPECT_NE(::kill(id, 0), 0);
}

TEST_F(ChildProcesses, AProgramThatIsNotThereEndsWithItsOwnCode) {
    ChildProcess child("/nonexistent/program", {}, log());
    EXPECT_EQ(child.wait(kPatience), 127);
}

}  // namespace
}  // namespace assidu::tests
