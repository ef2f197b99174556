// memory_store_test.cpp: how the store in memory fails. That it answers like the real one is
// tests/unit/server/store/store_contract_test.cpp.
#include "tests/support/memory_store.hpp"

#include "tests/support/catch.hpp"

namespace parley {

namespace {

std::vector<StoreRequest> first_line() {
    AdmitUser admit;
    admit.claims.issuer = "studio";
    admit.claims.subject = "mira";
    admit.claims.id = "1";
    admit.claims.name = "Mira";
    LoadRoom load;
    load.kind = static_cast<uint8_t>(wire::RoomKind::Party);
    load.name = "p";
    load.create = true;
    Append append;
    append.room = RoomId{1};
    append.entry.kind = EntryKind::Message;
    append.entry.author = UserId{1};
    append.entry.nonce = 5;
    append.entry.at_ms = 100;
    PutMember put;
    put.room = RoomId{1};
    put.member.user = UserId{1};
    put.member.since_seq = 0; // from the next entry on
    return {admit, load, append, put};
}

Error error_of(const StoreAnswer& answer) {
    return std::visit([](const auto& one) { return one.error; }, answer);
}

} // namespace

TEST_CASE("a failed commit leaves the disk as it was and tells everybody", "[memory_store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    MemoryStore store(disk);
    std::vector<StoreAnswer> answers;
    store.fail_next(CommitFault::Fails);
    store.execute(first_line(), answers);
    REQUIRE(answers.size() == 4);
    for (const StoreAnswer& answer : answers) {
        REQUIRE(error_of(answer) == Error::StoreUnavailable);
    }
    REQUIRE(disk->users.empty());
    REQUIRE(disk->user_by_subject.empty());
    REQUIRE(disk->tickets.empty());
    REQUIRE(disk->rooms.empty());
    REQUIRE(disk->room_by_name.empty());
    answers.clear();
    store.execute(first_line(), answers);
    for (const StoreAnswer& answer : answers) {
        REQUIRE(error_of(answer) == Error::Ok);
    }
    REQUIRE(std::get<Appended>(answers[2]).seq == 1);
    REQUIRE(std::get<MemberPut>(answers[3]).since_seq == 2);
    REQUIRE(disk->member(RoomId{1}, UserId{1}) != nullptr);
}

TEST_CASE("beside a failed commit what is there can be read", "[memory_store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    MemoryStore store(disk);
    std::vector<StoreAnswer> answers;
    store.execute(first_line(), answers);
    answers.clear();
    store.fail_next(CommitFault::Fails);
    LoadRoom there;
    there.id = RoomId{1};
    LoadRoom to_make;
    to_make.kind = 1;
    to_make.name = "new";
    to_make.create = true;
    FindUsers find;
    find.ids = {UserId{1}};
    store.execute(std::vector<StoreRequest>{there, to_make, find}, answers);
    REQUIRE(error_of(answers[0]) == Error::Ok);
    REQUIRE(error_of(answers[1]) == Error::StoreUnavailable);
    REQUIRE(error_of(answers[2]) == Error::Ok);
    REQUIRE(disk->rooms.size() == 1);
}

TEST_CASE("an answer that is lost leaves a line that its nonce finds again", "[memory_store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    std::vector<StoreAnswer> answers;
    {
        MemoryStore store(disk);
        store.fail_next(CommitFault::AppliedUnheard);
        store.execute(first_line(), answers);
        REQUIRE(error_of(answers[2]) == Error::StoreUnavailable);
    }
    answers.clear();
    MemoryStore reopened(disk);
    reopened.execute(first_line(), answers);
    REQUIRE(std::get<Appended>(answers[2]).duplicate);
    REQUIRE(std::get<Appended>(answers[2]).seq == 1);
    REQUIRE(disk->room(RoomId{1})->entries.size() == 1);
}

TEST_CASE("what a failed commit removed is there again", "[memory_store]") {
    const auto disk = std::make_shared<MemoryDisk>();
    MemoryStore store(disk);
    std::vector<StoreAnswer> answers;
    store.execute(first_line(), answers);
    const std::vector<StoreRequest> revoke = {DropMember{0, RoomId{1}, UserId{1}, 100}};
    store.fail_next(CommitFault::Fails);
    store.execute(revoke, answers);
    REQUIRE(disk->member(RoomId{1}, UserId{1}) != nullptr);
    REQUIRE(disk->room(RoomId{1})->revoked.empty());
    store.execute(revoke, answers);
    REQUIRE(disk->member(RoomId{1}, UserId{1}) == nullptr);
    REQUIRE(disk->room(RoomId{1})->revoked.size() == 1);
}

} // namespace parley
