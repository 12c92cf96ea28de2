#include "cli/password.h"

#include "base/utf8.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void password_wipe(char out[static PASSWORD_BUFFER_SIZE])
{
    sodium_memzero(out, PASSWORD_BUFFER_SIZE);
}

/* A byte at a time: what follows the line belongs to somebody else. Of a line that is too long
 * PASSWORD_BUFFER_SIZE bytes are kept, and the rest is read away. */
static err read_line(int fd, char *out, size_t *out_len)
{
    size_t len = 0;

    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (n == 0 || c == '\n')
            break;
        if (len < PASSWORD_BUFFER_SIZE)
            out[len++] = c;
    }
    *out_len = len;
    return OK;
}

static err check(char *out, size_t len, struct fault *fault)
{
    if (len > 0 && out[len - 1] == '\r')
        len--;
    if (len == 0)
        return fault_set(fault, ERR_INVALID, "the password is empty");
    if (len > PASSWORD_MAX_BYTES)
        return fault_set(fault, ERR_INVALID, "the password is longer than %d bytes",
                         PASSWORD_MAX_BYTES);
    if (!utf8_valid(out, len))
        return fault_set(fault, ERR_INVALID, "the password is not valid UTF-8");
    out[len] = '\0';
    return OK;
}

err password_read(int fd, char out[static PASSWORD_BUFFER_SIZE], struct fault *fault)
{
    struct termios before, quiet;
    bool terminal = tcgetattr(fd, &before) == 0;
    size_t len = 0;
    err e;

    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(fd, TCSAFLUSH, &quiet);
        fputs("Password: ", stderr);
    }
    e = read_line(fd, out, &len);
    if (terminal) {
        tcsetattr(fd, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    if (e == OK)
        e = check(out, len, fault);
    else
        e = fault_set(fault, e, "the password could not be read");
    if (e != OK)
        password_wipe(out);
    return e;
}
