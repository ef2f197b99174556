// failing_disk.hpp: SQLite's own file system, but the nth write or sync from now on fails, once or
// for good. One per process; tests arm it and look what is left.
#pragma once

#include <memory>
#include <vector>

#include <sqlite3.h>

namespace parley::test {

class FailingDisk {
public:
    static constexpr const char* name = "parley_failing";

    FailingDisk() {
        sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
        vfs_ = *base;
        vfs_.zName = name;
        vfs_.pNext = nullptr;
        vfs_.xOpen = open;
        base_open() = base->xOpen;
        current() = this;
        sqlite3_vfs_register(&vfs_, 0);
    }
    ~FailingDisk() {
        sqlite3_vfs_unregister(&vfs_);
        current() = nullptr;
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

    // n = 1: the next operation. code is what SQLite is told.
    void arm(int n, int code, bool for_good) {
        left_ = n;
        code_ = code;
        for_good_ = for_good;
        failed_ = 0;
    }
    void disarm() { left_ = 0; }
    int failed() const { return failed_; }

private:
    using Open = int (*)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*);
    struct Methods {
        sqlite3_io_methods hooked; // first: the file's pMethods points here
        const sqlite3_io_methods* base;
    };

    static FailingDisk*& current() {
        static FailingDisk* disk = nullptr;
        return disk;
    }
    static Open& base_open() {
        static Open function = nullptr;
        return function;
    }
    static const sqlite3_io_methods* base(sqlite3_file* file) {
        return reinterpret_cast<const Methods*>(file->pMethods)->base;
    }
    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
        const int code = base_open()(vfs, path, file, flags, out);
        if (code == SQLITE_OK && file->pMethods != nullptr) {
            auto methods = std::make_unique<Methods>();
            methods->hooked = *file->pMethods;
            methods->base = file->pMethods;
            methods->hooked.xWrite = write;
            methods->hooked.xSync = sync;
            file->pMethods = &methods->hooked;
            current()->methods_.push_back(std::move(methods));
        }
        return code;
    }
    static int write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 at) {
        const int code = current()->next(SQLITE_IOERR_WRITE);
        return code == SQLITE_OK ? base(file)->xWrite(file, data, bytes, at) : code;
    }
    static int sync(sqlite3_file* file, int flags) {
        const int code = current()->next(SQLITE_IOERR_FSYNC);
        return code == SQLITE_OK ? base(file)->xSync(file, flags) : code;
    }
    int next(int default_code) {
        if (left_ == 0 || (left_ > 1 && --left_ > 0)) {
            return SQLITE_OK;
        }
        ++failed_;
        if (!for_good_) {
            left_ = 0;
        }
        return code_ == SQLITE_IOERR ? default_code : code_;
    }

    sqlite3_vfs vfs_{};
    std::vector<std::unique_ptr<Methods>> methods_;
    int left_ = 0;
    int code_ = SQLITE_IOERR;
    bool for_good_ = false;
    int failed_ = 0;
};

} // namespace parley::test
