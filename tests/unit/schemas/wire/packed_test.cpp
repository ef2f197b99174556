// packed_test.cpp: packed frames: smaller, the same when unpacked, bounded when hostile.
#include "schemas/wire/packed.hpp"

#include <string>

#include "schemas/base/limits.hpp"
#include "schemas/wire/batch_writer.hpp"
#include "schemas/wire/decode.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

namespace {

ByteVector batch_of(size_t lines) {
    wire::BatchWriter writer;
    writer.begin(RoomId{7}, 0x0123456789ABCDEF);
    for (Seq seq = 1; seq <= lines; ++seq) {
        const std::string text = "who comes with me to gate " + std::to_string(seq * 977) + "?";
        CHECK(writer
                  .add_line(seq, 1'750'000'000'000 + static_cast<TimeMs>(seq) * 11,
                            UserId{40 + seq % 3}, seq * 0x9E3779B97F4A7C15, text, {})
                  .ok());
    }
    const Bytes bytes = writer.finish_bytes(0, false);
    return {bytes.begin(), bytes.end()};
}

// A packed frame whose header says bytes, around a payload of our choice.
ByteVector hostile(uint32_t bytes, Bytes payload) {
    ByteVector frame(wire::packed_header_bytes + payload.size());
    store_le(frame.data(), bytes);
    std::memcpy(frame.data() + 4, wire::packed_identifier, 4);
    std::copy(payload.begin(), payload.end(), frame.begin() + wire::packed_header_bytes);
    return frame;
}

} // namespace

TEST_CASE("a packed batch is smaller and unpacks to the same bytes", "[wire][packed]") {
    wire::Packer packer;
    wire::Unpacker unpacker;
    for (const size_t lines : {5u, 20u, 100u}) {
        const ByteVector plain = batch_of(lines);
        const SharedFrame packed = packer.pack(plain);
        REQUIRE(packed != nullptr);
        CHECK(packed->size() < plain.size() * 2 / 3);
        CHECK(*packer.pack(plain) == *packed); // nothing of the last one is in the next
        ByteVector frame = *packed;
        REQUIRE(unpacker.unpack(frame, Lane::Bulk).ok());
        CHECK(frame == plain);
        CHECK(wire::decode_server_frame(frame, Lane::Bulk).ok());
    }
}

TEST_CASE("the dictionary is why few lines are small", "[wire][packed]") {
    // A batch of a few lines has nearly nothing of its own that comes twice.
    const ByteVector plain = batch_of(3);
    wire::Packer packer;
    const SharedFrame packed = packer.pack(plain);
    REQUIRE(packed != nullptr);
    CHECK(packed->size() < plain.size() * 3 / 4);
}

TEST_CASE("what cannot be made smaller is not packed", "[wire][packed]") {
    ByteVector noise(64);
    uint64_t state = 1;
    for (uint8_t& byte : noise) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        byte = static_cast<uint8_t>(state >> 56);
    }
    wire::Packer packer;
    CHECK(packer.pack(noise) == nullptr);
}

TEST_CASE("a frame that is not packed passes unpack unchanged", "[wire][packed]") {
    wire::Unpacker unpacker;
    const ByteVector plain = batch_of(2);
    ByteVector frame = plain;
    CHECK(unpacker.unpack(frame, Lane::Chat).ok());
    CHECK(frame == plain);
    for (size_t bytes = 0; bytes <= wire::packed_header_bytes; ++bytes) {
        ByteVector cut = hostile(100, {});
        cut.resize(bytes);
        CHECK(unpacker.unpack(cut, Lane::Chat).ok()); // decode says what is wrong with it
        CHECK_FALSE(wire::decode_server_frame(cut, Lane::Chat).ok());
    }
}

TEST_CASE("a packed frame may not unfold beyond its lane", "[wire][packed][hostile]") {
    wire::Packer packer;
    wire::Unpacker unpacker;
    const ByteVector zeros(limits::chat_frame_bytes_max, 0);
    ByteVector fits = *packer.pack(zeros);
    CHECK(unpacker.unpack(fits, Lane::Chat).ok());
    CHECK(fits == zeros);

    const ByteVector more(limits::chat_frame_bytes_max + 1, 0);
    ByteVector bomb = *packer.pack(more);
    CHECK(unpacker.unpack(bomb, Lane::Chat).error() == Error::Malformed);

    // The header says little, the payload is much more.
    ByteVector lying = *packer.pack(more);
    store_le(lying.data(), uint32_t{100});
    CHECK(unpacker.unpack(lying, Lane::Chat).error() == Error::Malformed);
    // The header says more than there is.
    ByteVector short_one = *packer.pack(batch_of(10));
    store_le(short_one.data(), load_le<uint32_t>(short_one.data()) + 1);
    CHECK(unpacker.unpack(short_one, Lane::Chat).error() == Error::Malformed);
}

TEST_CASE("a damaged packed frame is malformed, and the next one is read",
          "[wire][packed][hostile]") {
    wire::Packer packer;
    wire::Unpacker unpacker;
    const ByteVector plain = batch_of(10);
    const ByteVector packed = *packer.pack(plain);
    for (size_t bytes = wire::packed_header_bytes + 1; bytes < packed.size(); ++bytes) {
        ByteVector cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(bytes));
        CHECK_FALSE(unpacker.unpack(cut, Lane::Chat).ok());
    }
    ByteVector twice = hostile(static_cast<uint32_t>(2 * plain.size()),
                               Bytes(packed).subspan(wire::packed_header_bytes));
    twice.insert(twice.end(), packed.begin() + wire::packed_header_bytes, packed.end());
    // Two Zstandard frames in one: decode then finds bytes behind a root.
    if (unpacker.unpack(twice, Lane::Chat).ok()) {
        CHECK(twice.size() == 2 * plain.size());
    }
    ByteVector whole = packed;
    REQUIRE(unpacker.unpack(whole, Lane::Chat).ok());
    CHECK(whole == plain);
}

TEST_CASE("a frame packed with another dictionary is unsupported", "[wire][packed]") {
    wire::Packer packer;
    wire::Unpacker unpacker;
    ByteVector other = *packer.pack(batch_of(10));
    // Magic number of four bytes, descriptor and window, then the dictionary's number.
    REQUIRE(other[wire::packed_header_bytes + 6] == wire::packed_dictionary_id);
    other[wire::packed_header_bytes + 6] = wire::packed_dictionary_id + 1;
    CHECK(unpacker.unpack(other, Lane::Chat).error() == Error::Unsupported);
    const uint8_t nothing[] = {1, 2, 3};
    ByteVector garbage = hostile(10, nothing);
    CHECK_FALSE(unpacker.unpack(garbage, Lane::Chat).ok());
}
