/* waiting.c -- agents for the tickets that wait, most urgent first.
 *
 * One run gives at most RUN_GIVES_MAX tickets and looks at RUN_LOOKS_MAX; a longer list goes on in
 * another run, so that no run holds up the writer. Within a run agents only become fewer: what
 * found nobody once (same category, subcategory and group) is not tried again, so a head of the
 * list that nobody can serve neither blocks nor slows those behind it. */
#include "assign/assign_step.h"

#include "queries.gen.h"

#include <string.h>

enum { RUN_GIVES_MAX = 100, RUN_LOOKS_MAX = 5000, PAGE = 200, HOPELESS_MAX = 100 };

struct kind {
    int64_t category_id;
    int64_t group_id;
    const char *subcategory;
};

struct run {
    int priority;
    int64_t created_ms; /* place in the list, with id */
    int64_t id;
    int gives;
    int looks;
    bool over; /* nobody is left */
    struct kind hopeless[HOPELESS_MAX];
    size_t hopeless_count;
};

err assign_look_again(struct tx *tx)
{
    struct waiting_any_row any;

    TRY(q_waiting_any(tx, &any));
    return any.yes ? job_set(tx, JOB_ASSIGN_WAITING, 0, tx->now_ms) : OK;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_hopeless(const struct run *run, const struct kind *kind)
{
    for (size_t i = 0; i < run->hopeless_count; i++) {
        const struct kind *h = &run->hopeless[i];

        if (h->category_id == kind->category_id && h->group_id == kind->group_id &&
            same_text(h->subcategory, kind->subcategory))
            return true;
    }
    return false;
}

static err nobody_left(struct tx *tx, bool *out)
{
    struct assign_anybody_eligible_row row;

    TRY(q_assign_anybody_eligible(tx, &row));
    *out = !row.yes;
    return OK;
}

static err try_ticket(struct tx *tx, struct run *run, int64_t ticket_id, const struct kind *kind)
{
    struct ticket_change change;

    TRY(ticket_change_begin_id(tx, ticket_id, &change));
    change.assign_automatically = true;
    TRY(ticket_apply(tx, &change));
    if (change.after.waiting) {
        if (run->hopeless_count < HOPELESS_MAX)
            run->hopeless[run->hopeless_count++] = *kind;
        return OK;
    }
    run->gives++;
    return nobody_left(tx, &run->over);
}

static bool may_go_on(const struct run *run)
{
    return !run->over && run->gives < RUN_GIVES_MAX && run->looks < RUN_LOOKS_MAX;
}

/* Out: whether the priority's list came to its end. */
static err one_page(struct tx *tx, struct run *run, bool *out_end)
{
    struct waiting_page_rows page;

    TRY(q_waiting_page(tx, run->priority, run->created_ms, run->id, PAGE, &page));
    for (size_t i = 0; i < page.n; i++) {
        struct kind kind = {page.v[i].category_id, page.v[i].group_id, page.v[i].subcategory};

        if (!may_go_on(run))
            break;
        run->looks++;
        run->created_ms = page.v[i].created_ms;
        run->id = page.v[i].id;
        if (!is_hopeless(run, &kind))
            TRY(try_ticket(tx, run, page.v[i].id, &kind));
    }
    *out_end = page.n < PAGE;
    return OK;
}

static err place_of(struct tx *tx, int64_t ticket_id, struct run *run)
{
    struct waiting_place_row place;
    err e = ticket_id ? q_waiting_place(tx, ticket_id, &place) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    run->priority = (int)place.priority;
    run->created_ms = place.created_ms;
    run->id = ticket_id;
    return OK;
}

err assign_waiting_fire(struct tx *tx, const struct job *job)
{
    struct run run = {.priority = PRIORITY_CRITICAL};

    TRY(nobody_left(tx, &run.over));
    TRY(place_of(tx, job->ref, &run));
    while (may_go_on(&run)) {
        bool end;

        TRY(one_page(tx, &run, &end));
        if (!end || !may_go_on(&run))
            continue;
        if (run.priority == PRIORITY_LOW)
            return OK;
        run.priority--;
        run.created_ms = 0;
        run.id = 0;
    }
    return run.over ? OK : job_set(tx, JOB_ASSIGN_WAITING, run.id, tx->now_ms);
}
