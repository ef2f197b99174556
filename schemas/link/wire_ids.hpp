// wire_ids.hpp: which session a datagram names. Every datagram asks, in and out, so it is one flat
// table with a quarter to a half of its places taken. The ids are the server's own random numbers,
// so nobody chooses where they lie.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "schemas/base/check.hpp"

namespace parley {

class WireIds {
public:
    static constexpr uint16_t none = UINT16_MAX;

    // Before the first id: how many there will be at most.
    void reserve(size_t ids_max) {
        const size_t size = std::bit_ceil(2 * ids_max + 1);
        mask_ = size - 1;
        shift_ = 32 - std::countr_zero(size);
        places_.assign(size, Place{});
    }
    // id: not 0, and not in the table.
    void put(uint32_t id, uint16_t session) {
        PARLEY_ASSERT(id != 0 && 2 * count_ < places_.size());
        size_t at = first(id);
        while (places_[at].id != 0) {
            at = (at + 1) & mask_;
        }
        places_[at] = {id, session};
        ++count_;
    }
    // none: there is no such id.
    uint16_t find(uint32_t id) const {
        for (size_t at = first(id); places_[at].id != 0; at = (at + 1) & mask_) {
            if (places_[at].id == id) {
                return places_[at].session;
            }
        }
        return none;
    }
    // One that is not there is no matter.
    void erase(uint32_t id) {
        size_t hole = first(id);
        while (places_[hole].id != id && places_[hole].id != 0) {
            hole = (hole + 1) & mask_;
        }
        if (places_[hole].id == 0) {
            return;
        }
        // Whoever comes after and could stand in the hole moves there (Knuth, The Art of Computer
        // Programming 3, 6.4, algorithm R): lookups end at the first empty place.
        for (size_t at = (hole + 1) & mask_; places_[at].id != 0; at = (at + 1) & mask_) {
            if (((at - first(places_[at].id)) & mask_) >= ((at - hole) & mask_)) {
                places_[hole] = places_[at];
                hole = at;
            }
        }
        places_[hole] = Place{};
        --count_;
    }
    size_t size() const { return count_; }

private:
    struct Place {
        uint32_t id = 0; // 0: empty
        uint16_t session = 0;
    };

    // Fibonacci hashing: the low bits of an id name the net thread, so they are all alike here.
    size_t first(uint32_t id) const { return (id * 2654435769U) >> shift_; }

    std::vector<Place> places_;
    size_t mask_ = 0;
    int shift_ = 0;
    size_t count_ = 0;
};

} // namespace parley
