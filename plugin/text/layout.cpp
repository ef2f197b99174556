// layout.cpp: from points to bytes and back.
#include "plugin/text/layout.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace parley::text {

namespace {

// The clusters of a line; they ascend by line.
std::pair<size_t, size_t> clusters_of(const Layout& layout, size_t line) {
    const auto less = [](const Cluster& cluster, size_t wanted) { return cluster.line < wanted; };
    const auto begin = layout.clusters.begin();
    const auto first = std::lower_bound(begin, layout.clusters.end(), line, less);
    const auto last = std::lower_bound(first, layout.clusters.end(), line + 1, less);
    return {static_cast<size_t>(first - begin), static_cast<size_t>(last - begin)};
}

float line_height(const Layout& layout) {
    return layout.height_px / static_cast<float>(std::max<size_t>(layout.lines.size(), 1));
}

} // namespace

void Layout::clear() {
    quads.clear();
    clusters.clear();
    boxes.clear();
    lines.clear();
    width_px = height_px = 0;
    atlas_generation = 0;
    incomplete = rtl = cut = false;
}

uint32_t Layout::offset_at(float x, float y) const {
    if (lines.empty()) {
        return 0;
    }
    const float row = y / line_height(*this);
    const size_t line =
        row > 0 ? std::min(static_cast<size_t>(std::min(row, 65535.0f)), lines.size() - 1) : 0;
    const auto [first, last] = clusters_of(*this, line);
    if (first == last) {
        return lines[line].start;
    }
    // The nearest cluster: the one under the point, else the one whose edge is closest.
    const Cluster* nearest = nullptr;
    float nearest_distance = 0;
    for (size_t i = first; i < last; ++i) {
        const Cluster& cluster = clusters[i];
        const float outside = std::max({cluster.x - x, x - (cluster.x + cluster.w), 0.0f});
        // A cluster without width never wins against a visible one at the same place.
        if (nearest == nullptr || outside < nearest_distance ||
            (outside == nearest_distance && nearest->w == 0)) {
            nearest = &cluster;
            nearest_distance = outside;
        }
    }
    const bool left_half = x < nearest->x + nearest->w / 2;
    const uint32_t offset = left_half != nearest->rtl ? nearest->start : nearest->end;
    // The end of a wrapped line is the next line's start; a caret put there would jump down.
    const bool wrapped = line + 1 < lines.size() && lines[line + 1].start == offset;
    return wrapped && clusters[last - 1].end == offset &&
                   clusters[last - 1].start > lines[line].start
               ? clusters[last - 1].start
               : offset;
}

Layout::Caret Layout::caret(uint32_t offset) const {
    if (lines.empty()) {
        return {0, 0, 0};
    }
    const auto after =
        std::upper_bound(lines.begin(), lines.end(), offset,
                         [](uint32_t at, const Line& line) { return at < line.start; });
    const size_t line = after == lines.begin() ? 0 : static_cast<size_t>(after - lines.begin()) - 1;
    Caret caret{lines[line].x, lines[line].y, line_height(*this)};
    const auto [first, last] = clusters_of(*this, line);
    if (first == last) {
        return caret;
    }
    for (size_t i = first; i < last; ++i) {
        const Cluster& cluster = clusters[i];
        if (offset < cluster.end || i + 1 == last) {
            // Inside a cluster (a jamo, a conjunct's half) the caret goes by the bytes.
            const auto length = static_cast<float>(std::max(cluster.end - cluster.start, 1u));
            const float inside =
                offset <= cluster.start
                    ? 0.0f
                    : std::min(static_cast<float>(offset - cluster.start) / length, 1.0f);
            caret.x =
                cluster.rtl ? cluster.x + cluster.w * (1 - inside) : cluster.x + cluster.w * inside;
            break;
        }
    }
    return caret;
}

void Layout::bands(uint32_t start, uint32_t end, std::vector<Band>& out) const {
    const size_t first = out.size();
    for (const Cluster& cluster : clusters) {
        if (cluster.end <= start || cluster.start >= end || cluster.line >= lines.size() ||
            cluster.w <= 0) {
            continue;
        }
        const float y = lines[cluster.line].y;
        // Neighbours in the text are neighbours on the line, but where its direction turns.
        Band* last = out.size() > first ? &out.back() : nullptr;
        if (last != nullptr && last->y == y && std::fabs(last->x + last->w - cluster.x) < 0.5f) {
            last->w = cluster.x + cluster.w - last->x;
        } else if (last != nullptr && last->y == y &&
                   std::fabs(cluster.x + cluster.w - last->x) < 0.5f) {
            last->w += last->x - cluster.x;
            last->x = cluster.x;
        } else {
            out.push_back({cluster.x, y, cluster.w, line_height(*this)});
        }
    }
}

} // namespace parley::text
