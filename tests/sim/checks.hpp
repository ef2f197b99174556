// checks.hpp: what must be true of a world, whatever happens in it. The shard's half is asked at
// every effect, before anything leaves; the clients' half at every change of a model and when all
// is quiet. It knows the truth (what is committed) and trusts nobody else.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plugin/client/model.hpp"
#include "schemas/wire/generated.hpp"
#include "server/core/core.hpp"
#include "tests/sim/trace.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/sim_clock.hpp"

namespace parley::sim {

class Checks {
public:
    Checks(const MemoryDisk& disk, const SimClock& clock, Trace& trace)
        : disk_(disk), clock_(clock), trace_(trace) {}

    void violation(const std::string& what);
    bool ok() const { return violations_.empty(); }
    const std::vector<std::string>& violations() const { return violations_; }

    // [shard]
    void shard_started();
    void admit_asked(SessionId session, const Claims& claims);
    void command(SessionId session, const wire::ClientFrame& frame);
    void reauth(SessionId session, uint32_t request);
    void effect(const Effect& effect);
    void executed(std::span<const StoreRequest> requests, std::span<const StoreAnswer> answers);
    void counts(const Core::Counts& counts, size_t sessions_open);

    // [clients] A client's room against the log. quiet: all of it must be there.
    void room(const std::string& who, UserId self, const client::Room& room, bool quiet);
    // A client was told Ok for this line: it is in the log, once.
    void acknowledged(const std::string& who, UserId author, RoomId room, Seq seq,
                      const std::string& text);

    // The whole disk, at the end: every line once.
    void log();

    // Text of a committed message; empty for other entries.
    std::string text_of(const LogEntry& entry) const;

    struct Totals {
        uint64_t messages_stored = 0;
        uint64_t entries_delivered = 0; // one for each reader
        uint64_t frames_sent = 0;
        uint64_t duplicates_answered = 0;
        uint64_t acknowledged = 0;
        uint64_t private_delivered = 0; // lines for their reader alone
    };
    const Totals& totals() const { return totals_; }

private:
    struct Asked {
        wire::Command type{};
        RoomId room{};
        Nonce nonce = 0;
        TimeMs at_ms = 0;
        uint32_t open = 0; // asked so often and not replied to yet: a line is sent again as it is
    };
    // A membership that ended.
    struct Was {
        TimeMs ended_ms = 0;
        Seq since_seq = 0;
        Seq last_seq = 0;
    };
    struct SessionSeen {
        std::string issuer;
        std::string subject;
        std::map<uint32_t, Asked> asked; // by request; the newest of each number
        std::map<RoomId, std::vector<wire::ResumePoint>> resumed;
        std::map<RoomId, Seq> after_gap; // where the page that follows a Gap begins
    };

    UserId user_of(SessionId session) const;
    // Committed as a member, and not on the way out by a step that the core has already taken.
    bool member_now(RoomId room, UserId user) const;
    void frame(SessionId session, const wire::ServerFrame& frame);
    void batch(SessionId session, UserId reader, uint32_t request, const wire::Batch& batch);
    bool owed_page(SessionId session, UserId reader, uint32_t request,
                   const wire::Batch& batch) const;
    void entry_seen(UserId reader, bool owed, const wire::Batch& batch, Seq seq, UserId author,
                    Nonce nonce, const std::string* text);
    void reply(SessionId session, UserId reader, const wire::ServerFrame& frame,
               const wire::Reply& reply);
    void gap(SessionId session, UserId reader, const wire::Gap& gap);
    void in_room(UserId reader, RoomId room, const char* what);

    const MemoryDisk& disk_;
    const SimClock& clock_;
    Trace& trace_;
    std::vector<std::string> violations_;
    std::map<SessionId, SessionSeen> sessions_;
    std::map<std::pair<RoomId, UserId>, uint32_t> leaving_; // DropMember on its way to the store
    std::map<std::pair<RoomId, UserId>, std::vector<Was>> was_;
    std::set<std::pair<UserId, std::string>> texts_; // every line of this world is unique
    Totals totals_;
};

} // namespace parley::sim
