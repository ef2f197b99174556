// enet_api.cpp: see enet_api.hpp. The opened library stays open while the process lives: its
// clock and its allocator are shared by all links, and unloading code that a thread may still be
// in is worse than keeping 50 KB.
#include "schemas/link/enet_api.hpp"

#include <dlfcn.h>

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
        void* library = dlopen("libenet.so.7", RTLD_NOW | RTLD_LOCAL | deep_bind);
        bool complete = library != nullptr;
#define PARLEY_ENET_OPENED(name) complete = complete && look_up(library, "enet_" #name, api.name);
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
