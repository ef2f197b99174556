// store_test_help.hpp: requests in few words.
#pragma once

#include "tests/support/catch.hpp"

#include <string>
#include <variant>
#include <vector>

#include "server/store/store.hpp"
#include "tests/support/folder.hpp"

namespace parley::test {

inline constexpr TimeMs noon_ms = 1'700'000'000'000;
inline constexpr uint8_t global_kind = 1;
inline constexpr uint8_t team_kind = 2;
inline constexpr uint8_t party_kind = 3;

inline std::vector<StoreAnswer> run_group(Store& store, std::vector<StoreRequest> requests) {
    std::vector<StoreAnswer> answers;
    store.execute(requests, answers);
    REQUIRE(answers.size() == requests.size());
    return answers;
}

template <typename Answer>
Answer run(Store& store, StoreRequest request) {
    const std::vector<StoreAnswer> answers = run_group(store, {std::move(request)});
    REQUIRE(std::holds_alternative<Answer>(answers[0]));
    return std::get<Answer>(answers[0]);
}

inline DeviceKey device(uint8_t filling) {
    DeviceKey key;
    key.fill(filling);
    return key;
}

inline AdmitUser admit(const std::string& subject, const std::string& jti, uint8_t device_filling,
                       TimeMs now_ms = noon_ms) {
    AdmitUser request;
    request.token = 1;
    request.claims.issuer = "studio";
    request.claims.subject = subject;
    request.claims.id = jti;
    request.claims.name = "Name of " + subject;
    request.claims.issued_at_s = noon_ms / 1000;
    request.claims.expires_at_s = noon_ms / 1000 + 600;
    request.device = device(device_filling);
    request.now_ms = now_ms;
    return request;
}

inline UserId user(Store& store, const std::string& subject) {
    const auto answer = run<UserAdmitted>(store, admit(subject, "jti-" + subject, 1));
    REQUIRE(answer.error == Error::Ok);
    return answer.user.id;
}

inline RoomLoaded load(Store& store, uint8_t kind, const std::string& name, bool create,
                       uint32_t tail = 0) {
    LoadRoom request;
    request.kind = kind;
    request.name = name;
    request.create = create;
    request.tail_entries = tail;
    return run<RoomLoaded>(store, request);
}

inline RoomId room(Store& store, uint8_t kind, const std::string& name) {
    const RoomLoaded answer = load(store, kind, name, true);
    REQUIRE(answer.error == Error::Ok);
    return answer.meta.id;
}

inline Append append(RoomId to, UserId author, Nonce nonce, const std::string& text = "text",
                     TimeMs at_ms = noon_ms) {
    Append request;
    request.token = nonce;
    request.room = to;
    request.entry.author = author;
    request.entry.nonce = nonce;
    request.entry.at_ms = at_ms;
    request.entry.kind = EntryKind::Message;
    request.entry.body = std::make_shared<const ByteVector>(text.begin(), text.end());
    return request;
}

inline PutMember member(RoomId of, UserId who, Seq since_seq) {
    PutMember request;
    request.room = of;
    request.member.user = who;
    request.member.since_seq = since_seq;
    return request;
}

inline FetchEntries fetch(RoomId from, UserId reader, Seq after, Seq before, uint32_t count,
                          bool newest_first) {
    FetchEntries request;
    request.room = from;
    request.reader = reader;
    request.after = after;
    request.before = before;
    request.count = count;
    request.newest_first = newest_first;
    return request;
}

inline std::vector<Seq> seqs(const std::vector<LogEntry>& entries) {
    std::vector<Seq> numbers;
    for (const LogEntry& entry : entries) {
        numbers.push_back(entry.seq);
    }
    return numbers;
}

inline std::string text_of(const LogEntry& entry) {
    return std::string(entry.body->begin(), entry.body->end());
}

} // namespace parley::test
