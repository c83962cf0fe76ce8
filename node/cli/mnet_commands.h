// The subcommands of Moodle Networking: `envelope`, which needs no node; `peer` and `call`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace CLI {
class App;
}

namespace assidu::node::cli {

struct OpenEnvelopeArguments {
    std::filesystem::path file;               // a body, or a whole HTTP message; "-": standard input
    std::vector<std::filesystem::path> keys;  // the recipient's private keys, the one in use first
    std::filesystem::path certificate;        // the sender's, as it is pinned; empty: none at hand
};
// What a captured message is, layer by layer, on standard error; the innermost document alone on standard
// output, whatever the verdict, as far as it was reached. `ok`: sealed, signed, and the signature verifies.
// `unproven`: nothing is wrong with what is there, and a layer or the certificate is missing. `input`:
// something is wrong.
[[nodiscard]] ExitCode open_envelope_file(const OpenEnvelopeArguments& arguments, Console& console);

struct SealEnvelopeArguments {
    std::filesystem::path file;       // an XML-RPC document; "-": standard input
    std::filesystem::path key;        // the sender's private key
    std::filesystem::path recipient;  // certificate; empty: signed alone
    std::string wwwroot;              // of the sender
    std::optional<std::int64_t> timestamp;
};
// Signs the document and seals it, to standard output.
[[nodiscard]] ExitCode seal_envelope_file(const SealEnvelopeArguments& arguments, const config::Clock& clock,
                                          Console& console);

struct PeerArguments {
    std::filesystem::path dir;
    std::string action;  // "add", "accept", "list", "show", "grant", "revoke", "rotate"
    std::string wwwroot, fingerprint, application = "moodle", service;
    std::vector<std::string> conditions;  // of a grant
};
[[nodiscard]] ExitCode peer(const PeerArguments& arguments, const config::Clock& clock, Console& console);

struct CallArguments {
    std::filesystem::path dir;
    std::string peer, method, params = "[]";  // a JSON list
};
// The answer as JSON on standard output; a fault is `input`, no answer that can be believed `resource`.
[[nodiscard]] ExitCode call(const CallArguments& arguments, const config::Clock& clock, Console& console);

void add_envelope(CLI::App& app, std::function<ExitCode()>& run, const config::Clock& clock,
                  Console& console);
// `dir` is read when `run` is called.
void add_peer(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
              const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
