#include "app/seed.h"

#include "base/clock.h"
#include "category/category.h"
#include "job/job.h"
#include "respond/respond_step.h"

/* The seed's categories and what each adds to a ticket's score. */
static const struct {
    const char *name;
    int64_t score;
} categories[] = {
    {"billing", 50}, {"technical", 40}, {"account", 30}, {"feature_request", 20}, {"general", 10},
};

err desk_seed(struct tx *tx)
{
    for (size_t i = 0; i < COUNT_OF(categories); i++) {
        struct category category;
        TRY(category_make(tx, categories[i].name, categories[i].score, &category));
    }
    TRY(respond_seed(tx));
    return job_set(tx, JOB_HOUSEKEEPING, 0, tx->now_ms + MS_PER_HOUR);
}
