// markup.hpp: what a player typed -> text and spans. A small Markdown: **bold** *italic*
// __underline__ ~~strike~~ `mono` ||spoiler||, https links, @Name of somebody known. A backslash
// takes a mark's meaning away; a mark without its partner stays as typed. Pure and bounded: one
// pass, work and memory linear in the text.
#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "plugin/client/model.hpp"

namespace parley::client {

struct Marked {
    explicit Marked(Allocator a) : text(a), spans(a) {}

    String text;
    std::pmr::vector<TextSpan> spans; // by start; at most limits::spans_max
};

// The longest name of somebody known that after_at begins with. length 0: nobody.
struct NameFound {
    size_t length = 0;
    UserId user{};
};
using FindName = NameFound (*)(const void* people, std::string_view after_at);

// typed: valid UTF-8, at most limits::text_bytes_max (what is beyond is not looked at).
Marked parse_markup(std::string_view typed, FindName find_name, const void* people,
                    std::pmr::memory_resource* memory);

} // namespace parley::client
