// composer.cpp: keys to text, and text to the screen.
#include "plugin/overlay/composer.hpp"

#include <algorithm>
#include <cmath>

#include "plugin/overlay/input.hpp"
#include "plugin/text/emoji.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::overlay {
namespace {

constexpr size_t sent_max = 32;
constexpr float lines_max = 4;
constexpr double blink_s = 0.53;
constexpr int pips_max = 6;
constexpr float bare_width = 300; // narrower, the meter and the room's name go

} // namespace

Composer::Composer(std::pmr::memory_resource* memory)
    : edit_(limits::draft_bytes_max), layout_(memory) {}

void Composer::enter(const client::Room& room) {
    if (room.id == room_) {
        return;
    }
    room_ = room.id;
    edit_.set(room.draft);
    edit_.set_preedit({}, 0);
    reply_to_ = 0;
    sent_at_ = sent_.size();
    scroll_y_ = 0;
    stale_ = true;
    touched_ = true;
    code_points_ = static_cast<int64_t>(text::count_code_points(edit_.text()));
}

// [input]

void Composer::changed(client::Client& client) {
    stale_ = true;
    touched_ = true;
    code_points_ = static_cast<int64_t>(text::count_code_points(edit_.text()));
    ignore(client.set_draft(room_, edit_.text()), "a room that went has no draft");
    if (!edit_.text().empty()) {
        client.set_typing(room_);
    }
}

void Composer::insert(client::Client& client, std::string_view text) {
    if (text.empty() || !text::valid_utf8(text)) {
        return;
    }
    edit_.set_preedit({}, 0);
    const client::Room* room = client.model().room(room_);
    if (room != nullptr && room->text_code_points_max > 0) {
        const size_t most = room->text_code_points_max;
        edit_.bound_code_points(most + most / limits::draft_over_part);
    }
    edit_.insert(text);
    if (text == ":") {
        complete_emoji();
    }
    changed(client);
}

void Composer::replace(client::Client& client, size_t start, std::string_view text) {
    const size_t end = edit_.caret();
    edit_.move_to(start, false);
    edit_.move_to(end, true);
    insert(client, text);
}

// ":fire:" has just been closed: its emoji takes its place, in one step that undo takes back.
void Composer::complete_emoji() {
    const std::string_view before = edit_.text().substr(0, edit_.caret() - 1);
    const size_t open = before.rfind(':');
    if (open == std::string_view::npos) {
        return;
    }
    const std::string_view emoji = text::emoji_named(before.substr(open + 1));
    if (!emoji.empty()) {
        const size_t end = edit_.caret();
        edit_.move_to(open, false);
        edit_.move_to(end, true);
        edit_.insert(emoji);
    }
}

void Composer::preedit(std::string_view text, int32_t caret_characters) {
    if (!text::valid_utf8(text)) {
        return;
    }
    edit_.set_preedit(text, static_cast<size_t>(std::max(0, caret_characters)));
    stale_ = true;
    touched_ = true;
}

void Composer::cancel_preedit() {
    edit_.set_preedit({}, 0);
    stale_ = true;
}

bool Composer::history(client::Client& client, int step) {
    const auto goal = static_cast<ptrdiff_t>(sent_at_) + step;
    if (goal < 0 || goal > static_cast<ptrdiff_t>(sent_.size())) {
        return false;
    }
    // A line being written is not thrown away by a key.
    if (sent_at_ == sent_.size() && !edit_.text().empty()) {
        return false;
    }
    sent_at_ = static_cast<size_t>(goal);
    edit_.set(sent_at_ < sent_.size() ? std::string_view(sent_[sent_at_]) : std::string_view{});
    changed(client);
    return true;
}

bool Composer::key(client::Client& client, uint32_t key, uint32_t modifiers, Clipboard& clipboard) {
    if (composing()) {
        return true; // these keys are the input method's
    }
    const bool word = (modifiers & mods::ctrl) != 0;
    const bool select = (modifiers & mods::shift) != 0;
    const size_t caret = edit_.caret();
    touched_ = true;
    switch (key) {
    case key::left:
    case key::right: {
        // The arrow goes where it points, also in a line that is read from the right.
        const bool back = (key == key::left) != layout_.rtl;
        back ? edit_.move_left(word, select) : edit_.move_right(word, select);
        return edit_.caret() != caret || select;
    }
    case key::home:
        edit_.move_home(select);
        return true;
    case key::end:
        edit_.move_end(select);
        return true;
    case key::up:
        return history(client, -1);
    case key::down:
        return history(client, 1);
    case key::backspace:
        edit_.backspace(word);
        changed(client);
        return true;
    case key::erase:
        edit_.erase(word);
        changed(client);
        return true;
    default:
        break;
    }
    if (!word) {
        return false;
    }
    switch (key) {
    case 'a':
        edit_.select_all();
        return true;
    case 'z':
        if (select ? edit_.redo() : edit_.undo()) {
            changed(client);
        }
        return true;
    case 'y':
        if (edit_.redo()) {
            changed(client);
        }
        return true;
    case 'c':
    case 'x':
        if (edit_.has_selection()) {
            clipboard.own.assign(edit_.selected());
            if (clipboard.set != nullptr) {
                clipboard.set(clipboard.user, clipboard.own.c_str());
            }
            if (key == 'x') {
                edit_.backspace(false);
                changed(client);
            }
        }
        return true;
    case 'v': {
        const char* pasted = clipboard.get != nullptr ? clipboard.get(clipboard.user) : nullptr;
        insert(client,
               pasted != nullptr ? std::string_view(pasted) : std::string_view(clipboard.own));
        return true;
    }
    default:
        return false;
    }
}

Result<void> Composer::send(client::Client& client, const client::Room& room) {
    const std::string_view text = edit_.text();
    if (text.find_first_not_of(" \n\t") == std::string_view::npos) {
        return Error::Empty;
    }
    const Result<client::Request> sent = client.send_text(room.id, text, reply_to_);
    if (!sent) {
        return sent.error();
    }
    if (sent_.empty() || sent_.back() != text) {
        if (sent_.size() == sent_max) {
            sent_.erase(sent_.begin());
        }
        sent_.emplace_back(text);
    }
    sent_at_ = sent_.size();
    reply_to_ = 0;
    edit_.set({});
    changed(client);
    return {};
}

void Composer::point(float x, float y, bool select) {
    if (!composing()) {
        edit_.move_to(layout_.offset_at(x - text_rect_.x, y - text_rect_.y + scroll_y_), select);
        touched_ = true;
    }
}

void Composer::point_word(float x, float y) {
    if (!composing()) {
        edit_.select_word(layout_.offset_at(x - text_rect_.x, y - text_rect_.y + scroll_y_));
        touched_ = true;
    }
}

void Composer::select_all() {
    if (!composing()) {
        edit_.select_all();
        touched_ = true;
    }
}

// [drawing]

Composer::Side Composer::sides(const View& view, const client::Room& room, float width) {
    Kit& kit = view.kit;
    Side side;
    if (width < kit.px(bare_width)) {
        // Only the room's sign and the text.
        side.left = kit.px(13 + 12 + 9);
        side.right = kit.px(12);
        return side;
    }
    const float title = kit.width(room_title(view, room), view.theme.body, text::Bold);
    side.left = kit.px(13 + 12 + 7) + std::min(title, width * 0.3f) + kit.px(10);
    const int pips = std::min<int>(room.pace_burst, pips_max);
    side.right = kit.px(12) + kit.width("0000", view.theme.meta) +
                 (pips > 0 ? static_cast<float>(pips) * kit.px(9) + kit.px(8) : 0) + kit.px(10);
    return side;
}

void Composer::lay_out(const View& view, float width) {
    const float size = view.theme.body * view.kit.unit();
    if (!stale_ && laid_width_ == width && laid_size_ == size && view.text.good(layout_)) {
        return;
    }
    shown_ = edit_.shown();
    const auto start = static_cast<uint32_t>(edit_.caret());
    const text::StyleSpan preedit{start, start + static_cast<uint32_t>(edit_.preedit().size()),
                                  text::Underline, 3, 0};
    view.text.engine().layout(
        shown_,
        composing() ? std::span<const text::StyleSpan>(&preedit, 1)
                    : std::span<const text::StyleSpan>{},
        {.width_px = width, .size_px = size, .line_height = view.theme.line_height}, layout_);
    laid_width_ = width;
    laid_size_ = size;
    stale_ = false;
}

float Composer::height(const View& view, const client::Room& room, float width) {
    const Side side = sides(view, room, width);
    lay_out(view, std::max(view.px(40), std::floor(width - side.left - side.right)));
    const float line = view.kit.line_height(view.theme.body);
    const float lines = std::clamp(std::round(layout_.height_px / line), 1.0f, lines_max);
    const float reply = reply_to_ != 0 ? view.px(26) : 0;
    return lines * line + 2 * view.px(9) + reply;
}

// Free lines as lit pips, and the wait in words when there is none. Returns its left edge.
float Composer::draw_meter(const View& view, const client::Room& room, float right, float cy) {
    Kit& kit = view.kit;
    const int64_t left = static_cast<int64_t>(room.text_code_points_max) - code_points_;
    Phrase count;
    Tone tone = left < 0 ? Tone::Bad : left < 40 ? Tone::Warn : Tone::Dim;
    count.add(left);
    float x = right;
    x -= kit.line_right(x, kit.baseline(cy, view.theme.meta), count, view.theme.meta,
                        view.tone(tone));
    x = std::min(x, right - kit.width("000", view.theme.meta)) - kit.px(9);
    const int pips = std::min<int>(room.pace_burst, pips_max);
    if (pips == 0) {
        return x;
    }
    const uint32_t free = view.client.pace_left(room.id);
    const uint32_t lit =
        room.pace_burst <= pips_max
            ? free
            : (free * static_cast<uint32_t>(pips) + room.pace_burst - 1u) / room.pace_burst;
    if (free == 0) {
        Phrase seconds;
        seconds.add((static_cast<int64_t>(view.client.pace_wait_ms(room.id)) + 999) / 1000);
        const Phrase wait = view.words.say(Word::ComposerWait, {seconds});
        x -= kit.line_right(x, kit.baseline(cy, view.theme.meta), wait, view.theme.meta,
                            view.tone(Tone::Warn));
        return x;
    }
    for (int i = pips; i-- > 0;) {
        x -= kit.px(6);
        view.canvas.fill({x, std::round(cy - kit.px(7)), kit.px(6), kit.px(14)},
                         view.tone(static_cast<uint32_t>(i) < lit ? Tone::Good : Tone::PipOff),
                         kit.px(2));
        x -= i > 0 ? kit.px(3) : 0;
    }
    return x;
}

void Composer::draw_reply(const View& view, const client::Room& room, const Rect& rect) {
    Kit& kit = view.kit;
    const client::Message* quoted = room.find(reply_to_);
    const std::string_view name =
        quoted == nullptr ? view.words[Word::ListSomeone] : person_name(view, quoted->author);
    const float cy = rect.y + kit.px(15);
    view.canvas.sign(Sign::Reply, rect.x + kit.px(20), cy, kit.px(6), view.tone(Tone::Soft));
    kit.line(rect.x + kit.px(34), kit.baseline(cy, view.theme.small),
             view.words.say(Word::ListReplying, {name}), view.theme.small, view.tone(Tone::Soft), 0,
             rect.w - kit.px(80));
    const Rect close{rect.right() - kit.px(34), rect.y + kit.px(2), kit.px(view.theme.hit),
                     kit.px(view.theme.hit)};
    const Hit hit = kit.element("composer/reply/cancel", "button", view.words[Word::KeyClose],
                                close, {ActionKind::CancelReply, 0, 0, 0});
    const Colour ink = view.tone(hit.hovered || hit.focused ? Tone::Text : Tone::Dim);
    view.canvas.sign(Sign::Cross, close.cx(), cy, kit.px(5), ink);
    if (hit.focused) {
        kit.focus_ring(close.grown(-kit.px(4)), kit.px(5));
    }
}

void Composer::draw(const View& view, const client::Room& room, const Rect& rect, bool focused) {
    Kit& kit = view.kit;
    Canvas& canvas = view.canvas;
    const Colour tone = view.tone(view.theme.room_tone(room.kind));
    const float radius = kit.px(9);
    const Phrase title = room_title(view, room);
    Phrase label = view.words.say(Word::ComposerName, {title});
    if (!edit_.text().empty()) {
        label.add(": ").add(edit_.text());
    }
    kit.element("composer", "textbox", label, rect, {ActionKind::FocusComposer, 0, 0, 0});
    canvas.fill(rect, view.tone(Tone::Raised), radius);
    canvas.stroke(rect, focused ? with_alpha(tone, 0.75f) : view.tone(Tone::Line), radius,
                  std::max(1.0f, kit.px(focused ? 1.5f : 1)));
    Rect inside = rect;
    if (reply_to_ != 0) {
        draw_reply(view, room, rect);
        inside.y += view.px(26);
        inside.h -= view.px(26);
    }

    const Side side = sides(view, room, rect.w);
    const float line = kit.line_height(view.theme.body);
    const float first_cy = inside.y + kit.px(9) + line / 2;
    canvas.sign(room_sign(room.kind), inside.x + kit.px(13 + 6), first_cy, kit.px(6), tone);
    if (rect.w >= kit.px(bare_width)) {
        kit.line(inside.x + kit.px(13 + 12 + 7), kit.baseline(first_cy, view.theme.body), title,
                 view.theme.body, tone, text::Bold, side.left - kit.px(13 + 12 + 7 + 10) + 1);
        draw_meter(view, room, inside.right() - kit.px(12), inside.bottom() - kit.px(9) - line / 2);
    }

    const Rect slot{inside.x + side.left, inside.y + kit.px(9),
                    std::max(view.px(40), std::floor(rect.w - side.left - side.right)),
                    inside.h - 2 * kit.px(9)};
    text_rect_ = canvas.placed(slot);
    lay_out(view, text_rect_.w);
    const auto caret_offset =
        static_cast<uint32_t>(edit_.caret() + (composing() ? edit_.preedit_caret() : 0));
    const text::Layout::Caret caret = layout_.caret(caret_offset);
    // Long drafts scroll by whole lines, so that the caret's line is seen.
    const float caret_h = caret.h > 0 ? caret.h : line;
    scroll_y_ = std::clamp(scroll_y_, std::max(0.0f, caret.y + caret_h - text_rect_.h),
                           std::max(0.0f, caret.y));
    // A draft that was higher, or whose lines were, leaves no blank lines below its last.
    scroll_y_ = std::min(scroll_y_, std::max(0.0f, layout_.height_px - text_rect_.h));
    if (layout_.height_px <= text_rect_.h + 1) {
        scroll_y_ = 0;
    }
    const bool nothing = shown_.empty();
    if (view.client.read_only()) {
        kit.line(slot.x, kit.baseline(first_cy, view.theme.small),
                 view.words[Word::ComposerReadOnly], view.theme.small, view.tone(Tone::Warn), 0,
                 text_rect_.w);
        return;
    }
    if (nothing) {
        kit.line(slot.x + kit.px(focused ? 4 : 0), kit.baseline(first_cy, view.theme.body),
                 view.words[Word::ComposerPlaceholder], view.theme.body, view.tone(Tone::Dim), 0,
                 text_rect_.w);
    }
    // An empty draft begins where the interface is read from.
    const bool at_right = nothing && canvas.mirrored();
    const Canvas::Upright upright(canvas);
    const bool clipped = layout_.height_px > text_rect_.h + 1;
    if (clipped) {
        canvas.push_clip(
            {text_rect_.x - kit.px(2), text_rect_.y, text_rect_.w + kit.px(6), text_rect_.h});
    }
    const float x = std::round(text_rect_.x);
    const float y = std::round(text_rect_.y - scroll_y_);
    if (edit_.has_selection() && focused && !composing()) {
        const size_t from = std::min(edit_.caret(), edit_.anchor());
        const size_t to = std::max(edit_.caret(), edit_.anchor());
        for (const text::Cluster& cluster : layout_.clusters) {
            if (cluster.start >= from && cluster.end <= to && cluster.line < layout_.lines.size()) {
                canvas.fill({x + cluster.x, y + layout_.lines[cluster.line].y, cluster.w, line},
                            with_alpha(view.tone(Tone::Accent), 0.35f));
            }
        }
    }
    canvas.text(layout_, x, y, view.tone(focused ? Tone::Text : Tone::Soft));
    for (const text::Box& box : layout_.boxes) {
        if (box.kind == text::BoxKind::Underline) {
            canvas.fill(
                {x + box.x, std::round(y + box.y + kit.px(1)), box.w, std::max(1.0f, kit.px(1.5f))},
                view.tone(Tone::Warn));
        }
    }
    if (touched_) {
        touched_s_ = view.now_s;
        touched_ = false;
    }
    const float caret_w = std::max(2.0f, kit.px(2));
    caret_rect_ = {x + (at_right ? text_rect_.w - caret_w : caret.x), y + caret.y, caret_w,
                   caret_h};
    const bool lit =
        view.reduced_motion || std::fmod(view.now_s - touched_s_, 2 * blink_s) < blink_s;
    if (focused && lit) {
        canvas.fill({std::round(caret_rect_.x), std::round(caret_rect_.cy() - kit.px(9)),
                     caret_rect_.w, kit.px(18)},
                    view.tone(Tone::Text));
    }
    if (clipped) {
        canvas.pop_clip();
    }
}

} // namespace parley::overlay
