// state.hpp: all that a core remembers, and the verbs on it. One class, because one step may touch
// a session, a user and a room; one .cpp a subject, named in the sections below.
//
// Rule of the house: nothing that iterates an unordered container may reach an effect.
//
// [core.cpp] [session.cpp] [admission.cpp] [room.cpp] [sleep.cpp] [members.cpp] [direct.cpp]
// [blocks.cpp] [grants.cpp] [roster.cpp] [send.cpp] [memory_room.cpp] [fanout.cpp] [busy_room.cpp]
// [history.cpp] [presence.cpp] [cards.cpp]
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "schemas/base/random.hpp"
#include "schemas/wire/batch_writer.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"
#include "server/core/core.hpp"
#include "server/core/pending.hpp"
#include "server/core/room.hpp"
#include "server/core/session.hpp"

namespace parley {

// The fields of wire::Reply.
struct Answer {
    Error error = Error::Ok;
    RoomId room{};
    Seq seq = 0;
    TimeMs at_ms = 0;
    uint32_t retry_after_ms = 0;
};

// Where a command's card belongs, and as whom it is written.
struct CardTarget {
    const CardType* type = nullptr;
    Room* room = nullptr; // null: the user's own
    CardWriter writer;
    CardKey key;
};

// One command on its way through its handler.
struct Command {
    Session& session;
    User& user;
    Requester from;
    const wire::ClientFrame& frame;
    Bytes bytes; // of the frame, should it have to wait

    template <typename Table>
    const Table& body() const {
        return *static_cast<const Table*>(frame.body());
    }
};

class Core::State {
public:
    State(const CoreOptions& options, CardTypes card_types, uint64_t seed);

    void step(const Input& input, Effects& effects);
    Counts counts() const;

private:
    // [clocks] What lasts goes by now_ms_. Server time, for what is dated, and the wall clock, for
    // what others dated, are so far from it now.
    TimeMs dated_ms(TimeMs ms) const { return ms + clocks_.leapt_ms; }
    TimeMs date_ms() const { return dated_ms(now_ms_); }
    TimeMs wall_ms() const { return date_ms() - clocks_.apart_ms; }

    // [core.cpp] dispatch, time, the store's answers, shutdown
    void take(const Tick& tick);
    void take(const AdmitAsked& asked);
    void take(const SessionOpened& opened);
    void take(const SessionClosed& closed);
    void take(const CommandReceived& received);
    void take(const ReauthVerified& verified);
    void take(const Lagging& lagging);
    void take(const Drained& drained);
    void take(const StoreAnswered& answered);
    void take(const ShutdownAsked& asked);
    void take(const ClocksMoved& moved);
    void run_command(Session& session, Bytes frame);
    void dispatch(Command& command);
    template <typename Request>
    Token persist(SessionId owner, RoomId room, Request request, Operation op);
    // Whether one more request fits; else the command is answered Busy.
    bool may_persist(const Command& command);
    std::optional<Pending> take_pending(Token token);
    void answer(Pending& pending, const UserAdmitted& admitted);
    void answer(Pending& pending, const RoomLoaded& loaded);
    void answer(Pending& pending, const UsersFound& found);
    void answer(Pending& pending, const Appended& appended);
    void answer(Pending& pending, const MemberPut& put);
    void answer(Pending& pending, const Done& done);
    void answer(Pending& pending, const EntriesFetched& fetched);
    void finish_shutdown();

    // [session.cpp]
    Session* find_session(SessionId id);
    User& user_of(const Session& session);
    flatbuffers::FlatBufferBuilder& fbb() { return frames_.fbb(); }
    template <typename Table>
    SharedFrame event(wire::Event type, flatbuffers::Offset<Table> body, uint32_t request = 0) {
        return frames_.server_shared(request, type, body.Union());
    }
    void send_event(const Session& session, Lane lane, SharedFrame frame);
    void send_answer(SessionId session, Lane lane, SharedFrame frame, RoomId gone = {});
    void deliver(Room& room, Lane lane, SharedFrame frame, size_t entries = 0);
    void reply(const Requester& to, const Answer& answer, Lane lane = Lane::Control);
    void reply_all(const std::vector<Requester>& to, const Answer& answer);
    void refuse(const Command& command, Error error, uint32_t retry_after_ms = 0);
    // How long the session must wait for its next large answer; 0: it may have one now.
    uint32_t answer_wait_ms(Session& session) const;
    // Whether command may have a large answer now; else it is answered Busy.
    bool may_answer(const Command& command);
    void spend(SessionId session, size_t answer_bytes);
    void send_rooms(Session& session);
    void tell_rooms(Session& session);
    void stop_hearing(const Session& session);
    void stop_hearing(SessionId id, Room& room);
    void close(SessionId id, Error reason, uint32_t retry_after_ms = 0);
    void forget(SessionId id);
    void schedule(Session& session);
    void run_session_timer(SessionId id);
    bool read_only(const Session& session) const { return now_ms_ >= session.reauth_at_ms; }
    void on_time_query(Command& command);

    // [admission.cpp]
    TimeMs reauth_due_ms(const UserAdmitted& admitted, TimeMs wall_ahead_ms) const;
    User& touch_user(const UserAdmitted& admitted, const Claims& claims);
    void rename(User& user, const StoredUser& stored);
    void name_in_rooms(const User& user);
    void rename_member(Room& room, const User& user, Member& member);
    void make_way(User& user, const DeviceKey& device);
    std::shared_ptr<const Ticket> take_ticket(Claims&& claims, bool first_use);
    void apply_ticket(User& user, const std::shared_ptr<const Ticket>& ticket);
    void settle_ticket(UserId user, const std::shared_ptr<const Ticket>& ticket, Room& room);
    void join_globals(User& user);
    void note_left(User& user);
    void drop_user(UserId id);

    // [room.cpp] loading, waiting, evicting, the tail
    const limits::Tier& tier(const Room& room) const;
    Room* find_room(RoomId id);
    // The room that a command names by id, if the sender is in it. Null: it was answered, or waits.
    Room* room_of(Command& command, uint64_t id);
    // The room that a command names by kind and name. Null: it waits, or was answered.
    Room* room_named(Command& command, wire::RoomKind kind, std::string name, bool create);
    void with_room(RoomKey key, Waiter waiter);
    void run_waiter(Waiter& waiter, Room& room);
    void fail_waiter(const RoomKey& key, Waiter& waiter, Error error);
    void retry_later(RoomKey key, Waiter waiter);
    Room& keep_room(const RoomLoaded& loaded);
    void push_tail(Room& room, LogEntry entry);
    void drop_tail(Room& room);
    void note_idle(Room& room);
    void note_used(Room& room);
    void evict_idle();
    bool evict_one(TimeMs idle_before_ms);
    void evict(RoomId id);
    // Near the bound of all loaded rooms.
    bool places_are_few() const;

    // [sleep.cpp] direct rooms that are unloaded under their readers
    // Whether one more may be loaded.
    bool direct_fits() const { return direct_looks_.size() < directs_max(); }
    size_t directs_max() const;
    void look_later(Room& room, TimeMs at_ms);
    void look_at_directs();
    bool may_sleep(const Room& room) const;
    void fall_asleep(Room& room);
    // Loaded again: its sessions are put back.
    void wake(Room& room);
    // The session is to be told of a room that is asleep, which loads it. False: it is not asleep.
    bool wake(Session& session, RoomId room);
    bool stop_sleeping(SessionId session, RoomId room);
    void forget_asleep(RoomId room);

    // [members.cpp] joining and leaving
    struct Joiner {
        UserId user{};
        std::string name;
        uint32_t flags = 0;
        wire::Role role = wire::Role::Member;
        MemberOrigin origin = MemberOrigin::Own;
    };
    void on_join(Command& command);
    // Whether the user may join or leave once more; else the command is answered Rate.
    bool may_change(const Command& command);
    void on_leave(Command& command);
    // Makes joiner a member, or him what the joiner says; op carries who waits for it.
    void put_member(Room& room, const Joiner& joiner, PutOp op);
    void end_put(PutOp& op, const Answer& answer);
    PutOp* grant_awaited(Room& room, UserId user);
    size_t others_joining(const Room& room, UserId user) const;
    bool make_place(Room& room);
    void note_absent(Room& room, UserId user);
    void note_absent(const User& user);
    void member_put(Room& room, PutOp& op, const MemberPut& put);
    // At once, and then in the store.
    void remove_member(Room& room, Error reason, DropOp op);
    void stop_joining(Room& room, UserId user);
    void drop_member(Room& room, DropOp op);
    void take_out(Room& room, UserId user, Error reason);
    void take_in(Room& room, UserId user, Member member);
    void member_dropped(Room& room, DropOp& op, Error error);
    void append_membership(Room& room, UserId user, const Member& member,
                           wire::MembershipChange change);
    void append_own(Room& room, LogEntry entry);

    // [direct.cpp] rooms of two
    void on_join_direct(Command& command);
    void open_direct(const DirectOp& op, const StoredUser& other);
    void join_direct(const Requester& from, const StoredUser& other, Room& room);
    // True: the command waits until the other is back, or was answered.
    bool bring_back(Command& command, Room& room);
    static UserId other_side(const Room& room, UserId self);

    // [blocks.cpp] who hears nothing of whom
    bool blocks(UserId user, UserId author) const; // of a user who is here
    void on_block(Command& command);
    void block_put(const BlockOp& op, Error error);
    void set_block(UserId user, UserId other, bool on);
    void note_blocker(UserId author, UserId blocker, bool on);
    void recall_blockers(Room& room, const std::vector<UserId>& loaded);
    bool blocked_by_other(const Room& room, UserId self) const;
    void tell_blocks(UserId user);
    SharedFrame blocks_frame(const User& user);
    // That a blocked one comes or goes is told all the same, as the roster tells it.
    static bool hideable(const LogEntry& entry) { return entry.kind != EntryKind::Membership; }
    struct Shunned {
        UserId author{};
        std::vector<SessionId> by; // who hear the room
    };
    // Ascending by author.
    std::vector<Shunned> shunned(const Room& room, std::span<const LogEntry> entries) const;

    // [grants.cpp] the game's server has the last word
    void on_grant(Command& command);
    // The same for both. False: it was answered.
    bool may_move_people(const Command& command, wire::RoomKind kind);
    void on_revoke(Command& command);
    void subject_found(Room& room, SubjectOp& op, const UsersFound& found);
    void note_revoked(RoomId room, UserId user, TimeMs at_ms);
    void recall_revoked(const RoomLoaded& loaded);
    void forget_revoked(RoomId room, UserId user);
    bool revoked_since(RoomId room, UserId user, const Ticket& ticket) const;

    // [roster.cpp]
    void enter(Session& session, Room& room);
    void enter_all(User& user, Room& room);
    // False: the room is no longer among the user's either.
    bool still_in(const Session& session, const Room& room);
    // From here on what happens in the room is told to session; who is in it is told now.
    void hear(const Session& session, Room& room);
    void send_room_state(const Session& session, Room& room);
    // To one who is in it and asks for it once more: an answer that has a rate.
    void send_room_again(const Session& session, Room& room);
    // The whole roster of a small room, the count of a large one.
    std::vector<SharedFrame> roster_frames(const Room& room, bool whole);
    SharedFrame roster_frame(const Room& room, std::span<const UserId> members, bool whole,
                             uint32_t request);
    // What the others hear when somebody came or changed, went, or many did.
    void tell_roster(Room& room, UserId user);
    void tell_came(Room& room, UserId user);
    void tell_gone(Room& room, UserId user);
    void tell_counts();
    void on_fetch_members(Command& command);
    void on_fetch_users(Command& command);
    void answer_users(const Requester& to, const std::vector<StoredUser>& users);
    flatbuffers::Offset<wire::User> wire_user(UserId id, std::string_view name, uint32_t flags);
    flatbuffers::Offset<wire::User> wire_other(const Room& room, UserId self);
    flatbuffers::Offset<wire::Member> wire_member(UserId id, const Member& member);
    uint16_t unread(const Room& room, UserId user, const Member& member) const;

    // [send.cpp]
    void on_send(Command& command);
    void appended(Room& room, AppendOp& op, const Appended& answer);
    // entry has its place in the log: the next one.
    void log(Room& room, LogEntry entry);
    void forget_full_paces(Room& room);

    // [memory_room.cpp] rooms whose log no store has
    void begin_memory_log(Room& room);
    // True: answered with the place of the first one.
    bool repeated_in_memory(const Room& room, const std::pair<UserId, Nonce>& nonce,
                            const Requester& to);
    void say_in_memory(Room& room, LogEntry entry, const Requester& to);
    void append_in_memory(Room& room, LogEntry entry);
    void mark_in_memory(Room& room, Member& member, Seq seq, const Requester& from);

    // [fanout.cpp]
    Readers readers(Room& room);
    void flush(Room& room);
    void flush_due();
    bool gathered(const Room& room) const;
    static size_t few_shunned(std::span<const LogEntry> entries,
                              const std::vector<Shunned>& shunned);
    // Which sessions do not get the common frame of a part, and what they get.
    struct Share {
        UserId viewer{};             // of what he alone may see
        std::vector<UserId> blocked; // authors, ascending
        auto operator<=>(const Share&) const = default;
    };
    using Shares = std::map<Share, std::vector<SessionId>>; // whose, ascending
    Shares shares(const Room& room, std::span<const LogEntry> part,
                  std::span<const Shunned> shunned) const;
    // Tells each share that is among readers; returns those who get the common frame.
    template <typename Tell>
    static Readers tell_shares(const Shares& apart, const Readers& readers, Tell&& tell);
    // How much goes into one frame for so many, and whether to pack it.
    static size_t frame_bytes_max(const Room& room, size_t readers);
    static bool pays(Bytes plain, size_t readers);
    SharedFrame finish_for(size_t readers);
    int64_t gather_ms(const Room& room, size_t lines) const;
    SharedFrame packed_if(Bytes plain, bool to_pack);
    SharedFrame finish_live(Room& room);
    // An answer of to, who pays for it as it was before it was packed. Not packed when something is
    // in it that only he may see.
    SharedFrame finish_page(const Requester& to, bool more);
    void push_fresh(Room& room, LogEntry entry);
    struct Page {
        UserId viewer{};                 // 0: what everyone may see
        std::span<const UserId> blocked; // ascending: what they say is left out
        size_t bytes_max = 0;
        bool authors = false; // name them all; else those who are in no roster
        std::unordered_set<UserId>* named = nullptr; // whom the readers know by now
        std::span<const StoredUser> known;           // authors who may not be members any more
        // Who hears which of the entries, and which class the readers are. Empty: all of them.
        std::span<const Classes> heard_by;
        size_t reader_class = 0;
    };
    // Begins a batch with what page.viewer may see from the front of entries; returns how many of
    // them the batch speaks for, at least one.
    size_t fill(const Room& room, std::span<const LogEntry> entries, const Page& page);
    static bool may_see(const LogEntry& entry, const Page& page);
    // How many from the back of entries go into one batch, at least one.
    size_t newest_fitting(const Room& room, std::span<const LogEntry> entries, const Page& page);
    std::optional<StoredUser> author_to_name(const Room& room, UserId author,
                                             const Page& page) const;

    // [busy_room.cpp] Global rooms in which more is said than one can read
    // False: everyone hears all of fresh, which is still to be told.
    bool tell_sampled(Room& room, std::span<const LogEntry> fresh);
    std::vector<Classes> choose_classes(Room& room, std::span<const LogEntry> fresh);
    static bool never_sampled(const Room& room, const LogEntry& entry);
    const Readers& class_readers(Room& room, size_t reader_class_wanted);
    void tell_classes(Room& room, std::span<const LogEntry> part, std::span<const Classes> heard_by,
                      const std::vector<Shunned>& shunned);
    void tell_page(Room& room, std::span<const LogEntry> part, Page page, const Readers& to);
    // To those whom it concerns and whose class did not hear it.
    void tell_addressed(Room& room, const LogEntry& entry, Classes heard_by);
    std::set<UserId> concerned(const Room& room, const LogEntry& entry) const;
    // How fast a member of this role may write now.
    Pacing pacing(const Room& room, wire::Role role) const;
    bool may_slow(const Room& room) const;
    SlowMode::Bounds slow_bounds(const Room& room) const;
    void note_said(Room& room, const LogEntry& entry);
    void tell_pace(Room& room);
    void end_slow_modes();

    // [history.cpp]
    void on_fetch(Command& command);
    // Entries ascend; all are inside op's range and the reader's to see.
    void answer_page(Room& room, const FetchOp& op, std::span<const LogEntry> entries, bool more,
                     std::span<const StoredUser> known);
    void on_resume(Command& command);
    void resume_on(ResumeOp op);
    void end_resume(const Requester& from, const Answer& answer);
    // The next point of op. True: the store was asked, and has op.
    bool resume_room(ResumeOp& op, Room& room);
    // The reader was told up to here: the room is done, or goes on from there.
    void resumed(ResumeOp& op, const Room& room, Seq told);
    // Entries of [low, high], as many as may be said now, one batch at least; returns up to where.
    Seq resume_batches(const Requester& to, Room& room, std::span<const LogEntry> entries, Seq low,
                       Seq high, std::span<const StoredUser> known);
    Seq resume_gap(const Requester& to, Room& room, UserId reader, Seq first);
    void on_mark(Command& command);

    // [presence.cpp]
    void on_set_presence(Command& command);
    void on_typing(Command& command);
    void set_presence(User& user, PresenceInfo presence);
    void show(User& user, PresenceInfo shown);
    void tell_presences();
    void tell_presence_of(std::span<const UserId> users);
    flatbuffers::Offset<wire::Presence> wire_presence(UserId id, const PresenceInfo& presence);

    // [cards.cpp]
    void on_set_card(Command& command);
    void on_update_card(Command& command);
    void on_clear_card(Command& command);
    void on_fetch_card(Command& command);
    // Nothing: the command was answered, or waits for the room.
    std::optional<CardTarget> card_target(Command& command, uint16_t type, uint64_t room);
    Card& make_place_for(User& user, uint16_t type);
    Card* find_card(const CardKey& key);
    Card* card_at(const CardKey& place);
    CardTold& told_of(const CardKey& key);
    void send_cards(const Session& session, const Room& room);
    void send_room_cards(const Session& session, const Room& room);
    // Takes the place for this card when nobody has been told of one there. False: the card may not
    // go to somebody alone, it is on its way to him with the others.
    bool claim_place(const CardKey& key, const Card& card);
    void tell_card(const CardKey& key, Lane lane, const SharedFrame& frame);
    SharedFrame card_frame(const CardKey& key, const Card& card);
    SharedFrame delta_frame(const CardKey& key, const Card& card);
    void put_whole(const CardKey& place, Card& card);
    void put_delta(const CardKey& place, Card& card);
    void clear_card(const CardKey& key);
    void tell_gone(const CardKey& place);
    // Now, or when those who have the card may hear of it again.
    void tell_soon(const CardKey& key);
    void tell_card_at(const CardKey& place);
    void tell_cards();
    bool shares_small_room(const User& one, const User& two);

    const CoreOptions options_;
    const CardTypes card_types_;
    Random random_;
    TimeMs now_ms_ = 0; // server time less its leaps
    ClocksMoved clocks_;
    Effects* effects_ = nullptr; // of the running step
    wire::FrameBuilder frames_;
    wire::BatchWriter batch_;
    bool batch_is_private_ = false; // of what fill() put in
    wire::Packer packer_;

    std::unordered_map<SessionId, Session> sessions_; // looked up, never iterated into an effect
    std::unordered_map<UserId, User> users_;
    Subjects subjects_;                                        // of users_
    std::unordered_map<UserId, std::vector<UserId>> blockers_; // of users_, by whom they block
    std::unordered_map<RoomId, std::unique_ptr<Room>> rooms_;
    std::map<std::pair<uint8_t, std::string>, RoomId> room_names_; // of rooms_
    std::map<SessionId, Token> admitting_;

    std::unordered_map<Token, Pending> pending_;
    Token next_token_ = 1;
    std::map<RoomId, Token> loading_ids_;
    std::map<std::pair<uint8_t, std::string>, Token> loading_names_;

    std::set<std::pair<TimeMs, SessionId>> session_timers_;
    std::set<SessionId> sessions_telling_; // have rooms_to_tell
    std::set<std::pair<TimeMs, UserId>> users_left_;
    std::set<std::pair<TimeMs, RoomId>> rooms_idle_;
    std::set<std::pair<TimeMs, RoomId>> direct_looks_; // every loaded Direct room
    // Direct rooms that are not loaded, and the sessions that would hear them if they were.
    struct Asleep {
        std::string name;
        std::vector<SessionId> sessions; // ascending, never empty
    };
    std::map<RoomId, Asleep> asleep_;
    std::map<std::string, RoomId> asleep_names_; // of asleep_
    uint64_t rooms_refused_ = 0;
    std::multimap<TimeMs, std::pair<RoomKey, Waiter>> retries_;
    std::set<UserId> presences_dirty_;
    std::set<RoomId> counts_dirty_;
    std::set<RoomId> rooms_slow_;
    std::set<CardKey> cards_dirty_; // places
    std::set<std::pair<TimeMs, CardKey>> card_ends_;
    std::vector<RoomId> rooms_fresh_; // in the order in which they are flushed
    // Who was revoked when: a ticket issued before must not bring him back. Kept as long as such a
    // ticket can be good; the store has it too, for the shard after this one.
    struct Revoked {
        TimeMs at_ms = 0; // the wall clock's, as a ticket's times
        TimeMs end_ms = 0;
        uint64_t order = 0;
    };
    std::map<std::pair<RoomId, UserId>, Revoked> revoked_;
    std::set<std::pair<TimeMs, std::pair<RoomId, UserId>>> revoked_ends_;

    std::set<std::pair<TimeMs, RoomId>> tails_; // not empty ones, by when they last grew
    size_t tail_bytes_ = 0;
    bool shutting_down_ = false;
    bool shut_down_ = false;
    uint32_t retry_in_ms_ = 0;
    uint64_t order_ = 0; // of tickets taken and people revoked: a millisecond may see both
};

inline constexpr auto direct_kind = static_cast<uint8_t>(wire::RoomKind::Direct);

// What a store that cannot answer now costs everyone who waits for it.
inline constexpr uint32_t store_retry_ms = 1000;

template <typename Tell>
Readers Core::State::tell_shares(const Shares& apart, const Readers& readers, Tell&& tell) {
    if (apart.empty()) {
        return readers;
    }
    std::vector<SessionId> others = *readers;
    for (const auto& [share, sessions] : apart) {
        std::vector<SessionId> own;
        std::set_intersection(readers->begin(), readers->end(), sessions.begin(), sessions.end(),
                              std::back_inserter(own));
        std::erase_if(others, [&own](SessionId id) {
            return std::binary_search(own.begin(), own.end(), id);
        });
        if (!own.empty()) {
            tell(share, std::make_shared<const std::vector<SessionId>>(std::move(own)));
        }
    }
    return std::make_shared<const std::vector<SessionId>>(std::move(others));
}

template <typename Request>
Token Core::State::persist(SessionId owner, RoomId room, Request request, Operation op) {
    const Token token = next_token_++;
    request.token = token;
    if (Session* session = find_session(owner)) {
        ++session->in_flight;
    }
    if (Room* kept = find_room(room)) {
        ++kept->in_flight;
    }
    pending_.emplace(token, Pending{owner, room, std::move(op)});
    effects_->emplace_back(Persist{std::move(request)});
    return token;
}

} // namespace parley
