#include "people/requester_keep.h"

#include "base/utf8.h"
#include "people/access.h"
#include "people/cursor.h"
#include "people/requester.h"

/* The greatest code point: ends every range of texts that begin alike. */
static const char after_all_text[] = "\xF4\x8F\xBF\xBF";

static err search(struct tx *tx, const struct requester_filter *filter, struct requester_rows *out)
{
    const char *q = utf8_fold(tx->arena, utf8_trim(tx->arena, filter->q));

    if (filter->cursor)
        return fault_field(tx->fault, "cursor", "can't be used with q");
    return q_requester_search(tx, q, arena_printf(tx->arena, "%s%s", q, after_all_text),
                              filter->organization, filter->tier + 1, filter->limit, out);
}

static err walk(struct tx *tx, const struct requester_filter *filter, struct requester_rows *out)
{
    const char *name;
    int64_t id;
    int64_t limit = filter->limit + 1;

    TRY(name_cursor_parse(tx->arena, tx->fault, filter->cursor, &name, &id));
    if (filter->organization)
        return q_requester_list_organization(tx, filter->organization, filter->tier + 1, name, id,
                                             limit, out);
    if (filter->tier >= 0)
        return q_requester_list_tier(tx, filter->tier, name, id, limit, out);
    return q_requester_list_all(tx, name, id, limit, out);
}

err requester_list(struct tx *tx, const struct requester_filter *filter, struct requester_list *out)
{
    struct requester_rows rows;
    struct requester_list list = {0};

    TRY(filter->q ? search(tx, filter, &rows) : walk(tx, filter, &rows));
    list.n = rows.n > (size_t)filter->limit ? (size_t)filter->limit : rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct requester, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        requester_of_row(&rows.v[i], &list.v[i]);
    if (rows.n > list.n && list.n > 0)
        list.next_cursor =
            name_cursor_text(tx->arena, list.v[list.n - 1].name, list.v[list.n - 1].id);
    *out = list;
    return OK;
}

static err address_taken(struct tx *tx, const char *email)
{
    return fault_set(tx->fault, ERR_CONFLICT, "There is already a requester with the address %s",
                     email);
}

err requester_add(struct tx *tx, const struct requester_input *input, struct requester *out)
{
    struct requester known;
    err e;

    TRY(access_require_role(tx, ROLE_AGENT));
    e = requester_by_email(tx, input->email, &known);
    if (e == OK)
        return address_taken(tx, input->email);
    return e == ERR_NOT_FOUND ? requester_make(tx, input, out) : e;
}

static const char *text_or_null(struct tx *tx, const char *text)
{
    const char *trimmed = text ? utf8_trim(tx->arena, text) : NULL;

    return trimmed && *trimmed ? trimmed : NULL;
}

err requester_change(struct tx *tx, const char *ref, unsigned set,
                     const struct requester_input *input, struct requester *out)
{
    struct requester before, after, other;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(requester_find(tx, ref, &before));
    after = before;
    if (set & REQUESTER_NAME)
        after.name = utf8_trim(tx->arena, input->name);
    if (set & REQUESTER_EMAIL) {
        err e = requester_by_email(tx, input->email, &other);

        if (e == OK && other.id != before.id)
            return address_taken(tx, other.email);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        after.email = utf8_trim(tx->arena, input->email);
    }
    if (set & REQUESTER_PHONE)
        after.phone = text_or_null(tx, input->phone);
    if (set & REQUESTER_USER_ID)
        after.user_id = text_or_null(tx, input->user_id);
    if (set & REQUESTER_ORGANIZATION)
        after.organization = text_or_null(tx, input->organization);
    if (set & REQUESTER_TIER)
        after.tier = (enum requester_tier)input->tier;
    TRY(requester_store(tx, &before, &after));
    *out = after;
    return OK;
}
