// The seed of a random test: printed, and taken back from ASSIDU_TEST_SEED to run the same again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace assidu::tests {

inline std::uint64_t test_seed() {
    const char* const given = std::getenv("ASSIDU_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "ASSIDU_TEST_SEED=" << seed << '\n';
    return seed;
}

// Chance that is the same on every machine for a seed.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    // In [low, high].
    std::int64_t roll(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool one_in(std::int64_t count) { return roll(1, count) == 1; }

  private:
    std::mt19937_64 engine_;
};

}  // namespace assidu::tests
