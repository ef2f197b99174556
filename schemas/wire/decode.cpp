// decode.cpp: the one way from bytes of a peer to a frame. See decode.hpp for the order of checks.
#include "schemas/wire/decode.hpp"

#include "schemas/wire/checks.hpp"
#include "schemas/wire/encode.hpp"

namespace parley::wire {

namespace {

template <typename Root>
const Root* verified(Bytes frame, Lane lane, const char* identifier) {
    if (!readable(frame, lane_frame_bytes_max(lane))) {
        return nullptr;
    }
    flatbuffers::Verifier verifier(frame.data(), frame.size(), limits::verifier_depth_max,
                                   limits::verifier_tables_max);
    if (!verifier.VerifyBuffer<Root>(identifier)) {
        return nullptr;
    }
    return flatbuffers::GetRoot<Root>(frame.data());
}

} // namespace

Result<const ClientFrame*> decode_client_frame(Bytes frame, Lane lane) {
    const auto* root = verified<ClientFrame>(frame, lane, client_identifier);
    if (root == nullptr) {
        return parley::Error::Malformed;
    }
    const parley::Error error = check_client_frame(*root, frame.size());
    if (error != parley::Error::Ok) {
        return error;
    }
    return root;
}

Result<const ServerFrame*> decode_server_frame(Bytes frame, Lane lane) {
    const auto* root = verified<ServerFrame>(frame, lane, server_identifier);
    if (root == nullptr) {
        return parley::Error::Malformed;
    }
    const parley::Error error = check_server_frame(*root, frame.size());
    if (error != parley::Error::Ok) {
        return error;
    }
    return root;
}

uint32_t request_of_refused(Bytes frame, Lane lane) {
    const auto* root = verified<ClientFrame>(frame, lane, client_identifier);
    return root == nullptr ? 0 : root->request();
}

} // namespace parley::wire
