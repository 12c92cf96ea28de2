/* json_out.h -- writes JSON straight into a buffer. Commas are its business, nesting is yours.
 * Text must be UTF-8 (ENSUREd nowhere: edges validate); "<", ">" and "&" pass as they are.
 * json_double and json_none are not called json_real and json_null because libjansson exports
 * those names: ours would take the place of its own, in its own calls too. */
#ifndef FD_JSON_OUT_H
#define FD_JSON_OUT_H

#include "base/buf.h"
#include "base/uuid.h"

struct json_out {
    struct buf *buf; /* borrowed */
    bool comma;      /* the next value needs one before it */
};

static inline struct json_out json_to(struct buf *buf)
{
    return (struct json_out){.buf = buf};
}

void json_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_close(struct json_out *j, char bracket); /* '}' or ']' */
/* The name of the next value in an object; must not need escaping. */
void json_key(struct json_out *j, const char *name);
/* A name that comes from data: escaped. */
void json_key_any(struct json_out *j, const char *name);

void json_text(struct json_out *j, const char *text); /* NULL writes null */
void json_textn(struct json_out *j, const char *text, size_t len);
void json_int(struct json_out *j, int64_t n);
void json_double(struct json_out *j, double d); /* NaN and infinities write null */
void json_bool(struct json_out *j, bool yes);
void json_tri(struct json_out *j, enum tri t); /* unknown writes null */
void json_none(struct json_out *j);
void json_time(struct json_out *j, int64_t at_ms);  /* 0 writes null; else ISO 8601 UTC with ms */
void json_uuid(struct json_out *j, struct uuid id); /* nil writes null */
/* JSON that is already text (a stored column); NULL or "" writes null. */
void json_raw(struct json_out *j, const char *json);

/* key and value in one */
#define JSON_PUT(j, kind, name, ...) (json_key((j), (name)), json_##kind((j), __VA_ARGS__))

#endif
