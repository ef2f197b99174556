// message_row.cpp: one row of the log: separators, author, quote, body, and what became of it.
#include "plugin/overlay/message_list.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr float avatar_inset = 50; // avatar and its gap
constexpr float narrow = 220;      // a list less wide has no room for avatars
constexpr uint32_t reason_lines_max = 3;

} // namespace

// Where texts begin, from the left edge of the list.
float MessageList::text_inset(const View& view, float list_width) {
    return view.px(list_width < view.px(narrow) ? 6 : avatar_inset);
}

// The reason stands beside "Retry" on one line or, where that is too narrow, above it.
MessageList::NotSent MessageList::not_sent(const View& view, const client::Room& room,
                                           const client::Message& message, float width) {
    Phrase reason;
    const uint32_t wait_ms = message.error == Error::Rate ? view.client.pace_wait_ms(room.id) : 0;
    if (wait_ms > 0) {
        Phrase seconds;
        seconds.add((static_cast<int64_t>(wait_ms) + 999) / 1000);
        Words::fill(reason, view.words[Word::ListWait], {seconds});
    } else {
        reason.add(view.words.error(message.error));
    }
    const Phrase words = view.words.say(Word::ListNotSent, {reason});
    const float size = view.theme.small;
    const float retry_w = view.kit.width(view.words[Word::ListRetry], size, text::Bold);
    if (view.kit.width(words, size) <= width - view.px(18 + 14) - retry_w) {
        return {view.kit.layout(words, size), false};
    }
    return {view.kit.layout(words, size, 0, width - view.px(18), reason_lines_max), true};
}

// Idle text stands on the game: it gets a dark edge while the panel fades.
void MessageList::write(const View& view, const text::Layout* layout, float x, float y,
                        Colour colour, float ink) const {
    if (layout == nullptr) {
        return;
    }
    view.canvas.alpha = ink;
    if (view.presence < 0.98f) {
        view.canvas.outlined_text(*layout, x, y, colour,
                                  with_alpha(view.tone(Tone::Outline), 1 - view.presence));
    } else {
        view.canvas.text(*layout, x, y, colour);
    }
    view.canvas.alpha = 1;
}

void MessageList::draw_separator(const View& view, const Rect& area, float y,
                                 std::string_view words, Tone tone, float ink) {
    view.canvas.alpha = ink * view.presence;
    const float size = view.theme.meta;
    const float width = view.kit.width(words, size);
    const float cy = y + view.px(17);
    const float gap = view.px(10);
    const Colour line =
        tone == Tone::Warn ? with_alpha(view.tone(Tone::Warn), 0.4f) : view.tone(Tone::Line);
    const float thick = std::max(1.0f, std::floor(view.kit.unit()));
    const float left = area.cx() - width / 2 - gap;
    const float right = area.cx() + width / 2 + gap;
    view.canvas.fill({area.x, std::round(cy), std::max(0.0f, left - area.x), thick}, line);
    view.canvas.fill({right, std::round(cy), std::max(0.0f, area.right() - right), thick}, line);
    view.kit.line_centred(area.cx(), view.kit.baseline(cy, size), words, size,
                          view.tone(tone == Tone::Warn ? Tone::Warn : Tone::Dim));
    view.canvas.alpha = 1;
}

void MessageList::draw_history_row(const View& view, const client::Room& room, const Rect& area,
                                   float y) {
    const Phrase words = room.history_complete
                             ? view.words.say(Word::ListBeginning, {room_title(view, room)})
                             : Phrase(view.words[Word::ListLoading]);
    view.canvas.alpha = view.presence;
    const float size = view.theme.small;
    view.kit.line_centred(area.cx(),
                          area.y + y - view.px(history_row_height) +
                              view.kit.baseline(view.px(history_row_height / 2), size),
                          words, size, view.tone(Tone::Dim));
    view.canvas.alpha = 1;
}

void MessageList::draw_empty(const View& view, const client::Room& room, const Rect& area) {
    if (view.presence < 0.02f) {
        return;
    }
    view.canvas.alpha = view.presence;
    const Tone tone = view.theme.room_tone(room.kind);
    const float cy = area.cy() - view.px(20);
    view.canvas.sign(Sign::Disc, area.cx(), cy - view.px(34), view.px(26),
                     with_alpha(view.tone(tone), 0.14f));
    view.canvas.sign(room_sign(room.kind), area.cx(), cy - view.px(34), view.px(11),
                     view.tone(tone));
    view.kit.line_centred(area.cx(), view.kit.baseline(cy + view.px(14), view.theme.body),
                          view.words.say(Word::ListEmptyTitle, {room_title(view, room)}),
                          view.theme.body, view.tone(Tone::Text), text::Bold, area.w);
    view.kit.line_centred(area.cx(), view.kit.baseline(cy + view.px(38), view.theme.small),
                          view.words[Word::ListEmptyHint], view.theme.small, view.tone(Tone::Dim),
                          0, area.w);
    view.canvas.alpha = 1;
}

void MessageList::draw_body(const View& view, const client::Message& message, const Seen& seen,
                            float x, float y, float width, float ink) {
    Canvas& canvas = view.canvas;
    if (message.state == client::MessageState::Deleted) {
        write(view, view.kit.layout(view.words[Word::ListDeleted], view.theme.body, text::Italic),
              x, y, view.tone(Tone::Dim), ink);
        return;
    }
    const text::Layout* layout = seen.parts.layout;
    if (layout == nullptr) {
        canvas.alpha = ink * view.presence;
        canvas.fill({x, y + view.px(5), std::min(width * 0.6f, width), view.px(11)},
                    view.tone(Tone::Line), view.px(5));
        canvas.alpha = 1;
        return;
    }
    x = std::round(x);
    y = std::round(y);
    canvas.alpha = ink;
    const float behind = view.presence;
    for (const text::Box& box : layout->boxes) {
        const Rect rect{x + box.x, y + box.y, box.w, box.h};
        if (box.kind == text::BoxKind::Mention) {
            const Tone tone = box.target == raw(view.model.self()) ? Tone::Warn : Tone::Accent;
            canvas.fill({rect.x - view.px(2), rect.y, rect.w + view.px(4), rect.h},
                        with_alpha(view.tone(tone), 0.16f * behind), view.px(4));
        } else if (box.kind == text::BoxKind::Mono) {
            canvas.fill({rect.x - view.px(2), rect.y, rect.w + view.px(4), rect.h},
                        with_alpha(view.tone(Tone::Well), behind), view.px(4));
        }
    }
    const bool waiting = message.state == client::MessageState::Pending ||
                         message.state == client::MessageState::Failed;
    const Colour colour = view.tone(waiting ? Tone::Dim : Tone::Text);
    write(view, layout, x, y, colour, ink);
    canvas.alpha = ink;
    for (const text::Box& box : layout->boxes) {
        const Rect rect{x + box.x, y + box.y, box.w, box.h};
        const Colour line = box.colour == 0 ? colour : canvas.roles[box.colour % Canvas::roles_max];
        switch (box.kind) {
        case text::BoxKind::Underline:
        case text::BoxKind::Strike:
        case text::BoxKind::Link:
            canvas.fill({rect.x, std::round(rect.y), rect.w, std::max(1.0f, std::round(rect.h))},
                        line);
            break;
        case text::BoxKind::Spoiler:
            if (!revealed(message.key)) {
                canvas.fill(rect, view.tone(Tone::Spoiler), view.px(3));
            }
            break;
        default:
            break;
        }
    }
    canvas.alpha = 1;
}

void MessageList::draw_note(const View& view, const client::Room& room,
                            const client::Message& message, const Seen& seen, float x, float y,
                            float width, float ink) {
    Kit& kit = view.kit;
    if (message.state == client::MessageState::Failed) {
        const text::Layout* reason = not_sent(view, room, message, width).reason;
        if (reason == nullptr || reason->lines.empty()) {
            return;
        }
        const float size = view.theme.small;
        const float line_h = kit.line_height(size);
        const float top = y + kit.px(1);
        const std::string_view retry = view.words[Word::ListRetry];
        const float retry_w = kit.width(retry, size, text::Bold);
        view.canvas.alpha = ink;
        view.canvas.sign(Sign::Warning, x + kit.px(7), top + line_h / 2, kit.px(6),
                         view.tone(Tone::Bad));
        view.canvas.text(*reason, x + kit.px(18),
                         kit.baseline(top + line_h / 2, size) - reason->lines[0].baseline,
                         view.tone(Tone::Bad));
        float cy = top + line_h / 2;
        float dot_x = x + kit.px(12);
        if (seen.parts.retry_below) {
            cy += seen.parts.note - kit.px(3) - line_h;
        } else {
            dot_x = x + kit.px(18) + std::ceil(reason->width_px) + kit.px(6);
            view.canvas.sign(Sign::Disc, dot_x, cy, kit.px(1.4f), view.tone(Tone::Bad));
        }
        Phrase id;
        id.add("retry/").add(static_cast<int64_t>(message.nonce));
        const Rect hit{dot_x + kit.px(2), std::round(cy - kit.px(view.theme.hit) / 2),
                       retry_w + kit.px(10), kit.px(view.theme.hit)};
        const Hit state = kit.element(id, "button", retry, hit,
                                      {ActionKind::Retry, raw(room.id), message.nonce, 0});
        const float retry_x = dot_x + kit.px(6);
        const float base = kit.baseline(cy, size);
        kit.line(retry_x, base, retry, size, view.tone(Tone::Bad), text::Bold);
        if (state.hovered) {
            view.canvas.fill({retry_x, base + kit.px(3), retry_w, kit.px(1)}, view.tone(Tone::Bad));
        }
        if (state.focused) {
            kit.focus_ring({retry_x - kit.px(3), cy - line_h / 2, retry_w + kit.px(6), line_h},
                           kit.px(4));
        }
        view.canvas.alpha = 1;
        return;
    }
    const std::string_view word = message.state == client::MessageState::Pending
                                      ? view.words[Word::ListSending]
                                      : view.words[Word::ListEdited];
    const text::Layout* laid = kit.layout(word, view.theme.meta);
    if (laid == nullptr || laid->lines.empty()) {
        return;
    }
    if (seen.parts.inline_note) {
        const text::Line& last = seen.parts.layout->lines.back();
        const float base = y - seen.parts.body + last.baseline;
        view.canvas.alpha = ink;
        view.canvas.sign(Sign::Disc, x + last.w + kit.px(9), base - kit.px(4), kit.px(1.4f),
                         view.tone(Tone::Dim));
        view.canvas.alpha = 1;
        write(view, laid, x + last.w + kit.px(15), base - laid->lines[0].baseline,
              view.tone(Tone::Dim), ink);
    } else {
        write(view, laid, x, y, view.tone(Tone::Dim), ink);
    }
}

void MessageList::draw_row(const View& view, const client::Room& room, const Place& here,
                           const Seen& seen, const Rect& area, float ink) {
    const client::Message& message = room.messages[seen.index];
    const Parts& parts = seen.parts;
    Kit& kit = view.kit;
    float y = area.y;
    if (parts.day > 0) {
        draw_separator(view, area, y, day_words(view, message.at_ms), Tone::Dim, ink);
        y += parts.day;
    }
    if (parts.divider > 0) {
        Phrase count;
        count.add(static_cast<int64_t>(std::min(here.divider_count, new_said_max)));
        if (here.divider_count > new_said_max) {
            count.add("+");
        }
        draw_separator(view, area, y, view.words.say(Word::ListNew, {count}), Tone::Warn, ink);
        y += parts.divider;
    }
    y += parts.gap;
    const std::string_view name = person_name(view, message.author);

    if (parts.plain) {
        Word word = Word::ListJoined;
        word = message.kind == client::MessageKind::Left       ? Word::ListLeft
               : message.kind == client::MessageKind::Removed  ? Word::ListRemoved
               : message.kind == client::MessageKind::Promoted ? Word::ListPromoted
                                                               : word;
        const Phrase line = view.words.say(word, {name});
        kit.element(message_id(message), "listitem", line, {area.x, y, area.w, parts.body}, {},
                    true, false);
        const text::Layout* laid =
            kit.layout(line, view.theme.small, 0, area.w - text_inset(view, area.w) - view.px(6));
        const bool promoted = message.kind == client::MessageKind::Promoted;
        if (text_inset(view, area.w) > view.px(34)) {
            view.canvas.alpha = ink * view.presence;
            view.canvas.sign(promoted ? Sign::Crown : Sign::Disc, area.x + view.px(23),
                             y + parts.body / 2, view.px(promoted ? 6 : 2.5f),
                             view.tone(promoted ? Tone::Party : Tone::Dim));
            view.canvas.alpha = 1;
        }
        write(view, laid, area.x + text_inset(view, area.w), y, view.tone(Tone::Dim), ink);
        return;
    }

    // The row as an element: heard as "Kenji, 21:04: text"; pressed, it is answered or uncovered.
    Phrase heard;
    heard.add(name).add(", ").add(time_of_day(view, message.at_ms)).add(": ");
    const bool deleted = message.state == client::MessageState::Deleted;
    heard.add(deleted ? view.words[Word::ListDeleted] : std::string_view(message.text));
    Action action;
    const bool covered = std::any_of(message.spans.begin(), message.spans.end(),
                                     [](const client::TextSpan& span) {
                                         return span.kind == wire::SpanKind::Spoiler;
                                     }) &&
                         !revealed(message.key) && !deleted;
    if (covered) {
        action = {ActionKind::Reveal, 0, message.key, 0};
    } else if (message.state == client::MessageState::Stored) {
        action = {ActionKind::Reply, raw(room.id), message.seq, 0};
    }
    const Rect box{area.x, y - view.px(parts.head > 0 ? 5 : 1), area.w,
                   parts.head + parts.quote + parts.body + parts.note +
                       view.px(parts.head > 0 ? 9 : 3)};
    const Hit hit = kit.element(message_id(message), "listitem", heard, box, action);
    if (hit.focused) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Accent), 0.12f), view.px(8));
        view.canvas.stroke(box, view.tone(Tone::Accent), view.px(8), std::max(2.0f, view.px(2)));
    } else if (hit.hovered && view.open) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Text), 0.04f), view.px(8));
    }

    const float inset = text_inset(view, area.w);
    const float x = area.x + inset;
    const float width = std::floor(area.w - inset - view.px(6));
    if (parts.head > 0) {
        const float side = view.px(34);
        if (inset > side) {
            view.canvas.alpha = ink * view.presence;
            Phrase letters;
            kit.avatar({area.x + view.px(6), y + view.px(1), side, side},
                       avatar_look(view, message.author, letters, true),
                       view.tone(Tone::Panel) | 0xff000000u);
            view.canvas.alpha = 1;
        }
        const text::Layout* laid = kit.layout(name, view.theme.body, text::Bold, width * 0.7f);
        write(view, laid, x, y, name_colour(view, message.author), ink);
        if (laid != nullptr && !laid->lines.empty()) {
            float after = x + std::ceil(laid->width_px) + view.px(8);
            const float base = std::round(y) + laid->lines[0].baseline;
            const auto meta = [&](std::string_view words) {
                const text::Layout* small = kit.layout(words, view.theme.meta);
                if (small != nullptr && !small->lines.empty()) {
                    write(view, small, after, base - small->lines[0].baseline, view.tone(Tone::Dim),
                          ink);
                    after += std::ceil(small->width_px) + view.px(8);
                }
            };
            meta(time_of_day(view, message.at_ms));
            if (message.edited && !deleted) {
                meta(view.words[Word::ListEdited]);
            }
        }
        y += parts.head;
    }
    if (parts.quote > 0) {
        const client::Message* quoted = room.find(message.reply_to);
        Phrase line;
        Colour colour = view.tone(Tone::Soft);
        if (quoted != nullptr) {
            line.add(person_name(view, quoted->author)).add(": ");
            line.add(quoted->state == client::MessageState::Deleted
                         ? view.words[Word::ListDeleted]
                         : std::string_view(quoted->text));
            colour = name_colour(view, quoted->author);
        } else {
            line.add(view.words[Word::ListQuoteGone]);
        }
        const float h = kit.line_height(view.theme.small);
        view.canvas.alpha = ink;
        view.canvas.fill({x, y + view.px(2), view.px(3), h}, colour, view.px(1.5f));
        view.canvas.alpha = 1;
        write(view, kit.layout(line, view.theme.small, 0, width - view.px(12)), x + view.px(11),
              y + view.px(2), view.tone(Tone::Soft), ink);
        y += parts.quote;
    }
    draw_body(view, message, seen, x, y, width, ink);
    y += parts.body;
    if (parts.note > 0 || parts.inline_note) {
        draw_note(view, room, message, seen, x, y, width, ink);
    }
}

} // namespace parley::overlay
