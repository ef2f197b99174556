// message_list.cpp: where the rows are; message_row.cpp draws one.
#include "plugin/overlay/message_list.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr int64_t group_ms = 5 * 60 * 1000; // one author's lines closer than this share a head
constexpr size_t places_max = 256;
constexpr size_t revealed_max = 64;
constexpr size_t idle_lines = 5;
constexpr float idle_fainter = 0.04f; // each than the next: the last can still be read

bool from_author(const client::Message& message) {
    return message.kind == client::MessageKind::Text;
}

bool counts_as_new(const client::Message& message, UserId self) {
    return from_author(message) && message.author != self &&
           message.state == client::MessageState::Stored;
}

} // namespace

Phrase message_id(const client::Message& message) {
    Phrase id;
    if (message.seq != 0) {
        id.add("message/").add(static_cast<int64_t>(message.seq));
    } else {
        id.add("message/waiting/").add(static_cast<int64_t>(message.nonce));
    }
    return id;
}

MessageList::Place& MessageList::place(RoomId room) {
    for (Place& known : places_) {
        if (known.room == room) {
            return known;
        }
    }
    if (places_.size() == places_max) {
        places_.erase(places_.begin());
    }
    places_.emplace_back().room = room;
    return places_.back();
}

void MessageList::enter(const client::Room& room) {
    Place& here = place(room.id);
    here.divider_from = room.read_seq;
    here.divider_to = std::max(room.server_last_seq, room.last_seq);
    here.counted_revision = 0;
    here.divider_count = 0;
    current_ = &here;
    scroll_px_ = 0;
    scroll_pages_ = 0;
    to_oldest_ = false;
    show_key_ = 0;
    wanted_seq_ = 0;
    selection_.clear();
}

void MessageList::to_newest() {
    selection_.clear();
    if (current_ != nullptr) {
        current_->stick = true;
    }
}

void MessageList::forget(RoomId room) {
    std::erase_if(places_, [&](const Place& known) { return known.room == room; });
    current_ = nullptr;
}

void MessageList::reveal(uint64_t key) {
    if (!revealed(key)) {
        if (revealed_.size() == revealed_max) {
            revealed_.erase(revealed_.begin());
        }
        revealed_.push_back(key);
    }
}

bool MessageList::revealed(uint64_t key) const {
    return std::find(revealed_.begin(), revealed_.end(), key) != revealed_.end();
}

// How many in (after, until], from the newest back, and no further than is ever said.
uint32_t MessageList::count_new(const client::Room& room, Seq after, Seq until, UserId self) {
    const auto first = room.messages.begin();
    auto at =
        std::upper_bound(first, first + static_cast<std::ptrdiff_t>(room.stored()), until,
                         [](Seq seq, const client::Message& message) { return seq < message.seq; });
    uint32_t count = 0;
    while (at != first && (--at)->seq > after && count <= counted_max) {
        count += counts_as_new(*at, self) ? 1 : 0;
    }
    return count;
}

void MessageList::count(Place& here, const client::Room& room, UserId self) {
    if (here.counted_revision == room.revision) {
        return;
    }
    here.counted_revision = room.revision;
    here.divider_count = count_new(room, here.divider_from, here.divider_to, self);
    new_below_ = count_new(room, here.bottom_seq, room.last_seq, self);
}

const text::Layout* MessageList::body(const View& view, const client::Message& message,
                                      float width) {
    const bool open = revealed(message.key);
    const TextCache::BodyId id{message.key, message.revision, width,
                               view.theme.body * view.kit.unit(), open ? 1u : 0u};
    if (const text::Layout* found = view.text.find_body(id)) {
        return found;
    }
    if (!view.text.may_lay_out()) {
        view.text.defer();
        return nullptr;
    }
    // Spans may overlap; the engine is given pieces that do not.
    borders_.clear();
    for (const client::TextSpan& span : message.spans) {
        borders_.push_back(span.start);
        borders_.push_back(static_cast<uint32_t>(span.start) + span.length);
    }
    std::sort(borders_.begin(), borders_.end());
    borders_.erase(std::unique(borders_.begin(), borders_.end()), borders_.end());
    spans_.clear();
    for (size_t i = 0; i + 1 < borders_.size(); ++i) {
        text::StyleSpan piece{borders_[i], borders_[i + 1], 0, 0, 0};
        for (const client::TextSpan& span : message.spans) {
            if (span.start > piece.start ||
                static_cast<uint32_t>(span.start) + span.length < piece.end) {
                continue;
            }
            switch (span.kind) {
            case wire::SpanKind::Bold:
                piece.style |= text::Bold;
                break;
            case wire::SpanKind::Italic:
                piece.style |= text::Italic;
                break;
            case wire::SpanKind::Underline:
                piece.style |= text::Underline;
                break;
            case wire::SpanKind::Strike:
                piece.style |= text::Strike;
                break;
            case wire::SpanKind::Mono:
                piece.style |= text::Mono;
                break;
            case wire::SpanKind::Spoiler:
                piece.style |= text::Spoiler;
                break;
            case wire::SpanKind::Link:
                piece.style |= text::Link;
                piece.colour = 2;
                break;
            case wire::SpanKind::Mention:
                piece.style |= text::Mention | text::Bold;
                piece.target = span.target;
                piece.colour = span.target == raw(view.model.self()) ? 1 : 2;
                break;
            default:
                break;
            }
        }
        if (piece.style != 0) {
            spans_.push_back(piece);
        }
    }
    return view.text.lay_out_body(id, message.text, spans_,
                                  {.width_px = width,
                                   .size_px = view.theme.body * view.kit.unit(),
                                   .line_height = view.theme.line_height,
                                   .reveal_spoilers = open});
}

// How many lines were left out between this row and the one before, and, behind the last, after it.
void MessageList::measure_left_out(const View& view, const client::Room& room, size_t index,
                                   Parts& parts) {
    if (room.left_out.empty() || index > room.stored()) {
        return;
    }
    const bool last = index + 1 == room.messages.size();
    const Seq own = index < room.stored() ? room.messages[index].seq : UINT64_MAX;
    const Seq before = index > 0 ? room.messages[index - 1].seq : 0;
    for (const client::LeftOut* one = room.left_out_from(before);
         one != nullptr && one != room.left_out.data() + room.left_out.size(); ++one) {
        if (one->to_seq < own) {
            parts.left_count += one->count;
            parts.left_seq = one->to_seq;
        } else if (last) {
            parts.left_count_after += one->count;
            parts.left_seq_after = one->to_seq;
        } else {
            break;
        }
    }
    const float height = view.kit.line_height(view.theme.small) + view.px(left_out_above + 4);
    parts.left_before = parts.left_count > 0 ? height : 0;
    parts.left_after = parts.left_count_after > 0 ? height : 0;
}

MessageList::Parts MessageList::measure(const View& view, const client::Room& room,
                                        const Place& here, size_t index, float width) {
    Parts parts = measure_message(view, room, here, index, width);
    measure_left_out(view, room, index, parts);
    return parts;
}

MessageList::Parts MessageList::measure_message(const View& view, const client::Room& room,
                                                const Place& here, size_t index, float width) {
    const client::Message& message = room.messages[index];
    const client::Message* before = index > 0 ? &room.messages[index - 1] : nullptr;
    Parts parts;
    const int64_t day = local_clock(view, message.at_ms).day;
    const bool new_day = before == nullptr || local_clock(view, before->at_ms).day != day;
    // Separators belong to the panel: they close up as it fades.
    const float separator = std::round(view.px(view.theme.row_separator) * view.presence);
    parts.day = new_day ? separator : 0;
    const auto is_new = [&](const client::Message& m) {
        return m.seq > here.divider_from && m.seq <= here.divider_to;
    };
    bool first_new = false;
    if (here.divider_count > 0 && counts_as_new(message, view.model.self()) && is_new(message)) {
        // Before the first of them only.
        bool first = true;
        for (size_t i = index; i-- > 0 && first;) {
            if (room.messages[i].seq <= here.divider_from) {
                break;
            }
            first = !counts_as_new(room.messages[i], view.model.self());
        }
        first_new = first;
        parts.divider = first ? separator : 0;
    }
    if (!from_author(message)) {
        parts.plain = true;
        parts.gap = view.px(3);
        parts.body = view.kit.line_height(view.theme.small);
        parts.below = view.px(3);
        return parts;
    }
    const bool grouped =
        before != nullptr && from_author(*before) && before->author == message.author &&
        message.at_ms - before->at_ms < group_ms && !new_day && !first_new && message.reply_to == 0;
    // A separator keeps rows apart as long as it is there.
    const float below_separator = view.theme.row_apart + (3 - view.theme.row_apart) * view.presence;
    parts.gap = view.px(grouped                ? 2
                        : index == 0           ? 3
                        : new_day || first_new ? below_separator
                                               : view.theme.row_apart);
    parts.head = grouped ? 0 : view.kit.line_height(view.theme.body);
    if (message.reply_to != 0 && message.state != client::MessageState::Deleted) {
        parts.quote = view.kit.line_height(view.theme.small) + view.px(5);
    }
    const float line = view.kit.line_height(view.theme.body);
    if (message.state == client::MessageState::Deleted) {
        parts.body = line;
        return parts;
    }
    parts.layout = body(view, message, width);
    if (parts.layout != nullptr) {
        parts.body = std::ceil(parts.layout->height_px);
    } else {
        // Like lines of ordinary width; corrected when it is laid out.
        const float per_line = std::max(8.0f, width / (view.theme.body * view.kit.unit() * 0.52f));
        parts.body =
            line * std::ceil(std::max(1.0f, static_cast<float>(message.text.size()) / per_line));
    }
    if (message.state == client::MessageState::Failed) {
        const NotSent why = not_sent(view, room, message, width);
        const size_t lines = why.reason == nullptr ? 1 : why.reason->lines.size();
        parts.retry_below = why.retry_below;
        parts.note = view.kit.line_height(view.theme.small) *
                         static_cast<float>(lines + (why.retry_below ? 1 : 0)) +
                     view.px(3);
    } else if (message.state == client::MessageState::Pending || (message.edited && grouped)) {
        const float room_left =
            parts.layout == nullptr || parts.layout->lines.empty() ||
                    parts.layout->rtl != view.words.rtl() // it stands on the other side
                ? 0
                : width - parts.layout->lines.back().w;
        parts.inline_note = room_left > view.px(84);
        parts.note = parts.inline_note ? 0 : view.kit.line_height(view.theme.meta);
    }
    return parts;
}

// Which rows are seen, and where; and corrects the place at the ends of the log.
void MessageList::walk(const View& view, const client::Room& room, Place& here, const Rect& area) {
    const size_t count = room.messages.size();
    const float width = std::floor(area.w - text_inset(view, area.w) - view.px(6));
    const float head_room = view.px(view.theme.row_history);
    if (to_oldest_) {
        here.stick = false;
        here.anchor_key = room.messages[0].key;
        here.anchor_y = 0;
        to_oldest_ = false;
    }
    const float delta = scroll_px_ + static_cast<float>(scroll_pages_) * area.h * 0.85f;
    scroll_px_ = 0;
    scroll_pages_ = 0;

    for (int pass = 0; pass < 3; ++pass) {
        seen_.clear();
        size_t first = count;
        float y = area.h;
        if (!here.stick) {
            if (here.anchor_index >= count ||
                room.messages[here.anchor_index].key != here.anchor_key) {
                size_t i = 0;
                while (i < count && room.messages[i].key != here.anchor_key) {
                    ++i;
                }
                if (i == count) {
                    here.stick = true; // it was trimmed away
                } else {
                    here.anchor_index = i;
                }
            }
        }
        if (here.stick) {
            y -= view.px(4);
            if (delta > 0 && pass == 0) {
                y += delta;
            }
        } else {
            first = here.anchor_index;
            y = here.anchor_y + (pass == 0 ? delta : 0);
        }
        // Upwards from the starting row, then downwards.
        const float start_y = y;
        size_t i = first;
        float top = y;
        while (i > 0 && top > 0) {
            --i;
            const Parts parts = measure(view, room, here, i, width);
            top -= parts.total();
            seen_.push_back({i, top, parts});
        }
        std::reverse(seen_.begin(), seen_.end());
        y = start_y;
        for (i = first; i < count && y < area.h; ++i) {
            const Parts parts = measure(view, room, here, i, width);
            seen_.push_back({i, y, parts});
            y += parts.total();
        }
        if (seen_.empty()) {
            here.stick = true;
            continue;
        }
        if (marked() && !here.stick && delta == 0) {
            break; // while something is marked nothing moves by itself
        }
        const float first_y = seen_.front().y;
        const float last_y = seen_.back().y + seen_.back().parts.total();
        const bool whole_top = seen_.front().index == 0;
        const bool whole_bottom = seen_.back().index + 1 == count;
        const float content_top = first_y - (whole_top ? head_room : 0);
        if (whole_top && whole_bottom && last_y - content_top <= area.h) {
            // All of it fits: it stands on the bottom.
            const float shift = area.h - view.px(4) - last_y;
            for (Seen& seen : seen_) {
                seen.y += shift;
            }
            here.stick = true;
            return;
        }
        if (whole_top && content_top > 0.5f) {
            here.stick = false;
            here.anchor_key = room.messages[0].key;
            here.anchor_index = 0;
            here.anchor_y = head_room;
            if (pass < 2) {
                continue;
            }
        }
        if (whole_bottom && last_y <= area.h - view.px(4) + 0.5f) {
            const bool was = here.stick && std::fabs(last_y - (area.h - view.px(4))) < 1;
            here.stick = true;
            if (!was && pass < 2) {
                continue;
            }
        } else if (here.stick && delta > 0 && pass == 0) {
            here.stick = false;
        }
        break;
    }
    // The anchor is the first row that is seen from its top.
    if (!here.stick) {
        for (const Seen& seen : seen_) {
            here.anchor_index = seen.index;
            here.anchor_key = room.messages[seen.index].key;
            here.anchor_y = seen.y;
            if (seen.y >= 0) {
                break;
            }
        }
    }
}

void MessageList::draw(const View& view, const client::Room& room, const Rect& area) {
    Place& here = place(room.id);
    current_ = &here;
    bodies_.clear();
    const UserId self = view.model.self();
    count(here, room, self);
    if (room.messages.empty()) {
        seen_.clear();
        draw_empty(view, room, area);
        return;
    }
    if (show_key_ != 0) {
        // The focus moved to a row that may be cut off: bring it in before the rows are placed.
        for (const Seen& seen : seen_) {
            if (seen.index < room.messages.size() && room.messages[seen.index].key == show_key_) {
                const float row_top = seen.y + seen.parts.row_top();
                const float bottom = seen.y + seen.parts.total();
                if (row_top < view.px(8)) {
                    scroll_px_ += view.px(40) - row_top;
                } else if (bottom > area.h) {
                    scroll_px_ -= bottom - area.h + view.px(8);
                }
            }
        }
        show_key_ = 0;
    }
    go_to_wanted(view, room, here, area);
    walk(view, room, here, area);
    count_above(room, here, self);
    if (here.stick && room.stored() > 0) {
        const Seq newest = room.messages[room.stored() - 1].seq;
        if (newest != here.bottom_seq) {
            here.bottom_seq = newest;
            here.counted_revision = 0;
            count(here, room, self);
        }
    }

    view.canvas.push_clip(area);
    const size_t count = room.messages.size();
    if (!seen_.empty() && seen_.front().index == 0) {
        draw_history_row(view, room, area, seen_.front().y);
        ask_older(view, room, here);
    }
    next_tools_ = {};
    for (const Seen& seen : seen_) {
        // Idle: only the last lines stay, the older the fainter.
        const size_t age = count - 1 - seen.index;
        const float kept = age < idle_lines ? 1 - idle_fainter * static_cast<float>(age) : 0;
        const float ink = view.presence + (1 - view.presence) * kept;
        if (ink > 0.01f) {
            draw_row(view, room, here, seen, {area.x, area.y + seen.y, area.w, seen.parts.total()},
                     ink);
        }
    }
    tools_ = next_tools_;
    if (tools_.key != 0) {
        draw_tools(view, room, area);
    }
    view.canvas.pop_clip();
    // A thin thumb says where in the log this is. Heights above are not known, so it counts rows.
    if (!seen_.empty() && count > seen_.size() && view.open) {
        const float share = static_cast<float>(seen_.size()) / static_cast<float>(count);
        const float length = std::max(view.px(28), area.h * share);
        const float at = static_cast<float>(seen_.front().index) /
                         static_cast<float>(std::max<size_t>(1, count - seen_.size()));
        view.canvas.fill({area.right() + view.px(6),
                          area.y + (area.h - length) * std::min(1.0f, at), view.px(4), length},
                         with_alpha(view.tone(Tone::Soft), 0.4f * view.presence), view.px(2));
    }
}

} // namespace parley::overlay
