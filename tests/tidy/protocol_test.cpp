// protocol_test.cpp: docs/protocol.md's tables are what the code does. Reads the document's tables
// by their heading and compares every row, both ways.
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

#include "schemas/base/error.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"
#include "tests/support/markdown_table.hpp"

namespace {

using parley::test::Row;
using parley::test::Table;

// The first columns of the document against the code's.
void compare(const std::string& heading, const Table& code) {
    Table document = parley::test::table_of("docs/protocol.md", heading);
    for (Row& row : document) {
        row.resize(code.front().size());
    }
    CHECK(document == code);
}

std::string number(long long value) {
    return std::to_string(value);
}

} // namespace

TEST_CASE("the document's lanes are the code's", "[protocol]") {
    using parley::Lane;
    const std::pair<const char*, Lane> lanes[] = {
        {"Control", Lane::Control}, {"Chat", Lane::Chat}, {"Crowd", Lane::Crowd},
        {"State", Lane::State},     {"Bulk", Lane::Bulk}, {"Voice", Lane::Voice}};
    REQUIRE(std::size(lanes) == parley::lane_count);
    Table code;
    for (const auto& [name, lane] : lanes) {
        const char* delivery[] = {"reliable", "newest", "unsequenced"};
        code.push_back({name, number(static_cast<int>(lane)),
                        delivery[static_cast<size_t>(parley::lane_delivery(lane))],
                        number(static_cast<long long>(parley::lane_frame_bytes_max(lane)))});
    }
    compare("Lanes", code);
}

TEST_CASE("the document's commands and events are the schema's", "[protocol]") {
    Table commands;
    for (const auto command : parley::wire::EnumValuesCommand()) {
        if (command != parley::wire::Command::NONE) {
            commands.push_back(
                {number(static_cast<int>(command)), parley::wire::EnumNameCommand(command)});
        }
    }
    compare("Commands", commands);
    Table events;
    for (const auto event : parley::wire::EnumValuesEvent()) {
        if (event != parley::wire::Event::NONE) {
            events.push_back({number(static_cast<int>(event)), parley::wire::EnumNameEvent(event)});
        }
    }
    compare("Events", events);
}

TEST_CASE("the document's errors are the code's, with their sentences", "[protocol]") {
    Table code;
#define PARLEY_ERROR_ROW(name, value, sentence) code.push_back({#name, number(value), sentence});
    PARLEY_ERRORS(PARLEY_ERROR_ROW)
#undef PARLEY_ERROR_ROW
    compare("Errors", code);
}

TEST_CASE("the document's room kinds are the code's", "[protocol]") {
    Table code;
    for (const auto kind : parley::wire::EnumValuesRoomKind()) {
        if (kind != parley::wire::RoomKind::None) {
            const auto& tier = parley::limits::tiers[static_cast<size_t>(kind)];
            code.push_back({parley::wire::EnumNameRoomKind(kind), number(static_cast<int>(kind)),
                            number(tier.text_code_points_max), number(tier.pace_burst),
                            number(tier.pace_period_ms), number(tier.members_max)});
        }
    }
    compare("Room kinds", code);
}

TEST_CASE("the document's limits are the code's", "[protocol]") {
    namespace limits = parley::limits;
    Table code;
#define PARLEY_LIMIT_ROW(name) code.push_back({#name, number(static_cast<long long>(limits::name))})
    PARLEY_LIMIT_ROW(hello_bytes);
    PARLEY_LIMIT_ROW(ticket_bytes_max);
    PARLEY_LIMIT_ROW(text_bytes_max);
    PARLEY_LIMIT_ROW(text_lines_max);
    PARLEY_LIMIT_ROW(spans_max);
    PARLEY_LIMIT_ROW(name_code_points_max);
    PARLEY_LIMIT_ROW(rooms_per_user_max);
    PARLEY_LIMIT_ROW(page_entries_max);
    PARLEY_LIMIT_ROW(resume_entries_max);
    PARLEY_LIMIT_ROW(batch_bytes_target);
    PARLEY_LIMIT_ROW(frames_per_s_max);
    PARLEY_LIMIT_ROW(frame_bytes_per_s_max);
    PARLEY_LIMIT_ROW(malformed_frames_max);
    PARLEY_LIMIT_ROW(sessions_per_user_max);
    PARLEY_LIMIT_ROW(peer_queue_bytes_max);
    PARLEY_LIMIT_ROW(peer_queue_ms_max);
    PARLEY_LIMIT_ROW(card_fields_max);
    PARLEY_LIMIT_ROW(card_bytes_max);
    PARLEY_LIMIT_ROW(cards_per_room_max);
    PARLEY_LIMIT_ROW(outbox_messages_max);
    PARLEY_LIMIT_ROW(blocks_per_user_max);
#undef PARLEY_LIMIT_ROW
    compare("Limits", code);
}
