/* settings.h -- what an operator may choose. settings.def is the list; this is its shape in C.
 *
 * A struct settings is filled once at the start (app/settings_load.h), checked as a whole, and
 * then only read, by any thread. Verbs find it in their tx. Every member is always within its
 * limits: whoever reads one need not check again. */
#ifndef FD_SETTINGS_H
#define FD_SETTINGS_H

#include "base/fault.h"

enum setting_type {
    SETTING_SECTION, /* not a setting: a heading in the list */
    SETTING_INT,
    SETTING_SIZE,
    SETTING_DURATION,
    SETTING_BOOL,
    SETTING_TEXT,
    SETTING_SECRET,
    SETTING_CHOICE,
    SETTING_TEXTS,
    SETTING_DURATIONS,
    SETTING_TYPE_COUNT
};

/* Where a value comes from; a later one wins. */
enum setting_origin {
    ORIGIN_DEFAULT,
    ORIGIN_FILE,
    ORIGIN_ENVIRONMENT,
    ORIGIN_FLAG,
    SETTING_ORIGIN_COUNT
};

struct setting_texts {
    const char **v;
    size_t n;
};
struct setting_durations {
    int64_t *v_ms;
    size_t n;
};

/* Rows of settings.def, headings included. */
enum {
#define SECTION(title) +1
#define X(type, name, initial, limits, about) +1
    SETTING_ROWS = 0
#include "base/settings.def"
#undef X
#undef SECTION
};

struct settings {
#define SETTING_MEMBER_INT(name) int64_t name;
#define SETTING_MEMBER_SIZE(name) int64_t name;
#define SETTING_MEMBER_DURATION(name) int64_t name##_ms;
#define SETTING_MEMBER_BOOL(name) bool name;
#define SETTING_MEMBER_TEXT(name) const char *name;
#define SETTING_MEMBER_SECRET(name) const char *name;
#define SETTING_MEMBER_CHOICE(name) const char *name;
#define SETTING_MEMBER_TEXTS(name) struct setting_texts name;
#define SETTING_MEMBER_DURATIONS(name) struct setting_durations name;
#define SECTION(title)
#define X(type, name, initial, limits, about) SETTING_MEMBER_##type(name)
#include "base/settings.def"
#undef X
#undef SECTION
    enum setting_origin origins[SETTING_ROWS];
};

/* One row of the list. */
struct setting {
    const char *name; /* snake_case; a heading's title */
    enum setting_type type;
    const char *initial;
    const char *limits;
    const char *about;
    size_t offset; /* of its member */
};
extern const struct setting setting_rows[SETTING_ROWS];

/* All defaults. Texts live in a, which must outlive s. */
void settings_init(struct settings *s, struct arena *a);
/* By name; "-" counts as "_". NULL if there is none. */
const struct setting *settings_find(const char *name);
/* The setting that a mistyped name is most like, or NULL. */
const char *settings_nearest(const char *name);
/* Reads value into its member. ERR_INVALID with a sentence that begins with the setting's name
 * and never repeats a secret; s is then unchanged. */
MUST_CHECK err settings_set(struct settings *s, struct arena *a, const struct setting *row,
                            const char *value, enum setting_origin origin, struct fault *fault);
/* What no single setting can tell: thresholds in order, addresses and URLs well-formed. */
MUST_CHECK err settings_check(const struct settings *s, struct fault *fault);
/* The value as it would be written in the file; a secret as "********", or "" if it is not set. */
const char *settings_value(const struct settings *s, const struct setting *row, struct arena *a);

/* "90s" "1h30m" "7d" "2w" "250ms" "0"; a number needs its unit. False leaves *out_ms alone. */
bool duration_parse(const char *text, int64_t *out_ms);
/* The shortest such text: 5400000 is "1h30m". */
const char *duration_text(struct arena *a, int64_t duration_ms);
/* "1048576" "64KiB" "25MiB" "1GiB" (also K, M, G: powers of 1024). */
bool size_parse(const char *text, int64_t *out_bytes);
const char *size_text(struct arena *a, int64_t size_bytes);

#endif
