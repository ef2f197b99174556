// journal.hpp: the inputs of a shard's core, written before each step, so that a crash report is a
// file that replays. It opens with all that a run depends on (seed, configuration, card types). It
// never holds a ticket, key or address (inputs have none), and what was written (messages, texts of
// cards, parameters of presences) only when asked: else each letter is another of the same length.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"
#include "server/core/core.hpp"

namespace parley {

struct CardFile {
    std::string name;
    std::string text;
};
// What a run depends on besides its inputs.
struct JournalHead {
    uint64_t seed = 0;
    bool with_text = false;
    std::string config; // TOML; print_config without issuers
    bool dev = false;
    std::vector<CardFile> cards;
};

// A hash of all effects of a run. Two runs with the same inputs have the same.
class EffectHash {
public:
    void add(const Effects& effects);
    uint64_t value() const { return value_; }

private:
    uint64_t value_ = 0xCBF29CE484222325ull; // FNV-1a
};

// Owner: the core thread. The file is its owner's alone (0600) and at most bytes_max long.
class Journal {
public:
    static Result<std::unique_ptr<Journal>> create(const std::string& path, const JournalHead& head,
                                                   int64_t bytes_max, Log log,
                                                   std::string& message);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Before the step. When it returns, a crash of this process keeps it.
    void input(const Input& input);
    // After the step; lets a replay of a journal with text find the first step that differs.
    void effects(const Effects& effects);
    uint64_t effect_hash() const { return hash_.value(); }

private:
    Journal(int file, bool with_text, int64_t bytes_max, Log log);
    void record(uint8_t kind, const ByteVector& bytes);

    const int file_;
    const bool with_text_;
    const int64_t bytes_max_;
    const Log log_;
    int64_t bytes_ = 0;
    bool ended_ = false; // full, or the disk refused
    EffectHash hash_;
    ByteVector buffer_;
};

// The same input with every letter that was written replaced (see above); it has no other secret.
Input masked(const Input& input);

struct Replayed {
    uint64_t inputs = 0;
    uint64_t effects = 0;
    uint64_t effect_hash = 0;
    bool cut_short = false;  // the last record is not whole: the shard died while writing it
    uint64_t differs_at = 0; // number of the first input whose effects differ; 0: none
    bool compared = false;   // the journal has text, so that effects could be compared
};
// Runs a journal through a new core. On an error message says what and where.
Result<Replayed> replay(const std::string& path, std::string& message);

} // namespace parley
