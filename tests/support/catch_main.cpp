// catch_main.cpp: Catch2's main, compiled once (the header is slow).
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
