#include "reports/template/logo.h"

#include <cairo.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "config/limits.h"
#include "reports/print/png_surface.h"

namespace assidu::reports {
namespace {

using config::refuse;
using config::Result;
namespace limits = config::limits;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes.substr(0, 4))
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

bool is_wanted(std::string_view type) {
    return type == "IHDR" || type == "PLTE" || type == "tRNS" || type == "IDAT" || type == "IEND";
}

// One chunk from the front of `rest`; its type, and all its bytes.
struct Chunk {
    std::string_view type, whole, data;
};
Result<Chunk> next_chunk(std::string_view& rest) {
    constexpr std::size_t kAround = 12;  // length, type, checksum
    if (rest.size() < kAround) return refuse("the picture is cut off");
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - kAround) return refuse("the picture is cut off");
    Chunk chunk{rest.substr(4, 4), rest.substr(0, length + kAround), rest.substr(8, length)};
    const auto* const covered = reinterpret_cast<const Bytef*>(rest.data() + 4);
    if (::crc32(0, covered, static_cast<uInt>(length + 4)) != big_endian(rest.substr(8 + length)))
        return refuse("the picture is damaged");
    rest.remove_prefix(chunk.whole.size());
    return chunk;
}

// The decoder of the PDF takes it: what it cannot read is no logo.
bool decodes(const Logo& logo) {
    const auto surface = png_surface(logo.png);
    return surface != nullptr &&
           cairo_image_surface_get_width(surface.get()) == static_cast<int>(logo.width) &&
           cairo_image_surface_get_height(surface.get()) == static_cast<int>(logo.height);
}

}  // namespace

Result<Logo> read_logo(std::string_view bytes) {
    if (bytes.size() > limits::kLogoBytesMax)
        return refuse(fmt::format("the picture is longer than {} bytes", limits::kLogoBytesMax));
    if (!bytes.starts_with(kSignature)) return refuse("the picture is no PNG");
    Logo logo;
    logo.png = kSignature;
    std::string_view rest = bytes.substr(kSignature.size());
    for (bool first = true, ended = false; !ended; first = false) {
        const auto chunk = next_chunk(rest);
        if (!chunk) return std::unexpected(chunk.error());
        if (first != (chunk->type == "IHDR")) return refuse("the picture does not begin with its header");
        if (first) {
            if (chunk->data.size() != 13) return refuse("the picture's header is none");
            logo.width = big_endian(chunk->data);
            logo.height = big_endian(chunk->data.substr(4));
            if (logo.width == 0 || logo.height == 0 || logo.width > limits::kLogoPixelsMax ||
                logo.height > limits::kLogoPixelsMax)
                return refuse(
                    fmt::format("the picture is not of 1 to {} pixels a side", limits::kLogoPixelsMax));
        }
        if (is_wanted(chunk->type)) logo.png += chunk->whole;
        ended = chunk->type == "IEND";
    }
    if (!rest.empty()) return refuse("something stands behind the picture's end");
    if (!decodes(logo)) return refuse("the picture cannot be read");
    return logo;
}

}  // namespace assidu::reports
