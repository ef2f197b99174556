// gallery.hpp: the page that shows the pictures: one HTML file that works from disk.
#pragma once

#include <string>
#include <vector>

#include "tests/tour/tour.hpp"

namespace parley::tour {

std::string index_page(const std::vector<Stop>& all);

// "1920 × 1080 · scale 2 · light · ar"; what is as usual is left out.
std::string circumstances(const Stop& stop);

// "ar" of "demo/words/ar.toml"; "en" when nothing else is asked for.
std::string language(const Stop& stop);

} // namespace parley::tour
