/* job.h -- work for later: one queue by due time for timers (service levels, closing) and for work with
 * the outside (mail). A job is a kind and what it is about; setting it again moves it.
 *
 * Timers run inside one writing transaction together with their removal: once, in order of due time,
 * also those that fell due while nobody was there. Work with the outside is leased, performed
 * without a transaction, then settled in one: at least once. */
#ifndef FD_JOB_H
#define FD_JOB_H

#include "store/store.h"

/* Stored: never renumber. */
enum job_kind_id {
    JOB_SLA_MOMENT = 1,     /* ref: ticket. The next warning or breach of its service level */
    JOB_AUTO_CLOSE = 2,     /* ref: ticket. Resolved long enough */
    JOB_DELIVER = 3,        /* ref: outbox. A mail to send */
    JOB_ASSIGN_WAITING = 4, /* ref: 0. Look again for agents for tickets that wait */
    JOB_HOUSEKEEPING =
        5, /* ref: 0. Forget expired sessions, idempotency keys, rate windows, uploads */
    JOB_AGENT_LEFT = 6,  /* ref: agent. Their active tickets go to others */
    JOB_SWEEP_FILES = 7, /* ref: 0. Remove files that nothing refers to */
    JOB_KIND_COUNT
};

/* Moves the job if it is there already. */
MUST_CHECK err job_set(struct tx *tx, enum job_kind_id kind, int64_t ref, int64_t due_ms);
/* The same, unless somebody is at it now. */
MUST_CHECK err job_offer(struct tx *tx, enum job_kind_id kind, int64_t ref, int64_t due_ms);
/* Whoever had leased jobs of that kind is known to be dead. */
MUST_CHECK err job_leases_end(struct tx *tx, enum job_kind_id kind);
/* Fine if it is not there. */
MUST_CHECK err job_clear(struct tx *tx, enum job_kind_id kind, int64_t ref);

struct job {
    enum job_kind_id kind;
    int64_t ref;
    int64_t due_ms;
    int64_t attempts;
};

struct job_outcome {
    bool again;        /* keep the job... */
    int64_t due_ms;    /* ...until then */
    const char *error; /* kept with it; borrowed until settle returns */
};

struct job_kind {
    const char *name;
    /* A timer: does its work in tx. The job row is gone already; the work may job_set it anew. */
    err (*fire)(struct tx *tx, const struct job *job);
    /* Work with the outside: no transaction is open. */
    void (*perform)(struct store *store, const struct settings *settings, const struct job *job,
                    struct arena *arena, struct job_outcome *out);
    int64_t lease_ms; /* of perform: how long before another may try */
};
/* By id; defined in app/job_kinds.c. */
extern const struct job_kind job_kinds[JOB_KIND_COUNT];

/* The threads that run jobs: one for timers, one for the outside. */
struct job_runner;
struct job_runner *job_runner_new(struct store *store, const struct settings *settings);
void job_runner_free(struct job_runner *runner); /* finishes what runs */
/* For perform: the program is stopping and has waited for a while; break off, it will be tried again. */
bool job_should_break_off(void);
/* Something was committed: look at the queue again. From any thread; cheap. */
void job_runner_wake(struct job_runner *runner);
/* Runs all that is due now, on this thread (command line, tests). *out_ran may be NULL. */
MUST_CHECK err jobs_run_due(struct store *store, const struct settings *settings, bool outside,
                            int *out_ran);

#endif
