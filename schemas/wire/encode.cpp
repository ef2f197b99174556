// encode.cpp: finishes frames. Knows nothing of what they say.
#include "schemas/wire/encode.hpp"

#include "schemas/base/check.hpp"

namespace parley::wire {

flatbuffers::FlatBufferBuilder& FrameBuilder::fbb() {
    if (finished_) {
        fbb_.Clear();
        finished_ = false;
    }
    return fbb_;
}

Bytes FrameBuilder::client(uint32_t request, Command type, flatbuffers::Offset<void> body) {
    PARLEY_ASSERT(!finished_);
    // A buffer lies at the end of its allocation, so it is as aligned as its largest scalar;
    // readers want 8 of every frame, also of one that has only small fields.
    fbb_.Align(8);
    fbb_.Finish(CreateClientFrame(fbb_, request, type, body), client_identifier);
    return finished();
}

Bytes FrameBuilder::server(uint32_t request, Event type, flatbuffers::Offset<void> body) {
    PARLEY_ASSERT(!finished_);
    fbb_.Align(8);
    fbb_.Finish(CreateServerFrame(fbb_, request, type, body), server_identifier);
    return finished();
}

SharedFrame FrameBuilder::server_shared(uint32_t request, Event type,
                                        flatbuffers::Offset<void> body) {
    return share(server(request, type, body));
}

Bytes FrameBuilder::finished() {
    finished_ = true;
    return {fbb_.GetBufferPointer(), fbb_.GetSize()};
}

SharedFrame share(Bytes frame) {
    return std::make_shared<const ByteVector>(frame.begin(), frame.end());
}

} // namespace parley::wire
