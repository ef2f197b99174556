// message_commands.cpp: lines are sent, sent again, given up; older ones are fetched.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::client {
namespace {

constexpr uint64_t nonce_random_bits = 22;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with_name(std::string_view text, std::string_view name) {
    if (name.empty() || text.size() < name.size()) {
        return false;
    }
    for (size_t i = 0; i < name.size(); ++i) {
        if (lower(text[i]) != lower(name[i])) {
            return false;
        }
    }
    // "@Ann" is not in "@Annabel". Scripts without blanks between words have no such border.
    const auto ascii_word = [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    };
    return text.size() == name.size() || !ascii_word(name.back()) || !ascii_word(text[name.size()]);
}

NameFound find_name(const void* people, std::string_view after_at) {
    const Model& model = *static_cast<const Model*>(people);
    NameFound found;
    for (const auto& [id, person] : model.people()) {
        if (person.name.size() > found.length && begins_with_name(after_at, person.name)) {
            found = {person.name.size(), person.id};
        }
    }
    return found;
}

} // namespace

Nonce Client::Inside::new_nonce() {
    const TimeMs unix_ms = offset.known() ? server_ms() : wall_ms;
    const Nonce made = (static_cast<uint64_t>(unix_ms) << nonce_random_bits) |
                       random.below(uint64_t{1} << nonce_random_bits);
    // Never the same twice on one device, even when time stands still.
    last_nonce = made == last_nonce ? made + 1 : made;
    return last_nonce;
}

Result<Request> Client::send_text(RoomId id, std::string_view typed, Seq reply_to) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (typed.size() > limits::text_bytes_max) {
        return Error::TooLong;
    }
    if (!text::valid_utf8(typed)) {
        return Error::Encoding;
    }
    if (in.outbox.full()) {
        return Error::QueueFull;
    }
    Marked marked = parse_markup(typed, &find_name, &in.model, in.memory);
    std::vector<text::TextRange> ranges;
    ranges.reserve(marked.spans.size());
    for (const TextSpan& span : marked.spans) {
        ranges.push_back({span.start, span.length});
    }
    text::TextBounds bounds;
    bounds.code_points_max = room->text_code_points_max;
    const Result<std::string> clean = text::sanitise(marked.text, bounds, &ranges);
    if (!clean) {
        return clean.error();
    }
    std::pmr::vector<TextSpan> spans(in.memory);
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].length > 0) {
            spans.push_back({static_cast<uint16_t>(ranges[i].start),
                             static_cast<uint16_t>(ranges[i].length), marked.spans[i].kind,
                             marked.spans[i].target});
        }
    }
    Outgoing outgoing;
    outgoing.room = id;
    outgoing.nonce = in.new_nonce();
    outgoing.request = in.new_request();
    outgoing.answer = true;
    const TimeMs at_ms = in.offset.known() ? in.server_ms() : in.wall_ms;
    in.writer.add_pending(*room, outgoing.nonce, outgoing.request, at_ms,
                          String(clean.value(), in.memory), std::move(spans), reply_to);
    in.outbox.add(outgoing);
    if (in.ready()) {
        in.send_outbox(); // not only at the next update: that is a frame later
    }
    return Request{outgoing.request};
}

Result<void> Client::retry(RoomId id, Nonce nonce) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    Message* const message = room == nullptr ? nullptr : in.writer.unsent(*room, nonce);
    if (message == nullptr || message->state != MessageState::Failed) {
        return Error::NotFound;
    }
    if (in.outbox.full()) {
        return Error::QueueFull;
    }
    Outgoing outgoing;
    outgoing.room = id;
    outgoing.nonce = nonce;
    outgoing.request = in.new_request();
    in.writer.unfail(*room, *message);
    in.outbox.add(outgoing);
    if (in.ready()) {
        in.send_outbox();
    }
    return {};
}

Result<void> Client::discard(RoomId id, Nonce nonce) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    const Message* const message = room == nullptr ? nullptr : in.writer.unsent(*room, nonce);
    // One on its way may be stored already; then it is the server's.
    const Outgoing* const outgoing = in.outbox.find(id, nonce);
    if (message == nullptr || (outgoing != nullptr && outgoing->sent)) {
        return Error::NotFound;
    }
    if (outgoing != nullptr && outgoing->answer) {
        in.reply(outgoing->request, Error::Closed, id);
    }
    in.outbox.remove(id, nonce);
    in.writer.discard(*room, nonce);
    return {};
}

Result<Request> Client::fetch_history(RoomId id, Seq before_seq, uint32_t count) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (count == 0) {
        return Error::BadArgument;
    }
    if (const Error error = in.may_command(); error != Error::Ok) {
        return error;
    }
    // What is here is one run of the log, and stays one: pages are put in front of it, or over what
    // was left out.
    size_t here = 0;
    if (before_seq > room->first_seq) {
        const auto end = room->messages.begin() + static_cast<std::ptrdiff_t>(room->stored());
        here = static_cast<size_t>(
            std::lower_bound(room->messages.begin(), end, before_seq,
                             [](const Message& m, Seq wanted) { return m.seq < wanted; }) -
            room->messages.begin());
    }
    const Seq oldest = here > count ? room->messages[here - count].seq : room->first_seq;
    const LeftOut* const left_out = room->newest_left_out(oldest, before_seq);
    if (left_out == nullptr && (here >= count || room->history_complete)) {
        const uint32_t request = in.new_request();
        in.reply(request, Error::Ok, id);
        Event history = in.event(EventType::History);
        history.room = id;
        history.request = request;
        in.push(std::move(history));
        return Request{request};
    }
    if (room->stored() >= limits::model_messages_per_room_max) {
        return Error::Full;
    }
    const Seq before =
        left_out == nullptr ? room->first_seq : std::min(before_seq, left_out->to_seq + 1);
    const size_t wanted =
        std::min<size_t>(left_out == nullptr ? count - here : count, limits::page_entries_max);
    const uint32_t request = in.new_request();
    auto& fbb = in.builder.fbb();
    const auto body = wire::CreateFetch(fbb, raw(id), before, 0, static_cast<uint16_t>(wanted));
    if (!in.send(Lane::Control, request, wire::Command::Fetch, body)) {
        return Error::QueueFull;
    }
    in.ask(request, Asked::What::History, id);
    return Request{request};
}

} // namespace parley::client
