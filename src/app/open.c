#include "cli/open.h"

#include "app/seed.h"
#include "app/settings_load.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

extern char **environ;

const struct arg_option desk_options[] = {
    {"data", "DIR", "data directory (default: $FRONTDESK_DATA, else ./data)", false, false},
    {"config", "FILE", "settings file (default: frontdesk.conf in the data directory)", false,
     false},
    {NULL, NULL, NULL, false, false},
};

static err load_settings(struct desk *desk)
{
    const struct args *args = &desk->args;
    struct setting_flag *flags =
        ARENA_ARRAY(&desk->arena, struct setting_flag, args->given_count + 1);
    struct setting_texts warnings = {0};
    struct settings_input input = {.data_dir = desk->data_dir,
                                   .config_path = args_value(args, "config"),
                                   .environment = environ,
                                   .flags = flags};
    enum log_level level;

    for (size_t i = 0; i < args->given_count; i++) {
        if (args->given[i].setting)
            flags[input.flag_count++] =
                (struct setting_flag){args->given[i].name, args->given[i].value};
    }
    TRY(settings_load(&desk->arena, &input, &desk->settings, &warnings, &desk->fault));
    for (size_t i = 0; i < warnings.n; i++)
        fprintf(stderr, "frontdesk: %s\n", warnings.v[i]);
    if (log_level_parse(desk->settings.log_level, &level))
        log_set_level(level);
    log_set_json(strcmp(desk->settings.log_format, "json") == 0);
    return OK;
}

int desk_begin(struct desk *desk, const struct arg_command *command, int argc, char **argv)
{
    const char *from_environment = getenv("FRONTDESK_DATA");

    *desk = (struct desk){0};
    arena_init(&desk->arena);
    desk->fault.arena = &desk->arena;
    if (args_parse(&desk->arena, command, argc, argv, &desk->args, &desk->fault) != OK) {
        fprintf(stderr, "frontdesk: %s\nTry: frontdesk %s --help\n",
                fault_text(&desk->fault, ERR_INVALID), command->name);
        arena_done(&desk->arena);
        return EX_USAGE;
    }
    if (desk->args.help) {
        args_print_help(stdout, "frontdesk", command);
        arena_done(&desk->arena);
        return 0;
    }
    desk->data_dir = args_value(&desk->args, "data");
    if (!desk->data_dir)
        desk->data_dir = from_environment && *from_environment ? from_environment : "data";
    if (load_settings(desk) != OK) {
        fprintf(stderr, "frontdesk: %s\n", fault_text(&desk->fault, ERR_INVALID));
        arena_done(&desk->arena);
        return EX_CONFIG;
    }
    return -1;
}

err desk_settings_at(struct desk *desk, const char *data_dir, const char *config_path,
                     const char *database, struct settings *out_settings)
{
    const struct setting_flag flags[] = {{"database", database ? database : ""}};
    const struct settings_input input = {.data_dir = data_dir,
                                         .config_path = config_path,
                                         .environment = environ,
                                         .flags = flags,
                                         .flag_count = COUNT_OF(flags)};

    return settings_load(&desk->arena, &input, out_settings, NULL, &desk->fault);
}

int desk_open(struct desk *desk, const struct desk_open_options *options)
{
    const struct desk_open_options none = {0};
    struct store_options store;
    err e;

    if (!options)
        options = &none;
    store = (struct store_options){
        .data_dir = desk->data_dir,
        .database_url = desk->settings.database,
        .replica_url = desk->settings.database_replica,
        .settings = &desk->settings,
        .create = !options->must_exist,
        .exclusive = options->exclusive,
        .seed = desk_seed,
        .disk_reserve_bytes = desk->settings.disk_reserve_bytes,
        .committed = options->committed,
        .committed_ctx = options->committed_ctx,
        .fault = &desk->fault,
    };
    e = store_open(&store, &desk->store);
    return e == OK ? -1 : desk_fail(desk, e);
}

int desk_fail(struct desk *desk, err e)
{
    bool may_pass = err_http_status(e) == 503;

    fprintf(stderr, "frontdesk: %s\n", fault_text(&desk->fault, e));
    for (const struct fault_field *f = desk->fault.fields; f; f = f->next)
        fprintf(stderr, "  %s: %s\n", f->path, f->msg);
    return may_pass ? EX_TEMPFAIL : EXIT_FAILURE;
}

void desk_end(struct desk *desk)
{
    store_close(desk->store);
    arena_done(&desk->arena);
}

struct actor desk_actor(void)
{
    struct actor actor = actor_system();

    actor.name = "command line";
    return actor;
}

struct unit_setup desk_unit(struct desk *desk)
{
    return (struct unit_setup){.arena = &desk->arena, .fault = &desk->fault, .actor = desk_actor()};
}
