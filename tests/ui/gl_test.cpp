// gl_test.cpp: the OpenGL renderer on SDL's off-screen driver: the same picture as the software
// renderer's, and the host's state left as it was. Skipped, and said so, where there is no GL.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

#include <SDL_opengl.h>

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace parley::ui {
namespace {

// The GL driver keeps what it allocates until the process ends, and is unloaded before the leak
// check could tell whose it was.
class DriverMayLeak {
public:
#if defined(__SANITIZE_ADDRESS__)
    DriverMayLeak() {
        __lsan_disable();
    }
    ~DriverMayLeak() {
        __lsan_enable();
    }
#else
    DriverMayLeak() {}
    ~DriverMayLeak() {}
#endif
    DriverMayLeak(const DriverMayLeak&) = delete;
    DriverMayLeak& operator=(const DriverMayLeak&) = delete;
};

template <typename Function>
Function gl(const char* name) {
    void* found = SDL_GL_GetProcAddress(name);
    Function out = nullptr;
    std::memcpy(&out, &found, sizeof out);
    return out;
}

// A window with a context, or a reason.
struct GlWindow {
    GlWindow(int width, int height) {
        const DriverMayLeak driver;
        // The scene keeps the dummy driver: a second video driver needs the first one gone.
        setenv("SDL_VIDEODRIVER", "offscreen", 1);
        if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
            why = SDL_GetError();
            return;
        }
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
        window = SDL_CreateWindow("gl", 0, 0, width, height, SDL_WINDOW_OPENGL);
        context = window == nullptr ? nullptr : SDL_GL_CreateContext(window);
        if (context == nullptr) {
            why = SDL_GetError();
        }
    }
    ~GlWindow() {
        if (context != nullptr) {
            SDL_GL_DeleteContext(context);
        }
        if (window != nullptr) {
            SDL_DestroyWindow(window);
        }
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
    }
    std::string why;
    SDL_Window* window = nullptr;
    SDL_GLContext context = nullptr;
};

TEST_CASE("OpenGL draws the same picture, and leaves the host's state as it was", "[gl]") {
    Picture software;
    Scene scene({.width = 1280, .height = 720});
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    scene.settle();
    software = scene.picture_on_black();
    scene.release_window();

    GlWindow window(1280, 720);
    if (window.context == nullptr) {
        WARN("skipped: no OpenGL here (" << window.why << ")");
        return;
    }
    const auto clear_colour =
        gl<void(APIENTRY*)(GLfloat, GLfloat, GLfloat, GLfloat)>("glClearColor");
    const auto clear = gl<void(APIENTRY*)(GLbitfield)>("glClear");
    const auto read =
        gl<void(APIENTRY*)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void*)>("glReadPixels");
    const auto get = gl<void(APIENTRY*)(GLenum, GLint*)>("glGetIntegerv");
    const auto enable = gl<void(APIENTRY*)(GLenum)>("glEnable");
    const auto enabled = gl<GLboolean(APIENTRY*)(GLenum)>("glIsEnabled");
    const auto error = gl<GLenum(APIENTRY*)()>("glGetError");
    const auto scissor = gl<void(APIENTRY*)(GLint, GLint, GLsizei, GLsizei)>("glScissor");
    REQUIRE(read != nullptr);
    clear_colour(0, 0, 0, 1);
    clear(GL_COLOR_BUFFER_BIT);
    enable(GL_DEPTH_TEST);
    enable(GL_CULL_FACE);
    scissor(3, 4, 5, 6);

    platform::Gl3Renderer renderer;
    {
        const DriverMayLeak driver; // shaders
        REQUIRE(renderer.render(*scene.overlay, 1280, 720, SDL_GL_GetProcAddress));
    }
    CHECK(error() == GL_NO_ERROR);
    CHECK(enabled(GL_DEPTH_TEST) == GL_TRUE);
    CHECK(enabled(GL_CULL_FACE) == GL_TRUE);
    CHECK(enabled(GL_BLEND) == GL_FALSE);
    CHECK(enabled(GL_SCISSOR_TEST) == GL_FALSE);
    GLint box[4]{};
    get(GL_SCISSOR_BOX, box);
    CHECK((box[0] == 3 && box[1] == 4 && box[2] == 5 && box[3] == 6));
    for (const int name : {GL_CURRENT_PROGRAM, GL_TEXTURE_BINDING_2D, GL_VERTEX_ARRAY_BINDING,
                           GL_ARRAY_BUFFER_BINDING, GL_PIXEL_UNPACK_BUFFER_BINDING}) {
        GLint bound = -1;
        get(static_cast<GLenum>(name), &bound);
        CAPTURE(name);
        CHECK(bound == 0);
    }
    GLint row_length = -1;
    get(GL_UNPACK_ROW_LENGTH, &row_length);
    CHECK(row_length == 0);

    Picture hardware{1280, 720, std::vector<uint8_t>(1280 * 720 * 4)};
    std::vector<uint8_t> upside_down(hardware.rgba.size());
    read(0, 0, 1280, 720, GL_RGBA, GL_UNSIGNED_BYTE, upside_down.data());
    for (size_t y = 0; y < 720; ++y) {
        std::memcpy(hardware.rgba.data() + y * 1280 * 4, upside_down.data() + (719 - y) * 1280 * 4,
                    1280 * 4);
    }
    REQUIRE(hardware.write_png(PARLEY_BINARY_DIR "/ui/gl3.png"));
    // Blending rounds differently, and shadows are interpolated otherwise; text and boxes agree.
    size_t far_off = 0;
    for (size_t i = 0; i < software.rgba.size(); ++i) {
        if (i % 4 != 3 && std::abs(int{software.rgba[i]} - int{hardware.rgba[i]}) > 24) {
            ++far_off;
        }
    }
    CHECK(far_off < software.rgba.size() / 200);
    renderer.forget();
    CHECK(error() == GL_NO_ERROR);
}

TEST_CASE("a loader that knows nothing is refused", "[gl]") {
    Scene scene;
    platform::Gl3Renderer renderer;
    CHECK_FALSE(
        renderer.render(*scene.overlay, 100, 100, [](const char*) -> void* { return nullptr; }));
    CHECK_FALSE(renderer.render(*scene.overlay, 100, 100, nullptr));
}

} // namespace
} // namespace parley::ui
