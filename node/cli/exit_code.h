// What the program answers to a script. Documented in docs/operating.md; a number never changes its meaning.
#pragma once

namespace assidu::node::cli {

enum class ExitCode : int {
    ok = 0,
    defect = 1,         // a broken invariant: a bug of Assidu
    usage = 2,          // the words of the command are off
    configuration = 3,  // no node there, wrong settings or scale, missing key, folder in use
    input = 4,          // a file was refused, or with --strict a row
    resource = 5,       // disk full, unreadable file, damaged database
    no_data = 6,        // a report over what was never computed, or an unknown student
    warned = 7,         // `doctor` found what an administrator should look at
    ailing = 8,         // `doctor` found what keeps the node from its work, or costs events
    not_safe = 9,       // purge-plan: nothing of the source may be purged
    unproven = 10,  // `envelope open`: nothing is wrong with the message, and not everything of it is proven
    incoherent = 11,    // a report was not issued: what the look before issue found refuses it
    interrupted = 130,  // Ctrl-C or SIGTERM; everything acknowledged is kept
};

}  // namespace assidu::node::cli
