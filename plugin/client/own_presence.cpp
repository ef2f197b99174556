// own_presence.cpp: what this device says its user is doing: shown at once, told at a pace, and
// told again after a reconnect.
#include "plugin/client/inside.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/token.hpp"

namespace parley::client {

Result<void> Client::set_presence(wire::PresenceState state, std::string_view token,
                                  std::span<const std::string_view> params) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    if (state < wire::PresenceState::Online || state > wire::PresenceState::Invisible ||
        token.size() > limits::presence_token_bytes_max ||
        params.size() > limits::presence_params_max) {
        return Error::BadArgument;
    }
    bool same = in.presence.set && in.presence.state == state && in.presence.token == token &&
                in.presence.params.size() == params.size();
    for (size_t i = 0; i < params.size(); ++i) {
        if (params[i].size() > limits::presence_param_bytes_max) {
            return Error::BadArgument;
        }
        if (!text::valid_utf8(params[i])) {
            return Error::Encoding;
        }
        same = same && in.presence.params[i] == params[i];
    }
    if (!text::valid_utf8(token)) {
        return Error::Encoding;
    }
    if (!wire::is_token(token)) {
        in.options.log.error("presence_token_bad",
                             {{"token", token}, {"mend", "only a-z 0-9 _ . - are allowed"}});
        return Error::BadArgument;
    }
    if (same) {
        return {};
    }
    in.presence.set = true;
    in.presence.waits = true;
    in.presence.state = state;
    in.presence.token.assign(token);
    in.presence.params.clear();
    for (const std::string_view param : params) {
        in.presence.params.emplace_back(param);
    }
    in.show_own_presence();
    if (in.ready()) {
        in.send_presence();
    }
    return {};
}

void Client::Inside::show_own_presence() {
    writer.own_presence = presence.set;
    if (presence.set && model.self() != UserId{}) {
        Person& self = writer.person(model.self());
        self.presence = presence.state;
        self.token = presence.token;
        self.params.clear();
        for (const String& param : presence.params) {
            self.params.emplace_back(param);
        }
        writer.touch();
    }
}

void Client::Inside::send_presence() {
    if (!presence.waits || presence.not_before_steady_ms > now_ms || !may_ask()) {
        return;
    }
    const uint32_t request = new_request();
    auto& fbb = builder.fbb();
    std::pmr::vector<flatbuffers::Offset<flatbuffers::String>> params(memory);
    for (const String& param : presence.params) {
        params.push_back(fbb.CreateString(param.data(), param.size()));
    }
    const auto token = fbb.CreateString(presence.token.data(), presence.token.size());
    const auto all = params.empty() ? 0 : fbb.CreateVector(params.data(), params.size());
    const auto said = wire::CreatePresence(fbb, raw(model.self()), presence.state, token, all);
    const auto body = wire::CreateSetPresence(fbb, said);
    if (send(Lane::Control, request, wire::Command::SetPresence, body)) {
        ask(request, Asked::What::Quiet);
        presence.waits = false;
        presence.not_before_steady_ms = now_ms + limits::presence_period_ms;
    }
}

} // namespace parley::client
