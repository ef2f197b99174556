// batch_writer.cpp: Batches from entries. Lines are kept aside until finish, since seq_offset
// counts from a from_seq that is known only then; entry tables go straight into the FlatBuffer.
#include "schemas/wire/batch_writer.hpp"

#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/checks.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"

namespace parley::wire {

namespace {

// Root, identifier, frame and batch tables with their vtables, vector heads, padding.
constexpr size_t frame_overhead_bytes = 224;
// An Entry table with vtable, body table with vtable, and alignment.
constexpr size_t entry_overhead_bytes = 136;

bool plain(const StoredEntry& entry, const Message& message) {
    return message.reply_to() == 0 && (entry.changed_seq == 0 || entry.changed_seq == entry.seq);
}

} // namespace

void BatchWriter::begin(RoomId room, uint64_t incarnation) {
    // A batch that was begun and never finished leaves its tables behind.
    frame_.fbb().Clear();
    room_ = room;
    incarnation_ = incarnation;
    from_seq_ = to_seq_ = base_seq_ = last_seq_ = 0;
    base_ms_ = 0;
    tables_ = 0;
    left_out_ = 0;
    covered_ = false;
    lines_.clear();
    text_.clear();
    spans_.clear();
    entries_.clear();
    authors_.clear();
}

// Whether the next entry still fits what a reader will accept. The first time is the base of all.
bool BatchWriter::takes(Seq seq, TimeMs at_ms, size_t tables) const {
    PARLEY_ASSERT(seq > last_seq_);
    const bool within = empty() || (seq - base_seq_ <= UINT32_MAX && at_ms >= base_ms_ &&
                                    at_ms - base_ms_ <= TimeMs{UINT32_MAX});
    return within && lines_.size() + entries_.size() < limits::batch_entries_max &&
           tables_ + tables <= limits::batch_tables_max;
}

void BatchWriter::note(Seq seq) {
    if (empty()) {
        base_seq_ = seq;
    }
    last_seq_ = seq;
}

Result<void> BatchWriter::add(const StoredEntry& entry) {
    if (entry.seq <= last_seq_) {
        return parley::Error::Malformed;
    }
    switch (entry.kind) {
    case EntryBody::Message: {
        const Result<const Message*> message = read_message(entry.body);
        if (!message) {
            return message.error();
        }
        const std::string_view text = view((*message)->text());
        const std::span<const Span> spans = view((*message)->spans());
        if (plain(entry, **message)) {
            return add_line(entry.seq, entry.at_ms, entry.author, entry.nonce, text, spans);
        }
        if (!takes(entry.seq, entry.at_ms, 2)) {
            return parley::Error::Full;
        }
        flatbuffers::FlatBufferBuilder& fbb = frame_.fbb();
        const auto said = fbb.CreateString(text.data(), text.size());
        const auto marks = spans.empty() ? flatbuffers::Offset<flatbuffers::Vector<const Span*>>()
                                         : fbb.CreateVectorOfStructs(spans.data(), spans.size());
        const auto body = CreateMessage(fbb, said, marks, (*message)->reply_to()).Union();
        const auto made = CreateEntry(fbb, entry.seq, entry.at_ms, raw(entry.author), entry.nonce,
                                      EntryBody::Message, body, entry.changed_seq);
        tables_ += 2;
        if (empty()) {
            base_ms_ = entry.at_ms;
        }
        note(entry.seq);
        entries_.push_back(made);
        return {};
    }
    case EntryBody::Membership: {
        const Result<const Membership*> membership = read_membership(entry.body);
        if (!membership) {
            return membership.error();
        }
        if (!takes(entry.seq, entry.at_ms, 3)) {
            return parley::Error::Full;
        }
        flatbuffers::FlatBufferBuilder& fbb = frame_.fbb();
        const User& who = *(*membership)->user();
        const std::string_view name = view(who.name());
        const auto said = fbb.CreateString(name.data(), name.size());
        const auto user = CreateUser(fbb, who.id(), said, who.flags());
        const auto body = CreateMembership(fbb, user, (*membership)->change()).Union();
        const auto made = CreateEntry(fbb, entry.seq, entry.at_ms, raw(entry.author), entry.nonce,
                                      EntryBody::Membership, body, entry.changed_seq);
        tables_ += 3;
        if (empty()) {
            base_ms_ = entry.at_ms;
        }
        note(entry.seq);
        entries_.push_back(made);
        return {};
    }
    default:
        return parley::Error::Unsupported;
    }
}

Result<void> BatchWriter::add_line(Seq seq, TimeMs at_ms, UserId author, Nonce nonce,
                                   std::string_view text, std::span<const Span> spans) {
    PARLEY_ASSERT(!text.empty() && text.size() <= limits::text_bytes_max &&
                  spans.size() <= limits::spans_max);
    if (!takes(seq, at_ms, 0)) {
        return parley::Error::Full;
    }
    if (empty()) {
        base_ms_ = at_ms;
    }
    note(seq);
    const auto index = static_cast<uint16_t>(lines_.size());
    lines_.emplace_back(raw(author), nonce, static_cast<uint32_t>(seq - base_seq_),
                        static_cast<uint32_t>(at_ms - base_ms_),
                        static_cast<uint32_t>(text_.size()), static_cast<uint16_t>(text.size()),
                        uint16_t{0});
    text_.insert(text_.end(), text.begin(), text.end());
    for (const Span& span : spans) {
        spans_.emplace_back(span.target(), span.start(), span.length(), index, span.kind(),
                            uint8_t{0});
    }
    return {};
}

void BatchWriter::add_author(UserId user, std::string_view name, UserFlags flags) {
    if (authors_.size() >= limits::batch_entries_max || tables_ >= limits::batch_tables_max) {
        return; // the reader asks for the name by FetchUsers
    }
    flatbuffers::FlatBufferBuilder& fbb = frame_.fbb();
    const auto said = fbb.CreateString(name.data(), name.size());
    authors_.push_back(CreateUser(fbb, raw(user), said, flags));
    ++tables_;
}

void BatchWriter::cover(Seq from_seq, Seq to_seq) {
    PARLEY_ASSERT(from_seq <= to_seq + 1);
    PARLEY_ASSERT(empty() || (from_seq <= base_seq_ && to_seq >= last_seq_));
    from_seq_ = from_seq;
    to_seq_ = to_seq;
    covered_ = true;
}

size_t BatchWriter::bytes() const {
    // The builder's own buffer holds the tables of entries and authors, whole.
    return frame_.bytes_so_far() + frame_overhead_bytes + lines_.size() * sizeof(Line) +
           text_.size() + spans_.size() * sizeof(Span) +
           (entries_.size() + authors_.size()) * sizeof(flatbuffers::uoffset_t);
}

size_t BatchWriter::bytes_with(const StoredEntry& entry) const {
    if (entry.kind != EntryBody::Message) {
        return bytes() + entry_overhead_bytes + entry.body.size();
    }
    const Result<const Message*> message = read_message(entry.body);
    if (!message || !plain(entry, **message)) {
        return bytes() + entry_overhead_bytes + entry.body.size();
    }
    return bytes() + sizeof(Line) + view((*message)->text()).size() +
           view((*message)->spans()).size_bytes();
}

Bytes BatchWriter::finish_bytes(uint32_t request, bool more) {
    PARLEY_ASSERT(covered_ || !empty());
    const Seq from_seq = covered_ ? from_seq_ : base_seq_;
    const Seq to_seq = covered_ ? to_seq_ : last_seq_;
    if (from_seq != base_seq_) {
        // Lines were counted from the first entry; what is covered begins earlier. A hole of more
        // than 2^32 seqs cannot be told in a line, and no room lives so long.
        const Seq shift = base_seq_ - from_seq;
        for (Line& line : lines_) {
            const Seq offset = line.seq_offset() + shift;
            PARLEY_ASSERT(offset <= UINT32_MAX);
            line = Line(line.author(), line.nonce(), static_cast<uint32_t>(offset),
                        line.at_offset_ms(), line.text_start(), line.text_bytes(), line.flags());
        }
    }
    flatbuffers::FlatBufferBuilder& fbb = frame_.fbb();
    using flatbuffers::Offset;
    using flatbuffers::Vector;
    const auto lines = lines_.empty() ? Offset<Vector<const Line*>>()
                                      : fbb.CreateVectorOfStructs(lines_.data(), lines_.size());
    const auto text =
        text_.empty() ? Offset<Vector<uint8_t>>() : fbb.CreateVector(text_.data(), text_.size());
    const auto spans = spans_.empty() ? Offset<Vector<const Span*>>()
                                      : fbb.CreateVectorOfStructs(spans_.data(), spans_.size());
    const auto entries = entries_.empty() ? Offset<Vector<Offset<Entry>>>()
                                          : fbb.CreateVector(entries_.data(), entries_.size());
    const auto authors = authors_.empty() ? Offset<Vector<Offset<User>>>()
                                          : fbb.CreateVector(authors_.data(), authors_.size());
    const auto batch = CreateBatch(fbb, raw(room_), incarnation_, from_seq, to_seq, base_ms_, lines,
                                   text, spans, entries, authors, more, left_out_);
    return frame_.server(request, Event::Batch, batch.Union());
}

SharedFrame BatchWriter::finish(uint32_t request, bool more) {
    return share(finish_bytes(request, more));
}

} // namespace parley::wire
