// `assidu serve` as a test runs it: a child process whose standard output is read line by line, each wait
// with a deadline.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace assidu::tests {

class ServingProcess {
  public:
    // Runs `assidu --dir DIR serve MORE...`; its standard error is appended to DIR/serve.log.
    explicit ServingProcess(std::filesystem::path dir, const std::vector<std::string>& more = {});
    // Kills it if it still runs.
    ~ServingProcess();
    ServingProcess(const ServingProcess&) = delete;
    ServingProcess& operator=(const ServingProcess&) = delete;

    // The next line of its output that begins so, those before it passed over. Throws std::runtime_error,
    // with the output and the log so far, if the process ends or a generous deadline passes without one.
    std::string wait_for(const std::string& beginning);
    // For a log line, which may have been written already: returns once the log contains `text`.
    void wait_for_log(const std::string& text);
    // What was read of its output: all of it once it has ended.
    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] std::string log() const;

    // Of a listener: what it said first. Waits for it.
    const std::string& url();
    std::string port();

    [[nodiscard]] pid_t id() const { return child_; }
    // Sends the signal and waits for the end; the exit code, or 128 + signal. The rest of the output is in
    // output() then.
    int end(int signal);
    // Waits for it to end by itself.
    int wait();

  private:
    // False when the process has closed its output. Throws when the deadline passes.
    bool read_more(std::int64_t deadline_ms);
    [[nodiscard]] std::runtime_error failure(const std::string& what) const;

    std::filesystem::path dir_;
    pid_t child_ = -1;
    int out_ = -1;
    int exit_code_ = -1;
    std::string output_, url_;
    std::size_t passed_ = 0;  // bytes of output_ that wait_for() is through with
};

}  // namespace assidu::tests
