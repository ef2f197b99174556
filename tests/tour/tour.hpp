// tour.hpp: the tour's list: what is shown, how it is reached, and which views draw it.
#pragma once

#include <string_view>
#include <vector>

#include "tests/ui/scene.hpp"

namespace parley::tour {

// One picture.
struct Stop {
    const char* name; // of the file
    const char* part; // heading that it stands under; stops of a part follow each other
    const char* title;
    std::vector<std::string_view> views; // names of View that are to be seen on it
    void (*reach)(ui::Scene& scene);
    ui::SceneOptions options = {};
};
const std::vector<Stop>& stops();

// A file of plugin/overlay that puts something on the screen.
struct View {
    std::string_view name; // without its ending
    std::string_view part; // of the id of an element that this view alone makes
};
const std::vector<View>& views();

} // namespace parley::tour
