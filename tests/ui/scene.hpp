// scene.hpp: a screen without a screen. A real client that hears a scripted shard, the overlay over
// it, SDL's dummy video driver and its software renderer; time is moved by the test. Events go
// through SDL's queue, as a player's do.
#pragma once

#include <SDL.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/client/client.hpp"
#include "plugin/overlay/overlay.hpp"
#include "plugin/platform/sdl2.hpp"
#include "tests/support/script_connection.hpp"
#include "tests/ui/picture.hpp"

namespace parley::ui {

inline constexpr uint64_t me = 10, kenji = 1, layla = 2, aria = 3, zoe = 4, noa = 5, mika = 6;
inline constexpr uint64_t party = 101, team = 102, global = 103, direct = 104;

// A line as a test writes it: spans are marked by the words they cover.
struct Said {
    struct Mark {
        std::string_view words;
        wire::SpanKind kind{};
        uint64_t target = 0;
    };
    uint64_t author = 0;
    int minute = 0; // of 21:00
    std::string text;
    std::vector<Mark> marks;
    Seq reply_to = 0;
};

struct SceneOptions {
    int width = 1600, height = 900;
    float scale = 1;
    bool cards = true;
    bool reduced_motion = true; // pictures do not depend on how far a fade is
    bool dev = false;
    const char* words_path = nullptr;
    std::string theme_path = {}; // "": the built-in theme
};

class Scene {
public:
    explicit Scene(SceneOptions options = {});
    ~Scene();

    // [the shard's side]
    void connect();
    // Members in order; first leads.
    void enter(uint64_t room, wire::RoomKind kind, const std::vector<uint64_t>& members,
               Seq read_seq, const std::vector<Said>& log);
    void say(uint64_t room, Seq seq, const Said& said);
    void edit(uint64_t room, Seq seq, Seq target, const Said& said);
    void membership(uint64_t room, Seq seq, uint64_t user, wire::MembershipChange change,
                    int minute);
    void presence(uint64_t user, wire::PresenceState state, const char* token,
                  const std::vector<std::string>& params, int64_t ago_ms = 0);
    void cards();
    // One's own line: waits for the shard, or comes back refused.
    void send_waiting(uint64_t room, std::string_view text);
    void send_refused(uint64_t room, std::string_view text, Error error, uint32_t retry_after_ms);
    // Everything else that can be on the screen, over fill().
    void crowd_the_screen();
    // Everything of the reference picture.
    void fill();

    // [time] Frames until nothing waits to be laid out, at most `frames_max`.
    void settle(int frames_max = 60);
    void frames(int count, float dt_s = 1.0f / 60, uint32_t budget_us = 1'000'000);
    void step_client(TimeMs ms = 10);

    // [the player's side] through SDL's queue; false: the game would have got it.
    bool key(SDL_Keycode code, uint16_t mods = 0);
    bool key_down(SDL_Keycode code, uint16_t mods = 0, bool repeat = false);
    bool key_up(SDL_Keycode code);
    bool text(const char* utf8);
    bool preedit(const char* utf8, int caret);
    bool click(float x, float y);
    bool mouse(uint32_t type, float x, float y, uint8_t button = SDL_BUTTON_LEFT);
    bool pad(uint8_t button);
    bool focus(bool gained);
    bool push(const SDL_Event& event) { return pump(event); }

    // [looking]
    const overlay::Element* find(std::string_view id) const;
    std::string focused() const;
    std::vector<std::string> spoken();
    std::vector<std::string> actions(); // card actions that came to the host
    Picture picture(bool with_overlay = true);
    Picture picture_on_black();
    void replace_renderer();
    // The renderer and the window go; the overlay stays, for another renderer.
    void release_window();
    std::string shoot(const std::string& name); // into <build>/ui

    static constexpr TimeMs today_ms = 1'700'000'000'000 / 86'400'000 * 86'400'000 + 21 * 3'600'000;

    SceneOptions options;
    std::shared_ptr<client::Script> script = std::make_shared<client::Script>();
    client::ScriptShard shard{script};
    std::unique_ptr<client::Client> client;
    std::unique_ptr<overlay::Overlay> overlay;

private:
    bool pump(SDL_Event event);
    void entry(uint64_t room, Seq seq, const Said& said, Seq edit_target);
    void draw_world();

    SDL_Window* window_ = nullptr;
    SDL_Renderer* renderer_ = nullptr;
    platform::Sdl2Renderer draw_;
    TimeMs now_ms_ = 50'000;
};

} // namespace parley::ui
