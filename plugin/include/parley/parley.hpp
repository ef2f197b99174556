// parley.hpp: parley.h for C++20. Header only: every call is one call of the C interface, so that
// it works with any compiler and any build of the library. Include parley_overlay.h (or
// parley_sdl2.h) first to have Overlay too.
//
// Client and Overlay own their handles and can be moved, not copied. Results are parley_result, as
// in C.
//
// [events] [client] [overlay]
#ifndef PARLEY_HPP
#define PARLEY_HPP

#if !defined(__cpp_concepts) && !defined(__cpp_lib_concepts)
#error "parley.hpp needs C++20 (-std=c++20); parley.h works with C99 and any C++"
#endif

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parley/parley.h"

namespace parley {

// A struct of the C interface, zeroed, with its size set.
template <typename Struct>
Struct sized() {
    Struct made{};
    made.size = sizeof(Struct);
    return made;
}

inline const char* text_of(parley_result result) {
    return parley_error_text(result);
}

// [events] One a PARLEY_EVENT_*, by the same name. Views live until the next poll.
namespace event {

struct State {
    parley_result result; // why
    parley_state state;   // the one it changed to
};
struct Reply {
    parley_request request;
    parley_result result;
    parley_room room;
    uint64_t seq;
    uint32_t retry_after_ms;
};
struct Message {
    parley_room room;
    uint64_t seq;
    parley_user author;
    std::string_view text;
    parley_message_kind kind;
};
struct Room {
    parley_room room;
};
struct RoomGone {
    parley_room room;
    parley_result result; // why
};
struct Members {
    parley_room room;
};
struct Card {
    parley_room room;
    parley_user user;
    std::string_view card_type;
};
struct Action {
    parley_room room;
    parley_user user;
    std::string_view action;
    std::string_view card_type; // "": a toast's
};
struct TicketWanted {
    parley_result result; // why
};
struct Gap {
    parley_room room;
    uint64_t seq; // the newest that is not here
};
struct History {
    parley_room room;
    parley_request request;
};
struct Blocks {};
struct Link { // the player wants to open it; nothing has
    parley_room room;
    uint64_t seq;
    parley_user user; // who wrote it
    std::string_view link;
};
struct Report {
    parley_room room;
    uint64_t seq;
    parley_user user; // who wrote it
    std::string_view text;
};
struct Notify {       // play, flash or tell the desktop as it wants: see parley_wants
    parley_room room; // 0: a toast of yours
    uint64_t seq;
    parley_user user;
    parley_urgency urgency;
    bool sound, flash, desktop;
};

} // namespace event

namespace detail {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

template <typename Handler, typename What>
bool handle(Handler& handler, const What& what) {
    if constexpr (requires { handler(what); }) {
        handler(what);
        return true;
    } else {
        return false;
    }
}

} // namespace detail

// Calls the handler that takes this event:
//     match(said, [&](const event::Message& m) { show(m.text); },
//           [&](const event::TicketWanted&) { renew(); });
// False: none does.
template <typename... Handlers>
bool match(const parley_event& said, Handlers&&... handlers) {
    detail::Overloaded handler{std::forward<Handlers>(handlers)...};
    switch (said.type) {
    case PARLEY_EVENT_STATE:
        return detail::handle(handler,
                              event::State{said.result, static_cast<parley_state>(said.state)});
    case PARLEY_EVENT_REPLY:
        return detail::handle(handler, event::Reply{said.request, said.result, said.room, said.seq,
                                                    said.retry_after_ms});
    case PARLEY_EVENT_MESSAGE:
        return detail::handle(handler, event::Message{said.room, said.seq, said.user, said.text,
                                                      static_cast<parley_message_kind>(said.kind)});
    case PARLEY_EVENT_ROOM:
        return detail::handle(handler, event::Room{said.room});
    case PARLEY_EVENT_ROOM_GONE:
        return detail::handle(handler, event::RoomGone{said.room, said.result});
    case PARLEY_EVENT_MEMBERS:
        return detail::handle(handler, event::Members{said.room});
    case PARLEY_EVENT_CARD:
        return detail::handle(handler, event::Card{said.room, said.user, said.card_type});
    case PARLEY_EVENT_ACTION:
        return detail::handle(handler,
                              event::Action{said.room, said.user, said.text, said.card_type});
    case PARLEY_EVENT_TICKET_WANTED:
        return detail::handle(handler, event::TicketWanted{said.result});
    case PARLEY_EVENT_GAP:
        return detail::handle(handler, event::Gap{said.room, said.seq});
    case PARLEY_EVENT_HISTORY:
        return detail::handle(handler, event::History{said.room, said.request});
    case PARLEY_EVENT_BLOCKS:
        return detail::handle(handler, event::Blocks{});
    case PARLEY_EVENT_LINK:
        return detail::handle(handler, event::Link{said.room, said.seq, said.user, said.text});
    case PARLEY_EVENT_REPORT:
        return detail::handle(handler, event::Report{said.room, said.seq, said.user, said.text});
    case PARLEY_EVENT_NOTIFY:
        return detail::handle(handler, event::Notify{said.room, said.seq, said.user,
                                                     static_cast<parley_urgency>(said.urgency),
                                                     (said.wants & PARLEY_WANTS_SOUND) != 0,
                                                     (said.wants & PARLEY_WANTS_FLASH) != 0,
                                                     (said.wants & PARLEY_WANTS_DESKTOP) != 0});
    default:
        return false; // of a newer library
    }
}

// A request's number, or why there is none.
struct Asked {
    parley_result result = PARLEY_OK;
    parley_request request = 0;
    explicit operator bool() const { return result == PARLEY_OK; }
};

struct CardField {
    const char* name = "";
    int64_t number = 0;
    const char* text = nullptr;
};

// [client] Owner: the thread that made it. A Client without a handle refuses everything.
class Client {
public:
    Client() = default;
    ~Client() { parley_destroy(handle_); }
    Client(Client&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Client& operator=(Client&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    parley_result create(const parley_options& options) {
        parley_destroy(std::exchange(handle_, nullptr));
        return parley_create(&options, &handle_);
    }
    explicit operator bool() const { return handle_ != nullptr; }
    parley_client* get() const { return handle_; }

    std::string device_id() const {
        char buffer[64] = {};
        return parley_device_id(handle_, buffer, sizeof buffer) == PARLEY_OK ? buffer : "";
    }
    parley_result connect(std::string_view address, std::string_view ticket) {
        return parley_connect(handle_, std::string(address).c_str(), std::string(ticket).c_str());
    }
    parley_result set_ticket(std::string_view ticket) {
        return parley_set_ticket(handle_, std::string(ticket).c_str());
    }
    void disconnect() { parley_disconnect(handle_); }
    parley_state state() const { return parley_get_state(handle_); }
    void update(uint32_t budget_us = 0) { parley_update(handle_, budget_us); }
    std::optional<parley_event> poll() {
        parley_event event = sized<parley_event>();
        return parley_poll(handle_, &event) ? std::optional(event) : std::nullopt;
    }
    parley_stats stats() const {
        parley_stats now = sized<parley_stats>();
        parley_get_stats(handle_, &now);
        return now;
    }
    int64_t server_time() const { return parley_server_time(handle_); }
    parley_user self() const { return parley_self(handle_); }

    // Rows live until the next update.
    std::vector<parley_room_row> rooms() const {
        return list<parley_room_row>(
            [&](parley_room_row* rows, size_t cap) { return parley_rooms(handle_, rows, cap); });
    }
    std::vector<parley_member_row> members(parley_room room = 0) const {
        return list<parley_member_row>([&](parley_member_row* rows, size_t cap) {
            return parley_members(handle_, room, rows, cap);
        });
    }
    // Those from from_seq on, at most cap.
    std::vector<parley_message_row> messages(parley_room room, uint64_t from_seq,
                                             size_t cap) const {
        std::vector<parley_message_row> rows(cap);
        if (cap > 0) {
            rows[0].size = sizeof(parley_message_row);
            const size_t there = parley_messages(handle_, room, from_seq, rows.data(), cap);
            rows.resize(there < cap ? there : cap);
        }
        return rows;
    }

    std::vector<parley_left_out_row> left_out(parley_room room) const {
        return list<parley_left_out_row>([&](parley_left_out_row* rows, size_t cap) {
            return parley_left_out(handle_, room, rows, cap);
        });
    }

    Asked join(parley_room_kind kind, std::string_view name) {
        return ask([&](parley_request* out) {
            return parley_join(handle_, static_cast<uint32_t>(kind), std::string(name).c_str(),
                               out);
        });
    }
    Asked open_direct(parley_user user) {
        return ask([&](parley_request* out) { return parley_open_direct(handle_, user, out); });
    }
    Asked leave(parley_room room) {
        return ask([&](parley_request* out) { return parley_leave(handle_, room, out); });
    }
    Asked block(parley_user user) {
        return ask([&](parley_request* out) { return parley_block(handle_, user, out); });
    }
    Asked unblock(parley_user user) {
        return ask([&](parley_request* out) { return parley_unblock(handle_, user, out); });
    }
    std::vector<parley_user> blocked() const {
        std::vector<parley_user> users(parley_blocked(handle_, nullptr, 0));
        parley_blocked(handle_, users.data(), users.size());
        return users;
    }
    parley_result mark_read(parley_room room, uint64_t seq) {
        return parley_mark_read(handle_, room, seq);
    }
    Asked send(parley_room room, std::string_view text, uint64_t reply_to = 0) {
        return ask([&](parley_request* out) {
            return parley_send_text(handle_, room, std::string(text).c_str(), reply_to, out);
        });
    }
    parley_result retry(parley_room room, uint64_t nonce) {
        return parley_retry(handle_, room, nonce);
    }
    parley_result discard(parley_room room, uint64_t nonce) {
        return parley_discard(handle_, room, nonce);
    }
    Asked fetch_history(parley_room room, uint64_t before_seq, uint32_t count) {
        return ask([&](parley_request* out) {
            return parley_fetch_history(handle_, room, before_seq, count, out);
        });
    }
    void set_typing(parley_room room) { parley_set_typing(handle_, room); }
    parley_result set_draft(parley_room room, std::string_view text) {
        return parley_set_draft(handle_, room, std::string(text).c_str());
    }
    std::string_view draft(parley_room room) const { return parley_draft(handle_, room); }

    parley_result set_presence(parley_presence_state state, const char* token = nullptr,
                               std::initializer_list<const char*> params = {}) {
        parley_presence said = sized<parley_presence>();
        said.state = static_cast<uint32_t>(state);
        said.token = token;
        size_t index = 0;
        for (const char* const param : params) {
            if (index == sizeof said.params / sizeof *said.params) {
                return PARLEY_ERROR_BAD_ARGUMENT;
            }
            said.params[index++] = param;
        }
        return parley_set_presence(handle_, &said);
    }

    // room 0: one's own presence card.
    Asked set_card(parley_room room, const char* type, std::span<const CardField> fields,
                   uint32_t ttl_ms = 0) {
        return write_card(&parley_set_card, room, type, fields, ttl_ms);
    }
    Asked update_card(parley_room room, const char* type, std::span<const CardField> fields) {
        return write_card(&parley_update_card, room, type, fields, 0);
    }
    Asked clear_card(parley_room room, const char* type) {
        return ask(
            [&](parley_request* out) { return parley_clear_card(handle_, room, type, out); });
    }
    std::optional<int64_t> card_number(parley_room room, parley_user user, const char* type,
                                       const char* field) const {
        int64_t number = 0;
        return parley_card_value(handle_, room, user, type, field, &number, nullptr) == PARLEY_OK
                   ? std::optional(number)
                   : std::nullopt;
    }
    std::optional<std::string_view> card_text(parley_room room, parley_user user, const char* type,
                                              const char* field) const {
        const char* text = nullptr;
        return parley_card_value(handle_, room, user, type, field, nullptr, &text) == PARLEY_OK
                   ? std::optional<std::string_view>(text)
                   : std::nullopt;
    }

    // The game's own server.
    Asked grant(parley_room_kind kind, std::string_view name, std::string_view subject,
                parley_role role = PARLEY_ROLE_MEMBER) {
        return ask([&](parley_request* out) {
            return parley_grant(handle_, static_cast<uint32_t>(kind), std::string(name).c_str(),
                                std::string(subject).c_str(), static_cast<uint32_t>(role), out);
        });
    }
    Asked revoke(parley_room_kind kind, std::string_view name, std::string_view subject) {
        return ask([&](parley_request* out) {
            return parley_revoke(handle_, static_cast<uint32_t>(kind), std::string(name).c_str(),
                                 std::string(subject).c_str(), out);
        });
    }

private:
    template <typename Call>
    static Asked ask(Call call) {
        Asked asked;
        asked.result = call(&asked.request);
        return asked;
    }
    template <typename Row, typename Fill>
    static std::vector<Row> list(Fill fill) {
        std::vector<Row> rows(fill(nullptr, 0));
        if (!rows.empty()) {
            rows[0].size = sizeof(Row);
            fill(rows.data(), rows.size());
        }
        return rows;
    }
    Asked write_card(parley_result (*call)(parley_client*, const parley_card*, parley_request*),
                     parley_room room, const char* type, std::span<const CardField> fields,
                     uint32_t ttl_ms) {
        std::vector<parley_card_field> rows;
        for (const CardField& field : fields) {
            rows.push_back({field.name, field.number, field.text});
        }
        parley_card card = sized<parley_card>();
        card.type = type;
        card.room = room;
        card.ttl_ms = ttl_ms;
        card.fields = rows.data();
        card.field_count = static_cast<uint32_t>(rows.size());
        return ask([&](parley_request* out) { return call(handle_, &card, out); });
    }

    parley_client* handle_ = nullptr;
};

// [overlay]
#ifdef PARLEY_OVERLAY_H

// Destroy it before its client; one that outlives it draws nothing. Owner: the client's thread.
class Overlay {
public:
    Overlay() = default;
    ~Overlay() { parley_overlay_destroy(handle_); }
    Overlay(Overlay&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Overlay& operator=(Overlay&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    parley_result create(const Client& client, const parley_overlay_options& options) {
        parley_overlay_destroy(std::exchange(handle_, nullptr));
        return parley_overlay_create(client.get(), &options, &handle_);
    }
    explicit operator bool() const { return handle_ != nullptr; }
    parley_overlay* get() const { return handle_; }

    bool input(const parley_input& event) { return parley_overlay_input(handle_, &event); }
    bool has_focus() const { return parley_overlay_has_focus(handle_); }
    bool wants_text() const { return parley_overlay_wants_text(handle_); }
    void frame(float dt_s, int width, int height, float scale = 1.0f, uint32_t budget_us = 0) {
        parley_overlay_frame(handle_, dt_s, width, height, scale, budget_us);
    }
    const parley_draw& draw() const { return *parley_overlay_draw(handle_); }
    std::optional<parley_texture_update> next_texture() {
        parley_texture_update update{};
        return parley_overlay_next_texture(handle_, &update) ? std::optional(update) : std::nullopt;
    }
    void textures_lost() { parley_overlay_textures_lost(handle_); }
    parley_frame_stats stats() const {
        parley_frame_stats now = sized<parley_frame_stats>();
        parley_overlay_get_stats(handle_, &now);
        return now;
    }
    parley_overlay_memory memory() const {
        parley_overlay_memory now = sized<parley_overlay_memory>();
        parley_overlay_get_memory(handle_, &now);
        return now;
    }
    parley_result open(parley_room_kind kind = PARLEY_ROOM_NONE) {
        return parley_overlay_open(handle_, static_cast<uint32_t>(kind));
    }
    void close() { parley_overlay_close(handle_); }
    void set_visible(bool visible) { parley_overlay_set_visible(handle_, visible); }
    void show_roster(bool show) { parley_overlay_show_roster(handle_, show); }
    void show_cards(bool show) { parley_overlay_show_cards(handle_, show); }
    parley_result set_phase(parley_phase phase) {
        return parley_overlay_set_phase(handle_, static_cast<uint32_t>(phase));
    }
    parley_result set_level(parley_room room, parley_level level) {
        return parley_overlay_set_level(handle_, room, static_cast<uint32_t>(level));
    }
    void set_do_not_disturb(bool on) { parley_overlay_set_do_not_disturb(handle_, on); }
    parley_result toast(parley_user who, std::string_view text, std::string_view action = {},
                        std::string_view action_label = {}) {
        return parley_overlay_toast(handle_, who, std::string(text).c_str(),
                                    std::string(action).c_str(), std::string(action_label).c_str());
    }
    std::vector<parley_element> elements() const {
        std::vector<parley_element> all(parley_overlay_elements(handle_, nullptr, 0));
        parley_overlay_elements(handle_, all.data(), all.size());
        return all;
    }
    const char* next_spoken() { return parley_overlay_next_spoken(handle_); }

private:
    parley_overlay* handle_ = nullptr;
};

#endif // PARLEY_OVERLAY_H

} // namespace parley

#endif // PARLEY_HPP
