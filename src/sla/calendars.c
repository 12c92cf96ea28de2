#include "sla/calendars.h"

#include "base/clock.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "people/access.h"
#include "people/diff.h"
#include "queries.gen.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static err of_row(struct tx *tx, const struct calendar_row *row, struct calendar_record *out)
{
    struct calendar *calendar;
    json_t *root = json_loads(row->definition, 0, NULL);
    char *hours = json_dumps(json_object_get(root, "hours"), JSON_COMPACT);

    *out = (struct calendar_record){
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .definition = row->definition,
        .hours = arena_str(tx->arena, hours),
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
    free(hours);
    json_decref(root);
    TRY(calendar_parse(tx->arena, row->definition, "", tx->fault, &calendar));
    out->calendar = calendar;
    return OK;
}

err calendar_record_find(struct tx *tx, const char *text, struct calendar_record *out)
{
    struct calendar_row row;
    struct ref ref;
    err e = q_calendar_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, text)), &row);

    if (e == ERR_NOT_FOUND && ref_parse(text, &ref))
        e = q_calendar_by_ref(tx, ref.number, ref.uuid, &row);
    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Calendar not found");
    TRY(e);
    return of_row(tx, &row, out);
}

err calendar_records(struct tx *tx, struct calendar_record_list *out)
{
    struct calendar_record_list list;
    struct calendar_rows rows;

    TRY(q_calendar_list(tx, &rows));
    list.n = rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct calendar_record, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        TRY(of_row(tx, &rows.v[i], &list.v[i]));
    *out = list;
    return OK;
}

/* ---- changes ---- */

static json_t *holidays_json(const struct calendar_change *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->holiday_count; i++) {
        const struct calendar_day_input *day = &c->holidays[i];
        json_t *one = json_pack("{s:s, s:b}", "date", day->date, "yearly",
                                day->yearly || strlen(day->date) == strlen("12-25"));

        if (day->name)
            json_object_set_new(one, "name", json_string(day->name));
        json_array_append_new(list, one);
    }
    return list;
}

/* What is stored, with the members that the change names put in. */
static char *composed(const struct calendar_change *c, const char *stored)
{
    json_t *root = stored ? json_loads(stored, 0, NULL) : json_object();
    char *text;

    if (c->set & CALENDAR_TIMEZONE)
        json_object_set_new(root, "timezone", json_string(c->timezone));
    if (c->set & CALENDAR_HOURS)
        json_object_set_new(root, "hours", json_loads(c->hours, 0, NULL));
    if (c->set & CALENDAR_HOLIDAYS)
        json_object_set_new(root, "holidays", holidays_json(c));
    else if (!stored)
        json_object_set_new(root, "holidays", json_array());
    text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

static const char *normal_form(struct arena *a, const struct calendar *calendar)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *text;

    calendar_write(calendar, &j);
    text = arena_strn(a, buf_text(&buf), buf.len);
    buf_done(&buf);
    return text;
}

/* New hours must still reach the times of the policies that count by them. */
static err check_reachable(struct tx *tx, int64_t id, const struct calendar *calendar)
{
    struct calendar_longest_minutes_row longest;
    int64_t due_ms;

    TRY(q_calendar_longest_minutes(tx, id, &longest));
    if (calendar_add(calendar, tx->now_ms, longest.minutes * MS_PER_MINUTE, &due_ms) != OK)
        return fault_field(tx->fault, "hours", "are too few for the policies that use them");
    return OK;
}

static err take(struct tx *tx, const struct calendar_change *c, const struct calendar_record *from,
                struct calendar_row *row)
{
    struct calendar *calendar;
    struct calendar_row other;
    char *text = composed(c, from ? from->definition : NULL);
    err e = calendar_parse(tx->arena, text, "", tx->fault, &calendar);

    free(text);
    TRY(e);
    if (from)
        TRY(check_reachable(tx, from->id, calendar));
    if (c->set & CALENDAR_NAME)
        row->name = utf8_trim(tx->arena, c->name);
    row->definition = normal_form(tx->arena, calendar);
    e = q_calendar_by_key(tx, utf8_fold(tx->arena, row->name), &other);
    if (e == OK && other.id != row->id)
        return fault_set(tx->fault, ERR_CONFLICT, "There is a calendar of that name already");
    return e == ERR_NOT_FOUND ? OK : e;
}

static err tell(struct tx *tx, const struct calendar_row *from, const struct calendar_row *to,
                const char *kind)
{
    const struct calendar_row *known = to->id ? to : from;
    struct event event = {.entity = ENTITY_CALENDAR,
                          .entity_id = known->id,
                          .entity_uuid = known->uuid,
                          .kind = kind,
                          .agents_only = true};
    struct diff diff = {0};

    diff_text(&diff, "name", from->name, to->name);
    diff_json(&diff, "definition", from->definition, to->definition);
    return diff_emit(&diff, tx, &event);
}

static struct calendar_row row_of(const struct calendar_record *record)
{
    return (struct calendar_row){record->id,         record->uuid,       record->name,
                                 record->definition, record->created_ms, record->updated_ms};
}

err calendar_record_create(struct tx *tx, const struct calendar_change *input,
                           struct calendar_record *out)
{
    struct calendar_row row = {
        .uuid = uuid_new(tx->now_ms), .created_ms = tx->now_ms, .updated_ms = tx->now_ms};
    struct calendar_insert_row made;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(take(tx, input, NULL, &row));
    TRY(q_calendar_insert(tx, row.uuid, row.name, utf8_fold(tx->arena, row.name), row.definition,
                          tx->now_ms, &made));
    row.id = made.id;
    TRY(tell(tx, &(struct calendar_row){0}, &row, "created"));
    return of_row(tx, &row, out);
}

err calendar_record_update(struct tx *tx, const char *ref, const struct calendar_change *change,
                           struct calendar_record *out)
{
    struct calendar_record before;
    struct calendar_row from, row;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(calendar_record_find(tx, ref, &before));
    from = row = row_of(&before);
    TRY(take(tx, change, &before, &row));
    row.updated_ms = tx->now_ms;
    TRY(q_calendar_update(tx, row.id, row.name, utf8_fold(tx->arena, row.name), row.definition,
                          tx->now_ms));
    TRY(tell(tx, &from, &row, "updated"));
    return of_row(tx, &row, out);
}

err calendar_record_remove(struct tx *tx, const char *ref)
{
    struct calendar_record record;
    struct calendar_row row;
    struct calendar_in_use_row used;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(calendar_record_find(tx, ref, &record));
    TRY(q_calendar_in_use(tx, record.id, &used));
    if (used.by_policy)
        return fault_set(tx->fault, ERR_CONFLICT,
                         "A service level policy uses this calendar: change the policy first");
    if (used.by_ticket)
        return fault_set(tx->fault, ERR_CONFLICT, "Tickets are timed by this calendar");
    TRY(q_calendar_delete(tx, record.id));
    row = row_of(&record);
    return tell(tx, &row, &(struct calendar_row){0}, "deleted");
}
