// shipped.hpp: the text files that are part of the library: themes of plugin/overlay/themes,
// languages of plugin/lang. Each is known by its file's name without ".toml".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace parley::overlay {

struct Shipped {
    std::string_view name, text;
};

std::span<const Shipped> shipped_themes();
std::span<const Shipped> shipped_languages();
// Null: there is none of that name.
const Shipped* shipped_named(std::span<const Shipped> files, std::string_view name);
// "dark, light", for sentences.
std::string shipped_names(std::span<const Shipped> files);

} // namespace parley::overlay
