// overlay.cpp: life of the overlay, and one frame of it.
#include "plugin/overlay/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <imgui.h>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {
namespace {

constexpr size_t layouts_kept = 1024;
constexpr uint32_t budget_us_usual = 300;
constexpr float reference_width = 1920, reference_height = 1080;
constexpr float screens_max = 16; // of the reference, on a side: no screen is as large

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
    const auto chosen = [&](const char* what, const std::string& path, auto choose, auto& into) {
        std::string message;
        auto loaded = choose(path, message);
        if (!loaded) {
            options.log.error("overlay.file_wrong",
                              {{"what", what}, {"path", path}, {"why", message}});
            return loaded.error();
        }
        into = std::move(*loaded);
        return Error::Ok;
    };
    Theme theme;
    if (const Error error = chosen("theme", options.theme_path, choose_theme, theme);
        error != Error::Ok) {
        return error;
    }
    Words words;
    if (const Error error = chosen("words", options.words_path, Words::choose, words);
        error != Error::Ok) {
        return error;
    }
    text::EngineOptions fonts;
    fonts.font_folders = options.font_folders;
    fonts.alloc = options.alloc;
    fonts.alloc_user = options.alloc_user;
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

Overlay::Inside::Inside(client::Client& client_of, const Options& options_of, Theme theme_of,
                        Words words_of, std::unique_ptr<text::Engine> engine_of)
    : client(client_of), options(options_of), theme(theme_of), words(std::move(words_of)),
      engine(std::move(engine_of)), text(*engine, layouts_kept, options.now_us), canvas(*engine),
      kit(canvas, text, theme), composer(engine->memory()) {
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
    // ImGui wants an atlas of its own. Nothing is drawn from it: its white texel is pointed at the
    // one of the text engine's first page, and so solid shapes and glyphs share a texture.
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
    for (const wire::RoomKind kind :
         {wire::RoomKind::Party, wire::RoomKind::Team, wire::RoomKind::Global,
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
    const int64_t started_us = options.now_us != nullptr ? options.now_us() : 0;
    // A stall is not a slide show. (Not std::clamp, which lets what is no number through: Dear
    // ImGui ended the process for it.)
    const float dt = dt_s > 0 ? std::min(dt_s, 0.25f) : 0.0f;
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
    const float wanted = (std::isnan(scale) ? 1.0f : std::clamp(scale, 0.75f, 3.0f)) * theme.scale;
    const float unit = wanted * std::clamp(of_screen, 1.0f, screens_max);
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
    hold_toasts();
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
    presence_ = approach(presence_, awake ? 1.0f : 0.0f, dt, fade_ms,
                         options.reduced_motion || first_frame_);
    toast_presence_ = approach(toast_presence_, toasts.current() != nullptr ? 1.0f : 0.0f, dt,
                               toasts.current() != nullptr ? theme.enter_ms : theme.leave_ms,
                               options.reduced_motion);
    first_frame_ = false;
    view.presence = presence_;

    text.begin_frame(budget, theme.line_height);
    engine->allow_rasters(std::max(8u, budget / 50));
    canvas.allow(static_cast<uint32_t>(std::min(uint64_t{budget} * 2, uint64_t{UINT32_MAX})));
    // A frame in which the atlas ran over and was cleared has texts with two meanings of the same
    // place in it: it is drawn once more.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const uint32_t generation = engine->atlas_generation();
        ImGui::NewFrame();
        ImDrawList* brush = ImGui::GetBackgroundDrawList();
        canvas.begin(brush, unit, static_cast<float>(engine->page_px()));
        canvas.mirror(words.rtl() ? static_cast<float>(width) : 0);
        canvas.roles = {};
        canvas.roles[1] = theme[Tone::Warn];
        canvas.roles[2] = theme[Tone::Accent];
        canvas.roles[3] = theme[Tone::Warn];
        kit.begin_frame(unit, mouse_x_, mouse_y_, mouse_known_,
                        opened ? std::string_view(focus) : "", held_);
        if (shown()) {
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
    frame_stats.deferred = text.deferred() + canvas.deferred();
    frame_stats.glyphs_rasterised =
        static_cast<uint32_t>(engine->glyphs_rasterised() - rasterised_before_);
    rasterised_before_ = engine->glyphs_rasterised();
    frame_stats.text_allocations =
        static_cast<uint32_t>(engine->memory_allocations() - allocated_before_);
    allocated_before_ = engine->memory_allocations();
    const int64_t ended_us = options.now_us != nullptr ? options.now_us() : 0;
    frame_stats.draw_us = static_cast<uint32_t>(ended_us - started_us);
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
Rect Overlay::caret() const {
    return inside_->opened ? inside_->composer.caret_rect() : Rect{};
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
MemoryUse Overlay::memory() const {
    const text::Engine& engine = *inside_->engine;
    return {engine.memory_bytes(), engine.atlas_bytes(), engine.font_bytes()};
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
    if (text.empty() || text.size() > limits::text_bytes_max ||
        action.empty() != action_label.empty()) {
        return Error::BadArgument;
    }
    inside_->toast_of_game({.who = who,
                            .text = std::string(text),
                            .action = std::string(action),
                            .label = std::string(action_label)});
    return {};
}
void Overlay::set_phase(Phase phase) {
    inside_->set_phase(phase);
}
Result<void> Overlay::set_level(RoomId room, Level level) {
    return inside_->set_level(room, level);
}
void Overlay::set_do_not_disturb(bool on) {
    inside_->do_not_disturb = on;
    inside_->hold_toasts();
}
std::span<const Element> Overlay::elements() const {
    return inside_->kit.elements();
}
void Overlay::record_drawing(std::vector<Drawn>* into) {
    inside_->canvas.record = into;
}
const char* Overlay::next_spoken() {
    return inside_->narrator.next();
}

} // namespace parley::overlay
