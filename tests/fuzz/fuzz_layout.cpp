// fuzz_layout.cpp: any bytes as a text with any span and width through the text engine, and its
// answers to points and offsets. The first eight bytes choose the options.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "plugin/text/engine.hpp"

using namespace parley::text;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::unique_ptr<Engine> engine = [] {
        EngineOptions options;
        options.atlas_page_px = 256; // overflows often
        options.atlas_pages_max = 1;
        auto made = Engine::create(options);
        if (!made) {
            std::abort(); // the machine has no fonts
        }
        return std::move(*made);
    }();
    static Layout layout;
    if (size < 8) {
        return 0;
    }
    LayoutOptions options;
    options.width_px = data[0] == 255 ? 1e9f : static_cast<float>(data[0]) * 2;
    options.size_px = static_cast<float>(data[1]) / 2;
    options.align = static_cast<Align>(data[2] % 4);
    options.lines_max = data[3] % 8;
    options.base_style = data[4];
    options.reveal_spoilers = (data[3] & 0x80) != 0;
    const StyleSpan span{data[5], static_cast<uint32_t>(data[5]) + data[6], data[7], 1, 1};
    const std::string_view text(reinterpret_cast<const char*>(data) + 8, size - 8);
    engine->layout(text, {&span, 1}, options, layout);
    const float em = std::clamp(options.size_px, 8.0f, 96.0f);
    for (const Quad& quad : layout.quads) { // within reach of its line
        if (quad.y < -em * 0.3f - 1 ||
            quad.y + static_cast<float>(quad.h) > layout.height_px + em * 0.7f + 1) {
            std::abort();
        }
    }
    for (const Cluster& cluster : layout.clusters) {
        if (cluster.start >= cluster.end || cluster.end > text.size() || !(cluster.w >= 0)) {
            std::abort();
        }
        const Layout::Caret caret = layout.caret(cluster.start);
        if (layout.offset_at(caret.x, caret.y) > text.size()) {
            std::abort();
        }
    }
    return 0;
}
