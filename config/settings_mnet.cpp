#include "config/settings_mnet.h"

#include <fmt/format.h>

#include "config/limits.h"
#include "config/settings.h"

namespace assidu::config {
namespace {

// What becomes a common name, a column of 80 and a text inside XML.
bool is_own_wwwroot(const std::string& wwwroot) {
    if (!wwwroot.starts_with("https://") && !wwwroot.starts_with("http://")) return false;
    const std::size_t host = wwwroot.find("//") + 2;
    return wwwroot.size() > host && wwwroot.size() <= limits::kMnetOwnWwwrootBytesMax &&
           !wwwroot.ends_with('/') &&
           wwwroot.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:/[]") == std::string::npos;
}

}  // namespace

MnetSettings read_mnet(TableReader table) {
    MnetSettings mnet;
    mnet.wwwroot = table.text("wwwroot");
    mnet.listen = table.text("listen");
    mnet.tls_certificate = table.text("tls_certificate");
    mnet.tls_key = table.text("tls_key");
    mnet.propose = table.boolean("propose", mnet.propose);
    table.finish();
    if (!mnet.wwwroot.empty() && !is_own_wwwroot(mnet.wwwroot))
        table.object_to("wwwroot",
                        fmt::format("must be this node's own address, from http:// or https:// on, without a "
                                    "last slash, at most {} bytes (Moodle has no room for more)",
                                    limits::kMnetOwnWwwrootBytesMax));
    if (!mnet.listen.empty()) {
        if (const auto endpoint = parse_endpoint(mnet.listen); !endpoint)
            table.object_to("listen", "is refused: " + endpoint.error().what);
        if (mnet.wwwroot.empty()) table.object_to("listen", "needs wwwroot, by which peers know this node");
    }
    if (mnet.tls_certificate.empty() != mnet.tls_key.empty())
        table.object_to("tls_certificate", "and tls_key must both be set, or neither");
    for (const auto& [key, path] :
         {std::pair{"tls_certificate", &mnet.tls_certificate}, std::pair{"tls_key", &mnet.tls_key}}) {
        if (path->size() > limits::kPathBytesMax) table.object_to(key, "is too long a path");
    }
    return mnet;
}

std::string mnet_document(const MnetSettings& mnet) {
    const auto line = [](const char* key, const std::string& value, const char* example) {
        return value.empty() ? fmt::format("# {} = \"{}\"\n", key, example)
                             : fmt::format("{} = {}\n", key, toml_text(value));
    };
    return "\n"
           "[mnet]\n"
           "# This node as Moodles know it in Moodle Networking (docs/mnet.md), without a last slash.\n" +
           line("wwwroot", mnet.wwwroot, "https://assidu.univ-lyon.fr") +
           "# Where `assidu serve` takes their calls, such as \"127.0.0.1:8092\". Empty: nowhere.\n" +
           fmt::format("listen = {}\n", toml_text(mnet.listen)) +
           "# A certificate that they trust, and its key (PEM, paths from this folder). Without: plain HTTP, "
           "behind a "
           "reverse proxy.\n" +
           line("tls_certificate", mnet.tls_certificate, "/etc/ssl/assidu.pem") +
           line("tls_key", mnet.tls_key, "/etc/ssl/assidu.key") +
           "# Whether the key of a Moodle that introduces itself is put down for you to accept.\n" +
           fmt::format("propose = {}\n", mnet.propose);
}

}  // namespace assidu::config
