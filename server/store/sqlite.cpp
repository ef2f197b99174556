// sqlite.cpp: SQLite behind two small classes.
#include "server/store/sqlite.hpp"

namespace parley::sqlite {

Database::~Database() {
    // Statements are gone by now (they are declared after their database), so this cannot be busy.
    sqlite3_close(handle_);
}

bool Database::open(const std::string& path, const char* vfs) {
    const int code = sqlite3_open_v2(path.c_str(), &handle_,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                         SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                     vfs);
    if (code != SQLITE_OK) {
        fail(code);
    }
    return ok();
}

bool Database::run(const char* sql) {
    if (!ok()) {
        return false;
    }
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
    return ok();
}

void Database::fail(int code) {
    if (ok()) {
        error_ = code;
        failure_ = handle_ != nullptr && sqlite3_extended_errcode(handle_) == code
                       ? sqlite3_errmsg(handle_)
                       : sqlite3_errstr(code);
    }
}

void Database::forgive() {
    error_ = SQLITE_OK;
    failure_.clear();
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

bool Statement::begin() {
    if (!database_.ok()) {
        return false;
    }
    if (statement_ == nullptr) {
        const int code = sqlite3_prepare_v3(database_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT,
                                            &statement_, nullptr);
        if (code != SQLITE_OK) {
            database_.fail(code);
        }
    } else {
        sqlite3_reset(statement_); // its error, if any, was said by step()
    }
    return database_.ok();
}

bool Statement::step() {
    if (!database_.ok()) {
        finish();
        return false;
    }
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        database_.fail(code);
    }
    finish();
    return false;
}

void Statement::finish() {
    if (statement_ != nullptr) {
        sqlite3_reset(statement_); // its error, if any, was said by step()
    }
}

std::string Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const int bytes = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string() : std::string(data, static_cast<size_t>(bytes));
}

Bytes Statement::blob(int column) const {
    const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
    const int bytes = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? Bytes() : Bytes(data, static_cast<size_t>(bytes));
}

void Statement::bind(int index, int64_t value) {
    const int code = sqlite3_bind_int64(statement_, index, value);
    if (code != SQLITE_OK) {
        database_.fail(code);
    }
}

void Statement::bind(int index, std::string_view value) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* data = value.data() == nullptr ? "" : value.data();
    const int code =
        sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) {
        database_.fail(code);
    }
}

void Statement::bind(int index, Bytes value) {
    const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
    const int code = sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) {
        database_.fail(code);
    }
}

} // namespace parley::sqlite
