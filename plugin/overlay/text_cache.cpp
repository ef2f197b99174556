// text_cache.cpp: a hash table over a pool whose oldest entry gives way.
#include "plugin/overlay/text_cache.hpp"

#include <bit>
#include <cstring>

#include "schemas/base/check.hpp"

namespace parley::overlay {
namespace {

uint64_t stir(uint64_t hash, uint64_t value) {
    hash ^= value + 0x9e3779b97f4a7c15ull + (hash << 6) + (hash >> 2);
    hash *= 0xff51afd7ed558ccdull;
    return hash ^ hash >> 33;
}

uint64_t hash_text(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325ull;
    for (const char c : text) {
        hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ull;
    }
    return hash;
}

uint64_t hash_of(const TextCache::BodyId& id) {
    return stir(stir(stir(id.subject, id.revision), id.variant),
                static_cast<uint64_t>(std::bit_cast<uint32_t>(id.width_px)) << 32 |
                    std::bit_cast<uint32_t>(id.size_px));
}

bool same(const TextCache::BodyId& a, const TextCache::BodyId& b) {
    return a.subject == b.subject && a.revision == b.revision && a.variant == b.variant &&
           std::bit_cast<uint32_t>(a.width_px) == std::bit_cast<uint32_t>(b.width_px) &&
           std::bit_cast<uint32_t>(a.size_px) == std::bit_cast<uint32_t>(b.size_px);
}

constexpr uint32_t label_variant = 1u << 31;

} // namespace

TextCache::TextCache(text::Engine& engine, size_t layouts_max, int64_t (*clock_us)())
    : engine_(engine), now_us_(clock_us), entries_(engine.memory()),
      buckets_(std::bit_ceil(2 * layouts_max), none, engine.memory()) {
    entries_.reserve(layouts_max);
    for (size_t i = 0; i < layouts_max; ++i) {
        entries_.emplace_back(engine.memory());
    }
}

void TextCache::begin_frame(uint32_t budget_us, float line_height) {
    started_us_ = now_us();
    budget_us_ = budget_us;
    line_height_ = line_height;
    layouts_ = deferred_ = layout_us_ = 0;
}

bool TextCache::fresh(const text::Layout& layout) const {
    return layout.atlas_generation == engine_.atlas_generation();
}

bool TextCache::good(const text::Layout& layout) {
    if (!fresh(layout)) {
        return false;
    }
    if (layout.incomplete) {
        if (engine_.glyphs_came(layout)) {
            return false;
        }
        ++deferred_;
    }
    return true;
}

bool TextCache::may_lay_out() {
    if (layouts_ == 0) {
        return true; // so that every frame makes some progress
    }
    return now_us() - started_us_ < static_cast<int64_t>(budget_us_);
}

uint32_t TextCache::find(const BodyId& id, std::string_view text) {
    uint32_t index = buckets_[hash_of(id) & (buckets_.size() - 1)];
    while (index != none) {
        const Entry& entry = entries_[index];
        if (same(entry.id, id) && entry.text == text) {
            return index;
        }
        index = entry.next;
    }
    return none;
}

void TextCache::unlink_age(uint32_t index) {
    Entry& entry = entries_[index];
    (entry.older == none ? oldest_ : entries_[entry.older].newer) = entry.newer;
    (entry.newer == none ? newest_ : entries_[entry.newer].older) = entry.older;
}

void TextCache::touch(uint32_t index) {
    if (newest_ == index) {
        return;
    }
    Entry& entry = entries_[index];
    if (entry.used) {
        unlink_age(index);
    }
    entry.used = true;
    entry.older = newest_;
    entry.newer = none;
    (newest_ == none ? oldest_ : entries_[newest_].newer) = index;
    newest_ = index;
}

uint32_t TextCache::take(const BodyId& id, std::string_view text) {
    uint32_t index = 0;
    if (used_ < entries_.size()) {
        index = used_++;
    } else {
        index = oldest_;
        uint32_t* link = &buckets_[entries_[index].bucket];
        while (*link != index) {
            link = &entries_[*link].next;
        }
        *link = entries_[index].next;
    }
    Entry& entry = entries_[index];
    entry.id = id;
    entry.text.assign(text);
    entry.bucket = static_cast<uint32_t>(hash_of(id) & (buckets_.size() - 1));
    entry.next = buckets_[entry.bucket];
    buckets_[entry.bucket] = index;
    touch(index);
    return index;
}

void TextCache::lay_out(Entry& entry, std::string_view text, std::span<const text::StyleSpan> spans,
                        const text::LayoutOptions& options) {
    const int64_t before_us = now_us();
    engine_.layout(text, spans, options, entry.layout);
    ++layouts_;
    layout_us_ += static_cast<uint32_t>(now_us() - before_us);
}

const text::Layout* TextCache::label(std::string_view text, const LabelStyle& style) {
    const BodyId id{hash_text(text), style.lines_max, style.width_px, style.size_px,
                    label_variant | static_cast<uint32_t>(style.style) |
                        static_cast<uint32_t>(style.align) << 16};
    uint32_t index = find(id, text);
    const bool known = index != none;
    if (known) {
        touch(index);
        const text::Layout& layout = entries_[index].layout;
        if (good(layout)) {
            return &layout;
        }
    }
    if (!may_lay_out()) {
        ++deferred_;
        return known && fresh(entries_[index].layout) ? &entries_[index].layout : nullptr;
    }
    if (!known) {
        index = take(id, text);
    }
    lay_out(entries_[index], text, {},
            {.width_px = style.width_px,
             .size_px = style.size_px,
             .line_height = line_height_,
             .align = style.align,
             .lines_max = style.lines_max,
             .base_style = style.style});
    return &entries_[index].layout;
}

const text::Layout* TextCache::find_body(const BodyId& id) {
    const uint32_t index = find(id, {});
    if (index == none) {
        return nullptr;
    }
    touch(index);
    const text::Layout& layout = entries_[index].layout;
    if (!good(layout) && (!fresh(layout) || may_lay_out())) {
        return nullptr;
    }
    return &layout;
}

const text::Layout* TextCache::lay_out_body(const BodyId& id, std::string_view text,
                                            std::span<const text::StyleSpan> spans,
                                            const text::LayoutOptions& options) {
    uint32_t index = find(id, {});
    if (index == none) {
        index = take(id, {});
    } else {
        touch(index);
    }
    lay_out(entries_[index], text, spans, options);
    return &entries_[index].layout;
}

} // namespace parley::overlay
