// passes.hpp: what one pass of one subject does and measures.
#pragma once

#include <string>

#include "tests/perf/report.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {

// False: message says what went wrong; there are no figures then. The server may still run.
using Pass = bool (*)(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                      std::string& message);

// Start, connect, enter, warm up, measure, wait for the last line, check.
bool talk_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message);
// Twice the same talk: with everyone awake, then with plan.stalled readers who do not read.
bool stall_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                std::string& message);
// Twice the same talk: first nobody blocks anybody, then plan.blockers readers the first player.
bool blocks_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                 std::string& message);
// A talk of which readers may hear a part: what a line costs by those who could, and a reader a
// second.
bool busy_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message);
// A server for nobody, then one with all players, who connect and say nothing.
bool idle_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message);
// All players are in their rooms, the server is started again, all come back at once.
bool storm_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                std::string& message);

// Where one of a pass's servers leaves its files.
Places places_within(const Places& places, std::string_view name);
// The message with who and what, and the server's last words when it has ended.
bool failed_pass(Subject& subject, const Plan& plan, std::string& message);

} // namespace parley::bench
