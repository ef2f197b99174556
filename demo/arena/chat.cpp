// chat.cpp: the game's twenty lines of integration, and what a demo needs around them.
#include "demo/arena/chat.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace arena {
namespace {

bool failed(parley_result result, const char* what) {
    if (result != PARLEY_OK) {
        std::fprintf(stderr, "arena: %s: %s\n", what, parley_error_text(result));
    }
    return result != PARLEY_OK;
}

} // namespace

// Until the client has been in once, its failures are told in a sentence of the game's.
void Chat::log_line(void* user, int level, const char* line) {
    const Chat& chat = *static_cast<const Chat*>(user);
    if (level <= 1 && chat.entered_) {
        std::fprintf(stderr, "%s: %s\n", chat.who_.name.c_str(), line);
    }
}

std::unique_ptr<Chat> Chat::create(const ChatOptions& options, const Backend& backend,
                                   TicketWish who) {
    std::error_code error;
    if (!std::filesystem::exists(options.data + "/server.pub", error)) {
        std::fprintf(
            stderr,
            "arena: --data %s is not the folder of a shard that runs with --dev: it has no "
            "server.pub\n",
            options.data.c_str());
        return nullptr;
    }
    if (!std::filesystem::exists(options.cards, error)) {
        std::fprintf(stderr, "arena: %s is not here; run the demo from the root of the source\n",
                     options.cards.c_str());
        return nullptr;
    }
    std::unique_ptr<Chat> chat(new Chat);
    chat->who_ = std::move(who);
    chat->server_ = options.server;
    chat->backend_ = &backend;
    const std::string key_path = options.data + "/server.pub";

    parley_options client = {};
    client.size = sizeof client;
    client.dev_trust_loopback = 1;
    client.dev_key_path = key_path.c_str();
    client.card_types_path = options.cards.c_str();
    client.log = &Chat::log_line;
    client.user = chat.get();
    if (failed(parley_create(&client, &chat->client_), "the chat client could not be made")) {
        return nullptr;
    }
    if (options.overlay) {
        parley_overlay_options overlay = {};
        overlay.size = sizeof overlay;
        overlay.theme_path = options.theme.c_str();
        overlay.words_path = options.words.c_str();
        overlay.font_path = options.fonts.empty() ? nullptr : options.fonts.c_str();
        overlay.reduced_motion = options.reduced_motion ? 1 : 0;
        const parley_result made = parley_overlay_create(chat->client_, &overlay, &chat->overlay_);
        if (made == PARLEY_ERROR_BAD_FONT) {
            std::fprintf(stderr,
                         "arena: there are no fonts in %s; install the package fonts-noto-core, or "
                         "give a folder of .ttf files with --fonts\n",
                         options.fonts.empty() ? "/usr/share/fonts" : options.fonts.c_str());
        }
        const bool wrong_file = made == PARLEY_ERROR_IO || made == PARLEY_ERROR_BAD_CONFIG;
        if (wrong_file) {
            std::fprintf(
                stderr,
                "arena: --theme or --language names no theme, language or file that can be "
                "used: theme \"%s\", words \"%s\"; see docs/files.md\n",
                options.theme.c_str(), options.words.c_str());
        }
        if (wrong_file || made == PARLEY_ERROR_BAD_FONT ||
            failed(made, "the overlay could not be made")) {
            return nullptr;
        }
    }
    char device[64];
    if (failed(parley_device_id(chat->client_, device, sizeof device), "the device has no id")) {
        return nullptr;
    }
    chat->who_.device_id = device;
    const std::string ticket = backend.ticket(chat->who_);
    if (ticket.empty()) {
        std::fprintf(stderr,
                     "arena: no ticket for %s: --data %s must be the folder of a shard that runs "
                     "with --dev, and --parley the program parley\n",
                     chat->who_.name.c_str(), options.data.c_str());
        return nullptr;
    }
    const parley_result begun =
        parley_connect(chat->client_, options.server.c_str(), ticket.c_str());
    if (begun == PARLEY_ERROR_BAD_ADDRESS) {
        std::fprintf(stderr, "arena: --server wants HOST:PORT of a shard, not %s\n",
                     options.server.c_str());
    }
    if (begun == PARLEY_ERROR_BAD_ADDRESS || failed(begun, "the chat could not connect")) {
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
        if (event.type == PARLEY_EVENT_STATE) {
            trouble_ = event.result;
            entered_ = entered_ || event.state == PARLEY_READY;
        }
        if (event.type == PARLEY_EVENT_TICKET_WANTED) {
            failed(parley_set_ticket(client_, backend_->ticket(who_).c_str()), "the new ticket");
        }
        if (on_event) {
            on_event(event);
        }
    }
}

void Chat::say_unreachable() const {
    std::fprintf(stderr,
                 "arena: no shard answers at %s (%s); ./parley demo starts one and plays, "
                 "./parley serve --dev only starts it\n",
                 server_.c_str(),
                 trouble_ == PARLEY_OK ? "nothing came back" : parley_error_text(trouble_));
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
