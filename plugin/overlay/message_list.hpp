// message_list.hpp: a room's log as rows. Only what is seen is laid out and drawn; the place is
// kept by a message's key and its distance, so that nothing jumps when older lines arrive above or
// new ones below.
#pragma once

#include <cstdint>
#include <vector>

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// Owner: the overlay.
class MessageList {
public:
    static constexpr uint32_t new_said_max = 99; // "99+ new"
    static constexpr float left_out_above = 5;   // between a line and "12 more"

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
