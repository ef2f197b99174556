// determinism_test.cpp: a run is its inputs: the same inputs give the same effects, byte for byte.
// A seeded script drives one core through everything that clients do; the log of its inputs is then
// played to another.
#include "schemas/base/random.hpp"
#include "tests/support/core_harness.hpp"

using namespace parley;

namespace {

// Whatever people do, in an order drawn from the seed, with a store that fails now and then.
void live(CoreHarness& world, uint64_t seed, int steps) {
    Random random(seed);
    std::vector<SessionId> sessions;
    const auto any_session = [&] { return sessions[random.below(sessions.size())]; };
    const auto any_room = [&] { return RoomId{1 + random.below(6)}; };
    const auto subject = [&] { return "user" + std::to_string(random.below(12)); };
    uint64_t ticket = 0;
    for (int i = 0; i < steps; ++i) {
        const uint64_t what = random.below(100);
        if (sessions.empty() || what < 10) {
            Claims claims = claims_of(subject());
            claims.id = "d" + std::to_string(seed) + "." + std::to_string(++ticket);
            claims.game = random.chance_percent(20);
            claims.issued_at_s = world.now_ms / 1000;
            claims.expires_at_s = claims.issued_at_s + 600;
            for (const char* name : {"a", "b", "c"}) {
                if (random.chance_percent(50)) {
                    claims.rooms.push_back(party(name, random.chance_percent(30) ? 1 : 0));
                }
            }
            const SessionId session =
                world.ask(claims, device_of(static_cast<uint8_t>(random.below(3))));
            world.commit();
            if (world.verdict(session) == Error::Ok) {
                world.step(SessionOpened{session});
                sessions.push_back(session);
            }
        } else if (what < 15) {
            world.step(SessionClosed{any_session(), Error::ConnectionLost});
        } else if (what < 45) {
            world.send(any_session(), any_room(), "line " + std::to_string(i));
        } else if (what < 50) {
            world.join(any_session(), wire::RoomKind::Party, random.chance_percent(50) ? "a" : "b");
        } else if (what < 54) {
            world.leave(any_session(), any_room());
        } else if (what < 57) {
            world.grant(any_session(), party("a"), subject());
        } else if (what < 60) {
            world.revoke(any_session(), party("a"), subject());
        } else if (what < 63) {
            world.join(any_session(), wire::RoomKind::Direct, "", UserId{1 + random.below(14)});
        } else if (what < 67) {
            world.fetch(any_session(), any_room(), 1 + random.below(50), 0, 10);
        } else if (what < 70) {
            world.resume(any_session(), {wire::ResumePoint(1 + random.below(6), 0x1CA2, 3)});
        } else if (what < 72) {
            world.step(Lagging{any_session()});
        } else if (what < 75) {
            world.step(Drained{any_session()});
        } else if (what < 80) {
            const auto state = static_cast<wire::PresenceState>(random.below(8));
            world.command(any_session(), wire::Command::SetPresence, [&](auto& fbb) {
                return wire::CreateSetPresence(fbb, wire::CreatePresence(fbb, 0, state)).Union();
            });
        } else if (what < 90) {
            world.commit(random.chance_percent(15) ? CommitFault::Fails : CommitFault::None);
        } else {
            world.tick(
                static_cast<TimeMs>(random.below(random.chance_percent(5) ? 700'000 : 2000)));
        }
        // The harness refuses frames to closed sessions; forget those that core has closed.
        sessions.erase(std::remove_if(sessions.begin(), sessions.end(),
                                      [&](SessionId id) { return world.closed(id); }),
                       sessions.end());
    }
}

} // namespace

TEST_CASE("an input log replayed gives the same effects", "[core][determinism]") {
    for (uint64_t seed = 1; seed <= 8; ++seed) {
        CoreHarness world({}, nullptr, seed);
        live(world, seed, 1500);
        CHECK(world.inputs.size() > 1000);

        Core again({}, std::make_shared<const CardTypeSet>(), seed);
        std::string log;
        for (const Input& input : world.inputs) {
            Effects effects;
            again.step(input, effects);
            for (const Effect& effect : effects) {
                write_effect(effect, log);
            }
        }
        CHECK((log == world.effect_log)); // not expanded: it is megabytes
    }
}

TEST_CASE("whatever people did, everyone knows his rooms in the end, and a shutdown ends it",
          "[core][determinism]") {
    for (uint64_t seed = 100; seed < 112; ++seed) {
        CoreHarness world({}, nullptr, seed);
        live(world, seed, 1500);
        world.settle();
        for (int i = 0; i < 3; ++i) { // what failed is tried again
            world.tick(1000);
            world.settle();
        }
        CHECK(world.core.counts().persists_in_flight == 0);

        // What a client believes, by the last word on each room, is what the store has.
        for (const auto& [session, admit] : world.admits) {
            if (admit.verdict != Error::Ok || world.closed(session)) {
                continue;
            }
            world.step(Drained{session});
            world.settle();
            std::map<uint64_t, bool> believed;
            UserId self{};
            for (const auto& frame : world.heard(session)) {
                if (const auto* ready = frame.as<wire::Ready>(wire::Event::Ready)) {
                    self = UserId{ready->self()->id()};
                } else if (const auto* in = frame.as<wire::RoomState>(wire::Event::RoomState)) {
                    believed[in->room()] = true;
                } else if (const auto* out = frame.as<wire::RoomGone>(wire::Event::RoomGone)) {
                    believed[out->room()] = false;
                }
            }
            const uint32_t probe = world.fetch(session, world.lobby(), 1, 0, 1);
            if (world.with_request(session, probe).empty()) {
                continue; // closed by its link long ago
            }
            for (const auto& [id, room] : world.disk->rooms) {
                INFO("seed " << seed << " session " << raw(session) << " room " << raw(id));
                CHECK(believed[raw(id)] == (room.members.count(self) != 0));
            }
        }

        world.step(ShutdownAsked{0});
        world.settle();
        CHECK(world.shut_down);
        CHECK(world.core.counts().sessions == 0);
    }
}
