// arbiter.cpp: who gets each press, release and text.
#include "plugin/overlay/arbiter.hpp"

namespace parley::overlay {

uint32_t Arbiter::name(Device device, uint32_t code) {
    // + 1 so that code 0 (the left mouse button) is not the free mark.
    return static_cast<uint32_t>(device) | (code + 1);
}

Arbiter::Held* Arbiter::find(uint32_t named) {
    for (Held& held : held_) {
        if (held.code == named) {
            return &held;
        }
    }
    return nullptr;
}

bool Arbiter::holds(Device device, uint32_t code) const {
    const uint32_t named = name(device, code);
    for (const Held& held : held_) {
        if (held.code == named && !held.lost) {
            return true;
        }
    }
    return false;
}

Owner Arbiter::press(Device device, uint32_t code, bool repeat, bool wanted) {
    const uint32_t named = name(device, code);
    Held* held = find(named);
    if (held != nullptr && !held->lost) {
        return Owner::Chat; // a repeat, or a press whose release the system lost
    }
    if (repeat) {
        // The game has this key down (or nobody, since the focus was lost): what it types is not
        // meant for the chat.
        if (device == Device::Key) {
            swallow_frames_ = 2;
        }
        return held == nullptr ? Owner::Game : Owner::Chat;
    }
    if (held == nullptr && wanted) {
        held = find(0);
    }
    if (held == nullptr) {
        return Owner::Game;
    }
    if (!wanted) {
        *held = {}; // it was ours before the focus was lost; this press is the game's
        return Owner::Game;
    }
    *held = {named, false};
    if (device == Device::Key) {
        swallow_frames_ = 0;
    }
    return Owner::Chat;
}

Owner Arbiter::release(Device device, uint32_t code) {
    Held* held = find(name(device, code));
    if (held == nullptr) {
        return Owner::Game;
    }
    *held = {};
    return Owner::Chat;
}

Owner Arbiter::text(bool wanted) {
    // Swallowed text is taken too: the game did not ask for text either.
    return wanted || swallow_frames_ > 0 ? Owner::Chat : Owner::Game;
}

void Arbiter::preedit() {
    swallow_frames_ = 0;
}

void Arbiter::opened() {
    swallow_frames_ = 2;
}

void Arbiter::frame() {
    if (swallow_frames_ > 0) {
        --swallow_frames_;
    }
}

void Arbiter::focus_lost() {
    for (Held& held : held_) {
        held.lost = held.code != 0;
    }
    swallow_frames_ = 0;
}

} // namespace parley::overlay
