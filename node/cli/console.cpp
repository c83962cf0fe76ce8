#include "node/cli/console.h"

#include <fmt/format.h>

#include <chrono>

#include "config/refusal.h"

namespace assidu::node::cli {
namespace {

// Progress is the one thing that may look at a clock of its own: it changes no number.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Console::Console(std::ostream& out, std::ostream& err, bool terminal, bool quiet)
    : out_(out), err_(err), terminal_(terminal), quiet_(quiet) {}

void Console::print(std::string_view text) {
    clear_progress();
    out_ << text;
    out_.flush();
    // A report cut off by a full disk must not look like a whole one to whoever reads the exit code.
    if (!out_) throw config::ResourceFailure("standard output: cannot write all of it (disk full?)");
}

void Console::say(std::string_view line) {
    if (quiet_) return;
    clear_progress();
    err_ << line << '\n';
    err_.flush();
}

void Console::complain(std::string_view line) {
    clear_progress();
    err_ << "assidu: " << line << '\n';
    err_.flush();
}

void Console::progress(std::string_view line) {
    if (quiet_) return;
    const std::int64_t now_ms = steady_ms();
    if (next_progress_ms_ == 0 && !terminal_) next_progress_ms_ = now_ms + 5000;
    if (now_ms < next_progress_ms_) return;
    next_progress_ms_ = now_ms + (terminal_ ? 200 : 5000);
    if (terminal_)
        err_ << "\r\033[K" << line;
    else
        err_ << line << '\n';
    err_.flush();
    progress_shown_ = terminal_;
}

void Console::panel(std::span<const std::string> lines, std::string_view summary) {
    if (quiet_) return;
    if (!terminal_) return progress(summary);
    const std::int64_t now_ms = steady_ms();
    if (now_ms < next_progress_ms_) return;
    next_progress_ms_ = now_ms + 200;
    std::string text = panel_lines_ > 0 ? fmt::format("\033[{}A", panel_lines_) : "";
    for (const std::string& line : lines)
        text += "\r\033[K" + line + "\n";
    if (lines.size() < panel_lines_) text += "\033[J";
    panel_lines_ = lines.size();
    err_ << text;
    err_.flush();
}

void Console::clear_progress() {
    if (panel_lines_ > 0) {
        err_ << fmt::format("\033[{}A\r\033[J", panel_lines_);
        panel_lines_ = 0;
    }
    if (!progress_shown_) return;
    err_ << "\r\033[K";
    progress_shown_ = false;
}

std::string grouped(std::int64_t number) {
    std::string digits = fmt::format("{}", number < 0 ? -number : number);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, " ");
    return number < 0 ? "-" + digits : digits;
}

}  // namespace assidu::node::cli
