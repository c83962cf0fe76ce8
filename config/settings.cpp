#include "config/settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <toml++/toml.h>
#include <array>
#include <charconv>
#include <set>

#include "config/civil_calendar.h"
#include "config/limits.h"
#include "config/report_settings_reader.h"
#include "config/settings_database.h"
#include "config/settings_mnet.h"
#include "config/settings_web.h"
#include "config/table_reader.h"

namespace assidu::config {
namespace {

std::string toml_texts(const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values)
        list += (list.empty() ? "" : ", ") + toml_text(value);
    return "[" + list + "]";
}

// A line of [students]: set, or standing as a comment to show how.
std::string condition(const char* key, const std::vector<std::string>& values, const char* example) {
    if (values.empty()) return fmt::format("# {} = {}\n", key, example);
    return fmt::format("{} = {}\n", key, toml_texts(values));
}

void check_selection(const StudentSelection& students, TableReader& reader) {
    const bool conditions = !students.institution.empty() || !students.department.empty() ||
                            !students.cohort.empty() || !students.email_domain.empty() ||
                            !students.auth.empty() || !students.mnet_host.empty() ||
                            !students.profile_field.empty();
    if (students.everyone && conditions)
        reader.object_to("everyone", "is true beside conditions: say one or the other");
    if (!students.everyone && !conditions)
        reader.object_to("everyone", "is not true and no condition is set: say whose events this node keeps");
}

// The spool is emptied into the archive: it must be a folder of its own inside the node's.
std::string_view objection_to_spool(std::string_view path) {
    if (path.empty()) return {};
    if (path.size() > limits::kPathBytesMax) return "is too long";
    std::size_t begin = 0;
    bool first = true;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..")
            return "must be a folder inside the node's, such as \"spool\"";
        if (first && (part == "keys" || part == "rejects")) return "is a folder that the node uses itself";
        first = false;
        begin = end + 1;
    }
    return {};
}

// What the listener shows and asks for in its handshake.
void read_listener_tls(TableReader& intake, Settings& settings) {
    settings.intake_tls = intake.boolean("tls", settings.intake_tls);
    settings.tls_certificate = intake.text("tls_certificate");
    settings.tls_key = intake.text("tls_key");
    if (settings.tls_certificate.empty() != settings.tls_key.empty())
        intake.object_to("tls_certificate", "and tls_key go together");
    for (const std::string* path : {&settings.tls_certificate, &settings.tls_key}) {
        if (path->size() > limits::kPathBytesMax) intake.object_to("tls_certificate", "is too long");
    }
    settings.client_certificates = intake.texts("client_certificates");
    for (const std::string& fingerprint : settings.client_certificates) {
        if (fingerprint.size() != 64 ||
            fingerprint.find_first_not_of("0123456789abcdef") != std::string::npos)
            intake.object_to("client_certificates",
                             "must be SHA-256 fingerprints of public keys, 64 digits of 0-9 and a-f each");
    }
    if (!settings.intake_tls && (!settings.tls_certificate.empty() || !settings.client_certificates.empty()))
        intake.object_to("tls", "is false beside certificates, which only TLS has");
}

// The listener for a Moodle's own pushes.
void read_listener(TableReader& intake, Settings& settings) {
    settings.intake_listen = intake.text("listen");
    if (!settings.intake_listen.empty()) {
        if (const auto endpoint = parse_endpoint(settings.intake_listen); !endpoint)
            intake.object_to("listen", "is refused: " + endpoint.error().what);
        if (settings.spool.empty())
            intake.object_to("listen", "needs a spool, in which pushes wait until they are archived");
    }
    read_listener_tls(intake, settings);
    settings.undecided_days = intake.integer("undecided_days", settings.undecided_days);
    if (settings.undecided_days < 1 || settings.undecided_days > limits::kUndecidedDaysMax)
        intake.object_to("undecided_days", fmt::format("must be from 1 to {}", limits::kUndecidedDaysMax));
    settings.public_url = intake.text("public_url");
    const std::string& url = settings.public_url;
    if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://"))
        intake.object_to("public_url", "must begin with https:// or http://");
    if (url.size() > limits::kUrlBytesMax) intake.object_to("public_url", "is too long");
    settings.allow_from = intake.texts("allow_from");
    for (const std::string& range : settings.allow_from) {
        if (const auto parsed = parse_address_range(range); !parsed)
            intake.object_to("allow_from", "is refused: " + parsed.error().what);
    }
    settings.report_requestors = intake.integers("report_requestors");
    settings.callback_hosts = intake.texts("callback_hosts");
    for (const std::string& host : settings.callback_hosts) {
        if (host.empty() ||
            host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:") != std::string::npos)
            intake.object_to("callback_hosts",
                             "must be names of hosts in small letters, such as \"moodle.univ-lyon.fr\", with "
                             ":PORT if it is not that of https");
    }
    for (const auto& [key, size] : {std::pair{"allow_from", settings.allow_from.size()},
                                    std::pair{"report_requestors", settings.report_requestors.size()},
                                    std::pair{"client_certificates", settings.client_certificates.size()},
                                    std::pair{"callback_hosts", settings.callback_hosts.size()}}) {
        if (size > limits::kIntakeListMax)
            intake.object_to(key, fmt::format("has more than {} entries", limits::kIntakeListMax));
    }
}

void read_retention(TableReader table, Settings& settings) {
    Retention& retention = settings.retention;
    for (const auto& [key, days] :
         {std::pair{"events_days", &retention.events_days}, std::pair{"totals_days", &retention.totals_days},
          std::pair{"identities_days", &retention.identities_days},
          std::pair{"members_days", &retention.members_days}}) {
        *days = table.integer(key, 0);
        if (*days < 0 || *days > limits::kRetentionDaysMax)
            table.object_to(key, fmt::format("must be from 0 (for ever) to {}", limits::kRetentionDaysMax));
    }
    if (retention.totals_days > 0 &&
        (retention.events_days == 0 || retention.events_days > retention.totals_days))
        table.object_to(
            "events_days",
            "must be at most totals_days: totals would come back from events that are kept longer");
    table.finish();
}

// What `assidu serve` does.
void read_serving(TableReader pool, TableReader intake, Settings& settings) {
    settings.listen = pool.text("listen");
    if (!settings.listen.empty()) {
        if (const auto endpoint = parse_endpoint(settings.listen); !endpoint)
            pool.object_to("listen", "is refused: " + endpoint.error().what);
    }
    settings.report_every_s = pool.integer("report_every_s", settings.report_every_s);
    if (settings.report_every_s < limits::kReportEverySecondsMin ||
        settings.report_every_s > limits::kReportEverySecondsMax)
        pool.object_to("report_every_s", fmt::format("must be from {} to {}", limits::kReportEverySecondsMin,
                                                     limits::kReportEverySecondsMax));
    pool.finish();

    settings.spool = intake.text("spool", settings.spool);
    if (const std::string_view objection = objection_to_spool(settings.spool); !objection.empty())
        intake.object_to("spool", std::string(objection));
    read_listener(intake, settings);
    intake.finish();
}

// An address as inet_pton reads it, IPv4 as ::ffff:a.b.c.d; the bits in front of its own.
std::optional<std::pair<std::array<std::uint8_t, 16>, int>> binary_address(const std::string& text) {
    constexpr int kMappedBits = 96;
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::pair{bytes, 0};
    bytes[10] = bytes[11] = 0xff;
    if (::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return std::pair{bytes, kMappedBits};
    return std::nullopt;
}

bool bit_of(const std::array<std::uint8_t, 16>& bytes, int bit) {
    return ((bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1) != 0;
}

}  // namespace

bool AddressRange::contains(std::string_view address_text) const {
    if (address_text.find('\0') != std::string_view::npos) return false;
    const auto other = binary_address(std::string(address_text));
    if (!other) return false;
    for (int bit = 0; bit < bits; ++bit) {
        if (bit_of(address, bit) != bit_of(other->first, bit)) return false;
    }
    return true;
}

Result<AddressRange> parse_address_range(std::string_view text) {
    constexpr int kAllBits = 128;
    const auto refusal = [&] {
        return refuse(fmt::format("'{}' is no address in figures and no block such as 192.0.2.0/24", text));
    };
    const std::size_t slash = text.find('/');
    if (text.find('\0') != std::string_view::npos) return refusal();
    const auto address = binary_address(std::string(text.substr(0, slash)));
    if (!address) return refusal();
    AddressRange range{address->first, kAllBits};
    if (slash != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, range.bits);
        if (error != std::errc() || stop != end || range.bits < 0 || range.bits > kAllBits - address->second)
            return refusal();
        range.bits += address->second;
    }
    for (int bit = range.bits; bit < kAllBits; ++bit) {
        if (bit_of(range.address, bit)) return refusal();
    }
    return range;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto refusal = [&] {
        return refuse(fmt::format("'{}' is not ADDRESS:PORT, the address in figures", text));
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) return refusal();
    std::string_view address = text.substr(0, colon);
    const bool brackets = address.starts_with('[') && address.ends_with(']');
    if (brackets) address = address.substr(1, address.size() - 2);
    Endpoint endpoint{std::string(address), 0};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
    in6_addr binary{};
    if (error != std::errc() || stop != end) return refusal();
    if (::inet_pton(brackets ? AF_INET6 : AF_INET, endpoint.address.c_str(), &binary) != 1) return refusal();
    return endpoint;
}

std::string url_of(const Endpoint& endpoint, bool tls) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", v6 ? "[" : "", endpoint.address,
                       v6 ? "]" : "", endpoint.port);
}

bool is_node_id(std::string_view text) {
    if (text.empty() || text.size() > 48 || text.front() == '-' || text.back() == '-') return false;
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::string slug_of(std::string_view name) {
    // Letters of French as their plain form; everything else that is not a letter or digit separates.
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kPlain{{
        {"à", "a"},  {"á", "a"}, {"â", "a"},  {"ä", "a"},  {"ã", "a"}, {"å", "a"}, {"À", "a"}, {"Á", "a"},
        {"Â", "a"},  {"Ä", "a"}, {"æ", "ae"}, {"Æ", "ae"}, {"ç", "c"}, {"Ç", "c"}, {"è", "e"}, {"é", "e"},
        {"ê", "e"},  {"ë", "e"}, {"È", "e"},  {"É", "e"},  {"Ê", "e"}, {"Ë", "e"}, {"î", "i"}, {"ï", "i"},
        {"Î", "i"},  {"Ï", "i"}, {"ñ", "n"},  {"ô", "o"},  {"ö", "o"}, {"Ô", "o"}, {"Ö", "o"}, {"œ", "oe"},
        {"Œ", "oe"}, {"ù", "u"}, {"û", "u"},  {"ü", "u"},  {"Û", "u"}, {"ÿ", "y"},
    }};
    std::string slug;
    for (std::size_t i = 0; i < name.size();) {
        std::string_view plain;
        std::size_t size = 1;
        for (const auto& [letter, replacement] : kPlain) {
            if (name.substr(i).starts_with(letter)) {
                plain = replacement;
                size = letter.size();
            }
        }
        const char c = name[i];
        i += size;
        if (!plain.empty())
            slug += plain;
        else if (c >= 'A' && c <= 'Z')
            slug.push_back(static_cast<char>(c - 'A' + 'a'));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            slug.push_back(c);
        else if (!slug.empty() && slug.back() != '-')
            slug.push_back('-');
    }
    slug.resize(std::min<std::size_t>(slug.size(), 48));
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    return slug;
}

Result<Settings> parse_settings(std::string_view text, const std::string& where) {
    toml::table document;
    try {
        document = toml::parse(text, where);
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        return refuse(fmt::format("{}:{}:{}: {}", where, begin.line, begin.column, error.description()));
    }

    std::vector<std::string> objections;
    const auto table = [&](const char* name) {
        const toml::node* node = document.get(name);
        if (node != nullptr && node->as_table() == nullptr)
            objections.push_back(fmt::format("line {}: {} must be a table", node->source().begin.line, name));
        return TableReader(node == nullptr ? nullptr : node->as_table(), name, objections);
    };
    for (const auto& [key, node] : document) {
        static const std::set<std::string_view> kTables{
            "format", "node",      "source",   "students",     "scale", "reports", "pool",
            "intake", "retention", "database", "log_database", "mnet",  "web",     "report_schedule"};
        if (!kTables.contains(key.str()))
            objections.push_back(fmt::format("line {}: {} is not known to this version of Assidu",
                                             node.source().begin.line, key.str()));
    }
    if (document["format"].value<std::int64_t>() != 1)
        objections.push_back("format = 1 is missing, or another format than this version reads");

    Settings settings;
    TableReader node = table("node");
    settings.node_id = node.text("id", "", /*required=*/true);
    if (!settings.node_id.empty() && !is_node_id(settings.node_id))
        node.object_to("id", "must be 1 to 48 of a-z, 0-9 and inner hyphens");
    settings.name = node.text("name", "", /*required=*/true);
    settings.wwwroot = node.text("wwwroot", "", /*required=*/true);
    if (!settings.wwwroot.starts_with("https://") && !settings.wwwroot.starts_with("http://"))
        node.object_to("wwwroot", "must be the address of the Moodle, from http:// or https:// on");
    node.finish();

    TableReader source = table("source");
    settings.source_name = source.text("name", "moodle");
    if (!is_node_id(settings.source_name))
        source.object_to("name", "must be 1 to 48 of a-z, 0-9 and inner hyphens");
    settings.site_identifier = source.text("site_identifier");
    settings.guest_user_id = source.integer("guest_user_id", 1);
    settings.timezone = source.text("timezone");
    if (!settings.timezone.empty()) {
        if (const auto calendar = CivilCalendar::of(settings.timezone); !calendar)
            source.object_to("timezone", "is refused: " + calendar.error().what);
    }
    source.finish();

    TableReader students = table("students");
    settings.students.everyone = students.boolean("everyone", false);
    settings.students.institution = students.texts("institution");
    settings.students.department = students.texts("department");
    settings.students.cohort = students.texts("cohort");
    settings.students.email_domain = students.texts("email_domain");
    settings.students.auth = students.texts("auth");
    settings.students.mnet_host = students.texts("mnet_host");
    settings.students.profile_field = students.texts_by_name("profile_field");
    settings.students.exclude_users = students.integers("exclude_users");
    students.finish();
    check_selection(settings.students, students);

    TableReader scale = table("scale");
    settings.scale = scale.text("use", "sonate");
    scale.finish();

    TableReader reports = table("reports");
    settings.language = reports.text("language", "fr");
    if (settings.language != "fr" && settings.language != "en")
        reports.object_to("language", "must be \"fr\" or \"en\"");
    settings.verification_url = reports.text("verification_url");
    if (const std::string& url = settings.verification_url;
        !url.empty() && !url.starts_with("https://") && !url.starts_with("http://"))
        reports.object_to("verification_url", "must begin with https:// or http://");
    if (settings.verification_url.size() > limits::kUrlBytesMax / 4)
        reports.object_to("verification_url", "is too long for a QR code");
    settings.reports = read_report_settings(reports, document, objections);
    reports.finish();

    read_serving(table("pool"), table("intake"), settings);
    settings.mnet = read_mnet(table("mnet"));
    settings.web = read_web(table("web"));
    read_retention(table("retention"), settings);
    if (document.contains("database"))
        settings.database = read_database(table("database"), document.contains("log_database")
                                                                 ? std::optional(table("log_database"))
                                                                 : std::nullopt);
    else if (document.contains("log_database"))
        objections.emplace_back("[log_database] is set, and [database] is not");

    if (!objections.empty()) return refuse(fmt::format("{}: {}", where, fmt::join(objections, "; ")));
    return settings;
}

std::string settings_document(const Settings& s) {
    std::string fields;
    for (const auto& [name, values] : s.students.profile_field)
        fields += fmt::format("{}{} = {}", fields.empty() ? "" : ", ", toml_text(name), toml_texts(values));
    std::string excluded;
    for (const std::int64_t user : s.students.exclude_users)
        excluded += fmt::format("{}{}", excluded.empty() ? "" : ", ", user);

    return "# Settings of an Assidu node. Every key has a comment; a key that does not exist is an error, "
           "not ignored.\n"
           "format = 1\n"
           "\n"
           "[node]\n"
           "# The name of this node in the pool, for ever: 1 to 48 of a-z, 0-9 and inner hyphens.\n" +
           fmt::format("id = {}\n", toml_text(s.node_id)) +
           "# The university, as people read it on reports.\n" +
           fmt::format("name = {}\n", toml_text(s.name)) + "# The address of its Moodle ($CFG->wwwroot).\n" +
           fmt::format("wwwroot = {}\n", toml_text(s.wwwroot)) +
           "\n"
           "[source]\n"
           "# Under which name the events of this Moodle are kept. An event is known by this name and its "
           "id.\n" +
           fmt::format("name = {}\n", toml_text(s.source_name)) +
           "# Moodle's own identity (table config, name siteidentifier), if you know it.\n" +
           fmt::format("site_identifier = {}\n", toml_text(s.site_identifier)) +
           "# Moodle's guest account (siteguest): never a student.\n" +
           fmt::format("guest_user_id = {}\n", s.guest_user_id) +
           "# The time zone of files downloaded from Moodle's log page, which show local time. Dumps need "
           "none.\n" +
           (s.timezone.empty() ? std::string("# timezone = \"Europe/Paris\"\n")
                               : fmt::format("timezone = {}\n", toml_text(s.timezone))) +
           "\n"
           "[students]\n"
           "# Whose events this node keeps. Nobody else's are kept, only counted. Either everyone (a Moodle "
           "of this\n"
           "# university alone), or conditions on the catalogue of people: all that are set must hold, and "
           "the\n"
           "# values of one condition are alternatives.\n" +
           (s.students.everyone ? "everyone = true\n" : "# everyone = true\n") +
           condition("institution", s.students.institution, "[\"Université de Lyon\"]") +
           condition("department", s.students.department, "[\"DAEU\"]") +
           condition("cohort", s.students.cohort, "[\"sonate-2026\"]") +
           condition("email_domain", s.students.email_domain, "[\"univ-lyon.fr\"]") +
           condition("auth", s.students.auth, "[\"shibboleth\"]") +
           condition("mnet_host", s.students.mnet_host, "[\"https://moodle.univ-lyon.fr\"]") +
           (fields.empty() ? std::string("# profile_field = { funded = [\"yes\"] }\n")
                           : fmt::format("profile_field = {{ {} }}\n", fields)) +
           "# User ids that are never kept: administrators, test accounts.\n" +
           fmt::format("exclude_users = [{}]\n", excluded) +
           "\n"
           "[scale]\n"
           "# How events become time: the name of a preset (sonate), or the path of a scale document.\n" +
           fmt::format("use = {}\n", toml_text(s.scale)) +
           "\n"
           "[reports]\n"
           "# The language of reports: \"fr\" or \"en\".\n" +
           fmt::format("language = {}\n", toml_text(s.language)) +
           "# The address at which a report's package may be checked, printed on it as a QR code. Empty: the "
           "code "
           "holds the digest alone.\n" +
           fmt::format("verification_url = {}\n", toml_text(s.verification_url)) +
           "# How documents look: a template's folder (assidu template check). Empty: as they come.\n"
           "# template = \"template\"\n"
           "# Reports that `assidu serve` issues by itself: when a day, an ISO week or a month is over, at a "
           "local\n"
           "# time of day; of a funder's or a group's students, or all; into a folder with an index page.\n"
           "# [[report_schedule]]\n"
           "# name = \"month\"\n"
           "# every = \"month-end\"   # daily, weekly, month-end\n"
           "# at = \"04:00\"\n"
           "# funder = \"OPCO Atlas\"\n"
           "# formats = [\"pdf\", \"xlsx\"]\n"
           "# out = \"reports\"\n"
           "\n"
           "[pool]\n"
           "# A hub: where `assidu serve` listens for members, the address in figures, such as "
           "\"0.0.0.0:8443\". Empty: no hub.\n" +
           fmt::format("listen = {}\n", toml_text(s.listen)) +
           "# How often `assidu serve` brings the ledger up to date, and declares and sends what changed if "
           "this node\n"
           "# joined a hub, in seconds. Files in the spool do not wait for it.\n" +
           fmt::format("report_every_s = {}\n", s.report_every_s) +
           "\n"
           "[intake]\n"
           "# The folder inside this one that `assidu serve` takes files from. Put a file there by renaming "
           "it, complete,\n"
           "# from the same disk. Empty: none.\n" +
           fmt::format("spool = {}\n", toml_text(s.spool)) +
           "# Where `assidu serve` takes the log that a Moodle pushes itself (local_log_sender), such as "
           "\"127.0.0.1:8090\".\n"
           "# `assidu intake url` tells what to enter there. Empty: nowhere.\n" +
           fmt::format("listen = {}\n", toml_text(s.intake_listen)) +
           "# false: plain HTTP, for a reverse proxy in front of it or on a private network.\n" +
           fmt::format("tls = {}\n", s.intake_tls) +
           "# A certificate that the Moodle's system trusts, and its key (PEM, paths from this folder), in "
           "the "
           "place of the node's own.\n" +
           (s.tls_certificate.empty()
                ? std::string(
                      "# tls_certificate = \"/etc/ssl/assidu.pem\"\n# tls_key = \"/etc/ssl/assidu.key\"\n")
                : fmt::format("tls_certificate = {}\ntls_key = {}\n", toml_text(s.tls_certificate),
                              toml_text(s.tls_key))) +
           "# Client certificates that may push, by the SHA-256 of their public keys; none named: none is "
           "asked "
           "for.\n" +
           condition("client_certificates", s.client_certificates, "[\"64 hexadecimal digits\"]") +
           "# Days that a pushed row waits whose person no catalogue knows.\n" +
           fmt::format("undecided_days = {}\n", s.undecided_days) +
           "# How the Moodle reaches it, if not by that address.\n" +
           (s.public_url.empty() ? std::string("# public_url = \"https://assidu.univ-lyon.fr\"\n")
                                 : fmt::format("public_url = {}\n", toml_text(s.public_url))) +
           "# Addresses and blocks that may push; none named: any that knows the path.\n" +
           condition("allow_from", s.allow_from, "[\"192.0.2.10\", \"2001:db8::/64\"]") +
           "# Moodle user ids that may ask for time reports, and the hosts that reports are sent to (none "
           "named: "
           "that of\n"
           "# wwwroot).\n" +
           fmt::format("report_requestors = [{}]\n", fmt::join(s.report_requestors, ", ")) +
           condition("callback_hosts", s.callback_hosts, "[\"moodle.univ-lyon.fr\"]") +
           "\n"
           "[retention]\n"
           "# How long things are kept, in days; 0: for ever. Events, the totals made of them, and who the "
           "people "
           "were whom\n"
           "# the Moodle has deleted. Totals may not be given a shorter life than events. members_days: of a "
           "hub, what its members\n"
           "# declared to it.\n" +
           fmt::format("events_days = {}\ntotals_days = {}\nidentities_days = {}\nmembers_days = {}\n",
                       s.retention.events_days, s.retention.totals_days, s.retention.identities_days,
                       s.retention.members_days) +
           mnet_document(s.mnet) + web_document(s.web) + database_document(s.database);
}

}  // namespace assidu::config
