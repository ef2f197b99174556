// store_lock.hpp: one program at a time serves a database or puts another in its place.
#pragma once

#include <string>

#include "schemas/base/error.hpp"

namespace parley {

// Owner: who took it.
class StoreLock {
public:
    StoreLock() = default;
    ~StoreLock(); // and with it the lock
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

    // Never waits. On an error message is one sentence, and how to mend it.
    Error take(const std::string& database, std::string& message);
    int file() const { return file_; } // it is left there, and must be his who serves

private:
    int file_ = -1;
    int folder_ = -1;
};

} // namespace parley
