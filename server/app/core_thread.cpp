// core_thread.cpp: inputs in, effects out.
#include "server/app/core_thread.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "schemas/base/limits.hpp"
#include "schemas/base/result.hpp"

namespace parley {

uint64_t Refusals::to_say(uint64_t happened, TimeMs now_ms, int64_t period_ms) {
    if (happened == said_ || now_ms < say_at_ms_) {
        return 0;
    }
    say_at_ms_ = now_ms + period_ms;
    return happened - std::exchange(said_, happened);
}

CoreThread::CoreThread(std::unique_ptr<Core> core, std::unique_ptr<Journal> journal,
                       Mailbox<InputBody>& inbox, StoreThread& store, NetThreads& net, Log log,
                       const ServerClock& clock)
    : core_(std::move(core)), journal_(std::move(journal)), inbox_(inbox), store_(store), net_(net),
      log_(log), clock_(clock), batches_(net.size()) {}

CoreThread::~CoreThread() {
    stop();
}

void CoreThread::start() {
    alive_ms_.set(static_cast<uint64_t>(steady_ms()));
    thread_ = std::thread([this] { run(); });
}

void CoreThread::stop() {
    inbox_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void CoreThread::run() {
    std::vector<InputBody> inputs;
    TimeMs ticked_ms = steady_ms();
    bool quiet = true;
    while (!(inbox_.closed() && inbox_.size() == 0)) {
        const int64_t tick_ms = quiet ? limits::core_tick_idle_ms : limits::core_tick_busy_ms;
        const int64_t left_ms = std::max<int64_t>(0, ticked_ms + tick_ms - steady_ms());
        inputs.clear();
        inbox_.wait(inputs, std::chrono::milliseconds(unavailable_.empty() ? left_ms : 0));
        const TimeMs now_ms = clock_.now_ms();
        alive_ms_.set(static_cast<uint64_t>(steady_ms()));
        if (const std::optional<ClocksMoved> moved = watch_clock(now_ms)) {
            step(*moved, now_ms);
        }
        for (InputBody& input : inputs) {
            step(std::move(input), now_ms);
            if (effects_.size() >= limits::core_effects_held_max ||
                effect_bytes_ >= limits::core_effects_bytes_held_max) {
                dispatch();
            }
        }
        if (!unavailable_.empty()) {
            StoreAnswered answered;
            answered.answers.swap(unavailable_);
            step(std::move(answered), now_ms);
        }
        quiet = inputs.empty() && core_->counts().rooms_gathering == 0;
        if (steady_ms() - ticked_ms >= (quiet ? tick_ms : limits::core_tick_busy_ms)) {
            ticked_ms = steady_ms();
            step(Tick{}, now_ms);
        }
        watch_rooms();
        dispatch();
    }
    if (journal_ != nullptr) {
        log_.info("journal_closed",
                  {{"inputs", counters_.inputs.read()}, {"effect_hash", journal_->effect_hash()}});
    }
}

namespace {

size_t bytes_of(const Effect& effect) {
    if (const auto* send = std::get_if<SendFrame>(&effect)) {
        return send->frame->size();
    }
    const auto* deliver = std::get_if<Deliver>(&effect);
    return deliver == nullptr ? 0 : deliver->frame->size();
}

} // namespace

void CoreThread::step(InputBody&& body, TimeMs now_ms) {
    const size_t before = effects_.size();
    run_step(std::move(body), now_ms);
    for (size_t i = before; i < effects_.size(); ++i) {
        effect_bytes_ += bytes_of(effects_[i]);
    }
}

void CoreThread::run_step(InputBody&& body, TimeMs now_ms) {
    Input input;
    input.at_ms = now_ms;
    input.body = std::move(body);
    counters_.inputs.add();
    if (journal_ == nullptr) {
        core_->step(input, effects_);
        return;
    }
    journal_->input(input);
    step_effects_.clear();
    core_->step(input, step_effects_);
    journal_->effects(step_effects_);
    std::move(step_effects_.begin(), step_effects_.end(), std::back_inserter(effects_));
}

// In the order of the effects as far as one receiver can see it: each net thread gets its own in
// order, and so does the store.
void CoreThread::dispatch() {
    counters_.effects.add(effects_.size());
    const auto to_thread_of = [this](SessionId session, Effect&& effect) {
        if (const uint32_t thread = net_thread_of(session); thread < batches_.size()) {
            batches_[thread].push_back(std::move(effect));
        }
    };
    for (Effect& effect : effects_) {
        told_.count(effect);
        if (auto* persist_effect = std::get_if<Persist>(&effect)) {
            persist(std::move(persist_effect->request));
        } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
            const std::vector<SessionId>& readers = *deliver->readers;
            auto reader = readers.begin();
            while (reader != readers.end()) {
                const uint32_t thread = net_thread_of(*reader);
                to_thread_of(*reader, Effect(*deliver));
                reader = std::lower_bound(reader, readers.end(), session_of(thread + 1, PeerId{0}));
            }
        } else if (const auto* admit = std::get_if<Admit>(&effect)) {
            to_thread_of(admit->session, std::move(effect));
        } else if (const auto* send = std::get_if<SendFrame>(&effect)) {
            to_thread_of(send->session, std::move(effect));
        } else if (const auto* close = std::get_if<CloseSession>(&effect)) {
            to_thread_of(close->session, std::move(effect));
        } else if (std::holds_alternative<ShutdownDone>(effect)) {
            ignore(done_.push(ShutdownDone{}), "never closed; one says as much as two");
        }
    }
    effects_.clear();
    effect_bytes_ = 0;
    for (size_t i = 0; i < batches_.size(); ++i) {
        if (batches_[i].empty()) {
            continue;
        }
        // A net thread never waits for the core, so this ends; what would be lost here is a reply.
        while (!net_[i]->push(std::move(batches_[i])) && !inbox_.closed()) {
            counters_.net_full.add();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        batches_[i].clear();
    }
}

std::optional<ClocksMoved> CoreThread::watch_clock(TimeMs now_ms) {
    constexpr TimeMs apart_ms_max = 1000;
    constexpr TimeMs moved_ms_min = 100;
    const ClocksMoved clocks = {clock_.leapt_ms(), now_ms - wall_unix_ms()};
    const bool apart = std::abs(clocks.apart_ms) > apart_ms_max;
    if (apart && !apart_told_) {
        log_.warn("clock_apart", {{"ms", clocks.apart_ms}});
    }
    apart_told_ = apart;
    if (clocks.leapt_ms == clocks_.leapt_ms &&
        std::abs(clocks.apart_ms - clocks_.apart_ms) < moved_ms_min) {
        return std::nullopt;
    }
    clocks_ = clocks;
    return clocks;
}

void CoreThread::watch_rooms() {
    const Core::Counts counts = core_->counts();
    sessions_.store(counts.sessions, std::memory_order_relaxed);
    rooms_.store(counts.rooms, std::memory_order_relaxed);
    users_.set(counts.users);
    persists_in_flight_.set(counts.persists_in_flight);
    tail_bytes_.set(counts.tail_bytes);
    rooms_asleep_.store(counts.rooms_asleep, std::memory_order_relaxed);
    rooms_refused_.store(counts.rooms_refused, std::memory_order_relaxed);
    const uint64_t refused =
        rooms_full_.to_say(counts.rooms_refused, steady_ms(), limits::rooms_full_said_ms);
    if (refused != 0) {
        log_.warn("rooms_full", {{"refused", refused}, {"rooms", uint64_t{counts.rooms}}});
    }
}

void CoreThread::persist(StoreRequest&& request) {
    if (!store_.push(std::move(request))) {
        counters_.store_full.add();
        unavailable_.push_back(refusal(request, Error::StoreUnavailable));
    }
}

} // namespace parley
