// notify_test.cpp: what becomes of what happens, in every mood there is.
#include "plugin/overlay/notify.hpp"

#include "tests/support/catch.hpp"

namespace parley::overlay {
namespace {

constexpr Urgency all_urgencies[] = {Urgency::Urgent, Urgency::Social, Urgency::Ambient};

template <typename Check>
void in_every_mood(Check check) {
    for (uint32_t phase = 0; phase <= phase_last; ++phase) {
        for (uint32_t level = 0; level <= level_last; ++level) {
            for (uint32_t bits = 0; bits < 16; ++bits) {
                const Mood mood{static_cast<Phase>(phase), static_cast<Level>(level),
                                (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
                const bool in_front = (bits & 8) != 0;
                for (const Urgency what : all_urgencies) {
                    CAPTURE(phase, level, bits, static_cast<int>(what));
                    check(what, in_front, mood, notice(what, in_front, mood));
                }
            }
        }
    }
}

bool reads_along(bool in_front, const Mood& mood) {
    return in_front && mood.open && mood.window_focus && mood.phase != Phase::Loading;
}
bool is_quiet(const Mood& mood) {
    return mood.phase == Phase::Combat || mood.phase == Phase::Loading;
}

TEST_CASE("what is said to the player is urgent, in whatever room", "[notify]") {
    using wire::RoomKind;
    for (const RoomKind kind :
         {RoomKind::Global, RoomKind::Team, RoomKind::Party, RoomKind::Direct, RoomKind::Guild}) {
        CHECK(urgency_of(kind, true) == Urgency::Urgent);
    }
    CHECK(urgency_of(RoomKind::Direct, false) == Urgency::Urgent);
    CHECK(urgency_of(RoomKind::Team, false) == Urgency::Social);
    CHECK(urgency_of(RoomKind::Party, false) == Urgency::Social);
    CHECK(urgency_of(RoomKind::Guild, false) == Urgency::Ambient);
    CHECK(urgency_of(RoomKind::Global, false) == Urgency::Ambient);
}

TEST_CASE("in play an urgent line makes a toast and a sound, a social one a sound, an ambient none",
          "[notify]") {
    for (const Phase phase : {Phase::Play, Phase::Menu, Phase::Dead, Phase::End}) {
        Mood mood;
        mood.phase = phase;
        CHECK(notice(Urgency::Urgent, false, mood) ==
              Notice{.toast = true, .heard = true, .sound = true});
        CHECK(notice(Urgency::Social, false, mood) == Notice{.heard = true, .sound = true});
        CHECK(notice(Urgency::Ambient, false, mood) == Notice{});
        CHECK(notice(Urgency::Urgent, true, mood) ==
              Notice{.heard = true, .wakes = true, .sound = true});
        CHECK(notice(Urgency::Social, true, mood) ==
              Notice{.heard = true, .wakes = true, .sound = true});
        CHECK(notice(Urgency::Ambient, true, mood) == Notice{.heard = true, .wakes = true});
    }
}

TEST_CASE("in combat and while loading only the urgent is heard, and the rest comes later",
          "[notify]") {
    for (const Phase phase : {Phase::Combat, Phase::Loading}) {
        for (const bool in_front : {false, true}) {
            Mood mood;
            mood.phase = phase;
            CHECK(notice(Urgency::Urgent, in_front, mood) ==
                  Notice{.heard = true, .sound = true, .later = true});
            CHECK(notice(Urgency::Social, in_front, mood) == Notice{.later = true});
            CHECK(notice(Urgency::Ambient, in_front, mood) == Notice{});
        }
    }
}

TEST_CASE("no toast is made or seen in quiet times", "[notify]") {
    in_every_mood([](Urgency, bool, const Mood& mood, const Notice& made) {
        if (is_quiet(mood)) {
            CHECK_FALSE(made.toast);
            CHECK(toasts_wait(mood));
            CHECK(digest_waits(mood));
        }
        CHECK(digest_waits(mood) == (is_quiet(mood) || mood.do_not_disturb));
        CHECK(toasts_wait(mood) == (is_quiet(mood) || (mood.do_not_disturb && !mood.open)));
        CHECK(draws(mood.phase) == (mood.phase != Phase::Loading));
    });
}

TEST_CASE("who is not to be disturbed is told nothing, but what he reads himself", "[notify]") {
    in_every_mood([](Urgency what, bool in_front, const Mood& mood, const Notice& made) {
        if (!mood.do_not_disturb) {
            return;
        }
        CHECK_FALSE(made.toast);
        CHECK_FALSE(made.for_host());
        if (reads_along(in_front, mood)) {
            CHECK(made.heard);
            CHECK_FALSE(made.later);
        } else {
            CHECK_FALSE(made.heard);
            CHECK_FALSE(made.wakes);
            const bool wanted = mood.level == Level::All ||
                                (mood.level == Level::Mentions && what == Urgency::Urgent);
            CHECK(made.later == (wanted && what != Urgency::Ambient));
        }
    });
}

TEST_CASE("a room's level lets through all, what is urgent, or nothing", "[notify]") {
    in_every_mood([](Urgency what, bool in_front, Mood mood, const Notice& made) {
        if (reads_along(in_front, mood)) {
            return;
        }
        if (mood.level == Level::None ||
            (mood.level == Level::Mentions && what != Urgency::Urgent)) {
            CHECK(made == Notice{});
            return;
        }
        mood.level = Level::All;
        CHECK(made == notice(what, in_front, mood));
    });
}

TEST_CASE("who reads along hears it and is given no other sign", "[notify]") {
    in_every_mood([](Urgency, bool in_front, const Mood& mood, const Notice& made) {
        if (reads_along(in_front, mood)) {
            CHECK(made == Notice{.heard = true, .wakes = true});
        }
    });
}

TEST_CASE("the window flashes and the desktop tells only of the urgent, when nobody looks",
          "[notify]") {
    in_every_mood([](Urgency what, bool, const Mood& mood, const Notice& made) {
        CHECK(made.flash == made.desktop);
        if (mood.window_focus || what != Urgency::Urgent) {
            CHECK_FALSE(made.flash);
        } else if (mood.level != Level::None && !mood.do_not_disturb) {
            CHECK(made.flash);
            CHECK(made.sound);
        }
    });
}

TEST_CASE("what is wanted and neither ambient nor read is shown, heard or kept", "[notify]") {
    in_every_mood([](Urgency what, bool, const Mood& mood, const Notice& made) {
        if (mood.level == Level::All && what != Urgency::Ambient) {
            CHECK((made.heard || made.later));
        }
    });
}

TEST_CASE("sounds of one kind keep a second apart, and a more urgent one does not wait",
          "[notify]") {
    SoundPace pace;
    CHECK(pace.may(Urgency::Social, 0));
    CHECK_FALSE(pace.may(Urgency::Social, 0.99));
    CHECK(pace.may(Urgency::Social, 1));
    CHECK(pace.may(Urgency::Urgent, 1.5));
    CHECK_FALSE(pace.may(Urgency::Social, 2.25));
    CHECK_FALSE(pace.may(Urgency::Urgent, 2.25));
    CHECK(pace.may(Urgency::Social, 2.5));
}

TEST_CASE("the digest counts what was kept and begins where most is for the player", "[notify]") {
    Kept team, direct, party;
    team.add(Urgency::Social, 5);
    team.add(Urgency::Urgent, 7);
    team.add(Urgency::Urgent, 4); // came late
    CHECK(team.first == 4);
    CHECK(team.last == 7);
    direct.add(Urgency::Urgent, 1);
    for (Seq seq = 10; seq < 18; ++seq) {
        party.add(Urgency::Social, seq);
    }
    Digest digest;
    CHECK(digest.lines == 0);
    digest.add(RoomId{9}, Kept{});
    CHECK(digest.room == RoomId{});
    digest.add(RoomId{1}, party);
    CHECK(digest.room == RoomId{1});
    digest.add(RoomId{2}, team);
    digest.add(RoomId{3}, direct);
    CHECK(digest.lines == 12);
    CHECK(digest.urgent == 3);
    CHECK(digest.room == RoomId{2});
    CHECK(digest.first == 4);
    Digest social;
    social.add(RoomId{1}, party);
    Kept more = party;
    more.add(Urgency::Social, 18);
    social.add(RoomId{4}, more);
    CHECK(social.room == RoomId{4});
}

} // namespace
} // namespace parley::overlay
