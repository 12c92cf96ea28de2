#include "transfer/csv.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>

static const char *skip_digits(const char *s)
{
    return s + strspn(s, "0123456789");
}

/* [+-]digits[.digits][e[+-]digits] */
static bool is_plain_number(const char *s)
{
    const char *digits = s + (*s == '+' || *s == '-');

    s = skip_digits(digits);
    if (s == digits)
        return false;
    if (*s == '.') {
        digits = s + 1;
        s = skip_digits(digits);
        if (s == digits)
            return false;
    }
    if (*s == 'e' || *s == 'E') {
        digits = s + 1 + (s[1] == '+' || s[1] == '-');
        s = skip_digits(digits);
        if (s == digits)
            return false;
    }
    return *s == '\0';
}

/* What spreadsheets start to calculate at (OWASP, "CSV Injection"). */
static bool looks_like_formula(const char *text)
{
    static const char *const starts[] = {"=",
                                         "+",
                                         "-",
                                         "@",
                                         "\t",
                                         "\r",
                                         "\n",
                                         "\xEF\xBC\x9D",
                                         "\xEF\xBC\x8B",
                                         "\xEF\xBC\x8D",
                                         "\xEF\xBC\xA0"};

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return !is_plain_number(text);
    }
    return false;
}

static void begin_cell(struct csv_writer *w)
{
    if (w->comma)
        buf_char(w->buf, ',');
    w->comma = true;
}

void csv_text(struct csv_writer *w, const char *text)
{
    bool quote;

    begin_cell(w);
    if (!text)
        return;
    /* White space at an edge is kept by some readers only if it is quoted. */
    quote = text[strcspn(text, ",\"\r\n;\t")] || *text == ' ' ||
            (*text && text[strlen(text) - 1] == ' ');
    if (quote)
        buf_char(w->buf, '"');
    if (looks_like_formula(text))
        buf_char(w->buf, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(w->buf, '"');
        buf_char(w->buf, *text);
    }
    if (quote)
        buf_char(w->buf, '"');
}

void csv_int(struct csv_writer *w, int64_t n)
{
    begin_cell(w);
    buf_printf(w->buf, "%" PRId64, n);
}

void csv_real(struct csv_writer *w, double d)
{
    begin_cell(w);
    if (isfinite(d))
        buf_printf(w->buf, "%.15g", d);
}

void csv_time(struct csv_writer *w, int64_t at_ms)
{
    char iso[TIME_ISO_SIZE];

    begin_cell(w);
    if (at_ms)
        buf_str(w->buf, time_iso(at_ms, iso));
}

void csv_end(struct csv_writer *w)
{
    buf_str(w->buf, "\r\n");
    w->comma = false;
}
