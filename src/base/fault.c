#include "base/fault.h"

#include "base/limits.h"

err fault_set(struct fault *fault, err e, const char *fmt, ...)
{
    va_list ap;

    if (fault && fault->arena) {
        va_start(ap, fmt);
        fault->message = arena_vprintf(fault->arena, fmt, ap);
        va_end(ap);
    }
    return e;
}

err fault_field(struct fault *fault, const char *path, const char *fmt, ...)
{
    struct fault_field *field;
    va_list ap;

    if (!fault || !fault->arena || fault->field_count >= FAULT_FIELDS_MAX)
        return ERR_INVALID;
    field = ARENA_NEW(fault->arena, struct fault_field);
    field->path = arena_str(fault->arena, path);
    va_start(ap, fmt);
    field->msg = arena_vprintf(fault->arena, fmt, ap);
    va_end(ap);
    if (!fault->tail)
        fault->tail = &fault->fields;
    *fault->tail = field;
    fault->tail = &field->next;
    fault->field_count++;
    return ERR_INVALID;
}

const char *fault_text(const struct fault *fault, err e)
{
    if (fault && fault->message)
        return fault->message;
    if (fault && fault->fields)
        return fault->fields->msg;
    return err_text(e);
}
