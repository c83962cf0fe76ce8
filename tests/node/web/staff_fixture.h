// A node whose pages administrative staff use, over a socket.
#pragma once

#include <sys/wait.h>

#include <cstdlib>

#include "tests/node/web/web_fixture.h"

namespace assidu::tests {

inline constexpr const char* kForm = "application/x-www-form-urlencoded";
inline constexpr const char* kPassword = "correct horse battery";

class StaffProcess : public WebProcess {
  protected:
    void SetUp() override {
        init();
        import_people();
    }
    int put_staff(const std::string& name, const std::string& students,
                  const std::string& password = kPassword) const {
        const std::string command = "printf '%s\\n' '" + password + "' | '" + std::string(ASSIDU_BINARY_DIR) +
                                    "/assidu' --dir '" + dir() + "' --quiet staff put " + name +
                                    " --students '" + students + "' > '" + (folder / "out").string() +
                                    "' 2> '" + (folder / "err").string() + "'";
        return WEXITSTATUS(std::system(command.c_str()));
    }
    static std::string field(const std::string& response, const std::string& name) {
        const std::size_t at = response.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        const std::size_t begin = at + name.size() + 4;
        return response.substr(begin, response.find("\r\n", begin) - begin);
    }
    std::string login(const std::string& name, const std::string& password) const {
        return post("/staff/login", kForm, "name=" + name + "&password=" + password);
    }
    // The cookie of somebody who logs in, as a header.
    std::string cookie_of(const std::string& name) const {
        const std::string set = field(login(name, "correct+horse+battery"), "Set-Cookie");
        return "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
    }
    static std::string csrf_in(const std::string& page) {
        const std::string mark = "name=\"csrf\" value=\"";
        const std::size_t at = page.find(mark);
        return at == std::string::npos ? "none" : page.substr(at + mark.size(), 64);
    }
    static std::string id_of(const std::string& page, const std::string& label) {
        const std::size_t at = page.find(label);
        const std::size_t value = page.rfind("<option value=\"", at);
        return at == std::string::npos ? "none" : page.substr(value + 15, 32);
    }
    std::string download(const std::string& cookie, const std::string& csrf, const std::string& more) const {
        return post("/staff/report", kForm,
                    "csrf=" + csrf + "&from=2026-03-01&to=2026-03-31&language=en&" + more, cookie);
    }
};

}  // namespace assidu::tests
