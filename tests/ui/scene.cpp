// scene.cpp: the reference conversation, and the hands that play it.
#include "tests/ui/scene.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

const char* name_of(uint64_t user) {
    switch (user) {
    case me:
        return "Mei";
    case kenji:
        return "Kenji";
    case layla:
        return "Layla";
    case aria:
        return "Aria";
    case zoe:
        return "Zoë";
    case noa:
        return "Noa";
    default:
        return "Mika";
    }
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

CardTypes demo_card_types() {
    auto types = std::make_shared<CardTypeSet>();
    for (const char* name : {"match", "party"}) {
        const std::string path = std::string(PARLEY_SOURCE_DIR "/demo/cards/") + name + ".toml";
        std::string message;
        const Result<void> added = types->add(read_text(path), path, message);
        INFO(message);
        REQUIRE(added.ok());
    }
    return types;
}

// A microsecond passes at every look at the clock.
int64_t scene_us() {
    static int64_t now_us = 0;
    return ++now_us;
}

} // namespace

Scene::Scene(SceneOptions wanted) : options(wanted) {
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
    platform::sdl2_hints();
    REQUIRE(SDL_InitSubSystem(SDL_INIT_VIDEO) == 0);
    window_ = SDL_CreateWindow("scene", 0, 0, options.width, options.height, 0);
    REQUIRE(window_ != nullptr);
    renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE);
    REQUIRE(renderer_ != nullptr);

    client::ClientOptions client_options;
    if (options.cards) {
        client_options.card_types = demo_card_types();
    }
    client = std::make_unique<client::Client>(std::move(client_options),
                                              std::make_unique<client::ScriptConnection>(script));
    overlay::Options overlay_options;
    const char* const english = PARLEY_SOURCE_DIR "/demo/words/en.toml";
    overlay_options.words_path = options.words_path != nullptr ? options.words_path : english;
    overlay_options.theme_path = options.theme_path;
    overlay_options.reduced_motion = options.reduced_motion;
    overlay_options.utc_offset_s = 0;
    overlay_options.now_us = &scene_us;
    auto made = overlay::Overlay::create(*client, overlay_options);
    REQUIRE(made.ok());
    overlay = std::move(*made);
}

Scene::~Scene() {
    release_window();
}

// [the shard's side]

void Scene::step_client(TimeMs ms) {
    now_ms_ += ms;
    client->update(now_ms_, today_ms + now_ms_, 0);
}

void Scene::connect() {
    REQUIRE(client->connect("127.0.0.1:7777", "a.b.c").ok());
    step_client();
    shard.up();
    auto& b = shard.fbb();
    const auto user = wire::CreateUser(b, me, b.CreateString(name_of(me)));
    const TimeMs now = today_ms + 5 * 60'000;
    shard.say(Lane::Control, 0, wire::Event::Ready,
              wire::CreateReady(b, 1, user, now, now + 3'600'000, false, options.dev));
    step_client();
    CAPTURE(client->stats().refused_frames, client->stats().frames_received,
            error_name(client->last_error()));
    REQUIRE(client->state() == client::State::Ready);
}

void Scene::entry(uint64_t room, Seq seq, const Said& said, Seq edit_target) {
    auto& b = shard.fbb();
    std::vector<wire::Span> spans;
    size_t from = 0;
    for (const Said::Mark& mark : said.marks) {
        const size_t at = said.text.find(mark.words, from);
        REQUIRE(at != std::string::npos);
        spans.emplace_back(mark.target, static_cast<uint16_t>(at),
                           static_cast<uint16_t>(mark.words.size()), uint16_t{0}, mark.kind,
                           uint8_t{0});
        from = at;
    }
    const auto text = b.CreateString(said.text);
    const auto marks = b.CreateVectorOfStructs(spans.data(), spans.size());
    const TimeMs at_ms = today_ms + said.minute * 60'000;
    const auto body = edit_target == 0 ? wire::CreateMessage(b, text, marks, said.reply_to).Union()
                                       : wire::CreateEdit(b, edit_target, text, marks).Union();
    const auto made = wire::CreateEntry(
        b, seq, at_ms, said.author, seq * 1000 + room,
        edit_target == 0 ? wire::EntryBody::Message : wire::EntryBody::Edit, body, 0);
    const auto entries = b.CreateVector(&made, 1);
    shard.say(Lane::Chat, 0, wire::Event::Batch,
              wire::CreateBatch(b, room, 77, seq, seq, at_ms, 0, 0, 0, entries));
}

void Scene::say(uint64_t room, Seq seq, const Said& said) {
    entry(room, seq, said, 0);
    step_client();
}

void Scene::edit(uint64_t room, Seq seq, Seq target, const Said& said) {
    entry(room, seq, said, target);
    step_client();
}

void Scene::membership(uint64_t room, Seq seq, uint64_t user, wire::MembershipChange change,
                       int minute) {
    auto& b = shard.fbb();
    const auto who = wire::CreateUser(b, user, b.CreateString(name_of(user)));
    const auto body = wire::CreateMembership(b, who, change).Union();
    const TimeMs at_ms = today_ms + minute * 60'000;
    const auto made =
        wire::CreateEntry(b, seq, at_ms, user, 0, wire::EntryBody::Membership, body, 0);
    const auto entries = b.CreateVector(&made, 1);
    shard.say(Lane::Chat, 0, wire::Event::Batch,
              wire::CreateBatch(b, room, 77, seq, seq, at_ms, 0, 0, 0, entries));
    step_client();
}

void Scene::enter(uint64_t room, wire::RoomKind kind, const std::vector<uint64_t>& members,
                  Seq read_seq, const std::vector<Said>& log) {
    auto& b = shard.fbb();
    const auto name = b.CreateString("room");
    const auto title = b.CreateString("Night owls");
    const bool two = kind == wire::RoomKind::Direct;
    const auto other = two ? wire::CreateUser(b, members[0], b.CreateString(name_of(members[0])))
                           : flatbuffers::Offset<wire::User>{};
    const auto& tier = limits::tiers[static_cast<size_t>(kind)];
    shard.say(Lane::Control, 0, wire::Event::RoomState,
              wire::CreateRoomState(b, room, kind, name, title, 77, 0, 1, read_seq,
                                    wire::Role::Member, static_cast<uint32_t>(members.size()),
                                    tier.text_code_points_max, tier.pace_burst, tier.pace_period_ms,
                                    0, other));
    std::vector<flatbuffers::Offset<wire::Member>> rows;
    auto& c = shard.fbb();
    for (size_t i = 0; i < members.size(); ++i) {
        const auto user = wire::CreateUser(c, members[i], c.CreateString(name_of(members[i])));
        rows.push_back(
            wire::CreateMember(c, user, i == 0 && !two ? wire::Role::Leader : wire::Role::Member));
    }
    const auto row_vector = c.CreateVector(rows);
    shard.say(
        Lane::Control, 0, wire::Event::Roster,
        wire::CreateRoster(c, room, true, row_vector, 0, static_cast<uint32_t>(members.size())));
    step_client();
    Seq seq = 0;
    for (const Said& said : log) {
        say(room, ++seq, said);
    }
}

void Scene::presence(uint64_t user, wire::PresenceState state, const char* token,
                     const std::vector<std::string>& params, int64_t ago_ms) {
    auto& b = shard.fbb();
    const auto token_text = b.CreateString(token);
    const auto words = b.CreateVectorOfStrings(params);
    const auto one =
        wire::CreatePresence(b, user, state, token_text, words, today_ms + 5 * 60'000 - ago_ms);
    const auto all = b.CreateVector(&one, 1);
    shard.say(Lane::State, 0, wire::Event::Presences, wire::CreatePresences(b, all));
    step_client();
}

void Scene::cards() {
    const CardTypeSet* types = client->card_types();
    REQUIRE(types != nullptr);
    const auto set =
        [&](const char* name, uint64_t room,
            const std::vector<std::pair<const char*, std::pair<int64_t, const char*>>>& values) {
            const CardType* type = types->find(std::string_view(name));
            REQUIRE(type != nullptr);
            std::vector<client::ScriptShard::FieldSays> said;
            for (const auto& [field_name, value] : values) {
                const FieldType* field = type->field(std::string_view(field_name));
                INFO(field_name);
                REQUIRE(field != nullptr);
                said.push_back({field->id, value.first, value.second});
            }
            shard.card(room, 0, type->id, 1, said);
        };
    const TimeMs now = client->server_ms();
    set("match", team,
        {{"map", {0, "Harbour"}},
         {"mode", {0, nullptr}},
         {"teal_score", {3, nullptr}},
         {"coral_score", {2, nullptr}},
         {"ends_at", {now + 252'000, nullptr}},
         {"carrier", {0, "Aria"}},
         {"flag", {62, nullptr}}});
    set("party", party,
        {{"name", {0, "Night owls"}},
         {"next", {0, "Ranked · EU West"}},
         {"ready_ends_at", {now + 18'000, nullptr}},
         {"ready", {3, nullptr}},
         {"open_slots", {0, nullptr}}});
    step_client();
}

void Scene::fill() {
    using K = wire::SpanKind;
    connect();
    enter(party, wire::RoomKind::Party, {kenji, layla, aria, me}, 2,
          {{kenji,
            4,
            "北の橋に二人いる。待ってから行こう 👍🏽",
            {{"待って", K::Bold}}},
           {layla, 4, "حسنًا، سأنتظر عند البوابة 25 ثانية!", {}, 1},
           {aria,
            5,
            "@you take mid, not left right. Code is 4711",
            {{"@you", K::Mention, me},
             {"mid", K::Underline},
             {"not", K::Italic},
             {"left", K::Strike},
             {"4711", K::Spoiler}}}});
    edit(party, 4, 3,
         {aria,
          5,
          "@you take mid, not left right. Code is 4711",
          {{"@you", K::Mention, me},
           {"mid", K::Underline},
           {"not", K::Italic},
           {"left", K::Strike},
           {"4711", K::Spoiler}}});
    say(party, 5, {me, 5, "on it 🚀", {}});
    enter(team, wire::RoomKind::Team, {kenji, layla, aria, mika, me}, 0,
          {{mika, 3, "two at mid", {}}, {mika, 3, "going left", {}}, {kenji, 4, "ok", {}}});
    std::vector<Said> crowd;
    for (int i = 0; i < 110; ++i) {
        crowd.push_back({mika, 1, "hello from everywhere " + std::to_string(i), {}});
    }
    enter(global, wire::RoomKind::Global, {mika, me}, 0, crowd);
    enter(direct, wire::RoomKind::Direct, {zoe, me}, 0, {{zoe, 4, "up for one more?", {}}});
    using P = wire::PresenceState;
    presence(kenji, P::InMatch, "in_match", {"Harbour", "3–2"});
    presence(layla, P::Away, "respawn", {"8"});
    presence(aria, P::InMatch, "flag", {});
    presence(zoe, P::LookingForGroup, "looking", {});
    presence(mika, P::Online, "", {});
    presence(noa, P::Offline, "", {}, 2 * 3'600'000);
    if (options.cards) {
        cards();
    }
    shard.typing(kenji, party);
    step_client();
}

void Scene::send_waiting(uint64_t room, std::string_view said) {
    REQUIRE(client->send_text(RoomId{room}, said, 0).ok());
    step_client();
}

void Scene::send_refused(uint64_t room, std::string_view said, Error error,
                         uint32_t retry_after_ms) {
    const auto request = client->send_text(RoomId{room}, said, 0);
    REQUIRE(request.ok());
    step_client();
    const client::SentFrame* sent = script->last(wire::Command::Send);
    REQUIRE(sent != nullptr);
    shard.reply(sent->request(), error, room, 0, 0, retry_after_ms);
    step_client();
}

void Scene::crowd_the_screen() {
    send_refused(party, "no, the other bridge", Error::TooLong, 0);
    send_waiting(party, "cover me from the ridge");
    REQUIRE(
        overlay->toast(UserId{zoe}, "invites you to her party · 3 of 5 · EU", "join", "Join").ok());
}

// [time]

void Scene::draw_world() {
    const float w = static_cast<float>(options.width);
    const float h = static_cast<float>(options.height);
    // A dim field with light from the middle: like a game, bright and dark enough to test panels
    // on.
    constexpr int rings = 5, points = 64;
    const float radii[rings] = {0, 0.28f, 0.5f, 0.75f, 1.1f};
    const SDL_Color colours[rings] = {{59, 93, 88, 255},
                                      {48, 78, 74, 255},
                                      {36, 62, 60, 255},
                                      {21, 38, 43, 255},
                                      {13, 24, 29, 255}};
    std::vector<SDL_Vertex> vertices;
    std::vector<int> indices;
    for (int r = 0; r < rings; ++r) {
        for (int i = 0; i < points; ++i) {
            const float angle = static_cast<float>(i) * 6.2831853f / points;
            vertices.push_back({{w * 0.62f + std::cos(angle) * radii[r] * w * 0.8f,
                                 h * 0.42f + std::sin(angle) * radii[r] * w * 0.6f},
                                colours[r],
                                {0, 0}});
        }
    }
    for (int r = 0; r + 1 < rings; ++r) {
        for (int i = 0; i < points; ++i) {
            const int a = r * points + i, b = r * points + (i + 1) % points;
            const int c = a + points, d = b + points;
            for (const int index : {a, b, d, a, d, c}) {
                indices.push_back(index);
            }
        }
    }
    SDL_SetRenderDrawBlendMode(renderer_, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(renderer_, 13, 24, 29, 255);
    SDL_RenderClear(renderer_);
    SDL_RenderGeometry(renderer_, nullptr, vertices.data(), static_cast<int>(vertices.size()),
                       indices.data(), static_cast<int>(indices.size()));
    const struct {
        float x, y;
        SDL_Color colour;
    } units[] = {{905, 360, {98, 214, 181, 150}},
                 {1010, 520, {98, 214, 181, 150}},
                 {1120, 330, {255, 138, 128, 150}},
                 {830, 560, {255, 138, 128, 150}}};
    for (const auto& unit : units) {
        SDL_SetRenderDrawColor(renderer_, unit.colour.r, unit.colour.g, unit.colour.b,
                               unit.colour.a);
        for (int dy = -18; dy <= 18; ++dy) {
            const float half = std::sqrt(18.0f * 18 - static_cast<float>(dy * dy));
            SDL_RenderDrawLineF(renderer_, unit.x * w / 1600 - half,
                                unit.y * h / 900 + static_cast<float>(dy), unit.x * w / 1600 + half,
                                unit.y * h / 900 + static_cast<float>(dy));
        }
    }
}

void Scene::frames(int count, float dt_s, uint32_t budget_us) {
    for (int i = 0; i < count; ++i) {
        overlay->frame(dt_s, options.width, options.height, options.scale, budget_us);
    }
}

void Scene::settle(int frames_max) {
    for (int i = 0; i < frames_max; ++i) {
        frames(1);
        if (i > 3 && overlay->stats().deferred == 0 && overlay->stats().layouts == 0) {
            break;
        }
    }
}

// [the player's side]

bool Scene::pump(SDL_Event event) {
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    REQUIRE(SDL_PushEvent(&event) == 1);
    bool taken = false;
    SDL_Event got;
    while (SDL_PollEvent(&got) == 1) {
        if (got.type == event.type) {
            taken = platform::sdl2_event(*overlay, got);
        }
    }
    return taken;
}

bool Scene::key_down(SDL_Keycode code, uint16_t mods, bool repeat) {
    SDL_Event event{};
    event.type = SDL_KEYDOWN;
    event.key.keysym.sym = code;
    event.key.keysym.mod = mods;
    event.key.keysym.scancode = SDL_GetScancodeFromKey(code);
    event.key.repeat = repeat ? 1 : 0;
    return pump(event);
}

bool Scene::key_up(SDL_Keycode code) {
    SDL_Event event{};
    event.type = SDL_KEYUP;
    event.key.keysym.sym = code;
    event.key.keysym.scancode = SDL_GetScancodeFromKey(code);
    return pump(event);
}

bool Scene::key(SDL_Keycode code, uint16_t mods) {
    const bool taken = key_down(code, mods);
    CHECK(key_up(code) == taken);
    frames(1);
    return taken;
}

// As SDL does it: at most 31 bytes an event, cut between characters.
bool Scene::text(const char* utf8) {
    const std::string_view whole = utf8;
    bool taken = false;
    for (size_t at = 0; at < whole.size();) {
        SDL_Event event{};
        event.type = SDL_TEXTINPUT;
        at += SDL_utf8strlcpy(event.text.text, utf8 + at, sizeof event.text.text);
        taken = pump(event);
    }
    frames(1);
    return taken;
}

bool Scene::preedit(const char* utf8, int caret) {
    SDL_Event event{};
    event.type = SDL_TEXTEDITING;
    SDL_strlcpy(event.edit.text, utf8, sizeof event.edit.text);
    event.edit.start = caret;
    const bool taken = pump(event);
    frames(1);
    return taken;
}

bool Scene::mouse(uint32_t type, float x, float y, uint8_t button) {
    SDL_Event event{};
    event.type = type;
    if (type == SDL_MOUSEMOTION) {
        event.motion.x = static_cast<int>(x);
        event.motion.y = static_cast<int>(y);
    } else {
        event.button.button = button;
        event.button.x = static_cast<int>(x);
        event.button.y = static_cast<int>(y);
    }
    return pump(event);
}

bool Scene::click(float x, float y) {
    mouse(SDL_MOUSEMOTION, x, y);
    frames(1);
    const bool taken = mouse(SDL_MOUSEBUTTONDOWN, x, y);
    frames(1);
    CHECK(mouse(SDL_MOUSEBUTTONUP, x, y) == taken);
    frames(1);
    return taken;
}

bool Scene::pad(uint8_t button) {
    SDL_Event event{};
    event.type = SDL_CONTROLLERBUTTONDOWN;
    event.cbutton.button = button;
    event.cbutton.state = SDL_PRESSED;
    const bool taken = platform::sdl2_event(*overlay, event);
    event.type = SDL_CONTROLLERBUTTONUP;
    event.cbutton.state = SDL_RELEASED;
    CHECK(platform::sdl2_event(*overlay, event) == taken);
    frames(1);
    return taken;
}

bool Scene::focus(bool gained) {
    SDL_Event event{};
    event.type = SDL_WINDOWEVENT;
    event.window.event = gained ? SDL_WINDOWEVENT_FOCUS_GAINED : SDL_WINDOWEVENT_FOCUS_LOST;
    return platform::sdl2_event(*overlay, event);
}

// [looking]

const overlay::Element* Scene::find(std::string_view id) const {
    for (const overlay::Element& element : overlay->elements()) {
        if (element.id == id) {
            return &element;
        }
    }
    return nullptr;
}

std::string Scene::focused() const {
    for (const overlay::Element& element : overlay->elements()) {
        if (element.focused) {
            return element.id;
        }
    }
    return "";
}

std::vector<std::string> Scene::spoken() {
    std::vector<std::string> all;
    while (const char* line = overlay->next_spoken()) {
        all.emplace_back(line);
    }
    return all;
}

std::vector<std::string> Scene::actions() {
    std::vector<std::string> all;
    for (client::Event event{client->memory()}; client->poll(event);) {
        if (event.type == client::EventType::Action) {
            all.emplace_back(event.text);
        }
    }
    return all;
}

Picture Scene::picture(bool with_overlay) {
    draw_world();
    if (with_overlay) {
        draw_.render(*overlay, renderer_);
    }
    return Picture::of(renderer_, options.width, options.height);
}

Picture Scene::picture_on_black() {
    SDL_SetRenderDrawColor(renderer_, 0, 0, 0, 255);
    SDL_RenderClear(renderer_);
    draw_.render(*overlay, renderer_);
    return Picture::of(renderer_, options.width, options.height);
}

void Scene::replace_renderer() {
    draw_.forget();
    SDL_DestroyRenderer(renderer_);
    renderer_ = SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE);
    REQUIRE(renderer_ != nullptr);
}

void Scene::release_window() {
    if (window_ == nullptr) {
        return;
    }
    draw_.forget();
    SDL_DestroyRenderer(renderer_);
    SDL_DestroyWindow(window_);
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    renderer_ = nullptr;
    window_ = nullptr;
}

std::string Scene::shoot(const std::string& name) {
    const std::string path = std::string(PARLEY_BINARY_DIR "/ui/") + name + ".png";
    REQUIRE(picture().write_png(path));
    return path;
}

} // namespace parley::ui
