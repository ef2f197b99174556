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

Words Words::built_in() {
    Words words;
    std::string message;
    const bool good = words.apply(shipped_named(shipped_languages(), "en")->text, true, message);
    PARLEY_ASSERT(good);
    return words;
}

Result<Words> Words::load(std::string_view toml, std::string& message) {
    Words words = built_in();
    message.clear();
    if (!words.apply(toml, false, message)) {
        return Error::BadConfig;
    }
    return words;
}

bool Words::apply(std::string_view toml, bool is_built_in, std::string& message) {
    Result<std::vector<Setting>> settings = read_settings(toml, message);
    if (!settings) {
        return false;
    }
    for (Setting& setting : *settings) {
        if (!is_built_in && setting.key.rfind("presence.", 0) == 0) {
            presence_.emplace_back(setting.key.substr(9), std::move(setting.value));
        } else if (!is_built_in && setting.key.rfind("hints.keys.", 0) == 0) {
            if (setting.key.back() == '0') {
                hints_.push_back({std::move(setting.value), ""});
            } else if (setting.key.back() == '1' && !hints_.empty()) {
                hints_.back().word = std::move(setting.value);
            }
        } else {
            const auto* found = std::find(std::begin(word_keys), std::end(word_keys), setting.key);
            if (found == std::end(word_keys)) {
                message = "line " + std::to_string(setting.line) + ": there is no word named " +
                          setting.key;
                return false;
            }
            texts_[static_cast<size_t>(found - std::begin(word_keys))] = std::move(setting.value);
        }
    }
    return true;
}

void Words::fill(Phrase& out, std::string_view sentence,
                 std::initializer_list<std::string_view> params) {
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
            out.add(*(params.begin() + index));
        }
        at = open + 3;
    }
}

Phrase Words::say(Word word, std::initializer_list<std::string_view> params) const {
    Phrase out;
    fill(out, (*this)[word], params);
    return out;
}

Phrase Words::say(Word word, int64_t number) const {
    Phrase digits;
    digits.add(number);
    return say(word, {digits.view()});
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
        return error_sentence(error);
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
