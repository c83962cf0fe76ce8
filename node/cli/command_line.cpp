#include "node/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "config/limits.h"
#include "config/refusal.h"
#include "config/scale.h"
#include "node/attendance/engine.h"
#include "node/cli/backup_commands.h"
#include "node/cli/commands.h"
#include "node/cli/dossier.h"
#include "node/cli/exit_code.h"
#include "node/cli/history.h"
#include "node/cli/key_commands.h"
#include "node/cli/mnet_commands.h"
#include "node/cli/pool_commands.h"
#include "node/cli/privacy_commands.h"
#include "node/cli/report_batch.h"
#include "node/cli/scale_commands.h"
#include "node/cli/serve.h"
#include "node/cli/statement_commands.h"
#include "node/demo/universities.h"
#include "node/report_document.h"

namespace assidu::node::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 a defect of Assidu, 2 wrong words, 3 wrong or missing configuration or key,\n"
    "4 a file or (--strict) a row refused, 5 disk or database, 6 no data, 7 or 8 (doctor) found something, 9 "
    "(purge-plan) not safe,\n10 (envelope open) not all proven, 11 a report not issued for what was found in "
    "it, 130 interrupted.";

// The options of every subcommand, filled in by the parser, and the subcommand that was named.
struct Chosen {
    std::filesystem::path dir = ".";
    bool quiet = false;
    InitOptions init;
    ImportArguments import;
    ReportArguments report;
    ExplainArguments explain;
    RecomputeArguments recompute;
    CompareArguments compare;
    OutageArguments outage;
    ExcludeArguments exclude;
    TokenArguments token;
    StaffArguments staff;
    DaysArguments days;
    StatusArguments status;
    AuditArguments audit;
    CollectArguments collect;
    PurgePlanArguments purge_plan;
    DemoArguments demo;
    MemberArguments member;
    JoinArguments join;
    ServeArguments serve;
    std::function<ExitCode()> run;
};

void add_init(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("init", "Make a node: a folder with commented settings and keys");
    command->add_option("--name", chosen.init.name, "The university, as people read it")->required();
    command->add_option("--wwwroot", chosen.init.wwwroot, "The address of its Moodle")->required();
    command->add_option("--id", chosen.init.id,
                        "The node's name in the pool, for ever (default: made from --name)");
    command->add_option("--timezone", chosen.init.timezone,
                        "The zone of log page downloads, such as Europe/Paris");
    command
        ->add_option(
            "--students", chosen.init.students,
            "Whose events are kept: KEY=VALUE with institution, department, cohort, email_domain, auth or "
            "mnet_host; may be repeated (default: everyone)")
        ->allow_extra_args(false);
    command->callback([&] {
        chosen.run = [&] {
            chosen.init.dir = chosen.dir;
            return init(chosen.init, clock, console);
        };
    });
}

void add_import(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "import", "Take in files of log rows and catalogues, and compute; repeating an import is harmless");
    command
        ->add_option(
            "FILE", chosen.import.files,
            "Dumps of logstore_standard_log (CSV, JSON), downloads of Moodle's log page, catalogues of "
            "people, courses and activities; plain or gzip, in any order")
        ->required();
    command->add_flag("--strict", chosen.import.strict, "Stop at the first broken row");
    command->add_option("--timezone", chosen.import.timezone,
                        "The zone of log page downloads (default: the settings')");
    command
        ->add_option("--date-order", chosen.import.date_order,
                     "Of log page downloads whose dates leave it open")
        ->check(CLI::IsMember({"dmy", "mdy"}));
    command->add_flag("!--no-compute", chosen.import.compute,
                      "Only archive; totals are computed by the next report");
    command->callback([&] {
        chosen.run = [&] {
            chosen.import.dir = chosen.dir;
            return import(chosen.import, clock, console);
        };
    });
}

void add_report(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("report", "Write reports from the ledger");
    command->require_subcommand(1);
    command->add_subcommand("list", "Reports that were issued, and which of them later rows superseded")
        ->callback([&] { chosen.run = [&] { return report_list(chosen.dir, clock, console); }; });
    constexpr std::pair<const char*, const char*> kKinds[] = {
        {"student", "Per student: days, courses, activities, sessions"},
        {"lint", "Only what the look before issue finds of each student; nothing is issued"},
        {"group", "The university: students, courses, weeks"},
        {"pool", "At a hub: all its members, and what is missing"}};
    for (const auto& [kind, about] : kKinds) {
        const bool looks = std::string_view(kind) == "lint";
        const bool one = std::string_view(kind) == "student" || looks;
        CLI::App* report_kind = command->add_subcommand(kind, about);
        if (std::string_view(kind) != "pool" && !looks)
            report_kind->add_option("--member", chosen.report.member,
                                    "At a hub: the id of the member whose students they are (default: the "
                                    "node's own)");
        report_kind->add_option("--from", chosen.report.from, "First civil day, YYYY-MM-DD")->required();
        report_kind->add_option("--to", chosen.report.to, "Last civil day, included")->required();
        if (one)
            report_kind
                ->add_option("--student", chosen.report.students,
                             "User name, e-mail, id number, Moodle user id or pseudonym; may be repeated "
                             "(default: all)")
                ->allow_extra_args(false);
        if (std::string_view(kind) != "pool") {
            report_kind->add_option("--funder", chosen.report.funder,
                                    "Students with a dossier of this funder");
            report_kind->add_option("--group", chosen.report.group, "Students with a dossier of this group");
        }
        if (one && !looks) {
            report_kind
                ->add_option(
                    "--override", chosen.report.overrides,
                    "A finding, by its code, that is not to keep the named students' reports from being "
                    "issued; kept in the audit and shown on the report; may be repeated")
                ->allow_extra_args(false);
            report_kind->add_option("--reason", chosen.report.reason, "Why, of --override");
            report_kind->add_option("--author", chosen.report.author,
                                    "Who decides it (default: the account that runs the command)");
        }
        const auto has = [&](const FormatEntry& entry) {
            return one                                ? entry.student
                   : std::string_view(kind) == "pool" ? entry.pool
                                                      : entry.group || entry.student;
        };
        if (!looks) {
            std::vector<std::string> formats;
            for (const FormatEntry& entry : kReportFormats)
                if (has(entry)) formats.emplace_back(entry.name);
            report_kind
                ->add_option(
                    "--format", chosen.report.formats,
                    fmt::format("{}; a list (default: html, with --package pdf)", fmt::join(formats, ", ")))
                ->delimiter(',')
                ->check(CLI::IsMember(formats));
            if (std::string_view(kind) != "pool")
                report_kind->add_flag(
                    "--package", chosen.report.package,
                    one ? "Also a package a student: the documents with the proofs that "
                          "assidu-verify checks (needs --out)"
                        : "Also a folder a student under --out, with its documents and package");
            if (std::string_view(kind) != "pool")
                report_kind->add_option(
                    "--template", chosen.report.report_template,
                    "A template's folder, also one of the node's own folder (default: the settings' "
                    "[reports] template; of a member's students none)");
            report_kind->add_option("--out", chosen.report.out,
                                    "The folder to write to (default: one document goes to standard output)");
        }
        if (std::string_view(kind) != "pool")
            report_kind->add_option("--scale", chosen.report.scale,
                                    "Of the node's own students, totals under another scale, which "
                                    "`recompute --scale` made: a preset, or the path of a document");
        report_kind->add_option("--lang", chosen.report.language, "fr or en (default: the settings')")
            ->check(CLI::IsMember({"fr", "en"}));
        report_kind->callback([&, kind = std::string(kind)] {
            chosen.run = [&, kind] {
                chosen.report.dir = chosen.dir;
                chosen.report.kind = kind;
                return report(chosen.report, clock, console);
            };
        });
    }
}

void add_explain(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "explain",
        "Every event of a student's day, kept or dropped and by which rule, what each is worth and why, down "
        "to the day's total, which is compared with the ledger");
    command
        ->add_option("STUDENT", chosen.explain.student,
                     "User name, e-mail, id number, Moodle user id or pseudonym")
        ->required();
    command->add_option("DAY", chosen.explain.day, "Civil day of the scale's zone, YYYY-MM-DD")->required();
    command->add_option("--scale", chosen.explain.scale,
                        "A preset, or the path of a scale document (default: the node's)");
    command->add_option("--format", "text or json (default: text)")
        ->check(CLI::IsMember({"text", "json"}))
        ->each([&](const std::string& format) { chosen.explain.json = format == "json"; });
    command->add_option("--lang", chosen.explain.language, "fr or en (default: the settings')")
        ->check(CLI::IsMember({"fr", "en"}));
    command->callback([&] {
        chosen.run = [&] {
            chosen.explain.dir = chosen.dir;
            return explain(chosen.explain, clock, console);
        };
    });
}

void add_recompute(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("recompute",
                                           "Compute all archived events anew: under another scale, beside "
                                           "the node's own totals, or under its own, "
                                           "to see that no row differs");
    command->add_option("--scale", chosen.recompute.scale,
                        "A preset, or the path of a scale document (default: the node's)");
    command->callback([&] {
        chosen.run = [&] {
            chosen.recompute.dir = chosen.dir;
            return recompute(chosen.recompute, clock, console);
        };
    });
}

void add_compare(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.get_subcommand("scale")->add_subcommand(
        "compare", "A student's days under two scales, and by which rules they differ; nothing is stored");
    command->add_option("A", chosen.compare.a, "A preset, or the path of a scale document")->required();
    command->add_option("B", chosen.compare.b, "Another")->required();
    command
        ->add_option("--student", chosen.compare.student,
                     "User name, e-mail, id number, Moodle user id or pseudonym")
        ->required();
    command->add_option("--from", chosen.compare.from, "First civil day, YYYY-MM-DD")->required();
    command->add_option("--to", chosen.compare.to, "Last civil day, included")->required();
    command->add_option("--format", "text or json (default: text)")
        ->check(CLI::IsMember({"text", "json"}))
        ->each([&](const std::string& format) { chosen.compare.json = format == "json"; });
    command->callback([&] {
        chosen.run = [&] {
            chosen.compare.dir = chosen.dir;
            return compare_scales(chosen.compare, clock, console);
        };
    });
}

void add_outage(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "outage", "Times for which log events are known to be missing; every report that overlaps says so");
    command->require_subcommand(1);
    CLI::App* add = command->add_subcommand("add", "Put one down");
    add->add_option("--from", chosen.outage.from, "Local time, YYYY-MM-DD or YYYY-MM-DDTHH:MM")->required();
    add->add_option("--to", chosen.outage.to, "Local time, not included")->required();
    add->add_option("--cause", chosen.outage.cause, "Why")->required();
    CLI::App* list = command->add_subcommand("list", "Show them");
    for (CLI::App* action : {add, list}) {
        action->callback([&] {
            chosen.run = [&] {
                chosen.outage.dir = chosen.dir;
                return outage(chosen.outage, clock, console);
            };
        });
    }
}

void add_token(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command =
        app.add_subcommand("token", "Tokens of ERPs for the web services ([web] in the settings); audited");
    command->require_subcommand(1);
    CLI::App* create = command->add_subcommand("create", "Make a token; it is shown once");
    CLI::App* list = command->add_subcommand("list", "Show all tokens, without what is secret of them");
    CLI::App* revoke = command->add_subcommand("revoke", "Let a token hold no more, from now on");
    create->add_option("--label", chosen.token.label, "Whose it is, in words")->required();
    create
        ->add_option("--function", chosen.token.functions,
                     "A function that it allows, or all; may be repeated")
        ->required()
        ->allow_extra_args(false);
    create
        ->add_option("--students", chosen.token.students,
                     "Whom it may be told of: everyone, student=NAME, or conditions cohort=, institution=, "
                     "department=, email_domain=, funder=, group=, which must all hold; may be repeated")
        ->required()
        ->allow_extra_args(false);
    create->add_option("--days", chosen.token.days, "How long it holds")->capture_default_str();
    create->add_option("--per-minute", chosen.token.per_minute, "Requests that it may make in a minute")
        ->capture_default_str();
    revoke->add_option("NUMBER", chosen.token.number, "As `token list` shows it")->required();
    for (CLI::App* action : {create, list, revoke}) {
        action->callback([&, action] {
            chosen.token.action = action->get_name();
            chosen.run = [&] {
                chosen.token.dir = chosen.dir;
                return token(chosen.token, clock, console);
            };
        });
    }
}

void add_staff(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command =
        app.add_subcommand("staff", "Accounts of administrative staff for the pages of [web]; audited");
    command->require_subcommand(1);
    CLI::App* put = command->add_subcommand(
        "put", "Make an account, or give it other students and another password (read from standard input)");
    CLI::App* list = command->add_subcommand("list", "Show all accounts");
    CLI::App* remove =
        command->add_subcommand("remove", "Remove an account; who is logged in is out at once");
    for (CLI::App* action : {put, remove})
        action->add_option("NAME", chosen.staff.name, "The account's name, without blanks")->required();
    put->add_option(
           "--students", chosen.staff.students,
           "Whom they may see: everyone, student=NAME, or conditions cohort=, institution=, department=, "
           "email_domain=, funder=, group=, which must all hold; may be repeated")
        ->required()
        ->allow_extra_args(false);
    put->add_flag("--no-password", chosen.staff.no_password,
                  "They log in at a trusted proxy (identity_header), not here");
    for (CLI::App* action : {put, list, remove}) {
        action->callback([&, action] {
            chosen.staff.action = action->get_name();
            chosen.run = [&] {
                chosen.staff.dir = chosen.dir;
                return staff(chosen.staff, clock, console);
            };
        });
    }
}

void add_exclude(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "exclude",
        "Time of a student that does not count, with a reason and an author; it is audited, no "
        "event is deleted, and explain and reports show it");
    command->require_subcommand(1);
    CLI::App* add = command->add_subcommand("add", "Exclude a stretch of time");
    CLI::App* list = command->add_subcommand("list", "Show exclusions, revoked ones too");
    CLI::App* revoke = command->add_subcommand("revoke", "Let excluded time count again");
    for (CLI::App* action : {add, list})
        action
            ->add_option("STUDENT", chosen.exclude.student,
                         "User name, e-mail, id number, Moodle user id or pseudonym")
            ->required(action == add);
    add->add_option("FROM", chosen.exclude.from, "Local time, YYYY-MM-DD or YYYY-MM-DDTHH:MM")->required();
    add->add_option("TO", chosen.exclude.to, "Local time, not included; a day alone is the whole of that day")
        ->required();
    revoke->add_option("NUMBER", chosen.exclude.number, "As `exclude list` shows it")->required();
    for (CLI::App* action : {add, revoke}) {
        action->add_option("--reason", chosen.exclude.reason, "Why")->required();
        action->add_option("--author", chosen.exclude.author, "Who decided it")->required();
    }
    for (CLI::App* action : {add, list, revoke}) {
        action->callback([&, action] {
            chosen.exclude.action = action->get_name();
            chosen.run = [&] {
                chosen.exclude.dir = chosen.dir;
                return exclude(chosen.exclude, clock, console);
            };
        });
    }
}

void add_days(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "days", "The signed days on which alone a student's time counts, where the scale asks for them");
    command->require_subcommand(1);
    CLI::App* add = command->add_subcommand("add", "Sign days");
    CLI::App* withdraw = command->add_subcommand("withdraw", "Take days back");
    CLI::App* list = command->add_subcommand("list", "Show all that was signed and withdrawn");
    for (CLI::App* action : {add, withdraw, list}) {
        action
            ->add_option("STUDENT", chosen.days.student,
                         "User name, e-mail, id number, Moodle user id or pseudonym")
            ->required();
        if (action != list) {
            action->add_option("FROM", chosen.days.from, "First civil day, YYYY-MM-DD")->required();
            action->add_option("TO", chosen.days.to, "Last civil day, included (default: FROM)");
            action->add_option("--author", chosen.days.author, "Who decided it")->required();
        }
        action->callback([&, action] {
            chosen.days.action = action->get_name();
            chosen.run = [&] {
                chosen.days.dir = chosen.dir;
                return days(chosen.days, clock, console);
            };
        });
    }
}

void add_status(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "status", "What this node holds, how fresh it is, what waits in its spool and for its hub");
    command->add_flag("--json", chosen.status.json, "The same as one JSON object");
    command->callback([&] {
        chosen.run = [&] {
            chosen.status.dir = chosen.dir;
            return status(chosen.status, clock, console);
        };
    });
}

void add_collect(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "collect", "Take the log from the Moodle's own database ([database]), read-only, until Ctrl-C");
    command->add_flag("--once", chosen.collect.once, "Up to what is there now, then end");
    command->add_flag("!--no-compute", chosen.collect.compute,
                      "Only archive; totals are computed by the next report");
    command->add_flag("--accept-source", chosen.collect.accept_source,
                      "Go on with a database that was found to be another than before");
    command
        ->add_option(
            "--release", chosen.collect.release,
            "Archive the rows in quarantine: \"late\" those that are no copies, \"all\" the copies, too")
        ->check(CLI::IsMember({"late", "all"}));
    command->callback([&] {
        chosen.run = [&] {
            chosen.collect.dir = chosen.dir;
            return collect_log(chosen.collect, clock, console);
        };
    });
    CLI::App* plan = app.add_subcommand(
        "purge-plan",
        "Up to where the Moodle's log may be purged now, and why not further (exit code 9: nowhere)");
    plan->add_flag("--json", chosen.purge_plan.json, "The same as one JSON object");
    plan->callback([&] {
        chosen.run = [&] {
            chosen.purge_plan.dir = chosen.dir;
            return purge_plan(chosen.purge_plan, clock, console);
        };
    });
}

void add_intake(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("intake", "Logs that a Moodle pushes itself (local_log_sender)");
    command->require_subcommand(1);
    command->add_subcommand("url", "The addresses to enter in the Moodle's plugin; they are secret")
        ->callback([&] { chosen.run = [&] { return intake_url(chosen.dir, clock, console); }; });
}

void add_audit(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("audit", "Who was told names, when, how many and for what");
    command->add_option("--from", chosen.audit.from, "First civil day, YYYY-MM-DD (default: all)");
    command->add_option("--to", chosen.audit.to, "Last civil day, included");
    command->callback([&] {
        chosen.run = [&] {
            chosen.audit.dir = chosen.dir;
            return audit(chosen.audit, clock, console);
        };
    });
}

void add_demo(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand(
        "demo", "A month of an invented pool: universities and their hub, each a process of its own");
    chosen.demo.out = "demo-out";
    command->add_option("--out", chosen.demo.out, "The folder to write to")->capture_default_str();
    command->add_option("--seed", chosen.demo.seed, "Other people, other logs")->capture_default_str();
    command->add_option("--university-count", chosen.demo.universities, "Universities of the pool")
        ->capture_default_str()
        ->check(CLI::Range(1, demo::kUniversitiesMax));
    command->add_option("--student-count", chosen.demo.students, "Students of the pool")
        ->capture_default_str()
        ->check(CLI::Range(demo::kStudentsMin, 50'000));
    command->add_option("--event-count", chosen.demo.events, "Log events of the month, about")
        ->capture_default_str()
        ->check(CLI::Range(1000, 50'000'000));
    command->add_flag("--keep", chosen.demo.keep, "Leave the pool running until Ctrl-C");
    command->add_option("--lang", chosen.demo.language, "Of the reports: fr or en")
        ->check(CLI::IsMember({"fr", "en"}));
    command->callback([&] { chosen.run = [&] { return demo(chosen.demo, clock, console); }; });
}

void add_member(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* command = app.add_subcommand("member", "Who may declare to this hub");
    command->require_subcommand(1);
    CLI::App* list = command->add_subcommand("list", "Members, their statements and what was refused");
    CLI::App* invite =
        command->add_subcommand("invite", "Make a token with which a node may introduce itself");
    CLI::App* accept = command->add_subcommand("accept", "Accept a node whose fingerprint was compared");
    CLI::App* suspend =
        command->add_subcommand("suspend", "Take nothing more from a member, or withdraw an invitation");
    CLI::App* revoke = command->add_subcommand(
        "revoke", "Suspend a member whose key others have: that key is never taken again");
    revoke->add_option("--reason", chosen.member.reason, "Why")->required();
    for (CLI::App* action : {invite, accept, suspend, revoke})
        action->add_option("ID", chosen.member.id, "The node's id")->required();
    invite
        ->add_option("--names", chosen.member.names,
                     "What this hub may know of students: none, issue (the names of a report, asked for when "
                     "it is issued) or roster (all)")
        ->capture_default_str()
        ->check(CLI::IsMember({"none", "issue", "roster"}));
    accept->add_option("--fingerprint", chosen.member.fingerprint, "As the node's administrator reads it out")
        ->required();
    for (CLI::App* action : {list, invite, accept, suspend, revoke}) {
        action->callback([&, action] {
            chosen.member.action = action->get_name();
            chosen.run = [&] {
                chosen.member.dir = chosen.dir;
                return member(chosen.member, clock, console);
            };
        });
    }
}

void add_pool(CLI::App& app, Chosen& chosen, const config::Clock& clock, Console& console) {
    CLI::App* join_command = app.add_subcommand("join", "Introduce this node to a hub");
    join_command->add_option("URL", chosen.join.url, "The hub's address, such as https://hub.example:8443")
        ->required();
    join_command->add_option("--token", chosen.join.token, "Of the invitation")->required();
    join_command->add_option("--fingerprint", chosen.join.fingerprint,
                             "Of the hub, as its administrator reads it out");
    join_command->add_option("--own-url", chosen.join.own_url,
                             "Where the hub reaches this node's own listener, such as "
                             "https://assidu.univ-lyon.fr:8443 (default: nowhere)");
    join_command
        ->add_option("--names", chosen.join.names,
                     "What the hub may know of this node's students: none, issue (the names of a report, "
                     "asked for when it is issued) or roster (all)")
        ->capture_default_str()
        ->check(CLI::IsMember({"none", "issue", "roster"}));
    join_command->callback([&] {
        chosen.run = [&] {
            chosen.join.dir = chosen.dir;
            return join(chosen.join, clock, console);
        };
    });
    CLI::App* send_command =
        app.add_subcommand("send", "Compute, declare what changed, and send it to the hub");
    send_command->callback([&] { chosen.run = [&] { return send(chosen.dir, clock, console); }; });
    CLI::App* serve_command = app.add_subcommand(
        "serve",
        "Do by itself what this node is for, until Ctrl-C: take in the files of the spool, "
        "compute, report to the hub it joined, listen for members");
    serve_command->add_option("--listen", chosen.serve.listen,
                              "Address in figures and port, port 0: any free one; empty: do not listen "
                              "(default: the settings' [pool] listen)");
    serve_command
        ->add_option("--every", chosen.serve.every_s,
                     "Seconds from round to round (default: the settings' [pool] report_every_s)")
        ->check(CLI::Range(config::limits::kReportEverySecondsMin, config::limits::kReportEverySecondsMax));
    serve_command->callback([&] {
        chosen.run = [&] {
            chosen.serve.dir = chosen.dir;
            return serve(chosen.serve, clock, console);
        };
    });
}

ExitCode guarded(const std::function<ExitCode()>& command, Console& console) {
    try {
        return command();
    } catch (const config::ResourceFailure& failure) {
        console.complain(failure.what());
        return ExitCode::resource;
    } catch (const std::exception& error) {
        console.complain(std::string("a defect of Assidu, please report it: ") + error.what());
        return ExitCode::defect;
    }
}

}  // namespace

int run(int argc, const char* const* argv, const config::Clock& clock, Console& console) {
    Chosen chosen;
    CLI::App app("Assidu: proof of attendance from Moodle logs", "assidu");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(kFooter);
    app.set_version_flag(
        "--version", std::string("assidu " ASSIDU_VERSION ", engine ") + std::string(attendance::kEngine));
    app.add_option("--dir", chosen.dir, "The node's folder")->envname("ASSIDU_DIR")->capture_default_str();
    app.add_flag("--quiet", chosen.quiet, "Only results and errors");
    add_init(app, chosen, clock, console);
    add_import(app, chosen, clock, console);
    add_report(app, chosen, clock, console);
    add_explain(app, chosen, clock, console);
    add_recompute(app, chosen, clock, console);
    add_outage(app, chosen, clock, console);
    add_exclude(app, chosen, clock, console);
    add_token(app, chosen, clock, console);
    add_staff(app, chosen, clock, console);
    add_batch(app, chosen.dir, chosen.run, clock, console);
    add_dossier(app, chosen.dir, chosen.run, clock, console);
    add_days(app, chosen, clock, console);
    add_status(app, chosen, clock, console);
    add_collect(app, chosen, clock, console);
    add_intake(app, chosen, clock, console);
    add_member(app, chosen, clock, console);
    add_pool(app, chosen, clock, console);
    add_audit(app, chosen, clock, console);
    add_privacy(app, chosen.dir, chosen.run, clock, console);
    add_keys(app, chosen.dir, chosen.run, clock, console);
    add_statement(app, chosen.dir, chosen.run, clock, console);
    add_history(app, chosen.dir, chosen.run, clock, console);
    add_backup(app, chosen.dir, chosen.run, clock, console);
    add_doctor(app, chosen.dir, chosen.run, clock, console);
    add_envelope(app, chosen.run, clock, console);
    add_peer(app, chosen.dir, chosen.run, clock, console);
    add_demo(app, chosen, clock, console);
    add_scale(app, chosen.run, console);
    add_compare(app, chosen, clock, console);
    add_compute(app, chosen.run, clock, console);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out, err;
        const int code = app.exit(error, out, err);
        if (!out.str().empty())
            (void)guarded([&] { return console.print(out.str()), ExitCode::ok; }, console);
        if (code != 0) console.complain(err.str());
        return static_cast<int>(code == 0 ? ExitCode::ok : ExitCode::usage);
    }
    console.set_quiet(chosen.quiet);
    return static_cast<int>(guarded(chosen.run, console));
}

}  // namespace assidu::node::cli
