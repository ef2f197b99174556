// told_test.cpp: what the core tells is counted by what it is.
#include "server/app/told.hpp"

#include "tests/support/catch.hpp"

#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"

using namespace parley;

TEST_CASE("what the core tells is counted: entries, readers, replies and refusals", "[shard]") {
    Told told;
    wire::FrameBuilder builder;
    const auto reply = [&](Error error) {
        flatbuffers::FlatBufferBuilder& fbb = builder.fbb();
        const auto body = wire::CreateReply(fbb, static_cast<wire::Error>(error));
        told.count(SendFrame{SessionId{1}, Lane::Control,
                             builder.server_shared(7, wire::Event::Reply, body.Union())});
    };
    reply(Error::Ok);
    reply(Error::Ok);
    reply(Error::Rate);
    CHECK(told.replies.read() == 2);
    CHECK(told.refused(Error::Rate) == 1);
    CHECK(told.refused(Error::Busy) == 0);

    const auto readers = std::make_shared<const std::vector<SessionId>>(
        std::vector<SessionId>{SessionId{1}, SessionId{2}, SessionId{3}});
    const SharedFrame frame = wire::share(builder.server(
        0, wire::Event::Batch, wire::CreateBatch(builder.fbb(), 1, 77, 5, 8).Union()));
    told.count(Deliver{Lane::Chat, frame, readers, 4});
    CHECK(told.entries.read() == 4);
    CHECK(told.deliveries.read() == 12);
    told.count(Deliver{Lane::State, frame, readers});
    CHECK(told.entries.read() == 4);

    // A packed page is no reply, whatever its bytes look like.
    wire::Packer packer;
    const SharedFrame page = packer.pack(ByteVector(1000, 0));
    REQUIRE(page != nullptr);
    told.count(SendFrame{SessionId{1}, Lane::Bulk, page});
    CHECK(told.replies.read() == 2);

    told.count(Admit{SessionId{1}, Error::Ok, 0});
    told.count(Admit{SessionId{1}, Error::TicketStolen, 0});
    told.count(CloseSession{SessionId{1}, Error::Shutdown, 0});
    told.count(ShutdownDone{});
    CHECK(told.admitted.read() == 1);
    CHECK(told.turned_away(Error::TicketStolen) == 1);
    CHECK(told.closed(Error::Shutdown) == 1);
    CHECK(told.closed(Error::Slow) == 0);
    // Numbers that nobody gave out do not write beside the counters.
    told.count(CloseSession{SessionId{1}, static_cast<Error>(-1000), 0});
    told.count(CloseSession{SessionId{1}, static_cast<Error>(1), 0});
    CHECK(told.closed(static_cast<Error>(-1000)) == 2);
}
