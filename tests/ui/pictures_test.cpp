// pictures_test.cpp: draws the reference scene at the sizes and scales that must look intended.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

TEST_CASE("the reference scene is drawn", "[pictures]") {
    Scene scene;
    scene.fill();
    scene.settle();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    scene.text("go when I say ");
    scene.preedit("いま", 2);
    scene.settle();
    scene.shoot("reference");
}

} // namespace
} // namespace parley::ui
