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
    const float outside = std::hypot(std::max(dx, 0.0f), std::max(dy, 0.0f));
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
    page_ = 0;
    alpha = 1;
    clip_depth_ = 0;
    const ImVec2 least = list->GetClipRectMin();
    const ImVec2 most = list->GetClipRectMax();
    clips_[0] = {least.x, least.y, most.x - least.x, most.y - least.y};
}

Colour Canvas::shade(Colour colour) const {
    return alpha >= 1 ? colour : with_alpha(colour, alpha);
}

void Canvas::push_clip(const Rect& rect) {
    PARLEY_ASSERT(clip_depth_ + 1 < clips_.size());
    const Rect cut = rect.cut_to(clip());
    clips_[++clip_depth_] = cut;
    list_->PushClipRect(at(cut.x, cut.y), at(cut.right(), cut.bottom()), false);
}

void Canvas::pop_clip() {
    PARLEY_ASSERT(clip_depth_ > 0);
    --clip_depth_;
    list_->PopClipRect();
}

void Canvas::fill(const Rect& rect, Colour colour, float radius, Corners corners) {
    const ImDrawFlags flags = corners == Corners::All   ? ImDrawFlags_RoundCornersAll
                              : corners == Corners::Top ? ImDrawFlags_RoundCornersTop
                                                        : ImDrawFlags_RoundCornersNone;
    list_->AddRectFilled(at(rect.x, rect.y), at(rect.right(), rect.bottom()), shade(colour), radius,
                         flags);
}

void Canvas::stroke(const Rect& rect, Colour colour, float radius, float thickness) {
    // ImGui centres the line on its path: half a line inside keeps it within rect.
    const float inset = thickness / 2 - 0.5f;
    list_->AddRect(at(rect.x + inset, rect.y + inset), at(rect.right() - inset, rect.bottom() - inset),
                   shade(colour), std::max(0.0f, radius - inset), ImDrawFlags_RoundCornersAll,
                   thickness);
}

void Canvas::dashes(const Rect& rect, Colour colour, float radius, float thickness) {
    const float dash = 4 * unit_;
    const Rect in = rect.grown(-thickness / 2);
    const auto side = [&](float x0, float y0, float x1, float y1) {
        const float length = std::hypot(x1 - x0, y1 - y0);
        const int count = std::max(1, static_cast<int>(length / dash / 2));
        const float step = length / static_cast<float>(count);
        const float dx = (x1 - x0) / length;
        const float dy = (y1 - y0) / length;
        for (int i = 0; i < count; ++i) {
            const float from = (static_cast<float>(i) + 0.25f) * step;
            const float to = from + step / 2;
            line(x0 + dx * from, y0 + dy * from, x0 + dx * to, y0 + dy * to, colour, thickness);
        }
    };
    side(in.x + radius, in.y, in.right() - radius, in.y);
    side(in.right(), in.y + radius, in.right(), in.bottom() - radius);
    side(in.right() - radius, in.bottom(), in.x + radius, in.bottom());
    side(in.x, in.bottom() - radius, in.x, in.y + radius);
    const float cx[] = {in.right() - radius, in.right() - radius, in.x + radius, in.x + radius};
    const float cy[] = {in.y + radius, in.bottom() - radius, in.bottom() - radius, in.y + radius};
    for (int i = 0; i < 4; ++i) {
        const float from = -pi / 2 + static_cast<float>(i) * pi / 2;
        list_->PathArcTo(at(cx[i], cy[i]), radius, from + 0.35f, from + pi / 2 - 0.35f, 6);
        list_->PathStroke(shade(colour), 0, thickness);
    }
}

void Canvas::line(float x0, float y0, float x1, float y1, Colour colour, float thickness) {
    list_->AddLine(at(x0, y0), at(x1, y1), shade(colour), thickness);
}

void Canvas::shadow(const Rect& rect, float radius, float blur, float drop, Colour colour) {
    constexpr int corner_points = 6;
    constexpr int points = 4 * corner_points;
    constexpr float rings[] = {0, 0.08f, 0.2f, 0.35f, 0.55f, 0.75f, 1};
    constexpr int ring_count = static_cast<int>(std::size(rings));
    const Rect caster{rect.x, rect.y + drop, rect.w, rect.h};
    const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
    list_->PrimReserve((ring_count - 1) * points * 6, ring_count * points);
    const auto first = static_cast<ImDrawIdx>(list_->_VtxCurrentIdx);
    for (int ring = 0; ring < ring_count; ++ring) {
        const float out = rings[ring] * (blur + drop);
        for (int corner = 0; corner < 4; ++corner) {
            const float ax = corner == 0 || corner == 1 ? rect.right() - radius : rect.x + radius;
            const float ay = corner == 1 || corner == 2 ? rect.bottom() - radius : rect.y + radius;
            for (int i = 0; i < corner_points; ++i) {
                const float share = static_cast<float>(i) / (corner_points - 1);
                const float angle = -pi / 2 + (static_cast<float>(corner) + share) * pi / 2;
                const float x = ax + std::cos(angle) * (radius + out);
                const float y = ay + std::sin(angle) * (radius + out);
                const float depth =
                    std::clamp((blur - box_distance(caster, radius, x, y)) / (2 * blur), 0.0f, 1.0f);
                const float soft = depth * depth * (3 - 2 * depth);
                list_->PrimWriteVtx(at(x, y), white,
                                    shade(with_alpha(colour, ring + 1 == ring_count ? 0 : soft)));
            }
        }
    }
    for (int ring = 0; ring + 1 < ring_count; ++ring) {
        for (int i = 0; i < points; ++i) {
            const int next = (i + 1) % points;
            const int quad[] = {ring * points + i,        ring * points + next,
                                (ring + 1) * points + next, ring * points + i,
                                (ring + 1) * points + next, (ring + 1) * points + i};
            for (const int vertex : quad) {
                list_->PrimWriteIdx(static_cast<ImDrawIdx>(first + vertex));
            }
        }
    }
}

void Canvas::fade_down(const Rect& rect, Colour top, Colour bottom) {
    list_->AddRectFilledMultiColor(at(rect.x, rect.y), at(rect.right(), rect.bottom()), shade(top),
                                   shade(top), shade(bottom), shade(bottom));
}

void Canvas::sign(Sign sign, float cx, float cy, float r, Colour colour) {
    const ImU32 ink = shade(colour);
    const auto polygon = [&](int corners, float turn, float radius) {
        for (int i = 0; i < corners; ++i) {
            const float angle = turn + 2 * pi * static_cast<float>(i) / static_cast<float>(corners);
            list_->PathLineTo(at(cx + std::cos(angle) * radius, cy + std::sin(angle) * radius));
        }
        list_->PathFillConvex(ink);
    };
    switch (sign) {
    case Sign::Diamond:
        polygon(4, 0, r * 1.12f);
        break;
    case Sign::TriangleUp:
        list_->AddTriangleFilled(at(cx, cy - r * 0.95f), at(cx + r * 1.08f, cy + r * 0.85f),
                                 at(cx - r * 1.08f, cy + r * 0.85f), ink);
        break;
    case Sign::TriangleDown:
        list_->AddTriangleFilled(at(cx + r * 1.08f, cy - r * 0.85f), at(cx, cy + r * 0.95f),
                                 at(cx - r * 1.08f, cy - r * 0.85f), ink);
        break;
    case Sign::Disc:
        list_->AddCircleFilled(at(cx, cy), r * 0.95f, ink);
        break;
    case Sign::Square:
        fill({cx - r * 0.88f, cy - r * 0.88f, r * 1.76f, r * 1.76f}, colour, r * 0.2f);
        break;
    case Sign::Pentagon:
        polygon(5, -pi / 2, r * 1.1f);
        break;
    case Sign::Ring:
        list_->AddCircle(at(cx, cy), r * 0.72f, ink, 0, r * 0.5f);
        break;
    case Sign::Moon:
        list_->AddCircleFilled(at(cx, cy), r, ink);
        list_->AddCircleFilled(at(cx + r * 0.55f, cy - r * 0.35f), r * 0.78f, shade(hollow));
        break;
    case Sign::Minus:
        list_->AddCircleFilled(at(cx, cy), r, ink);
        fill({cx - r * 0.6f, cy - r * 0.2f, r * 1.2f, r * 0.4f}, hollow, r * 0.1f);
        break;
    case Sign::Play:
        list_->AddTriangleFilled(at(cx - r * 0.7f, cy - r), at(cx + r, cy), at(cx - r * 0.7f, cy + r),
                                 ink);
        break;
    case Sign::Plus: {
        const float t = std::max(1.0f, std::round(r * 0.36f));
        const float x = std::round(cx - t / 2);
        const float y = std::round(cy - t / 2);
        const float arm = std::round(r - t / 2);
        fill({x - arm, y, 2 * arm + t, t}, colour);
        fill({x, y - arm, t, arm}, colour);
        fill({x, y + t, t, arm}, colour);
        break;
    }
    case Sign::Crown: {
        const float top = cy - r * 0.8f;
        const float low = cy + r * 0.75f;
        const float mid = cy - r * 0.05f;
        list_->AddTriangleFilled(at(cx - r, top + r * 0.2f), at(cx - r * 0.05f, low),
                                 at(cx - r * 0.85f, low), ink);
        list_->AddTriangleFilled(at(cx + r, top + r * 0.2f), at(cx + r * 0.85f, low),
                                 at(cx + r * 0.05f, low), ink);
        list_->AddTriangleFilled(at(cx, top - r * 0.1f), at(cx + r * 0.6f, low), at(cx - r * 0.6f, low),
                                 ink);
        fill({cx - r * 0.85f, std::max(mid, low - r * 0.5f), r * 1.7f, r * 0.5f}, colour);
        break;
    }
    case Sign::Warning: {
        const float t = std::max(1.0f, r * 0.2f);
        list_->AddTriangle(at(cx, cy - r * 0.95f), at(cx + r * 1.05f, cy + r * 0.85f),
                           at(cx - r * 1.05f, cy + r * 0.85f), ink, t);
        fill({cx - t / 2, cy - r * 0.35f, t, r * 0.6f}, colour);
        fill({cx - t / 2, cy + r * 0.42f, t, t}, colour);
        break;
    }
    case Sign::Reply: {
        const float t = std::max(1.5f, r * 0.24f);
        list_->PathLineTo(at(cx - r * 0.2f, cy - r * 0.8f));
        list_->PathLineTo(at(cx - r * 0.95f, cy - r * 0.1f));
        list_->PathLineTo(at(cx - r * 0.2f, cy + r * 0.6f));
        list_->PathStroke(ink, 0, t);
        list_->PathLineTo(at(cx - r * 0.9f, cy - r * 0.1f));
        list_->PathLineTo(at(cx + r * 0.4f, cy - r * 0.1f));
        list_->PathLineTo(at(cx + r * 0.9f, cy + r * 0.4f));
        list_->PathLineTo(at(cx + r * 0.9f, cy + r * 0.9f));
        list_->PathStroke(ink, 0, t);
        break;
    }
    case Sign::Dots:
        for (int i = -1; i <= 1; ++i) {
            list_->AddCircleFilled(at(cx + static_cast<float>(i) * r * 0.85f, cy), r * 0.24f, ink, 10);
        }
        break;
    case Sign::People:
        for (int i = 0; i < 2; ++i) {
            const float x = cx + (i == 0 ? -r * 0.45f : r * 0.55f);
            const float k = i == 0 ? 1.0f : 0.8f;
            list_->AddCircleFilled(at(x, cy - r * 0.4f * k), r * 0.36f * k, ink, 14);
            list_->PathArcTo(at(x, cy + r * 0.8f), r * 0.62f * k, pi, 2 * pi, 12);
            list_->PathFillConvex(ink);
        }
        break;
    case Sign::ArrowDown: {
        const float t = std::max(1.5f, r * 0.26f);
        list_->PathLineTo(at(cx - r * 0.8f, cy - r * 0.35f));
        list_->PathLineTo(at(cx, cy + r * 0.45f));
        list_->PathLineTo(at(cx + r * 0.8f, cy - r * 0.35f));
        list_->PathStroke(ink, 0, t);
        break;
    }
    }
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
            const float qx = px + quad.x + std::round(tracking * static_cast<float>(i));
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

void Canvas::text(const text::Layout& layout, float x, float y, Colour colour, float tracking) {
    glyphs(layout, x, y, colour, tracking, false);
}

void Canvas::outlined_text(const text::Layout& layout, float x, float y, Colour colour, Colour edge) {
    const float d = std::max(1.0f, std::round(unit_));
    const float offsets[][2] = {{-d, 0}, {d, 0}, {0, -d}, {0, d}, {-d, d}, {d, d}, {0, 2 * d}};
    for (const auto& offset : offsets) {
        glyphs(layout, x + offset[0], y + offset[1], edge, 0, true);
    }
    glyphs(layout, x, y, colour, 0, false);
}

} // namespace parley::overlay
