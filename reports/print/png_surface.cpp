#include "reports/print/png_surface.h"

#include <cairo.h>

#include <algorithm>

namespace assidu::reports {

std::shared_ptr<cairo_surface_t> png_surface(std::string_view png) {
    const auto read = [](void* from, unsigned char* data, unsigned length) {
        auto& bytes = *static_cast<std::string_view*>(from);
        if (length > bytes.size()) return CAIRO_STATUS_READ_ERROR;
        std::copy_n(bytes.begin(), length, data);
        bytes.remove_prefix(length);
        return CAIRO_STATUS_SUCCESS;
    };
    std::shared_ptr<cairo_surface_t> surface(cairo_image_surface_create_from_png_stream(read, &png),
                                             cairo_surface_destroy);
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return nullptr;
    return surface;
}

}  // namespace assidu::reports
