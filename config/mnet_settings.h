// The settings `[mnet]`: Moodle Networking, in both directions (docs/mnet.md).
#pragma once

#include <string>

namespace assidu::config {

struct MnetSettings {
    // This node's address as peers know it, without a last slash: what is signed with, and where peers find
    // it. Empty: this node speaks to no Moodle.
    std::string wwwroot;
    std::string listen;  // "ADDRESS:PORT" (parse_endpoint()) for Moodles' calls; empty: no listener
    // A certificate chain and its key, PEM, relative to the node's folder. Both or neither; without them the
    // listener speaks plain HTTP, as most Moodles do behind a reverse proxy: messages are sealed either way.
    std::string tls_certificate, tls_key;
    // Whether a stranger's key is put down for the administrator to accept; false: who is not known
    // beforehand gets this node's key and nothing else.
    bool propose = true;
};

}  // namespace assidu::config
