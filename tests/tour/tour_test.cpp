// tour_test.cpp: walks the tour, writes its pictures and their page to <build>/tour, and asks that
// the list names all there is: each view, action, theme and language.
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "tests/tour/gallery.hpp"
#include "tests/tour/tour.hpp"

#include "tests/support/catch.hpp"

namespace parley::tour {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path overlay_folder = PARLEY_SOURCE_DIR "/plugin/overlay";

std::string read(const fs::path& path) {
    std::ifstream file(path);
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// Names without ending of the files in a folder.
Names stems(const fs::path& folder, const char* ending) {
    Names out;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ending) {
            out.insert(entry.path().stem().string());
        }
    }
    REQUIRE_FALSE(out.empty());
    return out;
}

// Files that register what they draw as elements.
Names views_in_code() {
    Names out;
    for (const std::string& stem : stems(overlay_folder, ".cpp")) {
        const std::string code = read(overlay_folder / (stem + ".cpp"));
        for (const char* registers : {"kit.element(", "kit.button("}) {
            if (code.find(registers) != std::string::npos) {
                out.insert(stem);
            }
        }
    }
    return out;
}

// In the order of the enumeration.
std::vector<std::string> action_kinds() {
    const std::string code = read(overlay_folder / "widgets.hpp");
    const size_t from = code.find("enum class ActionKind");
    REQUIRE(from != std::string::npos);
    const size_t to = code.find("};", from);
    std::istringstream lines(code.substr(from, to - from));
    std::string line;
    std::getline(lines, line);
    std::vector<std::string> out;
    while (std::getline(lines, line)) {
        std::istringstream words(line.substr(0, line.find("//")));
        for (std::string word; words >> word;) {
            out.push_back(word.substr(0, word.find(',')));
        }
    }
    return out;
}

bool has_element(const ui::Scene& scene, std::string_view part) {
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.id.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

// What the stop says is on the screen is there.
void check_views(const Stop& stop, const ui::Scene& scene) {
    CHECK_FALSE(stop.views.empty());
    for (const std::string_view name : stop.views) {
        bool known = false;
        for (const View& view : views()) {
            if (view.name == name) {
                known = true;
                INFO(name);
                CHECK(has_element(scene, view.part));
            }
        }
        INFO(name);
        CHECK(known);
    }
}

TEST_CASE("each stop of the tour is a picture of its own, and together they show every action",
          "[tour]") {
    const fs::path out = PARLEY_BINARY_DIR "/tour";
    fs::remove_all(out);
    fs::create_directories(out);
    std::map<size_t, std::string> pictures; // by the hash of what is on them
    std::vector<bool> seen(action_kinds().size());
    for (const Stop& stop : stops()) {
        INFO(stop.name);
        ui::Scene scene(stop.options);
        stop.reach(scene);
        check_views(stop, scene);
        for (const overlay::Element& element : scene.overlay->elements()) {
            seen.at(static_cast<size_t>(element.action.kind)) = true;
        }
        const ui::Picture picture = scene.picture();
        CHECK(picture.rgba != scene.picture(false).rgba); // more than the game is on it
        const std::string_view pixels(reinterpret_cast<const char*>(picture.rgba.data()),
                                      picture.rgba.size());
        const auto [same, fresh] =
            pictures.emplace(std::hash<std::string_view>{}(pixels), stop.name);
        INFO("as on " << same->second);
        CHECK(fresh);
        const fs::path file = out / (std::string(stop.name) + ".png");
        CHECK_FALSE(fs::exists(file));
        REQUIRE(picture.write_png(file.string()));
        CHECK(fs::file_size(file) > 10'000);
    }
    const std::string page = index_page(stops());
    std::ofstream(out / "index.html") << page;
    CHECK(read(out / "index.html") == page);

    const std::vector<std::string> kinds = action_kinds();
    for (size_t i = 0; i < kinds.size(); ++i) {
        INFO(kinds[i]);
        CHECK(seen[i]);
    }
}

TEST_CASE("each view of the overlay is named by a stop", "[tour]") {
    Names listed, named;
    for (const View& view : views()) {
        listed.emplace(view.name);
    }
    CHECK(listed == views_in_code());
    for (const Stop& stop : stops()) {
        named.insert(stop.views.begin(), stop.views.end());
    }
    CHECK(named == listed);
}

TEST_CASE("each theme and each language is on the tour, and small, large, narrow and wide",
          "[tour]") {
    Names themes{"dark"}, languages;
    float scale_min = 1, scale_max = 1;
    int width_min = 1600, width_max = 1600;
    for (const Stop& stop : stops()) {
        std::istringstream names(stop.options.theme_path);
        for (std::string name; std::getline(names, name, '+');) {
            themes.insert(name);
        }
        languages.insert(language(stop));
        scale_min = std::min(scale_min, stop.options.scale);
        scale_max = std::max(scale_max, stop.options.scale);
        width_min = std::min(width_min, stop.options.width);
        width_max = std::max(width_max, stop.options.width);
    }
    CHECK(themes == stems(overlay_folder / "themes", ".toml"));
    CHECK(languages == stems(PARLEY_SOURCE_DIR "/plugin/lang", ".toml"));
    CHECK(scale_min == 0.75f);
    CHECK(scale_max == 3);
    CHECK(width_min <= 320);
    CHECK(width_max >= 3840);
}

TEST_CASE("the tour's page shows each picture once and fetches nothing from elsewhere", "[tour]") {
    const std::string page = index_page(stops());
    Names files;
    for (const Stop& stop : stops()) {
        const std::string image = "<img src=\"" + std::string(stop.name) + ".png\"";
        INFO(stop.name);
        CHECK(files.insert(stop.name).second);
        const size_t at = page.find(image);
        CHECK(at != std::string::npos);
        CHECK(page.find(image, at + 1) == std::string::npos);
    }
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("//") == std::string::npos);
}

} // namespace
} // namespace parley::tour
