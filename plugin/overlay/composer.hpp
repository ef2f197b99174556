// composer.hpp: where a line is written. It always says where the line will go, how much is left
// and how soon one may speak again; the draft of each room is kept by the client.
#pragma once

#include <string>
#include <vector>

#include "plugin/overlay/view.hpp"
#include "plugin/text/edit.hpp"

namespace parley::overlay {

// The host's clipboard, or an own one.
struct Clipboard {
    const char* (*get)(void* user) = nullptr;
    void (*set)(void* user, const char* text) = nullptr;
    void* user = nullptr;
    std::string own;
};

// Owner: the overlay.
class Composer {
public:
    explicit Composer(std::pmr::memory_resource* memory);

    void enter(const client::Room& room);
    RoomId room() const { return room_; }

    // [input] False: the key means nothing here, others may have it.
    bool key(client::Client& client, uint32_t key, uint32_t mods, Clipboard& clipboard);
    void insert(client::Client& client, std::string_view text);
    size_t caret() const { return edit_.caret(); } // bytes of text()
    // Puts text in the place of the bytes from start to the caret, in one step that undo takes
    // back.
    void replace(client::Client& client, size_t start, std::string_view text);
    void preedit(std::string_view text, int32_t caret_characters);
    void cancel_preedit();
    bool composing() const { return !edit_.preedit().empty(); }
    bool empty() const { return edit_.text().empty(); }
    // NotFound: there is nothing to send.
    Result<void> send(client::Client& client, const client::Room& room);
    void reply_to(Seq seq) { reply_to_ = seq; }
    Seq replying_to() const { return reply_to_; }
    void point(float x, float y, bool select);
    void point_word(float x, float y); // the word there
    void select_all();

    // [drawing]
    float height(const View& view, const client::Room& room, float width);
    void draw(const View& view, const client::Room& room, const Rect& rect, bool focused);
    // Where an input method's candidates belong; of the last frame.
    const Rect& caret_rect() const { return caret_rect_; }
    std::string_view text() const { return edit_.text(); }

private:
    struct Side { // what stands left and right of the text
        float left = 0, right = 0;
    };
    Side sides(const View& view, const client::Room& room, float width);
    void changed(client::Client& client);
    void complete_emoji();
    void lay_out(const View& view, float width);
    float draw_meter(const View& view, const client::Room& room, float right, float cy);
    void draw_reply(const View& view, const client::Room& room, const Rect& rect);
    bool history(client::Client& client, int step);

    text::Edit edit_;
    RoomId room_{};
    Seq reply_to_ = 0;
    std::string shown_;
    bool stale_ = true;
    text::Layout layout_;
    float laid_width_ = 0, laid_size_ = 0;
    float scroll_y_ = 0;
    Rect text_rect_, caret_rect_;
    double touched_s_ = 0; // the caret stays lit while one types
    bool touched_ = true;
    int64_t code_points_ = 0;
    std::vector<std::string> sent_; // oldest first
    size_t sent_at_ = 0;
};

} // namespace parley::overlay
