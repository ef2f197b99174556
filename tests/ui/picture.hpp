// picture.hpp: what the renderer shows, as a PNG to look at and as pixels to ask about.
#pragma once

#include <SDL.h>
#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace parley::ui {

struct Picture {
    int width = 0, height = 0;
    std::vector<uint8_t> rgba;

    static Picture of(SDL_Renderer* renderer, int width, int height) {
        Picture out{width, height, std::vector<uint8_t>(static_cast<size_t>(width * height) * 4)};
        SDL_RenderReadPixels(renderer, nullptr, SDL_PIXELFORMAT_ABGR8888, out.rgba.data(),
                             width * 4);
        return out;
    }
    const uint8_t* at(int x, int y) const {
        return rgba.data() +
               (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) * 4;
    }

    bool write_png(const std::string& path) const {
        std::vector<uint8_t> raw;
        raw.reserve(static_cast<size_t>(height) * (static_cast<size_t>(width) * 3 + 1));
        for (int y = 0; y < height; ++y) {
            raw.push_back(0); // no filter
            for (int x = 0; x < width; ++x) {
                raw.insert(raw.end(), at(x, y), at(x, y) + 3);
            }
        }
        uLongf packed_bytes = compressBound(static_cast<uLong>(raw.size()));
        std::vector<uint8_t> packed(packed_bytes);
        if (compress2(packed.data(), &packed_bytes, raw.data(), static_cast<uLong>(raw.size()),
                      6) != Z_OK) {
            return false;
        }
        packed.resize(packed_bytes);
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (file == nullptr) {
            return false;
        }
        const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
        std::fwrite(signature, 1, sizeof signature, file);
        std::vector<uint8_t> head;
        big_endian(head, static_cast<uint32_t>(width));
        big_endian(head, static_cast<uint32_t>(height));
        head.insert(head.end(), {8, 2, 0, 0, 0}); // 8 bits, RGB
        chunk(file, "IHDR", head);
        chunk(file, "IDAT", packed);
        chunk(file, "IEND", {});
        return std::fclose(file) == 0;
    }

private:
    static void big_endian(std::vector<uint8_t>& out, uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.push_back(static_cast<uint8_t>(value >> shift));
        }
    }
    static void chunk(std::FILE* file, const char* name, const std::vector<uint8_t>& body) {
        std::vector<uint8_t> bytes;
        big_endian(bytes, static_cast<uint32_t>(body.size()));
        bytes.insert(bytes.end(), name, name + 4);
        bytes.insert(bytes.end(), body.begin(), body.end());
        big_endian(bytes, static_cast<uint32_t>(
                              crc32(0, bytes.data() + 4, static_cast<uInt>(bytes.size() - 4))));
        std::fwrite(bytes.data(), 1, bytes.size(), file);
    }
};

} // namespace parley::ui
