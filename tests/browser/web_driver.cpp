#include "tests/browser/web_driver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "rpc/base64.h"

namespace assidu::tests {
namespace {

constexpr const char* kDriver = "/usr/bin/chromedriver";
constexpr const char* kElement =
    "element-6066-11e4-a52e-4f735466cecf";  // WebDriver, "web element identifier"

// Far more than a browser takes, on a busy machine.
constexpr int kWaitSeconds = 90;

// ChromeDriver leaves the connection open, whatever it is asked.
bool is_whole(const std::string& response) {
    const std::string mark = "Content-Length:";
    const std::size_t end = response.find("\r\n\r\n"), length = response.find(mark);
    return end != std::string::npos && length < end &&
           response.size() >=
               end + 4 + static_cast<std::size_t>(std::stoll(response.substr(length + mark.size())));
}

std::string answer_of(std::uint16_t port, const std::string& request) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval wait{kWaitSeconds, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string response;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size())) {
        char buffer[1 << 14];
        for (ssize_t size = 0;
             !is_whole(response) && (size = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;)
            response.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(descriptor);
    return response;
}

}  // namespace

bool WebDriver::is_there() {
    return ::access(kDriver, X_OK) == 0;
}

WebDriver::WebDriver(const std::filesystem::path& folder) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    child_ = ::fork();
    if (child_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::setpgid(0, 0);
        ::execl(kDriver, kDriver, "--port=0", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(ends[1]);
    std::string said;
    const std::string mark = "was started successfully on port ";
    char byte = 0;
    while (said.find(mark) == std::string::npos || !said.ends_with('.')) {
        if (::read(ends[0], &byte, 1) != 1) throw std::runtime_error("no ChromeDriver: " + said);
        said.push_back(byte);
    }
    port_ = static_cast<std::uint16_t>(std::stoi(said.substr(said.find(mark) + mark.size())));
    const nlohmann::json options = {
        {"args",
         {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--window-size=1100,1100", "--lang=fr", "--user-data-dir=" + (folder / "profile").string()}},
        {"prefs",
         {{"download.default_directory", folder.string()}, {"download.prompt_for_download", false}}}};
    const nlohmann::json wanted = {{"capabilities",
                                    {{"alwaysMatch",
                                      {{"browserName", "chrome"},
                                       {"goog:chromeOptions", options},
                                       {"goog:loggingPrefs", {{"browser", "ALL"}}}}}}}};
    session_ = ask("POST", "/session", wanted).at("sessionId");
}

WebDriver::~WebDriver() {
    try {
        if (!session_.empty()) (void)ask("DELETE", "/session/" + session_, nullptr);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is killed next
    }
    ::kill(-child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

nlohmann::json WebDriver::ask(const std::string& method, const std::string& path,
                              const nlohmann::json& body) {
    const std::string text = body.is_null() ? "" : body.dump();
    const std::string response =
        answer_of(port_, method + " " + path +
                             " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
                             "application/json\r\nContent-Length: " +
                             std::to_string(text.size()) + "\r\n\r\n" + text);
    const std::size_t end = response.find("\r\n\r\n");
    if (end == std::string::npos) throw std::runtime_error("ChromeDriver does not answer " + path);
    const auto value = nlohmann::json::parse(response.substr(end + 4)).at("value");
    if (value.is_object() && value.contains("error")) throw std::runtime_error(path + ": " + value.dump());
    return value;
}

void WebDriver::go(const std::string& url) {
    (void)ask("POST", "/session/" + session_ + "/url", {{"url", url}});
}

std::string WebDriver::find(const std::string& selector) {
    return ask("POST", "/session/" + session_ + "/element", {{"using", "css selector"}, {"value", selector}})
        .at(kElement);
}

void WebDriver::type(const std::string& selector, const std::string& text) {
    (void)ask("POST", "/session/" + session_ + "/element/" + find(selector) + "/value", {{"text", text}});
}

void WebDriver::click(const std::string& selector) {
    (void)ask("POST", "/session/" + session_ + "/element/" + find(selector) + "/click",
              nlohmann::json::object());
}

void WebDriver::press(const std::string& key) {
    const nlohmann::json keys = {{{"type", "keyDown"}, {"value", key}}, {{"type", "keyUp"}, {"value", key}}};
    const nlohmann::json source = {{"type", "key"}, {"id", "keyboard"}, {"actions", keys}};
    (void)ask("POST", "/session/" + session_ + "/actions", {{"actions", nlohmann::json::array({source})}});
}

nlohmann::json WebDriver::run(const std::string& script) {
    return ask("POST", "/session/" + session_ + "/execute/sync",
               {{"script", script}, {"args", nlohmann::json::array()}});
}

std::string WebDriver::title() {
    return ask("GET", "/session/" + session_ + "/title", nullptr);
}

std::string WebDriver::complaints() {
    std::string all;
    for (const auto& line : ask("POST", "/session/" + session_ + "/se/log", {{"type", "browser"}}))
        all += line.at("level").get<std::string>() + " " + line.at("message").get<std::string>() + "\n";
    return all;
}

void WebDriver::picture(const std::string& name) {
    const char* const folder = std::getenv("ASSIDU_BROWSER_PICTURES");
    if (folder == nullptr) return;
    const std::string base64 = ask("GET", "/session/" + session_ + "/screenshot", nullptr);
    std::ofstream(std::filesystem::path(folder) / (name + ".png"), std::ios::binary)
        << rpc::unbase64(base64).value_or("");
}

}  // namespace assidu::tests
