#include "priority/priority_step.h"

#include "base/json_out.h"
#include "base/settings.h"
#include "priority/score.h"
#include "queries.gen.h"

#include <jansson.h>
#include <string.h>

static const char given_word[] = "given";

static int64_t since_last_ticket_ms(const struct ticket *t)
{
    int64_t last_ms = t->requester.last_ticket_ms;

    return last_ms && last_ms <= t->created_ms ? t->created_ms - last_ms : -1;
}

static void score_of(struct tx *tx, const struct ticket_change *change, struct score *out)
{
    const struct settings *settings = tx->settings;
    const struct ticket *t = &change->after;
    struct score_weights weights = score_weights_from(settings);
    struct score_input input = {
        .tier = t->requester.tier,
        .category_score = t->category.score,
        .category_name = t->category.name,
        .subject = t->subject,
        .body = t->description,
        .attachment_count = (int64_t)change->input->attachment_count,
        .earlier_tickets = t->requester.ticket_count,
        .since_last_ticket_ms = since_last_ticket_ms(t),
        .keywords = settings->urgent_keywords.v,
        .keyword_count = settings->urgent_keywords.n,
        .weights = &weights,
    };

    score_ticket(tx->arena, &input, out);
}

err priority_prepare(struct tx *tx, struct ticket_change *change)
{
    struct score *score;

    if (!ticket_change_is_new(change) || change->input->priority >= 0)
        return OK;
    score = ARENA_NEW(tx->arena, struct score);
    score_of(tx, change, score);
    change->after.priority = score->priority;
    change->scratch[change->step_index] = score;
    return OK;
}

static const char *parts_json(struct tx *tx, const struct score *score)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *text;

    json_open(&j, '[');
    for (size_t i = 0; i < score->part_count; i++) {
        json_open(&j, '{');
        JSON_PUT(&j, text, "what", score->parts[i].what);
        JSON_PUT(&j, int, "points", score->parts[i].points);
        JSON_PUT(&j, text, "detail", score->parts[i].detail);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    text = arena_strn(tx->arena, buf_text(&buf), buf.len);
    buf_done(&buf);
    return text;
}

err priority_follow(struct tx *tx, struct ticket_change *change)
{
    const struct score *score = change->scratch[change->step_index];
    struct score_part part = {given_word, 0, ticket_priority_name(change->after.priority)};
    struct score given = {.parts = &part, .part_count = 1};

    if (!ticket_change_is_new(change))
        return OK;
    if (!score)
        score = &given;
    return q_ticket_score_insert(tx, change->after.id, score->points, parts_json(tx, score));
}

err priority_explain(struct tx *tx, int64_t ticket_id, struct priority_explanation *out)
{
    struct priority_explanation told = {0};
    struct ticket_score_of_row row;
    json_t *parts;
    err e = q_ticket_score_of(tx, ticket_id, &row);

    *out = told;
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    parts = json_loads(row.parts, 0, NULL);
    told.score = row.score;
    told.part_count = json_array_size(parts);
    told.parts = ARENA_ARRAY(tx->arena, struct priority_part, told.part_count + 1);
    for (size_t i = 0; i < told.part_count; i++) {
        const json_t *part = json_array_get(parts, i);
        const char *what = json_string_value(json_object_get(part, "what"));

        told.parts[i] = (struct priority_part){
            .what = arena_str(tx->arena, what ? what : ""),
            .points = json_integer_value(json_object_get(part, "points")),
            .detail = arena_str(tx->arena, json_string_value(json_object_get(part, "detail"))),
        };
        told.given = told.given || strcmp(told.parts[i].what, given_word) == 0;
    }
    json_decref(parts);
    *out = told;
    return OK;
}
