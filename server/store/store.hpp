// store.hpp: the seam to what must survive. Real: sqlite_store. Fake: tests/support/memory_store.
// The same contract test runs on both (tests/unit/server/store/store_contract_test.cpp).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "server/store/request.hpp"

namespace parley {

// Owner: the store thread.
class Store {
public:
    virtual ~Store() = default;

    // Runs all requests, in order, in one transaction, and appends one answer each. When it
    // returns, what the answers say is on disk (synchronous=FULL). When the commit fails, every
    // request that writes is answered with StoreUnavailable and nothing of the group took effect;
    // what reads is answered from what is there.
    virtual void execute(std::span<const StoreRequest> requests,
                         std::vector<StoreAnswer>& answers) = 0;

    // Called between groups, after their answers are on the way, and now and then when there are
    // none: time for what need not be in the path of a commit.
    virtual void maintain() {}
};

// The answer that fits request and says that nothing of it took effect.
StoreAnswer refusal(const StoreRequest& request, Error error);

// The answers to a group that could not be committed: to what only reads by read, else refusals. A
// room that would have to be made is not there.
using AnswerRead = std::function<StoreAnswer(const StoreRequest&)>;
void refuse_writes(std::span<const StoreRequest> requests, const AnswerRead& read,
                   std::vector<StoreAnswer>& answers);

} // namespace parley
