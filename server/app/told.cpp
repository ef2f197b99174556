// told.cpp: see told.hpp. The frames are the core's own, so they are read without being verified.
#include "server/app/told.hpp"

#include "schemas/wire/generated.hpp"
#include "schemas/wire/packed.hpp"

namespace parley {

size_t Told::index_of(Error error) {
    const int32_t number = static_cast<int32_t>(error);
    return number <= 0 && number > -static_cast<int32_t>(errors) ? static_cast<size_t>(-number)
                                                                 : errors - 1;
}

void Told::count(const Effect& effect) {
    if (const auto* deliver = std::get_if<Deliver>(&effect)) {
        entries.add(deliver->entries);
        deliveries.add(deliver->entries * deliver->readers->size());
    } else if (const auto* send = std::get_if<SendFrame>(&effect)) {
        if (wire::is_packed(*send->frame)) {
            return; // a page
        }
        const auto* frame = flatbuffers::GetRoot<wire::ServerFrame>(send->frame->data());
        if (const wire::Reply* reply = frame->body_as_Reply()) {
            const auto error = static_cast<Error>(reply->error());
            (error == Error::Ok ? replies : refused_[index_of(error)]).add();
        }
    } else if (const auto* admit = std::get_if<Admit>(&effect)) {
        const bool ok = admit->verdict == Error::Ok;
        (ok ? admitted : turned_away_[index_of(admit->verdict)]).add();
    } else if (const auto* close = std::get_if<CloseSession>(&effect)) {
        closed_[index_of(close->reason)].add();
    }
}

} // namespace parley
