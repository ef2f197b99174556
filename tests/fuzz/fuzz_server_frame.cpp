// fuzz_server_frame.cpp: what a hostile or hacked shard may send into a game. First byte: lane, and
// above it the way: 0 the rest is the frame; 1 a Batch and rosters of arbitrary values by the
// generated writer; 2 a good Batch by BatchWriter, which must be taken and read back as it was
// written.
#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/batch_writer.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"
#include "schemas/wire/stored.hpp"
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

constexpr TimeMs noon_ms = 1'700'000'000'000;

void read(const Batch& batch) {
    Seq before = 0;
    for (BatchReader reader(batch); reader.next();) {
        const BatchItem& item = reader.item();
        require(item.seq > before && item.seq >= batch.from_seq() && item.seq <= batch.to_seq());
        require(text::valid_utf8(item.text) && item.text.size() <= limits::text_bytes_max);
        require(item.spans.size() <= limits::spans_max && item.at_ms >= 0);
        for (const Span& span : item.spans) {
            require(text::valid_utf8(item.text.substr(span.start(), span.length())));
        }
        before = item.seq;
    }
}

void read(const ServerFrame& frame) {
    const auto shown = [](const flatbuffers::String* said) {
        require(text::valid_utf8(view(said)));
    };
    switch (frame.body_type()) {
    case Event::Batch:
        read(*frame.body_as_Batch());
        break;
    case Event::Ready:
        shown(frame.body_as_Ready()->self()->name());
        break;
    case Event::RoomState:
        shown(frame.body_as_RoomState()->name());
        shown(frame.body_as_RoomState()->title());
        break;
    case Event::Roster:
        if (const auto* members = frame.body_as_Roster()->members()) {
            for (const Member* member : *members) {
                shown(member->user()->name());
                require(member->user()->id() != 0);
            }
        }
        break;
    default:
        break;
    }
}

// Values as they come; small numbers, so that some of it is taken.
Offset<void> arbitrary(FlatBufferBuilder& fbb, Event& type, Choices& in) {
    if (in.coin()) {
        type = Event::Roster;
        std::vector<Offset<Member>> members;
        for (size_t n = in.below_or(limits::roster_page_members_max + 1); n > 0 && in.more(); --n) {
            const auto name = fbb.CreateString(in.bytes(140));
            const auto user = CreateUser(fbb, in.id(), name);
            const auto presence = in.coin() ? CreatePresence(fbb, in.id(), in.pick<PresenceState>())
                                            : Offset<Presence>();
            members.push_back(CreateMember(fbb, in.coin() ? user : 0, in.pick<Role>(), presence));
        }
        const auto all = fbb.CreateVector(members);
        return CreateRoster(fbb, in.id(), in.coin(), all).Union();
    }
    type = Event::Batch;
    std::vector<Line> lines;
    std::vector<Span> spans;
    std::vector<Offset<Entry>> entries;
    const std::string blob = in.bytes(2000);
    for (size_t n = in.below_or(20); n > 0 && in.more(); --n) {
        lines.emplace_back(in.id(), in.id(), in.number<uint8_t>(), in.number<uint8_t>(),
                           in.number<uint8_t>(), in.number<uint8_t>(), uint16_t{0});
        if (in.coin()) {
            spans.emplace_back(in.coin() ? in.id() : 0, in.number<uint8_t>(), in.number<uint8_t>(),
                               static_cast<uint16_t>(lines.size() - in.number<uint8_t>() % 3),
                               static_cast<SpanKind>(in.number<uint8_t>() % 10), uint8_t{0});
        }
    }
    Offset<void> shared;
    for (size_t n = in.below_or(20); n > 0 && in.more(); --n) {
        const auto kind = static_cast<EntryBody>(in.number<uint8_t>() % 8);
        if (shared.IsNull() || in.coin()) {
            switch (kind) {
            case EntryBody::Edit:
                shared = CreateEdit(fbb, in.id(), fbb.CreateString(in.bytes(100))).Union();
                break;
            case EntryBody::Reactions: {
                const auto one = CreateReaction(fbb, fbb.CreateString(in.bytes(60)));
                const std::vector<Offset<Reaction>> many(in.below_or(30), one);
                shared = CreateReactions(fbb, in.id(), fbb.CreateVector(many)).Union();
                break;
            }
            case EntryBody::Membership: {
                const auto user = CreateUser(fbb, in.id(), fbb.CreateString(in.bytes(60)));
                shared = CreateMembership(fbb, user, in.pick<MembershipChange>()).Union();
                break;
            }
            case EntryBody::Message:
                shared = CreateMessage(fbb, fbb.CreateString(in.bytes(100))).Union();
                break;
            default:
                shared = CreateDelete(fbb, in.id()).Union();
                break;
            }
        }
        entries.push_back(CreateEntry(fbb, in.id(), in.number<uint32_t>(), in.id(), in.id(), kind,
                                      in.number<uint8_t>() == 1 ? Offset<void>() : shared));
    }
    const auto all_lines = fbb.CreateVectorOfStructs(lines);
    const auto text = fbb.CreateVector(reinterpret_cast<const uint8_t*>(blob.data()), blob.size());
    const auto marks = fbb.CreateVectorOfStructs(spans);
    const auto all = fbb.CreateVector(entries);
    return CreateBatch(fbb, in.id(), 1, in.id(), in.id(), in.number<uint32_t>(), all_lines, text,
                       marks, all)
        .Union();
}

struct Wrote {
    Seq seq = 0;
    TimeMs at_ms = 0;
    std::string text;
    size_t spans = 0;
};

void write_and_read(Choices& in) {
    BatchWriter batch;
    batch.begin(RoomId{3}, 7);
    std::vector<Wrote> wrote;
    Seq seq = 0;
    TimeMs at_ms = noon_ms;
    while (in.more()) {
        seq += 1 + in.number<uint8_t>() % 3;
        at_ms += in.number<uint8_t>();
        Wrote one{seq, at_ms, {}, 0};
        SharedFrame body;
        StoredEntry entry{
            .seq = seq, .at_ms = at_ms, .author = UserId{in.id()}, .nonce = in.id(), .body = {}};
        if (in.number<uint8_t>() % 4 == 0) {
            entry.kind = EntryBody::Membership;
            body = store_membership(UserId{1}, "Kenji", UserFlags{}, MembershipChange::Joined);
        } else {
            const Result<std::string> said = text::sanitise(in.bytes(300), {});
            if (!said) {
                continue;
            }
            one.text = *said;
            std::vector<Span> spans;
            for (size_t at = 0; at < said->size() && in.coin();) {
                const size_t next = text::next_grapheme(*said, at);
                spans.emplace_back(0, static_cast<uint16_t>(at), static_cast<uint16_t>(next - at),
                                   uint16_t{0}, SpanKind::Bold, uint8_t{0});
                at = next;
            }
            one.spans = spans.size();
            if (spans.size() > limits::spans_max) {
                continue;
            }
            entry.kind = EntryBody::Message;
            body = store_message(*said, spans, in.number<uint8_t>() % 3 == 0 ? 1 : 0);
        }
        entry.body = *body;
        const size_t told = batch.bytes_with(entry);
        if (told > limits::bulk_frame_bytes_max) {
            break;
        }
        const Result<void> added = batch.add(entry);
        if (!added) {
            require(added.error() == parley::Error::Full);
            break;
        }
        require(batch.bytes() <= told);
        wrote.push_back(std::move(one));
    }
    if (batch.empty()) {
        return;
    }
    batch.cover(1, seq + 2);
    const size_t told = batch.bytes();
    const SharedFrame frame = batch.finish(0, false);
    require(frame->size() <= told);
    static Packer packer;
    if (const SharedFrame packed = packer.pack(*frame)) {
        ByteVector unpacked = *packed;
        Unpacker unpacker;
        require(unpacker.unpack(unpacked, Lane::Bulk).ok() && unpacked == *frame);
    }
    const auto root = decode_server_frame(*frame, Lane::Bulk);
    require(root.ok());
    BatchReader reader(*(*root)->body_as_Batch());
    for (const Wrote& one : wrote) {
        require(reader.next());
        const BatchItem& item = reader.item();
        require(item.seq == one.seq && item.at_ms == one.at_ms && item.text == one.text &&
                item.spans.size() == one.spans);
    }
    require(!reader.next());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Choices in(Bytes(data, size));
    const auto first = in.number<uint8_t>();
    const auto lane = static_cast<Lane>(first % lane_count);
    switch (first / lane_count % 3) {
    case 0: {
        ByteVector frame(data + (size > 0 ? 1 : 0), data + size);
        Unpacker unpacker;
        if (!unpacker.unpack(frame, lane)) {
            break;
        }
        require(frame.size() <= std::max(size, lane_frame_bytes_max(lane)));
        if (const auto root = decode_server_frame(frame, lane)) {
            read(**root);
        }
        break;
    }
    case 1: {
        FrameBuilder builder;
        Event type = Event::Batch;
        const auto body = arbitrary(builder.fbb(), type, in);
        const SharedFrame frame = share(builder.server(0, type, body));
        if (const auto root = decode_server_frame(*frame, Lane::Bulk)) {
            read(**root);
        }
        break;
    }
    default:
        write_and_read(in);
        break;
    }
    return 0;
}
