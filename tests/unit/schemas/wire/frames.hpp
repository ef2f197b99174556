// frames.hpp: frames made with the generated writer: single ones, and a good one of every kind.
#pragma once

#include <string>
#include <vector>

#include "schemas/wire/encode.hpp"

namespace parley::wire::test {

using flatbuffers::FlatBufferBuilder;

template <typename Make>
ByteVector client_frame(Command type, Make make) {
    FrameBuilder frame;
    const auto body = make(frame.fbb()).Union();
    const Bytes bytes = frame.client(7, type, body);
    return {bytes.begin(), bytes.end()};
}
template <typename Make>
ByteVector server_frame(Event type, Make make) {
    FrameBuilder frame;
    const auto body = make(frame.fbb()).Union();
    const Bytes bytes = frame.server(0, type, body);
    return {bytes.begin(), bytes.end()};
}

inline ByteVector send_frame(const std::string& text, const std::vector<Span>& spans = {}) {
    return client_frame(Command::Send, [&](FlatBufferBuilder& fbb) {
        const auto said = fbb.CreateString(text);
        return CreateSend(fbb, 3, 9, 0, said, fbb.CreateVectorOfStructs(spans));
    });
}

struct BatchSays {
    uint64_t room = 3;
    uint64_t from = 10;
    uint64_t to = 20;
    int64_t base_ms = 1000;
    std::vector<Line> lines{};
    std::string text{};
    std::vector<Span> spans{};
    std::vector<uint64_t> entries{}; // seqs of Delete entries
};
inline ByteVector batch_frame(const BatchSays& says) {
    return server_frame(Event::Batch, [&](FlatBufferBuilder& fbb) {
        std::vector<flatbuffers::Offset<Entry>> entries;
        for (const uint64_t seq : says.entries) {
            const auto body = CreateDelete(fbb, 1).Union();
            entries.push_back(CreateEntry(fbb, seq, 1000, 1, 0, EntryBody::Delete, body));
        }
        const auto lines = fbb.CreateVectorOfStructs(says.lines);
        const auto text =
            fbb.CreateVector(reinterpret_cast<const uint8_t*>(says.text.data()), says.text.size());
        const auto spans = fbb.CreateVectorOfStructs(says.spans);
        const auto all = fbb.CreateVector(entries);
        return CreateBatch(fbb, says.room, 1, says.from, says.to, says.base_ms, lines, text, spans,
                           all);
    });
}
inline Line line(uint32_t seq_offset, uint32_t text_start, uint16_t text_bytes) {
    return Line(1, 2, seq_offset, 0, text_start, text_bytes, 0);
}
inline Span bold(uint16_t start, uint16_t length, uint16_t of_line = 0) {
    return Span(0, start, length, of_line, SpanKind::Bold, 0);
}

inline std::vector<ByteVector> good_client_frames() {
    std::vector<ByteVector> all;
    const auto add = [&](Command type, auto make) { all.push_back(client_frame(type, make)); };
    add(Command::Join, [](auto& b) { return CreateJoin(b, RoomKind::Direct, 0, 4); });
    add(Command::Leave, [](auto& b) { return CreateLeave(b, 3); });
    add(Command::Mark, [](auto& b) { return CreateMark(b, 3, 9); });
    add(Command::Grant, [](auto& b) {
        const auto name = b.CreateString("m42");
        const auto subject = b.CreateString("player-17");
        return CreateGrant(b, RoomKind::Team, name, subject, Role::Leader);
    });
    add(Command::Revoke, [](auto& b) {
        const auto name = b.CreateString("m42");
        const auto subject = b.CreateString("player-17");
        return CreateRevoke(b, RoomKind::Team, name, subject);
    });
    add(Command::FetchMembers, [](auto& b) { return CreateFetchMembers(b, 3, 0, 65535); });
    add(Command::FetchUsers, [](auto& b) {
        return CreateFetchUsers(b, b.CreateVector(std::vector<uint64_t>{1, 2}));
    });
    all.push_back(send_frame("hello", {bold(0, 5)}));
    add(Command::Fetch, [](auto& b) { return CreateFetch(b, 3, UINT64_MAX, 0, 65535); });
    add(Command::Resume, [](auto& b) {
        const std::vector<ResumePoint> points{ResumePoint(1, 2, 3)};
        return CreateResume(b, b.CreateVectorOfStructs(points));
    });
    add(Command::Typing, [](auto& b) { return CreateTyping(b, 3); });
    add(Command::SetPresence, [](auto& b) {
        const auto token = b.CreateString("in_match");
        const auto params = b.CreateVectorOfStrings({"Harbour", ""});
        return CreateSetPresence(b, CreatePresence(b, 0, PresenceState::InMatch, token, params));
    });
    const auto fields = [](auto& b) {
        const auto text = b.CreateString("Aria");
        const auto field = CreateCardField(b, 6, 0, text);
        return b.CreateVector(&field, 1);
    };
    add(Command::SetCard, [&](auto& b) { return CreateSetCard(b, 0, 1, fields(b), 1000); });
    add(Command::UpdateCard, [&](auto& b) { return CreateUpdateCard(b, 3, 1, fields(b)); });
    add(Command::ClearCard, [](auto& b) { return CreateClearCard(b, 3, 1); });
    add(Command::FetchCard, [](auto& b) { return CreateFetchCard(b, 0, 4, 1); });
    add(Command::Reauth, [](auto& b) { return CreateReauth(b, b.CreateString("a.b.c")); });
    add(Command::TimeQuery, [](auto& b) { return CreateTimeQuery(b, 5); });
    add(Command::Block, [](auto& b) { return CreateBlock(b, 4, true); });
    return all;
}

inline std::vector<ByteVector> good_server_frames() {
    std::vector<ByteVector> all;
    const auto add = [&](Event type, auto make) { all.push_back(server_frame(type, make)); };
    const auto user = [](auto& b) {
        return CreateUser(b, 4, b.CreateString("Zoë"), UserFlags::Bot);
    };
    const auto presence = [](auto& b) { return CreatePresence(b, 4, PresenceState::Away); };
    add(Event::Reply, [](auto& b) { return CreateReply(b, wire::Error::Rate, 3, 9, 5, 100); });
    add(Event::Ready, [&](auto& b) { return CreateReady(b, 1, user(b), 1000, 2000); });
    add(Event::TicketWanted, [](auto& b) { return CreateTicketWanted(b, 1000); });
    add(Event::Goodbye, [](auto& b) { return CreateGoodbye(b, wire::Error::Shutdown, 500); });
    add(Event::TimeReply, [](auto& b) { return CreateTimeReply(b, 1, 2); });
    add(Event::Users, [&](auto& b) {
        const auto one = user(b);
        return CreateUsers(b, b.CreateVector(&one, 1));
    });
    add(Event::RoomState, [&](auto& b) {
        const auto name = b.CreateString("1:4");
        const auto other = user(b);
        return CreateRoomState(b, 3, RoomKind::Direct, name, 0, 1, 9, 1, 8, Role::Member, 2, 2000,
                               5, 5000, 1, other);
    });
    add(Event::RoomGone, [](auto& b) { return CreateRoomGone(b, 3, wire::Error::NotMember); });
    add(Event::Roster, [&](auto& b) {
        const auto who = user(b);
        const auto member = CreateMember(b, who, Role::Leader, presence(b));
        const auto members = b.CreateVector(&member, 1);
        const auto gone = b.CreateVector(std::vector<uint64_t>{7});
        return CreateRoster(b, 3, true, members, gone, 1);
    });
    all.push_back(batch_frame({.lines = {line(0, 0, 2), line(3, 2, 2)},
                               .text = "abcd",
                               .spans = {bold(0, 1, 1)},
                               .entries = {11, 15}}));
    add(Event::Gap, [](auto& b) { return CreateGap(b, 3, 1, 1, 9); });
    add(Event::Typing, [](auto& b) { return CreateTyping(b, 3, 4); });
    add(Event::Presences, [&](auto& b) {
        const auto one = presence(b);
        return CreatePresences(b, b.CreateVector(&one, 1));
    });
    add(Event::Card, [](auto& b) { return CreateCard(b, 3, 0, 1, 1, 0, 9); });
    add(Event::CardDelta, [](auto& b) { return CreateCardDelta(b, 0, 4, 1, 1, 2); });
    add(Event::CardGone, [](auto& b) { return CreateCardGone(b, 3, 0, 1); });
    add(Event::RoomPace, [](auto& b) { return CreateRoomPace(b, 3, 1, 10000, true); });
    add(Event::Blocks, [](auto& b) {
        return CreateBlocks(b, b.CreateVector(std::vector<uint64_t>{4, 7}));
    });
    return all;
}

} // namespace parley::wire::test
