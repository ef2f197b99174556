// allocations.hpp: counts every call of malloc and its kin in the whole program, whoever makes it:
// our own code, FreeType, Dear ImGui, the C++ library.
#pragma once

#include <cstdint>

namespace parley::bench {

// By the calling thread, since it began.
uint64_t allocations();

} // namespace parley::bench
