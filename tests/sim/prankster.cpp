// prankster.cpp: half of what he sends is well formed and merely improper, the rest is noise.
#include "tests/sim/prankster.hpp"

#include <array>

#include <sodium.h>

#include "schemas/wire/decode.hpp"
#include "tests/sim/player.hpp"
#include "tests/sim/shard.hpp"

namespace parley::sim {

Prankster::Prankster(Parts parts)
    : parts_(std::move(parts)), random_(parts_.seed), host_(parts_.network.add_host()) {
    for (uint8_t& byte : device_seed_) {
        byte = static_cast<uint8_t>(random_.next());
    }
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
    crypto_sign_seed_keypair(device_key_.data(), secret.data(), device_seed_.data());
    link_ = parts_.network.client_link(host_);
    takes_part_ = parts_.plan.take({prankster_actor, 0});
}

void Prankster::connect() {
    const TimeMs now_ms = parts_.clock.steady_ms();
    if (ticket_.empty() || random_.chance_percent(30)) {
        Claims claims;
        claims.subject = "x";
        claims.name = "x";
        claims.rooms.push_back({static_cast<uint8_t>(wire::RoomKind::Guild), "oak", 0});
        ticket_ = parts_.tickets.issue(std::move(claims), device_key_, parts_.clock.wall_ms());
    }
    asked_.clear();
    const auto peer = link_->connect({shard_address, {}, ticket_, device_seed_, 1}, now_ms);
    if (peer) {
        peer_ = peer.value();
    }
}

void Prankster::go_away() {
    if (peer_ != PeerId{}) {
        link_->close(peer_, Error::Closed, 0);
    }
    peer_ = PeerId{};
    open_ = false;
}

void Prankster::step(bool lively) {
    const TimeMs now_ms = parts_.clock.steady_ms();
    while (std::optional<LinkEvent> event = link_->poll(now_ms)) {
        if (std::holds_alternative<PeerOpened>(*event)) {
            open_ = true;
        } else if (const auto* received = std::get_if<FrameReceived>(&*event)) {
            on_frame(*received);
        } else if (const auto* closed = std::get_if<PeerClosed>(&*event)) {
            parts_.trace.note(now_ms, "prankster is cut",
                              static_cast<uint64_t>(-static_cast<int32_t>(closed->reason)));
            peer_ = PeerId{};
            open_ = false;
            ticket_ = is_hard(closed->reason) && closed->reason != Error::ConnectionLost
                          ? std::string{}
                          : ticket_;
            connect_at_ms_ = now_ms + random_.between(200, 3000);
        }
    }
    if (!lively || !takes_part_) {
        return;
    }
    if (peer_ == PeerId{} && now_ms >= connect_at_ms_) {
        connect();
    } else if (open_ && now_ms >= act_at_ms_) {
        ++acts_;
        random_ = chance_of(parts_.seed, acts_);
        act_at_ms_ = now_ms + random_.between(20, 1000);
        if (parts_.plan.take({prankster_actor, acts_})) {
            act();
        }
    }
}

void Prankster::on_frame(const FrameReceived& received) {
    const auto decoded = wire::decode_server_frame(received.frame, received.lane);
    const wire::Reply* reply =
        decoded ? decoded.value()->body_as_Reply() : static_cast<const wire::Reply*>(nullptr);
    if (reply == nullptr || reply->error() != wire::Error::Ok) {
        return;
    }
    const auto found = asked_.find(decoded.value()->request());
    if (found == asked_.end()) {
        return;
    }
    Said& said = said_[found->second];
    // What was said in memory may be said again in the log after it.
    if (said.seq.has_value() && *said.seq != reply->seq() && !parts_.checks.in_memory(said.room)) {
        parts_.checks.violation("one nonce was given two places: seq " + std::to_string(*said.seq) +
                                " and " + std::to_string(reply->seq()));
    }
    said.seq = reply->seq();
}

RoomId Prankster::any_room() {
    return RoomId{random_.below(9)};
}

void Prankster::send(Lane lane, Bytes frame) {
    link_->send(peer_, lane, wire::share(frame));
}

void Prankster::say(size_t which) {
    const Said& said = said_[which];
    const uint32_t request = next_request_++;
    asked_[request] = which;
    auto& fbb = builder_.fbb();
    const auto text = fbb.CreateString(said.text);
    const auto body = wire::CreateSend(fbb, raw(said.room), said.nonce, 0, text);
    send(Lane::Chat, builder_.client(request, wire::Command::Send, body.Union()));
}

void Prankster::act() {
    const uint64_t dice = random_.below(100);
    auto& fbb = builder_.fbb();
    const uint32_t request = next_request_++;
    const auto say_it = [&](wire::Command type, flatbuffers::Offset<void> body,
                            Lane lane = Lane::Control) {
        send(lane, builder_.client(request, type, body));
    };
    const uint64_t room = raw(any_room());
    if (dice < 30) {
        const Nonce nonce =
            static_cast<Nonce>(parts_.clock.wall_ms()) << 22 | random_.below(uint64_t{1} << 22);
        said_.push_back({any_room(), nonce, "x " + std::to_string(said_.size()), std::nullopt});
        say(said_.size() - 1);
        say(said_.size() - 1);
    } else if (dice < 50 && !said_.empty()) {
        say(random_.below(said_.size()));
    } else if (dice < 54) {
        ByteVector noise(random_.below(200));
        for (uint8_t& byte : noise) {
            byte = static_cast<uint8_t>(random_.next());
        }
        send(static_cast<Lane>(random_.below(lane_count)), noise);
    } else if (dice < 62) {
        const bool before = random_.chance_percent(50);
        const Seq seq = random_.below(100) + 1;
        const auto count = static_cast<uint16_t>(random_.between(1, 50));
        const auto body = wire::CreateFetch(fbb, room, before ? seq : 0, before ? 0 : seq, count);
        say_it(wire::Command::Fetch, body.Union(), Lane::Chat);
    } else if (dice < 70) {
        wire::ResumePoint points[] = {{room, random_.next(), random_.below(100)},
                                      {raw(any_room()), 0x1CA2, random_.below(100)}};
        if (points[0].room() > points[1].room()) {
            std::swap(points[0], points[1]);
        }
        const auto list =
            fbb.CreateVectorOfStructs(points, points[0].room() == points[1].room() ? 1 : 2);
        say_it(wire::Command::Resume, wire::CreateResume(fbb, list).Union());
    } else if (dice < 74) {
        say_it(wire::Command::Mark, wire::CreateMark(fbb, room, random_.next() >> 1).Union());
    } else if (dice < 78) {
        say_it(wire::Command::Typing, wire::CreateTyping(fbb, room, 0).Union(), Lane::State);
    } else if (dice < 82) {
        const auto name = fbb.CreateString("teal");
        const auto subject = fbb.CreateString("x");
        say_it(wire::Command::Grant,
               wire::CreateGrant(fbb, wire::RoomKind::Team, name, subject, wire::Role::Leader)
                   .Union());
    } else if (dice < 86) {
        say_it(wire::Command::Leave, wire::CreateLeave(fbb, room).Union());
    } else if (dice < 90) {
        const auto name = fbb.CreateString("teal");
        say_it(wire::Command::Join, wire::CreateJoin(fbb, wire::RoomKind::Team, name).Union());
    } else if (dice < 93) {
        say_it(wire::Command::FetchMembers, wire::CreateFetchMembers(fbb, room, 0, 64).Union());
    } else if (dice < 96) {
        const auto name = fbb.CreateString("oak");
        say_it(wire::Command::Join, wire::CreateJoin(fbb, wire::RoomKind::Guild, name).Union());
    } else if (dice < 98) {
        const auto garbage = fbb.CreateString("not a ticket");
        say_it(wire::Command::Reauth, wire::CreateReauth(fbb, garbage).Union());
    } else {
        go_away();
        connect_at_ms_ = parts_.clock.steady_ms() + random_.between(10, 2000);
    }
}

} // namespace parley::sim
