// overlay_screen.cpp: the overlay over a real client that hears a scripted shard: a long log in
// several scripts, a full roster, two cards, the composer open.
#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "plugin/client/client.hpp"
#include "plugin/overlay/overlay.hpp"
#include "schemas/base/clock.hpp"
#include "tests/perf/frame_bench.hpp"
#include "tests/support/script_connection.hpp"

namespace parley::bench {
namespace {

constexpr uint64_t me = 1;
constexpr uint64_t members = 40;
constexpr uint64_t room = 101;
constexpr TimeMs wall_start_ms = 1'700'000'000'000;
constexpr TimeMs frame_ms = 16;
constexpr int width = 1600, height = 900;
constexpr size_t lines_per_batch = 100;
constexpr std::string_view draft = "go when I say";
constexpr int first_frames = 120; // the frame's budget spreads what is new over several

constexpr std::array<const char*, 8> sayings = {
    "two at the north bridge, wait for me",
    "北の橋に二人いる。待ってから行こう 👍🏽",
    "حسنًا، سأنتظر عند البوابة 25 ثانية!",
    "ok",
    "take mid, not left; the code is 4711 and the door closes behind you, so stay together until "
    "everyone is through",
    "on it 🚀🚀",
    "नमस्ते, मैं तैयार हूँ",
    "חכו לי ליד השער",
};

// Drops what the client sends: whoever keeps it would allocate within a frame that is measured.
class DeafConnection final : public client::Connection {
public:
    explicit DeafConnection(std::shared_ptr<client::Script> script) : heard_(std::move(script)) {}

    void open(std::string_view address, std::string_view ticket) override {
        heard_.open(address, ticket);
    }
    void close() override { heard_.close(); }
    bool send(Lane, Bytes) override { return true; }
    std::optional<client::ConnectionEvent> poll(TimeMs steady_ms) override {
        return heard_.poll(steady_ms);
    }
    void flush(TimeMs) override {}
    uint32_t rtt_ms() const override { return 20; }

private:
    client::ScriptConnection heard_;
};

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class OverlayScreen final : public Screen {
public:
    explicit OverlayScreen(size_t messages) : messages_(messages) {}
    ~OverlayScreen() override { overlay_.reset(); }
    OverlayScreen(const OverlayScreen&) = delete;
    OverlayScreen& operator=(const OverlayScreen&) = delete;

    std::string_view name() const override { return "overlay"; }
    bool set_up(std::string& message) override;
    void disturb(int frame) override;
    void draw() override;
    void set_scale(float scale) override { scale_ = scale; }

private:
    bool make_overlay(std::string& message);
    bool check_all_is_seen(std::string& message);
    bool connect(std::string& message);
    void enter();
    void say(size_t count);
    const overlay::Element* shown(std::string_view id_start) const;
    bool show_cards(std::string& message);
    void step();

    const size_t messages_;
    std::shared_ptr<client::Script> script_ = std::make_shared<client::Script>();
    client::ScriptShard shard_{script_};
    std::unique_ptr<client::Client> client_;
    std::unique_ptr<overlay::Overlay> overlay_;
    TimeMs now_ms_ = 1000;
    float scale_ = 1;
    Seq last_seq_ = 0;
    volatile size_t drawn_ = 0;
};

void OverlayScreen::step() {
    now_ms_ += frame_ms;
    client_->update(now_ms_, wall_start_ms + now_ms_, 0);
}

bool OverlayScreen::connect(std::string& message) {
    if (!client_->connect("127.0.0.1:7777", "a.b.c").ok()) {
        message = "the client would not connect";
        return false;
    }
    step();
    shard_.up();
    shard_.ready(me, "Mei", wall_start_ms);
    step();
    if (client_->state() != client::State::Ready) {
        message = "the client did not become ready";
        return false;
    }
    return true;
}

void OverlayScreen::enter() {
    client::ScriptShard::RoomSays says;
    says.id = room;
    says.kind = wire::RoomKind::Team;
    says.name = "m42-teal";
    says.text_code_points_max =
        limits::tiers[static_cast<size_t>(wire::RoomKind::Team)].text_code_points_max;
    shard_.room(says);
    std::vector<std::string> names;
    std::vector<client::ScriptShard::MemberSays> rows;
    for (uint64_t user = me; user < me + members; ++user) {
        names.push_back("Player " + std::to_string(user));
    }
    for (uint64_t user = me; user < me + members; ++user) {
        rows.push_back({user, names[user - me].c_str()});
    }
    shard_.roster(rows, true, {}, room);
    constexpr std::array<wire::PresenceState, 4> states = {
        wire::PresenceState::Online, wire::PresenceState::InMatch, wire::PresenceState::Away,
        wire::PresenceState::LookingForGroup};
    for (uint64_t user = me; user < me + members; ++user) {
        shard_.presence(user, states[user % states.size()]);
    }
    step();
}

void OverlayScreen::say(size_t count) {
    client::ScriptShard::BatchSays batch;
    batch.room = room;
    batch.from = last_seq_ + 1;
    batch.to = last_seq_ + count;
    for (size_t i = 0; i < count; ++i) {
        ++last_seq_;
        const uint64_t author = me + 1 + last_seq_ / 3 % (members - 1);
        batch.lines.push_back(
            {last_seq_, author, sayings[last_seq_ % sayings.size()], last_seq_ * 1000 + 1, {}});
    }
    shard_.batch(batch);
}

bool OverlayScreen::show_cards(std::string& message) {
    const auto set = [&](const char* name,
                         const std::vector<std::pair<const char*, int64_t>>& numbers) {
        const CardType* const type = client_->card_types()->find(std::string_view(name));
        std::vector<client::ScriptShard::FieldSays> fields;
        for (const auto& [field_name, number] : numbers) {
            const FieldType* const field =
                type == nullptr ? nullptr : type->field(std::string_view(field_name));
            if (field == nullptr) {
                message = std::string("the card ") + name + " has no field " + field_name;
                return false;
            }
            fields.push_back({field->id, number, nullptr});
        }
        shard_.card(room, 0, type->id, 1, fields);
        return true;
    };
    // Timers are far away: their text would change each second, and such a frame is not quiet.
    if (!set("match", {{"mode", 0}, {"teal_score", 3}, {"coral_score", 2}, {"flag", 62}}) ||
        !set("party", {{"ready", 3}, {"open_slots", 1}})) {
        return false;
    }
    step();
    return true;
}

const overlay::Element* OverlayScreen::shown(std::string_view id_start) const {
    const auto elements = overlay_->elements();
    const auto at =
        std::find_if(elements.begin(), elements.end(), [&](const overlay::Element& element) {
            return std::string_view(element.id).starts_with(id_start);
        });
    return at == elements.end() ? nullptr : &*at;
}

// Another each time: fonts, glyphs and layouts are its own.
bool OverlayScreen::make_overlay(std::string& message) {
    overlay_.reset();
    overlay::Options options;
    options.utc_offset_s = 0;
    options.now_us = &steady_us;
    auto made = overlay::Overlay::create(*client_, options);
    if (!made.ok()) {
        message = "the overlay could not be made: " + std::string(error_sentence(made.error()));
        return false;
    }
    overlay_ = std::move(made).value();
    if (!overlay_->open(wire::RoomKind::Team).ok()) {
        message = "the composer would not open";
        return false;
    }
    return true;
}

bool OverlayScreen::check_all_is_seen(std::string& message) {
    for (int frame = 0; frame < first_frames; ++frame) {
        draw();
    }
    for (const char* id : {"message/", "composer", "roster", "card/match", "card/party"}) {
        if (shown(id) == nullptr) {
            message = std::string("the overlay does not show ") + id;
            return false;
        }
    }
    if (shown("composer")->label.find(draft) == std::string::npos) {
        message = "the composer does not show the draft";
        return false;
    }
    return true;
}

bool OverlayScreen::set_up(std::string& message) {
    auto types = std::make_shared<CardTypeSet>();
    for (const char* name : {"match", "party"}) {
        const std::string path = std::string(PARLEY_SOURCE_DIR "/demo/cards/") + name + ".toml";
        if (!types->add(read_text(path), path, message).ok()) {
            return false;
        }
    }
    client::ClientOptions client_options;
    client_options.card_types = types;
    client_ = std::make_unique<client::Client>(std::move(client_options),
                                               std::make_unique<DeafConnection>(script_));
    if (!connect(message)) {
        return false;
    }
    enter();
    while (last_seq_ < messages_) {
        say(std::min(lines_per_batch, messages_ - static_cast<size_t>(last_seq_)));
        step();
    }
    if (!show_cards(message)) {
        return false;
    }
    const client::Room* const entered = client_->model().room(RoomId{room});
    if (entered == nullptr || entered->stored() != messages_) {
        message = "the model does not have all messages";
        return false;
    }
    if (!client_->set_draft(RoomId{room}, draft).ok()) {
        message = "the draft was not taken";
        return false;
    }
    return make_overlay(message) && check_all_is_seen(message) && make_overlay(message);
}

void OverlayScreen::disturb(int frame) {
    overlay::Input input;
    if (frame % 6 == 0) {
        say(1);
    }
    if (frame % 10 == 3) {
        input.type = overlay::InputType::Text;
        input.text = "a";
        overlay_->input(input);
    }
    if (frame % 10 == 8) {
        input.type = overlay::InputType::Key;
        input.key = overlay::key::backspace;
        for (const bool down : {true, false}) {
            input.down = down;
            overlay_->input(input);
        }
    }
    if (frame % 5 == 0) {
        input = {};
        input.type = overlay::InputType::MouseMove;
        input.x = 300;
        input.y = 600;
        overlay_->input(input);
        input.type = overlay::InputType::Wheel;
        input.x = 0;
        input.y = frame % 100 < 50 ? 1.0f : -1.0f;
        overlay_->input(input);
    }
}

void OverlayScreen::draw() {
    step();
    overlay_->frame(static_cast<float>(frame_ms) / 1000, width, height, scale_, 0);
    size_t seen = overlay_->draw().vertices.size();
    overlay::TextureUpdate update;
    while (overlay_->next_texture(update)) {
        seen += static_cast<size_t>(update.w) * static_cast<size_t>(update.h);
    }
    drawn_ = seen;
}

} // namespace

std::unique_ptr<Screen> overlay_screen(size_t messages) {
    return std::make_unique<OverlayScreen>(messages);
}

} // namespace parley::bench
