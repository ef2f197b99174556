// core.cpp: one input in, effects out. Finds the handler; the handlers live in the other files.
#include "server/core/core.hpp"

#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

Core::Core(const CoreOptions& options, CardTypes card_types, uint64_t seed)
    : state_(std::make_unique<State>(options, std::move(card_types), seed)) {}
Core::~Core() = default;

void Core::step(const Input& input, Effects& effects) {
    state_->step(input, effects);
}
Core::Counts Core::counts() const {
    return state_->counts();
}

Core::State::State(const CoreOptions& options, CardTypes card_types, uint64_t seed)
    : options_(options), card_types_(std::move(card_types)), random_(seed) {
    PARLEY_ASSERT(card_types_ != nullptr);
}

void Core::State::step(const Input& input, Effects& effects) {
    if (const auto* moved = std::get_if<ClocksMoved>(&input.body)) {
        clocks_ = *moved; // its time has leapt already
    }
    now_ms_ = std::max(now_ms_, input.at_ms - clocks_.leapt_ms);
    effects_ = &effects;
    std::visit([this](const auto& body) { take(body); }, input.body);
    flush_due();
    finish_shutdown();
    effects_ = nullptr;
}

Core::Counts Core::State::counts() const {
    return {.sessions = sessions_.size(),
            .rooms = rooms_.size(),
            .users = users_.size(),
            .persists_in_flight = pending_.size(),
            .rooms_gathering = rooms_fresh_.size(),
            .tail_bytes = tail_bytes_,
            .rooms_asleep = asleep_.size(),
            .rooms_refused = rooms_refused_};
}

// [time]
void Core::State::take(const Tick&) {
    while (!session_timers_.empty() && session_timers_.begin()->first <= now_ms_) {
        run_session_timer(session_timers_.begin()->second);
    }
    while (!users_left_.empty() &&
           users_left_.begin()->first + options_.presence_keep_ms <= now_ms_) {
        drop_user(users_left_.begin()->second);
    }
    while (!revoked_ends_.empty() && revoked_ends_.begin()->first <= now_ms_) {
        revoked_.erase(revoked_ends_.begin()->second);
        revoked_ends_.erase(revoked_ends_.begin());
    }
    while (!retries_.empty() && retries_.begin()->first <= now_ms_ &&
           pending_.size() < limits::persists_in_flight_max) {
        auto [key, waiter] = std::move(retries_.begin()->second);
        retries_.erase(retries_.begin());
        with_room(std::move(key), std::move(waiter));
    }
    const std::vector<SessionId> telling(sessions_telling_.begin(), sessions_telling_.end());
    for (const SessionId id : telling) {
        tell_rooms(*find_session(id));
    }
    tell_presences();
    tell_counts();
    end_slow_modes();
    tell_cards();
    evict_idle();
    look_at_directs();
}

// step() has taken them, since time passes by them.
void Core::State::take(const ClocksMoved&) {}

// [commands]
void Core::State::take(const CommandReceived& received) {
    Session* session = find_session(received.session);
    if (session == nullptr || !session->open) {
        return; // closed meanwhile; what was on the way to it is gone with it
    }
    if (!session->flood.admit(now_ms_, received.frame.size(), options_.frames_per_s_max)) {
        close(received.session, Error::Flood);
        return;
    }
    run_command(*session, received.frame);
}

void Core::State::run_command(Session& session, Bytes bytes) {
    const auto& frame = *flatbuffers::GetRoot<wire::ClientFrame>(bytes.data());
    Command command{session, user_of(session), {session.id, frame.request()}, frame, bytes};
    if (shutting_down_) {
        refuse(command, Error::Busy, retry_in_ms_);
        return;
    }
    dispatch(command);
}

void Core::State::dispatch(Command& command) {
    switch (command.frame.body_type()) {
    case wire::Command::Join:
        return on_join(command);
    case wire::Command::Leave:
        return on_leave(command);
    case wire::Command::Mark:
        return on_mark(command);
    case wire::Command::Grant:
        return on_grant(command);
    case wire::Command::Revoke:
        return on_revoke(command);
    case wire::Command::FetchMembers:
        return on_fetch_members(command);
    case wire::Command::FetchUsers:
        return on_fetch_users(command);
    case wire::Command::Send:
        return on_send(command);
    case wire::Command::Fetch:
        return on_fetch(command);
    case wire::Command::Resume:
        return on_resume(command);
    case wire::Command::Typing:
        return on_typing(command);
    case wire::Command::SetPresence:
        return on_set_presence(command);
    case wire::Command::SetCard:
        return on_set_card(command);
    case wire::Command::UpdateCard:
        return on_update_card(command);
    case wire::Command::ClearCard:
        return on_clear_card(command);
    case wire::Command::FetchCard:
        return on_fetch_card(command);
    case wire::Command::Block:
        return on_block(command);
    case wire::Command::TimeQuery:
        return on_time_query(command);
    case wire::Command::Reauth: // the net thread verifies it and says ReauthVerified
    case wire::Command::NONE:
        break;
    }
    refuse(command, Error::Unsupported);
}

// [store]
bool Core::State::may_persist(const Command& command) {
    if (pending_.size() < limits::persists_in_flight_max &&
        command.session.in_flight < limits::persists_in_flight_per_session_max) {
        return true;
    }
    refuse(command, Error::Busy, store_retry_ms);
    return false;
}

std::optional<Pending> Core::State::take_pending(Token token) {
    const auto found = pending_.find(token);
    if (found == pending_.end()) {
        return std::nullopt; // asked by a core before this one
    }
    Pending pending = std::move(found->second);
    pending_.erase(found);
    if (Session* session = find_session(pending.owner)) {
        --session->in_flight;
    }
    if (Room* room = find_room(pending.room)) {
        --room->in_flight;
    }
    return pending;
}

void Core::State::take(const StoreAnswered& answered) {
    for (const StoreAnswer& one : answered.answers) {
        std::visit(
            [this](const auto& given) {
                if (std::optional<Pending> pending = take_pending(given.token)) {
                    answer(*pending, given);
                }
            },
            one);
    }
}

namespace {

// The operation that an answer of this kind must belong to: tokens are ours, so anything else is a
// bug of core or store.
template <typename Op>
Op& op_of(Pending& pending) {
    Op* op = std::get_if<Op>(&pending.op);
    PARLEY_ASSERT(op != nullptr);
    return *op;
}

Answer failure(Error error, RoomId room = {}) {
    return {.error = error,
            .room = room,
            .retry_after_ms = error == Error::StoreUnavailable ? store_retry_ms : 0};
}

} // namespace

void Core::State::answer(Pending& pending, const UsersFound& found) {
    if (auto* op = std::get_if<UsersOp>(&pending.op)) {
        if (found.error == Error::Ok) {
            answer_users(op->from, found.users);
        } else {
            reply(op->from, failure(found.error));
        }
    } else if (auto* direct = std::get_if<DirectOp>(&pending.op)) {
        if (found.error != Error::Ok || found.users.empty()) {
            reply(direct->from, failure(found.error == Error::Ok ? Error::NotFound : found.error));
        } else {
            open_direct(*direct, found.users.front());
        }
    } else {
        SubjectOp& subject = op_of<SubjectOp>(pending);
        Room* room = find_room(pending.room);
        PARLEY_ASSERT(room != nullptr);
        subject_found(*room, subject, found);
    }
}

void Core::State::answer(Pending& pending, const Appended& given) {
    Room* room = find_room(pending.room);
    PARLEY_ASSERT(room != nullptr); // in_flight keeps it
    appended(*room, op_of<AppendOp>(pending), given);
}

void Core::State::answer(Pending& pending, const MemberPut& given) {
    Room* room = find_room(pending.room);
    PARLEY_ASSERT(room != nullptr);
    PutOp& op = op_of<PutOp>(pending);
    std::vector<Token>& tokens = room->joining[op.member.user];
    tokens.erase(std::remove(tokens.begin(), tokens.end(), given.token), tokens.end());
    if (tokens.empty()) {
        room->joining.erase(op.member.user);
    }
    member_put(*room, op, given);
}

void Core::State::answer(Pending& pending, const Done& done) {
    if (const auto* block = std::get_if<BlockOp>(&pending.op)) {
        return block_put(*block, done.error);
    }
    Room* room = find_room(pending.room);
    PARLEY_ASSERT(room != nullptr);
    if (auto* op = std::get_if<DropOp>(&pending.op)) {
        member_dropped(*room, *op, done.error);
        return;
    }
    MarkOp& mark = op_of<MarkOp>(pending);
    if (done.error != Error::Ok) {
        reply(mark.from, failure(done.error, room->meta.id));
        return;
    }
    const auto member = room->members.find(mark.user);
    if (member != room->members.end()) {
        member->second.read_seq = std::max(member->second.read_seq, mark.seq);
    }
    reply(mark.from, {.room = room->meta.id, .seq = mark.seq});
}

void Core::State::answer(Pending& pending, const EntriesFetched& fetched) {
    Room* room = find_room(pending.room);
    PARLEY_ASSERT(room != nullptr);
    if (auto* op = std::get_if<FetchOp>(&pending.op)) {
        const Session* session = find_session(op->from.session);
        if (session == nullptr) {
            return;
        }
        if (fetched.error != Error::Ok) {
            reply(op->from, failure(fetched.error, room->meta.id));
        } else if (room->members.count(session->user) == 0) {
            reply(op->from, failure(Error::NotMember, room->meta.id)); // left meanwhile
        } else {
            answer_page(*room, *op, fetched.entries, fetched.more, fetched.authors);
        }
        return;
    }
    ResumeOp& resume = op_of<ResumeOp>(pending);
    const Session* session = find_session(resume.from.session);
    if (session == nullptr) {
        return;
    }
    if (fetched.error != Error::Ok && fetched.error != Error::NotMember) {
        end_resume(resume.from, failure(fetched.error, room->meta.id));
        return;
    }
    if (fetched.error == Error::Ok && room->members.count(session->user) != 0) {
        const Seq high = fetched.more ? fetched.entries.back().seq : resume.high;
        resumed(
            resume, *room,
            resume_batches(resume.from, *room, fetched.entries, resume.low, high, fetched.authors));
    } else {
        resumed(resume, *room, resume.high);
    }
    resume_on(std::move(resume));
}

// [shutdown]
void Core::State::take(const ShutdownAsked& asked) {
    shutting_down_ = true;
    retry_in_ms_ = asked.retry_in_ms;
    for (const auto& [session, token] : admitting_) {
        effects_->emplace_back(Admit{session, Error::Shutdown, retry_in_ms_});
    }
    admitting_.clear();
    retries_.clear(); // nobody was told that these took effect
}

// Sessions stay until the store has answered everyone; Goodbye is the last thing that they hear.
void Core::State::finish_shutdown() {
    if (!shutting_down_ || shut_down_ || !pending_.empty()) {
        return;
    }
    shut_down_ = true;
    std::vector<SessionId> all;
    all.reserve(sessions_.size());
    for (const auto& [id, session] : sessions_) {
        all.push_back(id);
    }
    std::sort(all.begin(), all.end());
    for (const SessionId id : all) {
        close(id, Error::Shutdown, retry_in_ms_);
    }
    effects_->emplace_back(ShutdownDone{});
}

} // namespace parley
