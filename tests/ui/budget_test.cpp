// budget_test.cpp: what a frame costs: no memory when nothing happens, bounded triangles, and
// layouts that wait for their frame.
#include "tests/support/allocations.hpp"
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

TEST_CASE("a quiet frame allocates nothing, open, closed and idle", "[budget]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    scene.text("a draft");
    scene.settle();
    scene.picture(); // textures are taken
    scene.spoken();
    const auto quiet = [&](const char* what) {
        CAPTURE(what);
        scene.settle();
        scene.frames(3);
        const uint64_t before = test::allocations();
        scene.frames(100, 0.001f);
        CHECK(test::allocations() == before);
        CHECK(scene.overlay->stats().layouts == 0);
    };
    quiet("open");
    scene.key(SDLK_UP, KMOD_LALT);
    quiet("a focused message");
    scene.key(SDLK_ESCAPE);
    quiet("closed");
    scene.frames(200, 0.25f);
    quiet("idle");
}

TEST_CASE("ten thousand messages cost no more than those that are seen", "[budget]") {
    Scene scene;
    scene.connect();
    scene.enter(party, wire::RoomKind::Party, {kenji, me}, 0, {});
    // In pages, as they come.
    Seq seq = 0;
    for (int page = 0; page < 100; ++page) {
        client::ScriptShard::BatchSays batch;
        batch.room = party;
        batch.from = seq + 1;
        for (int i = 0; i < 100; ++i) {
            batch.lines.push_back(
                {++seq,
                 i % 3 == 0 ? kenji : me,
                 "line " + std::to_string(seq) + " of a long evening, with a few words more",
                 0,
                 {}});
        }
        batch.to = seq;
        scene.shard.batch(batch);
        scene.step_client();
    }
    REQUIRE(scene.client->model().room(RoomId{party})->messages.size() == 10'000);
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    scene.frames(30);
    CHECK(scene.overlay->stats().layouts == 0);
    CHECK(scene.overlay->stats().vertices < 8000);
    CHECK(scene.overlay->stats().commands < 16);
    // Scrolling lays out only what comes into view.
    scene.key(SDLK_PAGEUP);
    scene.frames(1);
    CHECK(scene.overlay->stats().layouts < 40);
}

TEST_CASE("without budget the frame returns, and what waited comes with the next ones",
          "[budget]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.frames(1, 1.0f / 60, 1); // a microsecond: one layout
    CHECK(scene.overlay->stats().deferred > 0);
    CHECK(scene.overlay->stats().layouts <= 2);
    for (int i = 0; i < 600 && (i == 0 || scene.overlay->stats().deferred > 0); ++i) {
        scene.frames(1, 1.0f / 60, 1);
    }
    CHECK(scene.overlay->stats().deferred == 0);
    scene.frames(20, 1.0f / 60, 1);
    const Picture slow = scene.picture();
    scene.settle();
    CHECK(scene.picture().rgba == slow.rgba);
}

TEST_CASE("after a change of size no text is laid out again before its glyphs have come",
          "[budget]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const auto layouts_at = [&](float scale, uint32_t budget_us) {
        uint32_t sum = 0;
        for (int i = 0; i < 400; ++i) {
            scene.overlay->frame(1.0f / 60, 1600, 900, scale, budget_us);
            sum += scene.overlay->stats().layouts;
            if (scene.overlay->stats().deferred == 0) {
                break;
            }
        }
        CHECK(scene.overlay->stats().deferred == 0);
        return sum;
    };
    const uint32_t at_once = layouts_at(1.5f, 1'000'000);
    REQUIRE(at_once > 40);
    // At another size as many, and each a second time when its glyphs are there.
    const uint32_t spread = layouts_at(1.75f, 390); // 8 glyphs a frame, time for all layouts
    CHECK(spread <= 3 * at_once);
}

TEST_CASE("shapes are made new a few a frame, and what waits is said", "[budget]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const auto texels_of_frame = [&](uint32_t budget_us) { // sent to the renderer
        scene.overlay->frame(1.0f / 60, 1600, 900, 2, budget_us);
        uint64_t texels = 0;
        overlay::TextureUpdate update;
        while (scene.overlay->next_texture(update)) {
            texels += static_cast<uint64_t>(update.w) * static_cast<uint64_t>(update.h);
        }
        return texels;
    };
    int frames = 0;
    do {
        texels_of_frame(300);
        ++frames;
    } while (scene.overlay->stats().deferred > 0 && frames < 400);
    CHECK(frames > 5);
    CHECK(frames < 400);
    CHECK(texels_of_frame(300) == 0);
}

TEST_CASE("a renderer that lost its textures gets them all again", "[budget]") {
    Scene scene;
    scene.fill();
    scene.settle();
    overlay::TextureUpdate update;
    while (scene.overlay->next_texture(update)) {
    }
    CHECK_FALSE(scene.overlay->next_texture(update));
    scene.overlay->textures_lost();
    REQUIRE(scene.overlay->next_texture(update));
    CHECK(update.texture == 1);
    CHECK(update.w == update.width);
    CHECK(update.h == update.height);
}

TEST_CASE("any size is survived", "[budget]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    for (const int width : {-1, 0, 1, 40, 200, 8000}) {
        for (const int height : {-1, 0, 1, 40, 200, 8000}) {
            for (const float scale : {0.0f, 0.75f, 3.0f, 100.0f}) {
                scene.overlay->frame(0.016f, width, height, scale, 1'000'000);
                for (const overlay::Element& element : scene.overlay->elements()) {
                    REQUIRE(element.rect.w >= 0);
                    REQUIRE(element.rect.h >= 0);
                }
            }
        }
    }
    scene.overlay->frame(-5, 800, 600, 1, 0);
    scene.overlay->frame(1e9f, 800, 600, 1, 0);
    CHECK_FALSE(scene.overlay->draw().commands.empty());
}

} // namespace
} // namespace parley::ui
