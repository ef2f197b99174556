// store_thread.cpp: group commit. While one group is being committed the next one gathers, so the
// disk sets the size of the groups and nothing waits for a timer: a lone message is committed at
// once, and a burst waits for one commit, not for many.
#include "server/store/store_thread.hpp"

#include <algorithm>
#include <chrono>

#include "schemas/base/check.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/base/limits.hpp"

namespace parley {

StoreThread::StoreThread(Store& store, Mailbox<InputBody>& answers, int64_t idle_ms)
    : store_(store), answers_(answers), requests_(limits::store_inbox_requests_max, Full::Refuse),
      idle_ms_(idle_ms) {}

StoreThread::~StoreThread() {
    stop();
}

void StoreThread::start() {
    alive_ms_.set(static_cast<uint64_t>(steady_ms()));
    thread_ = std::thread([this] { run(); });
}

void StoreThread::stop() {
    requests_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void StoreThread::run() {
    std::vector<StoreRequest> waiting;
    while (true) {
        waiting.clear();
        if (requests_.wait(waiting, std::chrono::milliseconds(idle_ms_)) == 0 &&
            requests_.closed() && requests_.size() == 0) {
            return;
        }
        for (size_t done = 0; done < waiting.size();) {
            const size_t count = std::min(waiting.size() - done, limits::commit_requests_max);
            StoreAnswered answered;
            answered.answers.reserve(count);
            const int64_t began_us = steady_us();
            alive_ms_.set(static_cast<uint64_t>(began_us / 1000));
            store_.execute(std::span(waiting).subspan(done, count), answered.answers);
            const int64_t ended_us = steady_us();
            groups_.add(ended_us - began_us);
            group_ms_.set(static_cast<uint64_t>(ended_us / 1000));
            InputBody input = std::move(answered);
            const bool taken = answers_.push(std::move(input));
            PARLEY_ASSERT(taken || answers_.closed());
            done += count;
        }
        alive_ms_.set(static_cast<uint64_t>(steady_ms()));
        store_.maintain();
    }
}

} // namespace parley
