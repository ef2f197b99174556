// store_lock.cpp: see store_lock.hpp.
#include "server/store/store_lock.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace parley {

StoreLock::~StoreLock() {
    for (const int file : {file_, folder_}) {
        if (file >= 0) {
            close(file);
        }
    }
}

Error StoreLock::take(const std::string& database, std::string& message) {
    const std::string lock_path = database + ".lock";
    file_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) {
        message = "the database " + database + " cannot be opened (" + std::strerror(errno) +
                  "); check that its folder exists and may be written";
        return Error::BadStore;
    }
    // The folder is locked as well: a lock file that is deleted and made again is another file.
    const std::filesystem::path folder = std::filesystem::path(database).parent_path();
    folder_ = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) {
        message = "the folder of the database " + database + " cannot be opened (" +
                  std::strerror(errno) + "); check that it may be read";
        return Error::BadStore;
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0 || flock(folder_, LOCK_EX | LOCK_NB) != 0) {
        message = "the database " + database +
                  " is in use by another shard; stop that one or choose another data folder";
        return Error::BadStore;
    }
    return Error::Ok;
}

} // namespace parley
