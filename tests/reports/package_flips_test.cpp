// Not a bit of a package can be other than it is: every single-bit flip, every truncation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/reports/package_sample.h"

namespace assidu::reports::test {
namespace {

class PackageFlips : public PackageSample {
  protected:
    static std::string with_bit_flipped(std::string bytes, std::size_t bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        return bytes;
    }

    // Whether a case holds, for every case below `count`, by all cores; the first that does not is named.
    static void for_all(std::size_t count, const std::function<bool(std::size_t)>& holds) {
        std::atomic<std::size_t> next{0};
        std::mutex mutex;
        std::vector<std::size_t> wrong;
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < std::max(2U, std::thread::hardware_concurrency()); ++i) {
            threads.emplace_back([&] {
                for (std::size_t at = next++; at < count; at = next++) {
                    if (holds(at)) continue;
                    const std::lock_guard lock(mutex);
                    wrong.push_back(at);
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_TRUE(wrong.empty()) << wrong.size() << " of " << count << ", the first: " << wrong.front();
    }
    bool is_refused(std::string_view package) const {
        return verify_package(package, hub_root()).verdict == Verdict::refused;
    }
};

TEST_F(PackageFlips, EverySingleBitOfTheFileIsRefused) {
    const std::string package = hub_package_of(bob);
    ASSERT_EQ(verify_package(package, hub_root()).verdict, Verdict::holds);
    for_all(package.size() * 8, [&](std::size_t bit) { return is_refused(with_bit_flipped(package, bit)); });
    std::cout << package.size() * 8 << " flips of " << package.size() << " bytes refused\n";
}

TEST_F(PackageFlips, EveryTruncationIsRefused) {
    const std::string package = hub_package_of(bob);
    for_all(package.size(),
            [&](std::size_t size) { return is_refused(std::string_view(package).substr(0, size)); });
    EXPECT_TRUE(is_refused(package + '\0'));
    EXPECT_TRUE(is_refused('P' + package));
}

// The zip made anew around a changed file, so that its checksum fits: every bit of the manifest, and one bit
// of every byte of every other file.
TEST_F(PackageFlips, ABitOfAFileInAZipThatFitsIsRefused) {
    const std::vector<ZipFile> files = files_of(hub_package_of(bob));
    std::size_t flips = 0;
    for (std::size_t file = 0; file < files.size(); ++file) {
        const bool all = files[file].name == kManifestName;
        const std::size_t cases = files[file].bytes.size() * (all ? 8 : 1);
        flips += cases;
        for_all(cases, [&](std::size_t at) {
            std::vector<ZipFile> changed = files;
            changed[file].bytes = with_bit_flipped(changed[file].bytes, all ? at : at * 8 + at % 8);
            return is_refused(write_zip(std::move(changed)).value());
        });
    }
    std::cout << flips << " flips inside files refused\n";
}

// An issuer that lies signs a manifest that fits: the proofs are still bound to what the node signed.
TEST_F(PackageFlips, EveryBitOfTheProofsIsRefusedEvenUnderAManifestThatFits) {
    const std::vector<ZipFile> files = files_of(hub_package_of(bob));
    std::size_t flips = 0;
    for (std::size_t file = 0; file < files.size(); ++file) {
        const std::string& name = files[file].name;
        const bool proof = name.starts_with("proofs/");
        if (!proof && !name.starts_with("statements/") && name != kScaleName && name != kReceiptName)
            continue;
        // Statements are long: every bit of the proofs, one bit in eleven of the others.
        const std::size_t step = proof ? 1 : 11, bits = files[file].bytes.size() * 8;
        flips += bits / step;
        for_all(bits / step, [&](std::size_t at) {
            std::vector<ZipFile> changed = files;
            changed[file].bytes = with_bit_flipped(changed[file].bytes, at * step);
            return is_refused(signed_again(std::move(changed), hub_key));
        });
    }
    std::cout << flips << " flips under the issuer's own signature refused\n";
}

}  // namespace
}  // namespace assidu::reports::test
