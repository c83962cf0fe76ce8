#include "tests/serving_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "tests/temporary_folder.h"

namespace assidu::tests {
namespace {

// Far more than anything here takes, on a busy machine under a sanitizer: a test that waits so long has
// failed.
constexpr std::int64_t kDeadlineMilliseconds = 90'000;
// How often a log, which is a file, is read again.
constexpr int kLogMilliseconds = 20;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

ServingProcess::ServingProcess(std::filesystem::path dir, const std::vector<std::string>& more)
    : dir_(std::move(dir)) {
    const std::string program = std::string(ASSIDU_BINARY_DIR) + "/assidu";
    const std::string log = dir_ / "serve.log";
    std::vector<std::string> arguments{program, "--dir", dir_, "serve"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("cannot fork");
    if (child_ == 0) {
        const int err = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
}

ServingProcess::~ServingProcess() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    ::close(out_);
}

std::string ServingProcess::log() const {
    return contents_of(dir_ / "serve.log");
}

std::runtime_error ServingProcess::failure(const std::string& what) const {
    return std::runtime_error(what + "\nits output:\n" + output_ + "its log:\n" + log());
}

bool ServingProcess::read_more(std::int64_t deadline_ms) {
    pollfd watched{out_, POLLIN, 0};
    const std::int64_t left_ms = std::max<std::int64_t>(deadline_ms - now_ms(), 0);
    const int ready = ::poll(&watched, 1, static_cast<int>(left_ms));
    if (ready < 0 && errno == EINTR) return true;
    if (ready == 0) throw failure("the deadline passed");
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(out_, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) return true;
    if (size <= 0) return false;
    output_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

std::string ServingProcess::wait_for(const std::string& beginning) {
    const std::int64_t deadline_ms = now_ms() + kDeadlineMilliseconds;
    while (true) {
        for (std::size_t end = output_.find('\n', passed_); end != std::string::npos;
             end = output_.find('\n', passed_)) {
            const std::string line = output_.substr(passed_, end - passed_);
            passed_ = end + 1;
            if (line.starts_with(beginning)) return line;
        }
        if (!read_more(deadline_ms)) throw failure("it ended without a line '" + beginning + "...'");
    }
}

void ServingProcess::wait_for_log(const std::string& text) {
    const std::int64_t deadline_ms = now_ms() + kDeadlineMilliseconds;
    while (!log().contains(text)) {
        if (now_ms() > deadline_ms) throw failure("the deadline passed without '" + text + "' in the log");
        ::poll(nullptr, 0, kLogMilliseconds);
    }
}

const std::string& ServingProcess::url() {
    constexpr std::string_view kListening = "listening on ";
    if (url_.empty()) url_ = wait_for(std::string(kListening)).substr(kListening.size());
    return url_;
}

std::string ServingProcess::port() {
    return url().substr(url().rfind(':') + 1);
}

int ServingProcess::end(int signal) {
    if (child_ > 0) ::kill(child_, signal);
    return wait();
}

int ServingProcess::wait() {
    if (child_ <= 0) return exit_code_;
    const std::int64_t deadline_ms = now_ms() + kDeadlineMilliseconds;
    while (read_more(deadline_ms)) {
    }
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

}  // namespace assidu::tests
