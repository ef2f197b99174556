// generated.hpp: the generated headers behind one door, with our warnings off for them.
#pragma once

#if defined(__GNUC__)
#pragma GCC system_header
#endif

#include <flatbuffers/flatbuffers.h>

#include "frame_generated.h"
