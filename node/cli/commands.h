// The subcommands. Each takes its options as a value, speaks through the console, and answers an exit code. A
// ResourceFailure passes through to the door (command_line.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "config/limits.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct InitOptions {
    std::filesystem::path dir;
    std::string name, wwwroot, id, timezone;
    std::vector<std::string> students;  // "institution=Université de Lyon"; none: everyone
};
[[nodiscard]] ExitCode init(const InitOptions& options, const config::Clock& clock, Console& console);

struct ImportArguments {
    std::filesystem::path dir;
    std::vector<std::filesystem::path> files;
    bool strict = false, compute = true;
    std::string timezone, date_order;
};
[[nodiscard]] ExitCode import(const ImportArguments& arguments, const config::Clock& clock, Console& console);

struct ReportArguments {
    std::filesystem::path dir;
    std::string kind;                       // "student", "group", "lint" or, at a hub, "pool"
    std::string member;                     // at a hub: whose students; empty: the node's own
    std::string from, to;                   // civil days, both included
    std::vector<std::string> students;      // none: all
    std::vector<std::string> formats;       // names of kReportFormats; none: html, with packages pdf
    bool package = false;                   // each student's documents also as a package with their proofs
    std::filesystem::path out;              // empty: standard output, for one document
    std::string language;                   // empty: the settings'
    std::string scale;                      // of recompute(); empty: the node's own
    std::string funder, group;              // of the node's own: whose dossiers; empty: any
    std::filesystem::path report_template;  // a template's folder; empty: the settings' (of a member's: none)
    std::vector<std::string> overrides;     // findings that are not to keep the named students' reports
    std::string reason, author;             // of these; an empty author: the account that runs the command
};
[[nodiscard]] ExitCode report(const ReportArguments& arguments, const config::Clock& clock, Console& console);

struct ExplainArguments {
    std::filesystem::path dir;
    std::string student, day;
    std::string scale;     // a preset's name or a document's path; empty: the node's own
    bool json = false;     // docs/formats/explain-json.md
    std::string language;  // empty: the settings'
};
// Every event of a student's day, and how it came to its total. `defect` if the ledger says another.
[[nodiscard]] ExitCode explain(const ExplainArguments& arguments, const config::Clock& clock,
                               Console& console);

struct RecomputeArguments {
    std::filesystem::path dir;
    std::string scale;  // a preset's name or a document's path; empty: the node's own
};
// All archived events computed anew. `defect` if totals under the node's own scale were not what they give.
[[nodiscard]] ExitCode recompute(const RecomputeArguments& arguments, const config::Clock& clock,
                                 Console& console);

struct CompareArguments {
    std::filesystem::path dir;
    std::string a, b;  // scales: presets' names or documents' paths
    std::string student, from, to;
    bool json = false;  // docs/formats/explain-json.md
};
// A student's days under two scales, and by which rules they differ; nothing is stored.
[[nodiscard]] ExitCode compare_scales(const CompareArguments& arguments, const config::Clock& clock,
                                      Console& console);

// The reports that this node issued, and which of them later rows superseded.
[[nodiscard]] ExitCode report_list(const std::filesystem::path& dir, const config::Clock& clock,
                                   Console& console);

struct OutageArguments {
    std::filesystem::path dir;
    std::string from, to, cause;  // local times of the scale's zone; empty from and to: list
};
[[nodiscard]] ExitCode outage(const OutageArguments& arguments, const config::Clock& clock, Console& console);

struct ExcludeArguments {
    std::filesystem::path dir;
    std::string action;          // "add", "list", "revoke"
    std::string student;         // of list: empty for all
    std::string from, to;        // of add: local times of the scale's zone; TO alone as a day is all of it
    std::int64_t number = 0;     // of revoke
    std::string reason, author;  // of add and revoke
};
// Time that does not count, by decision of the institution; audited, and never deleted.
[[nodiscard]] ExitCode exclude(const ExcludeArguments& arguments, const config::Clock& clock,
                               Console& console);

struct DaysArguments {
    std::filesystem::path dir;
    std::string action;  // "add", "withdraw", "list"
    std::string student, from, to, author;
};
// The signed days on which alone a student's time counts under a scale with `calendar.user_days`.
[[nodiscard]] ExitCode days(const DaysArguments& arguments, const config::Clock& clock, Console& console);
struct CollectArguments {
    std::filesystem::path dir;
    bool once = false, compute = true;
    bool accept_source = false;  // go on with a database that is not the one of before
    std::string release;         // rows in quarantine are archived: "late" or "all"; empty: none are
};
// The Moodle's own database into the archive: once, or until Ctrl-C.
[[nodiscard]] ExitCode collect_log(const CollectArguments& arguments, const config::Clock& clock,
                                   Console& console);

struct PurgePlanArguments {
    std::filesystem::path dir;
    bool json = false;
};
// Up to where the Moodle's log may be purged. `not_safe` if nowhere.
[[nodiscard]] ExitCode purge_plan(const PurgePlanArguments& arguments, const config::Clock& clock,
                                  Console& console);

struct AuditArguments {
    std::filesystem::path dir;
    std::string from, to;  // civil days, both included; empty: from the first, to the last
};
// Who was told names, when and for what.
[[nodiscard]] ExitCode audit(const AuditArguments& arguments, const config::Clock& clock, Console& console);

struct TokenArguments {
    std::filesystem::path dir;
    std::string action;  // "create", "list", "revoke"
    std::string label;
    std::vector<std::string> functions, students;  // "all"; conditions of services/student_scope.h
    std::int64_t days = 365, per_minute = config::limits::kTokenRequestsPerMinute;
    std::int64_t number = 0;  // of revoke
};
// Who may ask the web services; audited. A token is shown when it is made, and never again.
[[nodiscard]] ExitCode token(const TokenArguments& arguments, const config::Clock& clock, Console& console);

struct StaffArguments {
    std::filesystem::path dir;
    std::string action;  // "put", "list", "remove"
    std::string name;
    std::vector<std::string> students;  // conditions of services/student_scope.h
    bool no_password = false;           // of somebody whom a trusted proxy names
};
// Accounts of administrative staff for the pages of the web listener; audited. A password is read from
// standard input, one line.
[[nodiscard]] ExitCode staff(const StaffArguments& arguments, const config::Clock& clock, Console& console);

// What an administrator enters in the Moodle's plugin.
[[nodiscard]] ExitCode intake_url(const std::filesystem::path& dir, const config::Clock& clock,
                                  Console& console);

struct StatusArguments {
    std::filesystem::path dir;
    bool json = false;  // one JSON object (docs/operating.md) instead of lines
};
[[nodiscard]] ExitCode status(const StatusArguments& arguments, const config::Clock& clock, Console& console);

struct DemoArguments {
    std::filesystem::path out;
    std::uint64_t seed = 1;
    int universities = 16;
    int students = 1'040;
    std::int64_t events =
        1'400'000;  // of all people on the Moodles; those of students are about three quarters
    std::string language;
    bool keep = false;  // leave the pool running until Ctrl-C
};
[[nodiscard]] ExitCode demo(const DemoArguments& arguments, const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
