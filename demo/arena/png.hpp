// png.hpp: an RGB picture into a PNG file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arena {

// pixels: width * height * 3 bytes. False: the file could not be written; the reason is on stderr.
bool write_png(const std::string& path, int width, int height, const std::vector<uint8_t>& pixels);

} // namespace arena
