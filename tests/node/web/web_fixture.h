// A node that answers the web, and an ERP in front of it.
#pragma once

#include <algorithm>
#include <fstream>
#include <memory>

#include "tests/node/cli/node_fixture.h"
#include "tests/rpc/raw_peer.h"
#include "tests/serving_process.h"

namespace assidu::tests {

class WebProcess : public NodeProcess {
  protected:
    // Two students of Lyon, one of Nantes; 719 s of the first on 2026-03-02, 60 s of them on a course's
    // pages.
    void import_people() {
        const std::string people = folder.write(
            "people.csv",
            "id,username,idnumber,firstname,lastname,email,institution,cohort1\n"
            "42,elodie,E-42,\xC3\x89lodie,Roux & fils,elodie@lyon.example,Lyon,DAEU A\n"
            "43,lea,E-43,L\xC3\xA9"
            "a,Petit,lea@lyon.example,Lyon,\n44,paul,E-44,Paul,Paris,paul@nantes.example,Nantes,\n");
        const std::string courses = folder.write(
            "courses.csv",
            "id,fullname,shortname,idnumber\n10,Arts & Crafts <beta>,ART,C-ART\n11,History,HIST,C-HIST\n");
        const std::string activities =
            folder.write("activities.csv", "id,course,modname,name\n501,10,quiz,Test 1\n");
        const std::string log =
            folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 60, 501) +
                                        row(3, 42, kMorning + 719, 0, "loggedout") + row(4, 43, kMorning) +
                                        row(5, 43, kMorning + 100, 0, "loggedout") + row(6, 44, kMorning));
        ASSERT_EQ(run({"import", people, courses, activities, log}).exit_code, 0);
    }
    // Of [web]; `lines` beside the address.
    void listen(const std::string& lines = "") {
        std::string settings = contents_of(dir() + "/assidu.toml");
        const std::size_t at = settings.find("listen = \"\"", settings.find("[web]"));
        ASSERT_NE(at, std::string::npos);
        settings.replace(at, 11, "listen = \"127.0.0.1:0\"\n" + lines);
        std::ofstream(dir() + "/assidu.toml") << settings;
    }
    void serve() {
        process = std::make_unique<ServingProcess>(dir());
        const std::string line = process->wait_for("answering the web on ");
        root = line.substr(std::string("answering the web on ").size());
        port = static_cast<std::uint16_t>(std::stoi(root.substr(root.rfind(':') + 1)));
    }
    // A new token's secret.
    [[nodiscard]] std::string token(std::vector<std::string> more = {"--students", "everyone"}) const {
        more.insert(more.begin(), {"token", "create", "--label", "ERP"});
        if (std::ranges::find(more, "--function") == more.end())
            more.insert(more.end(), {"--function", "all"});
        const Finished finished = run(more);
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        const std::size_t at = finished.out.find("\ntoken  ");
        return at == std::string::npos ? "none" : finished.out.substr(at + 8, 32);
    }
    std::string exchange(const std::string& request) const {
        RawPeer peer = RawPeer::connect_to(port);
        EXPECT_TRUE(peer.send(request));
        return peer.read_to_end();
    }
    std::string get(const std::string& target, const std::string& fields = "") const {
        return exchange("GET " + target + " HTTP/1.1\r\nHost: node\r\nConnection: close\r\n" + fields +
                        "\r\n");
    }
    std::string post(const std::string& target, const std::string& type, const std::string& body,
                     const std::string& fields = "") const {
        return exchange("POST " + target +
                        " HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Type: " + type + "\r\n" +
                        fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    static std::string body_of(const std::string& response) {
        const std::size_t end = response.find("\r\n\r\n");
        return end == std::string::npos ? "no response: " + response : response.substr(end + 4);
    }

    std::unique_ptr<ServingProcess> process;
    std::string root;
    std::uint16_t port = 0;
};

}  // namespace assidu::tests
