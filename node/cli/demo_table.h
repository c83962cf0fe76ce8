// What the demonstration shows at its end: the pool's table, and the fingerprint of its totals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "federation/consolidation.h"
#include "node/node.h"

namespace assidu::node::cli {

// One university, as its own node and the hub each have it.
struct DemoLine {
    std::string node_id, name;
    std::int64_t students = 0, seconds = 0, events = 0;  // at the hub; events of the archive
    std::int64_t sent = 0, receipted = 0;                // statements, at the university
    bool complete = false;                               // the hub lacks nothing of the period
    bool same = false;                                   // the hub's rows are the university's, one by one
    // SHA-256 over the rows at the hub, by user name, day and course: the same for the same seed on every
    // machine, though pseudonyms are keyed and differ.
    std::string fingerprint;
};

// `part` is the hub's word on the university.
[[nodiscard]] DemoLine demo_line(const Node& hub, const Node& university, const federation::MemberPart& part,
                                 const federation::Period& period);

[[nodiscard]] std::string demo_table(const std::vector<DemoLine>& lines);
// The file pool-fingerprint.txt: a line a university and one of the pool, as sha256sum writes them; then,
// with the name "root", the fingerprint of the hub's key, which is another in every demonstration (what
// `assidu-verify --root` takes).
[[nodiscard]] std::string fingerprint_file(const std::vector<DemoLine>& lines, std::uint64_t seed,
                                           const std::string& root);

}  // namespace assidu::node::cli
