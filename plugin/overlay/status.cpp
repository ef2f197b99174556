// status.cpp: connected, lost, refused: what is so, and what happens next.
#include "plugin/overlay/status.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {

StatusLine status_line(const View& view) {
    StatusLine line;
    switch (view.client.state()) {
    case client::State::Ready:
        if (view.client.read_only()) {
            line.words.add(view.words[Word::StatusReadOnly]);
            line.tone = Tone::Warn;
            line.quiet = false;
        } else {
            line.words = view.words.say(Word::StatusConnected, view.client.stats().rtt_ms);
            line.tone = Tone::Good;
        }
        break;
    case client::State::Connecting:
        line.words.add(view.words[Word::StatusConnecting]);
        line.tone = Tone::Warn;
        line.quiet = false;
        break;
    case client::State::Resuming: {
        const uint32_t wait = view.client.retry_in_ms();
        if (wait >= 1000) {
            line.words =
                view.words.say(Word::StatusLost, (static_cast<int64_t>(wait) + 999) / 1000);
        } else {
            line.words.add(view.words[Word::StatusRetrying]);
        }
        line.tone = Tone::Warn;
        line.quiet = false;
        break;
    }
    case client::State::Failed:
        line.words =
            view.words.say(Word::StatusRefused, {view.words.error(view.client.last_error())});
        line.tone = Tone::Bad;
        line.quiet = false;
        break;
    case client::State::Idle:
        line.words.add(view.words[Word::StatusIdle]);
        line.tone = Tone::Dim;
        line.quiet = true;
        break;
    }
    return line;
}

Rect draw_status(const View& view, float x, float y, float width_max, float shown) {
    Kit& kit = view.kit;
    const StatusLine line = status_line(view);
    const float size = view.theme.small;
    const float words_w = std::min(kit.width(line.words, size), width_max - kit.px(40));
    const Rect rect{x, y, words_w + kit.px(12 + 9 + 8 + 12), kit.px(32)};
    if (shown < 0.02f) {
        return rect;
    }
    view.canvas.alpha = shown;
    kit.element("status", "status", line.words, rect, {}, true, false);
    view.canvas.fill(rect, view.tone(Tone::Panel), kit.px(view.theme.radius_inner));
    view.canvas.stroke(rect, view.tone(Tone::Line), kit.px(view.theme.radius_inner),
                       std::max(1.0f, std::floor(kit.unit())));
    // The sign says the same as its colour.
    const Sign sign = line.tone == Tone::Good   ? Sign::Disc
                      : line.tone == Tone::Bad  ? Sign::Minus
                      : line.tone == Tone::Warn ? Sign::Ring
                                                : Sign::Ring;
    view.canvas.sign(sign, rect.x + kit.px(16), rect.cy(), kit.px(4.5f), view.tone(line.tone));
    kit.line(rect.x + kit.px(28), kit.baseline(rect.cy(), size), line.words, size,
             view.tone(line.quiet ? Tone::Soft : Tone::Text), 0, words_w + 1);
    view.canvas.alpha = 1;
    return rect;
}

Rect draw_dev_banner(const View& view, float x, float y, float width_max) {
    Kit& kit = view.kit;
    const std::string_view words = view.words[Word::StatusDev];
    const float size = view.theme.meta;
    const float words_w = std::min(kit.width(words, size, text::Bold), width_max - kit.px(24));
    const Rect rect{x, y, words_w + kit.px(24), kit.px(26)};
    kit.element("status/dev", "status", words, rect, {}, true, false);
    view.canvas.fill(rect, view.tone(Tone::Danger), kit.px(6));
    kit.line(rect.x + kit.px(12), kit.baseline(rect.cy(), size), words, size, view.tone(Tone::Text),
             text::Bold, words_w + 1);
    return rect;
}

void draw_first_run(const View& view, const Rect& area) {
    Kit& kit = view.kit;
    const client::State state = view.client.state();
    const bool refused = state == client::State::Failed;
    Phrase hint;
    if (state == client::State::Ready) {
        hint.add(view.words[Word::StatusFirstEmpty]);
    } else if (state == client::State::Connecting) {
        hint.add(view.words[Word::StatusFirstConnecting]);
    } else if (state == client::State::Idle) {
        hint.add(view.words[Word::StatusFirstIdle]);
    } else {
        hint = status_line(view).words;
    }
    view.canvas.alpha = view.presence;
    const float cy = area.cy();
    const Colour accent = view.tone(refused ? Tone::Bad : Tone::Accent);
    view.canvas.sign(Sign::Disc, area.cx(), cy - kit.px(36), kit.px(26),
                     with_alpha(accent, tint_halo));
    view.canvas.sign(refused ? Sign::Warning : Sign::People, area.cx(), cy - kit.px(36), kit.px(12),
                     accent);
    kit.line_centred(area.cx(), kit.baseline(cy + kit.px(14), view.theme.body),
                     view.words[refused ? Word::StatusFirstRefused : Word::StatusFirstTitle],
                     view.theme.body, view.tone(Tone::Text), text::Bold, area.w);
    kit.line_centred(area.cx(), kit.baseline(cy + kit.px(40), view.theme.small), hint,
                     view.theme.small, view.tone(Tone::Dim), 0, area.w);
    view.canvas.alpha = 1;
}

} // namespace parley::overlay
