// cookie.cpp: see cookie.hpp.
#include "schemas/link/cookie.hpp"

namespace parley {

static_assert(limits::cookie_age_ms_max <= limits::cookie_key_ms,
              "else a cookie could outlive the former key");

CookieJar::CookieJar(TimeMs steady_ms) : key_since_ms_(steady_ms) {
    randombytes_buf(key_.data(), key_.size());
    randombytes_buf(former_key_.data(), former_key_.size());
}

void CookieJar::rotate(TimeMs steady_ms) {
    if (steady_ms - key_since_ms_ >= limits::cookie_key_ms) {
        former_key_ = key_;
        randombytes_buf(key_.data(), key_.size());
        key_since_ms_ = steady_ms;
    }
}

Cookie CookieJar::make(const SecretKey& key, const Address& from, const Hello& hello,
                       uint32_t cookie_at) {
    ByteVector covered;
    ByteWriter out(covered);
    out.bytes(from.ip);
    out.number(from.port);
    out.number(cookie_at);
    out.number(hello.app_id);
    out.number(hello.client_id);
    out.bytes(hello.noise);
    Cookie cookie;
    crypto_generichash(cookie.data(), cookie.size(), covered.data(), covered.size(), key.data(),
                       key.size());
    return cookie;
}

Retry CookieJar::bake(const Address& from, const Hello& hello, TimeMs steady_ms) {
    rotate(steady_ms);
    Retry retry;
    retry.client_id = hello.client_id;
    retry.cookie_at = static_cast<uint32_t>(steady_ms); // wraps; only differences count
    retry.cookie = make(key_, from, hello, retry.cookie_at);
    return retry;
}

bool CookieJar::good(const Address& from, const Hello& hello, TimeMs steady_ms) {
    rotate(steady_ms);
    const uint32_t age_ms = static_cast<uint32_t>(steady_ms) - hello.cookie_at;
    if (age_ms > limits::cookie_age_ms_max) {
        return false;
    }
    for (const SecretKey* key : {&key_, &former_key_}) {
        const Cookie expected = make(*key, from, hello, hello.cookie_at);
        if (sodium_memcmp(expected.data(), hello.cookie.data(), expected.size()) == 0) {
            return true;
        }
    }
    return false;
}

} // namespace parley
