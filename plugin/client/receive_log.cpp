// receive_log.cpp: batches and pages of a room's log, put where they belong; gaps.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/wire/batch_reader.hpp"

namespace parley::client {

void Client::Inside::start_afresh(Room& room, uint64_t incarnation, Seq last_seq) {
    writer.clear_stored(room);
    room.incarnation = incarnation;
    room.last_seq = last_seq;
    room.first_seq = last_seq + 1;
    room.history_complete = room.first_seq <= room.since_seq;
}

void Client::Inside::on_batch(uint32_t request, const wire::Batch& batch, ByteVector& bytes) {
    const RoomId id{batch.room()};
    Room* const room = writer.room(id);
    RoomSync* const known = sync.find(id);
    const bool unknown = room == nullptr || known == nullptr || !known->confirmed;
    if (unknown || batch.incarnation() != room->incarnation) {
        if (request == 0 && unknown && batch.to_seq() >= batch.from_seq()) {
            sync.hold(id, batch.from_seq(), batch.to_seq(), std::move(bytes), now_ms);
        }
        if (known != nullptr && request != 0 && known->page_request == request) {
            known->page_request = 0;
            known->page_wanted = true;
        }
        // A page of a room that was left while it was on its way, or of a log that is no more: who
        // asked for it is answered all the same.
        if (request != 0 && take_asked(request)) {
            reply(request, room == nullptr ? Error::NotMember : Error::NotFound, id);
        }
        return;
    }
    if (batch.authors() != nullptr) {
        for (const wire::User* const author : *batch.authors()) {
            writer.name(*author);
        }
    }
    if (request != 0) {
        on_page(*room, request, batch);
        return;
    }
    if (batch.to_seq() < batch.from_seq()) {
        return; // covers nothing
    }
    room->server_last_seq = std::max(room->server_last_seq, batch.to_seq());
    switch (fit(room->last_seq, batch.from_seq(), batch.to_seq())) {
    case Fit::Old:
        apply(*room, batch, room->first_seq, room->last_seq);
        writer.trim(*room); // a shard may say of anything that it is old
        break;
    case Fit::Next: {
        const Seq before = room->last_seq;
        room->last_seq = batch.to_seq();
        const size_t listed = apply(*room, batch, room->first_seq, before);
        writer.leave_out(*room, std::max(batch.from_seq(), room->first_seq), batch.to_seq(),
                         batch.left_out(), listed);
        writer.trim(*room);
        drain(id);
        break;
    }
    case Fit::Ahead:
        sync.hold(id, batch.from_seq(), batch.to_seq(), std::move(bytes), now_ms);
        break;
    }
}

void Client::Inside::drain(RoomId id) {
    for (;;) {
        const Room* const room = writer.room(id);
        const RoomSync* const known = sync.find(id);
        if (room == nullptr || known == nullptr || !known->confirmed) {
            return; // on_batch would hold again what is taken here
        }
        std::optional<ByteVector> held = sync.take(id, room->last_seq);
        if (!held) {
            return;
        }
        // It was verified when it came. One that fits drains further by itself.
        on_batch(0, *flatbuffers::GetRoot<wire::ServerFrame>(held->data())->body_as_Batch(), *held);
    }
}

// A page goes in front of what is here. One that does not touch it (a gap came between) is of no
// use.
void Client::Inside::on_page(Room& room, uint32_t request, const wire::Batch& batch) {
    RoomSync& known = sync.of(room.id);
    if (known.page_request == request) {
        known.page_request = 0;
    }
    // One that covers nothing says where nothing was to be had before.
    const bool empty = batch.to_seq() < batch.from_seq() || batch.to_seq() == 0;
    const bool touches = batch.to_seq() + 1 >= room.first_seq;
    const bool fits = room.stored() < limits::model_messages_per_room_max;
    if (touches && fits) {
        if (!empty) {
            room.first_seq = std::min(room.first_seq, batch.from_seq());
        }
        apply(room, batch, 0, std::nullopt);
        if (!empty) {
            writer.covered(room, batch.from_seq(), batch.to_seq());
        }
        if (!batch.more() || room.first_seq <= room.since_seq) {
            room.history_complete = true;
        }
        writer.touch();
    }
    if (const std::optional<Asked> answered = take_asked(request); answered) {
        reply(request, Error::Ok, room.id);
    }
    Event history = event(EventType::History);
    history.room = room.id;
    history.request = request;
    push(std::move(history));
}

void Client::Inside::on_gap(const wire::Gap& said) {
    const RoomId id{said.room()};
    Room* const room = writer.room(id);
    if (room == nullptr ||
        (room->incarnation == said.incarnation() && said.to_seq() <= room->last_seq)) {
        return;
    }
    if (room->incarnation != said.incarnation()) {
        room->server_last_seq = 0;
    }
    start_afresh(*room, said.incarnation(), said.to_seq());
    room->server_last_seq = std::max(room->server_last_seq, said.to_seq());
    Event gap = event(EventType::Gap);
    gap.room = id;
    gap.seq = said.to_seq();
    push(std::move(gap));
    drain(id);
}

size_t Client::Inside::apply(Room& room, const wire::Batch& batch, Seq floor,
                             std::optional<Seq> tell_above) {
    using Kind = wire::BatchItem::Kind;
    size_t messages = 0;
    for (wire::BatchReader reader(batch); reader.next();) {
        const wire::BatchItem& item = reader.item();
        if (item.seq < floor) {
            continue;
        }
        switch (item.kind) {
        case Kind::Message:
            apply_message(room, item, item.author, MessageKind::Text, tell_above);
            ++messages;
            break;
        case Kind::Membership: {
            const wire::Membership& said = *item.entry->body_as_Membership();
            if (said.user() != nullptr && said.change() != wire::MembershipChange::None) {
                writer.name(*said.user());
                static_assert(static_cast<int>(MessageKind::Joined) ==
                              static_cast<int>(wire::MembershipChange::Joined));
                static_assert(static_cast<int>(MessageKind::Promoted) ==
                              static_cast<int>(wire::MembershipChange::Promoted));
                apply_message(room, item, UserId{said.user()->id()},
                              static_cast<MessageKind>(said.change()), tell_above);
            }
            break;
        }
        case Kind::Edit:
            writer.edit(room, item.target, item.seq, item.text, spans_of(item.spans));
            break;
        case Kind::Delete:
            writer.erase(room, item.target, item.seq);
            break;
        case Kind::Reactions: // take their seq; this version does not show them
        case Kind::Pin:
        case Kind::Unknown:
            break;
        }
    }
    return messages;
}

std::pmr::vector<TextSpan> Client::Inside::spans_of(std::span<const wire::Span> said) const {
    std::pmr::vector<TextSpan> spans(memory);
    spans.reserve(said.size());
    for (const wire::Span& span : said) {
        spans.push_back({span.start(), span.length(), span.kind(), span.target()});
    }
    return spans;
}

void Client::Inside::apply_message(Room& room, const wire::BatchItem& item, UserId author,
                                   MessageKind kind, std::optional<Seq> tell_above) {
    // In a busy room what concerns us comes behind the batch that left it out.
    const bool late = tell_above && room.is_left_out(item.seq);
    const Arrived arrived{item.seq, item.changed_seq, author,        item.nonce, item.at_ms,
                          kind,     item.text,        item.reply_to, late};
    const bool is_news = tell_above && (late || arrived.seq > *tell_above);
    const Added how = writer.add(room, arrived, spans_of(item.spans));
    met(author);
    if (how == Added::Merged) {
        // Stored by an earlier attempt; the reply to this one says nothing new.
        if (const Outgoing* const outgoing = outbox.find(room.id, arrived.nonce);
            outgoing != nullptr) {
            if (outgoing->answer) {
                reply(outgoing->request, Error::Ok, room.id, arrived.seq);
            }
            outbox.remove(room.id, arrived.nonce);
        }
    }
    Member* const writer_of_it = writer.member(room, author);
    if (writer_of_it != nullptr && writer_of_it->typing_until_steady_ms != 0 && tell_above) {
        writer_of_it->typing_until_steady_ms = 0; // he was typing this
        writer.touch_members(room);
    }
    if (how == Added::New && is_news) {
        Event told = event(EventType::Message);
        told.room = room.id;
        told.seq = arrived.seq;
        told.user = arrived.author;
        told.kind = arrived.kind;
        told.text.assign(arrived.text);
        push(std::move(told));
    }
}

} // namespace parley::client
