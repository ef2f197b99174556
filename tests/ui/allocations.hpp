// allocations.hpp: how often this program asked for memory, in C or C++.
#pragma once

#include <cstdint>

namespace parley::ui {

// False under sanitizers, which have an allocator of their own.
bool allocations_counted();
uint64_t allocations();

} // namespace parley::ui
