#include "node/services/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "config/refusal.h"

namespace assidu::node::services {
namespace {

constexpr int kCannotStart = 127;
constexpr int kSignalBase = 128;
// A line longer than this is given in pieces.
constexpr std::size_t kLineBytesMax = 4096;
constexpr auto kLookAgain = std::chrono::milliseconds(20);

[[noreturn]] void fail(const char* what) {
    throw config::ResourceFailure(fmt::format("cannot start a process: {}: {}", what, std::strerror(errno)));
}

// Between fork and exec: nothing but what a signal handler may do.
[[noreturn]] void become(const char* program, char* const* arguments, int output, int log, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(kCannotStart);  // it ended before we could ask to be told
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execv(program, arguments);
    ::_exit(kCannotStart);
}

}  // namespace

std::filesystem::path this_program() {
    return std::filesystem::read_symlink("/proc/self/exe");
}

ChildProcess::ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                           const std::filesystem::path& log)
    : log_(log) {
    std::vector<std::string> texts{program.filename().string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);

    const int log_file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) fail(log.c_str());
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        ::close(log_file);
        fail("pipe");
    }
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) become(program.c_str(), pointers.data(), ends[1], log_file, parent);
    ::close(ends[1]);
    ::close(log_file);
    output_ = ends[0];
    if (id_ < 0) {
        ::close(output_);
        fail("fork");
    }
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      output_(std::exchange(other.output_, -1)),
      unfinished_(std::move(other.unfinished_)),
      ended_(other.ended_),
      log_(std::move(other.log_)) {}

ChildProcess::~ChildProcess() {
    if (id_ > 0 && !ended_) {
        ::kill(id_, SIGKILL);
        reap(0);
    }
    if (output_ >= 0) ::close(output_);
}

std::vector<std::string> ChildProcess::lines() {
    std::vector<std::string> whole;
    char bytes[kLineBytesMax];
    for (;;) {
        const ssize_t count = ::read(output_, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        unfinished_.append(bytes, static_cast<std::size_t>(count));
        for (std::size_t end; (end = unfinished_.find('\n')) != std::string::npos;) {
            whole.push_back(unfinished_.substr(0, end));
            unfinished_.erase(0, end + 1);
        }
        if (unfinished_.size() > kLineBytesMax) whole.push_back(std::exchange(unfinished_, {}));
    }
    return whole;
}

void ChildProcess::reap(int options) {
    if (ended_ || id_ <= 0) return;
    int status = 0;
    pid_t reaped = 0;
    do
        reaped = ::waitpid(id_, &status, options);
    while (reaped < 0 && errno == EINTR);
    if (reaped != id_) return;
    ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
}

std::optional<int> ChildProcess::ended() {
    reap(WNOHANG);
    return ended_;
}

void ChildProcess::ask_to_stop() {
    if (id_ > 0 && !ended()) ::kill(id_, SIGTERM);
}

int ChildProcess::wait(std::chrono::milliseconds patience) {
    for (auto waited = std::chrono::milliseconds(0); !ended() && waited < patience; waited += kLookAgain) {
        (void)lines();  // a full pipe must not keep it from ending
        ::poll(nullptr, 0, static_cast<int>(kLookAgain.count()));
    }
    if (!ended()) {
        ::kill(id_, SIGKILL);
        reap(0);
    }
    return ended_.value_or(kCannotStart);
}

}  // namespace assidu::node::services
