// fifo.hpp: first in, first out, in one piece of memory and in none while nothing was ever put in.
// A std::deque costs half a kilobyte from its birth on, which thousands of idle sessions would pay.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace parley {

template <typename T>
class Fifo {
public:
    using iterator = typename std::vector<T>::const_iterator;

    bool empty() const { return head_ == items_.size(); }
    size_t size() const { return items_.size() - head_; }
    const T& front() const { return items_[head_]; }
    const T& back() const { return items_.back(); }
    iterator begin() const { return items_.begin() + static_cast<ptrdiff_t>(head_); }
    iterator end() const { return items_.end(); }
    auto rbegin() const { return std::make_reverse_iterator(end()); }
    auto rend() const { return std::make_reverse_iterator(begin()); }

    void push_back(T item) {
        // Moving up instead of growing, when that makes room for a while: a queue of constant
        // length stays in its memory and moves each item a few times at most.
        if (items_.size() == items_.capacity() && head_ > items_.size() / 8) {
            items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(head_));
            head_ = 0;
        }
        items_.push_back(std::move(item));
    }
    void pop_front() {
        items_[head_] = T{}; // what it holds is let go now, not when its place is
        ++head_;
        if (!empty()) {
            return;
        }
        if (items_.capacity() > kept_items_max) {
            clear();
        } else {
            items_.clear();
            head_ = 0;
        }
    }
    // Gives its memory back, too.
    void clear() {
        items_ = std::vector<T>();
        head_ = 0;
    }
    // How many places its memory has.
    size_t capacity() const { return items_.capacity(); }

private:
    static constexpr size_t kept_items_max = 16; // by one that has run empty

    std::vector<T> items_;
    size_t head_ = 0; // those before it are gone
};

} // namespace parley
