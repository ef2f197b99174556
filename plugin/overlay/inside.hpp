// inside.hpp: the overlay's parts and their state, shared by overlay.cpp (life and frame),
// panels.cpp (what is drawn), overlay_input.cpp and overlay_pointer.cpp (events and actions),
// message_actions.cpp (what is done with messages and people) and news.cpp (what is new in the
// model; quiet.cpp: what is kept of it in quiet times).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "plugin/overlay/arbiter.hpp"
#include "plugin/overlay/card_view.hpp"
#include "plugin/overlay/completion.hpp"
#include "plugin/overlay/composer.hpp"
#include "plugin/overlay/menu.hpp"
#include "plugin/overlay/message_list.hpp"
#include "plugin/overlay/narrate.hpp"
#include "plugin/overlay/notify.hpp"
#include "plugin/overlay/overlay.hpp"
#include "plugin/overlay/roster.hpp"
#include "plugin/overlay/screen.hpp"
#include "plugin/overlay/toast.hpp"

struct ImGuiContext;

namespace parley::overlay {

// What is said of it: how often the player may write, or that he may as ever.
Phrase slow_mode_line(const View& view, const client::Room& room);

// Owner: the game thread.
class Overlay::Inside {
public:
    Inside(client::Client& client_of, const Options& options_of, Theme theme_of, Words words_of,
           std::unique_ptr<text::Engine> engine_of);
    ~Inside();

    // [overlay.cpp]
    void frame(float dt_s, int width, int height, float scale, uint32_t budget_us);
    bool next_texture(TextureUpdate& out);
    const client::Room* active_room() const;
    void switch_room(RoomId room);
    void step_room(int step);

    // [overlay_input.cpp]
    bool input(const Input& given);
    Result<void> open(wire::RoomKind kind);
    void close();

    // [quiet.cpp]
    void set_phase(Phase phase);
    Result<void> set_level(RoomId room, Level level);
    void toast_of_game(Toast toast);
    void hold_toasts();
    bool shown() const { return visible && draws(phase_); }

    client::Client& client;
    Options options;
    Theme theme;
    Words words;
    std::unique_ptr<text::Engine> engine;
    TextCache text;
    Canvas canvas;
    Kit kit;
    MessageList list;
    Menu menu;
    Composer composer;
    Completion completion;
    Roster roster;
    CardView cards;
    ToastQueue toasts;
    Narrator narrator;
    Arbiter arbiter;
    Clipboard clipboard;
    DrawData drawn;
    FrameStats frame_stats;

    bool opened = false;
    bool visible = true;
    bool do_not_disturb = false;
    bool roster_wanted = true, cards_wanted = true;
    std::string focus = "composer"; // id of an element

private:
    // [panels.cpp]
    void draw_all(const View& view, float width, float height);
    void draw_chat(const View& view, const client::Room* room, const Rect& rect);
    void offer_completion(const View& view, const client::Room& room);
    void draw_pill(const View& view, std::string_view id, std::string_view label, Sign sign,
                   float y, bool strong, const Action& action);
    void draw_typing(const View& view, const client::Room& room, const Rect& rect);
    void draw_slow_mode(const View& view, const client::Room& room, const Rect& rect);
    void draw_hints(const Rect& rect);
    float cards_height(const View& view, float width, float height_max);
    void draw_cards(const View& view, const Rect& rect);

    // [overlay.cpp]
    void collect_draw_data();
    void tell_input_method();
    void choose_room();

    // [overlay_input.cpp]
    bool key_pressed(const Input& input);
    bool overlay_key(uint32_t key, uint32_t mods);
    bool pad_pressed(uint32_t button);
    void go_back();
    void move_focus(int dx, int dy);
    void set_focus(std::string_view id, bool aloud);
    void activate_focus();
    void act(const Action& action);
    void press_card(const Action& action);
    void answer_toast();
    void send(bool stay);

    // [overlay_pointer.cpp]
    bool mouse_button(const Input& input);
    bool mouse_down(const Input& input);
    bool mouse_up(const Input& input);
    bool over_panel(float x, float y) const;
    bool press_list(const Input& input, const Element* element);
    void press_log(float x, float y);
    void drag_log(float x, float y);
    void release_log(float x, float y);
    int count_press(float x, float y);
    void point_composer(float x, float y);
    bool mouse_move(const Input& input);
    bool wheel(const Input& input);

    // [message_actions.cpp]
    void open_menu(RoomId room, uint64_t message_key, const Rect& beside);
    void close_menu();
    bool menu_key(uint32_t key);
    bool completion_key(uint32_t key);
    void take_offer(size_t which);
    void act_on_message(const Action& action);
    void act_on_person(const Action& action);
    void tell_refusal(const Result<client::Request>& asked);
    void copy(std::string_view what);
    bool copy_from_log();
    void ask_host(client::EventType type, const client::Room& room, const client::Message& message,
                  std::string_view what);
    // Of the active room: the one that an element is of ("message/17", "message/17/reply"), and the
    // one whose row is there.
    const client::Message* message_named(std::string_view id) const;
    const client::Message* message_at(float x, float y) const;
    static const client::Message* message_of(const client::Room& room, uint64_t key);

    // [news.cpp]
    struct Watched;
    void watch(const View& view);
    void watch_room(const View& view, const client::Room& room);
    void tell(const View& view, const client::Room& room, Watched& known,
              const client::Message& message);
    void mark_read();

    struct Watched { // of one room: what has been noticed
        RoomId room{};
        uint64_t revision = 0;
        Seq noticed = 0;
        uint64_t failed_key = 0;
        uint64_t newest_key = 0; // of what came late
        bool slow = false;
        double slow_over_until_s = 0; // said so long
        Level level = Level::All;
        Kept kept;
    };
    Watched& watched(const client::Room& room);
    void watch_slow(const View& view, const client::Room& room, Watched& known);
    void tell_late(const View& view, const client::Room& room, Watched& known);

    // [quiet.cpp]
    Mood mood(Level level) const;
    void tell_host(Urgency what, const Notice& notice, RoomId room, Seq seq, UserId user);
    void say_toast(const Toast& toast);
    Digest digest() const;
    void tell_digest();
    Phrase waiting_words() const;
    Rect draw_waiting(const View& view, float x, float y, float width_max);

    ImGuiContext* context_ = nullptr;
    std::vector<Watched> watched_;
    std::vector<DrawCommand> commands_;
    std::vector<const client::CardState*> card_order_;
    RoomId active_{};
    RoomId last_kind_room_[8]{}; // the room of each kind that was used last
    bool window_focus_ = true;
    bool side_in_front_ = false;
    bool side_collapsed_ = false;
    float mouse_x_ = -1, mouse_y_ = -1;
    bool mouse_known_ = false;
    std::string held_; // element the pointer went down on
    bool dragging_text_ = false;
    size_t offer_heard_ = 0; // which of the completion's was said last
    bool dragging_log_ = false;
    bool log_dragged_ = false; // the pointer has left the place where it went down
    // [presses on the composer]
    int presses_ = 0;
    double pressed_s_ = -1e9;
    float pressed_x_ = 0, pressed_y_ = 0;
    float presence_ = 0, roster_presence_ = 0, toast_presence_ = 0;
    double now_s_ = 0, active_until_s_ = 0;
    int64_t utc_offset_s_ = 0;
    double utc_asked_s_ = -1e9;
    Screen screen_;
    Rect composer_rect_, list_rect_;
    Rect told_ime_{};
    bool told_wanted_ = false;
    float scale_of_frame_ = 1;
    uint64_t rasterised_before_ = 0;
    uint64_t allocated_before_ = 0;
    client::State state_before_ = client::State::Idle;
    Phase phase_ = Phase::Play;
    bool fought_ = false; // in the time of which the digest will tell
    SoundPace sounds_;
    bool first_frame_ = true;
};

// The name of a key on its cap.
Phrase key_name(const Words& words, uint32_t key);

} // namespace parley::overlay
