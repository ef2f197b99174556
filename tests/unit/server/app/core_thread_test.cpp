// core_thread_test.cpp: tickets are judged by the wall clock, whatever server time is.
#include "server/app/core_thread.hpp"

#include "tests/support/catch.hpp"

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
