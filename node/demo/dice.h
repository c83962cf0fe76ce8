// Chance that comes out the same on every machine and with every standard library: integers only, because
// what std:: distributions and the functions of <cmath> give differs between implementations.
#pragma once

#include <cstdint>
#include <span>

namespace assidu::node::demo {

// A distribution as its quantiles: `value` is what `per_mille` of all draws stay at or below. The first knot
// is at 0, the last at 1000; between knots the values lie on a straight line.
struct Knot {
    std::int64_t per_mille = 0;
    std::int64_t value = 0;
};
using Quantiles = std::span<const Knot>;

// SplitMix64 (Steele, Lea, Flood 2014). Not for secrets. One object is for one thread at a time.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    // Dice of their own for one purpose, so that a change in one part of the demo does not reshuffle the
    // others.
    Dice(std::uint64_t seed, std::uint64_t purpose) : state_(seed ^ Dice(purpose).bits()) { bits(); }

    std::uint64_t bits() {
        state_ += 0x9E37'79B9'7F4A'7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EBU;
        return mixed ^ (mixed >> 31);
    }
    // 0 to `count` - 1, each as likely; `count` from 1 to 2^31.
    std::int64_t below(std::int64_t count) {
        return static_cast<std::int64_t>(((bits() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
    }
    bool per_mille(std::int64_t chance) { return below(1000) < chance; }
    std::int64_t draw(Quantiles quantiles) {
        constexpr std::int64_t kSteps = 1000;  // between two per mille
        const std::int64_t point = below(1000 * kSteps);
        std::size_t knot = 1;
        while (point >= quantiles[knot].per_mille * kSteps)
            ++knot;
        const Knot low = quantiles[knot - 1], high = quantiles[knot];
        return low.value + (high.value - low.value) * (point - low.per_mille * kSteps) /
                               ((high.per_mille - low.per_mille) * kSteps);
    }

  private:
    std::uint64_t state_;
};

}  // namespace assidu::node::demo
