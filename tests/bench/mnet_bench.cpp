// How many signed and sealed calls of system/listServices a node answers, against what its RSA allows.
//
//     cmake --build --preset release --target assidu-bench-mnet && build/release/assidu-bench-mnet [CALLS]
//     [ROUNDS]
//
// A listener as `assidu serve` has it, two connections that are kept, and messages sealed beforehand, each
// another. In every round, the bound comes first and again after: two threads that sign and open with
// RSA-2048 and do nothing else; between them two clients that send as soon as they have their answer; last
// the same at half that rate, for the times. Client and server share the machine's cores. Where others use
// them, too, only the ratio by CPU seconds (of client and server together) says anything. A wrong answer ends
// the program.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "node/services/mnet_listener.h"
#include "rpc/mnet_reception.h"
#include "rpc/moodle_xmlrpc.h"

namespace {

using namespace assidu;
using std::chrono::steady_clock;

constexpr const char* kNode = "https://assidu.example.org";
constexpr const char* kMoodle = "https://moodle.example.org";
constexpr int kThreads = 2;

[[noreturn]] void fail(const std::string& what) {
    std::cerr << what << '\n';
    std::exit(1);
}

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

// What this process has used so far, user and system: other work on the machine does not count, as it does by
// the clock.
double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

// One connection, made anew when the server has answered enough on it.
class Connection {
  public:
    explicit Connection(std::uint16_t port) : port_(port) {}
    ~Connection() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    std::string post(const std::string& request) {
        if (descriptor_ < 0) connect();
        if (::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size()))
            fail("cannot send");
        std::string answer;
        char part[1 << 14];
        std::size_t whole = 0;
        while (whole == 0 || answer.size() < whole) {
            const ssize_t got = ::recv(descriptor_, part, sizeof part, 0);
            if (got <= 0) fail("no whole answer");
            answer.append(part, static_cast<std::size_t>(got));
            const std::size_t head = answer.find("\r\n\r\n");
            if (whole == 0 && head != std::string::npos) {
                const std::size_t length = answer.find("Content-Length: ");
                whole = head + 4 + std::strtoul(answer.c_str() + length + 16, nullptr, 10);
            }
        }
        if (answer.find("Connection: close") != std::string::npos) {
            ::close(descriptor_);
            descriptor_ = -1;
        }
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }

  private:
    void connect() {
        descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = ::htons(port_);
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            fail("cannot connect");
    }
    const std::uint16_t port_;
    int descriptor_ = -1;
};

struct Run {
    double per_second = 0;
    double cpu_microseconds = 0;       // of one call, client and server
    std::vector<double> milliseconds;  // of every call, sorted
    [[nodiscard]] double percentile(double part) const {
        return milliseconds[static_cast<std::size_t>(part * static_cast<double>(milliseconds.size() - 1))];
    }
};

// All messages, shared out; `per_second` 0: as fast as they are answered.
Run send_all(std::uint16_t port, const std::vector<std::string>& requests, double per_second) {
    std::vector<std::vector<double>> times(kThreads);
    std::vector<std::thread> threads;
    const double cpu = cpu_seconds();
    const auto begin = steady_clock::now();
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] {
            Connection connection(port);
            for (std::size_t i = static_cast<std::size_t>(thread); i < requests.size(); i += kThreads) {
                auto sent_at = steady_clock::now();
                if (per_second > 0) {
                    sent_at = begin + std::chrono::duration_cast<steady_clock::duration>(
                                          std::chrono::duration<double>(static_cast<double>(i) / per_second));
                    std::this_thread::sleep_until(sent_at);
                }
                const std::string answer = connection.post(requests[i]);
                times[static_cast<std::size_t>(thread)].push_back(seconds_since(sent_at) * 1000);
                if (answer.find("<encryptedMessage>") == std::string::npos) fail("refused: " + answer);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    const auto number = static_cast<double>(requests.size());
    Run run{number / seconds_since(begin), (cpu_seconds() - cpu) * 1e6 / number, {}};
    for (const auto& some : times)
        run.milliseconds.insert(run.milliseconds.end(), some.begin(), some.end());
    std::ranges::sort(run.milliseconds);
    return run;
}

// Pairs of a signature and an opening, on two threads.
struct Bound {
    double per_second = 0;
    double cpu_microseconds = 0;  // of one pair
};
Bound bound(const rpc::MnetKey& key, double seconds) {
    const std::string sealed = key.certificate().seal_key("0123456789abcdef");
    std::atomic<std::uint64_t> pairs = 0;
    std::vector<std::thread> threads;
    const double cpu = cpu_seconds();
    const auto begin = steady_clock::now();
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&] {
            while (seconds_since(begin) < seconds) {
                if (key.sign("payload").empty() || key.open_key(sealed).reveal() != "0123456789abcdef")
                    fail("RSA");
                ++pairs;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    const auto number = static_cast<double>(pairs);
    return {number / seconds_since(begin), (cpu_seconds() - cpu) * 1e6 / number};
}

double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
    const std::size_t calls = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 2'000;
    const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
    char name[] = "/tmp/assidu-bench-mnet-XXXXXX";
    if (::mkdtemp(name) == nullptr) fail("no folder");
    const std::filesystem::path path = name;
    for (const char* folder : {"keys", "moodle"})
        std::filesystem::create_directory(path / folder);
    const config::SystemClock clock;
    const std::int64_t now_utc_s = clock.now_utc_s();
    const auto own = rpc::MnetKeyRing::open(path / "keys", kNode, now_utc_s);
    const auto moodle = rpc::MnetKeyRing::open(path / "moodle", kMoodle, now_utc_s);
    if (!own || !moodle) fail("no keys");
    const node::NodeFolder folder{path};
    {
        federation::PeerList peers(folder.peers());
        if (!peers.accept(kMoodle, "moodle", moodle->current().certificate(), now_utc_s) ||
            !peers.grant(kMoodle, {"use_stats", {"everyone"}, now_utc_s}))
            fail("no peer");
    }
    config::Settings settings;
    settings.name = "bench";
    settings.wwwroot = kMoodle;
    settings.mnet.wwwroot = kNode;
    settings.mnet.listen = "127.0.0.1:0";
    auto listener = node::services::MnetListener::start(
        folder, settings, clock, [](std::string_view line) { std::cerr << line << '\n'; });
    if (!listener) fail(listener.error().what);

    const std::string document = rpc::sign_envelope(rpc::encode_moodle_call("system/listServices", {}),
                                                    moodle->current(), kMoodle, now_utc_s);
    const auto sealed = [&](std::size_t number) {
        std::vector<std::string> requests;
        for (std::size_t i = 0; i < number; ++i) {
            const std::string body = rpc::seal_envelope(document, own->current().certificate(), kMoodle);
            requests.push_back(
                fmt::format("POST /mnet/xmlrpc/server.php HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
                            "Content-Length: {}\r\n\r\n{}",
                            body.size(), body));
        }
        return requests;
    };
    std::vector<double> bounds, rates, ratios, by_cpu, p50, p99;
    for (int round = 0; round < rounds; ++round) {
        const auto fast = sealed(calls), paced = sealed(calls / 2);
        const Bound before = bound(own->current(), 2);
        const Run full = send_all((*listener)->port(), fast, 0);
        const Bound after = bound(own->current(), 2);
        const Run half = send_all((*listener)->port(), paced, full.per_second / 2);
        bounds.push_back((before.per_second + after.per_second) / 2);
        rates.push_back(full.per_second);
        ratios.push_back(full.per_second / bounds.back());
        by_cpu.push_back((before.cpu_microseconds + after.cpu_microseconds) / 2 / full.cpu_microseconds);
        p50.push_back(half.percentile(0.5));
        p99.push_back(half.percentile(0.99));
        fmt::print(
            "round {}: bound {:.0f}/s, answered {:.0f}/s ({:.0f} %); CPU of the bound {:.0f} us, of a call "
            "{:.0f} us "
            "({:.0f} %); at half load p50 {:.1f} ms, p99 {:.1f} ms\n",
            round + 1, bounds.back(), full.per_second, 100 * ratios.back(),
            (before.cpu_microseconds + after.cpu_microseconds) / 2, full.cpu_microseconds,
            100 * by_cpu.back(), p50.back(), p99.back());
    }
    fmt::print(
        "medians of {}: bound {:.0f}/s, answered {:.0f}/s; {:.0f} % of the bound by the clock, {:.0f} % by "
        "CPU; at "
        "half load p50 {:.1f} ms, p99 {:.1f} ms\n",
        rounds, median(bounds), median(rates), 100 * median(ratios), 100 * median(by_cpu), median(p50),
        median(p99));
    (*listener)->stop(std::chrono::milliseconds(1000));
    std::filesystem::remove_all(path);
}
