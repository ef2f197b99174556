// widgets.hpp: our small kit. Each piece draws itself with the theme and registers what it is (id,
// role, label, box, action) for keyboard, pad, pointer, screen reader and tests: one list for all.
//
// [elements] [text] [pieces]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/overlay/canvas.hpp"
#include "plugin/overlay/text_cache.hpp"
#include "plugin/overlay/theme.hpp"
#include "plugin/overlay/words.hpp"

namespace parley::overlay {

// [elements]
enum class ActionKind : uint8_t {
    None,
    FocusComposer,
    SwitchRoom, // a: room
    Retry,      // a: room, b: nonce
    Reply,      // a: room, b: seq
    CancelReply,
    Reveal,  // b: message key
    LeftOut, // a: room, b: newest seq, index: how many
    ToNewest,
    CardButton, // a: room, b: user, index: card type << 8 | action
    ToastButton,
    ToastLater,
    ToggleSide,
    OpenMenu, // a: room, b: message key
    Copy,     // a: room, b: message key
    CopyLink, // a: room, b: message key; its first link
    OpenLink, // likewise
    Report,   // a: room, b: message key
    Mention,  // b: user
    Whisper,  // b: user
    Block,    // b: user
    Unblock,  // b: user
    Discard,  // a: room, b: nonce
    ToQuote,  // b: seq
    ToUnread,
    TakeOffer // index: of the completion's
};
struct Action {
    ActionKind kind = ActionKind::None;
    uint64_t a = 0, b = 0;
    uint32_t index = 0;
};

// What a screen reader or a test sees of the screen.
struct Element {
    std::string id; // "composer", "tab/3", "card/match/join"
    const char* role = "";
    std::string label;
    Rect rect;
    bool focused = false;
    bool enabled = true;
    bool focusable = false;
    Action action;
};

struct Hit {
    bool focused = false;
    bool hovered = false;
    bool held = false; // the pointer is down on it
};

enum class ButtonLook : uint8_t { Primary, Plain, Quiet };

struct Button {
    std::string_view id, label;
    ButtonLook look = ButtonLook::Plain;
    bool enabled = true;
    std::string_view why; // said on it when it is not enabled
    std::string_view key; // cap beside the label
    Action action;
    float size = 15;
};

// How a user is to be shown: view.hpp says it.
struct AvatarLook {
    Colour colour = 0;
    std::string_view initials;
    bool has_dot = false;
    Sign dot = Sign::Disc;
    Colour dot_colour = 0;
};

// Owner: the game thread. Lives as long as the overlay.
class Kit {
public:
    Kit(Canvas& canvas, TextCache& text, const Theme& theme)
        : canvas_(canvas), text_(text), theme_(theme) {}

    void begin_frame(float unit, float mouse_x, float mouse_y, bool pointer, std::string_view focus,
                     std::string_view held);
    float px(float at_scale_1) const;
    float unit() const { return unit_; }

    // [elements] in reading order; the later one lies on top.
    Hit element(std::string_view id, const char* role, std::string_view label, const Rect& rect,
                const Action& action = {}, bool enabled = true, bool focusable = true);
    std::span<const Element> elements() const { return {elements_.data(), count_}; }
    const Element* find(std::string_view id) const;
    std::string_view focus() const { return focus_; }
    bool points_at(const Rect& rect) const {
        return pointer_ && canvas_.placed(rect).contains(mouse_x_, mouse_y_);
    }
    const Element* under(float x, float y) const;

    // [text] draws one line with its baseline at y; returns its width.
    const text::Layout* layout(std::string_view text, float size, uint16_t style = 0,
                               float width_px = 1e9f, uint32_t lines_max = 1,
                               text::Align align = text::Align::Left);
    float width(std::string_view text, float size, uint16_t style = 0);
    float line(float x, float baseline, std::string_view text, float size, Colour colour,
               uint16_t style = 0, float width_px = 1e9f);
    float line_right(float right, float baseline, std::string_view text, float size, Colour colour,
                     uint16_t style = 0, float width_px = 1e9f);
    void line_centred(float cx, float baseline, std::string_view text, float size, Colour colour,
                      uint16_t style = 0, float width_px = 1e9f);
    // The baseline that centres capitals on cy.
    float baseline(float cy, float size) const;
    float heading(float x, float baseline, std::string_view text, float width_px);
    float line_height(float size) const;

    // [pieces]
    void panel(const Rect& rect, bool lifted = true);
    // A box that stands over a panel for a while: a menu, the tools of a row.
    void raised(const Rect& rect, float radius, float blur);
    float button_width(const Button& button);
    void button(const Button& button, const Rect& rect);
    float badge(float x, float cy, std::string_view text, Colour back, Colour ink);
    float key_cap(float x, float cy, std::string_view text, Colour back, Colour ink);
    float key_cap_width(std::string_view text);
    void avatar(const Rect& rect, const AvatarLook& look, Colour behind);
    void bar(const Rect& rect, float share, Colour colour);
    void focus_ring(const Rect& rect, float radius);

    Canvas& canvas() { return canvas_; }
    const Theme& theme() const { return theme_; }

private:
    Canvas& canvas_;
    TextCache& text_;
    const Theme& theme_;
    float unit_ = 1;
    float mouse_x_ = 0, mouse_y_ = 0;
    bool pointer_ = false;
    std::string_view focus_, held_;
    std::vector<Element> elements_;
    size_t count_ = 0;
};

} // namespace parley::overlay
