// Where the program speaks: results on standard output, everything else on standard error. On a terminal,
// progress is one line that rewrites itself; elsewhere, a line now and then.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace assidu::node::cli {

class Console {
  public:
    // `out` and `err` must outlive the console. `terminal`: whether `err` is one.
    Console(std::ostream& out, std::ostream& err, bool terminal, bool quiet = false);

    // A result: standard output. Throws ResourceFailure if it cannot be written whole.
    void print(std::string_view text);
    // For the person, on standard error: what was done, warnings, errors.
    void say(std::string_view line);
    void complain(std::string_view line);  // "assidu: ..."
    // Where long work is. Shown at most a few times a second on a terminal, every few seconds elsewhere, and
    // not at all when quiet.
    void progress(std::string_view line);
    // The same for several things at once: on a terminal a block of lines that rewrites itself, elsewhere
    // `summary` as progress() shows it. It disappears when anything else is printed.
    void panel(std::span<const std::string> lines, std::string_view summary);

    [[nodiscard]] std::ostream& out() { return out_; }
    void set_quiet(bool quiet) { quiet_ = quiet; }

  private:
    void clear_progress();

    std::ostream& out_;
    std::ostream& err_;
    bool terminal_, quiet_;
    bool progress_shown_ = false;
    std::size_t panel_lines_ = 0;  // that stand above the cursor
    std::int64_t next_progress_ms_ = 0;
};

// "1 234 567", digits in groups of three.
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace assidu::node::cli
