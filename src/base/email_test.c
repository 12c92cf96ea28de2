/* Which addresses we believe in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/email.h"
#include "base/limits.h"

static void email_addresses(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } samples[] = {
        {"a@b.c", true},
        {"root@localhost", true},
        {"a.b+c@x-y.org", true},
        {"\"a b\"@x.org", true},
        {"jörg@müller.de", true},
        {"\"a@b\"@x.org", true},
        {"a@b@c", false},
        {"", false},
        {"@b", false},
        {"a@", false},
        {"a b@c", false},
        {".a@b", false},
        {"a..b@c", false},
        {"a.@b", false},
        {"a@b..c", false},
        {"a@-b.c", false},
        {"a@b-.c", false},
        {"a@b_c", false},
        {"a\n@b.c", false},
        {"<a@b.c>", false},
        {"\"a\"b\"@x", false},
        {"\"a\\\"b\"@x", true},
        {"a@[1.2.3.4]", false},
        {"\xff@b.c", false},
    };
    char local[80], domain[300];

    for (size_t i = 0; i < COUNT_OF(samples); i++)
        assert_int_equal(email_valid(samples[i].text), samples[i].valid);
    for (int n = 64; n <= 65; n++) {
        memset(local, 'a', (size_t)n);
        strcpy(local + n, "@b.c");
        assert_int_equal(email_valid(local), n == 64);
    }
    for (int n = EMAIL_MAX_BYTES; n <= EMAIL_MAX_BYTES + 1; n++) {
        memset(domain, 'a', (size_t)n);
        for (int i = 60; i < n - 1; i += 60)
            domain[i] = '.';
        domain[1] = '@';
        domain[n] = '\0';
        assert_int_equal(email_valid(domain), n == EMAIL_MAX_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(email_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
