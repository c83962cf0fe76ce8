// The method table is the one door through which every random byte of OpenSSL 3.0 can be had from elsewhere
// without a provider of one's own.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "tests/simulation/seeded_randomness.h"

#include <openssl/rand.h>

#include <random>
#include <stdexcept>

namespace assidu::simulation {
namespace {

std::mt19937_64& engine() {
    static std::mt19937_64 made;
    return made;
}

int bytes(unsigned char* out, int size) {
    for (int i = 0; i < size; ++i)
        out[i] = static_cast<unsigned char>(engine()());
    return 1;
}

int status() {
    return 1;
}

}  // namespace

void seed_openssl(std::uint64_t seed) {
    static const RAND_METHOD method{nullptr, bytes, nullptr, nullptr, bytes, status};
    engine().seed(seed);
    if (RAND_set_rand_method(&method) != 1) throw std::logic_error("OpenSSL takes no other randomness");
}

}  // namespace assidu::simulation
