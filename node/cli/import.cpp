#include <fmt/format.h>

#include "node/cli/commands.h"
#include "node/cli/import_files.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/collect/importer.h"

namespace assidu::node::cli {
namespace {

using collect::FileKind;

bool is_catalogue(FileKind kind) {
    return kind == FileKind::people || kind == FileKind::courses || kind == FileKind::activities;
}

std::string_view words_of(std::string_view count) {
    if (count == "added") return "new events archived";
    if (count == "duplicate") return "archived already, or the same row again";
    if (count == "conflict") return "REJECTED: id archived already with other contents";
    if (count == "rejected") return "REJECTED: broken rows";
    if (count == "kept") return "kept";
    if (count == "nobody") return "not kept: nobody was logged in";
    if (count == "guest") return "not kept: the guest account";
    if (count == "excluded") return "not kept: people the settings exclude";
    if (count == "erased") return "not kept: people whom this node forgot";
    if (count == "expired") return "not kept: older than [retention] keeps events";
    if (count == "not_selected") return "not kept: people of others";
    if (count == "unknown_person") return "not kept: people not in the catalogue";
    return count;
}

void tell(const collect::FileImport& file, Console& console) {
    const auto read = file.counts.find("read");
    console.say(fmt::format("{}: {}, {} rows read{}", file.path.string(), collect::words_of(file.kind),
                            grouped(read == file.counts.end() ? 0 : read->second),
                            file.complete ? "" : ", NOT TO ITS END"));
    for (const auto& [name, count] : file.counts) {
        if (name == "read" || count == 0) continue;
        console.say(fmt::format("  {:>12}  {}", grouped(count), words_of(name)));
    }
    for (const std::string& remark : file.remarks)
        console.say("  " + remark);
    if (!file.rejects.empty()) console.say("  rejected rows, with reasons: " + file.rejects.string());
}

struct Recognition {
    std::filesystem::path path;
    collect::Recognised what;
};

}  // namespace

ExitCode import_files(Node& node, const std::vector<std::filesystem::path>& paths,
                      const collect::ImportOptions& options, Console& console,
                      std::vector<collect::FileImport>& imported) {
    // Every file is recognised before the first row is read: a wrong file name costs no time. Catalogues go
    // first, whatever the order they were named in: they say whose events are kept.
    std::vector<Recognition> files, logs;
    for (const std::filesystem::path& path : paths) {
        const auto recognised = collect::recognise(path);
        if (!recognised) {
            console.complain(recognised.error().what);
            return ExitCode::input;
        }
        (is_catalogue(recognised->kind) ? files : logs).push_back({path, *recognised});
    }
    files.insert(files.end(), logs.begin(), logs.end());

    collect::ImportEvents events;
    std::string name;
    events.progress = [&](std::uint64_t done, std::uint64_t of, std::int64_t rows) {
        console.progress(
            fmt::format("importing {}: {} rows, {} %", name, grouped(rows), of == 0 ? 100 : done * 100 / of));
    };
    events.warning = [&](const std::string& line) { console.complain(line); };
    events.wants_more = [] { return !interrupted(); };
    for (const Recognition& file : files) {
        name = file.path.filename().string();
        imported.emplace_back();
        const auto result =
            collect::import_file(node, file.path, file.what, options, events, imported.back());
        tell(imported.back(), console);
        if (!result) {
            console.complain(result.error().what);
            return ExitCode::input;
        }
        if (interrupted()) {
            console.complain(
                "interrupted; what is archived is kept, and the same command goes on from there");
            return ExitCode::interrupted;
        }
    }
    return ExitCode::ok;
}

ExitCode import(const ImportArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    collect::ImportOptions options;
    options.strict = arguments.strict;
    options.timezone = arguments.timezone;
    if (!arguments.date_order.empty())
        options.date_order =
            arguments.date_order == "dmy" ? collect::DateOrder::dmy : collect::DateOrder::mdy;
    std::vector<collect::FileImport> imported;
    if (const ExitCode code = import_files(*node, arguments.files, options, console, imported);
        code != ExitCode::ok)
        return code;
    return arguments.compute ? bring_up_to_date(*node, console) : ExitCode::ok;
}

}  // namespace assidu::node::cli
