// result.hpp: a value or an Error, never dropped in silence. (std::expected is C++23; we build
// with g++ 12 and clang 14.)
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "schemas/base/check.hpp"
#include "schemas/base/error.hpp"

namespace parley {

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, error) {
        PARLEY_ASSERT(error != Error::Ok);
    }

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    Error error() const { return ok() ? Error::Ok : *std::get_if<1>(&state_); }

    // Only after ok(): anything else is a bug of the caller.
    T& value() & {
        PARLEY_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        PARLEY_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        PARLEY_ASSERT(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(error) {}
    bool ok() const { return error_ == Error::Ok; }
    explicit operator bool() const { return ok(); }
    Error error() const { return error_; }

private:
    Error error_ = Error::Ok;
};

// Says in the code that an error is dropped on purpose, and why.
template <typename T>
void ignore(const Result<T>&, const char* /*why*/) {}
// The same of a call that says only whether it succeeded.
inline void ignore(bool /*succeeded*/, const char* /*why*/) {}

} // namespace parley
