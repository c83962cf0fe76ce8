// The shapes that a reader of the log has met, by the bytes they were written with. Millions of rows have a
// few hundred shapes: what was read, checked and copied once need not be again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "node/event.h"

namespace assidu::node::collect {

class ShapeMemory {
  public:
    // The fields that make a shape, as they stand in the file: those of the columns eventname, component,
    // action, target, contextlevel, origin, anonymous, crud and edulevel. Whether the row was made by
    // somebody else logged in as the user makes two shapes of them.
    static constexpr std::size_t kFields = 9;
    struct Written {
        std::array<std::string_view, kFields> fields;
        bool login_as = false;
    };
    struct Known {
        EventShape shape;
        std::size_t number = 0;  // from 0, in the order they were met
    };

    // Nothing if these bytes were not remembered.
    [[nodiscard]] const Known* find(const Written& written) const {
        for (std::size_t at = hash(written);; ++at) {
            const Entry* const entry = slots_[at & kMask];
            if (entry == nullptr) return nullptr;
            if (is(*entry, written)) return &entry->known;
        }
    }

    // What these bytes mean, which must not be known yet. Nothing if there are too many already: names that
    // are free text must not fill the memory.
    const Known* remember(const Written& written, const EventShape& shape) {
        if (entries_.size() == kEntriesMax) return nullptr;
        Entry& entry = entries_.emplace_back();
        for (std::size_t i = 0; i < kFields; ++i) {
            entry.lengths[i] = written.fields[i].size();
            entry.bytes += written.fields[i];
        }
        entry.known = {shape, entries_.size() - 1};
        entry.login_as = written.login_as;
        std::size_t at = hash(written);
        while (slots_[at & kMask] != nullptr)
            ++at;
        slots_[at & kMask] = &entry;
        return &entry.known;
    }

  private:
    static constexpr std::size_t kSlots = 1 << 14, kMask = kSlots - 1;
    static constexpr std::size_t kEntriesMax = kSlots / 4;  // few collisions, and never a full table

    struct Entry {
        std::array<std::size_t, kFields> lengths{};
        bool login_as = false;
        std::string bytes;  // of all fields, in a row
        Known known;
    };

    // Most fields have one to three bytes: not worth a call.
    static bool same(const char* bytes, std::string_view field) {
        if (field.size() >= 4) return std::memcmp(bytes, field.data(), field.size()) == 0;
        for (std::size_t i = 0; i < field.size(); ++i) {
            if (bytes[i] != field[i]) return false;
        }
        return true;
    }

    static bool is(const Entry& entry, const Written& written) {
        if (entry.login_as != written.login_as) return false;
        const char* bytes = entry.bytes.data();
        for (std::size_t i = 0; i < kFields; ++i) {
            const std::string_view field = written.fields[i];
            if (entry.lengths[i] != field.size() || !same(bytes, field)) return false;
            bytes += field.size();
        }
        return true;
    }

    // Of the event's name its length and its first and last eight bytes; of the others, which nearly always
    // follow from it, the length and the first byte. The bytes are compared anyhow.
    static std::size_t hash(const Written& written) {
        constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
        const std::string_view name = written.fields.front();
        std::uint64_t first = 0, last = 0;
        if (name.size() >= 8) {
            std::memcpy(&first, name.data(), 8);
            std::memcpy(&last, name.data() + name.size() - 8, 8);
        }
        std::uint64_t others = written.login_as ? 1 : 0;
        for (const std::string_view field : written.fields)
            others =
                others * 31 + field.size() * 7 + (field.empty() ? 0 : static_cast<unsigned char>(field[0]));
        const std::uint64_t sum = ((first * kOdd ^ last) * kOdd ^ others) * kOdd;
        return static_cast<std::size_t>(sum ^ sum >> 32);
    }

    std::deque<Entry> entries_;  // they stay where they are
    std::vector<const Entry*> slots_ = std::vector<const Entry*>(kSlots);
};

}  // namespace assidu::node::collect
