// stored.cpp: see stored.hpp.
#include "tests/torture/stored.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "schemas/base/clock.hpp"
#include "schemas/wire/stored.hpp"
#include "server/store/sqlite_store.hpp"

namespace parley::torture {
namespace {

constexpr uint32_t page_entries = 1000;
constexpr size_t fill_rooms = 64;

std::unique_ptr<SqliteStore> open_store(const std::string& data, std::string& message) {
    SqliteStoreOptions options;
    options.path = data + "/parley.db";
    Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::open(options, Log(), message);
    return opened.ok() ? std::move(opened).value() : nullptr;
}

// Null: message says why.
template <typename Answer>
std::optional<Answer> ask(Store& store, StoreRequest request, std::string& message) {
    const std::vector<StoreRequest> requests = {std::move(request)};
    std::vector<StoreAnswer> answers;
    store.execute(requests, answers);
    const auto* const answer = answers.empty() ? nullptr : std::get_if<Answer>(&answers[0]);
    if (answer == nullptr || answer->error != Error::Ok) {
        message = "the store does not answer: " +
                  std::string(error_name(answer == nullptr ? Error::Internal : answer->error));
        return std::nullopt;
    }
    return *answer;
}

std::optional<RoomLoaded> load(Store& store, wire::RoomKind kind, std::string_view name,
                               bool create, std::string& message) {
    LoadRoom request;
    request.kind = static_cast<uint8_t>(kind);
    request.name = name;
    request.create = create;
    return ask<RoomLoaded>(store, request, message);
}

bool sound(const std::string& path) {
    sqlite::Database database;
    if (!database.open(path, nullptr)) {
        return false;
    }
    sqlite::Statement check(database, "PRAGMA integrity_check(1)");
    const bool ok = check.with().step() && check.text(0) == "ok";
    check.finish();
    return ok;
}

} // namespace

bool read_room(const std::string& data, wire::RoomKind kind, std::string_view name, Seq after,
               StoredRoom& room, std::string& message) {
    const std::unique_ptr<SqliteStore> store = open_store(data, message);
    if (store == nullptr) {
        return false;
    }
    const std::optional<RoomLoaded> loaded = load(*store, kind, name, false, message);
    if (!loaded) {
        return false;
    }
    room.last_seq = loaded->meta.last_seq;
    const auto reader = std::min_element(
        loaded->members.begin(), loaded->members.end(),
        [](const StoredMember& a, const StoredMember& b) { return a.since_seq < b.since_seq; });
    if (reader == loaded->members.end()) {
        message = "the room has no member any more";
        return false;
    }
    FetchEntries request;
    request.reader = reader->user;
    request.room = loaded->meta.id;
    request.after = after;
    request.count = page_entries;
    while (true) {
        const std::optional<EntriesFetched> page = ask<EntriesFetched>(*store, request, message);
        if (!page) {
            return false;
        }
        for (const LogEntry& entry : page->entries) {
            room.first_seq = room.first_seq == 0 ? entry.seq : room.first_seq;
            request.after = entry.seq;
            if (entry.kind != EntryKind::Message) {
                continue;
            }
            const auto said = wire::read_message(*entry.body);
            if (!said.ok()) {
                message = "a stored line cannot be read, seq " + std::to_string(entry.seq);
                return false;
            }
            room.lines.push_back({entry.seq, entry.at_ms, said.value()->text()->str()});
        }
        if (!page->more || page->entries.empty()) {
            break;
        }
    }
    room.sound = sound(data + "/parley.db");
    return true;
}

bool fill(const std::string& data, uint64_t lines, std::string& message) {
    const std::unique_ptr<SqliteStore> store = open_store(data, message);
    if (store == nullptr) {
        return false;
    }
    std::vector<RoomId> rooms;
    for (size_t i = 0; i < fill_rooms; ++i) {
        const std::string name = i == 0 ? std::string(room_name) : "filled-" + std::to_string(i);
        const auto loaded = load(*store, wire::RoomKind::Guild, name, true, message);
        if (!loaded) {
            return false;
        }
        rooms.push_back(loaded->meta.id);
    }
    const TimeMs now_ms = wall_unix_ms();
    std::vector<StoreRequest> group;
    std::vector<StoreAnswer> answers;
    for (uint64_t line = 0; line < lines;) {
        group.clear();
        for (; group.size() < limits::commit_requests_max && line < lines; ++line) {
            Append append;
            append.room = rooms[line % rooms.size()];
            append.entry.author = UserId{1};
            append.entry.nonce = (static_cast<uint64_t>(now_ms) << 22) + line;
            append.entry.at_ms = now_ms;
            append.entry.kind = EntryKind::Message;
            append.entry.body = wire::store_message(
                "line " + std::to_string(line) + " of those that were there before", {}, 0);
            group.emplace_back(std::move(append));
        }
        answers.clear();
        store->execute(group, answers);
        for (const StoreAnswer& answer : answers) {
            if (std::get<Appended>(answer).error != Error::Ok) {
                message = "the store could not be filled: " +
                          std::string(error_name(std::get<Appended>(answer).error));
                return false;
            }
        }
        store->maintain();
    }
    return true;
}

uint64_t acknowledged(const Crowd& crowd) {
    uint64_t count = 0;
    for (const auto& person : crowd.all()) {
        count += person->acknowledged().size();
    }
    return count;
}

bool level(const Crowd& crowd) {
    Seq last = 0;
    for (const auto& person : crowd.all()) {
        const client::Room* const room = person->room();
        if (!person->in_room() || room == nullptr) {
            return false;
        }
        last = std::max({last, room->last_seq, room->server_last_seq});
    }
    return std::all_of(crowd.all().begin(), crowd.all().end(),
                       [&](const auto& person) { return person->room()->last_seq == last; });
}

void judge_stored(const Crowd& crowd, const StoredRoom& room, Report& report, Order order) {
    std::map<std::string, Seq> by_text;
    std::map<size_t, uint64_t> newest_of;
    double twice = 0;
    double out_of_order = 0;
    for (const StoredLine& stored : room.lines) {
        twice += by_text.emplace(stored.text, stored.seq).second ? 0 : 1;
        if (Line line; parse(stored.text, line)) {
            uint64_t& newest = newest_of[line.author];
            out_of_order += line.number <= newest ? 1 : 0;
            newest = std::max(newest, line.number);
        }
    }
    double lost = 0;
    double elsewhere = 0;
    double not_stored = 0;
    for (const auto& person : crowd.all()) {
        for (const auto& [text, seq] : person->acknowledged()) {
            const auto found = by_text.find(text);
            lost += found == by_text.end() ? 1 : 0;
            elsewhere += found != by_text.end() && found->second != seq ? 1 : 0;
        }
        for (const auto& [seq, text] : person->heard()) {
            const auto found = by_text.find(text);
            not_stored += found == by_text.end() || found->second != seq ? 1 : 0;
        }
    }
    report.at_least("acknowledged", static_cast<double>(acknowledged(crowd)), 1);
    report.at_most("acknowledged_lost", lost, 0);
    report.at_most("acknowledged_elsewhere", elsewhere, 0);
    report.at_most("stored_twice", twice, 0);
    if (order == Order::Kept) {
        report.at_most("stored_out_of_order", out_of_order, 0);
    } else {
        report.tell("stored_out_of_order", out_of_order);
    }
    report.at_most("heard_not_stored", not_stored, 0);
    report.at_most("database_unsound", room.sound ? 0 : 1, 0);
}

void judge_heard(const Crowd& crowd, const StoredRoom& room, Report& report, size_t persons) {
    double never = 0;
    double twice = 0;
    double out_of_order = 0;
    double gaps = 0;
    for (const auto& person : crowd.all()) {
        if (person->index() >= persons) {
            continue;
        }
        for (const StoredLine& line : room.lines) {
            never += line.seq > person->entered() && person->heard().count(line.seq) == 0 ? 1 : 0;
        }
        twice += static_cast<double>(person->heard_twice());
        out_of_order += static_cast<double>(person->out_of_order());
        gaps += static_cast<double>(person->gaps());
    }
    report.at_most("never_heard", never, 0);
    report.at_most("heard_twice", twice, 0);
    report.at_most("heard_out_of_order", out_of_order, 0);
    report.at_most("told_of_gaps", gaps, 0);
}

} // namespace parley::torture
