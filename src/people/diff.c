#include "people/diff.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static struct json_out next_value(struct buf *buf, const char *name)
{
    struct json_out j = json_to(buf);

    if (buf->len == 0)
        buf_char(buf, '{');
    else
        j.comma = true;
    json_key(&j, name);
    return j;
}

void diff_text(struct diff *d, const char *name, const char *from, const char *to)
{
    struct json_out j;

    if (same_text(from, to))
        return;
    d->count++;
    j = next_value(&d->from, name);
    json_text(&j, from);
    j = next_value(&d->to, name);
    json_text(&j, to);
}

void diff_json(struct diff *d, const char *name, const char *from, const char *to)
{
    struct json_out j;

    if (same_text(from, to))
        return;
    d->count++;
    j = next_value(&d->from, name);
    json_raw(&j, from);
    j = next_value(&d->to, name);
    json_raw(&j, to);
}

void diff_int(struct diff *d, const char *name, int64_t from, int64_t to)
{
    struct json_out j;

    if (from == to)
        return;
    d->count++;
    j = next_value(&d->from, name);
    json_int(&j, from);
    j = next_value(&d->to, name);
    json_int(&j, to);
}

void diff_bool(struct diff *d, const char *name, bool from, bool to)
{
    diff_json(d, name, from ? "true" : "false", to ? "true" : "false");
}

void diff_done(struct diff *d)
{
    buf_done(&d->from);
    buf_done(&d->to);
    *d = (struct diff){0};
}

static const char *closed(struct arena *a, const struct buf *buf)
{
    return buf->len ? arena_printf(a, "%s}", buf_text(buf)) : NULL;
}

err diff_emit(struct diff *d, struct tx *tx, const struct event *event)
{
    struct event told = *event;
    bool any = d->count > 0;

    told.changed_from = closed(tx->arena, &d->from);
    told.changed_to = closed(tx->arena, &d->to);
    diff_done(d);
    return any ? event_emit(tx, &told) : OK;
}

err diff_emit_new(struct diff *d, struct tx *tx, const struct event *event)
{
    struct event told = *event;

    told.changed_to = closed(tx->arena, &d->to);
    diff_done(d);
    return event_emit(tx, &told);
}

const char *json_text_array(struct arena *a, const char *const *v, size_t n)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *text;

    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_text(&j, v[i]);
    json_close(&j, ']');
    text = arena_strn(a, buf.data, buf.len);
    buf_done(&buf);
    return text;
}
