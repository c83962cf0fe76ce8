// What became of calls by Moodle Networking, for `status`.
#pragma once

#include <cstdint>
#include <string>

namespace assidu::node::services {

// Since the start.
struct MnetCounts {
    std::uint64_t calls = 0;     // sealed, signed and answered, faults of methods included
    std::uint64_t refused = 0;   // answered with a fault of the envelope
    std::uint64_t replayed = 0;  // of those: were answered before
    std::uint64_t keyswaps = 0;
    std::uint64_t proposed = 0;   // strangers that were put down
    std::uint64_t refreshed = 0;  // new keys of peers that were pinned
    std::string problem;          // why counts and seals could not be put down last; empty: they were
    bool operator==(const MnetCounts&) const = default;
};

}  // namespace assidu::node::services
