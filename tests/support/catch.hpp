// catch.hpp: Catch2 behind one door, precompiled, with its own warnings off.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#endif

#include <catch2/catch.hpp>
