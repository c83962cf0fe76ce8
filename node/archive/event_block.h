// The events of one student on one UTC day as bytes: columns of varints, about ten bytes an event. The format
// is docs/formats/archive.md, section "Block"; a block that does not read back exactly is damage, never data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/event.h"

namespace assidu::node::archive {

// UTC days since 1970-01-01: how blocks are cut, whatever the zone of a scale.
[[nodiscard]] std::int64_t utc_day(std::int64_t utc_s);

// `events` are of the UTC day `day`, in the order of computation, each once.
[[nodiscard]] std::string encode_block(std::int64_t day, std::span<const Event> events);
// The same into a string that keeps its memory from block to block.
void encode_block(std::int64_t day, std::span<const Event> events, std::string& bytes);

// Appends the block's events to `events`; false, and nothing appended, if the bytes are not a whole block.
[[nodiscard]] bool decode_block(std::int64_t day, std::string_view bytes, std::vector<Event>& events);

}  // namespace assidu::node::archive
