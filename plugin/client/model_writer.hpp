// model_writer.hpp: the one hand that changes the model: what the shard said, and the messages that
// wait to be sent. Sends nothing and knows no connection; client.cpp decides, this carries out.
//
// messages: model_writer.cpp, left_out.cpp; people, rosters, presence: people.cpp; cards: cards.cpp
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>

#include "plugin/client/model.hpp"

namespace parley::client {

// A log entry that shows as a message, as it came in a Batch. Looks into the frame.
struct Arrived {
    Seq seq = 0;
    Seq changed_seq = 0;
    UserId author{};
    Nonce nonce = 0;
    TimeMs at_ms = 0;
    MessageKind kind = MessageKind::Text;
    std::string_view text;
    Seq reply_to = 0;
    bool late = false;
};

enum class Added : uint8_t { New, Known, Merged }; // Merged: it was pending here

// Owner: the client.
class ModelWriter {
public:
    ModelWriter(Model& model, std::pmr::memory_resource* memory) : model_(model), memory_(memory) {}

    void touch() { ++model_.revision_; }
    // Another user: nothing of the former one stays.
    void set_self(UserId self);
    void clear_blocked();
    void block(UserId user); // ascending

    // [rooms]
    std::pmr::vector<Room>& rooms() { return model_.rooms_; }
    Room* room(RoomId id);
    Room& add_room(RoomId id);
    // Everything but the log's places.
    void describe(Room& room, const wire::RoomState& state);
    void remove_room(RoomId id);
    // At the end of an update: until then whoever holds a room may go on to hold it.
    void put_rooms_in_order();

    // [messages] spans: those of the message.
    Message& add_pending(Room& room, Nonce nonce, uint32_t request, TimeMs at_ms, String text,
                         std::pmr::vector<TextSpan> spans, Seq reply_to);
    Message* unsent(Room& room, Nonce nonce);
    // The server stored it: it takes its place in the order. Null: nothing waits under this nonce,
    // or its place is not on this device.
    Message* confirm(Room& room, Nonce nonce, Seq seq, TimeMs at_ms);
    void fail(Room& room, Message& message, Error error, uint32_t retry_after_ms);
    void unfail(Room& room, Message& message);
    // Failed ones that nobody retries or discards: the oldest go.
    void bound_failed(Room& room);
    void discard(Room& room, Nonce nonce);
    Added add(Room& room, const Arrived& arrived, std::pmr::vector<TextSpan> spans);
    void edit(Room& room, Seq target, Seq changed_seq, std::string_view text,
              std::pmr::vector<TextSpan> spans);
    void erase(Room& room, Seq target, Seq changed_seq);
    // [left_out.cpp] What a live batch, that was added, left out of from..to; listed: messages in
    // it.
    void leave_out(Room& room, Seq from, Seq to, uint32_t lines, size_t listed);
    // All that is ours of from..to is here now.
    void covered(Room& room, Seq from, Seq to);
    // Forgets the stored messages; the unsent stay.
    void clear_stored(Room& room);
    void trim(Room& room);

    // [people]
    bool own_presence = false; // what this device says of its user is truer than an echo
    Person& person(UserId id);
    void name(const wire::User& user);
    void roster(Room& room, const wire::Roster& roster);
    void presence(const wire::Presence& presence);
    void absent(UserId user); // nothing is said of what he does: he is away
    Member* member(Room& room, UserId user);
    void touch_members(Room& room);
    // For Direct rooms: the other side's name is the title.
    void retitle(UserId other);
    std::pmr::map<UserId, Person>& people() { return model_.people_; }

    // [cards] False: nothing changed.
    bool set_card(const wire::Card& card);
    // False: it does not fit what is here; the whole card is wanted.
    bool change_card(const wire::CardDelta& delta);
    void clear_presence_cards();
    bool remove_card(RoomId room, UserId user, uint16_t type);

private:
    Message& insert_stored(Room& room, Message message);
    Message* stored(Room& room, Seq seq);
    void forget_left_out(Room& room); // before first_seq
    void came(Room& room, Seq seq);   // which may have been left out
    void changed(Room& room, Message& message);
    CardState* card(RoomId room, UserId user, uint16_t type);
    void forget_some();
    void forget_card_of(UserId user); // not one's own
    // Those that there are follow a whole roster.
    void forget_cards_of_people(const Room& room);
    // Nobody tells us any more what becomes of the card of a user with whom we share no room.
    void forget_cards_of_strangers();

    Model& model_;
    std::pmr::memory_resource* memory_;
    bool order_may_differ_ = false;
    uint64_t keys_ = 0;
    uint64_t uses_ = 0;
};

} // namespace parley::client
