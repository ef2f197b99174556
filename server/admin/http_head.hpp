// http_head.hpp: the head of an HTTP request, as far as the admin pages need it: a method and a
// path.
#pragma once

#include <optional>
#include <string_view>

namespace parley::admin {

struct HttpHead {
    std::string_view method; // "GET"
    std::string_view path;   // "/metrics", without what follows a question mark
};

// How many bytes of received the head has, its empty line among them; nothing: it is not whole.
std::optional<size_t> head_bytes(std::string_view received);

// Of a whole head. Nothing: it is not HTTP/1. Header fields are not read: nothing here depends on
// them.
std::optional<HttpHead> read_head(std::string_view head);

} // namespace parley::admin
