// What lies in the spool into the node: the import of `serve`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "node/node.h"
#include "node/services/spool.h"

namespace assidu::node::services {

// How an intake speaks. All lines are printable, whatever the names of the files are.
struct IntakeEvents {
    // One line about a file that was taken in: "imported FILE: N rows, M events".
    std::function<void(const std::string& line)> done;
    // Something that a person should look at; `subject` is the same for the same thing at the next round.
    std::function<void(const std::string& subject, const std::string& line)> problem;
    // The name of a file that was left in the spool, beside what `problem` said of it.
    std::function<void(const std::string& name)> left_alone;
    // A line about a row or a remark, each said once by nature.
    std::function<void(const std::string& line)> remark;
    // False asks for a clean stop: the file being read, and those behind it, wait in the spool.
    std::function<bool()> wants_more;
};

struct TakenIn {
    std::int64_t files = 0, refused = 0;
    // Wait for people, could not be moved, or were not reached: the next round takes them in again.
    std::int64_t stayed = 0;
};

// Takes in what waits, catalogues before logs, otherwise in order of the names; the caller has the lock on
// the folder. Logs stay where the settings select students by a catalogue of people that is not there yet.
// A file that is refused, damaged or breaks Assidu is set aside with the reason, and stops no other. Refused
// if the spool's folders cannot be read. Throws ResourceFailure if the node's own stores fail: the file stays
// where it is then.
[[nodiscard]] config::Result<TakenIn> take_in(Node& node, const Spool& spool, const IntakeEvents& events);

}  // namespace assidu::node::services
