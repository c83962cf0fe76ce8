#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "node/cli/commands.h"
#include "node/node.h"
#include "node/services/hub_contact.h"
#include "rpc/key_file.h"

namespace assidu::node::cli {
namespace {

constexpr std::size_t kIntakesShown = 10;

std::string local(const Node& node, std::optional<std::int64_t> utc_s) {
    return utc_s ? node.calendar().local_iso(*utc_s) : "no data";
}

std::string size_of(const std::filesystem::path& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return error ? "missing" : grouped(static_cast<std::int64_t>(bytes)) + " bytes";
}

// `repeated`: the same file was read to its end later.
std::string describe(const archive::Intake& intake, bool repeated) {
    std::string counts;
    for (const auto& [name, count] : intake.counts)
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", name, grouped(count));
    return fmt::format("{} ({}): {}{}", intake.path, intake.kind, counts.empty() ? "nothing" : counts,
                       intake.ended_utc_s ? ""
                       : repeated         ? "; not read to its end, and repeated since"
                                          : "; NOT READ TO ITS END: import it again");
}

}  // namespace

ExitCode status(const std::filesystem::path& dir, const config::Clock& clock, Console& console) {
    const auto opened = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!opened) {
        console.complain(opened.error().what);
        return ExitCode::configuration;
    }
    const Node& node = *opened;
    const config::Settings& settings = node.settings();
    const archive::Extent extent = node.archive().extent(node.source());
    const auto freshness = node.ledger().freshness(settings.node_id, node.scale().sha256);
    const auto fingerprint = rpc::node_key_fingerprint(node.folder().node_key());
    const std::size_t dirty = node.archive().dirty(node.source()).size();

    std::string text;
    const auto line = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{:<12} {}\n", name, value);
    };
    line("node", fmt::format("{} ({})", settings.node_id, settings.name));
    line("moodle", settings.wwwroot);
    line("fingerprint", fingerprint ? *fingerprint : fingerprint.error().what);
    line("scale", fmt::format("{}, SHA-256 {}", node.scale().name(), node.scale().sha256));
    line("events", fmt::format("{} of {} users, {} to {}", grouped(extent.events),
                               grouped(static_cast<std::int64_t>(node.archive().users(node.source()).size())),
                               local(node, extent.first_utc_s), local(node, extent.last_utc_s)));
    line("catalogue", fmt::format("{} people", grouped(node.catalogue().count_people(settings.source_name))));
    if (freshness) {
        line("computed",
             fmt::format("as of {}, by {}{}", local(node, freshness->as_of_utc_s), freshness->engine,
                         dirty > 0 ? fmt::format("; {} students to compute",
                                                 grouped(static_cast<std::int64_t>(dirty)))
                                   : ""));
        line("ledger",
             fmt::format("SHA-256 {}", node.ledger().digest(settings.node_id, node.scale().sha256)));
    } else {
        line("computed", "never: no data");
    }
    const federation::StatementHead head = node.statements().head(settings.node_id);
    const std::size_t waiting = node.statements().unreceipted(settings.node_id).size();
    line("statements", head.number == 0 ? "none declared"
                                        : fmt::format("{} declared, {} without a receipt, head {}",
                                                      head.number, waiting, head.digest));
    const auto hub = services::read_hub(node.folder());
    if (!hub)
        line("hub", hub.error().what);
    else if (*hub)
        line("hub", fmt::format("{} at {}", (*hub)->id, (*hub)->url));
    for (const federation::Member& member : node.members().all())
        line("member", fmt::format("{}, {}, {} statements", member.id, name_of(member.state),
                                   node.statements().head(member.id).number));
    line("archive", size_of(node.folder().archive()));
    const auto intakes = node.archive().intakes(kIntakesShown);
    std::set<std::string> whole;
    for (const archive::Intake& intake : intakes) {
        line(&intake == &intakes.front() ? "imports" : "", describe(intake, whole.contains(intake.path)));
        if (intake.ended_utc_s) whole.insert(intake.path);
    }
    console.print(text);
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
