// The universities of the demonstration's pool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/demo/log_generator.h"

namespace assidu::node::demo {

inline constexpr int kUniversitiesMax = 16;
// Students that one university needs to hold every kind of row.
inline constexpr int kStudentsMin = 4;

struct PoolUniversity {
    std::string node_id;   // "lyon-est"
    std::string hostname;  // of its Moodle: "moodle.lyon-est.example"
    DemoUniversity month;
};

struct PoolSize {
    std::uint64_t seed = 1;
    int universities = kUniversitiesMax;  // 1 to kUniversitiesMax
    int students = 0;                     // of all, at least kStudentsMin a university
    std::int64_t events = 0;              // of all, distinct ones of all people on the Moodles
};

// Universities of different sizes, whose students and events add up to those asked for. The same for the same
// size on every machine. Throws std::invalid_argument outside the bounds.
[[nodiscard]] std::vector<PoolUniversity> plan_pool(const PoolSize& size);

}  // namespace assidu::node::demo
