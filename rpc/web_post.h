// Requests to a server of the public web, such as a Moodle: certificates are those of the authorities that
// this machine trusts (OpenSSL's default paths), for the host of the URL, TLS 1.2 or 1.3. What nodes say to
// each other goes through http_client, with pinned certificates.
//
// Redirects are not followed: who allowed a host allowed no other. Whoever passes a URL on from somebody else
// looks at its parts first (web_url_of()).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/limits.h"
#include "config/refusal.h"
#include "rpc/http_answer.h"

namespace assidu::rpc {

struct WebUrl {
    bool tls = true;
    std::string host;  // lower case; a name or an IPv4 address in figures
    std::uint16_t port = 0;
    std::string path;  // begins with a slash; with the query
};
// "https://moodle.example[:port]/path" or http://. Refused if it has other parts (user, fragment), is longer
// than limits::kUrlBytesMax or holds anything but printable ASCII.
[[nodiscard]] config::Result<WebUrl> web_url_of(std::string_view url);

struct WebPostTimes {
    std::chrono::milliseconds connect{config::limits::kConnectMillisecondsMax};
    // For all of it, absolute; only the look-up of the host's name is outside it.
    std::chrono::milliseconds call{config::limits::kWebCallMillisecondsMax};
};

// The status of the answer, whatever it is; what comes behind the answer's first line is not looked at.
// Refused, with a text for the operator's log, if there is none: nobody listens, a certificate that nobody
// here trusts, out of time, no HTTP. `content_type` may hold no line break (std::logic_error). Throws
// ResourceFailure if OpenSSL refuses.
[[nodiscard]] config::Result<int> web_post(const WebUrl& url, std::string_view content_type,
                                           std::string_view body, const WebPostTimes& times = {});

// The same with the whole answer, read until its end. Refused also if it has more than `bytes_max` bytes of
// body, breaks off, or is no HTTP that has one meaning (rpc/http_answer.h).
[[nodiscard]] config::Result<HttpMessage> web_exchange(const WebUrl& url, std::string_view content_type,
                                                       std::string_view body, std::uint64_t bytes_max,
                                                       const WebPostTimes& times = {});

}  // namespace assidu::rpc
