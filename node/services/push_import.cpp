#include "node/services/push_import.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "node/collect/importer.h"
#include "node/collect/pushed_rows.h"
#include "node/collect/recognise.h"
#include "node/collect/text.h"

namespace assidu::node::services {
namespace {

// Grows with every import of people and every change that a reading of the Moodle's database found: a later
// catalogue may know more of them.
std::int64_t catalogue_of(const Node& node) {
    const std::int64_t read =
        node.catalogue().mark(node.settings().source_name, archive::kPeopleGeneration).value_or(0);
    constexpr std::size_t kEveryIntake = 1'000'000;
    for (const archive::Intake& intake : node.archive().intakes(kEveryIntake)) {
        if (intake.kind == collect::name_of(collect::FileKind::people)) return intake.key + read;
    }
    return read;
}

std::int64_t written_utc_s(const std::filesystem::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mtime : INT64_MAX;
}

// Rows of `files` into the node. Rows of people who are still unknown go back among the undecided, or where
// `give_up` are counted and gone.
struct Taken {
    std::int64_t rows = 0, added = 0, set_aside = 0, given_up = 0;
    bool complete = false;
};
config::Result<Taken> take_files(Node& node, const std::vector<std::filesystem::path>& files, bool give_up,
                                 PushJournal::Undecided& undecided, const IntakeEvents& events) {
    Taken taken;
    collect::PushesImport pushes;
    pushes.files = files;
    pushes.set_aside = [&](const LogRow& row) {
        if (give_up) {
            ++taken.given_up;
            return;
        }
        ++taken.set_aside;
        undecided.add(collect::line_of(row));
    };
    collect::ImportEvents import_events;
    import_events.progress = [](std::uint64_t, std::uint64_t, std::int64_t) {};
    import_events.warning = [&](const std::string& line) { events.remark(collect::printable(line)); };
    import_events.wants_more = events.wants_more;
    if (const auto imported = collect::import_pushes(node, import_events, pushes); !imported)
        return std::unexpected(imported.error());
    taken.rows = pushes.rows;
    taken.added = pushes.added;
    taken.complete = pushes.complete;
    return taken;
}

}  // namespace

config::Result<void> take_in_pushes(Node& node, PushJournal& journal, const IntakeEvents& events) {
    constexpr std::int64_t kDay_s = 86'400;
    const std::int64_t catalogue = catalogue_of(node);
    const bool all_known = !node.settings().students.needs_catalogue();
    // Whom no newer catalogue came to know for so many days, none knows. How old the rows are says nothing: a
    // plugin that begins to push begins with the oldest.
    const std::int64_t expired_s = node.clock().now_utc_s() - node.settings().undecided_days * kDay_s;
    const auto waiting = journal.undecided_before(all_known ? std::nullopt : std::optional(catalogue));
    if (!waiting) return std::unexpected(waiting.error());
    const auto everything = journal.undecided_before(std::nullopt);
    if (!everything) return std::unexpected(everything.error());
    std::vector<std::filesystem::path> expired;
    for (const auto& path : *everything) {
        if (written_utc_s(path) < expired_s && std::ranges::find(*waiting, path) == waiting->end())
            expired.push_back(path);
    }
    const auto pushed = journal.take();
    if (!pushed) return std::unexpected(pushed.error());
    if (waiting->empty() && pushed->empty() && expired.empty()) return {};

    PushJournal::Undecided undecided(journal, catalogue);
    Taken all;
    using Files = std::vector<std::filesystem::path>;
    const std::pair<const Files*, bool> all_files[] = {
        {&*waiting, false}, {&expired, true}, {&*pushed, false}};
    for (const auto& [files, give_up] : all_files) {
        if (files->empty()) continue;
        const auto taken = take_files(node, *files, give_up, undecided, events);
        if (!taken) return std::unexpected(taken.error());
        if (!taken->complete) return {};
        all.rows += taken->rows;
        all.added += taken->added;
        all.set_aside += taken->set_aside;
        all.given_up += taken->given_up;
    }
    undecided.sync();
    for (const auto& part : all_files) {
        for (const auto& path : *part.first)
            journal.forget(path);
    }
    if (all.rows > 0) events.done(fmt::format("imported pushes: {} rows, {} events", all.rows, all.added));
    if (all.set_aside > 0)
        events.problem("undecided",
                       fmt::format("{} pushed rows are of people that the catalogue of people does not know: "
                                   "they are kept until a newer one does, at most {} days",
                                   all.set_aside, node.settings().undecided_days));
    if (all.given_up > 0)
        events.problem(
            "given up",
            fmt::format("{} pushed rows of people whom no catalogue knew for {} days were given up; "
                        "should they be students after all, import a dump of the log",
                        all.given_up, node.settings().undecided_days));
    return {};
}

}  // namespace assidu::node::services
