// busy_test.cpp: a room in which more is said than one can read: "12 more", and slow mode.
#include <algorithm>

#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

constexpr uint64_t lobby = 300;

// Lines, and behind each third so many that were left out.
struct Busy {
    explicit Busy(SceneOptions options = {}) : scene(options) {
        scene.connect();
        scene.enter(lobby, wire::RoomKind::Global, {kenji, layla, aria, zoe, noa, mika, me}, 0, {});
        constexpr const char* texts[] = {
            "anyone up for ranked?", "gg everyone", "selling two night passes, cheap",
            "who has the map?",      "brb",         "first time here, hello!"};
        for (int i = 0; i < 24; ++i) {
            say(texts[i % 6]);
            if (i % 3 == 2) {
                leave_out(12);
            }
        }
        REQUIRE(scene.overlay->open(wire::RoomKind::Global).ok());
        scene.settle();
    }
    void say(const char* text) {
        const auto author = static_cast<uint64_t>(1 + next % 5);
        scene.say(lobby, next++, {author, 5, text, {}});
    }
    void leave_out(uint32_t lines) {
        client::ScriptShard::BatchSays batch;
        batch.room = lobby;
        batch.from = next;
        batch.to = next + lines - 1;
        batch.left_out = lines;
        next += lines;
        scene.shard.batch(batch);
        scene.step_client();
    }
    std::vector<overlay::Element> rows() const {
        std::vector<overlay::Element> found;
        for (const overlay::Element& element : scene.overlay->elements()) {
            if (element.id.rfind("left-out/", 0) == 0) {
                found.push_back(element);
            }
        }
        return found;
    }

    Scene scene;
    Seq next = 1;
};

TEST_CASE("lines that were left out are counted where they would stand", "[busy]") {
    Busy busy;
    const auto rows = busy.rows();
    REQUIRE(rows.size() >= 2);
    CHECK(rows.back().label == "24 more"); // behind six lines; the room goes on
    CHECK(rows[rows.size() - 2].label == "36 more");
    // The last stands under the last line, the one before between two.
    const auto& elements = busy.scene.overlay->elements();
    const auto list = busy.scene.find("log")->rect;
    float bottom = list.y;
    for (const overlay::Element& element : elements) {
        if (element.id.rfind("message/", 0) == 0 || element.id.rfind("left-out/", 0) == 0) {
            if (element.rect.y > list.y) {
                CHECK(element.rect.y + 2 >= bottom);
            }
            bottom = std::max(bottom, element.rect.bottom());
        }
    }
    CHECK(rows.back().rect.bottom() <= list.bottom());
    busy.scene.shoot("busy-room");
}

TEST_CASE("pressed, what was left out is fetched and stands in its place", "[busy]") {
    Busy busy;
    Scene& scene = busy.scene;
    const overlay::Element row = busy.rows().back();
    CHECK(scene.click(row.rect.cx(), row.rect.cy()));
    scene.step_client();
    const client::SentFrame* sent = scene.script->last(wire::Command::Fetch);
    REQUIRE(sent != nullptr);
    const auto& fetch = *sent->frame().body_as_Fetch();
    CHECK(fetch.room() == lobby);
    CHECK(fetch.before_seq() == busy.next);
    CHECK(fetch.count() == 24);
    client::ScriptShard::BatchSays page;
    page.room = lobby;
    page.from = busy.next - 24;
    page.to = busy.next - 1;
    page.request = sent->request();
    page.more = true;
    for (Seq seq = page.from; seq <= page.to; ++seq) {
        page.lines.push_back({seq, kenji, "line " + std::to_string(seq), 0, {}});
    }
    const size_t before = busy.rows().size();
    scene.shard.batch(page);
    scene.step_client();
    scene.settle();
    CHECK(scene.find("message/" + std::to_string(busy.next - 1)) != nullptr);
    CHECK(busy.rows().size() <= before);
    const auto& left = scene.client->model().room(RoomId{lobby})->left_out;
    CHECK(left.back().to_seq < page.from);
}

TEST_CASE("the row is reached with the keyboard, and spoken", "[busy]") {
    Busy busy;
    Scene& scene = busy.scene;
    scene.spoken();
    for (int i = 0; i < 20 && scene.focused().rfind("left-out/", 0) != 0; ++i) {
        scene.key(SDLK_UP, KMOD_LALT);
    }
    REQUIRE(scene.focused().rfind("left-out/", 0) == 0);
    const auto spoken = scene.spoken();
    CHECK(std::any_of(spoken.begin(), spoken.end(), [](const std::string& line) {
        return line.find(" more") != std::string::npos;
    }));
    const size_t before = scene.script->count(wire::Command::Fetch);
    scene.key(SDLK_RETURN);
    scene.step_client();
    CHECK(scene.script->count(wire::Command::Fetch) == before + 1);
}

TEST_CASE("lines that are written in a busy room stand under the count", "[busy]") {
    Busy busy;
    Scene& scene = busy.scene;
    scene.send_waiting(lobby, "hello all");
    scene.settle();
    const overlay::Element row = busy.rows().back();
    const auto& elements = scene.overlay->elements();
    const auto mine = std::find_if(elements.begin(), elements.end(), [](const auto& element) {
        return element.id.rfind("message/waiting/", 0) == 0;
    });
    REQUIRE(mine != elements.end());
    CHECK(mine->rect.y >= row.rect.bottom() - 2);
}

TEST_CASE("a mention that was left out at first is told as one", "[busy]") {
    Busy busy;
    Scene& scene = busy.scene;
    scene.spoken();
    const auto mention = [&](const char* text) {
        client::ScriptShard::BatchSays batch;
        batch.room = lobby;
        batch.from = batch.to = busy.next - 5;
        batch.lines.push_back(
            {busy.next - 5, kenji, text, 0, {wire::Span(me, 0, 3, 0, wire::SpanKind::Mention, 0)}});
        scene.shard.batch(batch);
        scene.step_client();
        scene.settle();
    };
    mention("@me come here");
    const auto told = [&] {
        const auto spoken = scene.spoken();
        return std::count_if(spoken.begin(), spoken.end(), [](const std::string& line) {
            return line.find("come here") != std::string::npos;
        });
    };
    CHECK(told() == 1);
    scene.settle();
    CHECK(told() == 0); // once
}

TEST_CASE("slow mode is said while it is on, and when it is over", "[busy]") {
    Busy busy;
    Scene& scene = busy.scene;
    CHECK(scene.find("slow") == nullptr);
    scene.spoken();
    scene.shard.room_pace(lobby, 1, 10'000, true);
    scene.step_client();
    scene.settle();
    REQUIRE(scene.find("slow") != nullptr);
    CHECK(scene.find("slow")->label == "Slow mode: one message every 10 s");
    CHECK(scene.spoken().back() == "Slow mode: one message every 10 s");
    scene.shoot("slow-mode");
    scene.shard.room_pace(lobby, 1, 3000, false);
    scene.step_client();
    scene.settle();
    REQUIRE(scene.find("slow") != nullptr);
    CHECK(scene.find("slow")->label == "Slow mode is over");
    CHECK(scene.spoken().back() == "Slow mode is over");
    scene.frames(40, 0.25f);
    CHECK(scene.find("slow") == nullptr);
}

} // namespace
} // namespace parley::ui
