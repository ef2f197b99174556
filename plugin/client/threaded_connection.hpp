// threaded_connection.hpp: a connection on a thread of its own, so that the game's frame never
// waits for a socket or a name server. Two mailboxes lie between.
//
// Its policy when a mailbox is full: towards the network, send says false and the client keeps what
// it has; towards the game (it does not call update), the connection is cut, and resumes later.
#pragma once

#include <memory>

#include "plugin/client/direct_connection.hpp"
#include "schemas/link/enet_link.hpp"

namespace parley::client {

// Takes the link over and starts the thread; ends within 50 ms, also when a name server does not
// answer. Owner: the game thread.
std::unique_ptr<Connection> threaded_connection(std::unique_ptr<EnetLink> link, LinkKeys keys);

} // namespace parley::client
