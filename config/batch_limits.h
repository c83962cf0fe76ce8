// Limits of batches that staff ask for on their pages: part of config/limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assidu::config::limits {

// Batches that staff asked for on their pages: of a node, of one account that are not ended, and as the page
// lists them; seconds that one may have before a serving node looks after everything else; files and bytes of
// one that are given as one zip, and of a file.
inline constexpr std::size_t kBatchOrdersMax = 500;
inline constexpr std::size_t kBatchOrdersOpenMax = 5;
inline constexpr std::size_t kBatchOrdersListed = 50;
inline constexpr std::int64_t kBatchTurnMilliseconds = 30'000;
inline constexpr std::size_t kBatchZipFilesMax = 20'000;
inline constexpr std::size_t kBatchZipBytesMax = std::size_t{128} << 20;
inline constexpr std::size_t kBatchZipNameBytesMax = 500;

}  // namespace assidu::config::limits
