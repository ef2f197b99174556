// batched_socket.cpp: see batched_socket.hpp.
#include "server/net/batched_socket.hpp"

#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include <enet/enet.h>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"

namespace parley {
namespace {

// Descriptors are small numbers, and a server's sockets are among its first.
constexpr size_t descriptors_max = 1024;

class BatchedSocket;

// Written when a link is made and when it ends; read with each datagram, by the link's thread.
std::array<std::atomic<BatchedSocket*>, descriptors_max> batch_of;

BatchedSocket* find_batch(ENetSocket socket) {
    const auto index = static_cast<size_t>(socket);
    return index < descriptors_max ? batch_of[index].load(std::memory_order_acquire) : nullptr;
}

class BatchedSocket final : public DatagramBatch {
public:
    BatchedSocket(int descriptor, size_t datagrams)
        : descriptor_(descriptor), datagrams_(datagrams) {
        for (size_t i = 0; i < limits::datagrams_per_call_max; ++i) {
            out_parts_[i] = {.iov_base = out_bytes_[i].data(), .iov_len = 0};
            point_at(out_[i], out_addresses_[i], out_parts_[i]);
            in_parts_[i] = {.iov_base = in_bytes_[i].data(), .iov_len = in_bytes_[i].size()};
            point_at(in_[i], in_addresses_[i], in_parts_[i]);
        }
        batch_of[static_cast<size_t>(descriptor)].store(this, std::memory_order_release);
    }
    ~BatchedSocket() override {
        flush();
        batch_of[static_cast<size_t>(descriptor_)].store(nullptr, std::memory_order_release);
    }
    BatchedSocket(const BatchedSocket&) = delete;
    BatchedSocket& operator=(const BatchedSocket&) = delete;

    uint8_t* place() override { return out_bytes_[waiting_].data(); }
    bool more() const override { return next_ < taken_ || last_was_full_; }
    Counts counts() const override { return counts_; }

    void flush() override {
        size_t done = 0;
        while (done < waiting_) {
            const int sent =
                sendmmsg(descriptor_, &out_[done], static_cast<unsigned>(waiting_ - done),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
            ++counts_.send_calls;
            if (sent > 0) {
                done += static_cast<size_t>(sent);
                counts_.sent += static_cast<uint64_t>(sent);
            } else if (errno != EINTR) {
                // The first of them: an address that cannot be reached, or a full buffer. It is
                // lost; ENet says reliable ones again.
                ++done;
                ++counts_.refused;
            }
        }
        waiting_ = 0;
    }

    int send(const ENetAddress& to, const ENetBuffer* buffers, size_t count) {
        std::array<uint8_t, limits::sealed_datagram_bytes_max>& place = out_bytes_[waiting_];
        size_t bytes = 0;
        for (size_t i = 0; i < count; ++i) {
            PARLEY_ASSERT(bytes + buffers[i].dataLength <= place.size()); // a link's MTU
            if (buffers[i].dataLength > 0 && buffers[i].data != place.data() + bytes) {
                std::memcpy(place.data() + bytes, buffers[i].data, buffers[i].dataLength);
            }
            bytes += buffers[i].dataLength;
        }
        out_parts_[waiting_].iov_len = bytes;
        sockaddr_in& address = out_addresses_[waiting_];
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = to.host;
        address.sin_port = htons(to.port);
        if (++waiting_ == datagrams_) {
            flush();
        }
        return static_cast<int>(bytes);
    }

    int receive(ENetAddress* from, uint8_t* into, size_t room) {
        while (true) {
            if (next_ == taken_ && !take()) {
                return 0;
            }
            const size_t index = next_++;
            const size_t bytes = in_[index].msg_len;
            const bool cut_short = (in_[index].msg_hdr.msg_flags & MSG_TRUNC) != 0;
            if (cut_short || bytes == 0 || bytes > room) {
                continue; // none of ours; ENet would take an empty one for "no more"
            }
            if (from != nullptr) {
                from->host = in_addresses_[index].sin_addr.s_addr;
                from->port = ntohs(in_addresses_[index].sin_port);
            }
            std::memcpy(into, in_bytes_[index].data(), bytes);
            return static_cast<int>(bytes);
        }
    }

private:
    static void point_at(mmsghdr& message, sockaddr_in& address, iovec& part) {
        message.msg_hdr.msg_name = &address;
        message.msg_hdr.msg_namelen = sizeof address;
        message.msg_hdr.msg_iov = &part;
        message.msg_hdr.msg_iovlen = 1;
    }

    // False: nothing there. A batch that was not full emptied the socket, so the next call need
    // not ask; it is asked again after that.
    bool take() {
        const bool emptied = taken_ > 0 && !last_was_full_;
        next_ = taken_ = 0;
        last_was_full_ = false;
        if (emptied) {
            return false;
        }
        for (mmsghdr& message : in_) {
            message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
        }
        int taken = -1;
        do {
            taken = recvmmsg(descriptor_, in_.data(), static_cast<unsigned>(datagrams_),
                             MSG_DONTWAIT, nullptr);
            ++counts_.receive_calls;
            // A refusal that came back for a datagram sent earlier is said once and is no end.
        } while (taken < 0 && (errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH ||
                               errno == ENETUNREACH));
        if (taken <= 0) {
            return false;
        }
        taken_ = static_cast<size_t>(taken);
        last_was_full_ = taken_ == datagrams_;
        counts_.received += taken_;
        return true;
    }

    const int descriptor_;
    const size_t datagrams_;
    Counts counts_;

    size_t waiting_ = 0;
    std::array<mmsghdr, limits::datagrams_per_call_max> out_{};
    std::array<iovec, limits::datagrams_per_call_max> out_parts_{};
    std::array<sockaddr_in, limits::datagrams_per_call_max> out_addresses_{};
    std::array<std::array<uint8_t, limits::sealed_datagram_bytes_max>,
               limits::datagrams_per_call_max>
        out_bytes_;

    size_t next_ = 0; // of the taken ones
    size_t taken_ = 0;
    bool last_was_full_ = false;
    std::array<mmsghdr, limits::datagrams_per_call_max> in_{};
    std::array<iovec, limits::datagrams_per_call_max> in_parts_{};
    std::array<sockaddr_in, limits::datagrams_per_call_max> in_addresses_{};
    std::array<std::array<uint8_t, limits::datagram_receive_bytes_max>,
               limits::datagrams_per_call_max>
        in_bytes_;
};

// ENet's own function of a name that this program also defines.
template <typename Function>
Function enets_own(const char* name) {
    auto function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
    PARLEY_ASSERT(function != nullptr); // ENet is linked into the program: build it as a library
    return function;
}

} // namespace

std::unique_ptr<DatagramBatch> make_batched_socket(int descriptor, size_t datagrams) {
    PARLEY_ASSERT(datagrams > 0 && datagrams <= limits::datagrams_per_call_max);
    if (descriptor < 0 || static_cast<size_t>(descriptor) >= descriptors_max) {
        return nullptr;
    }
    return std::make_unique<BatchedSocket>(descriptor, datagrams);
}

} // namespace parley

// [what ENet calls] The names and shapes of enet.h; visible, or the loader would not prefer them.
extern "C" [[gnu::visibility("default")]] int enet_socket_send(ENetSocket socket,
                                                               const ENetAddress* address,
                                                               const ENetBuffer* buffers,
                                                               size_t count) {
    if (parley::BatchedSocket* batch = parley::find_batch(socket);
        batch != nullptr && address != nullptr) {
        return batch->send(*address, buffers, count);
    }
    static const auto own = parley::enets_own<decltype(&enet_socket_send)>("enet_socket_send");
    return own(socket, address, buffers, count);
}

extern "C" [[gnu::visibility("default")]] int
enet_socket_receive(ENetSocket socket, ENetAddress* address, ENetBuffer* buffers, size_t count) {
    if (parley::BatchedSocket* batch = parley::find_batch(socket); batch != nullptr && count == 1) {
        return batch->receive(address, static_cast<uint8_t*>(buffers[0].data),
                              buffers[0].dataLength);
    }
    static const auto own =
        parley::enets_own<decltype(&enet_socket_receive)>("enet_socket_receive");
    return own(socket, address, buffers, count);
}
