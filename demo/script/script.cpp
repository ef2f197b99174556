// script.cpp: the director of the scripted match. Keys are SDL events, lines travel through each
// player's client to the shard and back, and a line counts as seen when it is an element of the
// reader's overlay in a frame that was drawn. The match, and what the cards say of it, is the
// demo's own.
#include "demo/script/script.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "demo/arena/game_server.hpp"
#include "demo/arena/seat.hpp"
#include "demo/script/hands.hpp"
#include "demo/script/lines.hpp"
#include "demo/script/transcript.hpp"

namespace arena {
namespace {

using Clock = std::chrono::steady_clock;

// The match is under way when the players sit down: there is a score to talk about.
constexpr double warm_up_s = 59.6;
constexpr int64_t ready_check_ms = 30'000; // what the card calls full

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The window that an event belongs to; 0: none that a player sits at.
Uint32 window_of(const SDL_Event& event) {
    switch (event.type) {
    case SDL_WINDOWEVENT:
        return event.window.windowID;
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        return event.key.windowID;
    case SDL_TEXTINPUT:
        return event.text.windowID;
    case SDL_TEXTEDITING:
        return event.edit.windowID;
    case SDL_TEXTEDITING_EXT:
        return event.editExt.windowID;
    case SDL_MOUSEMOTION:
        return event.motion.windowID;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return event.button.windowID;
    case SDL_MOUSEWHEEL:
        return event.wheel.windowID;
    default:
        return 0;
    }
}

class Director {
public:
    explicit Director(const ScriptOptions& options)
        : options_(options), backend_(options.parley_program, options.chat.data), match_(20) {}

    int run();

private:
    struct PlayerPlan {
        const char* name;
        const char* subject;
        Team team;
    };
    // By SeatOf.
    static constexpr std::array<PlayerPlan, 4> plans{{{"Aria", "p-aria", Team::Teal},
                                                      {"Kenji", "p-kenji", Team::Teal},
                                                      {"Layla", "p-layla", Team::Teal},
                                                      {"Noa", "p-noa", Team::Teal}}};

    bool set_up();
    bool until(const char* what, const std::function<bool()>& done);
    void frame();
    void tell_presence();
    static bool shows(Chat& chat, const std::string& words);
    bool play(const Line& line);
    bool join_from_card();
    bool picture(Seat& seat, const char* name);
    void party_card(bool whole);

    const ScriptOptions& options_;
    Backend backend_;
    Match match_;
    std::unique_ptr<GameServer> server_;
    std::vector<std::unique_ptr<Seat>> seats_;
    std::unique_ptr<Chat> zoe_; // no screen: a friend in another party
    int pictures_ = 0;
    Transcript transcript_;
    int64_t ready_ends_ms_ = 0;
    std::string pressed_; // the card action that came last
};

bool Director::set_up() {
    for (const PlayerPlan& plan : plans) {
        match_.add(plan.name, plan.team, false);
    }
    for (const char* name : {"Rook", "Vela", "Juno", "Pike"}) {
        match_.add(name, Team::Coral, false);
    }
    while (static_cast<double>(match_.time_s()) < warm_up_s) {
        match_.step();
    }
    server_ = GameServer::create(options_.chat, backend_);
    if (!server_) {
        return false;
    }
    for (size_t i = 0; i < plans.size(); ++i) {
        ChatOptions chat = options_.chat;
        chat.overlay = true;
        TicketWish who;
        who.subject = plans[i].subject;
        who.name = plans[i].name;
        who.rooms = {i == Kenji ? "party:owls#leader" : "party:owls"};
        auto made = Chat::create(chat, backend_, std::move(who));
        SeatOptions seat;
        seat.title = std::string("Arena - ") + plans[i].name;
        seat.hidden = true;
        if (i != Aria) { // the others watch on smaller screens
            seat.width = 1280;
            seat.height = 720;
        }
        auto placed = made ? Seat::create(seat, std::move(made), i) : nullptr;
        if (!placed) {
            return false;
        }
        seats_.push_back(std::move(placed));
    }
    TicketWish zoe;
    zoe.subject = "p-zoe";
    zoe.name = "Zoë";
    zoe.rooms = {"party:tide#leader"};
    ChatOptions headless = options_.chat;
    headless.overlay = false;
    zoe_ = Chat::create(headless, backend_, std::move(zoe));
    if (!zoe_) {
        return false;
    }
    const auto start = Clock::now();
    bool reached = true;
    const bool all_ready = until("everybody is connected", [&] {
        reached = seats_[Aria]->chat().ready() || ms_since(start) < connect_patience_s * 1000.0;
        if (!reached) {
            return true;
        }
        return server_->ready() && zoe_->ready() &&
               std::all_of(seats_.begin(), seats_.end(), [](const auto& seat) {
                   return seat->chat().ready() && seat->chat().room(PARLEY_ROOM_PARTY) != 0;
               });
    });
    if (!reached) {
        seats_[Aria]->chat().say_unreachable();
    }
    if (!all_ready || !reached) {
        return false;
    }
    for (const PlayerPlan& plan : plans) {
        server_->assign(plan.subject, plan.team);
    }
    ready_ends_ms_ = parley_server_time(seats_[Kenji]->chat().client()) + ready_check_ms;
    party_card(true);
    return until("everybody is in the team room", [&] {
        return std::all_of(seats_.begin(), seats_.end(), [](const auto& seat) {
            return seat->chat().room(PARLEY_ROOM_TEAM) != 0;
        });
    });
}

// The leader writes the party's card.
void Director::party_card(bool whole) {
    Chat& leader = seats_[Kenji]->chat();
    set_card(leader.client(), leader.room(PARLEY_ROOM_PARTY), "party",
             {{"name", 0, "Night owls"},
              {"next", 0, "Ranked · EU West"},
              {"ready_ends_at", ready_ends_ms_},
              {"ready", 3},
              {"open_slots", 1}},
             whole);
}

void Director::tell_presence() {
    const std::string score =
        std::to_string(match_.score(Team::Teal)) + "–" + std::to_string(match_.score(Team::Coral));
    for (auto& seat : seats_) {
        const Player& player = match_.players()[seat->player()];
        if (match_.carrier() == seat->player()) {
            seat->chat().presence(PARLEY_PRESENCE_IN_MATCH, "flag", {});
        } else if (!player.alive()) {
            seat->chat().presence(PARLEY_PRESENCE_AWAY, "respawn", {"8"});
        } else {
            seat->chat().presence(PARLEY_PRESENCE_IN_MATCH, "in_match", {"Harbour", score});
        }
    }
    zoe_->presence(PARLEY_PRESENCE_LOOKING_FOR_GROUP, "looking", {});
}

// One turn of every screen: input, chat, match, pixels.
void Director::frame() {
    for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
        for (auto& seat : seats_) {
            if (event.type == SDL_QUIT || window_of(event) == seat->window_id()) {
                seat->handle(event);
            }
        }
    }
    match_.step();
    server_->update(match_);
    zoe_->update();
    tell_presence();
    Chat& leader = seats_[Kenji]->chat();
    if (ready_ends_ms_ > 0 && parley_server_time(leader.client()) > ready_ends_ms_) {
        ready_ends_ms_ += ready_check_ms; // another check
        party_card(false);
    }
    for (auto& seat : seats_) {
        seat->chat().update([&](const parley_event& event) {
            if (event.type == PARLEY_EVENT_ACTION) {
                pressed_ = event.text;
            }
        });
        seat->draw(match_, step_s);
    }
}

bool Director::until(const char* what, const std::function<bool()>& done) {
    const auto start = Clock::now();
    constexpr double patience_ms = 20'000;
    while (!done()) {
        if (ms_since(start) > patience_ms) {
            std::fprintf(stderr, "arena: waited %.0f s in vain: %s\n", patience_ms / 1000, what);
            for (size_t i = 0; i < seats_.size(); ++i) { // what each player saw then
                seats_[i]->screenshot(options_.out + "/failed-" + std::to_string(i) + ".png");
            }
            return false;
        }
        frame();
    }
    return true;
}

bool Director::shows(Chat& chat, const std::string& words) {
    std::array<parley_element, 256> elements;
    const size_t count = std::min(
        parley_overlay_elements(chat.overlay(), elements.data(), elements.size()), elements.size());
    return std::any_of(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(count),
                       [&](const parley_element& element) {
                           return std::strcmp(element.role, "listitem") == 0 &&
                                  std::strstr(element.label, words.c_str()) != nullptr;
                       });
}

bool Director::picture(Seat& seat, const char* name) {
    for (int i = 0; i < 30; ++i) { // let motion come to rest
        frame();
    }
    if (!seat.screenshot(options_.out + "/" + name)) {
        return false;
    }
    ++pictures_;
    return true;
}

bool Director::play(const Line& line) {
    Seat& writer = *seats_[line.seat];
    if (line.heard_from_zoe != nullptr) {
        zoe_->say(PARLEY_ROOM_GLOBAL, line.heard_from_zoe);
    }
    // Readers look at that room too.
    for (auto& seat : seats_) {
        if (seat.get() != &writer) {
            parley_overlay_open(seat->chat().overlay(), line.kind);
            parley_overlay_close(seat->chat().overlay());
        }
    }
    press(writer.window_id(), line.opener);
    for (int i = 0; i < 4; ++i) { // a person's finger is not faster
        frame();
    }
    if (line.preedit != nullptr) {
        compose(writer.window_id(), line.preedit);
        frame();
        if (line.picture != nullptr && !picture(writer, "preedit.png")) {
            return false;
        }
        compose(writer.window_id(), "");
    }
    type(writer.window_id(), line.typed);
    frame();
    press(writer.window_id(), SDLK_RETURN);
    const auto pressed = Clock::now();
    std::array<double, plans.size()> seen_ms{};
    const bool arrived = until(line.typed, [&] {
        bool all = true;
        for (size_t i = 0; i < seats_.size(); ++i) {
            if (seen_ms[i] == 0 && shows(seats_[i]->chat(), line.seen)) {
                seen_ms[i] = ms_since(pressed);
            }
            all = all && seen_ms[i] > 0;
        }
        return all;
    });
    if (!arrived) {
        return false;
    }
    std::vector<double> readers_ms;
    for (size_t i = 0; i < seats_.size(); ++i) {
        if (i != line.seat) {
            readers_ms.push_back(seen_ms[i]);
        }
    }
    transcript_.line({.time_s = static_cast<double>(match_.time_s()) - warm_up_s,
                      .room = room_word(line.kind),
                      .writer = plans[line.seat].name,
                      .own_ms = seen_ms[line.seat],
                      .readers_ms = std::move(readers_ms),
                      .text = line.typed});
    press(writer.window_id(), SDLK_ESCAPE);
    frame();
    // The rooms have a pace, and players type slower than scripts: let a second of the match go by.
    for (int i = 0; i < 12; ++i) {
        frame();
    }
    return line.picture == nullptr || picture(*seats_[Aria], line.picture);
}

// Zoë asks for players; Aria presses the toast's button; the game gets the action, asks the backend
// for a ticket with the party in it, and hands it in.
bool Director::join_from_card() {
    Chat& aria = seats_[Aria]->chat();
    const parley_user zoe = aria.find("Zoë");
    if (parley_overlay_toast(aria.overlay(), zoe, "invites you to her party · 3 of 5 · EU", "join",
                             "Join") != PARLEY_OK) {
        return false;
    }
    if (!picture(*seats_[Aria], "toast.png")) {
        return false;
    }
    pressed_.clear();
    press(seats_[Aria]->window_id(), SDLK_F6);
    if (!until("the toast's button is pressed", [&] { return pressed_ == "join"; })) {
        return false;
    }
    aria.enter("party:tide");
    return until("Aria is in Zoë's party",
                 [&] { return aria.room(PARLEY_ROOM_PARTY, "tide") != 0; });
}

int Director::run() {
    if (!set_up()) {
        return 1;
    }
    transcript_.head();
    for (const Line& line : script_lines()) {
        if (!play(line)) {
            return 1;
        }
    }
    Seat& aria = *seats_[Aria];
    parley_overlay_show_roster(aria.chat().overlay(), true);
    parley_overlay_show_cards(aria.chat().overlay(), false);
    if (!picture(aria, "roster.png")) {
        return 1;
    }
    parley_overlay_show_cards(aria.chat().overlay(), true);
    if (!picture(aria, "cards.png") || !join_from_card()) {
        return 1;
    }
    parley_overlay_close(aria.chat().overlay());
    for (int i = 0; i < 60 * 8; ++i) { // the match goes on; the chat goes quiet
        frame();
    }
    if (!picture(aria, "idle.png")) {
        return 1;
    }
    transcript_.summary(pictures_, options_.out, match_.score(Team::Teal),
                        match_.score(Team::Coral));
    return 0;
}

} // namespace

int run_script(const ScriptOptions& options) {
    Director director(options);
    return director.run();
}

} // namespace arena
