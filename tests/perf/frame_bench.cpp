// frame_bench.cpp: the measuring, and the baseline. The overlay's side is overlay_screen.cpp.
#include "tests/perf/frame_bench.hpp"

#include <imgui.h>

#include <algorithm>
#include <ctime>

#include "tests/support/allocations.hpp"

namespace parley::bench {
namespace {

// Until nothing waits to be laid out, windows have found their sizes, and the first time queries
// are answered or given up.
constexpr int settle_frames = 900;
// From the usual size to another and back; after each all is laid out again.
constexpr float scales[] = {1.25f, 1.0f, 1.5f, 1.0f};
constexpr int rescaled_frames = 120;

double thread_us() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double drawn_us(Screen& screen) {
    const double start_us = thread_us();
    screen.draw();
    return thread_us() - start_us;
}

class ImguiScreen final : public Screen {
public:
    ~ImguiScreen() override {
        if (context_ != nullptr) {
            ImGui::DestroyContext(context_);
        }
    }

    std::string_view name() const override { return "imgui_windows"; }

    bool set_up(std::string&) override {
        context_ = ImGui::CreateContext();
        ImGui::SetCurrentContext(context_);
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = ImVec2(1600, 900);
        io.DeltaTime = 1.0f / 60;
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
        io.Fonts->SetTexID(static_cast<ImTextureID>(pixels));
        ImGui::SetCurrentContext(nullptr);
        return true;
    }

    void set_scale(float scale) override {
        ImGui::SetCurrentContext(context_);
        ImGui::GetIO().FontGlobalScale = scale;
        ImGui::SetCurrentContext(nullptr);
    }

    void disturb(int frame) override {
        ImGui::SetCurrentContext(context_);
        ImGuiIO& io = ImGui::GetIO();
        io.MousePos =
            ImVec2(200 + static_cast<float>(frame % 300), 300 + static_cast<float>(frame % 200));
        if (frame % 5 == 0) {
            io.MouseWheel = frame % 100 < 50 ? -1.0f : 1.0f;
        }
        ImGui::SetCurrentContext(nullptr);
    }

    void draw() override {
        ImGui::SetCurrentContext(context_);
        ImGui::NewFrame();
        ImGui::SetNextWindowPos(ImVec2(20, 20), ImGuiCond_FirstUseEver);
        ImGui::ShowDemoWindow();
        ImGui::SetNextWindowPos(ImVec2(600, 20), ImGuiCond_FirstUseEver);
        ImGui::ShowMetricsWindow();
        ImGui::SetNextWindowPos(ImVec2(1050, 20), ImGuiCond_FirstUseEver);
        if (ImGui::Begin("Style editor")) {
            ImGui::ShowStyleEditor();
        }
        ImGui::End();
        ImGui::Render();
        vertices_ = ImGui::GetDrawData()->TotalVtxCount;
        ImGui::SetCurrentContext(nullptr);
    }

private:
    ImGuiContext* context_ = nullptr;
    volatile int vertices_ = 0;
};

} // namespace

std::unique_ptr<Screen> imgui_screen() {
    return std::make_unique<ImguiScreen>();
}

Figures measure_frames(Screen& screen, int frames) {
    const double first_us = drawn_us(screen);
    for (int frame = 0; frame < settle_frames; ++frame) {
        screen.draw();
    }
    std::vector<float> quiet, busy;
    quiet.reserve(static_cast<size_t>(frames));
    busy.reserve(static_cast<size_t>(frames));
    uint64_t allocated = 0;
    for (int frame = 0; frame < frames; ++frame) {
        const uint64_t before = test::allocations();
        quiet.push_back(static_cast<float>(drawn_us(screen)));
        allocated += test::allocations() - before;
    }
    for (int frame = 0; frame < frames; ++frame) {
        const double start_us = thread_us();
        screen.disturb(frame);
        screen.draw();
        busy.push_back(static_cast<float>(thread_us() - start_us));
    }
    double rescale_us = 0;
    for (const float scale : scales) {
        screen.set_scale(scale);
        rescale_us = std::max(rescale_us, drawn_us(screen));
        for (int frame = 0; frame < rescaled_frames; ++frame) {
            screen.draw();
        }
    }
    return {{"frame_p50_us", percentile(quiet, 0.50)},
            {"frame_p99_us", percentile(quiet, 0.99)},
            {"allocations_per_quiet_frame", static_cast<double>(allocated) / frames},
            {"busy_frame_p50_us", percentile(busy, 0.50)},
            {"busy_frame_p99_us", percentile(busy, 0.99)},
            {"first_frame_us", first_us},
            {"rescale_frame_us", rescale_us}};
}

} // namespace parley::bench
