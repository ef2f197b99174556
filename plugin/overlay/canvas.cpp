// canvas.cpp: shapes and text as triangles.
#include "plugin/overlay/canvas.hpp"

#include <algorithm>
#include <cmath>

#include <imgui.h>

#include "schemas/base/check.hpp"

namespace parley::overlay {
namespace {

constexpr float pi = 3.14159265f;

ImVec2 at(float x, float y) {
    return {x, y};
}

ImTextureID page_texture(uint8_t page) {
    return (ImTextureID)(intptr_t)(page + 1);
}

void push_texture(ImDrawList* list, ImTextureID texture) {
#if IMGUI_VERSION_NUM >= 19200
    list->PushTexture(texture);
#else
    list->PushTextureID(texture);
#endif
}

void pop_texture(ImDrawList* list) {
#if IMGUI_VERSION_NUM >= 19200
    list->PopTexture();
#else
    list->PopTextureID();
#endif
}

// Distance to a rounded box, negative inside.
float box_distance(const Rect& rect, float radius, float x, float y) {
    const float dx = std::fabs(x - rect.cx()) - rect.w / 2 + radius;
    const float dy = std::fabs(y - rect.cy()) - rect.h / 2 + radius;
    const float out_x = std::max(dx, 0.0f), out_y = std::max(dy, 0.0f);
    const float outside =
        std::sqrt(out_x * out_x + out_y * out_y); // no guard against overflow, as hypot has
    return outside + std::min(std::max(dx, dy), 0.0f) - radius;
}

} // namespace

Rect Rect::cut_to(const Rect& other) const {
    const float left = std::max(x, other.x);
    const float top = std::max(y, other.y);
    return {left, top, std::max(0.0f, std::min(right(), other.right()) - left),
            std::max(0.0f, std::min(bottom(), other.bottom()) - top)};
}

void Canvas::begin(ImDrawList* list, float unit, float atlas_page_px) {
    list_ = list;
    unit_ = unit;
    texel_ = 1 / atlas_page_px;
    alpha = 1;
    clip_depth_ = 0;
    mirror_ = 0;
    const ImVec2 least = list->GetClipRectMin();
    const ImVec2 most = list->GetClipRectMax();
    clips_[0] = {least.x, least.y, most.x - least.x, most.y - least.y};
}

Colour Canvas::shade(Colour colour) const {
    return alpha >= 1 ? colour : with_alpha(colour, alpha);
}

void Canvas::push_clip(const Rect& rect) {
    PARLEY_ASSERT(clip_depth_ + 1 < clips_.size());
    const Rect cut = placed(rect).cut_to(clip());
    clips_[++clip_depth_] = cut;
    list_->PushClipRect(at(cut.x, cut.y), at(cut.right(), cut.bottom()), false);
}

void Canvas::pop_clip() {
    PARLEY_ASSERT(clip_depth_ > 0);
    --clip_depth_;
    list_->PopClipRect();
}

void Canvas::box(float left, float top, float right, float bottom, Colour colour) {
    if (right > left && bottom > top) {
        list_->AddRectFilled(at(left, top), at(right, bottom), shade(colour));
    }
}

void Canvas::quad(float x, float y, float w, float h, const Mask& mask, bool flip_x, bool flip_y,
                  Colour colour) {
    const float u0 = static_cast<float>(mask.place.x) * texel_;
    const float v0 = static_cast<float>(mask.place.y) * texel_;
    const float u1 = static_cast<float>(mask.place.x + mask.w) * texel_;
    const float v1 = static_cast<float>(mask.place.y + mask.h) * texel_;
    if (mask.place.page != 0) {
        push_texture(list_, page_texture(mask.place.page));
    }
    list_->PrimReserve(6, 4);
    list_->PrimRectUV(at(x, y), at(x + w, y + h), at(flip_x ? u1 : u0, flip_y ? v1 : v0),
                      at(flip_x ? u0 : u1, flip_y ? v0 : v1), shade(colour));
    if (mask.place.page != 0) {
        pop_texture(list_);
    }
}

void Canvas::fill(const Rect& box_drawn, Colour colour, float radius, Corners corners) {
    const Rect rect = placed(box_drawn);
    note(Drawn::Kind::Fill, rect, colour);
    const float left = std::round(rect.x), top = std::round(rect.y);
    const float right = std::round(rect.right()), bottom = std::round(rect.bottom());
    const float r = std::round(std::min({radius, (right - left) / 2, (bottom - top) / 2}));
    if (r < 1 || corners == Corners::None) {
        box(left, top, right, bottom, colour);
        return;
    }
    const Mask mask = masks_.corner(static_cast<uint32_t>(r), 0);
    if (mask.w == 0) {
        list_->AddRectFilled(at(left, top), at(right, bottom), shade(colour), r,
                             corners == Corners::Top ? ImDrawFlags_RoundCornersTop
                                                     : ImDrawFlags_RoundCornersAll);
        return;
    }
    const float low = corners == Corners::All ? bottom - r : bottom;
    quad(left, top, r, r, mask, false, false, colour);
    quad(right - r, top, r, r, mask, true, false, colour);
    box(left + r, top, right - r, top + r, colour);
    box(left, top + r, right, low, colour);
    if (corners == Corners::All) {
        quad(left, low, r, r, mask, false, true, colour);
        quad(right - r, low, r, r, mask, true, true, colour);
        box(left + r, low, right - r, bottom, colour);
    }
}

void Canvas::stroke(const Rect& box_drawn, Colour colour, float radius, float thickness) {
    const Rect rect = placed(box_drawn);
    const float left = std::round(rect.x), top = std::round(rect.y);
    const float right = std::round(rect.right()), bottom = std::round(rect.bottom());
    const float r = std::round(std::min({radius, (right - left) / 2, (bottom - top) / 2}));
    const float t = std::max(1.0f, std::round(thickness));
    const Mask mask =
        r < 1 ? Mask{} : masks_.corner(static_cast<uint32_t>(r), static_cast<uint32_t>(t));
    if (mask.w == 0) {
        list_->AddRect(at(left, top), at(right, bottom), shade(colour), std::max(0.0f, r),
                       ImDrawFlags_RoundCornersAll, t);
        return;
    }
    quad(left, top, r, r, mask, false, false, colour);
    quad(right - r, top, r, r, mask, true, false, colour);
    quad(left, bottom - r, r, r, mask, false, true, colour);
    quad(right - r, bottom - r, r, r, mask, true, true, colour);
    box(left + r, top, right - r, top + t, colour);
    box(left + r, bottom - t, right - r, bottom, colour);
    box(left, top + r, left + t, bottom - r, colour);
    box(right - t, top + r, right, bottom - r, colour);
}

void Canvas::dashes(const Rect& box_drawn, Colour colour, float radius, float thickness) {
    const Rect rect = placed(box_drawn);
    const float left = std::round(rect.x), top = std::round(rect.y);
    const float right = std::round(rect.right()), bottom = std::round(rect.bottom());
    const float r = std::round(radius);
    const float t = std::max(1.0f, std::round(thickness));
    const Mask mask = masks_.corner(static_cast<uint32_t>(r), static_cast<uint32_t>(t));
    if (mask.w == 0 || right - left < 2 * r || bottom - top < 2 * r) {
        stroke(box_drawn, colour, radius, thickness);
        return;
    }
    quad(left, top, r, r, mask, false, false, colour);
    quad(right - r, top, r, r, mask, true, false, colour);
    quad(left, bottom - r, r, r, mask, false, true, colour);
    quad(right - r, bottom - r, r, r, mask, true, true, colour);
    // The corners are whole; between them gaps and dashes of even length, a gap first and last.
    const float wish = 4 * unit_;
    const auto side = [&](float length, auto dash) {
        const int parts = 2 * std::max(1, static_cast<int>(length / wish / 2)) + 1;
        const float step = length / static_cast<float>(parts);
        for (int i = 1; i < parts; i += 2) {
            const float from = std::round(static_cast<float>(i) * step);
            dash(from, std::round(static_cast<float>(i + 1) * step));
        }
    };
    side(right - left - 2 * r, [&](float from, float to) {
        box(left + r + from, top, left + r + to, top + t, colour);
        box(left + r + from, bottom - t, left + r + to, bottom, colour);
    });
    side(bottom - top - 2 * r, [&](float from, float to) {
        box(left, top + r + from, left + t, top + r + to, colour);
        box(right - t, top + r + from, right, top + r + to, colour);
    });
}

void Canvas::shadow(const Rect& box_drawn, float radius, float blur, float drop, Colour colour) {
    const Rect rect = placed(box_drawn);
    constexpr int corner_points = 6;
    constexpr int points = 4 * corner_points;
    constexpr float rings[] = {0, 0.08f, 0.2f, 0.35f, 0.55f, 0.75f, 1};
    constexpr int ring_count = static_cast<int>(std::size(rings));
    const Rect caster{rect.x, rect.y + drop, rect.w, rect.h};
    const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
    ImVec2 directions[points]; // the same for every ring
    for (int point = 0; point < points; ++point) {
        const float share = static_cast<float>(point % corner_points) / (corner_points - 1);
        const float angle = -pi / 2 + (static_cast<float>(point / corner_points) + share) * pi / 2;
        directions[point] = ImVec2(std::cos(angle), std::sin(angle));
    }
    list_->PrimReserve((ring_count - 1) * points * 6, ring_count * points);
    const auto first = static_cast<ImDrawIdx>(list_->_VtxCurrentIdx);
    for (int ring = 0; ring < ring_count; ++ring) {
        const float out = rings[ring] * (blur + drop);
        for (int corner = 0; corner < 4; ++corner) {
            const float ax = corner == 0 || corner == 1 ? rect.right() - radius : rect.x + radius;
            const float ay = corner == 1 || corner == 2 ? rect.bottom() - radius : rect.y + radius;
            for (int i = 0; i < corner_points; ++i) {
                const ImVec2 direction = directions[corner * corner_points + i];
                const float x = ax + direction.x * (radius + out);
                const float y = ay + direction.y * (radius + out);
                const float depth = std::clamp(
                    (blur - box_distance(caster, radius, x, y)) / (2 * blur), 0.0f, 1.0f);
                const float soft = depth * depth * (3 - 2 * depth);
                list_->PrimWriteVtx(at(x, y), white,
                                    shade(with_alpha(colour, ring + 1 == ring_count ? 0 : soft)));
            }
        }
    }
    for (int ring = 0; ring + 1 < ring_count; ++ring) {
        for (int i = 0; i < points; ++i) {
            const int next = (i + 1) % points;
            const int quad[] = {ring * points + i,          ring * points + next,
                                (ring + 1) * points + next, ring * points + i,
                                (ring + 1) * points + next, (ring + 1) * points + i};
            for (const int vertex : quad) {
                list_->PrimWriteIdx(static_cast<ImDrawIdx>(first + vertex));
            }
        }
    }
}

void Canvas::sign(Sign sign, float x, float cy, float r, Colour colour) {
    const float cx = placed(x);
    // A disc may be the ground of what comes next.
    note(sign == Sign::Disc && r > 2 * unit_ ? Drawn::Kind::Fill : Drawn::Kind::Sign,
         {cx - r, cy - r, 2 * r, 2 * r}, colour);
    const Mask mask = masks_.sign(sign, r);
    if (mask.w == 0) {
        list_->AddCircleFilled(at(cx, cy), r * 0.9f,
                               shade(colour)); // until the atlas has room again
        return;
    }
    const float side = mask.w;
    quad(std::round(cx - side / 2), std::round(cy - side / 2), side, side, mask,
         mirror_ > 0 && turns(sign), false, colour);
}

void Canvas::glyphs(const text::Layout& layout, float x, float y, Colour colour, float tracking,
                    bool silhouette) {
    if (layout.quads.empty()) {
        return;
    }
    const Rect seen = clip();
    const float px = std::round(x);
    const float py = std::round(y);
    if (py > seen.bottom() || py + layout.height_px < seen.y - 32 * unit_) {
        return;
    }
    const ImU32 base = shade(colour);
    const ImU32 own = silhouette ? base : shade(rgba(255, 255, 255));
    size_t i = 0;
    size_t letter = 0;
    const size_t count = layout.quads.size();
    while (i < count) {
        size_t end = i;
        const uint8_t page = layout.quads[i].page;
        while (end < count && layout.quads[end].page == page) {
            ++end;
        }
        if (page != 0) {
            push_texture(list_, page_texture(page));
        }
        list_->PrimReserve(static_cast<int>(6 * (end - i)), static_cast<int>(4 * (end - i)));
        for (; i < end; ++i) {
            const text::Quad& quad = layout.quads[i];
            ImU32 ink = base;
            if (quad.colour == 255) {
                ink = own;
            } else if (quad.colour != 0 && !silhouette) {
                ink = shade(roles[quad.colour % roles_max]);
            }
            // Wider by whole pixels a letter, blanks too: what is spaced evenly stays so.
            while (tracking > 0 && letter + 1 < layout.clusters.size() &&
                   layout.clusters[letter + 1].x <= quad.x + quad.w * 0.5f) {
                ++letter;
            }
            const float qx = px + quad.x + tracking * static_cast<float>(letter);
            const float qy = py + quad.y;
            list_->PrimRectUV(at(qx, qy), at(qx + quad.w, qy + quad.h),
                              at(quad.u * texel_, quad.v * texel_),
                              at(static_cast<float>(quad.u + quad.uw) * texel_,
                                 static_cast<float>(quad.v + quad.vh) * texel_),
                              ink);
        }
        if (page != 0) {
            pop_texture(list_);
        }
    }
}

// The lines in the colour of the call, and each word in a colour of its own.
void Canvas::note_words(const text::Layout& layout, float x, float y, Colour colour) {
    if (record == nullptr) {
        return;
    }
    for (const text::Quad& quad : layout.quads) {
        if (quad.colour != 255) {
            note(Drawn::Kind::Words,
                 {x + quad.x, y + quad.y, static_cast<float>(quad.w), static_cast<float>(quad.h)},
                 quad.colour == 0 ? colour : roles[quad.colour % roles_max]);
        }
    }
}

// Mirrored, it ends as far from the other edge as it would begin from this one.
float Canvas::placed_text(const text::Layout& layout, float x, float tracking) const {
    if (mirror_ <= 0) {
        return x;
    }
    float end = 0;
    for (const text::Line& line : layout.lines) {
        end = std::max(end, line.x + line.w);
    }
    const size_t letters = layout.clusters.size();
    return mirror_ - x - std::ceil(end) -
           (letters > 0 ? tracking * static_cast<float>(letters - 1) : 0);
}

void Canvas::text(const text::Layout& layout, float at_x, float y, Colour colour, float tracking) {
    const float x = placed_text(layout, at_x, tracking);
    note_words(layout, x, y, colour);
    glyphs(layout, x, y, colour, tracking, false);
}

void Canvas::outlined_text(const text::Layout& layout, float at_x, float y, Colour colour,
                           Colour edge) {
    const float x = placed_text(layout, at_x, 0);
    const float d = std::max(1.0f, std::round(unit_));
    const float offsets[][2] = {{-d, 0}, {d, 0}, {0, -d}, {0, d}, {-d, d}, {d, d}, {0, 2 * d}};
    if (record != nullptr) {
        for (const text::Quad& quad : layout.quads) {
            const Rect rect{x + quad.x, y + quad.y, static_cast<float>(quad.w),
                            static_cast<float>(quad.h)};
            // Next to the ink at least two of the edges lie over each other.
            note(Drawn::Kind::Fill, rect.grown(d), edge);
            note(Drawn::Kind::Fill, rect.grown(d), edge);
        }
    }
    note_words(layout, x, y, colour);
    for (const auto& offset : offsets) {
        glyphs(layout, x + offset[0], y + offset[1], edge, 0, true);
    }
    glyphs(layout, x, y, colour, 0, false);
}

} // namespace parley::overlay
