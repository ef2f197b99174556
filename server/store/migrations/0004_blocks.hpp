// 0004_blocks.hpp: who wants to hear nothing of whom.
#pragma once

namespace parley::migrations {

inline constexpr const char* blocks = R"sql(
CREATE TABLE blocks(
    user INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    PRIMARY KEY(user, blocked)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace parley::migrations
