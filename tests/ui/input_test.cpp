// input_test.cpp: the player's hands, through SDL's own queue: what the overlay takes, what the
// game keeps, and what comes of it.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

#include <cmath>

namespace parley::ui {
namespace {

std::string draft(const Scene& scene, uint64_t room = party) {
    return std::string(scene.client->model().room(RoomId{room})->draft);
}

struct Ready {
    Scene scene;
    Ready() {
        scene.fill();
        scene.settle();
        scene.spoken();
    }
    Scene& open(wire::RoomKind kind = wire::RoomKind::Party) {
        REQUIRE(scene.overlay->open(kind).ok());
        scene.frames(3);
        return scene;
    }
};

TEST_CASE("while one plays, keys, text, wheel and clicks on the game are the game's", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK_FALSE(scene.key(SDLK_w));
    CHECK_FALSE(scene.key(SDLK_RETURN));
    CHECK_FALSE(scene.key(SDLK_TAB));
    CHECK_FALSE(scene.text("w"));
    CHECK_FALSE(scene.click(800, 450));
    CHECK_FALSE(scene.pad(SDL_CONTROLLER_BUTTON_A));
    CHECK(draft(scene).empty());
}

TEST_CASE("the key that opens is not written; what follows is; its release is the game's",
          "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    CHECK_FALSE(scene.key_down(SDLK_t));
    REQUIRE(scene.overlay->open(wire::RoomKind::Team).ok());
    CHECK(scene.text("t")); // taken, and swallowed
    CHECK_FALSE(scene.key_up(SDLK_t));
    CHECK(scene.overlay->has_focus());
    CHECK(scene.key_down(SDLK_g));
    scene.text("g");
    CHECK(scene.key_up(SDLK_g));
    CHECK(draft(scene, team) == "g");
}

TEST_CASE("a key held into the chat does not write, and its release reaches the game", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    CHECK_FALSE(scene.key_down(SDLK_w));
    ready.open();
    CHECK_FALSE(scene.key_down(SDLK_w, 0, true));
    scene.text("w");
    CHECK(draft(scene).empty());
    CHECK_FALSE(scene.key_up(SDLK_w));
}

TEST_CASE("Enter sends and gives the keyboard back; its release stays the chat's", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.text("push now");
    CHECK(scene.key_down(SDLK_RETURN));
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(scene.key_down(SDLK_RETURN, 0, true)); // held: not sent twice, not the game's
    CHECK(scene.key_up(SDLK_RETURN));
    scene.step_client();
    const client::SentFrame* sent = scene.script->last(wire::Command::Send);
    REQUIRE(sent != nullptr);
    CHECK(sent->frame().body_as_Send()->text()->str() == "push now");
    CHECK(sent->frame().body_as_Send()->room() == party);
    CHECK(scene.script->count(wire::Command::Send) == 1);
    CHECK(draft(scene).empty());
    CHECK_FALSE(scene.key(SDLK_w));
}

TEST_CASE("Escape closes and keeps the draft; an empty Enter closes", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.text("half a li");
    scene.key(SDLK_ESCAPE);
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(draft(scene) == "half a li");
    ready.open();
    scene.text("ne");
    CHECK(draft(scene) == "half a line");
    scene.key(SDLK_a, KMOD_CTRL);
    scene.key(SDLK_BACKSPACE);
    CHECK(draft(scene).empty());
    scene.key(SDLK_RETURN);
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(scene.script->count(wire::Command::Send) == 0);
}

TEST_CASE("a paste is cut a quarter past what the room's lines may have", "[input]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.frames(3); // the key that opens writes nothing
    const size_t most = scene.client->model().room(RoomId{party})->text_code_points_max;
    REQUIRE(most > 0);
    std::string paste; // of two bytes each
    for (size_t i = 0; i < most + most / 4 - 1; ++i) {
        paste += "\xC3\xA9";
    }
    const auto insert = [&](std::string_view words) {
        overlay::Input input;
        input.type = overlay::InputType::Text;
        input.text = words;
        scene.overlay->input(input);
    };
    insert(paste);
    CHECK(draft(scene) == paste);
    insert("xyz");
    CHECK(draft(scene) == paste + "x");
    insert("y");
    CHECK(draft(scene) == paste + "x");
    // What stands for the selection may be as long again.
    scene.key(SDLK_a, KMOD_CTRL);
    insert(paste + "zz");
    CHECK(draft(scene) == paste + "z");
}

TEST_CASE("Tab goes through the rooms, each with its own draft", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.text("to party");
    scene.key(SDLK_TAB, KMOD_SHIFT);
    scene.text("to team");
    CHECK(draft(scene, party) == "to party");
    CHECK(draft(scene, team) == "to team");
    CHECK(scene.find("composer")->label == "Message to Team: to team");
    scene.key(SDLK_TAB);
    CHECK(scene.find("composer")->label == "Message to Party: to party");
}

TEST_CASE("tabs, keys and pad go through the rooms in one order, not that of entering", "[input]") {
    Scene scene;
    scene.connect();
    scene.enter(direct, wire::RoomKind::Direct, {zoe, me}, 0, {});
    scene.enter(party, wire::RoomKind::Party, {kenji, me}, 0, {});
    scene.enter(105, wire::RoomKind::Direct, {aria, me}, 0, {});
    scene.enter(global, wire::RoomKind::Global, {mika, me}, 0, {});
    scene.enter(106, wire::RoomKind::Guild, {mika, me}, 0, {});
    scene.enter(team, wire::RoomKind::Team, {mika, me}, 0, {});
    REQUIRE(scene.overlay->open(wire::RoomKind::Global).ok());
    scene.settle();
    const std::vector<std::string> order = {"Global", "Night owls", "Team", "Party", "Aria", "Zoë"};
    const auto tabs = [&] {
        std::vector<std::string> labels;
        for (const overlay::Element& element : scene.overlay->elements()) {
            if (element.role == std::string_view("tab")) {
                labels.push_back(element.label);
            }
        }
        return labels;
    };
    CHECK(tabs() == order);
    for (size_t i = 0; i < order.size(); ++i) {
        CHECK(scene.find("composer")->label == "Message to " + order[i]);
        if (i % 2 == 0) {
            scene.key(SDLK_TAB);
        } else {
            scene.pad(SDL_CONTROLLER_BUTTON_RIGHTSHOULDER);
        }
        scene.settle();
    }
    CHECK(scene.find("composer")->label == "Message to Global");
    // What is said moves no tab.
    scene.say(105, 1, {aria, 1, "hello", {}});
    scene.say(direct, 1, {zoe, 2, "hello", {}});
    scene.settle();
    scene.key(SDLK_TAB, KMOD_SHIFT);
    scene.settle();
    CHECK(tabs() ==
          std::vector<std::string>{"Global", "Night owls", "Team", "Party", "Aria, 1 new", "Zoë"});
}

TEST_CASE("preedit is shown, not kept; its keys are the input method's", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.preedit("にほんご", 4);
    CHECK(draft(scene).empty());
    CHECK(scene.key(SDLK_RETURN)); // chooses a candidate, sends nothing
    CHECK(scene.overlay->has_focus());
    scene.text("日本語");
    CHECK(draft(scene) == "日本語");
    scene.preedit("x", 1);
    scene.key(SDLK_ESCAPE); // cancels it first
    CHECK(scene.overlay->has_focus());
    scene.key(SDLK_ESCAPE);
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(draft(scene) == "日本語");
}

TEST_CASE("a name between colons becomes its emoji, and undo takes it back", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    for (const char* piece : {"go ", ":", "fire", ":", " at 12", ":", "30"}) {
        scene.text(piece);
    }
    CHECK(draft(scene) == "go 🔥 at 12:30");
    scene.key(SDLK_a, KMOD_CTRL);
    scene.key(SDLK_BACKSPACE);
    for (const char* piece : {":", "no such thing", ":"}) {
        scene.text(piece);
    }
    CHECK(draft(scene) == ":no such thing:");
}

TEST_CASE("the clipboard, undo and history", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.text("one ");
    scene.text("two");
    scene.key(SDLK_a, KMOD_CTRL);
    scene.key(SDLK_x, KMOD_CTRL);
    CHECK(draft(scene).empty());
    scene.key(SDLK_v, KMOD_CTRL);
    scene.key(SDLK_v, KMOD_CTRL);
    CHECK(draft(scene) == "one twoone two");
    scene.key(SDLK_z, KMOD_CTRL);
    CHECK(draft(scene) != "one twoone two");
    scene.key(SDLK_a, KMOD_CTRL);
    scene.key(SDLK_BACKSPACE);
    scene.text("sent line");
    scene.key(SDLK_RETURN, KMOD_CTRL); // stays open
    CHECK(scene.overlay->has_focus());
    CHECK(draft(scene).empty());
    scene.key(SDLK_UP);
    CHECK(draft(scene) == "sent line");
    scene.key(SDLK_DOWN);
    CHECK(draft(scene).empty());
}

TEST_CASE("when the window loses the focus nothing stays held", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    CHECK(scene.key_down(SDLK_g));
    scene.focus(false);
    CHECK(scene.key_up(SDLK_g)); // nobody's: the game never saw the press
    scene.focus(true);
    scene.key(SDLK_ESCAPE);
    CHECK_FALSE(scene.key(SDLK_g));
}

TEST_CASE("a failed line is sent again by Retry, with the pointer or the keyboard", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    scene.send_refused(party, "too fast", Error::Rate, 2000);
    ready.open();
    scene.settle();
    const overlay::Element* retry = nullptr;
    for (const overlay::Element& element : scene.overlay->elements()) {
        retry = element.id.rfind("retry/", 0) == 0 ? &element : retry;
    }
    REQUIRE(retry != nullptr);
    CHECK(retry->label == "Retry");
    const size_t before = scene.script->count(wire::Command::Send);
    const overlay::Rect at = retry->rect;
    CHECK(scene.click(at.cx(), at.cy()));
    scene.step_client(2500);
    scene.step_client(100);
    CHECK(scene.script->count(wire::Command::Send) == before + 1);
}

TEST_CASE("a card's button comes back to the game; one that is disabled does not", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    scene.actions();
    const overlay::Rect button = scene.find("card/party/ready")->rect;
    CHECK(scene.click(button.cx(), button.cy())); // also while one plays
    CHECK(scene.actions() == std::vector<std::string>{"ready"});
    const overlay::Rect full = scene.find("card/party/join")->rect;
    scene.click(full.cx(), full.cy());
    CHECK(scene.actions().empty());
}

TEST_CASE("a friend's presence card offers to join him from the roster", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    // Any type will do: the first action of the card stands in the row.
    const CardType* type = scene.client->card_types()->find(std::string_view("match"));
    REQUIRE(type != nullptr);
    scene.shard.card(0, zoe, type->id, 1, {});
    scene.step_client();
    scene.settle();
    const overlay::Element* button = scene.find("person/4/spectate");
    REQUIRE(button != nullptr);
    CHECK(button->label == "Spectate");
    const overlay::Rect at = button->rect;
    scene.actions();
    CHECK(scene.click(at.cx(), at.cy()));
    CHECK(scene.actions() == std::vector<std::string>{"spectate"});
}

TEST_CASE("a toast is answered by its key, its button, or later; and never by another key",
          "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    const auto toast = [&] {
        REQUIRE(scene.overlay->toast(UserId{zoe}, "invites you", "join", "Join").ok());
        scene.settle();
        scene.actions();
    };
    CHECK_FALSE(scene.key(SDLK_F6)); // nothing to answer: the game's
    toast();
    CHECK_FALSE(scene.key(SDLK_F7));
    CHECK(scene.key(SDLK_F6));
    CHECK(scene.actions() == std::vector<std::string>{"join"});
    CHECK(scene.find("toast") == nullptr);
    toast();
    const overlay::Rect action = scene.find("toast/action")->rect;
    CHECK(scene.click(action.cx(), action.cy()));
    CHECK(scene.actions() == std::vector<std::string>{"join"});
    toast();
    const overlay::Rect later = scene.find("toast/later")->rect;
    CHECK(scene.click(later.cx(), later.cy()));
    CHECK(scene.actions().empty());
    CHECK(scene.find("toast") == nullptr);
    // One at a time, and it goes by itself.
    toast();
    REQUIRE(scene.overlay->toast(UserId{kenji}, "second", "", "").ok());
    scene.settle();
    CHECK(scene.find("toast")->label == "Zoë invites you");
    scene.frames(15 * 4, 0.25f);
    CHECK(scene.find("toast")->label == "Kenji second");
    scene.frames(8 * 4, 0.25f);
    CHECK(scene.find("toast") == nullptr);
}

TEST_CASE("a toast of nobody begins with its words, on the screen and aloud", "[input]") {
    Scene scene;
    scene.fill();
    scene.settle();
    scene.spoken();
    REQUIRE(scene.overlay->toast(UserId{}, "The server restarts in 5 min", "", "").ok());
    REQUIRE(scene.overlay->toast(UserId{}, "New map", "vote", "Vote").ok());
    REQUIRE(scene.overlay->toast(UserId{999}, "waves", "", "").ok());
    scene.settle();
    CHECK(scene.find("toast")->label == "The server restarts in 5 min");
    const std::vector<std::string> spoken = scene.spoken();
    REQUIRE(spoken.size() == 3);
    CHECK(spoken[0] == "The server restarts in 5 min");
    CHECK(spoken[1] == "New map. Press F6 to Vote.");
    CHECK(spoken[2] == "Someone waves");
}

TEST_CASE("a direct message elsewhere is a toast whose action opens its room", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    scene.say(direct, 2, {zoe, 6, "coming?", {}});
    scene.settle();
    REQUIRE(scene.find("toast") != nullptr);
    CHECK(scene.find("toast")->label == "Zoë coming?");
    CHECK(scene.key(SDLK_F6));
    scene.settle();
    CHECK(scene.overlay->has_focus());
    CHECK(scene.find("composer")->label == "Message to Zoë");
    CHECK(scene.find("toast") == nullptr);
}

TEST_CASE("everything is reached with the pad: focus moves, South presses, shoulders change rooms, "
          "East closes",
          "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    REQUIRE(scene.overlay->toast(UserId{zoe}, "invites you", "join", "Join").ok());
    scene.settle();
    std::vector<std::string> reached;
    // Greedily towards everything: from each new element try all four ways.
    std::vector<std::string> open{scene.focused()};
    const uint8_t ways[] = {SDL_CONTROLLER_BUTTON_DPAD_UP, SDL_CONTROLLER_BUTTON_DPAD_DOWN,
                            SDL_CONTROLLER_BUTTON_DPAD_LEFT, SDL_CONTROLLER_BUTTON_DPAD_RIGHT};
    uint32_t random = 7;
    for (int step = 0; step < 4000; ++step) {
        random = random * 1664525 + 1013904223;
        CHECK(scene.pad(ways[random >> 30]));
        const std::string at = scene.focused();
        REQUIRE_FALSE(at.empty());
        if (std::find(reached.begin(), reached.end(), at) == reached.end()) {
            reached.push_back(at);
        }
    }
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.focusable) {
            CAPTURE(element.id);
            CHECK(std::find(reached.begin(), reached.end(), element.id) != reached.end());
        }
    }
    CHECK(scene.pad(SDL_CONTROLLER_BUTTON_LEFTSHOULDER));
    CHECK(scene.find("composer")->label == "Message to Team");
    CHECK(scene.pad(SDL_CONTROLLER_BUTTON_RIGHTSHOULDER));
    CHECK(scene.find("composer")->label == "Message to Party");
    CHECK(scene.pad(SDL_CONTROLLER_BUTTON_B));
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK_FALSE(scene.pad(SDL_CONTROLLER_BUTTON_A));
}

TEST_CASE("a reply is chosen on a message, and quotes it", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.settle();
    const overlay::Rect row = scene.find("message/1")->rect;
    scene.mouse(SDL_MOUSEMOTION, row.cx(), row.cy());
    scene.frames(2);
    const overlay::Element* tool = scene.find("message/1/reply");
    REQUIRE(tool != nullptr);
    CHECK(scene.click(tool->rect.cx(), tool->rect.cy()));
    CHECK(scene.find("composer/reply/cancel") != nullptr);
    scene.text("yes");
    scene.key(SDLK_RETURN);
    scene.step_client();
    CHECK(scene.script->last(wire::Command::Send)->frame().body_as_Send()->reply_to() == 1);
}

TEST_CASE("a spoiler is covered until its message is pressed", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.settle();
    const overlay::Rect row = scene.find("message/3")->rect;
    const Picture covered = scene.picture();
    CHECK(scene.click(row.cx(), row.cy()));
    scene.mouse(SDL_MOUSEMOTION, 800, 450);
    scene.settle();
    CHECK(scene.find("composer/reply/cancel") == nullptr); // the first press uncovers
    CHECK(scene.picture().rgba != covered.rgba);
}

TEST_CASE("what is new is spoken: lines, failures, focus, opening and closing", "[input]") {
    Ready ready;
    Scene& scene = ready.scene;
    scene.say(party, 6, {kenji, 6, "careful", {}});
    scene.frames(1);
    CHECK(scene.spoken() == std::vector<std::string>{"Kenji, Party: careful"});
    scene.say(global, 111, {mika, 6, "chatter", {}}); // a crowd elsewhere is not read out
    scene.frames(1);
    CHECK(scene.spoken().empty());
    ready.open();
    CHECK(scene.spoken() == std::vector<std::string>{"Writing to Party"});
    scene.key(SDLK_UP, KMOD_LALT);
    const auto said = scene.spoken();
    REQUIRE(said.size() == 1);
    CHECK(said[0].find(", message") != std::string::npos);
    scene.key(SDLK_ESCAPE);
    CHECK(scene.spoken() == std::vector<std::string>{"Chat closed"});
    scene.send_refused(party, "nope", Error::NotMember, 0);
    scene.frames(1);
    CHECK(scene.spoken() ==
          std::vector<std::string>{"Not sent: you are not in this room any more"});
}

TEST_CASE("what other programs would read as commands is shown and spoken as it was typed",
          "[input][hostile]") {
    Ready ready;
    Scene& scene = ready.scene;
    Seq seq = 6;
    for (const char* literal :
         {"%s%n%x", "Send##composer", "x###message/1", "<script>alert(1)</script>", "'; DROP TABLE",
          "{0} {1}", "[red](https://x)"}) {
        CAPTURE(literal);
        scene.say(party, seq, {kenji, 6, literal, {}});
        scene.frames(1);
        CHECK(scene.spoken() == std::vector<std::string>{std::string("Kenji, Party: ") + literal});
        ready.open();
        scene.settle();
        const overlay::Element* row = scene.find("message/" + std::to_string(seq));
        REQUIRE(row != nullptr);
        CHECK(row->label.find(literal) != std::string::npos);
        scene.key(SDLK_ESCAPE);
        scene.spoken();
        ++seq;
    }
    // Written by oneself they are a draft like any other, and no element is taken for another.
    ready.open();
    scene.text("%n##composer");
    scene.frames(1);
    CHECK(draft(scene) == "%n##composer");
    CHECK(scene.find("composer") != nullptr);
}

TEST_CASE("what stands at the bottom of the room in front is read, and only that", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.settle();
    scene.step_client();
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 0);
    CHECK(scene.client->model().room(RoomId{team})->unread(UserId{me}) == 3);
    scene.focus(false); // nobody looks
    scene.say(party, 6, {kenji, 6, "still there?", {}});
    scene.settle();
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 1);
    scene.focus(true);
    scene.settle();
    CHECK(scene.client->model().room(RoomId{party})->unread(UserId{me}) == 0);
}

TEST_CASE("hidden, the overlay draws nothing and takes nothing", "[input]") {
    Ready ready;
    Scene& scene = ready.open();
    scene.overlay->set_visible(false);
    scene.frames(2);
    CHECK(scene.overlay->draw().commands.empty());
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK_FALSE(scene.key(SDLK_a));
    scene.overlay->set_visible(true);
    scene.frames(2);
    CHECK_FALSE(scene.overlay->draw().commands.empty());
}

TEST_CASE("opening a kind of room that is not there is refused", "[input]") {
    Scene scene;
    CHECK(scene.overlay->open(wire::RoomKind::None).error() == Error::NotFound);
    scene.fill();
    CHECK(scene.overlay->open(wire::RoomKind::Guild).error() == Error::NotFound);
    CHECK_FALSE(scene.overlay->has_focus());
    CHECK(scene.overlay->open(wire::RoomKind::None).ok());
    CHECK(scene.overlay->toast(UserId{zoe}, "", "", "").error() == Error::BadArgument);
    CHECK(scene.overlay->toast(UserId{zoe}, "x", "join", "").error() == Error::BadArgument);
}

} // namespace
} // namespace parley::ui
