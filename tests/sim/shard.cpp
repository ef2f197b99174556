// shard.cpp: inputs and effects go through mailboxes that are sometimes emptied late, as between
// real threads; the checks see every effect the moment the core utters it.
#include "tests/sim/shard.hpp"

#include <algorithm>
#include <utility>

#include "schemas/base/limits.hpp"
#include "schemas/wire/decode.hpp"

namespace parley::sim {

namespace {

constexpr TimeMs tick_period_ms = 20;

} // namespace

Shard::Shard(Parts parts) : parts_(std::move(parts)), random_(parts_.seed) {}
Shard::~Shard() = default;

void Shard::start() {
    ++starts_;
    dying_ = drained_ = crash_at_commit_ = false;
    crash_in_effects_ = failing_commits_ = 0;
    link_ = parts_.network.listen(shard_address);
    inbox_ = std::make_unique<Mailbox<InputBody>>(2 * limits::core_inbox_inputs_max, Full::Refuse);
    loop_ = std::make_unique<NetLoop>(0, *link_, parts_.tickets.admission(), *inbox_, Log{},
                                      parts_.bounds);
    store_ = std::make_unique<MemoryStore>(parts_.disk);
    server_clock_.emplace(wall_ms(), parts_.clock.steady_ms());
    core_ = std::make_unique<Core>(parts_.core, parts_.card_types, random_.next());
    parts_.checks.shard_started();
    parts_.trace.note(parts_.clock.steady_ms(), "shard starts", starts_);
}

void Shard::crash() {
    if (!running()) {
        return;
    }
    parts_.trace.note(parts_.clock.steady_ms(), "shard dies", to_store_.size(), from_store_.size());
    lagged_ += loop_->counters().sessions_lagged.read();
    loop_.reset();
    inbox_.reset();
    link_.reset();
    core_.reset();
    store_.reset();
    to_core_.clear();
    to_net_.clear();
    to_store_.clear();
    from_store_.clear();
    dying_ = false;
    parts_.checks.shard_started(); // what was leaving may be back: nothing was told
}

void Shard::drain(uint32_t retry_in_ms) {
    parts_.trace.note(parts_.clock.steady_ms(), "shard drains", retry_in_ms);
    to_core_.push_back(ShutdownAsked{retry_in_ms});
}

void Shard::fail_commits(uint32_t count) {
    failing_commits_ = count;
}

void Shard::step() {
    if (!running()) {
        return;
    }
    net_step();
    store_step();
    if (!dying_) {
        core_step();
    }
    if (dying_) {
        crash();
        return;
    }
    // The core may not have heard of those that the net has closed.
    const auto unheard = std::count_if(to_core_.begin(), to_core_.end(), [](const InputBody& body) {
        return std::holds_alternative<SessionClosed>(body);
    });
    const Core::Counts counts = core_->counts();
    parts_.checks.counts(counts, loop_->peers() + static_cast<size_t>(unheard));
    rooms_slept_ += counts.rooms_asleep - std::min(counts.rooms_asleep, rooms_asleep_);
    rooms_asleep_ = counts.rooms_asleep;
    if (drained_ && to_net_.empty()) {
        parts_.trace.note(parts_.clock.steady_ms(), "shard drained", to_store_.size());
        if (!to_store_.empty() || !from_store_.empty()) {
            parts_.checks.violation("ShutdownDone with requests still at the store");
        }
        crash();
    }
}

// [net]
void Shard::net_step() {
    // An inbox that is left for later is what a busy thread looks like from outside.
    Effects batch;
    while (!to_net_.empty() && !dying_ && !random_.chance_percent(2)) {
        drained_ = drained_ || std::holds_alternative<ShutdownDone>(to_net_.front());
        batch.push_back(std::move(to_net_.front()));
        to_net_.pop_front();
        dying_ = crash_in_effects_ > 0 && --crash_in_effects_ == 0;
    }
    loop_->apply(batch, parts_.clock.steady_ms());
    loop_->pump(parts_.clock.steady_ms(), wall_ms());
    from_inbox_.clear();
    inbox_->take_all(from_inbox_);
    for (InputBody& body : from_inbox_) {
        observe(body);
        to_core_.push_back(std::move(body));
    }
}

void Shard::observe(const InputBody& body) {
    if (const auto* asked = std::get_if<AdmitAsked>(&body)) {
        parts_.checks.admit_asked(asked->session, asked->claims);
    } else if (const auto* command = std::get_if<CommandReceived>(&body)) {
        const auto decoded = wire::decode_client_frame(command->frame, command->lane);
        if (decoded) {
            parts_.checks.command(command->session, *decoded.value());
        } else {
            parts_.checks.violation("the net loop lets a frame through that does not decode");
        }
    } else if (const auto* reauth = std::get_if<ReauthVerified>(&body)) {
        parts_.checks.reauth(*reauth);
    }
}

// [core]
void Shard::core_step() {
    const TimeMs now_ms = parts_.clock.steady_ms();
    while (!to_core_.empty() && !random_.chance_percent(2)) {
        InputBody body = std::move(to_core_.front());
        to_core_.pop_front();
        feed(std::move(body));
    }
    if (now_ms - ticked_ms_ >= tick_period_ms) {
        ticked_ms_ = now_ms;
        feed(Tick{});
    }
}

void Shard::feed(InputBody body) {
    const TimeMs now_ms = parts_.clock.steady_ms();
    const Input input{server_clock_->now_ms(wall_ms(), now_ms), std::move(body)};
    apart_ms_ = input.at_ms - wall_ms();
    note_input(input.body);
    parts_.checks.before(input);
    Effects effects;
    core_->step(input, effects);
    for (Effect& effect : effects) {
        parts_.checks.effect(effect);
        note_effect(effect);
        if (auto* persist = std::get_if<Persist>(&effect)) {
            if (auto* admit = std::get_if<AdmitUser>(&persist->request)) {
                admit->now_ms -= apart_ms_; // tickets are judged by the wall clock
            }
            if (to_store_.empty()) {
                commit_at_ms_ = now_ms + commit_pause_ms();
            }
            to_store_.push_back(std::move(persist->request));
            continue;
        }
        to_net_.push_back(std::move(effect));
    }
    parts_.checks.after(input.body);
}

// [trace]
void Shard::note_input(const InputBody& body) {
    const TimeMs now_ms = parts_.clock.steady_ms();
    if (const auto* command = std::get_if<CommandReceived>(&body)) {
        const auto& frame = *flatbuffers::GetRoot<wire::ClientFrame>(command->frame.data());
        parts_.trace.mix(Trace::of(command->frame));
        parts_.trace.note(now_ms, wire::EnumNameCommand(frame.body_type()), raw(command->session),
                          frame.request());
    } else if (!std::holds_alternative<Tick>(body)) {
        static constexpr const char* names[] = {
            "-> tick",   "-> admit asked", "-> session opened", "-> session closed", "-> command",
            "-> reauth", "-> lagging",     "-> drained",        "-> store answers",  "-> shutdown"};
        parts_.trace.note(now_ms, names[body.index()]);
    }
}

void Shard::note_effect(const Effect& effect) {
    const TimeMs now_ms = parts_.clock.steady_ms();
    const auto minus = [](Error error) {
        return static_cast<uint64_t>(-static_cast<int32_t>(error));
    };
    const auto note_frame = [&](const ByteVector& sent, uint64_t to) {
        ByteVector bytes = sent;
        ignore(unpacker_.unpack(bytes, Lane::Bulk), "the checks say so");
        const auto& frame = *flatbuffers::GetRoot<wire::ServerFrame>(bytes.data());
        uint64_t room = 0;
        uint64_t seq = frame.request();
        uint64_t from = 0;
        if (const wire::Batch* batch = frame.body_as_Batch()) {
            room = batch->room();
            seq = batch->to_seq();
            from = batch->from_seq();
        } else if (const wire::RoomState* state = frame.body_as_RoomState()) {
            room = state->room();
            seq = state->last_seq();
        } else if (const wire::Ready* ready = frame.body_as_Ready()) {
            room = ready->self()->id();
        } else if (const wire::RoomGone* left = frame.body_as_RoomGone()) {
            room = left->room();
        } else if (const wire::Roster* roster = frame.body_as_Roster()) {
            room = roster->room();
            seq = roster->whole() ? 1 : 0;
            from = roster->members() != nullptr && roster->members()->size() == 1
                       ? roster->members()->Get(0)->user()->id()
                   : roster->gone() != nullptr ? 1000 + roster->gone()->Get(0)
                                               : 0;
        } else if (const wire::Card* card = frame.body_as_Card()) {
            room = card->room() != 0 ? card->room() : card->user();
            seq = card->version();
            from = card->type();
        } else if (const wire::Presences* said = frame.body_as_Presences()) {
            room = said->presences()->size() == 0 ? 0 : said->presences()->Get(0)->user();
            from = said->presences()->size() == 0
                       ? 0
                       : static_cast<uint64_t>(said->presences()->Get(0)->state());
        } else if (const wire::CardGone* gone = frame.body_as_CardGone()) {
            room = gone->room() != 0 ? gone->room() : gone->user();
            from = gone->type();
        } else if (const wire::Reply* reply = frame.body_as_Reply()) {
            room = static_cast<uint64_t>(-static_cast<int32_t>(reply->error()));
        }
        parts_.trace.mix(Trace::of(bytes));
        parts_.trace.note(now_ms, wire::EnumNameEvent(frame.body_type()), to, room, seq, from);
    };
    if (const auto* one = std::get_if<SendFrame>(&effect)) {
        note_frame(*one->frame, raw(one->session));
    } else if (const auto* many = std::get_if<Deliver>(&effect)) {
        parts_.trace.note(now_ms, "deliver to", many->readers->size());
        note_frame(*many->frame, 0);
    } else if (const auto* persist = std::get_if<Persist>(&effect)) {
        static constexpr const char* names[] = {"persist AdmitUser",    "persist LoadRoom",
                                                "persist FindUsers",    "persist FindSubject",
                                                "persist Append",       "persist PutMember",
                                                "persist DropMember",   "persist PutReadMark",
                                                "persist FetchEntries", "persist PutBlock"};
        parts_.trace.note(now_ms, names[persist->request.index()]);
    } else if (const auto* gone = std::get_if<CloseSession>(&effect)) {
        parts_.trace.note(now_ms, "close", raw(gone->session), minus(gone->reason));
    } else if (const auto* verdict = std::get_if<Admit>(&effect)) {
        parts_.trace.note(now_ms, "admit", raw(verdict->session), minus(verdict->verdict));
    }
}

// [store] What a store may decide at commit.
void Shard::decide_audiences(std::vector<StoreRequest>& group) {
    for (StoreRequest& request : group) {
        auto* append = std::get_if<Append>(&request);
        if (append != nullptr && append->entry.kind == EntryKind::Message && private_percent != 0 &&
            random_.chance_percent(private_percent)) {
            append->entry.audience = append->entry.author;
        }
    }
}

TimeMs Shard::commit_pause_ms() {
    constexpr TimeMs slow_ms_max = 4000;
    const bool slow = parts_.clock.steady_ms() < store_slow_until_ms;
    return random_.between(0, slow ? slow_ms_max : commit_delay_ms_max);
}

void Shard::store_step() {
    const TimeMs now_ms = parts_.clock.steady_ms();
    if (!to_store_.empty() && now_ms >= commit_at_ms_) {
        // A group is whatever had come when the store looked.
        const auto most = std::min(to_store_.size(), limits::commit_requests_max);
        const auto count = random_.chance_percent(30)
                               ? static_cast<size_t>(random_.between(1, static_cast<int64_t>(most)))
                               : most;
        const auto end = to_store_.begin() + static_cast<std::ptrdiff_t>(count);
        std::vector<StoreRequest> group(std::make_move_iterator(to_store_.begin()),
                                        std::make_move_iterator(end));
        decide_audiences(group);
        to_store_.erase(to_store_.begin(), end);
        if (crash_at_commit_) {
            ++failed_commits_;
            store_->fail_next(CommitFault::AppliedUnheard);
        } else if (failing_commits_ > 0 || now_ms < store_out_until_ms) {
            failing_commits_ -= failing_commits_ > 0 ? 1 : 0;
            ++failed_commits_;
            store_->fail_next(CommitFault::Fails);
        }
        Answered answered;
        store_->execute(group, answered.answers);
        parts_.trace.note(now_ms, "commit", count, store_->commits(), store_->failed_commits());
        if (crash_at_commit_) {
            dying_ = true;
            return;
        }
        parts_.checks.executed(group, answered.answers);
        answered.ready_ms = now_ms + random_.between(0, answer_delay_ms_max);
        if (!from_store_.empty()) {
            answered.ready_ms = std::max(answered.ready_ms, from_store_.back().ready_ms);
        }
        from_store_.push_back(std::move(answered));
        commit_at_ms_ = now_ms + commit_pause_ms();
    }
    while (!from_store_.empty() && from_store_.front().ready_ms <= now_ms) {
        for (StoreAnswer& answer : from_store_.front().answers) {
            auto* admitted = std::get_if<UserAdmitted>(&answer);
            if (admitted != nullptr && admitted->error == Error::Ok) {
                admitted->reauth_at_ms += apart_ms_;
            }
        }
        to_core_.push_back(StoreAnswered{std::move(from_store_.front().answers)});
        from_store_.pop_front();
    }
}

} // namespace parley::sim
