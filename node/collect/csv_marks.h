// Where the characters stand that CSV is made of: delimiters, quotes and ends of lines, found 64 bytes at a
// time. A record of the log has some thirty of them in two hundred bytes; asking for each anew, byte by byte
// or eight by eight, was a quarter of an import.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace assidu::node::collect {

class CsvMarks {
  public:
    // So many bytes behind the end of the text are read, and not looked at.
    static constexpr std::size_t kPadding = 64;

    explicit CsvMarks(char delimiter) : delimiter_(delimiter) {}

    // The text to look into from now on; kPadding bytes behind `end` must be readable. What was found in
    // another text is forgotten.
    void look_into(const char* begin, const char* end) {
        end_ = end;
        load(begin);
    }

    // The first delimiter, CR or LF in [at, end), else the end.
    const char* end_of_field(const char* at) { return first<&CsvMarks::ends_>(at); }
    // The first quote in [at, end), else the end. Notes whether a CR or LF was passed.
    const char* quote(const char* at) {
        while (at < end_) {
            const std::uint64_t from = reach(at);
            const std::uint64_t found = quotes_ & from;
            if (found != 0) {
                const std::uint64_t before = (found & (~found + 1)) - 1;  // below the lowest bit
                passed_line_end_ = passed_line_end_ || (lines_ & from & before) != 0;
                return base_ + std::countr_zero(found);
            }
            passed_line_end_ = passed_line_end_ || (lines_ & from) != 0;
            at = base_ + kBlock;
        }
        return end_;
    }
    // Whether quote() passed a CR or LF since the last call of this.
    bool passed_line_end() {
        const bool passed = passed_line_end_;
        passed_line_end_ = false;
        return passed;
    }

  private:
    static constexpr std::ptrdiff_t kBlock = 64;

    template <std::uint64_t CsvMarks::* marks>
    const char* first(const char* at) {
        while (at < end_) {
            const std::uint64_t from = reach(at);  // which may change the marks
            const std::uint64_t found = this->*marks & from;
            if (found != 0) return base_ + std::countr_zero(found);
            at = base_ + kBlock;
        }
        return end_;
    }

    // The bits of the block around `at` (loaded if it is another one) that stand for `at` and what follows.
    std::uint64_t reach(const char* at) {
        if (at - base_ >= kBlock || at < base_) load(at);
        return ~std::uint64_t{0} << (at - base_);
    }

    // Inlined by force: called out of line it keeps every mark in memory.
    [[gnu::always_inline]] inline void load(const char* at) {
        base_ = at;
#ifdef __SSE2__
        const __m128i delimiters = _mm_set1_epi8(delimiter_), quotes = _mm_set1_epi8('"'),
                      line_feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r');
        const auto* const block = reinterpret_cast<const __m128i*>(at);
        const __m128i bytes[4] = {_mm_loadu_si128(block), _mm_loadu_si128(block + 1),
                                  _mm_loadu_si128(block + 2), _mm_loadu_si128(block + 3)};
        const auto bits = [](__m128i a, __m128i b, __m128i c, __m128i d) {
            const auto word = [](__m128i equal) {
                return std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(equal))};
            };
            return word(a) | word(b) << 16 | word(c) << 32 | word(d) << 48;
        };
        const auto equal = [&](int part, __m128i to) { return _mm_cmpeq_epi8(bytes[part], to); };
        const auto line = [&](int part) {
            return _mm_or_si128(equal(part, line_feeds), equal(part, returns));
        };
        std::uint64_t delimiter_bits =
            bits(equal(0, delimiters), equal(1, delimiters), equal(2, delimiters), equal(3, delimiters));
        quotes_ = bits(equal(0, quotes), equal(1, quotes), equal(2, quotes), equal(3, quotes));
        lines_ = bits(line(0), line(1), line(2), line(3));
#else
        std::uint64_t delimiter_bits = 0;
        quotes_ = lines_ = 0;
        for (int i = 0; i < kBlock; ++i) {
            const auto bit = [&](bool is) { return std::uint64_t{is} << i; };
            delimiter_bits |= bit(at[i] == delimiter_);
            quotes_ |= bit(at[i] == '"');
            lines_ |= bit(at[i] == '\n' || at[i] == '\r');
        }
#endif
        if (end_ - at < kBlock) {
            const std::uint64_t inside = (std::uint64_t{1} << (end_ - at)) - 1;
            delimiter_bits &= inside;
            quotes_ &= inside;
            lines_ &= inside;
        }
        ends_ = delimiter_bits | lines_;
    }

    char delimiter_;
    const char* base_ = nullptr;  // of the block that the bits are about
    const char* end_ = nullptr;
    std::uint64_t ends_ = 0, quotes_ = 0, lines_ = 0;
    bool passed_line_end_ = false;
};

}  // namespace assidu::node::collect
