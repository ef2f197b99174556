// blocks_test.cpp: what a blocked user says goes around the blocker, live, in pages and in what is
// resumed, without a hole; and nobody else misses anything.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

CoreOptions fast() {
    CoreOptions options;
    for (limits::Tier& tier : options.tiers) {
        tier.pace_burst = 10'000;
        tier.pace_period_ms = 1000;
    }
    options.log_bytes_per_s = 1'000'000'000;
    return options;
}

uint32_t ask_block(CoreHarness& world, SessionId who, UserId whom, bool on = true) {
    return world.command(who, wire::Command::Block,
                         [&](auto& fbb) { return wire::CreateBlock(fbb, raw(whom), on).Union(); });
}
CoreHarness::Said block(CoreHarness& world, SessionId who, const char* whom, bool on = true) {
    const uint32_t request = ask_block(world, who, world.user_id(whom), on);
    world.settle();
    return world.reply(who, request);
}
std::vector<uint64_t> told(CoreHarness& world, SessionId who) { // the newest list
    const auto lists = world.events<wire::Blocks>(who, wire::Event::Blocks);
    if (lists.empty() || lists.back()->users() == nullptr) {
        return {};
    }
    return {lists.back()->users()->begin(), lists.back()->users()->end()};
}
// What covers the room from `from` on, without a hole; the seq behind it.
Seq covered(CoreHarness& world, SessionId who, Seq from) {
    for (const auto* batch : world.events<wire::Batch>(who, wire::Event::Batch)) {
        CHECK(batch->from_seq() == from);
        from = batch->to_seq() + 1;
    }
    return from;
}
size_t typed(CoreHarness& world, SessionId who) {
    return world.events<wire::Typing>(who, wire::Event::Typing).size();
}

struct Three {
    CoreHarness world{fast()};
    SessionId ann = world.connect("ann", {party("p")});
    SessionId bob = world.connect("bob", {party("p")});
    SessionId eve = world.connect("eve", {party("p")});
    RoomId room = world.room_id(party("p"));
};

} // namespace

TEST_CASE("a blocked user's lines reach everyone but the blocker, who sees no hole",
          "[core][blocks]") {
    Three t;
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    const Seq next = t.world.disk->room(t.room)->meta.last_seq + 1;
    t.world.forget_heard();
    t.world.send(t.bob, t.room, "1");
    t.world.send(t.eve, t.room, "2");
    t.world.send(t.bob, t.room, "3");
    t.world.send(t.eve, t.room, "4");
    t.world.settle();
    CHECK(t.world.texts(t.ann, t.room) == Texts{"1", "3"});
    CHECK(t.world.texts(t.bob, t.room) == Texts{"1", "2", "3", "4"});
    CHECK(t.world.texts(t.eve, t.room) == Texts{"1", "2", "3", "4"});
    CHECK(covered(t.world, t.ann, next) == next + 4);

    t.world.forget_heard();
    const uint32_t page = t.world.fetch(t.ann, t.room, next + 4, 0, 4);
    const auto* batch = t.world.with_request(t.ann, page)[0].as<wire::Batch>(wire::Event::Batch);
    REQUIRE(batch != nullptr);
    CHECK(t.world.texts(t.ann, t.room, page) == Texts{"1", "3"});
    CHECK(batch->from_seq() == next);
    CHECK(batch->to_seq() == next + 3);

    t.world.forget_heard();
    t.world.resume(t.ann, {{raw(t.room), t.world.disk->room(t.room)->meta.incarnation, next - 1}});
    t.world.settle();
    CHECK(t.world.texts(t.ann, t.room) == Texts{"1", "3"});
    CHECK(covered(t.world, t.ann, next) == next + 4);
}

TEST_CASE("pages and resumes from the store leave a blocked user out too", "[core][blocks]") {
    Three t;
    const Seq first = t.world.disk->room(t.room)->meta.last_seq + 1;
    for (size_t i = 0; i < limits::room_tail_entries_max; ++i) {
        t.world.run_send(i % 2 == 0 ? t.eve : t.bob, t.room, i % 2 == 0 ? "eve" : "bob");
    }
    t.world.run_send(t.bob, t.room, "last");
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    const uint32_t page = t.world.fetch(t.ann, t.room, first + 4, 0, 4);
    t.world.settle();
    CHECK(t.world.texts(t.ann, t.room, page) == Texts{"bob", "bob"});
    const auto* batch = t.world.with_request(t.ann, page)[0].as<wire::Batch>(wire::Event::Batch);
    CHECK(batch->from_seq() == first);
    CHECK(batch->to_seq() == first + 3);
    t.world.forget_heard();
    t.world.resume(t.ann, {{raw(t.room), t.world.disk->room(t.room)->meta.incarnation, first - 1}});
    t.world.settle();
    const Texts resumed = t.world.texts(t.ann, t.room);
    CHECK(std::count(resumed.begin(), resumed.end(), "eve") == 0);
    CHECK(resumed.size() == limits::room_tail_entries_max / 2 + 1);
    CHECK(covered(t.world, t.ann, first) == t.world.disk->room(t.room)->meta.last_seq + 1);
}

TEST_CASE("a block acts at once and an unblock when it is stored", "[core][blocks]") {
    Three t;
    t.world.forget_heard();
    t.world.send(t.eve, t.room, "on its way");
    const uint32_t request = ask_block(t.world, t.ann, t.world.user_id("eve"));
    CHECK_FALSE(t.world.answered(t.ann, request));
    t.world.commit();
    CHECK(t.world.reply(t.ann, request).error == Error::Ok);
    CHECK(t.world.texts(t.ann, t.room).empty());
    CHECK(t.world.texts(t.bob, t.room) == Texts{"on its way"});

    t.world.send(t.eve, t.room, "still");
    ask_block(t.world, t.ann, t.world.user_id("eve"), false);
    t.world.commit(CommitFault::Fails);
    t.world.run_send(t.eve, t.room, "not yet");
    CHECK(t.world.texts(t.ann, t.room).empty());
    CHECK(block(t.world, t.ann, "eve", false).error == Error::Ok);
    t.world.run_send(t.eve, t.room, "again");
    CHECK(t.world.texts(t.ann, t.room) == Texts{"again"});
}

TEST_CASE("a block that is not stored is taken back, one that stood before stands",
          "[core][blocks]") {
    Three t;
    const UserId eve = t.world.user_id("eve");
    uint32_t request = ask_block(t.world, t.ann, eve);
    t.world.commit(CommitFault::Fails);
    CHECK(t.world.reply(t.ann, request).error == Error::StoreUnavailable);
    CHECK(t.world.reply(t.ann, request).retry_after_ms > 0);
    t.world.run_send(t.eve, t.room, "heard");
    CHECK(t.world.texts(t.ann, t.room) == Texts{"heard"});
    CHECK(told(t.world, t.ann).empty());

    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    ask_block(t.world, t.ann, eve);
    t.world.commit(CommitFault::Fails);
    t.world.run_send(t.eve, t.room, "not heard");
    CHECK(t.world.texts(t.ann, t.room) == Texts{"heard"});

    request = ask_block(t.world, t.ann, UserId{999'999});
    t.world.settle();
    CHECK(t.world.reply(t.ann, request).error == Error::NotFound);
    CHECK(told(t.world, t.ann) == std::vector<uint64_t>{raw(eve)});
}

TEST_CASE("who heard of a block before it failed hears that it is none", "[core][blocks]") {
    Three t;
    ask_block(t.world, t.ann, t.world.user_id("eve"));
    const std::vector<StoreRequest> block = std::move(t.world.asked);
    t.world.asked.clear();
    const SessionId other =
        t.world.connect(claims_of("ann", {party("p")}), device_of(2)); // meanwhile
    t.world.asked = block;
    t.world.commit(CommitFault::Fails);
    CHECK(told(t.world, other).empty());
    t.world.run_send(t.eve, t.room, "heard");
    CHECK(t.world.texts(other, t.room) == Texts{"heard"});
}

TEST_CASE("changes of one pair follow each other", "[core][blocks]") {
    Three t;
    const UserId eve = t.world.user_id("eve");
    const uint32_t first = ask_block(t.world, t.ann, eve);
    const uint32_t second = ask_block(t.world, t.ann, eve, false);
    CHECK(t.world.reply(t.ann, second).error == Error::Busy);
    const uint32_t other = ask_block(t.world, t.ann, t.world.user_id("bob"));
    t.world.settle();
    CHECK(t.world.reply(t.ann, first).error == Error::Ok);
    CHECK(t.world.reply(t.ann, other).error == Error::Ok);
    CHECK(block(t.world, t.ann, "eve", false).error == Error::Ok);
}

TEST_CASE("the list is told behind Ready and to all sessions when it changed", "[core][blocks]") {
    Three t;
    const SessionId other = t.world.connect(claims_of("ann"), device_of(2));
    CHECK(t.world.events<wire::Blocks>(other, wire::Event::Blocks).empty());
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    const std::vector<uint64_t> eve{raw(t.world.user_id("eve"))};
    CHECK(told(t.world, t.ann) == eve);
    CHECK(told(t.world, other) == eve);
    t.world.forget_heard();
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok); // nothing new
    CHECK(t.world.events<wire::Blocks>(other, wire::Event::Blocks).empty());

    // Also by the shard after this one, where the block stands.
    CoreHarness next(fast(), nullptr, 8, t.world.disk);
    next.now_ms = t.world.now_ms;
    const SessionId ann = next.connect("ann", {party("p")});
    const SessionId again = next.connect("eve", {party("p")});
    REQUIRE(next.heard(ann).size() >= 2);
    CHECK(next.heard(ann)[1].frame->body_type() == wire::Event::Blocks);
    CHECK(told(next, ann) == eve);
    next.run_send(again, t.room, "hello");
    CHECK(next.texts(ann, t.room).empty());
    CHECK(next.texts(again, t.room) == Texts{"hello"});
}

TEST_CASE("oneself and the game's server cannot be blocked", "[core][blocks]") {
    Three t;
    CHECK(block(t.world, t.ann, "ann").error == Error::BadArgument);
    Claims game = claims_of("server");
    game.game = true;
    const SessionId server = t.world.connect(game);
    t.world.run_join(server, wire::RoomKind::Party, "p");
    const uint32_t request = ask_block(t.world, t.ann, t.world.user_id("server"));
    CHECK(t.world.reply(t.ann, request).error == Error::Forbidden); // and acted for no moment
    t.world.run_send(server, t.room, "go");
    CHECK(t.world.texts(t.ann, t.room) == Texts{"go"});
}

TEST_CASE("so many may be blocked and so many changes made in a minute", "[core][blocks]") {
    Three t;
    for (uint64_t id = 0; t.world.disk->blocks.size() < limits::blocks_per_user_max - 1; ++id) {
        t.world.disk->blocks.insert({t.world.user_id("ann"), UserId{10'000 + id}});
    }
    CoreHarness world(fast(), nullptr, 8, t.world.disk);
    world.now_ms = t.world.now_ms;
    const SessionId ann = world.connect("ann");
    CHECK(told(world, ann).size() == limits::blocks_per_user_max - 1);
    CHECK(block(world, ann, "eve").error == Error::Ok);
    CHECK(block(world, ann, "bob").error == Error::Full);
    CHECK(block(world, ann, "eve").error == Error::Ok); // he is among them
    CHECK(block(world, ann, "eve", false).error == Error::Ok);
    CHECK(block(world, ann, "bob").error == Error::Ok);
    for (uint32_t made = 4; made < limits::block_burst; ++made) {
        CHECK(block(world, ann, "bob").error == Error::Ok);
    }
    const auto refused = block(world, ann, "bob");
    CHECK(refused.error == Error::Rate);
    world.now_ms += refused.retry_after_ms;
    CHECK(block(world, ann, "bob").error == Error::Ok);
}

TEST_CASE("who is blocked neither opens nor writes in a direct room with the blocker",
          "[core][blocks]") {
    Three t;
    const UserId eve = t.world.user_id("eve");
    const UserId ann = t.world.user_id("ann");
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    const auto refused = t.world.run_join(t.eve, wire::RoomKind::Direct, "", ann);
    CHECK(refused.error == Error::Forbidden);
    CHECK(refused.room == RoomId{});

    const RoomId room = t.world.run_join(t.ann, wire::RoomKind::Direct, "", eve).room;
    REQUIRE(room != RoomId{});
    CHECK(t.world.run_send(t.eve, room, "let me in").error == Error::Forbidden);
    CHECK(t.world.run_send(t.ann, room, "no").error == Error::Ok); // who blocks may speak
    const uint32_t left = t.world.leave(t.ann, room);
    t.world.settle();
    REQUIRE(t.world.reply(t.ann, left).error == Error::Ok);
    CHECK(t.world.run_send(t.eve, room, "come back").error == Error::Forbidden);
    CHECK(t.world.disk->member(room, ann) == nullptr);

    SECTION("a later shard knows it, though the blocker is away") {
        CoreHarness next(fast(), nullptr, 8, t.world.disk);
        next.now_ms = t.world.now_ms;
        const SessionId again = next.connect("eve");
        CHECK(next.run_send(again, room, "hello?").error == Error::Forbidden);
    }
    SECTION("an unblock opens it again") {
        REQUIRE(block(t.world, t.ann, "eve", false).error == Error::Ok);
        CHECK(t.world.run_send(t.eve, room, "thanks").error == Error::Ok);
        CHECK(t.world.texts(t.ann, room) == Texts{"no", "thanks"});
    }
}

TEST_CASE("a blocker is not told that the blocked one types, nor counts what he says as unread",
          "[core][blocks]") {
    Three t;
    t.world.tick(limits::presence_period_ms); // they are seen
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    t.world.forget_heard();
    t.world.command(t.eve, wire::Command::Typing,
                    [&](auto& fbb) { return wire::CreateTyping(fbb, raw(t.room)).Union(); });
    CHECK(typed(t.world, t.ann) == 0);
    CHECK(typed(t.world, t.bob) == 1);
    const uint32_t marked = t.world.command(t.ann, wire::Command::Mark, [&](auto& fbb) {
        return wire::CreateMark(fbb, raw(t.room), 1000).Union();
    });
    t.world.settle();
    REQUIRE(t.world.answered(t.ann, marked));
    t.world.run_send(t.eve, t.room, "1");
    t.world.run_send(t.bob, t.room, "2");
    const SessionId other = t.world.connect(claims_of("ann", {party("p")}), device_of(2));
    CHECK(t.world.room_state(other, t.room)->unread() == 1);
}

TEST_CASE("that a blocked one comes or goes is told all the same", "[core][blocks]") {
    Three t;
    REQUIRE(block(t.world, t.ann, "eve").error == Error::Ok);
    t.world.forget_heard();
    t.world.leave(t.eve, t.room);
    t.world.settle();
    const auto lines = t.world.lines(t.ann, t.room);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].author == t.world.user_id("eve"));
}

TEST_CASE("readers who block alike share a frame, and all others share the common one",
          "[core][blocks][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (int i = 0; i < 12; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {party("p")}));
    }
    const RoomId room = world.room_id(party("p"));
    block(world, sessions[3], "user0");
    block(world, sessions[5], "user0");
    block(world, sessions[7], "user0");
    block(world, sessions[7], "user1");
    block(world, sessions[8], "user2"); // who says nothing
    const auto say = [&](std::vector<size_t> who) {
        world.last_deliveries.clear();
        world.forget_heard();
        for (const size_t i : who) {
            world.send(sessions[i], room, std::to_string(i));
        }
        world.commit();
        return world.last_deliveries.size();
    };
    CHECK(say({0, 1, 4}) == 3);
    CHECK(world.texts(sessions[3], room) == Texts{"1", "4"});
    CHECK(world.texts(sessions[5], room) == Texts{"1", "4"});
    CHECK(world.texts(sessions[7], room) == Texts{"4"});
    CHECK(world.texts(sessions[8], room) == Texts{"0", "1", "4"});
    CHECK(say({4, 6}) == 1);
    CHECK(say({1}) == 2);
}

TEST_CASE("however differently people block, a batch has a bounded number of frames",
          "[core][blocks][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (int i = 0; i < 46; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g")}));
    }
    const RoomId room = world.room_id(guild("g"));
    // 40 readers, each with a set of his own of the first six.
    for (size_t reader = 6; reader < sessions.size(); ++reader) {
        for (size_t author = 0; author < 6; ++author) {
            if (((reader - 5) >> author & 1u) != 0) {
                block(world, sessions[reader], ("user" + std::to_string(author)).c_str());
            }
        }
    }
    const Seq next = world.disk->room(room)->meta.last_seq + 1;
    world.forget_heard();
    world.last_deliveries.clear();
    for (size_t author = 0; author < 6; ++author) {
        world.send(sessions[author], room, std::to_string(author));
    }
    world.commit();
    world.tick(limits::gather_ms_max * limits::gather_busy_factor);
    // Two batches: of four of the six, and of two.
    CHECK(world.last_deliveries.size() <= 16 + 4);
    for (size_t reader = 0; reader < sessions.size(); ++reader) {
        Texts wanted;
        for (size_t author = 0; author < 6; ++author) {
            if (reader < 6 || ((reader - 5) >> author & 1u) == 0) {
                wanted.push_back(std::to_string(author));
            }
        }
        CHECK(world.texts(sessions[reader], room) == wanted);
        CHECK(covered(world, sessions[reader], next) == next + 6);
    }
}

TEST_CASE("a page that leaves out one author's lines may need more batches than the others'",
          "[blocks]") {
    // Many names that the blocker's page must say again, each as long as a name may be: what fits
    // into one batch of the others does not fit into one of his.
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (size_t i = 0; i < 66; ++i) {
        Claims claims = claims_of("user" + std::to_string(i), {guild("g")});
        while (claims.name.size() + 4 <= 112) {
            claims.name += "\xF0\x9F\x98\x80";
        }
        sessions.push_back(world.connect(claims));
    }
    const RoomId room = world.room_id(guild("g"));
    REQUIRE(block(world, sessions.back(), "user0").error == Error::Ok);
    const Seq next = world.disk->room(room)->meta.last_seq + 1;
    world.forget_heard();
    size_t said = 0;
    for (size_t round = 0; round < 6; ++round) {
        for (size_t author = 0; author < 60; ++author, ++said) {
            world.send(sessions[author], room, std::string(100, 'a'));
        }
        world.commit();
        world.tick(limits::gather_ms_max * limits::gather_busy_factor);
    }
    CHECK(world.texts(sessions[1], room).size() == said);
    CHECK(world.texts(sessions.back(), room).size() == said / 60 * 59);
    CHECK(covered(world, sessions.back(), next) == next + said);
}

TEST_CASE("one who blocks many costs the others no more frames", "[blocks]") {
    const auto crowd_frames = [](size_t blocked) {
        CoreHarness world(fast());
        std::vector<SessionId> sessions;
        for (size_t i = 0; i < 100; ++i) {
            sessions.push_back(world.connect("user" + std::to_string(i), {guild("g")}));
        }
        const SessionId blocker = world.connect("blocker", {guild("g")});
        const RoomId room = world.room_id(guild("g"));
        for (size_t i = 0; i < blocked; ++i) {
            REQUIRE(block(world, blocker, ("user" + std::to_string(i)).c_str()).error == Error::Ok);
        }
        world.last_deliveries.clear();
        for (size_t author = 0; author < 60; ++author) {
            world.send(sessions[author], room, "hello there");
        }
        world.commit();
        world.tick(limits::gather_ms_max * limits::gather_busy_factor);
        return std::count_if(world.last_deliveries.begin(), world.last_deliveries.end(),
                             [](const Effect& effect) {
                                 const auto* deliver = std::get_if<Deliver>(&effect);
                                 return deliver != nullptr && deliver->readers->size() > 2;
                             });
    };
    CHECK(crowd_frames(40) == crowd_frames(0));
}
