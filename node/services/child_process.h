// Another process, started and watched by this one: `assidu serve` of one node, in the demonstration.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assidu::node::services {

// The file of the program that runs now.
[[nodiscard]] std::filesystem::path this_program();

class ChildProcess {
  public:
    // Starts `program` with `arguments`, in a process group of its own (Ctrl-C on the terminal
    // reaches only the parent, which then decides), reading nothing, and with its standard error appended to
    // `log`. It gets SIGTERM should the thread that started it end. Throws ResourceFailure.
    ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const std::filesystem::path& log);
    // A child that still runs is killed.
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;

    // What it has written to standard output and was not given before, whole lines only. Does not wait.
    [[nodiscard]] std::vector<std::string> lines();
    // Descriptor that is readable when there may be more lines.
    [[nodiscard]] int output() const { return output_; }
    // How it ended: an exit code, or 128 + signal; nothing while it runs. Does not wait.
    [[nodiscard]] std::optional<int> ended();

    // Asks it to stop (SIGTERM).
    void ask_to_stop();
    // Waits for its end; kills it after `patience`. How it ended.
    int wait(std::chrono::milliseconds patience);

    [[nodiscard]] pid_t id() const { return id_; }
    [[nodiscard]] const std::filesystem::path& log() const { return log_; }

  private:
    void reap(int options);

    pid_t id_ = -1;
    int output_ = -1;
    std::string unfinished_;  // the line that is still arriving
    std::optional<int> ended_;
    std::filesystem::path log_;
};

}  // namespace assidu::node::services
