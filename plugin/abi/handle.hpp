// handle.hpp: what stands behind the opaque handles of the C API.
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "parley/parley.h"
#include "plugin/abi/sizes_told.hpp"
#include "plugin/client/client.hpp"
#include "plugin/client/memory.hpp"

namespace parley::abi {

// Spans of message rows in the C layout. They live until the next parley_update; the blocks are
// kept, so that a game that lists messages every frame allocates in its first frame only.
class SpanShelf {
public:
    explicit SpanShelf(std::pmr::memory_resource* memory) : blocks_(memory) {}

    // Null for none. Stays where it is until clear().
    const parley_span* put(const std::pmr::vector<client::TextSpan>& spans);
    void clear();

private:
    static constexpr size_t block_spans = 512;
    std::pmr::vector<std::pmr::vector<parley_span>> blocks_; // each reserved once
    size_t block_ = 0;
};

} // namespace parley::abi

struct parley_overlay;

// Owner: the thread that called parley_create.
struct parley_client {
    parley_client(parley::AllocHook alloc, void* alloc_user)
        : memory(alloc, alloc_user), hook(alloc), user(alloc_user), spans(&memory) {}

    parley::client::HostMemory memory; // first: everything else lies in it
    parley::AllocHook hook;
    void* user;
    parley::Log log;
    mutable parley::abi::SizesTold sizes_told; // says nothing of the client itself
    std::string device_id;
    bool no_thread = false;
    bool loopback_only = false; // the key is the dev shard's
    parley::abi::SpanShelf spans;
    std::optional<parley::client::Event> polled;
    std::optional<parley::client::Client> client;
    parley_overlay* overlays = nullptr; // those of this client, each with the next
    // The client ends before its overlays: they draw nothing from now on, and wait to be destroyed.
    // Set by the first; a library without a screen has none.
    void (*orphan_overlays)(parley_client&) = nullptr;
};
