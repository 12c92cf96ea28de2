#include "store/postgres.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* From PostgreSQL's pg_type.dat; its server headers are not needed for six numbers. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701,
    OID_UUID = 2950,
};

Oid pg_type_of_letter(char letter)
{
    switch (letter) {
    case 'i':
        return OID_INT8;
    case 'b':
        return OID_BOOL;
    case 'r':
        return OID_FLOAT8;
    case 'u':
        return OID_UUID;
    case 'x':
        return OID_BYTEA;
    default:
        return OID_TEXT;
    }
}

char pg_letter_of_value(const struct value *v)
{
    switch (v->type) {
    case VALUE_INT:
        return 'i';
    case VALUE_REAL:
        return 'r';
    case VALUE_BLOB:
        return 'x';
    default:
        return 't';
    }
}

/* The number's bytes as the server wants them: the most significant first. */
static const char *number_bytes(struct arena *a, const struct value *v, char letter, int *out_len)
{
    union {
        uint64_t n;
        double d;
        char bytes[8];
    } u = {.n = 0};

    if (letter == 'b') {
        *out_len = 1;
        return v->i ? "\1" : "\0";
    }
    if (letter == 'r')
        u.d = v->type == VALUE_REAL ? v->d : (double)v->i;
    else
        u.n = (uint64_t)(v->type == VALUE_INT ? v->i : (int64_t)v->d);
    u.n = htobe64(u.n);
    *out_len = 8;
    return memcpy(arena_alloc(a, 8), u.bytes, 8);
}

struct pg_params pg_params_make(struct arena *a, const char *types, const struct value *params,
                                int count)
{
    struct pg_params p = {
        .values = ARENA_ARRAY(a, const char *, (size_t)count + 1),
        .lengths = ARENA_ARRAY(a, int, (size_t)count + 1),
        .formats = ARENA_ARRAY(a, int, (size_t)count + 1),
        .types = ARENA_ARRAY(a, Oid, (size_t)count + 1),
        .count = count,
    };

    for (int i = 0; i < count; i++) {
        const struct value *v = &params[i];
        char letter = types ? types[i] : pg_letter_of_value(v);

        p.types[i] = pg_type_of_letter(letter);
        p.formats[i] = 1;
        p.values[i] = NULL;
        p.lengths[i] = 0;
        if (v->type == VALUE_TEXT || v->type == VALUE_BLOB) {
            p.values[i] = v->s.data ? v->s.data : "";
            p.lengths[i] = (int)v->s.len;
        } else if (v->type != VALUE_NULL) {
            p.values[i] = number_bytes(a, v, letter, &p.lengths[i]);
        }
    }
    return p;
}

/* ---- results ---- */

struct pg_result *pg_result_of(PGresult *pg)
{
    struct pg_result *result = malloc(sizeof(*result));

    ENSURE(result != NULL);
    *result = (struct pg_result){pg, 1};
    return result;
}

void pg_result_leave(struct pg_result *result)
{
    if (!result || --result->users > 0)
        return;
    PQclear(result->pg);
    free(result);
}

bool pg_next(struct rows *rows)
{
    struct pg_rows *r = rows->stmt;

    if (r->row + 1 >= PQntuples(r->result->pg))
        return false;
    r->row++;
    return true;
}

err pg_end(struct rows *rows)
{
    struct pg_rows *r = rows->stmt;

    pg_result_leave(r->result);
    free(r);
    rows->stmt = NULL;
    return rows->failed;
}

bool pg_col_null(struct rows *rows, int column)
{
    struct pg_rows *r = rows->stmt;

    return PQgetisnull(r->result->pg, r->row, column);
}

static uint64_t col_bits(const struct pg_rows *r, int column, int *out_len)
{
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(r->result->pg, r->row, column);
    uint64_t n = 0;

    *out_len = PQgetlength(r->result->pg, r->row, column);
    for (int i = 0; i < *out_len && i < 8; i++)
        n = n << 8 | bytes[i];
    return n;
}

int64_t pg_col_int(struct rows *rows, int column)
{
    const struct pg_rows *r = rows->stmt;
    int len;
    uint64_t bits = col_bits(r, column, &len);

    switch (PQftype(r->result->pg, column)) {
    case OID_INT8:
    case OID_BOOL:
        return (int64_t)bits;
    case OID_INT4:
        return len ? (int32_t)bits : 0;
    case OID_INT2:
        return len ? (int16_t)bits : 0;
    case OID_FLOAT8:
        return (int64_t)pg_col_real(rows, column);
    default:
        ENSURE(len == 0 && !"a column that is no number is read as one");
        return 0;
    }
}

double pg_col_real(struct rows *rows, int column)
{
    const struct pg_rows *r = rows->stmt;
    int len;
    uint64_t bits;
    double d;

    if (PQftype(r->result->pg, column) != OID_FLOAT8)
        return (double)pg_col_int(rows, column);
    bits = col_bits(r, column, &len);
    memcpy(&d, &bits, sizeof(d));
    return len ? d : 0;
}

struct bytes pg_col_bytes(struct rows *rows, int column)
{
    const struct pg_rows *r = rows->stmt;

    if (PQgetisnull(r->result->pg, r->row, column))
        return (struct bytes){NULL, 0};
    return (struct bytes){(unsigned char *)PQgetvalue(r->result->pg, r->row, column),
                          (size_t)PQgetlength(r->result->pg, r->row, column)};
}
