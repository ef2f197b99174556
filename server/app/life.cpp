// life.cpp: see life.hpp.
#include "server/app/life.hpp"

#include "schemas/base/limits.hpp"

namespace parley {

std::string what_ails(const Life& life) {
    std::string ails;
    const auto judge = [&](const char* thread, TimeMs alive_ms) {
        if (const TimeMs silent_ms = life.now_ms - alive_ms;
            silent_ms > limits::thread_silent_ms_max) {
            ails += std::string(thread) + ": silent for " + std::to_string(silent_ms) + " ms\n";
        }
    };
    judge("core", life.core_ms);
    judge("store", life.store_ms);
    return ails;
}

std::string why_not_ready(const Life& life) {
    std::string why = what_ails(life);
    if (life.leaving) {
        why += "shard: it drains\n";
    }
    // Who is never sent anybody would never find out that it works again.
    if (life.store_failing && life.now_ms - life.group_ms <= limits::store_failing_ms) {
        why += "store: it cannot write; the log says why\n";
    }
    return why;
}

} // namespace parley
