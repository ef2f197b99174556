// room_commands.cpp: rooms are joined, left, read, and drafted in; the game's server moves people.
// Checks what can be known here, so that a refusal comes at once; the shard's word is final.
#include <algorithm>

#include "plugin/client/inside.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::client {
namespace {

bool good_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::room_name_bytes_max && text::valid_utf8(name);
}

bool good_subject(std::string_view subject) {
    return !subject.empty() && subject.size() <= limits::subject_bytes_max &&
           text::valid_utf8(subject);
}

bool named_kind(wire::RoomKind kind) {
    return kind == wire::RoomKind::Global || kind == wire::RoomKind::Team ||
           kind == wire::RoomKind::Party || kind == wire::RoomKind::Guild;
}

} // namespace

Result<Request> Client::join(wire::RoomKind kind, std::string_view name) {
    if (!named_kind(kind) || !good_name(name)) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateJoin(fbb, kind, fbb.CreateString(name.data(), name.size()));
    return inside_->command(wire::Command::Join, body.Union(), {});
}

Result<Request> Client::open_direct(UserId user) {
    if (user == UserId{} || user == inside_->model.self()) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateJoin(fbb, wire::RoomKind::Direct, 0, raw(user));
    return inside_->command(wire::Command::Join, body.Union(), {});
}

Result<Request> Client::leave(RoomId room) {
    if (inside_->model.room(room) == nullptr) {
        return Error::NotMember;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateLeave(fbb, raw(room));
    return inside_->command(wire::Command::Leave, body.Union(), room);
}

Result<Request> Client::Inside::change_block(UserId user, bool on) {
    if (user == UserId{} || user == model.self()) {
        return Error::BadArgument;
    }
    if (const Error error = may_command(); error != Error::Ok) {
        return error;
    }
    const auto body = wire::CreateBlock(builder.fbb(), raw(user), on);
    return command(wire::Command::Block, body.Union(), {});
}

Result<Request> Client::block(UserId user) {
    return inside_->change_block(user, true);
}

Result<Request> Client::unblock(UserId user) {
    return inside_->change_block(user, false);
}

Result<void> Client::mark_read(RoomId id, Seq seq) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    const Seq upto = std::min(seq, room->last_seq);
    if (upto > room->read_seq && !in.memory_failed()) {
        room->read_seq = upto;
        in.sync.of(id).mark_waits = true;
        in.writer.touch();
    }
    return {};
}

void Client::set_typing(RoomId id) {
    Inside& in = *inside_;
    const Room* const room = in.model.room(id);
    if (room == nullptr || room->kind == wire::RoomKind::Global || !in.ready() ||
        in.memory_failed()) {
        return;
    }
    RoomSync& known = in.sync.of(id);
    if (!known.confirmed || known.typing_not_before_steady_ms > in.now_ms) {
        return;
    }
    auto& fbb = in.builder.fbb();
    if (in.send(Lane::State, 0, wire::Command::Typing, wire::CreateTyping(fbb, raw(id)))) {
        known.typing_not_before_steady_ms = in.now_ms + limits::typing_resend_ms;
    }
}

Result<void> Client::set_draft(RoomId id, std::string_view text) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (text.size() > limits::draft_bytes_max) {
        return Error::TooLong;
    }
    if (!text.empty() && !text::valid_utf8(text)) {
        return Error::Encoding;
    }
    if (room->draft != text) {
        room->draft.assign(text);
        in.writer.touch();
    }
    return {};
}

// [game server]

Result<Request> Client::grant(wire::RoomKind kind, std::string_view name, std::string_view subject,
                              wire::Role role) {
    if (!named_kind(kind) || !good_name(name) || !good_subject(subject) ||
        role > wire::Role::Game) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto name_text = fbb.CreateString(name.data(), name.size());
    const auto subject_text = fbb.CreateString(subject.data(), subject.size());
    const auto body = wire::CreateGrant(fbb, kind, name_text, subject_text, role);
    return inside_->command(wire::Command::Grant, body.Union(), {});
}

Result<Request> Client::revoke(wire::RoomKind kind, std::string_view name,
                               std::string_view subject) {
    if (!named_kind(kind) || !good_name(name) || !good_subject(subject)) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto name_text = fbb.CreateString(name.data(), name.size());
    const auto subject_text = fbb.CreateString(subject.data(), subject.size());
    const auto body = wire::CreateRevoke(fbb, kind, name_text, subject_text);
    return inside_->command(wire::Command::Revoke, body.Union(), {});
}

} // namespace parley::client
