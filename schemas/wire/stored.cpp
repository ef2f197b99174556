// stored.cpp: entry bodies to and from the store. A body carries no identifier: its kind stands in
// the log's own column.
#include "schemas/wire/stored.hpp"

#include <type_traits>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/checks.hpp"
#include "schemas/wire/encode.hpp"

namespace parley::wire {

namespace {

// A longest text, its spans, and the few bytes around them.
constexpr size_t stored_bytes_max = limits::text_bytes_max + limits::spans_max * sizeof(Span) + 256;

template <typename Table>
SharedFrame finished(flatbuffers::FlatBufferBuilder& fbb, flatbuffers::Offset<Table> table) {
    fbb.Align(8); // as in encode.cpp
    fbb.Finish(table);
    return share({fbb.GetBufferPointer(), fbb.GetSize()});
}

template <typename Table>
const Table* verified(Bytes body) {
    if (!readable(body, stored_bytes_max)) {
        return nullptr;
    }
    flatbuffers::Verifier verifier(body.data(), body.size(), limits::verifier_depth_max,
                                   limits::verifier_tables_max);
    if (!verifier.VerifyBuffer<Table>(nullptr)) {
        return nullptr;
    }
    return flatbuffers::GetRoot<Table>(body.data());
}

} // namespace

SharedFrame store_message(std::string_view text, std::span<const Span> spans, Seq reply_to) {
    PARLEY_ASSERT(text.size() <= limits::text_bytes_max && spans.size() <= limits::spans_max);
    flatbuffers::FlatBufferBuilder fbb(256 + text.size() + spans.size_bytes());
    const auto said = fbb.CreateString(text.data(), text.size());
    const auto marks = spans.empty() ? flatbuffers::Offset<flatbuffers::Vector<const Span*>>()
                                     : fbb.CreateVectorOfStructs(spans.data(), spans.size());
    return finished(fbb, CreateMessage(fbb, said, marks, reply_to));
}

SharedFrame store_membership(UserId user, std::string_view name, UserFlags flags,
                             MembershipChange change) {
    flatbuffers::FlatBufferBuilder fbb(256);
    const auto said = fbb.CreateString(name.data(), name.size());
    const auto who = CreateUser(fbb, raw(user), said, flags);
    return finished(fbb, CreateMembership(fbb, who, change));
}

Result<const Message*> read_message(Bytes body) {
    const auto* message = verified<Message>(body);
    if (message == nullptr) {
        return parley::Error::Malformed;
    }
    CopyBudget budget(body.size());
    const parley::Error error = check_message(*message, budget);
    if (error != parley::Error::Ok) {
        return error;
    }
    return message;
}

Result<const Membership*> read_membership(Bytes body) {
    const auto* membership = verified<Membership>(body);
    if (membership == nullptr) {
        return parley::Error::Malformed;
    }
    CopyBudget budget(body.size());
    const parley::Error error = check_membership(*membership, budget);
    if (error != parley::Error::Ok) {
        return error;
    }
    return membership;
}

bool storable_text(std::string_view text, size_t bytes_max) {
    return text.size() <= bytes_max && text::valid_utf8(text);
}

bool storable_time(TimeMs at_ms) {
    return at_ms >= 0 && at_ms <= time_ms_max;
}

} // namespace parley::wire
