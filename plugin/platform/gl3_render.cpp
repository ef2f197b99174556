// gl3_render.cpp: draw data through OpenGL 3.0+ or ES 3.0. Loads the few functions it needs itself,
// so that it links to no GL and meets no loader of the host; saves what it touches and puts it
// back.
#include <SDL.h>
#include <SDL_opengl.h>

#include <cstddef>
#include <cstring>

#include "plugin/platform/sdl2.hpp"

namespace parley::platform {
namespace {

// X(return type, name, arguments). The core names of 1.0 too: libGL may not be linked at all.
#define PARLEY_GL(X)                                                                               \
    X(const GLubyte*, GetString, (GLenum))                                                         \
    X(void, GetIntegerv, (GLenum, GLint*))                                                         \
    X(GLboolean, IsEnabled, (GLenum))                                                              \
    X(void, Enable, (GLenum))                                                                      \
    X(void, Disable, (GLenum))                                                                     \
    X(void, Scissor, (GLint, GLint, GLsizei, GLsizei))                                             \
    X(void, Viewport, (GLint, GLint, GLsizei, GLsizei))                                            \
    X(void, BlendEquationSeparate, (GLenum, GLenum))                                               \
    X(void, BlendFuncSeparate, (GLenum, GLenum, GLenum, GLenum))                                   \
    X(void, GenTextures, (GLsizei, GLuint*))                                                       \
    X(void, DeleteTextures, (GLsizei, const GLuint*))                                              \
    X(void, BindTexture, (GLenum, GLuint))                                                         \
    X(void, ActiveTexture, (GLenum))                                                               \
    X(void, TexParameteri, (GLenum, GLenum, GLint))                                                \
    X(void, PixelStorei, (GLenum, GLint))                                                          \
    X(void, TexImage2D,                                                                            \
      (GLenum, GLint, GLint, GLsizei, GLsizei, GLint, GLenum, GLenum, const void*))                \
    X(void, TexSubImage2D,                                                                         \
      (GLenum, GLint, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, const void*))                \
    X(GLuint, CreateShader, (GLenum))                                                              \
    X(void, ShaderSource, (GLuint, GLsizei, const GLchar* const*, const GLint*))                   \
    X(void, CompileShader, (GLuint))                                                               \
    X(void, GetShaderiv, (GLuint, GLenum, GLint*))                                                 \
    X(void, DeleteShader, (GLuint))                                                                \
    X(GLuint, CreateProgram, ())                                                                   \
    X(void, AttachShader, (GLuint, GLuint))                                                        \
    X(void, BindAttribLocation, (GLuint, GLuint, const GLchar*))                                   \
    X(void, LinkProgram, (GLuint))                                                                 \
    X(void, GetProgramiv, (GLuint, GLenum, GLint*))                                                \
    X(void, DeleteProgram, (GLuint))                                                               \
    X(void, UseProgram, (GLuint))                                                                  \
    X(GLint, GetUniformLocation, (GLuint, const GLchar*))                                          \
    X(void, Uniform1i, (GLint, GLint))                                                             \
    X(void, Uniform2f, (GLint, GLfloat, GLfloat))                                                  \
    X(void, GenBuffers, (GLsizei, GLuint*))                                                        \
    X(void, DeleteBuffers, (GLsizei, const GLuint*))                                               \
    X(void, BindBuffer, (GLenum, GLuint))                                                          \
    X(void, BufferData, (GLenum, GLsizeiptr, const void*, GLenum))                                 \
    X(void, GenVertexArrays, (GLsizei, GLuint*))                                                   \
    X(void, DeleteVertexArrays, (GLsizei, const GLuint*))                                          \
    X(void, BindVertexArray, (GLuint))                                                             \
    X(void, EnableVertexAttribArray, (GLuint))                                                     \
    X(void, VertexAttribPointer, (GLuint, GLint, GLenum, GLboolean, GLsizei, const void*))         \
    X(void, DrawElements, (GLenum, GLsizei, GLenum, const void*))

struct Functions {
#define PARLEY_GL_POINTER(type, name, arguments) type(APIENTRY* name) arguments = nullptr;
    PARLEY_GL(PARLEY_GL_POINTER)
#undef PARLEY_GL_POINTER
    // Desktop 3.3+ only.
    void(APIENTRY* BindSampler)(GLuint, GLuint) = nullptr;

    bool load(Gl3Renderer::Load from) {
        bool all = true;
        const auto one = [&](auto& pointer, const char* name) {
            void* found = from(name);
            std::memcpy(&pointer, &found, sizeof pointer);
            return found != nullptr;
        };
#define PARLEY_GL_LOAD(type, name, arguments) all = one(name, "gl" #name) && all;
        PARLEY_GL(PARLEY_GL_LOAD)
#undef PARLEY_GL_LOAD
        one(BindSampler, "glBindSampler");
        return all;
    }
};

constexpr const char* vertex_source =
    "uniform vec2 two_over_size;\n"
    "in vec2 position;\n"
    "in vec2 texel;\n"
    "in vec4 colour;\n"
    "out vec2 at;\n"
    "out vec4 tint;\n"
    "void main() {\n"
    "    at = texel;\n"
    "    tint = colour;\n"
    "    gl_Position = vec4(position.x * two_over_size.x - 1.0,\n"
    "                       1.0 - position.y * two_over_size.y, 0.0, 1.0);\n"
    "}\n";
constexpr const char* fragment_source = "uniform sampler2D atlas;\n"
                                        "in vec2 at;\n"
                                        "in vec4 tint;\n"
                                        "out vec4 pixel;\n"
                                        "void main() { pixel = tint * texture(atlas, at); }\n";

// Everything that render() touches.
class SavedState {
public:
    explicit SavedState(const Functions& gl) : gl_(gl) {
        gl_.GetIntegerv(GL_ACTIVE_TEXTURE, &active_texture_);
        gl_.ActiveTexture(GL_TEXTURE0);
        gl_.GetIntegerv(GL_TEXTURE_BINDING_2D, &texture_);
        gl_.GetIntegerv(GL_CURRENT_PROGRAM, &program_);
        gl_.GetIntegerv(GL_ARRAY_BUFFER_BINDING, &array_buffer_);
        gl_.GetIntegerv(GL_VERTEX_ARRAY_BINDING, &vertex_array_);
        gl_.GetIntegerv(GL_VIEWPORT, viewport_);
        gl_.GetIntegerv(GL_SCISSOR_BOX, scissor_);
        gl_.GetIntegerv(GL_BLEND_SRC_RGB, &source_rgb_);
        gl_.GetIntegerv(GL_BLEND_DST_RGB, &target_rgb_);
        gl_.GetIntegerv(GL_BLEND_SRC_ALPHA, &source_alpha_);
        gl_.GetIntegerv(GL_BLEND_DST_ALPHA, &target_alpha_);
        gl_.GetIntegerv(GL_BLEND_EQUATION_RGB, &equation_rgb_);
        gl_.GetIntegerv(GL_BLEND_EQUATION_ALPHA, &equation_alpha_);
        gl_.GetIntegerv(GL_UNPACK_ALIGNMENT, &unpack_alignment_);
        gl_.GetIntegerv(GL_UNPACK_ROW_LENGTH, &unpack_row_length_);
        gl_.GetIntegerv(GL_UNPACK_SKIP_PIXELS, &unpack_skip_pixels_);
        gl_.GetIntegerv(GL_UNPACK_SKIP_ROWS, &unpack_skip_rows_);
        gl_.GetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &unpack_buffer_);
        if (gl_.BindSampler != nullptr) {
            gl_.GetIntegerv(GL_SAMPLER_BINDING, &sampler_);
        }
        for (size_t i = 0; i < std::size(switches); ++i) {
            enabled_[i] = gl_.IsEnabled(switches[i]);
        }
    }
    ~SavedState() {
        gl_.UseProgram(static_cast<GLuint>(program_));
        gl_.BindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture_));
        if (gl_.BindSampler != nullptr) {
            gl_.BindSampler(0, static_cast<GLuint>(sampler_));
        }
        gl_.ActiveTexture(static_cast<GLenum>(active_texture_));
        gl_.BindVertexArray(static_cast<GLuint>(vertex_array_));
        gl_.BindBuffer(GL_ARRAY_BUFFER, static_cast<GLuint>(array_buffer_));
        gl_.Viewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
        gl_.Scissor(scissor_[0], scissor_[1], scissor_[2], scissor_[3]);
        gl_.BlendEquationSeparate(static_cast<GLenum>(equation_rgb_),
                                  static_cast<GLenum>(equation_alpha_));
        gl_.BlendFuncSeparate(static_cast<GLenum>(source_rgb_), static_cast<GLenum>(target_rgb_),
                              static_cast<GLenum>(source_alpha_),
                              static_cast<GLenum>(target_alpha_));
        gl_.PixelStorei(GL_UNPACK_ALIGNMENT, unpack_alignment_);
        gl_.PixelStorei(GL_UNPACK_ROW_LENGTH, unpack_row_length_);
        gl_.PixelStorei(GL_UNPACK_SKIP_PIXELS, unpack_skip_pixels_);
        gl_.PixelStorei(GL_UNPACK_SKIP_ROWS, unpack_skip_rows_);
        gl_.BindBuffer(GL_PIXEL_UNPACK_BUFFER, static_cast<GLuint>(unpack_buffer_));
        for (size_t i = 0; i < std::size(switches); ++i) {
            enabled_[i] != 0 ? gl_.Enable(switches[i]) : gl_.Disable(switches[i]);
        }
    }
    SavedState(const SavedState&) = delete;
    SavedState& operator=(const SavedState&) = delete;

private:
    static constexpr GLenum switches[] = {GL_BLEND, GL_CULL_FACE, GL_DEPTH_TEST, GL_STENCIL_TEST,
                                          GL_SCISSOR_TEST};
    const Functions& gl_;
    GLint active_texture_ = 0, texture_ = 0, program_ = 0, array_buffer_ = 0, vertex_array_ = 0,
          sampler_ = 0;
    GLint viewport_[4]{}, scissor_[4]{};
    GLint source_rgb_ = 0, target_rgb_ = 0, source_alpha_ = 0, target_alpha_ = 0;
    GLint equation_rgb_ = 0, equation_alpha_ = 0;
    GLint unpack_alignment_ = 4, unpack_row_length_ = 0, unpack_skip_pixels_ = 0,
          unpack_skip_rows_ = 0;
    GLint unpack_buffer_ = 0;
    GLboolean enabled_[std::size(switches)]{};
};

} // namespace

struct Gl3Renderer::Gl {
    Functions call;
    bool loaded = false, usable = false;
    GLuint program = 0, vertex_array = 0, vertex_buffer = 0, index_buffer = 0;
    GLint two_over_size = -1, atlas = -1;
    std::array<GLuint, textures_max> textures{};
    std::array<int32_t, textures_max> sides{};

    GLuint shader(GLenum kind, bool es, const char* source) const {
        const GLuint made = call.CreateShader(kind);
        const char* head = es ? "#version 300 es\nprecision highp float;\n" : "#version 130\n";
        const GLchar* parts[] = {head, source};
        call.ShaderSource(made, 2, parts, nullptr);
        call.CompileShader(made);
        GLint good = GL_FALSE;
        call.GetShaderiv(made, GL_COMPILE_STATUS, &good);
        if (good == GL_FALSE) {
            call.DeleteShader(made);
            return 0;
        }
        return made;
    }

    bool build() {
        const auto* version = reinterpret_cast<const char*>(call.GetString(GL_VERSION));
        const bool es = version != nullptr && std::strncmp(version, "OpenGL ES", 9) == 0;
        const GLuint vertex = shader(GL_VERTEX_SHADER, es, vertex_source);
        const GLuint fragment = shader(GL_FRAGMENT_SHADER, es, fragment_source);
        if (vertex == 0 || fragment == 0) {
            return false;
        }
        program = call.CreateProgram();
        call.AttachShader(program, vertex);
        call.AttachShader(program, fragment);
        call.BindAttribLocation(program, 0, "position");
        call.BindAttribLocation(program, 1, "texel");
        call.BindAttribLocation(program, 2, "colour");
        call.LinkProgram(program);
        call.DeleteShader(vertex);
        call.DeleteShader(fragment);
        GLint good = GL_FALSE;
        call.GetProgramiv(program, GL_LINK_STATUS, &good);
        two_over_size = call.GetUniformLocation(program, "two_over_size");
        atlas = call.GetUniformLocation(program, "atlas");
        call.GenVertexArrays(1, &vertex_array);
        call.GenBuffers(1, &vertex_buffer);
        call.GenBuffers(1, &index_buffer);
        return good != GL_FALSE;
    }

    void upload(const overlay::TextureUpdate& update) {
        if (update.texture == 0 || update.texture > textures_max) {
            return;
        }
        GLuint& texture = textures[update.texture - 1];
        int32_t& side = sides[update.texture - 1];
        const bool fresh = texture == 0;
        if (fresh) {
            call.GenTextures(1, &texture);
        }
        call.BindTexture(GL_TEXTURE_2D, texture);
        call.PixelStorei(GL_UNPACK_ALIGNMENT, 4);
        call.PixelStorei(GL_UNPACK_ROW_LENGTH, static_cast<GLint>(update.pitch_bytes / 4));
        call.PixelStorei(GL_UNPACK_SKIP_PIXELS, 0);
        call.PixelStorei(GL_UNPACK_SKIP_ROWS, 0);
        if (fresh || side != update.width) {
            call.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
            call.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
            call.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
            call.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
            call.TexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, update.width, update.height, 0, GL_RGBA,
                            GL_UNSIGNED_BYTE, nullptr);
            side = update.width;
        }
        call.TexSubImage2D(GL_TEXTURE_2D, 0, update.x, update.y, update.w, update.h, GL_RGBA,
                           GL_UNSIGNED_BYTE, update.pixels);
    }

    void draw(const overlay::DrawData& data, int width, int height) {
        call.Enable(GL_BLEND);
        call.BlendEquationSeparate(GL_FUNC_ADD, GL_FUNC_ADD);
        call.BlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE,
                               GL_ONE_MINUS_SRC_ALPHA);
        call.Disable(GL_CULL_FACE);
        call.Disable(GL_DEPTH_TEST);
        call.Disable(GL_STENCIL_TEST);
        call.Enable(GL_SCISSOR_TEST);
        call.Viewport(0, 0, width, height);
        call.UseProgram(program);
        call.Uniform1i(atlas, 0);
        call.Uniform2f(two_over_size, 2.0f / static_cast<float>(width),
                       2.0f / static_cast<float>(height));
        if (call.BindSampler != nullptr) {
            call.BindSampler(0, 0); // a sampler object of the host would win over our filters
        }
        call.BindVertexArray(vertex_array);
        call.BindBuffer(GL_ARRAY_BUFFER, vertex_buffer);
        call.BindBuffer(GL_ELEMENT_ARRAY_BUFFER, index_buffer);
        call.BufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(data.vertices.size_bytes()),
                        data.vertices.data(), GL_STREAM_DRAW);
        call.BufferData(GL_ELEMENT_ARRAY_BUFFER, static_cast<GLsizeiptr>(data.indices.size_bytes()),
                        data.indices.data(), GL_STREAM_DRAW);
        for (GLuint i = 0; i < 3; ++i) {
            call.EnableVertexAttribArray(i);
        }
        constexpr GLsizei stride = sizeof(overlay::Vertex);
        for (const overlay::DrawCommand& command : data.commands) {
            const GLuint texture = command.texture == 0 || command.texture > textures_max
                                       ? 0
                                       : textures[command.texture - 1];
            if (texture == 0) {
                continue;
            }
            // ES 3.0 has no base vertex: the attributes start where the command's vertices do.
            const size_t base = command.vertex_start * sizeof(overlay::Vertex);
            const auto at = [&](size_t offset) {
                return reinterpret_cast<const void*>(base + offset);
            };
            call.VertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride,
                                     at(offsetof(overlay::Vertex, x)));
            call.VertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, stride,
                                     at(offsetof(overlay::Vertex, u)));
            call.VertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, stride,
                                     at(offsetof(overlay::Vertex, rgba)));
            call.Scissor(
                static_cast<GLint>(command.clip_x),
                static_cast<GLint>(static_cast<float>(height) - command.clip_y - command.clip_h),
                static_cast<GLsizei>(command.clip_w), static_cast<GLsizei>(command.clip_h));
            call.BindTexture(GL_TEXTURE_2D, texture);
            call.DrawElements(
                GL_TRIANGLES, static_cast<GLsizei>(command.index_count), GL_UNSIGNED_SHORT,
                reinterpret_cast<const void*>(command.index_start * sizeof(uint16_t)));
        }
    }
};

Gl3Renderer::Gl3Renderer() : gl_(std::make_unique<Gl>()) {}
Gl3Renderer::~Gl3Renderer() = default;

bool Gl3Renderer::render(overlay::Overlay& overlay, int width, int height, Load load) {
    Gl& gl = *gl_;
    const bool first = !gl.loaded;
    if (first) {
        gl.loaded = true;
        gl.usable = load != nullptr && gl.call.load(load);
    }
    if (!gl.usable || width <= 0 || height <= 0) {
        return false;
    }
    text_input_.follow(overlay, SDL_GL_GetCurrentWindow());
    const SavedState saved(gl.call);
    if (first) {
        gl.usable = gl.build();
        overlay.textures_lost();
    }
    if (!gl.usable) {
        return false;
    }
    gl.call.BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    overlay::TextureUpdate update;
    while (overlay.next_texture(update)) {
        gl.upload(update);
    }
    if (!overlay.draw().commands.empty()) {
        gl.draw(overlay.draw(), width, height);
    }
    return true;
}

void Gl3Renderer::forget() {
    Gl& gl = *gl_;
    if (gl.usable) {
        gl.call.DeleteTextures(static_cast<GLsizei>(textures_max), gl.textures.data());
        gl.call.DeleteProgram(gl.program);
        gl.call.DeleteVertexArrays(1, &gl.vertex_array);
        gl.call.DeleteBuffers(1, &gl.vertex_buffer);
        gl.call.DeleteBuffers(1, &gl.index_buffer);
    }
    gl_ = std::make_unique<Gl>();
    text_input_.forget();
}

} // namespace parley::platform
