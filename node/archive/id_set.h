// The ids of a source that the archive holds, in chunks of 65,536: what makes adding an event idempotent
// without looking for it. A bit an event where ids are dense, a few bytes where they are not (roaring
// bitmaps, portable serialisation: github.com/RoaringBitmap/RoaringFormatSpec).
#pragma once

#include <cstdint>
#include <optional>
#include <roaring/roaring.hh>
#include <string>
#include <string_view>

namespace assidu::node::archive {

class IdChunk {
  public:
    static constexpr int kBits = 16;
    [[nodiscard]] static std::int64_t chunk_of(std::int64_t id) { return id >> kBits; }

    // Nothing if the bytes are not a whole chunk.
    [[nodiscard]] static std::optional<IdChunk> parse(std::string_view bytes) {
        IdChunk chunk;
        try {
            chunk.ids_ = Roaring::readSafe(bytes.data(), bytes.size());
        } catch (const std::exception&) {
            return std::nullopt;
        }
        return chunk;
    }

    [[nodiscard]] bool contains(std::int64_t id) const { return ids_.contains(low(id)); }
    // False if it was there.
    bool add(std::int64_t id) { return ids_.addChecked(low(id)); }

    // False if it was not there.
    bool remove(std::int64_t id) { return ids_.removeChecked(low(id)); }
    void unite(const IdChunk& other) { ids_ |= other.ids_; }
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(ids_.cardinality()); }
    // The ids of [first, last], which must lie in one chunk: how many are there, and the first that is not.
    [[nodiscard]] std::int64_t count(std::int64_t first, std::int64_t last) const {
        const std::uint64_t below = low(first) == 0 ? 0 : ids_.rank(low(first) - 1);
        return static_cast<std::int64_t>(ids_.rank(low(last)) - below);
    }
    [[nodiscard]] std::optional<std::int64_t> first_missing(std::int64_t first, std::int64_t last) const {
        Roaring missing;
        missing.addRange(low(first), std::uint64_t{low(last)} + 1);
        missing -= ids_;
        if (missing.isEmpty()) return std::nullopt;
        return first - low(first) + missing.minimum();
    }

    [[nodiscard]] std::string serialise() {
        ids_.runOptimize();
        std::string bytes(ids_.getSizeInBytes(), '\0');
        ids_.write(bytes.data());
        return bytes;
    }

  private:
    static std::uint32_t low(std::int64_t id) { return static_cast<std::uint32_t>(id & ((1 << kBits) - 1)); }
    Roaring ids_;
};

}  // namespace assidu::node::archive
