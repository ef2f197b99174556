// overlay.hpp: the chat on the screen. Reads the client's model, issues its commands, and hands
// back plain draw data; a private Dear ImGui context gives draw lists and clipping, everything that
// is seen is our own. Knows no SDL and no renderer.
//
// All overlays of a process live on one thread: Dear ImGui keeps its current context in a global. A
// context that the host has made current is current again after each call.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "plugin/client/client.hpp"
#include "plugin/overlay/input.hpp"
#include "plugin/overlay/notify.hpp"
#include "plugin/overlay/widgets.hpp"
#include "schemas/base/host_alloc.hpp"
#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"

namespace parley::overlay {

struct Options {
    std::string font_folders; // separated by ':'; "": the system's
    std::string theme_path;   // as choose_theme takes it; "": the dark theme
    std::string words_path;   // as Words::choose takes it; "": English
    const char* (*clipboard_get)(void* user) = nullptr;
    void (*clipboard_set)(void* user, const char* text) = nullptr;
    // w 0: text input is no longer wanted.
    void (*ime_rect)(void* user, int x, int y, int w, int h) = nullptr;
    void* user = nullptr;
    bool reduced_motion = false;
    uint32_t toast_key = 0;        // of key::; 0: F6
    int64_t (*now_us)() = nullptr; // steady clock, for the frame's budget; null: no time passes
    // The host's allocator for text; null: the process's.
    AllocHook alloc = nullptr;
    void* alloc_user = nullptr;
    std::optional<int32_t> utc_offset_s; // of the times of day; none: the system's
    Log log;
};

struct Vertex {
    float x, y, u, v;
    uint32_t rgba;
};
struct DrawCommand {
    float clip_x, clip_y, clip_w, clip_h;
    uint32_t texture; // from 1
    uint32_t vertex_start, index_start, index_count;
};
// Straight alpha; indices are relative to the command's vertex_start. Lives until the next frame().
struct DrawData {
    std::span<const Vertex> vertices;
    std::span<const uint16_t> indices;
    std::span<const DrawCommand> commands;
};
struct TextureUpdate {
    uint32_t texture = 0;
    int32_t width = 0, height = 0;
    int32_t x = 0, y = 0, w = 0, h = 0;
    const uint8_t* pixels = nullptr; // RGBA8, straight alpha, of the rectangle's first pixel
    uint32_t pitch_bytes = 0;
};
struct FrameStats {
    uint32_t layout_us = 0, draw_us = 0;
    uint32_t layouts = 0, glyphs_rasterised = 0;
    uint32_t vertices = 0, commands = 0;
    uint32_t deferred = 0;
    uint32_t text_allocations = 0; // of the host's allocator
};
struct MemoryUse {
    uint64_t text_bytes = 0;    // of the host's allocator
    uint64_t texture_bytes = 0; // of those
    uint64_t font_bytes = 0;    // of files mapped
};

// Owner: the game thread. The client outlives it.
class Overlay {
public:
    // BadFont: no font at all. Io, BadConfig: theme or words; the log says what and where.
    static Result<std::unique_ptr<Overlay>> create(client::Client& client, const Options& options);
    ~Overlay();
    Overlay(const Overlay&) = delete;
    Overlay& operator=(const Overlay&) = delete;

    // [input] True: taken, the game must not see it.
    bool input(const Input& input);
    bool has_focus() const;
    bool wants_text() const;
    // Where an input method's candidates belong, of the last frame; w 0 while text is not wanted.
    Rect caret() const;

    // [drawing] budget_us 0: 300.
    void frame(float dt_s, int width, int height, float scale, uint32_t budget_us);
    const DrawData& draw() const;
    bool next_texture(TextureUpdate& out);
    void textures_lost();
    const FrameStats& stats() const;
    MemoryUse memory() const;

    // [control]
    // RoomKind::None: the last one used. NotFound: no such room; BadState: the game is loading.
    Result<void> open(wire::RoomKind kind);
    void close();
    void set_visible(bool visible);
    void show_roster(bool show);
    void show_cards(bool show);
    void set_phase(Phase phase);
    Result<void> set_level(RoomId room, Level level); // NotFound
    void set_do_not_disturb(bool on);
    Result<void> toast(UserId who, std::string_view text, std::string_view action,
                       std::string_view action_label);

    // [for screen readers and tests] until the next frame(), in reading order.
    std::span<const Element> elements() const;
    const char* next_spoken();
    // From the next frame() on everything drawn is written there; null: no longer.
    void record_drawing(std::vector<Drawn>* into);

private:
    class Inside;
    explicit Overlay(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

} // namespace parley::overlay
