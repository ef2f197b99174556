// arbiter.hpp: whose is a key? Every press belongs to the game or to the chat, and its repeats and
// its release go where the press went, whatever opened or closed between them. Text that a game's
// key makes (the T that opens the chat, the W that is held while it opens) never lands in the
// composer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley::overlay {

enum class Owner : uint8_t { Game, Chat };

// Keys, pad buttons and mouse buttons in one numbering.
enum class Device : uint32_t { Key = 0, Pad = 1u << 30, Mouse = 2u << 30 };

// Owner: the game thread. Holds no memory of its own: at most `held_max` keys of the chat are down
// at once; a press past that is the game's, and so is its release.
class Arbiter {
public:
    static constexpr size_t held_max = 32;

    // wanted: the chat would take a new press of this.
    Owner press(Device device, uint32_t code, bool repeat, bool wanted);
    Owner release(Device device, uint32_t code);
    // wanted: the composer has the keyboard. Text that is taken while swallowing() goes nowhere.
    Owner text(bool wanted);
    bool swallowing() const { return swallow_frames_ > 0; }
    void preedit();    // an input method speaks: no key of the game made the next text
    void opened();     // the chat took the keyboard, perhaps from within a key's event
    void frame();      // between two batches of events
    void focus_lost(); // nothing is held any more; releases that still come are nobody's
    bool holds(Device device, uint32_t code) const;

private:
    struct Held {
        uint32_t code = 0; // 0: free
        bool lost = false; // by focus_lost
    };
    static uint32_t name(Device device, uint32_t code);
    Held* find(uint32_t named);

    std::array<Held, held_max> held_{};
    // Text events follow their key within one batch of events; two frames bridge a split batch.
    uint8_t swallow_frames_ = 0;
};

} // namespace parley::overlay
