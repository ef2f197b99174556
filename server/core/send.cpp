// send.cpp: a message from the command to its place in the log. Nothing is told to anybody before
// the store has it.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

constexpr unsigned nonce_random_bits = 22;

// A nonce tells when it was made: one that is older than the store remembers could be a repetition
// that nobody recognises.
// Whoever has not heard yet that server time has leapt counts by what it was.
bool nonce_in_time(Nonce nonce, TimeMs now_ms, TimeMs leapt_ms) {
    const auto made_ms = static_cast<TimeMs>(nonce >> nonce_random_bits);
    return nonce != 0 && made_ms >= now_ms - leapt_ms - limits::nonce_age_ms_max &&
           made_ms <= now_ms + limits::nonce_ahead_ms_max;
}

// The spans of a text that the sanitiser may have shortened; those of which nothing is left go.
std::vector<wire::Span> moved_spans(std::span<const wire::Span> spans,
                                    const std::vector<text::TextRange>& ranges) {
    std::vector<wire::Span> moved;
    moved.reserve(spans.size());
    for (size_t i = 0; i < spans.size(); ++i) {
        if (ranges[i].length > 0) {
            moved.emplace_back(spans[i].target(), static_cast<uint16_t>(ranges[i].start),
                               static_cast<uint16_t>(ranges[i].length), uint16_t{0},
                               spans[i].kind(), uint8_t{0});
        }
    }
    return moved;
}

} // namespace

void Core::State::on_send(Command& command) {
    const auto& send = command.body<wire::Send>();
    const auto refuse_here = [&](Error error, uint32_t retry_after_ms = 0) {
        reply(command.from,
              {.error = error, .room = RoomId{send.room()}, .retry_after_ms = retry_after_ms});
    };
    if (read_only(command.session)) {
        return refuse_here(Error::ReadOnly);
    }
    Room* room = room_of(command, send.room());
    if (room == nullptr) {
        return;
    }
    const Member& member = room->members.at(command.user.id);
    const limits::Tier& bounds = tier(*room);

    const std::span<const wire::Span> spans = wire::view(send.spans());
    std::vector<text::TextRange> ranges;
    ranges.reserve(spans.size());
    for (const wire::Span& span : spans) {
        ranges.push_back({span.start(), span.length()});
    }
    text::TextBounds text_bounds;
    text_bounds.code_points_max = bounds.text_code_points_max;
    const Result<std::string> clean =
        text::sanitise(wire::view(send.text()), text_bounds, spans.empty() ? nullptr : &ranges);
    if (!clean) {
        return refuse_here(clean.error());
    }
    if (clean->size() > limits::text_bytes_max) {
        return refuse_here(Error::TooLong);
    }
    if (!nonce_in_time(send.nonce(), date_ms(), clocks_.leapt_ms)) {
        return refuse_here(Error::BadArgument);
    }
    if (send.reply_to() != 0 &&
        (send.reply_to() > room->meta.last_seq || send.reply_to() < member.since_seq)) {
        return refuse_here(Error::NotFound);
    }

    // Sent again before the first one was answered: both get its answer.
    const std::pair<UserId, Nonce> key{command.user.id, send.nonce()};
    const auto in_flight = room->nonces.find(key);
    if (in_flight != room->nonces.end()) {
        AppendOp& first = std::get<AppendOp>(pending_.at(in_flight->second).op);
        if (first.from.size() >= limits::persists_in_flight_per_session_max) {
            return refuse_here(Error::Busy, store_retry_ms);
        }
        first.from.push_back(command.from);
        return;
    }

    if (room->memory != nullptr && repeated_in_memory(*room, key, command.from)) {
        return;
    }

    if (blocked_by_other(*room, command.user.id)) {
        return refuse_here(Error::Forbidden);
    }
    if (room->kind() == wire::RoomKind::Direct && bring_back(command, *room)) {
        return;
    }
    if (room->paces.size() > 2 * room->members.size() + 16) {
        forget_full_paces(*room);
    }
    LogEntry entry;
    entry.at_ms = date_ms();
    entry.author = command.user.id;
    entry.nonce = send.nonce();
    entry.kind = EntryKind::Message;
    entry.body = wire::store_message(*clean, moved_spans(spans, ranges), send.reply_to());
    Pace& pace = room->paces[command.user.id];
    const Pacing paced = pacing(*room, member.role);
    const uint32_t wait_ms = pace.take(now_ms_, paced.burst, paced.period_ms);
    if (wait_ms > 0) {
        return refuse_here(Error::Rate, wait_ms);
    }
    const uint32_t bytes_wait_ms = command.user.log_bytes.take(
        now_ms_, entry.body->size(), options_.log_bytes_per_s, limits::user_log_burst_s);
    if (bytes_wait_ms > 0) {
        pace.refund(paced.burst, paced.period_ms);
        return refuse_here(Error::Rate, bytes_wait_ms);
    }
    if (room->memory != nullptr) {
        return say_in_memory(*room, std::move(entry), command.from);
    }
    if (pending_.size() >= limits::persists_in_flight_max ||
        command.session.in_flight >= limits::persists_in_flight_per_session_max) {
        pace.refund(paced.burst, paced.period_ms);
        command.user.log_bytes.refund(entry.body->size(), options_.log_bytes_per_s);
        return refuse_here(Error::Busy, store_retry_ms);
    }
    Append request;
    request.room = room->meta.id;
    request.entry = entry;
    AppendOp op;
    op.paced = paced;
    op.entry = std::move(entry);
    op.from.push_back(command.from);
    room->nonces[key] =
        persist(command.session.id, room->meta.id, std::move(request), std::move(op));
}

void Core::State::appended(Room& room, AppendOp& op, const Appended& answer) {
    const RoomId id = room.meta.id;
    const UserId author = op.entry.author;
    if (!op.from.empty()) {
        room.nonces.erase({author, op.entry.nonce});
    }
    if (answer.error != Error::Ok || answer.duplicate) {
        // What did not become an entry has cost nothing.
        const auto pace = room.paces.find(author);
        if (!op.from.empty() && pace != room.paces.end()) {
            pace->second.refund(op.paced.burst, op.paced.period_ms);
        }
        const auto user = users_.find(author);
        if (!op.from.empty() && user != users_.end()) {
            user->second.log_bytes.refund(op.entry.body->size(), options_.log_bytes_per_s);
        }
    }
    if (answer.error != Error::Ok) {
        const bool again = answer.error == Error::StoreUnavailable;
        if (op.from.empty() && again) {
            retry_later({.id = id}, EntryWaits{std::move(op.entry)});
        }
        return reply_all(
            op.from,
            {.error = answer.error, .room = id, .retry_after_ms = again ? store_retry_ms : 0});
    }
    if (!answer.duplicate && answer.seq <= room.meta.last_seq) {
        // The store orders, and answers in order: this is not the log that was loaded.
        return reply_all(op.from, {.error = Error::BadStore, .room = id});
    }
    if (!answer.duplicate) {
        op.entry.seq = answer.seq;
        op.entry.changed_seq = answer.seq;
        op.entry.at_ms = answer.at_ms;
        op.entry.audience = answer.audience;
        log(room, std::move(op.entry));
    }
    reply_all(op.from, {.room = id, .seq = answer.seq, .at_ms = answer.at_ms});
}

void Core::State::log(Room& room, LogEntry entry) {
    room.meta.last_seq = entry.seq;
    room.meta.last_at_ms = entry.at_ms;
    push_tail(room, entry);
    push_fresh(room, std::move(entry));
}

// Buckets that are full again say nothing. Called when a room has more of them than people.
void Core::State::forget_full_paces(Room& room) {
    for (auto at = room.paces.begin(); at != room.paces.end();) {
        at = at->second.full(now_ms_) ? room.paces.erase(at) : std::next(at);
    }
}

} // namespace parley
