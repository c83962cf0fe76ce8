// Fuzzing of assidu-verify: whatever the bytes, an answer in words; and what holds under no root holds in the
// form that its writer would have given it.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "reports/package/zip.h"
#include "reports/verify/verify.h"
#include "reports/verify/verify_text.h"

namespace {

void require(bool held, const char* broken) {
    if (held) return;
    std::cerr << broken << '\n';
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace assidu::reports;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Verification verification = verify_package(bytes, "");
    require(verification.verdict == Verdict::refused || verification.verdict == Verdict::unanchored,
            "a package holds without a root");
    require(!verification_text(verification, "fr").empty() && !verification_text(verification, "en").empty(),
            "nothing is said");
    if (const auto files = read_zip(bytes)) {
        std::vector<ZipFile> again;
        for (const ZipView& file : *files)
            again.push_back({std::string(file.name), std::string(file.bytes)});
        require(write_zip(std::move(again)).value() == bytes, "a zip has two spellings");
    }
    return 0;
}
