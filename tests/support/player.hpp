// player.hpp: a client of few words over a real EnetLink: it speaks the schema and remembers what
// it was told. What the plugin does on its own (resume, resend) a test does here by hand.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"
#include "schemas/wire/views.hpp"
#include "tests/support/backend.hpp"

namespace parley::test {

// Tests wait for things, never for time; this ends one that would wait for ever.
inline constexpr TimeMs patience_ms = 30'000;

class Player {
public:
    struct Said {
        Seq seq = 0;
        Nonce nonce = 0;
        UserId author{};
        std::string text;
    };
    struct Answer {
        Error error{};
        Seq seq = 0;
        RoomId room{};
    };
    struct RoomSeen {
        RoomId id{};
        wire::RoomKind kind{};
        uint64_t incarnation = 0;
        Seq last_seq = 0;
    };

    explicit Player(uint8_t device) { device_seed.fill(device); }

    void connect(uint16_t port, const PublicKey& server_key, const std::string& ticket);
    // A new socket, as after a change of network; the shard is not told.
    void vanish();
    void step();

    uint32_t say(RoomId room, Nonce nonce, const std::string& text);
    uint32_t fetch_before(RoomId room, Seq before, uint16_t count);
    uint32_t ask_time();

    bool ready() const { return ready_; }
    bool closed() const { return closed_; }
    Error closed_with() const { return closed_with_; }
    uint32_t retry_after_ms() const { return retry_after_ms_; }
    UserId self() const { return self_; }
    const RoomSeen* room(const std::string& name) const;
    const Answer* answer(uint32_t request) const;
    // Messages of a room in the order of their arrival, and by seq.
    std::vector<Said> heard(RoomId room) const;
    std::map<Seq, Said> log(RoomId room) const;
    bool pages_done(uint32_t request) const { return pages_.count(request) != 0; }
    bool told_time() const { return told_time_; }
    bool told_goodbye() const { return told_goodbye_; }

    SecretSeed device_seed{};

private:
    uint32_t send(Lane lane, wire::Command type, flatbuffers::Offset<void> body);
    void take(FrameReceived& received);

    std::unique_ptr<EnetLink> link_;
    PeerId peer_{};
    wire::FrameBuilder builder_;
    wire::Unpacker unpacker_;
    uint32_t next_request_ = 1;
    bool ready_ = false;
    bool closed_ = false;
    bool told_time_ = false;
    bool told_goodbye_ = false;
    Error closed_with_{};
    uint32_t retry_after_ms_ = 0;
    UserId self_{};
    std::map<std::string, RoomSeen> rooms_;
    std::map<uint32_t, Answer> answers_;
    std::map<uint32_t, bool> pages_;
    std::map<RoomId, std::vector<Said>> heard_;
};

// Steps all players until it holds; false when patience ends.
bool until(const std::vector<Player*>& players, const std::function<bool()>& holds);

} // namespace parley::test
