// grants_test.cpp: that the game's no outlives the shard that heard it. What a grant or revoke does
// while the shard lives is in members_test.cpp.
#include "tests/support/core_harness.hpp"

using namespace parley;

namespace {

constexpr int64_t revoked_s = CoreHarness::start_ms / 1000 + 100;

Claims issued(std::string subject, int64_t at_s, std::vector<RoomClaim> rooms) {
    Claims claims = claims_of(std::move(subject), std::move(rooms));
    claims.issued_at_s = at_s;
    claims.expires_at_s = at_s + limits::ticket_life_s_max;
    return claims;
}

Claims game_claims() {
    Claims claims = issued("arena-server", revoked_s, {team("t1")});
    claims.game = true;
    return claims;
}

// A shard over the disk of one that is gone, a moment later.
struct Restarted : CoreHarness {
    explicit Restarted(const CoreHarness& before, TimeMs later_ms = 1000)
        : CoreHarness({}, nullptr, 8, before.disk) {
        now_ms = before.now_ms + later_ms;
    }
};

// Ann was in t1 by her ticket and was revoked at revoked_s.
struct Revoked : CoreHarness {
    Claims used = issued("ann", revoked_s - 10, {team("t1")});
    Claims unused = issued("ann", revoked_s - 1, {team("t1")});
    RoomId room{};

    Revoked() {
        now_ms = revoked_s * 1000;
        const SessionId game = connect(game_claims());
        connect(used);
        room = room_id(team("t1"));
        const uint32_t request = revoke(game, team("t1"), "ann");
        settle();
        REQUIRE(reply(game, request).error == Error::Ok);
        REQUIRE(disk->member(room, user_id("ann")) == nullptr);
    }
};

Error join(CoreHarness& world, const Claims& claims) {
    const SessionId ann = world.connect(claims);
    return world.run_join(ann, wire::RoomKind::Team, "t1").error;
}

} // namespace

TEST_CASE("a ticket from before a revoke opens the room neither before nor after a restart",
          "[core][grants]") {
    Revoked world;
    SECTION("one that was used") {
        CHECK(join(world, world.used) == Error::Forbidden);
        Restarted later(world);
        CHECK(join(later, world.used) == Error::Forbidden);
        CHECK(later.disk->member(world.room, later.user_id("ann")) == nullptr);
    }
    SECTION("one that was not used yet") {
        Restarted later(world);
        CHECK(join(later, world.unused) == Error::Forbidden);
        CHECK(later.disk->member(world.room, later.user_id("ann")) == nullptr);
    }
    SECTION("nor when the room was forgotten meanwhile and is loaded again") {
        Restarted later(world);
        const SessionId ann = later.connect(world.used);
        later.tick(limits::room_evict_idle_ms);
        CHECK(later.run_join(ann, wire::RoomKind::Team, "t1").error == Error::Forbidden);
    }
}

TEST_CASE("a ticket from after a revoke opens the room after a restart", "[core][grants]") {
    Revoked world;
    Restarted later(world);
    SECTION("as young as the revoke's own second") {
        CHECK(join(later, issued("ann", revoked_s, {team("t1")})) == Error::Ok);
    }
    SECTION("but not a second older") {
        CHECK(join(later, issued("ann", revoked_s - 1, {team("t1")})) == Error::Forbidden);
    }
}

TEST_CASE("a grant takes a revoke back for good", "[core][grants]") {
    Revoked world;
    const SessionId game = world.connect(game_claims());
    world.grant(game, team("t1"), "ann");
    SECTION("once it is stored") {
        world.settle();
        Restarted later(world);
        const SessionId ann = later.connect(world.used);
        CHECK(later.run_send(ann, world.room, "back").error == Error::Ok);
        later.leave(ann, world.room);
        later.settle();
        CHECK(later.run_join(ann, wire::RoomKind::Team, "t1").error == Error::Ok);
    }
    SECTION("and not before") {
        world.commit(); // the subject is found; the membership is not stored
        world.commit(CommitFault::Fails);
        CHECK(join(world, world.used) == Error::Forbidden);
        Restarted later(world);
        CHECK(join(later, world.used) == Error::Forbidden);
    }
}

TEST_CASE("a revoke is remembered as long as an older ticket can be good", "[core][grants]") {
    Revoked world;
    Claims again = issued("ann", revoked_s - 1, {team("t1")});
    SECTION("up to its end") {
        Restarted later(world, limits::revoked_keep_ms - 1);
        again.expires_at_s = later.now_ms / 1000 + 1; // a life no verifier lets through
        CHECK(join(later, again) == Error::Forbidden);
    }
    SECTION("and no longer by the shard that heard of it") {
        world.tick(limits::revoked_keep_ms);
        again.expires_at_s = world.now_ms / 1000 + 1;
        CHECK(join(world, again) == Error::Ok);
    }
    SECTION("nor by the next one, once it has seen it for as long") {
        Restarted later(world, limits::revoked_keep_ms);
        const SessionId bob = later.connect(issued("bob", later.now_ms / 1000, {team("t1")}));
        REQUIRE_FALSE(later.closed(bob)); // he keeps the room in memory
        const bool over = GENERATE(false, true);
        later.tick(limits::revoked_keep_ms - (over ? 0 : 1));
        again.expires_at_s = later.now_ms / 1000 + 1;
        CHECK(join(later, again) == (over ? Error::Ok : Error::Forbidden));
    }
}

TEST_CASE("a clock that was wrong for a while forgives no revoke and bans nobody",
          "[core][grants]") {
    constexpr TimeMs wrong_ms = 40 * limits::day_ms;
    SECTION("a revoke from before") {
        Revoked world;
        world.move_clocks(wrong_ms, 0);
        world.tick();
        world.move_clocks(0, wrong_ms);
        CHECK(join(world, world.used) == Error::Forbidden);
        CHECK(join(world, world.unused) == Error::Forbidden);
        CHECK(join(world, issued("ann", revoked_s + 1, {team("t1")})) == Error::Ok);
    }
    SECTION("a revoke that is read from the store meanwhile") {
        Revoked world;
        Restarted later(world);
        later.move_clocks(wrong_ms, 0);
        later.connect(issued("bob", later.now_ms / 1000, {team("t1")}));
        later.move_clocks(0, wrong_ms);
        CHECK(join(later, world.unused) == Error::Forbidden);
    }
    SECTION("a revoke by the wrong clock") {
        CoreHarness world;
        world.now_ms = revoked_s * 1000;
        world.move_clocks(0, -wrong_ms);
        Claims games = game_claims();
        games.expires_at_s += wrong_ms / 1000; // the wrong clock would let no other in
        const SessionId game = world.connect(games);
        const Claims used = issued("ann", revoked_s - 10, {team("t1")});
        Claims ahead = used;
        ahead.expires_at_s += wrong_ms / 1000;
        world.connect(ahead);
        world.revoke(game, team("t1"), "ann");
        world.settle();
        world.move_clocks(0, 0);
        CHECK(join(world, used) == Error::Forbidden);
        CHECK(join(world, issued("ann", revoked_s + 1, {team("t1")})) == Error::Ok);
    }
}

TEST_CASE("a clock that goes back and is put right forgives no revoke", "[core][grants]") {
    constexpr TimeMs back_ms = 60'000;
    Revoked world;
    SECTION("while the shard lives") {
        world.move_clocks(0, back_ms);
        world.tick(1000);
        world.move_clocks(0, 0);
        world.tick(1000);
        CHECK(join(world, world.used) == Error::Forbidden);
        CHECK(join(world, issued("ann", revoked_s + 1, {team("t1")})) == Error::Ok);
    }
    SECTION("also when the shard began with the wrong clock") {
        Restarted later(world);
        later.move_clocks(0, back_ms);
        const SessionId game = later.connect(game_claims());
        REQUIRE(later.run_join(game, wire::RoomKind::Team, "t1").error == Error::Ok);
        later.move_clocks(0, 0);
        later.tick(1000);
        CHECK(join(later, world.used) == Error::Forbidden);
        CHECK(join(later, issued("ann", revoked_s + 1, {team("t1")})) == Error::Ok);
    }
}

TEST_CASE("a grant on its way to the store outlives a ticket that comes meanwhile",
          "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims());
    const bool in_by_ticket = GENERATE(true, false);
    const SessionId session =
        world.connect("ann", in_by_ticket ? std::vector{team("t1")} : std::vector<RoomClaim>{});
    const RoomId room = world.room_id(team("t1"));
    const UserId ann = world.user_id("ann");
    const uint32_t grant = world.grant(game, team("t1"), "ann");
    const auto ticket = [&](std::vector<RoomClaim> rooms) {
        world.step(ReauthVerified{session, 77, claims_of("ann", std::move(rooms)), Error::Ok});
        world.commit(); // the subject is found, then the ticket taken; no membership is stored
    };
    SECTION("and does not name the room") {
        ticket({});
        world.settle();
        CHECK(world.reply(game, grant).error == Error::Ok);
        REQUIRE(world.disk->member(room, ann) != nullptr);
        CHECK(world.disk->member(room, ann)->origin == MemberOrigin::Grant);
    }
    SECTION("and names the room with another role") {
        ticket({team("t1", static_cast<uint8_t>(wire::Role::Leader))});
        world.settle();
        CHECK(world.reply(game, grant).error == Error::Ok);
        REQUIRE(world.disk->member(room, ann) != nullptr);
        CHECK(world.disk->member(room, ann)->origin == MemberOrigin::Grant);
        CHECK(world.disk->member(room, ann)->role == static_cast<uint8_t>(wire::Role::Member));
    }
    SECTION("but when the store refuses it, the ticket counts") {
        const bool names = GENERATE(true, false);
        ticket(names ? std::vector{team("t1")} : std::vector<RoomClaim>{});
        world.commit(CommitFault::Fails);
        CHECK(world.reply(game, grant).error == Error::StoreUnavailable);
        world.tick(1000); // then it is tried again
        world.settle();
        CHECK((world.disk->member(room, ann) != nullptr) == names);
    }
}

TEST_CASE("a leave of one's own is no revoke", "[core][grants]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {team("t1")});
    const SessionId ann = world.connect(claims);
    world.leave(ann, world.room_id(team("t1")));
    world.settle();
    Restarted later(world);
    CHECK(join(later, claims) == Error::Ok);
}
