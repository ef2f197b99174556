// overlay.cpp: life of the overlay, and one frame of it.
#include "plugin/overlay/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <imgui.h>

#include "plugin/overlay/inside.hpp"
#include "plugin/overlay/room_list.hpp"
#include "plugin/overlay/settings_file.hpp"
#include "plugin/overlay/status.hpp"

namespace parley::overlay {
namespace {

constexpr size_t layouts_kept = 1024;
constexpr uint32_t budget_us_usual = 300;
constexpr float reference_width = 1920, reference_height = 1080;

// Makes a context current and the host's own one again.
class Current {
public:
    explicit Current(ImGuiContext* context) : before_(ImGui::GetCurrentContext()) {
        ImGui::SetCurrentContext(context);
    }
    ~Current() { ImGui::SetCurrentContext(before_); }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

private:
    ImGuiContext* before_;
};

static_assert(sizeof(Vertex) == sizeof(ImDrawVert));
static_assert(sizeof(ImDrawIdx) == sizeof(uint16_t));

} // namespace

// [life]

Result<std::unique_ptr<Overlay>> Overlay::create(client::Client& client, const Options& options) {
    Theme theme = built_in();
    Words words = Words::built_in();
    const auto read = [&](const std::string& path, const char* what, auto load, auto& into) -> Error {
        if (path.empty()) {
            return Error::Ok;
        }
        std::string message;
        const Result<std::string> text = read_file(path);
        if (!text) {
            options.log.error("overlay.file_unreadable", {{"what", what}, {"path", path}});
            return text.error();
        }
        auto loaded = load(*text, message);
        if (!loaded) {
            options.log.error("overlay.file_wrong", {{"what", what}, {"path", path}, {"why", message}});
            return loaded.error();
        }
        into = std::move(*loaded);
        return Error::Ok;
    };
    if (const Error error = read(options.theme_path, "theme", load_theme, theme); error != Error::Ok) {
        return error;
    }
    if (const Error error = read(options.words_path, "words", Words::load, words); error != Error::Ok) {
        return error;
    }
    text::EngineOptions fonts;
    fonts.font_folders = options.font_folders;
    fonts.log = options.log;
    Result<std::unique_ptr<text::Engine>> engine = text::Engine::create(fonts);
    if (!engine) {
        return engine.error();
    }
    return std::unique_ptr<Overlay>(new Overlay(std::make_unique<Inside>(
        client, options, std::move(theme), std::move(words), std::move(*engine))));
}

Overlay::Overlay(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Overlay::~Overlay() = default;

Overlay::Inside::Inside(client::Client& client_of, const Options& options_of, Theme theme_of, Words words_of,
                        std::unique_ptr<text::Engine> engine_of)
    : client(client_of), options(options_of), theme(theme_of), words(std::move(words_of)),
      engine(std::move(engine_of)), text(*engine, layouts_kept), canvas(*engine), kit(canvas, text, theme) {
    if (options.toast_key == key::none) {
        options.toast_key = key::f6;
    }
    clipboard.get = options.clipboard_get;
    clipboard.set = options.clipboard_set;
    clipboard.user = options.user;
    const Current host(nullptr);
    context_ = ImGui::CreateContext();
    ImGui::SetCurrentContext(context_);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    // ImGui wants an atlas of its own. Nothing is drawn from it: its white texel is pointed at the one of
    // the text engine's first page, and so solid shapes and glyphs share a texture.
    io.Fonts->Flags |= ImFontAtlasFlags_NoBakedLines | ImFontAtlasFlags_NoMouseCursors;
    io.Fonts->AddFontDefault();
    unsigned char* pixels = nullptr;
    int atlas_w = 0, atlas_h = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &atlas_w, &atlas_h);
    io.Fonts->SetTexID((ImTextureID)(intptr_t)1);
    const float middle = 1.5f / static_cast<float>(engine->page_px());
    io.Fonts->TexUvWhitePixel = ImVec2(middle, middle);
    io.Fonts->ClearTexData();
}

Overlay::Inside::~Inside() {
    ImGui::DestroyContext(context_);
}

// [rooms]

const client::Room* Overlay::Inside::active_room() const {
    return client.model().room(active_);
}

void Overlay::Inside::switch_room(RoomId id) {
    const client::Room* room = client.model().room(id);
    if (room == nullptr || id == active_) {
        return;
    }
    active_ = id;
    last_kind_room_[static_cast<size_t>(room->kind) % std::size(last_kind_room_)] = id;
    composer.enter(*room);
    list.enter(*room);
    toasts.seen(id);
    focus = "composer";
}

void Overlay::Inside::step_room(int step) {
    const auto& rooms = client.model().rooms();
    if (rooms.empty()) {
        return;
    }
    const auto count = static_cast<int>(rooms.size());
    int at = 0;
    for (int i = 0; i < count; ++i) {
        if (rooms[static_cast<size_t>(i)].id == active_) {
            at = i;
        }
    }
    switch_room(rooms[static_cast<size_t>((at + step + count) % count)].id);
}

// Some room is always in front, if there is one: the closest people first.
void Overlay::Inside::choose_room() {
    if (active_room() != nullptr) {
        return;
    }
    if (raw(active_) != 0) {
        list.forget(active_);
        active_ = {};
    }
    for (const wire::RoomKind kind : {wire::RoomKind::Party, wire::RoomKind::Team, wire::RoomKind::Global,
                                      wire::RoomKind::Direct, wire::RoomKind::Guild}) {
        for (const client::Room& room : client.model().rooms()) {
            if (room.kind == kind) {
                switch_room(room.id);
                return;
            }
        }
    }
}

// [frame]

void Overlay::Inside::frame(float dt_s, int width, int height, float scale, uint32_t budget_us) {
    const auto started = std::chrono::steady_clock::now();
    const float dt = std::clamp(dt_s, 0.0f, 0.25f); // a stall is not a slide show
    now_s_ += dt;
    arbiter.frame();
    drawn = {};
    frame_stats = {};
    if (width <= 0 || height <= 0) {
        return;
    }
    const uint32_t budget = budget_us == 0 ? budget_us_usual : budget_us;
    const float of_screen = std::min(static_cast<float>(width) / reference_width,
                                     static_cast<float>(height) / reference_height);
    const float unit = std::clamp(scale, 0.75f, 3.0f) * std::max(1.0f, of_screen);
    if (now_s_ - utc_asked_s_ > 60) {
        utc_asked_s_ = now_s_;
        if (options.utc_offset_s) {
            utc_offset_s_ = *options.utc_offset_s;
        } else {
            const auto at = static_cast<std::time_t>(client.server_ms() / 1000);
            std::tm local{};
            utc_offset_s_ = localtime_r(&at, &local) != nullptr ? local.tm_gmtoff : 0;
        }
    }

    const Current ours(context_);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(width), static_cast<float>(height));
    io.DeltaTime = std::max(dt, 1e-4f);
    choose_room();
    // A toast that waits for room, or that the player is at, does not age.
    toasts.tick(dt, (opened && focus.rfind("toast/", 0) == 0) || screen_.toast.w == 0);

    View view{.client = client,
              .model = client.model(),
              .theme = theme,
              .words = words,
              .canvas = canvas,
              .kit = kit,
              .text = text,
              .now_s = now_s_,
              .dt_s = dt,
              .reduced_motion = options.reduced_motion,
              .open = opened,
              .presence = presence_,
              .server_ms = client.server_ms(),
              .utc_offset_s = utc_offset_s_};
    watch(view);
    const bool awake = opened || now_s_ < active_until_s_;
    const float fade_ms = awake ? theme.enter_ms : theme.idle_fade_ms;
    presence_ = approach(presence_, awake ? 1.0f : 0.0f, dt, fade_ms, options.reduced_motion || first_frame_);
    toast_presence_ = approach(toast_presence_, toasts.current() != nullptr ? 1.0f : 0.0f, dt,
                               toasts.current() != nullptr ? theme.enter_ms : theme.leave_ms,
                               options.reduced_motion);
    first_frame_ = false;
    view.presence = presence_;

    text.begin_frame(budget, theme.line_height);
    engine->allow_rasters(std::max(8u, budget / 50));
    // A frame in which the atlas ran over and was cleared has texts with two meanings of the same
    // place in it: it is drawn once more.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const uint32_t generation = engine->atlas_generation();
        ImGui::NewFrame();
        ImDrawList* brush = ImGui::GetBackgroundDrawList();
        canvas.begin(brush, unit, static_cast<float>(engine->page_px()));
        canvas.roles = {};
        canvas.roles[1] = theme[Tone::Warn];
        canvas.roles[2] = theme[Tone::Accent];
        canvas.roles[3] = theme[Tone::Warn];
        kit.begin_frame(unit, mouse_x_, mouse_y_, mouse_known_, opened ? std::string_view(focus) : "", held_);
        if (visible) {
            draw_all(view, static_cast<float>(width), static_cast<float>(height));
        }
        ImGui::Render();
        if (generation == engine->atlas_generation()) {
            break;
        }
    }
    collect_draw_data();
    tell_input_method();
    frame_stats.layout_us = text.layout_us();
    frame_stats.layouts = text.layouts();
    frame_stats.deferred = text.deferred();
    frame_stats.glyphs_rasterised = static_cast<uint32_t>(engine->glyphs_rasterised() - rasterised_before_);
    rasterised_before_ = engine->glyphs_rasterised();
    const auto spent = std::chrono::steady_clock::now() - started;
    frame_stats.draw_us =
        static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(spent).count());
}

void Overlay::Inside::draw_all(const View& view, float width, float height) {
    const client::Room* room = active_room();
    const StatusLine status = status_line(view);
    const bool first_run = room == nullptr;
    Wishes want;
    want.width = width;
    want.height = height;
    want.unit = kit.unit();
    want.side_in_front = side_in_front_;
    want.chat_first = opened;
    want.chat_h = first_run ? 240 : 0;
    const float margin = screen_margin(theme, width, height, kit.unit());
    const float status_shown = status.quiet ? presence_ : 1;
    if (status_shown > 0.02f && client.state() != client::State::Idle) {
        want.status_w = std::min(kit.width(status.words, theme.small) + kit.px(41), width - 2 * margin);
        want.status_h = kit.px(32);
    }
    float dev_h = 0;
    if (client.dev()) {
        const float banner_w = kit.width(words[Word::StatusDev], theme.meta, text::Bold) + kit.px(24);
        want.status_w = std::max(want.status_w, std::min(banner_w, width - 2 * margin));
        dev_h = kit.px(26) + (want.status_h > 0 ? kit.px(6) : 0);
        want.status_h += dev_h;
    }
    const Phrase toast_cap = key_name(options.toast_key);
    if (toasts.current() != nullptr) {
        const Rect size = toasts.measure(view, toast_width_max(width, margin), toast_cap);
        want.toast_w = size.w;
        want.toast_h = size.h;
    }
    const bool hints = !first_run && (opened || (!words.hints().empty() && presence_ > 0.02f));
    want.hints_h = hints ? kit.px(20) : 0;
    // The roster goes to rest with the chat; cards are the game's and stay.
    const bool roster_shown = roster_wanted && !side_collapsed_ && presence_ > 0.02f;
    want.roster_h = roster_shown ? roster.height(view) : 0;
    want.roster = roster_shown && want.roster_h > 0;
    const float cards_w = std::min(kit.px(theme.cards_width), width - 2 * margin);
    want.cards_h = cards_wanted && !side_collapsed_ ? cards_height(view, cards_w, 1e9f) : 0;
    want.cards = want.cards_h > 0;
    screen_ = arrange(theme, want);
    if (screen_.cards.w > 0) {
        // Whole cards only.
        const float fits = cards_height(view, screen_.cards.w, screen_.cards.h);
        screen_.cards.y += screen_.cards.h - fits;
        screen_.cards.h = fits;
        if (screen_.roster.w > 0) {
            const float space = screen_.cards.y - std::min(kit.px(theme.gap), screen_.margin) - screen_.roster.y;
            screen_.roster.h = std::min(want.roster_h, space);
        }
    }

    if (screen_.status.w > 0) {
        Rect place = screen_.status;
        if (dev_h > 0) {
            const Rect banner = draw_dev_banner(view, place.x, place.y, place.w);
            place.y = banner.bottom() + kit.px(6);
        }
        if (status_shown > 0.02f && client.state() != client::State::Idle) {
            draw_status(view, place.x, place.y, place.w, status_shown);
        }
    }
    composer_rect_ = list_rect_ = {};
    if (screen_.chat.h > 0) {
        if (first_run) {
            if (presence_ > 0.02f) {
                canvas.alpha = presence_;
                kit.panel(screen_.chat);
                canvas.alpha = 1;
                draw_first_run(view, screen_.chat);
            }
        } else {
            draw_chat(view, room, screen_.chat);
        }
    }
    if (screen_.hints.w > 0) {
        draw_hints(view, screen_.hints);
    }
    if (screen_.roster.w > 0) {
        canvas.alpha = presence_;
        roster.draw(view, screen_.roster);
        canvas.alpha = 1;
    }
    if (screen_.cards.w > 0) {
        draw_cards(view, screen_.cards);
    }
    if (screen_.back.w > 0) {
        kit.button({.id = "people/back",
                    .label = words[Word::StatusBack],
                    .look = ButtonLook::Plain,
                    .enabled = true,
                    .why = {},
                    .key = {},
                    .action = {ActionKind::ToggleSide, 0, 0, 0},
                    .size = 15},
                   screen_.back);
    }
    if (screen_.toast.w > 0 && toasts.current() != nullptr) {
        Rect rect = screen_.toast;
        if (!options.reduced_motion) {
            rect.y -= std::round((1 - toast_presence_) * kit.px(14));
        }
        toasts.draw(view, rect, toast_cap, toast_presence_);
    }
}

void Overlay::Inside::draw_chat(const View& view, const client::Room* room, const Rect& rect) {
    const bool panel = presence_ > 0.02f;
    // What does not fit goes: first the line that says who types, then the tabs.
    const float least = kit.px(12 + 60);
    const float tabs_h = rect.h >= kit.px(44) + least ? kit.px(44) : 0;
    const float composer_margin = kit.px(12);
    const float composer_h = composer.height(view, *room, rect.w - 2 * composer_margin);
    const float typing_h = rect.h >= kit.px(chat_height_least) - kit.px(30) ? kit.px(24) : kit.px(6);
    composer_rect_ = {rect.x + composer_margin, rect.bottom() - composer_margin - composer_h,
                      rect.w - 2 * composer_margin, composer_h};
    list_rect_ = {rect.x + kit.px(14), rect.y + tabs_h + kit.px(2), rect.w - 2 * kit.px(14),
                  std::max(0.0f, composer_rect_.y - typing_h - rect.y - tabs_h - kit.px(2))};
    if (panel) {
        canvas.alpha = presence_;
        kit.element("chat", "group", room_title(view, *room), rect, {}, true, false);
        kit.panel(rect);
        const float thick = std::max(1.0f, std::floor(kit.unit()));
        if (tabs_h > 0) {
            canvas.fill({rect.x, rect.y + tabs_h, rect.w, thick}, theme[Tone::Line]);
            draw_tabs(view, active_, {rect.x + kit.px(8), rect.y + kit.px(8), rect.w - kit.px(16), tabs_h - kit.px(8)},
                      screen_.roster.w > 0 || screen_.cards.w > 0);
        }
        canvas.alpha = 1;
    }
    kit.element("log", "log", room_title(view, *room), list_rect_, {}, true, false);
    list.draw(view, *room, list_rect_);
    if (!panel) {
        return;
    }
    canvas.alpha = presence_;
    if (!list.at_bottom()) {
        const uint32_t below = list.new_below();
        Phrase count;
        count.add(static_cast<int64_t>(std::min<uint32_t>(below, 99))).add(below > 99 ? "+" : "");
        const Phrase label = below > 0 ? words.say(Word::ListNewBelow, {count}) : Phrase(words[Word::ListToNewest]);
        const float w = kit.width(label, theme.small, text::Bold) + kit.px(16 + 12 + 10 + 14);
        const Rect pill{std::round(list_rect_.cx() - w / 2), list_rect_.bottom() - kit.px(32), w, kit.px(28)};
        const Hit hit = kit.element("list/newest", "button", label, pill, {ActionKind::ToNewest, 0, 0, 0});
        canvas.shadow(pill, kit.px(14), kit.px(10), kit.px(3), theme[Tone::Shadow]);
        const Colour back = below > 0 ? theme[Tone::Accent] : theme[Tone::Button] | 0xff000000u;
        const Colour ink = below > 0 ? theme[Tone::OnAccent] : theme[Tone::Text];
        canvas.fill(pill, hit.hovered ? mix(back, theme[Tone::Text], 0.14f) : back, kit.px(14));
        canvas.sign(Sign::ArrowDown, pill.x + kit.px(20), pill.cy(), kit.px(5), ink);
        kit.line(pill.x + kit.px(34), kit.baseline(pill.cy(), theme.small), label, theme.small, ink, text::Bold);
        if (hit.focused) {
            kit.focus_ring(pill, kit.px(14));
        }
    }
    if (typing_h >= kit.px(20)) {
        draw_typing(view, *room,
                    {rect.x + kit.px(16), composer_rect_.y - typing_h, rect.w - kit.px(32), typing_h});
    }
    composer.draw(view, *room, composer_rect_, opened && focus == "composer");
    canvas.alpha = 1;
}

void Overlay::Inside::draw_typing(const View& view, const client::Room& room, const Rect& rect) {
    UserId names[2]{};
    uint32_t count = 0;
    for (const client::Member& member : room.members) {
        if (member.typing_until_steady_ms > 0 && member.user != client.model().self()) {
            if (count < 2) {
                names[count] = member.user;
            }
            ++count;
        }
    }
    if (count == 0) {
        return;
    }
    const Phrase line = count == 1   ? words.say(Word::ListTypingOne, {person_name(view, names[0])})
                        : count == 2 ? words.say(Word::ListTypingTwo, {person_name(view, names[0]),
                                                                       person_name(view, names[1])})
                                     : Phrase(words[Word::ListTypingMany]);
    kit.element("typing", "status", line, rect, {}, true, false);
    // Three dots that breathe, one after the other.
    for (int i = 0; i < 3; ++i) {
        const double phase = now_s_ * 1.2 - i * 0.18;
        const float glow = options.reduced_motion
                               ? 0.8f
                               : 0.45f + 0.45f * static_cast<float>(std::max(0.0, std::sin(phase * 6.28318)));
        canvas.sign(Sign::Disc, rect.x + kit.px(5) + static_cast<float>(i) * kit.px(6), rect.cy(), kit.px(2),
                    with_alpha(theme[Tone::Soft], glow));
    }
    kit.line(rect.x + kit.px(26), kit.baseline(rect.cy(), theme.small), line, theme.small, theme[Tone::Dim], 0,
             rect.w - kit.px(26));
}

void Overlay::Inside::draw_hints(const View& view, const Rect& rect) {
    canvas.alpha = presence_;
    float x = rect.x;
    const auto hint = [&](std::string_view cap, std::string_view word) {
        const float w = kit.key_cap_width(cap) + kit.px(6) + kit.width(word, theme.small);
        if (x + w > rect.right()) {
            return;
        }
        x += kit.key_cap(x, rect.cy(), cap, theme[Tone::KeyCap], theme[Tone::Text]) + kit.px(6);
        const text::Layout* laid = kit.layout(word, theme.small);
        if (laid != nullptr && !laid->lines.empty()) {
            canvas.outlined_text(*laid, x, kit.baseline(rect.cy(), theme.small) - laid->lines[0].baseline,
                                 theme[Tone::Soft], with_alpha(theme[Tone::Outline], 0.5f));
            x += std::ceil(laid->width_px);
        }
        x += kit.px(12);
    };
    if (opened) {
        hint(words[Word::KeyEnter], words[Word::KeySend]);
        hint(words[Word::KeyTab], words[Word::KeyNextRoom]);
        hint(words[Word::KeyEscape], words[Word::KeyClose]);
    } else {
        for (const Hint& each : words.hints()) {
            hint(each.key, each.word);
        }
    }
    (void)view;
    canvas.alpha = 1;
}

// [cards] Top to bottom in the order of the rooms; those that do not fit are left out from the top, so that
// the party's, which are last asked for, stay.

float Overlay::Inside::cards_height(const View& view, float width, float height_max) {
    card_order_.clear();
    const CardTypeSet* types = client.card_types();
    if (types == nullptr) {
        return 0;
    }
    const float gap = std::min(kit.px(theme.gap), screen_margin(theme, 1e6f, 1e6f, kit.unit()));
    float sum = 0;
    // The party's card is nearest to the corner; the match above it.
    for (const wire::RoomKind kind : {wire::RoomKind::Party, wire::RoomKind::Team, wire::RoomKind::Direct,
                                      wire::RoomKind::Guild, wire::RoomKind::Global}) {
        for (const client::Room& room : client.model().rooms()) {
            if (room.kind != kind) {
                continue;
            }
            for (const client::CardState& card : room.cards) {
                const CardType* type = types->find(card.type);
                if (type == nullptr) {
                    continue;
                }
                const float h = cards.height(view, room, *type, card, width) + (card_order_.empty() ? 0 : gap);
                if (sum + h <= height_max + 0.5f) {
                    sum += h;
                    card_order_.push_back(&card);
                }
            }
        }
    }
    return sum;
}

void Overlay::Inside::draw_cards(const View& view, const Rect& rect) {
    const float gap = std::min(kit.px(theme.gap), screen_margin(theme, 1e6f, 1e6f, kit.unit()));
    float y = rect.y;
    for (size_t i = card_order_.size(); i-- > 0;) {
        const client::CardState& card = *card_order_[i];
        const client::Room* room = client.model().room(card.room);
        const CardType* type = client.card_types()->find(card.type);
        if (room == nullptr || type == nullptr) {
            continue;
        }
        const float h = cards.height(view, *room, *type, card, rect.w);
        cards.draw(view, *room, *type, card, {rect.x, y, rect.w, h});
        y += h + gap;
    }
}

// [draw data]

void Overlay::Inside::collect_draw_data() {
    const ImDrawData* data = ImGui::GetDrawData();
    commands_.clear();
    if (data == nullptr || data->CmdListsCount == 0) {
        return;
    }
    // One list: everything is drawn with one brush.
    const ImDrawList* list_drawn = data->CmdLists[0];
    for (const ImDrawCmd& command : list_drawn->CmdBuffer) {
        const ImVec4& clip = command.ClipRect;
        if (command.ElemCount == 0 || clip.z <= clip.x || clip.w <= clip.y) {
            continue;
        }
        commands_.push_back({clip.x, clip.y, clip.z - clip.x, clip.w - clip.y,
                             static_cast<uint32_t>((intptr_t)command.GetTexID()), command.VtxOffset,
                             command.IdxOffset, command.ElemCount});
    }
    drawn.vertices = {reinterpret_cast<const Vertex*>(list_drawn->VtxBuffer.Data),
                      static_cast<size_t>(list_drawn->VtxBuffer.Size)};
    drawn.indices = {list_drawn->IdxBuffer.Data, static_cast<size_t>(list_drawn->IdxBuffer.Size)};
    drawn.commands = commands_;
    frame_stats.vertices = static_cast<uint32_t>(list_drawn->VtxBuffer.Size);
    frame_stats.commands = static_cast<uint32_t>(commands_.size());
}

bool Overlay::Inside::next_texture(TextureUpdate& out) {
    text::AtlasDirty dirty;
    if (!engine->next_dirty(dirty)) {
        return false;
    }
    const auto side = static_cast<int32_t>(engine->page_px());
    out = {.texture = dirty.page + 1u,
           .width = side,
           .height = side,
           .x = dirty.x,
           .y = dirty.y,
           .w = dirty.w,
           .h = dirty.h,
           .pixels = engine->pixels(dirty.page) +
                     4 * (static_cast<size_t>(dirty.y) * static_cast<size_t>(side) +
                          static_cast<size_t>(dirty.x)),
           .pitch_bytes = static_cast<uint32_t>(side) * 4};
    return true;
}

// Candidate windows belong under the caret; on-screen keyboards come and go with it.
void Overlay::Inside::tell_input_method() {
    if (options.ime_rect == nullptr) {
        return;
    }
    const bool wanted = opened;
    const Rect& caret = composer.caret_rect();
    const bool moved = caret.x != told_ime_.x || caret.y != told_ime_.y || caret.h != told_ime_.h;
    if (wanted && (moved || !told_wanted_)) {
        options.ime_rect(options.user, static_cast<int>(caret.x), static_cast<int>(caret.y),
                         std::max(1, static_cast<int>(caret.w)), static_cast<int>(caret.h));
        told_ime_ = caret;
    } else if (!wanted && told_wanted_) {
        options.ime_rect(options.user, 0, 0, 0, 0);
    }
    told_wanted_ = wanted;
}

// [the outside]

bool Overlay::input(const Input& event) {
    return inside_->input(event);
}
bool Overlay::has_focus() const {
    return inside_->opened;
}
bool Overlay::wants_text() const {
    return inside_->opened;
}
void Overlay::frame(float dt_s, int width, int height, float scale, uint32_t budget_us) {
    inside_->frame(dt_s, width, height, scale, budget_us);
}
const DrawData& Overlay::draw() const {
    return inside_->drawn;
}
bool Overlay::next_texture(TextureUpdate& out) {
    return inside_->next_texture(out);
}
void Overlay::textures_lost() {
    inside_->engine->mark_all_dirty();
}
const FrameStats& Overlay::stats() const {
    return inside_->frame_stats;
}
Result<void> Overlay::open(wire::RoomKind kind) {
    return inside_->open(kind);
}
void Overlay::close() {
    inside_->close();
}
void Overlay::set_visible(bool visible) {
    inside_->visible = visible;
    if (!visible) {
        inside_->close();
    }
}
void Overlay::show_roster(bool show) {
    inside_->roster_wanted = show;
}
void Overlay::show_cards(bool show) {
    inside_->cards_wanted = show;
}
Result<void> Overlay::toast(UserId who, std::string_view text, std::string_view action,
                            std::string_view action_label) {
    if (text.empty() || text.size() > limits::text_bytes_max || action.empty() != action_label.empty()) {
        return Error::BadArgument;
    }
    inside_->toasts.push({who, std::string(text), std::string(action), std::string(action_label), {}, 0});
    const std::string_view name =
        inside_->client.model().person(who) == nullptr
            ? std::string_view{}
            : std::string_view(inside_->client.model().person(who)->name);
    inside_->narrator.say(
        action.empty() ? inside_->words.say(Word::SayToastPlain, {name, text})
                       : inside_->words.say(Word::SayToast, {name, text, key_name(inside_->options.toast_key),
                                                             action_label}));
    return {};
}
std::span<const Element> Overlay::elements() const {
    return inside_->kit.elements();
}
const char* Overlay::next_spoken() {
    return inside_->narrator.next();
}

} // namespace parley::overlay
