// receive.cpp: what the shard says: frames are taken apart, replies find who asked. Lanes are
// ordered in themselves only, so nothing here or in the files beside it relies on one frame coming
// before another of a different lane.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/wire/decode.hpp"

namespace parley::client {

void Client::Inside::frame(Lane lane, ByteVector bytes) {
    ++stats.frames_received;
    stats.bytes_received += bytes.size();
    const Result<void> unpacked = unpacker.unpack(bytes, lane);
    const Result<const wire::ServerFrame*> decoded =
        unpacked ? wire::decode_server_frame(bytes, lane) : unpacked.error();
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
    case wire::Event::RoomPace:
        on_room_pace(*said.body_as_RoomPace());
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
    case wire::Event::Card:
        on_card(*said.body_as_Card());
        break;
    case wire::Event::CardDelta:
        on_card_delta(*said.body_as_CardDelta());
        break;
    case wire::Event::CardGone:
        on_card_gone(*said.body_as_CardGone());
        break;
    case wire::Event::Blocks:
        on_blocks(*said.body_as_Blocks());
        break;
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
    writer.clear_blocked(); // those that there are will be said
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
        unreachable_told = false;
        ticket_accepted();
        set_state(State::Ready, Error::Ok);
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

void Client::Inside::on_blocks(const wire::Blocks& said) {
    writer.clear_blocked();
    if (said.users() != nullptr) {
        for (const uint64_t user : *said.users()) {
            writer.block(UserId{user});
        }
    }
    push(event(EventType::Blocks));
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
            // What it brought came before it; for what is still missing he asks again, later.
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
        if (const CardType* const type = options.card_types == nullptr
                                             ? nullptr
                                             : options.card_types->find(answered->card_type);
            type != nullptr && error == Error::BadCard) {
            // What this side's file says of it was checked before it was sent.
            card_refused(type->name, "", "the shard's cards_folder has another type file, or none");
        }
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
    for (const auto& [id, person] : writer.people()) {
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

} // namespace parley::client
