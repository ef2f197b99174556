// words.cpp: words files, and sentences with gaps.
#include "plugin/overlay/words.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "plugin/overlay/settings_file.hpp"
#include "plugin/overlay/shipped.hpp"

namespace parley::overlay {

namespace {

constexpr std::string_view word_keys[] = {
#define PARLEY_WORD_KEY(name, key) key,
    PARLEY_WORDS(PARLEY_WORD_KEY)
#undef PARLEY_WORD_KEY
};
static_assert(std::size(word_keys) == word_count);

constexpr std::string_view built_in_language = "en";
constexpr std::string_view form_names[] = {"zero", "one", "two", "few", "many", "other"};

size_t word_at(std::string_view key) {
    return static_cast<size_t>(std::find(std::begin(word_keys), std::end(word_keys), key) -
                               std::begin(word_keys));
}

// Letters that are read from the right: Hebrew, Arabic and their neighbours.
bool has_rtl(std::string_view text) {
    for (size_t i = 0; i + 1 < text.size(); ++i) {
        const auto lead = static_cast<uint8_t>(text[i]);
        const auto next = static_cast<uint8_t>(text[i + 1]);
        if ((lead >= 0xd6 && lead <= 0xdf) || (lead == 0xe0 && next >= 0xa0 && next <= 0xa3) ||
            (lead == 0xef && next >= 0xac && next <= 0xbb)) {
            return true;
        }
    }
    return false;
}

bool has_letters_or_digits(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               static_cast<uint8_t>(c) >= 0xc3;
    });
}

} // namespace

Phrase& Phrase::add(std::string_view text) {
    size_t bytes = std::min(text.size(), sizeof bytes_ - size_);
    // Not in the middle of a code point.
    while (bytes < text.size() && bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xc0) == 0x80) {
        --bytes;
    }
    if (bytes > 0) { // an empty view may have no pointer, and memcpy wants one
        std::memcpy(bytes_ + size_, text.data(), bytes);
    }
    size_ += bytes;
    return *this;
}

Phrase& Phrase::add(int64_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number);
    return add({digits, static_cast<size_t>(end.ptr - digits)});
}

Phrase& Phrase::add_two_digits(int64_t number) {
    if (number >= 0 && number < 10) {
        add("0");
    }
    return add(number);
}

Form form_of(Counting counting, int64_t number) {
    // The rules are those of Unicode's CLDR for whole numbers.
    switch (counting) {
    case Counting::None:
        return Form::Other;
    case Counting::One:
        return number == 1 ? Form::One : Form::Other;
    case Counting::Arabic:
        if (number >= 0 && number <= 2) {
            return static_cast<Form>(number);
        }
        return number % 100 >= 3 && number % 100 <= 10 ? Form::Few
               : number % 100 >= 11                    ? Form::Many
                                                       : Form::Other;
    }
    return Form::Other;
}

std::span<const Form> forms_of(Counting counting) {
    static constexpr Form all[] = {Form::Zero, Form::One,  Form::Two,
                                   Form::Few,  Form::Many, Form::Other};
    static constexpr Form two[] = {Form::One, Form::Other};
    switch (counting) {
    case Counting::None:
        return std::span(two).subspan(1);
    case Counting::One:
        return two;
    case Counting::Arabic:
        return all;
    }
    return {};
}

std::string_view form_name(Form form) {
    return form_names[static_cast<size_t>(form)];
}

Words Words::built_in() {
    Words words;
    std::string message;
    const bool good =
        words.apply(shipped_named(shipped_languages(), built_in_language)->text, message);
    PARLEY_ASSERT(good);
    return words;
}

Result<Words> Words::load(std::string_view toml, std::string& message) {
    Words words = built_in();
    message.clear();
    if (!words.apply(toml, message)) {
        return Error::BadConfig;
    }
    return words;
}

Result<Words> Words::choose(std::string_view wanted, std::string& message) {
    if (wanted.empty()) {
        return built_in();
    }
    if (const Shipped* language = shipped_named(shipped_languages(), wanted)) {
        return load(language->text, message);
    }
    const Result<std::string> text = read_file(std::string(wanted));
    if (!text) {
        message = "it cannot be read, and no language has this name; there are " +
                  shipped_names(shipped_languages());
        return text.error();
    }
    return load(*text, message);
}

// False: there is no such key, or it cannot have this value.
bool Words::apply_one(std::string_view key, std::string& value) {
    if (key == "direction") {
        rtl_ = value == "rtl";
        return rtl_ || value == "ltr";
    }
    if (key == "plurals") {
        counting_ = value == "arabic" ? Counting::Arabic
                    : value == "none" ? Counting::None
                                      : Counting::One;
        return value == "arabic" || value == "none" || value == "one";
    }
    if (key.rfind("presence.", 0) == 0) {
        presence_.emplace_back(key.substr(9), std::move(value));
        return true;
    }
    if (key.rfind("hints.keys.", 0) == 0) {
        if (key.back() == '0') {
            hints_.push_back({std::move(value), ""});
        } else if (key.back() == '1' && !hints_.empty()) {
            hints_.back().word = std::move(value);
        }
        return true;
    }
    if (const size_t word = word_at(key); word < word_count) {
        texts_[word] = std::move(value);
        // One sentence for every number.
        std::erase_if(forms_, [&](const Formed& f) { return static_cast<size_t>(f.word) == word; });
        return true;
    }
    // In forms: "list.new.few".
    const size_t dot = key.rfind('.');
    const size_t word = dot == std::string_view::npos ? word_count : word_at(key.substr(0, dot));
    const auto* name = std::find(std::begin(form_names), std::end(form_names),
                                 dot == std::string_view::npos ? key : key.substr(dot + 1));
    if (word == word_count || name == std::end(form_names)) {
        return false;
    }
    const auto form = static_cast<Form>(name - std::begin(form_names));
    if (form == Form::Other) {
        texts_[word] = value;
    }
    std::erase_if(forms_, [&](const Formed& f) {
        return static_cast<size_t>(f.word) == word && f.form == form;
    });
    forms_.push_back({static_cast<Word>(word), form, std::move(value)});
    return true;
}

bool Words::apply(std::string_view toml, std::string& message) {
    Result<std::vector<Setting>> settings = read_settings(toml, message);
    if (!settings) {
        return false;
    }
    const auto at = [](const Setting& setting) {
        return "line " + std::to_string(setting.line) + ": ";
    };
    // What the file stands on comes first, wherever it says so.
    for (const Setting& setting : *settings) {
        if (setting.key == "base") {
            const Shipped* base = shipped_named(shipped_languages(), setting.value);
            if (base == nullptr) {
                message = at(setting) + "there is no language named " + setting.value +
                          "; there are " + shipped_names(shipped_languages());
                return false;
            }
            if (!apply(base->text, message)) {
                return false;
            }
        }
    }
    for (Setting& setting : *settings) {
        const bool head = setting.key == "direction" || setting.key == "plurals";
        if (setting.key != "base" && !apply_one(setting.key, setting.value)) {
            message = at(setting) + (head ? setting.key + " cannot be " + setting.value
                                          : "there is no word named " + setting.key);
            return false;
        }
    }
    return true;
}

std::string_view Words::form(Word word, Form form) const {
    for (const Formed& formed : forms_) {
        if (formed.word == word && formed.form == form) {
            return formed.text;
        }
    }
    return {};
}

std::string_view Words::formed(Word word, int64_t number) const {
    const std::string_view own = form(word, form_of(counting_, number));
    return own.empty() ? (*this)[word] : own;
}

void Words::add_value(Phrase& out, std::string_view value) const {
    const bool apart = rtl_ ? has_letters_or_digits(value) : has_rtl(value);
    out.add(apart ? "\u2068" : "").add(value).add(apart ? "\u2069" : "");
}

void Words::fill(Phrase& out, std::string_view sentence,
                 std::initializer_list<std::string_view> params) const {
    // A sentence that begins with a name is read in its own direction all the same.
    out.add(rtl_ ? "\u200f" : "");
    size_t at = 0;
    while (at < sentence.size()) {
        const size_t open = sentence.find('{', at);
        if (open == std::string_view::npos || open + 2 >= sentence.size() ||
            sentence[open + 2] != '}' || sentence[open + 1] < '0' || sentence[open + 1] > '9') {
            const size_t end = open == std::string_view::npos ? sentence.size() : open + 1;
            out.add(sentence.substr(at, end - at));
            at = end;
            continue;
        }
        out.add(sentence.substr(at, open - at));
        const auto index = static_cast<size_t>(sentence[open + 1] - '0');
        if (index < params.size()) {
            add_value(out, *(params.begin() + index));
        }
        at = open + 3;
    }
}

Phrase Words::say(Word word, std::initializer_list<std::string_view> params) const {
    Phrase out;
    fill(out, (*this)[word], params);
    return out;
}

Phrase Words::say(Word word, int64_t number, std::string_view shown) const {
    Phrase out;
    fill(out, formed(word, number), {shown});
    return out;
}

Phrase Words::say(Word word, int64_t number) const {
    Phrase digits;
    digits.add(number);
    return say(word, number, digits.view());
}

Word Words::room_kind(wire::RoomKind kind) const {
    switch (kind) {
    case wire::RoomKind::Global:
        return Word::RoomGlobal;
    case wire::RoomKind::Team:
        return Word::RoomTeam;
    case wire::RoomKind::Party:
        return Word::RoomParty;
    case wire::RoomKind::Direct:
        return Word::RoomDirect;
    default:
        return Word::RoomGuild;
    }
}

Word Words::presence_state(wire::PresenceState state) const {
    switch (state) {
    case wire::PresenceState::Online:
        return Word::StateOnline;
    case wire::PresenceState::Away:
        return Word::StateAway;
    case wire::PresenceState::DoNotDisturb:
        return Word::StateDoNotDisturb;
    case wire::PresenceState::LookingForGroup:
        return Word::StateLookingForGroup;
    case wire::PresenceState::InMatch:
        return Word::StateInMatch;
    case wire::PresenceState::Streaming:
        return Word::StateStreaming;
    case wire::PresenceState::Invisible:
        return Word::StateInvisible;
    default:
        return Word::StateOffline;
    }
}

std::string_view Words::error(Error error) const {
    switch (error) {
    case Error::Rate:
        return (*this)[Word::ErrorRate];
    case Error::TooLong:
        return (*this)[Word::ErrorTooLong];
    case Error::Empty:
        return (*this)[Word::ErrorEmpty];
    case Error::Encoding:
        return (*this)[Word::ErrorEncoding];
    case Error::NotMember:
        return (*this)[Word::ErrorNotMember];
    case Error::Forbidden:
        return (*this)[Word::ErrorForbidden];
    case Error::NotFound:
        return (*this)[Word::ErrorNotFound];
    case Error::ReadOnly:
        return (*this)[Word::ErrorReadOnly];
    case Error::StoreUnavailable:
        return (*this)[Word::ErrorStoreUnavailable];
    case Error::Busy:
        return (*this)[Word::ErrorBusy];
    case Error::QueueFull:
        return (*this)[Word::ErrorQueueFull];
    case Error::BadTicket:
        return (*this)[Word::ErrorBadTicket];
    case Error::TicketExpired:
        return (*this)[Word::ErrorTicketExpired];
    case Error::TicketStolen:
        return (*this)[Word::ErrorTicketStolen];
    case Error::BadVersion:
        return (*this)[Word::ErrorBadVersion];
    case Error::BadServerKey:
        return (*this)[Word::ErrorBadServerKey];
    case Error::Replaced:
        return (*this)[Word::ErrorReplaced];
    case Error::TooManySessions:
        return (*this)[Word::ErrorTooManySessions];
    case Error::Shutdown:
        return (*this)[Word::ErrorShutdown];
    case Error::ConnectionLost:
        return (*this)[Word::ErrorConnectionLost];
    case Error::NoAnswer:
        return (*this)[Word::ErrorNoAnswer];
    case Error::Revoked:
        return (*this)[Word::ErrorRevoked];
    case Error::BadAddress:
        return (*this)[Word::ErrorBadAddress];
    case Error::Flood:
        return (*this)[Word::ErrorFlood];
    default:
        return (*this)[Word::ErrorOther];
    }
}

std::string_view Words::presence_sentence(std::string_view token) const {
    for (const auto& [name, sentence] : presence_) {
        if (name == token) {
            return sentence;
        }
    }
    return {};
}

void add_upper(Phrase& out, std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const auto lead = static_cast<uint8_t>(text[i]);
        const size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        const std::string_view one = text.substr(i, bytes);
        i += bytes;
        if (bytes == 1 && lead >= 'a' && lead <= 'z') {
            const char upper = static_cast<char>(lead - 32);
            out.add({&upper, 1});
            continue;
        }
        if (bytes != 2 || one.size() != 2) {
            out.add(one);
            continue;
        }
        uint32_t point = (lead & 31u) << 6 | (static_cast<uint8_t>(one[1]) & 63u);
        if ((point >= 0xe0 && point <= 0xfe && point != 0xf7) ||
            (point >= 0x3b1 && point <= 0x3c9 && point != 0x3c2) ||
            (point >= 0x430 && point <= 0x44f)) {
            point -= 32;
        } else if (point >= 0x450 && point <= 0x45f) {
            point -= 80;
        }
        const char upper[2] = {static_cast<char>(0xc0 | point >> 6),
                               static_cast<char>(0x80 | (point & 63))};
        out.add({upper, 2});
    }
}

} // namespace parley::overlay
