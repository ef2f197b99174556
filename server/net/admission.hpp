// admission.hpp: which tickets open a session here. Pure; immutable, so that all net threads share
// one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "schemas/base/ids.hpp"
#include "schemas/base/result.hpp"
#include "server/auth/claims.hpp"
#include "server/auth/keyring.hpp"

namespace parley {

class Admission {
public:
    explicit Admission(auth::Keyring keyring) : keyring_(std::move(keyring)) {}

    // Everything but expiry and reuse, which the store judges, since it knows what was used before.
    // But a ticket so old that no store remembers it is refused here, before it costs a commit. why
    // gets a sentence for the log.
    Result<Claims> verify(std::string_view ticket, const DeviceKey& device, TimeMs now_ms,
                          std::string& why) const;

private:
    const auth::Keyring keyring_;
};

} // namespace parley
