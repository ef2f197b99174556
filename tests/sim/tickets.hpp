// tickets.hpp: the game's backend of a simulated world: it mints real tickets, and hands the shard
// its public key.
#pragma once

#include <memory>
#include <string>

#include "schemas/base/ids.hpp"
#include "server/auth/claims.hpp"
#include "server/net/admission.hpp"

namespace parley::sim {

inline constexpr const char* sim_issuer = "studio";

class TicketOffice {
public:
    TicketOffice();

    // issuer, id and times are the office's.
    std::string issue(Claims claims, const DeviceKey& device, TimeMs now_ms);
    std::shared_ptr<const Admission> admission() const { return admission_; }

private:
    uint64_t issued_ = 0;
    std::shared_ptr<const Admission> admission_;
};

} // namespace parley::sim
