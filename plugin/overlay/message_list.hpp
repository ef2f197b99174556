// message_list.hpp: a room's log as rows. Only what is seen is laid out and drawn; the place is
// kept by a message's key and its distance, so that nothing jumps when older lines arrive above or
// new ones below.
#pragma once

#include <cstdint>
#include <vector>

#include "plugin/overlay/selection.hpp"
#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// Owner: the overlay.
class MessageList {
public:
    static constexpr float left_out_above = 5; // between a line and "12 more"

    // The room is on the screen from now on: what is unread now gets a divider.
    void enter(const client::Room& room);
    void draw(const View& view, const client::Room& room, const Rect& area);

    // [moving] up is positive
    void scroll(float px) { scroll_px_ += px; }
    void page(int pages) { scroll_pages_ += pages; }
    void to_oldest() { to_oldest_ = true; }
    void to_newest();
    // Moves just far enough that the focused row is seen.
    void show(uint64_t key) { show_key_ = key; }
    void reveal(uint64_t key);
    // To this message, as soon as it is here: older ones are asked for until it is.
    void jump(Seq seq);
    void to_unread();
    // How many are new above what is seen.
    uint32_t new_above() const { return new_above_; }

    // [marking] of the last frame's rows
    enum class Mark : uint8_t { Place, Word, Whole };
    void mark(const client::Room& room, float x, float y, Mark what);
    void mark_to(float x, float y);
    void unmark() { selection_.clear(); }
    bool marked() const { return !selection_.empty(); }
    std::string marked_text(const client::Room& room,
                            const std::function<std::string_view(UserId)>& name_of) {
        return selection_.text(room, name_of);
    }
    // What lies at a point of a text. The link lives as long as its message.
    struct Spot {
        uint64_t key = 0; // of the message; 0: no text is there
        std::string_view link;
        UserId mentioned{};
    };
    Spot spot(const client::Room& room, float x, float y) const;
    bool at_bottom() const { return current_ == nullptr || current_->stick; }
    uint32_t new_below() const { return new_below_; }
    void forget(RoomId room);

private:
    struct Place { // of one room
        RoomId room{};
        bool stick = true;
        uint64_t anchor_key = 0; // its row's top is anchor_y below the top of the area
        float anchor_y = 0;
        size_t anchor_index = 0;
        Seq divider_from = 0, divider_to = 0; // unread when the room was entered
        uint64_t counted_revision = 0;
        uint32_t divider_count = 0;
        Seq bottom_seq = 0; // newest that was seen at the bottom
        Seq history_asked = 0;
    };
    struct Parts { // of a row, heights from top to bottom
        float day = 0, divider = 0, gap = 0, head = 0, quote = 0, body = 0, note = 0, below = 0;
        float left_before = 0, left_after = 0; // rows of what was left out
        uint32_t left_count = 0, left_count_after = 0;
        Seq left_seq = 0, left_seq_after = 0;
        bool plain = false; // a line of the room's own (somebody joined)
        bool inline_note = false;
        bool retry_below = false; // the reason takes the width; "Retry" goes under it
        const text::Layout* layout = nullptr;

        float row_top() const { return left_before + day + divider + gap; }
        float total() const { return row_top() + head + quote + body + note + below + left_after; }
    };
    struct Seen {
        size_t index = 0;
        float y = 0;
        Parts parts;
    };
    struct Row { // while it is drawn, from top to bottom
        const client::Room& room;
        const client::Message& message;
        size_t index; // of the message in the room
        const Parts& parts;
        Rect area;      // from separator to note
        float x, width; // of its texts
        float y;        // where the next of its parts stands
        float ink;
    };

    Place& place(RoomId room);
    static uint32_t count_new(const client::Room& room, Seq after, Seq until, UserId self);
    void count(Place& place, const client::Room& room, UserId self);
    Parts measure(const View& view, const client::Room& room, const Place& place, size_t index,
                  float width);
    const text::Layout* body(const View& view, const client::Message& message, float width);
    static void measure_left_out(const View& view, const client::Room& room, size_t index,
                                 Parts& parts);
    Parts measure_message(const View& view, const client::Room& room, const Place& place,
                          size_t index, float width);
    void draw_left_out(const View& view, const Row& row, float y, uint32_t count, Seq seq);
    void walk(const View& view, const client::Room& room, Place& place, const Rect& area);
    void draw_row(const View& view, const client::Room& room, const Place& place, const Seen& seen,
                  const Rect& area, float ink);
    void draw_separator(const View& view, const Row& row, std::string_view text, Tone tone);
    void draw_message(const View& view, Row row);
    void draw_plain_row(const View& view, const Row& row);
    void draw_element(const View& view, const Row& row);
    Action row_action(const Row& row) const;
    void draw_head(const View& view, const Row& row);
    void draw_quote(const View& view, const Row& row);
    void draw_body(const View& view, const Row& row);
    void draw_not_sent(const View& view, const Row& row);
    void draw_small_note(const View& view, const Row& row);
    // [message_marks.cpp]
    void draw_marks(const View& view, const Row& row, const text::Layout& layout, float x, float y);
    // [message_tools.cpp]
    bool wants_tools(const View& view, const client::Message& message, const Hit& hit) const;
    void draw_tools(const View& view, const client::Room& room, const Rect& area);
    void draw_flash(const View& view, const Row& row, const Rect& box);
    void go_to_wanted(const View& view, const client::Room& room, Place& place, const Rect& area);
    void count_above(const client::Room& room, const Place& place, UserId self);
    LogPlace place_at(float x, float y) const;
    void ask_older(const View& view, const client::Room& room, Place& place);
    struct NotSent {
        const text::Layout* reason = nullptr;
        bool retry_below = false;
    };
    static NotSent not_sent(const View& view, const client::Room& room,
                            const client::Message& message, float width);
    static float text_inset(const View& view, float list_width);
    void draw_history_row(const View& view, const client::Room& room, const Rect& area, float y);
    void draw_empty(const View& view, const client::Room& room, const Rect& area);
    void write(const View& view, const text::Layout* layout, float x, float y, Colour colour,
               float ink) const;
    bool revealed(uint64_t key) const;

    std::vector<Place> places_;
    Place* current_ = nullptr;
    std::vector<Seen> seen_;
    struct Body { // a text on the screen
        uint64_t key = 0;
        size_t index = 0;
        const text::Layout* layout = nullptr; // good until the next frame begins
        float x = 0, y = 0;
    };
    std::vector<Body> bodies_; // from top to bottom
    std::vector<text::Band> bands_;
    Selection selection_;
    Seq wanted_seq_ = 0; // jump
    uint64_t flash_key_ = 0;
    double flash_until_s_ = 0;
    uint32_t new_above_ = 0;
    struct Tools { // of one row
        uint64_t key = 0;
        size_t index = 0;
        Rect row;
        Rect bar;
        bool by_focus = false;
    };
    Tools tools_, next_tools_; // of the last frame, and of the one that is drawn
    std::vector<text::StyleSpan> spans_;
    std::vector<uint32_t> borders_;
    std::vector<uint64_t> revealed_;
    float scroll_px_ = 0;
    int scroll_pages_ = 0;
    bool to_oldest_ = false;
    uint64_t show_key_ = 0;
    uint32_t new_below_ = 0;
};

// What a row is called for focus and tests: "message/17", "message/waiting/<nonce>".
Phrase message_id(const client::Message& message);

} // namespace parley::overlay
