// admission.cpp: which tickets open a session here.
#include "server/net/admission.hpp"

#include "schemas/base/limits.hpp"
#include "server/auth/ticket.hpp"

namespace parley {

Result<Claims> Admission::verify(std::string_view ticket, const DeviceKey& device, TimeMs now_ms,
                                 std::string& why) const {
    Result<Claims> claims = auth::verify_ticket(keyring_, ticket, device, now_ms, &why);
    if (!claims.ok()) {
        return claims;
    }
    // A ticket may be presented again until reauth is due, counted from its first use, which was
    // not after its expiry.
    const TimeMs last_ms =
        1000 * (claims->expires_at_s + limits::ticket_skew_s) + limits::reauth_due_ms;
    if (now_ms > last_ms) {
        why = "the ticket expired long ago";
        return Error::TicketExpired;
    }
    return claims;
}

} // namespace parley
