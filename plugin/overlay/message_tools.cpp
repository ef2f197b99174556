// message_tools.cpp: the tools that stand on the row under the pointer or the focus.
#include "plugin/overlay/message_list.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {

// [tools] at the top right of the row that is pointed at or has the focus

bool MessageList::wants_tools(const View& view, const client::Message& message,
                              const Hit& hit) const {
    if (!view.open) {
        return false;
    }
    const Phrase own = message_id(message);
    const std::string_view focus = view.kit.focus();
    const bool inside = focus.size() > own.view().size() && focus.rfind(own.view(), 0) == 0 &&
                        focus[own.view().size()] == '/';
    // The tools reach over the row above: who points at them points at their row.
    const bool at_tools = view.kit.points_at(tools_.bar);
    return hit.focused || inside || (at_tools ? tools_.key == message.key : hit.hovered);
}

void MessageList::draw_tools(const View& view, const client::Room& room, const Rect& area) {
    const client::Message& message = room.messages[tools_.index];
    Kit& kit = view.kit;
    const float side = kit.px(std::max(view.theme.hit, 28.0f));
    const bool stored = message.state == client::MessageState::Stored;
    const float w = side * (stored ? 2 : 1);
    const Rect bar{tools_.row.right() - w - kit.px(8),
                   std::max(area.y, std::round(tools_.row.y - side / 2)), w, side};
    tools_.bar = bar;
    const float radius = kit.px(view.theme.radius_inner);
    kit.raised(bar, radius, kit.px(8));
    float x = bar.x;
    const auto tool = [&](std::string_view name, Sign sign, Word label, const Action& action) {
        Phrase id = message_id(message);
        id.add("/").add(name);
        const Rect box{x, bar.y, side, side};
        const Hit hit = kit.element(id, "button", view.words[label], box, action);
        if (hit.hovered || hit.focused) {
            view.canvas.fill(
                box, with_alpha(view.tone(Tone::Text), hit.held ? tint_held : tint_item), radius);
        }
        view.canvas.sign(sign, box.cx(), box.cy(), kit.px(6),
                         view.tone(hit.hovered || hit.focused ? Tone::Text : Tone::Soft));
        if (hit.focused) {
            kit.focus_ring(box.grown(-kit.px(2)), radius);
        }
        x += side;
    };
    if (stored) {
        tool("reply", Sign::Reply, Word::MenuReply,
             {ActionKind::Reply, raw(room.id), message.seq, 0});
    }
    tool("more", Sign::More, Word::MenuMore, {ActionKind::OpenMenu, raw(room.id), message.key, 0});
}

} // namespace parley::overlay
