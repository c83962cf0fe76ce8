// The pages of administrative staff: log in, choose a student or a group, a period and a format, download.
// They see the students of their account and nobody else; every download is audited with their name.
// Who they are is for the door (staff_door.h) to know.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/settings.h"
#include "node/services/node_readers.h"
#include "node/web/page.h"
#include "node/web/rate_limiter.h"
#include "node/web/staff.h"
#include "node/web/staff_door.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class StaffPages {
  public:
    // All must outlive it.
    StaffPages(const config::Settings& settings, services::NodeReaders& readers, Staff& staff,
               StaffDoor& door, const config::Clock& clock, std::function<void(std::string_view line)> log);

    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    struct Asked;
    [[nodiscard]] WebAnswer front(const WebRequest& request);
    [[nodiscard]] WebAnswer login_page(const WebRequest& request, std::string_view alert, int status);
    [[nodiscard]] WebAnswer login(const WebRequest& request);
    [[nodiscard]] WebAnswer logout(const WebRequest& request);
    [[nodiscard]] WebAnswer choose(const WebRequest& request);
    [[nodiscard]] WebAnswer report(const WebRequest& request);
    [[nodiscard]] WebAnswer choice(const WebRequest& request, const Visitor& visitor, const Asked& asked,
                                   const std::string& alert, int status);
    [[nodiscard]] WebAnswer deliver(const WebRequest& request, const Visitor& visitor, const Node& node,
                                    const Asked& asked);

    const config::Settings& settings_;
    services::NodeReaders& readers_;
    Staff& staff_;
    StaffDoor& door_;
    const config::Clock& clock_;
    const std::function<void(std::string_view line)> log_;
    RateLimiter wrong_;
};

}  // namespace assidu::node::web
