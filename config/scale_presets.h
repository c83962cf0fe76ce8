// Where the documents of the presets stand. Only for config/scale*.cpp.
#pragma once

#include <span>
#include <string_view>

namespace assidu::config {

struct Preset {
    std::string_view name, document;
};

// Those after the rules of other plugins, computed by the rules of docs/scales.md.
[[nodiscard]] std::span<const Preset> plugin_presets();
// The presets that reproduce a plugin with its defects.
[[nodiscard]] std::span<const Preset> legacy_presets();

}  // namespace assidu::config
