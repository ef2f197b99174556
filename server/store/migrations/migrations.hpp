// migrations.hpp: every step from an empty database to today's schema, in order. Step n brings a
// database from version n - 1 to n, in one transaction with the row that says so.
#pragma once

#include <array>

#include "server/store/migrations/0001_first.hpp"
#include "server/store/migrations/0002_revoked.hpp"
#include "server/store/migrations/0003_seen.hpp"
#include "server/store/migrations/0004_blocks.hpp"

namespace parley::migrations {

inline constexpr std::array<const char*, 4> all = {first, revoked, seen, blocks};

} // namespace parley::migrations
