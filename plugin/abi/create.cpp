// create.cpp: a client is made in its host's memory, and given back to it.
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "plugin/abi/checked.hpp"
#include "plugin/abi/files.hpp"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/turn.hpp"
#include "plugin/client/direct_connection.hpp"
#include "plugin/client/threaded_connection.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"

namespace parley::abi {
namespace {

#ifdef PARLEY_PREBUILT
constexpr EnetSource enet_source = EnetSource::Opened;
#else
constexpr EnetSource enet_source = EnetSource::Linked;
#endif

Log log_of(const parley_options& options) {
    const int32_t most = options.log_level <= 0 ? static_cast<int32_t>(LogLevel::Warn)
                                                : std::min<int32_t>(options.log_level, 3);
    return Log(options.log, options.user, static_cast<LogLevel>(most));
}

// There is no client yet that has a log. A struct of size 0 is one that was zeroed and filled:
// every version has the log where it is now. One of another wrong size may end before it.
void size_refused(const parley_options* options) {
    if (options != nullptr && options->size == 0) {
        SizesTold().tell(Log(options->log, options->user, LogLevel::Error),
                         StructName<parley_options>::text, options->size);
    }
}

// Keys, card types, link: everything that may fail for a reason outside.
Error prepare(parley_client& made, const parley_options& options) {
    client::LinkKeys keys;
    if (options.server_key != nullptr) {
        Result<std::vector<PublicKey>> parsed = parse_server_keys(options.server_key);
        if (!parsed) {
            made.log.error("bad_server_key", {{"mend", "64 hex digits, several with commas"}});
            return parsed.error();
        }
        keys.server_keys = std::move(parsed).value();
    } else if (options.dev_trust_loopback == 1 && options.dev_key_path != nullptr) {
        const Result<PublicKey> key = read_dev_key(options.dev_key_path, made.log);
        if (!key) {
            return key.error();
        }
        keys.server_keys.push_back(*key);
        made.loopback_only = true;
    } else {
        made.log.error("no_server_key",
                       {{"mend", "set server_key, or dev_trust_loopback and dev_key_path"}});
        return Error::BadArgument;
    }
    if (options.device_key_path != nullptr) {
        Result<SecretSeed> seed = load_device_seed(options.device_key_path, made.log);
        if (!seed) {
            return seed.error();
        }
        keys.device_seed = *seed;
        sodium_memzero(seed->data(), seed->size());
    } else {
        randombytes_buf(keys.device_seed.data(), keys.device_seed.size());
    }
    made.device_id = device_id(keys.device_seed);
    keys.app_id = options.app_id;

    client::ClientOptions how;
    how.host_memory = &made.memory;
    how.log = made.log;
    how.now_us = &steady_us;
    how.random_seed = options.random_seed;
    if (how.random_seed == 0) {
        randombytes_buf(&how.random_seed, sizeof how.random_seed);
    }
    if (options.card_types_path != nullptr) {
        Result<CardTypes> types = read_card_types(options.card_types_path, made.log);
        if (!types) {
            return types.error();
        }
        how.card_types = std::move(types).value();
    }

    const Result<EnetApi> enet = enet_api(enet_source);
    if (enet_source == EnetSource::Opened && enet && !enet->apart) {
        made.log.warn("enet_not_apart",
                      {{"mend", "a game that has libenet.so.7 with an allocator of its own, mount "
                                "/proc and allow code in memfd_create's files"}});
    }
    parley::ClientOptions link_options;
    link_options.enet = enet_source;
    link_options.log = made.log;
    Result<std::unique_ptr<EnetLink>> link = EnetLink::client(link_options, steady_ms());
    if (!link) {
        return link.error();
    }
    made.no_thread = options.no_thread == 1;
    std::unique_ptr<client::Connection> connection;
    if (made.no_thread) {
        connection =
            std::make_unique<client::DirectConnection>(std::move(link).value(), std::move(keys));
    } else {
        connection = client::threaded_connection(std::move(link).value(), std::move(keys));
    }
    made.client.emplace(std::move(how), std::move(connection));
    made.polled.emplace(client::Allocator(&made.memory));
    return made.memory.failed() ? Error::OutOfMemory : Error::Ok;
}

} // namespace
} // namespace parley::abi

using namespace parley;
using namespace parley::abi;

extern "C" {

parley_result parley_create(const parley_options* options, parley_client** out) {
    if (out == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    *out = nullptr;
    parley_options how{};
    if (!read_sized(options, how)) {
        size_refused(options);
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (sodium_init() < 0) {
        return PARLEY_ERROR_INTERNAL;
    }
    const AllocHook hook = how.alloc != nullptr ? how.alloc : &process_alloc;
    void* const place = hook(how.user, nullptr, sizeof(parley_client));
    if (place == nullptr) {
        return PARLEY_ERROR_OUT_OF_MEMORY;
    }
    auto* const made = new (place) parley_client(hook, how.user);
    made->log = log_of(how);
    const Error error = made->memory.ok() ? prepare(*made, how) : Error::OutOfMemory;
    if (error != Error::Ok) {
        parley_destroy(made);
        return result_of(error);
    }
    *out = made;
    return PARLEY_OK;
}

void parley_destroy(parley_client* client) {
    if (client == nullptr) {
        return;
    }
    const AllocHook hook = client->hook;
    void* const user = client->user;
    if (client->orphan_overlays != nullptr) {
        client->orphan_overlays(*client);
    }
    client->~parley_client();
    hook(user, client, 0);
}

parley_result parley_device_id(const parley_client* client, char* buffer, size_t cap) {
    if (client == nullptr || buffer == nullptr || cap <= client->device_id.size()) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    std::memcpy(buffer, client->device_id.c_str(), client->device_id.size() + 1);
    return PARLEY_OK;
}

} // extern "C"
