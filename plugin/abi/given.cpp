// given.cpp: what visibly is no ticket or no address.
#include "plugin/abi/given.hpp"

#include <arpa/inet.h>

#include "plugin/client/address.hpp"
#include "schemas/base/limits.hpp"

namespace parley::abi {
namespace {

Error no_ticket(const parley_client& client, std::string_view why) {
    client.log.error("ticket_is_none", {{"why", why},
                                        {"mend", "give what the game's backend signed, or "
                                                 "parley ticket mint printed, whole"}});
    return Error::BadTicket;
}

bool base64url(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

} // namespace

Result<std::string_view> ticket_given(const parley_client& client, const char* given) {
    std::string_view ticket(given);
    while (!ticket.empty() && std::string_view(" \t\r\n").find(ticket.back()) != ticket.npos) {
        ticket.remove_suffix(1);
    }
    if (ticket.size() > limits::ticket_bytes_max) {
        return no_ticket(client, "longer than any ticket");
    }
    constexpr std::string_view not_three_parts = "not three parts of base64url with dots between";
    size_t parts = 1, in_part = 0;
    for (const char c : ticket) {
        if (c == '.' && in_part > 0) {
            ++parts;
            in_part = 0;
        } else if (base64url(c)) {
            ++in_part;
        } else {
            return no_ticket(client, not_three_parts);
        }
    }
    if (parts != 3 || in_part == 0) {
        return no_ticket(client, not_three_parts);
    }
    return ticket;
}

Result<std::string> address_given(const parley_client& client, std::string_view address) {
    if (client::ipv6_address(address)) {
        client.log.error("address_is_ipv6",
                         {{"address", address},
                          {"mend", "Parley speaks IPv4 only: give a name or 127.0.0.1:7777"}});
        return Error::BadAddress;
    }
    if (!client::good_address(address)) {
        client.log.error("bad_address", {{"address", address},
                                         {"mend", "give host:port, with a port from 1 to 65535"}});
        return Error::BadAddress;
    }
    const size_t colon = address.rfind(':');
    std::string host(address.substr(0, colon));
    if (client.loopback_only && host == "localhost") {
        host = "127.0.0.1"; // a name server is not asked which machine this is
    }
    in_addr parsed{};
    const bool numeric = inet_pton(AF_INET, host.c_str(), &parsed) == 1;
    // The dev shard's key is trusted on this machine only.
    if (client.loopback_only && !(numeric && (ntohl(parsed.s_addr) >> 24) == 127)) {
        client.log.error("dev_needs_loopback",
                         {{"address", address}, {"mend", "give 127.0.0.1:port"}});
        return Error::BadAddress;
    }
    if (client.no_thread && !numeric) {
        client.log.error("address_not_numeric",
                         {{"address", address},
                          {"mend", "with no_thread give numbers, such as 127.0.0.1:7777"}});
        return Error::BadAddress;
    }
    return host.append(address.substr(colon));
}

} // namespace parley::abi
