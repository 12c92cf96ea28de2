#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_done(struct arena *a)
{
    free_blocks(a->block);
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = a->block;

    if (!keep)
        return;
    /* A huge block is not worth keeping: one large mail must not stay resident. */
    if (keep->size > 4 * BLOCK_BYTES) {
        arena_done(a);
        return;
    }
    free_blocks(keep->older);
    keep->older = NULL;
    a->next = keep->data;
    a->used_bytes = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    char *result;

    ENSURE(size <= SIZE_MAX / 2);
    size = (size + align - 1) & ~(align - 1);
    /* An empty arena has no place to point to, not even for nothing. */
    if (!a->block || size > (size_t)(a->end - a->next)) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        struct arena_block *block = malloc(sizeof(*block) + room);

        ENSURE(block != NULL);
        block->size = room;
        block->older = a->block;
        a->block = block;
        a->next = block->data;
        a->end = block->data + room;
    }
    result = a->next;
    a->next += size;
    a->used_bytes += size;
    return result;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
    void *grown = arena_alloc(a, new_size);

    ENSURE(new_size >= old_size);
    if (old_size)
        memcpy(grown, old, old_size);
    return grown;
}

char *arena_strn(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1);

    if (len)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *arena_str(struct arena *a, const char *s)
{
    return s ? arena_strn(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    int len;
    char *text;

    ENSURE(fmt != NULL); /* gcc with its sanitizers on wants to be told */
    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    ENSURE(len >= 0);
    text = arena_alloc(a, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return text;
}
