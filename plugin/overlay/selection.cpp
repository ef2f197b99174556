// selection.cpp: what is marked of a room's log.
#include "plugin/overlay/selection.hpp"

#include <algorithm>

#include "plugin/text/edit.hpp"

namespace parley::overlay {
namespace {

bool can_be_marked(const client::Message& message) {
    return message.kind == client::MessageKind::Text &&
           message.state != client::MessageState::Deleted;
}

// An edit may have taken away what was marked.
uint32_t on_border(std::string_view text, uint32_t offset) {
    size_t at = std::min<size_t>(offset, text.size());
    while (at > 0 && at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0u) == 0x80u) {
        --at;
    }
    return static_cast<uint32_t>(at);
}

const client::Message* message_of(const client::Room& room, uint64_t key) {
    // What is marked is on the screen, most often near the end.
    const auto found =
        std::find_if(room.messages.rbegin(), room.messages.rend(),
                     [&](const client::Message& message) { return message.key == key; });
    return found == room.messages.rend() ? nullptr : &*found;
}

} // namespace

void Selection::begin(RoomId room, const LogPlace& at) {
    clear();
    room_ = room;
    from_ = to_ = at;
}

void Selection::word(const client::Room& room, const LogPlace& at) {
    const client::Message* message = message_of(room, at.key);
    if (message == nullptr) {
        return;
    }
    text::Edit edit(message->text.size());
    edit.set(message->text);
    edit.select_word(at.offset);
    begin(room.id, {at.key, static_cast<uint32_t>(std::min(edit.anchor(), edit.caret()))});
    extend({at.key, static_cast<uint32_t>(std::max(edit.anchor(), edit.caret()))});
}

void Selection::whole(const client::Room& room, const LogPlace& at) {
    if (const client::Message* message = message_of(room, at.key)) {
        begin(room.id, {at.key, 0});
        extend({at.key, static_cast<uint32_t>(message->text.size())});
    }
}

void Selection::find(const client::Room& room) {
    if (room.revision == revision_ && found_from_ == from_ && found_to_ == to_) {
        return;
    }
    const size_t none = room.messages.size();
    size_t from = none, to = none;
    for (size_t i = none; i-- > 0 && (from == none || to == none);) {
        const uint64_t key = room.messages[i].key;
        from = key == from_.key ? i : from;
        to = key == to_.key ? i : to;
    }
    if (from == none || to == none) {
        clear();
        return;
    }
    const bool forward = from != to ? from < to : from_.offset <= to_.offset;
    first_ = std::min(from, to);
    last_ = std::max(from, to);
    start_ = forward ? from_.offset : to_.offset;
    end_ = forward ? to_.offset : from_.offset;
    revision_ = room.revision;
    found_from_ = from_;
    found_to_ = to_;
}

Selection::Range Selection::range(const client::Room& room, size_t index) {
    if (empty() || room.id != room_) {
        return {};
    }
    find(room);
    if (empty() || index < first_ || index > last_ || !can_be_marked(room.messages[index])) {
        return {};
    }
    const std::string_view text = room.messages[index].text;
    return {index == first_ ? on_border(text, start_) : 0,
            index == last_ ? on_border(text, end_) : static_cast<uint32_t>(text.size())};
}

std::string Selection::text(const client::Room& room,
                            const std::function<std::string_view(UserId)>& name_of) {
    std::string out;
    if (empty() || room.id != room_) {
        return out;
    }
    find(room);
    if (empty()) {
        return out;
    }
    for (size_t i = first_; i <= last_; ++i) {
        const Range marked = range(room, i);
        if (marked.empty()) {
            continue;
        }
        if (first_ != last_) {
            out.append(out.empty() ? "" : "\n");
            out.append(name_of(room.messages[i].author)).append(": ");
        }
        out.append(std::string_view(room.messages[i].text)
                       .substr(marked.start, marked.end - marked.start));
    }
    return out;
}

} // namespace parley::overlay
