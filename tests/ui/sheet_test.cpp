// sheet_test.cpp: the figures of each theme for eyes: a picture and a table of the contrast of all
// that is drawn on something, and of the smallest targets and letters of the ordinary and of the
// couch sizes. <build>/ui/contrast-<theme>.png, and <build>/ui/contrast.md.
#include <algorithm>
#include <fstream>
#include <map>

#include "tests/support/theme_pairs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contrast_rows.hpp"
#include "tests/ui/scene.hpp"

namespace parley::ui {
namespace {

using overlay::Colour;

// Rectangles and laid-out text onto a picture, without a renderer.
struct Sheet {
    text::Engine& engine;
    Picture picture;

    Sheet(text::Engine& engine_of, int width, int height, Colour ground)
        : engine(engine_of), picture{
                                 width, height,
                                 std::vector<uint8_t>(static_cast<size_t>(width * height) * 4)} {
        fill(0, 0, width, height, ground | 0xff000000u);
    }
    void dot(int x, int y, Colour colour) {
        if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) {
            return;
        }
        uint8_t* pixel =
            picture.rgba.data() +
            (static_cast<size_t>(y) * static_cast<size_t>(picture.width) + static_cast<size_t>(x)) *
                4;
        const Colour below = overlay::rgba(pixel[0], pixel[1], pixel[2]);
        const Colour now = overlay::over(colour, below);
        for (int i = 0; i < 3; ++i) {
            pixel[i] = static_cast<uint8_t>(now >> (8 * i));
        }
        pixel[3] = 255;
    }
    void fill(int left, int top, int w, int h, Colour colour) {
        for (int y = top; y < top + h; ++y) {
            for (int x = left; x < left + w; ++x) {
                dot(x, y, colour);
            }
        }
    }
    // Returns its width.
    int words(int x, int y, std::string_view said, float size, Colour colour, uint16_t style = 0) {
        text::Layout layout;
        for (int attempt = 0; attempt < 8; ++attempt) {
            engine.allow_rasters(100'000);
            engine.layout(said, {}, {.size_px = size, .lines_max = 1, .base_style = style}, layout);
            if (!layout.incomplete) {
                break;
            }
        }
        for (const text::Quad& quad : layout.quads) {
            for (int row = 0; row < quad.h; ++row) {
                for (int column = 0; column < quad.w; ++column) {
                    const size_t texel = (static_cast<size_t>(quad.v + row) * engine.page_px() +
                                          static_cast<size_t>(quad.u + column)) *
                                         4;
                    const uint8_t* pixel = engine.pixels(quad.page) + texel;
                    dot(x + static_cast<int>(quad.x) + column, y + static_cast<int>(quad.y) + row,
                        overlay::with_alpha(colour, static_cast<float>(pixel[3]) / 255));
                }
            }
        }
        return static_cast<int>(layout.width_px);
    }
};

struct Figure {
    const char* what;
    overlay::Use use;
    test::ContrastRow least; // of all its inks
    int count = 0;
};

std::vector<Figure> figures(const overlay::Theme& theme) {
    std::vector<Figure> out;
    for (test::ContrastRow& row : test::contrast_rows(theme)) {
        if (out.empty() || std::string_view(out.back().what) != row.what) {
            out.push_back({row.what, row.use, row, 1});
            continue;
        }
        ++out.back().count;
        if (row.contrast < out.back().least.contrast) {
            out.back().least = row;
        }
    }
    return out;
}

std::string figure_text(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

// The smallest side of what is pressed, in the scene with everything on it.
float smallest_target(const std::string& theme) {
    Scene scene({.width = 1920, .height = 1080, .theme_path = theme});
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    scene.settle();
    float least = 1000;
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.role == std::string_view("button") || element.role == std::string_view("tab")) {
            least = std::min({least, element.rect.w, element.rect.h});
        }
    }
    return least;
}

float smallest_letters(const overlay::Theme& theme) {
    return theme.scale * std::min({theme.body, theme.meta, theme.small, theme.tab, theme.heading,
                                   theme.button, theme.card_text, theme.card_middle, theme.number});
}

void draw_sheet(text::Engine& engine, const std::string& name, const overlay::Theme& theme,
                const std::vector<Figure>& all, float target) {
    using overlay::Tone;
    constexpr int row_h = 30, head_h = 92, width = 980;
    const int rows = (static_cast<int>(all.size()) + 1) / 2;
    const Colour ground = overlay::over(theme[Tone::Panel], overlay::rgba(0, 0, 0));
    Sheet sheet(engine, width, head_h + rows * row_h + 24, ground);
    sheet.words(24, 18, name, 26, theme[Tone::Text], text::Bold);
    char line[160];
    std::snprintf(
        line, sizeof line,
        "least contrast on a black and on a white game · smallest target %.0f px, smallest "
        "words %.0f px at 100 %%",
        static_cast<double>(target), static_cast<double>(smallest_letters(theme)));
    sheet.words(24, 54, line, 13, theme[Tone::Dim]);
    sheet.fill(24, head_h - 10, width - 48, 1, theme[Tone::Line]);
    for (size_t i = 0; i < all.size(); ++i) {
        const Figure& figure = all[i];
        const int column = static_cast<int>(i) / rows;
        const int x = 24 + column * (width - 24) / 2;
        const int y = head_h + static_cast<int>(i) % rows * row_h;
        // The swatch: half of it over black, half over white.
        sheet.fill(x, y, 22, row_h - 6, overlay::rgba(0, 0, 0));
        sheet.fill(x + 22, y, 22, row_h - 6, overlay::rgba(255, 255, 255));
        for (const Colour layer : figure.least.layers) {
            sheet.fill(x, y, 44, row_h - 6, layer);
        }
        sheet.words(x + 10, y + 2, "Ag", 15, figure.least.ink, text::Bold);
        sheet.words(x + 56, y + 3, figure.what, 14, theme[Tone::Soft]);
        const bool good = figure.least.good();
        const std::string said = figure_text(figure.least.contrast) +
                                 (figure.use == overlay::Use::Words ? " of 4.5" : " of 3");
        sheet.words(x + 380, y + 3, said, 14, theme[good ? Tone::Good : Tone::Bad], text::Bold);
    }
    REQUIRE(sheet.picture.write_png(PARLEY_BINARY_DIR "/ui/contrast-" + name + ".png"));
}

TEST_CASE("a sheet of contrast and target sizes is made of each theme, and all of it is good",
          "[sheet]") {
    text::EngineOptions fonts;
    Result<std::unique_ptr<text::Engine>> engine = text::Engine::create(fonts);
    REQUIRE(engine.ok());
    const char* names[] = {"dark", "light", "high_contrast", "dark+couch", "light+deuteranopia"};
    std::ofstream page(PARLEY_BINARY_DIR "/ui/contrast.md");
    page << "| drawn on something | at least |";
    for (const char* name : names) {
        page << " " << name << " |";
    }
    page << "\n| --- | --- | --- | --- | --- | --- | --- |\n";
    std::vector<std::vector<Figure>> columns;
    std::vector<float> targets, letters;
    for (const char* name : names) {
        CAPTURE(name);
        std::string message;
        const Result<overlay::Theme> theme = overlay::choose_theme(name, message);
        REQUIRE(theme.ok());
        columns.push_back(figures(*theme));
        const bool couch = std::string_view(name).find("couch") != std::string_view::npos;
        targets.push_back(smallest_target(name));
        letters.push_back(smallest_letters(*theme));
        CHECK(targets.back() >= (couch ? 44 : 28));
        CHECK(letters.back() >= (couch ? 28 : 12));
        for (const Figure& figure : columns.back()) {
            CAPTURE(figure.what, figure.least.contrast);
            CHECK(figure.least.good());
        }
        draw_sheet(**engine, name, *theme, columns.back(), targets.back());
    }
    for (size_t row = 0; row < columns[0].size(); ++row) {
        page << "| " << columns[0][row].what << " | "
             << figure_text(overlay::contrast_least(columns[0][row].use)) << " |";
        for (const auto& column : columns) {
            page << " " << figure_text(column[row].least.contrast) << " |";
        }
        page << "\n";
    }
    const auto sizes = [&](const char* what, const char* least, const std::vector<float>& values) {
        page << "| " << what << " | " << least << " |";
        for (const float value : values) {
            page << " " << static_cast<int>(value) << " |";
        }
        page << "\n";
    };
    sizes("smallest target, px", "28 (couch 44)", targets);
    sizes("smallest words, px", "12 (couch 28)", letters);
    CHECK(page.good());
}

} // namespace
} // namespace parley::ui
