// check.hpp: PARLEY_ASSERT, for bugs of our own. It stays on in release. Never use it on anything
// that a peer, a file or a host can cause: those are values (Result).
#pragma once

namespace parley {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

} // namespace parley

#define PARLEY_ASSERT(expression)                                                                  \
    do {                                                                                           \
        if (!(expression)) {                                                                       \
            ::parley::assertion_failed(#expression, __FILE__, __LINE__);                           \
        }                                                                                          \
    } while (false)
