// client_handshake.hpp: the client's side from Hello to Welcome: a state machine that is told what
// came and says what to send. Pure but for libsodium's chance; time as an argument.
#pragma once

#include <string>
#include <vector>

#include "schemas/link/datagram.hpp"

namespace parley {

class ClientHandshake {
public:
    enum class State : int8_t { Failed = -1, Hello = 1, Auth = 2, Welcomed = 3 };

    // options.server_keys must not be empty; ticket and keys are copied.
    ClientHandshake(const ConnectOptions& options, bool allow_aes, TimeMs steady_ms);
    ~ClientHandshake();
    ClientHandshake(const ClientHandshake&) = delete;
    ClientHandshake& operator=(const ClientHandshake&) = delete;

    // What is due: datagrams go out as they are, plains are to be sealed with the session's key.
    void due(TimeMs steady_ms, std::vector<ByteVector>& datagrams, std::vector<ByteVector>& plains);

    // C2, C3 or C4 from the server's address. True: Accept was good, take the keys now.
    bool receive(Bytes datagram, TimeMs steady_ms);
    // A sealed message of the link's own, opened.
    void receive_inner(Bytes plain);

    State state() const { return state_; }
    Error error() const { return error_; }
    uint32_t retry_after_ms() const { return retry_after_ms_; }

    // After receive() said true.
    uint32_t session() const { return session_; }
    Cipher cipher() const { return cipher_; }
    const NoiseKeys& keys() const { return keys_; }

private:
    void greet(TimeMs steady_ms);
    void accepted(const Accept& accept, TimeMs steady_ms);
    void fail(Error error, uint32_t retry_after_ms);
    bool take_turn(TimeMs steady_ms);

    std::vector<PublicKey> server_keys_;
    size_t key_index_ = 0;
    std::string ticket_;
    SecretKey device_seed_;
    uint64_t app_id_;
    bool allow_aes_;

    State state_ = State::Hello;
    Error error_ = Error::Ok;
    uint32_t retry_after_ms_ = 0;

    // [hello]
    std::optional<NoiseInitiator> noise_;
    Hello hello_;
    ByteVector hello_noise_;
    uint32_t retries_taken_ = 0;
    bool accept_forged_ = false;

    // [auth]
    uint32_t session_ = 0;
    Cipher cipher_ = Cipher::ChaCha20Poly1305;
    NoiseKeys keys_;
    std::vector<ByteVector> parts_;
    uint8_t parts_acked_ = 0;

    // [turns] when the next send is due
    size_t turn_ = 0;
    TimeMs next_turn_ms_ = 0;
    TimeMs give_up_ms_ = 0;
};

} // namespace parley
