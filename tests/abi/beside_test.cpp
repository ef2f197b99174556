// beside_test.cpp: a game with an ENet and a Dear ImGui of its own, in full use, beside a client
// that talks to a shard and an overlay that draws. Built twice: with libparley.so, where both are
// apart from the game's; and with the static library, where they are the game's own by the host's
// choice, so that the context has to be left as it was found.
#include "parley/parley_overlay.h"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <string>
#include <thread>

#include <enet/enet.h>
#include <imgui.h>

#include "tests/abi/dev_ticket.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/folder.hpp"

namespace {

using namespace parley::test;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(PARLEY_STATIC) || defined(SANITIZED)
// Linked by the host's choice; or opened without RTLD_DEEPBIND, which sanitizers do not work with.
constexpr bool enet_is_apart = false;
#else
constexpr bool enet_is_apart = true;
#endif

// The game's allocator for ENet. It counts what would break one that is not made for a second
// thread, as a game's may be.
struct GameAllocator {
    std::thread::id owner = std::this_thread::get_id(); // before Parley has threads
    std::atomic<bool> parley_runs{false};
    std::atomic<long> calls{0}, living{0};
    std::atomic<long> calls_of_others{0}; // of Parley's, or on its threads

    void called() {
        ++calls;
        if (parley_runs || std::this_thread::get_id() != owner) {
            ++calls_of_others;
        }
    }
};
GameAllocator game_allocator;

void* game_malloc(size_t bytes) {
    game_allocator.called();
    ++game_allocator.living;
    return std::malloc(bytes);
}

void game_free(void* memory) {
    if (memory != nullptr) {
        game_allocator.called();
        --game_allocator.living;
    }
    std::free(memory);
}

// The game's own network: two hosts that send a line to and fro.
class GameNet {
public:
    GameNet() {
        ENetAddress any = {.host = htonl(INADDR_LOOPBACK), .port = 0};
        server_ = enet_host_create(&any, 4, 1, 0, 0);
        client_ = enet_host_create(nullptr, 1, 1, 0, 0);
        REQUIRE(server_ != nullptr);
        REQUIRE(client_ != nullptr);
        any.port = server_->address.port;
        peer_ = enet_host_connect(client_, &any, 1, 0);
        for (int turn = 0; turn < turns_max && !connected_; ++turn) {
            step();
        }
        REQUIRE(connected_);
    }
    ~GameNet() {
        enet_host_destroy(client_);
        enet_host_destroy(server_);
    }
    GameNet(const GameNet&) = delete;
    GameNet& operator=(const GameNet&) = delete;

    // Waits a millisecond for the network, as a game's frame does.
    void step() {
        ENetEvent event;
        while (enet_host_service(server_, &event, 0) > 0) {
            if (event.type == ENET_EVENT_TYPE_RECEIVE) {
                enet_peer_send(event.peer, 0, event.packet); // the echo takes the packet
            }
        }
        while (enet_host_service(client_, &event, 1) > 0) {
            if (event.type == ENET_EVENT_TYPE_CONNECT) {
                connected_ = true;
            } else if (event.type == ENET_EVENT_TYPE_RECEIVE) {
                heard_.assign(reinterpret_cast<const char*>(event.packet->data),
                              event.packet->dataLength);
                enet_packet_destroy(event.packet);
            }
        }
    }
    void say(const std::string& line) {
        REQUIRE(enet_peer_send(
                    peer_, 0,
                    enet_packet_create(line.data(), line.size(), ENET_PACKET_FLAG_RELIABLE)) == 0);
    }
    bool echoes(const std::string& line) {
        say(line);
        for (int turn = 0; turn < turns_max && heard_ != line; ++turn) {
            step();
        }
        return heard_ == line;
    }

private:
    static constexpr int turns_max = 5'000;
    ENetHost* server_ = nullptr;
    ENetHost* client_ = nullptr;
    ENetPeer* peer_ = nullptr;
    bool connected_ = false;
    std::string heard_;
};

// The game's own screen: a context with a frame in flight.
class GameScreen {
public:
    GameScreen() : context_(ImGui::CreateContext()) {
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = ImVec2(1280, 720);
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
    }
    ~GameScreen() { ImGui::DestroyContext(context_); }
    GameScreen(const GameScreen&) = delete;
    GameScreen& operator=(const GameScreen&) = delete;

    bool is_current() const { return ImGui::GetCurrentContext() == context_; }
    // A frame with `between` in its middle: how many vertices it came to.
    template <typename Between>
    int frame(Between between) {
        ImGui::GetIO().DeltaTime = 0.016f;
        ImGui::NewFrame();
        ImGui::SetNextWindowPos(ImVec2(10, 10));
        ImGui::SetNextWindowSize(ImVec2(300, 200));
        ImGui::Begin("game");
        ImGui::TextUnformatted("ammunition");
        between();
        ImGui::TextUnformatted("health");
        ImGui::End();
        ImGui::Render();
        return ImGui::GetDrawData()->TotalVtxCount;
    }

private:
    ImGuiContext* context_;
};

// One call of Parley: whatever it does, the game's things are the game's.
template <typename Call>
auto during(const GameScreen& screen, Call call) {
    game_allocator.parley_runs = true;
    const auto result = call();
    game_allocator.parley_runs = false;
    CHECK(screen.is_current());
    return result;
}

void log_line(void*, int, const char* line) {
    std::fprintf(stderr, "%s\n", line);
}

void beside(bool no_thread) {
    const Folder folder;
    Program shard({"serve", "--dev", "--port", "0", "--data", folder.path()});
    const uint16_t port = shard.wait_ready();
    REQUIRE(port != 0);
    GameScreen screen;
    int alone = 0;
    for (int i = 0; i < 3; ++i) { // a window is measured in its first frames
        alone = screen.frame([] {});
    }

    // The client is there before the game starts its network: what it then allocates stays its own.
    parley_options options = {};
    options.size = sizeof options;
    options.dev_trust_loopback = 1;
    const std::string key = folder.file("server.pub");
    options.dev_key_path = key.c_str();
    options.no_thread = no_thread;
    options.log = log_line;
    parley_client* chat = nullptr;
    REQUIRE(during(screen, [&] { return parley_create(&options, &chat); }) == PARLEY_OK);
    parley_overlay_options look = {};
    look.size = sizeof look;
    parley_overlay* overlay = nullptr;
    REQUIRE(during(screen, [&] { return parley_overlay_create(chat, &look, &overlay); }) ==
            PARLEY_OK);

    game_allocator.owner = std::this_thread::get_id();
    const ENetCallbacks callbacks = {game_malloc, game_free, nullptr};
    REQUIRE(enet_initialize_with_callbacks(ENET_VERSION, &callbacks) == 0);
    {
        GameNet net;
        REQUIRE(net.echoes("before"));
        char device[64];
        REQUIRE(parley_device_id(chat, device, sizeof device) == PARLEY_OK);
        const std::string ticket = dev_ticket(folder.path(), device, "ann");
        const std::string address = "127.0.0.1:" + std::to_string(port);
        REQUIRE(during(screen, [&] {
                    return parley_connect(chat, address.c_str(), ticket.c_str());
                }) == PARLEY_OK);
        bool said = false, stored = false, drawn = false;
        for (int turn = 0; turn < 10'000 && !(stored && drawn); ++turn) {
            net.say("turn " + std::to_string(turn));
            const int beside_us = screen.frame([&] {
                during(screen, [&] { return parley_update(chat, 0), 0; });
                parley_event event = {};
                event.size = sizeof event;
                while (during(screen, [&] { return parley_poll(chat, &event); })) {
                    if (event.type == PARLEY_EVENT_ROOM && !said) {
                        said = during(screen, [&] {
                                   return parley_send_text(chat, event.room, "hello", 0, nullptr);
                               }) == PARLEY_OK;
                    } else if (event.type == PARLEY_EVENT_REPLY && event.result == PARLEY_OK) {
                        stored = true;
                    }
                }
                during(screen, [&] {
                    return parley_overlay_frame(overlay, 0.016f, 1280, 720, 1.0f, 0), 0;
                });
                const parley_draw* const draw =
                    during(screen, [&] { return parley_overlay_draw(overlay); });
                drawn = draw->vertex_count > 0;
            });
            CHECK(beside_us == alone);
            net.step();
        }
        CHECK(stored);
        CHECK(drawn);
        CHECK(net.echoes("in the middle"));
        during(screen, [&] { return parley_overlay_destroy(overlay), 0; });
        during(screen, [&] { return parley_destroy(chat), 0; });
        CHECK(net.echoes("after"));
    }
    CHECK(game_allocator.calls > 0);
    CHECK(screen.frame([] {}) == alone);
    if (enet_is_apart) {
        CHECK(game_allocator.calls_of_others == 0);
        CHECK(game_allocator.living == 0);
    } else {
        std::printf("the game's ENet is Parley's here: whose memory is whose is not asked\n");
    }
    enet_deinitialize();
    shard.kill(SIGTERM);
    CHECK(shard.wait() == 0);
}

TEST_CASE("a game's own ENet and ImGui go on beside a client on its own thread", "[beside]") {
    beside(false);
}

TEST_CASE("a game's own ENet and ImGui go on beside a client without a thread", "[beside]") {
    beside(true);
}

} // namespace
