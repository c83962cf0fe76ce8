// A PNG picture as cairo draws it.
#pragma once

#include <memory>
#include <string_view>

typedef struct _cairo_surface cairo_surface_t;

namespace assidu::reports {

// Null if cairo cannot read it: the one judge of what a document can show.
[[nodiscard]] std::shared_ptr<cairo_surface_t> png_surface(std::string_view png);

}  // namespace assidu::reports
