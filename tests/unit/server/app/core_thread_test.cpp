// core_thread_test.cpp: tickets are judged by the wall clock, whatever server time is; what the log
// says of rooms that find no place.
#include "server/app/core_thread.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_store.hpp"

using namespace parley;

namespace {

// Remembers how it was asked and says that the session is new. Owner: the store thread.
class AskedStore final : public Store {
public:
    explicit AskedStore(Mailbox<TimeMs>& asked) : asked_(asked) {}
    void execute(std::span<const StoreRequest> requests,
                 std::vector<StoreAnswer>& answers) override {
        for (const StoreRequest& request : requests) {
            if (const auto* admit = std::get_if<AdmitUser>(&request); admit != nullptr) {
                ignore(asked_.push(TimeMs{admit->now_ms}), "the test takes the first");
            }
            answers.push_back(refusal(request, Error::StoreUnavailable));
        }
    }

private:
    Mailbox<TimeMs>& asked_;
};

} // namespace

TEST_CASE("a ticket is judged by the wall clock when server time is ahead of it", "[shard]") {
    constexpr TimeMs hour_ms = 3'600'000;
    Mailbox<TimeMs> asked(8, Full::Refuse);
    AskedStore store(asked);
    Mailbox<InputBody> inbox(64, Full::Refuse);
    StoreThread store_thread(store, inbox);
    CoreThread::NetThreads net;
    std::string lines;
    const auto keep = [](void* user, int, const char* line) {
        *static_cast<std::string*>(user) += std::string(line) + "\n";
    };
    const TimeMs wall_ms = wall_unix_ms();
    CoreThread core(std::make_unique<Core>(CoreOptions{}, std::make_shared<CardTypeSet>(), 1),
                    nullptr, inbox, store_thread, net, Log(keep, &lines, LogLevel::Warn),
                    ServerClock(wall_ms + hour_ms, steady_ms()));
    store_thread.start();
    core.start();
    AdmitAsked ask;
    ask.session = session_of(0, PeerId{1});
    ask.claims.issuer = "studio";
    ask.claims.subject = "ada";
    REQUIRE(inbox.push(std::move(ask)));
    std::vector<TimeMs> times;
    REQUIRE(asked.wait(times, std::chrono::seconds(30)) == 1);
    core.stop();
    store_thread.stop();
    CHECK(times[0] > wall_ms - hour_ms / 2);
    CHECK(times[0] < wall_ms + hour_ms / 2);
    CHECK(lines.find("warn clock_apart ms=3") == 0);
    CHECK(lines.find("clock_apart", 10) == std::string::npos);
}

TEST_CASE("what is refused is said once in a time, and then what came since", "[shard]") {
    Refusals refusals;
    CHECK(refusals.to_say(0, 1000, 60) == 0);
    CHECK(refusals.to_say(3, 1001, 60) == 3);
    CHECK(refusals.to_say(5, 1060, 60) == 0);
    CHECK(refusals.to_say(7, 1061, 60) == 4);
    CHECK(refusals.to_say(7, 5000, 60) == 0);
}

TEST_CASE("a shard that has no place for a room says so once for many", "[shard]") {
    MemoryStore store(std::make_shared<MemoryDisk>());
    Mailbox<InputBody> inbox(64, Full::Refuse);
    StoreThread store_thread(store, inbox);
    CoreThread::NetThreads net;
    std::string lines;
    const auto keep = [](void* user, int, const char* line) {
        *static_cast<std::string*>(user) += std::string(line) + "\n";
    };
    CoreOptions options;
    options.rooms_loaded_max = 0;
    CoreThread core(std::make_unique<Core>(options, std::make_shared<CardTypeSet>(), 1), nullptr,
                    inbox, store_thread, net, Log(keep, &lines, LogLevel::Warn));
    store_thread.start();
    core.start();
    for (const uint32_t peer : {1, 2}) {
        AdmitAsked ask;
        ask.session = session_of(0, PeerId{peer});
        ask.claims.issuer = "studio";
        ask.claims.subject = "u" + std::to_string(peer);
        ask.claims.id = ask.claims.subject;
        ask.claims.expires_at_s = wall_unix_ms() / 1000 + 600;
        ask.claims.rooms.push_back({static_cast<uint8_t>(wire::RoomKind::Team), "t1", 0});
        REQUIRE(inbox.push(std::move(ask)));
    }
    REQUIRE(inbox.push(ShutdownAsked{}));
    std::vector<ShutdownDone> done;
    REQUIRE(core.done().wait(done, std::chrono::seconds(30)) == 1);
    core.stop();
    store_thread.stop();
    CHECK(core.rooms_refused() >= 2);
    CHECK(lines.find("warn rooms_full refused=") == 0);
    CHECK(lines.find("rooms_full", 10) == std::string::npos);
}
