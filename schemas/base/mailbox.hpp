// mailbox.hpp: the only place with a lock. A thread owns its state; everything else is a value
// moved through a Mailbox with a capacity and a stated policy for when it is full.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace parley {

enum class Full { Refuse, DropOldest };

template <typename T>
class Mailbox {
public:
    Mailbox(size_t capacity, Full policy) : capacity_(capacity), policy_(policy) {}

    // Called after each push on the pusher's thread, outside the lock; MUST NOT block. Set before
    // the threads start. For owners that sleep on a descriptor instead of wait().
    void on_push(std::function<void()> wake) { wake_ = std::move(wake); }

    // Any thread. False: full under Refuse, or closed; the value is then untouched.
    [[nodiscard]] bool push(T&& value) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) {
                return false;
            }
            if (values_.size() >= capacity_) {
                if (policy_ == Full::Refuse) {
                    return false;
                }
                values_.pop_front();
                ++dropped_;
            }
            values_.push_back(std::move(value));
        }
        ready_.notify_one();
        if (wake_) {
            wake_();
        }
        return true;
    }

    // Owner's thread. Moves everything there is to the end of out; returns how many.
    size_t take_all(std::vector<T>& out) {
        const std::lock_guard lock(mutex_);
        return take_locked(out);
    }

    // Owner's thread. Like take_all, but waits until there is something, it is closed, or the
    // time is up.
    size_t wait(std::vector<T>& out, std::chrono::milliseconds longest) {
        std::unique_lock lock(mutex_);
        ready_.wait_for(lock, longest, [&] { return closed_ || !values_.empty(); });
        return take_locked(out);
    }

    // Any thread. After it every push is refused; what is inside can still be taken.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
        if (wake_) {
            wake_();
        }
    }

    bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }
    size_t size() const {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }
    size_t dropped() const {
        const std::lock_guard lock(mutex_);
        return dropped_;
    }

private:
    size_t take_locked(std::vector<T>& out) {
        const size_t count = values_.size();
        for (T& value : values_) {
            out.push_back(std::move(value));
        }
        values_.clear();
        return count;
    }

    const size_t capacity_;
    const Full policy_;
    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<T> values_;
    size_t dropped_ = 0;
    bool closed_ = false;
};

} // namespace parley
