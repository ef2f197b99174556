// check.cpp: says where the assertion failed and stops the process.
#include "schemas/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace parley {

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "parley: assertion failed: %s at %s:%d\n", expression, file, line);
    std::abort();
}

} // namespace parley
