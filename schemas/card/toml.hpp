// toml.hpp: toml++ behind one door: header only (Debian's library is built with exceptions), errors
// as values, its own warnings off.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#endif

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>
