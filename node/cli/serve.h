// `assidu serve`: the process that a university or a hub leaves running.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct ServeArguments {
    std::filesystem::path dir;
    std::optional<std::string> listen;    // "ADDRESS:PORT", or empty for no listener; nothing: the settings'
    std::optional<std::int64_t> every_s;  // nothing: the settings'
};

// Until Ctrl-C: listens for members where the settings say where, and in rounds takes in the spool's files,
// brings the totals up to date, declares and delivers to the hub that was joined. The folder's lock is held
// only during a round, and not while the hub is spoken to.
//
// Standard output has one line for each thing done, in these words and no others:
//   listening on https://ADDRESS:PORT        (first, and only if it listens)
//   fingerprint  HEX
//   answering Moodles as URL on http://ADDRESS:PORT
//   MNet fingerprint  HEX
//   answering the web on URL
//   imported FILE: N rows, M events
//   collected N rows, M events               (of the Moodle's database)
//   computed N students
//   declared N statements
//   receipted N statements, M waiting
//   reports NAME FROM to TO: issued N, ...   (of a schedule)
//   batch N of ACCOUNT: issued N, ...        (that staff asked for on their page)
// A round in which nothing happened has none. Problems go to standard error, each once and then at most
// hourly.
[[nodiscard]] ExitCode serve(const ServeArguments& arguments, const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
