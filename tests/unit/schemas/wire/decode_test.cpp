// decode_test.cpp: what hostile bytes get. Method: frames are made with the generated writer, so
// that they are right in all but one thing, and lie in memory of exactly their size, so that a
// sanitizer sees a read past the end.
#include "schemas/wire/decode.hpp"

#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/base/random.hpp"
#include "schemas/wire/encode.hpp"
#include "tests/unit/schemas/wire/frames.hpp"

using namespace parley;
using namespace parley::wire;
using namespace parley::wire::test;
using flatbuffers::FlatBufferBuilder;
using Wrong = parley::Error;

namespace {

// 8-aligned, and not a byte longer.
class Exact {
public:
    explicit Exact(Bytes bytes) : data_(new uint8_t[bytes.size()]), size_(bytes.size()) {
        std::copy(bytes.begin(), bytes.end(), data_.get());
    }
    Bytes bytes() const { return {data_.get(), size_}; }

private:
    std::unique_ptr<uint8_t[]> data_;
    size_t size_;
};

Wrong from_client(const ByteVector& frame, Lane lane = Lane::Chat) {
    return decode_client_frame(Exact(frame).bytes(), lane).error();
}
Wrong from_server(const ByteVector& frame, Lane lane = Lane::Bulk) {
    return decode_server_frame(Exact(frame).bytes(), lane).error();
}
template <typename Make>
Wrong command(Command type, Make make) {
    return from_client(client_frame(type, make));
}
template <typename Make>
Wrong event(Event type, Make make) {
    return from_server(server_frame(type, make));
}

template <typename Enum>
Enum number(int value) {
    return static_cast<Enum>(value);
}

Wrong send(const std::string& text, const std::vector<Span>& spans = {}) {
    return from_client(send_frame(text, spans));
}

Wrong batch(const BatchSays& says) {
    return from_server(batch_frame(says));
}
} // namespace

TEST_CASE("a good frame of every command and event is taken", "[wire]") {
    const auto commands = good_client_frames();
    CHECK(commands.size() == static_cast<size_t>(Command::MAX));
    for (const ByteVector& frame : commands) {
        const auto* root = flatbuffers::GetRoot<ClientFrame>(frame.data());
        CAPTURE(EnumNameCommand(root->body_type()));
        CHECK(from_client(frame) == Wrong::Ok);
    }
    const auto events = good_server_frames();
    CHECK(events.size() == static_cast<size_t>(Event::MAX));
    for (const ByteVector& frame : events) {
        const auto* root = flatbuffers::GetRoot<ServerFrame>(frame.data());
        CAPTURE(EnumNameEvent(root->body_type()));
        CHECK(from_server(frame) == Wrong::Ok);
    }
}

TEST_CASE("a frame cut at every byte is refused or whole", "[wire]") {
    const auto cut = [](const ByteVector& frame, auto decode) {
        size_t taken = 0;
        for (size_t size = 0; size < frame.size(); ++size) {
            taken += decode(ByteVector(frame.begin(),
                                       frame.begin() + static_cast<ptrdiff_t>(size))) == Wrong::Ok;
        }
        CHECK(taken <= 7); // what was cut was padding
    };
    for (const ByteVector& frame : good_client_frames()) {
        cut(frame, [](const ByteVector& part) { return from_client(part); });
    }
    for (const ByteVector& frame : good_server_frames()) {
        cut(frame, [](const ByteVector& part) { return from_server(part); });
    }
}

TEST_CASE("changed bytes are judged within their end, and each time alike", "[wire]") {
    Random random(1);
    const auto change = [&](ByteVector frame) {
        for (uint64_t n = 1 + random.below(4); n > 0; --n) {
            frame[random.below(frame.size())] = static_cast<uint8_t>(random.next());
        }
        return frame;
    };
    const auto judge = [](const ByteVector& frame, auto decode) {
        const Wrong first = decode(frame);
        const bool known = first == Wrong::Ok || first == Wrong::Malformed ||
                           first == Wrong::Encoding || first == Wrong::Unsupported;
        return known && decode(frame) == first;
    };
    for (int round = 0; round < 300; ++round) {
        for (const ByteVector& frame : good_client_frames()) {
            REQUIRE(judge(change(frame), [](const ByteVector& part) { return from_client(part); }));
        }
        for (const ByteVector& frame : good_server_frames()) {
            REQUIRE(judge(change(frame), [](const ByteVector& part) { return from_server(part); }));
        }
    }
}

TEST_CASE("an enum out of range is malformed", "[wire]") {
    CHECK(command(Command::Join, [](auto& fbb) {
              const auto name = fbb.CreateString("a");
              return CreateJoin(fbb, number<RoomKind>(77), name);
          }) == Wrong::Malformed);
    CHECK(command(Command::Join, [](auto& fbb) {
              const auto name = fbb.CreateString("a");
              return CreateJoin(fbb, RoomKind::None, name);
          }) == Wrong::Malformed);
    CHECK(command(Command::Grant, [](auto& fbb) {
              const auto name = fbb.CreateString("a");
              const auto subject = fbb.CreateString("s");
              return CreateGrant(fbb, RoomKind::Team, name, subject, number<Role>(4));
          }) == Wrong::Malformed);
    CHECK(command(Command::SetPresence, [](auto& fbb) {
              return CreateSetPresence(fbb, CreatePresence(fbb, 0, number<PresenceState>(8)));
          }) == Wrong::Malformed);
    CHECK(command(Command::SetPresence, [](auto& fbb) {
              return CreateSetPresence(fbb, CreatePresence(fbb, 0, PresenceState::Invisible));
          }) == Wrong::Ok);
    CHECK(send("ab", {Span(0, 0, 1, 0, number<SpanKind>(77), 0)}) == Wrong::Malformed);
    CHECK(send("ab", {Span(0, 0, 1, 0, SpanKind::None, 0)}) == Wrong::Malformed);
    CHECK(event(Event::Goodbye, [](auto& fbb) {
              return CreateGoodbye(fbb, number<wire::Error>(1));
          }) == Wrong::Malformed);
    CHECK(event(Event::Goodbye, [](auto& fbb) {
              return CreateGoodbye(fbb, number<wire::Error>(-999)); // of a newer shard
          }) == Wrong::Ok);
}

TEST_CASE("an unknown command is unsupported, and its request is known", "[wire]") {
    const ByteVector frame =
        client_frame(number<Command>(99), [](auto& fbb) { return CreateLeave(fbb, 3); });
    CHECK(from_client(frame) == Wrong::Unsupported);
    CHECK(request_of_refused(Exact(frame).bytes(), Lane::Chat) == 7);
    CHECK(request_of_refused(Exact(send_frame("\xFF")).bytes(), Lane::Chat) == 7);
    CHECK(request_of_refused({}, Lane::Chat) == 0);
    CHECK(event(number<Event>(99), [](auto& fbb) { return CreateRoomGone(fbb, 3); }) ==
          Wrong::Unsupported);
}

TEST_CASE("a union with a type and no value is malformed", "[wire]") {
    FrameBuilder frame;
    frame.fbb();
    const Bytes client = frame.client(1, Command::Send, 0);
    CHECK(from_client({client.begin(), client.end()}) == Wrong::Malformed);
    frame.fbb();
    const Bytes none = frame.client(1, Command::NONE, 0);
    CHECK(from_client({none.begin(), none.end()}) == Wrong::Malformed);
    frame.fbb();
    const Bytes server = frame.server(1, Event::Batch, 0);
    CHECK(from_server({server.begin(), server.end()}) == Wrong::Malformed);
    const auto entry = [](EntryBody type, bool with_body) {
        return event(Event::Batch, [&](FlatBufferBuilder& fbb) {
            const auto body =
                with_body ? CreateDelete(fbb, 1).Union() : flatbuffers::Offset<void>();
            const auto one = CreateEntry(fbb, 1, 0, 1, 0, type, body);
            const auto all = fbb.CreateVector(&one, 1);
            return CreateBatch(fbb, 3, 1, 1, 1, 0, 0, 0, 0, all);
        });
    };
    CHECK(entry(EntryBody::Delete, true) == Wrong::Ok);
    CHECK(entry(EntryBody::Delete, false) == Wrong::Malformed);
    CHECK(entry(EntryBody::NONE, true) == Wrong::Malformed);
    // A kind of a newer shard: its seq counts, so the batch is taken.
    CHECK(entry(number<EntryBody>(99), true) == Wrong::Ok);
    CHECK(entry(number<EntryBody>(99), false) == Wrong::Malformed);
}

TEST_CASE("spans that name no line, or not in order", "[wire]") {
    BatchSays says{.lines = {line(0, 0, 2), line(1, 2, 2)}, .text = "abcd"};
    says.spans = {bold(0, 2, 0), bold(0, 1, 1), bold(1, 1, 1)};
    CHECK(batch(says) == Wrong::Ok);
    says.spans = {bold(0, 1, 2)};
    CHECK(batch(says) == Wrong::Malformed);
    says.spans = {bold(0, 1, 1), bold(0, 1, 0)};
    CHECK(batch(says) == Wrong::Malformed);
    says.spans.assign(limits::spans_max, bold(0, 1, 1));
    CHECK(batch(says) == Wrong::Ok);
    says.spans.assign(limits::spans_max + 1, bold(0, 1, 1));
    CHECK(batch(says) == Wrong::Malformed);
}

TEST_CASE("many strings on one offset cost no more than the frame", "[wire]") {
    // 300 entries whose bodies are one table of 4,000 bytes of text: 1.2 MB when copied.
    const auto shared = [](size_t times) {
        return event(Event::Batch, [&](FlatBufferBuilder& fbb) {
            const auto text = fbb.CreateString(std::string(4000, 'x'));
            const auto body = CreateMessage(fbb, text).Union();
            std::vector<flatbuffers::Offset<Entry>> entries;
            for (size_t i = 0; i < times; ++i) {
                entries.push_back(CreateEntry(fbb, i + 1, 0, 1, 0, EntryBody::Message, body));
            }
            const auto all = fbb.CreateVector(entries);
            return CreateBatch(fbb, 3, 1, 1, times, 0, 0, 0, 0, all);
        });
    };
    CHECK(shared(2) == Wrong::Ok);
    CHECK(shared(200) == Wrong::Malformed);
    // Lines that all show the same piece of the blob.
    BatchSays says{.to = 1000, .text = std::string(8000, 'x')};
    says.lines = {line(0, 0, 8000), line(1, 0, 8000)};
    CHECK(batch(says) == Wrong::Ok);
    for (uint32_t i = 2; i < 100; ++i) {
        says.lines.push_back(line(i, 0, 8000));
    }
    CHECK(batch(says) == Wrong::Malformed);
}

TEST_CASE("tables that fan out are counted as often as they are met", "[wire]") {
    // One entry named 500 times; the generated verifier walks it each time. Our tables do not nest
    // in themselves, so breadth is the only way to make it walk far.
    CHECK(event(Event::Batch, [&](FlatBufferBuilder& fbb) {
              const auto body = CreateDelete(fbb, 1).Union();
              const auto one = CreateEntry(fbb, 1, 0, 1, 0, EntryBody::Delete, body);
              const std::vector<flatbuffers::Offset<Entry>> entries(500, one);
              const auto all = fbb.CreateVector(entries);
              return CreateBatch(fbb, 3, 1, 1, 1, 0, 0, 0, 0, all);
          }) == Wrong::Malformed);
}

TEST_CASE("numbers and structs that lie where they cannot be read are malformed", "[wire]") {
    // The Verifier looks at the alignment of a vector's length only.
    size_t taken = 0;
    for (const bool shifted : {false, true}) {
        FrameBuilder builder;
        auto& fbb = builder.fbb();
        if (shifted) {
            fbb.PushElement(uint32_t{0});
        }
        const ResumePoint point(3, 1, 1);
        constexpr size_t words = sizeof point / sizeof(uint32_t);
        fbb.StartVector(words, sizeof(uint32_t)); // aligned for words, not for what they make up
        for (size_t i = words; i > 0; --i) {
            uint32_t word = 0;
            std::memcpy(&word, reinterpret_cast<const uint8_t*>(&point) + (i - 1) * sizeof word,
                        sizeof word);
            fbb.PushElement(word);
        }
        const flatbuffers::Offset<flatbuffers::Vector<const ResumePoint*>> points =
            fbb.EndVector(1);
        const auto body = CreateResume(fbb, points).Union();
        const Bytes frame = builder.client(5, Command::Resume, body);
        const Wrong wrong = from_client(ByteVector(frame.begin(), frame.end()));
        CHECK((wrong == Wrong::Ok || wrong == Wrong::Malformed));
        taken += wrong == Wrong::Ok ? 1 : 0;
    }
    CHECK(taken == 1);
}

TEST_CASE("no terminator, misaligned, offset to itself, wrong identifier", "[wire]") {
    const ByteVector good = send_frame("hello world");
    REQUIRE(from_client(good) == Wrong::Ok);

    ByteVector bad = good;
    const std::string_view all(reinterpret_cast<const char*>(bad.data()), bad.size());
    bad[all.find("hello world") + 11] = '!';
    CHECK(from_client(bad) == Wrong::Malformed);

    bad = good;
    bad[0] = bad[1] = bad[2] = bad[3] = 0;
    CHECK(from_client(bad) == Wrong::Malformed);

    bad = good;
    bad[7] = '2';
    CHECK(from_client(bad) == Wrong::Malformed);
    CHECK(decode_server_frame(Exact(good).bytes(), Lane::Chat).error() == Wrong::Malformed);

    ByteVector shifted(good.size() + 8);
    for (const size_t by : {size_t{1}, size_t{2}, size_t{4}}) {
        std::copy(good.begin(), good.end(), shifted.begin() + static_cast<ptrdiff_t>(by));
        CHECK(decode_client_frame(Bytes(shifted).subspan(by, good.size()), Lane::Chat).error() ==
              Wrong::Malformed);
    }
    CHECK(decode_client_frame({}, Lane::Chat).error() == Wrong::Malformed);
}

TEST_CASE("a frame of small fields only is aligned where it was built", "[wire]") {
    FrameBuilder frame;
    for (size_t n = 0; n < 9; ++n) {
        auto& fbb = frame.fbb();
        const auto ticket = fbb.CreateString(std::string(n + 1, 't'));
        const Bytes client = frame.client(1, Command::Reauth, CreateReauth(fbb, ticket).Union());
        CHECK(reinterpret_cast<uintptr_t>(client.data()) % 8 == 0);
        CHECK(decode_client_frame(client, Lane::Control).ok());
        const auto bye = CreateGoodbye(frame.fbb(), wire::Error::Shutdown, 500).Union();
        const Bytes server = frame.server(0, Event::Goodbye, bye);
        CHECK(reinterpret_cast<uintptr_t>(server.data()) % 8 == 0);
        CHECK(decode_server_frame(server, Lane::Control).ok());
    }
}

TEST_CASE("text that is not UTF-8 is an encoding error everywhere", "[wire]") {
    for (const std::string& bad : {std::string("\xC0\xAF"), std::string("a\xED\xA0\x80"),
                                   std::string("a\0b", 3), std::string("\xFF")}) {
        CHECK(send(bad) == Wrong::Encoding);
        CHECK(command(Command::Join, [&](auto& fbb) {
                  const auto name = fbb.CreateString(bad);
                  return CreateJoin(fbb, RoomKind::Team, name);
              }) == Wrong::Encoding);
        CHECK(command(Command::Join, [&](auto& fbb) {
                  const auto name = fbb.CreateString(bad);
                  return CreateJoin(fbb, RoomKind::Direct, name, 4);
              }) == Wrong::Encoding);
        CHECK(command(Command::SetCard, [&](auto& fbb) {
                  const auto text = fbb.CreateString(bad);
                  const auto field = CreateCardField(fbb, 1, 0, text);
                  const auto fields = fbb.CreateVector(&field, 1);
                  return CreateSetCard(fbb, 1, 1, fields);
              }) == Wrong::Encoding);
        CHECK(batch({.lines = {line(0, 0, static_cast<uint16_t>(bad.size()))}, .text = bad}) ==
              Wrong::Encoding);
        CHECK(event(Event::Users, [&](auto& fbb) {
                  const auto name = fbb.CreateString(bad);
                  const auto user = CreateUser(fbb, 1, name);
                  const auto users = fbb.CreateVector(&user, 1);
                  return CreateUsers(fbb, users);
              }) == Wrong::Encoding);
    }
}

TEST_CASE("a text too long for any room passes to who can say TooLong", "[wire]") {
    CHECK(send(std::string(8193, 'x')) == Wrong::Ok);
    CHECK(send("") == Wrong::Ok); // answered Empty
    const std::string longest(limits::chat_frame_bytes_max, 'x');
    CHECK(send(longest) == Wrong::Malformed);
    CHECK(command(Command::Send, [](auto& fbb) { return CreateSend(fbb, 3, 9); }) ==
          Wrong::Malformed);
}

TEST_CASE("a frame has the size of its lane at most", "[wire]") {
    const auto sized = [](size_t bytes) {
        size_t text = bytes - 100;
        ByteVector frame = send_frame(std::string(text, 'x'));
        while (frame.size() < bytes) {
            frame = send_frame(std::string(++text, 'x'));
        }
        return frame;
    };
    const ByteVector fits = sized(limits::state_frame_bytes_max - 8);
    CHECK(fits.size() <= limits::state_frame_bytes_max);
    CHECK(from_client(fits, Lane::State) == Wrong::Ok);
    const ByteVector over = sized(limits::state_frame_bytes_max + 1);
    CHECK(from_client(over, Lane::State) == Wrong::Malformed);
    CHECK(from_client(over, Lane::Chat) == Wrong::Ok);
}

TEST_CASE("spans lie on borders of code points and inside their text", "[wire]") {
    const std::string text = "aé€😀"; // borders at 0 1 3 6 10
    CHECK(send(text, {bold(0, 10)}) == Wrong::Ok);
    CHECK(send(text, {bold(1, 2), bold(3, 3), bold(6, 4)}) == Wrong::Ok);
    CHECK(send(text, {bold(0, 11)}) == Wrong::Malformed);
    CHECK(send(text, {bold(10, 0)}) == Wrong::Malformed);
    CHECK(send(text, {bold(2, 1)}) == Wrong::Malformed);
    CHECK(send(text, {bold(0, 2)}) == Wrong::Malformed);
    CHECK(send(text, {bold(6, 3)}) == Wrong::Malformed);
    CHECK(send(text, {bold(11, 1)}) == Wrong::Malformed);
    CHECK(send(text, {bold(0, 1, 1)}) == Wrong::Malformed); // there is one line only
    CHECK(send(text, {Span(5, 0, 1, 0, SpanKind::Mention, 0)}) == Wrong::Ok);
    CHECK(send(text, {Span(0, 0, 1, 0, SpanKind::Mention, 0)}) == Wrong::Malformed);
    CHECK(send(text, {Span(5, 0, 1, 0, SpanKind::Bold, 0)}) == Wrong::Malformed);
    CHECK(send(text, std::vector<Span>(limits::spans_max, bold(0, 1))) == Wrong::Ok);
    CHECK(send(text, std::vector<Span>(limits::spans_max + 1, bold(0, 1))) == Wrong::Malformed);
}

TEST_CASE("a batch's lines lie inside its text", "[wire]") {
    CHECK(batch({.lines = {line(0, 0, 4)}, .text = "abcd"}) == Wrong::Ok);
    CHECK(batch({.lines = {line(0, 1, 4)}, .text = "abcd"}) == Wrong::Malformed);
    CHECK(batch({.lines = {line(0, 4, 1)}, .text = "abcd"}) == Wrong::Malformed);
    CHECK(batch({.lines = {line(0, 0xFFFFFFFF, 4)}, .text = "abcd"}) == Wrong::Malformed);
    CHECK(batch({.lines = {line(0, 0, 0)}, .text = "abcd"}) == Wrong::Malformed);
    CHECK(batch({.lines = {line(0, 0, 1)}}) == Wrong::Malformed);
    CHECK(batch({.lines = {line(0, 1, 1)}, .text = "aé"}) == Wrong::Encoding);
    const std::string blob(limits::text_bytes_max + 1, 'x');
    CHECK(batch({.lines = {line(0, 0, limits::text_bytes_max)}, .text = blob}) == Wrong::Ok);
    CHECK(batch({.lines = {line(0, 0, limits::text_bytes_max + 1)}, .text = blob}) ==
          Wrong::Malformed);
}

TEST_CASE("a batch's seqs ascend inside what it covers", "[wire]") {
    const std::string text = "abcd";
    const auto with = [&](std::vector<Line> lines, std::vector<uint64_t> entries) {
        return batch({.lines = std::move(lines), .text = text, .entries = std::move(entries)});
    };
    CHECK(with({line(0, 0, 1), line(10, 0, 1)}, {}) == Wrong::Ok);
    CHECK(with({line(11, 0, 1)}, {}) == Wrong::Malformed);
    CHECK(with({line(1, 0, 1), line(1, 0, 1)}, {}) == Wrong::Malformed);
    CHECK(with({line(2, 0, 1), line(1, 0, 1)}, {}) == Wrong::Malformed);
    CHECK(with({}, {10, 20}) == Wrong::Ok);
    CHECK(with({}, {9}) == Wrong::Malformed);
    CHECK(with({}, {21}) == Wrong::Malformed);
    CHECK(with({}, {12, 12}) == Wrong::Malformed);
    CHECK(with({}, {12, 11}) == Wrong::Malformed);
    CHECK(with({line(1, 0, 1), line(3, 0, 1)}, {10, 12, 14}) == Wrong::Ok);
    CHECK(with({line(1, 0, 1)}, {11}) == Wrong::Malformed);
    CHECK(batch({.from = 5, .to = 4}) == Wrong::Ok); // covers nothing
    CHECK(batch({.from = 5, .to = 3}) == Wrong::Malformed);
    CHECK(batch({.from = 5, .to = 4, .lines = {line(0, 0, 1)}, .text = text}) == Wrong::Malformed);
    CHECK(batch({.from = 0, .to = 4, .lines = {line(0, 0, 1)}, .text = text}) == Wrong::Malformed);
    CHECK(batch({.from = 1, .to = UINT64_MAX}) == Wrong::Malformed);
    CHECK(batch({.room = 0}) == Wrong::Malformed);
    CHECK(batch({.base_ms = -1}) == Wrong::Malformed);
    CHECK(batch({.base_ms = INT64_MAX}) == Wrong::Malformed);
}

TEST_CASE("a Resume names each room once, ascending", "[wire][hostile]") {
    const auto resume = [](const std::vector<ResumePoint>& points) {
        return command(Command::Resume, [&](auto& fbb) {
            return CreateResume(fbb, fbb.CreateVectorOfStructs(points));
        });
    };
    CHECK(resume({{1, 2, 3}, {2, 2, 3}}) == Wrong::Ok);
    CHECK(resume({{2, 2, 3}, {1, 2, 3}}) == Wrong::Malformed);
    CHECK(resume({{1, 2, 3}, {1, 2, 4}}) == Wrong::Malformed);
    CHECK(resume({{0, 2, 3}, {1, 2, 3}}) == Wrong::Malformed);
}

TEST_CASE("counts are held at their limits", "[wire]") {
    const auto resume = [](size_t count) {
        return command(Command::Resume, [&](auto& fbb) {
            std::vector<ResumePoint> points;
            for (size_t i = 0; i < count; ++i) {
                points.emplace_back(i + 1, 2, 3);
            }
            return CreateResume(fbb, fbb.CreateVectorOfStructs(points));
        });
    };
    CHECK(resume(0) == Wrong::Malformed);
    CHECK(resume(1) == Wrong::Ok);
    CHECK(resume(limits::rooms_per_user_max) == Wrong::Ok);
    CHECK(resume(limits::rooms_per_user_max + 1) == Wrong::Malformed);
    const auto users = [](size_t count, uint64_t id) {
        return command(Command::FetchUsers, [&](auto& fbb) {
            return CreateFetchUsers(fbb, fbb.CreateVector(std::vector<uint64_t>(count, id)));
        });
    };
    CHECK(users(0, 1) == Wrong::Malformed);
    CHECK(users(limits::users_query_max, 1) == Wrong::Ok);
    CHECK(users(limits::users_query_max + 1, 1) == Wrong::Malformed);
    CHECK(users(1, 0) == Wrong::Malformed);
    const auto blocks = [](size_t count, uint64_t id) {
        return event(Event::Blocks, [&](auto& fbb) {
            return CreateBlocks(fbb, fbb.CreateVector(std::vector<uint64_t>(count, id)));
        });
    };
    CHECK(blocks(0, 1) == Wrong::Ok);
    CHECK(blocks(limits::blocks_per_user_max, 1) == Wrong::Ok);
    CHECK(blocks(limits::blocks_per_user_max + 1, 1) == Wrong::Malformed);
    CHECK(blocks(1, 0) == Wrong::Malformed);
    const auto card = [](size_t count) {
        return command(Command::SetCard, [&](auto& fbb) {
            std::vector<flatbuffers::Offset<CardField>> fields;
            for (size_t i = 0; i < count; ++i) {
                fields.push_back(CreateCardField(fbb, static_cast<uint16_t>(i + 1)));
            }
            const auto all = fbb.CreateVector(fields);
            return CreateSetCard(fbb, 1, 1, all);
        });
    };
    CHECK(card(limits::card_fields_max) == Wrong::Ok);
    CHECK(card(limits::card_fields_max + 1) == Wrong::Malformed);
    const auto presence = [](size_t params, size_t token_bytes, size_t param_bytes) {
        return command(Command::SetPresence, [&](auto& fbb) {
            const auto token = fbb.CreateString(std::string(token_bytes, 't'));
            const auto all = fbb.CreateVectorOfStrings(
                std::vector<std::string>(params, std::string(param_bytes, 'p')));
            return CreateSetPresence(fbb,
                                     CreatePresence(fbb, 0, PresenceState::Online, token, all));
        });
    };
    CHECK(presence(4, 32, 64) == Wrong::Ok);
    CHECK(presence(5, 32, 64) == Wrong::Malformed);
    CHECK(presence(4, 33, 64) == Wrong::Malformed);
    CHECK(presence(4, 32, 65) == Wrong::Malformed);
    const auto join = [](size_t bytes) {
        return command(Command::Join, [&](auto& fbb) {
            const auto name = fbb.CreateString(std::string(bytes, 'n'));
            return CreateJoin(fbb, RoomKind::Team, name);
        });
    };
    CHECK(join(0) == Wrong::Malformed);
    CHECK(join(64) == Wrong::Ok);
    CHECK(join(65) == Wrong::Malformed);
    const auto reauth = [](size_t bytes) {
        return command(Command::Reauth, [&](auto& fbb) {
            return CreateReauth(fbb, fbb.CreateString(std::string(bytes, 't')));
        });
    };
    CHECK(reauth(2048) == Wrong::Ok);
    CHECK(reauth(2049) == Wrong::Malformed);
}

TEST_CASE("a command that names nothing is malformed", "[wire]") {
    CHECK(command(Command::Leave, [](auto& fbb) { return CreateLeave(fbb, 0); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Block, [](auto& fbb) { return CreateBlock(fbb, 0, true); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Typing, [](auto& fbb) { return CreateTyping(fbb, 0); }) ==
          Wrong::Malformed);
    CHECK(command(Command::SetPresence, [](auto& fbb) { return CreateSetPresence(fbb); }) ==
          Wrong::Malformed);
    CHECK(command(Command::SetCard, [](auto& fbb) { return CreateSetCard(fbb, 1, 0); }) ==
          Wrong::Malformed);
    CHECK(command(Command::FetchCard, [](auto& fbb) { return CreateFetchCard(fbb, 0, 0, 1); }) ==
          Wrong::Malformed);
    CHECK(command(Command::FetchCard, [](auto& fbb) { return CreateFetchCard(fbb, 1, 1, 1); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Fetch, [](auto& fbb) { return CreateFetch(fbb, 1, 0, 0, 9); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Fetch, [](auto& fbb) { return CreateFetch(fbb, 1, 5, 5, 9); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Join, [](auto& fbb) { return CreateJoin(fbb, RoomKind::Direct); }) ==
          Wrong::Malformed);
    CHECK(command(Command::Grant, [](auto& fbb) {
              const auto name = fbb.CreateString("n");
              return CreateGrant(fbb, RoomKind::Team, name);
          }) == Wrong::Malformed);
    CHECK(command(Command::Reauth, [](auto& fbb) { return CreateReauth(fbb); }) ==
          Wrong::Malformed);
    CHECK(event(Event::Ready, [](auto& fbb) { return CreateReady(fbb, 1); }) == Wrong::Malformed);
}
