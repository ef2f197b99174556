// checks.cpp: semantic checks of every table, in the order of the schema files. The first thing
// found wrong is the answer.
//
// [numbers held equal] [tools] [people and rooms] [messages] [batch] [cards] [frames]
#include "schemas/wire/checks.hpp"

#include <cstdint>
#include <iterator>
#include <type_traits>

#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/token.hpp"
#include "schemas/wire/views.hpp"

namespace parley::wire {

// [numbers held equal]
#define PARLEY_ERROR_EQUAL(name, number, sentence)                                                 \
    static_assert(static_cast<int32_t>(Error::name) == static_cast<int32_t>(parley::Error::name));
PARLEY_ERRORS(PARLEY_ERROR_EQUAL)
#undef PARLEY_ERROR_EQUAL
#define PARLEY_ERROR_COUNT(name, number, sentence) +1
static_assert(std::extent_v<std::remove_reference_t<decltype(EnumValuesError())>> ==
                  0 PARLEY_ERRORS(PARLEY_ERROR_COUNT),
              "error.fbs and error.hpp must name the same errors");
#undef PARLEY_ERROR_COUNT
static_assert(static_cast<size_t>(RoomKind::MAX) + 1 == std::size(limits::tiers));

namespace {

// [tools]
using FbString = flatbuffers::String;
template <typename T>
using Tables = flatbuffers::Vector<flatbuffers::Offset<T>>;

constexpr uint64_t seq_max = uint64_t{1} << 62;

template <typename Enum>
bool known(Enum value) {
    return value >= Enum::MIN && value <= Enum::MAX;
}
// A newer peer may say errors that this version has no sentence for; a positive number is none.
bool known(Error value) {
    return static_cast<int32_t>(value) <= 0;
}

enum class Need { Optional, Required }; // Required: there and not empty

bool code_point_border(std::string_view text, size_t offset) {
    return offset == text.size() || (static_cast<uint8_t>(text[offset]) & 0xC0u) != 0x80u;
}

bool span_fits(const Span& span, std::string_view text) {
    const size_t end = size_t{span.start()} + span.length();
    const bool mention = span.kind() == SpanKind::Mention;
    return known(span.kind()) && span.kind() != SpanKind::None && span.length() > 0 &&
           end <= text.size() && code_point_border(text, span.start()) &&
           code_point_border(text, end) && mention == (span.target() != 0);
}

// Collects the first error; every method is true while all is well.
class Checker {
public:
    explicit Checker(CopyBudget& budget) : budget_(budget) {}

    parley::Error error() const { return error_; }

    bool want(bool condition) { return condition || fail(parley::Error::Malformed); }

    bool text(std::string_view said) {
        return want(budget_.take(said.size())) &&
               (text::valid_utf8(said) || fail(parley::Error::Encoding));
    }
    bool string(const FbString* said, size_t bytes_max, Need need) {
        if (said == nullptr || said->size() == 0) {
            return want(need == Need::Optional);
        }
        return want(said->size() <= bytes_max) && text(view(said));
    }
    // How many there are; absent is empty. And that they may be read where they lie: the Verifier
    // looks at the alignment of a vector's length only.
    template <typename T>
    bool count(const flatbuffers::Vector<T>* values, size_t most, size_t least = 0) {
        return counted<sizeof(uint64_t), alignof(T)>(values, most, least);
    }
    template <typename T>
    bool count(const flatbuffers::Vector<const T*>* values, size_t most, size_t least = 0) {
        return counted<sizeof(T), alignof(T)>(values, most, least);
    }
    bool moment(int64_t at_ms) { return want(at_ms >= 0 && at_ms <= time_ms_max); }
    bool seq(uint64_t seq) { return want(seq <= seq_max); }
    // from..to; to = from - 1 covers nothing.
    bool range(uint64_t from_seq, uint64_t to_seq) {
        return seq(from_seq) && seq(to_seq) && want(from_seq <= to_seq + 1);
    }

private:
    template <size_t bytes_each, size_t alignment, typename Vector>
    bool counted(const Vector* values, size_t most, size_t least) {
        const size_t size = values == nullptr ? 0 : values->size();
        return want(size >= least && size <= most) && want(budget_.take(size * bytes_each)) &&
               want(size == 0 || reinterpret_cast<uintptr_t>(values->Data()) % alignment == 0);
    }
    bool fail(parley::Error error) {
        if (error_ == parley::Error::Ok) {
            error_ = error;
        }
        return false;
    }

    CopyBudget& budget_;
    parley::Error error_ = parley::Error::Ok;
};

template <typename T, typename Function>
bool each(const Tables<T>* tables, Function check) {
    if (tables != nullptr) {
        for (const T* table : *tables) {
            if (!check(*table)) {
                return false;
            }
        }
    }
    return true;
}

// [people and rooms]
bool user(Checker& c, const User& said) {
    // A client names users by id alone; names come from the shard. Unknown flags are a newer
    // peer's.
    return c.want(said.id() != 0) && c.string(said.name(), limits::name_bytes_max, Need::Optional);
}
bool user(Checker& c, const User* said, Need need) {
    return said == nullptr ? c.want(need == Need::Optional) : user(c, *said);
}

bool ids(Checker& c, const flatbuffers::Vector<uint64_t>* said, size_t most, size_t least) {
    if (!c.count(said, most, least)) {
        return false;
    }
    for (size_t i = 0; said != nullptr && i < said->size(); ++i) {
        if (!c.want(said->Get(static_cast<flatbuffers::uoffset_t>(i)) != 0)) {
            return false;
        }
    }
    return true;
}

bool presence(Checker& c, const Presence& said) {
    if (!c.want(known(said.state())) || !c.moment(said.since_ms()) ||
        !c.string(said.token(), limits::presence_token_bytes_max, Need::Optional) ||
        !c.want(is_token(view(said.token()))) ||
        !c.count(said.params(), limits::presence_params_max)) {
        return false;
    }
    if (said.params() != nullptr) {
        for (const FbString* param : *said.params()) {
            if (!c.string(param, limits::presence_param_bytes_max, Need::Optional)) {
                return false;
            }
        }
    }
    return true;
}

bool named_room(Checker& c, RoomKind kind, const FbString* name) {
    return c.want(known(kind) && kind != RoomKind::None && kind != RoomKind::Direct) &&
           c.string(name, limits::room_name_bytes_max, Need::Required);
}

bool body(Checker& c, const Join& said) {
    // What a Direct does not need is checked all the same: nobody reads unproven text.
    return said.kind() == RoomKind::Direct
               ? c.want(said.user() != 0) &&
                     c.string(said.name(), limits::room_name_bytes_max, Need::Optional)
               : named_room(c, said.kind(), said.name());
}
bool body(Checker& c, const Leave& said) {
    return c.want(said.room() != 0);
}
bool body(Checker& c, const Mark& said) {
    return c.want(said.room() != 0) && c.seq(said.seq());
}
bool body(Checker& c, const Grant& said) {
    return named_room(c, said.kind(), said.name()) && c.want(known(said.role())) &&
           c.string(said.subject(), limits::subject_bytes_max, Need::Required);
}
bool body(Checker& c, const Revoke& said) {
    return named_room(c, said.kind(), said.name()) &&
           c.string(said.subject(), limits::subject_bytes_max, Need::Required);
}
// A count that asks for too much is clamped by the shard, not refused.
bool body(Checker& c, const FetchMembers& said) {
    return c.want(said.room() != 0);
}
bool body(Checker& c, const FetchUsers& said) {
    return ids(c, said.users(), limits::users_query_max, 1);
}
bool body(Checker& c, const Users& said) {
    return c.count(said.users(), limits::users_query_max) &&
           each(said.users(), [&](const User& one) { return user(c, one); });
}
bool body(Checker& c, const Block& said) {
    return c.want(said.user() != 0);
}
bool body(Checker& c, const Blocks& said) {
    return ids(c, said.users(), limits::blocks_per_user_max, 0);
}
bool body(Checker& c, const SetPresence& said) {
    return c.want(said.presence() != nullptr) && presence(c, *said.presence());
}
bool body(Checker& c, const Presences& said) {
    return c.count(said.presences(), limits::presences_per_frame_max) &&
           each(said.presences(),
                [&](const Presence& one) { return c.want(one.user() != 0) && presence(c, one); });
}
bool body(Checker& c, const RoomState& said) {
    return c.want(said.room() != 0 && known(said.kind()) && said.kind() != RoomKind::None &&
                  known(said.role())) &&
           c.string(said.name(), limits::room_name_bytes_max, Need::Optional) &&
           c.string(said.title(), limits::room_title_bytes_max, Need::Optional) &&
           c.seq(said.last_seq()) && c.seq(said.since_seq()) && c.seq(said.read_seq()) &&
           c.want(said.text_code_points_max() <= limits::text_bytes_max) &&
           user(c, said.other(), Need::Optional);
}
bool body(Checker& c, const RoomPace& said) {
    return c.want(said.room() != 0);
}
bool body(Checker& c, const RoomGone& said) {
    return c.want(said.room() != 0 && known(said.reason()));
}
bool body(Checker& c, const Roster& said) {
    return c.want(said.room() != 0) && ids(c, said.gone(), limits::room_members_max, 0) &&
           c.count(said.members(), limits::roster_page_members_max) &&
           each(said.members(), [&](const Member& one) {
               return user(c, one.user(), Need::Required) && c.want(known(one.role())) &&
                      (one.presence() == nullptr || presence(c, *one.presence()));
           });
}

bool body(Checker& c, const Ready& said) {
    return c.want(said.session() != 0) && user(c, said.self(), Need::Required) &&
           c.moment(said.server_ms()) && c.moment(said.reauth_at_ms());
}
bool body(Checker& c, const Reauth& said) {
    return c.string(said.ticket(), limits::ticket_bytes_max, Need::Required);
}
bool body(Checker& c, const TicketWanted& said) {
    return c.moment(said.by_ms());
}
bool body(Checker& c, const Goodbye& said) {
    return c.want(known(said.reason()));
}
bool body(Checker& c, const TimeQuery& said) {
    return c.moment(said.client_ms());
}
bool body(Checker& c, const TimeReply& said) {
    return c.moment(said.client_ms()) && c.moment(said.server_ms());
}
bool body(Checker& c, const Reply& said) {
    return c.want(known(said.error())) && c.seq(said.seq()) && c.moment(said.at_ms());
}

// [messages]
bool spans(Checker& c, const flatbuffers::Vector<const Span*>* said, std::string_view text) {
    if (!c.count(said, limits::spans_max)) {
        return false;
    }
    if (said != nullptr) {
        for (const Span* span : *said) {
            if (!c.want(span->line() == 0 && span_fits(*span, text))) {
                return false;
            }
        }
    }
    return true;
}
bool spanned(Checker& c, const FbString* text, size_t bytes_max,
             const flatbuffers::Vector<const Span*>* marks) {
    return c.string(text, bytes_max, Need::Required) && spans(c, marks, view(text));
}

bool body(Checker& c, const Message& said) {
    return spanned(c, said.text(), limits::text_bytes_max, said.spans()) && c.seq(said.reply_to());
}
bool body(Checker& c, const Edit& said) {
    return c.want(said.target() != 0) && c.seq(said.target()) &&
           spanned(c, said.text(), limits::text_bytes_max, said.spans());
}
bool body(Checker& c, const Delete& said) {
    return c.want(said.target() != 0) && c.seq(said.target());
}
bool body(Checker& c, const Reactions& said) {
    return c.want(said.target() != 0) && c.seq(said.target()) &&
           c.count(said.reactions(), limits::reactions_per_message_max) &&
           each(said.reactions(), [&](const Reaction& one) {
               return c.string(one.emoji(), limits::reaction_bytes_max, Need::Required);
           });
}
bool body(Checker& c, const Pin& said) {
    return c.want(said.target() != 0) && c.seq(said.target());
}
bool body(Checker& c, const Membership& said) {
    return user(c, said.user(), Need::Required) &&
           c.want(known(said.change()) && said.change() != MembershipChange::None);
}

bool body(Checker& c, const Send& said) {
    // Longer than a room's text may be: the shard answers TooLong, which tells the writer more than
    // a cut session would. An absent text is a broken client; an empty one is answered Empty.
    if (!c.want(said.room() != 0 && said.text() != nullptr) || !c.seq(said.reply_to())) {
        return false;
    }
    const std::string_view text = view(said.text());
    return c.text(text) && spans(c, said.spans(), text);
}
bool body(Checker& c, const Fetch& said) {
    return c.want(said.room() != 0 && (said.before_seq() == 0) != (said.after_seq() == 0));
}
bool body(Checker& c, const Resume& said) {
    if (!c.count(said.points(), limits::rooms_per_user_max, 1)) {
        return false;
    }
    // Ascending, and so each room once: one small frame must not ask for one room's past many
    // times.
    uint64_t last_room = 0;
    for (const ResumePoint* point : *said.points()) {
        if (!c.want(point->room() > last_room) || !c.seq(point->seq())) {
            return false;
        }
        last_room = point->room();
    }
    return true;
}
bool body(Checker& c, const Gap& said) {
    return c.want(said.room() != 0) && c.range(said.from_seq(), said.to_seq());
}
bool body(Checker& c, const Typing& said) {
    return c.want(said.room() != 0);
}

// [batch]
bool entry(Checker& c, const Entry& said) {
    if (!c.moment(said.at_ms()) || !c.seq(said.changed_seq()) ||
        !c.want(said.body_type() != EntryBody::NONE && said.body() != nullptr)) {
        return false;
    }
    switch (said.body_type()) {
    case EntryBody::Message:
        return body(c, *said.body_as_Message());
    case EntryBody::Edit:
        return body(c, *said.body_as_Edit());
    case EntryBody::Delete:
        return body(c, *said.body_as_Delete());
    case EntryBody::Reactions:
        return body(c, *said.body_as_Reactions());
    case EntryBody::Pin:
        return body(c, *said.body_as_Pin());
    case EntryBody::Membership:
        return body(c, *said.body_as_Membership());
    case EntryBody::NONE:
        break;
    }
    return true; // a newer shard's kind: unverified, so nobody looks inside
}

// Lines lie in one blob; each names its piece. Spans follow the order of their lines, so that one
// walk visits both.
bool lines(Checker& c, const Batch& said) {
    const auto* all = said.lines();
    const std::string_view blob(
        said.text() == nullptr
            ? std::string_view()
            : std::string_view(reinterpret_cast<const char*>(said.text()->data()),
                               said.text()->size()));
    const auto* marks = said.spans();
    const flatbuffers::uoffset_t marks_count = marks == nullptr ? 0 : marks->size();
    const flatbuffers::uoffset_t lines_count = all == nullptr ? 0 : all->size();
    flatbuffers::uoffset_t mark = 0;
    for (flatbuffers::uoffset_t i = 0; i < lines_count; ++i) {
        const Line& line = *all->Get(i);
        if (!c.want(uint64_t{line.text_start()} + line.text_bytes() <= blob.size() &&
                    line.text_bytes() > 0 && line.text_bytes() <= limits::text_bytes_max)) {
            return false;
        }
        const std::string_view text = blob.substr(line.text_start(), line.text_bytes());
        if (!c.text(text)) {
            return false;
        }
        size_t of_line = 0;
        for (; mark < marks_count && marks->Get(mark)->line() == i; ++mark) {
            if (!c.want(++of_line <= limits::spans_max && span_fits(*marks->Get(mark), text))) {
                return false;
            }
        }
    }
    return c.want(mark == marks_count); // else a span of no line, or out of order
}

// Lines and entries each ascend, stay inside from..to, and share no seq.
bool in_order(Checker& c, const Batch& said) {
    const auto* all_lines = said.lines();
    const auto* all_entries = said.entries();
    const flatbuffers::uoffset_t lines_count = all_lines == nullptr ? 0 : all_lines->size();
    const flatbuffers::uoffset_t entries_count = all_entries == nullptr ? 0 : all_entries->size();
    const uint64_t covered = said.to_seq() - said.from_seq(); // wraps only when nothing is listed
    if (lines_count + entries_count > 0 &&
        !c.want(said.from_seq() > 0 && said.from_seq() <= said.to_seq())) {
        return false;
    }
    uint64_t next = 0; // offset from from_seq that the next one must reach
    flatbuffers::uoffset_t line = 0;
    flatbuffers::uoffset_t one = 0;
    while (line < lines_count || one < entries_count) {
        const uint64_t line_at =
            line < lines_count ? all_lines->Get(line)->seq_offset() : UINT64_MAX;
        uint64_t entry_at = UINT64_MAX;
        if (one < entries_count) {
            const uint64_t seq = all_entries->Get(one)->seq();
            if (!c.want(seq >= said.from_seq() && seq <= said.to_seq())) {
                return false;
            }
            entry_at = seq - said.from_seq();
        }
        const uint64_t at = line_at < entry_at ? line_at : entry_at;
        if (!c.want(at >= next && at <= covered)) {
            return false;
        }
        next = at + 1;
        line_at < entry_at ? ++line : ++one; // equal: the line comes next and is behind
    }
    return true;
}

// What was left out has its places in the range, beside what is listed.
bool left_out(Checker& c, const Batch& said) {
    const uint64_t places = said.to_seq() + 1 - said.from_seq();
    const uint64_t listed = (said.lines() == nullptr ? 0 : said.lines()->size()) +
                            uint64_t{said.entries() == nullptr ? 0 : said.entries()->size()};
    return c.want(said.left_out() + listed <= places);
}
bool body(Checker& c, const Batch& said) {
    return c.want(said.room() != 0) && c.range(said.from_seq(), said.to_seq()) &&
           c.moment(said.base_ms()) && c.count(said.lines(), limits::batch_entries_max) &&
           c.count(said.entries(), limits::batch_entries_max) &&
           c.count(said.spans(), limits::frame_bytes_max / sizeof(Span)) &&
           c.count(said.authors(), limits::batch_entries_max) && in_order(c, said) &&
           left_out(c, said) && lines(c, said) &&
           each(said.entries(), [&](const Entry& one) { return entry(c, one); }) &&
           each(said.authors(), [&](const User& one) { return user(c, one); });
}

// [cards] Whether the fields fit their type is asked of schemas/card.
bool fields(Checker& c, const Tables<CardField>* said) {
    return c.count(said, limits::card_fields_max) && each(said, [&](const CardField& one) {
               return c.want(one.id() != 0) &&
                      c.string(one.text(), limits::card_bytes_max, Need::Optional);
           });
}
bool body(Checker& c, const SetCard& said) {
    return c.want(said.type() != 0) && fields(c, said.fields());
}
bool body(Checker& c, const UpdateCard& said) {
    return c.want(said.type() != 0) && fields(c, said.fields());
}
bool body(Checker& c, const ClearCard& said) {
    return c.want(said.type() != 0);
}
bool owned_card(Checker& c, uint64_t room, uint64_t user_id, uint16_t type) {
    return c.want((room == 0) != (user_id == 0) && type != 0);
}
bool body(Checker& c, const FetchCard& said) {
    return owned_card(c, said.room(), said.user(), said.type());
}
bool body(Checker& c, const Card& said) {
    return owned_card(c, said.room(), said.user(), said.type()) && fields(c, said.fields()) &&
           c.moment(said.expires_at_ms());
}
bool body(Checker& c, const CardDelta& said) {
    return owned_card(c, said.room(), said.user(), said.type()) && fields(c, said.fields());
}
bool body(Checker& c, const CardGone& said) {
    return owned_card(c, said.room(), said.user(), said.type());
}

} // namespace

// [frames]
CopyBudget::CopyBudget(size_t frame_bytes) : left_(frame_bytes * limits::copied_bytes_factor_max) {}

bool CopyBudget::take(size_t bytes) {
    if (bytes > left_) {
        return false;
    }
    left_ -= bytes;
    return true;
}

bool readable(Bytes bytes, size_t bytes_max) {
    return !bytes.empty() && bytes.size() <= bytes_max &&
           reinterpret_cast<uintptr_t>(bytes.data()) % sizeof(uint64_t) == 0;
}

parley::Error check_client_frame(const ClientFrame& frame, size_t frame_bytes) {
    if (!known(frame.body_type())) {
        return parley::Error::Unsupported;
    }
    if (frame.body_type() == Command::NONE || frame.body() == nullptr) {
        return parley::Error::Malformed;
    }
    CopyBudget budget(frame_bytes);
    Checker c(budget);
    switch (frame.body_type()) {
#define PARLEY_CHECK_COMMAND(name)                                                                 \
    case Command::name:                                                                            \
        body(c, *frame.body_as_##name());                                                          \
        break;
        PARLEY_CHECK_COMMAND(Join)
        PARLEY_CHECK_COMMAND(Leave)
        PARLEY_CHECK_COMMAND(Mark)
        PARLEY_CHECK_COMMAND(Grant)
        PARLEY_CHECK_COMMAND(Revoke)
        PARLEY_CHECK_COMMAND(FetchMembers)
        PARLEY_CHECK_COMMAND(FetchUsers)
        PARLEY_CHECK_COMMAND(Send)
        PARLEY_CHECK_COMMAND(Fetch)
        PARLEY_CHECK_COMMAND(Resume)
        PARLEY_CHECK_COMMAND(Typing)
        PARLEY_CHECK_COMMAND(SetPresence)
        PARLEY_CHECK_COMMAND(SetCard)
        PARLEY_CHECK_COMMAND(UpdateCard)
        PARLEY_CHECK_COMMAND(ClearCard)
        PARLEY_CHECK_COMMAND(FetchCard)
        PARLEY_CHECK_COMMAND(Reauth)
        PARLEY_CHECK_COMMAND(TimeQuery)
        PARLEY_CHECK_COMMAND(Block)
#undef PARLEY_CHECK_COMMAND
    case Command::NONE:
        break;
    }
    return c.error();
}

parley::Error check_server_frame(const ServerFrame& frame, size_t frame_bytes) {
    if (!known(frame.body_type())) {
        return parley::Error::Unsupported;
    }
    if (frame.body_type() == Event::NONE || frame.body() == nullptr) {
        return parley::Error::Malformed;
    }
    CopyBudget budget(frame_bytes);
    Checker c(budget);
    switch (frame.body_type()) {
#define PARLEY_CHECK_EVENT(name)                                                                   \
    case Event::name:                                                                              \
        body(c, *frame.body_as_##name());                                                          \
        break;
        PARLEY_CHECK_EVENT(Reply)
        PARLEY_CHECK_EVENT(Ready)
        PARLEY_CHECK_EVENT(TicketWanted)
        PARLEY_CHECK_EVENT(Goodbye)
        PARLEY_CHECK_EVENT(TimeReply)
        PARLEY_CHECK_EVENT(Users)
        PARLEY_CHECK_EVENT(RoomState)
        PARLEY_CHECK_EVENT(RoomGone)
        PARLEY_CHECK_EVENT(Roster)
        PARLEY_CHECK_EVENT(Batch)
        PARLEY_CHECK_EVENT(Gap)
        PARLEY_CHECK_EVENT(Typing)
        PARLEY_CHECK_EVENT(Presences)
        PARLEY_CHECK_EVENT(Card)
        PARLEY_CHECK_EVENT(CardDelta)
        PARLEY_CHECK_EVENT(CardGone)
        PARLEY_CHECK_EVENT(Blocks)
        PARLEY_CHECK_EVENT(RoomPace)
#undef PARLEY_CHECK_EVENT
    case Event::NONE:
        break;
    }
    return c.error();
}

parley::Error check_message(const Message& message, CopyBudget& budget) {
    Checker c(budget);
    body(c, message);
    return c.error();
}

parley::Error check_membership(const Membership& membership, CopyBudget& budget) {
    Checker c(budget);
    body(c, membership);
    return c.error();
}

} // namespace parley::wire
