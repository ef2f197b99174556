// packed.cpp: see packed.hpp.
#include "schemas/wire/packed.hpp"

// For contexts in memory of ours; the shared library exports these functions too.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "schemas/base/check.hpp"

namespace parley::wire {

namespace {

constexpr int level = 3;
constexpr size_t block_alignment = 8;

} // namespace

bool is_packed(Bytes frame) {
    return frame.size() > packed_header_bytes &&
           std::memcmp(frame.data() + 4, packed_identifier, 4) == 0;
}

// [packing]
struct Packer::Inside {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CDict* dictionary = nullptr;
    ByteVector out;

    Inside() {
        const Bytes bytes = packed_dictionary();
        const ZSTD_compressionParameters parameters = ZSTD_getCParams(level, 0, bytes.size());
        dictionary = ZSTD_createCDict_advanced(bytes.data(), bytes.size(), ZSTD_dlm_byRef,
                                               ZSTD_dct_fullDict, parameters, ZSTD_defaultCMem);
        PARLEY_ASSERT(context != nullptr && dictionary != nullptr);
        PARLEY_ASSERT(ZSTD_isError(ZSTD_CCtx_refCDict(context, dictionary)) == 0);
        PARLEY_ASSERT(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)) ==
                      0);
    }
    ~Inside() {
        ZSTD_freeCDict(dictionary);
        ZSTD_freeCCtx(context);
    }
};

Packer::Packer() : inside_(std::make_unique<Inside>()) {}
Packer::~Packer() = default;

SharedFrame Packer::pack(Bytes frame) {
    ByteVector& out = inside_->out;
    out.resize(packed_header_bytes + ZSTD_compressBound(frame.size()));
    const size_t bytes =
        ZSTD_compress2(inside_->context, out.data() + packed_header_bytes,
                       out.size() - packed_header_bytes, frame.data(), frame.size());
    if (ZSTD_isError(bytes) != 0 || packed_header_bytes + bytes >= frame.size()) {
        return nullptr;
    }
    store_le(out.data(), static_cast<uint32_t>(frame.size()));
    std::memcpy(out.data() + 4, packed_identifier, 4);
    const Bytes made = Bytes(out).first(packed_header_bytes + bytes);
    return std::make_shared<const ByteVector>(made.begin(), made.end());
}

// [unpacking]
void Unpacker::begin() {
    const Bytes bytes = packed_dictionary();
    context_bytes_ = ZSTD_estimateDCtxSize();
    context_ = memory_->allocate(context_bytes_, block_alignment);
    dictionary_bytes_ = ZSTD_estimateDDictSize(bytes.size(), ZSTD_dlm_byRef);
    dictionary_block_ = memory_->allocate(dictionary_bytes_, block_alignment);
    PARLEY_ASSERT(ZSTD_initStaticDCtx(context_, context_bytes_) == context_);
    dictionary_ = ZSTD_initStaticDDict(dictionary_block_, dictionary_bytes_, bytes.data(),
                                       bytes.size(), ZSTD_dlm_byRef, ZSTD_dct_fullDict);
    PARLEY_ASSERT(dictionary_ != nullptr);
}

Unpacker::~Unpacker() {
    if (context_ != nullptr) {
        memory_->deallocate(context_, context_bytes_, block_alignment);
        memory_->deallocate(dictionary_block_, dictionary_bytes_, block_alignment);
    }
}

Result<void> Unpacker::unpack(ByteVector& frame, Lane lane) {
    if (!is_packed(frame)) {
        return {};
    }
    const auto bytes = load_le<uint32_t>(frame.data());
    if (frame.size() > lane_frame_bytes_max(lane) || bytes > lane_frame_bytes_max(lane)) {
        return parley::Error::Malformed;
    }
    const Bytes packed = Bytes(frame).subspan(packed_header_bytes);
    if (ZSTD_getDictID_fromFrame(packed.data(), packed.size()) != packed_dictionary_id) {
        return parley::Error::Unsupported;
    }
    if (context_ == nullptr) {
        begin();
    }
    ByteVector out(bytes);
    const size_t made = ZSTD_decompress_usingDDict(static_cast<ZSTD_DCtx*>(context_), out.data(),
                                                   out.size(), packed.data(), packed.size(),
                                                   static_cast<const ZSTD_DDict*>(dictionary_));
    if (ZSTD_isError(made) != 0 || made != bytes) {
        return parley::Error::Malformed;
    }
    frame = std::move(out);
    return {};
}

} // namespace parley::wire
