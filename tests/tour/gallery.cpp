// gallery.cpp: plain HTML, no scripts, nothing from anywhere.
#include "tests/tour/gallery.hpp"

#include <cstdio>

namespace parley::tour {
namespace {

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley: the tour</title>
<style>
body { margin: 2rem; background: #10171a; color: #dfe7e6; font: 16px/1.5 sans-serif; }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); }
h2 { margin: 2.5rem 0 1rem; }
figure { margin: 0; }
img { width: 100%; height: 16rem; object-fit: contain; background: #000; border-radius: 6px; }
small { color: #9fb0ae; }
a { color: inherit; }
</style>
<h1>The tour</h1>
<p>Every screen and state of the overlay, drawn off-screen. A picture opens in its own size.</p>
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

} // namespace

std::string language(const Stop& stop) {
    if (stop.options.words_path == nullptr) {
        return "en";
    }
    const std::string path = stop.options.words_path;
    const size_t from = path.rfind('/') + 1; // npos + 1: the start
    return path.substr(from, path.rfind('.') - from);
}

std::string circumstances(const Stop& stop) {
    const ui::SceneOptions& options = stop.options;
    std::string out = std::to_string(options.width) + " × " + std::to_string(options.height);
    if (options.scale != 1) {
        char scale[32];
        std::snprintf(scale, sizeof scale, " · scale %g", static_cast<double>(options.scale));
        out += scale;
    }
    if (!options.theme_path.empty()) {
        out += " · " + options.theme_path;
    }
    if (options.words_path != nullptr) {
        out += " · " + language(stop);
    }
    return out;
}

std::string index_page(const std::vector<Stop>& all) {
    std::string page = head;
    std::string_view part;
    for (const Stop& stop : all) {
        if (part != stop.part) {
            page += part.empty() ? "" : "</main>\n";
            part = stop.part;
            page += "<h2>" + escaped(part) + "</h2>\n<main>\n";
        }
        const std::string file = std::string(stop.name) + ".png";
        const std::string title = escaped(stop.title);
        page += "<figure><a href=\"" + file + "\"><img src=\"" + file + "\" alt=\"" + title +
                "\" loading=\"lazy\"></a><figcaption>" + title + "<br><small>" +
                escaped(circumstances(stop)) + "</small></figcaption></figure>\n";
    }
    return page + "</main>\n</html>\n";
}

} // namespace parley::tour
