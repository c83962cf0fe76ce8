#include "node/cli/backup_commands.h"

#include <fmt/format.h>

#include <memory>

#include "config/limits.h"
#include "node/backup/backup.h"
#include "node/cli/interrupt.h"

namespace assidu::node::cli {
namespace {

// A round of `serve` that takes in a long log has the folder for minutes, and a backup is worth waiting for.
constexpr std::int64_t kPatience_s = 1800;

struct BackupArguments {
    std::filesystem::path into, backup, keys;
    bool with_keys = false, replace = false;
};

ExitCode back_up(const NodeFolder& folder, const BackupArguments& arguments, const config::Clock& clock,
                 Console& console) {
    const LockPatience patience{kPatience_s, [&](const std::string& line) { console.say(line); },
                                [] { return !interrupted(); }};
    const auto made = backup::back_up(folder, arguments.into, clock, {arguments.with_keys, patience});
    if (!made) {
        console.complain(made.error().what);
        return ExitCode::configuration;
    }
    console.print(fmt::format("backup       {}\nverified     {} files, {} bytes, statements to {}\n",
                              made->folder.string(), made->files, grouped(made->bytes), made->statement));
    if (!arguments.with_keys)
        console.say(
            "keys/ is not in it: keep a copy of it apart, or say --with-keys and keep the backup as secret "
            "as "
            "the keys");
    return ExitCode::ok;
}

ExitCode restore(const NodeFolder& folder, const BackupArguments& arguments, const config::Clock& clock,
                 Console& console) {
    const auto done = backup::restore(arguments.backup, folder, clock, {arguments.keys, arguments.replace});
    if (!done) {
        console.complain(done.error().what);
        return ExitCode::configuration;
    }
    console.print(fmt::format("restored     {} as of {} s UTC in {}\n", done->node, done->made_utc_s,
                              folder.path.string()));
    if (!done->replaced.empty()) console.print(fmt::format("replaced     {}\n", done->replaced.string()));
    console.say(
        "A member asks its hub for what it does not know any more before it issues a statement; a hub gets "
        "it again "
        "from its members. What was imported, excluded or erased since the backup is to be done again.");
    return ExitCode::ok;
}

}  // namespace

void add_backup(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<BackupArguments>();
    CLI::App* made =
        app.add_subcommand("backup", "Copy this node as it is now, while it runs, and verify the copy");
    made->add_option("INTO", arguments->into,
                     "The folder that gets a folder NODE-TIME; not in the node's own")
        ->required();
    made->add_flag("--with-keys", arguments->with_keys, "Its keys too: who has them can sign as this node");
    CLI::App* restored = app.add_subcommand("restore", "Make the node of --dir from a backup");
    restored->add_option("BACKUP", arguments->backup, "A folder that `backup` made")->required();
    restored->add_option(
        "--keys", arguments->keys,
        "Where its keys are, if the backup has none (default: those of the node that is replaced)");
    restored->add_flag("--replace", arguments->replace,
                       "A node that is there already is put aside, not deleted");
    made->callback([&, arguments] {
        run = [&, arguments] { return back_up(NodeFolder{dir}, *arguments, clock, console); };
    });
    restored->callback([&, arguments] {
        run = [&, arguments] { return restore(NodeFolder{dir}, *arguments, clock, console); };
    });
}

}  // namespace assidu::node::cli
