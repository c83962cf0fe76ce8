// Nodes with a listener for Moodle Networking on loopback, each in a folder of its own.
#pragma once

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {

// A port of loopback that nobody has at the moment: a wwwroot must be known before anybody listens.
inline std::uint16_t free_port() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(descriptor);
    return ::ntohs(address.sin_port);
}

class MnetNodes : public ::testing::Test {
  protected:
    static constexpr std::int64_t kMorning = 1'772'438'400;  // 2026-03-02 09:00 in Paris

    void make_node(const std::string& name) {
        ports_[name] = free_port();
        const std::string dir = folder / name;
        ASSERT_EQ(assidu({"init", "--dir", dir, "--id", "node-" + name, "--name", "Université de Lyon",
                          "--wwwroot", "https://moodle.univ-lyon.example"})
                      .exit_code,
                  0);
        std::string settings = contents_of(folder / (name + "/assidu.toml"));
        const std::size_t table = settings.find("[mnet]");
        ASSERT_NE(table, std::string::npos);
        const std::size_t listen = settings.find("listen = \"\"", table);
        settings.replace(listen, 11, "listen = \"127.0.0.1:" + std::to_string(ports_[name]) + "\"");
        settings.insert(table + 7, "wwwroot = \"" + wwwroot(name) + "\"\n");
        folder.write(name + "/assidu.toml", settings);
    }
    [[nodiscard]] std::string wwwroot(const std::string& name) const {
        return "http://127.0.0.1:" + std::to_string(ports_.at(name));
    }
    Finished at(const std::string& name, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--dir", (folder / name).string()});
        return assidu(arguments);
    }
    // What stands behind `beginning` in the last line that begins so.
    static std::string line_of(const std::string& text, const std::string& beginning) {
        const std::size_t begin = text.rfind(beginning) + beginning.size();
        return text.substr(begin, text.find('\n', begin) - begin);
    }
    // A process looks for new keys once a second; and a certificate's begin has whole seconds.
    static void wait_for_new_second() {
        const std::time_t now = std::time(nullptr);
        while (std::time(nullptr) < now + 2)
            ::poll(nullptr, 0, 20);
    }
    // Sends bytes and reads until the other side ends.
    std::string exchange(const std::string& request, const std::string& name) const {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = ::htons(ports_.at(name));
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::send(descriptor, request.data(), request.size(), 0),
                  static_cast<ssize_t>(request.size()));
        std::string answer;
        char part[4096];
        for (ssize_t got = 0; (got = ::recv(descriptor, part, sizeof part, 0)) > 0;)
            answer.append(part, static_cast<std::size_t>(got));
        ::close(descriptor);
        return answer;
    }

    TemporaryFolder folder;
    std::map<std::string, std::uint16_t> ports_;
};

}  // namespace assidu::tests
