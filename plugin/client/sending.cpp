// sending.cpp: what goes out by itself once the session is there: the outbox, what has to be asked
// again, read marks, names, the time. The connection may take none now; the next update goes on.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/base/check.hpp"
#include "schemas/wire/room_lane.hpp"

namespace parley::client {

bool Client::Inside::send_bytes(Lane lane, Bytes bytes) {
    if (!connection->send(lane, bytes)) {
        return false;
    }
    ++stats.frames_sent;
    stats.bytes_sent += bytes.size();
    return true;
}

uint32_t Client::Inside::new_request() {
    ++requests;
    if (requests == 0) {
        ++requests; // 0 is none
    }
    return requests;
}

std::optional<Asked> Client::Inside::take_asked(uint32_t request) {
    const auto at = std::find_if(asked.begin(), asked.end(),
                                 [&](const Asked& a) { return a.request == request; });
    if (request == 0 || at == asked.end()) {
        return std::nullopt;
    }
    const Asked taken = *at;
    asked.erase(at);
    return taken;
}

void Client::Inside::send_what_waits() {
    drop_unconfirmed_rooms();
    send_ticket();
    send_outbox();
    sync.expire(now_ms);
    send_resumes();
    send_pages();
    send_marks();
    send_name_queries();
    send_presence();
    send_time_query();
}

void Client::Inside::send_outbox() {
    if (outbox.size() == 0) {
        return;
    }
    const auto room_is_there = [&](const Outgoing& outgoing) {
        const RoomSync* const known = sync.find(outgoing.room);
        return known != nullptr && known->confirmed;
    };
    while (Outgoing* const outgoing = outbox.next(now_ms, room_is_there)) {
        if (!send_message(*outgoing)) {
            return; // the connection's queue is full; the next update goes on here
        }
        outgoing->sent = true;
    }
}

bool Client::Inside::send_message(const Outgoing& outgoing) {
    Room* const room = writer.room(outgoing.room);
    PARLEY_ASSERT(room != nullptr);
    const Message* const message = writer.unsent(*room, outgoing.nonce);
    PARLEY_ASSERT(message != nullptr);
    auto& fbb = builder.fbb();
    std::pmr::vector<wire::Span> spans(memory);
    spans.reserve(message->spans.size());
    for (const TextSpan& span : message->spans) {
        spans.emplace_back(span.target, span.start, span.length, uint16_t{0}, span.kind,
                           uint8_t{0});
    }
    const auto body =
        wire::CreateSend(fbb, raw(outgoing.room), outgoing.nonce, message->reply_to,
                         fbb.CreateString(message->text.data(), message->text.size()),
                         spans.empty() ? 0 : fbb.CreateVectorOfStructs(spans.data(), spans.size()));
    if (!send(lane_of(room->kind), outgoing.request, wire::Command::Send, body)) {
        return false;
    }
    room->pace_tokens = std::max(tokens(*room) - 1, 0.0);
    room->pace_at_steady_ms = now_ms;
    return true;
}

void Client::Inside::send_resumes() {
    std::pmr::vector<wire::ResumePoint> points(memory);
    for (const RoomSync& known : sync.rooms()) {
        if (known.resume_request != 0) {
            return; // a shard answers one at a time
        }
        if (!known.confirmed || known.resume_not_before_steady_ms > now_ms) {
            continue;
        }
        const Room* const room = writer.room(known.room);
        if (room != nullptr && (room->server_last_seq > room->last_seq || known.resume_anyway)) {
            points.emplace_back(raw(room->id), room->incarnation, room->last_seq);
        }
    }
    if (points.empty()) {
        return;
    }
    std::sort(
        points.begin(), points.end(),
        [](const wire::ResumePoint& a, const wire::ResumePoint& b) { return a.room() < b.room(); });
    auto& fbb = builder.fbb();
    const uint32_t request = new_request();
    const auto body =
        wire::CreateResume(fbb, fbb.CreateVectorOfStructs(points.data(), points.size()));
    if (!send(Lane::Control, request, wire::Command::Resume, body)) {
        return;
    }
    for (const wire::ResumePoint& point : points) {
        RoomSync& known = sync.of(RoomId{point.room()});
        known.resume_request = request;
        known.resume_anyway = false;
    }
}

void Client::Inside::send_pages() {
    size_t in_flight = 0;
    for (const RoomSync& known : sync.rooms()) {
        in_flight += known.page_request != 0 ? 1 : 0;
    }
    for (RoomSync& known : sync.rooms()) {
        if (!known.page_wanted || !known.confirmed || known.page_not_before_steady_ms > now_ms) {
            continue;
        }
        if (in_flight >= limits::page_fetches_in_flight_max) {
            return;
        }
        const Room* const room = writer.room(known.room);
        if (room == nullptr) {
            continue;
        }
        auto& fbb = builder.fbb();
        const uint32_t request = new_request();
        const auto body = wire::CreateFetch(fbb, raw(room->id), room->first_seq, 0,
                                            static_cast<uint16_t>(limits::page_entries_max));
        if (!send(Lane::Control, request, wire::Command::Fetch, body)) {
            return;
        }
        known.page_wanted = false;
        known.page_request = request;
        ++in_flight;
    }
}

void Client::Inside::send_marks() {
    for (RoomSync& known : sync.rooms()) {
        if (!known.mark_waits || !known.confirmed || known.mark_not_before_steady_ms > now_ms) {
            continue;
        }
        const Room* const room = writer.room(known.room);
        if (room == nullptr || !may_ask()) {
            continue;
        }
        const uint32_t request = new_request();
        auto& fbb = builder.fbb();
        const auto body = wire::CreateMark(fbb, raw(room->id), room->read_seq);
        if (!send(Lane::Control, request, wire::Command::Mark, body)) {
            return;
        }
        ask(request, Asked::What::Quiet, room->id);
        known.mark_waits = false;
        known.mark_not_before_steady_ms = now_ms + limits::mark_period_ms;
    }
}

void Client::Inside::send_name_queries() {
    while (!nameless.empty() && names_not_before_steady_ms <= now_ms && may_ask()) {
        const size_t count = std::min(nameless.size(), limits::users_query_max);
        std::pmr::vector<uint64_t> ids(memory);
        ids.reserve(count);
        for (size_t i = 0; i < count; ++i) {
            ids.push_back(raw(nameless[i]));
        }
        const uint32_t request = new_request();
        auto& fbb = builder.fbb();
        const auto body = wire::CreateFetchUsers(fbb, fbb.CreateVector(ids.data(), ids.size()));
        if (!send(Lane::Control, request, wire::Command::FetchUsers, body)) {
            return;
        }
        ask(request, Asked::What::Users);
        nameless.erase(nameless.begin(), nameless.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

void Client::Inside::send_time_query() {
    if (now_ms < time_query_at_ms) {
        return;
    }
    auto& fbb = builder.fbb();
    const auto body = wire::CreateTimeQuery(fbb, now_ms);
    if (!send(Lane::Control, new_request(), wire::Command::TimeQuery, body)) {
        return;
    }
    ++time_queries;
    time_query_sent_ms = now_ms;
    time_query_at_ms =
        now_ms + (time_queries < limits::server_clock_samples ? limits::time_query_first_ms
                                                              : limits::time_query_ms);
}

} // namespace parley::client
