#include "node/cli/scale_commands.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/attendance/rules.h"

namespace assidu::node::cli {
namespace {

config::Result<std::string> document_named(const std::string& name) {
    if (const std::string_view preset = config::preset_document(name); !preset.empty())
        return std::string(preset);
    if (!std::filesystem::exists(name))
        return config::refuse(
            fmt::format("'{}' is no preset ({}) and no file", name, fmt::join(config::preset_names(), ", ")));
    return config::read_file(name, config::limits::kDocumentBytesMax);
}

ExitCode list_scales(Console& console) {
    for (const std::string& name : config::preset_names()) {
        const config::Scale scale = scale_named(name).value();
        console.print(fmt::format("{:<23} version {}  {}  {}{}\n", scale.id, scale.version,
                                  scale.sha256.substr(0, 12), scale.label_in("en"),
                                  scale.legacy_quirks.empty() ? "" : "  [legacy, with its defects]"));
    }
    return ExitCode::ok;
}

ExitCode show_scale(const std::string& name, Console& console) {
    const auto document = document_named(name);
    const auto scale = document ? config::parse_scale(*document, name) : std::unexpected(document.error());
    if (!scale) {
        console.complain(scale.error().what);
        return ExitCode::configuration;
    }
    console.print(document->ends_with('\n') ? *document : *document + "\n");
    return ExitCode::ok;
}

ExitCode check_scale(const std::string& name, Console& console) {
    const auto scale = scale_named(name);
    if (!scale) {
        console.complain(scale.error().what);
        return ExitCode::configuration;
    }
    console.print(fmt::format("{}: good\nSHA-256 {}\n", scale->name(), scale->sha256));
    if (const auto fits = attendance::fits_ledger(*scale); !fits)
        console.say("A node cannot use it: " + fits.error().what);
    return ExitCode::ok;
}

}  // namespace

config::Result<config::Scale> scale_named(const std::string& name) {
    const auto document = document_named(name);
    if (!document) return std::unexpected(document.error());
    return config::parse_scale(*document, name);
}

void add_scale(CLI::App& app, std::function<ExitCode()>& run, Console& console) {
    CLI::App* command = app.add_subcommand("scale", "Calculation scales: how events become time");
    command->require_subcommand(1);
    const auto name = std::make_shared<std::string>();
    CLI::App* list = command->add_subcommand("list", "The presets that come with the program");
    list->callback([&] { run = [&] { return list_scales(console); }; });
    CLI::App* show = command->add_subcommand("show", "The document of a scale");
    show->add_option("NAME", *name, "A preset, or the path of a scale document")->required();
    show->callback([&run, &console, name] { run = [&console, name] { return show_scale(*name, console); }; });
    CLI::App* check = command->add_subcommand(
        "check", "Whether a scale document is good, what is wrong by key, its digest");
    check->add_option("FILE", *name, "The path of a scale document, or a preset")->required();
    check->callback(
        [&run, &console, name] { run = [&console, name] { return check_scale(*name, console); }; });
}

}  // namespace assidu::node::cli
