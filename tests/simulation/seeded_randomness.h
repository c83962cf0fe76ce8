// OpenSSL's randomness from a seed, for a simulation that must run again the same: keys, secrets, message
// ids. Never linked into a program that anybody runs on real data.
#pragma once

#include <cstdint>

namespace assidu::simulation {

// For the whole process, from now on.
void seed_openssl(std::uint64_t seed);

}  // namespace assidu::simulation
