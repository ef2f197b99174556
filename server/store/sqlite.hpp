// sqlite.hpp: SQLite behind two small classes. A Database remembers the first error since it was
// last asked, so that a transaction is written as straight code and checked once, at its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "schemas/base/bytes.hpp"

namespace parley::sqlite {

// Owner: one thread.
class Database {
public:
    Database() = default;
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // False: failure() says why.
    bool open(const std::string& path, const char* vfs);

    // Runs statements that answer nothing. False and sticky on an error.
    bool run(const char* sql);

    void fail(int code);
    bool ok() const { return error_ == SQLITE_OK; }
    int error() const { return error_; }                    // extended code, of the first failure
    const std::string& failure() const { return failure_; } // SQLite's words, for the log
    void forgive();

    sqlite3* handle() const { return handle_; }

private:
    sqlite3* handle_ = nullptr;
    int error_ = SQLITE_OK;
    std::string failure_;
};

// One prepared statement, made at first use and kept. Binding and stepping after a failure of the
// database do nothing. Owner: the database's thread.
class Statement {
public:
    Statement(Database& database, const char* sql) : database_(database), sql_(sql) {}
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Forgets the last run and binds from 1 on. What is bound must live until the last step.
    template <typename... Values>
    Statement& with(const Values&... values) {
        int index = 0;
        if (begin()) {
            (bind(++index, values), ...);
        }
        return *this;
    }
    // The next row; false at the end, and on an error. The statement is reset then.
    bool step();
    // For statements that answer no row, and for leaving early.
    void finish();

    // Of the row, until the next step.
    int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    uint64_t id(int column) const { return static_cast<uint64_t>(number(column)); }
    std::string text(int column) const;
    Bytes blob(int column) const;

private:
    bool begin();
    void bind(int index, int64_t value);
    void bind(int index, uint64_t value) { bind(index, static_cast<int64_t>(value)); }
    void bind(int index, uint32_t value) { bind(index, static_cast<int64_t>(value)); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, Bytes value);

    Database& database_;
    const char* sql_;
    sqlite3_stmt* statement_ = nullptr;
};

} // namespace parley::sqlite
