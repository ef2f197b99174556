// store_mark.hpp: a small file beside the database, by which a start knows that there must be one,
// and which. The database counts its generations, one each time its write-ahead log begins anew;
// the mark has the last one that is in the database's own file. An older database, or another one,
// does not go with the log that lies there: together they would be neither.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace parley {

// Not beside the database's name, so that what removes parley.db* leaves it.
std::string mark_path(const std::string& database);

// 0: the mark says only that there is a database. Nothing: there is no mark.
std::optional<uint32_t> read_mark(const std::string& path);
// False: errno says why, and the mark is as it was.
bool write_mark(const std::string& path, uint32_t generation);

// Of the database's file as it lies there, without its log. 0: none.
uint32_t generation_in(const std::string& database);
// A mark may be behind: it is written after the database, and not synced.
bool fits(uint32_t mark, uint32_t generation);

} // namespace parley
