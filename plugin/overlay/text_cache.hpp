// text_cache.hpp: laid-out text, kept between frames in a bounded pool, and the frame's budget for
// laying out more. Labels are found by their text, message bodies by key and revision. A layout
// lives until the next begin_frame at least.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/text/engine.hpp"
#include "plugin/text/layout.hpp"

namespace parley::overlay {

struct LabelStyle {
    float size_px = 16;
    uint16_t style = 0;
    float width_px = 1e9f; // cut with an ellipsis there
    uint32_t lines_max = 1;
    text::Align align = text::Align::Left;
};

// Owner: the game thread.
class TextCache {
public:
    // clock_us: a steady clock in microseconds; null: time stands still, and with it the budget.
    TextCache(text::Engine& engine, size_t layouts_max, int64_t (*clock_us)());

    void begin_frame(uint32_t budget_us, float line_height);

    // Null when the budget is spent and the text was never laid out; it comes in a later frame.
    const text::Layout* label(std::string_view text, const LabelStyle& style);

    // A body is looked for first, so that its spans are only made when it must be laid out.
    struct BodyId {
        uint64_t subject = 0;
        uint32_t revision = 0;
        float width_px = 0, size_px = 0;
        uint32_t variant = 0;
    };
    const text::Layout* find_body(const BodyId& id);
    bool may_lay_out();
    const text::Layout* lay_out_body(const BodyId& id, std::string_view text,
                                     std::span<const text::StyleSpan> spans,
                                     const text::LayoutOptions& options);
    void defer() { ++deferred_; }
    // Also for layouts that a view keeps itself (the composer's).
    bool fresh(const text::Layout& layout) const;
    // Fresh, and to lay it out again now would bring nothing.
    bool good(const text::Layout& layout);

    text::Engine& engine() { return engine_; }
    float line_height() const { return line_height_; }
    uint32_t layouts() const { return layouts_; }
    uint32_t deferred() const { return deferred_; }
    uint32_t layout_us() const { return layout_us_; }

private:
    static constexpr uint32_t none = UINT32_MAX;
    struct Entry {
        explicit Entry(std::pmr::memory_resource* memory) : text(memory), layout(memory) {}

        BodyId id;
        std::pmr::string text; // labels: to tell equal hashes apart
        text::Layout layout;
        uint32_t bucket = none;
        uint32_t next = none; // in the bucket
        uint32_t older = none, newer = none;
        bool used = false;
    };
    uint32_t find(const BodyId& id, std::string_view text);
    uint32_t take(const BodyId& id, std::string_view text);
    void touch(uint32_t index);
    void unlink_age(uint32_t index);
    void lay_out(Entry& entry, std::string_view text, std::span<const text::StyleSpan> spans,
                 const text::LayoutOptions& options);

    int64_t now_us() const { return now_us_ != nullptr ? now_us_() : 0; }

    text::Engine& engine_;
    int64_t (*now_us_)();
    std::pmr::vector<Entry> entries_;
    std::pmr::vector<uint32_t> buckets_;
    uint32_t oldest_ = none, newest_ = none;
    uint32_t used_ = 0;
    int64_t started_us_ = 0;
    uint32_t budget_us_ = 0;
    uint32_t layouts_ = 0, deferred_ = 0, layout_us_ = 0;
    float line_height_ = 1.35f;
};

} // namespace parley::overlay
