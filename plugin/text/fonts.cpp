// fonts.cpp: finding, opening and choosing faces.
#include "plugin/text/fonts.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H
#include FT_SYSTEM_H
#include <hb-ot.h>
#include <utf8proc.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "plugin/text/characters.hpp"
#include "plugin/text/noto.hpp"

namespace parley::text {

namespace {

constexpr std::string_view system_folders = "/usr/share/fonts:/usr/local/share/fonts";
constexpr int folder_depth_max = 6;
constexpr size_t choices_kept = 2048; // a power of two
// Faces of the CJK collection, which holds one a language.
constexpr std::string_view han_languages[] = {"ja", "ko", "zh-Hans", "zh-Hant"};

bool is_font_name(std::string_view name) {
    return name.ends_with(".ttf") || name.ends_with(".otf") || name.ends_with(".ttc");
}

uint32_t han_index(std::string_view language) {
    for (uint32_t i = 0; i < std::size(han_languages); ++i) {
        if (han_languages[i] == language) {
            return i;
        }
    }
    return 0;
}

} // namespace

Fonts::Fonts(const EngineOptions& options, HostMemory& memory)
    : log_(options.log), faces_(&memory), choices_(choices_kept, &memory) {}

// As FT_Init_FreeType does, but in the host's memory.
bool Fonts::start_freetype(HostMemory& memory) {
    freetype_memory_ = std::make_unique<FT_MemoryRec_>();
    freetype_memory_->user = &memory;
    freetype_memory_->alloc = [](FT_Memory self, long bytes) {
        return static_cast<HostMemory*>(self->user)->try_allocate(static_cast<size_t>(bytes));
    };
    freetype_memory_->realloc = [](FT_Memory self, long, long bytes, void* block) {
        return static_cast<HostMemory*>(self->user)->try_resize(block, static_cast<size_t>(bytes));
    };
    freetype_memory_->free = [](FT_Memory self, void* block) {
        static_cast<HostMemory*>(self->user)->release(block);
    };
    if (FT_New_Library(freetype_memory_.get(), &library_) != 0) {
        library_ = nullptr;
        return false;
    }
    FT_Add_Default_Modules(library_);
    FT_Set_Default_Properties(library_);
    return true;
}

Fonts::~Fonts() {
    for (Face& face : faces_) {
        if (face.drawer != nullptr) {
            FT_Done_Face(face.drawer);
        }
        hb_font_destroy(face.shaper);
    }
    for (File& file : files_) {
        hb_blob_destroy(file.blob);
    }
    if (library_ != nullptr) {
        FT_Done_Library(library_);
    }
}

uint64_t Fonts::mapped_bytes() const {
    uint64_t sum = 0;
    for (const File& file : files_) {
        if (file.blob != nullptr && !file.path.empty()) {
            sum += hb_blob_get_length(file.blob);
        }
    }
    return sum;
}

Result<std::unique_ptr<Fonts>> Fonts::find(const EngineOptions& options, HostMemory& memory) {
    std::unique_ptr<Fonts> fonts(new Fonts(options, memory));
    if (!fonts->start_freetype(memory)) {
        return Error::OutOfMemory;
    }
    for (const FontMemory& font : options.fonts) {
        fonts->add_file({std::string(font.name), {}, font.bytes, nullptr, false});
    }
    std::string_view folders = options.font_folders.empty() ? system_folders : options.font_folders;
    while (!folders.empty()) {
        const size_t end = std::min(folders.find(':'), folders.size());
        if (end > 0) {
            fonts->scan(folders.substr(0, end), 0);
        }
        folders.remove_prefix(std::min(end + 1, folders.size()));
    }
    if (!fonts->set_base(options)) {
        options.log.error(
            "font_none",
            {{"folders", options.font_folders.empty() ? system_folders
                                                      : std::string_view(options.font_folders)},
             {"mend", "put Noto fonts there, or give your own as fonts; Debian has "
                      "fonts-noto-core, -cjk and -color-emoji"}});
        return Error::BadFont;
    }
    return fonts;
}

// The first file of a name wins, so that earlier folders and the host's memory go before later
// ones.
void Fonts::add_file(File file) {
    const auto [at, added] = file_by_name_.emplace(file.name, static_cast<uint32_t>(files_.size()));
    if (added) {
        files_.push_back(std::move(file));
    }
}

void Fonts::scan(std::string_view folder, int depth) {
    namespace fs = std::filesystem;
    std::error_code error;
    fs::directory_iterator entries(fs::path(folder), fs::directory_options::skip_permission_denied,
                                   error);
    std::vector<std::string> inner;
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        std::error_code type_error;
        const std::string name = entries->path().filename().string();
        if (is_font_name(name)) {
            add_file({name, entries->path().string(), {}, nullptr, false});
        } else if (entries->is_directory(type_error) && !type_error && depth < folder_depth_max) {
            inner.push_back(entries->path().string());
        }
    }
    if (error) {
        log_.warn("font_folder", {{"folder", folder}, {"reason", error.message()}});
    }
    std::sort(inner.begin(), inner.end()); // the disk's order must not choose the face
    for (const std::string& next : inner) {
        scan(next, depth + 1);
    }
}

uint32_t Fonts::family(std::string_view stem, uint32_t index) {
    families_.push_back({std::string(stem), index, {no_face, no_face, no_face, no_face}, {}});
    return static_cast<uint32_t>(families_.size() - 1);
}

bool Fonts::set_base(const EngineOptions& options) {
    std::vector<std::string> candidates = {options.family, "NotoSans", "DejaVuSans"};
    // A folder with fonts of other names is better than no text: take them by name.
    std::vector<std::string> others;
    for (const File& file : files_) {
        const std::string stem = file.name.substr(0, file.name.find_first_of("-."));
        if (!stem.ends_with("Emoji")) {
            others.push_back(stem);
        }
    }
    std::sort(others.begin(), others.end());
    candidates.insert(candidates.end(), others.begin(), others.end());
    bool found = false;
    for (const std::string& stem : candidates) {
        if (stem.empty()) {
            continue;
        }
        sans_ = family(stem);
        const FaceId face = face_of(sans_, 0);
        if (face != no_face && open(face)) {
            found = true;
            break;
        }
        families_.pop_back();
    }
    if (!found) {
        return false;
    }
    mono_ = family("NotoSansMono");
    if (face_of(mono_, 0) == no_face) {
        mono_ = family("DejaVuSansMono");
    }
    has_mono_ = face_of(mono_, 0) != no_face;
    emoji_ = family("NotoColorEmoji");
    for (const ScriptFamily& entry : noto_families()) {
        by_script_[static_cast<uint32_t>(entry.script)].push_back(family(entry.stem));
    }
    const uint32_t cjk = family("NotoSansCJK", han_index(options.han));
    for (const hb_script_t script : {HB_SCRIPT_HAN, HB_SCRIPT_HIRAGANA, HB_SCRIPT_KATAKANA,
                                     HB_SCRIPT_HANGUL, HB_SCRIPT_BOPOMOFO}) {
        by_script_[static_cast<uint32_t>(script)].push_back(cjk);
    }
    fallback_ = {sans_,
                 family("NotoSans"),
                 cjk,
                 family("NotoSansSymbols"),
                 family("NotoSansSymbols2"),
                 family("NotoSansMath"),
                 family("NotoMusic"),
                 family("DejaVuSans"),
                 emoji_};
    return true;
}

// Bold and italic by a file of that name, else made from the upright outlines.
FaceId Fonts::make_face(std::string_view stem, uint32_t index, bool bold, bool italic) {
    struct Try {
        std::string_view suffix;
        bool bold, italic;
    };
    constexpr Try tries[] = {
        {"-BoldItalic", true, true}, {"-BoldOblique", true, true}, {"-Bold", true, false},
        {"-Italic", false, true},    {"-Oblique", false, true},    {"-Regular", false, false},
        {"", false, false},
    };
    for (const Try& attempt : tries) {
        if ((attempt.bold && !bold) || (attempt.italic && !italic)) {
            continue;
        }
        for (const std::string_view extension : {".ttf", ".otf", ".ttc"}) {
            std::string name(stem);
            name += attempt.suffix;
            name += extension;
            const auto found = file_by_name_.find(name);
            if (found == file_by_name_.end()) {
                continue;
            }
            Face face;
            face.file = found->second;
            face.index = extension == ".ttc" ? index : 0;
            face.slanted = italic && !attempt.italic;
            face.emboldened = bold && !attempt.bold;
            faces_.push_back(face);
            return static_cast<FaceId>(faces_.size() - 1);
        }
    }
    return no_face;
}

FaceId Fonts::face_of(uint32_t family_index, uint16_t style) {
    Family& of = families_[family_index];
    const bool bold = (style & Bold) != 0;
    const bool italic = (style & Italic) != 0;
    const size_t slot = (bold ? 1u : 0u) + (italic ? 2u : 0u);
    if (!of.looked[slot]) {
        of.looked[slot] = true;
        of.faces[slot] = make_face(of.stem, of.index, bold, italic);
    }
    return of.faces[slot];
}

bool Fonts::open(FaceId id) {
    Face& face = faces_[id];
    if (face.tried) {
        return face.shaper != nullptr;
    }
    face.tried = true;
    File& file = files_[face.file];
    if (file.blob == nullptr && !file.failed) {
        if (file.path.empty()) {
            file.blob = hb_blob_create_or_fail(reinterpret_cast<const char*>(file.memory.data()),
                                               static_cast<unsigned>(file.memory.size()),
                                               HB_MEMORY_MODE_READONLY, nullptr, nullptr);
        } else {
            file.blob = hb_blob_create_from_file_or_fail(file.path.c_str());
        }
        file.failed = file.blob == nullptr || hb_face_count(file.blob) == 0;
        if (file.failed) {
            log_.warn("font_unreadable", {{"file", file.name}});
        }
    }
    if (file.failed || face.index >= hb_face_count(file.blob)) {
        return false;
    }
    // HarfBuzz has no way to be given memory: faces, fonts, plans and buffers come from the process
    // (its hb_malloc is chosen when the library is built). So does what FriBidi takes for a moment.
    hb_face_t* inside = hb_face_create(file.blob, face.index);
    const unsigned upem = hb_face_get_upem(inside);
    face.shaper = hb_font_create(inside);
    hb_face_destroy(inside);
    // Shaped in font units, so that one font object serves every size.
    hb_font_set_scale(face.shaper, static_cast<int>(upem), static_cast<int>(upem));
    hb_ot_font_set_funcs(face.shaper);
    face.units_per_em = static_cast<float>(upem);
    return true;
}

hb_font_t* Fonts::shaper(FaceId face) {
    return open(face) ? faces_[face].shaper : hb_font_get_empty();
}

float Fonts::units_per_em(FaceId face) {
    return open(face) ? faces_[face].units_per_em : 1000.0f;
}

FT_Face Fonts::drawer(FaceId id) {
    if (!open(id)) {
        return nullptr;
    }
    Face& face = faces_[id];
    if (!face.drawer_tried) {
        face.drawer_tried = true;
        unsigned length = 0;
        const char* bytes = hb_blob_get_data(files_[face.file].blob, &length);
        if (FT_New_Memory_Face(library_, reinterpret_cast<const FT_Byte*>(bytes),
                               static_cast<FT_Long>(length), static_cast<FT_Long>(face.index),
                               &face.drawer) != 0) {
            face.drawer = nullptr;
            log_.warn("font_undrawable", {{"file", files_[face.file].name}});
        }
    }
    return face.drawer;
}

std::string_view Fonts::file_name(FaceId face) const {
    return files_[faces_[face].file].name;
}

bool Fonts::covers(FaceId face, std::span<const uint32_t> grapheme) {
    if (face == no_face || !open(face)) {
        return false;
    }
    hb_font_t* font = faces_[face].shaper;
    for (const uint32_t code : grapheme) {
        hb_codepoint_t glyph = 0;
        if (!is_ignorable(code) && !hb_font_get_nominal_glyph(font, code, &glyph)) {
            return false;
        }
    }
    return true;
}

FaceId Fonts::base(uint16_t style) {
    if ((style & Mono) != 0 && has_mono_) {
        const FaceId mono = face_of(mono_, style);
        if (mono != no_face && open(mono)) {
            return mono;
        }
    }
    const FaceId styled = face_of(sans_, style);
    return styled != no_face && open(styled) ? styled : face_of(sans_, 0);
}

FaceId Fonts::choose(std::span<const uint32_t> grapheme, hb_script_t script, uint16_t style,
                     bool emoji) {
    const uint16_t shape_style = style & (Bold | Italic | Mono);
    if (grapheme.size() != 1) {
        return search(grapheme, script, shape_style, emoji);
    }
    const uint64_t key = (static_cast<uint64_t>(script) << 32) | (uint64_t{grapheme[0]} << 8) |
                         (emoji ? 128u : 0u) | shape_style;
    Choice& known = choices_[(key * 0x9E3779B97F4A7C15u) >> 53]; // 64 - 53 bits: choices_kept
    if (known.key != key) {
        known = {key, search(grapheme, script, shape_style, emoji)};
    }
    return known.face;
}

FaceId Fonts::search(std::span<const uint32_t> grapheme, hb_script_t script, uint16_t style,
                     bool emoji) {
    if (emoji) {
        const FaceId colour = face_of(emoji_, 0);
        if (covers(colour, grapheme)) {
            return colour;
        }
    }
    const FaceId first = base(style);
    if (covers(first, grapheme)) {
        return first;
    }
    const auto in_family = [&](uint32_t index) {
        const FaceId face = face_of(index, index == emoji_ ? 0 : style);
        return covers(face, grapheme) ? face : no_face;
    };
    if (const auto found = by_script_.find(static_cast<uint32_t>(script));
        found != by_script_.end()) {
        for (const uint32_t index : found->second) {
            if (const FaceId face = in_family(index); face != no_face) {
                return face;
            }
        }
    }
    for (const uint32_t index : fallback_) {
        if (const FaceId face = in_family(index); face != no_face) {
            return face;
        }
    }
    // A sign that several scripts share (a danda, an Arabic comma alone) may be in any of them.
    // Unassigned code points are in none, and must not open a hundred files.
    const utf8proc_category_t category = utf8proc_category(static_cast<int32_t>(grapheme[0]));
    if ((script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED) &&
        category != UTF8PROC_CATEGORY_CN && category != UTF8PROC_CATEGORY_CO) {
        for (uint32_t index = 0; index < families_.size(); ++index) {
            if (const FaceId face = in_family(index); face != no_face) {
                return face;
            }
        }
    }
    // A grapheme of a base and marks that no face has whole is drawn by the face of its base.
    if (grapheme.size() > 1) {
        return choose(grapheme.first(1), script, style, false);
    }
    return first;
}

} // namespace parley::text
