/* hello.c: a client without a screen. It names its device, reads a ticket for it, says one line in the
 * first room it is in, and prints what is said there until somebody has answered.
 *   hello 127.0.0.1:7777 build/dev-shard/server.pub "a line"  */
#define _POSIX_C_SOURCE 199309L
#include <parley/parley.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

static void print_log(void *user, int level, const char *line) {
    (void)user;
    (void)level;
    fprintf(stderr, "%s\n", line);
}

static int print_history(const parley_client *chat, parley_room room) {
    parley_message_row rows[50] = {{0}};
    int heard = 0;
    rows[0].size = sizeof rows[0];
    size_t count = parley_messages(chat, room, 0, rows, 50);
    for (size_t i = 0; i < count && i < 50; i++) {
        if (rows[i].kind == PARLEY_MESSAGE_TEXT && !rows[i].self) {
            printf("%s said: %s\n", rows[i].author_name, rows[i].text);
            heard = 1;
        }
    }
    return heard;
}

int main(int argc, char **argv) {
    parley_options options = {sizeof options};
    parley_client *chat;
    char device[64], ticket[4096];
    int said = 0, stored = 0, heard = 0;

    if (argc < 4) {
        fprintf(stderr, "hello ADDRESS SERVER.PUB LINE\n");
        return 2;
    }
    options.dev_trust_loopback = 1; /* in a game: options.server_key = "..." */
    options.dev_key_path = argv[2];
    options.log = print_log;
    parley_result result = parley_create(&options, &chat);
    if (result != PARLEY_OK) {
        fprintf(stderr, "%s\n", parley_error_text(result));
        return 1;
    }
    parley_device_id(chat, device, sizeof device);
    printf("device %s\n", device);
    fflush(stdout);
    if (fgets(ticket, sizeof ticket, stdin) == NULL)
        return 2;
    ticket[strcspn(ticket, "\n")] = 0;
    parley_connect(chat, argv[1], ticket);

    for (int turn = 0; turn < 3000 && !(stored && heard) && parley_get_state(chat) >= 0; turn++) {
        parley_event event = {sizeof event};
        parley_update(chat, 0);
        while (parley_poll(chat, &event)) {
            if (event.type == PARLEY_EVENT_STATE && event.result != PARLEY_OK)
                printf("state: %s\n", parley_error_text(event.result));
            else if (event.type == PARLEY_EVENT_ROOM && !said)
                said = parley_send_text(chat, event.room, argv[3], 0, NULL) == PARLEY_OK;
            else if (event.type == PARLEY_EVENT_REPLY && event.result == PARLEY_OK) {
                printf("stored as %llu\n", (unsigned long long)event.seq);
                stored = 1;
            } else if (event.type == PARLEY_EVENT_MESSAGE && *event.text) {
                printf("heard: %s\n", event.text);
                heard = 1;
            } else if (event.type == PARLEY_EVENT_HISTORY)
                heard |= print_history(chat, event.room);
        }
        nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    }
    parley_destroy(chat);
    return stored && heard ? 0 : 1;
}
