// fuzz_client_frame.cpp: what a hostile player may send. First byte: lane, and above it whether the
// rest is the frame itself or choices for the real writer, which reaches deeper. Whatever is taken
// is then read whole, as core would.
#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/views.hpp"
#include "tests/fuzz/choices.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using namespace parley::wire;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using fuzz::Choices;
using fuzz::require;

namespace {

Offset<flatbuffers::String> text(FlatBufferBuilder& fbb, Choices& in, size_t most) {
    return in.number<uint8_t>() == 1 ? Offset<flatbuffers::String>()
                                     : fbb.CreateString(in.bytes(most));
}

auto spans(FlatBufferBuilder& fbb, Choices& in) {
    std::vector<Span> all;
    for (size_t n = in.below_or(limits::spans_max + 1); n > 0 && in.more(); --n) {
        all.emplace_back(in.coin() ? in.id() : 0, in.number<uint8_t>(), in.number<uint8_t>(),
                         in.number<uint8_t>() & 1, static_cast<SpanKind>(in.number<uint8_t>() % 10),
                         uint8_t{0});
    }
    return fbb.CreateVectorOfStructs(all);
}

auto fields(FlatBufferBuilder& fbb, Choices& in) {
    std::vector<Offset<CardField>> all;
    for (size_t n = in.below_or(limits::card_fields_max + 1); n > 0 && in.more(); --n) {
        const auto said = text(fbb, in, 70);
        all.push_back(CreateCardField(fbb, in.number<uint16_t>(), in.number<int64_t>(), said));
    }
    return fbb.CreateVector(all);
}

Offset<void> command(FlatBufferBuilder& fbb, Command type, Choices& in) {
    switch (type) {
    case Command::Join: {
        const auto name = text(fbb, in, 70);
        return CreateJoin(fbb, in.pick<RoomKind>(), name, in.id()).Union();
    }
    case Command::Leave:
        return CreateLeave(fbb, in.id()).Union();
    case Command::Mark:
        return CreateMark(fbb, in.id(), in.id()).Union();
    case Command::Grant: {
        const auto name = text(fbb, in, 70);
        const auto subject = text(fbb, in, 130);
        return CreateGrant(fbb, in.pick<RoomKind>(), name, subject, in.pick<Role>()).Union();
    }
    case Command::Revoke: {
        const auto name = text(fbb, in, 70);
        const auto subject = text(fbb, in, 130);
        return CreateRevoke(fbb, in.pick<RoomKind>(), name, subject).Union();
    }
    case Command::FetchMembers:
        return CreateFetchMembers(fbb, in.id(), in.id(), in.number<uint16_t>()).Union();
    case Command::FetchUsers: {
        std::vector<uint64_t> ids(in.below_or(limits::users_query_max + 1));
        for (uint64_t& id : ids) {
            id = in.id();
        }
        return CreateFetchUsers(fbb, fbb.CreateVector(ids)).Union();
    }
    case Command::Block:
        return CreateBlock(fbb, in.id(), in.number<uint8_t>() % 2 != 0).Union();
    case Command::Send: {
        const auto said = text(fbb, in, 9000);
        const auto marks = spans(fbb, in);
        return CreateSend(fbb, in.id(), in.id(), in.id(), said, marks).Union();
    }
    case Command::Fetch:
        return CreateFetch(fbb, in.id(), in.id(), in.id(), in.number<uint16_t>()).Union();
    case Command::Resume: {
        std::vector<ResumePoint> points;
        for (size_t n = in.below_or(limits::rooms_per_user_max + 1); n > 0; --n) {
            points.emplace_back(in.id(), in.id(), in.id());
        }
        return CreateResume(fbb, fbb.CreateVectorOfStructs(points)).Union();
    }
    case Command::Typing:
        return CreateTyping(fbb, in.id(), in.id()).Union();
    case Command::SetPresence: {
        const auto token = text(fbb, in, 40);
        std::vector<Offset<flatbuffers::String>> params;
        for (size_t n = in.below_or(limits::presence_params_max + 1); n > 0; --n) {
            params.push_back(fbb.CreateString(in.bytes(70)));
        }
        const auto all = fbb.CreateVector(params);
        const auto one = CreatePresence(fbb, in.id(), in.pick<PresenceState>(), token, all,
                                        in.number<int64_t>());
        return CreateSetPresence(fbb, one).Union();
    }
    case Command::SetCard: {
        const auto all = fields(fbb, in);
        return CreateSetCard(fbb, in.id(), in.number<uint16_t>(), all, in.number<uint32_t>())
            .Union();
    }
    case Command::UpdateCard: {
        const auto all = fields(fbb, in);
        return CreateUpdateCard(fbb, in.id(), in.number<uint16_t>(), all).Union();
    }
    case Command::ClearCard:
        return CreateClearCard(fbb, in.id(), in.number<uint16_t>()).Union();
    case Command::FetchCard:
        return CreateFetchCard(fbb, in.id(), in.id(), in.number<uint16_t>()).Union();
    case Command::Reauth:
        return CreateReauth(fbb, text(fbb, in, 2100)).Union();
    default:
        return CreateTimeQuery(fbb, in.number<int64_t>()).Union();
    }
}

// Reads what the checks promised.
void read(const ClientFrame& frame) {
    const auto shown = [](const flatbuffers::String* said) {
        require(text::valid_utf8(view(said)));
    };
    switch (frame.body_type()) {
    case Command::Join:
        shown(frame.body_as_Join()->name());
        break;
    case Command::Grant:
        shown(frame.body_as_Grant()->name());
        shown(frame.body_as_Grant()->subject());
        break;
    case Command::Revoke:
        shown(frame.body_as_Revoke()->subject());
        break;
    case Command::Reauth:
        shown(frame.body_as_Reauth()->ticket());
        break;
    case Command::Send: {
        const Send& send = *frame.body_as_Send();
        require(send.text() != nullptr && send.room() != 0);
        shown(send.text());
        for (const Span& span : view(send.spans())) {
            require(text::valid_utf8(view(send.text()).substr(span.start(), span.length())));
        }
        break;
    }
    case Command::FetchUsers:
        require(frame.body_as_FetchUsers()->users()->size() > 0);
        break;
    case Command::Resume:
        require(frame.body_as_Resume()->points()->size() > 0);
        break;
    case Command::SetPresence: {
        const Presence& presence = *frame.body_as_SetPresence()->presence();
        shown(presence.token());
        for (size_t i = 0; presence.params() != nullptr && i < presence.params()->size(); ++i) {
            shown(presence.params()->Get(static_cast<flatbuffers::uoffset_t>(i)));
        }
        break;
    }
    case Command::SetCard:
        for (size_t i = 0; frame.body_as_SetCard()->fields() != nullptr &&
                           i < frame.body_as_SetCard()->fields()->size();
             ++i) {
            shown(frame.body_as_SetCard()
                      ->fields()
                      ->Get(static_cast<flatbuffers::uoffset_t>(i))
                      ->text());
        }
        break;
    default:
        break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Choices in(Bytes(data, size));
    const auto first = in.number<uint8_t>();
    const auto lane = static_cast<Lane>(first % lane_count);
    if (first / lane_count % 2 == 0) {
        const ByteVector frame(data + (size > 0 ? 1 : 0), data + size);
        if (const auto root = decode_client_frame(frame, lane)) {
            read(**root);
        } else {
            request_of_refused(frame, lane);
        }
        return 0;
    }
    FrameBuilder builder;
    const auto type = static_cast<Command>(1 + in.number<uint8_t>() % 19);
    const auto body = command(builder.fbb(), type, in);
    const SharedFrame frame = share(builder.client(1, type, body));
    const auto root = decode_client_frame(*frame, Lane::Bulk);
    if (type > Command::MAX) {
        require(root.error() == parley::Error::Unsupported ||
                frame->size() > limits::frame_bytes_max);
    }
    if (root) {
        read(**root);
    }
    return 0;
}
