// left_out_test.cpp: lines that the shard left out of a busy room: where they are counted, and what
// brings them after all; slow mode.
#include <string>

#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

ScriptShard::RoomSays lobby(Seq last_seq = 0) {
    ScriptShard::RoomSays room;
    room.kind = wire::RoomKind::Global;
    room.name = "lobby";
    room.last_seq = last_seq;
    room.pace_burst = 1;
    room.pace_period_ms = 3000;
    return room;
}

// A live batch of a busy room.
void batch(World& world, Seq from, Seq to, const std::vector<Seq>& listed, uint32_t left_out,
           uint32_t request = 0, bool more = false) {
    ScriptShard::BatchSays said;
    said.from = from;
    said.to = to;
    said.left_out = left_out;
    said.request = request;
    said.more = more;
    for (const Seq seq : listed) {
        said.lines.push_back({seq, bo_id, std::to_string(seq), 0, {}});
    }
    world.shard.batch(said);
    world.step();
}

// "from-to:count" of each.
std::string left_out(World& world) {
    std::string all;
    for (const LeftOut& one : world.room().left_out) {
        all += (all.empty() ? "" : " ") + std::to_string(one.from_seq) + "-" +
               std::to_string(one.to_seq) + ":" + std::to_string(one.count);
    }
    return all;
}

// A millisecond is rounded up.
bool waits(World& world, uint32_t ms) {
    const uint32_t wait_ms = world.client.pace_wait_ms(RoomId{1});
    return wait_ms == ms || wait_ms == ms + 1;
}

std::vector<Seq> seqs(Seq from, Seq to) {
    std::vector<Seq> all;
    for (Seq seq = from; seq <= to; ++seq) {
        all.push_back(seq);
    }
    return all;
}

} // namespace

TEST_CASE("who has read up to within what was left out has no more unread than there is",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 8, 9}, 7);
    const UserId self = world.client.model().self();
    CHECK(world.room().unread(self) == 10);
    REQUIRE(world.client.mark_read(RoomId{1}, 7).ok());
    CHECK(world.room().unread(self) == 3); // 8, 9, and 10 that was left out
    REQUIRE(world.client.mark_read(RoomId{1}, 9).ok());
    CHECK(world.room().unread(self) == 1);
    REQUIRE(world.client.mark_read(RoomId{1}, 10).ok());
    CHECK(world.room().unread(self) == 0);
}

TEST_CASE("what a batch left out is counted in its range, and nothing is asked for",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    CHECK(world.texts() == "2|7");
    CHECK(left_out(world) == "1-10:8");
    CHECK(world.room().last_seq == 10);
    world.run(10'000);
    CHECK(world.script->count(wire::Command::Resume) == 0);
    CHECK(world.script->count(wire::Command::Fetch) == 0);
}

TEST_CASE("counts behind a few lines are one, and behind more another", "[client][left-out]") {
    World world;
    world.enter(lobby());
    Seq next = 1;
    for (size_t i = 0; i < limits::left_out_lines; ++i, next += 10) {
        batch(world, next, next + 9, {next}, 9);
    }
    CHECK(left_out(world) == "1-80:72");
    batch(world, 81, 90, {}, 10); // nothing more stands before it
    CHECK(left_out(world) == "1-90:82");
    batch(world, 91, 100, {91}, 9);
    CHECK(left_out(world) == "1-90:82 91-100:9");
}

TEST_CASE("a line that concerns us takes its place among those left out, and is told",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {9}, 9);
    world.events();
    batch(world, 4, 4, {4}, 0);
    CHECK(world.texts() == "4|9");
    CHECK(left_out(world) == "1-10:8");
    const auto told = world.events(EventType::Message);
    REQUIRE(told.size() == 1);
    CHECK(told[0].seq == 4);
    batch(world, 4, 4, {4}, 0); // once
    CHECK(left_out(world) == "1-10:8");
    CHECK(world.events(EventType::Message).empty());
}

TEST_CASE("one's own line is not counted, whether its reply or the batch comes first",
          "[client][left-out]") {
    const bool reply_first = GENERATE(true, false);
    World world;
    world.enter(lobby());
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok());
    const uint32_t request = world.last(wire::Command::Send).request();
    if (reply_first) {
        world.shard.reply(request, Error::Ok, 1, 5, 1'000'000);
    }
    batch(world, 1, 10, {}, 10);
    CHECK(left_out(world) == (reply_first ? "1-10:9" : "1-10:10"));
    if (!reply_first) {
        world.shard.reply(request, Error::Ok, 1, 5, 1'000'000);
        world.step();
    }
    CHECK(left_out(world) == "1-10:9");
    CHECK(world.texts() == "mine");
    batch(world, 5, 5, {}, 0); // the shard's copy of it
    CHECK(left_out(world) == "1-10:9");
}

TEST_CASE("when all that was left out has come, nothing is said of it", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 3, {1}, 2);
    batch(world, 2, 2, {2}, 0);
    CHECK(left_out(world) == "1-3:1");
    batch(world, 3, 3, {3}, 0);
    CHECK(left_out(world).empty());
    CHECK(world.texts() == "1|2|3");
}

TEST_CASE("history that is fetched over what was left out brings the lines", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    batch(world, 11, 11, {11}, 0);
    REQUIRE(world.client.fetch_history(RoomId{1}, 11, 8).ok());
    const SentFrame& sent = world.last(wire::Command::Fetch);
    CHECK(sent.frame().body_as_Fetch()->before_seq() == 11);
    CHECK(sent.frame().body_as_Fetch()->count() == 8);
    world.events();
    batch(world, 3, 10, seqs(3, 10), 0, sent.request(), true);
    CHECK(left_out(world) == "1-2:1");
    CHECK(world.room().first_seq == 1);
    CHECK(world.room().last_seq == 11);
    CHECK(world.texts() == "2|3|4|5|6|7|8|9|10|11");
    const auto events = world.events();
    REQUIRE(events.size() == 2); // its reply and History: these lines are no news
    CHECK(events[0].type == EventType::Reply);
    CHECK(events[1].type == EventType::History);
    REQUIRE(world.client.fetch_history(RoomId{1}, 3, 1).ok());
    batch(world, 1, 2, {1, 2}, 0, world.last(wire::Command::Fetch).request());
    CHECK(left_out(world).empty());
    const size_t before = world.script->count(wire::Command::Fetch);
    REQUIRE(world.client.fetch_history(RoomId{1}, 12, 5).ok()); // all of it is here now
    CHECK(world.script->count(wire::Command::Fetch) == before);
}

TEST_CASE("a fetch asks only for what was left out among the lines that are wanted",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    for (const Seq seq : seqs(11, 30)) {
        batch(world, seq, seq, {seq}, 0);
    }
    REQUIRE(world.client.fetch_history(RoomId{1}, 31, 20).ok());
    CHECK(world.script->count(wire::Command::Fetch) == 0);
    REQUIRE(world.client.fetch_history(RoomId{1}, 31, 21).ok());
    REQUIRE(world.script->count(wire::Command::Fetch) == 1);
    CHECK(world.last(wire::Command::Fetch).frame().body_as_Fetch()->before_seq() == 11);
}

TEST_CASE("a page over it all ends the count, also when some are not ours any more",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    REQUIRE(world.client.fetch_history(RoomId{1}, 11, 50).ok());
    batch(world, 1, 10, {1, 2, 7}, 0, world.last(wire::Command::Fetch).request());
    CHECK(left_out(world).empty());
}

TEST_CASE("what a page leaves of a count is no more than there are places for",
          "[client][left-out]") {
    const bool blocked = GENERATE(true, false); // the author of line 10, since it was left out
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 3}, 8);
    REQUIRE(world.client.fetch_history(RoomId{1}, 11, 7).ok());
    batch(world, 4, 10, seqs(4, blocked ? 9 : 10), 0, world.last(wire::Command::Fetch).request(),
          true);
    CHECK(left_out(world) == "1-3:1");
}

TEST_CASE("a count for which a page leaves no place ends", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {1, 2, 3}, 7);
    REQUIRE(world.client.fetch_history(RoomId{1}, 11, 7).ok());
    batch(world, 4, 10, seqs(4, 9), 0, world.last(wire::Command::Fetch).request(), true);
    CHECK(left_out(world).empty());
}

TEST_CASE("a batch that overtook another is counted when its turn comes", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 11, 20, {12}, 9);
    batch(world, 15, 15, {15}, 0);
    CHECK(left_out(world).empty());
    batch(world, 1, 10, {1}, 9);
    CHECK(left_out(world) == "1-20:17");
    CHECK(world.texts() == "1|12|15");
    batch(world, 11, 20, {12}, 9); // said again: it is here
    CHECK(left_out(world) == "1-20:17");
}

TEST_CASE("what Resume brought in between is not counted", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 6, seqs(1, 6), 0);
    batch(world, 4, 10, {8}, 6); // three of them are here
    CHECK(left_out(world) == "4-10:3");
}

TEST_CASE("lines that were left out are unread until they are read", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    CHECK(world.room().unread(UserId{self_id}) == 10);
    REQUIRE(world.client.mark_read(RoomId{1}, 8).ok());
    CHECK(world.room().unread(UserId{self_id}) == 2);
    REQUIRE(world.client.mark_read(RoomId{1}, 10).ok());
    CHECK(world.room().unread(UserId{self_id}) == 0);
    batch(world, 11, 500, {12}, 489);
    CHECK(world.room().unread(UserId{self_id}) == 100);
}

TEST_CASE("a count that its range has no place for is malformed", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 9);
    CHECK(world.client.stats().refused_frames == 1);
    batch(world, 1, 10, {2, 7}, 8);
    CHECK(world.client.stats().refused_frames == 1);
    CHECK(world.room().last_seq == 10);
}

TEST_CASE("what was left out goes with the old lines, and history has it", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    Seq next = 11;
    while (world.room().stored() < limits::model_messages_per_room_max) {
        batch(world, next, next + 199, seqs(next, next + 199), 0);
        next += 200;
    }
    // 10,000 and two, of which 2 and 7 have gone, or one of both and all that was counted with it.
    CHECK(left_out(world).empty());
    CHECK(world.room().first_seq >= 11);
    CHECK(world.room().messages.front().seq == world.room().first_seq);
    CHECK_FALSE(world.room().history_complete);
}

TEST_CASE("another log has nothing left out", "[client][left-out]") {
    World world;
    world.enter(lobby());
    batch(world, 1, 10, {2, 7}, 8);
    world.shard.gap(1, 3, 78);
    world.step();
    CHECK(left_out(world).empty());
}

TEST_CASE("slow mode stretches the pace of a member, as if it had always been so",
          "[client][left-out]") {
    World world;
    world.enter(lobby());
    CHECK_FALSE(world.room().slow);
    REQUIRE(world.client.send_text(RoomId{1}, "a", 0).ok());
    world.step(1000);
    CHECK(waits(world, 2000));
    world.events();
    world.shard.room_pace(1, 1, 10'000, true);
    world.step(0);
    CHECK(world.room().slow);
    CHECK(world.room().pace_period_ms == 10'000);
    CHECK(waits(world, 2000));
    CHECK(world.events(EventType::Room).size() == 1);
    world.step(2000);
    CHECK(world.client.pace_left(RoomId{1}) == 1);
    REQUIRE(world.client.send_text(RoomId{1}, "b", 0).ok());
    CHECK(waits(world, 10'000));
    world.shard.room_pace(1, 1, 3000, false);
    world.step(0);
    CHECK_FALSE(world.room().slow);
    CHECK(waits(world, 10'000));
    world.step(10'000);
    CHECK(world.client.pace_left(RoomId{1}) == 1);
    world.shard.room_pace(9, 1, 3000, true); // a room that is not ours
    world.step();
}

TEST_CASE("a moderator is told of slow mode and keeps his pace", "[client][left-out]") {
    World world;
    ScriptShard::RoomSays room = lobby();
    room.role = wire::Role::Moderator;
    world.connect();
    world.shard.room(room);
    world.step();
    world.shard.room_pace(1, 1, 10'000, true);
    world.step();
    CHECK(world.room().slow);
    CHECK(world.room().pace_period_ms == 3000);
}

TEST_CASE("a room that is entered in slow mode says so", "[client][left-out]") {
    World world;
    ScriptShard::RoomSays room = lobby();
    room.slow = true;
    world.enter(room);
    CHECK(world.room().slow);
}

} // namespace parley::client
