// train.cpp: makes the dictionary of packed frames from Batches as a shard makes them, full of what
// people say in a game. The same every time; docs/decisions/0013 says when to run it.
//
//     train_dictionary PHRASES OUT
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <zdict.h>
#include <zstd.h>

#include "schemas/base/random.hpp"
#include "schemas/wire/batch_writer.hpp"
#include "schemas/wire/packed.hpp"

namespace {

using namespace parley;

constexpr size_t dictionary_bytes = 16 * 1024;
constexpr unsigned trained_with = 10504; // Zstandard 1.5.4; another may make another one
constexpr int batches = 4000;
constexpr TimeMs day_one_ms = 1'700'000'000'000;

std::vector<std::string> read_phrases(const char* path) {
    std::vector<std::string> phrases;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.front() != '#') {
            phrases.push_back(line);
        }
    }
    return phrases;
}

std::string message(const std::vector<std::string>& phrases, Random& random) {
    std::string text;
    for (int64_t left = random.between(1, 4); left > 0; --left) {
        const auto at =
            static_cast<size_t>(random.between(0, static_cast<int64_t>(phrases.size()) - 1));
        text += (text.empty() ? "" : random.chance_percent(30) ? ", " : " ") + phrases[at];
    }
    return text;
}

// One room's lines of a short time, or a page of its history.
ByteVector batch(const std::vector<std::string>& phrases, Random& random) {
    wire::BatchWriter writer;
    const int64_t authors = random.between(2, 30);
    TimeMs at_ms = day_one_ms + random.between(0, int64_t{365} * 24 * 60 * 60 * 1000);
    auto seq = static_cast<Seq>(random.between(1, 100'000));
    writer.begin(RoomId{static_cast<uint64_t>(random.between(1, 5000))}, random.next());
    for (int64_t left = random.between(3, 40); left > 0; --left, ++seq) {
        at_ms += random.between(0, 3000);
        const auto author = UserId{static_cast<uint64_t>(random.between(1, authors) * 37)};
        const Nonce nonce = static_cast<Nonce>(at_ms - random.between(5, 200)) << 22 |
                            (random.next() & ((1u << 22) - 1));
        if (!writer.add_line(seq, at_ms, author, nonce, message(phrases, random), {})) {
            break;
        }
    }
    const Bytes bytes = writer.finish_bytes(0, false);
    return {bytes.begin(), bytes.end()};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: train_dictionary PHRASES OUT\n", stderr);
        return 2;
    }
    if (ZSTD_versionNumber() != trained_with) {
        std::fprintf(stderr, "train_dictionary: made with Zstandard %u, this is %u\n", trained_with,
                     ZSTD_versionNumber());
        return 77;
    }
    const std::vector<std::string> phrases = read_phrases(argv[1]);
    if (phrases.empty()) {
        std::fprintf(stderr, "train_dictionary: there are no phrases in %s\n", argv[1]);
        return 1;
    }
    Random random(20260101);
    ByteVector samples;
    std::vector<size_t> sizes;
    for (int i = 0; i < batches; ++i) {
        const ByteVector one = batch(phrases, random);
        samples.insert(samples.end(), one.begin(), one.end());
        sizes.push_back(one.size());
    }
    ByteVector raw(dictionary_bytes);
    const size_t content = ZDICT_trainFromBuffer(raw.data(), raw.size(), samples.data(),
                                                 sizes.data(), static_cast<unsigned>(sizes.size()));
    if (ZDICT_isError(content) != 0) {
        std::fprintf(stderr, "train_dictionary: %s\n", ZDICT_getErrorName(content));
        return 1;
    }
    // The same content under our number, which is in each packed frame: a byte instead of four.
    const size_t header = ZDICT_getDictHeaderSize(raw.data(), content);
    ZDICT_params_t params = {};
    params.dictID = wire::packed_dictionary_id;
    ByteVector made(dictionary_bytes + 1024);
    const size_t bytes = ZDICT_finalizeDictionary(made.data(), made.size(), raw.data() + header,
                                                  content - header, samples.data(), sizes.data(),
                                                  static_cast<unsigned>(sizes.size()), params);
    if (ZDICT_isError(bytes) != 0) {
        std::fprintf(stderr, "train_dictionary: %s\n", ZDICT_getErrorName(bytes));
        return 1;
    }
    std::ofstream out(argv[2], std::ios::binary);
    out.write(reinterpret_cast<const char*>(made.data()), static_cast<std::streamsize>(bytes));
    out.close();
    return out ? 0 : 1;
}
