// completion.hpp: what a word that is being written may become: "@ke" a person's name, ":fir" an
// emoji. Up and Down choose, Enter and Tab take, Escape sends the list away for this word.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// Owner: the overlay.
class Completion {
public:
    static constexpr size_t offers_max = 6;

    // text: of the composer, its caret in bytes. False, and cheap, while neither changes.
    bool look(const client::Model& model, const client::Room& room, std::string_view text,
              size_t caret);
    void close() {
        count_ = 0;
        looked_caret_ = SIZE_MAX; // the next look is a fresh one
    }
    bool is_open() const { return count_ > 0; }
    void step(int by);
    size_t chosen() const { return chosen_; }
    // Sends the list away until another word is begun.
    void dismiss();

    // What stands instead of the bytes from word_start() to the caret when this is taken.
    std::string taken(size_t which) const;
    size_t word_start() const { return start_; }
    // What is heard of the one that is chosen.
    Phrase heard(const View& view) const;

    // composer: where the writing is; the list stands above it.
    void draw(const View& view, const Rect& composer);

private:
    struct Offer {
        UserId user{}; // 0: an emoji
        std::string name;
        std::string_view emoji;
    };

    void offer_people(const client::Model& model, const client::Room& room, std::string_view typed);
    void offer_emoji(std::string_view typed);
    void add_person(const client::Model& model, UserId user, std::string_view typed);
    Phrase label(const View& view, const Offer& offer) const;

    std::array<Offer, offers_max> offers_;
    size_t count_ = 0, chosen_ = 0;
    size_t start_ = 0;
    size_t dismissed_start_ = SIZE_MAX;
    std::string looked_text_;
    size_t looked_caret_ = SIZE_MAX;
    RoomId looked_room_{};
};

} // namespace parley::overlay
