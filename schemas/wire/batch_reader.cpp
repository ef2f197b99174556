// batch_reader.cpp: the merge of a Batch's lines and entries. Everything it relies on (order,
// ranges, bodies that are there) was proven by checks.cpp.
#include "schemas/wire/batch_reader.hpp"

#include "schemas/wire/views.hpp"

namespace parley::wire {

bool BatchReader::next() {
    const bool has_line = batch_.lines() != nullptr && line_ < batch_.lines()->size();
    const bool has_entry = batch_.entries() != nullptr && entry_ < batch_.entries()->size();
    if (!has_line && !has_entry) {
        return false;
    }
    item_ = BatchItem{};
    if (has_line && (!has_entry || batch_.from_seq() + batch_.lines()->Get(line_)->seq_offset() <
                                       batch_.entries()->Get(entry_)->seq())) {
        read_line(*batch_.lines()->Get(line_));
        ++line_;
    } else {
        read_entry(*batch_.entries()->Get(entry_));
        ++entry_;
    }
    return true;
}

void BatchReader::read_line(const Line& line) {
    item_.kind = BatchItem::Kind::Message;
    item_.seq = item_.changed_seq = batch_.from_seq() + line.seq_offset();
    item_.at_ms = batch_.base_ms() + line.at_offset_ms();
    item_.author = UserId{line.author()};
    item_.nonce = line.nonce();
    item_.text = {reinterpret_cast<const char*>(batch_.text()->data()) + line.text_start(),
                  line.text_bytes()};
    const auto* spans = batch_.spans();
    if (spans != nullptr) {
        const flatbuffers::uoffset_t first = span_;
        while (span_ < spans->size() && spans->Get(span_)->line() == line_) {
            ++span_;
        }
        if (span_ > first) {
            item_.spans = {spans->Get(first), span_ - first};
        }
    }
}

void BatchReader::read_entry(const Entry& entry) {
    item_.seq = entry.seq();
    item_.changed_seq = entry.changed_seq() == 0 ? entry.seq() : entry.changed_seq();
    item_.at_ms = entry.at_ms();
    item_.author = UserId{entry.author()};
    item_.nonce = entry.nonce();
    switch (entry.body_type()) {
    case EntryBody::Message:
        item_.kind = BatchItem::Kind::Message;
        item_.text = view(entry.body_as_Message()->text());
        item_.spans = view(entry.body_as_Message()->spans());
        item_.reply_to = entry.body_as_Message()->reply_to();
        break;
    case EntryBody::Edit:
        item_.kind = BatchItem::Kind::Edit;
        item_.text = view(entry.body_as_Edit()->text());
        item_.spans = view(entry.body_as_Edit()->spans());
        item_.target = entry.body_as_Edit()->target();
        break;
    case EntryBody::Delete:
        item_.kind = BatchItem::Kind::Delete;
        item_.target = entry.body_as_Delete()->target();
        break;
    case EntryBody::Reactions:
        item_.kind = BatchItem::Kind::Reactions;
        item_.target = entry.body_as_Reactions()->target();
        break;
    case EntryBody::Pin:
        item_.kind = BatchItem::Kind::Pin;
        item_.target = entry.body_as_Pin()->target();
        break;
    case EntryBody::Membership:
        item_.kind = BatchItem::Kind::Membership;
        break;
    default: // of a newer shard: its seq counts, nothing else is read
        return;
    }
    item_.entry = &entry;
}

} // namespace parley::wire
