// reach.cpp: what the shard says and the player does on the way.
#include "tests/tour/reach.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.hpp"

namespace parley::tour {
namespace {

using overlay::Rect;
using ui::aria, ui::direct, ui::kenji, ui::layla, ui::me, ui::mika, ui::noa, ui::party, ui::Said,
    ui::Scene, ui::zoe;
using wire::RoomKind;

Rect place(const Scene& scene, std::string_view id) {
    const overlay::Element* element = scene.find(id);
    INFO(id);
    REQUIRE(element != nullptr);
    return element->rect;
}

void open(Scene& scene, RoomKind kind = RoomKind::Party) {
    REQUIRE(scene.overlay->open(kind).ok());
    scene.settle();
}

void press(Scene& scene, std::string_view id) {
    const Rect at = place(scene, id);
    REQUIRE(scene.click(at.cx(), at.cy()));
    scene.settle();
}

void menu_of(Scene& scene, std::string_view id) {
    const Rect at = place(scene, id);
    scene.mouse(SDL_MOUSEMOTION, at.cx(), at.cy());
    scene.mouse(SDL_MOUSEBUTTONDOWN, at.cx(), at.cy(), SDL_BUTTON_RIGHT);
    scene.mouse(SDL_MOUSEBUTTONUP, at.cx(), at.cy(), SDL_BUTTON_RIGHT);
    scene.settle();
}

// The first element that is one's own line and was refused.
std::string failed_row(const Scene& scene) {
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.action.kind == overlay::ActionKind::Retry) {
            return element.id;
        }
    }
    return "";
}

// Rooms that are entered anew say who is in them, not what he does.
void all_online(Scene& scene) {
    for (const uint64_t user : {kenji, layla, aria, zoe, noa, mika}) {
        scene.presence(user, wire::PresenceState::Online, "", {});
    }
}

} // namespace

// [reference]

void talk(Scene& scene) {
    scene.fill();
    scene.settle();
    open(scene);
}

void crowded(Scene& scene) {
    talk(scene);
    scene.crowd_the_screen();
    scene.settle();
    scene.text("go when I say ");
    scene.preedit("いま", 2);
    scene.settle();
}

void idle(Scene& scene) {
    scene.fill();
    scene.settle();
    scene.frames(60, 0.25f);
}

void people_in_front(Scene& scene) {
    talk(scene);
    press(scene, "people");
}

// [text]

void scripts(Scene& scene) {
    scene.connect();
    scene.enter(party, RoomKind::Party, {kenji, layla, aria, me}, 20,
                {{kenji, 1, "Portez ce vieux whisky au juge blond qui fume", {}},
                 {kenji, 1, "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", {}},
                 {kenji, 1, "Съешь же ещё этих мягких французских булок", {}},
                 {layla, 2, "أهلا وسهلا! نلتقي عند البوابة 25 الآن", {}},
                 {layla, 2, "שלום לכולם, ניפגש ליד השער 25", {}},
                 {aria, 3, "नमस्ते दोस्तों, क्षेत्र सुरक्षित है", {}},
                 {aria, 3, "হ্যালো বন্ধুরা, প্রস্তুত থাকো", {}},
                 {aria, 3, "வணக்கம் நண்பர்களே", {}},
                 {aria, 3, "สวัสดีเพื่อน ๆ เจอกันที่สะพาน", {}},
                 {aria, 3, "橋の北側で待っています", {}},
                 {aria, 3, "我们在北边的桥上等你", {}},
                 {aria, 3, "북쪽 다리에서 기다릴게요", {}},
                 {aria, 3, "👍🏽 👩‍🚀 🏳️‍🌈 🇯🇵 ❤️ 🚀", {}}});
    all_online(scene);
    scene.settle();
    open(scene);
}

void styles(Scene& scene) {
    using K = wire::SpanKind;
    scene.connect();
    const std::string link = "https://example.com/maps/harbour";
    scene.enter(
        party, RoomKind::Party, {kenji, layla, aria, me}, 20,
        {{kenji,
          1,
          "bold, italic, underlined, struck and mono",
          {{"bold", K::Bold},
           {"italic", K::Italic},
           {"underlined", K::Underline},
           {"struck", K::Strike},
           {"mono", K::Mono}}},
         {layla, 2, "the map: " + link, {{link, K::Link}}},
         {aria, 3, "@you the code is 4711", {{"@you", K::Mention, me}, {"4711", K::Spoiler}}},
         {kenji, 4, "one that was seen: 0815", {{"0815", K::Spoiler}}}});
    all_online(scene);
    scene.settle();
    open(scene);
    // The last spoiler is looked at, the other one is not.
    press(scene, "message/4");
}

void mixed_directions(Scene& scene) {
    talk(scene);
    scene.say(party, 6,
              {zoe,
               5,
               "a longer line, שלום לכולם, that goes on in English (ואז חוזר) and "
               "is broken somewhere because it does not fit",
               {}});
    scene.text("مرحبا يا أصدقاء hello 123");
    scene.settle();
}

// [messages]

void marked(Scene& scene) {
    talk(scene);
    const Rect first = place(scene, "message/1");
    const Rect last = place(scene, "message/5");
    scene.mouse(SDL_MOUSEBUTTONDOWN, first.x + 120, first.bottom() - 8);
    scene.mouse(SDL_MOUSEMOTION, first.x + 200, first.bottom() - 8);
    scene.mouse(SDL_MOUSEMOTION, last.x + 90, last.bottom() - 8);
    scene.mouse(SDL_MOUSEBUTTONUP, last.x + 90, last.bottom() - 8);
    scene.settle();
}

void tools(Scene& scene) {
    talk(scene);
    const Rect row = place(scene, "message/3");
    scene.mouse(SDL_MOUSEMOTION, row.cx(), row.bottom() - 10);
    scene.frames(2);
}

void menu(Scene& scene) {
    talk(scene);
    menu_of(scene, "message/2");
}

void link_menu(Scene& scene) {
    styles(scene);
    menu_of(scene, "message/2");
}

void blocked_menu(Scene& scene) {
    talk(scene);
    scene.shard.blocks({ui::layla});
    scene.step_client();
    menu_of(scene, "message/2");
}

void failed_menu(Scene& scene) {
    talk(scene);
    scene.send_refused(party, "no, the other bridge", Error::TooLong, 0);
    scene.settle();
    menu_of(scene, failed_row(scene));
}

void waiting_and_failed(Scene& scene) {
    talk(scene);
    scene.send_refused(party, "no, the other bridge", Error::TooLong, 0);
    scene.send_waiting(party, "cover me from the ridge");
    scene.settle();
}

void reply(Scene& scene) {
    talk(scene);
    menu_of(scene, "message/2");
    press(scene, "menu/0");
    REQUIRE(scene.find("composer/reply/cancel") != nullptr);
    scene.text("on my way");
    scene.settle();
}

void focused(Scene& scene) {
    talk(scene);
    scene.key(SDLK_UP, KMOD_LALT);
    scene.settle();
    REQUIRE(scene.focused().rfind("message/", 0) == 0);
}

// A line that was deleted, and who came, left, was put out and leads.
void history(Scene& scene) {
    talk(scene);
    auto& b = scene.shard.fbb();
    const auto entry =
        wire::CreateEntry(b, 6, Scene::today_ms + 5 * 60'000, kenji, 0, wire::EntryBody::Delete,
                          wire::CreateDelete(b, 1).Union(), 0);
    const auto entries = b.CreateVector(&entry, 1);
    scene.shard.say(Lane::Chat, 0, wire::Event::Batch,
                    wire::CreateBatch(b, party, 77, 6, 6, Scene::today_ms, 0, 0, 0, entries));
    scene.step_client();
    scene.membership(party, 7, zoe, wire::MembershipChange::Joined, 6);
    scene.membership(party, 8, layla, wire::MembershipChange::Left, 6);
    scene.membership(party, 9, zoe, wire::MembershipChange::Removed, 7);
    scene.membership(party, 10, aria, wire::MembershipChange::Promoted, 7);
    scene.settle();
}

void new_below(Scene& scene) {
    scene.fill();
    scene.settle();
    open(scene, RoomKind::Global);
    for (int i = 0; i < 6; ++i) {
        scene.key(SDLK_PAGEUP);
    }
    for (Seq seq = 111; seq < 114; ++seq) {
        scene.say(ui::global, seq, {zoe, 5, "anyone for ranked?", {}});
    }
    scene.settle();
}

void new_above(Scene& scene) {
    scene.fill();
    scene.settle();
    std::vector<Said> log;
    for (int i = 0; i < 60; ++i) {
        log.push_back({zoe, 1 + i / 10, "raid plan, part " + std::to_string(i + 1), {}});
    }
    scene.enter(777, RoomKind::Guild, {zoe, me}, 20, log);
    all_online(scene);
    open(scene, RoomKind::Guild);
}

void busy(Scene& scene) {
    scene.connect();
    constexpr const char* texts[] = {
        "anyone up for ranked?", "gg everyone", "selling two night passes, cheap",
        "who has the map?",      "brb",         "first time here, hello!"};
    scene.enter(300, RoomKind::Global, {kenji, layla, aria, zoe, noa, mika, me}, 0, {});
    Seq next = 1;
    for (size_t i = 0; i < 24; ++i) {
        scene.say(300, next, {1 + next % 5, 5, texts[i % 6], {}});
        ++next;
        if (i % 3 == 2) {
            client::ScriptShard::BatchSays batch;
            batch.room = 300;
            batch.from = next;
            batch.to = next + 11;
            batch.left_out = 12;
            scene.shard.batch(batch);
            scene.step_client();
            next += 12;
        }
    }
    all_online(scene);
    scene.settle();
    open(scene, RoomKind::Global);
}

void slow(Scene& scene) {
    busy(scene);
    scene.shard.room_pace(300, 1, 10'000, true);
    scene.step_client();
    scene.settle();
}

void whisper(Scene& scene) {
    scene.fill();
    scene.say(direct, 2, {me, 5, "give me two minutes", {}});
    scene.settle();
    open(scene, RoomKind::Direct);
}

void many_rooms(Scene& scene) {
    talk(scene);
    for (uint64_t i = 0; i < 12; ++i) {
        scene.enter(200 + i, RoomKind::Guild, {mika, me}, 0, {{mika, 1, "guild news", {}}});
    }
    all_online(scene);
    scene.settle();
}

// [writing]

void names(Scene& scene) {
    talk(scene);
    scene.text("hey @");
    scene.settle();
}

void emoji(Scene& scene) {
    talk(scene);
    scene.text(":fi");
    scene.settle();
}

void preedit(Scene& scene) {
    talk(scene);
    scene.text("橋で ");
    scene.preedit("まっています", 6);
    scene.settle();
}

void long_draft(Scene& scene) {
    talk(scene);
    scene.text(
        "if they come from the left we hold the ridge, and if they come from the right we fall "
        "back to the gate and wait for the others");
    scene.key(SDLK_LEFT, KMOD_LSHIFT | KMOD_LCTRL);
    scene.settle();
}

// [notifications]

void toast(Scene& scene) {
    idle(scene);
    REQUIRE(
        scene.overlay->toast(UserId{zoe}, "invites you to her party · 3 of 5 · EU", "join", "Join")
            .ok());
    scene.settle();
}

// What waits while one fights, and what is told afterwards.
void combat(Scene& scene) {
    scene.fill();
    scene.settle();
    scene.overlay->set_phase(overlay::Phase::Combat);
    scene.say(party, 6, {kenji, 5, "on my way", {}});
    scene.say(ui::team, 4,
              {kenji, 5, "@you they have the flag", {{"@you", wire::SpanKind::Mention, me}}});
    scene.settle();
    scene.frames(60, 0.25f);
}

void digest(Scene& scene) {
    combat(scene);
    scene.overlay->set_phase(overlay::Phase::Play);
    scene.settle();
}

void unread(Scene& scene) {
    talk(scene);
    scene.say(ui::team, 4,
              {kenji, 5, "@you they have the flag", {{"@you", wire::SpanKind::Mention, me}}});
    scene.settle();
}

// [connection]

void first_run(Scene& scene) {
    scene.connect();
    scene.settle();
}

void connecting(Scene& scene) {
    REQUIRE(scene.client->connect("127.0.0.1:1", "a.b.c").ok());
    scene.step_client();
    scene.settle();
}

void lost(Scene& scene) {
    scene.fill();
    scene.settle();
    scene.shard.down(Error::ConnectionLost, 4000);
    scene.step_client();
    scene.settle();
}

void lost_while_open(Scene& scene) {
    talk(scene);
    scene.shard.down(Error::ConnectionLost, 4000);
    scene.step_client();
    scene.send_waiting(party, "is anybody there?");
    scene.settle();
}

void read_only(Scene& scene) {
    REQUIRE(scene.client->connect("127.0.0.1:7777", "a.b.c").ok());
    scene.step_client();
    scene.shard.up();
    scene.shard.ready(me, "Mei", Scene::today_ms, true);
    scene.step_client();
    scene.enter(party, RoomKind::Party, {kenji, me}, 1, {{kenji, 4, "see you in the lobby", {}}});
    scene.settle();
    open(scene);
}

void refused(Scene& scene) {
    REQUIRE(scene.client->connect("127.0.0.1:1", "a.b.c").ok());
    scene.step_client();
    scene.shard.down(Error::BadTicket);
    scene.step_client();
    scene.settle();
}

// [people and cards]

void people_alone(Scene& scene) {
    talk(scene);
    scene.overlay->show_cards(false);
    scene.settle();
}

void cards_alone(Scene& scene) {
    talk(scene);
    scene.overlay->show_roster(false);
    scene.settle();
}

void card_button(Scene& scene) {
    talk(scene);
    const Rect at = place(scene, "card/party");
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.action.kind == overlay::ActionKind::CardButton && element.rect.y > at.y) {
            scene.mouse(SDL_MOUSEMOTION, element.rect.cx(), element.rect.cy());
            scene.frames(2);
            return;
        }
    }
    FAIL("the party card has no button");
}

} // namespace parley::tour
