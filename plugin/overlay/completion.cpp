// completion.cpp: what a word that is being written may become.
#include "plugin/overlay/completion.hpp"

#include <algorithm>
#include <cmath>

#include "plugin/text/emoji.hpp"

namespace parley::overlay {
namespace {

constexpr size_t emoji_letters_min = 2; // ":)" and ":D" are no names
constexpr size_t word_bytes_max = 64;   // longer than any name of an emoji or a person
constexpr size_t authors_back_max = 200;
constexpr float row_h = 34, padding = 6, width_most = 320;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// ASCII case does not count; other letters must be typed as they are.
bool begins(std::string_view name, std::string_view typed) {
    return name.size() >= typed.size() &&
           std::equal(typed.begin(), typed.end(), name.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

bool is_blank(char letter) {
    return letter == ' ' || letter == '\n' || letter == '\t';
}

} // namespace

bool Completion::look(const client::Model& model, const client::Room& room, std::string_view text,
                      size_t caret) {
    if (caret == looked_caret_ && room.id == looked_room_ && text == looked_text_) {
        return false;
    }
    looked_text_.assign(text);
    looked_caret_ = caret;
    looked_room_ = room.id;
    count_ = chosen_ = 0;
    // The word before the caret, if it begins with a sign that asks.
    size_t start = caret;
    while (start > 0 && caret - start < word_bytes_max && !is_blank(text[start - 1])) {
        --start;
    }
    if (start == caret || (text[start] != '@' && text[start] != ':')) {
        dismissed_start_ = SIZE_MAX;
        return true;
    }
    if (start == dismissed_start_) {
        return true;
    }
    dismissed_start_ = SIZE_MAX;
    start_ = start;
    const std::string_view typed = text.substr(start + 1, caret - start - 1);
    if (text[start] == '@') {
        offer_people(model, room, typed);
    } else if (typed.size() >= emoji_letters_min) {
        offer_emoji(typed);
    }
    return true;
}

void Completion::add_person(const client::Model& model, UserId user, std::string_view typed) {
    const client::Person* person = model.person(user);
    if (count_ == offers_.size() || user == model.self() || person == nullptr ||
        person->name.empty() || !begins(person->name, typed)) {
        return;
    }
    for (size_t i = 0; i < count_; ++i) {
        if (offers_[i].user == user) {
            return;
        }
    }
    Offer& offer = offers_[count_++];
    offer.user = user;
    offer.name.assign(person->name);
    offer.emoji = {};
}

// Who spoke last comes first, then everybody who is there.
void Completion::offer_people(const client::Model& model, const client::Room& room,
                              std::string_view typed) {
    size_t left = authors_back_max;
    for (auto at = room.messages.rbegin(); at != room.messages.rend() && left > 0; ++at, --left) {
        add_person(model, at->author, typed);
    }
    for (const client::Member& member : room.members) {
        add_person(model, member.user, typed);
    }
}

void Completion::offer_emoji(std::string_view typed) {
    std::array<text::EmojiName, offers_max> found;
    const size_t count = text::complete_emoji(typed, found);
    for (size_t i = 0; i < count; ++i) {
        Offer& offer = offers_[count_++];
        offer.user = {};
        offer.name.assign(found[i].name);
        offer.emoji = found[i].emoji;
    }
}

void Completion::step(int by) {
    if (is_open()) {
        const auto count = static_cast<int>(count_);
        chosen_ = static_cast<size_t>((static_cast<int>(chosen_) + by + count) % count);
    }
}

void Completion::dismiss() {
    dismissed_start_ = start_;
    count_ = 0;
}

std::string Completion::taken(size_t which) const {
    if (which >= count_) {
        return {};
    }
    const Offer& offer = offers_[which];
    std::string out;
    if (raw(offer.user) != 0) {
        out.append("@").append(offer.name).append(" ");
    } else {
        out.append(offer.emoji);
    }
    return out;
}

Phrase Completion::label(const View& view, const Offer& offer) const {
    Phrase out(offer.name);
    if (raw(offer.user) == 0) {
        return out;
    }
    if (const client::Person* person = view.model.person(offer.user)) {
        out.add(", ").add(presence_words(view, *person));
    }
    return out;
}

Phrase Completion::heard(const View& view) const {
    Phrase at, of;
    at.add(static_cast<int64_t>(chosen_ + 1));
    of.add(static_cast<int64_t>(count_));
    return view.words.say(Word::SayOffer, {label(view, offers_[chosen_]), at, of});
}

void Completion::draw(const View& view, const Rect& composer) {
    if (!is_open()) {
        return;
    }
    Kit& kit = view.kit;
    const float row = kit.px(std::max(row_h, view.theme.hit));
    const float w = std::min(composer.w, kit.px(width_most));
    const float h = row * static_cast<float>(count_) + kit.px(2 * padding);
    const Rect box{composer.x, composer.y - kit.px(6) - h, w, h};
    kit.raised(box, kit.px(view.theme.radius), kit.px(18));
    kit.element("offers", "listbox", view.words[Word::ComposerOffers], box, {}, true, false);
    for (size_t i = 0; i < count_; ++i) {
        const Offer& offer = offers_[i];
        const Rect line{box.x + kit.px(padding),
                        box.y + kit.px(padding) + row * static_cast<float>(i),
                        box.w - kit.px(2 * padding), row};
        Phrase id;
        id.add("offer/").add(static_cast<int64_t>(i));
        const Hit hit =
            kit.element(id, "option", label(view, offer), line,
                        {ActionKind::TakeOffer, 0, 0, static_cast<uint32_t>(i)}, true, false);
        if (i == chosen_ || hit.hovered) {
            view.canvas.fill(line, with_alpha(view.tone(Tone::Text), tint_item),
                             kit.px(view.theme.radius_inner));
        }
        if (i == chosen_) {
            // Not by colour alone: a bar at the edge where one reads from.
            view.canvas.fill({line.x, line.y + kit.px(8), kit.px(3), line.h - kit.px(16)},
                             view.tone(Tone::Accent), kit.px(1.5f));
        }
        const float side = kit.px(22);
        const float left = line.x + kit.px(12);
        const float size = view.theme.button;
        const float name_x = left + side + kit.px(10);
        const float room = line.right() - kit.px(10) - name_x;
        if (raw(offer.user) != 0) {
            Phrase letters;
            kit.avatar({left, std::round(line.cy() - side / 2), side, side},
                       avatar_look(view, offer.user, letters, false),
                       view.tone(Tone::Raised) | 0xff000000u);
            const float name_w = std::min(kit.width(offer.name, size, text::Bold), room);
            kit.line(name_x, kit.baseline(line.cy(), size), offer.name, size, view.tone(Tone::Text),
                     text::Bold, room);
            const client::Person* person = view.model.person(offer.user);
            const float after = name_x + name_w + kit.px(10);
            if (person != nullptr && after < line.right() - kit.px(60)) {
                kit.line(after, kit.baseline(line.cy(), view.theme.small),
                         presence_words(view, *person), view.theme.small, view.tone(Tone::Soft), 0,
                         line.right() - kit.px(10) - after);
            }
        } else {
            kit.line(left, kit.baseline(line.cy(), view.theme.body), offer.emoji, view.theme.body,
                     view.tone(Tone::Text), 0, side + kit.px(6));
            Phrase name(":");
            name.add(offer.name).add(":");
            kit.line(name_x, kit.baseline(line.cy(), size), name, size, view.tone(Tone::Text), 0,
                     room);
        }
    }
}

} // namespace parley::overlay
