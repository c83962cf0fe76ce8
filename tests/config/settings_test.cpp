#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/limits.h"

namespace assidu::config {
namespace {

using ::testing::HasSubstr;

Settings example() {
    Settings settings;
    settings.node_id = "univ-lyon";
    settings.name = "Université de \"Lyon\"";
    settings.wwwroot = "https://moodle.univ-lyon.example";
    settings.source_name = "moodle";
    settings.students.everyone = true;
    settings.scale = "sonate";
    settings.language = "fr";
    return settings;
}

std::string with(const std::string& from, const std::string& to) {
    std::string document = settings_document(example());
    const std::size_t at = document.find(from);
    if (at == std::string::npos) throw std::logic_error("the document has no " + from);
    return document.replace(at, from.size(), to);
}

std::string refusal_of(const std::string& document) {
    const auto settings = parse_settings(document, "assidu.toml");
    return settings ? "accepted" : settings.error().what;
}

TEST(Settings, WhatInitWritesIsReadBack) {
    Settings written = example();
    written.students.everyone = false;
    written.students.institution = {"Université de Lyon", "A \\ \"B\""};
    written.students.profile_field = {{"funded", {"yes", "oui"}}};
    written.students.exclude_users = {2, 3};
    written.timezone = "Europe/Paris";
    const Settings read = parse_settings(settings_document(written), "x").value();
    EXPECT_EQ(read.node_id, written.node_id);
    EXPECT_EQ(read.name, written.name);
    EXPECT_EQ(read.wwwroot, written.wwwroot);
    EXPECT_EQ(read.students.institution, written.students.institution);
    EXPECT_EQ(read.students.profile_field, written.students.profile_field);
    EXPECT_EQ(read.students.exclude_users, written.students.exclude_users);
    EXPECT_FALSE(read.students.everyone);
    EXPECT_EQ(read.timezone, "Europe/Paris");
    EXPECT_EQ(read.guest_user_id, 1);
}

TEST(Settings, ABrokenFileIsNamedWithLineAndColumn) {
    EXPECT_THAT(refusal_of("format = 1\n[node\n"), HasSubstr("assidu.toml:2:"));
}

TEST(Settings, AnUnknownKeyOrTableIsRefusedWithItsLine) {
    EXPECT_THAT(refusal_of(with("[reports]", "[reports]\nlanguages = \"fr\"")),
                HasSubstr("[reports] languages is not known"));
    EXPECT_THAT(refusal_of(with("[reports]", "[report]")), HasSubstr("report is not known"));
}

TEST(Settings, AWrongTypeOrValueIsRefusedByKey) {
    EXPECT_THAT(refusal_of(with("guest_user_id = 1", "guest_user_id = \"1\"")),
                HasSubstr("guest_user_id must be an integer"));
    EXPECT_THAT(refusal_of(with("id = \"univ-lyon\"", "id = \"Univ Lyon\"")), HasSubstr("[node] id must be"));
    EXPECT_THAT(refusal_of(with("\"https://moodle", "\"moodle")), HasSubstr("[node] wwwroot must be"));
    EXPECT_THAT(refusal_of(with("language = \"fr\"", "language = \"de\"")), HasSubstr("[reports] language"));
    EXPECT_THAT(refusal_of(with("# timezone = \"Europe/Paris\"", "timezone = \"Europe/Nowhere\"")),
                HasSubstr("Europe/Nowhere"));
    EXPECT_THAT(refusal_of(with("format = 1", "format = 2")), HasSubstr("format = 1"));
}

TEST(Settings, TheAddressPrintedOnReportsIsReadBackAndFitsIntoAQrCode) {
    Settings written = example();
    written.verification_url = "https://pole.example/verifier";
    EXPECT_EQ(parse_settings(settings_document(written), "x").value().verification_url,
              "https://pole.example/verifier");
    EXPECT_EQ(parse_settings(settings_document(example()), "x").value().verification_url, "");
    const auto refused = [](const std::string& url) {
        return refusal_of(with("verification_url = \"\"", "verification_url = \"" + url + "\""));
    };
    EXPECT_THAT(refused("pole.example"), HasSubstr("[reports] verification_url must begin with"));
    const std::string longest = "https://" + std::string(limits::kUrlBytesMax / 4 - 8, 'a');
    EXPECT_THAT(refused(longest + "a"), HasSubstr("too long for a QR code"));
    EXPECT_TRUE(
        parse_settings(with("verification_url = \"\"", "verification_url = \"" + longest + "\""), "x"));
}

TEST(Settings, WhoseStudentsMustBeSaidAndOnlyOnce) {
    EXPECT_THAT(refusal_of(with("\neveryone = true", "\neveryone = false")),
                HasSubstr("say whose events this node keeps"));
    EXPECT_THAT(refusal_of(with("\neveryone = true", "\neveryone = true\ninstitution = [\"A\"]")),
                HasSubstr("is true beside conditions"));
}

TEST(Settings, WhatServeDoesIsReadBackAndHasDefaultsInAnOldFile) {
    Settings written = example();
    written.listen = "[::1]:8443";
    written.report_every_s = 60;
    written.spool = "in/coming";
    const Settings read = parse_settings(settings_document(written), "x").value();
    EXPECT_EQ(read.listen, "[::1]:8443");
    EXPECT_EQ(read.report_every_s, 60);
    EXPECT_EQ(read.spool, "in/coming");

    std::string old = settings_document(example());
    old.erase(old.find("\n[pool]"));
    const Settings defaults = parse_settings(old, "x").value();
    EXPECT_EQ(defaults.listen, "");
    EXPECT_EQ(defaults.report_every_s, 3600);
    EXPECT_EQ(defaults.spool, "spool");
    EXPECT_EQ(parse_settings(with("spool = \"spool\"", "spool = \"\""), "x").value().spool, "");
    EXPECT_THAT(refusal_of(with("[pool]", "[pool]\nlisten_to = \"\"")),
                HasSubstr("[pool] listen_to is not known"));
    EXPECT_THAT(refusal_of(with("[intake]", "[intake]\nspools = \"\"")),
                HasSubstr("[intake] spools is not known"));
}

TEST(Settings, TheTimeBetweenRoundsHasLimits) {
    const auto every = [](std::int64_t seconds) {
        return refusal_of(with("report_every_s = 3600", "report_every_s = " + std::to_string(seconds)));
    };
    EXPECT_EQ(every(limits::kReportEverySecondsMin), "accepted");
    EXPECT_EQ(every(limits::kReportEverySecondsMax), "accepted");
    EXPECT_THAT(every(limits::kReportEverySecondsMin - 1), HasSubstr("must be from 10 to 86400"));
    EXPECT_THAT(every(limits::kReportEverySecondsMax + 1), HasSubstr("must be from 10 to 86400"));
}

TEST(Settings, TheSpoolIsAFolderOfItsOwnInsideTheNodes) {
    const auto spool = [](const std::string& path) {
        return refusal_of(with("spool = \"spool\"", "spool = \"" + path + "\""));
    };
    EXPECT_EQ(spool("a/b"), "accepted");
    for (const char* path : {".", "..", "/srv/in", "a/../..", "a//b", "a/", "./a"})
        EXPECT_THAT(spool(path), HasSubstr("must be a folder inside the node's")) << path;
    EXPECT_THAT(spool("keys"), HasSubstr("uses itself"));
    EXPECT_THAT(spool("rejects/in"), HasSubstr("uses itself"));
    EXPECT_EQ(spool("in/keys"), "accepted");
    EXPECT_EQ(spool(std::string(limits::kPathBytesMax, 'a')), "accepted");
    EXPECT_THAT(spool(std::string(limits::kPathBytesMax + 1, 'a')), HasSubstr("is too long"));
}

TEST(Settings, WhereAMoodlePushesIsReadBackAndCheckedByKey) {
    Settings written = example();
    written.intake_listen = "[::1]:8090";
    written.intake_tls = false;
    written.public_url = "https://assidu.example";
    written.allow_from = {"192.0.2.7", "2001:db8::/32"};
    written.report_requestors = {2, 77};
    written.callback_hosts = {"moodle.example"};
    const Settings read = parse_settings(settings_document(written), "x").value();
    EXPECT_EQ(read.intake_listen, "[::1]:8090");
    EXPECT_FALSE(read.intake_tls);
    EXPECT_EQ(read.public_url, "https://assidu.example");
    EXPECT_EQ(read.allow_from, written.allow_from);
    EXPECT_EQ(read.report_requestors, written.report_requestors);
    EXPECT_EQ(read.callback_hosts, written.callback_hosts);
    const Settings defaults = parse_settings(settings_document(example()), "x").value();
    EXPECT_EQ(defaults.intake_listen, "");
    EXPECT_TRUE(defaults.intake_tls);
    EXPECT_TRUE(defaults.allow_from.empty());
    EXPECT_TRUE(defaults.report_requestors.empty());

    const auto intake = [](const std::string& line) {
        return refusal_of(with("\ntls = true", "\ntls = true\n" + line));
    };
    EXPECT_THAT(refusal_of(with("listen = \"\"\n# false", "listen = \"localhost:1\"\n# false")),
                HasSubstr("[intake] listen is refused"));
    EXPECT_THAT(refusal_of(with("spool = \"spool\"", "spool = \"\"")), "accepted");
    written.spool = "";
    EXPECT_THAT(refusal_of(settings_document(written)), HasSubstr("[intake] listen needs a spool"));
    EXPECT_THAT(intake("public_url = \"assidu.example\""), HasSubstr("[intake] public_url must begin"));
    const std::string url = "https://" + std::string(limits::kUrlBytesMax - 8, 'a');
    EXPECT_EQ(intake("public_url = \"" + url + "\""), "accepted");
    EXPECT_THAT(intake("public_url = \"" + url + "a\""), HasSubstr("is too long"));
    EXPECT_THAT(intake("allow_from = [\"192.0.2.1/24\"]"), HasSubstr("no address in figures"));
    EXPECT_THAT(intake("callback_hosts = [\"https://moodle.example\"]"), HasSubstr("must be names of hosts"));
    const auto addresses = [](std::size_t count) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i)
            list += "\"192.0.2.1\",";
        return "allow_from = [" + list + "]";
    };
    EXPECT_EQ(intake(addresses(limits::kIntakeListMax)), "accepted");
    EXPECT_THAT(intake(addresses(limits::kIntakeListMax + 1)), HasSubstr("more than 1000 entries"));
}

TEST(Settings, ABlockOfAddressesHoldsItsOwnInEveryForm) {
    const auto range = [](const char* text) { return parse_address_range(text).value(); };
    EXPECT_TRUE(range("192.0.2.7").contains("192.0.2.7"));
    EXPECT_TRUE(range("192.0.2.7").contains("::ffff:192.0.2.7"));
    EXPECT_FALSE(range("192.0.2.7").contains("192.0.2.8"));
    EXPECT_TRUE(range("192.0.2.0/25").contains("192.0.2.127"));
    EXPECT_FALSE(range("192.0.2.0/25").contains("192.0.2.128"));
    EXPECT_TRUE(range("0.0.0.0/0").contains("203.0.113.9"));
    EXPECT_FALSE(range("0.0.0.0/0").contains("2001:db8::1")) << "every IPv4 address is no IPv6 address";
    EXPECT_TRUE(range("2001:db8::/33").contains("2001:db8:7fff::1"));
    EXPECT_FALSE(range("2001:db8::/33").contains("2001:db8:8000::1"));
    EXPECT_TRUE(range("::/0").contains("192.0.2.7"));
    for (const char* none : {"", "moodle.example", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/2x", "::/129",
                             "192.0.2.1/24", "/8", "192.0.2", "192.0.2.0/-1"})
        EXPECT_FALSE(parse_address_range(none)) << none;
    EXPECT_FALSE(range("::/0").contains("somebody"));
}

TEST(Settings, AListenerIsAnAddressInFiguresAndAPort) {
    const auto v4 = parse_endpoint("127.0.0.1:8443");
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->address, "127.0.0.1");
    EXPECT_EQ(v4->port, 8443);
    EXPECT_EQ(parse_endpoint("[::1]:0").value().address, "::1");
    EXPECT_EQ(parse_endpoint("0.0.0.0:65535").value().port, 65535);
    for (const char* text :
         {"", ":", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1 ",
          "::1:8443", "[127.0.0.1]:1", "localhost:8443", "[]:1", "[:1", "1:1"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
    EXPECT_THAT(refusal_of(with("listen = \"\"", "listen = \"localhost:1\"")), HasSubstr("[pool] listen"));
}

TEST(Settings, PeriodsOfRetentionAreDaysAndEventsDoNotOutliveTotals) {
    const std::string none = "events_days = 0\ntotals_days = 0\nidentities_days = 0\nmembers_days = 0\n";
    const auto read = [&](const std::string& lines) { return with(none, lines); };
    EXPECT_FALSE(parse_settings(with("x", "x"), "x").value().retention.any());
    const Settings set =
        parse_settings(read("events_days = 400\ntotals_days = 36525\nidentities_days = 1\n"), "x").value();
    EXPECT_EQ(set.retention.events_days, 400);
    EXPECT_EQ(set.retention.totals_days, 36'525);
    EXPECT_EQ(parse_settings(settings_document(set), "x").value().retention.identities_days, 1);
    EXPECT_THAT(refusal_of(read("events_days = -1\n")), HasSubstr("[retention] events_days must be from 0"));
    EXPECT_THAT(refusal_of(read("identities_days = 36526\n")), HasSubstr("[retention] identities_days"));
    EXPECT_EQ(parse_settings(read("members_days = 36525\n"), "x").value().retention.members_days, 36'525);
    EXPECT_THAT(refusal_of(read("members_days = 36526\n")), HasSubstr("[retention] members_days"));
    EXPECT_THAT(refusal_of(read("totals_days = 60\n")), HasSubstr("totals would come back"));
    EXPECT_THAT(refusal_of(read("events_days = 61\ntotals_days = 60\n")),
                HasSubstr("totals would come back"));
}

TEST(Settings, ACertificateOfTheIntakeHasItsKeyAndIsForTls) {
    const auto read = [&](const std::string& lines) { return with("undecided_days = 30\n", lines); };
    const std::string fingerprint(64, 'a');
    const Settings set = parse_settings(read("tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n"
                                             "client_certificates = [\"" +
                                             fingerprint + "\"]\nundecided_days = 7\n"),
                                        "x")
                             .value();
    EXPECT_EQ(set.tls_key, "k.pem");
    EXPECT_EQ(set.undecided_days, 7);
    EXPECT_EQ(parse_settings(settings_document(set), "x").value().client_certificates,
              std::vector{fingerprint});
    EXPECT_THAT(refusal_of(read("tls_key = \"k.pem\"\n")), HasSubstr("go together"));
    EXPECT_THAT(refusal_of(read("client_certificates = [\"ab\"]\n")), HasSubstr("64 digits"));
    EXPECT_THAT(refusal_of(read("undecided_days = 0\n")), HasSubstr("must be from 1 to 3650"));
    EXPECT_THAT(refusal_of(read("undecided_days = 3651\n")), HasSubstr("must be from 1 to 3650"));
    std::string plain = read("client_certificates = [\"" + fingerprint + "\"]\n");
    plain.replace(plain.find("tls = true"), 10, "tls = false");
    EXPECT_THAT(refusal_of(plain), HasSubstr("which only TLS has"));
}

TEST(NodeId, IsMadeFromANamePeopleRead) {
    EXPECT_EQ(slug_of("Université de Lyon"), "universite-de-lyon");
    EXPECT_EQ(slug_of("  ÉCOLE  d’Œuvre n° 3 !"), "ecole-d-oeuvre-n-3");
    EXPECT_EQ(slug_of("静岡"), "");
    EXPECT_EQ(slug_of(std::string(60, 'a')), std::string(48, 'a'));
    EXPECT_TRUE(is_node_id(std::string(48, 'a')));
    EXPECT_FALSE(is_node_id(std::string(49, 'a')));
    EXPECT_FALSE(is_node_id("-a"));
    EXPECT_FALSE(is_node_id("a-"));
    EXPECT_FALSE(is_node_id(""));
    EXPECT_FALSE(is_node_id("a.b"));
}

const std::string kDatabase =
    "\n[database]\ndriver = \"mariadb\"\nhost = \"db\"\nname = \"moodle\"\nuser = \"assidu\"\n";

TEST(Settings, ADatabaseIsReadAndWrittenBack) {
    Settings written = example();
    DatabaseSettings database;
    database.server = {
        DatabaseDriver::postgresql, "db", 5433, "", "moodle", "assidu", "keys/p", "", true, "ca.pem"};
    database.log_server =
        DatabaseServer{DatabaseDriver::mariadb, "", 0, "/run/s", "logs", "reader", "", "PW", false, ""};
    database.log_table = "external_log";
    database.prefix = "m_";
    database.replica = true;
    database.hole_patience_s = 5;
    written.database = database;
    const auto read = parse_settings(settings_document(written), "x");
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->database->server.port, 5433);
    EXPECT_EQ(read->database->server.tls_ca, "ca.pem");
    EXPECT_EQ(read->database->log_server->socket, "/run/s");
    EXPECT_EQ(read->database->log_table, "external_log");
    EXPECT_EQ(read->database->hole_patience_s, 5);
    EXPECT_TRUE(read->database->replica);
    EXPECT_FALSE(parse_settings(settings_document(example()), "x")->database);
}

TEST(Settings, ADatabaseThatMakesNoSenseIsRefusedByKey) {
    const std::string document = settings_document(example());
    EXPECT_EQ(refusal_of(document + kDatabase), "accepted");
    EXPECT_THAT(refusal_of(document + kDatabase + "socket = \"/s\"\n"),
                HasSubstr("[database] host or socket"));
    EXPECT_THAT(refusal_of(document + kDatabase + "prefix = \"mdl-\"\n"), HasSubstr("[database] prefix"));
    EXPECT_THAT(refusal_of(document + kDatabase + "pasword_file = \"x\"\n"),
                HasSubstr("pasword_file is not known"));
    EXPECT_THAT(refusal_of(document + kDatabase + "log_store = \"database\"\n"), HasSubstr("[log_database]"));
    EXPECT_THAT(refusal_of(document + "\n[log_database]\ntable = \"x\"\n"), HasSubstr("[database] is not"));
    const auto limit = [&](const char* key, std::int64_t value) {
        return refusal_of(document + kDatabase + key + " = " + std::to_string(value) + "\n");
    };
    for (const auto& [key, min, max] :
         {std::tuple{"page_rows", limits::kPageRowsMin, limits::kPageRowsMax},
          std::tuple{"statement_timeout_s", std::int64_t{1}, limits::kStatementSecondsMax},
          std::tuple{"rows_per_second", std::int64_t{0}, limits::kRowsPerSecondMax},
          std::tuple{"reread_ids", std::int64_t{0}, limits::kRereadIdsMax},
          std::tuple{"reread_s", std::int64_t{0}, limits::kRereadSecondsMax},
          std::tuple{"hole_patience_s", std::int64_t{0}, limits::kHolePatienceSecondsMax},
          std::tuple{"late_days", std::int64_t{1}, limits::kLateDaysMax}}) {
        EXPECT_EQ(limit(key, min), "accepted") << key;
        EXPECT_EQ(limit(key, max), "accepted") << key;
        EXPECT_THAT(limit(key, min - 1), HasSubstr(key));
        EXPECT_THAT(limit(key, max + 1), HasSubstr(key));
    }
    const std::string long_prefix(limits::kTableNameBytesMax, 'a');
    EXPECT_EQ(refusal_of(document + kDatabase + "prefix = \"" + long_prefix + "\"\n"), "accepted");
    EXPECT_THAT(refusal_of(document + kDatabase + "prefix = \"" + long_prefix + "a\"\n"),
                HasSubstr("prefix"));
}

TEST(Settings, TheWebIsReadBackAndNeverInClearToANetwork) {
    Settings written = example();
    written.web.listen = "0.0.0.0:8444";
    written.web.tls_certificate = "web.pem";
    written.web.tls_key = "web.key";
    written.web.trusted_proxies = {"192.0.2.1", "2001:db8::/64"};
    written.web.public_url = "https://assidu.example";
    written.web.identity_header = "X-Remote-User";
    const WebSettings read = parse_settings(settings_document(written), "x").value().web;
    EXPECT_EQ(read.listen, "0.0.0.0:8444");
    EXPECT_EQ(read.tls_certificate, "web.pem");
    EXPECT_EQ(read.trusted_proxies, written.web.trusted_proxies);
    EXPECT_EQ(read.public_url, "https://assidu.example");
    EXPECT_EQ(read.identity_header, "X-Remote-User");
    EXPECT_EQ(parse_settings(settings_document(example()), "x").value().web.listen, "");

    const auto web = [](const std::string& lines) {
        std::string document = settings_document(example());
        document.erase(document.find("\n[web]"), document.find("# [database]") - document.find("\n[web]"));
        return refusal_of(document + "\n[web]\n" + lines);
    };
    EXPECT_EQ(web("listen = \"127.0.0.1:1\"\n"), "accepted");
    EXPECT_EQ(web("listen = \"[::1]:1\"\n"), "accepted");
    EXPECT_THAT(web("listen = \"192.0.2.1:1\"\n"), HasSubstr("would show tokens"));
    EXPECT_THAT(web("listen = \"0.0.0.0:1\"\n"), HasSubstr("would show tokens"));
    EXPECT_EQ(web("listen = \"0.0.0.0:1\"\ntrusted_proxies = [\"192.0.2.9\"]\n"), "accepted");
    EXPECT_EQ(web("listen = \"0.0.0.0:1\"\ntls_certificate = \"a\"\ntls_key = \"b\"\n"), "accepted");
    EXPECT_THAT(web("tls_certificate = \"a\"\n"), HasSubstr("tls_key must both be set"));
    EXPECT_THAT(web("trusted_proxies = [\"nginx\"]\n"), HasSubstr("trusted_proxies"));
    EXPECT_THAT(web("public_url = \"https://a/\"\n"), HasSubstr("public_url"));
    EXPECT_THAT(web("identity_header = \"X-Remote-User\"\n"), HasSubstr("none are named"));
    EXPECT_THAT(web("identity_header = \"Cookie\"\ntrusted_proxies = [\"192.0.2.9\"]\n"),
                HasSubstr("identity_header"));
    EXPECT_THAT(web("listens = \"\"\n"), HasSubstr("listens is not known"));
}

TEST(Settings, MoodleNetworkingIsReadBackAndCheckedByKey) {
    Settings written = example();
    written.mnet = {"https://assidu.univ-lyon.example", "127.0.0.1:8092", "a.pem", "a.key", false};
    const Settings read = parse_settings(settings_document(written), "x").value();
    EXPECT_EQ(read.mnet.wwwroot, written.mnet.wwwroot);
    EXPECT_EQ(read.mnet.listen, written.mnet.listen);
    EXPECT_EQ(read.mnet.tls_certificate, "a.pem");
    EXPECT_EQ(read.mnet.tls_key, "a.key");
    EXPECT_FALSE(read.mnet.propose);
    EXPECT_TRUE(parse_settings(settings_document(example()), "x")->mnet.propose);
    const auto refusal = [&](auto change) {
        Settings settings = written;
        change(settings.mnet);
        return refusal_of(settings_document(settings));
    };
    const std::string begin = "https://";
    const std::string most = begin + std::string(limits::kMnetOwnWwwrootBytesMax - begin.size(), 'a');
    EXPECT_EQ(refusal([&](MnetSettings& mnet) { mnet.wwwroot = most; }), "accepted");
    for (const std::string& wrong :
         {most + "a", std::string("https://x/"), std::string("assidu.example"), std::string("https://x?y"),
          std::string("https://"), std::string("https://x<y")})
        EXPECT_THAT(refusal([&](MnetSettings& mnet) { mnet.wwwroot = wrong; }), HasSubstr("[mnet] wwwroot"))
            << wrong;
    EXPECT_THAT(refusal([](MnetSettings& mnet) { mnet.wwwroot.clear(); }), HasSubstr("listen needs wwwroot"));
    EXPECT_THAT(refusal([](MnetSettings& mnet) { mnet.listen = "localhost"; }), HasSubstr("[mnet] listen"));
    EXPECT_THAT(refusal([](MnetSettings& mnet) { mnet.tls_key.clear(); }), HasSubstr("tls_certificate"));
}

}  // namespace
}  // namespace assidu::config
