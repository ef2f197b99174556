// model_test.cpp: people, rooms, unread, drafts, presence, as the shard's frames make them.
#include "plugin/client/model.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

// [people]

TEST_CASE("a roster names members, changes and goes", "[people]") {
    World world;
    world.enter();
    CHECK(world.room().members.size() == 2);
    CHECK(world.client.model().person(UserId{bo_id})->name == "Bo");
    world.shard.roster({{30, "Cy", wire::Role::Leader}}, false, {bo_id});
    world.step();
    CHECK(world.events(EventType::Members).size() == 1);
    REQUIRE(world.room().member(UserId{30}) != nullptr);
    CHECK(world.room().member(UserId{30})->role == wire::Role::Leader);
    CHECK(world.room().member(UserId{bo_id}) == nullptr);
    world.shard.roster({{self_id, "Ann"}}, true);
    world.step();
    CHECK(world.room().members.size() == 1);
}

TEST_CASE("authors without a name are asked for once, together", "[people]") {
    World world;
    world.enter();
    world.shard.line(1, 31, "who");
    world.shard.line(2, 32, "are");
    world.shard.line(3, 31, "we");
    world.step();
    REQUIRE(world.script->count(wire::Command::FetchUsers) == 1);
    const SentFrame& sent = world.last(wire::Command::FetchUsers);
    CHECK(sent.frame().body_as_FetchUsers()->users()->size() == 2);
    world.shard.users({{31, "Dee"}}, sent.request()); // 32 is unknown to the shard too
    world.shard.line(4, 32, "?");
    world.step();
    CHECK(world.client.model().person(UserId{31})->name == "Dee");
    CHECK(world.script->count(wire::Command::FetchUsers) == 1);
}

TEST_CASE("names that a busy shard did not tell are asked for again", "[people]") {
    World world;
    world.enter();
    world.shard.line(1, 31, "?");
    world.step();
    REQUIRE(world.script->count(wire::Command::FetchUsers) == 1);
    world.shard.reply(world.last(wire::Command::FetchUsers).request(), Error::Busy, 0, 0, 0, 3000);
    world.step();
    world.step(2980);
    CHECK(world.script->count(wire::Command::FetchUsers) == 1);
    world.step(100);
    REQUIRE(world.script->count(wire::Command::FetchUsers) == 2);
    CHECK(world.last(wire::Command::FetchUsers).frame().body_as_FetchUsers()->users()->Get(0) ==
          31);
}

TEST_CASE("people are bounded; those in our rooms are kept", "[people]") {
    World world;
    world.enter();
    Seq seq = 1;
    for (uint64_t user = 1000; user < 1000 + limits::model_people_max + 50; ++user) {
        world.shard.line(seq++, user, "x");
    }
    world.step();
    const Model& model = world.client.model();
    CHECK(model.people().size() <= limits::model_people_max);
    CHECK(model.people().size() > limits::model_people_max / 2);
    CHECK(model.person(UserId{self_id}) != nullptr);
    CHECK(model.person(UserId{bo_id}) != nullptr);
    CHECK(model.person(UserId{1000}) == nullptr); // the longest unnamed
    CHECK(model.person(UserId{1000 + limits::model_people_max + 49}) != nullptr);

    // Many go at once, so that not everybody who is new costs a look at all: none for a while.
    const size_t after = model.people().size();
    for (uint64_t user = 1; user <= 300; ++user) {
        world.shard.line(seq++, 100'000 + user, "x");
    }
    world.step();
    CHECK(model.people().size() == after + 300);
}

TEST_CASE("a direct room bears the other side's name", "[people]") {
    World world;
    world.connect();
    world.shard.room({.id = 4, .kind = wire::RoomKind::Direct, .other = 40, .other_name = "Eve"});
    world.step();
    CHECK(world.room(4).title == "Eve");
    CHECK(raw(world.room(4).other) == 40);
    world.shard.users({{40, "Eva"}}, 0);
    world.step();
    CHECK(world.room(4).title == "Eva");
}

TEST_CASE("typing is shown for six seconds, or until the message comes", "[typing]") {
    World world;
    world.enter();
    const auto typing = [&] { return world.room().member(UserId{bo_id})->typing_until_steady_ms; };
    world.shard.typing(bo_id);
    world.step();
    CHECK(typing() != 0);
    CHECK(world.events(EventType::Members).size() == 1);
    world.step(limits::typing_expiry_ms - 1);
    CHECK(typing() != 0);
    world.step(1);
    CHECK(typing() == 0);
    CHECK(world.events(EventType::Members).size() == 1);
    world.shard.typing(bo_id);
    world.shard.line(1, bo_id, "done");
    world.step();
    CHECK(typing() == 0);
    world.shard.typing(self_id); // an echo of oneself
    world.shard.typing(99);      // not a member
    world.step();
    CHECK(world.room().member(UserId{self_id})->typing_until_steady_ms == 0);
}

TEST_CASE("typing is said at most every four seconds, and never in Global", "[typing]") {
    World world;
    world.enter();
    for (int i = 0; i < 10; ++i) {
        world.client.set_typing(RoomId{1});
        world.step(100);
    }
    CHECK(world.script->count(wire::Command::Typing) == 1);
    CHECK(world.last(wire::Command::Typing).lane == Lane::State);
    world.step(limits::typing_resend_ms);
    world.client.set_typing(RoomId{1});
    CHECK(world.script->count(wire::Command::Typing) == 2);
    world.shard.room({.id = 5, .kind = wire::RoomKind::Global});
    world.step();
    world.client.set_typing(RoomId{5});
    CHECK(world.script->count(wire::Command::Typing) == 2);
}

TEST_CASE("presence is kept by person and told to the rooms he is in", "[presence]") {
    World world;
    world.enter();
    world.shard.presence(bo_id, wire::PresenceState::InMatch, "in_match", {"Foundry", "3"});
    world.step();
    const Person& bo = *world.client.model().person(UserId{bo_id});
    CHECK(bo.presence == wire::PresenceState::InMatch);
    CHECK(bo.token == "in_match");
    REQUIRE(bo.params.size() == 2);
    CHECK(bo.params[1] == "3");
    CHECK(world.events(EventType::Members).size() == 1);
}

TEST_CASE("own presence is said at once, at most once a second, and again after a reconnect",
          "[presence]") {
    World world;
    world.enter();
    const std::string_view params[] = {"Foundry"};
    REQUIRE(world.client.set_presence(wire::PresenceState::InMatch, "in_match", params).ok());
    REQUIRE(world.client.set_presence(wire::PresenceState::InMatch, "in_match", params).ok());
    CHECK(world.script->count(wire::Command::SetPresence) == 1);
    REQUIRE(world.client.set_presence(wire::PresenceState::Invisible, "", {}).ok());
    world.step(500);
    CHECK(world.script->count(wire::Command::SetPresence) == 1);
    world.step(500);
    CHECK(world.script->count(wire::Command::SetPresence) == 2);
    world.shard.presence(self_id, wire::PresenceState::Offline); // what others see
    world.step();
    CHECK(world.client.model().person(UserId{self_id})->presence == wire::PresenceState::Invisible);
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    CHECK(world.script->count(wire::Command::SetPresence) == 3);
    CHECK(world.client.set_presence(wire::PresenceState::Offline, "", {}).error() ==
          Error::BadArgument);
    const std::string_view five[] = {"1", "2", "3", "4", "5"};
    CHECK(world.client.set_presence(wire::PresenceState::Away, "", five).error() ==
          Error::BadArgument);
    CHECK(world.client.set_presence(wire::PresenceState::Away, std::string(33, 'x'), {}).error() ==
          Error::BadArgument);
    CHECK(world.client.set_presence(wire::PresenceState::Away, std::string(32, 'x'), {}).ok());
}

// [rooms]

TEST_CASE("unread counts messages of others above the read mark", "[unread]") {
    World world;
    world.enter();
    const UserId self{self_id};
    world.shard.line(1, bo_id, "1");
    world.shard.line(2, self_id, "2");
    world.shard.line(3, bo_id, "3");
    world.step();
    CHECK(world.room().unread(self) == 2);
    REQUIRE(world.client.mark_read(RoomId{1}, 1).ok());
    CHECK(world.room().unread(self) == 1);
    world.step();
    CHECK(world.last(wire::Command::Mark).frame().body_as_Mark()->seq() == 1);
    REQUIRE(world.client.mark_read(RoomId{1}, 99).ok()); // at most what is here
    CHECK(world.room().read_seq == 3);
    REQUIRE(world.client.mark_read(RoomId{1}, 1).ok()); // never back
    CHECK(world.room().read_seq == 3);
    CHECK(world.room().unread(self) == 0);
    world.step();
    CHECK(world.script->count(wire::Command::Mark) == 1); // marks coalesce
    world.step(1000);
    CHECK(world.script->count(wire::Command::Mark) == 2);
    for (Seq seq = 4; seq < 250; ++seq) {
        world.shard.line(seq, bo_id, "x");
    }
    world.step();
    CHECK(world.room().unread(self) == 100);
}

TEST_CASE("what is not on this device is counted by the shard", "[unread]") {
    World world;
    world.enter({.last_seq = 200, .read_seq = 120, .unread = 60});
    const UserId self{self_id};
    CHECK(world.room().unread(self) == 60);
    world.shard.line(201, bo_id, "x");
    world.step();
    CHECK(world.room().unread(self) == 61);
    REQUIRE(world.client.mark_read(RoomId{1}, 201).ok());
    CHECK(world.room().unread(self) == 0);
}

TEST_CASE("a room that is gone takes its pending messages along, answered", "[rooms]") {
    World world;
    world.enter();
    const Request request = *world.client.send_text(RoomId{1}, "x", 0);
    world.shard.room_gone(1, Error::Revoked);
    world.step();
    CHECK(world.client.model().room(RoomId{1}) == nullptr);
    const auto all = world.events();
    REQUIRE(all.size() == 2);
    CHECK(all[0].type == EventType::Reply);
    CHECK(all[0].request == request);
    CHECK(all[0].result == Error::NotMember);
    CHECK(all[1].type == EventType::RoomGone);
    CHECK(all[1].result == Error::Revoked);
    CHECK(world.client.stats().outbox_messages == 0);
}

TEST_CASE("rooms stand by kind and title, whenever they came, and a name that comes later counts",
          "[rooms]") {
    World world;
    world.connect();
    using Kind = wire::RoomKind;
    world.shard.room({.id = 1, .kind = Kind::Direct, .other = 31, .other_name = "bea"});
    world.shard.room({.id = 2, .kind = Kind::Direct, .other = 32, .other_name = "Zed"});
    world.shard.room({.id = 3, .kind = Kind::Direct, .other = 33});
    world.shard.room({.id = 4, .kind = Kind::Party});
    world.shard.room({.id = 6, .kind = Kind::Team});
    world.shard.room({.id = 5, .kind = Kind::Team});
    world.shard.room({.id = 7, .kind = Kind::Guild});
    world.shard.room({.id = 8, .kind = Kind::Global});
    world.step();
    const auto order = [&] {
        std::vector<uint64_t> ids;
        for (const Room& room : world.client.model().rooms()) {
            ids.push_back(raw(room.id));
        }
        return ids;
    };
    // Equal titles: by id. The third has only the room's title yet.
    CHECK(order() == std::vector<uint64_t>{8, 7, 5, 6, 4, 1, 3, 2});
    world.shard.roster({{33, "Abe"}}, true, {}, 4);
    world.step();
    CHECK(order() == std::vector<uint64_t>{8, 7, 5, 6, 4, 3, 1, 2});
    world.shard.room_gone(7);
    world.step();
    CHECK(order() == std::vector<uint64_t>{8, 5, 6, 4, 3, 1, 2});
}

TEST_CASE("a room that is not named again after a reconnect is gone", "[rooms]") {
    World world;
    world.enter();
    world.shard.room({.id = 2, .name = "p2"});
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.room({.id = 2, .name = "p2"});
    world.run(limits::rooms_confirm_ms - 1000);
    CHECK(world.client.model().rooms().size() == 2);
    world.run(2000);
    REQUIRE(world.client.model().rooms().size() == 1);
    CHECK(raw(world.client.model().rooms()[0].id) == 2);
    const auto gone = world.events(EventType::RoomGone);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].result == Error::NotMember); // taken away meanwhile
}

TEST_CASE("a room that a new ticket's connection does not name was left by that ticket",
          "[rooms]") {
    World world;
    world.enter();
    world.shard.down(Error::TicketExpired);
    world.step();
    world.client.set_ticket("d.e.f");
    world.step(1000);
    world.come_up();
    world.run(limits::rooms_confirm_ms + 1000);
    CHECK(world.client.model().rooms().empty());
    const auto gone = world.events(EventType::RoomGone);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].result == Error::Ok);

    // The next connection has no newer one.
    world.shard.room({.id = 2, .name = "p2"});
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.events();
    world.run(limits::rooms_confirm_ms + 1000);
    const auto taken = world.events(EventType::RoomGone);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].result == Error::NotMember);
}

TEST_CASE("a line for a room that is not named again is answered with NotMember", "[rooms]") {
    World world;
    world.enter();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    const Request request = *world.client.send_text(RoomId{1}, "hi", 0);
    world.events();
    world.step(limits::rooms_confirm_ms - 100);
    CHECK(world.script->count(wire::Command::Send) == 0);
    CHECK(world.room().unsent == 1);
    world.step(200);
    const auto all = world.events();
    REQUIRE(all.size() == 2);
    CHECK(all[0].type == EventType::Reply);
    CHECK(all[0].request == request);
    CHECK(all[0].result == Error::NotMember);
    CHECK(all[1].type == EventType::RoomGone);
    CHECK(world.client.stats().outbox_messages == 0);
}

TEST_CASE("while rooms are still being named none is given up", "[rooms]") {
    World world;
    world.enter();
    world.shard.room({.id = 2, .name = "p2"});
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.step(limits::rooms_confirm_ms - 100);
    world.shard.room({.id = 2, .name = "p2"}); // a busy shard names them slowly
    world.step();
    world.step(limits::rooms_confirm_ms - 100);
    CHECK(world.client.model().rooms().size() == 2);
    world.step(200);
    CHECK(world.client.model().rooms().size() == 1);
}

TEST_CASE("a draft survives a reconnect and is bounded", "[rooms]") {
    World world;
    world.enter();
    REQUIRE(world.client.set_draft(RoomId{1}, "half a li").ok());
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    world.come_up();
    world.shard.room({});
    world.step();
    CHECK(world.room().draft == "half a li");
    CHECK(world.client.set_draft(RoomId{1}, std::string(limits::draft_bytes_max, 'a')).ok());
    CHECK(
        world.client.set_draft(RoomId{1}, std::string(limits::draft_bytes_max + 1, 'a')).error() ==
        Error::TooLong);
    CHECK(world.client.set_draft(RoomId{1}, "\xff").error() == Error::Encoding);
    CHECK(world.client.set_draft(RoomId{9}, "x").error() == Error::NotMember);
    CHECK(world.client.set_draft(RoomId{1}, "").ok());
    CHECK(world.room().draft.empty());
}

TEST_CASE("a second user on this device sees nothing of the first", "[rooms]") {
    World world;
    world.enter();
    REQUIRE(world.client.send_text(RoomId{1}, "mine", 0).ok());
    world.client.disconnect();
    REQUIRE(world.client.connect("h:1", "other").ok());
    world.shard.up();
    world.shard.ready(11, "Zoe");
    world.step();
    CHECK(world.client.model().rooms().empty());
    CHECK(world.client.model().person(UserId{bo_id}) == nullptr);
    CHECK(world.client.stats().outbox_messages == 0);
}

TEST_CASE("rooms are bounded", "[rooms]") {
    World world;
    world.connect();
    for (uint64_t id = 1; id <= limits::rooms_per_user_max + 1; ++id) {
        world.shard.room({.id = id});
    }
    world.step();
    CHECK(world.client.model().rooms().size() == limits::rooms_per_user_max);
}

TEST_CASE("the revision changes when something shown does, and only then", "[model]") {
    World world;
    world.enter();
    world.run(5000);
    const uint64_t before = world.client.model().revision();
    world.run(10'000, 500);
    CHECK(world.client.model().revision() == before);
    world.shard.line(1, bo_id, "x");
    world.step();
    CHECK(world.client.model().revision() > before);
}

TEST_CASE("server time comes from Ready, then from time replies", "[client]") {
    World world;
    CHECK(world.client.server_ms() == 0);
    world.connect();
    CHECK(world.client.server_ms() == 1'000'000);
    const SentFrame& sent = world.last(wire::Command::TimeQuery);
    world.shard.time_reply(sent.frame().body_as_TimeQuery()->client_ms(), 1'000'500);
    world.shard.time_reply(12345, 9'000'000); // nothing was asked so
    world.step();
    world.run(9000, 500);
    CHECK(world.client.server_ms() == 1'000'495 + 9000 + 10);
    CHECK(world.script->count(wire::Command::TimeQuery) >= 1);
}

} // namespace
} // namespace parley::client
