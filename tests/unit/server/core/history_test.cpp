// history_test.cpp: history: pages both ways, resume with and without a gap, read marks, and whose
// entries are whose.
#include "tests/support/core_harness.hpp"

#include <map>

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

constexpr size_t many = limits::resume_entries_max + 50;

// A guild in which one may write as fast as one likes.
CoreOptions fast() {
    CoreOptions options;
    options.tiers[5].pace_burst = 10'000;
    options.log_bytes_per_s = 1'000'000'000;
    return options;
}

void talk(CoreHarness& world, SessionId session, RoomId room, size_t first, size_t last) {
    for (size_t i = first; i <= last; ++i) {
        world.send(session, room, std::to_string(i));
        if (i % 50 == 0) {
            world.now_ms += 1000; // no flood
            world.settle();
        }
    }
    world.settle();
}

const wire::Batch* page_of(CoreHarness& world, SessionId session, uint32_t request) {
    const auto answers = world.with_request(session, request);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].lane == Lane::Bulk);
    const auto* batch = answers[0].as<wire::Batch>(wire::Event::Batch);
    REQUIRE(batch != nullptr);
    return batch;
}

Texts numbers(size_t first, size_t last) {
    Texts texts;
    for (size_t i = first; i <= last; ++i) {
        texts.push_back(std::to_string(i));
    }
    return texts;
}

struct Talked {
    CoreHarness world{fast()};
    SessionId ann = world.connect("ann", {guild("g")});
    SessionId bob = world.connect("bob", {guild("g")});
    RoomId room = world.room_id(guild("g"));

    explicit Talked(size_t lines) { talk(world, ann, room, 1, lines); }

    uint64_t incarnation() const { return world.disk->room(room)->meta.incarnation; }
    const wire::Batch* fetch(Seq before, Seq after, uint16_t count) {
        const uint32_t request = world.fetch(bob, room, before, after, count);
        world.settle();
        last_request = request;
        return page_of(world, bob, request);
    }
    Texts texts() { return world.texts(bob, room, last_request); }
    uint32_t last_request = 0;
};

} // namespace

TEST_CASE("a page backwards is the newest before a seq, from memory or from the store",
          "[core][history]") {
    Talked t(many);
    const auto* newest = t.fetch(many + 1, 0, 20);
    CHECK(t.texts() == numbers(many - 19, many));
    CHECK(newest->from_seq() == many - 19);
    CHECK(newest->to_seq() == many);
    CHECK(newest->more());
    REQUIRE(newest->authors() != nullptr);
    CHECK(wire::view(newest->authors()->Get(0)->name()) == "ann");

    const auto* old = t.fetch(31, 0, 20); // long gone from the tail
    CHECK(t.texts() == numbers(11, 30));
    CHECK(old->more());
    const auto* first = t.fetch(11, 0, 20);
    CHECK(t.texts() == numbers(1, 10));
    CHECK(first->from_seq() == 1);
    CHECK(first->to_seq() == 10);
    CHECK_FALSE(first->more());
}

TEST_CASE("a page forwards is the oldest after a seq", "[core][history]") {
    Talked t(many);
    const auto* old = t.fetch(0, 10, 20);
    CHECK(t.texts() == numbers(11, 30));
    CHECK(old->from_seq() == 11);
    CHECK(old->to_seq() == 30);
    CHECK(old->more());
    const auto* last = t.fetch(0, many - 5, 20);
    CHECK(t.texts() == numbers(many - 4, many));
    CHECK(last->to_seq() == many);
    CHECK_FALSE(last->more());
}

TEST_CASE("a request for everything gets fifty", "[core][history][hostile]") {
    Talked t(100);
    t.fetch(UINT64_MAX, 0, 65535);
    CHECK(t.texts() == numbers(51, 100));
    t.fetch(0, 1, 65535);
    CHECK(t.texts() == numbers(2, 51));
    t.fetch(101, 0, 0); // no count: a page
    CHECK(t.texts().size() == limits::page_entries_max);
    const auto* beyond = t.fetch(0, UINT64_MAX, 50);
    CHECK(t.texts().empty());
    CHECK(beyond->from_seq() == beyond->to_seq() + 1);
    const auto* before = t.fetch(1, 0, 50);
    CHECK(t.texts().empty());
    CHECK_FALSE(before->more());
}

TEST_CASE("a page of long messages is cut to size and says that there is more", "[core][history]") {
    CoreOptions options = fast();
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {guild("g")});
    const RoomId room = world.room_id(guild("g"));
    for (int i = 0; i < 50; ++i) {
        world.now_ms += 100;
        world.run_send(ann, room, std::string(1000, static_cast<char>('a' + i % 26)));
    }
    uint32_t request = world.fetch(ann, room, 51, 0, 50);
    const auto* back = page_of(world, ann, request);
    CHECK(back->more());
    CHECK(back->to_seq() == 50);
    CHECK(back->from_seq() > 30);
    const size_t back_bytes = world.with_request(ann, request)[0].bytes->size();
    CHECK(back_bytes <= limits::page_bytes_max); // full, and not more
    CHECK(back_bytes + 1100 > limits::page_bytes_max);
    CHECK(world.texts(ann, room, request).size() == 51 - back->from_seq());
    request = world.fetch(ann, room, 0, 1, 50);
    const auto* forth = page_of(world, ann, request);
    CHECK(forth->more());
    CHECK(forth->from_seq() == 2);
    CHECK(world.texts(ann, room, request).size() == forth->to_seq() - 1);
    // One after the other they give the whole.
    Seq before = 51;
    size_t total = 0;
    for (int pages = 0; before > 1; ++pages) {
        REQUIRE(pages < 20);
        request = world.fetch(ann, room, before, 0, 50);
        world.settle();
        total += world.texts(ann, room, request).size();
        before = page_of(world, ann, request)->from_seq();
    }
    CHECK(total == 50);
}

TEST_CASE("a fetch that the store fails is told, and one that finds its asker gone is not",
          "[core][history]") {
    Talked t(many);
    const uint32_t failing = t.world.fetch(t.bob, t.room, 20, 0, 10);
    t.world.commit(CommitFault::Unreadable);
    CHECK(t.world.reply(t.bob, failing).error == Error::StoreUnavailable);
    const uint32_t leaving = t.world.fetch(t.bob, t.room, 20, 0, 10);
    t.world.leave(t.bob, t.room);
    t.world.settle();
    CHECK(t.world.reply(t.bob, leaving).error == Error::NotMember);
    CHECK(t.world.texts(t.bob, t.room, leaving).empty());
}

TEST_CASE("resume gives what was missed, in order and once, from memory or from the store",
          "[core][history]") {
    Talked t(400);
    for (const Seq have : {Seq{390}, Seq{20}}) {
        t.world.forget_heard();
        const uint32_t request =
            t.world.resume(t.bob, {wire::ResumePoint(raw(t.room), t.incarnation(), have)});
        t.world.settle();
        CHECK(t.world.reply(t.bob, request).error == Error::Ok);
        CHECK(t.world.texts(t.bob, t.room) == numbers(have + 1, 400));
        Seq next = have + 1;
        for (const auto* batch : t.world.events<wire::Batch>(t.bob, wire::Event::Batch)) {
            CHECK(batch->from_seq() == next);
            next = batch->to_seq() + 1;
        }
        CHECK(next == 401);
        CHECK(t.world.events<wire::Gap>(t.bob, wire::Event::Gap).empty());
    }
}

TEST_CASE("resume of one who is level sends nothing but the reply", "[core][history]") {
    Talked t(10);
    t.world.forget_heard();
    for (const Seq have : {Seq{10}, Seq{5000}}) {
        const uint32_t request =
            t.world.resume(t.bob, {wire::ResumePoint(raw(t.room), t.incarnation(), have)});
        CHECK(t.world.reply(t.bob, request).error == Error::Ok);
    }
    CHECK(t.world.heard(t.bob).size() == 2);
}

TEST_CASE("resume from too far is a gap and the newest page", "[core][history]") {
    Talked t(many);
    t.world.forget_heard();
    const uint32_t at_border = t.world.resume(
        t.bob,
        {wire::ResumePoint(raw(t.room), t.incarnation(), many - limits::resume_entries_max)});
    t.world.settle();
    CHECK(t.world.reply(t.bob, at_border).error == Error::Ok);
    CHECK(t.world.events<wire::Gap>(t.bob, wire::Event::Gap).empty());
    CHECK(t.world.texts(t.bob, t.room).size() == limits::resume_entries_max);

    t.world.forget_heard();
    t.world.resume(t.bob, {wire::ResumePoint(raw(t.room), t.incarnation(),
                                             many - limits::resume_entries_max - 1)});
    t.world.settle();
    const auto gaps = t.world.events<wire::Gap>(t.bob, wire::Event::Gap);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0]->from_seq() == many - limits::resume_entries_max);
    CHECK(gaps[0]->to_seq() == many - limits::page_entries_max);
    CHECK(t.world.texts(t.bob, t.room) == numbers(many - limits::page_entries_max + 1, many));
}

TEST_CASE("another incarnation is a gap from the start", "[core][history]") {
    Talked t(10);
    t.world.forget_heard();
    t.world.resume(t.bob, {wire::ResumePoint(raw(t.room), t.incarnation() + 1, 7)});
    const auto gaps = t.world.events<wire::Gap>(t.bob, wire::Event::Gap);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0]->incarnation() == t.incarnation());
    CHECK(gaps[0]->from_seq() == 1);
    CHECK(gaps[0]->to_seq() == 0);
    CHECK(t.world.texts(t.bob, t.room) == numbers(1, 10));
}

TEST_CASE("resume after leaving and coming back covers what one may not read", "[core][history]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const Seq had = world.disk->room(room)->meta.last_seq;
    world.leave(bob, room);
    world.settle();
    world.run_send(ann, room, "not for bob");
    REQUIRE(world.run_join(bob, wire::RoomKind::Party, "p1").error == Error::Ok);
    const auto after = world.run_send(ann, room, "for bob");
    world.forget_heard();
    world.resume(bob,
                 {wire::ResumePoint(raw(room), world.disk->room(room)->meta.incarnation, had)});
    CHECK(world.texts(bob, room) == Texts{"for bob"});
    Seq next = had + 1;
    for (const auto* batch : world.events<wire::Batch>(bob, wire::Event::Batch)) {
        CHECK(batch->from_seq() == next);
        next = batch->to_seq() + 1;
    }
    CHECK(next == after.seq + 1);
}

TEST_CASE("resume of many rooms is one reply, and one request at the store at a time",
          "[core][history]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {guild("a"), guild("b"), guild("c")});
    std::vector<wire::ResumePoint> points;
    for (const char* name : {"a", "b", "c"}) {
        const RoomId room = world.room_id(guild(name));
        talk(world, ann, room, 1, 300);
        points.emplace_back(raw(room), world.disk->room(room)->meta.incarnation, 0);
    }
    world.forget_heard();
    const uint32_t request = world.resume(ann, points);
    CHECK(world.asked.size() == 1);
    world.settle();
    CHECK(world.reply(ann, request).error == Error::Ok);
    for (const char* name : {"a", "b", "c"}) {
        CHECK(world.texts(ann, world.room_id(guild(name))) == numbers(1, 300));
    }
    const uint32_t failing = world.resume(ann, points);
    world.commit(CommitFault::Unreadable);
    CHECK(world.reply(ann, failing).error == Error::StoreUnavailable);
}

TEST_CASE("read marks are stored, never go back, and make the unread count", "[core][history]") {
    Talked t(30);
    const auto mark = [&](Seq seq) {
        return t.world.run(t.bob, wire::Command::Mark, [&](auto& fbb) {
            return wire::CreateMark(fbb, raw(t.room), seq).Union();
        });
    };
    const auto unread = [&] {
        t.world.step(Lagging{t.bob}); // RoomState comes again after it
        t.world.step(Drained{t.bob});
        return t.world.room_state(t.bob, t.room)->unread();
    };
    CHECK(unread() == 30);
    CHECK(mark(20).seq == 20);
    CHECK(unread() == 10);
    CHECK(mark(10).seq == 20);
    CHECK(t.world.disk->member(t.room, t.world.user_id("bob"))->read_seq == 20);
    CHECK(mark(UINT64_MAX >> 2).seq == 30);
    CHECK(unread() == 0);
    t.world.run_send(t.bob, t.room, "mine does not count");
    CHECK(unread() == 0);
    talk(t.world, t.ann, t.room, 1, 150);
    CHECK(unread() == 100);
}

TEST_CASE("a read mark that the store fails is not a read mark", "[core][history]") {
    Talked t(5);
    const uint32_t request = t.world.command(t.bob, wire::Command::Mark, [&](auto& fbb) {
        return wire::CreateMark(fbb, raw(t.room), 5).Union();
    });
    t.world.commit(CommitFault::Fails);
    CHECK(t.world.reply(t.bob, request).error == Error::StoreUnavailable);
    t.world.step(Lagging{t.bob});
    t.world.step(Drained{t.bob});
    CHECK(t.world.room_state(t.bob, t.room)->unread() == 5);
}

TEST_CASE("a session has one Resume at a time", "[core][history][hostile]") {
    Talked t(300);
    t.world.forget_heard();
    const std::vector<wire::ResumePoint> all = {wire::ResumePoint(raw(t.room), t.incarnation(), 0)};
    const uint32_t first = t.world.resume(t.bob, all);
    REQUIRE(t.world.asked.size() == 1);
    const uint32_t second = t.world.resume(t.bob, all);
    CHECK(t.world.asked.size() == 1);
    CHECK(t.world.reply(t.bob, second).error == Error::Busy);
    CHECK(t.world.reply(t.bob, second).retry_after_ms > 0);
    t.world.settle();
    CHECK(t.world.reply(t.bob, first).error == Error::Ok);
    const uint32_t failing = t.world.resume(t.bob, all);
    t.world.commit(CommitFault::Unreadable);
    CHECK(t.world.reply(t.bob, failing).error == Error::StoreUnavailable);
    const uint32_t third = t.world.resume(t.bob, all);
    t.world.settle();
    CHECK(t.world.reply(t.bob, third).error == Error::Ok);
}

TEST_CASE("answers of the past have a rate, and what was refused comes later",
          "[core][history][hostile]") {
    CoreHarness world(fast());
    const SessionId ann = world.connect("ann", {guild("g")});
    const RoomId room = world.room_id(guild("g"));
    for (int i = 0; i < 50; ++i) {
        world.now_ms += 100;
        world.run_send(ann, room, std::string(1000, 'a'));
    }
    world.forget_heard();
    const uint64_t incarnation = world.disk->room(room)->meta.incarnation;
    const std::vector<wire::ResumePoint> all = {wire::ResumePoint(raw(room), incarnation, 0)};
    uint32_t last = 0;
    int rounds = 0;
    do {
        REQUIRE(++rounds < 40);
        last = world.resume(ann, all);
        world.settle();
    } while (world.reply(ann, last).error == Error::Ok);
    size_t bytes = 0;
    for (const auto& frame : world.heard(ann)) {
        bytes += frame.bytes->size();
    }
    CHECK(bytes >= limits::answers_bytes_at_once);
    CHECK(bytes < limits::answers_bytes_at_once + 64 * 1024);
    CHECK(world.reply(ann, last).error == Error::Busy);
    const uint32_t wait_ms = world.reply(ann, last).retry_after_ms;
    REQUIRE(wait_ms > 0);
    const auto refused = [&](uint32_t request) {
        world.settle();
        return world.reply(ann, request).error == Error::Busy;
    };
    CHECK(refused(world.fetch(ann, room, 51, 0, 50)));
    CHECK(refused(world.command(ann, wire::Command::FetchMembers, [&](auto& fbb) {
        return wire::CreateFetchMembers(fbb, raw(room), 0, 0).Union();
    })));
    CHECK(refused(world.command(ann, wire::Command::FetchUsers, [&](auto& fbb) {
        const std::vector<uint64_t> ids = {raw(world.user_id("ann"))};
        return wire::CreateFetchUsers(fbb, fbb.CreateVector(ids)).Union();
    })));
    world.tick(wait_ms);
    page_of(world, ann, world.fetch(ann, room, 51, 0, 50));
}

TEST_CASE("a Resume that is more than one may be told now ends with Busy, and goes on later",
          "[core][history][hostile]") {
    CoreHarness world(fast());
    std::vector<RoomClaim> rooms;
    for (int i = 0; i < 12; ++i) {
        rooms.push_back(guild("g" + std::to_string(i)));
    }
    const SessionId ann = world.connect("ann", rooms);
    std::vector<wire::ResumePoint> points;
    for (const RoomClaim& claim : rooms) {
        const RoomId room = world.room_id(claim);
        for (int i = 0; i < 40; ++i) {
            world.now_ms += 100;
            world.run_send(ann, room, std::string(1000, 'a'));
        }
        points.emplace_back(raw(room), world.disk->room(room)->meta.incarnation, 0);
    }
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.room() < b.room(); });
    world.forget_heard();
    std::map<uint64_t, Seq> told; // up to where
    Error ended = Error::Busy;
    for (int rounds = 0; ended == Error::Busy; ++rounds) {
        REQUIRE(rounds < 12);
        const uint32_t request = world.resume(ann, points);
        world.settle();
        ended = world.reply(ann, request).error;
        CHECK((rounds != 0 || ended == Error::Busy));
        for (const auto* batch : world.events<wire::Batch>(ann, wire::Event::Batch)) {
            told[batch->room()] = std::max(told[batch->room()], batch->to_seq());
        }
        std::vector<wire::ResumePoint> left;
        for (const wire::ResumePoint& point : points) {
            if (told[point.room()] < 40) {
                left.emplace_back(point.room(), point.incarnation(), told[point.room()]);
            }
        }
        points = left;
        const uint32_t wait_ms = world.reply(ann, request).retry_after_ms;
        world.tick(std::max<TimeMs>(wait_ms, limits::resume_patience_ms));
    }
    CHECK(ended == Error::Ok);
    CHECK(points.empty());
    CHECK(told.size() == rooms.size());
}

TEST_CASE("a Resume of one room's long lines is told in parts that his line can hold, and loses "
          "nothing",
          "[core][history][hostile]") {
    const bool evicted = GENERATE(false, true);
    CoreOptions options = fast();
    options.tiers[5].text_code_points_max = limits::text_code_points_max;
    CoreHarness world(options);
    const Claims anns = claims_of("ann", {guild("g")});
    SessionId ann = world.connect(anns);
    const RoomId room = world.room_id(guild("g"));
    std::string longest;
    for (size_t i = 0; i < limits::text_code_points_max; ++i) {
        longest += "\U0001F600";
    }
    constexpr Seq lines = 200;
    for (Seq i = 0; i < lines; ++i) {
        world.now_ms += 100;
        REQUIRE(world.run_send(ann, room, longest).error == Error::Ok);
    }
    if (evicted) { // or the newest are in memory, and a part comes from there
        world.step(SessionClosed{ann, Error::ConnectionLost});
        world.tick(limits::room_evict_idle_ms);
        ann = world.connect(anns);
    }
    const uint64_t incarnation = world.disk->room(room)->meta.incarnation;
    Seq has = 0;
    Error ended = Error::Busy;
    int rounds = 0;
    while (ended == Error::Busy) {
        REQUIRE(++rounds < 20);
        world.forget_heard();
        const uint32_t request =
            world.resume(ann, {wire::ResumePoint(raw(room), incarnation, has)});
        world.settle();
        size_t bytes = 0;
        for (const auto& frame : world.heard(ann)) {
            bytes += frame.bytes->size();
        }
        CHECK(bytes <= limits::answers_bytes_at_once + limits::chat_frame_bytes_max);
        CHECK(bytes >= longest.size());
        // The answer comes behind what it is about.
        CHECK(world.heard(ann).back().frame->request() == request);
        CHECK(world.heard(ann).back().lane == Lane::Bulk);
        for (const auto* batch : world.events<wire::Batch>(ann, wire::Event::Batch)) {
            CHECK(batch->from_seq() == has + 1);
            has = batch->to_seq();
        }
        ended = world.reply(ann, request).error;
        const uint32_t wait_ms = world.reply(ann, request).retry_after_ms;
        CHECK((wait_ms > 0) == (ended == Error::Busy));
        world.tick(std::max<TimeMs>(wait_ms, limits::resume_patience_ms));
    }
    CHECK(ended == Error::Ok);
    CHECK(has == lines);
    CHECK(world.events<wire::Gap>(ann, wire::Event::Gap).empty());
    CHECK(rounds > 5);
}

TEST_CASE("a Gap whose newest page is long lines is one Gap, and the rest of the page comes later",
          "[core][history][hostile]") {
    CoreOptions options = fast();
    options.tiers[5].text_code_points_max = limits::text_code_points_max;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {guild("g")});
    const RoomId room = world.room_id(guild("g"));
    std::string longest;
    for (size_t i = 0; i < limits::text_code_points_max; ++i) {
        longest += "\U0001F600";
    }
    for (int i = 0; i < 32; ++i) {
        world.now_ms += 100;
        world.run_send(ann, room, longest);
    }
    const uint64_t incarnation = world.disk->room(room)->meta.incarnation;
    // Most of what he may be told is spent before.
    for (int i = 0; i < 20; ++i) {
        world.fetch(ann, room, 33, 0, 1);
        world.settle();
    }
    world.forget_heard();
    wire::ResumePoint point(raw(room), incarnation + 1, 7);
    uint32_t request = world.resume(ann, {point});
    REQUIRE(world.reply(ann, request).error == Error::Busy);
    const auto gaps = world.events<wire::Gap>(ann, wire::Event::Gap);
    REQUIRE(gaps.size() == 1);
    Seq has = gaps[0]->to_seq();
    const auto follow = [&] {
        for (const auto* batch : world.events<wire::Batch>(ann, wire::Event::Batch)) {
            CHECK(batch->from_seq() == has + 1);
            has = batch->to_seq();
        }
    };
    follow();
    CHECK(has < 32);
    world.tick(world.reply(ann, request).retry_after_ms + 2000);
    world.forget_heard();
    request = world.resume(ann, {wire::ResumePoint(raw(room), incarnation, has)});
    world.settle();
    CHECK(world.reply(ann, request).error == Error::Ok);
    follow();
    CHECK(has == 32);
    CHECK(world.events<wire::Gap>(ann, wire::Event::Gap).empty());
}
