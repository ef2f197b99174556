// fanout_test.cpp: fan-out: one frame a room and commit, shared by all readers, cut at what fits a
// datagram.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

std::vector<Deliver> batches_of(const CoreHarness& world) {
    std::vector<Deliver> found;
    for (const Effect& effect : world.last_deliveries) {
        const auto& deliver = std::get<Deliver>(effect);
        const auto frame = wire::decode_server_frame(*deliver.frame, deliver.lane);
        if ((*frame)->body_type() == wire::Event::Batch) {
            found.push_back(deliver);
        }
    }
    return found;
}

CoreOptions fast() {
    CoreOptions options;
    for (limits::Tier& tier : options.tiers) {
        tier.pace_burst = 10'000;
        tier.pace_period_ms = 1000;
    }
    options.log_bytes_per_s = 1'000'000'000;
    return options;
}

} // namespace

TEST_CASE("what one commit brings to a room is one frame for all its readers", "[core][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (int i = 0; i < 10; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {party("p1")}));
    }
    const RoomId room = world.room_id(party("p1"));
    world.last_deliveries.clear();
    for (const SessionId session : sessions) {
        world.send(session, room, "hi");
    }
    world.commit();
    const auto batches = batches_of(world);
    REQUIRE(batches.size() == 1);
    CHECK(*batches[0].readers == sessions);
    CHECK(batches[0].lane == Lane::Chat);
}

TEST_CASE("two rooms in one commit are two frames, in the order of their first entries",
          "[core][fanout]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1"), team("t1")});
    world.last_deliveries.clear();
    world.send(ann, world.room_id(team("t1")), "1");
    world.send(ann, world.room_id(party("p1")), "2");
    world.send(ann, world.room_id(team("t1")), "3");
    world.send(ann, world.lobby(), "4");
    world.commit();
    const auto batches = batches_of(world);
    REQUIRE(batches.size() == 3);
    CHECK(batches[2].lane == Lane::Crowd);
    CHECK(world.texts(ann, world.room_id(team("t1"))) == Texts{"1", "3"});
}

TEST_CASE("a readers' snapshot is shared until somebody comes or goes", "[core][fanout]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.last_deliveries.clear();
    world.run_send(ann, room, "1");
    world.run_send(ann, room, "2");
    auto batches = batches_of(world);
    REQUIRE(batches.size() == 2);
    CHECK(batches[0].readers == batches[1].readers);
    world.step(SessionClosed{bob, Error::ConnectionLost});
    world.run_send(ann, room, "3");
    batches = batches_of(world);
    CHECK(batches[2].readers != batches[1].readers);
    CHECK(*batches[2].readers == std::vector<SessionId>{ann});
    CHECK(batches[0].readers->size() == 2); // what was handed out does not change
}

TEST_CASE("batches are cut to a datagram, and cover without hole or overlap", "[core][fanout]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.last_deliveries.clear();
    world.forget_heard();
    for (int i = 0; i < 40; ++i) {
        world.send(ann, room, std::string(100, 'x'));
    }
    world.commit();
    const auto batches = batches_of(world);
    CHECK(batches.size() >= 40 * 132 / limits::batch_bytes_target);
    CHECK(batches.size() < 8);
    for (const Deliver& batch : batches) {
        CHECK(batch.frame->size() <= limits::batch_bytes_target);
    }
    Seq next = 2; // 1 is ann's coming
    for (const auto* batch : world.events<wire::Batch>(ann, wire::Event::Batch)) {
        CHECK(batch->from_seq() == next);
        next = batch->to_seq() + 1;
    }
    CHECK(next == 42);
}

TEST_CASE("a message longer than a datagram goes alone", "[core][fanout]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    std::string longest;
    for (size_t i = 0; i < limits::tiers[3].text_code_points_max; ++i) {
        longest += "\U0001F600";
    }
    world.send(ann, room, "a");
    world.send(ann, room, longest);
    world.send(ann, room, "b");
    world.commit();
    CHECK(world.texts(ann, room) == Texts{"a", longest, "b"});
    CHECK(world.events<wire::Batch>(ann, wire::Event::Batch).size() == 3);
}

TEST_CASE("authors are named where the roster is not whole, and only there", "[core][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (size_t i = 0; i <= limits::roster_full_members_max; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g")}));
    }
    const RoomId hall = world.room_id(guild("g"));
    const SessionId ann = world.connect("ann", {party("p1")});
    world.forget_heard();
    world.run_send(sessions[3], hall, "x");
    world.run_send(ann, world.room_id(party("p1")), "x");
    const auto large = world.events<wire::Batch>(sessions[0], wire::Event::Batch);
    REQUIRE(large.size() == 1);
    REQUIRE(large[0]->authors() != nullptr);
    CHECK(wire::view(large[0]->authors()->Get(0)->name()) == "user3");
    const auto small = world.events<wire::Batch>(ann, wire::Event::Batch);
    REQUIRE(small.size() == 1);
    CHECK(small[0]->authors() == nullptr);

    // Once for those who are there; again when somebody comes.
    world.forget_heard();
    world.run_send(sessions[3], hall, "y");
    CHECK(world.events<wire::Batch>(sessions[0], wire::Event::Batch)[0]->authors() == nullptr);
    const SessionId late = world.connect("late", {guild("g")});
    world.run_send(sessions[3], hall, "z");
    CHECK(world.events<wire::Batch>(late, wire::Event::Batch)[0]->authors() != nullptr);
}

TEST_CASE("what the store commits for one user alone is delivered to him alone, in its place",
          "[core][fanout]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const SessionId cyd = world.connect("cyd", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.last_deliveries.clear();
    world.send(ann, room, "for all");
    world.send(ann, room, "for ann");
    world.send(bob, room, "for bob");
    world.send(cyd, room, "for all again");
    std::get<Append>(world.asked[1]).entry.audience = world.user_id("ann");
    std::get<Append>(world.asked[2]).entry.audience = world.user_id("bob");
    world.commit();
    CHECK(world.texts(ann, room) == Texts{"for all", "for ann", "for all again"});
    CHECK(world.texts(bob, room) == Texts{"for all", "for bob", "for all again"});
    CHECK(world.texts(cyd, room) == Texts{"for all", "for all again"});
    // Each covers the same seqs, so that nobody looks for what is not his.
    const auto batches = batches_of(world);
    REQUIRE(batches.size() == 3);
    for (const Deliver& one : batches) {
        CHECK(one.readers->size() == 1);
        const auto frame = wire::decode_server_frame(*one.frame, one.lane);
        const wire::Batch* batch = (*frame)->body_as_Batch();
        CHECK(batch->to_seq() - batch->from_seq() == 3);
    }
    world.forget_heard();
    world.send(ann, room, "for ann, who is alone in this commit");
    std::get<Append>(world.asked[0]).entry.audience = world.user_id("ann");
    world.commit();
    CHECK(world.texts(ann, room).size() == 1);
    CHECK(world.texts(bob, room).empty());
    CHECK(world.events<wire::Batch>(bob, wire::Event::Batch).size() == 1); // its range, empty
}

TEST_CASE("an entry for one user alone reaches him alone, in pages and on resume",
          "[core][fanout]") {
    CoreHarness world(fast());
    const Claims anns = claims_of("ann", {guild("g")});
    const Claims bobs = claims_of("bob", {guild("g")});
    SessionId ann = world.connect(anns);
    SessionId bob = world.connect(bobs);
    const RoomId room = world.room_id(guild("g"));
    world.run_send(ann, room, "for all");
    world.run_send(ann, room, "for ann");
    world.run_send(ann, room, "for all again");
    world.disk->rooms[room].entries[1].audience = world.user_id("ann");
    world.step(SessionClosed{ann, Error::ConnectionLost});
    world.step(SessionClosed{bob, Error::ConnectionLost});
    world.tick(limits::room_evict_idle_ms);
    REQUIRE(world.core.counts().rooms == 0);
    ann = world.connect(anns);
    bob = world.connect(bobs);
    const uint64_t incarnation = world.disk->room(room)->meta.incarnation;
    for (const auto& [session, expected] :
         {std::make_pair(ann, Texts{"for all", "for ann", "for all again"}),
          std::make_pair(bob, Texts{"for all", "for all again"})}) {
        const uint32_t page = world.fetch(session, room, 100, 0, 50);
        CHECK(world.texts(session, room, page) == expected);
        const auto* batch =
            world.with_request(session, page)[0].as<wire::Batch>(wire::Event::Batch);
        CHECK(batch->from_seq() == 1);
        CHECK(batch->to_seq() == 3); // covered: not a hole
        world.forget_heard();
        world.resume(session, {wire::ResumePoint(raw(room), incarnation, 0)});
        CHECK(world.texts(session, room) == expected);
    }
}

TEST_CASE("many lines for one user alone are cut so that his batches carry them",
          "[core][fanout][hostile]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {guild("g")});
    const SessionId bob = world.connect("bob", {guild("g")});
    const RoomId room = world.room_id(guild("g"));
    world.forget_heard();
    Texts all;
    for (int i = 0; i < 60; ++i) {
        all.push_back(std::to_string(i) + std::string(900, 'x'));
        world.send(ann, room, all.back());
    }
    for (StoreRequest& request : world.asked) {
        std::get<Append>(request).entry.audience = world.user_id("ann");
    }
    world.commit();
    CHECK(world.texts(ann, room) == all);
    CHECK(world.texts(bob, room).empty());
    for (const SessionId session : {ann, bob}) {
        Seq next = 1;
        for (const auto* batch : world.events<wire::Batch>(session, wire::Event::Batch)) {
            CHECK(batch->from_seq() == next);
            next = batch->to_seq() + 1;
        }
        CHECK(next == 61);
    }
}

TEST_CASE("in a crowd the first line goes out at once, and those after it gather",
          "[core][fanout]") {
    CoreOptions options = fast();
    options.gather_readers_per_ms = 2;
    CoreHarness world(options);
    std::vector<SessionId> sessions;
    for (int i = 0; i < 10; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g1")}));
    }
    const RoomId room = world.room_id(guild("g1"));
    world.tick(1000);
    world.last_deliveries.clear();
    world.send(sessions[0], room, "first");
    world.commit();
    CHECK(batches_of(world).size() == 1);
    CHECK(world.core.counts().rooms_gathering == 0);

    world.now_ms += 2;
    world.send(sessions[1], room, "second");
    world.commit();
    world.now_ms += 2;
    const uint32_t third = world.send(sessions[2], room, "third");
    world.commit();
    CHECK(batches_of(world).size() == 1);
    CHECK(world.core.counts().rooms_gathering == 1); // and the authors have their answers
    CHECK(world.reply(sessions[2], third).error == Error::Ok);
    world.tick(1);
    CHECK(batches_of(world).size() == 2);
    CHECK(world.core.counts().rooms_gathering == 0);
    CHECK(world.texts(sessions[9], room) == Texts{"first", "second", "third"});
}

TEST_CASE("gathering lines are told before anybody comes or goes", "[core][fanout]") {
    CoreOptions options = fast();
    options.gather_readers_per_ms = 1;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {guild("g1")});
    const SessionId bob = world.connect("bob", {guild("g1")});
    const RoomId room = world.room_id(guild("g1"));
    world.tick(1000);
    world.send(ann, room, "first");
    world.commit();
    world.send(ann, room, "gathering");
    world.commit();
    CHECK(world.texts(bob, room) == Texts{"first"});

    SECTION("who comes hears none of them") {
        const SessionId cat = world.connect("cat", {guild("g1")});
        CHECK(world.texts(bob, room) == Texts{"first", "gathering"});
        world.tick(10);
        CHECK(world.texts(cat, room).empty());
    }
    SECTION("who goes has heard all of them") {
        world.leave(bob, room);
        CHECK(world.texts(bob, room) == Texts{"first", "gathering"});
    }
    SECTION("the end of the shard waits for nothing") {
        world.step(ShutdownAsked{0});
        CHECK(world.texts(bob, room) == Texts{"first", "gathering"});
    }
}

namespace {

// Frames that went to everyone since deliveries were last forgotten, packed or not.
std::vector<SharedFrame> frames_on(const CoreHarness& world, Lane lane) {
    std::vector<SharedFrame> frames;
    for (const Effect& effect : world.last_deliveries) {
        const auto& deliver = std::get<Deliver>(effect);
        if (deliver.lane == lane) {
            frames.push_back(deliver.frame);
        }
    }
    return frames;
}

} // namespace

TEST_CASE("many lines for a crowd are packed until they fill a datagram", "[core][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (size_t i = 0; i < limits::packed_readers_min; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g1")}));
    }
    const RoomId room = world.room_id(guild("g1"));
    size_t frames = 0;
    Texts said;
    for (int round = 0; round < 20; ++round) {
        world.tick(1000);
        world.last_deliveries.clear();
        for (int i = 0; i < 60; ++i) {
            said.push_back("round " + std::to_string(round) + ", and this is line " +
                           std::to_string(i * 7919) + " of it");
            world.send(sessions[static_cast<size_t>(i) % sessions.size()], room, said.back());
        }
        world.commit();
        frames = 0;
        for (const SharedFrame& frame : frames_on(world, Lane::Crowd)) {
            frames += wire::is_packed(*frame) ? 1 : 0;
            CHECK(frame->size() < limits::batch_bytes_target * 5 / 4);
        }
        CHECK(frames > 0);
    }
    CHECK(world.texts(sessions[3], room) == said);
    // Sixty lines of ninety bytes: five datagrams plain.
    CHECK(frames <= 3);
}

TEST_CASE("a party's lines, and a single line of a crowd, go out as they are", "[core][fanout]") {
    CoreHarness world(fast());
    std::vector<SessionId> sessions;
    for (size_t i = 0; i + 1 < limits::packed_readers_min; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g1")}));
    }
    const RoomId room = world.room_id(guild("g1"));
    world.last_deliveries.clear();
    for (int i = 0; i < 60; ++i) {
        world.send(sessions[0], room, "all work and no play makes for a dull game");
    }
    world.commit();
    for (const SharedFrame& frame : frames_on(world, Lane::Crowd)) {
        CHECK_FALSE(wire::is_packed(*frame));
    }
    sessions.push_back(world.connect("one more", {guild("g1")}));
    world.tick(1000);
    world.last_deliveries.clear();
    world.send(sessions[0], room, "all work and no play makes for a dull game");
    world.commit();
    REQUIRE(frames_on(world, Lane::Crowd).size() == 1);
    CHECK_FALSE(wire::is_packed(*frames_on(world, Lane::Crowd)[0]));
}

TEST_CASE("in a busy crowd lines gather until they fill a datagram", "[core][fanout]") {
    CoreOptions options = fast();
    options.gather_readers_per_ms = 4;
    CoreHarness world(options);
    std::vector<SessionId> sessions;
    for (int i = 0; i < 20; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g1")}));
    }
    const RoomId room = world.room_id(guild("g1"));
    const int64_t gather_ms = 20 / 4;
    const auto say = [&](size_t lines) {
        for (size_t i = 0; i < lines; ++i) {
            world.send(sessions[i], room,
                       "a line of rather more than the usual length, so that twenty are enough");
        }
        world.commit();
    };
    const auto heard = [&] { return world.texts(sessions[19], room).size(); };
    world.tick(1000);
    say(limits::gather_busy_lines);
    CHECK(heard() == limits::gather_busy_lines);
    world.now_ms += gather_ms;
    say(1); // for a quiet crowd it would be time
    CHECK(heard() == limits::gather_busy_lines);
    say(20); // more than a datagram
    CHECK(heard() == limits::gather_busy_lines + 21);
    world.now_ms += gather_ms * limits::gather_busy_factor;
    say(1);
    CHECK(heard() == limits::gather_busy_lines + 22);
}
