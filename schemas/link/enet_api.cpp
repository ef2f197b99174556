// enet_api.cpp: see enet_api.hpp. The opened library stays open while the process lives: its
// clock and its allocator are shared by all links, and unloading code that a thread may still be
// in is worse than keeping 50 KB.
#include "schemas/link/enet_api.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

namespace parley {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARLEY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_SANITIZED 1
#endif
#endif

#if defined(PARLEY_SANITIZED) || !defined(RTLD_DEEPBIND)
constexpr int deep_bind = 0;
#else
constexpr int deep_bind = RTLD_DEEPBIND;
#endif

EnetApi linked_api() {
    EnetApi api;
#define PARLEY_ENET_LINKED(name) api.name = &enet_##name;
    PARLEY_ENET_FUNCTIONS(PARLEY_ENET_LINKED)
#undef PARLEY_ENET_LINKED
    return api;
}

// Closes what it holds.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// The file's content in a file of memory; -1: there is none to be had.
int copy_in_memory(const char* path) {
    const Descriptor from(open(path, O_RDONLY | O_CLOEXEC));
    Descriptor to(memfd_create("parley-enet", MFD_CLOEXEC));
    if (from.number() < 0 || to.number() < 0) {
        return -1;
    }
    std::array<char, 16384> part;
    while (true) {
        const ssize_t got = read(from.number(), part.data(), part.size());
        if (got == 0) {
            return to.release();
        }
        if (got < 0 || write(to.number(), part.data(), static_cast<size_t>(got)) != got) {
            return -1;
        }
    }
}

struct Library {
    void* handle = nullptr;
    bool apart = false;
};

// ENet keeps its allocator and its clock in globals, and the loader gives one file to everybody who
// asks for it: a game that uses the same libenet.so.7 would find Parley's threads in its allocator,
// and Parley would free with it what it had from another. A copy is another file.
Library open_library() {
    constexpr int how = RTLD_NOW | RTLD_LOCAL | deep_bind;
    void* const found = dlopen("libenet.so.7", how);
    Dl_info about{};
    if (found == nullptr || dladdr(dlsym(found, "enet_initialize"), &about) == 0) {
        return {found, false};
    }
    Descriptor file(copy_in_memory(about.dli_fname));
    if (file.number() < 0) {
        return {found, false};
    }
    void* const copy = dlopen(("/proc/self/fd/" + std::to_string(file.number())).c_str(), how);
    if (copy == nullptr) {
        return {found, false};
    }
    // The file stays open: the loader knows the copy by that path, and would give it to whoever
    // opens another one under the same number.
    file.release();
    dlclose(found);
    return {copy, true};
}

template <typename Function>
bool look_up(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

} // namespace

Result<EnetApi> enet_api(EnetSource source) {
    EnetApi api;
    if (source == EnetSource::Linked) {
        api = linked_api();
    } else {
        static const Library library = open_library();
        api.apart = library.apart;
        bool complete = library.handle != nullptr;
#define PARLEY_ENET_OPENED(name)                                                                   \
    complete = complete && look_up(library.handle, "enet_" #name, api.name);
        PARLEY_ENET_FUNCTIONS(PARLEY_ENET_OPENED)
#undef PARLEY_ENET_OPENED
        if (!complete) {
            return Error::LibraryMismatch;
        }
    }
    if (api.initialize() != 0) {
        return Error::LibraryMismatch;
    }
    return api;
}

} // namespace parley
