// store_thread_test.cpp: groups, order and the clean end.
#include "tests/support/catch.hpp"

#include <chrono>

#include "schemas/base/limits.hpp"
#include "server/store/sqlite_store.hpp"
#include "server/store/store_thread.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// Answers each Append with its nonce as seq and remembers the sizes of the groups.
class CountingStore : public Store {
public:
    void execute(std::span<const StoreRequest> requests,
                 std::vector<StoreAnswer>& answers) override {
        groups.push_back(requests.size());
        for (const StoreRequest& request : requests) {
            Appended answer;
            answer.token = std::get<Append>(request).token;
            answer.seq = std::get<Append>(request).entry.nonce;
            answers.push_back(answer);
        }
    }
    std::vector<size_t> groups;
};

std::vector<Seq> seqs_in(Mailbox<InputBody>& inbox) {
    std::vector<InputBody> inputs;
    inbox.take_all(inputs);
    std::vector<Seq> numbers;
    for (const InputBody& input : inputs) {
        for (const StoreAnswer& answer : std::get<StoreAnswered>(input).answers) {
            numbers.push_back(std::get<Appended>(answer).seq);
        }
    }
    return numbers;
}

} // namespace

TEST_CASE("what waited is committed in groups of at most the limit, in order", "[store]") {
    CountingStore store;
    Mailbox<InputBody> inbox(100, Full::Refuse);
    StoreThread thread(store, inbox);
    const size_t count = 2 * limits::commit_requests_max + 5;
    for (size_t i = 1; i <= count; ++i) {
        REQUIRE(thread.push(append(RoomId{1}, UserId{1}, i)));
    }
    thread.start();
    thread.stop();
    CHECK(store.groups ==
          std::vector<size_t>{limits::commit_requests_max, limits::commit_requests_max, 5});
    uint64_t timed = 0;
    for (size_t at = 0; at <= Durations::bounds_us.size(); ++at) {
        timed += thread.groups().count(at);
    }
    CHECK(timed == 3);
    CHECK(thread.alive_ms() >= thread.group_ms());
    CHECK(thread.group_ms() > 0);
    const std::vector<Seq> numbers = seqs_in(inbox);
    REQUIRE(numbers.size() == count);
    for (size_t i = 0; i < count; ++i) {
        CHECK(numbers[i] == i + 1);
    }
}

TEST_CASE("past the limit of its inbox the store thread refuses", "[store]") {
    CountingStore store;
    Mailbox<InputBody> inbox(100, Full::Refuse);
    StoreThread thread(store, inbox);
    for (size_t i = 0; i < limits::store_inbox_requests_max; ++i) {
        REQUIRE(thread.push(append(RoomId{1}, UserId{1}, i + 1)));
    }
    StoreRequest one_more = append(RoomId{1}, UserId{1}, 7);
    CHECK_FALSE(thread.push(std::move(one_more)));
}

TEST_CASE("a lone request is answered without waiting for company", "[store]") {
    CountingStore store;
    Mailbox<InputBody> inbox(100, Full::Refuse);
    StoreThread thread(store, inbox);
    thread.start();
    REQUIRE(thread.push(append(RoomId{1}, UserId{1}, 42)));
    std::vector<InputBody> inputs;
    REQUIRE(inbox.wait(inputs, std::chrono::seconds(30)) == 1);
    const auto& answers = std::get<StoreAnswered>(inputs[0]).answers;
    REQUIRE(answers.size() == 1);
    CHECK(std::get<Appended>(answers[0]).seq == 42);
}

TEST_CASE("a store that nobody asks anything is maintained all the same", "[store]") {
    class IdleStore final : public Store {
    public:
        void execute(std::span<const StoreRequest>, std::vector<StoreAnswer>&) override {}
        void maintain() override { ignore(maintained.push(1), "two are as good as three"); }
        Mailbox<int> maintained{2, Full::Refuse};
    };
    IdleStore store;
    Mailbox<InputBody> inbox(100, Full::Refuse);
    StoreThread thread(store, inbox, 1);
    thread.start();
    for (int times = 0; times < 2; ++times) {
        std::vector<int> maintained;
        REQUIRE(store.maintained.wait(maintained, std::chrono::seconds(30)) > 0);
    }
    thread.stop();
    CHECK(inbox.size() == 0);
}

TEST_CASE("a refusal is of the type that the request expects and echoes its token", "[store]") {
    Append request = append(RoomId{1}, UserId{1}, 9);
    const StoreAnswer answer = refusal(request, Error::StoreUnavailable);
    CHECK(std::get<Appended>(answer).token == 9);
    CHECK(std::get<Appended>(answer).error == Error::StoreUnavailable);
    CHECK(std::get<UserAdmitted>(refusal(AdmitUser{}, Error::Busy)).error == Error::Busy);
    CHECK(std::get<EntriesFetched>(refusal(FetchEntries{}, Error::Busy)).error == Error::Busy);
}
