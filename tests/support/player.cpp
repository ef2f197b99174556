// player.cpp: a client of few words.
#include "tests/support/player.hpp"

namespace parley::test {

void Player::connect(uint16_t port, const PublicKey& server_key, const std::string& ticket) {
    link_ = EnetLink::client({}, steady_ms()).value();
    ready_ = false;
    closed_ = false;
    rooms_.clear();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    ConnectOptions options;
    options.address = address;
    options.server_keys = std::span(&server_key, 1);
    options.ticket = ticket;
    options.device_seed = device_seed;
    peer_ = link_->connect(options, steady_ms()).value();
}

void Player::vanish() {
    link_.reset();
    ready_ = false;
}

void Player::step() {
    if (link_ == nullptr) {
        return;
    }
    while (auto event = link_->poll(steady_ms())) {
        if (auto* received = std::get_if<FrameReceived>(&*event)) {
            take(*received);
        } else if (const auto* gone = std::get_if<PeerClosed>(&*event)) {
            closed_ = true;
            ready_ = false;
            closed_with_ = gone->reason;
            retry_after_ms_ = gone->retry_after_ms;
        }
    }
    link_->flush(steady_ms());
}

uint32_t Player::send(Lane lane, wire::Command type, flatbuffers::Offset<void> body) {
    const uint32_t request = next_request_++;
    link_->send(peer_, lane, wire::share(builder_.client(request, type, body)));
    return request;
}

uint32_t Player::say(RoomId room, Nonce nonce, const std::string& text) {
    flatbuffers::FlatBufferBuilder& fbb = builder_.fbb();
    const auto words = fbb.CreateString(text);
    return send(Lane::Chat, wire::Command::Send,
                wire::CreateSend(fbb, raw(room), nonce, 0, words).Union());
}

uint32_t Player::fetch_before(RoomId room, Seq before, uint16_t count) {
    flatbuffers::FlatBufferBuilder& fbb = builder_.fbb();
    return send(Lane::Control, wire::Command::Fetch,
                wire::CreateFetch(fbb, raw(room), before, 0, count).Union());
}

uint32_t Player::ask_time() {
    flatbuffers::FlatBufferBuilder& fbb = builder_.fbb();
    return send(Lane::Control, wire::Command::TimeQuery,
                wire::CreateTimeQuery(fbb, steady_ms()).Union());
}

void Player::take(FrameReceived& received) {
    const Result<void> unpacked = unpacker_.unpack(received.frame, received.lane);
    const Result<const wire::ServerFrame*> decoded =
        unpacked.ok() ? wire::decode_server_frame(received.frame, received.lane) : unpacked.error();
    if (!decoded.ok()) {
        closed_ = true;
        closed_with_ = decoded.error();
        return;
    }
    const wire::ServerFrame& frame = *decoded.value();
    if (const auto* ready = frame.body_as_Ready()) {
        ready_ = true;
        self_ = UserId{ready->self()->id()};
    } else if (const auto* state = frame.body_as_RoomState()) {
        rooms_[std::string(wire::view(state->name()))] = {RoomId{state->room()}, state->kind(),
                                                          state->incarnation(), state->last_seq()};
    } else if (const auto* reply = frame.body_as_Reply()) {
        answers_[frame.request()] = {static_cast<Error>(reply->error()), reply->seq(),
                                     RoomId{reply->room()}};
    } else if (frame.body_as_TimeReply() != nullptr) {
        told_time_ = true;
    } else if (frame.body_as_Goodbye() != nullptr) {
        told_goodbye_ = true;
    } else if (const auto* batch = frame.body_as_Batch()) {
        for (wire::BatchReader reader(*batch); reader.next();) {
            const wire::BatchItem& item = reader.item();
            if (item.kind == wire::BatchItem::Kind::Message) {
                heard_[RoomId{batch->room()}].push_back(
                    {item.seq, item.nonce, item.author, std::string(item.text)});
            }
        }
        if (frame.request() != 0) {
            pages_[frame.request()] = batch->more();
        }
    }
}

const Player::RoomSeen* Player::room(const std::string& name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : &found->second;
}

const Player::Answer* Player::answer(uint32_t request) const {
    const auto found = answers_.find(request);
    return found == answers_.end() ? nullptr : &found->second;
}

std::vector<Player::Said> Player::heard(RoomId room) const {
    const auto found = heard_.find(room);
    return found == heard_.end() ? std::vector<Said>() : found->second;
}

std::map<Seq, Player::Said> Player::log(RoomId room) const {
    std::map<Seq, Said> by_seq;
    for (const Said& said : heard(room)) {
        by_seq[said.seq] = said;
    }
    return by_seq;
}

bool until(const std::vector<Player*>& players, const std::function<bool()>& holds) {
    const TimeMs end_ms = steady_ms() + patience_ms;
    while (steady_ms() < end_ms) {
        for (Player* player : players) {
            player->step();
        }
        if (holds()) {
            return true;
        }
    }
    return false;
}

} // namespace parley::test
