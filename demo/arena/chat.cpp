// chat.cpp: the game's twenty lines of integration, and what a demo needs around them.
#include "demo/arena/chat.hpp"

#include <cstdio>
#include <cstring>

namespace arena {
namespace {

void log_line(void* user, int level, const char* line) {
    if (level <= 1) {
        std::fprintf(stderr, "%s: %s\n", static_cast<const TicketWish*>(user)->name.c_str(), line);
    }
}

bool failed(parley_result result, const char* what) {
    if (result != PARLEY_OK) {
        std::fprintf(stderr, "arena: %s: %s\n", what, parley_error_text(result));
    }
    return result != PARLEY_OK;
}

} // namespace

std::unique_ptr<Chat> Chat::create(const ChatOptions& options, const Backend& backend,
                                   TicketWish who) {
    std::unique_ptr<Chat> chat(new Chat);
    chat->who_ = std::move(who);
    chat->backend_ = &backend;
    const std::string key_path = options.data + "/server.pub";

    parley_options client = {};
    client.size = sizeof client;
    client.dev_trust_loopback = 1;
    client.dev_key_path = key_path.c_str();
    client.card_types_path = options.cards.c_str();
    client.log = log_line;
    client.user = &chat->who_;
    if (failed(parley_create(&client, &chat->client_), "the chat client could not be made")) {
        return nullptr;
    }
    if (options.overlay) {
        parley_overlay_options overlay = {};
        overlay.size = sizeof overlay;
        overlay.words_path = options.words.c_str();
        overlay.reduced_motion = options.reduced_motion ? 1 : 0;
        if (failed(parley_overlay_create(chat->client_, &overlay, &chat->overlay_),
                   "the overlay could not be made")) {
            return nullptr;
        }
    }
    char device[64];
    if (failed(parley_device_id(chat->client_, device, sizeof device), "the device has no id")) {
        return nullptr;
    }
    chat->who_.device_id = device;
    const std::string ticket = backend.ticket(chat->who_);
    if (ticket.empty() ||
        failed(parley_connect(chat->client_, options.server.c_str(), ticket.c_str()),
               "the chat could not connect")) {
        return nullptr;
    }
    return chat;
}

Chat::~Chat() {
    parley_overlay_destroy(overlay_);
    parley_destroy(client_);
}

void Chat::update(const OnEvent& on_event) {
    parley_update(client_, 500);
    parley_event event = {};
    event.size = sizeof event;
    while (parley_poll(client_, &event)) {
        if (event.type == PARLEY_EVENT_TICKET_WANTED) {
            failed(parley_set_ticket(client_, backend_->ticket(who_).c_str()), "the new ticket");
        }
        if (on_event) {
            on_event(event);
        }
    }
}

parley_room Chat::room(uint32_t kind, const std::string& name) const {
    parley_room_row rows[32];
    for (parley_room_row& row : rows) {
        row.size = sizeof row;
    }
    const size_t count = std::min<size_t>(parley_rooms(client_, rows, 32), 32);
    for (size_t i = 0; i < count; ++i) {
        if (rows[i].kind == kind && (name.empty() || name == rows[i].name)) {
            return rows[i].room;
        }
    }
    return 0;
}

parley_user Chat::find(const std::string& name) const {
    std::vector<parley_member_row> rows(64);
    for (parley_member_row& row : rows) {
        row.size = sizeof row;
    }
    const size_t count =
        std::min(parley_members(client_, 0, rows.data(), rows.size()), rows.size());
    for (size_t i = 0; i < count; ++i) {
        if (name == rows[i].name) {
            return rows[i].user;
        }
    }
    return 0;
}

void Chat::say(uint32_t kind, const std::string& text) {
    if (const parley_room to = room(kind); to != 0) {
        failed(parley_send_text(client_, to, text.c_str(), 0, nullptr), "a line was not sent");
    }
}

void Chat::presence(uint32_t state, const char* token, const std::vector<std::string>& params) {
    std::string now = std::to_string(state) + token;
    parley_presence presence = {};
    presence.size = sizeof presence;
    presence.state = state;
    presence.token = token;
    for (size_t i = 0; i < params.size() && i < 4; ++i) {
        presence.params[i] = params[i].c_str();
        now += "\n" + params[i];
    }
    if (now != last_presence_ && ready()) {
        last_presence_ = now;
        failed(parley_set_presence(client_, &presence), "the presence was not set");
    }
}

void Chat::enter(const std::string& room) {
    who_.rooms.push_back(room);
    failed(parley_set_ticket(client_, backend_->ticket(who_).c_str()), "the new ticket");
}

void set_card(parley_client* client, parley_room room, const char* type,
              const std::vector<Field>& fields, bool whole) {
    std::vector<parley_card_field> values;
    for (const Field& field : fields) {
        values.push_back({field.name, field.number, field.text.c_str()});
    }
    parley_card card = {};
    card.size = sizeof card;
    card.type = type;
    card.room = room;
    card.fields = values.data();
    card.field_count = static_cast<uint32_t>(values.size());
    failed(whole ? parley_set_card(client, &card, nullptr)
                 : parley_update_card(client, &card, nullptr),
           type);
}

} // namespace arena
