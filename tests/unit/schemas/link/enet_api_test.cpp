// enet_api_test.cpp: an ENet opened apart is another one than the process's own.
#include "schemas/link/enet_api.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace parley;

TEST_CASE("an opened ENet is a copy apart from the one that is linked", "[link][enet_api]") {
    const EnetApi linked = enet_api(EnetSource::Linked).value();
    const EnetApi opened = enet_api(EnetSource::Opened).value();
    CHECK_FALSE(linked.apart);
    CHECK(opened.apart);
    CHECK(linked.packet_create == &enet_packet_create);
    CHECK(opened.packet_create != linked.packet_create);
    CHECK(opened.linked_version() == linked.linked_version());
}

TEST_CASE("an ENet is opened once for all links of a process", "[link][enet_api]") {
    const EnetApi one = enet_api(EnetSource::Opened).value();
    const EnetApi other = enet_api(EnetSource::Opened).value();
    CHECK(one.host_create == other.host_create);
}

} // namespace
