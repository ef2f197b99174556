// checked.hpp: structs as a host gives them. One whose size was forgotten is refused, and the log
// says so: once a client and struct, since a game makes the same mistake in every frame.
#pragma once

#include "parley/parley_overlay.h"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/sized.hpp"

namespace parley::abi {

// Undefined for a struct that is not in the list: who checks one that is not does not compile.
template <typename T>
struct StructName;
#define PARLEY_NAMED(type)                                                                         \
    template <>                                                                                    \
    struct StructName<type> {                                                                      \
        static constexpr const char* text = #type;                                                 \
    };
PARLEY_NAMED(parley_options)
PARLEY_NAMED(parley_event)
PARLEY_NAMED(parley_stats)
PARLEY_NAMED(parley_room_row)
PARLEY_NAMED(parley_member_row)
PARLEY_NAMED(parley_message_row)
PARLEY_NAMED(parley_left_out_row)
PARLEY_NAMED(parley_presence)
PARLEY_NAMED(parley_card)
PARLEY_NAMED(parley_overlay_options)
PARLEY_NAMED(parley_input)
PARLEY_NAMED(parley_frame_stats)
PARLEY_NAMED(parley_overlay_memory)
#undef PARLEY_NAMED

// Null is refused without a word: that is no forgotten size.
template <typename T>
bool checked(const parley_client& client, const T* given) {
    if (given == nullptr) {
        return false;
    }
    if (!good_size<T>(given->size)) {
        client.sizes_told.tell(client.log, StructName<T>::text, given->size);
        return false;
    }
    return true;
}

template <typename T>
bool read_checked(const parley_client& client, const T* from, T& out) {
    return checked(client, from) && read_sized(from, out);
}

template <typename T>
bool write_checked(const parley_client& client, const T& full, T* to) {
    return checked(client, to) && write_sized(full, to);
}

// Rows that shall be filled, and cannot be. (Who only counts them gives none.)
template <typename T>
bool refused(const parley_client& client, const T* rows, size_t cap) {
    return rows != nullptr && cap > 0 && !checked(client, rows);
}

} // namespace parley::abi
