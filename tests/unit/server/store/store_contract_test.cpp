// store_contract_test.cpp: what every Store does, run on the real one and on the simulator's fake,
// so that what the simulator proves holds for the disk.
#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/store_test_help.hpp"
#if __has_include("tests/support/memory_store.hpp")
#include "tests/support/memory_store.hpp"
#define PARLEY_MEMORY_STORE , MemoryMaker
#else
#define PARLEY_MEMORY_STORE
#endif

using namespace parley;
using namespace parley::test;

namespace {

struct SqliteMaker {
    SqliteMaker() { again(); }
    Store& store() { return *store_; }
    void again() { // as after a restart
        store_.reset();
        SqliteStoreOptions options;
        options.path = folder_.file("parley.db");
        options.fold_entries = 7; // so that pages cross from the folded to the unfolded
        std::string message;
        auto opened = SqliteStore::open(options, Log(), message);
        INFO(message);
        REQUIRE(opened.ok());
        store_ = std::move(opened).value();
    }

private:
    Folder folder_;
    std::unique_ptr<SqliteStore> store_;
};

#if __has_include("tests/support/memory_store.hpp")
struct MemoryMaker {
    MemoryMaker() { again(); }
    Store& store() { return *store_; }
    void again() { store_ = std::make_unique<MemoryStore>(disk_); }

private:
    std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
    std::unique_ptr<MemoryStore> store_;
};
#endif

#define STORE_TEST(name) TEMPLATE_TEST_CASE(name, "[store]", SqliteMaker PARLEY_MEMORY_STORE)

} // namespace

STORE_TEST("a user keeps the id of the first ticket and takes the name of the newest") {
    TestType made;
    AdmitUser first = admit("ada", "jti-1", 1);
    first.claims.bot = true;
    const auto one = run<UserAdmitted>(made.store(), first);
    AdmitUser second = admit("ada", "jti-2", 1);
    second.claims.name = "Countess";
    const auto two = run<UserAdmitted>(made.store(), second);
    const auto other = run<UserAdmitted>(made.store(), admit("bob", "jti-3", 1));

    REQUIRE(one.error == Error::Ok);
    CHECK(raw(one.user.id) != 0);
    CHECK(one.first_use);
    CHECK(one.user.flags == 1); // Bot
    CHECK(two.user.id == one.user.id);
    CHECK(two.user.name == "Countess");
    CHECK(two.user.flags == 0);
    CHECK(other.user.id != one.user.id);

    made.again();
    FindUsers find;
    find.ids = {other.user.id, one.user.id, UserId{999'999}, one.user.id};
    const auto found = run<UsersFound>(made.store(), find);
    REQUIRE(found.users.size() == 2);
    CHECK(found.users[0].name == "Countess");
    CHECK(found.users[1].name == "Name of bob");
}

STORE_TEST("the same ticket from the same device is good until reauth is due") {
    TestType made;
    const TimeMs due_ms = noon_ms + limits::reauth_due_ms;
    const auto first = run<UserAdmitted>(made.store(), admit("ada", "jti", 1));
    CHECK(first.reauth_at_ms == due_ms);
    made.again();
    const auto last = run<UserAdmitted>(made.store(), admit("ada", "jti", 1, due_ms - 1));
    CHECK(last.error == Error::Ok);
    CHECK_FALSE(last.first_use);
    CHECK(last.reauth_at_ms == due_ms);
    CHECK(run<UserAdmitted>(made.store(), admit("ada", "jti", 1, due_ms)).error ==
          Error::TicketExpired);
}

STORE_TEST("the same ticket from another device is refused and changes nothing") {
    TestType made;
    run<UserAdmitted>(made.store(), admit("ada", "jti", 1));
    AdmitUser theft = admit("ada", "jti", 2);
    theft.claims.name = "Eve";
    const auto refused = run<UserAdmitted>(made.store(), theft);
    CHECK(refused.error == Error::TicketStolen);
    const auto again = run<UserAdmitted>(made.store(), admit("ada", "jti", 1));
    CHECK(again.error == Error::Ok);
    CHECK(again.user.name == "Name of ada");
}

STORE_TEST("a jti that was another user's is a bad ticket") {
    TestType made;
    run<UserAdmitted>(made.store(), admit("ada", "jti", 1));
    CHECK(run<UserAdmitted>(made.store(), admit("bob", "jti", 1)).error == Error::BadTicket);
}

STORE_TEST("a first use is judged by expiry and skew, both sides of the border") {
    TestType made;
    const TimeMs end_ms = noon_ms + 1000 * (600 + limits::ticket_skew_s);
    CHECK(run<UserAdmitted>(made.store(), admit("ada", "late", 1, end_ms + 1)).error ==
          Error::TicketExpired);
    CHECK(run<UserAdmitted>(made.store(), admit("ada", "just", 1, end_ms)).error == Error::Ok);
}

STORE_TEST("reauth is for the same user only and judges expiry of known tickets too") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    AdmitUser renewed = admit("ada", "jti-new", 1);
    renewed.reauth = true;
    renewed.user = bob;
    CHECK(run<UserAdmitted>(made.store(), renewed).error == Error::BadTicket);
    renewed.user = ada;
    CHECK(run<UserAdmitted>(made.store(), renewed).first_use);
    renewed.now_ms = noon_ms + 1000 * (600 + limits::ticket_skew_s) + 1;
    CHECK(run<UserAdmitted>(made.store(), renewed).error == Error::TicketExpired);

    AdmitUser stranger = admit("nobody", "jti-nobody", 1);
    stranger.reauth = true;
    stranger.user = ada;
    CHECK(run<UserAdmitted>(made.store(), stranger).error == Error::BadTicket);
}

STORE_TEST("a subject is found, and made when it is new") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    FindSubject find;
    find.issuer = "studio";
    find.subject = "ada";
    const auto known = run<UsersFound>(made.store(), find);
    REQUIRE(known.users.size() == 1);
    CHECK(known.users[0].id == ada);
    find.subject = "later";
    const auto fresh = run<UsersFound>(made.store(), find);
    REQUIRE(fresh.users.size() == 1);
    CHECK(fresh.users[0].id != ada);
    CHECK(user(made.store(), "later") == fresh.users[0].id);
    find.issuer = "another studio";
    CHECK(run<UsersFound>(made.store(), find).users[0].id != fresh.users[0].id);
}

STORE_TEST("who is a member already keeps what he may read, whatever a new role says") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    CHECK(run<MemberPut>(made.store(), member(one, ada, 0)).since_seq == 1);
    CHECK(run<Appended>(made.store(), append(one, ada, 1)).seq == 1);
    for (const Seq since : {Seq{0}, Seq{900}}) {
        PutMember promoted = member(one, ada, since);
        promoted.member.role = 2;
        CHECK(run<MemberPut>(made.store(), promoted).since_seq == 1);
        const auto members = load(made.store(), team_kind, "one", false).members;
        REQUIRE(members.size() == 1);
        CHECK(members[0].since_seq == 1);
        CHECK(members[0].role == 2);
    }
}

STORE_TEST("a room is one by kind and name, and keeps its incarnation") {
    TestType made;
    CHECK(load(made.store(), party_kind, "p7", false).error == Error::NotFound);
    const RoomLoaded party = load(made.store(), party_kind, "p7", true);
    const RoomLoaded team = load(made.store(), team_kind, "p7", true);
    REQUIRE(party.error == Error::Ok);
    CHECK(raw(party.meta.id) != 0);
    CHECK(party.meta.incarnation != 0);
    CHECK(party.meta.last_seq == 0);
    CHECK(team.meta.id != party.meta.id);
    made.again();
    LoadRoom by_id;
    by_id.id = party.meta.id;
    const auto again = run<RoomLoaded>(made.store(), by_id);
    CHECK(again.meta.name == "p7");
    CHECK(again.meta.kind == party_kind);
    CHECK(again.meta.incarnation == party.meta.incarnation);
    by_id.id = RoomId{12'345};
    CHECK(run<RoomLoaded>(made.store(), by_id).error == Error::NotFound);
}

STORE_TEST("each room counts its own seqs from 1 without a hole, across restarts") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId two = room(made.store(), team_kind, "two");
    Nonce nonce = 1;
    for (Seq seq = 1; seq <= 40; ++seq) {
        CHECK(run<Appended>(made.store(), append(one, ada, nonce++)).seq == seq);
        if (seq % 4 == 0) {
            CHECK(run<Appended>(made.store(), append(two, ada, nonce++)).seq == seq / 4);
        }
        if (seq % 5 == 0) {
            made.store().maintain();
        }
        if (seq % 9 == 0) {
            made.again();
        }
    }
    const RoomLoaded loaded = load(made.store(), team_kind, "one", false, 12);
    CHECK(loaded.meta.last_seq == 40);
    CHECK(seqs(loaded.tail) == std::vector<Seq>{29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40});
    CHECK(load(made.store(), team_kind, "two", false, 0).tail.empty());
}

STORE_TEST("a nonce is stored once a room and author, also within one group and after a restart") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId two = room(made.store(), team_kind, "two");
    const auto group =
        run_group(made.store(), {append(one, ada, 77, "first"), append(one, ada, 77, "second"),
                                 append(one, bob, 77, "third"), append(two, ada, 77, "fourth")});
    CHECK_FALSE(std::get<Appended>(group[0]).duplicate);
    CHECK(std::get<Appended>(group[1]).duplicate);
    CHECK(std::get<Appended>(group[1]).seq == 1);
    CHECK(std::get<Appended>(group[2]).seq == 2);
    CHECK(std::get<Appended>(group[3]).seq == 1);
    CHECK_FALSE(std::get<Appended>(group[3]).duplicate);
    made.again();
    const auto later = run<Appended>(made.store(), append(one, ada, 77, "fifth", noon_ms + 5));
    CHECK(later.duplicate);
    CHECK(later.seq == 1);
    CHECK(later.at_ms == noon_ms);
    const RoomLoaded loaded = load(made.store(), team_kind, "one", false, 10);
    REQUIRE(loaded.tail.size() == 2);
    CHECK(text_of(loaded.tail[0]) == "first");

    // What the server itself writes has no nonce.
    CHECK(run<Appended>(made.store(), append(one, ada, 0)).seq == 3);
    CHECK(run<Appended>(made.store(), append(one, ada, 0)).seq == 4);
}

STORE_TEST("who alone may see an entry is answered with its seq, and is nobody as a rule") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    Append request = append(one, ada, 77, "to herself");
    request.entry.audience = ada;
    CHECK(run<Appended>(made.store(), request).audience == ada);
    CHECK(run<Appended>(made.store(), append(one, ada, 78)).audience == UserId{});
}

STORE_TEST("an entry comes back as it was stored") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    Append request = append(one, ada, 0xFFFF'FFFF'FFFF'FFFE, std::string("a\0b", 3));
    request.entry.audience = ada;
    CHECK(run<Appended>(made.store(), request).at_ms == noon_ms);
    made.again();
    const LogEntry entry = load(made.store(), team_kind, "one", false, 1).tail.at(0);
    CHECK(entry.seq == 1);
    CHECK(entry.changed_seq == 1);
    CHECK(entry.at_ms == noon_ms);
    CHECK(entry.author == ada);
    CHECK(entry.nonce == 0xFFFF'FFFF'FFFF'FFFE);
    CHECK(entry.kind == EntryKind::Message);
    CHECK(entry.audience == ada);
    CHECK(text_of(entry) == std::string("a\0b", 3));
}

STORE_TEST("time never falls within a room") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    run<Appended>(made.store(), append(one, ada, 1, "late", noon_ms + 50));
    made.again();
    CHECK(run<Appended>(made.store(), append(one, ada, 2, "early", noon_ms)).at_ms == noon_ms + 50);
    CHECK(run<Appended>(made.store(), append(one, ada, 3, "later", noon_ms + 51)).at_ms ==
          noon_ms + 51);
}

STORE_TEST("a change of a message is an entry, and the message knows its newest") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    run<Appended>(made.store(), append(one, ada, 1));
    run<Appended>(made.store(), append(one, ada, 2));
    Append change = append(one, ada, 3);
    change.entry.kind = EntryKind::Edit;
    change.entry.target = 1;
    CHECK(run<Appended>(made.store(), change).seq == 3);
    change.entry.nonce = 4;
    change.entry.target = 99;
    CHECK(run<Appended>(made.store(), change).error == Error::NotFound);
    const RoomLoaded loaded = load(made.store(), team_kind, "one", false, 10);
    REQUIRE(loaded.tail.size() == 3);
    CHECK(loaded.tail[0].changed_seq == 3);
    CHECK(loaded.tail[1].changed_seq == 2);
    CHECK(loaded.tail[2].target == 1);
}

STORE_TEST("members come and go, and a user's rooms with them") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    const RoomId one = room(made.store(), team_kind, "one");
    run<Appended>(made.store(), append(one, ada, 1));
    PutMember put = member(one, bob, 0);
    put.member.role = 1;
    put.member.origin = MemberOrigin::Grant;
    CHECK(run<MemberPut>(made.store(), put).since_seq == 2);
    CHECK(run<MemberPut>(made.store(), member(one, ada, 1)).since_seq == 1);
    made.again();
    RoomLoaded loaded = load(made.store(), team_kind, "one", false);
    REQUIRE(loaded.members.size() == 2);
    CHECK(loaded.members[0].user == ada);
    CHECK(loaded.members[0].name == "Name of ada");
    CHECK(loaded.members[0].origin == MemberOrigin::Ticket);
    CHECK(loaded.members[1].user == bob);
    CHECK(loaded.members[1].role == 1);
    CHECK(loaded.members[1].origin == MemberOrigin::Grant);
    CHECK(loaded.members[1].since_seq == 2);
    CHECK(run<UserAdmitted>(made.store(), admit("bob", "jti-bob", 1)).rooms ==
          std::vector<RoomId>{one});

    DropMember drop;
    drop.room = one;
    drop.user = bob;
    CHECK(run<Done>(made.store(), drop).error == Error::Ok);
    CHECK(run<Done>(made.store(), drop).error == Error::Ok);
    CHECK(load(made.store(), team_kind, "one", false).members.size() == 1);
    CHECK(run<UserAdmitted>(made.store(), admit("bob", "jti-bob", 1)).rooms.empty());
}

STORE_TEST("what names no room or user is not found") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId none{4711};
    CHECK(run<Appended>(made.store(), append(none, ada, 1)).error == Error::NotFound);
    CHECK(run<MemberPut>(made.store(), member(none, ada, 1)).error == Error::NotFound);
    CHECK(run<MemberPut>(made.store(), member(one, UserId{4711}, 1)).error == Error::NotFound);
    CHECK(run<EntriesFetched>(made.store(), fetch(none, ada, 0, 0, 10, true)).error ==
          Error::NotFound);
    DropMember drop;
    drop.room = none;
    drop.user = ada;
    CHECK(run<Done>(made.store(), drop).error == Error::NotFound);
    PutReadMark mark;
    mark.room = none;
    mark.user = ada;
    CHECK(run<Done>(made.store(), mark).error == Error::NotFound);
}

STORE_TEST("a read mark never goes back, nor past the newest entry") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    run<MemberPut>(made.store(), member(one, ada, 1));
    for (Nonce nonce = 1; nonce <= 5; ++nonce) {
        run<Appended>(made.store(), append(one, ada, nonce));
    }
    const auto mark_at = [&](Seq seq) {
        PutReadMark mark;
        mark.room = one;
        mark.user = ada;
        mark.seq = seq;
        CHECK(run<Done>(made.store(), mark).error == Error::Ok);
        return load(made.store(), team_kind, "one", false).members.at(0).read_seq;
    };
    CHECK(mark_at(3) == 3);
    CHECK(mark_at(2) == 3);
    CHECK(mark_at(~Seq{0}) == 5);
    // A change of role keeps it.
    run<MemberPut>(made.store(), member(one, ada, 1));
    CHECK(load(made.store(), team_kind, "one", false).members.at(0).read_seq == 5);
}

STORE_TEST("pages are cut at both ends, in both directions") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId other = room(made.store(), team_kind, "other");
    run<MemberPut>(made.store(), member(one, ada, 1));
    for (Nonce nonce = 1; nonce <= 20; ++nonce) {
        run<Appended>(made.store(), append(one, ada, nonce));
        run<Appended>(made.store(), append(other, ada, nonce));
        if (nonce == 12) {
            made.store().maintain();
        }
    }
    const auto page = [&](Seq after, Seq before, uint32_t count, bool newest_first) {
        return run<EntriesFetched>(made.store(),
                                   fetch(one, ada, after, before, count, newest_first));
    };
    const EntriesFetched newest = page(0, 0, 3, true);
    CHECK(seqs(newest.entries) == std::vector<Seq>{18, 19, 20});
    CHECK(newest.more);
    REQUIRE(newest.authors.size() == 1);
    CHECK(newest.authors[0].name == "Name of ada");
    CHECK(seqs(page(0, 14, 4, true).entries) == std::vector<Seq>{10, 11, 12, 13});
    CHECK(seqs(page(10, 0, 4, false).entries) == std::vector<Seq>{11, 12, 13, 14});
    const EntriesFetched first = page(0, 4, 3, true);
    CHECK(seqs(first.entries) == std::vector<Seq>{1, 2, 3});
    CHECK_FALSE(first.more);
    const EntriesFetched last = page(17, 0, 3, false);
    CHECK(seqs(last.entries) == std::vector<Seq>{18, 19, 20});
    CHECK_FALSE(last.more);
    // A hostile range is clamped to what there is.
    const EntriesFetched huge = page(0, ~Seq{0}, ~uint32_t{0}, true);
    CHECK(huge.entries.size() == 20);
    CHECK_FALSE(huge.more);
    CHECK(page(~Seq{0}, 0, 10, false).entries.empty());
    CHECK(page(5, 5, 10, false).entries.empty());
    CHECK(page(0, 1, 10, true).entries.empty());
}

STORE_TEST("a reader sees what is his: from his first seq on, and no other's audience") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    const RoomId one = room(made.store(), party_kind, "one");
    run<MemberPut>(made.store(), member(one, ada, 1));
    for (Nonce nonce = 1; nonce <= 6; ++nonce) {
        Append request = append(one, ada, nonce);
        request.entry.audience = nonce == 5 ? ada : UserId{};
        run<Appended>(made.store(), request);
    }
    CHECK(run<EntriesFetched>(made.store(), fetch(one, bob, 0, 0, 10, true)).error ==
          Error::NotMember);
    run<MemberPut>(made.store(), member(one, bob, 4));
    const auto his = run<EntriesFetched>(made.store(), fetch(one, bob, 0, 0, 10, true));
    CHECK(seqs(his.entries) == std::vector<Seq>{4, 6});
    CHECK_FALSE(his.more);
    const auto hers = run<EntriesFetched>(made.store(), fetch(one, ada, 3, 0, 10, false));
    CHECK(seqs(hers.entries) == std::vector<Seq>{4, 5, 6});

    const RoomId lobby = room(made.store(), global_kind, "lobby");
    run<Appended>(made.store(), append(lobby, ada, 9));
    const auto open = run<EntriesFetched>(made.store(), fetch(lobby, bob, 0, 0, 10, true));
    CHECK(seqs(open.entries) == std::vector<Seq>{1});
}

STORE_TEST("a page ends when its bodies have the bytes asked for, with one entry at least") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    run<MemberPut>(made.store(), member(one, ada, 1));
    size_t body_bytes = 0;
    for (Nonce nonce = 1; nonce <= 5; ++nonce) {
        const Append line = append(one, ada, nonce);
        body_bytes = line.entry.body->size();
        run<Appended>(made.store(), line);
    }
    for (const bool newest_first : {false, true}) {
        FetchEntries page = fetch(one, ada, 0, 0, 10, newest_first);
        const auto got = [&](size_t bytes_max) {
            page.bytes_max = bytes_max;
            const auto answer = run<EntriesFetched>(made.store(), page);
            CHECK(answer.more == (answer.entries.size() < 5));
            return seqs(answer.entries);
        };
        CHECK(got(1) == (newest_first ? std::vector<Seq>{5} : std::vector<Seq>{1}));
        CHECK(got(2 * body_bytes) ==
              (newest_first ? std::vector<Seq>{4, 5} : std::vector<Seq>{1, 2}));
        CHECK(got(2 * body_bytes + 1).size() == 3);
        CHECK(got(5 * body_bytes).size() == 5);
    }
}

STORE_TEST("a group sees its own earlier requests and answers in order, tokens echoed") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    Append first = append(one, ada, 11);
    PutMember put = member(one, ada, 0);
    put.token = 12;
    Append second = append(one, ada, 13);
    FetchEntries page = fetch(one, ada, 0, 0, 10, true);
    page.token = 14;
    LoadRoom reload;
    reload.token = 15;
    reload.id = one;
    reload.tail_entries = 10;
    const auto answers = run_group(made.store(), {first, put, second, page, reload});
    CHECK(std::get<Appended>(answers[0]).token == 11);
    CHECK(std::get<MemberPut>(answers[1]).since_seq == 2);
    CHECK(std::get<MemberPut>(answers[1]).token == 12);
    CHECK(std::get<Appended>(answers[2]).seq == 2);
    CHECK(seqs(std::get<EntriesFetched>(answers[3]).entries) == std::vector<Seq>{2});
    CHECK(std::get<EntriesFetched>(answers[3]).token == 14);
    CHECK(std::get<RoomLoaded>(answers[4]).meta.last_seq == 2);
    CHECK(std::get<RoomLoaded>(answers[4]).tail.size() == 2);
}

STORE_TEST("a revoke is read with its room, across restarts, until a grant or a newer one") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId two = room(made.store(), team_kind, "two");
    const auto revoked = [&](const char* name) {
        std::vector<std::pair<UserId, TimeMs>> found;
        for (const StoredRevoke& each : load(made.store(), team_kind, name, false).revoked) {
            found.emplace_back(each.user, each.at_ms);
        }
        return found;
    };
    using Revokes = std::vector<std::pair<UserId, TimeMs>>;
    run<MemberPut>(made.store(), member(one, bob, 0));
    run<Done>(made.store(), DropMember{1, one, bob, noon_ms});
    run<Done>(made.store(), DropMember{2, one, ada, noon_ms + 1}); // was no member
    run<Done>(made.store(), DropMember{3, two, ada, 0});           // left
    made.again();
    CHECK(revoked("one") == Revokes{{ada, noon_ms + 1}, {bob, noon_ms}});
    CHECK(revoked("two").empty());

    run<Done>(made.store(), DropMember{4, one, bob, 0}); // says nothing of the revoke
    CHECK(revoked("one").size() == 2);
    run<Done>(made.store(), DropMember{5, one, bob, noon_ms + 5});
    CHECK(revoked("one") == Revokes{{ada, noon_ms + 1}, {bob, noon_ms + 5}});
    run<MemberPut>(made.store(), member(one, bob, 0)); // by a ticket
    CHECK(revoked("one").size() == 2);
    PutMember grant = member(one, bob, 0);
    grant.member.origin = MemberOrigin::Grant;
    run<MemberPut>(made.store(), grant);
    CHECK(revoked("one") == Revokes{{ada, noon_ms + 1}});
}

STORE_TEST("blocks are kept, told at the next admission and with a direct room of the two") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const UserId bob = user(made.store(), "bob");
    const UserId eve = user(made.store(), "eve");
    const auto put = [&](UserId who, UserId whom, bool on) {
        return run<Done>(made.store(), PutBlock{5, who, whom, on});
    };
    const auto blocks = [&] {
        return run<UserAdmitted>(made.store(), admit("ada", "jti-ada", 1)).blocks;
    };
    CHECK(blocks().empty());
    CHECK(put(ada, eve, true).error == Error::Ok);
    CHECK(put(ada, eve, true).error == Error::Ok); // again: the same
    CHECK(put(ada, bob, true).error == Error::Ok);
    CHECK(put(bob, eve, true).error == Error::Ok);
    made.again();
    CHECK(blocks() == std::vector<UserId>{bob, eve});
    const std::string two = std::to_string(raw(ada)) + ":" + std::to_string(raw(bob));
    CHECK(load(made.store(), 4, two, true).blockers == std::vector<UserId>{ada});
    CHECK(put(bob, ada, true).error == Error::Ok);
    CHECK(load(made.store(), 4, two, true).blockers == std::vector<UserId>{ada, bob});
    CHECK(put(ada, bob, false).error == Error::Ok);
    CHECK(put(ada, bob, false).error == Error::Ok); // again: the same
    CHECK(blocks() == std::vector<UserId>{eve});
    CHECK(load(made.store(), 4, two, true).blockers == std::vector<UserId>{bob});
    CHECK(load(made.store(), team_kind, "t", true).blockers.empty());
}

STORE_TEST("neither the game's server nor who is nobody can be blocked") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    AdmitUser game = admit("server", "jti-server", 1);
    game.claims.game = true;
    const UserId server = run<UserAdmitted>(made.store(), game).user.id;
    CHECK(run<Done>(made.store(), PutBlock{5, ada, server, true}).error == Error::Forbidden);
    CHECK(run<Done>(made.store(), PutBlock{6, ada, UserId{999'999}, true}).error ==
          Error::NotFound);
    CHECK(run<UserAdmitted>(made.store(), admit("ada", "jti-ada", 1)).blocks.empty());
    CHECK(run<Done>(made.store(), PutBlock{7, ada, server, false}).error == Error::Ok);
}

STORE_TEST("a member is put only while he has place for the room, and is named as he is called") {
    TestType made;
    const UserId ada = user(made.store(), "ada");
    const RoomId one = room(made.store(), team_kind, "one");
    const RoomId two = room(made.store(), team_kind, "two");
    run<MemberPut>(made.store(), member(one, ada, 1));
    PutMember bounded = member(two, ada, 1);
    bounded.rooms_max = 1;
    CHECK(run<MemberPut>(made.store(), bounded).error == Error::Full);
    CHECK(load(made.store(), team_kind, "two", false).members.empty());
    bounded.rooms_max = 2;
    const auto put = run<MemberPut>(made.store(), bounded);
    CHECK(put.error == Error::Ok);
    CHECK(put.user.id == ada);
    CHECK(put.user.name == "Name of ada");
    bounded.rooms_max = 2; // he is in it: one other
    CHECK(run<MemberPut>(made.store(), bounded).error == Error::Ok);
}
