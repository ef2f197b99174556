// checks.hpp: what must be true of a world, whatever happens in it. The shard's half is asked at
// every effect, before anything leaves; the clients' half at every change of a model and when all
// is quiet. It knows the truth (what is committed) and trusts nobody else.
//
// [checks.cpp] [checks_core.cpp] [checks_blocks.cpp] [checks_clients.cpp]
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "plugin/client/model.hpp"
#include "schemas/wire/generated.hpp"
#include "schemas/wire/packed.hpp"
#include "server/core/core.hpp"
#include "tests/sim/memory_truth.hpp"
#include "tests/sim/trace.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/sim_clock.hpp"

namespace parley::sim {

class Checks {
public:
    Checks(const MemoryDisk& disk, const SimClock& clock, Trace& trace)
        : disk_(disk), clock_(clock), trace_(trace) {}

    // Whose bounds hold, and which rooms are in memory alone.
    void tiers(const std::array<limits::Tier, 6>& tiers) { tiers_ = tiers; }

    // The shard's wall clock and the backend's may be a minute apart from now on.
    void clocks_apart() { clock_slack_ms_ = 2 * 60'000; }

    void violation(const std::string& what);
    bool ok() const { return violations_.empty(); }
    const std::vector<std::string>& violations() const { return violations_; }

    // [shard]
    void shard_started();
    void admit_asked(SessionId session, const Claims& claims);
    void command(SessionId session, const wire::ClientFrame& frame);
    void reauth(const ReauthVerified& verified);
    // The core is about to take this, and has taken it; in between it has its effects.
    void before(const Input& input);
    void effect(const Effect& effect);
    void after(const InputBody& body);
    void executed(std::span<const StoreRequest> requests, std::span<const StoreAnswer> answers);
    void counts(const Core::Counts& counts, size_t sessions_open);

    // [clients] A client's room against the log. quiet: all of it must be there.
    void room(const std::string& who, UserId self, const client::Room& room, bool quiet);
    // A client was told Ok for this line: it is in the log, once.
    void acknowledged(const std::string& who, UserId author, RoomId room, Seq seq,
                      const std::string& text);

    // The whole disk, at the end: every line once.
    void log();

    // The log that counts: the store's, or what the core said of a room that is in memory alone.
    // Null: there is no such room.
    const MemoryDisk::Room* log_of(RoomId id) const;
    bool in_memory(RoomId id) const;
    // Text of a committed message; empty for other entries.
    std::string text_of(const LogEntry& entry) const;

    struct Totals {
        uint64_t messages_stored = 0;
        uint64_t entries_delivered = 0; // one for each reader
        uint64_t frames_sent = 0;
        uint64_t duplicates_answered = 0;
        uint64_t acknowledged = 0;
        uint64_t private_delivered = 0; // lines for their reader alone
        uint64_t hidden = 0;            // lines that went around one who blocks their author
        uint64_t left_out = 0;          // lines of busy rooms that a reader did not get
        uint64_t blocked = 0;           // lines to one who blocks their author
    };
    const Totals& totals() const { return totals_; }

private:
    struct Asked {
        wire::Command type{};
        RoomId room{};
        Nonce nonce = 0;
        TimeMs at_ms = 0;
        uint32_t open = 0; // asked so often and not replied to yet: a line is sent again as it is
        uint16_t card = 0; // type
        UserId other{};    // of a Block
        bool block = false;
        bool blocked = false; // a line to one who blocks its author
        std::string text;
    };
    // A membership that ended.
    struct Was {
        TimeMs ended_ms = 0;
        Seq since_seq = 0;
        Seq last_seq = 0;
    };
    struct Heard {
        Seq seq = 0;            // up to here
        bool asleep = false;    // the room was loaded under him: what follows may have a RoomState
        std::set<Seq> left_out; // of these some may come alone
    };
    // A live Batch left lines out, since the last input.
    struct Sampled {
        SessionId session{};
        UserId reader{};
        RoomId room{};
    };
    struct SessionSeen {
        std::string issuer;
        std::string subject;
        bool game = false;
        std::map<uint32_t, Asked> asked; // by request; the newest of each number
        std::map<RoomId, std::vector<wire::ResumePoint>> resumed;
        std::map<RoomId, Seq> after_gap; // where the page that follows a Gap begins
        std::map<RoomId, Heard> heard;   // told of, live
        // Newest version of each card: of a room, of a user, and its type.
        std::map<std::tuple<RoomId, UserId, uint16_t>, uint32_t> cards;
    };
    // The last that a user said of himself.
    struct Appearance {
        SessionId session{};
        uint32_t request = 0;
        bool invisible = false;
        std::optional<TimeMs> hidden_since_ms; // the core said Ok to that
    };
    // A line that costs a token of its author's pace.
    struct Spent {
        Token token = 0;  // 0: nothing can take it back
        TimeMs at_ms = 0; // the core's
    };
    using Place = std::pair<RoomId, UserId>;
    using Blocking = std::pair<UserId, UserId>; // who, whom
    struct Appending {
        Place place;
        Nonce nonce = 0;
    };

    UserId user_of(SessionId session) const;
    // Committed as a member, and not on the way out by a step that the core has already taken.
    bool member_now(RoomId room, UserId user) const;
    // live: not for this session alone.
    void frame(SessionId session, const wire::ServerFrame& frame, bool live);
    const wire::ServerFrame* decode(Bytes bytes, Lane lane, ByteVector& plain);
    void room_state(SessionId session, UserId reader, const wire::RoomState& state);
    void batch(SessionId session, UserId reader, uint32_t request, const wire::Batch& batch,
               bool live);
    bool owed_page(SessionId session, UserId reader, uint32_t request,
                   const wire::Batch& batch) const;
    void entry_seen(UserId reader, bool owed, TimeMs since_ms, const wire::Batch& batch, Seq seq,
                    UserId author, Nonce nonce, const std::string* text);
    void reply(SessionId session, UserId reader, const wire::ServerFrame& frame,
               const wire::Reply& reply);
    void gap(SessionId session, UserId reader, const wire::Gap& gap);
    void in_room(UserId reader, RoomId room, const char* what);
    // The first entry that he may read as the member that he is.
    Seq since_of(UserId reader, RoomId room) const;
    // [checks_blocks.cpp]
    bool blocks(UserId user, UserId other) const { return blocks_.count({user, other}) != 0; }
    void block_asked(UserId user, UserId other, bool on);
    void block_answered(UserId user, const Asked& asked, bool ok);
    void blocked_line(const Append& append);
    void blocked_send(SessionId session, UserId author, uint32_t request);
    void all_listed(UserId reader, const wire::Batch& batch, TimeMs since_ms,
                    const std::set<Seq>& listed);
    // [checks_core.cpp]
    void persisted(const StoreRequest& request);
    void put(const PutMember& request, std::span<const StoreRequest> later);
    void live_batch(SessionId session, UserId reader, const wire::Batch& batch);
    void own_lines_told();
    void gone(SessionId session, RoomId room);
    void loads(const LoadRoom& request);
    void replied(SessionId session, UserId reader, const Asked& asked, uint32_t request,
                 const wire::Reply& reply);
    void said_in_memory(UserId author, const Asked& asked, Seq seq);
    void refused_by_pace(UserId author, const Asked& asked);
    size_t spent_lately(RoomId room, UserId user);
    void card_written(SessionId session, UserId writer, const Asked& asked);
    void card_shown(SessionId session, UserId reader, RoomId room, UserId user, uint16_t type,
                    uint32_t version);
    void roster_gone(SessionId session, const wire::Roster& roster);
    void shown(UserId reader, const wire::Presence* presence);
    // Whether user has been invisible for so long that nobody may be told anything else.
    bool hidden(UserId user, TimeMs for_ms) const;

    const MemoryDisk& disk_;
    const SimClock& clock_;
    Trace& trace_;
    std::vector<std::string> violations_;
    std::map<SessionId, SessionSeen> sessions_;
    std::vector<Sampled> sampled_;
    std::map<Place, uint32_t> leaving_; // DropMember on its way to the store
    std::map<Place, std::vector<Was>> was_;
    std::set<std::pair<UserId, std::string>> texts_; // every line of this world is unique
    std::array<limits::Tier, 6> tiers_{};
    MemoryTruth memory_;
    std::map<Place, Seq> memory_since_; // as RoomState has it
    TimeMs clock_slack_ms_ = 0;
    TimeMs core_now_ms_ = 0;
    // What the running core knows.
    std::map<Token, Appending> appends_; // at the store
    std::map<RoomId, Seq> known_;        // committed, as it has heard
    std::map<Place, std::deque<Spent>> spent_;
    std::map<UserId, Appearance> appearances_;
    // Who may be what, as far as anybody said it.
    std::map<std::tuple<std::string, uint8_t, std::string>, int64_t> claimed_s_; // by subject
    std::set<std::tuple<std::string, uint8_t, std::string>> granted_;
    std::set<Place> leaves_asked_;
    // Blocks that hold: answered with Ok, or stored when the shard started; until the unblock is.
    std::set<Blocking> blocks_;
    std::map<Blocking, TimeMs> blocked_ms_;    // when that was asked for last
    std::map<Blocking, TimeMs> unblocked_ms_;  // when that was stored last
    std::map<Blocking, uint32_t> blocks_open_; // changes that were asked for and not answered
    std::set<Blocking> once_blocked_;          // or nearly
    std::set<Place> led_;                      // was a leader once
    Totals totals_;
    wire::Unpacker unpacker_;
};

} // namespace parley::sim
