// allocations_test.cpp: the counter counts; a count that stays at nothing proves nothing.
#include "tests/support/allocations.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <memory>
#include <thread>

namespace parley::test {

TEST_CASE("the counter sees what C and C++ ask for, and only this thread's", "[support]") {
    uint64_t before = allocations();
    void* volatile in_c = std::malloc(100);
    CHECK(allocations() == before + 1);
    in_c = std::realloc(in_c, 100'000);
    CHECK(allocations() == before + 2);
    std::free(in_c);
    CHECK(allocations() == before + 2);

    before = allocations();
    const volatile auto in_cpp = std::make_unique<int>(1).release();
    CHECK(allocations() == before + 1);
    delete in_cpp;

    std::thread other([] { std::make_unique<char[]>(1000); });
    other.join();
    before = allocations();
    std::thread another([&] {
        for (int i = 0; i < 1000; ++i) {
            void* volatile memory = std::malloc(10);
            std::free(memory);
        }
    });
    another.join();
    CHECK(allocations() < before + 100); // what starting a thread asks for
}

TEST_CASE("the heap is measured", "[support]") {
    const size_t before = heap_bytes();
    void* volatile large = std::malloc(10 << 20);
    CHECK(heap_bytes() >= before + (10 << 20));
    CHECK(heap_bytes() < before + (11 << 20));
    std::free(large);
    CHECK(heap_bytes() < before + (1 << 20));
    void* small[1000];
    for (void*& one : small) {
        one = std::malloc(1000);
    }
    CHECK(heap_bytes() >= before + 1'000'000);
    for (void* one : small) {
        std::free(one);
    }
    CHECK(heap_bytes() < before + 100'000);
}

} // namespace parley::test
