/* find.c -- agents and groups as others name them. */
#include "base/ref.h"
#include "base/utf8.h"
#include "people/people.h"
#include "queries.gen.h"

err agent_by_email(struct tx *tx, const char *email, struct agent_ref *out)
{
    struct agent_ref_row row;

    TRY(q_agent_ref_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, email)), &row));
    *out = (struct agent_ref){row.id, row.uuid, row.name, row.email};
    return OK;
}

err agent_find(struct tx *tx, const char *text, const char *what, struct agent_ref *out)
{
    struct agent_ref_row row;
    struct ref ref;
    err e;

    if (ref_parse(text, &ref)) {
        e = q_agent_ref_by_ref(tx, ref.number, ref.uuid, &row);
        if (e == OK)
            *out = (struct agent_ref){row.id, row.uuid, row.name, row.email};
    } else {
        e = agent_by_email(tx, text, out);
    }
    return e == ERR_NOT_FOUND ? fault_field(tx->fault, what, "there is no such agent") : e;
}

err group_find(struct tx *tx, const char *text, const char *what, struct group_ref *out)
{
    struct group_ref_row row;
    struct ref ref;
    err e = q_group_ref_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, text)), &row);

    if (e == ERR_NOT_FOUND && ref_parse(text, &ref))
        e = q_group_ref_by_ref(tx, ref.number, ref.uuid, &row);
    if (e == ERR_NOT_FOUND)
        return fault_field(tx->fault, what, "there is no such group");
    TRY(e);
    *out = (struct group_ref){row.id, row.uuid, row.name};
    return OK;
}
