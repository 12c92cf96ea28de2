/* arena.h -- memory that lives as long as one request, mail or job.
 *
 * Nothing is freed singly; arena_reset or arena_done ends all of it. Allocation
 * never returns NULL: running out of memory ends the program (what was
 * acknowledged is durable, so a restart loses nothing). Not for sharing
 * between threads.
 */
#ifndef FD_ARENA_H
#define FD_ARENA_H

#include "base/base.h"

#include <stdarg.h>

struct arena_block;

struct arena {
    struct arena_block *block; /* newest block, linked to older ones */
    char *next;                /* free space in it */
    char *end;
    size_t used_bytes; /* over all blocks */
};

void arena_init(struct arena *a);
/* Frees everything; the arena may be used again. */
void arena_done(struct arena *a);
/* Forgets everything but keeps one block, for the next request. */
void arena_reset(struct arena *a);

/* Aligned for any type. _zalloc clears. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* Like realloc within the arena; old may be NULL with old_size 0. */
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

/* Copies; NULL stays NULL. The result ends with a NUL. */
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

#endif
