// checked.hpp: structs as a host gives them. One whose size was forgotten is refused, and the log
// says so: once a client and struct, since a game makes the same mistake in every frame.
#pragma once

#include "parley/parley_overlay.h"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/sized.hpp"

namespace parley::abi {

template <typename T>
inline constexpr const char* struct_name = nullptr;
template <>
inline constexpr const char* struct_name<parley_options> = "parley_options";
template <>
inline constexpr const char* struct_name<parley_event> = "parley_event";
template <>
inline constexpr const char* struct_name<parley_stats> = "parley_stats";
template <>
inline constexpr const char* struct_name<parley_room_row> = "parley_room_row";
template <>
inline constexpr const char* struct_name<parley_member_row> = "parley_member_row";
template <>
inline constexpr const char* struct_name<parley_message_row> = "parley_message_row";
template <>
inline constexpr const char* struct_name<parley_presence> = "parley_presence";
template <>
inline constexpr const char* struct_name<parley_card> = "parley_card";
template <>
inline constexpr const char* struct_name<parley_overlay_options> = "parley_overlay_options";
template <>
inline constexpr const char* struct_name<parley_input> = "parley_input";
template <>
inline constexpr const char* struct_name<parley_frame_stats> = "parley_frame_stats";

// Null is refused without a word: that is no forgotten size.
template <typename T>
bool checked(const parley_client& client, const T* given) {
    if (given == nullptr) {
        return false;
    }
    if (!good_size<T>(given->size)) {
        client.sizes_told.tell(client.log, struct_name<T>, given->size);
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
