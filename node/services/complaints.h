// What went wrong, said once: a process that tries again and again must not fill its log with one sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::node::services {

class Complaints {
  public:
    // Milliseconds of a clock that never goes back.
    explicit Complaints(std::function<std::int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

    // The line to say now about `subject`, if any: `text` when it is new or another than the last time; else,
    // kComplaintMilliseconds after it was said, the same with how often it came meanwhile. Remembers
    // kComplaintsMax subjects; one more, and the one that was said longest ago is forgotten.
    [[nodiscard]] std::optional<std::string> raise(const std::string& subject, const std::string& text);
    // The subject is well again: its next complaint is new.
    void settle(const std::string& subject) { said_.erase(subject); }

  private:
    struct Said {
        std::string text;
        std::int64_t at_ms = 0, since = 0;  // complaints that were not said since
    };
    void forget_oldest();

    std::function<std::int64_t()> now_ms_;
    std::map<std::string, Said> said_;
};

// What others can make a process say at their pleasure: the first kListenerLinesMax lines within
// kComplaintMilliseconds, each cut to kListenerLineBytesMax, then how many there were beside them.
class Allowance {
  public:
    // As of Complaints.
    explicit Allowance(std::function<std::int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

    // The lines to say for it now, if any.
    [[nodiscard]] std::vector<std::string> lines(std::string_view line);

  private:
    std::function<std::int64_t()> now_ms_;
    std::optional<std::int64_t> since_ms_;
    std::int64_t said_ = 0, not_said_ = 0;
};

}  // namespace assidu::node::services
