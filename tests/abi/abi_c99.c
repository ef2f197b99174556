/* abi_c99.c: the headers are C99, and every function of the three can be called from C. The client has no
 * shard: what each says without one is asserted. Fonts are the system's; without SDL_Init nothing is
 * drawn. The list of functions called is compared with the lists in plugin/abi by abi_test. */
#include <parley/parley.h>
#include <parley/parley_overlay.h>
#include <parley/parley_sdl2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static const char key[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static int lines_logged;

static void *allocate(void *user, void *old, size_t bytes) {
    long *calls = user;
    ++*calls;
    if (bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, bytes);
}

static void count_lines(void *user, int level, const char *line) {
    (void)user;
    CHECK(level >= 0 && level <= 3);
    CHECK(line != NULL && strchr(line, '\n') == NULL);
    lines_logged++;
}

static void *no_gl(const char *name) {
    (void)name;
    return NULL;
}

static void library(void) {
    CHECK(parley_version() == PARLEY_VERSION);
    CHECK(strlen(parley_error_text(PARLEY_OK)) > 0);
    CHECK(strlen(parley_error_text(PARLEY_ERROR_RATE)) > 0);
    CHECK(strlen(parley_error_text((parley_result)-12345)) > 0);
}

static void refused_at_create(void) {
    parley_options options = {sizeof options};
    parley_client *client = NULL;
    options.log = count_lines;
    CHECK(parley_create(NULL, &client) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_create(&options, NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_BAD_ARGUMENT); /* no key */
    options.server_key = "not hex";
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_BAD_ARGUMENT);
    options.server_key = key;
    options.size = 0;
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_BAD_ARGUMENT);
    options.size = sizeof options - 1;
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_BAD_ARGUMENT);
    options.size = sizeof options;
    options.card_types_path = "/nonexistent";
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_IO);
    CHECK(client == NULL);
    CHECK(lines_logged > 0);
}

static void connection(parley_client *client) {
    char device[64];
    parley_event event = {sizeof event};
    parley_stats stats = {sizeof stats};
    CHECK(parley_device_id(client, device, 43) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_device_id(client, device, 44) == PARLEY_OK);
    CHECK(strlen(device) == 43);
    CHECK(parley_get_state(client) == PARLEY_IDLE);
    CHECK(parley_set_ticket(client, NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_set_ticket(client, "") == PARLEY_ERROR_BAD_TICKET);
    CHECK(parley_set_ticket(client, "a.b.c") == PARLEY_OK);
    CHECK(parley_connect(client, NULL, "a.b.c") == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_connect(client, "127.0.0.1", "a.b.c") == PARLEY_ERROR_BAD_ADDRESS);
    CHECK(parley_connect(client, "127.0.0.1:9", "no ticket") == PARLEY_ERROR_BAD_TICKET);
    CHECK(parley_connect(client, "127.0.0.1:9", "a.b.c") == PARLEY_OK);
    CHECK(parley_connect(client, "127.0.0.1:9", "a.b.c") == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_get_state(client) == PARLEY_CONNECTING);
    parley_update(client, 0);
    CHECK(parley_poll(client, &event));
    CHECK(event.type == PARLEY_EVENT_STATE && event.text != NULL && *event.card_type == 0);
    parley_disconnect(client);
    CHECK(parley_get_state(client) == PARLEY_IDLE);
    while (parley_poll(client, &event)) {
        CHECK(event.size == sizeof event);
    }
    event.size = 0;
    CHECK(!parley_poll(client, &event));
    parley_get_stats(client, &stats);
    CHECK(stats.memory_bytes > 0 && stats.memory_peak_bytes >= stats.memory_bytes);
    CHECK(parley_server_time(client) == 0);
    CHECK(parley_self(client) == 0);
}

static void rooms_and_messages(parley_client *client) {
    parley_request request = 7;
    parley_room_row room = {sizeof room};
    parley_member_row member = {sizeof member};
    parley_message_row message = {sizeof message};
    parley_left_out_row left_out = {sizeof left_out};
    CHECK(parley_join(client, PARLEY_ROOM_GLOBAL, "lobby", &request) == PARLEY_ERROR_BAD_STATE);
    CHECK(request == 0);
    CHECK(parley_join(client, 99, "lobby", NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_join(client, PARLEY_ROOM_TEAM, "\xff", NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_open_direct(client, 5, NULL) == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_leave(client, 5, NULL) == PARLEY_ERROR_NOT_MEMBER);
    CHECK(parley_block(client, 5, &request) == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_block(client, 0, NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_unblock(client, 5, NULL) == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_blocked(client, NULL, 0) == 0);
    CHECK(parley_rooms(client, &room, 1) == 0);
    CHECK(parley_members(client, 0, &member, 1) == 0);
    CHECK(parley_mark_read(client, 5, 1) == PARLEY_ERROR_NOT_MEMBER);
    CHECK(parley_send_text(client, 5, "hi", 0, NULL) == PARLEY_ERROR_NOT_MEMBER);
    CHECK(parley_send_text(client, 5, NULL, 0, NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_retry(client, 5, 1) == PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_discard(client, 5, 1) == PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_fetch_history(client, 5, 0, 10, NULL) == PARLEY_ERROR_NOT_MEMBER);
    CHECK(parley_messages(client, 5, 0, &message, 1) == 0);
    CHECK(parley_left_out(client, 5, &left_out, 1) == 0);
    parley_set_typing(client, 5);
    CHECK(parley_set_draft(client, 5, "x") == PARLEY_ERROR_NOT_MEMBER);
    CHECK(strcmp(parley_draft(client, 5), "") == 0);
}

static void presence_and_cards(parley_client *client) {
    parley_presence presence = {sizeof presence};
    parley_card card = {sizeof card};
    parley_card_field field = {"score", 1, NULL};
    const char *types[4];
    int64_t number;
    const char *text;
    CHECK(parley_set_presence(client, &presence) == PARLEY_ERROR_BAD_ARGUMENT); /* offline */
    presence.state = PARLEY_PRESENCE_AWAY;
    presence.token = "away";
    CHECK(parley_set_presence(client, &presence) == PARLEY_OK);
    presence.token = "\xff";
    CHECK(parley_set_presence(client, &presence) == PARLEY_ERROR_ENCODING);
    card.type = "match";
    card.fields = &field;
    card.field_count = 1;
    CHECK(parley_set_card(client, &card, NULL) == PARLEY_ERROR_NOT_FOUND); /* no types were given */
    CHECK(parley_update_card(client, &card, NULL) == PARLEY_ERROR_NOT_FOUND);
    card.fields = NULL;
    CHECK(parley_update_card(client, &card, NULL) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_clear_card(client, 0, "match", NULL) == PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_cards(client, 5, 0, types, 4) == 0);
    CHECK(parley_card_value(client, 5, 0, "match", "score", &number, &text) ==
          PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_grant(client, PARLEY_ROOM_TEAM, "m1", "ann", PARLEY_ROLE_MEMBER, NULL) ==
          PARLEY_ERROR_BAD_STATE);
    CHECK(parley_grant(client, PARLEY_ROOM_TEAM, "m1", "ann", 9, NULL) ==
          PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_revoke(client, PARLEY_ROOM_TEAM, "m1", "ann", NULL) == PARLEY_ERROR_BAD_STATE);
}

static void on_the_screen(parley_client *client) {
    parley_overlay_options options = {sizeof options};
    parley_overlay *overlay = NULL;
    parley_input input = {sizeof input};
    parley_texture_update texture;
    parley_frame_stats stats = {sizeof stats};
    parley_overlay_memory memory = {sizeof memory, 0, 0, 0};
    parley_element elements[8];
    const parley_draw *draw;
    options.theme_path = "/nonexistent";
    CHECK(parley_overlay_create(client, &options, &overlay) != PARLEY_OK);
    options.theme_path = NULL;
    CHECK(parley_overlay_create(NULL, &options, &overlay) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_overlay_create(client, &options, &overlay) == PARLEY_OK);
    if (overlay == NULL) {
        return;
    }
    input.type = PARLEY_INPUT_KEY;
    input.key = PARLEY_KEY_A;
    input.down = 1;
    CHECK(!parley_overlay_input(overlay, &input)); /* nobody opened it: the game's key */
    CHECK(!parley_overlay_input(overlay, NULL));
    CHECK(!parley_overlay_has_focus(overlay));
    CHECK(!parley_overlay_wants_text(overlay));
    parley_overlay_frame(overlay, 0.016f, 1280, 720, 1.0f, 0);
    draw = parley_overlay_draw(overlay);
    CHECK(draw != NULL);
    CHECK(draw->command_count == 0 || draw->vertices != NULL);
    while (parley_overlay_next_texture(overlay, &texture)) {
        CHECK(texture.texture != 0 && texture.pixels != NULL);
    }
    parley_overlay_textures_lost(overlay);
    parley_overlay_get_stats(overlay, &stats);
    CHECK(stats.commands == draw->command_count);
    parley_overlay_get_memory(overlay, &memory);
    CHECK(memory.text_bytes > memory.texture_bytes && memory.texture_bytes > 0);
    CHECK(memory.font_bytes > 0);
    CHECK(parley_overlay_open(overlay, PARLEY_ROOM_PARTY) == PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_overlay_open(overlay, 99) == PARLEY_ERROR_BAD_ARGUMENT);
    parley_overlay_close(overlay);
    parley_overlay_show_roster(overlay, true);
    parley_overlay_show_cards(overlay, true);
    CHECK(parley_overlay_set_phase(overlay, PARLEY_PHASE_END) == PARLEY_OK);
    CHECK(parley_overlay_set_phase(overlay, PARLEY_PHASE_END + 1) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_overlay_set_level(overlay, 1, PARLEY_LEVEL_NONE) == PARLEY_ERROR_NOT_FOUND);
    CHECK(parley_overlay_set_level(overlay, 1, PARLEY_LEVEL_NONE + 1) == PARLEY_ERROR_BAD_ARGUMENT);
    parley_overlay_set_do_not_disturb(overlay, false);
    CHECK(parley_overlay_toast(overlay, 0, "hello", "", "") == PARLEY_OK);
    CHECK(parley_overlay_toast(overlay, 0, "\xff", "", "") == PARLEY_ERROR_ENCODING);
    parley_overlay_frame(overlay, 0.016f, 1280, 720, 1.0f, 0);
    CHECK(parley_overlay_elements(overlay, NULL, 0) == parley_overlay_elements(overlay, elements, 8));
    (void)parley_overlay_next_spoken(overlay);
    parley_overlay_set_visible(overlay, false);
    /* parley_sdl2.h, without SDL_Init */
    parley_sdl2_hints();
    CHECK(!parley_sdl2_event(overlay, NULL));
    parley_sdl2_render(overlay, NULL);
    parley_sdl2_render_gl3(overlay, 1280, 720, no_gl);
    parley_sdl2_forget(overlay);
    parley_overlay_destroy(overlay);
}

static void without_a_client(void) {
    parley_event event = {sizeof event};
    parley_destroy(NULL);
    parley_disconnect(NULL);
    parley_update(NULL, 0);
    parley_get_stats(NULL, NULL);
    parley_set_typing(NULL, 1);
    CHECK(parley_get_state(NULL) == PARLEY_IDLE);
    CHECK(!parley_poll(NULL, &event));
    CHECK(parley_connect(NULL, "127.0.0.1:9", "t") == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_rooms(NULL, NULL, 0) == 0);
    CHECK(parley_messages(NULL, 1, 0, NULL, 0) == 0);
    CHECK(strcmp(parley_draft(NULL, 1), "") == 0);
    parley_overlay_destroy(NULL);
    parley_overlay_frame(NULL, 0.016f, 1, 1, 1.0f, 0);
    parley_overlay_get_memory(NULL, NULL);
    parley_overlay_set_do_not_disturb(NULL, true);
    CHECK(parley_overlay_set_phase(NULL, 0) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_overlay_set_level(NULL, 1, 0) == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(parley_overlay_draw(NULL) != NULL);
    CHECK(parley_overlay_next_spoken(NULL) == NULL);
}

int main(void) {
    long allocations = 0;
    parley_options options = {sizeof options};
    parley_client *client = NULL;
    library();
    refused_at_create();
    without_a_client();
    for (int no_thread = 0; no_thread <= 1; no_thread++) {
        options.server_key = key;
        options.alloc = allocate;
        options.user = &allocations;
        options.no_thread = no_thread;
        options.random_seed = 1;
        client = NULL;
        CHECK(parley_create(&options, &client) == PARLEY_OK);
        if (client == NULL) {
            return 1;
        }
        CHECK(allocations > 0);
        connection(client);
        rooms_and_messages(client);
        presence_and_cards(client);
        on_the_screen(client);
        parley_destroy(client);
    }
    return failures == 0 ? 0 : 1;
}
