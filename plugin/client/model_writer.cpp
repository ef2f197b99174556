// model_writer.cpp: rooms and messages. A room's stored messages lie in order of seq, the unsent
// behind them; every way a message can arrive (reply, batch, page, both in either order) ends in
// one of them.
#include "plugin/client/model_writer.hpp"

#include <algorithm>

namespace parley::client {
namespace {

std::string_view view(const flatbuffers::String* text) {
    return text != nullptr ? std::string_view(text->c_str(), text->size()) : std::string_view();
}

auto place(Room& room, Seq seq) {
    const auto end = room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored());
    // New ones nearly always come last.
    if (end == room.messages.begin() || (end - 1)->seq < seq) {
        return end;
    }
    return std::lower_bound(room.messages.begin(), end, seq,
                            [](const Message& m, Seq wanted) { return m.seq < wanted; });
}

} // namespace

void ModelWriter::set_self(UserId self) {
    if (model_.self_ != UserId{} && model_.self_ != self) {
        model_.rooms_.clear();
        model_.people_.clear();
        model_.presence_cards_.clear();
    }
    model_.self_ = self;
    touch();
}

void ModelWriter::clear_blocked() {
    model_.blocked_.clear();
    touch();
}

void ModelWriter::block(UserId user) {
    model_.blocked_.push_back(user);
    touch();
}

Room* ModelWriter::room(RoomId id) {
    const auto at = std::find_if(model_.rooms_.begin(), model_.rooms_.end(),
                                 [&](const Room& r) { return r.id == id; });
    return at != model_.rooms_.end() ? &*at : nullptr;
}

Room& ModelWriter::add_room(RoomId id) {
    Room& added = model_.rooms_.emplace_back(memory_);
    added.id = id;
    order_may_differ_ = true;
    touch();
    return added;
}

void ModelWriter::describe(Room& room, const wire::RoomState& state) {
    room.kind = state.kind();
    room.name.assign(view(state.name()));
    room.title.assign(view(state.title()));
    if (state.other() != nullptr) {
        room.other = UserId{state.other()->id()};
        name(*state.other());
        retitle(room.other);
    }
    room.role = state.role();
    room.since_seq = std::max<Seq>(state.since_seq(), 1);
    room.server_last_seq = std::max(room.server_last_seq, state.last_seq());
    room.read_seq = std::max(room.read_seq, state.read_seq());
    room.server_unread = state.unread();
    room.server_unread_seq = state.last_seq();
    room.members_total = state.members_total();
    room.text_code_points_max = state.text_code_points_max();
    room.pace_burst = state.pace_burst();
    room.pace_period_ms = std::max<uint32_t>(state.pace_period_ms(), 1);
    room.slow = state.slow();
    order_may_differ_ = true;
    touch();
}

void ModelWriter::put_rooms_in_order() {
    if (order_may_differ_) {
        order_may_differ_ = false;
        std::sort(model_.rooms_.begin(), model_.rooms_.end(), stands_before);
    }
}

void ModelWriter::remove_room(RoomId id) {
    std::erase_if(model_.rooms_, [&](const Room& r) { return r.id == id; });
    forget_cards_of_strangers();
    touch();
}

void ModelWriter::changed(Room& room, Message& message) {
    ++message.revision;
    ++room.revision;
    touch();
}

Message& ModelWriter::add_pending(Room& room, Nonce nonce, uint32_t request, TimeMs at_ms,
                                  String text, std::pmr::vector<TextSpan> spans, Seq reply_to) {
    Message& message = room.messages.emplace_back(memory_);
    ++room.unsent;
    message.key = ++keys_;
    message.nonce = nonce;
    message.request = request;
    message.author = model_.self_;
    message.at_ms = at_ms;
    message.text = std::move(text);
    message.spans = std::move(spans);
    message.reply_to = reply_to;
    changed(room, message);
    return message;
}

Message* ModelWriter::unsent(Room& room, Nonce nonce) {
    for (size_t i = room.stored(); i < room.messages.size(); ++i) {
        if (room.messages[i].nonce == nonce) {
            return &room.messages[i];
        }
    }
    return nullptr;
}

Message* ModelWriter::stored(Room& room, Seq seq) {
    const auto at = place(room, seq);
    const auto end = room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored());
    return at != end && at->seq == seq ? &*at : nullptr;
}

Message& ModelWriter::insert_stored(Room& room, Message message) {
    came(room, message.seq);
    const auto at = room.messages.insert(place(room, message.seq), std::move(message));
    changed(room, *at);
    return *at;
}

Message* ModelWriter::confirm(Room& room, Nonce nonce, Seq seq, TimeMs at_ms) {
    for (size_t i = room.stored(); i < room.messages.size(); ++i) {
        if (room.messages[i].nonce != nonce) {
            continue;
        }
        Message message = std::move(room.messages[i]);
        room.messages.erase(room.messages.begin() + static_cast<std::ptrdiff_t>(i));
        --room.unsent;
        if (seq < room.first_seq) {
            // Stored long ago (its answer was lost), in a part of the log that is not here.
            ++room.revision;
            touch();
            return nullptr;
        }
        if (Message* const there = stored(room, seq); there != nullptr) {
            // The same place is taken: it came by another way already.
            changed(room, *there);
            return there;
        }
        message.seq = seq;
        message.changed_seq = seq;
        message.at_ms = at_ms;
        message.state = MessageState::Stored;
        message.error = Error::Ok;
        message.retry_after_ms = 0;
        return &insert_stored(room, std::move(message));
    }
    return nullptr;
}

void ModelWriter::fail(Room& room, Message& message, Error error, uint32_t retry_after_ms) {
    message.state = MessageState::Failed;
    message.error = error;
    message.retry_after_ms = retry_after_ms;
    changed(room, message);
}

void ModelWriter::unfail(Room& room, Message& message) {
    message.state = MessageState::Pending;
    message.error = Error::Ok;
    message.retry_after_ms = 0;
    changed(room, message);
}

void ModelWriter::bound_failed(Room& room) {
    const auto begin = room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored());
    const auto is_failed = [](const Message& m) { return m.state == MessageState::Failed; };
    const auto failed = std::count_if(begin, room.messages.end(), is_failed);
    if (failed > static_cast<std::ptrdiff_t>(limits::outbox_messages_max)) {
        room.messages.erase(std::find_if(begin, room.messages.end(), is_failed));
        --room.unsent;
        ++room.revision;
    }
}

void ModelWriter::discard(Room& room, Nonce nonce) {
    for (size_t i = room.stored(); i < room.messages.size(); ++i) {
        if (room.messages[i].nonce == nonce) {
            room.messages.erase(room.messages.begin() + static_cast<std::ptrdiff_t>(i));
            --room.unsent;
            ++room.revision;
            touch();
            return;
        }
    }
}

Added ModelWriter::add(Room& room, const Arrived& arrived, std::pmr::vector<TextSpan> spans) {
    Added how = Added::Known;
    Message* message = stored(room, arrived.seq);
    if (message == nullptr && arrived.nonce != 0 && arrived.author == model_.self_) {
        message = confirm(room, arrived.nonce, arrived.seq, arrived.at_ms);
        how = Added::Merged;
    }
    if (message == nullptr) {
        how = Added::New;
        Message fresh{Allocator(memory_)};
        fresh.key = ++keys_;
        fresh.seq = arrived.seq;
        fresh.state = MessageState::Stored;
        fresh.late = arrived.late;
        message = &insert_stored(room, std::move(fresh));
    } else if (message->changed_seq > arrived.changed_seq ||
               message->state == MessageState::Deleted) {
        return how; // what is here is newer
    }
    const bool same = how != Added::New && message->text == arrived.text &&
                      message->spans == spans && message->changed_seq == arrived.changed_seq;
    message->changed_seq = arrived.changed_seq;
    message->nonce = arrived.nonce;
    message->author = arrived.author;
    message->at_ms = arrived.at_ms;
    message->kind = arrived.kind;
    message->reply_to = arrived.reply_to;
    message->edited = arrived.changed_seq > arrived.seq;
    if (!same) {
        message->text.assign(arrived.text);
        message->spans = std::move(spans);
        changed(room, *message);
    }
    return how;
}

void ModelWriter::edit(Room& room, Seq target, Seq changed_seq, std::string_view text,
                       std::pmr::vector<TextSpan> spans) {
    Message* const message = stored(room, target);
    if (message == nullptr || message->changed_seq >= changed_seq ||
        message->state == MessageState::Deleted) {
        return;
    }
    message->text.assign(text);
    message->spans = std::move(spans);
    message->changed_seq = changed_seq;
    message->edited = true;
    changed(room, *message);
}

void ModelWriter::erase(Room& room, Seq target, Seq changed_seq) {
    Message* const message = stored(room, target);
    if (message == nullptr || message->state == MessageState::Deleted) {
        return;
    }
    message->state = MessageState::Deleted;
    message->changed_seq = changed_seq;
    message->text.clear();
    message->spans.clear();
    changed(room, *message);
}

void ModelWriter::clear_stored(Room& room) {
    room.messages.erase(room.messages.begin(),
                        room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored()));
    room.left_out.clear();
    ++room.revision;
    touch();
}

void ModelWriter::trim(Room& room) {
    bool dropped = false;
    while (room.stored() > limits::model_messages_per_room_max) {
        room.messages.pop_front();
        dropped = true;
    }
    if (dropped) {
        room.first_seq = std::max(room.first_seq, room.messages.front().seq);
        forget_left_out(room);
        room.history_complete = false;
        ++room.revision;
        touch();
    }
}

} // namespace parley::client
