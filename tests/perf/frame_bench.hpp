// frame_bench.hpp: what one frame of the overlay costs the game, against what Dear ImGui's own
// three windows cost it.
//
// The overlay: a team room with 10,000 messages in several scripts, forty members with presence,
// two cards, the composer open with a draft; a frame is update, frame, draw and textures. The
// baseline: ImGui's demo, metrics and style editor windows in a context of their own; a frame is
// NewFrame to Render. Both at 1600 x 900, without a renderer behind. A figure is CPU time of the
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tests/perf/report.hpp"

namespace parley::bench {

// Something that is drawn frame by frame.
class Screen {
public:
    virtual ~Screen() = default;
    virtual std::string_view name() const = 0;
    // Everything is there, and the next frame is the first. False: message says why it cannot be
    // drawn.
    virtual bool set_up(std::string& message) = 0;
    // What happens before a frame of a busy stretch: a message, a key, the wheel.
    virtual void disturb(int frame) = 0;
    virtual void draw() = 0;
    // Of what is drawn from now on; 1 at first.
    virtual void set_scale(float scale) = 0;
};

std::unique_ptr<Screen> overlay_screen(size_t messages);
std::unique_ptr<Screen> imgui_screen();

// The first frame, then so many quiet ones, so many busy ones, and changes of the scale.
Figures measure_frames(Screen& screen, int frames);

} // namespace parley::bench
