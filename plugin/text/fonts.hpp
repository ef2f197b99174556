// fonts.hpp: which font files there are, and which face draws a grapheme. Faces are found in
// folders by their Noto file names, mapped into memory and opened when a text first needs them: a
// CJK collection has 19 MB and most players never meet it. Knows no layout and no atlas.
#pragma once

#include <hb.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/text/engine.hpp"
#include "plugin/text/memory.hpp"

// FreeType's own names, so that its headers stay out of ours.
typedef struct FT_LibraryRec_* FT_Library;
typedef struct FT_FaceRec_* FT_Face;
struct FT_MemoryRec_;

namespace parley::text {

// Index of a face: a file, a number inside it, and what must be done to its outlines.
using FaceId = uint16_t;
inline constexpr FaceId no_face = 0xFFFF;

// Owner: the game thread.
class Fonts {
public:
    // BadFont when nothing that can be opened was found.
    static Result<std::unique_ptr<Fonts>> find(const EngineOptions& options, HostMemory& memory);
    ~Fonts();
    Fonts(const Fonts&) = delete;
    Fonts& operator=(const Fonts&) = delete;

    // The face of Latin text in a style (Bold, Italic, Mono of StyleBits count).
    FaceId base(uint16_t style);
    // The face for one grapheme; the base face when none covers it (glyph 0, a box).
    FaceId choose(std::span<const uint32_t> grapheme, hb_script_t script, uint16_t style,
                  bool emoji);
    // True when the face has every visible code point of the grapheme.
    bool covers(FaceId face, std::span<const uint32_t> grapheme);

    // [shaping] scaled to units per em; never null for an id that base or choose gave.
    hb_font_t* shaper(FaceId face);
    float units_per_em(FaceId face);

    // [drawing] null when FreeType cannot read the file.
    FT_Face drawer(FaceId face);
    bool slanted(FaceId face) const { return faces_[face].slanted; }
    bool emboldened(FaceId face) const { return faces_[face].emboldened; }
    std::string_view file_name(FaceId face) const;
    // Of font files mapped; those that the host has in memory are its own.
    uint64_t mapped_bytes() const;

private:
    // Bytes of a font, mapped once however many faces lie in it.
    struct File {
        std::string name; // without folder
        std::string path; // empty: the host's memory
        std::span<const uint8_t> memory;
        hb_blob_t* blob = nullptr;
        bool failed = false;
    };
    struct Face {
        uint32_t file = 0;
        uint32_t index = 0;
        bool slanted = false;
        bool emboldened = false;
        bool tried = false; // shaper
        bool drawer_tried = false;
        hb_font_t* shaper = nullptr;
        FT_Face drawer = nullptr;
        float units_per_em = 1000;
    };
    // The faces of one design: regular, bold, italic, bold italic; made when asked for.
    struct Family {
        std::string stem;
        uint32_t index = 0;
        std::array<FaceId, 4> faces = {no_face, no_face, no_face, no_face};
        std::array<bool, 4> looked = {};
    };
    struct Choice {
        uint64_t key = ~uint64_t{0};
        FaceId face = no_face;
    };

    Fonts(const EngineOptions& options, HostMemory& memory);
    bool start_freetype(HostMemory& memory);
    void scan(std::string_view folder, int depth);
    void add_file(File file);
    uint32_t family(std::string_view stem, uint32_t index = 0);
    FaceId face_of(uint32_t family_index, uint16_t style);
    FaceId make_face(std::string_view stem, uint32_t index, bool bold, bool italic);
    bool open(FaceId face);
    FaceId search(std::span<const uint32_t> grapheme, hb_script_t script, uint16_t style,
                  bool emoji);
    bool set_base(const EngineOptions& options);

    Log log_;
    std::unique_ptr<FT_MemoryRec_> freetype_memory_; // FreeType keeps a pointer to it
    FT_Library library_ = nullptr;
    // The names of the fonts that there are, made once, come from the process.
    std::vector<File> files_;
    std::unordered_map<std::string, uint32_t> file_by_name_;
    std::pmr::vector<Face> faces_;
    std::vector<Family> families_;
    std::unordered_map<uint32_t, std::vector<uint32_t>> by_script_; // families, best first
    std::vector<uint32_t> fallback_;                                // for any script, best first
    uint32_t sans_ = 0, mono_ = 0, emoji_ = 0;
    bool has_mono_ = false;
    std::pmr::vector<Choice> choices_; // of graphemes of one code point; direct mapped
};

} // namespace parley::text
