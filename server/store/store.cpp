// store.cpp: what all stores share.
#include "server/store/store.hpp"

#include "schemas/wire/generated.hpp"

namespace parley {
namespace {

template <typename Answer>
StoreAnswer refused(Token token, Error error) {
    Answer answer;
    answer.token = token;
    answer.error = error;
    return answer;
}

struct Refuser {
    Error error;

    StoreAnswer operator()(const AdmitUser& r) const {
        return refused<UserAdmitted>(r.token, error);
    }
    StoreAnswer operator()(const LoadRoom& r) const { return refused<RoomLoaded>(r.token, error); }
    StoreAnswer operator()(const FindUsers& r) const { return refused<UsersFound>(r.token, error); }
    StoreAnswer operator()(const FindSubject& r) const {
        return refused<UsersFound>(r.token, error);
    }
    StoreAnswer operator()(const Append& r) const { return refused<Appended>(r.token, error); }
    StoreAnswer operator()(const PutMember& r) const { return refused<MemberPut>(r.token, error); }
    StoreAnswer operator()(const DropMember& r) const { return refused<Done>(r.token, error); }
    StoreAnswer operator()(const PutReadMark& r) const { return refused<Done>(r.token, error); }
    StoreAnswer operator()(const FetchEntries& r) const {
        return refused<EntriesFetched>(r.token, error);
    }
    StoreAnswer operator()(const PutBlock& r) const { return refused<Done>(r.token, error); }
};

} // namespace

uint32_t flags_of(const Claims& claims) {
    uint32_t flags = 0;
    if (claims.bot) {
        flags |= static_cast<uint32_t>(wire::UserFlags::Bot);
    }
    if (claims.game) {
        flags |= static_cast<uint32_t>(wire::UserFlags::Game);
    }
    return flags;
}

StoreAnswer refusal(const StoreRequest& request, Error error) {
    return std::visit(Refuser{error}, request);
}

namespace {

StoreAnswer answer_unwritten(const StoreRequest& request, const AnswerRead& read) {
    if (std::holds_alternative<FetchEntries>(request) ||
        std::holds_alternative<FindUsers>(request)) {
        return read(request);
    }
    if (const auto* load = std::get_if<LoadRoom>(&request)) {
        LoadRoom known = *load;
        known.create = false;
        StoreAnswer answer = read(known);
        const bool to_make = load->create && std::get<RoomLoaded>(answer).error == Error::NotFound;
        return to_make ? refusal(request, Error::StoreUnavailable) : answer;
    }
    return refusal(request, Error::StoreUnavailable);
}

} // namespace

void refuse_writes(std::span<const StoreRequest> requests, const AnswerRead& read,
                   std::vector<StoreAnswer>& answers) {
    for (const StoreRequest& request : requests) {
        answers.push_back(answer_unwritten(request, read));
    }
}

} // namespace parley
