// A headless Chromium, driven by the WebDriver protocol (W3C) over loopback.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace assidu::tests {

class WebDriver {
  public:
    [[nodiscard]] static bool is_there();
    // Downloads go to `folder`. Throws std::runtime_error if there is no browser.
    explicit WebDriver(const std::filesystem::path& folder);
    ~WebDriver();
    WebDriver(const WebDriver&) = delete;
    WebDriver& operator=(const WebDriver&) = delete;

    void go(const std::string& url);
    // The element of a CSS selector, which has to be there.
    [[nodiscard]] std::string find(const std::string& selector);
    void type(const std::string& selector, const std::string& text);
    void click(const std::string& selector);
    // One key to wherever the focus is.
    void press(const std::string& key);
    // What a script of ours returns in the page.
    nlohmann::json run(const std::string& script);
    [[nodiscard]] std::string title();
    // Warnings and errors of the browser's console since the last time.
    [[nodiscard]] std::string complaints();
    void picture(const std::string& name);

  private:
    nlohmann::json ask(const std::string& method, const std::string& path, const nlohmann::json& body);
    pid_t child_ = -1;
    std::uint16_t port_ = 0;
    std::string session_;
};

// The keys of WebDriver.
inline constexpr const char* kTab = "\uE004";
inline constexpr const char* kSpace = " ";
inline constexpr const char* kEnter = "\uE007";

}  // namespace assidu::tests
