#include "node/collect/csv_index.h"

#include <algorithm>
#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace assidu::node::collect {
namespace {

// A bit a byte.
struct Bits {
    std::uint64_t delimiters = 0, quotes = 0, line_ends = 0;
};

#ifdef __SSE2__
inline Bits bits_of(const char* at, char delimiter) {
    const __m128i delimiters = _mm_set1_epi8(delimiter), quotes = _mm_set1_epi8('"'),
                  line_feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r');
    Bits bits;
    for (int part = 0; part < 4; ++part) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + part);
        const auto word = [&](__m128i equal) {
            return std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(equal))} << (16 * part);
        };
        bits.delimiters |= word(_mm_cmpeq_epi8(bytes, delimiters));
        bits.quotes |= word(_mm_cmpeq_epi8(bytes, quotes));
        bits.line_ends |=
            word(_mm_or_si128(_mm_cmpeq_epi8(bytes, line_feeds), _mm_cmpeq_epi8(bytes, returns)));
    }
    return bits;
}
#else
inline Bits bits_of(const char* at, char delimiter) {
    Bits bits;
    for (int i = 0; i < 64; ++i) {
        const auto bit = [&](bool is) { return std::uint64_t{is} << i; };
        bits.delimiters |= bit(at[i] == delimiter);
        bits.quotes |= bit(at[i] == '"');
        bits.line_ends |= bit(at[i] == '\n' || at[i] == '\r');
    }
    return bits;
}
#endif

// Of each bit the exclusive or of itself and all below.
std::uint64_t running_xor(std::uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

}  // namespace

void CsvIndex::look_into(const char* begin, const char* end) {
    base_ = begin;
    size_ = static_cast<std::size_t>(end - begin);
    looked_at_ = next_ = count_ = 0;
    inside_ = closed_before_ = 0;
    end_before_ = 1;
    // Room for ends at every byte, so that nobody asks on the way; what is not written costs nothing.
    if (ends_.size() < size_ + kBlock) ends_.resize(size_ + kBlock);
    if (doubled_.size() < size_ / kBlock + 2) doubled_.resize(size_ / kBlock + 2);
}

std::span<const std::uint32_t> CsvIndex::record(const char* at) {
    const auto begin = static_cast<std::size_t>(at - base_);
    std::size_t last = next_;
    for (;; ++last) {
        while (last == count_) {
            if (!look_further()) return {};
        }
        if (ends_[last] < begin) {  // of line ends that were passed over
            next_ = last + 1;
            continue;
        }
        if (base_[ends_[last]] != delimiter_) break;
    }
    const std::span<const std::uint32_t> ends(ends_.data() + next_, last + 1 - next_);
    next_ = last + 1;
    return ends;
}

bool CsvIndex::has_doubled_quote(const char* begin, const char* end) const {
    if (begin >= end) return false;
    const auto first = static_cast<std::size_t>(begin - base_), last = static_cast<std::size_t>(end - base_) - 1;
    for (std::size_t block = first / kBlock; block <= last / kBlock; ++block) {
        std::uint64_t bits = doubled_[block];
        if (block == first / kBlock) bits &= ~std::uint64_t{0} << (first % kBlock);
        if (block == last / kBlock) bits &= ~std::uint64_t{0} >> (kBlock - 1 - last % kBlock);
        if (bits != 0) return true;
    }
    return false;
}

// Some blocks more; false if there are none.
bool CsvIndex::look_further() {
    constexpr std::size_t kBlocks = 16;
    if (looked_at_ >= size_) return false;
    for (std::size_t i = 0; i < kBlocks && looked_at_ < size_; ++i)
        look_at_block(looked_at_, std::min(kBlock, size_ - looked_at_));
    return true;
}

void CsvIndex::look_at_block(std::size_t at, std::size_t size) {
    Bits bits = bits_of(base_ + at, delimiter_);
    const std::uint64_t text = ~std::uint64_t{0} >> (kBlock - size);
    const std::uint64_t quotes = bits.quotes & text;
    // From an opening quote to before the closing one.
    const std::uint64_t inside = running_xor(quotes) ^ inside_;
    const std::uint64_t opening = quotes & inside, closing = quotes & ~inside;
    std::uint64_t ends = (bits.delimiters | bits.line_ends) & text & ~inside;
    const bool ends_at_last = (ends >> (kBlock - 1)) != 0;
    const std::uint64_t behind_end = ends << 1 | end_before_, behind_closing = closing << 1 | closed_before_;
    // A quote that opens in the middle of a field; text behind one that closes; a line end inside.
    const std::uint64_t odd = (opening & ~(behind_end | behind_closing)) |
                              (behind_closing & text & ~(ends | opening)) | (bits.line_ends & text & inside);
    doubled_[at / kBlock] = opening & behind_closing;
    looked_at_ += size;
    if (odd != 0) {
        ends &= (odd & (~odd + 1)) - 1;  // those below the lowest of them
        size_ = looked_at_;              // and no further
    }
    while (ends != 0) {
        ends_[count_++] = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(ends));
        ends &= ends - 1;
    }
    inside_ = std::uint64_t{0} - (inside >> (kBlock - 1));
    end_before_ = ends_at_last ? 1 : 0;
    closed_before_ = closing >> (kBlock - 1);
}

}  // namespace assidu::node::collect
