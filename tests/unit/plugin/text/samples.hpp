// samples.hpp: an engine over the fonts of this machine, texts in many scripts, and a picture of a
// layout, for the tests of plugin/text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/text/engine.hpp"

namespace parley::text::samples {

struct Sample {
    const char* name;
    std::string_view text;
    bool rtl = false;
};

// Each has at least two words; what is drawn in a script of its own needs a face of its own.
inline constexpr Sample scripts[] = {
    {"Latin", "The quick brown fox, naïve café, ﬁnd affine office"},
    {"combining", "e\u0301 n\u0303 Z\u030C a\u0323\u0302 Vie\u0323\u0302t Nam o\u0308"},
    {"Greek", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία"},
    {"Cyrillic", "Съешь же ещё этих мягких булок, да выпей"},
    {"Japanese", "今夜のレイドは、二十一時から始まります。準備はいい？"},
    {"Hangul", "다람쥐 헌 쳇바퀴에 타고파, 준비됐어?"},
    {"Chinese", "我们在港口集合，别忘了带治疗药水。"},
    {"Arabic", "مرحبا بالعالم، نلتقي الساعة 21:30 في Harbour!", true},
    {"Hebrew", "שלום עולם, ניפגש ב-21:30 ליד Harbour!", true},
    {"Devanagari", "क्षत्रिय ज्ञान श्री हिन्दी में स्वागत है"},
    {"Bengali", "আমার সোনার বাংলা"},
    {"Tamil", "தமிழ் மொழி வாழ்க"},
    {"Thai", "สวัสดีครับ วันนี้เล่นเกมกันไหม น้ำ"},
    {"Khmer", "សួស្តី ពិភពលោក"},
    {"Myanmar", "မင်္ဂလာပါ ကမ္ဘာလောက"},
    {"Georgian", "გამარჯობა მსოფლიო"},
    {"Armenian", "Բարեւ աշխարհ"},
    {"emoji",
     "😀 👨‍👩‍👧‍👦 👩🏽‍🚀 🇯🇵🇩🇪 👍🏿 1️⃣#️⃣ "
     "❤️ "
     "🏳️‍🌈"},
    {"symbols", "★ → ⌘ ∑ ♪ ☺ © ™ €"},
};

inline std::unique_ptr<Engine> make_engine(const EngineOptions& options = {}) {
    Result<std::unique_ptr<Engine>> engine = Engine::create(options);
    return engine ? std::move(*engine) : nullptr;
}

// Opaque RGB, drawn as the overlay draws: straight alpha over what is there.
class Picture {
public:
    Picture(int32_t w, int32_t h) : w_(w), h_(h), rgb_(static_cast<size_t>(w * h * 3), 24) {}

    void rectangle(float x, float y, float w, float h, uint32_t rgb, uint32_t alpha) {
        for (auto py = static_cast<int32_t>(y); py < static_cast<int32_t>(y + h); ++py) {
            for (auto px = static_cast<int32_t>(x); px < static_cast<int32_t>(x + w); ++px) {
                blend(px, py, (rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255, alpha);
            }
        }
    }

    void text(const Engine& engine, const Layout& layout, float x, float y) {
        for (const Box& box : layout.boxes) {
            const bool line = box.kind == BoxKind::Underline || box.kind == BoxKind::Strike;
            if (!line) {
                rectangle(x + box.x, y + box.y, box.w, box.h,
                          box.kind == BoxKind::Spoiler ? 0x606878 : 0x30384A,
                          box.kind == BoxKind::Link ? 0 : 255);
            }
        }
        for (const Quad& quad : layout.quads) {
            glyph(engine, quad, x, y);
        }
        for (const Box& box : layout.boxes) {
            if (box.kind == BoxKind::Underline || box.kind == BoxKind::Strike) {
                rectangle(x + box.x, y + box.y, box.w, box.h, palette(box.colour), 255);
            }
        }
    }

    std::string ppm() const {
        std::string out = "P6\n" + std::to_string(w_) + " " + std::to_string(h_) + "\n255\n";
        out.append(reinterpret_cast<const char*>(rgb_.data()), rgb_.size());
        return out;
    }
    // How many pixels of a rectangle are brighter than the ground.
    size_t lit(int32_t x, int32_t y, int32_t w, int32_t h) const {
        size_t count = 0;
        for (int32_t py = std::max(y, 0); py < std::min(y + h, h_); ++py) {
            for (int32_t px = std::max(x, 0); px < std::min(x + w, w_); ++px) {
                count += rgb_[static_cast<size_t>((py * w_ + px) * 3)] > 60 ? 1u : 0u;
            }
        }
        return count;
    }

private:
    static uint32_t palette(uint8_t role) {
        constexpr uint32_t colours[] = {0xE9EDF3, 0x6CB4FF, 0xFFB86B, 0x5FD38D, 0xFF8A80};
        return colours[role % std::size(colours)];
    }

    void glyph(const Engine& engine, const Quad& quad, float x, float y) {
        const uint8_t* pixels = engine.pixels(quad.page);
        const uint32_t tint = quad.colour == 255 ? 0xFFFFFF : palette(quad.colour);
        for (uint32_t row = 0; row < quad.h; ++row) {
            for (uint32_t column = 0; column < quad.w; ++column) {
                const size_t u = quad.u + column * quad.uw / quad.w;
                const size_t v = quad.v + row * quad.vh / quad.h;
                const uint8_t* texel = pixels + (v * engine.page_px() + u) * 4;
                blend(static_cast<int32_t>(x + quad.x) + static_cast<int32_t>(column),
                      static_cast<int32_t>(y + quad.y) + static_cast<int32_t>(row),
                      texel[0] * ((tint >> 16) & 255) / 255, texel[1] * ((tint >> 8) & 255) / 255,
                      texel[2] * (tint & 255) / 255, texel[3]);
            }
        }
    }

    void blend(int32_t x, int32_t y, uint32_t r, uint32_t g, uint32_t b, uint32_t alpha) {
        if (x < 0 || y < 0 || x >= w_ || y >= h_) {
            return;
        }
        uint8_t* to = &rgb_[static_cast<size_t>((y * w_ + x) * 3)];
        const uint32_t from[3] = {r, g, b};
        for (size_t k = 0; k < 3; ++k) {
            to[k] = static_cast<uint8_t>((from[k] * alpha + to[k] * (255 - alpha)) / 255);
        }
    }

    int32_t w_, h_;
    std::vector<uint8_t> rgb_;
};

} // namespace parley::text::samples
