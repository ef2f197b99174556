// heard.cpp: see heard.hpp.
#include "tests/perf/heard.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>

#include "schemas/base/random.hpp"

namespace parley::bench {
namespace {

constexpr size_t author_digits = 5;
constexpr size_t number_digits = 8;
constexpr size_t time_digits = 16;
constexpr size_t stamp_bytes = author_digits + 1 + number_digits + 1 + time_digits;
// Not one sentence for all: what a shard packs would be smaller than people's lines are.
constexpr std::string_view words[] = {
    "two",    "north",   "bridge", "wait",   "before",  "left",     "wall",   "stairs", "flag",
    "room",   "who",     "comes",  "with",   "me",      "to",       "the",    "gate",   "boss",
    "half",   "health",  "heal",   "please", "ammo",    "roof",     "sniper", "behind", "you",
    "push",   "now",     "back",   "point",  "lost",    "take",     "it",     "again",  "later",
    "sorry",  "wrong",   "chat",   "nice",   "shot",    "thanks",   "lol",    "really", "how",
    "many",   "coins",   "for",    "that",   "sword",   "selling",  "buying", "iron",   "wood",
    "river",  "castle",  "door",   "key",    "has",     "somebody", "seen",   "my",     "horse",
    "quest",  "reward",  "level",  "grats",  "welcome", "friend",   "invite", "full",   "party",
    "guild",  "tonight", "eight",  "clock",  "raid",    "healer",   "tank",   "ready",  "go",
    "stop",   "run",     "jump",   "swim",   "cave",    "dragon",   "fire",   "ice",    "storm",
    "potion", "mana",    "empty",  "bag",    "trade",   "market",   "cheap",  "gold",   "tower",
    "east",   "west",    "south",  "hill",   "mine",    "dark",     "light",  "torch",  "rope"};

template <typename Number>
bool parse_digits(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

std::string line_text(const LineStamp& stamp, size_t text_bytes) {
    char head[stamp_bytes + 1];
    std::snprintf(head, sizeof head, "%05zu %08u %016lld", stamp.author, stamp.number,
                  static_cast<long long>(stamp.said_us));
    std::string text = head;
    Random random(uint64_t{stamp.author} << 32 | stamp.number); // the same line each time
    while (text.size() < text_bytes) {
        text += ' ';
        text += words[random.below(std::size(words))];
    }
    text.resize(text_bytes);
    // A text that ends in a space would be trimmed on its way.
    if (text.back() == ' ') {
        text.back() = '.';
    }
    return text;
}

bool parse_line(std::string_view text, LineStamp& stamp) {
    return text.size() >= stamp_bytes &&
           parse_digits(text.substr(0, author_digits), stamp.author) &&
           parse_digits(text.substr(author_digits + 1, number_digits), stamp.number) &&
           parse_digits(text.substr(author_digits + 1 + number_digits + 1, time_digits),
                        stamp.said_us);
}

Heard::Heard(const Plan& plan) : plan_(plan), next_(plan.players * plan.room_members) {
    latencies_ms_.reserve(1 << 20);
}

void Heard::line(size_t player, std::string_view text, int64_t now_us) {
    LineStamp stamp;
    if (text.size() != plan_.text_bytes || !parse_line(text, stamp) ||
        stamp.author >= plan_.players) {
        failed(player, "heard a line that nobody said");
        return;
    }
    if (plan_.room_of(stamp.author) != plan_.room_of(player)) {
        failed(player, "heard a line of another room");
        return;
    }
    if (plan_.blocks(player, stamp.author)) {
        failed(player, "heard one whom he blocks");
        return;
    }
    uint32_t& next = next_[player * plan_.room_members + stamp.author % plan_.room_members];
    // Of a busy room he hears some, and what is his own behind the others.
    if (stamp.number != next && !plan_.busy) {
        failed(player, "heard line " + std::to_string(stamp.number) + " of player " +
                           std::to_string(stamp.author) + " where " + std::to_string(next) +
                           " was to come");
        return;
    }
    next = std::max(next, stamp.number + 1);
    echoes_ += stamp.author == player ? 1 : 0;
    if (recording_) {
        ++deliveries_;
        latencies_ms_.push_back(static_cast<float>(now_us - stamp.said_us) / 1000);
    }
}

void Heard::failed(size_t player, std::string_view why) {
    if (failure_.empty()) {
        failure_ = "player " + std::to_string(player) + " " + std::string(why);
    }
}

} // namespace parley::bench
