// reach.hpp: the ways to what the tour shows, from an empty scene to a screen that stands still.
#pragma once

#include "tests/ui/scene.hpp"

namespace parley::tour {

// [reference]
void talk(ui::Scene& scene);
void crowded(ui::Scene& scene);
void idle(ui::Scene& scene);
void people_in_front(ui::Scene& scene);

// [text]
void scripts(ui::Scene& scene);
void styles(ui::Scene& scene);
void mixed_directions(ui::Scene& scene);

// [messages]
void marked(ui::Scene& scene);
void tools(ui::Scene& scene);
void menu(ui::Scene& scene);
void link_menu(ui::Scene& scene);
void failed_menu(ui::Scene& scene);
void blocked_menu(ui::Scene& scene);
void waiting_and_failed(ui::Scene& scene);
void reply(ui::Scene& scene);
void focused(ui::Scene& scene);
void history(ui::Scene& scene);
void new_below(ui::Scene& scene);
void new_above(ui::Scene& scene);
void busy(ui::Scene& scene);
void slow(ui::Scene& scene);
void whisper(ui::Scene& scene);
void many_rooms(ui::Scene& scene);

// [writing]
void names(ui::Scene& scene);
void emoji(ui::Scene& scene);
void preedit(ui::Scene& scene);
void long_draft(ui::Scene& scene);

// [notifications]
void toast(ui::Scene& scene);
void combat(ui::Scene& scene);
void digest(ui::Scene& scene);
void unread(ui::Scene& scene);

// [connection]
void first_run(ui::Scene& scene);
void connecting(ui::Scene& scene);
void lost(ui::Scene& scene);
void lost_while_open(ui::Scene& scene);
void read_only(ui::Scene& scene);
void refused(ui::Scene& scene);

// [people and cards]
void people_alone(ui::Scene& scene);
void cards_alone(ui::Scene& scene);
void card_button(ui::Scene& scene);

} // namespace parley::tour
