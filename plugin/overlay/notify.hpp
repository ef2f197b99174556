// notify.hpp: what becomes of what happens: is it shown, heard, told to the host, or kept for when
// there is time? Pure: it knows no model and no screen, so that a test can try all there is.
#pragma once

#include <cstdint>

#include "schemas/base/ids.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::overlay {

// What the game is at, as it says. Numbers as in parley_overlay.h.
enum class Phase : uint8_t { Play = 0, Menu = 1, Loading = 2, Combat = 3, Dead = 4, End = 5 };
inline constexpr uint32_t phase_last = 5;
// What of a room the player wants to be told. Numbers as in parley_overlay.h.
enum class Level : uint8_t { All = 0, Mentions = 1, None = 2 };
inline constexpr uint32_t level_last = 2;
// Numbers as in parley.h.
enum class Urgency : uint8_t {
    None = 0,
    Urgent = 1, // said to the player: mentions, Direct; and the game's own toasts
    Social = 2, // of the few he plays with: Team, Party
    Ambient = 3 // of the many: Guild, Global
};
Urgency urgency_of(wire::RoomKind kind, bool mentioned);

struct Mood {
    Phase phase = Phase::Play;
    Level level = Level::All; // of the room it is about
    bool do_not_disturb = false;
    bool open = false; // the chat has the keyboard
    bool window_focus = true;
};

// Whatever it says, the line stands in its room and is counted there as unread.
struct Notice {
    bool toast = false;
    bool heard = false;                                 // spoken
    bool wakes = false;                                 // the panel, from its rest
    bool sound = false, flash = false, desktop = false; // the host's to do
    bool later = false;                                 // counted in the digest

    static constexpr uint8_t sound_bit = 1, flash_bit = 2, desktop_bit = 4;
    bool for_host() const { return sound || flash || desktop; }
    bool operator==(const Notice&) const = default;
};
// in_front: of the room whose lines are on the screen.
Notice notice(Urgency what, bool in_front, const Mood& mood);
// Toasts keep their place in the queue and are not seen.
bool toasts_wait(const Mood& mood);
// What was kept is not told yet.
bool digest_waits(const Mood& mood);
bool draws(Phase phase);

// One sound is enough for what comes close together, unless more urgent things come.
class SoundPace {
public:
    static constexpr double gap_s = 1;
    bool may(Urgency what, double now_s);

private:
    Urgency last_ = Urgency::None;
    double last_s_ = -gap_s;
};

// What was kept of a room.
struct Kept {
    uint32_t lines = 0, urgent = 0; // lines: all of them
    Seq first = 0, last = 0;

    void add(Urgency what, Seq seq);
};
// Of all rooms, and where one begins to read: in the room where most is for the player.
struct Digest {
    uint32_t lines = 0, urgent = 0;
    RoomId room{};
    Seq first = 0;

    void add(RoomId of, const Kept& kept);

private:
    Kept most_;
};

} // namespace parley::overlay
