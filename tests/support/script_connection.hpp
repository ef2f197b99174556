// script_connection.hpp: a connection whose other side is the test: it says what the shard says,
// frame by frame, and looks at what the client sent.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/client/connection.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"

namespace parley::client {

// One command as the client sent it.
struct SentFrame {
    Lane lane{};
    ByteVector bytes;
    const wire::ClientFrame& frame() const {
        return *flatbuffers::GetRoot<wire::ClientFrame>(bytes.data());
    }
    uint32_t request() const { return frame().request(); }
};

// Shared by the connection (which the client owns) and the test.
struct Script {
    std::deque<ConnectionEvent> coming;
    size_t heard = 0; // of coming
    std::vector<SentFrame> sent;
    uint32_t opened = 0, closed = 0;
    bool open = false;
    bool full = false; // refuse what is sent
    std::string address, ticket;

    // The newest sent command of this type, or null.
    const SentFrame* last(wire::Command type) const {
        for (size_t i = sent.size(); i > 0; --i) {
            if (sent[i - 1].frame().body_type() == type) {
                return &sent[i - 1];
            }
        }
        return nullptr;
    }
    size_t count(wire::Command type) const {
        size_t found = 0;
        for (const SentFrame& frame : sent) {
            found += frame.frame().body_type() == type ? 1 : 0;
        }
        return found;
    }
};

class ScriptConnection final : public Connection {
public:
    explicit ScriptConnection(std::shared_ptr<Script> script) : script_(std::move(script)) {}

    void open(std::string_view address, std::string_view ticket) override {
        script_->address.assign(address);
        script_->ticket.assign(ticket);
        ++script_->opened;
        script_->open = true;
        script_->coming.clear();
        script_->heard = 0;
    }
    void close() override {
        script_->closed += script_->open ? 1 : 0;
        script_->open = false;
        script_->coming.clear();
        script_->heard = 0;
    }
    bool send(Lane lane, Bytes frame) override {
        if (!script_->open || script_->full) {
            return false;
        }
        script_->sent.push_back({lane, ByteVector(frame.begin(), frame.end())});
        return true;
    }
    std::optional<ConnectionEvent> poll(TimeMs) override {
        if (!script_->open || script_->heard == script_->coming.size()) {
            return std::nullopt;
        }
        return std::move(script_->coming[script_->heard++]);
    }
    void flush(TimeMs) override {}
    uint32_t rtt_ms() const override { return 7; }

private:
    std::shared_ptr<Script> script_;
};

// What a shard says, built by the real encoder.
class ScriptShard {
public:
    explicit ScriptShard(std::shared_ptr<Script> script) : script_(std::move(script)) {}

    void up() { script_->coming.push_back(LinkUp{}); }
    void down(Error reason, uint32_t retry_after_ms = 0) {
        script_->coming.push_back(LinkDown{reason, retry_after_ms});
    }
    void raw_frame(Lane lane, ByteVector bytes) {
        script_->coming.push_back(FrameArrived{lane, std::move(bytes)});
    }
    flatbuffers::FlatBufferBuilder& fbb() { return builder_.fbb(); }
    template <typename Body>
    void say(Lane lane, uint32_t request, wire::Event type, flatbuffers::Offset<Body> body) {
        const Bytes bytes = builder_.server(request, type, body.Union());
        raw_frame(lane, ByteVector(bytes.begin(), bytes.end()));
    }

    void ready(uint64_t self, const char* name, TimeMs server_ms = 1'000'000,
               bool read_only = false) {
        auto& b = fbb();
        const auto user = wire::CreateUser(b, self, b.CreateString(name));
        say(Lane::Control, 0, wire::Event::Ready,
            wire::CreateReady(b, 1, user, server_ms, server_ms + 1000, read_only, false));
    }

    struct RoomSays {
        uint64_t id = 1;
        wire::RoomKind kind = wire::RoomKind::Party;
        const char* name = "p1";
        uint64_t incarnation = 77;
        Seq last_seq = 0, since_seq = 1, read_seq = 0;
        uint16_t unread = 0;
        uint16_t pace_burst = 5;
        uint32_t pace_period_ms = 5000;
        uint64_t other = 0;
        const char* other_name = "";
        uint32_t text_code_points_max = 100;
        wire::Role role = wire::Role::Member;
        bool slow = false;
    };
    void room(const RoomSays& r) {
        auto& b = fbb();
        const auto name = b.CreateString(r.name);
        const auto title = b.CreateString("Title");
        const auto other = r.other == 0
                               ? flatbuffers::Offset<wire::User>{}
                               : wire::CreateUser(b, r.other, b.CreateString(r.other_name));
        say(Lane::Control, 0, wire::Event::RoomState,
            wire::CreateRoomState(b, r.id, r.kind, name, title, r.incarnation, r.last_seq,
                                  r.since_seq, r.read_seq, r.role, 2, r.text_code_points_max,
                                  r.pace_burst, r.pace_period_ms, r.unread, other, r.slow));
    }
    void room_pace(uint64_t id, uint16_t burst, uint32_t period_ms, bool slow) {
        say(Lane::Control, 0, wire::Event::RoomPace,
            wire::CreateRoomPace(fbb(), id, burst, period_ms, slow));
    }
    void room_gone(uint64_t id, Error reason = Error::NotMember) {
        say(Lane::Control, 0, wire::Event::RoomGone,
            wire::CreateRoomGone(fbb(), id,
                                 static_cast<wire::Error>(static_cast<int32_t>(reason))));
    }

    struct LineSays {
        Seq seq = 0;
        uint64_t author = 0;
        std::string text;
        Nonce nonce = 0;
        std::vector<wire::Span> spans;
    };
    struct BatchSays {
        uint64_t room = 1;
        Seq from = 0, to = 0;
        std::vector<LineSays> lines;
        uint64_t incarnation = 77;
        uint32_t request = 0;
        bool more = false;
        Lane lane = Lane::Chat;
        uint32_t left_out = 0;
    };
    void batch(const BatchSays& said) {
        auto& b = fbb();
        std::vector<wire::Line> lines;
        std::vector<wire::Span> spans;
        std::string text;
        for (const LineSays& line : said.lines) {
            for (const wire::Span& s : line.spans) {
                spans.emplace_back(s.target(), s.start(), s.length(),
                                   static_cast<uint16_t>(lines.size()), s.kind(), uint8_t{0});
            }
            lines.emplace_back(line.author, line.nonce, static_cast<uint32_t>(line.seq - said.from),
                               0u, static_cast<uint32_t>(text.size()),
                               static_cast<uint16_t>(line.text.size()), uint16_t{0});
            text += line.text;
        }
        const auto line_vector = b.CreateVectorOfStructs(lines.data(), lines.size());
        const auto text_vector =
            b.CreateVector(reinterpret_cast<const uint8_t*>(text.data()), text.size());
        const auto span_vector = b.CreateVectorOfStructs(spans.data(), spans.size());
        say(said.lane, said.request, wire::Event::Batch,
            wire::CreateBatch(b, said.room, said.incarnation, said.from, said.to, 1'000'000,
                              line_vector, text_vector, span_vector, 0, 0, said.more,
                              said.left_out));
    }
    // A live batch of one line.
    void line(Seq seq, uint64_t author, const char* text, Nonce nonce = 0, uint64_t room = 1) {
        BatchSays said;
        said.room = room;
        said.from = said.to = seq;
        said.lines.push_back({seq, author, text, nonce, {}});
        batch(said);
    }
    void reply(uint32_t request, Error error = Error::Ok, uint64_t room = 0, Seq seq = 0,
               TimeMs at_ms = 0, uint32_t retry_after_ms = 0) {
        say(Lane::Control, request, wire::Event::Reply,
            wire::CreateReply(fbb(), static_cast<wire::Error>(static_cast<int32_t>(error)), room,
                              seq, at_ms, retry_after_ms));
    }
    void gap(Seq from, Seq to, uint64_t incarnation = 77, uint64_t room = 1) {
        say(Lane::Control, 0, wire::Event::Gap,
            wire::CreateGap(fbb(), room, incarnation, from, to));
    }
    struct MemberSays {
        uint64_t user = 0;
        const char* name = "";
        wire::Role role = wire::Role::Member;
    };
    void roster(const std::vector<MemberSays>& members, bool whole = true,
                const std::vector<uint64_t>& gone = {}, uint64_t room = 1) {
        auto& b = fbb();
        std::vector<flatbuffers::Offset<wire::Member>> rows;
        for (const MemberSays& m : members) {
            const auto user = wire::CreateUser(b, m.user, b.CreateString(m.name));
            rows.push_back(wire::CreateMember(b, user, m.role));
        }
        const auto row_vector = b.CreateVector(rows);
        const auto gone_vector = b.CreateVector(gone);
        say(Lane::Control, 0, wire::Event::Roster,
            wire::CreateRoster(b, room, whole, row_vector, gone_vector,
                               static_cast<uint32_t>(members.size())));
    }
    void blocks(const std::vector<uint64_t>& users) {
        const auto list = fbb().CreateVector(users);
        say(Lane::Control, 0, wire::Event::Blocks, wire::CreateBlocks(fbb(), list));
    }
    void typing(uint64_t user, uint64_t room = 1) {
        say(Lane::State, 0, wire::Event::Typing, wire::CreateTyping(fbb(), room, user));
    }
    void presence(uint64_t user, wire::PresenceState state, const char* token = "",
                  const std::vector<std::string>& params = {}) {
        auto& b = fbb();
        const auto token_text = b.CreateString(token);
        const auto words = b.CreateVectorOfStrings(params);
        std::vector<flatbuffers::Offset<wire::Presence>> all{
            wire::CreatePresence(b, user, state, token_text, words, 5)};
        const auto vector = b.CreateVector(all);
        say(Lane::State, 0, wire::Event::Presences, wire::CreatePresences(b, vector));
    }
    struct FieldSays {
        uint16_t id = 0;
        int64_t number = 0;
        const char* text = nullptr;
    };
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>>
    fields(flatbuffers::FlatBufferBuilder& b, const std::vector<FieldSays>& said) {
        std::vector<flatbuffers::Offset<wire::CardField>> rows;
        for (const FieldSays& f : said) {
            const auto text = f.text == nullptr ? flatbuffers::Offset<flatbuffers::String>{}
                                                : b.CreateString(f.text);
            rows.push_back(wire::CreateCardField(b, f.id, f.number, text));
        }
        return b.CreateVector(rows);
    }
    void card(uint64_t room, uint64_t user, uint16_t type, uint32_t version,
              const std::vector<FieldSays>& said, uint32_t request = 0) {
        auto& b = fbb();
        const auto all = fields(b, said);
        say(Lane::Control, request, wire::Event::Card,
            wire::CreateCard(b, room, user, type, version, all, 0));
    }
    void card_delta(uint64_t room, uint64_t user, uint16_t type, uint32_t base, uint32_t version,
                    const std::vector<FieldSays>& said) {
        auto& b = fbb();
        const auto all = fields(b, said);
        say(Lane::State, 0, wire::Event::CardDelta,
            wire::CreateCardDelta(b, room, user, type, base, version, all));
    }
    void card_gone(uint64_t room, uint64_t user, uint16_t type) {
        say(Lane::Control, 0, wire::Event::CardGone, wire::CreateCardGone(fbb(), room, user, type));
    }
    void goodbye(Error reason, uint32_t retry_in_ms) {
        say(Lane::Control, 0, wire::Event::Goodbye,
            wire::CreateGoodbye(fbb(), static_cast<wire::Error>(static_cast<int32_t>(reason)),
                                retry_in_ms));
    }
    void users(const std::vector<std::pair<uint64_t, const char*>>& names, uint32_t request) {
        auto& b = fbb();
        std::vector<flatbuffers::Offset<wire::User>> rows;
        for (const auto& [id, name] : names) {
            rows.push_back(wire::CreateUser(b, id, b.CreateString(name)));
        }
        const auto vector = b.CreateVector(rows);
        say(Lane::Control, request, wire::Event::Users, wire::CreateUsers(b, vector));
    }
    void ticket_wanted() {
        say(Lane::Control, 0, wire::Event::TicketWanted, wire::CreateTicketWanted(fbb(), 5));
    }
    void time_reply(TimeMs client_ms, TimeMs server_ms) {
        say(Lane::Control, 0, wire::Event::TimeReply,
            wire::CreateTimeReply(fbb(), client_ms, server_ms));
    }

private:
    std::shared_ptr<Script> script_;
    wire::FrameBuilder builder_;
};

} // namespace parley::client
