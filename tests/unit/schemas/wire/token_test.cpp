// token_test.cpp: what a presence's token may be made of, on both ends and both ways.
#include "schemas/wire/token.hpp"

#include "tests/support/catch.hpp"

#include <string>

#include "schemas/wire/decode.hpp"
#include "schemas/wire/encode.hpp"

using namespace parley;
using namespace parley::wire;

namespace {

parley::Error told(std::string_view token) {
    FrameBuilder builder;
    auto& fbb = builder.fbb();
    const auto said = fbb.CreateString(token.data(), token.size());
    const auto presence = CreatePresence(fbb, 0, PresenceState::Online, said);
    const Bytes frame =
        builder.client(1, Command::SetPresence, CreateSetPresence(fbb, presence).Union());
    return decode_client_frame(frame, Lane::Control).error();
}

parley::Error heard(std::string_view token) {
    FrameBuilder builder;
    auto& fbb = builder.fbb();
    const auto said = fbb.CreateString(token.data(), token.size());
    const auto one = CreatePresence(fbb, 7, PresenceState::Online, said);
    const auto all = fbb.CreateVector(&one, 1);
    const Bytes frame = builder.server(0, Event::Presences, CreatePresences(fbb, all).Union());
    return decode_server_frame(frame, Lane::Control).error();
}

} // namespace

TEST_CASE("a token is of lower-case letters, digits and three marks, and nothing beside them",
          "[wire][hostile]") {
    const std::string good = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
    for (int value = 0; value < 256; ++value) {
        const char byte = static_cast<char>(value);
        const bool known = value != 0 && good.find(byte) != std::string::npos;
        INFO(value);
        CHECK(is_token(std::string_view(&byte, 1)) == known);
        CHECK((told(std::string_view(&byte, 1)) == parley::Error::Ok) == known);
        CHECK((heard(std::string_view(&byte, 1)) == parley::Error::Ok) == known);
    }
    CHECK(told("") == parley::Error::Ok);
    CHECK(told("in_match.ranked-2") == parley::Error::Ok);
    CHECK(told("in_match ") == parley::Error::Malformed);
    CHECK(heard("In") == parley::Error::Malformed);
}
