/* parley_overlay.h -- the chat on the screen.
 *
 * Lays a client out with a private Dear ImGui context and hands back plain draw data for any renderer.
 * parley_sdl2.h does input and drawing for SDL2. Same thread, memory and struct rules as parley.h; the
 * overlays of all clients belong on one thread.
 *
 * [types] [overlay] [input] [drawing] [control]
 */
#ifndef PARLEY_OVERLAY_H
#define PARLEY_OVERLAY_H

#include "parley/parley.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [types] ------------------------------------------------------------------------------------- */

typedef struct parley_overlay parley_overlay;

typedef struct parley_overlay_options {
    uint32_t size;
    const char *font_path;        /* folder(s) searched for Noto fonts, separated by ':'; NULL: the
                                     system's. A missing script is drawn as boxes and logged once. */
    const char *theme_path;       /* "light", "high_contrast", or the path of a theme file (TOML), and what is
                                     laid over it: "light+deuteranopia"; NULL: the dark theme */
    const char *words_path;       /* your presence sentences and other words (TOML), or a language by its name:
                                     "de", "ja", "ar"; NULL: English */
    /* The three hooks come within calls to the overlay, on its thread, and must not call the overlay. */
    const char *(*clipboard_get)(void *user);             /* NULL: an own clipboard. What it returns (may be
                                                             NULL) is copied before it is called again */
    void (*clipboard_set)(void *user, const char *text);  /* text lives while the call lasts */
    void (*ime_rect)(void *user, int x, int y, int w, int h); /* where the candidate list belongs; w 0:
                                                                text input is no longer wanted */
    void *user;                   /* handed to the hooks as it is; outlives the overlay */
    int32_t reduced_motion;       /* 1: no slides, fades or blinking */
    uint32_t toast_key;           /* parley_key that answers the toast's button; 0: PARLEY_KEY_F6 */
} parley_overlay_options;

typedef enum parley_input_type {
    PARLEY_INPUT_KEY = 1,         /* key, down, mods */
    PARLEY_INPUT_TEXT = 2,        /* text: typed, committed */
    PARLEY_INPUT_PREEDIT = 3,     /* text: the IME's, not yet committed; caret in characters */
    PARLEY_INPUT_MOUSE_MOVE = 4,  /* x, y in pixels */
    PARLEY_INPUT_MOUSE_BUTTON = 5,/* key: 0 left 1 right 2 middle, down, x, y */
    PARLEY_INPUT_WHEEL = 6,       /* y: lines, up is positive */
    PARLEY_INPUT_PAD = 7,         /* key: parley_pad, down */
    PARLEY_INPUT_FOCUS = 8        /* down: 1 the window has focus, 0 it lost it: all keys go up */
} parley_input_type;

typedef enum parley_key {
    PARLEY_KEY_NONE = 0, PARLEY_KEY_ENTER, PARLEY_KEY_ESCAPE, PARLEY_KEY_TAB, PARLEY_KEY_BACKSPACE,
    PARLEY_KEY_DELETE, PARLEY_KEY_LEFT, PARLEY_KEY_RIGHT, PARLEY_KEY_UP, PARLEY_KEY_DOWN,
    PARLEY_KEY_HOME, PARLEY_KEY_END, PARLEY_KEY_PAGE_UP, PARLEY_KEY_PAGE_DOWN, PARLEY_KEY_SPACE,
    PARLEY_KEY_F1 = 64, PARLEY_KEY_F6 = 69, PARLEY_KEY_F12 = 75,
    PARLEY_KEY_A = 97, PARLEY_KEY_Z = 122,     /* letters: their lower-case ASCII; digits likewise */
    PARLEY_KEY_OTHER = 0x10000                 /* + any number that always means the same key */
} parley_key;

typedef enum parley_mods {
    PARLEY_MOD_SHIFT = 1, PARLEY_MOD_CTRL = 2, PARLEY_MOD_ALT = 4, PARLEY_MOD_SUPER = 8
} parley_mods;

typedef enum parley_pad {
    PARLEY_PAD_SOUTH = 1, PARLEY_PAD_EAST, PARLEY_PAD_WEST, PARLEY_PAD_NORTH, PARLEY_PAD_UP,
    PARLEY_PAD_DOWN, PARLEY_PAD_LEFT, PARLEY_PAD_RIGHT, PARLEY_PAD_LEFT_SHOULDER,
    PARLEY_PAD_RIGHT_SHOULDER, PARLEY_PAD_BACK, PARLEY_PAD_START
} parley_pad;

typedef struct parley_input {
    uint32_t size;
    uint32_t type;                /* parley_input_type */
    uint32_t key;
    uint32_t mods;
    int32_t down;
    int32_t repeat;
    int32_t caret;
    float x, y;
    const char *text;
} parley_input;

typedef struct parley_vertex { float x, y, u, v; uint32_t rgba; } parley_vertex; /* R in the lowest byte */
typedef struct parley_draw_command {
    float clip_x, clip_y, clip_w, clip_h;
    uint32_t texture;             /* 0 is never used */
    uint32_t vertex_start, index_start, index_count;
} parley_draw_command;
/* Straight alpha. Valid until the next parley_overlay_frame. */
typedef struct parley_draw {
    const parley_vertex *vertices;
    uint32_t vertex_count;
    const uint16_t *indices;      /* relative to the command's vertex_start */
    uint32_t index_count;
    const parley_draw_command *commands;
    uint32_t command_count;
} parley_draw;

/* A rectangle of a texture whose pixels (RGBA8, straight alpha) changed. */
typedef struct parley_texture_update {
    uint32_t texture;
    int32_t width, height;        /* of the whole texture; it is made when first seen or resized */
    int32_t x, y, w, h;           /* what changed */
    const uint8_t *pixels;        /* of the rectangle's first pixel; until the next parley_overlay_frame */
    uint32_t pitch_bytes;
} parley_texture_update;

typedef struct parley_frame_stats {
    uint32_t size;
    uint32_t layout_us, draw_us;  /* of the last frame */
    uint32_t layouts, glyphs_rasterised, allocations;
    uint32_t vertices, commands;
    uint32_t deferred;            /* lines whose layout waits for a later frame's budget */
} parley_frame_stats;

/* What an overlay holds now. Dear ImGui's arrays and the names of fonts are not counted. */
typedef struct parley_overlay_memory {
    uint32_t size;
    uint64_t text_bytes;          /* of your allocator: layouts, glyphs, textures, FreeType */
    uint64_t texture_bytes;       /* of those, the textures' pixels; your renderer keeps as many again */
    uint64_t font_bytes;          /* of font files mapped: read as glyphs are drawn, and shared with other
                                     programs */
} parley_overlay_memory;

/* A piece of the overlay as a screen reader or a test sees it. */
typedef struct parley_element {
    const char *id;               /* "composer", "tab/3", "card/match/join" */
    const char *role;             /* "button", "textbox", "log", "listitem", "tab", "status" */
    const char *label;
    float x, y, w, h;
    bool focused, enabled;
} parley_element;

/* What the game is at. */
typedef enum parley_phase {
    PARLEY_PHASE_PLAY = 0,        /* none of the others */
    PARLEY_PHASE_MENU = 1,
    PARLEY_PHASE_LOADING = 2,     /* nothing is drawn or opened */
    PARLEY_PHASE_COMBAT = 3,      /* only what is said to the player, as a small badge and a sound */
    PARLEY_PHASE_DEAD = 4,
    PARLEY_PHASE_END = 5
} parley_phase;

/* What the player wants to be told of a room. Whatever it is, its lines are there, and counted as unread. */
typedef enum parley_level {
    PARLEY_LEVEL_ALL = 0,
    PARLEY_LEVEL_MENTIONS = 1,
    PARLEY_LEVEL_NONE = 2
} parley_level;

/* [overlay] ----------------------------------------------------------------------------------- */

/* A client that is destroyed first leaves it without anything to draw: what it is asked then is BAD_STATE or
 * nothing, and it still has to be destroyed. BAD_ARGUMENT, BAD_FONT (no font at all), IO (theme or words cannot be
 * read), BAD_CONFIG (their TOML is wrong; the log says where), OUT_OF_MEMORY. */
PARLEY_API parley_result parley_overlay_create(parley_client *client, const parley_overlay_options *options,
                                               parley_overlay **out);
PARLEY_API void parley_overlay_destroy(parley_overlay *overlay); /* NULL is fine */

/* [input] ------------------------------------------------------------------------------------- */

/* True: the overlay took it; do not give it to the game. A key whose press was taken has its release
 * taken too. */
PARLEY_API bool parley_overlay_input(parley_overlay *overlay, const parley_input *input);
/* The player is typing or moving through the overlay: do not move the character. */
PARLEY_API bool parley_overlay_has_focus(const parley_overlay *overlay);
/* Start and stop text input (on-screen keyboards, IME) as this says. */
PARLEY_API bool parley_overlay_wants_text(const parley_overlay *overlay);

/* [drawing] ----------------------------------------------------------------------------------- */

/* Lays out one frame of width x height pixels; scale 0.75-3 is the player's text size. Begins no
 * more work after budget_us (0: 300), and what did not fit comes with the next frames; the first frames and a
 * change of scale may take somewhat longer. Whatever the numbers are, nothing breaks. */
PARLEY_API void parley_overlay_frame(parley_overlay *overlay, float dt_s, int width, int height,
                                     float scale, uint32_t budget_us);
/* What the last frame came to; never NULL. It and its arrays live until the next parley_overlay_frame, or
 * the client's end. */
PARLEY_API const parley_draw *parley_overlay_draw(parley_overlay *overlay);
/* The next texture change since the last frame, or false. Carry all out before drawing. */
PARLEY_API bool parley_overlay_next_texture(parley_overlay *overlay, parley_texture_update *out);
/* The renderer lost its textures: all come again. */
PARLEY_API void parley_overlay_textures_lost(parley_overlay *overlay);
/* What the last frame cost, into *out (its size member set by you). */
PARLEY_API void parley_overlay_get_stats(const parley_overlay *overlay, parley_frame_stats *out);

/* What it holds of memory, into *out (its size member set by you). */
PARLEY_API void parley_overlay_get_memory(const parley_overlay *overlay, parley_overlay_memory *out);

/* [control] ----------------------------------------------------------------------------------- */

/* Opens the composer in the first room of kind (0: the last one used) and takes the keyboard. The text event
 * of the key that opened it is swallowed. NOT_FOUND: no such room; BAD_ARGUMENT: no such kind;
 * BAD_STATE: the client was destroyed, or the game is loading; OUT_OF_MEMORY. */
PARLEY_API parley_result parley_overlay_open(parley_overlay *overlay, uint32_t room_kind);
/* Gives the keyboard back; the draft stays. */
PARLEY_API void parley_overlay_close(parley_overlay *overlay);
/* Shows or hides all of it; hiding closes it too. It is shown at first. */
PARLEY_API void parley_overlay_set_visible(parley_overlay *overlay, bool visible);
/* Panels, to suit the game's screen. */
PARLEY_API void parley_overlay_show_roster(parley_overlay *overlay, bool show);
PARLEY_API void parley_overlay_show_cards(parley_overlay *overlay, bool show);
/* A toast of who (0: nobody's) with one action; action and its label "" or NULL for none. The press comes as
 * PARLEY_EVENT_ACTION with card_type "". One is seen at a time; when too many wait, the oldest of those
 * goes unseen. BAD_ARGUMENT: no text, more than 8 KiB of it, or one of action and label alone; ENCODING;
 * BAD_STATE: the client was destroyed; OUT_OF_MEMORY. */
PARLEY_API parley_result parley_overlay_toast(parley_overlay *overlay, parley_user who, const char *text,
                                              const char *action, const char *action_label);
/* What the game is at now; PARLEY_PHASE_PLAY at first. What comes while it loads or fights is told in one toast when
 * that is over ("While you fought: 12 messages, 2 for you"), and toasts of yours wait so long. LOADING closes the
 * overlay; the draft stays. BAD_ARGUMENT: no such phase; BAD_STATE: the client was destroyed; OUT_OF_MEMORY. */
PARLEY_API parley_result parley_overlay_set_phase(parley_overlay *overlay, uint32_t phase);
/* The parley_level of a room, kept until the room is left. BAD_ARGUMENT: no such level; NOT_FOUND: no such
 * room; BAD_STATE: the client was destroyed; OUT_OF_MEMORY. */
PARLEY_API parley_result parley_overlay_set_level(parley_overlay *overlay, parley_room room, uint32_t level);
/* True: badges alone, until it is false again. Others see it only when you say so with parley_set_presence. */
PARLEY_API void parley_overlay_set_do_not_disturb(parley_overlay *overlay, bool on);
/* What is on the screen, for screen readers and tests: fills up to cap, returns how many. Pointers live
 * until the next parley_overlay_frame. */
PARLEY_API size_t parley_overlay_elements(const parley_overlay *overlay, parley_element *out, size_t cap);
/* The next line to be spoken (newest matters, politely ordered), or NULL. Lives until the next call. */
PARLEY_API const char *parley_overlay_next_spoken(parley_overlay *overlay);

#ifdef __cplusplus
}
#endif
#endif
