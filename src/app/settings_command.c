/* settings_command.c -- frontdesk settings. */
#include "app/commands.h"
#include "app/settings_load.h"
#include "cli/open.h"

static const struct arg_option options[] = {
    {"markdown", NULL, "the reference page instead: no values", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "settings",
    .summary = "list every setting with its value, default, limits and meaning",
    .options = options,
    .common = desk_options,
    .settings = true,
};

int cmd_settings(int argc, char **argv)
{
    struct desk desk;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    if (args_has(&desk.args, "markdown"))
        settings_print_markdown(stdout);
    else
        settings_print(stdout, &desk.settings);
    desk_end(&desk);
    return 0;
}
