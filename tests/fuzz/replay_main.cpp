// replay_main.cpp: runs every file of the given folders through a fuzz target, so that what a
// fuzzer once found is tested by every build and compiler. An empty corpus is a failure: it would
// test nothing and look green.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argument_count, char** arguments) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argument_count; ++i) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
            if (entry.is_regular_file()) {
                files.push_back(entry.path());
            }
        }
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        std::fprintf(stderr, "no corpus file found\n");
        return 1;
    }
    for (const std::filesystem::path& file : files) {
        std::ifstream stream(file, std::ios::binary);
        const std::vector<char> content{std::istreambuf_iterator<char>(stream), {}};
        if (stream.bad() || !stream.is_open()) {
            std::fprintf(stderr, "cannot read %s\n", file.c_str());
            return 1;
        }
        // An exact copy on the heap, so that AddressSanitizer sees a read past its end.
        const std::vector<uint8_t> input(content.begin(), content.end());
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu inputs\n", files.size());
    return 0;
}
