// message_marks.cpp: marking the text of rows, and jumping to one.
#include "plugin/overlay/message_list.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr double flash_s = 1.6; // how long a row that was jumped to is lit

} // namespace

// [marking]

// The text that is nearest in reading order: above all the first one's begin, below all the last
// one's end.
LogPlace MessageList::place_at(float x, float y) const {
    const Body* found = nullptr;
    for (const Body& body : bodies_) {
        if (found == nullptr || body.y <= y) {
            found = &body;
        }
    }
    if (found == nullptr) {
        return {};
    }
    if (y < found->y) {
        return {found->key, 0};
    }
    const text::Layout& layout = *found->layout;
    if (y >= found->y + layout.height_px && !layout.lines.empty()) {
        return {found->key, layout.lines.back().end};
    }
    return {found->key, layout.offset_at(x - found->x, y - found->y)};
}

void MessageList::mark(const client::Room& room, float x, float y, Mark what) {
    const LogPlace at = place_at(x, y);
    if (at.key == 0) {
        return;
    }
    switch (what) {
    case Mark::Place:
        selection_.begin(room.id, at);
        break;
    case Mark::Word:
        selection_.word(room, at);
        break;
    case Mark::Whole:
        selection_.whole(room, at);
        break;
    }
    if (current_ != nullptr && current_->stick && !seen_.empty()) {
        // From here on the rows stand still, whatever comes below.
        const Seen& first = seen_.front();
        if (first.index < room.messages.size()) {
            current_->anchor_index = first.index;
            current_->anchor_key = room.messages[first.index].key;
            current_->anchor_y = first.y;
        }
    }
}

void MessageList::mark_to(float x, float y) {
    if (const LogPlace at = place_at(x, y); at.key != 0) {
        selection_.extend(at);
        if (current_ != nullptr && marked()) {
            current_->stick = false;
        }
    }
}

MessageList::Spot MessageList::spot(const client::Room& room, float x, float y) const {
    for (const Body& body : bodies_) {
        if (y < body.y || y >= body.y + body.layout->height_px ||
            body.index >= room.messages.size() || room.messages[body.index].key != body.key) {
            continue;
        }
        const client::Message& message = room.messages[body.index];
        Spot spot{.key = message.key, .link = {}, .mentioned = {}};
        for (const text::Box& box : body.layout->boxes) {
            const Rect there{body.x + box.x, body.y + box.y, box.w, box.h};
            if (!there.contains(x, y) || box.end > message.text.size()) {
                continue;
            }
            if (box.kind == text::BoxKind::Link) {
                // The whole of it, though a line's end may have cut its box.
                for (const client::TextSpan& span : message.spans) {
                    if (span.kind == wire::SpanKind::Link && span.start <= box.start &&
                        box.end <= static_cast<uint32_t>(span.start) + span.length) {
                        spot.link = std::string_view(message.text).substr(span.start, span.length);
                    }
                }
            } else if (box.kind == text::BoxKind::Mention) {
                spot.mentioned = UserId{box.target};
            }
        }
        return spot;
    }
    return {};
}

void MessageList::draw_marks(const View& view, const Row& row, const text::Layout& layout, float x,
                             float y) {
    bodies_.push_back({row.message.key, row.index, &layout, x, y});
    const Selection::Range range = selection_.range(row.room, row.index);
    if (range.empty()) {
        return;
    }
    bands_.clear();
    layout.bands(range.start, range.end, bands_);
    for (const text::Band& band : bands_) {
        view.canvas.fill({x + band.x, y + band.y, band.w, band.h},
                         with_alpha(view.tone(Tone::Accent), tint_marked));
        const float thick = std::max(2.0f, view.px(2));
        view.canvas.fill({x + band.x, y + band.y + band.h - thick, band.w, thick},
                         view.tone(Tone::Accent));
    }
}

// [jumping]

void MessageList::jump(Seq seq) {
    wanted_seq_ = seq;
    selection_.clear();
}

void MessageList::to_unread() {
    if (current_ != nullptr) {
        jump(current_->divider_from + 1);
    }
}

void MessageList::ask_older(const View& view, const client::Room& room, Place& here) {
    const bool more = !room.history_complete && room.stored() > 0;
    if (more && view.client.state() == client::State::Ready &&
        here.history_asked != room.first_seq) {
        here.history_asked = room.first_seq;
        ignore(view.client.fetch_history(room.id, room.first_seq,
                                         static_cast<uint32_t>(limits::page_entries_max)),
               "the row keeps saying that it loads, and asks again from the next first line");
    }
}

void MessageList::go_to_wanted(const View& view, const client::Room& room, Place& here,
                               const Rect& area) {
    if (wanted_seq_ == 0) {
        return;
    }
    if (wanted_seq_ < room.first_seq && !room.history_complete) {
        ask_older(view, room, here);
        return;
    }
    const auto first = room.messages.begin();
    const auto end = first + static_cast<std::ptrdiff_t>(room.stored());
    const auto found =
        std::lower_bound(first, end, wanted_seq_,
                         [](const client::Message& message, Seq seq) { return message.seq < seq; });
    wanted_seq_ = 0;
    if (found == end) {
        return;
    }
    here.stick = false;
    here.anchor_index = static_cast<size_t>(found - first);
    here.anchor_key = found->key;
    here.anchor_y = std::floor(area.h / 3);
    scroll_px_ = 0;
    scroll_pages_ = 0;
    flash_key_ = found->key;
    flash_until_s_ = view.now_s + flash_s;
}

void MessageList::count_above(const client::Room& room, const Place& here, UserId self) {
    new_above_ = 0;
    if (here.divider_count == 0 || seen_.empty()) {
        return;
    }
    const Seq top = room.messages[seen_.front().index].seq;
    if (top > here.divider_from + 1 && seen_.front().index > 0) {
        new_above_ = count_new(room, here.divider_from, std::min(top - 1, here.divider_to), self);
    }
}

void MessageList::draw_flash(const View& view, const Row& row, const Rect& box) {
    if (row.message.key != flash_key_ || view.now_s >= flash_until_s_) {
        return;
    }
    const double left = (flash_until_s_ - view.now_s) / flash_s;
    const float share = view.reduced_motion ? 1.0f : static_cast<float>(std::min(1.0, 2 * left));
    view.canvas.fill(box, with_alpha(view.tone(Tone::Accent), tint_flash * share * view.presence),
                     view.px(8));
}

} // namespace parley::overlay
