// Moodle's own addresses for web services, answered by this node: /webservice/rest/server.php and
// /webservice/xmlrpc/server.php, and /report/..., where the addresses of reports lead.
//
// Every call of a token is counted against its rate and audited, whatever comes of it. Wrong tokens are
// counted by address, and after limits::kWrongSecretsPerMinuteMax in a minute that address is not listened to
// for the rest of it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "node/services/node_readers.h"
#include "node/web/moodle_answer.h"
#include "node/web/moodle_functions.h"
#include "node/web/rate_limiter.h"
#include "node/web/report_link.h"
#include "node/web/tokens.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class MoodleServices {
  public:
    // All must outlive it. `root`: of the addresses it gives, once the listener has one. `log` gets a line
    // for what an administrator should know, from any thread.
    MoodleServices(services::NodeReaders& readers, Tokens& tokens, ReportLinks& links,
                   const config::Clock& clock, std::function<std::string()> root,
                   std::function<void(std::string_view line)> log);

    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    struct Call {
        std::string secret, function;
        MoodleFormat format = MoodleFormat::xml;
        std::function<config::Result<MoodleParameters>()> parameters;
    };
    [[nodiscard]] WebAnswer rest(const WebRequest& request);
    [[nodiscard]] WebAnswer xmlrpc(const WebRequest& request);
    [[nodiscard]] WebAnswer report(const WebRequest& request);
    [[nodiscard]] WebAnswer answer(const WebRequest& request, const Call& call);
    [[nodiscard]] std::expected<Token, MoodleError> admit(const WebRequest& request, std::string_view secret);
    void audit(const Node& node, const Token& token, std::string_view action, const MoodleOutcome& outcome);

    services::NodeReaders& readers_;
    Tokens& tokens_;
    ReportLinks& links_;
    const config::Clock& clock_;
    const std::function<std::string()> root_;
    const std::function<void(std::string_view line)> log_;
    RateLimiter wrong_, calls_;
};

}  // namespace assidu::node::web
