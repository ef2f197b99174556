// noto.hpp: which Noto families draw which script. Only names; whether a file is there, fonts.cpp
// finds out.
#pragma once

#include <hb.h>

#include <span>
#include <string_view>

namespace parley::text {

struct ScriptFamily {
    hb_script_t script;
    std::string_view stem; // of "NotoSansArabic-Regular.ttf"
};

// Several families of one script stand in the order in which they are to be tried.
std::span<const ScriptFamily> noto_families();

} // namespace parley::text
