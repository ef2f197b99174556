// toml.hpp: toml++ behind one door: header only (Debian's library is built with exceptions), errors
// as values, its own warnings off.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#endif

#define TOML_EXCEPTIONS 0
// Its own checks of itself fail on some damaged files; what follows them is an ordinary error.
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>
