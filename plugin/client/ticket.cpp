// ticket.cpp: which ticket is offered, and what its refusal means. The one that was accepted last
// is kept until a newer one is accepted: a bad new ticket costs nobody his session.
#include <algorithm>
#include <functional>

#include "plugin/client/inside.hpp"

namespace parley::client {

void Client::Inside::set_ticket(std::string_view fresh) {
    // Failed for the ticket's sake, it is the remedy. Otherwise (another device of this player,
    // say) a game that renews by the clock must not bring the client back.
    const bool remedy = state == State::Failed && !memory_failed() && !address.empty() &&
                        (last_error == Error::BadTicket || last_error == Error::TicketStolen ||
                         last_error == Error::Revoked);
    const bool judged = ready() || link_open || (was_ready && !wants_ticket);
    if (judged && state != State::Failed && state != State::Idle) {
        fresh_ticket.assign(fresh);
        send_ticket();
        return;
    }
    ticket.assign(fresh);
    fresh_ticket.clear();
    if (remedy) {
        begin();
    } else if (wants_ticket) {
        wants_ticket = false;
        open();
    }
}

// At most one a second, the newest: the shard takes no more.
void Client::Inside::send_ticket() {
    if (!ready() || fresh_ticket.empty() || !offered_ticket.empty() ||
        now_ms < ticket_not_before_steady_ms) {
        return;
    }
    auto& fbb = builder.fbb();
    const uint32_t request = new_request();
    const auto body =
        wire::CreateReauth(fbb, fbb.CreateString(fresh_ticket.data(), fresh_ticket.size()));
    if (!send(Lane::Control, request, wire::Command::Reauth, body)) {
        return; // the connection's queue is full; the next update tries again
    }
    ask(request, Asked::What::Reauth);
    offered_ticket.assign(fresh_ticket);
    ticket_not_before_steady_ms = now_ms + limits::ticket_period_ms;
}

void Client::Inside::ticket_accepted() {
    const size_t now = std::hash<std::string_view>()(offered_ticket);
    ticket_changed = accepted_ticket != now;
    accepted_ticket = now;
    ticket.assign(offered_ticket);
    if (fresh_ticket == offered_ticket) {
        fresh_ticket.clear();
    }
    offered_ticket.clear();
}

void Client::Inside::ticket_answered(Error verdict, uint32_t retry_after_ms) {
    if (verdict == Error::Ok) {
        ticket_accepted();
        read_only = false;
        writer.touch();
        return;
    }
    const bool newest = fresh_ticket == offered_ticket;
    offered_ticket.clear();
    if (verdict == Error::Rate || verdict == Error::Busy || verdict == Error::StoreUnavailable) {
        ticket_not_before_steady_ms =
            std::max<TimeMs>(ticket_not_before_steady_ms, now_ms + TimeMs{retry_after_ms});
        return; // send_ticket offers the newest again
    }
    refused_ticket_logged(verdict);
    if (newest) {
        fresh_ticket.clear();
        want_ticket(verdict);
    }
}

// The connection ended for reason. In a session that says nothing of a ticket that is on its way.
Next Client::Inside::after_ticket(Error reason, bool in_session, Next otherwise) {
    const bool refused = reason == Error::BadTicket || reason == Error::TicketStolen ||
                         reason == Error::TicketExpired;
    const bool fresh_was_tried =
        !in_session && !fresh_ticket.empty() && fresh_ticket == offered_ticket;
    offered_ticket.clear();
    ticket_not_before_steady_ms = 0;
    if (!refused) {
        return otherwise;
    }
    refused_ticket_logged(reason);
    if (fresh_was_tried) {
        fresh_ticket.clear();
        want_ticket(reason);
        return Next::Retry; // with the one that was accepted
    }
    if (!fresh_ticket.empty()) {
        ticket.assign(fresh_ticket);
        fresh_ticket.clear();
        return Next::Retry;
    }
    return otherwise;
}

void Client::Inside::want_ticket(Error reason) {
    Event wanted = event(EventType::TicketWanted);
    wanted.result = reason;
    push(std::move(wanted));
}

void Client::Inside::refused_ticket_logged(Error reason) const {
    if (reason == Error::BadTicket) {
        options.log.warn("ticket_refused",
                         {{"reason", error_name(reason)},
                          {"mend", "parley ticket explain --config shard.toml TICKET, or the "
                                   "shard's log"}});
    }
}

} // namespace parley::client
