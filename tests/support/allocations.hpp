// allocations.hpp: counts every call of malloc and its kin in the whole program, whoever makes it:
// our own code, ENet, FreeType, Dear ImGui, the C++ library. Link parley_allocations; under a
// sanitizer too the figures are true.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::test {

// By the calling thread, since it began.
uint64_t allocations();
// What the program holds now, of all threads.
size_t heap_bytes();

} // namespace parley::test
