// overlay_abi.cpp: parley_overlay.h over plugin/overlay. Checks arguments, turns values round.
#include <cstring>
#include <new>
#include <utility>

#include "plugin/abi/checked.hpp"
#include "plugin/abi/overlay_handle.hpp"
#include "plugin/abi/turn.hpp"
#include "schemas/base/clock.hpp"

namespace parley::abi {
namespace {

// Draw data is handed through as it is.
static_assert(sizeof(parley_vertex) == sizeof(overlay::Vertex));
static_assert(offsetof(parley_vertex, rgba) == offsetof(overlay::Vertex, rgba));
static_assert(offsetof(parley_vertex, u) == offsetof(overlay::Vertex, u));
static_assert(sizeof(parley_draw_command) == sizeof(overlay::DrawCommand));
static_assert(offsetof(parley_draw_command, texture) == offsetof(overlay::DrawCommand, texture));
static_assert(offsetof(parley_draw_command, index_count) ==
              offsetof(overlay::DrawCommand, index_count));

// Inputs are handed through too.
[[maybe_unused]] void same(overlay::InputType type) {
    using overlay::InputType;
#define PARLEY_SAME(theirs, ours)                                                                  \
    case ours:                                                                                     \
        static_assert(theirs == static_cast<int>(ours));                                           \
        break;
    switch (type) {
    case InputType::None: // nobody gives it
        break;
        PARLEY_SAME(PARLEY_INPUT_KEY, InputType::Key)
        PARLEY_SAME(PARLEY_INPUT_TEXT, InputType::Text)
        PARLEY_SAME(PARLEY_INPUT_PREEDIT, InputType::Preedit)
        PARLEY_SAME(PARLEY_INPUT_MOUSE_MOVE, InputType::MouseMove)
        PARLEY_SAME(PARLEY_INPUT_MOUSE_BUTTON, InputType::MouseButton)
        PARLEY_SAME(PARLEY_INPUT_WHEEL, InputType::Wheel)
        PARLEY_SAME(PARLEY_INPUT_PAD, InputType::Pad)
        PARLEY_SAME(PARLEY_INPUT_FOCUS, InputType::Focus)
    }
#undef PARLEY_SAME
}
static_assert(PARLEY_KEY_NONE == overlay::key::none);
static_assert(PARLEY_KEY_ENTER == overlay::key::enter);
static_assert(PARLEY_KEY_ESCAPE == overlay::key::escape);
static_assert(PARLEY_KEY_TAB == overlay::key::tab);
static_assert(PARLEY_KEY_BACKSPACE == overlay::key::backspace);
static_assert(PARLEY_KEY_DELETE == overlay::key::erase);
static_assert(PARLEY_KEY_LEFT == overlay::key::left);
static_assert(PARLEY_KEY_RIGHT == overlay::key::right);
static_assert(PARLEY_KEY_UP == overlay::key::up);
static_assert(PARLEY_KEY_DOWN == overlay::key::down);
static_assert(PARLEY_KEY_HOME == overlay::key::home);
static_assert(PARLEY_KEY_END == overlay::key::end);
static_assert(PARLEY_KEY_PAGE_UP == overlay::key::page_up);
static_assert(PARLEY_KEY_PAGE_DOWN == overlay::key::page_down);
static_assert(PARLEY_KEY_SPACE == overlay::key::space);
static_assert(PARLEY_KEY_F1 == overlay::key::f1);
static_assert(PARLEY_KEY_F6 == overlay::key::f6);
static_assert(PARLEY_KEY_F12 == overlay::key::f12);
static_assert(PARLEY_KEY_OTHER == overlay::key::other);
static_assert(PARLEY_MOD_SHIFT == overlay::mods::shift);
static_assert(PARLEY_MOD_CTRL == overlay::mods::ctrl);
static_assert(PARLEY_MOD_ALT == overlay::mods::alt);
static_assert(PARLEY_MOD_SUPER == overlay::mods::super);
static_assert(PARLEY_PAD_SOUTH == overlay::pad::south);
static_assert(PARLEY_PAD_EAST == overlay::pad::east);
static_assert(PARLEY_PAD_WEST == overlay::pad::west);
static_assert(PARLEY_PAD_NORTH == overlay::pad::north);
static_assert(PARLEY_PAD_UP == overlay::pad::up);
static_assert(PARLEY_PAD_DOWN == overlay::pad::down);
static_assert(PARLEY_PAD_LEFT == overlay::pad::left);
static_assert(PARLEY_PAD_RIGHT == overlay::pad::right);
static_assert(PARLEY_PAD_LEFT_SHOULDER == overlay::pad::left_shoulder);
static_assert(PARLEY_PAD_RIGHT_SHOULDER == overlay::pad::right_shoulder);
static_assert(PARLEY_PAD_BACK == overlay::pad::back);
static_assert(PARLEY_PAD_START == overlay::pad::start);

[[maybe_unused]] void same(overlay::Phase phase) {
    using overlay::Phase;
#define PARLEY_SAME(theirs, ours)                                                                  \
    case ours:                                                                                     \
        static_assert(theirs == static_cast<int>(ours));                                           \
        break;
    switch (phase) {
        PARLEY_SAME(PARLEY_PHASE_PLAY, Phase::Play)
        PARLEY_SAME(PARLEY_PHASE_MENU, Phase::Menu)
        PARLEY_SAME(PARLEY_PHASE_LOADING, Phase::Loading)
        PARLEY_SAME(PARLEY_PHASE_COMBAT, Phase::Combat)
        PARLEY_SAME(PARLEY_PHASE_DEAD, Phase::Dead)
        PARLEY_SAME(PARLEY_PHASE_END, Phase::End)
    }
#undef PARLEY_SAME
}
static_assert(PARLEY_PHASE_END == overlay::phase_last);
static_assert(PARLEY_LEVEL_ALL == static_cast<int>(overlay::Level::All));
static_assert(PARLEY_LEVEL_MENTIONS == static_cast<int>(overlay::Level::Mentions));
static_assert(PARLEY_LEVEL_NONE == static_cast<int>(overlay::Level::None));
static_assert(PARLEY_LEVEL_NONE == overlay::level_last);
static_assert(PARLEY_URGENT == static_cast<int>(overlay::Urgency::Urgent));
static_assert(PARLEY_SOCIAL == static_cast<int>(overlay::Urgency::Social));
static_assert(PARLEY_AMBIENT == static_cast<int>(overlay::Urgency::Ambient));
static_assert(PARLEY_WANTS_SOUND == overlay::Notice::sound_bit);
static_assert(PARLEY_WANTS_FLASH == overlay::Notice::flash_bit);
static_assert(PARLEY_WANTS_DESKTOP == overlay::Notice::desktop_bit);

bool orphaned(const parley_overlay& overlay) {
    return overlay.client == nullptr;
}

// After the host's memory ran out nothing is drawn: drawing needs memory.
bool usable(const parley_overlay* overlay) {
    return overlay != nullptr && !orphaned(*overlay) && !overlay->client->memory.failed();
}

parley_result why_unusable(const parley_overlay& overlay) {
    return orphaned(overlay) ? PARLEY_ERROR_BAD_STATE : PARLEY_ERROR_OUT_OF_MEMORY;
}

void orphan_overlays(parley_client& client) {
    while (client.overlays != nullptr) {
        parley_overlay& overlay = *client.overlays;
        client.overlays = std::exchange(overlay.next, nullptr);
        overlay.draw = {};
        overlay.overlay.reset(); // it reads the client's model and lies in its memory
        overlay.client = nullptr;
    }
}

} // namespace
} // namespace parley::abi

using namespace parley;
using namespace parley::abi;

extern "C" {

parley_result parley_overlay_create(parley_client* client, const parley_overlay_options* options,
                                    parley_overlay** out) {
    if (out == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    *out = nullptr;
    parley_overlay_options how{};
    if (client == nullptr || !read_checked(*client, options, how)) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (client->memory.failed()) {
        return PARLEY_ERROR_OUT_OF_MEMORY;
    }
    overlay::Options wanted;
    wanted.font_folders = or_empty(how.font_path);
    wanted.theme_path = or_empty(how.theme_path);
    wanted.words_path = or_empty(how.words_path);
    wanted.clipboard_get = how.clipboard_get;
    wanted.clipboard_set = how.clipboard_set;
    wanted.ime_rect = how.ime_rect;
    wanted.user = how.user;
    wanted.reduced_motion = how.reduced_motion == 1;
    wanted.toast_key = how.toast_key;
    wanted.now_us = &steady_us;
    wanted.log = client->log;
    wanted.alloc = client->hook;
    wanted.alloc_user = client->user;
    Result<std::unique_ptr<overlay::Overlay>> made =
        overlay::Overlay::create(*client->client, wanted);
    if (!made) {
        return result_of(made.error());
    }
    // Not in the client's memory: the handle may outlive the client.
    void* const place = client->hook(client->user, nullptr, sizeof(parley_overlay));
    if (place == nullptr) {
        return PARLEY_ERROR_OUT_OF_MEMORY;
    }
    auto* const handle = new (place) parley_overlay();
    handle->client = client;
    handle->hook = client->hook;
    handle->user = client->user;
    handle->next = std::exchange(client->overlays, handle);
    client->orphan_overlays = &orphan_overlays;
    handle->overlay = std::move(made).value();
    *out = handle;
    return PARLEY_OK;
}

void parley_overlay_destroy(parley_overlay* overlay) {
    if (overlay == nullptr) {
        return;
    }
    if (!orphaned(*overlay)) {
        parley_overlay** at = &overlay->client->overlays;
        while (*at != overlay) {
            at = &(*at)->next;
        }
        *at = overlay->next;
    }
    const AllocHook hook = overlay->hook;
    void* const user = overlay->user;
    overlay->~parley_overlay();
    hook(user, overlay, 0);
}

// [input]

bool parley_overlay_input(parley_overlay* overlay, const parley_input* input) {
    parley_input said{};
    if (!usable(overlay) || !read_checked(*overlay->client, input, said) ||
        said.type > PARLEY_INPUT_FOCUS || (said.text != nullptr && !text::valid_utf8(said.text))) {
        return false;
    }
    overlay::Input turned;
    turned.type = static_cast<overlay::InputType>(said.type);
    turned.key = said.key;
    turned.mods = said.mods;
    turned.down = said.down != 0;
    turned.repeat = said.repeat != 0;
    turned.caret = said.caret;
    turned.x = said.x;
    turned.y = said.y;
    if (said.text != nullptr) {
        turned.text = said.text;
    }
    return overlay->overlay->input(turned);
}

bool parley_overlay_has_focus(const parley_overlay* overlay) {
    return usable(overlay) && overlay->overlay->has_focus();
}

bool parley_overlay_wants_text(const parley_overlay* overlay) {
    return usable(overlay) && overlay->overlay->wants_text();
}

// [drawing]

void parley_overlay_frame(parley_overlay* overlay, float dt_s, int width, int height, float scale,
                          uint32_t budget_us) {
    if (overlay == nullptr) {
        return;
    }
    overlay->draw = {};
    if (!usable(overlay)) {
        return;
    }
    const uint64_t before = overlay->client->memory.allocations();
    overlay->overlay->frame(dt_s, width, height, scale, budget_us);
    overlay->allocations =
        overlay->client->memory.allocations() - before + overlay->overlay->stats().text_allocations;
    const overlay::DrawData& data = overlay->overlay->draw();
    overlay->draw.vertices = reinterpret_cast<const parley_vertex*>(data.vertices.data());
    overlay->draw.vertex_count = static_cast<uint32_t>(data.vertices.size());
    overlay->draw.indices = data.indices.data();
    overlay->draw.index_count = static_cast<uint32_t>(data.indices.size());
    overlay->draw.commands = reinterpret_cast<const parley_draw_command*>(data.commands.data());
    overlay->draw.command_count = static_cast<uint32_t>(data.commands.size());
}

const parley_draw* parley_overlay_draw(parley_overlay* overlay) {
    static const parley_draw nothing{};
    return overlay == nullptr ? &nothing : &overlay->draw;
}

bool parley_overlay_next_texture(parley_overlay* overlay, parley_texture_update* out) {
    overlay::TextureUpdate update;
    if (!usable(overlay) || out == nullptr || !overlay->overlay->next_texture(update)) {
        return false;
    }
    *out = {update.texture, update.width, update.height, update.x,          update.y,
            update.w,       update.h,     update.pixels, update.pitch_bytes};
    return true;
}

void parley_overlay_textures_lost(parley_overlay* overlay) {
    if (usable(overlay)) {
        overlay->overlay->textures_lost();
    }
}

void parley_overlay_get_stats(const parley_overlay* overlay, parley_frame_stats* out) {
    if (overlay == nullptr || orphaned(*overlay)) {
        return;
    }
    const overlay::FrameStats& now = overlay->overlay->stats();
    parley_frame_stats said{};
    said.layout_us = now.layout_us;
    said.draw_us = now.draw_us;
    said.layouts = now.layouts;
    said.glyphs_rasterised = now.glyphs_rasterised;
    said.allocations = static_cast<uint32_t>(overlay->allocations);
    said.vertices = now.vertices;
    said.commands = now.commands;
    said.deferred = now.deferred;
    ignore(write_checked(*overlay->client, said, out),
           "without a good size there is nowhere to write to");
}

void parley_overlay_get_memory(const parley_overlay* overlay, parley_overlay_memory* out) {
    if (overlay == nullptr || orphaned(*overlay)) {
        return;
    }
    const overlay::MemoryUse now = overlay->overlay->memory();
    parley_overlay_memory said{};
    said.text_bytes = now.text_bytes;
    said.texture_bytes = now.texture_bytes;
    said.font_bytes = now.font_bytes;
    ignore(write_checked(*overlay->client, said, out),
           "without a good size there is nowhere to write to");
}

// [control]

parley_result parley_overlay_open(parley_overlay* overlay, uint32_t room_kind) {
    if (overlay == nullptr || room_kind > PARLEY_ROOM_GUILD) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (!usable(overlay)) {
        return why_unusable(*overlay);
    }
    return result_of(overlay->overlay->open(static_cast<wire::RoomKind>(room_kind)).error());
}

void parley_overlay_close(parley_overlay* overlay) {
    if (usable(overlay)) {
        overlay->overlay->close();
    }
}

void parley_overlay_set_visible(parley_overlay* overlay, bool visible) {
    if (usable(overlay)) {
        overlay->overlay->set_visible(visible);
    }
}

void parley_overlay_show_roster(parley_overlay* overlay, bool show) {
    if (usable(overlay)) {
        overlay->overlay->show_roster(show);
    }
}

void parley_overlay_show_cards(parley_overlay* overlay, bool show) {
    if (usable(overlay)) {
        overlay->overlay->show_cards(show);
    }
}

parley_result parley_overlay_toast(parley_overlay* overlay, parley_user who, const char* text,
                                   const char* action, const char* action_label) {
    if (overlay == nullptr || text == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (!usable(overlay)) {
        return why_unusable(*overlay);
    }
    for (const char* const given : {text, action, action_label}) {
        if (given != nullptr && *given != '\0' && !text::valid_utf8(given)) {
            return PARLEY_ERROR_ENCODING;
        }
    }
    return result_of(
        overlay->overlay->toast(UserId{who}, text, or_empty(action), or_empty(action_label))
            .error());
}

parley_result parley_overlay_set_phase(parley_overlay* overlay, uint32_t phase) {
    if (overlay == nullptr || phase > overlay::phase_last) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (!usable(overlay)) {
        return why_unusable(*overlay);
    }
    overlay->overlay->set_phase(static_cast<overlay::Phase>(phase));
    return PARLEY_OK;
}

parley_result parley_overlay_set_level(parley_overlay* overlay, parley_room room, uint32_t level) {
    if (overlay == nullptr || level > overlay::level_last) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (!usable(overlay)) {
        return why_unusable(*overlay);
    }
    return result_of(
        overlay->overlay->set_level(RoomId{room}, static_cast<overlay::Level>(level)).error());
}

void parley_overlay_set_do_not_disturb(parley_overlay* overlay, bool on) {
    if (usable(overlay)) {
        overlay->overlay->set_do_not_disturb(on);
    }
}

size_t parley_overlay_elements(const parley_overlay* overlay, parley_element* out, size_t cap) {
    if (!usable(overlay)) {
        return 0;
    }
    const std::span<const overlay::Element> elements = overlay->overlay->elements();
    for (size_t i = 0; out != nullptr && i < std::min(elements.size(), cap); ++i) {
        const overlay::Element& element = elements[i];
        out[i] = {element.id.c_str(), element.role,    element.label.c_str(),
                  element.rect.x,     element.rect.y,  element.rect.w,
                  element.rect.h,     element.focused, element.enabled};
    }
    return elements.size();
}

const char* parley_overlay_next_spoken(parley_overlay* overlay) {
    return usable(overlay) ? overlay->overlay->next_spoken() : nullptr;
}

} // extern "C"
