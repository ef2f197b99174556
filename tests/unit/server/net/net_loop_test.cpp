// net_loop_test.cpp: a net loop over a link that says what the test wants and remembers what it was
// told. Tickets are real ones.
#include "server/net/net_loop.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <sodium.h>

#include "schemas/base/limits.hpp"
#include "schemas/link/address.hpp"
#include "schemas/wire/decode.hpp"
#include "server/auth/mint.hpp"

using namespace parley;

namespace {

constexpr TimeMs noon_ms = 1'700'000'000'000;
constexpr PeerId one{1};
constexpr PeerId two{2};

class ScriptedLink final : public Link {
public:
    struct Sent {
        PeerId peer{};
        Lane lane{};
        SharedFrame frame;
    };
    struct Closed {
        PeerId peer{};
        Error reason{};
    };

    Result<PeerId> connect(const ConnectOptions&, TimeMs) override { return Error::BadState; }
    void admit(PeerId peer, Error verdict, uint32_t) override { admitted[peer] = verdict; }
    bool send(PeerId peer, Lane lane, const SharedFrame& frame) override {
        if (full.count(peer) != 0) {
            return false;
        }
        sent.push_back({peer, lane, frame});
        return true;
    }
    void send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                  std::vector<PeerId>& refused) override {
        for (const PeerId peer : peers) {
            if (!send(peer, lane, frame)) {
                refused.push_back(peer);
            }
        }
    }
    std::optional<LinkEvent> poll(TimeMs) override {
        if (events.empty()) {
            return std::nullopt;
        }
        LinkEvent event = std::move(events.front());
        events.pop_front();
        return event;
    }
    void flush(TimeMs) override {}
    void close(PeerId peer, Error reason, uint32_t) override { closed.push_back({peer, reason}); }
    size_t queued_bytes(PeerId peer) const override {
        const auto found = full.find(peer);
        const auto other = queued.find(peer);
        return found != full.end() ? found->second : other != queued.end() ? other->second : 0;
    }
    uint32_t rtt_ms(PeerId) const override { return 0; }

    std::deque<LinkEvent> events;
    std::map<PeerId, size_t> full;   // takes nothing; so many bytes are queued
    std::map<PeerId, size_t> queued; // takes all, and yet so many are queued
    std::map<PeerId, Error> admitted;
    std::vector<Sent> sent;
    std::vector<Closed> closed;
};

struct Fixture {
    explicit Fixture(const NetBounds& bounds = {}) {
        REQUIRE(sodium_init() >= 0);
        auth::IssuerKey public_key{};
        uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
        crypto_sign_seed_keypair(public_key.data(), secret_key, issuer_seed.data());
        auth::Keyring keyring;
        std::string message;
        REQUIRE(keyring.add("studio", "parley", "1", public_key, message).ok());
        loop.emplace(3u, link, std::make_shared<const Admission>(std::move(keyring)), core,
                     Log(keep_line, &log, LogLevel::Warn), bounds);
    }

    static void keep_line(void* user, int, const char* line) {
        *static_cast<std::string*>(user) += std::string(line) + "\n";
    }

    std::string ticket(const std::string& subject, const DeviceKey& for_device,
                       TimeMs issued_ms = noon_ms) {
        Claims claims;
        claims.issuer = "studio";
        claims.subject = subject;
        claims.id = "jti-" + subject;
        claims.name = subject;
        claims.issued_at_s = issued_ms / 1000;
        claims.expires_at_s = issued_ms / 1000 + limits::ticket_life_s_max;
        auth::MintOptions options;
        options.audience = "parley";
        options.key_id = "1";
        options.seed = issuer_seed;
        options.device = for_device;
        return auth::mint_ticket(claims, options).value();
    }

    void open(PeerId peer) {
        AuthRequest request;
        request.peer = peer;
        request.device_key = device;
        request.ticket = ticket("ada", device);
        link.events.push_back(request);
        pump();
        loop->apply({Admit{session_of(3, peer), Error::Ok, 0}}, steady_ms);
        link.events.push_back(PeerOpened{peer, {}});
        pump();
        inputs();
    }
    void pump() { loop->pump(steady_ms, noon_ms); }
    std::vector<InputBody> inputs() {
        std::vector<InputBody> taken;
        core.take_all(taken);
        return taken;
    }
    template <typename T>
    T only_input() {
        std::vector<InputBody> taken = inputs();
        REQUIRE(taken.size() == 1);
        REQUIRE(std::holds_alternative<T>(taken[0]));
        return std::get<T>(taken[0]);
    }
    void say(PeerId peer, Bytes frame, Lane lane = Lane::Control) {
        link.events.push_back(FrameReceived{peer, lane, ByteVector(frame.begin(), frame.end())});
        pump();
    }
    Bytes time_query() {
        auto body = wire::CreateTimeQuery(builder.fbb(), 5);
        return builder.client(9, wire::Command::TimeQuery, body.Union());
    }
    Bytes reauth(const std::string& with) {
        flatbuffers::FlatBufferBuilder& fbb = builder.fbb();
        auto body = wire::CreateReauth(fbb, fbb.CreateString(with));
        return builder.client(8, wire::Command::Reauth, body.Union());
    }

    auth::IssuerSeed issuer_seed{1, 2, 3};
    DeviceKey device{7, 7, 7};
    TimeMs steady_ms = 1000;
    ScriptedLink link;
    Mailbox<InputBody> core{limits::core_inbox_inputs_max + 10, Full::Refuse};
    wire::FrameBuilder builder;
    std::string log;
    std::optional<NetLoop> loop;
};

SharedFrame frame_of(const char* text) {
    return std::make_shared<const ByteVector>(text, text + std::string_view(text).size());
}

Readers readers(std::vector<SessionId> sessions) {
    return std::make_shared<const std::vector<SessionId>>(std::move(sessions));
}

const wire::Reply* reply_in(const ScriptedLink::Sent& sent) {
    const auto decoded = wire::decode_server_frame(*sent.frame, sent.lane);
    REQUIRE(decoded.ok());
    const wire::Reply* reply = decoded.value()->body_as_Reply();
    REQUIRE(reply != nullptr);
    return reply;
}

} // namespace

TEST_CASE("a good ticket asks the core, whose verdict goes to the link", "[net]") {
    Fixture f;
    AuthRequest request;
    request.peer = one;
    request.device_key = f.device;
    request.ticket = f.ticket("ada", f.device);
    f.link.events.push_back(request);
    f.pump();
    const auto asked = f.only_input<AdmitAsked>();
    CHECK(asked.session == session_of(3, one));
    CHECK(asked.claims.subject == "ada");
    CHECK(asked.device == f.device);
    CHECK(f.link.admitted.empty());

    f.loop->apply({Admit{asked.session, Error::TooManySessions, 0}}, f.steady_ms);
    CHECK(f.link.admitted.at(one) == Error::TooManySessions);
    CHECK(f.loop->peers() == 0);
}

TEST_CASE("a bad ticket never reaches the core", "[net]") {
    Fixture f;
    AuthRequest request;
    request.peer = one;
    request.device_key = f.device;
    SECTION("tampered") {
        request.ticket = f.ticket("ada", f.device);
        request.ticket[request.ticket.size() / 2] ^= 1;
        f.link.events.push_back(request);
        f.pump();
        CHECK(f.link.admitted.at(one) == Error::BadTicket);
    }
    SECTION("of another device") {
        request.ticket = f.ticket("ada", DeviceKey{8});
        f.link.events.push_back(request);
        f.pump();
        CHECK(f.link.admitted.at(one) == Error::TicketStolen);
    }
    SECTION("so old that no store remembers it") {
        const TimeMs life_ms =
            1000 * (limits::ticket_life_s_max + limits::ticket_skew_s) + limits::reauth_due_ms;
        request.ticket = f.ticket("ada", f.device, noon_ms - life_ms - 1000);
        f.link.events.push_back(request);
        f.pump();
        CHECK(f.link.admitted.at(one) == Error::TicketExpired);
    }
    CHECK(f.inputs().empty());
    CHECK(f.loop->peers() == 0);
}

TEST_CASE("theft is logged with where it came from, whoever saw it, and no word of the ticket",
          "[net][hostile]") {
    Fixture f;
    AuthRequest request;
    request.peer = one;
    request.address = parse_address("203.0.113.7:40000").value();
    SECTION("a device that cannot sign for it") {
        request.device_key = f.device;
        request.ticket = f.ticket("ada", DeviceKey{8});
        f.link.events.push_back(request);
        f.pump();
    }
    SECTION("a second device, which only the store knows to be one") {
        request.device_key = f.device;
        request.ticket = f.ticket("ada", f.device);
        f.link.events.push_back(request);
        f.pump();
        CHECK(f.log.empty());
        f.loop->apply({Admit{session_of(3, one), Error::TicketStolen, 0}}, f.steady_ms);
    }
    CHECK(f.link.admitted.at(one) == Error::TicketStolen);
    CHECK(f.log.find("warn ticket_refused address=203.0.113.7:40000 error=TicketStolen") == 0);
    CHECK(std::count(f.log.begin(), f.log.end(), '\n') == 1);
    CHECK(f.log.find(request.ticket.substr(0, 20)) == std::string::npos);
}

TEST_CASE("what happened to a session that the core refused meanwhile is not told", "[net]") {
    Fixture f;
    f.link.events.push_back(PeerOpened{one, {}});
    f.link.events.push_back(PeerClosed{one, Error::ConnectionLost, 0});
    f.link.events.push_back(FrameReceived{one, Lane::Chat, {1, 2, 3}});
    f.pump();
    CHECK(f.inputs().empty());
}

TEST_CASE("a frame that decodes goes to the core as it is", "[net]") {
    Fixture f;
    f.open(one);
    const Bytes query = f.time_query();
    const ByteVector expected(query.begin(), query.end());
    f.say(one, query);
    const auto command = f.only_input<CommandReceived>();
    CHECK(command.session == session_of(3, one));
    CHECK(command.lane == Lane::Control);
    CHECK(command.frame == expected);
}

TEST_CASE("the third malformed frame ends the session, the second does not", "[net]") {
    Fixture f;
    f.open(one);
    const ByteVector rubbish(64, 0xFF);
    for (size_t i = 1; i < limits::malformed_frames_max; ++i) {
        f.say(one, rubbish);
    }
    CHECK(f.link.closed.empty());
    CHECK(f.inputs().empty());
    f.say(one, rubbish);
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Protocol);
    CHECK(f.only_input<SessionClosed>().reason == Error::Protocol);
}

TEST_CASE("a command that is not known yet is answered, and the session lives", "[net]") {
    Fixture f;
    f.open(one);
    for (uint32_t i = 0; i < 10; ++i) {
        auto body = wire::CreateTimeQuery(f.builder.fbb(), 5);
        const auto unknown = static_cast<wire::Command>(200);
        f.say(one, f.builder.client(40 + i, unknown, body.Union()));
    }
    CHECK(f.link.closed.empty());
    CHECK(f.inputs().empty());
    REQUIRE(f.link.sent.size() == 10);
    CHECK(reply_in(f.link.sent[0])->error() == wire::Error::Unsupported);
}

TEST_CASE("refused frames without end are a flood", "[net]") {
    NetBounds bounds;
    bounds.refused_frames_per_s_max = GENERATE(
        limits::frames_per_s_max, limits::frames_per_s_max / 2, 2 * limits::frames_per_s_max);
    Fixture f(bounds);
    f.open(one);
    for (uint32_t i = 0; i <= bounds.refused_frames_per_s_max; ++i) {
        CHECK(f.link.closed.empty());
        auto body = wire::CreateTimeQuery(f.builder.fbb(), 5);
        f.say(one, f.builder.client(1, static_cast<wire::Command>(200), body.Union()));
    }
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Flood);
}

TEST_CASE("a new ticket in-band is verified here, for the device of the session", "[net]") {
    Fixture f;
    f.open(one);
    f.say(one, f.reauth(f.ticket("ada", f.device)));
    const auto good = f.only_input<ReauthVerified>();
    CHECK(good.verdict == Error::Ok);
    CHECK(good.claims.subject == "ada");
    CHECK(good.request == 8);

    f.steady_ms += limits::reauth_period_ms_min;
    f.say(one, f.reauth(f.ticket("ada", DeviceKey{9})));
    CHECK(f.only_input<ReauthVerified>().verdict == Error::TicketStolen);

    // Too soon: a signature costs.
    f.steady_ms += limits::reauth_period_ms_min - 1;
    f.say(one, f.reauth(f.ticket("ada", f.device)));
    CHECK(f.inputs().empty());
    REQUIRE(f.link.sent.size() == 1);
    CHECK(reply_in(f.link.sent[0])->error() == wire::Error::Rate);
    CHECK(reply_in(f.link.sent[0])->retry_after_ms() == 1);
    f.steady_ms += 1;
    f.say(one, f.reauth(f.ticket("ada", f.device)));
    CHECK(f.only_input<ReauthVerified>().verdict == Error::Ok);
}

TEST_CASE("asking too soon with a new ticket is not malformed, but no way to flood", "[net]") {
    Fixture f;
    f.open(one);
    const std::string ticket = f.ticket("ada", f.device);
    f.say(one, f.reauth(ticket));
    f.inputs();
    for (uint32_t i = 0; i < limits::frames_per_s_max; ++i) {
        f.say(one, f.reauth(ticket));
    }
    CHECK(f.link.closed.empty());
    CHECK(f.link.sent.size() == limits::frames_per_s_max);
    f.say(one, f.reauth(ticket));
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Flood);
}

TEST_CASE("one malformed frame a minute is forgiven", "[net]") {
    Fixture f;
    f.open(one);
    const ByteVector rubbish(64, 0xFF);
    for (int minute = 0; minute < 10; ++minute) {
        f.say(one, rubbish);
        f.steady_ms += limits::malformed_forget_ms;
    }
    CHECK(f.link.closed.empty());
    f.say(one, rubbish);
    f.steady_ms += limits::malformed_forget_ms - 1; // nothing is forgiven yet
    f.say(one, rubbish);
    CHECK(f.link.closed.empty());
    f.say(one, rubbish);
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Protocol);
}

TEST_CASE("a delivery goes to the readers of this thread only", "[net]") {
    Fixture f;
    f.open(one);
    f.open(two);
    const Readers all = readers(
        {session_of(2, one), session_of(3, one), session_of(3, PeerId{5}), session_of(4, two)});
    f.loop->apply({Deliver{Lane::Chat, frame_of("hello"), all}}, f.steady_ms);
    REQUIRE(f.link.sent.size() == 1);
    CHECK(f.link.sent[0].peer == one);
    CHECK(f.link.sent[0].lane == Lane::Chat);
}

TEST_CASE("what the link has no room for is sent in order when it has", "[net]") {
    Fixture f;
    f.open(one);
    f.open(two);
    const Readers both = readers({session_of(3, one), session_of(3, two)});
    f.link.full[one] = limits::peer_queue_bytes_max;
    f.loop->apply({SendFrame{session_of(3, one), Lane::Control, frame_of("answer")},
                   Deliver{Lane::Chat, frame_of("line"), both},
                   Deliver{Lane::State, frame_of("typing"), both},
                   SendFrame{session_of(3, one), Lane::Bulk, frame_of("page")}},
                  f.steady_ms);
    CHECK(f.link.sent.size() == 2); // both to the other one
    f.pump();
    CHECK(f.inputs().empty()); // the core need not know
    f.link.full.clear();
    f.link.sent.clear();
    f.pump();
    REQUIRE(f.link.sent.size() == 3);
    CHECK(*f.link.sent[0].frame == *frame_of("answer"));
    CHECK(*f.link.sent[1].frame == *frame_of("line"));
    CHECK(*f.link.sent[2].frame == *frame_of("page"));
    f.loop->apply({Deliver{Lane::Chat, frame_of("next"), both}}, f.steady_ms);
    CHECK(f.link.sent.size() == 5);
    CHECK(f.inputs().empty());
}

TEST_CASE("who is too far behind lags: no deliveries until he is level, and no answer is lost",
          "[net]") {
    Fixture f;
    f.open(one);
    const Readers reader = readers({session_of(3, one)});
    f.link.full[one] = limits::peer_queue_bytes_max;
    const auto half =
        std::make_shared<const ByteVector>(limits::peer_held_bytes_max / 2, uint8_t{1});
    f.loop->apply({Deliver{Lane::Chat, half, reader}, Deliver{Lane::Chat, half, reader}},
                  f.steady_ms);
    CHECK(f.inputs().empty());
    f.loop->apply({Deliver{Lane::Chat, frame_of("too much"), reader}}, f.steady_ms);
    CHECK(f.only_input<Lagging>().session == session_of(3, one));
    f.loop->apply({Deliver{Lane::Chat, frame_of("too much"), reader},
                   SendFrame{session_of(3, one), Lane::Control, frame_of("answer")}},
                  f.steady_ms);
    CHECK(f.inputs().empty());
    f.pump();
    CHECK(f.loop->counters().behind.read() == 1);
    CHECK(f.loop->counters().behind_bytes.read() >=
          limits::peer_held_bytes_max + limits::peer_queue_bytes_max);

    f.link.full.clear();
    f.pump();
    CHECK(f.loop->counters().behind.read() == 0);
    CHECK(f.loop->counters().behind_bytes.read() == 0);
    REQUIRE(f.link.sent.size() == 3); // two halves and the answer
    CHECK(*f.link.sent[2].frame == *frame_of("answer"));
    CHECK(f.only_input<Drained>().session == session_of(3, one));
    f.loop->apply({Deliver{Lane::Chat, frame_of("level"), reader}}, f.steady_ms);
    CHECK(f.link.sent.size() == 4);
}

TEST_CASE("Drained is said when little is queued, both sides of the border", "[net]") {
    Fixture f;
    f.open(one);
    const Readers reader = readers({session_of(3, one)});
    f.link.full[one] = limits::peer_queue_bytes_max;
    const auto all = std::make_shared<const ByteVector>(limits::peer_held_bytes_max, uint8_t{1});
    f.loop->apply({Deliver{Lane::Chat, all, reader}, Deliver{Lane::Chat, all, reader}},
                  f.steady_ms);
    CHECK(f.only_input<Lagging>().session == session_of(3, one));
    f.link.full.clear();
    f.link.queued[one] = limits::peer_queue_bytes_drained + 1;
    f.pump();
    CHECK(f.link.sent.size() == 1);
    CHECK(f.inputs().empty());
    f.link.queued[one] = limits::peer_queue_bytes_drained;
    f.pump();
    CHECK(f.only_input<Drained>().session == session_of(3, one));
}

TEST_CASE("answers without end to one who takes none end the session", "[net]") {
    Fixture f;
    f.open(one);
    f.link.full[one] = limits::peer_queue_bytes_max;
    const auto half =
        std::make_shared<const ByteVector>(limits::peer_held_answers_bytes_max / 2, uint8_t{1});
    const SendFrame answer{session_of(3, one), Lane::Control, half};
    f.loop->apply({answer, answer}, f.steady_ms);
    CHECK(f.link.closed.empty());
    f.loop->apply({SendFrame{session_of(3, one), Lane::Control, frame_of("x")}}, f.steady_ms);
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Slow);
    CHECK(f.only_input<SessionClosed>().reason == Error::Slow);
}

TEST_CASE("who stays behind is cut as slow, who comes nearer is not", "[net]") {
    Fixture f;
    f.open(one);
    f.link.full[one] = limits::peer_queue_bytes_max;
    f.loop->apply({SendFrame{session_of(3, one), Lane::Chat, frame_of("one")}}, f.steady_ms);
    f.pump();
    f.steady_ms += limits::peer_queue_ms_max;
    f.link.full[one] -= limits::peer_queue_bytes_drained;
    f.pump();
    CHECK(f.link.closed.empty());
    f.steady_ms += limits::peer_queue_ms_max;
    f.link.full[one] -= limits::peer_queue_bytes_drained - 1; // not near enough
    f.pump();
    CHECK(f.link.closed.empty());
    f.steady_ms += 1;
    f.pump();
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Slow);
    CHECK(f.only_input<SessionClosed>().reason == Error::Slow);
    CHECK(f.loop->peers() == 0);
}

TEST_CASE("a full core stops the link and loses nothing", "[net]") {
    Fixture f;
    f.open(one);
    while (f.core.size() < limits::core_inbox_inputs_max) {
        REQUIRE(f.core.push(Tick{}));
    }
    f.say(one, f.time_query());
    f.say(one, f.time_query());
    CHECK(f.core.size() == limits::core_inbox_inputs_max);
    CHECK(f.link.events.size() == 1); // the first waits in the loop, the second in the link
    f.inputs();
    f.pump();
    CHECK(f.inputs().size() == 2);
}

TEST_CASE("closing a session tells the link and forgets it", "[net]") {
    Fixture f;
    f.open(one);
    f.loop->apply({CloseSession{session_of(3, one), Error::Replaced, 0},
                   SendFrame{session_of(3, one), Lane::Chat, frame_of("late")}},
                  f.steady_ms);
    REQUIRE(f.link.closed.size() == 1);
    CHECK(f.link.closed[0].reason == Error::Replaced);
    CHECK(f.link.sent.empty());
    CHECK(f.inputs().empty());
}
