// client_test.cpp: the connection's life and sending, against a scripted shard.
#include "plugin/client/client.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

TEST_CASE("connect is answered by Ready and a State event", "[client]") {
    World world;
    CHECK(world.client.state() == State::Idle);
    REQUIRE(world.client.connect("127.0.0.1:7777", "a.b.c").ok());
    CHECK(world.client.state() == State::Connecting);
    CHECK(world.script->address == "127.0.0.1:7777");
    CHECK(world.script->ticket == "a.b.c");
    world.shard.up();
    world.step();
    CHECK(world.client.state() == State::Connecting); // the link alone is not enough
    world.shard.ready(self_id, "Ann");
    world.step();
    CHECK(world.client.state() == State::Ready);
    CHECK(raw(world.client.model().self()) == self_id);
    CHECK(world.client.model().person(UserId{self_id})->name == "Ann");
    const auto states = world.events(EventType::State);
    REQUIRE(states.size() == 2);
    CHECK(states[1].result == Error::Ok);
    CHECK(states[0].state == State::Connecting);
    CHECK(states[1].state == State::Ready);
    CHECK(world.client.stats().rtt_ms == 7);
}

TEST_CASE("a wrong address or ticket, or a second connect, is refused at once", "[client]") {
    World world;
    for (const char* const address : {"", "host", "host:", ":77", "host:port", "host:123456",
                                      "host:65536", "host:0", "[::1]:77", "::1:77"}) {
        CHECK(world.client.connect(address, "t").error() == Error::BadAddress);
    }
    CHECK(world.client.connect("h:1", "").error() == Error::BadArgument);
    CHECK(world.client.connect("h:1", std::string(limits::ticket_bytes_max + 1, 'x')).error() ==
          Error::BadArgument);
    CHECK(world.client.connect("h:1", std::string(limits::ticket_bytes_max, 'x')).ok());
    CHECK(world.client.connect("h:1", "t").error() == Error::BadState);
}

TEST_CASE("a lost connection is tried again after a growing pause", "[client]") {
    World world;
    world.connect();
    world.events();
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.client.state() == State::Resuming);
    CHECK(world.client.last_error() == Error::ConnectionLost);
    const uint32_t first = world.client.retry_in_ms();
    CHECK(first >= limits::reconnect_first_ms / 2);
    CHECK(first <= limits::reconnect_first_ms);
    CHECK(world.script->opened == 1);
    world.step(first - 1);
    CHECK(world.script->opened == 1);
    world.step(1);
    CHECK(world.script->opened == 2);
    CHECK(world.client.stats().reconnects == 1);
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.client.retry_in_ms() >= limits::reconnect_first_ms);
}

TEST_CASE("the shard's retry_after_ms is honoured", "[client]") {
    World world;
    world.connect();
    world.shard.goodbye(Error::Shutdown, 8000);
    world.step();
    CHECK(world.client.state() == State::Resuming);
    CHECK(world.client.last_error() == Error::Shutdown);
    CHECK(world.client.retry_in_ms() >= 8000);
    CHECK(world.script->closed == 1);
}

TEST_CASE("final errors fail the client, and connect may be called again", "[client]") {
    for (const Error reason : {Error::BadTicket, Error::TicketStolen, Error::BadServerKey,
                               Error::BadVersion, Error::Revoked, Error::LibraryMismatch}) {
        World world;
        REQUIRE(world.client.connect("h:1", "t").ok());
        world.step();
        world.shard.down(reason, 500);
        world.step();
        CHECK(world.client.state() == State::Failed);
        CHECK(world.client.last_error() == reason);
        world.run(9000, 3000);
        CHECK(world.script->opened == 1);
        CHECK(world.client.connect("h:1", "t").ok());
        CHECK(world.script->opened == 2);
    }
}

TEST_CASE("an expired ticket is asked for, and nothing is tried before it comes", "[client]") {
    World world;
    REQUIRE(world.client.connect("h:1", "old").ok());
    world.step();
    world.shard.down(Error::TicketExpired);
    world.step();
    CHECK(world.client.state() == State::Connecting);
    const auto wanted = world.events(EventType::TicketWanted);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].result == Error::TicketExpired);
    world.run(30'000, 5000);
    CHECK(world.script->opened == 1);
    CHECK(world.client.retry_in_ms() == 0);
    world.client.set_ticket("new");
    CHECK(world.script->opened == 2);
    CHECK(world.script->ticket == "new");
}

TEST_CASE("a ticket given in a session is a Reauth; refused, another is asked for", "[client]") {
    World world;
    world.connect();
    world.events();
    world.shard.ticket_wanted();
    world.step();
    CHECK(world.events(EventType::TicketWanted).size() == 1);
    world.client.set_ticket("fresh");
    const SentFrame& sent = world.last(wire::Command::Reauth);
    CHECK(sent.frame().body_as_Reauth()->ticket()->str() == "fresh");
    world.shard.reply(sent.request(), Error::BadTicket);
    world.step();
    const auto again = world.events(EventType::TicketWanted);
    REQUIRE(again.size() == 1);
    CHECK(again[0].result == Error::BadTicket);
}

TEST_CASE("a read-only session says so until a new ticket is taken", "[client]") {
    World world;
    REQUIRE(world.client.connect("h:1", "t").ok());
    world.step();
    world.shard.up();
    world.shard.ready(self_id, "Ann", 1000, true);
    world.step();
    CHECK(world.client.read_only());
    world.client.set_ticket("fresh");
    world.shard.reply(world.last(wire::Command::Reauth).request());
    world.step();
    CHECK_FALSE(world.client.read_only());
}

TEST_CASE("a clock that jumped is a reconnect with resume, a slow frame is not", "[client]") {
    World world;
    world.enter();
    world.step(limits::clock_jump_ms);
    CHECK(world.client.state() == State::Ready);
    world.step(limits::clock_jump_ms + 1);
    CHECK(world.client.state() == State::Resuming);
    CHECK(world.script->opened == 2); // at once
    // Asleep: the steady clock stood still.
    world.come_up();
    world.now_ms += 10;
    world.client.update(world.now_ms, World::wall_base_ms + world.now_ms + 60'000, 0);
    CHECK(world.client.state() == State::Resuming);
}

TEST_CASE("disconnect ends it for good and keeps rooms and messages", "[client]") {
    World world;
    world.enter();
    world.shard.line(1, bo_id, "hello");
    world.step();
    const Result<Request> asked = world.client.join(wire::RoomKind::Global, "lobby");
    REQUIRE(asked.ok());
    world.events();
    world.client.disconnect();
    CHECK(world.client.state() == State::Idle);
    CHECK(world.texts() == "hello");
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == *asked);
    CHECK(replies[0].result == Error::Closed);
    world.run(60'000, 9000);
    CHECK(world.script->opened == 1);
}

TEST_CASE("commands without an answer are answered when the connection is lost", "[client]") {
    World world;
    world.enter();
    const Result<Request> asked = world.client.leave(RoomId{1});
    REQUIRE(asked.ok());
    world.shard.down(Error::ConnectionLost);
    world.step();
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == *asked);
    CHECK(replies[0].result == Error::ConnectionLost);
    CHECK(world.client.leave(RoomId{1}).error() == Error::BadState);
}

TEST_CASE("three malformed frames end the connection, unknown ones are counted", "[client]") {
    World world;
    world.connect();
    for (size_t i = 1; i < limits::malformed_frames_max; ++i) {
        world.shard.raw_frame(Lane::Control, ByteVector(16, 0xEE));
    }
    world.step();
    CHECK(world.client.state() == State::Ready);
    CHECK(world.client.stats().refused_frames == limits::malformed_frames_max - 1);
    world.shard.raw_frame(Lane::Control, ByteVector(16, 0xEE));
    world.step();
    CHECK(world.client.state() == State::Resuming);
    CHECK(world.client.last_error() == Error::Protocol);
}

// [sending]

TEST_CASE("a message is pending at once, then stored in its place", "[send]") {
    World world;
    world.enter();
    const Result<Request> request = world.client.send_text(RoomId{1}, "hi **Bo**", 0);
    REQUIRE(request.ok());
    REQUIRE(world.room().messages.size() == 1);
    const Message& pending = world.room().messages[0];
    CHECK(pending.state == MessageState::Pending);
    CHECK(pending.text == "hi Bo");
    REQUIRE(pending.spans.size() == 1);
    CHECK(pending.spans[0] == TextSpan{3, 2, wire::SpanKind::Bold, 0});
    const uint64_t key = pending.key;
    const SentFrame& sent = world.last(wire::Command::Send); // at once, not at the next update
    CHECK(sent.lane == Lane::Chat);
    CHECK(sent.request() == *request);
    const wire::Send& body = *sent.frame().body_as_Send();
    CHECK(body.text()->str() == "hi Bo");
    CHECK(body.spans()->size() == 1);
    CHECK(body.nonce() == pending.nonce);

    world.shard.reply(sent.request(), Error::Ok, 1, 1, 999);
    world.step();
    REQUIRE(world.room().messages.size() == 1);
    const Message& stored = world.room().messages[0];
    CHECK(stored.state == MessageState::Stored);
    CHECK(stored.seq == 1);
    CHECK(stored.at_ms == 999);
    CHECK(stored.key == key);
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == *request);
    CHECK(replies[0].seq == 1);
    // Its own batch, after the reply, adds nothing.
    world.shard.line(1, self_id, "hi Bo", stored.nonce);
    world.step();
    CHECK(world.room().messages.size() == 1);
    CHECK(world.room().last_seq == 1);
    CHECK(world.events(EventType::Message).empty());
}

TEST_CASE("a batch that comes before the reply merges by nonce and answers", "[send]") {
    World world;
    world.enter();
    const Request request = *world.client.send_text(RoomId{1}, "hi", 0);
    const Nonce nonce = world.room().messages[0].nonce;
    world.shard.line(1, bo_id, "first");
    world.shard.line(2, self_id, "hi", nonce);
    world.step();
    CHECK(world.texts() == "first|hi");
    CHECK(world.room().unsent == 0);
    CHECK(world.client.stats().outbox_messages == 0);
    auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == request);
    CHECK(replies[0].seq == 2);
    world.shard.reply(world.last(wire::Command::Send).request(), Error::Ok, 1, 2, 5);
    world.step();
    CHECK(world.events(EventType::Reply).empty()); // exactly one
    CHECK(world.texts() == "first|hi");
}

TEST_CASE("a line written while there is no connection waits for the next", "[send]") {
    World world;
    CHECK(world.client.send_text(RoomId{1}, "x", 0).error() == Error::NotMember); // no room yet
    world.enter();
    SECTION("after disconnect") {
        world.client.disconnect();
    }
    SECTION("after a failure") {
        world.shard.down(Error::Replaced);
        world.step();
        REQUIRE(world.client.state() == State::Failed);
    }
    const Result<Request> request = world.client.send_text(RoomId{1}, "later", 0);
    REQUIRE(request.ok());
    world.run(5000);
    CHECK(world.script->count(wire::Command::Send) == 0);
    REQUIRE(world.room().messages.size() == 1);
    CHECK(world.room().messages[0].state == MessageState::Pending);
    world.connect();
    world.shard.room({});
    world.step();
    CHECK(world.script->count(wire::Command::Send) == 1);
}

TEST_CASE("what can be known at once is refused at once", "[send]") {
    World world;
    ScriptShard::RoomSays room;
    room.text_code_points_max = 5;
    world.enter(room);
    CHECK(world.client.send_text(RoomId{9}, "x", 0).error() == Error::NotMember);
    CHECK(world.client.send_text(RoomId{1}, "\xff", 0).error() == Error::Encoding);
    CHECK(world.client.send_text(RoomId{1}, "  \n ", 0).error() == Error::Empty);
    CHECK(world.client.send_text(RoomId{1}, "", 0).error() == Error::Empty);
    CHECK(world.client.send_text(RoomId{1}, "123456", 0).error() == Error::TooLong);
    CHECK(world.client.send_text(RoomId{1}, "**12345**", 0).ok()); // marks do not count
    CHECK(world.client.send_text(RoomId{1}, std::string(limits::text_bytes_max + 1, 'a'), 0)
              .error() == Error::TooLong);
    CHECK(world.room().messages.size() == 1);
}

TEST_CASE("the outbox is bounded", "[send]") {
    World world;
    world.enter();
    for (size_t i = 0; i < limits::outbox_messages_max; ++i) {
        REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    }
    CHECK(world.client.send_text(RoomId{1}, "x", 0).error() == Error::QueueFull);
}

TEST_CASE("after a reconnect the outbox goes out again with the same nonces", "[send]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "one", 0).ok());
    REQUIRE(world.client.send_text(RoomId{1}, "two", 0).ok());
    const Nonce one = world.room().messages[0].nonce;
    const Nonce two = world.room().messages[1].nonce;
    CHECK(one != two);
    world.shard.down(Error::ConnectionLost);
    world.step();
    REQUIRE(world.client.send_text(RoomId{1}, "three", 0).ok()); // offline: it waits with the rest
    CHECK(world.room().unsent == 3);
    world.step(1000);
    world.script->sent.clear();
    world.come_up();
    CHECK(world.script->count(wire::Command::Send) == 0); // not before the room is confirmed
    ScriptShard::RoomSays room;
    room.last_seq = 1; // "one" had been stored
    world.shard.room(room);
    world.step();
    REQUIRE(world.script->count(wire::Command::Send) == 3);
    std::vector<Nonce> nonces;
    for (const SentFrame& sent : world.script->sent) {
        if (sent.frame().body_type() == wire::Command::Send) {
            nonces.push_back(sent.frame().body_as_Send()->nonce());
        }
    }
    CHECK(nonces[0] == one);
    CHECK(nonces[1] == two);
    CHECK(world.texts() == "one|two|three");
}

TEST_CASE("a refusal for pace keeps the message, failed, with the wait; retry sends it", "[send]") {
    World world;
    world.enter();
    const Request request = *world.client.send_text(RoomId{1}, "fast", 0);
    world.shard.reply(world.last(wire::Command::Send).request(), Error::Rate, 1, 0, 0, 3000);
    world.step();
    const Message& failed = world.room().messages[0];
    CHECK(failed.state == MessageState::Failed);
    CHECK(failed.error == Error::Rate);
    CHECK(failed.retry_after_ms == 3000);
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == request);
    CHECK(replies[0].result == Error::Rate);
    CHECK(replies[0].retry_after_ms == 3000);
    CHECK(world.client.pace_left(RoomId{1}) == 0);
    CHECK(world.client.pace_wait_ms(RoomId{1}) == 3000);
    world.run(9000, 3000);
    CHECK(world.script->count(wire::Command::Send) == 1); // not by itself
    const Nonce nonce = failed.nonce;
    CHECK(world.client.retry(RoomId{1}, nonce + 1).error() == Error::NotFound);
    REQUIRE(world.client.retry(RoomId{1}, nonce).ok());
    CHECK(world.room().messages[0].state == MessageState::Pending);
    CHECK(world.client.retry(RoomId{1}, nonce).error() == Error::NotFound); // it is on its way
    const SentFrame& again = world.last(wire::Command::Send);
    CHECK(again.frame().body_as_Send()->nonce() == nonce);
    world.shard.reply(again.request(), Error::Ok, 1, 1, 5);
    world.step();
    CHECK(world.room().messages[0].state == MessageState::Stored);
    CHECK(world.events(EventType::Reply).empty()); // its request was answered long ago
}

TEST_CASE("a failed message can be discarded, one on its way cannot", "[send]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    const Nonce nonce = world.room().messages[0].nonce;
    CHECK(world.client.discard(RoomId{1}, nonce).error() == Error::NotFound);
    world.shard.reply(world.last(wire::Command::Send).request(), Error::Forbidden);
    world.step();
    CHECK(world.client.discard(RoomId{1}, nonce).ok());
    CHECK(world.room().messages.empty());
    CHECK(world.client.discard(RoomId{1}, nonce).error() == Error::NotFound);
}

TEST_CASE("a store that is down or busy is tried again in order, with the same nonce", "[send]") {
    for (const Error refusal : {Error::StoreUnavailable, Error::Busy}) {
        World world;
        world.enter();
        REQUIRE(world.client.send_text(RoomId{1}, "one", 0).ok());
        world.shard.reply(world.last(wire::Command::Send).request(), refusal, 1, 0, 0, 1000);
        world.step();
        CHECK(world.room().messages[0].state == MessageState::Pending);
        CHECK(world.events(EventType::Reply).empty());
        REQUIRE(world.client.send_text(RoomId{1}, "two", 0).ok());
        world.step(998);
        CHECK(world.script->count(wire::Command::Send) == 1); // "two" does not overtake
        world.step(2);
        REQUIRE(world.script->count(wire::Command::Send) == 3);
        CHECK(world.script->sent[world.script->sent.size() - 2]
                  .frame()
                  .body_as_Send()
                  ->text()
                  ->str() == "one");
    }
}

TEST_CASE("a connection that takes no more keeps the message for the next update", "[send]") {
    World world;
    world.enter();
    world.script->full = true;
    REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    world.step();
    CHECK(world.script->count(wire::Command::Send) == 0);
    world.script->full = false;
    world.step();
    CHECK(world.script->count(wire::Command::Send) == 1);
}

TEST_CASE("the pace mirror counts down and fills again", "[pace]") {
    World world;
    world.enter(); // 5 in 5 s
    CHECK(world.client.pace_left(RoomId{1}) == 5);
    for (int i = 0; i < 5; ++i) {
        REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    }
    CHECK(world.client.pace_left(RoomId{1}) == 0);
    CHECK(world.client.pace_wait_ms(RoomId{1}) == 1000);
    world.step(999);
    CHECK(world.client.pace_left(RoomId{1}) == 0);
    world.step(1);
    CHECK(world.client.pace_left(RoomId{1}) == 1);
    CHECK(world.client.pace_wait_ms(RoomId{1}) == 0);
    world.run(60'000, 9000);
    CHECK(world.client.pace_left(RoomId{1}) == 5);
}

TEST_CASE("a read-only refusal fails the message and asks for a ticket", "[send]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    world.shard.reply(world.last(wire::Command::Send).request(), Error::ReadOnly);
    world.step();
    CHECK(world.client.read_only());
    CHECK(world.room().messages[0].error == Error::ReadOnly);
    CHECK(world.events(EventType::TicketWanted).size() == 1);
}

TEST_CASE("a mention of somebody known carries his id, in any case of letters", "[send]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "hey @bo, look", 0).ok());
    const Message& message = world.room().messages[0];
    REQUIRE(message.spans.size() == 1);
    CHECK(message.spans[0] == TextSpan{4, 3, wire::SpanKind::Mention, bo_id});
    REQUIRE(world.client.send_text(RoomId{1}, "hey @bob", 0).ok());
    CHECK(world.room().messages[1].spans.empty());
}

// [events]

TEST_CASE("events are bounded: the oldest go, replies last", "[events]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "x", 0).ok());
    const Nonce nonce = world.room().messages[0].nonce;
    world.shard.line(1, self_id, "x", nonce); // pushes the Reply
    for (Seq seq = 2; seq < limits::client_events_max + 12; ++seq) {
        world.shard.line(seq, bo_id, "y");
    }
    world.step();
    CHECK(world.client.stats().dropped_events == 11);
    const auto all = world.events();
    REQUIRE(all.size() == limits::client_events_max);
    CHECK(all[0].type == EventType::Reply);
    CHECK(all[1].seq == 13);
    CHECK(all.back().seq == limits::client_events_max + 11);
}

TEST_CASE("commands are answered by one Reply event with their request", "[events]") {
    World world;
    world.connect();
    const Request request = *world.client.join(wire::RoomKind::Global, "lobby");
    world.shard.room({.id = 5, .kind = wire::RoomKind::Global, .name = "lobby"});
    world.shard.reply(static_cast<uint32_t>(request), Error::Ok, 5);
    world.step();
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].request == request);
    CHECK(raw(replies[0].room) == 5);
    CHECK(world.client.join(wire::RoomKind::Direct, "x").error() == Error::BadArgument);
    CHECK(world.client.join(wire::RoomKind::Team, "").error() == Error::BadArgument);
    CHECK(world.client.open_direct(UserId{self_id}).error() == Error::BadArgument);
    CHECK(world.client.open_direct(UserId{bo_id}).ok());
    CHECK(world.client.grant(wire::RoomKind::Team, "m1", "bo", wire::Role::Member).ok());
    CHECK(world.client.revoke(wire::RoomKind::Team, "m1", "bo").ok());
    CHECK(world.last(wire::Command::Grant).frame().body_as_Grant()->subject()->str() == "bo");
}

TEST_CASE("an update that overruns its budget goes on with the next", "[events]") {
    static int64_t clock_us;
    clock_us = 0;
    ClientOptions options;
    options.now_us = [] { return clock_us += 60; }; // each look at the clock costs 60
    World world(std::move(options));
    REQUIRE(world.client.connect("h:1", "t").ok());
    world.shard.up();
    world.shard.ready(self_id, "Ann");
    world.shard.room({});
    for (Seq seq = 1; seq <= 20; ++seq) {
        world.shard.line(seq, bo_id, "y");
    }
    world.client.update(world.now_ms, 0, 300);
    CHECK(world.client.model().rooms().size() == 1);
    const size_t after_one = world.room().messages.size();
    CHECK(after_one < 20);
    for (int i = 0; i < 10; ++i) {
        world.client.update(world.now_ms, 0, 300);
    }
    CHECK(world.room().messages.size() == 20);
}

} // namespace

TEST_CASE("whom the player blocks is asked of the shard, and known as it says", "[client]") {
    World world;
    world.connect();
    CHECK(world.client.block(UserId{}).error() == Error::BadArgument);
    CHECK(world.client.block(UserId{self_id}).error() == Error::BadArgument);
    const Request request = *world.client.block(UserId{bo_id});
    CHECK(world.last(wire::Command::Block).frame().body_as_Block()->user() == bo_id);
    CHECK(world.last(wire::Command::Block).frame().body_as_Block()->on());
    CHECK(world.client.model().blocked().empty()); // until the shard says so
    world.shard.blocks({bo_id, 99});
    world.shard.reply(static_cast<uint32_t>(request), Error::Ok);
    world.step();
    CHECK(world.events(EventType::Blocks).size() == 1);
    CHECK(world.client.model().blocked().size() == 2);
    CHECK(world.client.model().blocked()[1] == UserId{99});
    REQUIRE(world.client.unblock(UserId{bo_id}).ok());
    CHECK_FALSE(world.last(wire::Command::Block).frame().body_as_Block()->on());
    world.shard.blocks({});
    world.step();
    CHECK(world.client.model().blocked().empty());
}

} // namespace parley::client
