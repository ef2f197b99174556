// toast.hpp: what must be said at once: one at a time, who, what, and one action with its key.
#pragma once

#include <array>
#include <string>

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

struct Toast {
    UserId who{};
    std::string text;
    std::string action; // "": it only says something
    std::string label;
    // 0: the game's toast, its action goes to the game; else the action opens the room.
    RoomId room{};
    Seq seq = 0;        // > 0: and goes to this message there
    double shown_s = 0; // how long it has been on the screen
    bool heard = true;  // false: it is spoken when it is seen
};

// Owner: the overlay.
class ToastQueue {
public:
    static constexpr size_t waiting_max = 8;

    // Past waiting_max the oldest that waits gives way.
    void push(Toast toast);
    const Toast* current() const { return count_ > 0 && !on_hold_ ? &queue_[first_] : nullptr; }
    // On hold nothing is seen, answered or grows older.
    void hold(bool on) { on_hold_ = on; }
    size_t on_hold() const { return on_hold_ ? count_ : 0; }
    bool heard_now(); // true once of each that is not heard yet and is seen
    bool has_action() const { return current() != nullptr && !current()->action.empty(); }
    void dismiss();
    void tick(float dt_s, bool held); // held: the player looks at it
    // The room came to the front: what its toasts say is seen.
    void seen(RoomId room);

    struct Widths {
        float name = 0, text = 0, action = 0, later = 0;
        float buttons(const View& view) const;
    };
    // Size that it would like within width_max.
    Rect measure(const View& view, float width_max, std::string_view key) const;
    void draw(const View& view, const Rect& rect, std::string_view key, float shown) const;

private:
    // How it is laid out in a width.
    struct Form {
        Widths widths;
        float width = 0, top_h = 0;
        float left = 0;      // of the words
        float words_w = 0;   // > 0: the words have lines of their own, this wide
        float buttons_h = 0; // > 0: the buttons stand below the words
    };
    Form form(const View& view, float width_max, std::string_view key) const;

    std::array<Toast, waiting_max> queue_;
    size_t first_ = 0, count_ = 0;
    bool on_hold_ = false;
};

} // namespace parley::overlay
