// checks.hpp: what the FlatBuffers Verifier does not know. It proves that every offset stays inside
// the buffer; these prove that what is there makes sense: enums and ids in range, counts, UTF-8,
// spans, seqs, and how much a reader would copy. For decode.cpp, stored.cpp and their tests.
#pragma once

#include <cstddef>
#include <string_view>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

constexpr int64_t time_ms_max = int64_t{1} << 53; // adding offsets to it cannot overflow

// Strings and vectors of a frame may share one offset, so that a small frame unfolds to megabytes
// when it is copied field by field. Our own writer never shares; what a reader would copy is
// bounded by the frame's own size times a small factor.
class CopyBudget {
public:
    explicit CopyBudget(size_t frame_bytes);
    // False: this would be too much.
    bool take(size_t bytes);

private:
    size_t left_;
};

// Memory that may be read as a FlatBuffer at all: 8-aligned, not empty, at most bytes_max.
bool readable(Bytes bytes, size_t bytes_max);

// Ok, Unsupported (a command or event of a newer version), Malformed or Encoding.
parley::Error check_client_frame(const ClientFrame& frame, size_t frame_bytes);
parley::Error check_server_frame(const ServerFrame& frame, size_t frame_bytes);

parley::Error check_message(const Message& message, CopyBudget& budget);
parley::Error check_membership(const Membership& membership, CopyBudget& budget);

} // namespace parley::wire
