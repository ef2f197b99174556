// fuzz_packed.cpp: packed frames of any shard. First byte: 0 the rest is a frame; 1 the rest is the
// payload of one whose header is right; 2 it is packed by the real writer and damaged at a place of
// the input's choice; 3 the same, undamaged.
#include <algorithm>
#include <cstring>

#include "schemas/wire/decode.hpp"
#include "schemas/wire/packed.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using namespace parley::wire;
using fuzz::require;

namespace {

ByteVector with_header(uint32_t bytes, Bytes payload) {
    ByteVector frame(packed_header_bytes);
    store_le(frame.data(), bytes);
    std::memcpy(frame.data() + 4, packed_identifier, 4);
    frame.insert(frame.end(), payload.begin(), payload.end());
    return frame;
}

bool unpack(ByteVector& frame, Lane lane) {
    static Unpacker unpacker; // what one frame left in it must not matter to the next
    const ByteVector before = frame;
    if (!unpacker.unpack(frame, lane)) {
        require(frame == before);
        return false;
    }
    if (is_packed(before)) {
        require(frame.size() == load_le<uint32_t>(before.data()) &&
                frame.size() <= lane_frame_bytes_max(lane));
    }
    ignore(decode_server_frame(frame, lane).ok(), "any verdict will do, but it must come");
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 4) {
        return 0;
    }
    const auto lane = static_cast<Lane>(data[1] % lane_count);
    const uint16_t choice = load_le<uint16_t>(data + 2);
    const Bytes rest = Bytes(data, size).subspan(4);
    switch (data[0] % 4) {
    case 0: {
        ByteVector frame(rest.begin(), rest.end());
        unpack(frame, lane);
        break;
    }
    case 1: {
        ByteVector frame = with_header(choice, rest);
        unpack(frame, lane);
        break;
    }
    default: {
        static Packer packer;
        const SharedFrame packed = packer.pack(rest);
        if (packed == nullptr) {
            break;
        }
        ByteVector frame = *packed;
        if (data[0] % 4 == 2) {
            frame[choice % frame.size()] ^= static_cast<uint8_t>(1 + data[1] % 255);
            unpack(frame, Lane::Bulk);
        } else if (rest.size() <= lane_frame_bytes_max(Lane::Bulk)) {
            require(unpack(frame, Lane::Bulk) &&
                    std::equal(frame.begin(), frame.end(), rest.begin(), rest.end()));
        }
        break;
    }
    }
    return 0;
}
