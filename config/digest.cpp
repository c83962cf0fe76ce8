#include "config/digest.h"

#include <openssl/evp.h>

#include "config/refusal.h"

namespace assidu::config {

namespace {

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};
using ContextHandle = std::unique_ptr<EVP_MD_CTX, Free>;

// Looked for once: EVP_sha256() has OpenSSL 3 look for the implementation, under a lock, with every digest.
const EVP_MD* algorithm() {
    static const std::unique_ptr<EVP_MD, Free> sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    if (!sha256) throw ResourceFailure("OpenSSL has no SHA-256");
    return sha256.get();
}

void start(const ContextHandle& context) {
    if (!context || EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) != 1)
        throw ResourceFailure("OpenSSL cannot start a SHA-256 digest");
}

void take(const ContextHandle& context, std::string_view bytes) {
    if (EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1)
        throw ResourceFailure("OpenSSL cannot continue a SHA-256 digest");
}

Sha256Digest end(const ContextHandle& context) {
    Sha256Digest digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1 || size != digest.size())
        throw ResourceFailure("OpenSSL cannot finish a SHA-256 digest");
    return digest;
}

}  // namespace

struct Sha256Stream::Context {
    ContextHandle handle{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
    start(context_->handle);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(std::string_view bytes) {
    take(context_->handle, bytes);
}

Sha256Digest Sha256Stream::finish() {
    return end(context_->handle);
}

Sha256Digest sha256(std::string_view bytes) {
    return sha256({bytes});
}

Sha256Digest sha256(std::initializer_list<std::string_view> pieces) {
    // One a thread: most digests are of some hundred bytes, and making a context costs more than they do.
    static thread_local const ContextHandle context(EVP_MD_CTX_new());
    start(context);
    for (const std::string_view piece : pieces)
        take(context, piece);
    return end(context);
}

std::string hex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

bool is_sha256_hex(std::string_view text) {
    return text.size() == 2 * std::tuple_size_v<Sha256Digest> &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::string> unhex(std::string_view digits) {
    const auto value_of = [](char digit) {
        if (digit >= '0' && digit <= '9') return digit - '0';
        if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
        return -1;
    };
    if (digits.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = value_of(digits[i]);
        const int low = value_of(digits[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high * 16 + low));
    }
    return bytes;
}

}  // namespace assidu::config
