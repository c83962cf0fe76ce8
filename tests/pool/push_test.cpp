// A Moodle's plugin that pushes its log to an `assidu serve`, byte for byte as it was captured (tests/data/
// log_sender). Nothing here sleeps: the tests wait for what the process says.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "config/limits.h"
#include "node/archive/sqlite_archive.h"
#include "tests/node/cli/node_fixture.h"
#include "tests/rpc/raw_peer.h"
#include "tests/seed.h"
#include "tests/serving_process.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
namespace limits = config::limits;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAccepted = "HTTP/1.1 200 OK\r\n";
constexpr const char* kNobody = "HTTP/1.1 404 Not Found\r\n";
constexpr const char* kPutOff = "HTTP/1.1 503 Service Unavailable\r\n";
// Of the settings in clear that the captured rows, and ours, carry in their column `other`.
constexpr const char* kSecrets[] = {"log_server_callback_token", "host.docker.internal",
                                    "kept-by-nobody-7391"};

fs::path captured(const std::string& name) {
    return fs::path(ASSIDU_SOURCE_DIR) / "tests/data/log_sender" / name;
}

std::vector<std::string> captured_requests(const std::vector<std::string>& folders) {
    std::vector<std::string> requests;
    for (const std::string& name : folders) {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::directory_iterator(captured("push/" + name)))
            paths.push_back(entry.path());
        std::ranges::sort(paths);
        for (const fs::path& path : paths)
            requests.push_back(contents_of(path));
    }
    return requests;
}

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

// The captured request, at the path that this node told its Moodle.
std::string at_path(std::string request, const std::string& path) {
    const std::string line = "POST /moodle_log ";
    EXPECT_TRUE(request.starts_with(line));
    return "POST " + path + " " + request.substr(line.size());
}

std::string request_of(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: node\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string pushed_row(std::int64_t id, std::int64_t user, const std::string& other = "null") {
    return R"({"id":")" + std::to_string(id) +
           R"(","eventname":"\\core\\event\\course_viewed","component":"core","action":"viewed",)"
           R"("target":"course","objecttable":null,"objectid":null,"crud":"r","edulevel":"2","contextid":"31",)"
           R"("contextlevel":"50","contextinstanceid":"10","userid":")" +
           std::to_string(user) + R"(","courseid":"10","relateduserid":null,"anonymous":"0","other":)" +
           other + R"(,"timecreated":")" + std::to_string(1'772'438'400 + id % 100'000) +
           R"(","origin":"web","ip":"192.0.2.9","realuserid":null,"useremail":"a@example.org",)"
           R"("username":"a","activity_definition":null})";
}

std::string push_of(std::int64_t first, std::int64_t count, std::int64_t user = 40) {
    std::string body = "[";
    for (std::int64_t id = first; id < first + count; ++id)
        body += (id == first ? "" : ",") + pushed_row(id, user + id % 5);
    return body + "]";
}

// Everything the archive holds, as the computation reads it.
std::multiset<std::string> events_of(const std::string& dir) {
    std::multiset<std::string> found;
    const auto archive = node::archive::open_sqlite_archive(dir + "/archive.sqlite");
    const auto source = archive->source("moodle", "").value();
    for (const std::int64_t user : archive->users(source)) {
        for (const node::Event& event : archive->events(source, user)) {
            const node::EventShape& shape = archive->shapes()[static_cast<std::size_t>(event.shape)];
            found.insert(std::to_string(event.id) + " " + std::to_string(user) + " " +
                         std::to_string(event.time_s) + " " + std::to_string(event.course) + " " +
                         std::to_string(event.activity) + " " + shape.eventname + " " + shape.component +
                         " " + shape.action + " " + shape.target + " " + shape.origin + " " + shape.crud +
                         " " + std::to_string(shape.edulevel) + " " + std::to_string(shape.context_level) +
                         (shape.login_as ? " as" : "") + (shape.anonymous ? " anonymous" : ""));
        }
    }
    return found;
}

// A node whose Moodle pushes.
struct Pushed {
    Pushed(const TemporaryFolder& folder, const std::string& name, const std::vector<std::string>& more = {})
        : dir(folder / name) {
        std::vector<std::string> arguments{
            "init", "--dir", dir, "--name", name, "--wwwroot", "https://" + name + ".example"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        EXPECT_EQ(assidu(arguments).exit_code, 0);
        const std::size_t at = settings().find("[intake]");
        EXPECT_NE(at, std::string::npos);
        set("listen = \"\"", "listen = \"127.0.0.1:0\"");
        set("tls = true", "tls = false");
        const std::string secret = contents_of(dir + "/keys/intake.secret");
        path = "/log/" + secret.substr(0, secret.size() - 1);
        report_path = "/report/" + secret.substr(0, secret.size() - 1);
    }
    [[nodiscard]] std::string settings() const { return contents_of(dir + "/assidu.toml"); }
    // In [intake].
    void set(const std::string& line, const std::string& other) const {
        std::string text = settings();
        const std::size_t at = text.find(line, text.find("[intake]"));
        ASSERT_NE(at, std::string::npos) << line;
        std::ofstream(dir + "/assidu.toml") << text.replace(at, line.size(), other);
    }
    void start() {
        process = std::make_unique<ServingProcess>(dir);
        const std::string line = process->wait_for("taking pushes on ");
        port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    }
    [[nodiscard]] std::string send(const std::string& request) const {
        RawPeer peer = RawPeer::connect_to(port);
        peer.send(request);
        return peer.read_until("\r\n\r\n");
    }
    [[nodiscard]] std::string push(const std::string& body) const { return send(request_of(path, body)); }
    // Until as many rows were imported.
    void imported(std::int64_t rows) const {
        for (std::int64_t sum = 0; sum < rows;) {
            const std::string line = process->wait_for("imported pushes: ");
            sum += std::stoll(line.substr(std::string("imported pushes: ").size()));
        }
    }
    void end(int signal = SIGTERM) {
        process->end(signal);
        process.reset();
    }
    [[nodiscard]] nlohmann::json status() const {
        return nlohmann::json::parse(assidu({"--dir", dir, "status", "--json"}).out);
    }
    [[nodiscard]] std::multiset<std::string> events() const { return events_of(dir); }
    // No file of the node holds any of those.
    void expect_no_secret_on_disk() const {
        for (const auto& entry : fs::recursive_directory_iterator(dir)) {
            if (!entry.is_regular_file()) continue;
            const std::string bytes = contents_of(entry.path());
            for (const char* secret : kSecrets)
                EXPECT_FALSE(bytes.contains(secret)) << entry.path() << " holds " << secret;
        }
    }

    std::string dir, path, report_path;
    std::unique_ptr<ServingProcess> process;
    std::uint16_t port = 0;
};

class Push : public ::testing::Test {
  protected:
    // The same rows by `assidu import` of the bodies.
    std::multiset<std::string> by_file(const std::vector<std::string>& requests, const std::string& name) {
        const std::string dir = folder / name;
        EXPECT_EQ(assidu({"init", "--dir", dir, "--name", name, "--wwwroot", "https://x.example"}).exit_code,
                  0);
        std::vector<std::string> arguments{"--dir", dir, "import"};
        for (std::size_t i = 0; i < requests.size(); ++i)
            arguments.push_back(folder.write(name + std::to_string(i) + ".json", body_of(requests[i])));
        EXPECT_EQ(assidu(arguments).exit_code, 0);
        return events_of(dir);
    }

    TemporaryFolder folder;
    Dice dice{test_seed()};
};

TEST_F(Push, WhatThePluginSentGivesTheArchiveThatTheSameRowsGiveByFile) {
    const auto requests = captured_requests({"1-500-on-batch3", "2-retry-then-20-batches", "3-rest"});
    Pushed lyon(folder, "lyon");
    lyon.start();
    std::int64_t rows = 0;
    for (const std::string& request : requests) {
        EXPECT_THAT(lyon.send(at_path(request, lyon.path)), StartsWith(kAccepted));
        rows += static_cast<std::int64_t>(nlohmann::json::parse(body_of(request)).size());
    }
    EXPECT_EQ(rows, 1293);
    lyon.imported(rows);
    lyon.end();
    const auto events = lyon.events();
    EXPECT_EQ(events, by_file(requests, "file"));

    // What the captures say they hold: of each user how many, but for the guest and nobody.
    const auto expected = nlohmann::json::parse(contents_of(captured("push/expected-state.json")));
    EXPECT_EQ(expected.at("rows"), 1243);
    std::map<std::string, std::int64_t> of_user;
    for (const std::string& event : events) {
        const std::size_t at = event.find(' ') + 1;
        ++of_user[event.substr(at, event.find(' ', at) - at)];
    }
    for (const auto& [user, state] : expected.at("users").items()) {
        const bool kept = user != "-1" && user != "1";
        EXPECT_EQ(of_user[user], kept ? state.at("rows").get<std::int64_t>() : 0) << user;
    }
    const auto counts = lyon.status().at("imports").at(0).at("counts");
    EXPECT_EQ(counts.at("duplicate"), 50);
    EXPECT_EQ(counts.at("nobody"), 7);
    lyon.expect_no_secret_on_disk();
    EXPECT_TRUE(fs::is_empty(lyon.dir + "/spool/pushes"));
    EXPECT_FALSE(fs::exists(lyon.dir + "/rejects"));
}

TEST_F(Push, TwoSitesWithTheSameIdsAreKeptApartByTheirPaths) {
    Pushed lyon(folder, "lyon"), nantes(folder, "nantes");
    lyon.start();
    nantes.start();
    const auto of_lyon = captured_requests({"4-default-targets"}),
               of_nantes = captured_requests({"5-from-postgres-site"});
    for (const std::string& request : of_lyon)
        EXPECT_THAT(lyon.send(at_path(request, lyon.path)), StartsWith(kAccepted));
    for (const std::string& request : of_nantes) {
        EXPECT_THAT(lyon.send(at_path(request, nantes.path)), StartsWith(kNobody)) << "the other site's path";
        EXPECT_THAT(nantes.send(at_path(request, nantes.path)), StartsWith(kAccepted));
    }
    lyon.imported(150);
    nantes.imported(167);
    lyon.end();
    nantes.end();
    EXPECT_EQ(lyon.events(), by_file(of_lyon, "lyon-file"));
    EXPECT_EQ(nantes.events(), by_file(of_nantes, "nantes-file"));
    EXPECT_EQ(lyon.status().at("intake").at("since_start").at("unknown"), of_nantes.size());
    lyon.expect_no_secret_on_disk();
    nantes.expect_no_secret_on_disk();
}

TEST_F(Push, WhoeverDoesNotKnowThePathOrHasAnotherAddressGetsNothing) {
    Pushed lyon(folder, "lyon");
    lyon.start();
    const std::string body = push_of(1, 1);
    std::string nearly = lyon.path;
    nearly.back() = nearly.back() == '0' ? '1' : '0';
    for (const std::string& path : {std::string("/"), std::string("/log/"), nearly, lyon.path + "0",
                                    lyon.path + "/", lyon.path + "?a", lyon.path.substr(0, 20)}) {
        const std::string answer = lyon.send(request_of(path, body));
        EXPECT_THAT(answer, StartsWith(kNobody)) << path;
        EXPECT_THAT(answer, HasSubstr("Content-Length: 0\r\n"));
    }
    EXPECT_THAT(lyon.send("GET " + lyon.path + " HTTP/1.1\r\nHost: node\r\n\r\n"), StartsWith(kNobody));
    // Refused by its head: no byte of the body is waited for.
    EXPECT_THAT(lyon.send("POST /x HTTP/1.1\r\nHost: node\r\nContent-Length: 99999999\r\n\r\n"),
                StartsWith(kNobody));
    lyon.end();
    EXPECT_EQ(lyon.status().at("intake").at("since_start").at("unknown"), 9);
    EXPECT_TRUE(lyon.events().empty());

    lyon.set("# allow_from = [\"192.0.2.10\", \"2001:db8::/64\"]", "allow_from = [\"192.0.2.0/24\"]");
    lyon.start();
    EXPECT_THAT(lyon.push(body), StartsWith(kNobody));
    lyon.end();
    lyon.set("allow_from = [\"192.0.2.0/24\"]", "allow_from = [\"192.0.2.0/24\", \"127.0.0.0/8\"]");
    lyon.start();
    EXPECT_THAT(lyon.push(body), StartsWith(kAccepted));
    lyon.imported(1);
    lyon.end();
    EXPECT_THAT(lyon.status().dump(), Not(HasSubstr(lyon.path.substr(5))));
}

TEST_F(Push, ItIsTakenOverTlsAsWell) {
    Pushed lyon(folder, "lyon");
    lyon.set("tls = false", "tls = true");
    lyon.start();
    RawPeer peer = RawPeer::connect_to(lyon.port);
    ASSERT_TRUE(peer.tls_client(nullptr));
    peer.send(request_of(lyon.path, push_of(1, 3)));
    EXPECT_THAT(peer.read_until("\r\n\r\n"), StartsWith(kAccepted));
    lyon.imported(3);
    lyon.end();
    EXPECT_THAT(assidu({"--dir", lyon.dir, "intake", "url"}).out,
                HasSubstr("moodle_log_endpoint_url   https://127.0.0.1:0" + lyon.path + "\n"));
}

TEST_F(Push, AKillBetweenTheAnswerAndTheImportLosesNothingAndCountsNothingTwice) {
    Pushed lyon(folder, "lyon");
    const auto requests = captured_requests({"1-500-on-batch3", "3-rest"});
    // Another process has the folder: answered, and not imported.
    lyon.start();
    lyon.end();
    const int lock = ::open((lyon.dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::flock(lock, LOCK_EX), 0);
    lyon.start();
    for (const std::string& request : requests)
        EXPECT_THAT(lyon.send(at_path(request, lyon.path)), StartsWith(kAccepted));
    lyon.end(SIGKILL);
    ::close(lock);
    EXPECT_FALSE(fs::is_empty(lyon.dir + "/spool/pushes"));
    lyon.start();
    lyon.process->wait_for("imported pushes: ");
    lyon.end();
    EXPECT_EQ(lyon.events(), by_file(requests, "file"));
    lyon.expect_no_secret_on_disk();
}

TEST_F(Push, KillsAtAnyMomentLoseNothingThatWasAnswered) {
    Pushed lyon(folder, "lyon");
    std::int64_t next = 1;
    constexpr std::int64_t kRows = 40;
    for (int kill = 0; kill < 12; ++kill) {
        lyon.start();
        std::jthread killer(
            [&, us = static_cast<useconds_t>(dice.roll(0, 150'000)), pid = lyon.process->id()] {
                ::usleep(us);  // any moment
                ::kill(pid, SIGKILL);
            });
        // As the plugin: the same batch again until it was answered.
        for (;;) {
            const std::string body = push_of(next, kRows);
            const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(lyon.port);
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
                ::close(descriptor);
                break;
            }
            RawPeer peer(descriptor);
            if (!peer.send(request_of(lyon.path, body)) ||
                !peer.read_until("\r\n\r\n").starts_with(kAccepted))
                break;
            next += kRows;
        }
        killer.join();
        lyon.end(SIGKILL);
    }
    lyon.start();
    EXPECT_THAT(lyon.push(push_of(next, 1)), StartsWith(kAccepted));
    // What earlier ones left is perhaps imported by a round of its own, before the last row is.
    do
        lyon.process->wait_for("imported pushes: ");
    while (!std::ranges::any_of(lyon.events(),
                                [&](const std::string& event) { return std::stoll(event) == next; }));
    lyon.end();
    const auto events = lyon.events();
    std::set<std::int64_t> ids;
    for (const std::string& event : events)
        EXPECT_TRUE(ids.insert(std::stoll(event)).second) << "twice: " << event;
    // What was sent and not answered may be there too.
    for (std::int64_t id = 1; id <= next; ++id)
        EXPECT_TRUE(ids.contains(id)) << id << " was answered and is lost";
    EXPECT_FALSE(fs::exists(lyon.dir + "/rejects")) << "half a line passed for a row";
}

TEST_F(Push, WhatIsBrokenIsSetAsideWithAReasonAndHoldsNobodyUp) {
    Pushed lyon(folder, "lyon");
    lyon.start();
    const std::string secret = R"("{\"value\":\"kept-by-nobody-7391\"}")";
    const std::string good = pushed_row(7, 40), broken = R"({"id":"x","other":)" + secret + "}";
    // Rows that are none, in an array that is one: they alone are rejected.
    EXPECT_THAT(lyon.push("[" + good + "," + broken + ",null,[1,[2],\"x\"],17,\"\\u0000\"]"),
                StartsWith(kAccepted));
    lyon.imported(6);
    // Bodies that are no array of rows.
    const std::vector<std::string> bodies{
        "",
        "   ",
        "null",
        "{}",
        "\xEF\xBB\xBF[" + good + "]",
        "<!DOCTYPE html><html>",
        std::string(100'000, '['),
        "[" + pushed_row(8, 40) + "," + pushed_row(9, 40, secret).substr(0, 400),
        "[" + pushed_row(10, 40) + "]trailing"};
    for (const std::string& body : bodies)
        EXPECT_THAT(lyon.push(body), StartsWith(kAccepted)) << body.substr(0, 40);
    // Empty arrays are pushes of nothing; what is behind them still comes.
    EXPECT_THAT(lyon.push("[]"), StartsWith(kAccepted));
    EXPECT_THAT(lyon.push("[" + pushed_row(11, 40) + "]"), StartsWith(kAccepted));
    lyon.imported(3);
    lyon.end();
    std::set<std::int64_t> ids;
    for (const std::string& event : lyon.events())
        ids.insert(std::stoll(event));
    EXPECT_EQ(ids, (std::set<std::int64_t>{7, 8, 10, 11})) << "rows before the break are good";
    std::string rejects;
    for (const auto& entry : fs::directory_iterator(lyon.dir + "/rejects"))
        rejects += contents_of(entry.path());
    EXPECT_EQ(std::ranges::count(rejects, '\n'), 5) << rejects;
    EXPECT_THAT(rejects, HasSubstr("eventname is missing"));
    std::size_t kept = 0, reasons = 0;
    for (const auto& entry : fs::directory_iterator(lyon.dir + "/spool/refused"))
        ++(entry.path().extension() == ".txt" ? reasons : kept);
    EXPECT_EQ(kept, bodies.size());
    EXPECT_EQ(reasons, bodies.size());
    EXPECT_EQ(lyon.status().at("intake").at("refused"), bodies.size());
    lyon.expect_no_secret_on_disk();
}

TEST_F(Push, ABodyAndItsRowsHaveLimits) {
    Pushed lyon(folder, "lyon");
    lyon.start();
    std::string body = "[" + pushed_row(1, 40) + "]";
    body.insert(1, limits::kPushBytesMax - body.size(), ' ');
    EXPECT_THAT(lyon.push(body), StartsWith(kAccepted));
    body.insert(1, " ");
    EXPECT_THAT(lyon.push(body), StartsWith("HTTP/1.1 413 "));
    const auto zeros = [](std::size_t count) {
        std::string text = "[";
        for (std::size_t i = 0; i < count; ++i)
            text += i == 0 ? "0" : ",0";
        return text + "]";
    };
    EXPECT_THAT(lyon.push(zeros(limits::kPushRowsMax)), StartsWith(kAccepted));
    EXPECT_THAT(lyon.push(zeros(limits::kPushRowsMax + 1)), StartsWith(kAccepted));
    lyon.imported(static_cast<std::int64_t>(limits::kPushRowsMax) + 1);
    lyon.end();
    EXPECT_EQ(lyon.events().size(), 1U);
    EXPECT_EQ(lyon.status().at("intake").at("refused"), 1);
    EXPECT_THAT(lyon.status().at("intake").at("since_start").at("put_off"), 1);
}

TEST_F(Push, RowsOfPeopleWhomTheCatalogueDoesNotKnowWaitForOneThatDoes) {
    Pushed lyon(folder, "lyon", {"--students", "institution=Lyon"});
    lyon.start();
    // No catalogue at all: users 40 to 44.
    EXPECT_THAT(lyon.push(push_of(1, 50)), StartsWith(kAccepted));
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 50 rows, 0 events");
    const auto catalogue = [&](const std::string& name, const std::vector<std::string>& people) {
        std::string text = "id,username,firstname,lastname,institution\n";
        for (const std::string& person : people)
            text += person + "\n";
        folder.write("on-its-way", text);
        fs::rename(folder / "on-its-way", lyon.dir + "/spool/" + name);
    };
    catalogue("people1.csv", {"40,a,A,A,Lyon", "41,b,B,B,Nantes"});
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 50 rows, 10 events");
    EXPECT_GT(lyon.status().at("intake").at("undecided_bytes"), 0);
    // A push meanwhile is judged by the same catalogue.
    EXPECT_THAT(lyon.push(push_of(51, 50)), StartsWith(kAccepted));
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 50 rows, 10 events");
    lyon.end(SIGKILL);
    lyon.start();
    catalogue("people2.csv", {"42,c,C,C,Lyon", "43,d,D,D,Lyon", "44,e,E,E,Nantes"});
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 60 rows, 40 events");
    lyon.end();
    EXPECT_EQ(lyon.status().at("intake").at("undecided_bytes"), 0);
    EXPECT_EQ(lyon.status().at("intake").at("waiting_bytes"), 0);
    std::set<std::string> users;
    for (const std::string& event : lyon.events())
        users.insert(event.substr(event.find(' ') + 1, 2));
    EXPECT_EQ(users, (std::set<std::string>{"40", "42", "43"}));
    EXPECT_EQ(lyon.events().size(), 60U);
}

TEST_F(Push, RowsOfSomebodyWhomNoNewerCatalogueKnowsForThirtyDaysAreGivenUpAndSaid) {
    using std::chrono::days;
    using std::chrono::minutes;
    Pushed lyon(folder, "lyon", {"--students", "institution=Lyon"});
    lyon.start();
    EXPECT_THAT(lyon.push(push_of(1, 50)), StartsWith(kAccepted));
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 50 rows, 0 events");
    lyon.end();
    const auto waits_since = [&](std::chrono::seconds ago) {
        for (const auto& entry : fs::directory_iterator(lyon.dir + "/spool/pushes")) {
            if (entry.path().filename().string().starts_with("undecided-"))
                fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - ago);
        }
    };
    waits_since(days(30) - minutes(5));
    lyon.start();
    EXPECT_THAT(lyon.push(push_of(51, 10)), StartsWith(kAccepted));
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 10 rows, 0 events");
    lyon.end();
    EXPECT_GT(lyon.status().at("intake").at("undecided_bytes"), 0) << "five minutes before";
    waits_since(days(30) + minutes(5));
    lyon.start();
    EXPECT_EQ(lyon.process->wait_for("imported pushes: "), "imported pushes: 60 rows, 0 events");
    lyon.end();
    EXPECT_EQ(lyon.status().at("intake").at("undecided_bytes"), 0);
}

TEST_F(Push, AFullDiskPutsPushesOffAndTheyComeThroughLater) {
    Pushed lyon(folder, "lyon");
    {
        lyon.start();
        // Its first round is over then: one that met a full disk would be repeated after a minute only.
        EXPECT_THAT(lyon.push(push_of(9001, 1)), StartsWith(kAccepted));
        lyon.imported(1);
        lyon.process->wait_for("computed ");
        const rlimit full{.rlim_cur = 20'000, .rlim_max = RLIM_INFINITY};
        ASSERT_EQ(::prlimit(lyon.process->id(), RLIMIT_FSIZE, &full, nullptr), 0);
        EXPECT_THAT(lyon.push(push_of(1, 500)), StartsWith(kPutOff));
        lyon.process->wait_for_log("a push is put off: ");
        EXPECT_THAT(lyon.push(push_of(1, 500)), StartsWith(kPutOff));
        const rlimit emptied{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
        ASSERT_EQ(::prlimit(lyon.process->id(), RLIMIT_FSIZE, &emptied, nullptr), 0);
        EXPECT_THAT(lyon.push(push_of(1, 500)), StartsWith(kAccepted));
        lyon.imported(500);
        lyon.end();
    }
    EXPECT_EQ(lyon.events().size(), 501U);
    EXPECT_EQ(lyon.status().at("intake").at("since_start").at("put_off"), 2);
    EXPECT_EQ(lyon.status().at("intake").at("since_start").at("problem"), "");
    EXPECT_FALSE(fs::exists(lyon.dir + "/rejects")) << "half a line passed for a row";
}

// The plugin's end of the callback: what it got, answered with a status.
class Callback {
  public:
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/local/log_sender/callback.php";
    }
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    // The next request: its head and its body.
    std::pair<std::string, nlohmann::ordered_json> answer(const std::string& status) {
        RawPeer peer = listener_.accept();
        const std::string head = peer.read_until("\r\n\r\n");
        const std::string body = peer.read_until("]}");
        peer.send("HTTP/1.1 " + status +
                  "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n");
        return {head, nlohmann::ordered_json::parse(body)};
    }

  private:
    RawListener listener_;
};

// As the plugin asks: the captured request, with the address of the callback made that of this test.
std::string asked(const Pushed& node, const std::string& callback, std::int64_t user = 9,
                  std::int64_t requestor = 2) {
    auto body = nlohmann::ordered_json::parse(body_of(contents_of(captured("report/r1.req.http"))));
    body["callbackurl"] = callback;
    body["userid"] = user;
    body["requestorid"] = requestor;
    return request_of(node.report_path, body.dump());
}

class TimeReport : public Push {
  protected:
    // A node whose Moodle is the callback, with its log.
    void with_log(Pushed& node, const std::string& requestors) const {
        std::string text = node.settings();
        const std::string root =
            "wwwroot = \"https://" + fs::path(node.dir).filename().string() + ".example\"";
        text.replace(text.find(root), root.size(),
                     "wwwroot = \"http://127.0.0.1:" + std::to_string(callback.port()) + "\"");
        std::ofstream(node.dir + "/assidu.toml") << text;
        node.set("report_requestors = []", "report_requestors = [" + requestors + "]");
        node.start();
        for (const std::string& request :
             captured_requests({"1-500-on-batch3", "2-retry-then-20-batches", "3-rest"}))
            EXPECT_THAT(node.send(at_path(request, node.path)), StartsWith(kAccepted));
    }
    mutable Callback callback;
};

TEST_F(TimeReport, WhatThePluginAsksForIsSentToItsCallbackInItsForm) {
    Pushed lyon(folder, "lyon");
    with_log(lyon, "2");
    // Right behind the pushes: they are in it.
    const std::string answer = lyon.send(asked(lyon, callback.url()));
    EXPECT_THAT(answer, StartsWith(kAccepted));
    const auto [head, body] = callback.answer("200 OK");
    EXPECT_THAT(head, StartsWith("POST /local/log_sender/callback.php HTTP/1.1\r\n"));
    EXPECT_THAT(head, HasSubstr("Content-Type: application/json\r\n"));
    lyon.process->wait_for("answered 1 time report");
    const auto taken =
        nlohmann::ordered_json::parse(contents_of(captured("report/c01-success-list.body.json")));
    std::vector<std::string> names, names_taken;
    for (const auto& [name, value] : body.items())
        names.push_back(name);
    for (const auto& [name, value] : taken.items())
        names_taken.push_back(name);
    EXPECT_EQ(names, names_taken);
    EXPECT_EQ(body.at("token"), "labtoken_ABC-123");
    EXPECT_EQ(body.at("userid"), 9);
    EXPECT_EQ(body.at("requestorid"), 2);
    EXPECT_EQ(body.at("startdate"), 1774051200);
    EXPECT_EQ(body.at("enddate"), 1774915200);
    // The same number as behind every other door.
    const Finished report = assidu({"--dir", lyon.dir, "report", "student", "--student", "9", "--from",
                                    "2026-03-21", "--to", "2026-03-31", "--format", "json"});
    ASSERT_EQ(report.exit_code, 0) << report.err;
    const auto reported = nlohmann::json::parse(report.out);
    std::int64_t sum = 0;
    const auto seconds = [](const std::string& time) {
        return std::stoll(time.substr(0, time.find(':'))) * 3600 +
               std::stoll(time.substr(time.find(':') + 1, 2)) * 60 +
               std::stoll(time.substr(time.rfind(':') + 1));
    };
    for (const auto& day : body.at("data")) {
        EXPECT_EQ(day.at("date").get<std::string>().size(), 10U);
        EXPECT_GT(seconds(day.at("duration")), 0);
        sum += seconds(day.at("duration"));
        EXPECT_EQ(seconds(day.at("cumulativeduration")), sum);
    }
    EXPECT_GT(sum, 0);
    EXPECT_THAT(report.out, HasSubstr(std::to_string(sum)));
    EXPECT_EQ(body.at("data").at(0).at("date"), "21/03/2026");
    EXPECT_EQ(body.at("data").back().at("date"), "31/03/2026") << "the last day is in it";

    // Nobody's name, and no token is left on the disk.
    const Finished audit = assidu({"--dir", lyon.dir, "audit"});
    EXPECT_THAT(audit.out, HasSubstr("user 2 report.time of lyon  told: 1 students"));
    lyon.end();
    EXPECT_TRUE(fs::is_empty(lyon.dir + "/spool/reports"));
    for (const auto& entry : fs::recursive_directory_iterator(lyon.dir)) {
        if (entry.is_regular_file()) {
            EXPECT_FALSE(contents_of(entry.path()).contains("labtoken")) << entry.path();
        }
    }
}

TEST_F(TimeReport, AStudentWithoutTimeGetsOneDayOfNone) {
    Pushed lyon(folder, "lyon");
    with_log(lyon, "2");
    EXPECT_THAT(lyon.send(asked(lyon, callback.url(), /*user=*/4711)), StartsWith(kAccepted));
    const auto [head, body] = callback.answer("200 OK");
    EXPECT_EQ(body.at("data").dump(),
              R"([{"date":"21/03/2026","duration":"00:00:00","cumulativeduration":"00:00:00"}])");
    lyon.process->wait_for("answered 1 time report");
}

TEST_F(TimeReport, WhatMayNotBeAskedOrToldIsNotSaidAnywhere) {
    Pushed lyon(folder, "lyon");
    with_log(lyon, "2, 3");
    const std::string port = std::to_string(callback.port());
    const std::vector<std::string> requests{
        asked(lyon, callback.url(), 9, /*requestor=*/10),  // the student
        asked(lyon, callback.url(), /*user=*/1),           // the guest
        asked(lyon, "http://127.0.0.1:1/local/log_sender/callback.php"),
        asked(lyon, "http://127.0.0.2:" + port + "/local/log_sender/callback.php"),
        asked(lyon, "http://localhost:" + port + "/local/log_sender/callback.php"),
        asked(lyon, "http://127.0.0.1:" + port + "@evil.example/local/log_sender/callback.php"),
        asked(lyon, "http://127.0.0.1:" + port + "/admin/local/log_sender/callback.php?x=1"),
        asked(lyon, "http://127.0.0.1:" + port + "/other.php"),
        asked(lyon, "file:///local/log_sender/callback.php")};
    for (const std::string& request : requests) {
        EXPECT_THAT(lyon.send(request), StartsWith(kAccepted));
        EXPECT_EQ(lyon.process->wait_for("refused 1 time report"), "refused 1 time report");
    }
    const std::string audit = assidu({"--dir", lyon.dir, "audit"}).out;
    EXPECT_EQ(std::ranges::count(audit, '\n'), static_cast<std::ptrdiff_t>(requests.size()));
    EXPECT_THAT(audit, HasSubstr("user 10 report.time of lyon  refused: 0 students"));
    // What is no request is no secret either.
    for (const char* body : {"", "[]", "null", "{}", R"({"token":"x"})"})
        EXPECT_THAT(lyon.send(request_of(lyon.report_path, body)), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(lyon.send(request_of(lyon.report_path, std::string(100'000, '['))),
                StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(lyon.send(asked(lyon, callback.url())), StartsWith(kAccepted));
    EXPECT_EQ(callback.answer("200 OK").second.at("userid"), 9);
}

TEST_F(TimeReport, ACallbackThatFailsIsTriedAgainAndOneThatRefusesIsNot) {
    Pushed lyon(folder, "lyon");
    with_log(lyon, "2");
    EXPECT_THAT(lyon.send(asked(lyon, callback.url())), StartsWith(kAccepted));
    const auto first = callback.answer("500 Internal Server Error");
    lyon.process->wait_for_log("a time report cannot be delivered: 127.0.0.1 answers 500");
    // Killed with the answer due: another start sends it.
    lyon.end(SIGKILL);
    lyon.start();
    EXPECT_EQ(callback.answer("200 OK").second, first.second);
    lyon.process->wait_for("answered 1 time report");
    EXPECT_THAT(lyon.send(asked(lyon, callback.url(), 11)), StartsWith(kAccepted));
    (void)callback.answer("404 Not Found");
    lyon.process->wait_for("refused 1 time report");
    lyon.end();
    EXPECT_TRUE(fs::is_empty(lyon.dir + "/spool/reports"));
}

TEST_F(Push, ManyAtOnceAreOneIntakeADay) {
    Pushed lyon(folder, "lyon");
    lyon.start();
    constexpr int kSenders = 6;
    constexpr std::int64_t kPushes = 20, kRows = 50;
    {
        std::vector<std::jthread> senders;
        for (int sender = 0; sender < kSenders; ++sender)
            senders.emplace_back([&, sender] {
                for (std::int64_t i = 0; i < kPushes; ++i)
                    EXPECT_THAT(lyon.push(push_of(1 + (sender * kPushes + i) * kRows, kRows)),
                                StartsWith(kAccepted));
            });
    }
    lyon.imported(kSenders * kPushes * kRows);
    lyon.end();
    EXPECT_EQ(lyon.events().size(), static_cast<std::size_t>(kSenders * kPushes * kRows));
    EXPECT_LE(lyon.status().at("imports").size(), 2U) << "two if it was midnight";
    EXPECT_EQ(lyon.status().at("imports").at(0).at("kind"), "log_push");
}

}  // namespace
}  // namespace assidu::tests
