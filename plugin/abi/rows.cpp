// rows.cpp: what the client knows, as rows of the C API.
#include <algorithm>
#include <iterator>

#include "plugin/abi/checked.hpp"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/turn.hpp"

namespace parley::abi {
namespace {

parley_room_row room_row(const client::Client& client, const client::Room& room) {
    parley_room_row row{};
    row.room = raw(room.id);
    row.kind = static_cast<uint32_t>(room.kind);
    row.name = room.name.c_str();
    row.title = room.title.c_str();
    row.other = raw(room.other);
    row.role = static_cast<uint32_t>(room.role);
    row.last_seq = room.last_seq;
    row.read_seq = room.read_seq;
    row.first_seq = room.stored() > 0 ? room.messages.front().seq : 0;
    row.unread = room.unread(client.model().self());
    row.members_total = room.members_total;
    row.text_code_points_max = room.text_code_points_max;
    row.pace_burst = room.pace_burst;
    row.pace_period_ms = room.pace_period_ms;
    row.pace_left = client.pace_left(room.id);
    row.pace_wait_ms = client.pace_wait_ms(room.id);
    row.slow = room.slow;
    return row;
}

parley_member_row member_row(const client::Model& model, const client::Person& person) {
    parley_member_row row{};
    row.user = raw(person.id);
    row.name = person.name.c_str();
    row.bot = person.bot;
    row.self = person.id == model.self();
    row.presence = static_cast<uint32_t>(person.presence);
    row.presence_token = person.token.c_str();
    for (size_t i = 0; i < std::size(row.presence_params); ++i) {
        row.presence_params[i] = i < person.params.size() ? person.params[i].c_str() : "";
    }
    row.since_ms = person.since_ms;
    return row;
}

parley_message_row message_row(parley_client& handle, const client::Message& message) {
    const client::Model& model = handle.client->model();
    const client::Person* const author = model.person(message.author);
    parley_message_row row{};
    row.seq = message.seq;
    row.nonce = message.nonce;
    row.author = raw(message.author);
    row.author_name = author != nullptr ? author->name.c_str() : "";
    row.at_ms = message.at_ms;
    row.state = static_cast<int32_t>(message.state);
    row.kind = static_cast<uint32_t>(message.kind);
    row.error = result_of(message.error);
    row.retry_after_ms = message.retry_after_ms;
    row.text = message.text.c_str();
    row.spans = handle.spans.put(message.spans);
    row.span_count = row.spans != nullptr ? static_cast<uint32_t>(message.spans.size()) : 0;
    row.reply_to = message.reply_to;
    row.edited = message.edited;
    row.self = message.author == model.self();
    return row;
}

} // namespace

const parley_span* SpanShelf::put(const std::pmr::vector<client::TextSpan>& spans) {
    if (spans.empty() || spans.size() > block_spans) {
        return nullptr;
    }
    while (block_ < blocks_.size() && blocks_[block_].size() + spans.size() > block_spans) {
        ++block_;
    }
    if (block_ == blocks_.size()) {
        blocks_.emplace_back().reserve(block_spans);
    }
    std::pmr::vector<parley_span>& block = blocks_[block_];
    const size_t first = block.size();
    for (const client::TextSpan& span : spans) {
        block.push_back({span.start, span.length, static_cast<uint32_t>(span.kind), span.target});
    }
    return block.data() + first;
}

void SpanShelf::clear() {
    for (std::pmr::vector<parley_span>& block : blocks_) {
        block.clear();
    }
    block_ = 0;
}

} // namespace parley::abi

using namespace parley;
using namespace parley::abi;

extern "C" {

size_t parley_rooms(const parley_client* client, parley_room_row* rows, size_t cap) {
    if (client == nullptr || refused(*client, rows, cap)) {
        return 0;
    }
    const auto& rooms = client->client->model().rooms();
    const Rows<parley_room_row> out(rows, cap);
    for (size_t i = 0; i < std::min(rooms.size(), out.cap()); ++i) {
        out.write(i, room_row(*client->client, rooms[i]));
    }
    return rooms.size();
}

size_t parley_members(const parley_client* client, parley_room room, parley_member_row* rows,
                      size_t cap) {
    if (client == nullptr || refused(*client, rows, cap)) {
        return 0;
    }
    const client::Model& model = client->client->model();
    const Rows<parley_member_row> out(rows, cap);
    if (room == 0) {
        size_t index = 0;
        for (const auto& [id, person] : model.people()) {
            if (index == out.cap()) {
                break;
            }
            out.write(index++, member_row(model, person));
        }
        return model.people().size();
    }
    const client::Room* const home = model.room(RoomId{room});
    if (home == nullptr) {
        return 0;
    }
    for (size_t i = 0; i < std::min(home->members.size(), out.cap()); ++i) {
        const client::Member& member = home->members[i];
        parley_member_row row{};
        row.user = raw(member.user);
        row.name = row.presence_token = "";
        std::fill(std::begin(row.presence_params), std::end(row.presence_params), "");
        if (const client::Person* const person = model.person(member.user); person != nullptr) {
            row = member_row(model, *person);
        }
        row.role = static_cast<uint32_t>(member.role);
        row.typing = member.typing_until_steady_ms != 0;
        out.write(i, row);
    }
    return home->members.size();
}

size_t parley_messages(const parley_client* client, parley_room room, uint64_t from_seq,
                       parley_message_row* rows, size_t cap) {
    if (client == nullptr || refused(*client, rows, cap)) {
        return 0;
    }
    const client::Room* const home = client->client->model().room(RoomId{room});
    if (home == nullptr) {
        return 0;
    }
    // Spans of the rows are kept on a shelf of the handle, which says nothing of the client itself.
    parley_client& handle = *const_cast<parley_client*>(client);
    const Rows<parley_message_row> out(rows, cap);
    const size_t total = home->messages.size();
    size_t first = 0;
    if (from_seq == 0) {
        first = total - std::min(total, out.cap());
    } else {
        const auto end = home->messages.begin() + static_cast<std::ptrdiff_t>(home->stored());
        first = static_cast<size_t>(
            std::lower_bound(home->messages.begin(), end, from_seq,
                             [](const client::Message& m, Seq seq) { return m.seq < seq; }) -
            home->messages.begin());
    }
    for (size_t i = 0; i < std::min(total - first, out.cap()); ++i) {
        out.write(i, message_row(handle, home->messages[first + i]));
    }
    return from_seq == 0 ? total : total - first;
}

size_t parley_left_out(const parley_client* client, parley_room room, parley_left_out_row* rows,
                       size_t cap) {
    if (client == nullptr || refused(*client, rows, cap)) {
        return 0;
    }
    const client::Room* const home = client->client->model().room(RoomId{room});
    if (home == nullptr) {
        return 0;
    }
    const Rows<parley_left_out_row> out(rows, cap);
    for (size_t i = 0; i < std::min(home->left_out.size(), out.cap()); ++i) {
        const client::LeftOut& one = home->left_out[i];
        parley_left_out_row row{};
        row.count = one.count;
        row.from_seq = one.from_seq;
        row.to_seq = one.to_seq;
        out.write(i, row);
    }
    return home->left_out.size();
}

} // extern "C"
