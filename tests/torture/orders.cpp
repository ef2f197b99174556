// orders.cpp: see orders.hpp.
#include "tests/torture/orders.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace parley::torture {

Orders::Orders() {
    const int file = open(folder_.file("orders").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return;
    }
    if (ftruncate(file, sizeof(parley_orders)) == 0) {
        void* const mapped =
            mmap(nullptr, sizeof(parley_orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        page_ = mapped == MAP_FAILED ? nullptr : static_cast<parley_orders*>(mapped);
    }
    close(file);
}

Orders::~Orders() {
    if (page_ != nullptr) {
        munmap(page_, sizeof *page_);
    }
}

std::vector<std::string> Orders::environment(const std::string& shim) const {
    return {"LD_PRELOAD=" + shim, "PARLEY_TORTURE_ORDERS=" + folder_.file("orders")};
}

bool Orders::heard() const {
    return __atomic_load_n(&page_->sqlite_found, __ATOMIC_RELAXED) != 0;
}

void Orders::move_clock(int64_t offset_s) {
    __atomic_store_n(&page_->clock_offset_s, offset_s, __ATOMIC_RELAXED);
}

void Orders::pass_time(int64_t seconds) {
    __atomic_add_fetch(&page_->steady_offset_s, seconds, __ATOMIC_RELAXED);
}

void Orders::fail(parley_call call, uint64_t nth, uint64_t calls) {
    __atomic_store_n(&page_->fail_calls[call], calls, __ATOMIC_RELAXED);
    const uint64_t made = __atomic_load_n(&page_->calls[call], __ATOMIC_RELAXED);
    __atomic_store_n(&page_->fail_nth[call], made + nth, __ATOMIC_RELAXED);
}

void Orders::fail_nothing() {
    for (uint64_t& nth : page_->fail_nth) {
        __atomic_store_n(&nth, uint64_t{0}, __ATOMIC_RELAXED);
    }
}

uint64_t Orders::failed(parley_call call) const {
    return __atomic_load_n(&page_->failed[call], __ATOMIC_RELAXED);
}

uint64_t Orders::calls(parley_call call) const {
    return __atomic_load_n(&page_->calls[call], __ATOMIC_RELAXED);
}

} // namespace parley::torture
