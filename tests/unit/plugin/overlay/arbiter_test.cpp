// arbiter_test.cpp: every sequence of events up to a length, over a small alphabet, against what
// must always hold. The alphabet has two keys and everything that may happen between their press
// and release; the chat opens and closes as the overlay would do it. Six events of ten are a
// million sequences.
#include "plugin/overlay/arbiter.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace parley::overlay {
namespace {

enum class Event { DownA, UpA, RepeatA, DownB, UpB, Text, Open, Close, FocusLost, Frame, Count };
constexpr int event_count = static_cast<int>(Event::Count);

// What both sides saw, and what they may see. A tiny twin of the world, with its own bookkeeping.
struct Twin {
    Arbiter arbiter;
    bool open = false;
    struct Key {
        bool down = false;     // physically
        bool game_saw = false; // the game has seen a press without a release
        bool chat_saw = false;
        bool lost = false; // the focus went while it was down
    };
    std::array<Key, 2> keys;
    // The last thing that could have made text was a key of the game, in this batch of events.
    bool game_key_typed = false;
    std::string wrong;

    void press(int k, bool repeat) {
        Key& key = keys[static_cast<size_t>(k)];
        if (repeat && !key.down) {
            return; // keyboards do not do that
        }
        if (!repeat && key.down && !key.lost) {
            return;
        }
        const Owner owner =
            arbiter.press(Device::Key, static_cast<uint32_t>('a' + k), repeat, open);
        if (repeat) {
            if (key.chat_saw && owner != Owner::Chat) {
                wrong = "a repeat of the chat's key reached the game";
            }
            if (key.game_saw && owner != Owner::Game) {
                wrong = "a repeat of the game's key was taken";
            }
            game_key_typed = !key.chat_saw;
            return;
        }
        key.down = true;
        key.lost = false;
        if (open && owner != Owner::Chat) {
            wrong = "a key pressed while one writes reached the game";
        }
        if (!open && owner != Owner::Game) {
            wrong = "a key pressed while one plays was taken";
        }
        key.game_saw = owner == Owner::Game;
        key.chat_saw = owner == Owner::Chat;
        game_key_typed = owner == Owner::Game;
    }
    void release(int k) {
        Key& key = keys[static_cast<size_t>(k)];
        if (!key.down) {
            return;
        }
        const Owner owner = arbiter.release(Device::Key, static_cast<uint32_t>('a' + k));
        if (key.game_saw && owner != Owner::Game) {
            wrong = "the game never hears that its key went up: it is stuck";
        }
        if (key.chat_saw && owner != Owner::Chat) {
            wrong = "the game heard a release without a press";
        }
        key = {};
    }
    void step(Event event) {
        switch (event) {
        case Event::DownA:
            press(0, false);
            break;
        case Event::UpA:
            release(0);
            break;
        case Event::RepeatA:
            press(0, true);
            break;
        case Event::DownB:
            press(1, false);
            break;
        case Event::UpB:
            release(1);
            break;
        case Event::Text: {
            const Owner owner = arbiter.text(open);
            const bool typed = owner == Owner::Chat && open && !arbiter.swallowing();
            if (typed && game_key_typed) {
                wrong = "what a key of the game typed landed in the composer";
            }
            if (open && owner != Owner::Chat) {
                wrong = "text reached the game while one writes";
            }
            break;
        }
        case Event::Open:
            if (!open) {
                arbiter.opened();
                open = true;
            }
            break;
        case Event::Close:
            open = false;
            break;
        case Event::FocusLost:
            arbiter.focus_lost();
            for (Key& key : keys) {
                key.lost = key.down;
            }
            game_key_typed = false;
            break;
        case Event::Frame:
            arbiter.frame();
            arbiter.frame(); // a batch may be split by one frame, not by two
            game_key_typed = false;
            break;
        case Event::Count:
            break;
        }
    }
};

std::string run(int length, int64_t sequence) {
    Twin twin;
    std::string told;
    for (int i = 0; i < length; ++i) {
        const auto event = static_cast<Event>(sequence % event_count);
        sequence /= event_count;
        told += std::to_string(static_cast<int>(event)) + " ";
        twin.step(event);
        if (!twin.wrong.empty()) {
            return told + ": " + twin.wrong;
        }
    }
    return "";
}

TEST_CASE("no key reaches both game and chat, none gets stuck, in any order of events",
          "[arbiter]") {
    constexpr int length = 6;
    int64_t sequences = 1;
    for (int i = 0; i < length; ++i) {
        sequences *= event_count;
    }
    std::string wrong;
    for (int64_t i = 0; i < sequences && wrong.empty(); ++i) {
        wrong = run(length, i);
    }
    REQUIRE(wrong == "");
}

TEST_CASE("the T that opens the chat is not written, the next one is", "[arbiter]") {
    Arbiter arbiter;
    CHECK(arbiter.press(Device::Key, 't', false, false) == Owner::Game);
    arbiter.opened();
    CHECK(arbiter.text(true) == Owner::Chat);
    CHECK(arbiter.swallowing());
    CHECK(arbiter.release(Device::Key, 't') == Owner::Game);
    CHECK(arbiter.press(Device::Key, 't', false, true) == Owner::Chat);
    CHECK(arbiter.text(true) == Owner::Chat);
    CHECK_FALSE(arbiter.swallowing());
}

TEST_CASE("what an input method commits after the opening is written", "[arbiter]") {
    Arbiter arbiter;
    arbiter.opened();
    CHECK(arbiter.swallowing());
    arbiter.preedit();
    CHECK_FALSE(arbiter.swallowing());
    // And without preedit, two frames later.
    arbiter.opened();
    arbiter.frame();
    CHECK(arbiter.swallowing());
    arbiter.frame();
    CHECK_FALSE(arbiter.swallowing());
}

TEST_CASE("32 keys may be the chat's at once; the 33rd is the game's with press and release",
          "[arbiter]") {
    Arbiter arbiter;
    for (uint32_t i = 0; i < Arbiter::held_max; ++i) {
        CHECK(arbiter.press(Device::Key, 1000 + i, false, true) == Owner::Chat);
    }
    CHECK(arbiter.press(Device::Key, 2000, false, true) == Owner::Game);
    CHECK(arbiter.release(Device::Key, 2000) == Owner::Game);
    CHECK(arbiter.release(Device::Key, 1000) == Owner::Chat);
    CHECK(arbiter.press(Device::Key, 2000, false, true) == Owner::Chat);
}

TEST_CASE("a key, a pad button and a mouse button of one number are three things", "[arbiter]") {
    Arbiter arbiter;
    CHECK(arbiter.press(Device::Key, 1, false, true) == Owner::Chat);
    CHECK(arbiter.release(Device::Pad, 1) == Owner::Game);
    CHECK(arbiter.release(Device::Mouse, 1) == Owner::Game);
    CHECK(arbiter.holds(Device::Key, 1));
    CHECK(arbiter.release(Device::Key, 1) == Owner::Chat);
    CHECK(arbiter.press(Device::Mouse, 0, false, true) ==
          Owner::Chat); // the left button is number 0
    CHECK(arbiter.release(Device::Mouse, 0) == Owner::Chat);
}

} // namespace
} // namespace parley::overlay
