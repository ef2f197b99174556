// receive.cpp: what the shard says, applied. Lanes are ordered in themselves only, so nothing here
// relies on one frame coming before another of a different lane.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/decode.hpp"

namespace parley::client {

void Client::Inside::frame(Lane lane, ByteVector bytes) {
    ++stats.frames_received;
    stats.bytes_received += bytes.size();
    const Result<const wire::ServerFrame*> decoded = wire::decode_server_frame(bytes, lane);
    if (decoded.error() == Error::Unsupported) {
        ++stats.unknown_frames;
        return;
    }
    if (!decoded) {
        ++stats.refused_frames;
        if (++malformed >= limits::malformed_frames_max) {
            lost(Error::Protocol, 0);
        }
        return;
    }
    dispatch(**decoded, bytes);
}

void Client::Inside::dispatch(const wire::ServerFrame& said, ByteVector& bytes) {
    switch (said.body_type()) {
    case wire::Event::Reply:
        on_reply(said.request(), *said.body_as_Reply());
        break;
    case wire::Event::Ready:
        on_ready(*said.body_as_Ready());
        break;
    case wire::Event::TicketWanted:
        push(event(EventType::TicketWanted));
        break;
    case wire::Event::Goodbye:
        on_goodbye(*said.body_as_Goodbye());
        break;
    case wire::Event::TimeReply:
        on_time(*said.body_as_TimeReply());
        break;
    case wire::Event::Users:
        on_users(said.request(), *said.body_as_Users());
        break;
    case wire::Event::RoomState:
        on_room_state(*said.body_as_RoomState());
        break;
    case wire::Event::RoomGone:
        on_room_gone(
            RoomId{said.body_as_RoomGone()->room()}, // the numbers are the same: checks.cpp
            static_cast<Error>(said.body_as_RoomGone()->reason()));
        break;
    case wire::Event::Roster:
        on_roster(*said.body_as_Roster());
        break;
    case wire::Event::Batch:
        on_batch(said.request(), *said.body_as_Batch(), bytes);
        break;
    case wire::Event::Gap:
        on_gap(*said.body_as_Gap());
        break;
    case wire::Event::Typing:
        on_typing(*said.body_as_Typing());
        break;
    case wire::Event::Presences:
        on_presences(*said.body_as_Presences());
        break;
    case wire::Event::Card: {
        const wire::Card& card = *said.body_as_Card();
        card_came(RoomId{card.room()}, UserId{card.user()}, card.type());
        if (options.card_types != nullptr && writer.set_card(card)) {
            card_event(RoomId{card.room()}, UserId{card.user()}, card.type());
        }
        break;
    }
    case wire::Event::CardDelta: {
        const wire::CardDelta& delta = *said.body_as_CardDelta();
        if (options.card_types == nullptr) {
            break;
        }
        const RoomId room{delta.room()};
        const UserId user{delta.user()};
        const uint64_t before = model.revision();
        if (!writer.change_card(delta)) {
            want_card(room, user, delta.type());
        } else if (model.revision() != before) {
            card_event(room, user, delta.type());
        }
        break;
    }
    case wire::Event::CardGone: {
        const wire::CardGone& gone = *said.body_as_CardGone();
        if (writer.remove_card(RoomId{gone.room()}, UserId{gone.user()}, gone.type())) {
            card_event(RoomId{gone.room()}, UserId{gone.user()}, gone.type());
        }
        break;
    }
    case wire::Event::NONE:
        break;
    }
}

// [session]

void Client::Inside::on_ready(const wire::Ready& said) {
    const UserId self{said.self() != nullptr ? said.self()->id() : 0};
    if (model.self() != UserId{} && model.self() != self) {
        for (const Outgoing& outgoing : outbox.all()) {
            if (outgoing.answer) {
                reply(outgoing.request, Error::Closed, outgoing.room);
            }
        }
        outbox.clear();
        sync.forget_all();
    }
    writer.set_self(self);
    if (said.self() != nullptr) {
        writer.name(*said.self());
    }
    offset.sample(now_ms, now_ms, said.server_ms(), false);
    time_queries = 0;
    time_query_at_ms = now_ms;
    read_only = said.read_only();
    dev = said.dev();
    presence.waits = presence.set;
    presence.not_before_steady_ms = 0;
    show_own_presence();
    if (!ready()) {
        writer.clear_presence_cards(); // those that there are will be said
        ready_at_ms = now_ms;
        room_named_at_ms = now_ms;
        unconfirmed_rooms = !model.rooms().empty();
        was_ready = true;
        ticket_accepted();
        set_state(State::Ready, Error::Ok);
    }
}

void Client::Inside::show_own_presence() {
    writer.own_presence = presence.set;
    if (presence.set && model.self() != UserId{}) {
        Person& self = writer.person(model.self());
        self.presence = presence.state;
        self.token = presence.token;
        self.params.clear();
        for (const String& param : presence.params) {
            self.params.emplace_back(param);
        }
        writer.touch();
    }
}

void Client::Inside::on_goodbye(const wire::Goodbye& said) {
    const Error reason = static_cast<Error>(said.reason());
    lost(reason == Error::Ok || reason == Error::Closed ? Error::Shutdown : reason,
         said.retry_in_ms());
}

void Client::Inside::on_time(const wire::TimeReply& said) {
    if (said.client_ms() == time_query_sent_ms) {
        offset.sample(time_query_sent_ms, now_ms, said.server_ms(), true);
        time_query_sent_ms = -1;
    }
}

void Client::Inside::ignore_answer(uint32_t request) {
    ignore(take_asked(request).has_value(), "what nobody asked for is news all the same");
}

void Client::Inside::on_users(uint32_t request, const wire::Users& said) {
    ignore_answer(request);
    if (said.users() != nullptr) {
        for (const wire::User* const user : *said.users()) {
            writer.name(*user);
        }
    }
}

void Client::Inside::on_reply(uint32_t request, const wire::Reply& said) {
    if (request == 0) {
        return;
    }
    const Error error = static_cast<Error>(said.error());
    if (const Outgoing* const outgoing = outbox.find_request(request); outgoing != nullptr) {
        on_send_reply(*outgoing, said);
        return;
    }
    for (RoomSync& known : sync.rooms()) {
        if (known.resume_request == request) {
            // Its batches come on another lane; ask again only when they do not.
            known.resume_request = 0;
            // Not all that was asked for was answered: of what is level nothing comes.
            known.resume_anyway = known.resume_anyway || error != Error::Ok;
            known.resume_not_before_steady_ms =
                now_ms + std::max<TimeMs>(said.retry_after_ms(), limits::resume_patience_ms);
        }
        if (known.page_request == request) {
            known.page_request = 0;
            if (error == Error::Busy || error == Error::StoreUnavailable || error == Error::Rate) {
                known.page_wanted = true;
                known.page_not_before_steady_ms =
                    now_ms + std::max<TimeMs>(said.retry_after_ms(), limits::resume_patience_ms);
            }
        }
    }
    const std::optional<Asked> answered = take_asked(request);
    if (!answered) {
        return;
    }
    switch (answered->what) {
    case Asked::What::Command:
    case Asked::What::History: {
        const RoomId room = said.room() != 0 ? RoomId{said.room()} : answered->room;
        reply(request, error, room, said.seq(), said.retry_after_ms());
        break;
    }
    case Asked::What::Reauth:
        ticket_answered(error, said.retry_after_ms());
        break;
    case Asked::What::Users:
        if (error == Error::Busy || error == Error::StoreUnavailable) {
            ask_names_again(said.retry_after_ms());
        }
        break;
    case Asked::What::Quiet:
    case Asked::What::CardFetch:
        break;
    }
}

// Whoever has no name yet, later.
void Client::Inside::ask_names_again(uint32_t retry_after_ms) {
    nameless.clear();
    for (const Person& person : writer.people()) {
        if (person.asked && person.name.empty()) {
            nameless.push_back(person.id);
        }
    }
    names_not_before_steady_ms =
        now_ms + std::max<TimeMs>(retry_after_ms, limits::resume_patience_ms);
}

void Client::Inside::on_send_reply(const Outgoing& answered, const wire::Reply& said) {
    const Outgoing outgoing = answered; // it leaves the outbox below
    const Error error = static_cast<Error>(said.error());
    if (error == Error::StoreUnavailable || error == Error::Busy) {
        Outgoing* const again = outbox.find_request(outgoing.request);
        again->sent = false;
        again->not_before_steady_ms =
            now_ms + std::max<TimeMs>(said.retry_after_ms(), limits::retry_shortest_ms);
        return;
    }
    outbox.remove(outgoing.room, outgoing.nonce);
    Room* const room = writer.room(outgoing.room);
    if (room != nullptr && error == Error::Ok) {
        writer.confirm(*room, outgoing.nonce, said.seq(), said.at_ms());
        writer.trim(*room);
    } else if (room != nullptr) {
        if (Message* const message = writer.unsent(*room, outgoing.nonce); message != nullptr) {
            writer.fail(*room, *message, error, said.retry_after_ms());
            writer.bound_failed(*room);
        }
        if (error == Error::Rate) {
            // The shard's bucket is the true one: ours now runs dry at the same time.
            room->pace_tokens = 1.0 - static_cast<double>(said.retry_after_ms()) *
                                          static_cast<double>(room->pace_burst) /
                                          static_cast<double>(room->pace_period_ms);
            room->pace_at_steady_ms = now_ms;
        }
    }
    if (error == Error::ReadOnly && !read_only) {
        read_only = true;
        Event wanted = event(EventType::TicketWanted);
        wanted.result = error;
        push(std::move(wanted));
    }
    if (outgoing.answer) {
        reply(outgoing.request, error, outgoing.room, said.seq(), said.retry_after_ms());
    }
}

// [rooms]

void Client::Inside::start_afresh(Room& room, uint64_t incarnation, Seq last_seq) {
    writer.clear_stored(room);
    room.incarnation = incarnation;
    room.last_seq = last_seq;
    room.first_seq = last_seq + 1;
    room.history_complete = room.first_seq <= room.since_seq;
}

void Client::Inside::on_room_state(const wire::RoomState& said) {
    const RoomId id{said.room()};
    Room* room = writer.room(id);
    const bool is_new = room == nullptr;
    room_named_at_ms = now_ms; // they come in portions: more may follow
    if (is_new) {
        if (model.rooms().size() >= limits::rooms_per_user_max) {
            ++stats.refused_frames;
            return;
        }
        room = &writer.add_room(id);
    }
    RoomSync& known = sync.of(id);
    // Within a session a live batch may have overtaken this; between two, a log that became shorter
    // is another log.
    const bool shorter = !known.confirmed && said.last_seq() < room->last_seq;
    if (is_new || room->incarnation != said.incarnation() || shorter) {
        const bool had_log = !is_new && room->last_seq > 0;
        room->server_last_seq = 0;
        writer.describe(*room, said);
        start_afresh(*room, said.incarnation(), said.last_seq());
        if (is_new) {
            room->pace_tokens = room->pace_burst;
            room->pace_at_steady_ms = now_ms;
        }
        known.page_wanted = !room->history_complete;
        if (had_log) {
            Event gap = event(EventType::Gap);
            gap.room = id;
            gap.seq = said.last_seq();
            push(std::move(gap));
        }
    } else {
        writer.describe(*room, said);
    }
    if (known.confirmed) {
        // Told once more: we had fallen behind, and answers to what we asked may have been left
        // out.
        outbox.unsend(id);
        known.page_wanted = known.page_wanted || known.page_request != 0;
        known.page_request = 0;
    }
    // The cards that there are follow; perhaps with versions that start anew.
    while (!room->cards.empty()) {
        const uint16_t type = room->cards.back().type;
        writer.remove_card(id, UserId{}, type);
        card_event(id, UserId{}, type);
    }
    known.confirmed = true;
    known.resume_request = 0;
    known.resume_not_before_steady_ms = 0;
    known.resume_anyway = sync.lost_early();
    if (room->other != UserId{}) {
        met(room->other);
    }
    Event changed = event(EventType::Room);
    changed.room = id;
    push(std::move(changed));
    drain(id);
}

void Client::Inside::on_room_gone(RoomId id, Error reason) {
    if (writer.room(id) == nullptr) {
        sync.forget(id);
        return;
    }
    while (const Outgoing* const outgoing = outbox.first_of(id)) {
        if (outgoing->answer) {
            reply(outgoing->request, Error::NotMember, id);
        }
        outbox.remove(id, outgoing->nonce);
    }
    sync.forget(id);
    writer.remove_room(id);
    Event gone = event(EventType::RoomGone);
    gone.room = id;
    gone.result = reason;
    push(std::move(gone));
}

void Client::Inside::on_roster(const wire::Roster& said) {
    Room* const room = writer.room(RoomId{said.room()});
    if (room == nullptr) {
        return;
    }
    writer.roster(*room, said);
    Event changed = event(EventType::Members);
    changed.room = room->id;
    push(std::move(changed));
}

// [log]

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
        break;
    case Fit::Next: {
        const Seq before = room->last_seq;
        room->last_seq = batch.to_seq();
        apply(*room, batch, room->first_seq, before);
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
        if (room == nullptr) {
            return;
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
    const bool empty = batch.to_seq() < batch.from_seq() || batch.to_seq() == 0;
    const bool touches = empty || batch.to_seq() + 1 >= room.first_seq;
    const bool fits = room.stored() < limits::model_messages_per_room_max;
    if (touches && fits) {
        if (!empty) {
            room.first_seq = std::min(room.first_seq, batch.from_seq());
        }
        apply(room, batch, 0, std::nullopt);
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

void Client::Inside::apply(Room& room, const wire::Batch& batch, Seq floor,
                           std::optional<Seq> tell_above) {
    using Kind = wire::BatchItem::Kind;
    for (wire::BatchReader reader(batch); reader.next();) {
        const wire::BatchItem& item = reader.item();
        if (item.seq < floor) {
            continue;
        }
        switch (item.kind) {
        case Kind::Message:
            apply_message(room, item, item.author, MessageKind::Text, tell_above);
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
    const Arrived arrived{item.seq, item.changed_seq, author,       item.nonce, item.at_ms,
                          kind,     item.text,        item.reply_to};
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
    if (how == Added::New && tell_above && arrived.seq > *tell_above) {
        Event told = event(EventType::Message);
        told.room = room.id;
        told.seq = arrived.seq;
        told.user = arrived.author;
        told.kind = arrived.kind;
        told.text.assign(arrived.text);
        push(std::move(told));
    }
}

// [people]

void Client::Inside::met(UserId user) {
    if (user == UserId{}) {
        return;
    }
    Person& person = writer.person(user);
    if (person.name.empty() && !person.asked) {
        person.asked = true;
        nameless.push_back(user);
    }
}

void Client::Inside::on_typing(const wire::Typing& said) {
    Room* const room = writer.room(RoomId{said.room()});
    const UserId user{said.user()};
    Member* const member = room == nullptr ? nullptr : writer.member(*room, user);
    if (member == nullptr || user == model.self()) {
        return;
    }
    const bool started = member->typing_until_steady_ms == 0;
    member->typing_until_steady_ms = now_ms + limits::typing_expiry_ms;
    if (typing_expires_at_ms == 0) {
        typing_expires_at_ms = member->typing_until_steady_ms;
    }
    if (started) {
        writer.touch_members(*room);
        Event changed = event(EventType::Members);
        changed.room = room->id;
        push(std::move(changed));
    }
}

void Client::Inside::on_presences(const wire::Presences& said) {
    if (said.presences() == nullptr) {
        return;
    }
    for (const wire::Presence* const presence_said : *said.presences()) {
        writer.presence(*presence_said);
    }
    for (Room& room : writer.rooms()) {
        const bool concerned =
            std::any_of(said.presences()->begin(), said.presences()->end(),
                        [&](const wire::Presence* p) { return room.member(UserId{p->user()}); });
        if (concerned) {
            writer.touch_members(room);
            Event changed = event(EventType::Members);
            changed.room = room.id;
            push(std::move(changed));
        }
    }
}

// [cards]

void Client::Inside::want_card(RoomId room, UserId user, uint16_t type) {
    const bool on_its_way = std::any_of(asked.begin(), asked.end(), [&](const Asked& a) {
        return a.what == Asked::What::CardFetch && a.room == room && a.user == user &&
               a.card_type == type;
    });
    if (on_its_way || !ready() || !may_ask()) {
        return;
    }
    auto& fbb = builder.fbb();
    const uint32_t request = new_request();
    const auto body = wire::CreateFetchCard(fbb, raw(room), raw(user), type);
    if (send(Lane::Control, request, wire::Command::FetchCard, body)) {
        ask(request, Asked::What::CardFetch, room, user, type);
    }
}

// The whole card is here: nothing is fetched any more.
void Client::Inside::card_came(RoomId room, UserId user, uint16_t type) {
    std::erase_if(asked, [&](const Asked& a) {
        return a.what == Asked::What::CardFetch && a.room == room && a.user == user &&
               a.card_type == type;
    });
}

void Client::Inside::card_event(RoomId room, UserId user, uint16_t type) {
    Event changed = event(EventType::Card);
    changed.room = room;
    changed.user = user;
    changed.card_type = type;
    push(std::move(changed));
}

} // namespace parley::client
