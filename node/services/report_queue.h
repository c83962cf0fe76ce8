// The requests for a time report that wait for their answer, a file each: spool/reports/ID.json, ID from the
// SHA-256 of the request, so that a request that is repeated is one. The file holds the token of the plugin's
// callback until it is answered; it is private to its owner.
//
// Threads: any may keep(); the rest is one thread's.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/limits.h"
#include "config/refusal.h"

namespace assidu::node::services {

class ReportQueue {
  public:
    // `spool` is there already. Refused if the folder cannot be made.
    [[nodiscard]] static config::Result<std::unique_ptr<ReportQueue>> open(
        const std::filesystem::path& spool, std::size_t requests_max = config::limits::kReportRequestsMax);

    // Durable on return. Refused if there is no room, or too many wait.
    [[nodiscard]] config::Result<void> keep(std::string_view body);
    // How often keep() took one, for whoever looks whether there is something new.
    [[nodiscard]] std::uint64_t kept() const { return kept_.load(); }

    // What waits, in order of the names.
    [[nodiscard]] std::vector<std::filesystem::path> waiting() const;
    // It is answered or given up.
    void forget(const std::filesystem::path& path);

  private:
    ReportQueue(std::filesystem::path folder, std::size_t requests_max)
        : folder_(std::move(folder)), requests_max_(requests_max) {}
    const std::filesystem::path folder_;
    const std::size_t requests_max_;
    std::atomic<std::uint64_t> kept_ = 0;
    std::mutex keeping_;
};

}  // namespace assidu::node::services
