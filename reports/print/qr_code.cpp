#include "reports/print/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "config/refusal.h"

namespace assidu::reports {

QrCode qr_code(std::string_view text) {
    struct Free {
        void operator()(QRcode* code) const { QRcode_free(code); }
    };
    const std::unique_ptr<QRcode, Free> code(QRcode_encodeData(
        static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
    if (!code) throw config::ResourceFailure("libqrencode makes no QR code of that text");
    QrCode made{code->width, {}};
    const int modules = code->width * code->width;
    made.black.reserve(static_cast<std::size_t>(modules));
    for (int i = 0; i < modules; ++i)
        made.black.push_back((code->data[i] & 1) != 0);
    return made;
}

}  // namespace assidu::reports
