#include "cli/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORD(text) ((char *)(uintptr_t)(text))
#define PARSE(command, ...)                                                                        \
    parse(command, (char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *))

static struct arena arena;
static struct args args;
static struct fault fault;

static const struct arg_option agent_options[] = {
    {"email", "E", "address of the agent", .required = true},
    {"online", NULL, "takes tickets at once"},
    {"tag", "T", "a tag", .many = true},
    {"max", "N", "tickets at once"},
    {NULL},
};
static const struct arg_option common_options[] = {{"data", "DIR", "data directory"}, {NULL}};
static const struct arg_command agent_add = {.name = "agent add",
                                             .summary = "Adds an agent.",
                                             .options = agent_options,
                                             .common = common_options};
static const struct arg_command mail_in = {.name = "mail-in",
                                           .summary = "Reads mail.",
                                           .common = common_options,
                                           .positional = "[FILE...]",
                                           .positional_max = -1};
static const struct arg_command restore = {.name = "restore",
                                           .summary = "Restores.",
                                           .positional = "FILE",
                                           .positional_min = 1,
                                           .positional_max = 1};
static const struct arg_command serve = {
    .name = "serve", .summary = "Serves.", .common = common_options, .settings = true};
static const struct arg_command agent = {.name = "agent", .summary = "Agents."};
static const struct arg_command *const commands[] = {&agent, &agent_add, &mail_in, &restore,
                                                     &serve};

static err parse(const struct arg_command *command, char **words, size_t n)
{
    fault = (struct fault){.arena = &arena};
    return args_parse(&arena, command, (int)n, words, &args, &fault);
}

static void values_stand_behind_equals_or_in_the_next_word(void **state)
{
    size_t n;
    const char **tags;

    assert_int_equal(PARSE(&agent_add, WORD("--email=a@b"), WORD("--data"), WORD("--odd"),
                           WORD("--online"), WORD("--tag"), WORD("x"), WORD("--tag=")),
                     OK);
    assert_string_equal(args_value(&args, "email"), "a@b");
    assert_string_equal(args_value(&args, "data"), "--odd");
    assert_true(args_has(&args, "online"));
    assert_false(args_has(&args, "max"));
    assert_null(args_value(&args, "max"));
    tags = args_values(&args, "tag", &arena, &n);
    assert_int_equal(n, 2);
    assert_string_equal(tags[0], "x");
    assert_string_equal(tags[1], "");
}

static void wrong_lines_are_explained(void **state)
{
    static const struct {
        const struct arg_command *command;
        const char *words[3];
        const char *message;
    } cases[] = {
        {&agent_add, {NULL}, "--email E is missing (address of the agent)"},
        {&agent_add, {"--emial", "x"}, "there is no option --emial; did you mean --email?"},
        {&agent_add, {"--quux"}, "there is no option --quux; see --help"},
        {&agent_add, {"--email"}, "--email needs a value"},
        {&agent_add, {"--email=a", "--email=b"}, "--email was given twice"},
        {&agent_add, {"--online=yes"}, "--online takes no value"},
        {&agent_add, {"--email=a", "extra"}, "\"extra\" is not expected here"},
        {&agent_add, {"-e"}, "options begin with two hyphens: --e"},
        {&agent_add, {"--email=a", "--log-level=info"}, "there is no option --log-level"},
        {&restore, {NULL}, "FILE is missing"},
        {&restore, {"a", "b"}, "\"b\" is too much: FILE is all that is expected"},
        {&serve, {"--log-levle=info"}, "there is no option --log-levle; did you mean --log-level?"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = 0;

        while (n < 3 && cases[i].words[n])
            n++;
        assert_int_equal(parse(cases[i].command, (char **)(uintptr_t)cases[i].words, n),
                         ERR_INVALID);
        if (!strstr(fault.message, cases[i].message))
            print_error("case %zu: %s\n", i, fault.message);
        assert_non_null(strstr(fault.message, cases[i].message));
    }
}

static void positionals_mix_with_options_until_two_hyphens(void **state)
{
    assert_int_equal(
        PARSE(&mail_in, WORD("a"), WORD("--data"), WORD("d"), WORD("-"), WORD("--"), WORD("--b")),
        OK);
    assert_int_equal(args.positional_count, 3);
    assert_string_equal(args.positional[1], "-");
    assert_string_equal(args.positional[2], "--b");
}

static void settings_are_collected_where_the_command_takes_them(void **state)
{
    assert_int_equal(PARSE(&serve, WORD("--log-level=debug"), WORD("--data=d"),
                           WORD("--http_threads"), WORD("2")),
                     OK);
    assert_int_equal(args.given_count, 3);
    assert_true(args.given[0].setting);
    assert_string_equal(args.given[0].value, "debug");
    assert_false(args.given[1].setting);
    assert_true(args.given[2].setting);
    assert_string_equal(args.given[2].name, "http_threads");
}

static void numbers_are_taken_within_their_limits(void **state)
{
    static const struct {
        const char *text;
        err result;
    } cases[] = {{"1", OK},          {"50", OK},        {"0", ERR_INVALID}, {"51", ERR_INVALID},
                 {"x", ERR_INVALID}, {"", ERR_INVALID}, {" 1", ERR_INVALID}};
    int64_t n = 7;

    assert_int_equal(PARSE(&agent_add, WORD("--email=a")), OK);
    assert_int_equal(args_int(&args, "max", 1, 50, &n, &fault), OK);
    assert_int_equal(n, 7);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        n = 7;
        assert_int_equal(PARSE(&agent_add, WORD("--email=a"), WORD("--max"), WORD(cases[i].text)),
                         OK);
        assert_int_equal(args_int(&args, "max", 1, 50, &n, &fault), cases[i].result);
        assert_int_equal(n, cases[i].result == OK ? atoi(cases[i].text) : 7);
    }
}

static void help_wins_and_names_everything(void **state)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    assert_int_equal(PARSE(&agent_add, WORD("--online"), WORD("--help"), WORD("--nonsense")), OK);
    assert_true(args.help);
    args_print_help(to, "frontdesk", &agent_add);
    args_print_commands(to, "frontdesk", commands, COUNT_OF(commands));
    fclose(to);
    assert_non_null(strstr(text, "Usage: frontdesk agent add [options]\n"));
    assert_non_null(
        strstr(text, "\n  --email E                 address of the agent (required)\n"));
    assert_non_null(strstr(text, "\n  --data DIR "));
    assert_non_null(strstr(text, "\n  mail-in                   Reads mail.\n"));
    free(text);
}

static void commands_are_found_by_their_longest_name(void **state)
{
    static const struct {
        const char *words[3];
        const char *name; /* or the message */
        int used;
    } cases[] = {
        {{"agent", "add", "--email"}, "agent add", 2},
        {{"agent", "--help"}, "agent", 1},
        {{"serve"}, "serve", 1},
        {{"serv"}, "there is no command \"serv\"; did you mean serve?", 0},
        {{"mailin", "x"}, "there is no command \"mailin\"; did you mean mail-in?", 0},
        {{"agnet", "add"}, "there is no command \"agnet add\"; did you mean agent add?", 0},
        {{"quux"}, "there is no command \"quux\"; see --help", 0},
        {{NULL}, "a command is missing; see --help", 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct arg_command *command = NULL;
        int used = 0, n = 0;
        err e;

        while (n < 3 && cases[i].words[n])
            n++;
        fault = (struct fault){.arena = &arena};
        e = args_find_command(commands, COUNT_OF(commands), n, (char **)(uintptr_t)cases[i].words,
                              &command, &used, &fault);
        assert_int_equal(used, cases[i].used);
        assert_string_equal(e == OK ? command->name : fault.message, cases[i].name);
    }
}

static int begin(void **state)
{
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_behind_equals_or_in_the_next_word),
        cmocka_unit_test(wrong_lines_are_explained),
        cmocka_unit_test(positionals_mix_with_options_until_two_hyphens),
        cmocka_unit_test(settings_are_collected_where_the_command_takes_them),
        cmocka_unit_test(numbers_are_taken_within_their_limits),
        cmocka_unit_test(help_wins_and_names_everything),
        cmocka_unit_test(commands_are_found_by_their_longest_name),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
