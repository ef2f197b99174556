// parley_subject.cpp: the shipped shard program with durable or memory rooms, and its players:
// sealed links with tickets, frames through schemas/wire. Its configuration is the product's
// default but for what configuration() says.
#include <sodium.h>

#include <array>
#include <filesystem>

#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"
#include "server/app/keys.hpp"
#include "server/auth/mint.hpp"
#include "tests/perf/heard.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {
namespace {

constexpr std::string_view issuer = "bench";
constexpr std::string_view audience = "parley"; // the product's default
constexpr unsigned nonce_number_bits = 22;

std::string room_name(const Plan& plan, size_t player) {
    return plan.crowd ? "bench" : "bench-" + std::to_string(plan.room_of(player));
}

wire::RoomKind room_kind(const Plan& plan) {
    if (plan.busy) {
        return wire::RoomKind::Global;
    }
    return plan.crowd ? wire::RoomKind::Guild : wire::RoomKind::Party;
}

bool went_unheard(Error reason) {
    return reason == Error::Ok || reason == Error::ConnectionLost || reason == Error::NoAnswer;
}

// What all players of a run share.
struct Common {
    std::string server_address;
    PublicKey server_key{};
    wire::FrameBuilder builder;
    wire::Unpacker unpacker;
    uint64_t lines = 0;
    uint64_t first_user = 0; // of the first player
};

class ParleyPlayer final : public Player {
public:
    ParleyPlayer(size_t index, const Plan& plan, std::string ticket, SecretSeed device_seed,
                 Common& common)
        : index_(index), kind_(room_kind(plan)), comes_again_(plan.come_again),
          blocks_(plan.blocks(index, 0)), ticket_(std::move(ticket)), device_seed_(device_seed),
          common_(common) {}

    bool begin(std::string& message) override {
        const std::string bind = player_address(index_) + ":0";
        ClientOptions options;
        options.bind = bind;
        Result<std::unique_ptr<EnetLink>> made = EnetLink::client(options, steady_ms());
        if (!made.ok()) {
            message = "a link could not be made: " + std::string(error_name(made.error()));
            return false;
        }
        link_ = std::move(made).value();
        return connect(message);
    }

    int socket_fd() const override { return link_->socket_fd(); }

    void pump(int64_t now_us, Heard& heard) override {
        if (again_at_us_ != 0 && now_us >= again_at_us_) {
            again_at_us_ = 0;
            heard.tried_again();
            if (std::string message; !connect(message)) {
                heard.failed(index_, message);
                return;
            }
        }
        while (std::optional<LinkEvent> event = link_->poll(now_us / 1000)) {
            if (auto* received = std::get_if<FrameReceived>(&*event)) {
                take(*received, now_us, heard);
            } else if (const auto* closed = std::get_if<PeerClosed>(&*event)) {
                if (comes_again_ && !ready() && went_unheard(closed->reason)) {
                    again_at_us_ = now_us + 1000 * limits::reconnect_first_ms;
                    continue;
                }
                heard.failed(index_, "was closed: " + std::string(error_name(closed->reason)));
                return;
            }
        }
        if (blocks_ && ready() && common_.first_user != 0) {
            blocks_ = false;
            auto& fbb = common_.builder.fbb();
            const auto body = wire::CreateBlock(fbb, common_.first_user, true).Union();
            const Bytes frame = common_.builder.client(++request_, wire::Command::Block, body);
            if (!link_->send(peer_, Lane::Control, wire::share(frame))) {
                heard.failed(index_, "could not block anybody");
                return;
            }
            link_->flush(now_us / 1000);
        }
    }

    bool ready() const override { return room_ != 0; }

    bool say(std::string_view text, int64_t now_us) override {
        auto& fbb = common_.builder.fbb();
        const auto words = fbb.CreateString(text.data(), text.size());
        // Numbered and stirred where a client's are random: of a thousand lines a millisecond two
        // would meet.
        const Nonce nonce =
            (static_cast<uint64_t>(wall_unix_ms()) << nonce_number_bits) |
            (++common_.lines * 0x9E3779B97F4A7C15 & ((uint64_t{1} << nonce_number_bits) - 1));
        const auto body = wire::CreateSend(fbb, room_, nonce, 0, words).Union();
        const Bytes frame = common_.builder.client(++request_, wire::Command::Send, body);
        const Lane lane = kind_ == wire::RoomKind::Party ? Lane::Chat : Lane::Crowd;
        if (!link_->send(peer_, lane, wire::share(frame))) {
            return false;
        }
        link_->flush(now_us / 1000);
        return true;
    }

    std::optional<Traffic> traffic() const override {
        const LinkMetrics& metrics = link_->metrics();
        return Traffic{metrics.bytes_sent.read() + metrics.bytes_received.read(),
                       metrics.datagrams_sealed.read() + metrics.datagrams_opened.read()};
    }

private:
    bool connect(std::string& message) {
        ConnectOptions options;
        options.address = common_.server_address;
        options.server_keys = {&common_.server_key, 1};
        options.ticket = ticket_;
        options.device_seed = device_seed_;
        const Result<PeerId> peer = link_->connect(options, steady_ms());
        if (!peer.ok()) {
            message = "a player could not connect: " + std::string(error_name(peer.error()));
            return false;
        }
        peer_ = peer.value();
        return true;
    }

    void take(FrameReceived& received, int64_t now_us, Heard& heard) {
        const Result<void> unpacked = common_.unpacker.unpack(received.frame, received.lane);
        const Result<const wire::ServerFrame*> decoded =
            unpacked ? wire::decode_server_frame(received.frame, received.lane) : unpacked.error();
        if (!decoded.ok()) {
            heard.failed(index_, "got a frame that is " + std::string(error_name(decoded.error())));
            return;
        }
        const wire::ServerFrame& frame = **decoded;
        if (const auto* batch = frame.body_as_Batch()) {
            for (wire::BatchReader reader(*batch); reader.next();) {
                if (reader.item().kind == wire::BatchItem::Kind::Message) {
                    heard.line(index_, reader.item().text, now_us);
                }
            }
        } else if (const auto* state = frame.body_as_RoomState()) {
            if (state->kind() == kind_ && ready()) {
                heard.failed(index_, "lagged behind its room");
            } else if (state->kind() == kind_) {
                room_ = state->room();
            }
        } else if (const auto* said = frame.body_as_Ready()) {
            common_.first_user = index_ == 0 ? said->self()->id() : common_.first_user;
        } else if (const auto* reply = frame.body_as_Reply()) {
            if (reply->error() != wire::Error::Ok) {
                const auto error = static_cast<Error>(static_cast<int32_t>(reply->error()));
                heard.failed(index_, "was refused: " + std::string(error_name(error)));
            }
        } else if (frame.body_as_Goodbye() != nullptr) {
            heard.failed(index_, "was told to go");
        }
    }

    const size_t index_;
    const wire::RoomKind kind_;
    const bool comes_again_;
    bool blocks_; // the first player, when he is known
    const std::string ticket_;
    const SecretSeed device_seed_;
    Common& common_;
    std::unique_ptr<EnetLink> link_;
    PeerId peer_{};
    uint64_t room_ = 0;
    uint32_t request_ = 0;
    int64_t again_at_us_ = 0; // 0: never
};

SecretSeed random_seed() {
    SecretSeed seed;
    randombytes_buf(seed.data(), seed.size());
    return seed;
}

// One net thread has room for ENet's 4,095. The kernel spreads strangers over several as it likes,
// so that those need room to spare.
std::string sessions_text(size_t players) {
    const size_t one = players + spare_sessions;
    if (one <= limits::sessions_per_host_max) {
        return "sessions_max = " + std::to_string(one) + "\n";
    }
    const size_t threads = (players + players / 8) / limits::sessions_per_host_max + 1;
    return "net_threads = " + std::to_string(threads) +
           "\nsessions_max = " + std::to_string(limits::sessions_per_host_max) + "\n";
}

class ParleySubject final : public Subject {
public:
    explicit ParleySubject(Rooms rooms) : rooms_(rooms) {}

    std::string_view name() const override {
        return rooms_ == Rooms::Memory      ? "parley_memory"
               : rooms_ == Rooms::Unsampled ? "parley_unsampled"
                                            : "parley";
    }

    std::string configuration(const Plan& plan) const override {
        const char* const tier = plan.busy ? "global" : plan.crowd ? "guild" : "party";
        const std::string rooms =
            !plan.busy ? ""
                       : std::string("[rooms]\nglobal = [\"bench\"]\nslow_lines_per_s = 0\n") +
                             (rooms_ == Rooms::Unsampled ? "readable_lines_per_s = 0\n" : "");
        return "[shard]\nbind = \"127.0.0.1\"\n" + sessions_text(plan.players) + rooms +
               "[users]\nframes_per_s_max = 100000\nlog_bytes_per_s = 1000000000\n[tiers." + tier +
               "]\npace_burst = 1000\npace_period_ms = 10\n" +
               (rooms_ == Rooms::Memory ? "memory = 1\n" : "");
    }

    bool start(const Plan& plan, const Places& places, std::string& message) override {
        if (sodium_init() < 0) {
            message = "libsodium could not be started";
            return false;
        }
        if (issuer_seed_ == SecretSeed{}) {
            issuer_seed_ = random_seed();
        }
        plan_ = &plan;
        common_.first_user = 0; // of another database
        const std::string data = places.data_folder + "/data";
        std::error_code error;
        std::filesystem::create_directories(data, error);
        if (error) {
            message = "the folder " + data + " cannot be made: " + error.message();
            return false;
        }
        // The shard makes its key when it is missing; made here, the players know it.
        const Result<SecretSeed> server_seed = load_server_key(data + "/server.key", message);
        if (!server_seed.ok()) {
            return false;
        }
        common_.server_key = link_public_key(server_seed.value());
        const std::string config = places.data_folder + "/bench.toml";
        const std::string text = configuration(plan) + "\n[[issuer]]\nname = \"" +
                                 std::string(issuer) + "\"\nkid = \"" + std::string(issuer) +
                                 "\"\npublic_key = \"" + issuer_public_key(issuer_seed_) + "\"\n";
        if (!write_file(config, text, message).ok()) {
            return false;
        }
        const std::string ready_file = places.data_folder + "/ready";
        if (!server_.start({places.parley, "serve", "--config", config, "--data", data, "--port",
                            "0", "--ready-file", ready_file},
                           ready_file, places.data_folder + "/shard.log", message)) {
            return false;
        }
        common_.server_address = "127.0.0.1:" + std::to_string(server_.port());
        return true;
    }

    std::unique_ptr<Player> player(size_t index, std::string& message) override {
        const SecretSeed device_seed = random_seed();
        std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret_key;
        auth::MintOptions options;
        options.audience = audience;
        options.key_id = issuer;
        options.seed = issuer_seed_;
        crypto_sign_seed_keypair(options.device.data(), secret_key.data(), device_seed.data());
        Claims claims;
        claims.issuer = issuer;
        claims.subject = "player-" + std::to_string(index);
        claims.id = "ticket-" + std::to_string(++tickets_);
        claims.name = "Player " + std::to_string(index);
        claims.issued_at_s = wall_unix_ms() / 1000;
        claims.expires_at_s = claims.issued_at_s + limits::ticket_life_s_max;
        if (!plan_->busy) { // else it is a room that everyone is in
            claims.rooms = {{static_cast<uint8_t>(room_kind(*plan_)), room_name(*plan_, index), 0}};
        }
        const Result<std::string> ticket = auth::mint_ticket(claims, options);
        if (!ticket.ok()) {
            message = "a ticket could not be minted: " + std::string(error_name(ticket.error()));
            return nullptr;
        }
        return std::make_unique<ParleyPlayer>(index, *plan_, ticket.value(), device_seed, common_);
    }

    Child& server() override { return server_; }

private:
    const Rooms rooms_;
    const Plan* plan_ = nullptr;
    SecretSeed issuer_seed_{};
    uint64_t tickets_ = 0; // each device has one of its own
    Common common_;
    Child server_;
};

} // namespace

std::unique_ptr<Subject> parley_subject(Rooms rooms) {
    return std::make_unique<ParleySubject>(rooms);
}

} // namespace parley::bench
