#include "app/settings_load.h"

#include "base/limits.h"

#include <errno.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

static const char env_prefix[] = "FRONTDESK_";

/* inih neither tells its handler the line nor says when one is too long for it, and it cuts
 * " ;" and what follows off a value. So its lines pass through read_line, which counts them and
 * refuses those two: a password must not lose its end in silence. */
struct file_reader {
    FILE *file;
    const char *path;
    int line;
    bool continued;          /* the line begins with white space: it goes on with the one before */
    bool secret;             /* a secret was set */
    int lines[SETTING_ROWS]; /* where each was set; 0: nowhere */
    const char *values[SETTING_ROWS];
    struct settings *settings;
    struct arena *arena;
    struct fault *fault;
    err result;
};

__attribute__((format(printf, 2, 3))) static void refuse(struct file_reader *r, const char *fmt,
                                                         ...)
{
    va_list ap;
    const char *message;

    if (r->result != OK)
        return; /* the first one is enough */
    va_start(ap, fmt);
    message = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    r->result = fault_set(r->fault, ERR_INVALID, "%s, line %d: %s", r->path, r->line, message);
}

static char *read_line(char *out, int size, void *arg)
{
    struct file_reader *r = arg;
    size_t len;
    const char *text;

    if (r->result != OK || !fgets(out, size, r->file))
        return NULL;
    r->line++;
    len = strlen(out);
    text = out + strspn(out, " \t");
    r->continued = text > out;
    if (len + 1 == (size_t)size && out[len - 1] != '\n')
        refuse(r, "is longer than %d bytes; a list may go on in an indented line", size - 2);
    if (*text != ';' && *text != '#' && (strstr(text, " ;") || strstr(text, "\t;")))
        refuse(r, "a comment needs a line of its own (a value with \" ;\" can be set by its "
                  "FRONTDESK_ variable)");
    return out;
}

static const char *hint(struct arena *a, const char *name)
{
    const char *nearest = settings_nearest(name);

    return nearest ? arena_printf(a, "; did you mean %s?", nearest) : "";
}

static void set_from_file(struct file_reader *r, const struct setting *row, const char *value)
{
    size_t i = (size_t)(row - setting_rows);
    struct fault fault = {.arena = r->arena};
    bool is_list = row->type == SETTING_TEXTS || row->type == SETTING_DURATIONS;

    if (r->lines[i] && !r->continued) {
        refuse(r, "%s is already set in line %d", row->name, r->lines[i]);
        return;
    }
    if (r->lines[i] && !is_list) {
        refuse(r, "%s cannot go on in a second line; only lists can", row->name);
        return;
    }
    value = r->lines[i] ? arena_printf(r->arena, "%s,%s", r->values[i], value)
                        : arena_str(r->arena, value);
    r->values[i] = value;
    r->lines[i] = r->line;
    r->secret |= row->type == SETTING_SECRET && *value;
    if (settings_set(r->settings, r->arena, row, value, ORIGIN_FILE, &fault) != OK)
        refuse(r, "%s", fault_text(&fault, ERR_INVALID));
}

/* inih's handler: 1 is success. */
static int on_pair(void *arg, const char *section, const char *name, const char *value)
{
    struct file_reader *r = arg;
    const struct setting *row = settings_find(name);

    if (r->result != OK)
        return 0;
    if (*section)
        refuse(r, "stands in section [%s]; the file has no sections", section);
    else if (!row)
        refuse(r, "there is no setting called %s%s", name, hint(r->arena, name));
    else
        set_from_file(r, row, value);
    return r->result == OK;
}

static void warn(struct arena *a, struct setting_texts *warnings, const char *text)
{
    if (!warnings)
        return;
    warnings->v = arena_grow(a, warnings->v, warnings->n * sizeof(*warnings->v),
                             (warnings->n + 1) * sizeof(*warnings->v));
    warnings->v[warnings->n++] = text;
}

static err load_file(struct arena *a, const char *path, bool required, struct settings *settings,
                     struct setting_texts *warnings, struct fault *fault)
{
    struct file_reader r = {.path = path, .settings = settings, .arena = a, .fault = fault};
    struct stat st;
    int failed_line;

    r.file = fopen(path, "re");
    if (!r.file && errno == ENOENT && !required)
        return OK;
    if (!r.file)
        return fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    failed_line = ini_parse_stream(read_line, &r, on_pair, &r);
    if (r.result == OK && ferror(r.file))
        r.result = fault_set(fault, ERR_IO, "%s: reading failed", path);
    if (r.result == OK && failed_line > 0)
        r.result =
            fault_set(fault, ERR_INVALID, "%s, line %d: must be name = value", path, failed_line);
    if (r.result == OK && r.secret && fstat(fileno(r.file), &st) == 0 && st.st_mode & S_IROTH)
        warn(a, warnings,
             arena_printf(a,
                          "%s holds a password and anybody on this machine may "
                          "read it: chmod o-r",
                          path));
    fclose(r.file);
    return r.result;
}

/* The setting that NAME of FRONTDESK_NAME means. */
static const struct setting *find_variable(struct arena *a, const char *name)
{
    char *lower = arena_str(a, name);

    for (char *c = lower; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            return NULL;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    }
    return settings_find(lower);
}

static err load_environment(struct arena *a, char *const *environment, struct settings *settings,
                            struct setting_texts *warnings, struct fault *fault)
{
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        struct fault inner = {.arena = a};
        const struct setting *row;
        const char *name;

        if (!equals || strncmp(*environment, env_prefix, strlen(env_prefix)) != 0)
            continue;
        name = arena_strn(a, *environment, (size_t)(equals - *environment));
        if (strcmp(name, "FRONTDESK_DATA") == 0 || strcmp(name, "FRONTDESK_CONFIG") == 0)
            continue;
        row = find_variable(a, name + strlen(env_prefix));
        if (!row) /* no refusal: container platforms set some of their own with a service's name */
            warn(a, warnings, arena_printf(a, "the variable %s is no setting", name));
        else if (settings_set(settings, a, row, equals + 1, ORIGIN_ENVIRONMENT, &inner) != OK)
            return fault_set(fault, ERR_INVALID, "%s: %s", name, fault_text(&inner, ERR_INVALID));
    }
    return OK;
}

static const char *variable(char *const *environment, const char *name)
{
    size_t len = strlen(name);

    for (; environment && *environment; environment++) {
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
            return *environment + len + 1;
    }
    return NULL;
}

err settings_load(struct arena *a, const struct settings_input *input,
                  struct settings *out_settings, struct setting_texts *out_warnings,
                  struct fault *fault)
{
    const char *path =
        input->config_path ? input->config_path : variable(input->environment, "FRONTDESK_CONFIG");
    struct setting_texts warnings = {0};
    struct settings settings;

    settings_init(&settings, a);
    if (path)
        TRY(load_file(a, path, true, &settings, &warnings, fault));
    else if (input->data_dir)
        TRY(load_file(a, arena_printf(a, "%s/frontdesk.conf", input->data_dir), false, &settings,
                      &warnings, fault));
    TRY(load_environment(a, input->environment, &settings, &warnings, fault));
    for (size_t i = 0; i < input->flag_count; i++) {
        const struct setting_flag *flag = &input->flags[i];
        const struct setting *row = settings_find(flag->name);
        struct fault inner = {.arena = a};

        if (!row)
            return fault_set(fault, ERR_INVALID, "--%s: there is no such setting%s", flag->name,
                             hint(a, flag->name));
        if (settings_set(&settings, a, row, flag->value, ORIGIN_FLAG, &inner) != OK)
            return fault_set(fault, ERR_INVALID, "--%s: %s", flag->name,
                             fault_text(&inner, ERR_INVALID));
    }
    TRY(settings_check(&settings, fault));
    *out_settings = settings;
    if (out_warnings)
        *out_warnings = warnings;
    return OK;
}
