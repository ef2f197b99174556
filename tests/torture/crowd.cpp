// crowd.cpp: see crowd.hpp.
#include "tests/torture/crowd.hpp"

#include <algorithm>

#include <poll.h>

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr size_t connecting_max = 32;
constexpr int sleep_ms = 1;
// Lines that were not said in time are not made up for.
constexpr int64_t behind_us_max = 50'000;

} // namespace

Person& Crowd::add(const Shard& shard, PersonWish wish) {
    persons_.push_back(std::make_unique<Person>(shard, std::move(wish)));
    return *persons_.back();
}

void Crowd::replace(size_t index, const Shard& shard, PersonWish wish) {
    persons_[index] = std::make_unique<Person>(shard, std::move(wish));
}

void Crowd::speak() {
    if (talk.lines_per_s <= 0 || awake() == 0) {
        return;
    }
    const int64_t now_us = steady_us();
    next_line_us_ = std::max(next_line_us_, now_us - behind_us_max);
    while (next_line_us_ <= now_us) {
        next_line_us_ += static_cast<int64_t>(1e6 / talk.lines_per_s);
        Person& person = *persons_[speaker_++ % awake()];
        if (person.waiting() < talk.window) {
            person.say();
        }
    }
}

void Crowd::step() {
    std::vector<pollfd> sockets;
    for (size_t i = 0; i < awake(); ++i) {
        sockets.push_back({persons_[i]->socket_fd(), POLLIN, 0});
    }
    ::poll(sockets.data(), sockets.size(), sleep_ms);
    if (beside) {
        beside();
    }
    speak();
    // All of them, since a client has timers, too.
    for (size_t i = 0; i < awake(); ++i) {
        persons_[i]->step();
    }
}

void Crowd::for_ms(int64_t ms) {
    for (const int64_t until_ms = steady_ms() + ms; steady_ms() < until_ms;) {
        step();
    }
}

bool Crowd::until(const std::function<bool()>& holds, int64_t patience_ms) {
    for (const int64_t until_ms = steady_ms() + patience_ms; steady_ms() < until_ms;) {
        step();
        if (holds()) {
            return true;
        }
    }
    return false;
}

bool Crowd::enter(std::string& message) {
    for (size_t next = 0; next < persons_.size();) {
        const size_t until_index = std::min(next + connecting_max, persons_.size());
        for (size_t i = next; i < until_index; ++i) {
            persons_[i]->connect();
        }
        if (!until([&] {
                return std::all_of(persons_.begin(),
                                   persons_.begin() + static_cast<std::ptrdiff_t>(until_index),
                                   [](const auto& person) { return person->in_room(); });
            })) {
            message = "not everyone came into his room";
            return false;
        }
        next = until_index;
    }
    return true;
}

bool Crowd::all_in() const {
    return std::all_of(persons_.begin(), persons_.end(),
                       [](const auto& person) { return person->in_room(); });
}

bool Crowd::all_answered() const {
    return std::all_of(persons_.begin(), persons_.end(),
                       [](const auto& person) { return person->waiting() == 0; });
}

std::vector<double> Crowd::latencies_ms() const {
    std::vector<double> all;
    for (size_t i = 0; i < awake(); ++i) {
        const std::vector<double>& his = persons_[i]->latencies_ms();
        all.insert(all.end(), his.begin(), his.end());
    }
    return all;
}

void Crowd::forget_latencies() {
    for (const auto& person : persons_) {
        person->latencies_ms().clear();
    }
}

} // namespace parley::torture
