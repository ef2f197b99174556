// 0003_seen.hpp: the time at which the database was served last, as far as it was believed. A wall
// clock that is far beyond it at the next start removes nothing until it is believed.
#pragma once

namespace parley::migrations {

inline constexpr const char* seen = R"sql(
CREATE TABLE seen(at_ms INTEGER NOT NULL) STRICT;
INSERT INTO seen SELECT coalesce((SELECT at_ms FROM log ORDER BY id DESC LIMIT 1), 0);
)sql";

} // namespace parley::migrations
