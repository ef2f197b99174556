// busy_room_test.cpp: a Global room in which more is said than one can read: who hears what, how
// many lines each is told that he did not get, and slow mode.
#include <set>

#include "tests/support/core_harness.hpp"

using namespace parley;

namespace {

constexpr uint32_t readable = limits::readable_lines_per_s;
constexpr size_t burst = readable * limits::readable_burst_s;

CoreOptions busy_options() {
    CoreOptions options;
    options.tiers[static_cast<size_t>(wire::RoomKind::Global)].pace_burst = 10'000;
    options.tiers[static_cast<size_t>(wire::RoomKind::Global)].pace_period_ms = 1000;
    options.tiers[static_cast<size_t>(wire::RoomKind::Guild)].pace_burst = 10'000;
    options.log_bytes_per_s = 1'000'000'000;
    options.slow_lines_per_s = 0;
    return options;
}

RoomClaim lobby_as(wire::Role role) {
    return {static_cast<uint8_t>(wire::RoomKind::Global), "lobby", static_cast<uint8_t>(role)};
}

struct Crowd {
    explicit Crowd(const CoreOptions& options, size_t people = 24) : world(options) {
        for (size_t i = 0; i < people; ++i) {
            readers.push_back(world.connect("user" + std::to_string(i)));
        }
        lobby = world.lobby();
        world.forget_heard();
        world.last_deliveries.clear();
    }
    void say(SessionId who, std::string_view text, const std::vector<wire::Span>& spans = {},
             Seq reply_to = 0) {
        world.send(who, lobby, text, 0, reply_to, spans);
        world.commit();
    }
    // What may be said at once is used up.
    void drain_burst() {
        for (size_t i = 0; i < burst; ++i) {
            say(readers[0], "burst " + std::to_string(i));
        }
        told();
    }
    // Nothing waits to be told.
    void told() { world.tick(limits::gather_sampled_ms); }
    bool heard(SessionId who, const std::string& text) {
        const auto texts = world.texts(who, lobby);
        return std::count(texts.begin(), texts.end(), text) == 1;
    }
    size_t hearers(const std::string& text) {
        return static_cast<size_t>(std::count_if(readers.begin(), readers.end(),
                                                 [&](SessionId who) { return heard(who, text); }));
    }
    uint64_t left_out(SessionId who) {
        uint64_t sum = 0;
        for (const auto* batch : world.events<wire::Batch>(who, wire::Event::Batch)) {
            sum += batch->left_out();
        }
        return sum;
    }
    // What is delivered covers from..the newest, each seq by one batch; a line that concerns the
    // reader comes once more, in a batch of its own.
    void check_ranges(SessionId who, Seq from) {
        Seq next = from;
        for (const auto* batch : world.events<wire::Batch>(who, wire::Event::Batch)) {
            if (batch->to_seq() < next) {
                CHECK(batch->from_seq() == batch->to_seq());
                continue;
            }
            CHECK(batch->from_seq() == next);
            next = batch->to_seq() + 1;
        }
        CHECK(next == world.disk->rooms.at(lobby).meta.last_seq + 1);
    }

    CoreHarness world;
    std::vector<SessionId> readers;
    RoomId lobby{};
};

} // namespace

TEST_CASE("at the readable rate everyone in a Global room hears everything", "[core][busy]") {
    Crowd crowd(busy_options());
    for (int i = 0; i < 200; ++i) {
        crowd.say(crowd.readers[0], std::to_string(i));
        crowd.world.tick(1000 / readable);
    }
    for (const SessionId who : crowd.readers) {
        CHECK(crowd.world.texts(who, crowd.lobby).size() == 200);
        CHECK(crowd.left_out(who) == 0);
    }
}

TEST_CASE("past the readable rate each hears a share, is told of the rest, and sees no hole",
          "[core][busy]") {
    Crowd crowd(busy_options());
    const int seconds = 20;
    const int lines = seconds * 40;
    for (int i = 0; i < lines; ++i) {
        crowd.say(crowd.readers[static_cast<size_t>(i) % 3], std::to_string(i));
        crowd.world.tick(25);
    }
    crowd.told();
    for (size_t i = 3; i < crowd.readers.size(); ++i) {
        const SessionId who = crowd.readers[i];
        const size_t heard = crowd.world.texts(who, crowd.lobby).size();
        CHECK(heard <= readable * seconds + burst + readable);
        CHECK(heard >= readable * seconds);
        CHECK(heard + crowd.left_out(who) == static_cast<size_t>(lines));
        crowd.check_ranges(who, 1);
    }
    for (int i = 0; i < lines; ++i) {
        REQUIRE(crowd.hearers(std::to_string(i)) > 0); // forty a second are eight times five
    }
}

TEST_CASE("a room that is no Global one, or when there is no readable rate, is never sampled",
          "[core][busy]") {
    CoreOptions options = busy_options();
    options.readable_lines_per_s = 0;
    Crowd crowd(options);
    for (int i = 0; i < 100; ++i) {
        crowd.say(crowd.readers[0], std::to_string(i));
    }
    crowd.told();
    CHECK(crowd.world.texts(crowd.readers[5], crowd.lobby).size() == 100);

    CoreHarness world(busy_options());
    const SessionId ann = world.connect("ann", {guild("g")});
    const SessionId bob = world.connect("bob", {guild("g")});
    for (int i = 0; i < 100; ++i) {
        world.send(ann, world.room_id(guild("g")), std::to_string(i));
        world.commit();
    }
    world.tick(limits::gather_sampled_ms);
    CHECK(world.texts(bob, world.room_id(guild("g"))).size() == 100);
}

TEST_CASE("the work for a sampled line does not grow with the readers", "[core][busy]") {
    Crowd crowd(busy_options(), 200);
    crowd.drain_burst();
    crowd.world.last_deliveries.clear();
    crowd.say(crowd.readers[0], "a");
    crowd.say(crowd.readers[1], "b");
    crowd.told();
    // A frame for each class, and one for each author.
    CHECK(crowd.world.last_deliveries.size() <= limits::reader_classes + 2);
    std::multiset<SessionId> reached;
    Readers first;
    for (const Effect& effect : crowd.world.last_deliveries) {
        const Readers& readers = std::get<Deliver>(effect).readers;
        first = first == nullptr ? readers : first;
        if (readers->size() > 1) {
            reached.insert(readers->begin(), readers->end());
        }
    }
    CHECK(reached.size() == 200);
    crowd.world.last_deliveries.clear();
    crowd.say(crowd.readers[0], "c");
    crowd.told();
    // The lists are made once.
    CHECK(std::get<Deliver>(crowd.world.last_deliveries.front()).readers == first);
}

TEST_CASE("one's own line, a mention, an answer and a moderator are heard whatever the rate",
          "[core][busy]") {
    Crowd crowd(busy_options(), 40);
    CoreHarness& world = crowd.world;
    const SessionId chief = world.connect("chief", {lobby_as(wire::Role::Moderator)});
    const SessionId second = world.connect(claims_of("user1"), device_of(2)); // his other device
    crowd.say(crowd.readers[2], "asks");
    const Seq asked = world.lines(crowd.readers[3], crowd.lobby).back().seq;
    crowd.drain_burst();
    size_t everywhere = 0;
    for (int i = 0; i < 20; ++i) {
        const std::string n = std::to_string(i);
        const SessionId writer = crowd.readers[1];
        crowd.say(writer, "own " + n);
        crowd.say(writer, "hi @user3 " + n,
                  {wire::Span(raw(world.user_id("user3")), 3, 6, 0, wire::SpanKind::Mention, 0)});
        crowd.say(writer, "answers " + n, {}, asked);
        crowd.say(chief, "order " + n);
        crowd.told();
        CHECK(crowd.heard(writer, "own " + n));
        CHECK(crowd.heard(second, "own " + n));
        CHECK(crowd.heard(crowd.readers[3], "hi @user3 " + n));
        CHECK(crowd.heard(crowd.readers[2], "answers " + n));
        CHECK(crowd.hearers("order " + n) == crowd.readers.size());
        everywhere += crowd.hearers("own " + n) == crowd.readers.size() ? 1 : 0;
    }
    CHECK(everywhere < 5);
    for (const SessionId who : crowd.readers) {
        crowd.check_ranges(who, 1);
    }
}

TEST_CASE("who mentions a crowd does not reach all of it past the rate", "[core][busy]") {
    Crowd crowd(busy_options(), 40);
    CoreHarness& world = crowd.world;
    crowd.drain_burst();
    size_t told = 0;
    constexpr int lines = 20;
    for (int i = 0; i < lines; ++i) {
        std::string text;
        std::vector<wire::Span> mentions;
        for (size_t user = 2; user < 2 + 10; ++user) {
            const std::string word = "@" + std::to_string(user);
            mentions.emplace_back(raw(world.user_id("user" + std::to_string(user))),
                                  static_cast<uint16_t>(text.size()),
                                  static_cast<uint16_t>(word.size()), uint16_t{0},
                                  wire::SpanKind::Mention, uint8_t{0});
            text += word + " ";
        }
        text += std::to_string(i);
        crowd.say(crowd.readers[1], text, mentions);
        for (size_t other = 20; other < 28; ++other) {
            crowd.say(crowd.readers[other], "other " + std::to_string(i));
        }
        crowd.told();
        for (size_t user = 2; user < 2 + limits::mentions_never_sampled_max; ++user) {
            CHECK(crowd.heard(crowd.readers[user], text));
        }
        for (size_t user = 2 + limits::mentions_never_sampled_max; user < 12; ++user) {
            told += crowd.heard(crowd.readers[user], text) ? 1 : 0;
        }
    }
    CHECK(told < lines * (10 - limits::mentions_never_sampled_max) / 2);
}

TEST_CASE("who blocks somebody hears nothing of him in a sampled room, and he is in no count",
          "[core][busy]") {
    Crowd crowd(busy_options(), 40);
    CoreHarness& world = crowd.world;
    const UserId noisy = world.user_id("user0");
    const SessionId blocker = crowd.readers[7];
    REQUIRE(world
                .run(blocker, wire::Command::Block,
                     [&](auto& fbb) { return wire::CreateBlock(fbb, raw(noisy), true).Union(); })
                .error == Error::Ok);
    crowd.drain_burst();
    world.forget_heard();
    for (int i = 0; i < 100; ++i) {
        crowd.say(crowd.readers[0], "noise @user7",
                  {wire::Span(raw(world.user_id("user7")), 6, 6, 0, wire::SpanKind::Mention, 0)});
        crowd.say(crowd.readers[1], "talk");
        world.tick(25);
    }
    crowd.told();
    const auto texts = world.texts(blocker, crowd.lobby);
    CHECK(std::count(texts.begin(), texts.end(), "talk") > 0);
    CHECK(std::count(texts.begin(), texts.end(), "noise @user7") == 0);
    CHECK(texts.size() + crowd.left_out(blocker) == 100);
    crowd.check_ranges(blocker, 1 + burst);
    const SessionId other = crowd.readers[8];
    CHECK(world.texts(other, crowd.lobby).size() + crowd.left_out(other) == 200);
}

TEST_CASE("what was left out is had by Fetch and Resume, of which nothing is left out",
          "[core][busy]") {
    Crowd crowd(busy_options());
    crowd.drain_burst();
    crowd.world.forget_heard();
    for (int i = 0; i < 50; ++i) {
        crowd.say(crowd.readers[0], std::to_string(i));
    }
    crowd.told();
    const SessionId who = crowd.readers[9];
    REQUIRE(crowd.left_out(who) > 0);
    const uint32_t request = crowd.world.fetch(who, crowd.lobby, burst + 51, 0, 50);
    crowd.world.settle();
    CHECK(crowd.world.texts(who, crowd.lobby, request).size() == 50);
    crowd.world.forget_heard();
    crowd.world.resume(
        who, {wire::ResumePoint(raw(crowd.lobby),
                                crowd.world.disk->rooms.at(crowd.lobby).meta.incarnation, burst)});
    crowd.world.settle();
    CHECK(crowd.world.texts(who, crowd.lobby).size() == 50);
    CHECK(crowd.left_out(who) == 0);
}

TEST_CASE("slow mode is told when it comes and when it goes, and moderators keep their pace",
          "[core][busy]") {
    CoreOptions options;
    options.slow_lines_per_s = 4;
    options.slow_pace_period_ms = 10'000;
    options.log_bytes_per_s = 1'000'000'000;
    Crowd crowd(options, 20);
    CoreHarness& world = crowd.world;
    const SessionId chief = world.connect("chief", {lobby_as(wire::Role::Moderator)});
    const uint32_t usual_ms = limits::tiers[1].pace_period_ms;
    CHECK(world.room_state(chief, crowd.lobby)->pace_period_ms() == usual_ms);
    size_t next = 0;
    const auto talk = [&](int seconds, size_t per_s) {
        for (int second = 0; second < seconds; ++second) {
            for (size_t i = 0; i < per_s; ++i) {
                crowd.say(crowd.readers[next++ % crowd.readers.size()], "x");
            }
            world.tick(1000);
        }
    };
    const auto paces = [&](SessionId who) {
        return world.events<wire::RoomPace>(who, wire::Event::RoomPace);
    };
    talk(10, 4);
    CHECK(paces(chief).empty());
    talk(5, 5);
    CHECK(paces(chief).empty()); // the fifth second ends with the next line
    talk(1, 1);
    REQUIRE(paces(chief).size() == 1);
    CHECK(paces(crowd.readers[3]).size() == 1);
    CHECK(paces(chief)[0]->slow());
    CHECK(paces(chief)[0]->pace_burst() == 1);
    CHECK(paces(chief)[0]->pace_period_ms() == 10'000);

    // Who comes now is told; a moderator keeps his pace.
    const SessionId late = world.connect("late");
    CHECK(world.room_state(late, crowd.lobby)->slow());
    CHECK(world.room_state(late, crowd.lobby)->pace_period_ms() == 10'000);
    const SessionId deputy = world.connect("deputy", {lobby_as(wire::Role::Moderator)});
    CHECK(world.room_state(deputy, crowd.lobby)->slow());
    CHECK(world.room_state(deputy, crowd.lobby)->pace_period_ms() == usual_ms);
    CHECK(world.run_send(late, crowd.lobby, "1").error == Error::Ok);
    world.tick(usual_ms);
    const auto refused = world.run_send(late, crowd.lobby, "2");
    CHECK(refused.error == Error::Rate);
    CHECK(refused.retry_after_ms == 10'000 - usual_ms);
    CHECK(world.run_send(deputy, crowd.lobby, "3").error == Error::Ok);
    world.tick(usual_ms);
    CHECK(world.run_send(deputy, crowd.lobby, "4").error == Error::Ok);
    world.tick(10'000 - 2 * usual_ms);
    CHECK(world.run_send(late, crowd.lobby, "5").error == Error::Ok);

    // A line a second is what more than two would be without it: it stays on for ever.
    talk(100, 1);
    CHECK(paces(chief).size() == 1);
    world.tick(limits::slow_off_after_s * 1000);
    REQUIRE(paces(chief).size() == 2);
    CHECK_FALSE(paces(chief)[1]->slow());
    CHECK(paces(chief)[1]->pace_burst() == limits::tiers[1].pace_burst);
    CHECK(paces(chief)[1]->pace_period_ms() == usual_ms);
    CHECK_FALSE(world.room_state(world.connect("later"), crowd.lobby)->slow());
}

TEST_CASE("few lines do not keep slow mode, neither said at once nor where it stretches most",
          "[core][busy]") {
    CoreOptions options;
    options.log_bytes_per_s = 1'000'000'000;
    size_t at_once = 4;
    SECTION("four in a second, every twenty seconds") {}
    SECTION("one every twenty seconds, while one may write once a minute") {
        options.slow_pace_period_ms = 60'000;
        at_once = 1;
    }
    Crowd crowd(options, 80);
    const auto paces = [&] {
        return crowd.world.events<wire::RoomPace>(crowd.readers[70], wire::Event::RoomPace).size();
    };
    size_t next = 0;
    const auto say = [&](size_t lines) {
        for (size_t i = 0; i < lines; ++i) {
            crowd.say(crowd.readers[next++ % crowd.readers.size()], "x");
        }
        crowd.world.tick(1000);
    };
    while (paces() == 0 && next < 1000) {
        say(limits::slow_lines_per_s + 2);
    }
    REQUIRE(paces() == 1);
    for (int64_t second = 0; second <= 2 * limits::slow_off_after_s; ++second) {
        say(second % 20 == 0 ? at_once : 0);
    }
    CHECK(paces() == 2);
}

TEST_CASE("what moderators and the game say neither brings slow mode nor keeps it",
          "[core][busy]") {
    CoreOptions options = busy_options();
    options.slow_lines_per_s = 4;
    Crowd crowd(options, 10);
    CoreHarness& world = crowd.world;
    const SessionId chief = world.connect("chief", {lobby_as(wire::Role::Moderator)});
    Claims game_claims = claims_of("server", {lobby_as(wire::Role::Member)});
    game_claims.game = true;
    const SessionId game = world.connect(game_claims);
    const auto talk = [&](const std::vector<SessionId>& who, int seconds) {
        for (int second = 0; second < seconds; ++second) {
            for (size_t i = 0; i < 10; ++i) {
                crowd.say(who[i % who.size()], "x");
            }
            world.tick(1000);
        }
    };
    const auto paces = [&] {
        return world.events<wire::RoomPace>(chief, wire::Event::RoomPace).size();
    };
    talk({chief, game}, 20);
    CHECK(paces() == 0);
    talk(crowd.readers, 6);
    CHECK(paces() == 1);
    talk({chief, game}, static_cast<int>(limits::slow_off_after_s) + 1);
    CHECK(paces() == 2);
}

TEST_CASE("there is no slow mode where it is switched off, or where all write as seldom already",
          "[core][busy]") {
    const auto told = [](const CoreOptions& options) {
        Crowd crowd(options, 30);
        for (int i = 0; i < 20; ++i) {
            for (int line = 0; line < 30; ++line) {
                crowd.say(crowd.readers[static_cast<size_t>(line)], "x");
            }
            crowd.world.tick(1000);
        }
        return crowd.world.events<wire::RoomPace>(crowd.readers[1], wire::Event::RoomPace).size();
    };
    CoreOptions options = busy_options();
    CHECK(told(options) == 0);
    options.slow_lines_per_s = 20;
    options.slow_pace_period_ms = 1000;
    CHECK(told(options) == 1);
    options.tiers[1].pace_burst = 100;
    options.tiers[1].pace_period_ms = 100'000;
    CHECK(told(options) == 0);
    options.slow_pace_period_ms = 1001;
    CHECK(told(options) == 1);
}

TEST_CASE("a line that the store refused costs nothing, also when slow mode came meanwhile",
          "[core][busy]") {
    CoreOptions options;
    options.slow_lines_per_s = 1;
    Crowd crowd(options, 10);
    CoreHarness& world = crowd.world;
    const SessionId who = crowd.readers[9];
    for (int second = 0; second < limits::slow_on_after_s; ++second) {
        crowd.say(crowd.readers[static_cast<size_t>(second % 4) * 2], "x");
        crowd.say(crowd.readers[static_cast<size_t>(second % 4) * 2 + 1], "x");
        world.tick(1000);
    }
    REQUIRE(world.events<wire::RoomPace>(who, wire::Event::RoomPace).empty());
    world.send(who, crowd.lobby, "lost");
    // Before the store answers, another line makes the room slow.
    std::vector<StoreRequest> first = std::move(world.asked);
    world.asked.clear();
    crowd.say(crowd.readers[8], "y");
    REQUIRE(world.events<wire::RoomPace>(who, wire::Event::RoomPace).size() == 1);
    world.asked = std::move(first);
    world.commit(CommitFault::Fails);
    CHECK(world.run_send(who, crowd.lobby, "again").error == Error::Ok);
    world.tick(9999);
    CHECK(world.run_send(who, crowd.lobby, "too soon").error == Error::Rate);
    world.tick(1);
    CHECK(world.run_send(who, crowd.lobby, "in time").error == Error::Ok);
}

TEST_CASE("a busy room's run is repeated by its inputs", "[core][busy][determinism]") {
    CoreOptions options = busy_options();
    options.slow_lines_per_s = 30;
    Crowd crowd(options, 40);
    Random random(11);
    for (int i = 0; i < 1500; ++i) {
        crowd.say(crowd.readers[random.below(crowd.readers.size())], std::to_string(i));
        crowd.world.tick(static_cast<TimeMs>(random.below(50)));
    }
    REQUIRE(crowd.left_out(crowd.readers[3]) > 0);
    REQUIRE(!crowd.world.events<wire::RoomPace>(crowd.readers[3], wire::Event::RoomPace).empty());
    Core again(options, std::make_shared<const CardTypeSet>(), 7);
    std::string log;
    for (const Input& input : crowd.world.inputs) {
        Effects effects;
        again.step(input, effects);
        for (const Effect& effect : effects) {
            write_effect(effect, log);
        }
    }
    CHECK(log == crowd.world.effect_log);
}
