#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "config/durable_file.h"
#include "federation/consolidation.h"
#include "node/cli/commands.h"
#include "node/cli/demo_pool.h"
#include "node/cli/demo_proofs.h"
#include "node/cli/demo_table.h"
#include "node/cli/hub_report.h"
#include "node/cli/interrupt.h"

namespace assidu::node::cli {
namespace {

// Marks a folder as the demonstration's own: only such a folder is cleared for the next one.
constexpr const char* kMarker = "assidu-demo.txt";
constexpr const char* kMarkerText =
    "Made by `assidu demo`: invented people, invented logs. The next demo into this folder replaces all of "
    "it.\n";
constexpr const char* kFingerprint = "pool-fingerprint.txt";
// What a demo leaves in its folder; "logs" and "node" are an earlier version's.
constexpr const char* kParts[] = {"hub", "hub.log", "universities", "reports", kFingerprint, "logs", "node"};
// Paths of single students' reports that the last screen names.
constexpr std::size_t kStudentsShown = 1;

// Makes the folder, or sees that it is the demonstration's own.
config::Result<void> claim_folder(const std::filesystem::path& out) {
    std::error_code error;
    std::filesystem::create_directories(out, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", out.string(), error.message()));
    if (!std::filesystem::exists(out / kMarker) && !std::filesystem::is_empty(out))
        return config::refuse(fmt::format(
            "{}: is not empty and not of an earlier demo; name another folder with --out", out.string()));
    config::write_file_durably(out / kMarker, kMarkerText);
    return {};
}

void clear_folder(const std::filesystem::path& out) {
    std::error_code error;
    for (const char* part : kParts) {
        std::filesystem::remove_all(out / part, error);
        if (error)
            throw config::ResourceFailure(
                fmt::format("{}: cannot clear: {}", (out / part).string(), error.message()));
    }
}

// The whole way, until the hub has everything.
ExitCode run(DemoPool& pool, const std::string& language) {
    using Part = std::function<ExitCode()>;
    const Part parts[] = {[&] { return pool.make_nodes(language); }, [&] { return pool.write_logs(); },
                          [&] { return pool.start_hub(); }, [&] { return pool.join_universities(); },
                          [&] { return pool.run_universities(); }};
    for (const Part& part : parts)
        if (const ExitCode code = part(); code != ExitCode::ok) return code;
    return ExitCode::ok;
}

demo::PoolSize size_of(const DemoArguments& arguments) {
    return {.seed = arguments.seed,
            .universities = arguments.universities,
            .students = arguments.students,
            .events = arguments.events};
}

struct Made {
    const DemoPool& pool;
    const federation::Consolidated& consolidated;
    const std::vector<DemoLine>& lines;
    const PoolReports& reports;
    const DemoProofs& proofs;
    std::filesystem::path out;
};

std::string last_screen(const Made& made) {
    const federation::Period& period = made.consolidated.period;
    std::string text =
        fmt::format("\n{}, {} to {}: {} processes\n\n", "A pool of invented universities",
                    config::iso_date(period.from), config::iso_date(period.to), made.pool.plan().size() + 1);
    text += demo_table(made.lines);
    text += "\n";
    const auto line = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{:<12} {}\n", name, value);
    };
    const auto paths = [&](std::string_view name, const std::vector<std::filesystem::path>& files,
                           std::size_t shown) {
        for (std::size_t i = 0; i < std::min(files.size(), shown); ++i)
            line(i == 0 ? name : "", files[i].string());
        if (files.size() > shown)
            line("", fmt::format("and {} files more beside",
                                 grouped(static_cast<std::int64_t>(files.size() - shown))));
    };
    paths("pool", made.reports.pool, std::size(kFormatsOfAll));
    paths("universities", made.reports.groups, std::size(kFormatsOfAll));
    paths("students", made.reports.students, kStudentsShown * std::size(kFormatsOfAll));
    paths("printed", made.proofs.group, made.proofs.group.size());
    paths("packages", made.proofs.students, made.proofs.students.size());
    line("fingerprint", (made.out / kFingerprint).string());
    line("look around", fmt::format("assidu --dir {} status", made.pool.hub_folder().path.string()));
    text += fmt::format("\nassidu-verify --root {} {}\n\n{}", (made.out / kFingerprint).string(),
                        made.proofs.package.string(), made.proofs.checked);
    return text;
}

// What the hub can issue once it has everything; the last screen.
ExitCode finish(const DemoArguments& arguments, const DemoPool& pool, const config::Clock& clock,
                Console& console) {
    const auto hub = Node::open(pool.hub_folder(), clock, Node::Access::look);
    if (!hub) {
        console.complain(hub.error().what);
        return ExitCode::configuration;
    }
    const demo::DemoUniversity& month = pool.plan().front().month;
    const federation::Period period{month.first_day, config::next(month.first_day, month.days - 1)};
    const federation::Consolidated consolidated = consolidate(*hub, period);

    std::vector<DemoLine> lines;
    for (const demo::PoolUniversity& university : pool.plan()) {
        const auto node = Node::open(pool.folder_of(university), clock, Node::Access::look);
        if (!node) {
            console.complain(node.error().what);
            return ExitCode::configuration;
        }
        const auto part =
            std::ranges::find(consolidated.members, university.node_id, &federation::MemberPart::node);
        if (part == consolidated.members.end()) {
            console.complain(fmt::format("the hub does not know {}", university.node_id));
            return ExitCode::resource;
        }
        lines.push_back(demo_line(*hub, *node, *part, period));
    }

    Documents documents;
    documents.formats.assign(std::begin(kFormatsOfAll), std::end(kFormatsOfAll));
    documents.language = arguments.language == "en" ? reports::Language::en : reports::Language::fr;
    documents.out = arguments.out / "reports";
    PoolReports written;
    if (const ExitCode code = report_everything(*hub, consolidated, documents, console, written);
        code != ExitCode::ok)
        return code;
    const std::string& printed = pool.plan().front().node_id;
    documents.out /= printed;
    DemoProofs proofs;
    if (const ExitCode code = issue_proofs(*hub, period, printed, documents, console, proofs);
        code != ExitCode::ok)
        return code;
    config::write_file_durably(
        arguments.out / kFingerprint,
        fingerprint_file(lines, arguments.seed, hub->signing_key().verifying_key().fingerprint()));
    console.print(last_screen({pool, consolidated, lines, written, proofs, arguments.out}));
    const bool same = std::ranges::all_of(lines, &DemoLine::same);
    if (!same) console.complain("the hub's rows are not those of every university");
    return same ? ExitCode::ok : ExitCode::resource;
}

}  // namespace

ExitCode demo(const DemoArguments& arguments, const config::Clock& clock, Console& console) {
    if (arguments.students < demo::kStudentsMin * arguments.universities) {
        console.complain(fmt::format(
            "--student-count {}: at least {} students a university are wanted, {} for {}", arguments.students,
            demo::kStudentsMin, demo::kStudentsMin * arguments.universities, arguments.universities));
        return ExitCode::usage;
    }
    if (const auto claimed = claim_folder(arguments.out); !claimed) {
        console.complain(claimed.error().what);
        return ExitCode::usage;
    }
    // Two demonstrations in one folder would clear each other's files.
    const auto lock = FolderLock::take(NodeFolder{arguments.out});
    if (!lock) {
        console.complain(lock.error().what);
        return ExitCode::usage;
    }
    clear_folder(arguments.out);
    DemoPool pool(arguments.out, demo::plan_pool(size_of(arguments)), clock, console);
    if (const ExitCode code = run(pool, arguments.language.empty() ? "fr" : arguments.language);
        code != ExitCode::ok)
        return code;
    if (const ExitCode code = finish(arguments, pool, clock, console); code != ExitCode::ok) return code;
    if (arguments.keep) {
        console.print(fmt::format("hub          {}\n             fingerprint {}\n", pool.hub_url(),
                                  pool.hub_fingerprint()));
        console.say("The pool is running; Ctrl-C ends it.");
        if (const ExitCode code = pool.keep_running(); code != ExitCode::ok) return code;
    }
    return pool.stop();
}

}  // namespace assidu::node::cli
