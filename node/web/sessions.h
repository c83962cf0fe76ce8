// Who is logged in. In memory alone: after a new start people log in again. From any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace assidu::node::web {

class Sessions {
  public:
    // A new session's secret, 64 hexadecimal digits: what the cookie holds. Of limits::kSessionsMax the one
    // that was idle longest ends for it.
    [[nodiscard]] std::string begin(const std::string& name, std::int64_t now_s);
    // Whose it is, and that they are still here: nobody's after limits::kSessionIdleSeconds without a
    // request, or kSessionSecondsMax.
    [[nodiscard]] std::optional<std::string> name_of(std::string_view secret, std::int64_t now_s);
    void end(std::string_view secret);

  private:
    struct Session {
        std::string name;
        std::int64_t begun_s = 0, seen_s = 0;
    };
    std::mutex mutex_;
    std::map<std::string, Session> sessions_;  // under the mutex; by the secret's digest
};

}  // namespace assidu::node::web
