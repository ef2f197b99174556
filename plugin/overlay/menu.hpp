// menu.hpp: a short list of what can be done with something, beside it. While it is open the arrow
// keys stay in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// Owner: the overlay.
class Menu {
public:
    // Empty, and not yet seen: it is when something was added. back: what has the focus afterwards.
    void begin(std::string_view title, const Rect& beside, std::string_view back);
    void add(Sign sign, std::string_view label, const Action& action, bool grave = false);
    void close();
    bool is_open() const { return count_ > 0; }
    std::string_view back() const { return back_; }
    bool covers(float x, float y) const { return is_open() && rect_.contains(x, y); }

    void draw(const View& view, const Rect& screen);

    static bool owns(std::string_view id) { return id.rfind("menu/", 0) == 0; }

private:
    struct Item {
        Sign sign{};
        std::string label;
        Action action;
        bool grave = false; // what is not undone by pressing again
    };

    std::vector<Item> items_; // kept for their memory
    size_t count_ = 0;
    std::string title_, back_;
    Rect beside_, rect_;
};

} // namespace parley::overlay
