#include "node/archive/event_block.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "federation/varint.h"

namespace assidu::node::archive {
namespace {

using federation::VarintReader;

constexpr std::int64_t kDaySeconds = 86'400;
constexpr char kVersion = 1;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kColumns = 5;
constexpr std::size_t kVarintBytesMax = 10;
// Every event takes at least a byte in each of five columns.
constexpr std::size_t kEventBytesMin = 5;

std::string checksum(std::string_view bytes) {
    const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    std::string text;
    for (int shift = 0; shift < 32; shift += 8)
        text.push_back(static_cast<char>(crc >> shift & 0xff));
    return text;
}

// Into memory that has room, byte by byte without asking each time; answers where it ends.
char* put_varint(char* at, std::uint64_t value) {
    while (value >= 0x80) {
        *at++ = static_cast<char>((value & 0x7f) | 0x80);
        value >>= 7;
    }
    *at++ = static_cast<char>(value);
    return at;
}

// Differences wrap, so that any two ids have one.
std::int64_t difference(std::int64_t value, std::int64_t before) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(before));
}
std::int64_t sum(std::int64_t before, std::int64_t difference) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(before) +
                                     static_cast<std::uint64_t>(difference));
}

template <std::int64_t Event::* column>
char* put_differences(char* at, std::span<const Event> events) {
    std::int64_t before = 0;
    for (const Event& event : events) {
        const std::int64_t value = difference(event.*column, before);
        at = put_varint(at,
                        (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
        before = event.*column;
    }
    return at;
}

template <std::int64_t Event::* column>
void get_differences(VarintReader& reader, std::span<Event> events) {
    std::int64_t before = 0;
    for (Event& event : events) {
        event.*column = sum(before, reader.get_signed());
        before = event.*column;
    }
}

}  // namespace

std::int64_t utc_day(std::int64_t utc_s) {
    return utc_s / kDaySeconds - (utc_s % kDaySeconds < 0 ? 1 : 0);
}

std::string encode_block(std::int64_t day, std::span<const Event> events) {
    std::string bytes;
    encode_block(day, events, bytes);
    return bytes;
}

void encode_block(std::int64_t day, std::span<const Event> events, std::string& bytes) {
    bytes.resize(1 + kVarintBytesMax * (1 + kColumns * events.size()) + kChecksumBytes);
    char* at = bytes.data();
    *at++ = kVersion;
    at = put_varint(at, events.size());
    std::int64_t before = day * kDaySeconds;
    for (const Event& event : events) {
        at = put_varint(at, static_cast<std::uint64_t>(event.time_s - before));
        before = event.time_s;
    }
    at = put_differences<&Event::id>(at, events);
    for (const Event& event : events)
        at = put_varint(at, static_cast<std::uint64_t>(event.shape));
    at = put_differences<&Event::course>(at, events);
    at = put_differences<&Event::activity>(at, events);
    bytes.resize(static_cast<std::size_t>(at - bytes.data()));
    bytes += checksum(bytes);
}

bool decode_block(std::int64_t day, std::string_view bytes, std::vector<Event>& events) {
    if (bytes.size() < 2 + kChecksumBytes || bytes.front() != kVersion) return false;
    const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
    if (checksum(body) != bytes.substr(body.size())) return false;

    VarintReader reader(body.substr(1));
    const std::uint64_t count = reader.get();
    if (count > body.size() / kEventBytesMin) return false;
    const std::size_t size_before = events.size();
    events.resize(size_before + count);
    const std::span<Event> added = std::span(events).subspan(size_before);
    std::uint64_t second = 0;
    bool in_range = true;
    for (Event& event : added) {
        second += std::min<std::uint64_t>(reader.get(), kDaySeconds);
        in_range = in_range && second < static_cast<std::uint64_t>(kDaySeconds);
        event.time_s = day * kDaySeconds + static_cast<std::int64_t>(second);
    }
    get_differences<&Event::id>(reader, added);
    for (Event& event : added) {
        const std::uint64_t shape = reader.get();
        in_range = in_range && shape <= static_cast<std::uint64_t>(std::numeric_limits<ShapeKey>::max());
        event.shape = static_cast<ShapeKey>(shape);
    }
    get_differences<&Event::course>(reader, added);
    get_differences<&Event::activity>(reader, added);
    if (in_range && reader.done()) return true;
    events.resize(size_before);
    return false;
}

}  // namespace assidu::node::archive
