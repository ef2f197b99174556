// limits.hpp: every bound on both sides, once, with its unit in the name, its reason, and its
// relation to the others. What an operator may change (text, pace, members) starts from here and
// is checked against the hard bounds below when the configuration is read.
//
// [datagrams] [handshake] [frames] [text] [rooms] [tiers] [sessions] [queues] [store] [cards]
// [presence] [plugin]
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::limits {

// [datagrams] What is sealed; with its seal it stays under the 1,280 bytes that every IPv6 path
// carries, should the transport grow one.
inline constexpr size_t plain_datagram_bytes_max = 1200;
// ENet's MTU on the host and on every peer slot. ENet leaves its checksum out of the sum when it
// packs several commands into a datagram, so that one may be four bytes above its MTU.
inline constexpr size_t enet_mtu_bytes = plain_datagram_bytes_max - 4;
inline constexpr size_t seal_overhead_bytes = 13 + 16; // header, tag
inline constexpr size_t sealed_datagram_bytes_max = plain_datagram_bytes_max + seal_overhead_bytes;
static_assert(sealed_datagram_bytes_max + 28 < 1280);
inline constexpr size_t datagram_receive_bytes_max = 4096;    // ENet's own receive buffer
inline constexpr size_t enet_packet_bytes_max = 64 * 1024;    // host->maximumPacketSize
inline constexpr size_t enet_waiting_bytes_max = 1024 * 1024; // host->maximumWaitingData
inline constexpr size_t replay_window_datagrams = 1024;
inline constexpr uint64_t rekey_datagrams = 1u << 20;
inline constexpr int64_t rekey_ms = 10 * 60 * 1000;
inline constexpr int64_t rekey_old_key_ms = 10 * 1000;
inline constexpr int64_t roam_period_ms = 1000;    // at most one move a second
inline constexpr size_t roam_bytes_factor_max = 3; // sent over received until the next good one

// [handshake] A stranger takes no memory before his cookie comes back, and draws no more bytes
// than he sends.
inline constexpr size_t hello_bytes = 1200;
inline constexpr size_t accept_bytes_max = 160;
inline constexpr size_t refuse_bytes_max = 40;
inline constexpr int64_t cookie_age_ms_max = 30 * 1000;
inline constexpr int64_t cookie_key_ms = 60 * 1000;
inline constexpr size_t pending_handshakes_max = 4096;
inline constexpr int64_t pending_handshake_ms = 3000;
inline constexpr uint32_t accept_repeats_max = 8; // for one Hello said again
inline constexpr uint32_t hello_per_network_per_s = 50;
inline constexpr uint32_t handshakes_per_s = 10'000;
// Counted by device first. A network may be a carrier's, with thousands behind one address; but a
// device key costs nothing to make, so the network has a bound, too.
inline constexpr uint32_t auth_failures_per_device_per_min = 20;
inline constexpr uint32_t auth_failures_per_network_per_min = 600;
inline constexpr uint32_t auth_failures_retry_ms = 60'000;
inline constexpr size_t rates_places = 4096; // for each thing that is counted so
inline constexpr size_t auth_parts_max = 2;
inline constexpr int64_t auth_resend_ms[] = {250, 500, 1000, 1000, 1000};
inline constexpr int64_t auth_wait_ms_max = 5000; // unauthenticated link dropped after it
inline constexpr size_t ticket_bytes_max = 2048;
inline constexpr int64_t ticket_life_s_max = 10 * 60;
inline constexpr int64_t ticket_skew_s = 60;
inline constexpr size_t ticket_depth_max = 4;
inline constexpr size_t ticket_rooms_max = 64;
inline constexpr size_t ticket_key_ids_max = 4; // of an issuer: the old and the new while rotating
inline constexpr size_t issuers_max = 64;
inline constexpr size_t issuer_bytes_max = 128;
inline constexpr size_t subject_bytes_max = 128; // the studio's name for a user
inline constexpr size_t ticket_id_bytes_max = 128;
inline constexpr size_t age_band_bytes_max = 16;
inline constexpr int64_t reauth_due_ms = 45 * 60 * 1000;
inline constexpr int64_t reauth_grace_ms = 5 * 60 * 1000; // read-only
inline constexpr uint32_t reauth_period_ms_min = 1000;    // a signature to check costs
// As long as a ticket from before a revoke can be good: its life, then what its session has.
inline constexpr int64_t revoked_keep_ms =
    (ticket_life_s_max + ticket_skew_s) * 1000 + reauth_due_ms + reauth_grace_ms;

// [frames] One FlatBuffer on a lane.
inline constexpr size_t control_frame_bytes_max = 16 * 1024;
inline constexpr size_t chat_frame_bytes_max = 16 * 1024; // a longest line and its spans fit
inline constexpr size_t crowd_frame_bytes_max = 16 * 1024;
inline constexpr size_t state_frame_bytes_max = 1100; // one datagram
inline constexpr size_t bulk_frame_bytes_max = 32 * 1024;
inline constexpr size_t voice_frame_bytes_max = 1100;
inline constexpr size_t frame_bytes_max = 32 * 1024;
static_assert(frame_bytes_max <= enet_packet_bytes_max);
inline constexpr size_t batch_bytes_target = 1150; // lines of a room and tick in one datagram
static_assert(batch_bytes_target < enet_mtu_bytes);
// Smaller ones fit a datagram with room to spare. What is told a crowd is packed when it would be
// more than one datagram, and up to so much at once.
inline constexpr size_t packed_from_bytes = 600;
inline constexpr size_t packed_readers_min = 16;
inline constexpr size_t batch_bytes_packed_min = batch_bytes_target * 9 / 8; // or nothing is tried
inline constexpr size_t batch_bytes_packed_max = 8 * 1024;
static_assert(batch_bytes_packed_max < crowd_frame_bytes_max);
inline constexpr int64_t malformed_forget_ms = 60 * 1000;
inline constexpr uint32_t verifier_depth_max = 16;
inline constexpr uint32_t verifier_tables_max = 512;
inline constexpr size_t copied_bytes_factor_max = 4; // strings that share an offset expand
inline constexpr size_t malformed_frames_max = 3;    // then the session is cut
inline constexpr uint32_t frames_per_s_max = 200;    // of one session, then cut
inline constexpr size_t frame_bytes_per_s_max = 256 * 1024;
inline constexpr size_t presences_per_frame_max = 256; // half the table budget
inline constexpr size_t batch_entries_max = 500;       // lines and entries; the longest resume
inline constexpr size_t batch_tables_max = 400;        // of entries and authors
static_assert(batch_tables_max + 2 <= verifier_tables_max);

// [text]
inline constexpr size_t text_bytes_max = 8 * 1024;
inline constexpr size_t text_bytes_per_code_point = 4;
inline constexpr size_t text_lines_max = 20;
inline constexpr size_t spans_max = 64; // of one message
inline constexpr size_t combining_marks_per_base_max = 4;
inline constexpr size_t grapheme_bytes_max =
    48; // the longest emoji (a couple's kiss in two tones) has 35
inline constexpr size_t reactions_per_message_max = 20;
inline constexpr size_t reaction_bytes_max = grapheme_bytes_max; // one emoji
inline constexpr size_t name_code_points_max = 32;
inline constexpr size_t name_bytes_max = 4 * name_code_points_max;
inline constexpr size_t room_name_bytes_max = 64;
inline constexpr size_t room_title_bytes_max = 128;

// [rooms]
inline constexpr size_t rooms_per_user_max = 200;
inline constexpr size_t room_members_max = 1000; // Global rooms are larger
inline constexpr size_t global_members_max = 20'000;
inline constexpr size_t roster_full_members_max = 64; // above: counts, and pages on demand
inline constexpr size_t roster_page_members_max = 64;
// In a Global room more may be said than anybody can read. Past so many lines a second, and so many
// seconds' worth at once (a screenful), each reader hears his class's share of them. Eight frames
// instead of one are cheap beside a thousand readers, and so few lines go to nobody.
inline constexpr size_t reader_classes = 8;
inline constexpr uint32_t readable_lines_per_s = 5;
inline constexpr uint32_t readable_burst_s = 4;
inline constexpr int64_t gather_sampled_ms = 200; // what flies past need not fly at once
// Of the people whom a line mentions so many are told of it whatever the rate; who names a crowd
// does not reach all of it past what it can read.
inline constexpr size_t mentions_never_sampled_max = 4;
// So much more for so many seconds in a row, and everyone writes less often, until the demand has
// been below half of it for longer.
inline constexpr uint32_t slow_lines_per_s = 4 * readable_lines_per_s;
inline constexpr int64_t slow_on_after_s = 5;
inline constexpr int64_t slow_off_after_s = 30;
inline constexpr uint32_t slow_pace_period_ms = 10'000;
inline constexpr size_t room_tail_entries_max = 256; // kept in memory for resume
inline constexpr size_t room_tail_bytes_max = 256 * 1024;
// Of all rooms: beyond it the tail that nobody wrote to for longest goes, and the store answers.
inline constexpr size_t tails_bytes_max = 256 * 1024 * 1024;
static_assert(tails_bytes_max > room_tail_bytes_max);
// Of one memory room, by which a repetition is known.
inline constexpr size_t memory_nonces_max = 4096;
inline constexpr size_t rooms_loaded_max = 20'000;
inline constexpr size_t rooms_loaded_spare_percent = 5; // idle rooms go early when fewer are left
// Everyone may sit in rooms_for_direct_max direct rooms: so few people would fill memory with them
// that the rooms of people who play together have the rest for themselves.
inline constexpr size_t direct_rooms_loaded_percent_max = 75;
// A direct room whose other side is away is unloaded under its readers when nobody said anything
// for so long, and earlier when places are few; so many a Tick are looked at for that.
inline constexpr int64_t direct_sleep_ms = 10 * 60 * 1000;
inline constexpr size_t direct_looks_per_tick_max = 64;
inline constexpr int64_t rooms_full_said_ms = 60 * 1000; // in the log, once in this time
inline constexpr int64_t room_evict_idle_ms = 10 * 60 * 1000;
// Joins and leaves of one's own: each is a line in a log or a roster to everyone. Tickets and the
// game's server are not bound.
inline constexpr uint32_t membership_burst = 8;
inline constexpr uint32_t membership_period_ms = 60'000;
// Direct rooms: opening one may put it into a stranger's list. While both have fewer rooms than
// this it is made; so what the game gives (by ticket, and Global rooms) finds place beside them.
inline constexpr size_t rooms_for_direct_max = 120;
static_assert(rooms_for_direct_max + ticket_rooms_max + 16 <= rooms_per_user_max);
inline constexpr uint32_t direct_burst = 5;
inline constexpr uint32_t direct_period_ms = 60'000;
inline constexpr size_t page_entries_max = 50;
inline constexpr size_t page_bytes_max = 12 * 1024; // several pages for one request beyond it
static_assert(page_bytes_max < chat_frame_bytes_max);
inline constexpr size_t resume_entries_max = 500; // then current state and a Gap
static_assert(resume_entries_max <= batch_entries_max);

// [tiers] by room kind (schemas/room.fbs RoomKind): text, pace, members. Configuration may lower
// or raise them up to text_bytes_max.
struct Tier {
    uint32_t text_code_points_max;
    uint16_t pace_burst;     // tokens in a full bucket
    uint32_t pace_period_ms; // in which a bucket fills again
    uint32_t members_max;
    uint32_t history_days; // then an entry is removed
    bool memory = false;   // the log is in memory alone
};
inline constexpr int64_t day_ms = 24ll * 60 * 60 * 1000;
inline constexpr Tier tiers[] = {
    {0, 0, 1, 0, 0},                          // none
    {320, 1, 3000, global_members_max, 7},    // Global: slow mode
    {512, 4, 5000, 64, 7},                    // Team
    {1000, 5, 5000, 16, 7},                   // Party
    {2000, 5, 5000, 2, 30},                   // Direct
    {1000, 20, 30'000, room_members_max, 30}, // Guild
};
inline constexpr uint32_t text_code_points_max = 2000;
// What one user may add to all logs together; rooms' paces let each of two hundred be filled. The
// bucket holds so many seconds' worth: 64 KiB by default.
inline constexpr uint32_t user_log_bytes_per_s = 4096;
inline constexpr uint32_t user_log_burst_s = 16;
static_assert(text_code_points_max * text_bytes_per_code_point <= text_bytes_max);

// [sessions]
inline constexpr size_t sessions_per_user_max = 5;
inline constexpr size_t sessions_per_host_max = 4095; // ENet's bound
inline constexpr int64_t typing_resend_ms = 4000;
inline constexpr int64_t typing_expiry_ms = 6000;
inline constexpr int64_t typing_jitter_ms =
    250; // a resend may come early by what the network shook
inline constexpr size_t typing_names_max = 3;
inline constexpr int64_t presence_period_ms = 1000;     // changes of a user coalesce to one
inline constexpr int64_t presence_keep_ms = 120 * 1000; // a reconnect within it changes nothing
inline constexpr size_t users_query_max = 64;
// Whom one user blocks: told to him in one frame, and kept as long as he is here.
inline constexpr size_t blocks_per_user_max = 500;
static_assert(blocks_per_user_max * 8 < control_frame_bytes_max / 2);
// Each change is a write. So many at once are a list that a game brings along; then one a second.
inline constexpr uint32_t block_burst = 60;
inline constexpr uint32_t block_period_ms = 60'000;
// Authors whom some reader blocks, in one live batch: their readers fall into 2^4 groups at most,
// and each group is one more frame to encode.
inline constexpr size_t batch_blocked_authors_max = 4;
// A batch to a room in which people block each other is told in so many shares at most; where
// there would be more, it is cut after batch_blocked_authors_max blocked authors.
inline constexpr size_t batch_shares_max = size_t{1} << batch_blocked_authors_max;
inline constexpr int64_t ping_interval_ms = 5000;
inline constexpr int64_t peer_timeout_ms = 15'000;
// A shard does not give up somebody from whom it has heard nothing for less: he may have another
// address by now and says so with his next ping.
inline constexpr int64_t peer_timeout_ms_min = 2 * ping_interval_ms + 2000;
static_assert(peer_timeout_ms_min < peer_timeout_ms);
inline constexpr int64_t server_clock_samples = 8;

// [queues]
inline constexpr size_t peer_queue_bytes_max = 256 * 1024;
// Above the link's queue, in the net thread: the first frames of a user in rooms_per_user_max full
// rooms fit, else he would be sent them again and again.
inline constexpr size_t peer_held_bytes_max = 256 * 1024;         // deliveries: then it lags
inline constexpr size_t peer_held_answers_bytes_max = 512 * 1024; // and answers: then it is cut
inline constexpr size_t peer_queue_bytes_drained = 16 * 1024;     // so few: it lags no more
static_assert(peer_queue_bytes_drained < peer_queue_bytes_max);
// Behind and not nearer by peer_queue_bytes_drained in this time: cut.
inline constexpr int64_t peer_queue_ms_max = 10'000;
// A session is told of its rooms at once up to here, then at this rate: a user of two hundred rooms
// must not be made to lag by the telling itself.
inline constexpr size_t rooms_told_bytes_at_once = peer_queue_bytes_max / 2;
inline constexpr size_t rooms_told_bytes_per_s = 64 * 1024;
inline constexpr size_t rooms_loading_per_session_max = 8; // at the store, to be told of
// What a session asks for of the past and of people is answered up to here at once, then at this
// rate: it may not cost the shard more than a line can carry, nor make its own session lag.
inline constexpr size_t answers_bytes_at_once = peer_queue_bytes_max;
inline constexpr size_t answers_bytes_per_s = 128 * 1024;
inline constexpr size_t resume_bytes_max = answers_bytes_at_once / 2; // read at once of one room
// Effects of one batch of inputs go out in parts of this size, so that memory stays bounded.
inline constexpr size_t core_effects_held_max = 1024;
inline constexpr size_t core_effects_bytes_held_max = 1024 * 1024;
inline constexpr size_t core_inbox_inputs_max = 16'384;
inline constexpr size_t net_inbox_batches_max = 1024; // of effects; then the core waits
inline constexpr int64_t core_tick_busy_ms = 5;
// After a crowd was told something, its next lines gather for a millisecond for so many readers:
// a datagram to each of them costs more than such a wait is worth.
inline constexpr size_t gather_readers_per_ms = 100;
inline constexpr int64_t gather_ms_max = 8;
// In a crowd where so many came at once, the next ones gather longer, until they fill a datagram.
inline constexpr size_t gather_busy_lines = 8;
inline constexpr int64_t gather_busy_factor = 3;
inline constexpr int64_t core_tick_idle_ms = 20;
inline constexpr int64_t net_tick_ms_default = 5;   // in which datagrams gather
inline constexpr int64_t net_sleep_busy_ms_max = 5; // while somebody is behind
inline constexpr int64_t net_sleep_idle_ms_max = 20;
inline constexpr size_t datagrams_per_call_max = 64; // sent or taken by one call of the system
inline constexpr size_t store_inbox_requests_max = 8192;
inline constexpr size_t persists_in_flight_max = 4096; // past it sends are refused with Busy
inline constexpr size_t persists_in_flight_per_session_max = 64;
inline constexpr size_t commands_waiting_for_room_max = 64;

// [admin] The pages that a machine's own watchers read. One thread answers them, each connection
// once; who is slower than this is cut, whatever he sends.
inline constexpr size_t admin_connections_max = 16;
inline constexpr size_t admin_request_bytes_max = 4096;
inline constexpr int64_t admin_connection_ms_max = 2000;
// Core and store threads go round every second at least. A disk may keep a group for long; a thread
// that is silent for so long does not come back.
inline constexpr int64_t thread_silent_ms_max = 30'000;
// A store that could not write is tried again when nobody was sent to it for so long.
inline constexpr int64_t store_failing_ms = 10'000;

// [store]
inline constexpr size_t commit_requests_max = 1024;
// Without requests the store looks so often at the disk and at what is old: little beside its own
// periods, and nothing to a machine that idles.
inline constexpr int64_t store_idle_ms = 1000;
inline constexpr size_t fold_entries = 4096;  // then the log's index by room is brought level
inline constexpr int checkpoint_pages = 1000; // of the write-ahead log, 4 KiB each
inline constexpr size_t write_ahead_bytes = 8 * 1024 * 1024; // grown once, at start, then reused
static_assert(write_ahead_bytes > 4096u * checkpoint_pages);
// Fewer on the disk: it is said; as many more: said again. A day of a busy shard's lines.
inline constexpr int64_t disk_free_bytes_min = int64_t{1024} * 1024 * 1024;
inline constexpr int64_t disk_free_bytes_spare = disk_free_bytes_min / 4;
inline constexpr int store_cache_kib = 16 * 1024;     // the log's index by room is read all over
inline constexpr int store_busy_ms_max = 250;         // for another program that holds the database
inline constexpr size_t damaged_rows_said_max = 1000; // in the log, each once
// Requests of a group that a damaged page may fail alone; each is one more run of the others.
inline constexpr size_t damaged_requests_max = 8;
// Commits of the database's generation that its mark may not have: the mark is not synced. Few
// beside all numbers, so that another database hardly fits.
inline constexpr uint32_t generations_ahead_max = 1 << 16;
// A backup copies so much at once and then lets the shard have the disk.
inline constexpr int backup_step_pages = 256;
inline constexpr size_t backup_contents_bytes_max = 4096; // of its list; ours has 300
inline constexpr int64_t purge_period_ms = 60 * 60 * 1000;
// A wall clock is believed by what removes when it is no further beyond what the database has seen,
// and the steady clock since, than a shard may sleep or stand still; else when it has stood there
// for as long as an operator may need to see the warning.
inline constexpr int64_t removal_ahead_ms_max = day_ms;
inline constexpr int64_t removal_held_ms = 2 * day_ms;
inline constexpr int64_t removal_held_drift_ms_max = 60 * 60 * 1000;
inline constexpr int64_t removal_start_ms = 10 * 60 * 1000; // after a start nothing is removed
inline constexpr int64_t seen_period_ms = 10 * 60 * 1000;   // then the database is told the time
// Old entries are removed in steps: so many of a room, or a look at so many rooms, and a pause when
// all were looked at. A step is one commit, and ten a second keep up with what rooms' paces let in.
inline constexpr int64_t retention_step_ms = 100;
inline constexpr int64_t retention_pause_ms = 10 * 60 * 1000;
inline constexpr size_t retention_entries_per_step_max = 256;
inline constexpr size_t retention_rooms_per_step_max = 64;
inline constexpr int64_t history_days_min = 7;
inline constexpr int64_t history_days_max = 36'500;
inline constexpr int64_t nonce_age_ms_max = 7 * day_ms;
inline constexpr int64_t nonce_ahead_ms_max = 60 * 60 * 1000;

// [cards]
inline constexpr size_t card_types_max = 64;
inline constexpr size_t card_type_file_bytes_max = 64 * 1024;
inline constexpr size_t card_fields_max = 32;
inline constexpr size_t card_rows_max = 12;
inline constexpr size_t card_actions_max = 4;
inline constexpr size_t card_enum_values_max = 64;
inline constexpr size_t card_bytes_max = 1024;
inline constexpr size_t card_text_code_points_max = 64;
inline constexpr size_t cards_per_room_max = 4;
inline constexpr int64_t card_period_ms = 100;  // deltas of a card coalesce to ten a second
inline constexpr int64_t card_settle_ms = 1000; // at rest so long: whole once more, reliably

// [presence]
inline constexpr size_t presence_token_bytes_max = 32;
inline constexpr size_t presence_params_max = 4;
inline constexpr size_t presence_param_bytes_max = 64;

// [plugin]
inline constexpr size_t outbox_messages_max = 64;
// What has come and the game has not looked at (a long loading screen). Past it the connection
// ends, and Resume brings the client level.
inline constexpr size_t client_inbox_bytes_max = 8 * 1024 * 1024;
inline constexpr size_t model_messages_per_room_max = 10'000;
// "12 more" speaks for what stands behind so many lines: one under each would be more than they
// are.
inline constexpr size_t left_out_lines = 8;
inline constexpr size_t client_events_max = 1024;
inline constexpr size_t page_fetches_in_flight_max =
    8; // first pages of new rooms, under frames_per_s_max
inline constexpr size_t draft_bytes_max = text_bytes_max;
// A draft may be longer than its room's lines by a part of this size (a quarter): markup that is
// not sent, and what is still to be shortened. Without a bound a long paste is laid out at each
// key.
inline constexpr uint32_t draft_over_part = 4;
inline constexpr size_t edit_undo_steps_max = 100; // of one draft; the oldest goes
inline constexpr int64_t reconnect_first_ms = 500;
inline constexpr int64_t reconnect_longest_ms = 30'000;
inline constexpr int64_t clock_jump_ms = 10'000;     // sleep or debugger: reconnect with resume
inline constexpr int64_t reconnect_stable_ms = 5000; // lived so long: the next pause is short
inline constexpr size_t model_people_max = 4096;     // beyond: those not in any room are forgotten
inline constexpr size_t model_presence_cards_max = 1024;
inline constexpr size_t client_requests_max = 256; // without a reply yet
inline constexpr size_t held_batches_max = 256;    // of rooms with a hole, until it is filled
inline constexpr size_t held_bytes_max = 256 * 1024;
inline constexpr int64_t held_ms_max = 30'000;      // of a room that never came
inline constexpr int64_t resume_patience_ms = 2000; // answered, but the hole is still there
// So long after Ready and after the last room that was named, rooms not named again are gone.
inline constexpr int64_t rooms_confirm_ms = 3000;
// Between two tickets of one session: the shard's period, and what the way may shorten of it.
inline constexpr int64_t ticket_period_ms = reauth_period_ms_min + 250;
inline constexpr int64_t mark_period_ms = 1000;                // read marks of a room coalesce
inline constexpr int64_t time_query_first_ms = 500;            // eight samples soon,
inline constexpr int64_t time_query_ms = 30'000;               // then now and then
inline constexpr int64_t retry_shortest_ms = 250;              // after StoreUnavailable and Busy
inline constexpr size_t allocation_reserve_bytes = 512 * 1024; // lets a failed allocation end well

} // namespace parley::limits
