// stored.hpp: bodies of log entries as the store keeps them: one FlatBuffer of an EntryBody table,
// verified again when it comes back from disk (a disk is not trusted more than a peer).
#pragma once

#include <span>
#include <string_view>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/result.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

SharedFrame store_message(std::string_view text, std::span<const Span> spans, Seq reply_to);
SharedFrame store_membership(UserId user, std::string_view name, UserFlags flags,
                             MembershipChange change);

// Into body, which must outlive what is returned; 8-aligned.
Result<const Message*> read_message(Bytes body);
Result<const Membership*> read_membership(Bytes body);

// Whether a reader would take it in a frame: UTF-8 of at most so many bytes; a time that offsets
// can be added to.
bool storable_text(std::string_view text, size_t bytes_max);
bool storable_time(TimeMs at_ms);

} // namespace parley::wire
