// packed.hpp: server frames made small by Zstandard (RFC 8878) with a dictionary that both ends
// have: several lines of a busy room in one datagram, pages of history.
//
//   bytes 0-3  size of the frame in it, little-endian
//   bytes 4-7  "PRZ1", where a plain frame has its own identifier
//   then       one Zstandard frame that names the dictionary, without size and checksum
//
// Packed is only what all of its readers may read and wrote themselves: the size of a packed frame
// tells of what is in it, so a secret must not be in one with somebody's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>

#include "schemas/base/bytes.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/result.hpp"

namespace parley::wire {

inline constexpr const char* packed_identifier = "PRZ1";
inline constexpr size_t packed_header_bytes = 8;

// The number in the dictionary itself and in every frame that was packed with it. Another
// dictionary is another number and another version of the protocol.
inline constexpr uint32_t packed_dictionary_id = 1;
Bytes packed_dictionary();

bool is_packed(Bytes frame);

// Owner: one thread. Makes equal frames of equal ones.
class Packer {
public:
    Packer();
    ~Packer();
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;

    // The packed frame; null when that would not be smaller.
    SharedFrame pack(Bytes frame);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

// Owner: one thread. Takes about 130 KB of memory with the first packed frame.
class Unpacker {
public:
    explicit Unpacker(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
        : memory_(memory) {}
    ~Unpacker();
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    // Makes of a packed frame the one that is in it, ready for decode; leaves any other as it is.
    // Malformed: it is damaged, or larger than its lane allows. Unsupported: another dictionary.
    Result<void> unpack(ByteVector& frame, Lane lane);

private:
    void begin();

    std::pmr::memory_resource* memory_;
    // Zstandard's, at the front of blocks of the memory above.
    void* context_ = nullptr;
    size_t context_bytes_ = 0;
    void* dictionary_block_ = nullptr;
    size_t dictionary_bytes_ = 0;
    const void* dictionary_ = nullptr;
};

} // namespace parley::wire
