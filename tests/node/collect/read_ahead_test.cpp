#include "node/collect/read_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "config/digest.h"
#include "node/collect/byte_source.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::collect {
namespace {

// Gives `bytes` in pieces of any size, then the end or a failure.
std::function<std::size_t(char*, std::size_t)> giving(std::string bytes, bool fails) {
    return [bytes = std::move(bytes), at = std::size_t{0}, fails](char* buffer, std::size_t size) mutable {
        const std::size_t piece = std::min({size, bytes.size() - at, 1 + at % 100'000});
        if (piece == 0 && fails) throw std::runtime_error("the disk cannot be read");
        std::memcpy(buffer, bytes.data() + at, piece);
        at += piece;
        return piece;
    };
}

std::string random_bytes(std::size_t size) {
    tests::Dice dice(tests::test_seed());
    std::string bytes(size, ' ');
    for (char& byte : bytes)
        byte = static_cast<char>(dice.roll(0, 255));
    return bytes;
}

TEST(ReadAhead, GivesEveryByteInOrderAndThenTheEnd) {
    const std::string bytes = random_bytes(3'000'000);
    ReadAhead ahead(giving(bytes, /*fails=*/false));
    std::string all;
    char buffer[70'000];
    while (const std::size_t got = ahead.read(buffer, 1 + all.size() % sizeof buffer))
        all.append(buffer, got);
    EXPECT_TRUE(all == bytes);
    EXPECT_EQ(ahead.read(buffer, 1), 0U) << "the end stays the end";
}

TEST(ReadAhead, AFailureComesBehindWhatWasReadBeforeIt) {
    const std::string bytes = random_bytes(700'000);
    ReadAhead ahead(giving(bytes, /*fails=*/true));
    std::string all;
    char buffer[50'000];
    EXPECT_THROW(
        {
            while (const std::size_t got = ahead.read(buffer, sizeof buffer))
                all.append(buffer, got);
        },
        std::runtime_error);
    EXPECT_TRUE(all == bytes);
}

TEST(ReadAhead, MayBeLeftAtAnyTime) {
    for (int reads = 0; reads < 20; ++reads) {
        ReadAhead ahead(giving(std::string(4'000'000, 'x'), /*fails=*/false));
        char buffer[4'096];
        for (int i = 0; i < reads; ++i)
            EXPECT_GT(ahead.read(buffer, sizeof buffer), 0U);
    }
}

TEST(ReadAhead, OfALargeFileWhatIsGivenIsWhatIsDigested) {
    const tests::TemporaryFolder folder;
    const std::string bytes = random_bytes(6'000'000);
    std::ofstream(folder / "large", std::ios::binary) << bytes;
    const auto source = ByteSource::open(folder / "large").value();
    std::string all;
    std::string buffer(100'000, ' ');
    while (const std::size_t got = source->read(buffer.data(), buffer.size())) {
        all.append(buffer, 0, got);
        EXPECT_EQ(source->stored_offset(), all.size());
    }
    EXPECT_TRUE(all == bytes);
    EXPECT_EQ(source->stored_sha256(), config::hex(config::sha256(bytes)));
}

}  // namespace
}  // namespace assidu::node::collect
