// sync_test.cpp: a room's log put together from frames in any order, and the model that comes of
// it.
#include "plugin/client/sync.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

using Lines = std::vector<ScriptShard::LineSays>;

Lines lines(Seq from, Seq to) {
    Lines all;
    for (Seq seq = from; seq <= to; ++seq) {
        all.push_back({seq, bo_id, std::to_string(seq), 0, {}});
    }
    return all;
}

ScriptShard::BatchSays batch(Seq from, Seq to, Lane lane = Lane::Chat) {
    ScriptShard::BatchSays said;
    said.from = from;
    said.to = to;
    said.lines = lines(from, to);
    said.lane = lane;
    return said;
}

ScriptShard::BatchSays page(uint32_t request, Seq from, Seq to, bool more) {
    ScriptShard::BatchSays said = batch(from, to, Lane::Bulk);
    said.request = request;
    said.more = more;
    return said;
}

const wire::ResumePoint& resume_point(const SentFrame& sent) {
    return *sent.frame().body_as_Resume()->points()->Get(0);
}

TEST_CASE("where a batch lies", "[sync]") {
    CHECK(fit(5, 6, 8) == Fit::Next);
    CHECK(fit(5, 4, 8) == Fit::Next);
    CHECK(fit(5, 7, 8) == Fit::Ahead);
    CHECK(fit(5, 4, 5) == Fit::Old);
}

TEST_CASE("a room that is new is filled with its newest page", "[sync]") {
    World world;
    world.enter({.last_seq = 100});
    CHECK(world.room().last_seq == 100);
    CHECK(world.room().first_seq == 101);
    CHECK_FALSE(world.room().history_complete);
    const SentFrame& sent = world.last(wire::Command::Fetch);
    CHECK(sent.frame().body_as_Fetch()->before_seq() == 101);
    CHECK(sent.frame().body_as_Fetch()->count() == limits::page_entries_max);
    world.shard.batch(page(sent.request(), 51, 100, true));
    world.step();
    CHECK(world.room().messages.size() == 50);
    CHECK(world.room().first_seq == 51);
    const auto all = world.events();
    REQUIRE(all.size() == 1); // a page is no news
    CHECK(all[0].type == EventType::History);
    CHECK(world.script->count(wire::Command::Resume) == 0);
    world.run(20'000, 5000);
    CHECK(world.script->count(wire::Command::Fetch) == 1);
}

TEST_CASE("an empty room has no history to fetch", "[sync]") {
    World world;
    world.enter();
    CHECK(world.room().history_complete);
    CHECK(world.script->count(wire::Command::Fetch) == 0);
    world.shard.line(1, bo_id, "first");
    world.step();
    const auto told = world.events(EventType::Message);
    REQUIRE(told.size() == 1);
    CHECK(told[0].text == "first");
    CHECK(raw(told[0].user) == bo_id);
    CHECK(told[0].seq == 1);
}

TEST_CASE("history is fetched in front of what is here, up to its beginning", "[sync]") {
    World world;
    world.enter({.last_seq = 120});
    world.shard.batch(page(world.last(wire::Command::Fetch).request(), 71, 120, true));
    world.step();
    world.events();
    const Request request = *world.client.fetch_history(RoomId{1}, 0, 50);
    CHECK(world.last(wire::Command::Fetch).frame().body_as_Fetch()->before_seq() == 71);
    world.shard.batch(page(static_cast<uint32_t>(request), 21, 70, true));
    world.step();
    auto all = world.events();
    REQUIRE(all.size() == 2);
    CHECK(all[0].type == EventType::Reply);
    CHECK(all[0].request == request);
    CHECK(all[1].type == EventType::History);
    // What is here already is answered without the shard.
    const size_t fetches = world.script->count(wire::Command::Fetch);
    REQUIRE(world.client.fetch_history(RoomId{1}, 100, 20).ok());
    CHECK(world.script->count(wire::Command::Fetch) == fetches);
    const Request last = *world.client.fetch_history(RoomId{1}, 0, 1000);
    CHECK(world.last(wire::Command::Fetch).frame().body_as_Fetch()->count() == 50);
    world.shard.batch(page(static_cast<uint32_t>(last), 1, 20, false));
    world.step();
    CHECK(world.room().history_complete);
    CHECK(world.room().messages.size() == 120);
    for (size_t i = 0; i < 120; ++i) {
        REQUIRE(world.room().messages[i].seq == i + 1);
    }
    CHECK(world.client.fetch_history(RoomId{1}, 0, 0).error() == Error::BadArgument);
    CHECK(world.client.fetch_history(RoomId{2}, 0, 1).error() == Error::NotMember);
}

TEST_CASE("that there is nothing older than was asked for is no word on a log after a gap",
          "[sync]") {
    World world;
    world.enter({.last_seq = 120});
    world.shard.batch(page(world.last(wire::Command::Fetch).request(), 71, 120, true));
    world.step();
    const Request early = *world.client.fetch_history(RoomId{1}, 0, 50);
    world.shard.gap(121, 850);
    world.shard.batch(page(static_cast<uint32_t>(early), 71, 70, false)); // nothing before 71
    world.step();
    CHECK(world.room().first_seq == 851);
    CHECK_FALSE(world.room().history_complete);
    CHECK(world.events(EventType::Reply).size() == 1);
    const Request late = *world.client.fetch_history(RoomId{1}, 0, 50);
    world.shard.batch(page(static_cast<uint32_t>(late), 851, 850, false));
    world.step();
    CHECK(world.room().first_seq == 851);
    CHECK(world.room().history_complete);
}

TEST_CASE("a hole holds back what is behind it and is asked for once", "[sync]") {
    World world;
    world.enter();
    world.shard.line(1, bo_id, "1");
    world.shard.line(3, bo_id, "3");
    world.shard.line(4, bo_id, "4");
    world.step();
    CHECK(world.texts() == "1");
    CHECK(world.room().last_seq == 1);
    REQUIRE(world.script->count(wire::Command::Resume) == 1);
    const SentFrame& sent = world.last(wire::Command::Resume);
    CHECK(resume_point(sent).seq() == 1);
    CHECK(resume_point(sent).incarnation() == 77);
    world.step();
    CHECK(world.script->count(wire::Command::Resume) == 1);
    // The reply comes first, live goes on, then the bulk.
    world.shard.reply(sent.request());
    world.shard.line(5, bo_id, "5");
    world.step();
    CHECK(world.texts() == "1");
    world.shard.batch(batch(2, 4, Lane::Bulk));
    world.step();
    CHECK(world.texts() == "1|2|3|4|5");
    CHECK(world.room().last_seq == 5);
    std::string told;
    for (const Event& event : world.events(EventType::Message)) {
        told += event.text;
    }
    CHECK(told == "12345"); // each once, in order
    CHECK(world.script->count(wire::Command::Resume) == 1);
}

TEST_CASE("a resume that was answered and did not come is asked for again", "[sync]") {
    World world;
    world.enter();
    world.shard.line(2, bo_id, "2");
    world.step();
    world.shard.reply(world.last(wire::Command::Resume).request(), Error::StoreUnavailable, 0, 0, 0,
                      3000);
    world.step();
    world.step(2980);
    CHECK(world.script->count(wire::Command::Resume) == 1);
    world.step(100);
    CHECK(world.script->count(wire::Command::Resume) == 2);
}

TEST_CASE("a live batch that overtakes its room waits for it", "[sync]") {
    World world;
    world.connect();
    world.shard.line(6, bo_id, "6");
    world.shard.room({.last_seq = 5, .since_seq = 6});
    world.step();
    CHECK(world.texts() == "6");
    CHECK(world.room().last_seq == 6);
    CHECK(world.events(EventType::Message).size() == 1);
}

TEST_CASE("after a reconnect one Resume names all rooms that moved", "[sync]") {
    World world;
    world.enter();
    world.shard.room({.id = 2, .name = "p2"});
    world.shard.room({.id = 3, .name = "p3"});
    world.shard.line(1, bo_id, "1");
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.line(4, bo_id, "4"); // overtakes the room's state
    world.shard.room({.last_seq = 3});
    world.shard.room({.id = 2, .name = "p2"});
    world.shard.room({.id = 3, .name = "p3", .last_seq = 1});
    world.step();
    REQUIRE(world.script->count(wire::Command::Resume) == 1);
    const auto& points = *world.last(wire::Command::Resume).frame().body_as_Resume()->points();
    REQUIRE(points.size() == 2);
    CHECK(points.Get(0)->room() == 1);
    CHECK(points.Get(0)->seq() == 1);
    CHECK(points.Get(1)->room() == 3);
    CHECK(world.script->count(wire::Command::Fetch) == 0);
    world.shard.batch(batch(2, 3, Lane::Bulk));
    world.step();
    CHECK(world.texts() == "1|2|3|4");
}

TEST_CASE("a gap drops what is older and says so", "[sync]") {
    World world;
    world.enter();
    world.shard.line(1, bo_id, "1");
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok());
    world.step(1000);
    world.come_up();
    world.shard.room({.last_seq = 900});
    world.step();
    world.events();
    // The page may come before the gap: another lane.
    world.shard.batch(batch(851, 900, Lane::Bulk));
    world.shard.gap(2, 850);
    world.shard.reply(world.last(wire::Command::Resume).request());
    world.step();
    const auto gaps = world.events(EventType::Gap);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].seq == 850);
    CHECK(world.room().messages.size() == 51); // the page, and what is unsent
    CHECK(world.room().first_seq == 851);
    CHECK(world.room().last_seq == 900);
    CHECK(world.room().messages.back().text == "mine");
    CHECK_FALSE(world.room().history_complete);
}

TEST_CASE("a message stored before the gap does not stand alone in front of it", "[sync]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok()); // stored as 1, the answer is lost
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.room({.last_seq = 900});
    world.step();
    world.events();
    world.shard.gap(1, 850);
    world.shard.reply(world.last(wire::Command::Send).request(), Error::Ok, 1, 1, 5);
    world.shard.batch(batch(851, 900, Lane::Bulk));
    world.step();
    CHECK(world.room().messages.size() == 50);
    CHECK(world.room().messages.front().seq == 851);
    CHECK(world.room().unsent == 0);
    const auto replies = world.events(EventType::Reply);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].seq == 1);
}

TEST_CASE("a pending message that a page has is merged and answered", "[sync]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok());
    const Nonce nonce = world.room().messages[0].nonce;
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.room({.incarnation = 78, .last_seq = 2}); // a new log that has it
    world.step();
    world.events();
    ScriptShard::BatchSays first = page(world.last(wire::Command::Fetch).request(), 1, 2, false);
    first.incarnation = 78;
    first.lines[1] = {2, self_id, "mine", nonce, {}};
    world.shard.batch(first);
    world.step();
    CHECK(world.texts() == "1|mine");
    CHECK(world.room().unsent == 0);
    CHECK(world.client.stats().outbox_messages == 0);
    CHECK(world.events(EventType::Reply).size() == 1);
}

TEST_CASE("another incarnation starts the room afresh", "[sync]") {
    World world;
    world.enter();
    world.shard.line(1, bo_id, "of the old log");
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.room({.incarnation = 78, .last_seq = 2});
    world.step();
    CHECK(world.room().messages.empty());
    CHECK(world.events(EventType::Gap).size() == 1);
    ScriptShard::BatchSays first = page(world.last(wire::Command::Fetch).request(), 1, 2, false);
    first.incarnation = 78;
    world.shard.batch(first);
    ScriptShard::BatchSays stale = batch(3, 3);
    world.shard.batch(stale); // of incarnation 77
    world.step();
    CHECK(world.texts() == "1|2");
    CHECK(world.room().last_seq == 2);
}

TEST_CASE("what was read of one log is not read of the log after it", "[sync]") {
    // A shard that starts again has new logs of the rooms in its memory; one that was restored from
    // a backup has a shorter one.
    const bool another = GENERATE(true, false);
    World world;
    world.enter();
    world.shard.batch(batch(1, 8));
    world.step();
    REQUIRE(world.client.mark_read(RoomId{1}, 8).ok()); // and the shard has not heard of it
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    const size_t marks = world.script->count(wire::Command::Mark);
    const uint64_t incarnation = another ? 78 : 77;
    const Seq last_seq = another ? 9 : 7;
    world.shard.room(
        {.incarnation = incarnation, .last_seq = last_seq, .read_seq = 2, .unread = 5});
    world.step();
    CHECK(world.room().read_seq == 2);
    CHECK(world.room().unread(world.client.model().self()) == 5);
    world.step(limits::mark_period_ms);
    CHECK(world.script->count(wire::Command::Mark) == marks);
}

TEST_CASE("a batch's range may be wider than its lines", "[sync]") {
    World world;
    world.enter();
    ScriptShard::BatchSays said = batch(1, 1);
    said.to = 5; // 2..5 were not for this reader
    world.shard.batch(said);
    world.shard.line(6, bo_id, "6");
    world.step();
    CHECK(world.texts() == "1|6");
    CHECK(world.script->count(wire::Command::Resume) == 0);
}

TEST_CASE("what was told twice is there once", "[sync]") {
    World world;
    world.enter();
    world.shard.batch(batch(1, 5));
    world.shard.batch(batch(1, 5, Lane::Bulk));
    world.shard.batch(batch(3, 7, Lane::Bulk));
    world.step();
    CHECK(world.texts() == "1|2|3|4|5|6|7");
    CHECK(world.events(EventType::Message).size() == 7);
}

TEST_CASE("being told the room again in a session resumes, and sends again", "[sync]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok());
    world.shard.room({.last_seq = 3});
    world.step();
    CHECK(world.script->count(wire::Command::Send) == 2);
    REQUIRE(world.script->count(wire::Command::Resume) == 1);
    world.shard.room({.last_seq = 4}); // its answer was left out: we lagged once more
    world.step();
    CHECK(world.script->count(wire::Command::Resume) == 2);
}

TEST_CASE("a room's messages are bounded, the oldest go", "[sync]") {
    World world;
    world.enter();
    const Seq most = limits::model_messages_per_room_max;
    for (Seq from = 1; from <= most; from += 100) {
        world.shard.batch(batch(from, from + 99));
    }
    world.step();
    world.events();
    CHECK(world.room().messages.size() == most);
    CHECK(world.room().history_complete);
    world.shard.line(most + 1, bo_id, "x");
    world.step();
    CHECK(world.room().messages.size() == most);
    CHECK(world.room().first_seq == 2);
    CHECK_FALSE(world.room().history_complete);
    CHECK(world.client.fetch_history(RoomId{1}, 0, 10).error() == Error::Full);
}

TEST_CASE("held batches are bounded and what did not fit comes by Resume", "[sync]") {
    World world;
    world.enter();
    for (Seq seq = 2; seq < limits::held_batches_max + 20; ++seq) {
        world.shard.line(seq, bo_id, "x");
    }
    world.step();
    CHECK(world.room().messages.empty());
    world.shard.reply(world.last(wire::Command::Resume).request());
    world.shard.batch(batch(1, 10, Lane::Bulk));
    world.step();
    CHECK(world.room().last_seq == limits::held_batches_max + 1);
    world.run(3000);
    CHECK(world.script->count(wire::Command::Resume) == 2);
    CHECK(resume_point(world.last(wire::Command::Resume)).seq() == limits::held_batches_max + 1);
}

TEST_CASE("edits and deletes change the message they name", "[sync]") {
    World world;
    world.enter();
    world.shard.batch(batch(1, 2));
    auto& b = world.shard.fbb();
    const auto text = b.CreateString("changed");
    const auto edit = wire::CreateEdit(b, 1, text);
    const auto gone = wire::CreateDelete(b, 2);
    std::vector<flatbuffers::Offset<wire::Entry>> entries{
        wire::CreateEntry(b, 3, 9, bo_id, 1, wire::EntryBody::Edit, edit.Union()),
        wire::CreateEntry(b, 4, 9, bo_id, 2, wire::EntryBody::Delete, gone.Union())};
    const auto all = b.CreateVector(entries);
    world.shard.say(Lane::Chat, 0, wire::Event::Batch,
                    wire::CreateBatch(b, 1, 77, 3, 4, 0, 0, 0, 0, all));
    world.step();
    REQUIRE(world.room().messages.size() == 2);
    CHECK(world.room().last_seq == 4);
    CHECK(world.room().messages[0].text == "changed");
    CHECK(world.room().messages[0].edited);
    CHECK(world.room().messages[0].changed_seq == 3);
    CHECK(world.room().messages[1].state == MessageState::Deleted);
    CHECK(world.room().messages[1].text.empty());
}

TEST_CASE("joins and leaves are lines of their own kind", "[sync]") {
    World world;
    world.enter();
    auto& b = world.shard.fbb();
    const auto user = wire::CreateUser(b, 30, b.CreateString("Cy"));
    const auto joined = wire::CreateMembership(b, user, wire::MembershipChange::Joined);
    std::vector<flatbuffers::Offset<wire::Entry>> entries{
        wire::CreateEntry(b, 1, 9, 30, 0, wire::EntryBody::Membership, joined.Union())};
    const auto all = b.CreateVector(entries);
    world.shard.say(Lane::Chat, 0, wire::Event::Batch,
                    wire::CreateBatch(b, 1, 77, 1, 1, 0, 0, 0, 0, all));
    world.step();
    REQUIRE(world.room().messages.size() == 1);
    CHECK(world.room().messages[0].kind == MessageKind::Joined);
    const auto told = world.events(EventType::Message);
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind == MessageKind::Joined);
    CHECK(raw(world.room().messages[0].author) == 30);
    CHECK(world.client.model().person(UserId{30})->name == "Cy");
    CHECK(world.room().unread(UserId{self_id}) == 0);
}

TEST_CASE("first pages of many rooms go out a few at a time", "[sync]") {
    World world;
    world.connect();
    for (uint64_t id = 1; id <= 30; ++id) {
        world.shard.room({.id = id, .last_seq = 10});
    }
    world.step();
    CHECK(world.script->count(wire::Command::Fetch) == limits::page_fetches_in_flight_max);
    ScriptShard::BatchSays first = page(world.last(wire::Command::Fetch).request(), 1, 10, false);
    first.room = world.last(wire::Command::Fetch).frame().body_as_Fetch()->room();
    world.shard.batch(first);
    world.step();
    CHECK(world.script->count(wire::Command::Fetch) == limits::page_fetches_in_flight_max + 1);
}

TEST_CASE("a gap of a room that this session has not named yet lets the client go on",
          "[sync][hostile]") {
    World world;
    world.enter();
    world.shard.line(1, bo_id, "one");
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.line(5, bo_id, "five"); // held: its RoomState has not come
    world.shard.gap(1, 9);
    world.step(); // returns
    world.shard.room({.last_seq = 10});
    world.shard.line(10, bo_id, "ten");
    world.step();
    CHECK(world.room().last_seq == 10);
    CHECK(world.texts() == "ten");
}

TEST_CASE("lines said to be old fill a room no further than its bound", "[sync][hostile]") {
    World world;
    world.enter();
    ScriptShard::BatchSays wide;
    wide.from = 1;
    wide.to = 1'000'000;
    wide.lines.push_back({1, bo_id, "x", 0, {}});
    world.shard.batch(wide);
    world.step();
    constexpr Seq lines_each = 400;
    for (Seq first = 2; first < 2 * limits::model_messages_per_room_max; first += lines_each) {
        ScriptShard::BatchSays old;
        old.from = first;
        old.to = first + lines_each - 1;
        for (Seq seq = old.from; seq <= old.to; ++seq) {
            old.lines.push_back({seq, bo_id, "x", 0, {}});
        }
        world.shard.batch(old);
        world.step();
        world.events();
        REQUIRE(world.room().stored() <= limits::model_messages_per_room_max);
    }
}

} // namespace
} // namespace parley::client
