// cookie.hpp: proof that somebody receives at the address he sends from, kept by himself. The
// server remembers nothing but two keys. Pure: time comes in as an argument.
#pragma once

#include "schemas/link/datagram.hpp"

namespace parley {

class CookieJar {
public:
    explicit CookieJar(TimeMs steady_ms);

    Retry bake(const Address& from, const Hello& hello, TimeMs steady_ms);
    // False: none, another address, another app or ephemeral key, too old, or forged.
    bool good(const Address& from, const Hello& hello, TimeMs steady_ms);

private:
    void rotate(TimeMs steady_ms);
    static Cookie make(const SecretKey& key, const Address& from, const Hello& hello,
                       uint32_t cookie_at);

    SecretKey key_;
    SecretKey former_key_; // cookies baked just before a rotation still count
    TimeMs key_since_ms_;
};

} // namespace parley
