// encode.hpp: builds frames. One builder is reused for many frames, so that a busy sender does not
// allocate. Bodies are made with the generated Create* functions on fbb().
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

inline constexpr const char* client_identifier = "PRC1";
inline constexpr const char* server_identifier = "PRS1";

// Owner: one thread.
class FrameBuilder {
public:
    explicit FrameBuilder(flatbuffers::Allocator* allocator = nullptr)
        : fbb_(1024, allocator, false) {}

    // The builder of the frame being made; empty again after a frame was finished.
    flatbuffers::FlatBufferBuilder& fbb();

    // Bytes that the frame being made has taken so far.
    size_t bytes_so_far() const { return finished_ ? 0 : fbb_.GetSize(); }

    // Finishes the frame around body. The bytes are 8-aligned and live until the next fbb().
    Bytes client(uint32_t request, Command type, flatbuffers::Offset<void> body);
    Bytes server(uint32_t request, Event type, flatbuffers::Offset<void> body);

    // The same as an owned frame that receivers share.
    SharedFrame server_shared(uint32_t request, Event type, flatbuffers::Offset<void> body);

private:
    Bytes finished();

    flatbuffers::FlatBufferBuilder fbb_;
    bool finished_ = false;
};

SharedFrame share(Bytes frame);

} // namespace parley::wire
