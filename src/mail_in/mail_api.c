#include "mail_in/mail_api.h"

#include "base/limits.h"
#include "base/ref.h"
#include "file/file_api.h"
#include "mail_in/intake.h"
#include "mail_in/mail_shape_api.h"
#include "queries.gen.h"

#include <string.h>

/* What mail-in stores may be larger than what it takes apart; of that only the beginning is read. */
enum { RAW_MAX_BYTES = 1024 * 1024 * 1024 };

struct mail_query {
    uint64_t present;
    const char *ticket;
    int64_t limit;
    const char *cursor;
};
static const struct field mail_query_fields[] = {
    {"ticketId", FIELD_REF, offsetof(struct mail_query, ticket),
     .about = "only messages of this ticket"},
    {"limit", FIELD_INT, offsetof(struct mail_query, limit), .min = 1, .max = LIST_LIMIT_MAX,
     .fallback = "20"},
    {"cursor", FIELD_TEXT, offsetof(struct mail_query, cursor), .max_bytes = 20},
};
static const struct shape mail_query_shape =
    SHAPE("MailQuery", "Which messages", struct mail_query, mail_query_fields);

static err find(struct request *r, struct tx *tx, struct mail_row *out)
{
    struct ref ref;
    err e = ref_parse(request_param(r, "id"), &ref) ? q_mail_by_ref(tx, ref.number, ref.uuid, out)
                                                    : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND || (e == OK && out->sha256.len != FILE_HASH_SIZE))
        return fault_set(&r->fault, ERR_NOT_FOUND, "Mail not found");
    return e;
}

static err mails_get(struct request *r, struct tx *tx)
{
    const struct mail_query *query = r->query;
    int64_t limit = query->limit ? query->limit : LIST_LIMIT_DEFAULT;
    int64_t before = INT64_MAX;
    struct mail_list_view view = {0};
    struct mail_summary *mails;
    struct ticket ticket;
    struct mail_rows rows;
    struct ref ref;

    if (query->cursor && (!ref_parse(query->cursor, &ref) || !ref.number))
        return fault_field(&r->fault, "cursor", "not a cursor of this list");
    if (query->cursor)
        before = ref.number;
    if (query->ticket)
        TRY(ticket_find(tx, query->ticket, &ticket));
    TRY(query->ticket ? q_mails_newest_of_ticket(tx, ticket.id, before, limit + 1, &rows)
                      : q_mails_newest(tx, before, limit + 1, &rows));
    view.mails.n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
    mails = ARENA_ARRAY(tx->arena, struct mail_summary, view.mails.n);
    for (size_t i = 0; i < view.mails.n; i++)
        mail_summary_of(&rows.v[i], &mails[i]);
    view.mails.v = mails;
    if (rows.n > view.mails.n)
        view.next_cursor = arena_printf(tx->arena, "%lld", (long long)rows.v[view.mails.n - 1].id);
    return answer(r, 200, &mail_list_shape, &view);
}

struct explaining {
    struct store *store;
    struct mail_row row;
};

/* The stored bytes are understood anew each time: a better parser explains old mail better, too. */
static err explain(struct request *r, void *arg)
{
    struct explaining *x = arg;
    struct bytes raw;
    struct mail mail;
    bool partial;
    err e = file_get(r->arena, x->store, x->row.sha256.data, RAW_MAX_BYTES, &raw);

    if (e == ERR_NOT_FOUND)
        return ERR_IO; /* the row names it: that it is gone is our fault */
    TRY(e);
    TRY(mail_read(r->arena, store_settings(x->store), raw.data, raw.len, &mail, &partial));
    return answer(r, 200, &mail_shape, mail_view_of(r->arena, &x->row, &mail));
}

static err mail_get(struct request *r, struct tx *tx)
{
    struct explaining *x = ARENA_NEW(r->arena, struct explaining);

    x->store = tx_store(tx);
    TRY(find(r, tx, &x->row));
    return answer_later(r, explain, x);
}

static err mail_get_raw(struct request *r, struct tx *tx)
{
    char id[UUID_TEXT_SIZE];
    struct mail_row row;

    TRY(find(r, tx, &row));
    TRY(answer_stored_file(r, tx_store(tx), row.sha256.data, "message/rfc822"));
    answer_header(
        r, "Content-Disposition",
        arena_printf(tx->arena, "attachment; filename=\"%s.eml\"", uuid_text(row.uuid, id)));
    answer_header(r, "X-Content-Type-Options", "nosniff");
    answer_header(r, "Content-Security-Policy", "sandbox; default-src 'none'");
    return OK;
}

const struct route mail_routes[] = {
    {"GET", "/api/mails", ACCESS_AGENT, RUN_READ, mails_get, .query = &mail_query_shape,
     .status = 200, .answer = &mail_list_shape, .tag = "Mail",
     .summary = "Messages that came in, and what became of them"},
    {"GET", "/api/mails/:id", ACCESS_AGENT, RUN_READ, mail_get, .status = 200,
     .answer = &mail_shape, .tag = "Mail", .summary = "How a message was understood"},
    {"GET", "/api/mails/:id/raw", ACCESS_AGENT, RUN_READ, mail_get_raw, .status = 200,
     .answer_type = "message/rfc822", .tag = "Mail", .summary = "A message as it came"},
};
const size_t mail_route_count = COUNT_OF(mail_routes);
