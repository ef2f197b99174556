// send_test.cpp: sending: what is refused and how, that nothing is heard before it is stored, and
// that a nonce is one message however often it comes.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

TEST_CASE("a line reaches everyone in the room, its author too, and the reply names its seq",
          "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const SessionId eve = world.connect("eve");
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const auto said = world.run_send(ann, room, "hello");
    CHECK(said.error == Error::Ok);
    CHECK(said.room == room);
    CHECK(said.at_ms == world.now_ms);
    CHECK(world.texts(ann, room) == Texts{"hello"});
    CHECK(world.texts(bob, room) == Texts{"hello"});
    CHECK(world.heard(eve).empty());
    CHECK(world.lines(bob, room)[0].seq == said.seq);
    CHECK(world.lines(bob, room)[0].author == world.user_id("ann"));
}

TEST_CASE("nothing is delivered or answered before it is stored", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const uint32_t request = world.send(ann, room, "soon");
    world.tick(100);
    CHECK(world.texts(bob, room).empty());
    CHECK_FALSE(world.answered(ann, request));
    world.commit();
    CHECK(world.texts(bob, room) == Texts{"soon"});
    CHECK(world.reply(ann, request).error == Error::Ok);
}

TEST_CASE("a store that fails is told to the sender alone, and the same nonce works later",
          "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const Nonce nonce = world.new_nonce();
    const uint32_t first = world.send(ann, room, "again", nonce);
    world.commit(CommitFault::Fails);
    CHECK(world.reply(ann, first).error == Error::StoreUnavailable);
    CHECK(world.reply(ann, first).retry_after_ms > 0);
    CHECK(world.texts(bob, room).empty());
    CHECK(world.run_send(ann, room, "again", nonce).error == Error::Ok);
    CHECK(world.texts(bob, room) == Texts{"again"});
}

TEST_CASE("the same nonce twice is one line with one seq", "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const Nonce nonce = world.new_nonce();

    SECTION("after the first was answered") {
        const auto first = world.run_send(ann, room, "once", nonce);
        const auto second = world.run_send(ann, room, "once", nonce);
        CHECK(second.error == Error::Ok);
        CHECK(second.seq == first.seq);
        CHECK(second.at_ms == first.at_ms);
    }
    SECTION("while the first is in flight") {
        const uint32_t first = world.send(ann, room, "once", nonce);
        const uint32_t second = world.send(ann, room, "once", nonce);
        CHECK(world.asked_for<Append>() == 1);
        world.settle();
        CHECK(world.reply(ann, first).seq == world.reply(ann, second).seq);
        CHECK(world.reply(ann, second).error == Error::Ok);
    }
    SECTION("from another session of the user, after a reconnect") {
        const auto first = world.run_send(ann, room, "once", nonce);
        world.step(SessionClosed{ann, Error::ConnectionLost});
        const SessionId again = world.connect(claims_of("ann", {party("p1")}));
        const auto second = world.run_send(again, room, "once", nonce);
        CHECK(second.error == Error::Ok);
        CHECK(second.seq == first.seq);
    }
    CHECK(world.texts(bob, room) == Texts{"once"});
}

TEST_CASE("two authors may draw the same nonce", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const Nonce nonce = world.new_nonce();
    world.send(ann, room, "a", nonce);
    world.send(bob, room, "b", nonce);
    world.settle();
    CHECK(world.texts(ann, room) == Texts{"a", "b"});
}

TEST_CASE("a nonce from too long ago or from the future is refused", "[core][send]") {
    CoreHarness world;
    world.now_ms += limits::nonce_age_ms_max;
    Claims claims = claims_of("ann", {party("p1")});
    claims.expires_at_s += limits::nonce_age_ms_max / 1000;
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    const auto at = [&](TimeMs made_ms) {
        return world.run_send(ann, room, "x", (static_cast<Nonce>(made_ms) << 22) | 1).error;
    };
    CHECK(at(world.now_ms - limits::nonce_age_ms_max - 1) == Error::BadArgument);
    CHECK(at(world.now_ms - limits::nonce_age_ms_max) == Error::Ok);
    CHECK(at(world.now_ms + limits::nonce_ahead_ms_max) == Error::Ok);
    CHECK(at(world.now_ms + limits::nonce_ahead_ms_max + 1) == Error::BadArgument);
}

TEST_CASE("who has not heard yet that server time leapt is not refused for it", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const TimeMs before_ms = world.now_ms;
    const auto at = [&](TimeMs made_ms) {
        return world.run_send(ann, room, "x", (static_cast<Nonce>(made_ms) << 22) | 1).error;
    };
    world.move_clocks(40 * limits::day_ms, 0);
    CHECK(at(before_ms - limits::nonce_age_ms_max - 1) == Error::BadArgument);
    CHECK(at(before_ms - limits::nonce_age_ms_max) == Error::Ok);
    CHECK(at(world.now_ms + limits::nonce_ahead_ms_max) == Error::Ok);
    CHECK(at(world.now_ms + limits::nonce_ahead_ms_max + 1) == Error::BadArgument);
}

TEST_CASE("a text that is too long or has too many lines is refused and not stored",
          "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const size_t most = limits::tiers[3].text_code_points_max;
    CHECK(world.run_send(ann, room, std::string(most + 1, 'x')).error == Error::TooLong);
    CHECK(world.run_send(ann, room, std::string(limits::text_bytes_max + 1, 'x')).error ==
          Error::TooLong);
    std::string twenty_one = "x";
    for (int i = 0; i < 20; ++i) {
        twenty_one += "\nx";
    }
    CHECK(world.run_send(ann, room, twenty_one).error == Error::TooLong);
    CHECK(world.disk->room(room)->meta.last_seq == 1); // ann's own coming
    CHECK(world.run_send(ann, room, std::string(most, 'x')).error == Error::Ok);
}

TEST_CASE("a text of zero-width characters alone is empty", "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    CHECK(world.run_send(ann, room, "\u200B\u200B\uFEFF").error == Error::Empty);
    CHECK(world.run_send(ann, room, "").error == Error::Empty);
    CHECK(world.run_send(ann, room, " \n ").error == Error::Empty);
}

TEST_CASE("five hundred marks on one letter become four", "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    std::string zalgo = "x";
    for (int i = 0; i < 500; ++i) {
        zalgo += "\u0330";
    }
    REQUIRE(world.run_send(ann, room, zalgo).error == Error::Ok);
    CHECK(world.texts(ann, room)[0].size() == 1 + 4 * 2);
}

TEST_CASE("controls that turn the reading direction are gone, and the next line is as it was",
          "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    REQUIRE(world.run_send(ann, room, "photo\u202Egpj.exe\u2066").error == Error::Ok);
    REQUIRE(world.run_send(ann, room, "next").error == Error::Ok);
    CHECK(world.texts(ann, room) == Texts{"photogpj.exe", "next"});
}

TEST_CASE("bytes that are not UTF-8 never become an entry", "[core][send][hostile]") {
    // The wire refuses them (decode); should one come through, core refuses it too.
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    wire::FrameBuilder builder;
    for (const std::string_view bad : {"\xC0\xAF", "\xED\xA0\x80", "\xFF", "a\xE2\x82"}) {
        auto& fbb = builder.fbb();
        const auto text = fbb.CreateString(bad.data(), bad.size());
        const auto send = wire::CreateSend(fbb, raw(room), world.new_nonce(), 0, text);
        const Bytes bytes = builder.client(900, wire::Command::Send, send.Union());
        CHECK_FALSE(wire::decode_client_frame(bytes, Lane::Chat).ok());
        world.forget_heard();
        world.step(CommandReceived{ann, Lane::Chat, ByteVector(bytes.begin(), bytes.end())});
        CHECK(world.asked.empty());
        CHECK(world.reply(ann, 900).error == Error::Encoding);
    }
}

TEST_CASE("spans follow their text through the sanitiser, and empty ones go", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    // "\u202E" (3 bytes) is removed: the bold word moves, a span over it alone vanishes.
    const std::vector<wire::Span> spans = {{0, 0, 3, 0, wire::SpanKind::Italic, 0},
                                           {0, 3, 4, 0, wire::SpanKind::Bold, 0}};
    const uint32_t request = world.send(ann, room, "\u202Ebold end", 0, 0, spans);
    world.settle();
    REQUIRE(world.reply(ann, request).error == Error::Ok);
    const auto batches = world.events<wire::Batch>(ann, wire::Event::Batch);
    REQUIRE(batches.size() == 1);
    wire::BatchReader reader(*batches[0]);
    REQUIRE(reader.next());
    CHECK(reader.item().text == "bold end");
    REQUIRE(reader.item().spans.size() == 1);
    CHECK(reader.item().spans[0].start() == 0);
    CHECK(reader.item().spans[0].length() == 4);
    CHECK(reader.item().spans[0].kind() == wire::SpanKind::Bold);
}

TEST_CASE("a quote must be of an entry that its writer may read", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const auto first = world.run_send(ann, room, "first");
    const SessionId bob = world.connect("bob", {party("p1")});
    const auto quote = [&](SessionId who, Seq seq) {
        const uint32_t request = world.send(who, room, "re", 0, seq);
        world.settle();
        return world.reply(who, request).error;
    };
    CHECK(quote(ann, first.seq) == Error::Ok);
    CHECK(quote(ann, 1000) == Error::NotFound);
    CHECK(quote(bob, first.seq) == Error::NotFound); // before he came
}

TEST_CASE("too fast is refused with the time to wait, per room and user", "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1"), team("t1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const limits::Tier& tier = limits::tiers[3];
    for (int i = 0; i < tier.pace_burst; ++i) {
        CHECK(world.run_send(ann, room, "x").error == Error::Ok);
    }
    const auto refused = world.run_send(ann, room, "x");
    CHECK(refused.error == Error::Rate);
    CHECK(refused.retry_after_ms == tier.pace_period_ms / tier.pace_burst);
    CHECK(world.run_send(bob, room, "x").error == Error::Ok);
    CHECK(world.run_send(ann, world.room_id(team("t1")), "x").error == Error::Ok);
    world.now_ms += refused.retry_after_ms;
    CHECK(world.run_send(ann, room, "x").error == Error::Ok);
}

TEST_CASE("leaving and coming back does not fill the bucket", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const RoomId lobby = world.lobby();
    CHECK(world.run_send(ann, lobby, "x").error == Error::Ok);
    world.leave(ann, lobby);
    world.settle();
    CHECK(world.run_join(ann, wire::RoomKind::Global, "lobby").error == Error::Ok);
    CHECK(world.run_send(ann, lobby, "x").error == Error::Rate);
}

TEST_CASE("a repetition and a failure of the store cost no token", "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const RoomId lobby = world.lobby();
    const Nonce nonce = world.new_nonce();
    const uint32_t failed = world.send(ann, lobby, "x", nonce);
    world.commit(CommitFault::Fails);
    CHECK(world.reply(ann, failed).error == Error::StoreUnavailable);
    CHECK(world.run_send(ann, lobby, "x", nonce).error == Error::Ok);
}

TEST_CASE("a thousand lines a second are refused, then cut, and others feel nothing",
          "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    size_t rate = 0;
    for (int i = 0; i < 1000 && !world.closed(ann); ++i) {
        const uint32_t request = world.send(ann, room, "spam");
        if (!world.closed(ann)) {
            world.settle();
            rate += world.reply(ann, request).error == Error::Rate ? 1u : 0u;
        }
    }
    CHECK(rate > 100);
    CHECK(world.close_reason(ann) == Error::Flood);
    CHECK(world.run_send(bob, room, "calm").error == Error::Ok);
    CHECK(world.texts(bob, room).size() == limits::tiers[3].pace_burst + 1u);
}

TEST_CASE("what a session has at the store is bounded", "[core][send]") {
    CoreOptions options;
    options.tiers[3].pace_burst = 1000;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    std::vector<uint32_t> requests;
    for (size_t i = 0; i < limits::persists_in_flight_per_session_max; ++i) {
        requests.push_back(world.send(ann, room, "x"));
    }
    const uint32_t refused = world.send(ann, room, "one too many");
    CHECK(world.reply(ann, refused).error == Error::Busy);
    CHECK(world.reply(ann, refused).retry_after_ms > 0);
    const uint32_t other = world.send(bob, room, "bob's");
    world.settle();
    CHECK(world.reply(bob, other).error == Error::Ok);
    for (const uint32_t request : requests) {
        CHECK(world.reply(ann, request).error == Error::Ok);
    }
    CHECK(world.run_send(ann, room, "now").error == Error::Ok);
}

TEST_CASE("a room that is not one's own and one that does not exist are answered alike",
          "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId eve = world.connect("eve");
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const RoomId none{9999};
    for (const RoomId id : {room, none}) {
        CHECK(world.run_send(eve, id, "x").error == Error::NotMember);
        const uint32_t page = world.fetch(eve, id, 100, 0, 10);
        CHECK(world.reply(eve, page).error == Error::NotMember);
        const uint32_t left = world.leave(eve, id);
        CHECK(world.reply(eve, left).error == Error::NotMember);
        world.resume(eve, {wire::ResumePoint(raw(id), 1, 0)});
    }
    CHECK(world.events<wire::RoomGone>(eve, wire::Event::RoomGone).size() == 2);
    CHECK(world.run_join(eve, wire::RoomKind::Party, "p1").error == Error::Forbidden);
    CHECK(world.run_join(eve, wire::RoomKind::Party, "p2").error == Error::Forbidden);
    CHECK(world.asked.empty()); // nor does it cost the store anything
    CHECK(world.heard(ann).empty());
}

TEST_CASE("what is sent to a room one has just left is refused and not stored",
          "[core][send][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.leave(ann, room);
    const uint32_t request = world.send(ann, room, "too late"); // the leave is not stored yet
    CHECK(world.reply(ann, request).error == Error::NotMember);
    world.settle();
    CHECK(world.texts(bob, room).empty());
}

TEST_CASE("an entry that was on its way when its author left goes to who is there then",
          "[core][send]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const uint32_t request = world.send(ann, room, "last words");
    world.leave(ann, room);
    world.settle();
    CHECK(world.reply(ann, request).error == Error::Ok);
    CHECK(world.texts(bob, room) == Texts{"last words"});
    CHECK(world.texts(ann, room).empty());
}

TEST_CASE("what one user adds to all logs has a pace, and others have their own",
          "[core][send][hostile]") {
    CoreOptions options;
    options.tiers[3].pace_burst = 1000;
    options.tiers[3].memory = GENERATE(false, true);
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {party("p1"), party("p2")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const std::array<RoomId, 2> rooms = {world.room_id(party("p1")), world.room_id(party("p2"))};
    const std::string long_line(1000, 'x');
    size_t stored = 0;
    CoreHarness::Said said;
    for (int i = 0; i < 180; ++i) {
        said = world.run_send(ann, rooms[i % 2], long_line);
        if (said.error != Error::Ok) {
            break;
        }
        ++stored;
    }
    CHECK(said.error == Error::Rate);
    const size_t burst_bytes = size_t{limits::user_log_bytes_per_s} * limits::user_log_burst_s;
    CHECK(stored * 1000 <= burst_bytes + 1000);
    CHECK(stored * 1100 >= burst_bytes);
    CHECK(world.run_send(ann, rooms[stored % 2], "short").error == Error::Rate);
    CHECK(world.run_send(bob, rooms[0], long_line).error == Error::Ok);
    REQUIRE(said.retry_after_ms > 0);
    REQUIRE(said.retry_after_ms <= 1100 * 1000 / limits::user_log_bytes_per_s);
    world.now_ms += said.retry_after_ms;
    CHECK(world.run_send(ann, rooms[0], long_line).error == Error::Ok);
    CHECK(world.run_send(ann, rooms[0], long_line).error == Error::Rate);
}

TEST_CASE("a line that the store did not take has cost no bytes", "[core][send]") {
    CoreOptions options;
    options.tiers[3].pace_burst = 1000;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    for (int i = 0; i < 180; ++i) {
        const uint32_t request = world.send(ann, room, std::string(1000, 'x'));
        world.commit(CommitFault::Fails);
        CHECK(world.reply(ann, request).error == Error::StoreUnavailable);
    }
    CHECK(world.run_send(ann, room, "now").error == Error::Ok);
}
