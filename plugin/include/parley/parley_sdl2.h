/* parley_sdl2.h -- the overlay's input and drawing for SDL2 games.
 * Same thread, memory and struct rules as parley.h. Needs no SDL header of its own. */
#ifndef PARLEY_SDL2_H
#define PARLEY_SDL2_H

#include "parley/parley_overlay.h"

#ifdef __cplusplus
extern "C" {
#endif

union SDL_Event;
struct SDL_Renderer;

/* Sets the SDL hints that text input needs (native candidate list, long preedit). Before SDL_Init. */
PARLEY_API void parley_sdl2_hints(void);
/* True: the overlay took the event. Give it every event, first. */
PARLEY_API bool parley_sdl2_event(parley_overlay *overlay, const union SDL_Event *event);
/* Draws with SDL_Renderer (any driver, software too), over what is there. This and the next start
 * and stop SDL's text input as the chat begins and ends to take text, stop it at the first frame, and
 * leave it on where the game had it on when the chat began. A game that would rather do so itself, by
 * parley_overlay_wants_text, sets the SDL hint "PARLEY_SDL2_TEXT_INPUT" to "0". */
PARLEY_API void parley_sdl2_render(parley_overlay *overlay, struct SDL_Renderer *renderer);
/* Draws with OpenGL 3.0+ or ES 3.0 into the current framebuffer; saves and restores the state it
 * touches. load: SDL_GL_GetProcAddress. */
PARLEY_API void parley_sdl2_render_gl3(parley_overlay *overlay, int width, int height,
                                       void *(*load)(const char *name));
/* Frees the textures of this overlay in renderer or the GL context; before either is destroyed. */
PARLEY_API void parley_sdl2_forget(parley_overlay *overlay);

#ifdef __cplusplus
}
#endif
#endif
