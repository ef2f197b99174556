// peer_table_test.cpp: peers are found by their slot, and nobody under the id of one before.
#include <vector>

#include "server/net/peer_table.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

namespace {

NetPeer peer(uint16_t slot, uint16_t generation) {
    NetPeer made;
    made.id = peer_at(slot, generation);
    return made;
}

} // namespace

TEST_CASE("an id is a slot and a generation, up to the last of both", "[net][peers]") {
    for (const uint16_t slot : {uint16_t{1}, uint16_t{0x1234}, uint16_t{0xFFFF}}) {
        for (const uint16_t generation : {uint16_t{0}, uint16_t{1}, uint16_t{0xFFFF}}) {
            CHECK(slot_of(peer_at(slot, generation)) == slot);
            CHECK(generation_of(peer_at(slot, generation)) == generation);
        }
    }
}

TEST_CASE("a stale id finds nobody, also when its place is taken again", "[net][peers]") {
    PeerTable table;
    const PeerId first = peer_at(7, 1);
    const PeerId second = peer_at(7, 2);
    CHECK(table.find(first) == nullptr);
    table.put(peer(7, 1));
    REQUIRE(table.find(first) != nullptr);
    CHECK(table.find(second) == nullptr);
    table.erase(*table.find(first));
    CHECK(table.find(first) == nullptr);
    table.put(peer(7, 2));
    CHECK(table.find(first) == nullptr);
    REQUIRE(table.find(second) != nullptr);
    CHECK(table.find(second)->id == second);
}

TEST_CASE("nobody has the id 0, nor one beyond the last place", "[net][peers]") {
    PeerTable table;
    table.put(peer(2, 1));
    CHECK(table.find(peer_at(1, 0)) == nullptr);
    CHECK(table.find(peer_at(1, 1)) == nullptr);
    CHECK(table.find(peer_at(3, 1)) == nullptr);
    CHECK(table.find(peer_at(0xFFFF, 1)) == nullptr);
}

TEST_CASE("a place that is taken again knows nothing of who had it", "[net][peers]") {
    PeerTable table;
    table.put(peer(1, 1));
    CHECK(table.size() == 1);
    NetPeer& before = *table.find(peer_at(1, 1));
    before.open = true;
    before.in_trouble().malformed = 3;
    table.erase(before);
    CHECK(table.size() == 0);
    table.put(peer(1, 2));
    CHECK(table.size() == 1);
    CHECK_FALSE(table.find(peer_at(1, 2))->open);
    CHECK(table.find(peer_at(1, 2))->trouble == nullptr);
}

TEST_CASE("peers are walked in the order of their slots, without those who went", "[net][peers]") {
    PeerTable table;
    table.put(peer(0xFFFF, 1));
    table.put(peer(2, 9));
    table.put(peer(5, 1));
    table.put(peer(1, 3));
    table.erase(*table.find(peer_at(5, 1)));
    std::vector<PeerId> met;
    table.for_each([&](const NetPeer& one) { met.push_back(one.id); });
    CHECK(met == std::vector<PeerId>{peer_at(1, 3), peer_at(2, 9), peer_at(0xFFFF, 1)});
    CHECK(table.size() == met.size());
}
