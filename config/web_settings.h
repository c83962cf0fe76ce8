// The settings `[web]`: the listener for people, ERPs and whoever checks a report (docs/web-services.md).
#pragma once

#include <string>
#include <vector>

namespace assidu::config {

struct WebSettings {
    std::string listen;  // "ADDRESS:PORT" (parse_endpoint()); empty: no listener
    // A certificate chain and its key, PEM, relative to the node's folder. Both or neither; without them the
    // listener speaks plain HTTP, on loopback or to trusted proxies alone.
    std::string tls_certificate, tls_key;
    // Reverse proxies, as parse_address_range() reads them: nobody else is served then, and what they say of
    // whom they speak for is believed.
    std::vector<std::string> trusted_proxies;
    // How it is reached from outside, without path; empty: its own address. Stands in the addresses that it
    // gives.
    std::string public_url;
    // The header in which a trusted proxy names the member of staff who logged in there; empty: none is
    // believed.
    std::string identity_header;
};

}  // namespace assidu::config
