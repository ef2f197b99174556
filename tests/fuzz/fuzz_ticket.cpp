// fuzz_ticket.cpp: tickets of anybody. First byte: 0 the rest is the ticket; 1 the rest is header,
// newline, payload, which are signed by the right key, so that what stands behind the signature is
// reached ("CNF" becomes the device's); 2 a key of the configuration; 3 a room. A ticket that is
// taken can be minted again.
#include <string>

#include <sodium.h>

#include "schemas/base/limits.hpp"
#include "server/auth/ticket.hpp"
#include "tests/fuzz/records.hpp"
#include "tests/unit/server/auth/ticket_fixture.hpp"

using namespace parley;
using namespace parley::auth;
using fuzz::require;

namespace {

void judge(const Keyring& ring, const std::string& ticket) {
    std::string why;
    const Result<Claims> claims = verify_ticket(ring, ticket, test::device(), test::now_ms, &why);
    require(claims.ok() == why.empty());
    require(!explain_ticket(ring, ticket, test::now_ms).empty());
    if (claims) {
        require(claims->expires_at_s - claims->issued_at_s <= limits::ticket_life_s_max);
        require(!claims->subject.empty() && !claims->id.empty() && !claims->name.empty());
        const Result<std::string> again = mint_ticket(*claims, test::mint_options());
        if (again) { // the shard's spelling may be longer than the backend's
            const Result<Claims> same = verify_ticket(ring, *again, test::device(), test::now_ms);
            require(same.ok() && *same == *claims);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    static const Keyring ring = test::keyring();
    std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string message;
    switch (data[0] % 4) {
    case 0:
        judge(ring, rest);
        break;
    case 1: {
        if (const size_t cnf = rest.find("CNF"); cnf != std::string::npos) {
            rest.replace(cnf, 3, confirmation(test::device()));
        }
        const size_t end = std::min(rest.find('\n'), rest.size());
        judge(ring, test::signed_ticket(rest.substr(0, end),
                                        rest.substr(std::min(end + 1, rest.size()))));
        break;
    }
    case 2:
        require(parse_issuer_key(rest, message).ok() == message.empty());
        break;
    default:
        if (const Result<RoomClaim> room = parse_room_claim(rest)) {
            require(to_text(*room) == rest);
        }
        break;
    }
    return 0;
}
