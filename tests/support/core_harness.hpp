// core_harness.hpp: one Core and a store in memory, driven by hand. A test says what happens (a
// session connects, a command comes, time passes, the store commits or fails) and asks what each
// session heard. Every frame that the core sends is decoded as a client would; a bad one fails the
// test.
//
// Requests to the store wait until commit(): so a test sees what happens before, and may fail it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_store.hpp"

namespace parley {

// Effects as bytes, so that two runs can be compared.
inline void write_effect(const Effect& effect, std::string& out) {
    const auto number = [&](uint64_t value) {
        out.append(reinterpret_cast<const char*>(&value), sizeof(value));
    };
    const auto text = [&](std::string_view said) {
        number(said.size());
        out.append(said);
    };
    const auto bytes = [&](const SharedFrame& frame) {
        number(frame == nullptr ? 0 : frame->size());
        if (frame != nullptr) {
            out.append(reinterpret_cast<const char*>(frame->data()), frame->size());
        }
    };
    number(effect.index());
    if (const auto* admit = std::get_if<Admit>(&effect)) {
        number(raw(admit->session));
        number(static_cast<uint64_t>(admit->verdict));
        number(admit->retry_after_ms);
    } else if (const auto* send = std::get_if<SendFrame>(&effect)) {
        number(raw(send->session));
        number(static_cast<uint64_t>(send->lane));
        bytes(send->frame);
    } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
        number(static_cast<uint64_t>(deliver->lane));
        bytes(deliver->frame);
        for (const SessionId reader : *deliver->readers) {
            number(raw(reader));
        }
    } else if (const auto* close = std::get_if<CloseSession>(&effect)) {
        number(raw(close->session));
        number(static_cast<uint64_t>(close->reason));
        number(close->retry_after_ms);
    } else if (const auto* persist = std::get_if<Persist>(&effect)) {
        number(persist->request.index());
        std::visit([&](const auto& request) { number(request.token); }, persist->request);
        if (const auto* append = std::get_if<Append>(&persist->request)) {
            number(raw(append->room));
            number(append->entry.nonce);
            bytes(append->entry.body);
        } else if (const auto* put = std::get_if<PutMember>(&persist->request)) {
            number(raw(put->room));
            number(raw(put->member.user));
            text(put->member.name);
        } else if (const auto* drop = std::get_if<DropMember>(&persist->request)) {
            number(raw(drop->room));
            number(raw(drop->user));
        } else if (const auto* load = std::get_if<LoadRoom>(&persist->request)) {
            number(raw(load->id));
            text(load->name);
        } else if (const auto* fetch = std::get_if<FetchEntries>(&persist->request)) {
            number(fetch->after);
            number(fetch->before);
        }
    }
}

inline Claims claims_of(std::string subject, std::vector<RoomClaim> rooms = {}) {
    static uint64_t tickets = 0;
    Claims claims;
    claims.issuer = "studio";
    claims.name = subject;
    claims.subject = std::move(subject);
    claims.id = "t" + std::to_string(++tickets);
    claims.issued_at_s = 1'000'000;
    claims.expires_at_s = claims.issued_at_s + 600;
    claims.rooms = std::move(rooms);
    return claims;
}

inline RoomClaim team(std::string name, uint8_t role = 0) {
    return {static_cast<uint8_t>(wire::RoomKind::Team), std::move(name), role};
}
inline RoomClaim party(std::string name, uint8_t role = 0) {
    return {static_cast<uint8_t>(wire::RoomKind::Party), std::move(name), role};
}
inline RoomClaim guild(std::string name, uint8_t role = 0) {
    return {static_cast<uint8_t>(wire::RoomKind::Guild), std::move(name), role};
}

inline DeviceKey device_of(uint8_t number) {
    DeviceKey key{};
    key.fill(number);
    return key;
}

class CoreHarness {
public:
    static constexpr TimeMs start_ms = 1'000'000'000;

    struct Frame {
        Lane lane{};
        SharedFrame bytes;
        const wire::ServerFrame* frame = nullptr;

        template <typename Table>
        const Table* as(wire::Event type) const {
            return frame->body_type() == type ? static_cast<const Table*>(frame->body()) : nullptr;
        }
    };
    struct Line {
        RoomId room{};
        Seq seq = 0;
        UserId author{};
        std::string text;
        wire::BatchItem::Kind kind = wire::BatchItem::Kind::Unknown;
    };
    struct Said { // a Reply
        Error error = Error::Internal;
        RoomId room{};
        Seq seq = 0;
        TimeMs at_ms = 0;
        uint32_t retry_after_ms = 0;
    };

    // on: what an earlier shard left, as after a restart.
    explicit CoreHarness(CoreOptions options = {}, CardTypes cards = nullptr, uint64_t seed = 7,
                         std::shared_ptr<MemoryDisk> on = std::make_shared<MemoryDisk>())
        : disk(std::move(on)), store(disk),
          core(options, cards == nullptr ? std::make_shared<const CardTypeSet>() : cards, seed) {}

    // [inputs]
    void step(InputBody body) {
        inputs.push_back({now_ms, std::move(body)});
        Effects effects;
        core.step(inputs.back(), effects);
        for (Effect& effect : effects) {
            write_effect(effect, effect_log);
            take(effect);
        }
    }
    void tick(TimeMs later_ms = 0) {
        now_ms += later_ms;
        step(Tick{});
    }
    // Server time leaps, and is so far ahead of the wall clock from now on.
    void move_clocks(TimeMs leap_ms, TimeMs apart_ms) {
        now_ms += leap_ms;
        clocks.leapt_ms += leap_ms;
        clocks.apart_ms = apart_ms;
        step(ClocksMoved{clocks});
    }
    // Runs what waits at the store as one transaction and hands the answers over as one input.
    void commit(CommitFault fault = CommitFault::None) {
        std::vector<StoreRequest> group = std::move(asked);
        asked.clear();
        if (fault != CommitFault::None) {
            store.fail_next(fault);
        }
        StoreAnswered answered;
        store.execute(group, answered.answers);
        step(std::move(answered));
    }
    void settle() {
        while (!asked.empty()) {
            commit();
        }
    }
    template <typename Request>
    size_t asked_for() const {
        return static_cast<size_t>(
            std::count_if(asked.begin(), asked.end(), [](const StoreRequest& one) {
                return std::holds_alternative<Request>(one);
            }));
    }

    // [sessions]
    SessionId ask(const Claims& claims, DeviceKey device = device_of(1)) {
        const SessionId session{(uint64_t{1} << 32) | ++sessions_made};
        step(AdmitAsked{session, claims, device});
        return session;
    }
    SessionId connect(const Claims& claims, DeviceKey device = device_of(1)) {
        const SessionId session = ask(claims, device);
        settle();
        REQUIRE(verdict(session) == Error::Ok);
        step(SessionOpened{session});
        settle();
        return session;
    }
    SessionId connect(std::string subject, std::vector<RoomClaim> rooms = {}) {
        return connect(claims_of(std::move(subject), std::move(rooms)));
    }
    Error verdict(SessionId session) const {
        const auto found = admits.find(session);
        return found == admits.end() ? Error::Internal : found->second.verdict;
    }
    bool closed(SessionId session) const { return closes.count(session) != 0; }
    Error close_reason(SessionId session) const {
        return closed(session) ? closes.at(session).reason : Error::Ok;
    }

    // [commands] Each returns its request number; run_* settle and return the reply.
    using Build = std::function<flatbuffers::Offset<void>(flatbuffers::FlatBufferBuilder&)>;
    uint32_t command(SessionId session, wire::Command type, const Build& build) {
        const uint32_t request = ++requests;
        command_as(session, request, type, build);
        return request;
    }
    void command_as(SessionId session, uint32_t request, wire::Command type, const Build& build) {
        const auto body = build(builder.fbb());
        const Bytes bytes = builder.client(request, type, body);
        ByteVector frame(bytes.begin(), bytes.end());
        const auto decoded = wire::decode_client_frame(frame, Lane::Bulk);
        REQUIRE(decoded.error() == Error::Ok);
        step(CommandReceived{session, Lane::Chat, std::move(frame)});
    }
    Said run(SessionId session, wire::Command type, const Build& build) {
        const uint32_t request = command(session, type, build);
        settle();
        return reply(session, request);
    }
    Nonce new_nonce() { return (static_cast<Nonce>(now_ms) << 22) | ++nonces; }
    uint32_t send(SessionId session, RoomId room, std::string_view text, Nonce nonce = 0,
                  Seq reply_to = 0, const std::vector<wire::Span>& spans = {}) {
        return command(session, wire::Command::Send, [&](auto& fbb) {
            const auto said = fbb.CreateString(text.data(), text.size());
            const auto marks = fbb.CreateVectorOfStructs(spans);
            return wire::CreateSend(fbb, raw(room), nonce == 0 ? new_nonce() : nonce, reply_to,
                                    said, marks)
                .Union();
        });
    }
    Said run_send(SessionId session, RoomId room, std::string_view text, Nonce nonce = 0) {
        const uint32_t request = send(session, room, text, nonce);
        settle();
        return reply(session, request);
    }
    uint32_t join(SessionId session, wire::RoomKind kind, std::string_view name,
                  UserId user = UserId{}) {
        return command(session, wire::Command::Join, [&](auto& fbb) {
            const auto said = fbb.CreateString(name.data(), name.size());
            return wire::CreateJoin(fbb, kind, said, raw(user)).Union();
        });
    }
    Said run_join(SessionId session, wire::RoomKind kind, std::string_view name,
                  UserId user = UserId{}) {
        const uint32_t request = join(session, kind, name, user);
        settle();
        return reply(session, request);
    }
    uint32_t leave(SessionId session, RoomId room) {
        return command(session, wire::Command::Leave,
                       [&](auto& fbb) { return wire::CreateLeave(fbb, raw(room)).Union(); });
    }
    uint32_t grant(SessionId session, const RoomClaim& room, std::string_view subject,
                   wire::Role role = wire::Role::Member) {
        return command(session, wire::Command::Grant, [&](auto& fbb) {
            const auto name = fbb.CreateString(room.name);
            const auto whom = fbb.CreateString(subject.data(), subject.size());
            return wire::CreateGrant(fbb, static_cast<wire::RoomKind>(room.kind), name, whom, role)
                .Union();
        });
    }
    uint32_t revoke(SessionId session, const RoomClaim& room, std::string_view subject) {
        return command(session, wire::Command::Revoke, [&](auto& fbb) {
            const auto name = fbb.CreateString(room.name);
            const auto whom = fbb.CreateString(subject.data(), subject.size());
            return wire::CreateRevoke(fbb, static_cast<wire::RoomKind>(room.kind), name, whom)
                .Union();
        });
    }
    uint32_t fetch(SessionId session, RoomId room, Seq before, Seq after, uint16_t count) {
        return command(session, wire::Command::Fetch, [&](auto& fbb) {
            return wire::CreateFetch(fbb, raw(room), before, after, count).Union();
        });
    }
    uint32_t resume(SessionId session, const std::vector<wire::ResumePoint>& points) {
        return command(session, wire::Command::Resume, [&](auto& fbb) {
            return wire::CreateResume(fbb, fbb.CreateVectorOfStructs(points)).Union();
        });
    }

    // [what a session heard]
    const std::vector<Frame>& heard(SessionId session) { return inboxes[session]; }
    void forget_heard() { inboxes.clear(); }
    std::vector<Frame> with_request(SessionId session, uint32_t request) {
        std::vector<Frame> found;
        for (const Frame& one : inboxes[session]) {
            if (one.frame->request() == request) {
                found.push_back(one);
            }
        }
        return found;
    }
    bool answered(SessionId session, uint32_t request) {
        return !with_request(session, request).empty();
    }
    Said reply(SessionId session, uint32_t request) {
        const std::vector<Frame> found = with_request(session, request);
        REQUIRE(found.size() == 1); // every command is answered once
        const auto* said = found[0].as<wire::Reply>(wire::Event::Reply);
        REQUIRE(said != nullptr);
        return {static_cast<Error>(static_cast<int32_t>(said->error())), RoomId{said->room()},
                said->seq(), said->at_ms(), said->retry_after_ms()};
    }
    template <typename Table>
    std::vector<const Table*> events(SessionId session, wire::Event type) {
        std::vector<const Table*> found;
        for (const Frame& one : inboxes[session]) {
            if (const Table* table = one.as<Table>(type)) {
                found.push_back(table);
            }
        }
        return found;
    }
    // All entries of the room's batches, in the order in which they came. request 0: live, resumed.
    std::vector<Line> lines(SessionId session, RoomId room, uint32_t request = 0) {
        std::vector<Line> found;
        for (const Frame& one : with_request(session, request)) {
            const auto* batch = one.as<wire::Batch>(wire::Event::Batch);
            if (batch == nullptr || batch->room() != raw(room)) {
                continue;
            }
            for (wire::BatchReader reader(*batch); reader.next();) {
                const wire::BatchItem& item = reader.item();
                found.push_back({room, item.seq, item.author, std::string(item.text), item.kind});
            }
        }
        return found;
    }
    std::vector<std::string> texts(SessionId session, RoomId room, uint32_t request = 0) {
        std::vector<std::string> found;
        for (const Line& line : lines(session, room, request)) {
            if (line.kind == wire::BatchItem::Kind::Message) {
                found.push_back(line.text);
            }
        }
        return found;
    }
    const wire::RoomState* room_state(SessionId session, RoomId room) { // the newest
        const wire::RoomState* newest = nullptr;
        for (const auto* state : events<wire::RoomState>(session, wire::Event::RoomState)) {
            newest = state->room() == raw(room) ? state : newest;
        }
        return newest;
    }
    RoomId room_id(uint8_t kind, const std::string& name) const {
        const auto found = disk->room_by_name.find({kind, name});
        REQUIRE(found != disk->room_by_name.end());
        return found->second;
    }
    RoomId room_id(const RoomClaim& claim) const { return room_id(claim.kind, claim.name); }
    RoomId lobby() const { return room_id(static_cast<uint8_t>(wire::RoomKind::Global), "lobby"); }
    UserId user_id(const std::string& subject) const {
        return disk->user_by_subject.at({"studio", subject});
    }

    std::shared_ptr<MemoryDisk> disk;
    MemoryStore store;
    Core core;
    TimeMs now_ms = start_ms;
    ClocksMoved clocks;
    std::vector<StoreRequest> asked; // not committed yet
    std::map<SessionId, Admit> admits;
    std::map<SessionId, CloseSession> closes;
    bool shut_down = false;
    std::vector<Input> inputs;
    std::string effect_log;
    Effects last_deliveries; // Deliver effects, all

private:
    void take(Effect& effect) {
        if (const auto* admit = std::get_if<Admit>(&effect)) {
            REQUIRE(admits.emplace(admit->session, *admit).second); // one verdict each
        } else if (const auto* send_frame = std::get_if<SendFrame>(&effect)) {
            receive(send_frame->session, send_frame->lane, send_frame->frame);
        } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
            REQUIRE(!deliver->readers->empty());
            REQUIRE(std::is_sorted(deliver->readers->begin(), deliver->readers->end()));
            for (const SessionId reader : *deliver->readers) {
                receive(reader, deliver->lane, deliver->frame);
            }
            last_deliveries.push_back(effect);
        } else if (auto* persist = std::get_if<Persist>(&effect)) {
            asked.push_back(std::move(persist->request));
        } else if (const auto* close = std::get_if<CloseSession>(&effect)) {
            REQUIRE(closes.emplace(close->session, *close).second); // once
        } else {
            REQUIRE_FALSE(shut_down);
            shut_down = true;
        }
    }
    void receive(SessionId session, Lane lane, const SharedFrame& bytes) {
        REQUIRE(closes.count(session) == 0); // nothing follows the end
        auto plain = std::make_shared<ByteVector>(*bytes);
        REQUIRE(unpacker.unpack(*plain, lane).ok());
        const auto decoded = wire::decode_server_frame(*plain, lane);
        REQUIRE(decoded.error() == Error::Ok);
        inboxes[session].push_back({lane, std::move(plain), *decoded});
    }

    std::map<SessionId, std::vector<Frame>> inboxes;
    wire::FrameBuilder builder;
    wire::Unpacker unpacker;
    uint32_t sessions_made = 0;
    uint32_t requests = 0;
    uint32_t nonces = 0;
};

} // namespace parley
