// The page on which whoever received a report checks its package, with the code of assidu-verify. Nothing of
// it is kept. Open to everybody: a few at a time, and so many a minute of one address.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/settings.h"
#include "node/node.h"
#include "node/web/page.h"
#include "node/web/rate_limiter.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class VerifyPage {
  public:
    // `own_root`: the fingerprint of the node's key. `folder`: where the hub stands that it joined, asked
    // each time.
    VerifyPage(const config::Settings& settings, std::string own_root, NodeFolder folder,
               const config::Clock& clock);

    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    [[nodiscard]] WebAnswer page(const WebRequest& request, std::string_view alert, int status,
                                 PageData data) const;
    [[nodiscard]] WebAnswer check(const WebRequest& request);
    [[nodiscard]] PageData result_of(std::string_view package, const std::string& root,
                                     reports::Language language) const;

    const config::Settings settings_;
    const std::string own_root_;
    const NodeFolder folder_;
    const config::Clock& clock_;
    RateLimiter uploads_;
    std::atomic<std::size_t> at_once_ = 0;
};

}  // namespace assidu::node::web
