#include "tests/bench/child.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace assidu::bench {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(const std::vector<std::string>& arguments, int output) {
    std::vector<char*> words;
    words.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
        words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::dup2(output, STDOUT_FILENO);
    ::execvp(words.front(), words.data());
    ::_exit(127);
}

}  // namespace

Measured run_measured(const std::vector<std::string>& arguments) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
    const auto begun = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child == 0) become(arguments, pipe[1]);
    ::close(pipe[1]);

    Measured measured;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
        measured.printed.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    int status = 0;
    rusage usage{};
    if (::wait4(child, &status, 0, &usage) != child) throw std::runtime_error("a child was lost");
    measured.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    measured.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    measured.peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
    measured.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    if (measured.exit_code == 127) throw std::runtime_error(arguments.front() + ": cannot be started");
    return measured;
}

}  // namespace assidu::bench
