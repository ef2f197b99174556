// message_actions.cpp: what is done with messages and their authors: the menu, copying, blocking.
#include <algorithm>
#include <cmath>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {
namespace {

std::string_view first_link(const client::Message& message) {
    for (const client::TextSpan& span : message.spans) {
        if (span.kind == wire::SpanKind::Link) {
            return std::string_view(message.text).substr(span.start, span.length);
        }
    }
    return {};
}

} // namespace

const client::Message* Overlay::Inside::message_of(const client::Room& room, uint64_t key) {
    const auto found = std::find_if(room.messages.rbegin(), room.messages.rend(),
                                    [&](const client::Message& one) { return one.key == key; });
    return found == room.messages.rend() ? nullptr : &*found;
}

const client::Message* Overlay::Inside::message_named(std::string_view id) const {
    const client::Room* room = active_room();
    if (room == nullptr || id.rfind("message/", 0) != 0) {
        return nullptr;
    }
    const auto found = std::find_if(
        room->messages.rbegin(), room->messages.rend(), [&](const client::Message& one) {
            const Phrase own = message_id(one);
            return id.rfind(own.view(), 0) == 0 &&
                   (id.size() == own.view().size() || id[own.view().size()] == '/');
        });
    return found == room->messages.rend() ? nullptr : &*found;
}

const client::Message* Overlay::Inside::message_at(float x, float y) const {
    for (const Element& element : kit.elements()) {
        if (element.role == std::string_view("listitem") && element.rect.contains(x, y)) {
            if (const client::Message* message = message_named(element.id)) {
                return message;
            }
        }
    }
    return nullptr;
}

// [menu]

void Overlay::Inside::open_menu(RoomId room_id, uint64_t key, const Rect& beside) {
    const client::Room* room = client.model().room(room_id);
    const client::Message* message = room == nullptr ? nullptr : message_of(*room, key);
    if (message == nullptr) {
        return;
    }
    const uint64_t in = raw(room_id);
    const bool stored = message->state == client::MessageState::Stored;
    const bool by_other = message->author != client.model().self();
    const bool said = message->kind == client::MessageKind::Text &&
                      message->state != client::MessageState::Deleted;
    const client::Person* author = client.model().person(message->author);
    const std::string_view name =
        author == nullptr ? words[Word::ListSomeone] : std::string_view(author->name);
    const Phrase row = message_id(*message);
    menu.begin(words[Word::MenuMore], beside, row);
    if (stored && said) {
        menu.add(Sign::Reply, words[Word::MenuReply], {ActionKind::Reply, in, message->seq, 0});
    }
    if (message->state == client::MessageState::Failed) {
        menu.add(Sign::Play, words[Word::ListRetry], {ActionKind::Retry, in, message->nonce, 0});
    }
    if (said) {
        menu.add(Sign::Copy, words[list.marked() ? Word::MenuCopyMarked : Word::MenuCopy],
                 {ActionKind::Copy, in, key, 0});
        if (!first_link(*message).empty()) {
            menu.add(Sign::Open, words[Word::MenuOpenLink], {ActionKind::OpenLink, in, key, 0});
            menu.add(Sign::Copy, words[Word::MenuCopyLink], {ActionKind::CopyLink, in, key, 0});
        }
        if (message->reply_to != 0) {
            menu.add(Sign::ArrowUp, words[Word::MenuToQuote],
                     {ActionKind::ToQuote, 0, message->reply_to, 0});
        }
    }
    if (by_other && said) {
        const uint64_t who = raw(message->author);
        menu.add(Sign::At, words.say(Word::MenuMention, {name}), {ActionKind::Mention, 0, who, 0});
        if (room->kind != wire::RoomKind::Direct) {
            menu.add(Sign::Speech, words.say(Word::MenuWhisper, {name}),
                     {ActionKind::Whisper, 0, who, 0});
        }
        if (stored) {
            menu.add(Sign::Flag, words[Word::MenuReport], {ActionKind::Report, in, key, 0}, true);
        }
        const auto& blocked = client.model().blocked();
        if (std::binary_search(blocked.begin(), blocked.end(), message->author)) {
            menu.add(Sign::Block, words.say(Word::MenuUnblock, {name}),
                     {ActionKind::Unblock, 0, who, 0});
        } else {
            menu.add(Sign::Block, words.say(Word::MenuBlock, {name}),
                     {ActionKind::Block, 0, who, 0}, true);
        }
    }
    if (message->state == client::MessageState::Failed) {
        menu.add(Sign::Cross, words[Word::MenuDiscard],
                 {ActionKind::Discard, in, message->nonce, 0}, true);
    }
    if (menu.is_open()) {
        focus = "menu/0";
        narrator.say(words.say(Word::SayMenu, {words[Word::MenuMore]}));
    }
}

void Overlay::Inside::close_menu() {
    if (!menu.is_open()) {
        return;
    }
    const std::string back(menu.back());
    menu.close();
    if (Menu::owns(focus)) {
        focus = kit.find(back) != nullptr ? back : "composer";
    }
}

// False: the key is not the menu's.
bool Overlay::Inside::menu_key(uint32_t code) {
    switch (code) {
    case key::enter:
    case key::space:
        activate_focus();
        return true;
    case key::escape:
    case key::tab:
    case key::left:
        close_menu();
        return true;
    case key::up:
        move_focus(0, -1);
        return true;
    case key::down:
        move_focus(0, 1);
        return true;
    default:
        return false;
    }
}

// [completion]

// False: the key is not the list's.
bool Overlay::Inside::completion_key(uint32_t code) {
    switch (code) {
    case key::up:
        completion.step(-1);
        return true;
    case key::down:
        completion.step(1);
        return true;
    case key::enter:
    case key::tab:
        take_offer(completion.chosen());
        return true;
    case key::escape:
        completion.dismiss();
        return true;
    default:
        return false;
    }
}

void Overlay::Inside::take_offer(size_t which) {
    const std::string taken = completion.taken(which);
    if (!taken.empty()) {
        composer.replace(client, completion.word_start(), taken);
        set_focus("composer", false);
    }
    completion.close();
}

// [copying]

void Overlay::Inside::copy(std::string_view what) {
    clipboard.own.assign(what);
    if (clipboard.set != nullptr) {
        clipboard.set(clipboard.user, clipboard.own.c_str());
    }
    narrator.say(words[Word::SayCopied]);
}

// What is marked in the log, else the message that has the focus. False: neither.
bool Overlay::Inside::copy_from_log() {
    const client::Room* room = active_room();
    if (room == nullptr) {
        return false;
    }
    if (list.marked()) {
        copy(list.marked_text(*room, [&](UserId user) -> std::string_view {
            const client::Person* person = client.model().person(user);
            return person == nullptr ? words[Word::ListSomeone] : std::string_view(person->name);
        }));
        return true;
    }
    if (const client::Message* message = message_named(focus)) {
        copy(message->text);
        return true;
    }
    return false;
}

// [doing]

void Overlay::Inside::ask_host(client::EventType type, const client::Room& room,
                               const client::Message& message, std::string_view what) {
    client::Event event{client.memory()};
    event.type = type;
    event.room = room.id;
    event.seq = message.seq;
    event.user = message.author;
    event.text.assign(what);
    client.push_event(std::move(event));
}

void Overlay::Inside::act_on_message(const Action& action) {
    const client::Room* room = client.model().room(static_cast<RoomId>(action.a));
    const client::Message* message = room == nullptr ? nullptr : message_of(*room, action.b);
    if (message == nullptr) {
        return; // it went while the menu stood there
    }
    switch (action.kind) {
    case ActionKind::Copy:
        if (!list.marked() || !copy_from_log()) {
            copy(message->text);
        }
        break;
    case ActionKind::CopyLink:
        copy(first_link(*message));
        break;
    case ActionKind::OpenLink:
        ask_host(client::EventType::Link, *room, *message, first_link(*message));
        break;
    case ActionKind::Report:
        ask_host(client::EventType::Report, *room, *message, message->text);
        toasts.push({{}, std::string(words[Word::ToastReported]), "", "", {}, 0});
        break;
    default:
        break;
    }
}

void Overlay::Inside::act_on_person(const Action& action) {
    const UserId who{action.b};
    switch (action.kind) {
    case ActionKind::Mention:
        if (const client::Person* person = client.model().person(who); person != nullptr) {
            std::string said = "@";
            said.append(person->name).append(" ");
            set_focus("composer", true);
            composer.insert(client, said);
        }
        break;
    case ActionKind::Whisper:
        tell_refusal(client.open_direct(who));
        break;
    case ActionKind::Block:
        tell_refusal(client.block(who));
        break;
    case ActionKind::Unblock:
        tell_refusal(client.unblock(who));
        break;
    default:
        break;
    }
}

// Of a command that was refused before it was sent.
void Overlay::Inside::tell_refusal(const Result<client::Request>& asked) {
    if (!asked) {
        toasts.push({{}, std::string(words.error(asked.error())), "", "", {}, 0});
    }
}

} // namespace parley::overlay
