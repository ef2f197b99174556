// batch_test.cpp: what BatchWriter writes, decode accepts and BatchReader reads back, in the order
// of seq; and that the writer's count of bytes never says less than the truth.
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/batch_writer.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"

using namespace parley;
using namespace parley::wire;

namespace {

constexpr RoomId room{7};
constexpr TimeMs noon_ms = 1'700'000'000'000;

StoredEntry message_entry(Seq seq, const SharedFrame& body, TimeMs at_ms = noon_ms) {
    return {.seq = seq,
            .at_ms = at_ms,
            .author = UserId{3},
            .nonce = seq * 10,
            .kind = EntryBody::Message,
            .body = *body};
}

std::vector<BatchItem> items(const Batch& batch) {
    std::vector<BatchItem> all;
    for (BatchReader reader(batch); reader.next();) {
        all.push_back(reader.item());
    }
    return all;
}

const Batch& decoded(const SharedFrame& frame, Lane lane = Lane::Chat) {
    const Result<const ServerFrame*> root = decode_server_frame(*frame, lane);
    REQUIRE(root.error() == parley::Error::Ok);
    REQUIRE((*root)->body_type() == Event::Batch);
    return *(*root)->body_as_Batch();
}

} // namespace

TEST_CASE("lines and entries come back in the order of seq with all they carried", "[wire]") {
    const std::vector<Span> bold{Span(0, 0, 2, 0, SpanKind::Bold, 0),
                                 Span(9, 3, 5, 0, SpanKind::Mention, 0)};
    const SharedFrame plain = store_message("hi @zoe!", bold, 0);
    const SharedFrame quote = store_message("yes", {}, 5);
    const SharedFrame joined =
        store_membership(UserId{9}, "Zoë", UserFlags::Bot, MembershipChange::Joined);

    BatchWriter batch;
    batch.begin(room, 77);
    REQUIRE(batch.add(message_entry(5, plain)));
    REQUIRE(batch.add({.seq = 6,
                       .at_ms = noon_ms + 5,
                       .author = UserId{9},
                       .kind = EntryBody::Membership,
                       .body = *joined}));
    REQUIRE(batch.add(message_entry(7, quote, noon_ms + 6)));
    REQUIRE(batch.add(message_entry(8, plain, noon_ms + 7)));
    CHECK(batch.last_seq() == 8);
    batch.add_author(UserId{3}, "Kenji", UserFlags{});
    batch.cover(2, 10);
    const SharedFrame frame = batch.finish(42, true);

    const Batch& read = decoded(frame);
    CHECK(read.room() == raw(room));
    CHECK(read.incarnation() == 77);
    CHECK(read.from_seq() == 2);
    CHECK(read.to_seq() == 10);
    CHECK(read.more());
    CHECK(view(read.authors()->Get(0)->name()) == "Kenji");
    CHECK(read.lines()->size() == 2);
    CHECK(read.entries()->size() == 2);

    const auto all = items(read);
    REQUIRE(all.size() == 4);
    for (const size_t i : {size_t{0}, size_t{3}}) {
        CHECK(all[i].kind == BatchItem::Kind::Message);
        CHECK(all[i].text == "hi @zoe!");
        CHECK(all[i].author == UserId{3});
        CHECK(all[i].nonce == all[i].seq * 10);
        REQUIRE(all[i].spans.size() == 2);
        CHECK(all[i].spans[1].target() == 9);
        CHECK(all[i].spans[1].start() == 3);
        CHECK(all[i].spans[1].kind() == SpanKind::Mention);
        CHECK(all[i].changed_seq == all[i].seq);
    }
    CHECK(all[0].seq == 5);
    CHECK(all[0].at_ms == noon_ms);
    CHECK(all[3].seq == 8);
    CHECK(all[3].at_ms == noon_ms + 7);
    CHECK(all[1].kind == BatchItem::Kind::Membership);
    CHECK(all[1].entry->body_as_Membership()->change() == MembershipChange::Joined);
    CHECK(view(all[1].entry->body_as_Membership()->user()->name()) == "Zoë");
    CHECK(all[2].reply_to == 5);
    CHECK(all[2].text == "yes");
}

TEST_CASE("a batch without entries says what it covers", "[wire]") {
    BatchWriter batch;
    batch.begin(room, 1);
    batch.cover(1, 0); // a new room has nothing
    const SharedFrame none = batch.finish(9, false);
    CHECK(items(decoded(none)).empty());

    batch.begin(room, 1);
    batch.cover(4, 9); // all were another's
    const SharedFrame hidden = batch.finish(9, false);
    CHECK(items(decoded(hidden)).empty());
    CHECK(decoded(hidden).to_seq() == 9);
}

TEST_CASE("the writer's count of bytes is an upper bound, and close", "[wire]") {
    BatchWriter batch;
    batch.begin(room, 1);
    const std::vector<Span> one{Span(0, 0, 4, 0, SpanKind::Mono, 0)};
    for (Seq seq = 1; seq <= 40; ++seq) {
        const SharedFrame body =
            store_message(std::string(1 + seq * 7, 'x') + "long", one, seq % 3 == 0 ? 1 : 0);
        const StoredEntry entry = message_entry(seq, body);
        const size_t told = batch.bytes_with(entry);
        REQUIRE(batch.add(entry));
        CHECK(batch.bytes() <= told);
    }
    batch.add_author(UserId{3}, "Kenji", UserFlags{});
    const size_t told = batch.bytes();
    const SharedFrame frame = batch.finish(0, false);
    CHECK(frame->size() <= told);
    CHECK(frame->size() + 300 > told);
    CHECK(items(decoded(frame)).size() == 40);
}

TEST_CASE("a caller that asks first keeps each batch in a datagram", "[wire]") {
    const SharedFrame body = store_message("a line as people write them", {}, 0);
    BatchWriter batch;
    batch.begin(room, 1);
    size_t frames = 0;
    size_t read = 0;
    const auto flush = [&] {
        const SharedFrame frame = batch.finish(0, false);
        CHECK(frame->size() <= limits::batch_bytes_target);
        read += items(decoded(frame)).size();
        ++frames;
        batch.begin(room, 1);
    };
    for (Seq seq = 1; seq <= 100; ++seq) {
        const StoredEntry entry = message_entry(seq, body);
        if (!batch.empty() && batch.bytes_with(entry) > limits::batch_bytes_target) {
            flush();
        }
        REQUIRE(batch.add(entry));
    }
    flush();
    CHECK(read == 100);
    CHECK(frames <= 8);
}

TEST_CASE("a batch is full at 500 entries and can be finished", "[wire]") {
    const SharedFrame body = store_message("x", {}, 0);
    BatchWriter batch;
    batch.begin(room, 1);
    Seq seq = 1;
    for (; seq <= limits::batch_entries_max; ++seq) {
        REQUIRE(batch.add(message_entry(seq, body)));
    }
    CHECK(batch.add(message_entry(seq, body)).error() == parley::Error::Full);
    const SharedFrame frame = batch.finish(0, false);
    CHECK(items(decoded(frame, Lane::Bulk)).size() == limits::batch_entries_max);
}

TEST_CASE("tables run out before the verifier's budget does", "[wire]") {
    const SharedFrame body = store_membership(UserId{9}, "", UserFlags{}, MembershipChange::Left);
    BatchWriter batch;
    batch.begin(room, 1);
    Seq seq = 1;
    const auto entry = [&] {
        return StoredEntry{
            .seq = seq, .at_ms = noon_ms, .kind = EntryBody::Membership, .body = *body};
    };
    while (batch.add(entry())) {
        ++seq;
    }
    CHECK(batch.add(entry()).error() == parley::Error::Full);
    CHECK(seq > 100);
    const SharedFrame frame = batch.finish(0, false);
    CHECK(items(decoded(frame, Lane::Bulk)).size() == seq - 1);
}

TEST_CASE("a damaged body is refused and leaves the batch as it was", "[wire]") {
    const SharedFrame good = store_message("good", {}, 0);
    ByteVector bad = *good;
    bad[0] = 0xFF;
    BatchWriter batch;
    batch.begin(room, 1);
    REQUIRE(batch.add(message_entry(1, good)));
    StoredEntry damaged = message_entry(2, good);
    damaged.body = bad;
    CHECK(batch.add(damaged).error() == parley::Error::Malformed);
    REQUIRE(batch.add(message_entry(2, good)));
    const SharedFrame frame = batch.finish(0, false);
    CHECK(items(decoded(frame)).size() == 2);
}

TEST_CASE("stored bodies come back as they went in", "[wire]") {
    const std::vector<Span> marks{Span(0, 0, 1, 0, SpanKind::Italic, 0)};
    const SharedFrame message = store_message("æ", {}, 3);
    const SharedFrame marked = store_message("ab", marks, 0);
    REQUIRE(read_message(*message));
    CHECK(view((*read_message(*message))->text()) == "æ");
    CHECK((*read_message(*message))->reply_to() == 3);
    REQUIRE(read_message(*marked));
    CHECK((*read_message(*marked))->spans()->size() == 1);

    for (size_t size = 0; size < marked->size(); ++size) {
        ignore(read_message(Bytes(*marked).first(size)), "only must not crash");
    }
    CHECK(read_message(Bytes(*marked).subspan(1)).error() == parley::Error::Malformed);
    CHECK(read_membership(*marked).error() != parley::Error::Ok);
}

TEST_CASE("an entry that does not come after the last one is not taken", "[wire][hostile]") {
    const SharedFrame body = store_message("hi", {}, 0);
    const SharedFrame joined =
        store_membership(UserId{9}, "Zoe", UserFlags::Bot, MembershipChange::Joined);
    BatchWriter batch;
    batch.begin(room, 77);
    CHECK(batch.add(message_entry(0, body)).error() == parley::Error::Malformed);
    REQUIRE(batch.add(message_entry(5, body)));
    CHECK(batch.add(message_entry(5, body)).error() == parley::Error::Malformed);
    CHECK(batch.add(message_entry(4, body)).error() == parley::Error::Malformed);
    StoredEntry membership = message_entry(5, joined);
    membership.kind = EntryBody::Membership;
    CHECK(batch.add(membership).error() == parley::Error::Malformed);
    REQUIRE(batch.add(message_entry(6, body)));
    CHECK(items(decoded(batch.finish(0, false))).size() == 2);
}
