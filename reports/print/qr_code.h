// QR codes (ISO/IEC 18004), by libqrencode.
#pragma once

#include <string_view>
#include <vector>

namespace assidu::reports {

struct QrCode {
    int width = 0;            // modules a side, without the quiet zone of four around it
    std::vector<bool> black;  // row by row
};

// With error correction M. Throws ResourceFailure where the text is too long for a code.
[[nodiscard]] QrCode qr_code(std::string_view text);

}  // namespace assidu::reports
