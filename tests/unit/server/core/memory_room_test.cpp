// memory_room_test.cpp: rooms whose log no store has: told at once, in one order, each line once,
// and honest about what is gone.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

CoreOptions memory_parties() {
    CoreOptions options;
    options.tiers[static_cast<size_t>(wire::RoomKind::Party)].memory = true;
    options.tiers[static_cast<size_t>(wire::RoomKind::Party)].pace_burst = 60'000;
    options.frames_per_s_max = 100'000;
    options.log_bytes_per_s = 1'000'000'000;
    return options;
}

struct Pair {
    CoreHarness world{memory_parties()};
    SessionId ann = world.connect("ann", {party("p1")});
    SessionId bob = world.connect("bob", {party("p1")});
    RoomId room = world.room_id(party("p1"));

    Pair() { world.forget_heard(); }
};

} // namespace

TEST_CASE("a line in a memory room is told and answered at once and asks nothing of the store",
          "[core][memory]") {
    Pair pair;
    const uint32_t first = pair.world.send(pair.ann, pair.room, "one");
    const uint32_t second = pair.world.send(pair.bob, pair.room, "two");
    CHECK(pair.world.asked.empty());
    CHECK(pair.world.texts(pair.bob, pair.room) == Texts{"one", "two"});
    CHECK(pair.world.texts(pair.ann, pair.room) == Texts{"one", "two"});
    CHECK(pair.world.reply(pair.ann, first).error == Error::Ok);
    CHECK(pair.world.reply(pair.bob, second).seq == pair.world.reply(pair.ann, first).seq + 1);
    CHECK(pair.world.disk->room(pair.room)->entries.empty());
}

TEST_CASE("a line said twice in a memory room is one line with one seq",
          "[core][memory][hostile]") {
    Pair pair;
    const Nonce nonce = pair.world.new_nonce();
    const auto first = pair.world.run_send(pair.ann, pair.room, "once", nonce);
    const auto again = pair.world.run_send(pair.ann, pair.room, "once", nonce);
    CHECK(again.error == Error::Ok);
    CHECK(again.seq == first.seq);
    CHECK(again.at_ms == first.at_ms);
    CHECK(pair.world.texts(pair.bob, pair.room) == Texts{"once"});
    // Another's nonce of the same number is another line.
    CHECK(pair.world.run_send(pair.bob, pair.room, "mine", nonce).seq == first.seq + 1);
}

TEST_CASE("a memory room knows repetitions up to its bound and keeps no more", "[core][memory]") {
    Pair pair;
    const Nonce oldest = pair.world.new_nonce();
    const auto first = pair.world.run_send(pair.ann, pair.room, "oldest", oldest);
    for (size_t i = 1; i < limits::memory_nonces_max; ++i) {
        pair.world.send(pair.ann, pair.room, "x");
    }
    CHECK(pair.world.run_send(pair.ann, pair.room, "oldest", oldest).seq == first.seq);
    pair.world.send(pair.ann, pair.room, "one more");
    CHECK(pair.world.run_send(pair.ann, pair.room, "oldest", oldest).seq > first.seq);
}

TEST_CASE("who comes into a memory room later reads from then on", "[core][memory]") {
    Pair pair;
    pair.world.run_send(pair.ann, pair.room, "before");
    const SessionId cat = pair.world.connect("cat", {party("p1")});
    pair.world.run_send(pair.ann, pair.room, "after");
    CHECK(pair.world.texts(cat, pair.room) == Texts{"after"});
    const uint32_t request = pair.world.fetch(cat, pair.room, 1000, 0, 50);
    pair.world.settle();
    CHECK(pair.world.texts(cat, pair.room, request) == Texts{"after"});
}

TEST_CASE("pages and resume of a memory room come from memory, and what has left it is a gap",
          "[core][memory]") {
    Pair pair;
    const SessionId dan = pair.world.connect("dan", {party("p1")});
    const uint64_t incarnation = pair.world.room_state(dan, pair.room)->incarnation();
    const Seq before = pair.world.run_send(pair.ann, pair.room, "first").seq;
    for (size_t i = 0; i < limits::room_tail_entries_max; ++i) {
        pair.world.send(pair.ann, pair.room, std::to_string(i));
    }
    pair.world.forget_heard();

    // Within the tail: what is missing, and nothing is asked of the store.
    const Seq last = before + limits::room_tail_entries_max;
    pair.world.resume(pair.bob, {wire::ResumePoint(raw(pair.room), incarnation, last - 2)});
    CHECK(pair.world.asked.empty());
    CHECK(pair.world.texts(pair.bob, pair.room).size() == 2);
    CHECK(pair.world.events<wire::Gap>(pair.bob, wire::Event::Gap).empty());

    // Before it: a gap from the first one missing to where the tail begins.
    pair.world.forget_heard();
    pair.world.tick(5000);
    pair.world.resume(pair.bob, {wire::ResumePoint(raw(pair.room), incarnation, before - 1)});
    CHECK(pair.world.asked.empty());
    const auto gaps = pair.world.events<wire::Gap>(pair.bob, wire::Event::Gap);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0]->from_seq() == before);

    // A page that reaches before the tail has what there is and says that there is no more.
    pair.world.forget_heard();
    pair.world.tick(5000);
    const uint32_t request = pair.world.fetch(pair.bob, pair.room, before + 3, 0, 50);
    CHECK(pair.world.asked.empty());
    const auto answers = pair.world.with_request(pair.bob, request);
    REQUIRE(answers.size() == 1);
    const auto* page = answers[0].as<wire::Batch>(wire::Event::Batch);
    REQUIRE(page != nullptr);
    CHECK_FALSE(page->more());
    CHECK(pair.world.texts(pair.bob, pair.room, request) == Texts{"0", "1"});
}

TEST_CASE("read marks of a memory room stay in memory", "[core][memory]") {
    Pair pair;
    const auto said = pair.world.run_send(pair.ann, pair.room, "one");
    const auto marked = pair.world.run(pair.bob, wire::Command::Mark, [&](auto& fbb) {
        return wire::CreateMark(fbb, raw(pair.room), said.seq).Union();
    });
    CHECK(marked.error == Error::Ok);
    CHECK(marked.seq == said.seq);
}

TEST_CASE("a shard that starts again has another log, and nobody takes it for the old one",
          "[core][memory]") {
    auto disk = std::make_shared<MemoryDisk>();
    uint64_t first = 0;
    Claims ann = claims_of("ann", {party("p1")});
    {
        CoreHarness world(memory_parties(), nullptr, 7, disk);
        const SessionId session = world.connect(ann);
        world.run_send(session, world.room_id(party("p1")), "gone soon");
        first = world.room_state(session, world.room_id(party("p1")))->incarnation();
    }
    CoreHarness world(memory_parties(), nullptr, 8, disk);
    const SessionId session = world.connect(ann);
    const auto* state = world.room_state(session, world.room_id(party("p1")));
    CHECK(state->incarnation() != first);
    CHECK(state->unread() == 0);
}

TEST_CASE("a tier that stays durable is not touched by another's memory", "[core][memory]") {
    CoreHarness world(memory_parties());
    const SessionId ann = world.connect("ann", {team("t1")});
    const RoomId room = world.room_id(team("t1"));
    world.send(ann, room, "kept");
    CHECK(world.asked_for<Append>() == 1);
}

TEST_CASE("a new role in a memory room leaves the store's log and who may read it alone",
          "[core][memory]") {
    Pair pair;
    Claims game = claims_of("server");
    game.game = true;
    const SessionId server = pair.world.connect(game);
    for (int i = 0; i < 20; ++i) {
        pair.world.run_send(pair.ann, pair.room, "x");
    }
    const SessionId cat = pair.world.connect("cat", {party("p1")});
    const Seq reads_from = pair.world.room_state(cat, pair.room)->since_seq();
    REQUIRE(reads_from > 20);
    pair.world.grant(server, party("p1"), "cat", wire::Role::Leader);
    pair.world.settle();
    const StoredMember stored =
        pair.world.disk->room(pair.room)->members.at(pair.world.user_id("cat"));
    CHECK(stored.role == static_cast<uint8_t>(wire::Role::Leader));
    CHECK(stored.since_seq == 1); // of a log without entries
    CHECK(stored.read_seq == 0);
    CHECK(pair.world.room_state(cat, pair.room)->since_seq() == reads_from);
}
