// assidu-verify: checks a package, says what holds and what fails, and answers a verdict. docs/verify.md.

#include <openssl/crypto.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "config/digest.h"
#include "config/limits.h"
#include "reports/verify/verify.h"
#include "reports/verify/verify_text.h"

namespace {

using assidu::reports::Verdict;

// Documented in docs/verify.md; a number never changes its meaning.
enum ExitCode { holds = 0, refused = 1, usage = 2, unreadable = 3, unanchored = 4, partial = 5 };

constexpr const char* kHelp =
    "assidu-verify [--root FINGERPRINT] [--lang fr|en] PACKAGE\n"
    "\n"
    "Checks a package of Assidu: a report of attendance with its proofs. No network, no settings.\n"
    "\n"
    "  --root FINGERPRINT  the key that you trust: the pool's, 64 hexadecimal digits, had by another way "
    "than\n"
    "                      the package; or a file with a line \"FINGERPRINT  root\"\n"
    "  --lang fr|en        the language of what is said (default: fr)\n"
    "\n"
    "Exit codes: 0 everything holds, 1 refused, 2 wrong words, 3 the file cannot be read,\n"
    "4 consistent but no --root given, 5 everything holds but the period is partial.\n";

struct Arguments {
    std::string root, language = "fr", package;
    bool help = false;
};

bool read(const std::vector<std::string>& words, Arguments& arguments) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help") {
            arguments.help = true;
        } else if ((word == "--root" || word == "--lang") && i + 1 < words.size()) {
            (word == "--root" ? arguments.root : arguments.language) = words[++i];
        } else if (word.starts_with("-") || !arguments.package.empty()) {
            return false;
        } else {
            arguments.package = word;
        }
    }
    return arguments.help ||
           (!arguments.package.empty() && (arguments.language == "fr" || arguments.language == "en"));
}

// At most one byte more than a package may have; false if the file cannot be read.
bool read_file(const std::string& path, std::size_t bytes_max, std::string& bytes) {
    std::ifstream file(path, std::ios::binary);
    constexpr std::size_t kPiece = std::size_t{1} << 16;
    std::string piece(kPiece, '\0');
    while (file && bytes.size() <= bytes_max) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        bytes.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    }
    return file.eof() || bytes.size() > bytes_max;
}

// The digits themselves, or those of the line of a file that names the root. Empty: neither.
std::string fingerprint_of(const std::string& root) {
    if (assidu::config::is_sha256_hex(root)) return root;
    std::string text;
    constexpr std::string_view kName = "  root\n";
    if (!read_file(root, std::size_t{1} << 16, text)) return {};
    const std::size_t end = text.find(kName);
    if (end == std::string::npos || end < 64) return {};
    const std::string digits = text.substr(end - 64, 64);
    return assidu::config::is_sha256_hex(digits) ? digits : "";
}

int run(const std::vector<std::string>& words) {
    Arguments arguments;
    if (!read(words, arguments)) {
        std::cerr << kHelp;
        return ExitCode::usage;
    }
    if (arguments.help) {
        std::cout << kHelp;
        return ExitCode::holds;
    }
    const std::string root = arguments.root.empty() ? "" : fingerprint_of(arguments.root);
    if (root.empty() && !arguments.root.empty()) {
        std::cerr << "--root: neither 64 hexadecimal digits (a-f in lower case) nor a file that has them\n";
        return ExitCode::usage;
    }
    std::string bytes;
    if (!read_file(arguments.package, assidu::config::limits::kPackageBytesMax, bytes)) {
        std::cerr << arguments.package << ": cannot be read\n";
        return ExitCode::unreadable;
    }
    const auto verification = assidu::reports::verify_package(bytes, root);
    std::cout << assidu::reports::verification_text(verification, arguments.language) << std::flush;
    if (!std::cout) return ExitCode::unreadable;
    switch (verification.verdict) {
        case Verdict::holds:
            return ExitCode::holds;
        case Verdict::partial:
            return ExitCode::partial;
        case Verdict::unanchored:
            return ExitCode::unanchored;
        case Verdict::refused:
            break;
    }
    return ExitCode::refused;
}

}  // namespace

int main(int count, char** arguments) {
    // Whatever /etc says of OpenSSL is not asked: an answer depends on the package and the root alone.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    try {
        return run({arguments + (count > 0 ? 1 : 0), arguments + count});
    } catch (const std::exception& error) {
        std::cerr << "assidu-verify: " << error.what() << "\n";
    }
    return ExitCode::refused;
}
