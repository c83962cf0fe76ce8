// The calculation scale ("barème"): a versioned document that says how events become time. JSON; the model is
// the project's own (docs/scales.md), and this version of Assidu knows the part of it named below. A key that
// it does not know is refused by name: a rule that would be silently ignored is a wrong hour.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"

namespace assidu::config {

struct Scale {
    // What an anonymous event (Moodle's `anonymous` = 1) gives: its time, without saying in which activity,
    // or nothing.
    enum class Anonymous { time_only, drop };
    // Whether a change of course ends a session.
    enum class SessionPer { site, course };

    struct Filter {
        std::vector<std::string> origins;  // kept origins; a NULL origin is the empty string
        bool exclude_loginas = true;  // drop events made while somebody else was logged in as the student
        Anonymous anonymous = Anonymous::time_only;
        std::vector<std::string> exclude_actions;  // Moodle's `action`, such as "failed"
        std::vector<std::string> exclude_events;   // Moodle's `eventname`, such as "\core\event\user_graded"
        bool include_site = true;                  // false: courses 0 and 1 only open and close sessions
        std::vector<std::string> exclude_modules;  // activity types without "mod_", such as "label"
    };

    // All in seconds.
    struct Gap {
        std::int64_t idle_s = 0;         // a gap up to this long, itself included, is time on the platform
        std::int64_t idle_credit_s = 0;  // a longer gap is worth this, and never more than itself
        std::int64_t last_credit_s =
            0;                     // the last event of all is worth this, and never more than `as_of` allows
        bool logout_ends = true;   // a logout earns nothing and closes the session
        bool login_starts = true;  // a login opens a session
    };

    struct Session {
        SessionPer per = SessionPer::site;
        std::int64_t min_duration_s = 0;  // a shorter session gives no time at all
    };

    std::string id;
    std::int64_t version = 0;
    std::map<std::string, std::string> label;  // by language: "fr", "en"
    std::string timezone;                      // whose civil days the totals are
    Filter filter;
    Gap gap;
    Session session;

    // The canonical form (RFC 8785) of the document and its SHA-256: what a report names, so that anyone can
    // check which rule made the number.
    std::string canonical;
    std::string sha256;  // 64 hexadecimal digits

    // "sonate 1".
    [[nodiscard]] std::string name() const;
    // The label in `language`, or in any language there is, or the id.
    [[nodiscard]] std::string label_in(std::string_view language) const;
};

// A scale from its document. `where` names the document in a refusal, which says the key and what is wrong
// with it.
[[nodiscard]] Result<Scale> parse_scale(std::string_view json, std::string_view where);

// Scales that come with the program. A preset, once released, never changes: a change is a new version.
[[nodiscard]] std::vector<std::string> preset_names();
// The document of a preset; empty if there is none of that name.
[[nodiscard]] std::string_view preset_document(std::string_view name);

}  // namespace assidu::config
