/* parley.h -- the chat client, in C.
 *
 * Threads  Call from the thread that called parley_create, unless a function says "any thread". Nothing
 *          checks this: a call from another thread at the same time is a data race and may crash. A client
 *          may be handed to another thread whole, with its overlays; the overlays of all clients of a
 *          process belong on one thread. Log and alloc are called from other threads too, until
 *          parley_destroy has returned; they must not call the client.
 * Memory   You own what you pass; it is copied. What you are given is the client's: pointers in rows, their
 *          spans and params, drafts and the text of a card's value live until the next call that takes
 *          that client, or an overlay of it, without const; names of card types, as long as the client;
 *          pointers in an event, until the next parley_poll. Copy what you keep.
 * Text     UTF-8, zero-terminated. Sizes are bytes. Times are Unix milliseconds of the shard.
 * Structs  First member: size, set by you to sizeof. All other members: zero means default. In an array
 *          of rows the first row's size counts for all. Forgotten (0) or impossible, the call is refused:
 *          BAD_ARGUMENT, false, or 0 rows, and the log says once which struct it was.
 * Results  PARLEY_OK is 0, errors are negative and the same as in schemas/error.fbs.
 * Requests A call that must ask the shard takes `parley_request *out` (may be NULL) and ends in exactly
 *          one PARLEY_EVENT_REPLY with that number.
 *
 * [types] [library] [client] [rooms] [blocks] [messages] [presence] [cards] [game server]
 */
#ifndef PARLEY_H
#define PARLEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(PARLEY_STATIC)
#define PARLEY_API
#elif defined(_WIN32)
#if defined(PARLEY_BUILD)
#define PARLEY_API __declspec(dllexport)
#else
#define PARLEY_API __declspec(dllimport)
#endif
#else
#define PARLEY_API __attribute__((visibility("default")))
#endif

#define PARLEY_VERSION 0x000100u /* 0.1.0: major << 16 | minor << 8 | patch */

/* [types] ------------------------------------------------------------------------------------- */

typedef struct parley_client parley_client;
typedef uint64_t parley_room, parley_user, parley_request; /* 0 is none */

typedef enum parley_result {
    PARLEY_OK = 0,
    PARLEY_ERROR_BAD_ARGUMENT = -1,
    PARLEY_ERROR_MALFORMED = -2,
    PARLEY_ERROR_ENCODING = -3,
    PARLEY_ERROR_TOO_LONG = -4,
    PARLEY_ERROR_EMPTY = -5,
    PARLEY_ERROR_RATE = -6,
    PARLEY_ERROR_NOT_MEMBER = -7,
    PARLEY_ERROR_FORBIDDEN = -8,
    PARLEY_ERROR_NOT_FOUND = -9,
    PARLEY_ERROR_FULL = -10,
    PARLEY_ERROR_BAD_CARD = -11,
    PARLEY_ERROR_READ_ONLY = -12,
    PARLEY_ERROR_STORE_UNAVAILABLE = -13,
    PARLEY_ERROR_BUSY = -14,
    PARLEY_ERROR_BAD_STATE = -15,
    PARLEY_ERROR_QUEUE_FULL = -16,
    PARLEY_ERROR_UNSUPPORTED = -17,
    PARLEY_ERROR_PROTOCOL = -40,
    PARLEY_ERROR_FLOOD = -41,
    PARLEY_ERROR_SLOW = -42,
    PARLEY_ERROR_BAD_TICKET = -43,
    PARLEY_ERROR_TICKET_EXPIRED = -44,
    PARLEY_ERROR_TICKET_STOLEN = -45,
    PARLEY_ERROR_BAD_VERSION = -46,
    PARLEY_ERROR_BAD_SERVER_KEY = -47,
    PARLEY_ERROR_REPLACED = -48,
    PARLEY_ERROR_TOO_MANY_SESSIONS = -49,
    PARLEY_ERROR_SHUTDOWN = -50,
    PARLEY_ERROR_CONNECTION_LOST = -51,
    PARLEY_ERROR_REVOKED = -52,
    PARLEY_ERROR_BAD_ADDRESS = -53,
    PARLEY_ERROR_LIBRARY_MISMATCH = -54,
    PARLEY_ERROR_OUT_OF_MEMORY = -55,
    PARLEY_ERROR_CLOSED = -56,
    PARLEY_ERROR_NO_ANSWER = -57,
    PARLEY_ERROR_BAD_CONFIG = -70,
    PARLEY_ERROR_PORT_TAKEN = -71,
    PARLEY_ERROR_BAD_STORE = -72,
    PARLEY_ERROR_BAD_FONT = -73,
    PARLEY_ERROR_IO = -74,
    PARLEY_ERROR_INTERNAL = -75
} parley_result;

/* Negative: it failed. Zero: nothing is wanted. Positive: on the way or there. */
typedef enum parley_state {
    PARLEY_FAILED = -1,    /* will not try again by itself; PARLEY_EVENT_STATE has the reason */
    PARLEY_IDLE = 0,
    PARLEY_CONNECTING = 1,
    PARLEY_READY = 2,
    PARLEY_RESUMING = 3    /* was ready, lost the connection, tries again with growing pauses */
} parley_state;

typedef enum parley_room_kind {
    PARLEY_ROOM_NONE = 0,
    PARLEY_ROOM_GLOBAL = 1,
    PARLEY_ROOM_TEAM = 2,
    PARLEY_ROOM_PARTY = 3,
    PARLEY_ROOM_DIRECT = 4,
    PARLEY_ROOM_GUILD = 5
} parley_room_kind;

typedef enum parley_role {
    PARLEY_ROLE_MEMBER = 0,
    PARLEY_ROLE_LEADER = 1,
    PARLEY_ROLE_MODERATOR = 2,
    PARLEY_ROLE_GAME = 3
} parley_role;

typedef enum parley_presence_state {
    PARLEY_PRESENCE_OFFLINE = 0,
    PARLEY_PRESENCE_ONLINE = 1,
    PARLEY_PRESENCE_AWAY = 2,
    PARLEY_PRESENCE_DO_NOT_DISTURB = 3,
    PARLEY_PRESENCE_LOOKING_FOR_GROUP = 4,
    PARLEY_PRESENCE_IN_MATCH = 5,
    PARLEY_PRESENCE_STREAMING = 6,
    PARLEY_PRESENCE_INVISIBLE = 7 /* only for oneself */
} parley_presence_state;

typedef enum parley_message_state {
    PARLEY_MESSAGE_FAILED = -1,  /* see error and retry_after_ms; parley_retry sends it again */
    PARLEY_MESSAGE_PENDING = 0,  /* not yet stored by the shard */
    PARLEY_MESSAGE_STORED = 1,
    PARLEY_MESSAGE_DELETED = 2
} parley_message_state;

typedef enum parley_message_kind {
    PARLEY_MESSAGE_TEXT = 0,
    PARLEY_MESSAGE_JOINED = 1,   /* author joined, left, ... the room; word it in your language */
    PARLEY_MESSAGE_LEFT = 2,
    PARLEY_MESSAGE_REMOVED = 3,
    PARLEY_MESSAGE_PROMOTED = 4
} parley_message_kind;

typedef enum parley_span_kind {
    PARLEY_SPAN_BOLD = 1,
    PARLEY_SPAN_ITALIC = 2,
    PARLEY_SPAN_UNDERLINE = 3,
    PARLEY_SPAN_STRIKE = 4,
    PARLEY_SPAN_MONO = 5,
    PARLEY_SPAN_SPOILER = 6,
    PARLEY_SPAN_LINK = 7,
    PARLEY_SPAN_MENTION = 8
} parley_span_kind;

typedef enum parley_event_type {
    PARLEY_EVENT_NONE = 0,
    PARLEY_EVENT_STATE = 1,         /* state changed to state; result: why */
    PARLEY_EVENT_REPLY = 2,         /* request, result; room, seq, retry_after_ms where they apply */
    PARLEY_EVENT_MESSAGE = 3,       /* a message of room is new: seq, user (author), text, kind. Not of what
                                       this client sent (REPLY); of the player's other devices, yes */
    PARLEY_EVENT_ROOM = 4,          /* room was entered (a ticket's rooms by themselves) or changed */
    PARLEY_EVENT_ROOM_GONE = 5,     /* room was left; result: OK by leave or a new ticket, else why */
    PARLEY_EVENT_MEMBERS = 6,       /* members or their presence in room changed */
    PARLEY_EVENT_CARD = 7,          /* a card of room (or of user) changed or went: card_type */
    PARLEY_EVENT_ACTION = 8,        /* the player pressed a card's or a toast's button: room, user, text =
                                       the action's name, card_type: yours to carry out */
    PARLEY_EVENT_TICKET_WANTED = 9, /* give a fresh ticket with parley_set_ticket */
    PARLEY_EVENT_GAP = 10,          /* history of room between two seqs is not on this device */
    PARLEY_EVENT_HISTORY = 11,      /* older messages of room arrived; also unasked, after entering */
    PARLEY_EVENT_BLOCKS = 12,       /* whom the player blocks changed, here or on another device of his */
    PARLEY_EVENT_LINK = 13,         /* the player wants to open the link text of the message seq of room, by user.
                                       Nothing has opened it: show him where it leads, and open it or do not */
    PARLEY_EVENT_REPORT = 14,       /* the player reports the message seq of room, by user, with its text */
    PARLEY_EVENT_NOTIFY = 15        /* of an overlay: the player should notice what user said in room (seq), or a toast
                                       of yours (room 0): urgency, wants. Without text: who looks at the
                                       screen need not be the player */
} parley_event_type;

typedef enum parley_urgency {
    PARLEY_URGENT = 1,              /* mentions, Direct, toasts of yours */
    PARLEY_SOCIAL = 2,              /* Team, Party */
    PARLEY_AMBIENT = 3              /* Guild, Global: never in a PARLEY_EVENT_NOTIFY */
} parley_urgency;

typedef enum parley_wants {
    PARLEY_WANTS_SOUND = 1,         /* play one; they come at most once a second, urgent ones apart */
    PARLEY_WANTS_FLASH = 2,         /* flash the window: it has no focus */
    PARLEY_WANTS_DESKTOP = 4        /* tell the desktop: it has no focus */
} parley_wants;

typedef struct parley_options {
    uint32_t size;
    const char *server_key;      /* the shard's public key, 64 hex digits; pinned. Several: separated
                                    by commas. Required, but see dev_trust_loopback. */
    int32_t dev_trust_loopback;  /* 1: on 127.0.0.0/8, trust the key that `parley serve --dev` wrote
                                    to dev_key_path. For development only. */
    const char *dev_key_path;
    const char *device_key_path; /* file that keeps this device's key; made when missing. NULL: a new
                                    key each run, for bots and tests */
    uint64_t app_id;             /* the same number as in the shard's configuration */
    int32_t no_thread;           /* 1: parley_update pumps the network; address must be numeric */
    const char *card_types_path; /* folder of card type files (*.toml), the same as the shard's */
    void *(*alloc)(void *user, void *old, size_t bytes); /* any thread; bytes 0 frees; like realloc */
    void (*log)(void *user, int level, const char *line); /* any thread; 0 error 1 warn 2 info 3 debug;
                                                             line lives while the call lasts */
    void *user;                  /* handed to alloc and log as it is; outlives the client */
    int32_t log_level;           /* 0 default: errors and warnings */
    uint64_t random_seed;        /* 0: from the system; else nonces and jitter repeat, for tests */
} parley_options;

typedef struct parley_event {
    uint32_t size;
    uint32_t type;               /* parley_event_type */
    parley_request request;
    parley_result result;
    parley_room room;
    uint64_t seq;
    parley_user user;
    const char *text;            /* never NULL; lives until the next parley_poll */
    const char *card_type;       /* name in its type file; "" for none, as of a toast. Lives as the client */
    uint32_t retry_after_ms;
    int32_t state;               /* parley_state that PARLEY_EVENT_STATE changed to */
    uint32_t kind;               /* parley_message_kind of PARLEY_EVENT_MESSAGE */
    uint32_t urgency;            /* parley_urgency of PARLEY_EVENT_NOTIFY */
    uint32_t wants;              /* of PARLEY_EVENT_NOTIFY: parley_wants, added up */
} parley_event;

typedef struct parley_stats {
    uint32_t size;
    uint32_t rtt_ms;
    uint64_t bytes_sent, bytes_received;  /* frames, without the datagrams around them */
    uint64_t frames_sent, frames_received;
    uint32_t outbox_messages;             /* pending */
    uint32_t reconnects;
    uint64_t refused_frames;              /* of the shard, by our decoder */
    uint64_t memory_bytes, memory_peak_bytes; /* of this client; a reserve of 512 KiB and overlays apart:
                                             parley_overlay_get_memory */
    int64_t clock_offset_ms;              /* the shard's time minus this machine's wall clock */
} parley_stats;

typedef struct parley_room_row {
    uint32_t size;
    parley_room room;
    uint32_t kind;               /* parley_room_kind */
    const char *name;            /* as in the ticket: "m42-teal" */
    const char *title;           /* for people; Direct: the other side's name */
    parley_user other;           /* Direct: the other side */
    uint32_t role;
    uint64_t last_seq, read_seq, first_seq; /* first_seq: oldest on this device, 0 none */
    uint32_t unread;             /* capped at 100 */
    uint32_t members_total;
    uint32_t text_code_points_max;
    uint32_t pace_burst, pace_period_ms;
    uint32_t pace_left;          /* lines that may be sent at once now */
    uint32_t pace_wait_ms;       /* until the next one may be; 0 when pace_left > 0 */
    bool slow;                   /* slow mode: the shard has stretched everyone's pace but moderators' */
} parley_room_row;

/* Lines of a busy Global room that the shard did not send here: count of them, somewhere in from_seq..to_seq. */
typedef struct parley_left_out_row {
    uint32_t size;
    uint32_t count;
    uint64_t from_seq, to_seq;
} parley_left_out_row;

typedef struct parley_member_row {
    uint32_t size;
    parley_user user;
    const char *name;
    uint32_t role;
    bool bot, self;
    uint32_t presence;           /* parley_presence_state */
    const char *presence_token;  /* "" when none */
    const char *presence_params[4];
    int64_t since_ms;
    bool typing;                 /* in the room asked about */
} parley_member_row;

typedef struct parley_span { uint32_t start, length, kind; parley_user target; } parley_span;

typedef struct parley_message_row {
    uint32_t size;
    uint64_t seq;                /* 0 while pending or failed */
    uint64_t nonce;              /* names a pending or failed message */
    parley_user author;
    const char *author_name;
    int64_t at_ms;
    int32_t state;               /* parley_message_state */
    uint32_t kind;               /* parley_message_kind */
    parley_result error;         /* why it failed */
    uint32_t retry_after_ms;
    const char *text;
    const parley_span *spans;
    uint32_t span_count;
    uint64_t reply_to;
    bool edited, self;
} parley_message_row;

typedef struct parley_presence {
    uint32_t size;
    uint32_t state;              /* parley_presence_state */
    const char *token;           /* names a sentence of your language file: a-z 0-9 _ . -; NULL: none */
    const char *params[4];
} parley_presence;

/* One value of a card's field. number: ints, bools (0, 1), enums (index), timers (the shard's Unix ms), users,
 * decimals times 10^scale. text: text fields. */
typedef struct parley_card_field { const char *name; int64_t number; const char *text; } parley_card_field;

typedef struct parley_card {
    uint32_t size;
    const char *type;            /* name in its type file: "match" */
    parley_room room;            /* 0: my presence card */
    uint32_t ttl_ms;             /* 0: until cleared */
    const parley_card_field *fields;
    uint32_t field_count;
} parley_card;

/* [library] ----------------------------------------------------------------------------------- */

/* The library's PARLEY_VERSION. Any thread. */
PARLEY_API uint32_t parley_version(void);
/* A sentence for a person, in English; never NULL, lives as long as the library. Any thread. */
PARLEY_API const char *parley_error_text(parley_result result);

/* [client] ------------------------------------------------------------------------------------ */

/* Makes a client that does nothing yet. BAD_ARGUMENT, OUT_OF_MEMORY, LIBRARY_MISMATCH, IO (device key
 * or card types cannot be read; the log says which). */
PARLEY_API parley_result parley_create(const parley_options *options, parley_client **out);
/* Ends the connection and frees everything, within 50 ms. NULL is fine. */
PARLEY_API void parley_destroy(parley_client *client);
/* The device's key for the ticket's claim `cnf` (43 characters and a zero). BAD_ARGUMENT: cap < 44. */
PARLEY_API parley_result parley_device_id(const parley_client *client, char *buffer, size_t cap);
/* A newer ticket, after PARLEY_EVENT_TICKET_WANTED or sooner. The one that was accepted last is kept until
 * this one is; given faster than one a second, only the newest is sent. Refused by the shard:
 * PARLEY_EVENT_TICKET_WANTED with that result, and the old one goes on. In PARLEY_FAILED because of the ticket
 * (BAD_TICKET, TICKET_STOLEN, REVOKED) it connects again; in any other it is kept for parley_connect.
 * BAD_ARGUMENT: NULL; BAD_TICKET: not three parts of base64url, or too long. Blank space behind is cut. */
PARLEY_API parley_result parley_set_ticket(parley_client *client, const char *ticket);
/* Connects and stays connected until parley_disconnect. address: "host:port"; ticket may be NULL when
 * one was set before. BAD_ARGUMENT: no ticket at all; BAD_TICKET: as parley_set_ticket; BAD_STATE: connected
 * or on the way; BAD_ADDRESS: not host:port, or no_thread and not numbers, or dev_trust_loopback and neither
 * localhost nor 127.0.0.0/8, or IPv6 (the log says which); OUT_OF_MEMORY.
 * What the network or the shard says comes as PARLEY_EVENT_STATE. */
PARLEY_API parley_result parley_connect(parley_client *client, const char *address, const char *ticket);
/* Ends the connection; rooms, messages, drafts and the outbox stay. */
PARLEY_API void parley_disconnect(parley_client *client);
/* The state now; events not polled yet may tell of earlier ones. PARLEY_IDLE for NULL. */
PARLEY_API parley_state parley_get_state(const parley_client *client);
/* Once a frame: applies what came, sends what waits. Returns after about budget_us (0: 500). */
PARLEY_API void parley_update(parley_client *client, uint32_t budget_us);
/* The next event into *out (its size member set by you), or false. */
PARLEY_API bool parley_poll(parley_client *client, parley_event *out);
/* What this client did so far, into *out (its size member set by you). */
PARLEY_API void parley_get_stats(const parley_client *client, parley_stats *out);
/* The shard's Unix milliseconds, estimated; 0 before the first connection. */
PARLEY_API int64_t parley_server_time(const parley_client *client);
/* Oneself; 0 before the first connection. */
PARLEY_API parley_user parley_self(const parley_client *client);

/* [rooms] each list fills up to cap rows and returns how many there are ------------------------- */

/* Enters again a room of the ticket that was left (those of a ticket are entered by themselves), or, for a
 * game's server, any. kind and name as in the ticket. Reply: room; or FORBIDDEN, FULL, READ_ONLY. Known at
 * once: BAD_ARGUMENT (a kind without names, a name that is not 1 to 64 bytes of UTF-8), BAD_STATE (not
 * PARLEY_READY), QUEUE_FULL, OUT_OF_MEMORY. */
PARLEY_API parley_result parley_join(parley_client *client, uint32_t kind, const char *name,
                                     parley_request *out);
/* The room of two with user. Reply: room; or NOT_FOUND, FULL, RATE, READ_ONLY. Known at once: BAD_ARGUMENT (0 or
 * oneself), BAD_STATE, QUEUE_FULL, OUT_OF_MEMORY as parley_join. */
PARLEY_API parley_result parley_open_direct(parley_client *client, parley_user user, parley_request *out);
/* Gives the membership up; PARLEY_EVENT_ROOM_GONE follows. Known at once: NOT_MEMBER, BAD_STATE,
 * QUEUE_FULL, OUT_OF_MEMORY. */
PARLEY_API parley_result parley_leave(parley_client *client, parley_room room, parley_request *out);
/* Rooms we are a member of, in the order of the overlay's tabs: Global, Guild, Team, Party, Direct;
 * those of one kind by title. */
PARLEY_API size_t parley_rooms(const parley_client *client, parley_room_row *rows, size_t cap);
/* room 0: everyone known. */
PARLEY_API size_t parley_members(const parley_client *client, parley_room room, parley_member_row *rows,
                                 size_t cap);
/* The player has read up to seq; the shard is told, and it never goes back. NOT_MEMBER. */
PARLEY_API parley_result parley_mark_read(parley_client *client, parley_room room, uint64_t seq);

/* [blocks] ------------------------------------------------------------------------------------ */

/* From the Reply on nothing that user says comes here, in no room and not in history; what came before stays
 * on this device. He cannot write in a room of two with the player any more. All others hear him. As a reply:
 * FORBIDDEN (the game's own server), NOT_FOUND, FULL (500 are blocked), RATE (60 changes a minute), BUSY. Known
 * at once: BAD_ARGUMENT (0 or oneself), BAD_STATE, QUEUE_FULL, OUT_OF_MEMORY. */
PARLEY_API parley_result parley_block(parley_client *client, parley_user user, parley_request *out);
/* He is heard again. What he said meanwhile comes with history that is fetched later. As parley_block. */
PARLEY_API parley_result parley_unblock(parley_client *client, parley_user user, parley_request *out);
/* Whom the player blocks, ascending: fills up to cap and returns how many there are. */
PARLEY_API size_t parley_blocked(const parley_client *client, parley_user *users, size_t cap);

/* [messages] ---------------------------------------------------------------------------------- */

/* text as typed: **bold** *italic* __underline__ ~~strike~~ `mono` ||spoiler||, links, @names.
 * reply_to: seq of the quoted message or 0. It is shown as pending at once; the reply has its seq. After
 * a reconnect it waits until the shard has named the room again; a room that it does not name is gone
 * seconds later, and the reply says NOT_MEMBER. In every state: in PARLEY_IDLE and PARLEY_FAILED, where
 * rooms of an earlier connection are still there, it stays pending until parley_connect has brought the
 * client back (before the first connection there is no room: NOT_MEMBER). ENCODING, EMPTY, TOO_LONG,
 * NOT_MEMBER, QUEUE_FULL and, once the host's memory ran out, OUT_OF_MEMORY are known at once. */
PARLEY_API parley_result parley_send_text(parley_client *client, parley_room room, const char *text,
                                          uint64_t reply_to, parley_request *out);
/* Sends a failed message again, in every state as parley_send_text, or forgets it. A message that is on its
 * way cannot be forgotten. NOT_FOUND. */
PARLEY_API parley_result parley_retry(parley_client *client, parley_room room, uint64_t nonce);
PARLEY_API parley_result parley_discard(parley_client *client, parley_room room, uint64_t nonce);
/* Up to count messages before before_seq (0: before the oldest on this device), also those left out among them. Reply, then EVENT_HISTORY. Known
 * at once: NOT_MEMBER, BAD_ARGUMENT (count 0), FULL (this device keeps no more of the room), BAD_STATE,
 * QUEUE_FULL, OUT_OF_MEMORY. */
PARLEY_API parley_result parley_fetch_history(parley_client *client, parley_room room,
                                              uint64_t before_seq, uint32_t count, parley_request *out);
/* From from_seq on (0: the newest cap ones), oldest first; pending and failed ones come last. */
PARLEY_API size_t parley_messages(const parley_client *client, parley_room room, uint64_t from_seq,
                                  parley_message_row *rows, size_t cap);
/* What was left out of a room in which more is said than one can read, oldest first; show "count more" behind
 * the newest message up to to_seq. parley_fetch_history(client, room, to_seq + 1, count, ..) brings the lines. Fills
 * up to cap rows and returns how many there are. */
PARLEY_API size_t parley_left_out(const parley_client *client, parley_room room, parley_left_out_row *rows,
                                  size_t cap);
/* I type in room: call it as often as you like while that is so. */
PARLEY_API void parley_set_typing(parley_client *client, parley_room room);
/* The unsent line of a room; it survives reconnects. NULL or "": none. NOT_MEMBER, TOO_LONG, ENCODING,
 * OUT_OF_MEMORY. */
PARLEY_API parley_result parley_set_draft(parley_client *client, parley_room room, const char *text);
/* Never NULL; "" when there is none, or no such room. */
PARLEY_API const char *parley_draft(const parley_client *client, parley_room room);

/* [presence] ---------------------------------------------------------------------------------- */

/* What I am doing, in every state: shown here at once, told at a pace (the newest only), and again after a
 * reconnect. BAD_ARGUMENT: OFFLINE or no such state, a token that is none or longer than 32 bytes, a
 * param longer than 64; ENCODING; OUT_OF_MEMORY. */
PARLEY_API parley_result parley_set_presence(parley_client *client, const parley_presence *presence);

/* [cards] ------------------------------------------------------------------------------------- */

/* Sets the whole card. NOT_FOUND: no file of card_types_path has this type (the log says so); BAD_CARD: it
 * does not fit its type; NOT_MEMBER; BAD_STATE: not PARLEY_READY; QUEUE_FULL; FORBIDDEN comes as a reply. */
PARLEY_API parley_result parley_set_card(parley_client *client, const parley_card *card,
                                         parley_request *out);
/* Changes only the fields given. Errors as parley_set_card. */
PARLEY_API parley_result parley_update_card(parley_client *client, const parley_card *card,
                                            parley_request *out);
/* Takes the card away. NOT_FOUND, NOT_MEMBER, BAD_STATE, QUEUE_FULL as parley_set_card. */
PARLEY_API parley_result parley_clear_card(parley_client *client, parley_room room, const char *type,
                                           parley_request *out);
/* Types of the cards there are in room (or, room 0, of user's presence). The names live as long as the
 * client. */
PARLEY_API size_t parley_cards(const parley_client *client, parley_room room, parley_user user,
                               const char **types, size_t cap);
/* One field of a card: number and text (either may be NULL: not wanted). *text is never NULL then, and lives
 * as a row's does. NOT_FOUND: no such card or field; both are then left as they were. */
PARLEY_API parley_result parley_card_value(const parley_client *client, parley_room room, parley_user user,
                                           const char *type, const char *field, int64_t *number,
                                           const char **text);

/* [game server] a headless client whose ticket has the role `game` ------------------------------- */

/* Puts a user, online or not, into a Team, Party or Guild. subject: his `sub`. As a reply: FORBIDDEN (no game's
 * ticket), NOT_FOUND (he was never here), FULL, READ_ONLY, BAD_ARGUMENT (Global). Known at once: BAD_ARGUMENT
 * (name not as in parley_join, subject not 1 to 128 bytes of UTF-8), BAD_STATE, QUEUE_FULL, OUT_OF_MEMORY. */
PARLEY_API parley_result parley_grant(parley_client *client, uint32_t kind, const char *name,
                                      const char *subject, uint32_t role, parley_request *out);
/* Takes him out. As parley_grant, without FULL; NOT_FOUND: no such room too. */
PARLEY_API parley_result parley_revoke(parley_client *client, uint32_t kind, const char *name,
                                       const char *subject, parley_request *out);

#ifdef __cplusplus
}
#endif
#endif
