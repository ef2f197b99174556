// orders.hpp: the page that tells the preloaded faults.c what to break.
#pragma once

#include <string>
#include <vector>

#include "tests/support/folder.hpp"
#include "tests/torture/orders.h"

namespace parley::torture {

// Owner: the torture's one thread; the shard's threads read and count.
class Orders {
public:
    Orders();
    ~Orders();
    Orders(const Orders&) = delete;
    Orders& operator=(const Orders&) = delete;

    // What a shard's environment needs for it.
    std::vector<std::string> environment(const std::string& shim) const;

    bool mapped() const { return page_ != nullptr; }
    bool heard() const;                // a shard reads it, and can tell whose calls they are
    void move_clock(int64_t offset_s); // the wall clock
    void pass_time(int64_t seconds);   // on the steady clock, at once
    // From the Nth call from now on, so many.
    void fail(parley_call call, uint64_t nth, uint64_t calls);
    void fail_nothing();
    uint64_t failed(parley_call call) const;
    uint64_t calls(parley_call call) const;

private:
    test::Folder folder_;
    parley_orders* page_ = nullptr;
};

} // namespace parley::torture
