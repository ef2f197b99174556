// crowd.hpp: all persons of a fault, stepped by one thread, and the talk that they keep up.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/torture/person.hpp"

namespace parley::torture {

struct Talk {
    double lines_per_s = 0; // of all together; 0: silence
    size_t window = 8;      // of one person: said and without an answer
};

// Owner: the torture's one thread.
class Crowd {
public:
    // What else is to be stepped: a relay, a flood.
    std::function<void()> beside;
    Talk talk;

    Person& add(const Shard& shard, PersonWish wish);
    // Another in his place; the one who was there is gone without a word.
    void replace(size_t index, const Shard& shard, PersonWish wish);
    size_t size() const { return persons_.size(); }
    Person& operator[](size_t index) { return *persons_[index]; }
    const std::vector<std::unique_ptr<Person>>& all() const { return persons_; }
    // They are not stepped: who does not read. Of the last ones.
    void freeze(size_t count) { frozen_ = count; }

    // One round of all; sleeps when nothing has come.
    void step();
    void for_ms(int64_t ms);
    // False when patience ends.
    bool until(const std::function<bool()>& holds, int64_t patience_ms = 30'000);

    // Connects all, a few at once, until they are in their rooms.
    bool enter(std::string& message);
    bool all_in() const;
    bool all_answered() const;
    std::vector<double> latencies_ms() const;
    void forget_latencies();

private:
    void speak();
    size_t awake() const { return persons_.size() - frozen_; }

    std::vector<std::unique_ptr<Person>> persons_;
    size_t frozen_ = 0;
    size_t speaker_ = 0;
    int64_t next_line_us_ = 0;
};

} // namespace parley::torture
