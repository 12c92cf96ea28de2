#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

static _Atomic int least_level = LOG_INFO;
static _Atomic bool as_json;
static const char *const level_names[LOG_LEVEL_COUNT] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level least)
{
    least_level = least;
}

bool log_enabled(enum log_level level)
{
    return (int)level >= least_level;
}

void log_set_json(bool json)
{
    as_json = json;
}

bool log_level_parse(const char *text, enum log_level *out)
{
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

const char *log_quoted(const char *text, char out[static LOG_QUOTED_SIZE])
{
    char *at = out;
    char *end = out + LOG_QUOTED_SIZE - 6;

    *at++ = '"';
    for (; text && *text && at < end; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c < 32 || c == 127) {
            *at++ = '?';
        } else {
            *at++ = (char)c;
        }
    }
    *at++ = '"';
    *at = '\0';
    return out;
}

/* Copies s as the inside of a JSON string. */
static size_t escape_json(const char *s, char *out, size_t size)
{
    size_t n = 0;

    for (; *s && n + 2 < size; s++) {
        if (*s == '"' || *s == '\\')
            out[n++] = '\\';
        out[n++] = (unsigned char)*s < 32 ? ' ' : *s;
    }
    out[n] = '\0';
    return n;
}

void log_line(enum log_level level, const char *what, const char *fields, ...)
{
    char text[LINE_MAX_BYTES / 2];
    char line[LINE_MAX_BYTES + 128];
    char iso[TIME_ISO_SIZE];
    va_list ap;
    int len;

    if ((int)level < least_level)
        return;
    va_start(ap, fields);
    vsnprintf(text, sizeof(text), fields, ap);
    va_end(ap);
    time_iso(clock_now_ms(), iso);
    if (as_json) {
        char escaped[LINE_MAX_BYTES];

        escape_json(text, escaped, sizeof(escaped));
        len = snprintf(line, sizeof(line),
                       "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"fields\":\"%s\"}\n",
                       iso, level_names[level], what, escaped);
    } else {
        len = snprintf(line, sizeof(line), "%s %-5s %s%s%s\n", iso, level_names[level], what,
                       *text ? " " : "", text);
    }
    if (len > (int)sizeof(line) - 1)
        len = (int)sizeof(line) - 1;
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return; /* nowhere left to complain */
}
