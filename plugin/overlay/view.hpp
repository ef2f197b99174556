// view.hpp: what every view is given to draw with, and how people, rooms and times are shown. Views
// read the model and issue commands; what they keep of their own is scroll, focus and drafts.
#pragma once

#include <string_view>

#include "plugin/client/client.hpp"
#include "plugin/overlay/widgets.hpp"

namespace parley::overlay {

// For one frame.
struct View {
    client::Client& client;
    const client::Model& model;
    const Theme& theme;
    const Words& words;
    Canvas& canvas;
    Kit& kit;
    TextCache& text;
    double now_s = 0;
    float dt_s = 0;
    bool reduced_motion = false;
    bool open = false;  // the composer has the keyboard
    float presence = 1; // 1: panels are there; 0: idle, only text stands on the game
    TimeMs server_ms = 0;
    int64_t utc_offset_s = 0; // of the player's clock, for times of day

    float px(float at_scale_1) const { return kit.px(at_scale_1); }
    Colour tone(Tone tone) const { return theme[tone]; }
};

// [people]
std::string_view person_name(const View& view, UserId user);
// One or two letters; lives in out.
std::string_view initials(std::string_view name, Phrase& out);
AvatarLook avatar_look(const View& view, UserId user, Phrase& initials_out, bool with_dot);
// The dot of a state: the sign says the same as the colour.
struct PresenceLook {
    Sign sign{};
    Tone tone{};
};
PresenceLook presence_look(wire::PresenceState state);
// Name in the user's colour, light enough to read.
Colour name_colour(const View& view, UserId user);
// "In match · Harbour · 3-2", in the reader's words.
Phrase presence_words(const View& view, const client::Person& person);
bool is_here(wire::PresenceState state); // neither offline nor invisible

// [rooms]
Sign room_sign(wire::RoomKind kind);
Phrase room_title(const View& view, const client::Room& room);

// [times] of the player's own clock
struct Clock {
    int64_t day = 0; // since 1970
    int hour = 0, minute = 0;
};
Clock local_clock(const View& view, TimeMs at_ms);
Phrase time_of_day(const View& view, TimeMs at_ms);
Phrase day_words(const View& view, TimeMs at_ms);
// Milliseconds left: "4:12", "1:02:03"; never below 0.
void add_left(Phrase& out, int64_t ms);

// [numbers] How many, as far as it is said: "99+".
inline constexpr uint32_t counted_max = 99;
Phrase count_words(uint32_t count);
// 1234 with scale 2 is "12.34".
void add_decimal(Phrase& out, int64_t scaled, uint8_t scale);

// Smooth steps towards a goal: 0.8 of the way in about `ms`; at once under reduced motion.
float approach(float value, float goal, float dt_s, float ms, bool at_once);

} // namespace parley::overlay
