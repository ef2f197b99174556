// match.cpp: one step of the match: bots think, players move, flags change hands.
#include "demo/arena/match.hpp"

#include <algorithm>
#include <cmath>

namespace arena {

float length(Vec v) {
    return std::sqrt(v.x * v.x + v.y * v.y);
}

Vec normal(Vec v) {
    const float l = length(v);
    return l > 0 ? v * (1 / l) : Vec{};
}

Match::Match(uint64_t seed) : random_(seed) {}

// splitmix64, as in any game that wants to repeat itself.
uint64_t Match::chance() {
    uint64_t z = (random_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

float Match::chance01() {
    return static_cast<float>(chance() >> 40) / static_cast<float>(1 << 24);
}

Vec Match::dock(Team team) {
    return {team == Team::Teal ? -arena_radius + 92 : arena_radius - 92, 0};
}

size_t Match::add(std::string name, Team team, bool human) {
    Player player;
    player.name = std::move(name);
    player.team = team;
    player.human = human;
    const auto rank = static_cast<float>(
        std::count_if(players_.begin(), players_.end(),
                      [team](const Player& other) { return other.team == team; }));
    player.at = dock(team) + Vec{0, (rank - 1.5f) * 46};
    player.facing = normal(Vec{} - player.at);
    player.trail.fill(player.at);
    players_.push_back(std::move(player));
    return players_.size() - 1;
}

void Match::start_round() {
    flag_ = {0, 0};
    carrier_.reset();
}

Vec Match::flag() const {
    return carrier_ ? players_[*carrier_].at : flag_;
}

float Match::flag_way() const {
    if (!carrier_) {
        return 0;
    }
    const Player& player = players_[*carrier_];
    const float whole = length(dock(player.team)) + 40;
    return std::clamp(1 - (length(dock(player.team) - player.at) - dock_radius) / whole, 0.0f,
                      1.0f);
}

void Match::burst(Vec at, Team team, int count) {
    for (int i = 0; i < count && sparks_.size() < 400; ++i) {
        const float angle = chance01() * 6.2832f;
        const float speed = 40 + 160 * chance01();
        sparks_.push_back({at,
                           {std::cos(angle) * speed, std::sin(angle) * speed},
                           0.35f + 0.4f * chance01(),
                           team});
    }
}

// A bot has one idea at a time: carry home, chase the carrier, guard its mate, or get the flag.
void Match::think(size_t index) {
    Player& player = players_[index];
    Vec goal = flag();
    if (carrier_ == index) {
        goal = dock(player.team);
        // Around the nearest opponent in the way.
        for (const Player& other : players_) {
            const Vec away = player.at - other.at;
            if (other.team != player.team && other.alive() && length(away) < 130) {
                goal = goal + normal(away) * 160;
            }
        }
    } else if (carrier_ && players_[*carrier_].team == player.team) {
        const float side = index % 2 == 0 ? 1.0f : -1.0f;
        const Vec way = normal(dock(player.team) - flag());
        goal = flag() + way * 60 + Vec{-way.y, way.x} * (70 * side);
    } else if (carrier_) {
        player.wants_tag = length(flag() - player.at) < tag_range;
        goal = flag() + players_[*carrier_].velocity * 0.35f;
    } else if (index % 4 == 3) {
        goal = dock(player.team) * 0.55f; // one stays back
    }
    const float sway = std::sin(time_s_ * 1.7f + static_cast<float>(index) * 2.1f);
    const Vec way = normal(goal - player.at);
    player.wish = normal(way + Vec{-way.y, way.x} * (0.35f * sway)) *
                  (length(goal - player.at) > 12 ? 1.0f : 0.2f);
    if (!carrier_ || players_[*carrier_].team == player.team) {
        player.wants_tag = false;
    }
}

void Match::move(Player& player) {
    const bool carries = carrier_ && &players_[*carrier_] == &player;
    const float speed = carries ? 118.0f : 150.0f;
    player.velocity = player.velocity * 0.86f + player.wish * (speed * 0.14f);
    if (length(player.velocity) > 12) {
        player.facing = normal(player.facing * 0.8f + normal(player.velocity) * 0.2f);
    }
    player.at = player.at + player.velocity * step_s;
    const float edge = arena_radius - player_radius;
    if (length(player.at) > edge) {
        player.at = normal(player.at) * edge;
    }
    for (Player& other : players_) {
        const Vec apart = player.at - other.at;
        const float gap = length(apart);
        if (&other != &player && other.alive() && gap < player_radius * 2 && gap > 0) {
            player.at = player.at + normal(apart) * ((player_radius * 2 - gap) * 0.5f);
        }
    }
}

void Match::tag(size_t index) {
    Player& player = players_[index];
    player.tag_ready_s = 0.9f;
    player.flash_s = 0.18f;
    for (size_t i = 0; i < players_.size(); ++i) {
        Player& other = players_[i];
        if (other.team == player.team || !other.alive() ||
            length(other.at - player.at) > tag_range) {
            continue;
        }
        if (carrier_ == i) {
            flag_ = other.at;
            carrier_.reset();
            happenings_.push_back({HappeningKind::Dropped, i, index});
        }
        other.down_s = respawn_s;
        burst(other.at, other.team, 18);
        happenings_.push_back({HappeningKind::Tagged, index, i});
        return;
    }
}

void Match::step() {
    happenings_.clear();
    time_s_ += step_s;
    left_s_ = std::max(0.0f, left_s_ - step_s);
    for (size_t i = 0; i < players_.size(); ++i) {
        Player& player = players_[i];
        player.tag_ready_s = std::max(0.0f, player.tag_ready_s - step_s);
        player.flash_s = std::max(0.0f, player.flash_s - step_s);
        if (!player.alive()) {
            player.down_s -= step_s;
            if (player.alive()) {
                player.down_s = 0;
                player.at = dock(player.team);
                player.velocity = {};
                player.trail.fill(player.at);
            }
            continue;
        }
        if (!player.human) {
            think(i);
        }
        move(player);
        if (player.wants_tag && player.tag_ready_s <= 0) {
            tag(i);
        }
        if (!carrier_ && length(player.at - flag_) < player_radius + 14) {
            carrier_ = i;
            happenings_.push_back({HappeningKind::Picked, i, i});
        }
        if (carrier_ == i && length(player.at - dock(player.team)) < dock_radius) {
            ++score_[static_cast<size_t>(player.team)];
            burst(player.at, player.team, 60);
            happenings_.push_back({HappeningKind::Scored, i, i});
            start_round();
        }
        std::rotate(player.trail.rbegin(), player.trail.rbegin() + 1, player.trail.rend());
        player.trail[0] = player.at;
    }
    for (Spark& spark : sparks_) {
        spark.left_s -= step_s;
        spark.at = spark.at + spark.velocity * step_s;
        spark.velocity = spark.velocity * 0.94f;
    }
    std::erase_if(sparks_, [](const Spark& spark) { return spark.left_s <= 0; });
    const bool decided =
        score(Team::Teal) >= flag_score_max || score(Team::Coral) >= flag_score_max;
    if (left_s_ <= 0 || decided) {
        happenings_.push_back({HappeningKind::RoundOver, 0, 0});
        score_ = {};
        left_s_ = match_s;
        start_round();
    }
}

} // namespace arena
