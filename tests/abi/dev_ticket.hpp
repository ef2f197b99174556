// dev_ticket.hpp: a ticket of the issuer that `parley serve --dev` made in its folder.
#pragma once

#include <string>

#include "tests/abi/shell.hpp"

namespace parley::test {

inline std::string dev_ticket(const std::string& folder, const std::string& device,
                              const std::string& name, const std::string& rooms = "") {
    std::string ticket = output_of(PARLEY_PROGRAM " ticket mint --issuer-key " + folder +
                                   "/dev-issuer.key --device-id " + device + " --sub " + name +
                                   " --name " + name + (rooms.empty() ? "" : " --rooms " + rooms));
    while (!ticket.empty() && ticket.back() == '\n') {
        ticket.pop_back();
    }
    return ticket;
}

} // namespace parley::test
