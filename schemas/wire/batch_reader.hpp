// batch_reader.hpp: walks a decoded Batch in the order of seq, lines and entries alike, so that a
// client has one loop:
//
//     for (BatchReader reader(*batch); reader.next();) { use(reader.item()); }
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "schemas/base/ids.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

// What stands at a seq. Views point into the frame.
struct BatchItem {
    enum class Kind { Message, Edit, Delete, Reactions, Pin, Membership, Unknown };

    Kind kind = Kind::Unknown;
    Seq seq = 0;
    Seq changed_seq = 0; // its own seq when nothing changed it
    TimeMs at_ms = 0;
    UserId author{};
    Nonce nonce = 0;
    // Message and Edit.
    std::string_view text;
    std::span<const Span> spans;
    Seq reply_to = 0;
    // Edit, Delete, Reactions, Pin: the message they change.
    Seq target = 0;
    // The table itself for what is rarer; null for a line and for Unknown.
    const Entry* entry = nullptr;
};

// batch must have come from decode_server_frame; its frame must outlive the reader.
class BatchReader {
public:
    explicit BatchReader(const Batch& batch) : batch_(batch) {}

    // False at the end.
    bool next();
    const BatchItem& item() const { return item_; }

private:
    void read_line(const Line& line);
    void read_entry(const Entry& entry);

    const Batch& batch_;
    BatchItem item_;
    flatbuffers::uoffset_t line_ = 0;
    flatbuffers::uoffset_t entry_ = 0;
    flatbuffers::uoffset_t span_ = 0;
};

} // namespace parley::wire
