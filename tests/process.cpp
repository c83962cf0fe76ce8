#include "tests/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/temporary_folder.h"

namespace assidu::tests {

namespace {

Finished run(const std::string& name, const std::vector<std::string>& arguments,
             const ProcessOptions& options) {
    const TemporaryFolder folder;
    const std::string program = std::string(ASSIDU_BINARY_DIR) + "/" + name;
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const std::string out = folder / "out", err = folder / "err";

    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) {
        const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
        const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT, 0600);
        ::dup2(out_file, STDOUT_FILENO);
        ::dup2(err_file, STDERR_FILENO);
        if (options.file_bytes_max) {
            const rlimit limit{*options.file_bytes_max, *options.file_bytes_max};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        }
        ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    if (options.while_running) options.while_running(child);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
    }
    Finished finished;
    finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    finished.out = contents_of(out);
    finished.err = contents_of(err);
    return finished;
}

}  // namespace

Finished assidu(const std::vector<std::string>& arguments, const ProcessOptions& options) {
    return run("assidu", arguments, options);
}
Finished assidu_verify(const std::vector<std::string>& arguments) {
    return run("assidu-verify", arguments, {});
}

}  // namespace assidu::tests
