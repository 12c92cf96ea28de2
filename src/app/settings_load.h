/* settings_load.h -- gathers the settings: defaults, then the file, then FRONTDESK_* variables,
 * then flags; the later ones win. And shows them. */
#ifndef FD_SETTINGS_LOAD_H
#define FD_SETTINGS_LOAD_H

#include "base/settings.h"

#include <stdio.h>

struct setting_flag {
    const char *name; /* as on the command line, without "--" */
    const char *value;
};

struct settings_input {
    const char *data_dir;     /* its frontdesk.conf is read if it is there; may be NULL */
    const char *config_path;  /* read instead, and must exist; NULL: $FRONTDESK_CONFIG, if any */
    char *const *environment; /* environ; NULL: none */
    const struct setting_flag *flags;
    size_t flag_count;
};

/* ERR_INVALID (or ERR_IO for a file that can't be read) with a sentence that names the file and
 * line, the variable or the flag. Things that deserve a word but no refusal (a variable that
 * means nothing, a file with a password that anybody may read) are added to out_warnings, which
 * may be NULL. Texts live in a. */
MUST_CHECK err settings_load(struct arena *a, const struct settings_input *input,
                             struct settings *out_settings, struct setting_texts *out_warnings,
                             struct fault *fault);

/* Each setting with value, where that comes from, default, limits and meaning. Secrets masked. */
void settings_print(FILE *to, const struct settings *settings);
/* The reference page: names, defaults, limits, meanings; no values. */
void settings_print_markdown(FILE *to);

#endif
