// person.cpp: see person.hpp.
#include "tests/torture/person.hpp"

#include <charconv>

#include <sodium.h>

#include "plugin/client/direct_connection.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"

namespace parley::torture {
namespace {

constexpr uint32_t update_budget_us = 100'000;

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc()) {
        return false;
    }
    text.remove_prefix(static_cast<size_t>(rest - text.data()));
    if (!text.empty()) {
        text.remove_prefix(1); // the blank after it
    }
    return true;
}

} // namespace

std::string text_of(const Line& line) {
    return "p" + std::to_string(line.author) + " " + std::to_string(line.number) + " " +
           std::to_string(line.said_us);
}

bool parse(std::string_view text, Line& line) {
    if (text.empty() || text[0] != 'p') {
        return false;
    }
    text.remove_prefix(1);
    return take_number(text, line.author) && take_number(text, line.number) &&
           take_number(text, line.said_us);
}

std::string own_address(size_t index) {
    return "127." + std::to_string(1 + index / 250) + "." + std::to_string(1 + index % 250) + ".1";
}

Person::Person(const Shard& shard, PersonWish wish) : shard_(shard), wish_(std::move(wish)) {
    randombytes_buf(device_seed_.data(), device_seed_.size());
    const std::string bind = (wish_.bind.empty() ? own_address(wish_.index) : wish_.bind) + ":0";
    parley::ClientOptions link_options;
    link_options.bind = bind;
    std::unique_ptr<EnetLink> link = EnetLink::client(link_options, steady_ms()).value();
    socket_fd_ = link->socket_fd();
    client::LinkKeys keys;
    keys.server_keys = {shard_.server_key()};
    keys.device_seed = device_seed_;
    client::ClientOptions options;
    randombytes_buf(&options.random_seed, sizeof options.random_seed);
    options.now_us = steady_us;
    client_ = std::make_unique<client::Client>(
        std::move(options), std::make_unique<client::DirectConnection>(std::move(link), keys));
}

std::string Person::ticket() {
    test::TicketWish ticket;
    ticket.subject = "p" + std::to_string(wish_.index);
    ticket.jti = ticket.subject + "-" + std::to_string(++tickets_);
    ticket.rooms = {{static_cast<uint8_t>(wish_.kind), wish_.room, 0}};
    return test::mint(shard_.backend(), ticket, device_seed_);
}

void Person::connect() {
    const std::string& address = wish_.address.empty() ? shard_.address() : wish_.address;
    ignore(client_->connect(address, ticket()),
           "refused while it is connected already, and then in_room() says so");
}

void Person::come_back() {
    client_->disconnect();
    connect();
    step();
}

void Person::step() {
    client_->update(steady_ms(), wall_unix_ms(), update_budget_us);
    if (const client::Room* here = room(); here != nullptr && !entered_known_) {
        entered_known_ = true;
        entered_ = here->last_seq;
    }
    client::Event event{client_->memory()};
    while (client_->poll(event)) {
        take(event);
    }
}

const client::Room* Person::room() const {
    for (const client::Room& room : client_->model().rooms()) {
        if (room.kind == wish_.kind && std::string_view(room.name) == wish_.room) {
            return &room;
        }
    }
    return nullptr;
}

bool Person::say() {
    const client::Room* const here = room();
    if (here == nullptr || client_->pace_left(here->id) == 0) {
        return false;
    }
    const std::string text = text_of({wish_.index, said_ + 1, steady_us()});
    const Result<client::Request> request = client_->send_text(here->id, text, 0);
    if (!request.ok()) {
        return false;
    }
    ++said_;
    waiting_[request.value()] = text;
    step();
    return true;
}

void Person::take(const client::Event& event) {
    if (event.type == client::EventType::Reply) {
        const auto asked = waiting_.find(event.request);
        if (asked == waiting_.end()) {
            return;
        }
        if (event.result == Error::Ok) {
            acknowledged_[asked->second] = event.seq;
            hear(event.seq, asked->second);
        } else {
            ++refused_[event.result];
        }
        waiting_.erase(asked);
    } else if (event.type == client::EventType::Message &&
               event.kind == client::MessageKind::Text) {
        out_of_order_ += event.seq <= newest_of_others_ ? 1 : 0;
        newest_of_others_ = event.seq;
        hear(event.seq, std::string(event.text));
        if (Line line; parse(event.text, line)) {
            latencies_ms_.push_back(static_cast<double>(steady_us() - line.said_us) / 1000);
        }
    } else if (event.type == client::EventType::TicketWanted) {
        client_->set_ticket(ticket());
    } else if (event.type == client::EventType::Gap) {
        ++gaps_;
    } else if (event.type == client::EventType::State && event.result != Error::Ok &&
               event.result != Error::Closed) {
        ++lost_for_[event.result];
    }
}

void Person::hear(Seq seq, const std::string& text) {
    heard_twice_ += heard_.emplace(seq, text).second ? 0 : 1;
}

} // namespace parley::torture
