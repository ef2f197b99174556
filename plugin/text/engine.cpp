// engine.cpp: the steps of work.hpp in their order, around one atlas.
#include "plugin/text/engine.hpp"

#include <hb.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "plugin/text/characters.hpp"
#include "plugin/text/place.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

class Engine::Inside {
public:
    Inside(std::unique_ptr<HostMemory> memory, std::unique_ptr<Fonts> fonts,
           const EngineOptions& options)
        : memory_(std::move(memory)), fonts_(std::move(fonts)),
          cache_(*memory_, *fonts_, options.atlas_page_px, options.atlas_pages_max, options.log),
          log_(options.log), work_(memory_.get()) {}

    void shape_text(std::string_view text, std::span<const StyleSpan> spans,
                    const LayoutOptions& options, float size_px) {
        decode(text, spans, options, work_);
        resolve(work_);
        segment(*fonts_, work_);
        find_breaks(work_);
        shape(*fonts_, size_px, work_);
    }

    void layout(std::string_view text, std::span<const StyleSpan> spans,
                const LayoutOptions& options, Layout& out) {
        ++layouts_;
        const float size_px = rounded_size_px(options.size_px);
        shape_text(text, spans, options, size_px);
        note_missing();
        Placing placing{text,    spans,
                        options, make_ellipsis(*fonts_, options.base_style, size_px),
                        size_px, metrics(options)};
        wrap(options, placing.ellipsis, size_px, work_);
        if (!place(placing, work_, cache_, false, out)) {
            // Full: everything goes, this text is drawn anew, others when they are next looked at.
            cache_.clear();
            log_.debug("atlas_cleared", {{"generation", cache_.atlas().generation()}});
            place(placing, work_, cache_, true, out);
        }
        out.atlas_generation = cache_.atlas().generation();
        out.glyphs_due = cache_.asked();
    }

    float width(std::string_view text, const LayoutOptions& options) {
        const float size_px = rounded_size_px(options.size_px);
        shape_text(text, {}, options, size_px);
        LayoutOptions one_line = options;
        one_line.width_px = 1e9f;
        one_line.lines_max = 0;
        wrap(one_line, {}, size_px, work_);
        float widest = 0;
        for (const Row& row : work_.rows) {
            widest = std::max(widest, row.width + row.hang);
        }
        return widest;
    }

    Metrics metrics(const LayoutOptions& options) const {
        const float size_px = rounded_size_px(options.size_px);
        const FaceId face = fonts_->base(0); // one baseline whatever the style
        hb_font_extents_t extents{};
        hb_font_get_h_extents(fonts_->shaper(face), &extents);
        const float scale = size_px / fonts_->units_per_em(face);
        const float ascender = static_cast<float>(extents.ascender) * scale;
        const float descender = static_cast<float>(-extents.descender) * scale;
        Metrics metrics;
        metrics.line_height = std::round(size_px * std::clamp(options.line_height, 0.5f, 4.0f));
        // What the line has more, or less, than the face asks for goes above and below in halves.
        metrics.ascent = ascender + (metrics.line_height - ascender - descender) / 2;
        metrics.descent = metrics.line_height - metrics.ascent;
        return metrics;
    }

    const Fonts& fonts() const { return *fonts_; }
    HostMemory& memory() { return *memory_; }
    Atlas& atlas() { return cache_.atlas(); }
    GlyphCache& cache() { return cache_; }
    uint64_t layouts() const { return layouts_; }
    uint64_t missing() const { return missing_; }

private:
    // Boxes are drawn for what no face has; the log says so once a script.
    void note_missing() {
        for (const Piece& piece : work_.pieces) {
            for (uint32_t g = 0; g < piece.glyph_count; ++g) {
                if (work_.glyphs[piece.first_glyph + g].id != 0) {
                    continue;
                }
                ++missing_;
                const hb_script_t script =
                    hb_unicode_script(hb_unicode_funcs_get_default(), work_.codes[piece.start]);
                if (said_.insert(static_cast<uint32_t>(script)).second) {
                    char name[5] = {};
                    hb_tag_to_string(hb_script_to_iso15924_tag(script), name);
                    log_.warn("font_missing", {{"script", std::string_view(name, 4)},
                                               {"code_point", work_.codes[piece.start]}});
                }
                break;
            }
        }
    }

    std::unique_ptr<HostMemory> memory_; // first: everything else lies in it
    std::unique_ptr<Fonts> fonts_;
    GlyphCache cache_;
    Log log_;
    Work work_;
    std::unordered_set<uint32_t> said_;
    uint64_t layouts_ = 0;
    uint64_t missing_ = 0;
};

Engine::Engine() = default;
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(const EngineOptions& options) {
    auto memory = std::make_unique<HostMemory>(options.alloc, options.alloc_user);
    Result<std::unique_ptr<Fonts>> fonts = Fonts::find(options, *memory);
    if (!fonts) {
        return fonts.error();
    }
    std::unique_ptr<Engine> engine(new Engine);
    engine->inside_ = std::make_unique<Inside>(std::move(memory), std::move(*fonts), options);
    if (!engine->inside_->atlas().ok()) {
        return Error::OutOfMemory;
    }
    return engine;
}

void Engine::layout(std::string_view text, std::span<const StyleSpan> spans,
                    const LayoutOptions& options, Layout& out) {
    inside_->layout(text, spans, options, out);
}

void Engine::allow_rasters(uint32_t glyphs) {
    inside_->cache().allow(glyphs);
}

bool Engine::glyphs_came(const Layout& layout) const {
    return inside_->cache().served() >= layout.glyphs_due;
}

float Engine::width(std::string_view text, const LayoutOptions& options) {
    return inside_->width(text, options);
}

Engine::Metrics Engine::metrics(const LayoutOptions& options) const {
    return inside_->metrics(options);
}

uint32_t Engine::pages() const {
    return inside_->atlas().pages();
}

uint32_t Engine::page_px() const {
    return inside_->atlas().page_px();
}

const uint8_t* Engine::pixels(uint8_t page) const {
    return inside_->atlas().pixels(page);
}

uint32_t Engine::atlas_generation() const {
    return inside_->atlas().generation();
}

bool Engine::next_dirty(AtlasDirty& out) {
    return inside_->atlas().next_dirty(out);
}

void Engine::mark_all_dirty() {
    inside_->atlas().mark_all_dirty();
}

bool Engine::put_mask(uint32_t w, uint32_t h, std::span<const uint8_t> coverage, Place& out) {
    Atlas& atlas = inside_->atlas();
    AtlasPlace place;
    if (w == 0 || h == 0 || coverage.size() != size_t{w} * h ||
        atlas.put(w, h, place) != Atlas::Put::Done) {
        return false;
    }
    for (uint32_t y = 0; y < h; ++y) {
        uint8_t* texel = atlas.row(place, y);
        for (uint32_t x = 0; x < w; ++x, texel += 4) {
            texel[0] = texel[1] = texel[2] = 255;
            texel[3] = coverage[size_t{y} * w + x];
        }
    }
    out = {place.x, place.y, place.page};
    return true;
}

std::pmr::memory_resource* Engine::memory() const {
    return &inside_->memory();
}

uint64_t Engine::memory_bytes() const {
    return inside_->memory().bytes();
}

uint64_t Engine::atlas_bytes() const {
    return uint64_t{4} * pages() * page_px() * page_px();
}

uint64_t Engine::font_bytes() const {
    return inside_->fonts().mapped_bytes();
}

uint64_t Engine::memory_allocations() const {
    return inside_->memory().allocations();
}

uint64_t Engine::glyphs_rasterised() const {
    return inside_->cache().rasterised();
}

uint64_t Engine::glyphs_missing() const {
    return inside_->missing();
}

uint64_t Engine::layouts() const {
    return inside_->layouts();
}

} // namespace parley::text
