// The intake listener: where a Moodle's own plugin (SONATE's local_log_sender) pushes its log, as it is. It
// shows no credentials: what tells a site is a path that only it was told, and where the settings name some,
// its address. Everybody else gets a 404 and no reason.
//
// A push is answered with a 2xx once its rows are on the disk (push_journal.h), also where some of them are
// broken: the plugin repeats whatever is answered otherwise, and sends nothing else until then. So 503 is for
// what could not be kept, and 413 for what is too large to be.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "config/refusal.h"
#include "config/settings.h"
#include "node/services/push_journal.h"
#include "rpc/secret.h"
#include "rpc/tls_identity.h"
#include "rpc/web_certificate.h"

namespace assidu::node::services {

// "/log/SECRET", where rows are pushed, and "/report/SECRET", where reports are asked for.
[[nodiscard]] std::string push_path(const rpc::Secret& secret);
[[nodiscard]] std::string report_path(const rpc::Secret& secret);

// Since the start.
struct PushCounts {
    std::uint64_t pushes = 0, rows = 0;  // kept
    std::uint64_t refused = 0;           // answered 2xx and set aside: no push
    std::uint64_t unknown = 0;           // of nobody who is known here
    std::uint64_t put_off = 0;           // answered 503 or 413
    std::uint64_t reports = 0;           // asked for
    std::string problem;                 // why the last one was put off, until one is kept
    bool operator==(const PushCounts&) const = default;
};

// How a listener speaks, from any thread.
struct PushEvents {
    std::function<void(const std::string& subject, const std::string& text)> problem;
    std::function<void(const std::string& subject)> settle;
    // Keeps the body of a request for a report; refused if it cannot be kept.
    std::function<config::Result<void>(const std::string& body)> report;
};

class PushListener {
  public:
    // Listens when it returns. `identity` or `certificate` is read here alone; with neither it speaks plain
    // HTTP. Where the settings name client certificates, nobody else gets as far as a path. The journal
    // must outlive it. Refused if the address cannot be listened on.
    [[nodiscard]] static config::Result<std::unique_ptr<PushListener>> start(
        const config::Settings& settings, const rpc::Secret& secret, const rpc::TlsIdentity* identity,
        const rpc::WebCertificate* certificate, PushJournal& journal, PushEvents events);
    virtual ~PushListener() = default;

    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual PushCounts counts() const = 0;
    // Lets exchanges in flight finish for `grace`.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace assidu::node::services
