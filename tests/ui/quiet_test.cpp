// quiet_test.cpp: phases of the game, levels of rooms and Do not disturb: what is seen, heard and
// asked of the host, and that nothing is lost.
#include <algorithm>

#include "tests/support/allocations.hpp"
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

using overlay::Level;
using overlay::Phase;

// The party is in front, the team and a lobby behind it.
struct Quiet {
    explicit Quiet(SceneOptions options = {}) : scene(options) {
        scene.connect();
        scene.enter(party, wire::RoomKind::Party, {kenji, layla, me}, 0, {});
        scene.enter(team, wire::RoomKind::Team, {kenji, layla, me}, 0, {});
        scene.enter(global, wire::RoomKind::Global, {kenji, layla, aria, me}, 0, {});
        scene.settle();
        scene.spoken();
        asked();
    }
    void say(uint64_t room, const char* text) {
        scene.say(room, ++seqs[room % 3], {kenji, 5, text, {}});
        scene.settle();
    }
    void mention(uint64_t room) {
        scene.say(room, ++seqs[room % 3],
                  {kenji, 5, "Mei come here", {{"Mei", wire::SpanKind::Mention, me}}});
        scene.settle();
    }
    std::vector<client::Event> asked() {
        std::vector<client::Event> found;
        client::Event event{scene.client->memory()};
        while (scene.client->poll(event)) {
            if (event.type == client::EventType::Notify) {
                found.push_back(std::move(event));
            }
            event = client::Event{scene.client->memory()};
        }
        return found;
    }
    std::string label(const char* id) const {
        const overlay::Element* element = scene.find(id);
        return element == nullptr ? "" : element->label;
    }
    bool panel_awake() const { return scene.find("chat") != nullptr; }

    Scene scene;
    Seq seqs[3] = {};
};

TEST_CASE("in combat a mention is a badge and a sound, and the digest tells the rest", "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    scene.overlay->set_phase(Phase::Combat);
    scene.settle();
    for (int i = 0; i < 10; ++i) {
        quiet.say(party, "on my way");
    }
    CHECK(quiet.asked().empty());
    CHECK(scene.spoken().empty());
    CHECK_FALSE(quiet.panel_awake());
    CHECK(scene.find("waiting") == nullptr);
    quiet.mention(team);
    quiet.mention(team);
    quiet.say(global, "anyone for ranked?");
    CHECK(scene.find("toast") == nullptr);
    CHECK(quiet.label("waiting") == "2 for you");
    const auto asked = quiet.asked();
    REQUIRE(asked.size() == 1); // sounds keep apart
    CHECK(asked[0].wants == overlay::Notice::sound_bit);
    CHECK(asked[0].urgency == static_cast<uint8_t>(overlay::Urgency::Urgent));
    CHECK(raw(asked[0].room) == team);
    CHECK(raw(asked[0].user) == kenji);
    CHECK(asked[0].text.empty());
    CHECK(scene.spoken().size() == 2);
    scene.shoot("quiet-combat");
    // Nothing of it counts as read.
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 10);

    scene.overlay->set_phase(Phase::Play);
    scene.settle();
    CHECK(scene.find("waiting") == nullptr);
    CHECK(quiet.label("toast") == "While you fought: 12 messages, 2 for you");
    const auto spoken = scene.spoken();
    REQUIRE(spoken.size() == 1);
    CHECK(spoken[0].find("While you fought: 12 messages, 2 for you") == 0);
    scene.shoot("quiet-digest");
    CHECK(scene.key(SDLK_F6));
    scene.settle();
    CHECK(scene.overlay->has_focus());
    CHECK(scene.find("message/1") != nullptr); // of the team, where the mentions are
    CHECK(quiet.label("chat").find("Team") != std::string::npos);
    CHECK(scene.find("toast") == nullptr);
}

TEST_CASE("a quiet time in which nothing came has no digest", "[quiet]") {
    Quiet quiet;
    quiet.scene.overlay->set_phase(Phase::Combat);
    quiet.scene.settle();
    quiet.say(global, "anyone for ranked?");
    quiet.scene.overlay->set_phase(Phase::Play);
    quiet.scene.settle();
    CHECK(quiet.scene.find("toast") == nullptr);
}

TEST_CASE("what was read meanwhile is not told again", "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    scene.overlay->set_phase(Phase::Combat);
    scene.settle();
    quiet.say(party, "on my way");
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    scene.step_client();
    scene.overlay->close();
    scene.overlay->set_phase(Phase::Play);
    scene.settle();
    CHECK(scene.find("toast") == nullptr);
}

TEST_CASE("all of many lines that come at once are counted", "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    scene.overlay->set_phase(Phase::Combat);
    scene.settle();
    client::ScriptShard::BatchSays batch;
    batch.room = team;
    batch.from = 1;
    batch.to = 9;
    for (Seq seq = 1; seq <= 9; ++seq) {
        batch.lines.push_back({seq, kenji, "line " + std::to_string(seq), 0, {}});
    }
    scene.shard.batch(batch);
    scene.step_client();
    scene.settle();
    scene.overlay->set_phase(Phase::End);
    scene.settle();
    CHECK(quiet.label("toast") == "While you fought: 9 messages");
}

TEST_CASE("a panel that still fades as the fight begins does not count as looked at", "[quiet]") {
    SceneOptions moving;
    moving.reduced_motion = false;
    Quiet quiet(moving);
    Scene& scene = quiet.scene;
    scene.frames(60);
    REQUIRE(quiet.panel_awake());
    scene.overlay->set_phase(Phase::Combat);
    scene.say(party, 1, {kenji, 5, "on my way", {}});
    scene.frames(3);
    REQUIRE(quiet.panel_awake());
    scene.step_client();
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 1);
}

TEST_CASE("nothing is allocated in a frame of a quiet time in which nothing comes", "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    scene.overlay->set_phase(Phase::Combat);
    scene.settle();
    quiet.mention(team);
    REQUIRE(scene.overlay->toast(UserId{kenji}, "invites you", "join", "Join").ok());
    scene.frames(120);
    REQUIRE(quiet.label("waiting") == "2 for you");
    const uint64_t before = test::allocations();
    scene.frames(60);
    CHECK(test::allocations() == before);
}

TEST_CASE("while the game loads nothing is drawn or opened, and the toast of the game waits",
          "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    scene.overlay->set_phase(Phase::Loading);
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(scene.overlay->open(wire::RoomKind::Party).error() == Error::BadState);
    REQUIRE(scene.overlay->toast(UserId{kenji}, "invites you", "join", "Join").ok());
    quiet.say(party, "on my way");
    CHECK(scene.overlay->elements().empty());
    CHECK(scene.overlay->draw().commands.empty());
    CHECK_FALSE(scene.key(SDLK_F6)); // an invitation that is not seen is not answered
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 1);
    scene.overlay->set_phase(Phase::Menu);
    scene.settle();
    CHECK(quiet.label("toast") == "Kenji invites you");
    CHECK(scene.key(SDLK_F6));
    scene.settle();
    CHECK(quiet.label("toast") == "Meanwhile: 1 message");
}

TEST_CASE("Do not disturb shows badges alone, and a toast of the game is said when it is seen",
          "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    scene.overlay->set_do_not_disturb(true);
    quiet.mention(team);
    quiet.mention(party);
    REQUIRE(scene.overlay->toast(UserId{0}, "The match begins", "", "").ok());
    scene.settle();
    CHECK(quiet.asked().empty());
    CHECK(scene.spoken().empty());
    CHECK(scene.find("toast") == nullptr);
    CHECK(quiet.label("waiting").find(" for you") != std::string::npos);
    scene.overlay->set_do_not_disturb(false);
    scene.settle();
    CHECK(quiet.label("toast") == "The match begins");
    const auto spoken = scene.spoken();
    REQUIRE_FALSE(spoken.empty());
    CHECK(spoken[0] == "The match begins");
}

TEST_CASE("a room at level none still counts what is unread, at mentions it tells those",
          "[quiet]") {
    Quiet quiet;
    Scene& scene = quiet.scene;
    CHECK(scene.overlay->set_level(RoomId{999}, Level::None).error() == Error::NotFound);
    REQUIRE(scene.overlay->set_level(RoomId{team}, Level::None).ok());
    quiet.mention(team);
    quiet.say(team, "hello");
    CHECK(scene.find("toast") == nullptr);
    CHECK(scene.spoken().empty());
    CHECK(quiet.asked().empty());
    CHECK(scene.client->model().room(RoomId{team})->unread(UserId{me}) == 2);
    REQUIRE(scene.overlay->set_level(RoomId{team}, Level::Mentions).ok());
    quiet.say(team, "hello again");
    CHECK(scene.spoken().empty());
    CHECK(quiet.asked().empty());
    quiet.mention(team);
    CHECK(scene.find("toast") != nullptr);
    CHECK(quiet.asked().size() == 1);
    CHECK(scene.spoken().size() == 1);
}

TEST_CASE("without the window's focus the host is asked to flash and to tell the desktop",
          "[quiet]") {
    Quiet quiet;
    quiet.scene.focus(false);
    quiet.say(team, "hello");
    auto asked = quiet.asked();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].wants == overlay::Notice::sound_bit);
    quiet.mention(team);
    asked = quiet.asked();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].wants ==
          (overlay::Notice::sound_bit | overlay::Notice::flash_bit | overlay::Notice::desktop_bit));
}

} // namespace
} // namespace parley::ui
