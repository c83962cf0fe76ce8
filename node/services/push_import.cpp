#include "node/services/push_import.h"

#include <fmt/format.h>

#include "node/collect/importer.h"
#include "node/collect/pushed_rows.h"
#include "node/collect/recognise.h"
#include "node/collect/text.h"

namespace assidu::node::services {
namespace {

// The number of the last import of people: another one may know more of them.
std::int64_t catalogue_of(const Node& node) {
    constexpr std::size_t kEveryIntake = 1'000'000;
    for (const archive::Intake& intake : node.archive().intakes(kEveryIntake)) {
        if (intake.kind == collect::name_of(collect::FileKind::people)) return intake.key;
    }
    return 0;
}

}  // namespace

config::Result<void> take_in_pushes(Node& node, PushJournal& journal, const IntakeEvents& events) {
    const std::int64_t catalogue = catalogue_of(node);
    const bool all_known = !node.settings().students.needs_catalogue();
    auto files = journal.undecided_before(all_known ? std::nullopt : std::optional(catalogue));
    if (!files) return std::unexpected(files.error());
    const auto pushed = journal.take();
    if (!pushed) return std::unexpected(pushed.error());
    files->insert(files->end(), pushed->begin(), pushed->end());
    if (files->empty()) return {};

    PushJournal::Undecided undecided(journal, catalogue);
    collect::PushesImport pushes;
    pushes.files = *files;
    pushes.set_aside = [&](const LogRow& row) { undecided.add(collect::line_of(row)); };
    collect::ImportEvents import_events;
    import_events.progress = [](std::uint64_t, std::uint64_t, std::int64_t) {};
    import_events.warning = [&](const std::string& line) { events.remark(collect::printable(line)); };
    import_events.wants_more = events.wants_more;
    if (const auto imported = collect::import_pushes(node, import_events, pushes); !imported) return imported;
    if (!pushes.complete) return {};
    undecided.sync();
    for (const auto& path : *files)
        journal.forget(path);
    if (pushes.rows > 0)
        events.done(fmt::format("imported pushes: {} rows, {} events", pushes.rows, pushes.added));
    if (pushes.set_aside_rows > 0)
        events.problem("undecided",
                       fmt::format("{} pushed rows are of people that the catalogue of people does not know: "
                                   "they are kept until a newer one does",
                                   pushes.set_aside_rows));
    return {};
}

}  // namespace assidu::node::services
