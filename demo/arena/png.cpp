// png.cpp: libpng's simplified API does the whole.
#include "demo/arena/png.hpp"

#include <png.h>

#include <cstdio>

namespace arena {

bool write_png(const std::string& path, int width, int height, const std::vector<uint8_t>& pixels) {
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr) == 0) {
        std::fprintf(stderr, "arena: %s: %s\n", path.c_str(), image.message);
        return false;
    }
    return true;
}

} // namespace arena
