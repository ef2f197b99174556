// batch_writer.hpp: collects log entries of one room into a Batch. A plain message (text and spans,
// no quote) becomes a Line: 32 bytes and its text in one blob; anything else becomes an Entry
// table.
//
//     batch.begin(room, incarnation);
//     for (const StoredEntry& entry : entries) {
//         if (!batch.empty() && batch.bytes_with(entry) > limits::batch_bytes_target) {
//         ...finish... } const Result<void> added = batch.add(entry);
//     }
//     batch.cover(from_seq, to_seq);
//     SharedFrame frame = batch.finish(request, more);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/result.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

// An entry as the store keeps it: body is what stored.hpp made for kind.
struct StoredEntry {
    Seq seq = 0;
    Seq changed_seq = 0; // 0 or seq: nothing changed it
    TimeMs at_ms = 0;
    UserId author{};
    Nonce nonce = 0;
    EntryBody kind = EntryBody::NONE;
    Bytes body;
};

// Owner: one thread. Reused for many batches, so that a busy shard does not allocate.
class BatchWriter {
public:
    // An empty batch of room, covering nothing yet.
    void begin(RoomId room, uint64_t incarnation);

    // In ascending seq from 1. Malformed or Encoding: the body or the order is damaged (nothing was
    // added). Full: add
    // no more, finish this batch first. Unsupported: this version cannot copy that kind.
    Result<void> add(const StoredEntry& entry);
    // A plain message that was never in a store (memory rooms, tests).
    Result<void> add_line(Seq seq, TimeMs at_ms, UserId author, Nonce nonce, std::string_view text,
                          std::span<const Span> spans);
    // Once each.
    void add_author(UserId user, std::string_view name, UserFlags flags);

    // The range that the batch speaks for, when it is more than its first to its last entry.
    void cover(Seq from_seq, Seq to_seq);

    // So many lines of the range were not added, though this reader could read them.
    void leave_out(uint32_t lines) { left_out_ = lines; }

    bool empty() const { return lines_.empty() && entries_.empty(); }
    Seq last_seq() const { return last_seq_; } // of the last entry added, 0 when empty
    // Bytes of the frame if it were finished now, or after entry; never less than the truth.
    size_t bytes() const;
    size_t bytes_with(const StoredEntry& entry) const;

    // Ends the batch. A batch without entries must have been given a range.
    SharedFrame finish(uint32_t request, bool more);
    // The same, as bytes that live until the next begin.
    Bytes finish_bytes(uint32_t request, bool more);

private:
    bool takes(Seq seq, TimeMs at_ms, size_t tables) const;
    void note(Seq seq);

    FrameBuilder frame_;
    RoomId room_{};
    uint64_t incarnation_ = 0;
    Seq from_seq_ = 0;
    Seq to_seq_ = 0;
    Seq base_seq_ = 0; // of the first entry: before cover() it is from
    Seq last_seq_ = 0;
    TimeMs base_ms_ = 0;
    size_t tables_ = 0;
    uint32_t left_out_ = 0;
    bool covered_ = false;
    std::vector<Line> lines_;
    ByteVector text_;
    std::vector<Span> spans_;
    std::vector<flatbuffers::Offset<Entry>> entries_;
    std::vector<flatbuffers::Offset<User>> authors_;
};

} // namespace parley::wire
