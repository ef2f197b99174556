// not_alone.hpp: a header that does not bring what it needs; tests/tidy sees that this is noticed.
#pragma once

std::vector<int> needs_an_include();
