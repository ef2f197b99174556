/* hello.c: a client without a screen. It names its device, reads a ticket for it, says a line in
 * Global, and prints what others say there. It ends when somebody has, or SECONDS (30) later. */
#define _POSIX_C_SOURCE 199309L
#include <parley/parley.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void print_log(void *user, int level, const char *line) {
    (void)user, (void)level;
    fprintf(stderr, "%s\n", line);
}

static bool is_global(const parley_client *chat, parley_room room) {
    parley_room_row rows[16] = {{.size = sizeof rows[0]}};
    size_t count = parley_rooms(chat, rows, 16);
    for (size_t i = 0; i < count && i < 16; i++)
        if (rows[i].room == room && rows[i].kind == PARLEY_ROOM_GLOBAL)
            return true;
    return false;
}

static int print_lines_of_others(const parley_client *chat, parley_room room) {
    parley_message_row rows[50] = {{.size = sizeof rows[0]}};
    size_t count = parley_messages(chat, room, 0, rows, 50);
    int printed = 0;
    for (size_t i = 0; i < count && i < 50; i++)
        if (rows[i].kind == PARLEY_MESSAGE_TEXT && !rows[i].self)
            printed += printf("%s said: %s\n", rows[i].author_name, rows[i].text);
    return printed;
}

int main(int argc, char **argv) {
    parley_options options = {.size = sizeof options, .log = print_log};
    parley_client *chat = NULL;
    char device[64], ticket[4096];
    parley_room global = 0;
    int stored = 0, heard = 0; /* in letters; 0: not yet */

    if (argc < 4) {
        fprintf(stderr, "hello ADDRESS SERVER.PUB LINE [SECONDS]\n");
        return 2;
    }
    options.dev_trust_loopback = 1; /* in a game: options.server_key = "..." */
    options.dev_key_path = argv[2];
    parley_result result = parley_create(&options, &chat);
    if (result == PARLEY_OK) {
        parley_device_id(chat, device, sizeof device);
        printf("device %s\n", device);
        fflush(stdout);
        result = parley_connect(chat, argv[1], fgets(ticket, sizeof ticket, stdin));
    }
    if (result != PARLEY_OK)
        printf("%s\n", parley_error_text(result));

    for (int left = 3000; left > 0 && !(stored && heard) && parley_get_state(chat) > 0; left--) {
        parley_event event = {.size = sizeof event};
        parley_update(chat, 0);
        while (parley_poll(chat, &event)) {
            if (event.type == PARLEY_EVENT_STATE && event.result != PARLEY_OK)
                printf("state: %s\n", parley_error_text(event.result));
            else if (event.type == PARLEY_EVENT_ROOM && !global && is_global(chat, event.room))
                parley_send_text(chat, global = event.room, argv[3], 0, NULL);
            else if (event.type == PARLEY_EVENT_REPLY && event.result == PARLEY_OK) {
                stored = printf("stored as %llu\n", (unsigned long long)event.seq);
                left = 100 * (argc > 4 ? atoi(argv[4]) : 30);
            } else if (event.type == PARLEY_EVENT_MESSAGE && event.room == global && *event.text)
                heard += printf("heard: %s\n", event.text);
            else if (event.type == PARLEY_EVENT_HISTORY && event.room == global)
                heard += print_lines_of_others(chat, global);
        }
        nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    }
    if (stored && !heard)
        printf("nobody answered\n");
    parley_destroy(chat);
    return stored ? 0 : 1;
}
