// journal.cpp: the file is a magic word and records: kind u8, length u32, hash u32 of the bytes,
// bytes; all little-endian. The hash keeps a damaged record from the core, which believes its
// inputs.
#include "server/app/journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "schemas/wire/decode.hpp"
#include "schemas/wire/stored.hpp"
#include "server/app/config.hpp"
#include "server/app/journal_fields.hpp"

namespace parley {

// Found by the archives through their argument.
template <typename A>
void parts(A& a, CardFile& v) {
    journal::fields(a, v.name, v.text);
}
template <typename A>
void parts(A& a, JournalHead& v) {
    journal::fields(a, v.seed, v.with_text, v.config, v.dev, v.cards);
}

namespace {

constexpr std::string_view magic = "PARLEYJ4";
constexpr uint8_t head_record = 'H';
constexpr uint8_t input_record = 'I';
constexpr uint8_t hash_record = 'E';
constexpr size_t record_head_bytes = 9;

constexpr uint64_t fnv_start = 0xCBF29CE484222325ull; // FNV-1a
uint64_t fnv(Bytes bytes, uint64_t hash) {
    for (const uint8_t byte : bytes) {
        hash = (hash ^ byte) * 0x100000001B3ull;
    }
    return hash;
}
uint32_t record_hash(Bytes bytes) {
    const uint64_t hash = fnv(bytes, fnv_start);
    return static_cast<uint32_t>(hash ^ (hash >> 32));
}

class FieldWriter {
public:
    explicit FieldWriter(ByteVector& out) : writer_(out) {}
    template <typename T>
    void number(T& value) {
        writer_.number(value);
    }
    template <typename Container>
    void bytes(Container& value) {
        writer_.number(static_cast<uint32_t>(value.size()));
        writer_.bytes({reinterpret_cast<const uint8_t*>(value.data()), value.size()});
    }
    void count(size_t& value) { writer_.number(static_cast<uint32_t>(value)); }
    void fail() {}

private:
    ByteWriter writer_;
};

class FieldReader {
public:
    explicit FieldReader(Bytes bytes) : reader_(bytes) {}
    template <typename T>
    void number(T& value) {
        value = reader_.number<T>();
    }
    template <typename Container>
    void bytes(Container& value) {
        const Bytes taken = reader_.take(reader_.number<uint32_t>());
        value.assign(taken.begin(), taken.end());
    }
    void bytes(DeviceKey& value) {
        const Bytes taken = reader_.take(reader_.number<uint32_t>());
        if (taken.size() == value.size()) {
            std::copy(taken.begin(), taken.end(), value.begin());
        } else {
            fail();
        }
    }
    void count(size_t& value) {
        value = reader_.number<uint32_t>();
        if (value > reader_.left()) { // each element takes a byte at least
            value = 0;
            fail();
        }
    }
    void fail() { failed_ = true; }
    bool ok() const { return !failed_ && reader_.ok() && reader_.left() == 0; }

private:
    ByteReader reader_;
    bool failed_ = false;
};

template <typename T>
void write_fields(const T& value, ByteVector& out) {
    FieldWriter writer(out);
    journal::field(writer, const_cast<T&>(value)); // a writer changes nothing
}

// Letters of the same length in UTF-8, so that counts, spans and sizes stay.
void mask(uint8_t* text, size_t size) {
    constexpr uint8_t letters[4][4] = {
        {'x'}, {0xC3, 0xA9}, {0xE3, 0x81, 0x82}, {0xF0, 0x90, 0x8D, 0x88}};
    for (size_t i = 0; i < size;) {
        const uint8_t lead = text[i];
        const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        const size_t left = std::min(length, size - i);
        if (lead > ' ') {
            std::copy_n(letters[left - 1], left, text + i);
        }
        i += left;
    }
}

void mask(const flatbuffers::String* text, const ByteVector& frame) {
    if (text != nullptr) {
        // Inside the frame, which the caller owns and the verifier has measured.
        const auto offset = static_cast<size_t>(text->Data() - frame.data());
        mask(const_cast<uint8_t*>(frame.data()) + offset, text->size());
    }
}

template <typename Fields>
void mask_card(const Fields* fields, const ByteVector& frame) {
    if (fields != nullptr) {
        for (const wire::CardField* field : *fields) {
            mask(field->text(), frame);
        }
    }
}

// What players or the game wrote. Names of rooms, and the token of a presence, are the game's keys.
void mask(const wire::ClientFrame& command, const ByteVector& frame) {
    if (const wire::Send* send = command.body_as_Send(); send != nullptr) {
        mask(send->text(), frame);
    } else if (const wire::SetCard* set = command.body_as_SetCard(); set != nullptr) {
        mask_card(set->fields(), frame);
    } else if (const wire::UpdateCard* update = command.body_as_UpdateCard(); update != nullptr) {
        mask_card(update->fields(), frame);
    } else if (const wire::SetPresence* set_presence = command.body_as_SetPresence();
               set_presence != nullptr && set_presence->presence()->params() != nullptr) {
        for (const flatbuffers::String* param : *set_presence->presence()->params()) {
            mask(param, frame);
        }
    }
}

void mask(LogEntry& entry) {
    if (entry.body == nullptr || entry.kind == EntryKind::Membership) {
        return;
    }
    ByteVector copy = *entry.body;
    if (const auto message = wire::read_message(copy);
        entry.kind == EntryKind::Message && message.ok()) {
        mask(message.value()->text(), copy);
    } else {
        std::fill(copy.begin(), copy.end(), uint8_t{0});
    }
    entry.body = std::make_shared<const ByteVector>(std::move(copy));
}

std::string words_of(int error) {
    return std::strerror(error);
}

} // namespace

Input masked(const Input& input) {
    Input copy = input;
    if (auto* command = std::get_if<CommandReceived>(&copy.body)) {
        const auto decoded = wire::decode_client_frame(command->frame, command->lane);
        if (!decoded.ok()) {
            command->frame.clear(); // net threads hand on only what decodes
        } else {
            mask(*decoded.value(), command->frame);
        }
    } else if (auto* answered = std::get_if<StoreAnswered>(&copy.body)) {
        for (StoreAnswer& answer : answered->answers) {
            if (auto* loaded = std::get_if<RoomLoaded>(&answer)) {
                std::for_each(loaded->tail.begin(), loaded->tail.end(),
                              [](LogEntry& entry) { mask(entry); });
            } else if (auto* fetched = std::get_if<EntriesFetched>(&answer)) {
                std::for_each(fetched->entries.begin(), fetched->entries.end(),
                              [](LogEntry& entry) { mask(entry); });
            }
        }
    }
    return copy;
}

void EffectHash::add(const Effects& effects) {
    ByteVector bytes;
    for (const Effect& effect : effects) {
        bytes.clear();
        write_fields(effect, bytes);
        value_ = fnv(bytes, value_);
    }
}

// [writing]
Result<std::unique_ptr<Journal>> Journal::create(const std::string& path, const JournalHead& head,
                                                 int64_t bytes_max, Log log, std::string& message) {
    // A journal is evidence: an older one is never written over.
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        message = "the journal " + path + " cannot be made (" + words_of(errno) +
                  "); name a file that does not exist yet, in a folder that may be written";
        return Error::Io;
    }
    std::unique_ptr<Journal> journal(new Journal(file, head.with_text, bytes_max, log));
    ByteVector bytes;
    write_fields(head, bytes);
    journal->buffer_.assign(magic.begin(), magic.end());
    journal->record(head_record, bytes);
    return journal;
}

Journal::Journal(int file, bool with_text, int64_t bytes_max, Log log)
    : file_(file), with_text_(with_text), bytes_max_(bytes_max), log_(log) {}

Journal::~Journal() {
    close(file_);
}

void Journal::record(uint8_t kind, const ByteVector& bytes) {
    if (ended_) {
        return;
    }
    ByteWriter writer(buffer_);
    writer.number(kind);
    writer.number(static_cast<uint32_t>(bytes.size()));
    writer.number(record_hash(bytes));
    writer.bytes(bytes);
    if (bytes_ + static_cast<int64_t>(buffer_.size()) > bytes_max_) {
        ended_ = true;
        log_.warn("journal_full", {{"bytes", bytes_}});
        return;
    }
    const ssize_t written = write(file_, buffer_.data(), buffer_.size());
    if (written != static_cast<ssize_t>(buffer_.size())) {
        ended_ = true; // the shard goes on: a journal is for us, not for the players
        log_.error("journal_failed", {{"error", words_of(errno)}});
        return;
    }
    bytes_ += written;
    buffer_.clear();
}

void Journal::input(const Input& input) {
    ByteVector bytes;
    write_fields(with_text_ ? input : masked(input), bytes);
    record(input_record, bytes);
}

void Journal::effects(const Effects& effects) {
    hash_.add(effects);
    if (with_text_ && !effects.empty()) {
        ByteVector bytes;
        ByteWriter(bytes).number(hash_.value());
        record(hash_record, bytes);
    }
}

// [replaying]
Result<Replayed> replay(const std::string& path, std::string& message) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (file) {
        content << file.rdbuf();
    }
    if (!file) {
        message = "the journal " + path + " cannot be read (" + words_of(errno) + ")";
        return Error::Io;
    }
    const std::string text = content.str();
    Bytes rest(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    if (text.compare(0, magic.size(), magic) != 0) {
        message = "the file " + path + " is not a journal of this version of Parley";
        return Error::Io;
    }
    rest = rest.subspan(magic.size());

    Replayed result;
    const auto broken = [&](const char* what) {
        message = "the journal " + path + " is damaged (" + what + " after input " +
                  std::to_string(result.inputs) + ")";
        return Error::Io;
    };
    JournalHead head;
    std::unique_ptr<Core> core;
    EffectHash hash;
    Effects effects;
    while (!rest.empty()) {
        ByteReader reader(rest);
        const auto kind = reader.number<uint8_t>();
        const auto size = reader.number<uint32_t>();
        const auto wanted_hash = reader.number<uint32_t>();
        const Bytes body = reader.take(size);
        if (!reader.ok()) {
            result.cut_short = true;
            break;
        }
        if (record_hash(body) != wanted_hash) {
            return broken("a record that was changed");
        }
        rest = rest.subspan(record_head_bytes + size);
        FieldReader fields(body);
        if (kind == head_record && core == nullptr) {
            journal::field(fields, head);
            if (!fields.ok()) {
                return broken("a bad head");
            }
            Result<Config> config = parse_config(head.config, path, message);
            if (!config.ok()) {
                return config.error();
            }
            auto cards = std::make_shared<CardTypeSet>();
            for (const CardFile& card : head.cards) {
                if (const auto added = cards->add(card.text, card.name, message); !added.ok()) {
                    return added.error();
                }
            }
            CoreOptions options = config->core_options();
            options.dev = head.dev;
            core = std::make_unique<Core>(options, std::move(cards), head.seed);
        } else if (kind == input_record && core != nullptr) {
            Input input;
            journal::field(fields, input);
            if (!fields.ok()) {
                return broken("a bad record");
            }
            if (const auto* command = std::get_if<CommandReceived>(&input.body);
                command != nullptr &&
                !wire::decode_client_frame(command->frame, command->lane).ok()) {
                return broken("a bad frame"); // the core is only ever given what decodes
            }
            ++result.inputs;
            effects.clear();
            core->step(input, effects);
            result.effects += effects.size();
            hash.add(effects);
        } else if (kind == hash_record && core != nullptr) {
            result.compared = true;
            uint64_t recorded = 0;
            fields.number(recorded);
            if (recorded != hash.value() && result.differs_at == 0) {
                result.differs_at = result.inputs;
            }
        } else {
            return broken("a record of no known kind");
        }
    }
    if (core == nullptr) {
        return broken("no head");
    }
    result.effect_hash = hash.value();
    return result;
}

} // namespace parley
