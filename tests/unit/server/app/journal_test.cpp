// journal_test.cpp: what is masked, what bounds the file. Whole conversations are in
// tests/integration/journal_test.cpp.
#include "server/app/journal.hpp"

#include "tests/support/catch.hpp"

#include <filesystem>

#include "schemas/text/utf8.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;

namespace {

// One to four bytes a letter, with the blanks that sanitising keeps.
constexpr std::string_view secret = "meet\nat d\xC3\xA4mmerung \xE6\x9D\xB1 \xF0\x9F\x8C\x99";

Input send_input(std::string_view text) {
    wire::FrameBuilder builder;
    flatbuffers::FlatBufferBuilder& fbb = builder.fbb();
    const auto words = fbb.CreateString(text.data(), text.size());
    const auto body = wire::CreateSend(fbb, 1, 2, 0, words);
    const Bytes frame = builder.client(3, wire::Command::Send, body.Union());
    Input input;
    input.at_ms = 5;
    input.body = CommandReceived{SessionId{7}, Lane::Chat, ByteVector(frame.begin(), frame.end())};
    return input;
}

std::string sent_text(const Input& input) {
    const auto& command = std::get<CommandReceived>(input.body);
    const auto decoded = wire::decode_client_frame(command.frame, command.lane);
    REQUIRE(decoded.ok());
    return std::string(wire::view(decoded.value()->body_as_Send()->text()));
}

void check_mask(const std::string& text) {
    CHECK(text.size() == secret.size());
    CHECK(text::valid_utf8(text));
    CHECK(text::count_code_points(text) == text::count_code_points(secret));
    CHECK(text.find("meet") == std::string::npos);
    CHECK(text.find('\n') == secret.find('\n'));
    CHECK(text.find("\xE6\x9D\xB1") == std::string::npos);
}

} // namespace

TEST_CASE("a masked message has the same lengths and none of the letters", "[journal]") {
    const Input input = send_input(secret);
    check_mask(sent_text(masked(input)));
    CHECK(sent_text(input) == secret);
}

TEST_CASE("texts of cards and parameters of presences are masked, numbers and tokens stay",
          "[journal]") {
    wire::FrameBuilder builder;
    const auto masked_frame = [&](wire::Command type, flatbuffers::Offset<void> body) {
        const Bytes frame = builder.client(3, type, body);
        Input input;
        input.body =
            CommandReceived{SessionId{7}, Lane::Chat, ByteVector(frame.begin(), frame.end())};
        return std::get<CommandReceived>(masked(input).body).frame;
    };
    const auto decoded = [](const ByteVector& frame) -> const wire::ClientFrame& {
        const auto result = wire::decode_client_frame(frame, Lane::Chat);
        REQUIRE(result.ok());
        return *result.value();
    };
    const auto fields_of_card = [&] {
        flatbuffers::FlatBufferBuilder& fbb = builder.fbb();
        const auto words = fbb.CreateString(secret.data(), secret.size());
        return fbb.CreateVector(std::vector{wire::CreateCardField(fbb, 1, 4711),
                                            wire::CreateCardField(fbb, 2, 0, words)});
    };
    const auto check_fields = [](const auto* fields) {
        CHECK(fields->Get(0)->number() == 4711);
        check_mask(std::string(wire::view(fields->Get(1)->text())));
    };

    auto fields = fields_of_card();
    const ByteVector set = masked_frame(wire::Command::SetCard,
                                        wire::CreateSetCard(builder.fbb(), 1, 1, fields).Union());
    check_fields(decoded(set).body_as_SetCard()->fields());

    fields = fields_of_card();
    const ByteVector update = masked_frame(
        wire::Command::UpdateCard, wire::CreateUpdateCard(builder.fbb(), 1, 1, fields).Union());
    check_fields(decoded(update).body_as_UpdateCard()->fields());

    flatbuffers::FlatBufferBuilder& fbb = builder.fbb();
    const auto token = fbb.CreateString("in_match");
    const auto params =
        fbb.CreateVector(std::vector{fbb.CreateString(secret.data(), secret.size())});
    const auto said = wire::CreatePresence(fbb, 0, wire::PresenceState::Online, token, params, 0);
    const ByteVector presence =
        masked_frame(wire::Command::SetPresence, wire::CreateSetPresence(fbb, said).Union());
    const wire::Presence* kept = decoded(presence).body_as_SetPresence()->presence();
    CHECK(wire::view(kept->token()) == "in_match");
    check_mask(std::string(wire::view(kept->params()->Get(0))));
}

TEST_CASE("what comes back from the store is masked too", "[journal]") {
    LogEntry entry;
    entry.kind = EntryKind::Message;
    entry.body = wire::store_message(secret, {}, 0);
    RoomLoaded loaded;
    loaded.tail = {entry};
    EntriesFetched fetched;
    fetched.entries = {entry};
    entry.kind = EntryKind::Edit; // of whatever table: nothing of it is kept
    fetched.entries.push_back(entry);
    Input input;
    input.body = StoreAnswered{{loaded, fetched}};

    const Input copy = masked(input);
    const auto& answers = std::get<StoreAnswered>(copy.body).answers;
    for (const LogEntry& kept : {std::get<RoomLoaded>(answers[0]).tail[0],
                                 std::get<EntriesFetched>(answers[1]).entries[0]}) {
        const auto message = wire::read_message(*kept.body);
        REQUIRE(message.ok());
        check_mask(std::string(wire::view(message.value()->text())));
    }
    for (const uint8_t byte : *std::get<EntriesFetched>(answers[1]).entries[1].body) {
        CHECK(byte == 0);
    }
}

TEST_CASE("a journal ends before its bound and still replays", "[journal]") {
    test::Folder folder;
    const std::string path = folder.file("journal");
    std::string message;
    JournalHead head;
    constexpr int64_t bytes_max = 4096;
    {
        auto journal = Journal::create(path, head, bytes_max, Log(), message);
        INFO(message);
        REQUIRE(journal.ok());
        for (int i = 0; i < 1000; ++i) {
            (*journal)->input(send_input(secret));
        }
    }
    const auto size = static_cast<int64_t>(std::filesystem::file_size(path));
    CHECK(size <= bytes_max);
    CHECK(size > bytes_max / 2);
    const auto replayed = replay(path, message);
    INFO(message);
    REQUIRE(replayed.ok());
    CHECK_FALSE(replayed->cut_short);
    CHECK(replayed->inputs > 10);
}

TEST_CASE("the effect hash depends on every field and on the order", "[journal]") {
    const auto hash = [](const Effects& effects) {
        EffectHash value;
        value.add(effects);
        return value.value();
    };
    const CloseSession one{SessionId{1}, Error::Slow, 0};
    const CloseSession two{SessionId{2}, Error::Slow, 0};
    CHECK(hash({one, two}) == hash({one, two}));
    CHECK(hash({one, two}) != hash({two, one}));
    CHECK(hash({one}) != hash({CloseSession{SessionId{1}, Error::Flood, 0}}));
    CHECK(hash({one}) != hash({CloseSession{SessionId{1}, Error::Slow, 1}}));
    CHECK(hash({one}) != hash({Admit{SessionId{1}, Error::Slow, 0}}));
}
