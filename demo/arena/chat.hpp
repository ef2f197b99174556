// chat.hpp: all that the game does with Parley, in one place: the plugin through its C API and
// nothing else. A Chat is one player's (or bot's, or the game server's) client, with or without an
// overlay.
#pragma once

#include <parley/parley.h>
#include <parley/parley_overlay.h>
#include <parley/parley_sdl2.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "demo/arena/backend.hpp"

namespace arena {

struct ChatOptions {
    std::string server; // "127.0.0.1:7777"
    std::string data;   // folder of the dev shard: its public key lies there
    std::string cards = "demo/cards";
    std::string words = "demo/words/en.toml";
    std::string theme; // "": the usual one
    std::string fonts; // folders, separated by ':'; "": the system's
    bool overlay = false;
    bool reduced_motion = false;
};

// So long a demo waits for its shard before it says that there is none.
inline constexpr float connect_patience_s = 5;

class Chat {
public:
    // Events that the game wants to know; called from update().
    using OnEvent = std::function<void(const parley_event&)>;

    // Null when the client could not be made; the reason is on stderr.
    static std::unique_ptr<Chat> create(const ChatOptions& options, const Backend& backend,
                                        TicketWish who);
    ~Chat();
    Chat(const Chat&) = delete;
    Chat& operator=(const Chat&) = delete;

    void update(const OnEvent& on_event = {});

    parley_client* client() const { return client_; }
    parley_overlay* overlay() const { return overlay_; }
    const std::string& name() const { return who_.name; }
    // To stderr: that the shard was not reached, why, and what to do.
    void say_unreachable() const;
    bool ready() const { return parley_get_state(client_) == PARLEY_READY; }

    // 0 when this player is not in such a room.
    parley_room room(uint32_t kind, const std::string& name = {}) const;
    parley_user find(const std::string& name) const;
    void say(uint32_t kind, const std::string& text);
    void presence(uint32_t state, const char* token, const std::vector<std::string>& params);

    // Asks the backend for a ticket with one more room and hands it in: that is how a player enters
    // a party or a match.
    void enter(const std::string& room);

private:
    Chat() = default;
    static void log_line(void* user, int level, const char* line); // any thread

    std::atomic<bool> entered_{false};
    parley_client* client_ = nullptr;
    parley_overlay* overlay_ = nullptr;
    const Backend* backend_ = nullptr;
    TicketWish who_;
    std::string server_;
    std::string last_presence_;
    parley_result trouble_ = PARLEY_OK; // why it is not connected
};

// The value of one card, as the C API wants it.
struct Field {
    const char* name;
    int64_t number = 0;
    std::string text = {};
};
void set_card(parley_client* client, parley_room room, const char* type,
              const std::vector<Field>& fields, bool whole);

} // namespace arena
