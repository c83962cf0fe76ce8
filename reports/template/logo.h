// A logo is a file from outside. It is a PNG (ISO/IEC 15948) of bounded size, whose chunks are walked before
// any decoder sees it: only those that make its pixels stay, so that no text, profile or program travels in
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::reports {

struct Logo {
    std::string png;                      // IHDR, PLTE, tRNS, IDAT, IEND alone
    std::uint32_t width = 0, height = 0;  // pixels
};

// Refused, saying why: longer than kLogoBytesMax, no PNG, more than kLogoPixelsMax a side, a chunk that is
// cut off, has a wrong checksum or an order that is none, pixels that no decoder can read.
[[nodiscard]] config::Result<Logo> read_logo(std::string_view bytes);

}  // namespace assidu::reports
