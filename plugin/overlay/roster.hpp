// roster.hpp: who is here and what they are doing, in words.
#pragma once

#include <vector>

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// Owner: the overlay.
class Roster {
public:
    // Height that it would like, for this width; 0: there is nobody to show.
    float height(const View& view);
    // Draws what fits into rect and says how many are left out; returns the height it took.
    float draw(const View& view, const Rect& rect);

private:
    enum class Kind : uint8_t { Heading, Person, Alone };
    struct Entry {
        Kind kind{};
        UserId user{};
        bool leader = false;
        uint32_t here = 0, total = 0, above = 0; // Heading
        RoomId room{};
    };
    void rebuild(const View& view);
    void add_section(const View& view, const client::Room& room);
    float entry_height(const View& view, size_t index) const;
    size_t entries_that_fit(const View& view, float height) const;
    static Phrase heading_words(const View& view, const Entry& heading);
    void draw_person(const View& view, const Entry& entry, const Rect& row);

    std::vector<Entry> entries_;
    uint64_t built_revision_ = UINT64_MAX;
};

} // namespace parley::overlay
