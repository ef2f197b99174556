// canvas.hpp: the brush. Rounded boxes, soft shadows, small signs and laid-out text into one
// ImDrawList; everything solid uses the white texel of the text atlas, so that a whole panel is one
// draw command. Knows nothing of chat.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "plugin/overlay/masks.hpp"
#include "plugin/overlay/theme.hpp"
#include "plugin/text/layout.hpp"

struct ImDrawList;

namespace parley::overlay {

struct Rect {
    float x = 0, y = 0, w = 0, h = 0;

    float right() const { return x + w; }
    float bottom() const { return y + h; }
    float cx() const { return x + w / 2; }
    float cy() const { return y + h / 2; }
    bool contains(float px, float py) const {
        return px >= x && px < right() && py >= y && py < bottom();
    }
    Rect grown(float by) const { return {x - by, y - by, w + 2 * by, h + 2 * by}; }
    Rect cut_to(const Rect& other) const;
};

enum class Corners : uint8_t { All, Top, None };

// One thing as it was drawn, for tests: what stands on what?
struct Drawn {
    enum class Kind : uint8_t { Fill, Sign, Words } kind{};
    Rect rect;
    Colour colour = 0;
};

// Owner: the game thread.
class Canvas {
public:
    static constexpr size_t roles_max = 16;

    explicit Canvas(text::Engine& engine) : masks_(engine) {}

    // list must be empty and lives until end of the frame.
    void begin(ImDrawList* list, float unit, float atlas_page_px);

    // How many texels of shapes may be made new until the next call, and how many shapes wait.
    void allow(uint32_t texels) { masks_.allow(texels); }
    uint32_t deferred() const { return masks_.deferred(); }

    // [mirror] An interface that is read from the right: what is drawn at x stands as far from the
    // other edge of a screen of this width. Words and numbers stay as they are. 0: not mirrored.
    void mirror(float width) { mirror_ = width; }
    bool mirrored() const { return mirror_ > 0; }
    float placed(float x) const { return mirror_ > 0 ? mirror_ - x : x; }
    // Where it stands on the screen; and back, from there to where it is drawn.
    Rect placed(const Rect& rect) const {
        return mirror_ > 0 ? Rect{mirror_ - rect.right(), rect.y, rect.w, rect.h} : rect;
    }
    // While it lives, what is drawn is in places of the screen.
    class Upright {
    public:
        explicit Upright(Canvas& canvas) : canvas_(canvas), mirror_(canvas.mirror_) {
            canvas.mirror_ = 0;
        }
        ~Upright() { canvas_.mirror_ = mirror_; }
        Upright(const Upright&) = delete;
        Upright& operator=(const Upright&) = delete;

    private:
        Canvas& canvas_;
        float mirror_;
    };

    // [state]
    void push_clip(const Rect& rect);
    void pop_clip();
    Rect clip() const { return clips_[clip_depth_]; }
    float alpha = 1; // multiplies every colour
    // What the colour roles 1.. of layouts mean; role 0 is the colour of the call.
    std::array<Colour, roles_max> roles{};

    // Null: nothing is written down.
    std::vector<Drawn>* record = nullptr;

    // [shapes]
    void fill(const Rect& rect, Colour colour, float radius = 0, Corners corners = Corners::All);
    void stroke(const Rect& rect, Colour colour, float radius, float thickness);
    void dashes(const Rect& rect, Colour colour, float radius, float thickness);
    // Outside of rect only, as paper casts it.
    void shadow(const Rect& rect, float radius, float blur, float drop, Colour colour);
    void sign(Sign sign, float cx, float cy, float radius, Colour colour);

    // [text] x, y: the layout's top left.
    void text(const text::Layout& layout, float x, float y, Colour colour, float tracking = 0);
    // With a dark edge, for text that stands on the game itself.
    void outlined_text(const text::Layout& layout, float x, float y, Colour colour, Colour edge);

private:
    void quad(float x, float y, float w, float h, const Mask& mask, bool flip_x, bool flip_y,
              Colour colour);
    void box(float left, float top, float right, float bottom, Colour colour);
    void glyphs(const text::Layout& layout, float x, float y, Colour colour, float tracking,
                bool silhouette);
    Colour shade(Colour colour) const;
    void note(Drawn::Kind kind, const Rect& rect, Colour colour) {
        if (record != nullptr) {
            const Rect seen = rect.cut_to(clip());
            if (seen.w > 0 && seen.h > 0) {
                record->push_back({kind, seen, shade(colour)});
            }
        }
    }
    void note_words(const text::Layout& layout, float x, float y, Colour colour);

    Masks masks_;
    ImDrawList* list_ = nullptr;
    float placed_text(const text::Layout& layout, float x, float tracking) const;

    float mirror_ = 0;
    float unit_ = 1;
    float texel_ = 1;
    std::array<Rect, 8> clips_{};
    size_t clip_depth_ = 0;
};

} // namespace parley::overlay
