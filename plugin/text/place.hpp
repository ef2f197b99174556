// place.hpp: the last step of a layout: rows into quads, clusters, boxes and lines.
#pragma once

#include "plugin/text/glyph_cache.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

struct Placing {
    std::string_view text;
    std::span<const StyleSpan> spans;
    const LayoutOptions& options;
    Ellipsis ellipsis;
    float size_px = 16;
    Engine::Metrics metrics;
};

// False when the atlas was full: clear it and place again. With full_is_final a glyph without room
// is left out instead.
bool place(const Placing& placing, Work& work, GlyphCache& cache, bool full_is_final, Layout& out);

} // namespace parley::text
