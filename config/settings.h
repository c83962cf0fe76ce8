// The settings of a node: one commented TOML file, `assidu.toml`, at the top of the node's folder. An
// immutable snapshot once read. A key that this version does not know is refused by name and line.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/database_settings.h"
#include "config/mnet_settings.h"
#include "config/refusal.h"
#include "config/report_settings.h"
#include "config/web_settings.h"

namespace assidu::config {

// Whose events a node keeps (design decision 5). Either `everyone`, or conditions that must all hold; the
// values of one condition are alternatives. Texts are compared without regard to ASCII case, after trimming.
struct StudentSelection {
    bool everyone = false;
    std::vector<std::string> institution, department, cohort, email_domain, auth, mnet_host;
    std::map<std::string, std::vector<std::string>> profile_field;  // by short name of the field
    // Moodle user ids that are never kept, whatever else holds: administrators, test accounts.
    std::vector<std::int64_t> exclude_users;

    // True if at least one condition needs the catalogue of people.
    [[nodiscard]] bool needs_catalogue() const { return !everyone; }
};

// How long a node keeps what it has, in days of the scale's zone; 0: for ever (docs/privacy.md). Events are
// never kept longer than the totals made of them, which would come back from them.
struct Retention {
    std::int64_t events_days = 0;
    std::int64_t totals_days = 0;
    // Of people whom the source has deleted, after their last day with time.
    std::int64_t identities_days = 0;
    std::int64_t members_days = 0;  // of a hub's copies of its members' totals
    [[nodiscard]] bool any() const {
        return events_days > 0 || totals_days > 0 || identities_days > 0 || members_days > 0;
    }
};

struct Settings {
    // [node]
    std::string node_id;  // slug: the name of this node in the pool, for ever
    std::string name;     // as people read it
    std::string wwwroot;  // of the Moodle

    // [source]
    std::string source_name;         // under which the events of this Moodle are kept
    std::string site_identifier;     // Moodle's `siteidentifier`; may be empty
    std::int64_t guest_user_id = 1;  // Moodle's `siteguest`
    std::string timezone;            // of the Moodle's log page downloads; may be empty

    // [students]
    StudentSelection students;

    // [scale]
    std::string scale;  // the name of a preset, or the path of a document, relative to the folder

    // [reports]
    std::string language;          // "fr" or "en"
    std::string verification_url;  // printed on reports: where a package may be checked; may be empty
    ReportSettings reports;        // the rest of it, and [[report_schedule]]

    // [pool]: what `assidu serve` does in a pool
    std::string listen;                  // "ADDRESS:PORT" (parse_endpoint()); empty: no listener
    std::int64_t report_every_s = 3600;  // from round to round; limits::kReportEverySeconds*

    // [intake]
    std::string spool = "spool";  // the folder that `serve` takes files from, inside the node's; empty: none
    std::string intake_listen;    // "ADDRESS:PORT" for a Moodle's pushes; empty: no listener
    bool intake_tls = true;       // false: plain HTTP, behind a reverse proxy or on a private network
    // A certificate chain and its key, PEM, relative to the node's folder: what the listener shows instead of
    // the node's own certificate. Both or neither.
    std::string tls_certificate, tls_key;
    // SHA-256 of the public keys (SubjectPublicKeyInfo) of the client certificates that may push, 64
    // hexadecimal digits; empty: none is asked for.
    std::vector<std::string> client_certificates;
    std::int64_t undecided_days = 30;  // that a pushed row of somebody unknown waits for a catalogue
    std::string public_url;  // how the Moodle reaches the listener, without path; empty: its own address
    std::vector<std::string> allow_from;          // parse_address_range(); empty: any address
    std::vector<std::int64_t> report_requestors;  // Moodle user ids that may ask for time reports
    std::vector<std::string> callback_hosts;      // where reports are sent; empty: the host of wwwroot alone

    // [mnet]
    MnetSettings mnet;

    // [web]
    WebSettings web;

    // [retention]
    Retention retention;

    // [database], [log_database]: Moodle's own, read by `assidu collect` and `assidu serve`
    std::optional<DatabaseSettings> database;
};

// Where a listener listens.
struct Endpoint {
    std::string address;  // IPv4 or IPv6 in figures, without brackets
    std::uint16_t port = 0;
};
// "192.0.2.1:8443", "[::1]:8443". Refused if the address is not in figures or the port none; port 0 is any
// free one.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);
// "https://192.0.2.1:8443", or http:// without `tls`.
[[nodiscard]] std::string url_of(const Endpoint& endpoint, bool tls);

// A block of addresses.
struct AddressRange {
    std::array<std::uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
    int bits = 128;                          // that count, from the front

    // Whether the address in figures lies in it; IPv4 also in its IPv6 form. False if it is no address.
    [[nodiscard]] bool contains(std::string_view address_text) const;
};
// "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". Refused if it is none, or has bits behind its length.
[[nodiscard]] Result<AddressRange> parse_address_range(std::string_view text);

// A node id: 1 to 48 of a-z, 0-9 and inner hyphens.
[[nodiscard]] bool is_node_id(std::string_view text);
// A node id made from a name people read: "Université de Lyon" gives "universite-de-lyon". Empty if nothing
// is left.
[[nodiscard]] std::string slug_of(std::string_view name);

// `where` names the file in a refusal.
[[nodiscard]] Result<Settings> parse_settings(std::string_view toml, const std::string& where);

// The commented file that `assidu init` writes; parse_settings() takes it back.
[[nodiscard]] std::string settings_document(const Settings& settings);

}  // namespace assidu::config
