#include "rpc/base64.h"

#include <openssl/evp.h>

#include <limits>

namespace assidu::rpc {

std::string base64(std::string_view bytes) {
    // EVP_EncodeBlock counts in int: longer bytes go in pieces of whole groups.
    constexpr std::size_t kPiece = 3 * (std::size_t{1} << 20);
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::string buffer(kPiece / 3 * 4 + 1, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
        const std::string_view piece = bytes.substr(at, kPiece);
        const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(buffer.data()),
                                         reinterpret_cast<const unsigned char*>(piece.data()),
                                         static_cast<int>(piece.size()));
        text.append(buffer, 0, static_cast<std::size_t>(size));
    }
    return text;
}

std::optional<std::string> unbase64(std::string_view text) {
    if (text.empty()) return std::string();
    if (text.size() % 4 != 0 || text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    // EVP_DecodeBlock forgives white space around and stray bits; writing it again does not.
    if (base64(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace assidu::rpc
