// match.hpp: the rules of Arena: two teams of four on a round harbour, one flag in the middle;
// carry it to your own dock. Pure: fixed steps, seeded chance, no drawing, no chat.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace arena {

struct Vec {
    float x = 0;
    float y = 0;
};
inline Vec operator+(Vec a, Vec b) {
    return {a.x + b.x, a.y + b.y};
}
inline Vec operator-(Vec a, Vec b) {
    return {a.x - b.x, a.y - b.y};
}
inline Vec operator*(Vec a, float k) {
    return {a.x * k, a.y * k};
}
float length(Vec v);
Vec normal(Vec v); // zero stays zero

enum class Team : uint8_t { Teal = 0, Coral = 1 };

inline constexpr float arena_radius = 420; // world units; the middle is (0, 0)
inline constexpr float dock_radius = 62;
inline constexpr float player_radius = 16;
inline constexpr float step_s = 1.0f / 60;
inline constexpr float respawn_s = 8;
inline constexpr float match_s = 300;
inline constexpr float tag_range = 40;
inline constexpr int flag_score_max = 5;

struct Player {
    std::string name;
    Team team = Team::Teal;
    Vec at;
    Vec velocity;
    Vec facing{1, 0};
    Vec wish; // from input or bot, length <= 1
    bool wants_tag = false;
    bool human = false;
    float down_s = 0; // > 0: out, until it has run down
    float tag_ready_s = 0;
    float flash_s = 0;
    std::array<Vec, 12> trail{};
    bool alive() const { return down_s <= 0; }
};

enum class HappeningKind : uint8_t { Picked, Dropped, Scored, Tagged, RoundOver };
struct Happening {
    HappeningKind kind{};
    size_t player = 0;
    size_t other = 0;
};

struct Spark {
    Vec at, velocity;
    float left_s = 0;
    Team team{};
};

class Match {
public:
    explicit Match(uint64_t seed);

    size_t add(std::string name, Team team, bool human);
    // One step of step_s. What happened is in happenings() until the next step.
    void step();

    const std::vector<Player>& players() const { return players_; }
    Player& player(size_t index) { return players_[index]; }
    const std::vector<Happening>& happenings() const { return happenings_; }
    const std::vector<Spark>& sparks() const { return sparks_; }
    Vec flag() const;
    std::optional<size_t> carrier() const { return carrier_; }
    // How far the carrier is on the way to his dock, 0..1; 0 when nobody carries.
    float flag_way() const;
    int score(Team team) const { return score_[static_cast<size_t>(team)]; }
    float left_s() const { return left_s_; }
    float time_s() const { return time_s_; }
    static Vec dock(Team team);

private:
    uint64_t chance();
    float chance01();
    void start_round();
    void think(size_t index);
    void move(Player& player);
    void tag(size_t index);
    void burst(Vec at, Team team, int count);

    uint64_t random_;
    std::vector<Player> players_;
    std::vector<Happening> happenings_;
    std::vector<Spark> sparks_;
    std::optional<size_t> carrier_;
    Vec flag_{0, 0};
    std::array<int, 2> score_{};
    float left_s_ = match_s;
    float time_s_ = 0;
};

} // namespace arena
