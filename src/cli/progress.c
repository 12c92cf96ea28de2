#include "cli/progress.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, REDRAW_US = 100000, COUNT_SIZE = 32 };

void progress_init(struct progress *p, const char *what, int64_t total)
{
    *p = (struct progress){
        .to = isatty(STDERR_FILENO) ? stderr : NULL,
        .what = what,
        .total = total,
        .started_us = clock_steady_us(),
    };
}

/* 1234567 as "1,234,567". */
static const char *grouped(int64_t n, char out[static COUNT_SIZE])
{
    char digits[COUNT_SIZE];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, n);
    char *at = out;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return out;
}

/* 65 as "1:05", 3665 as "1:01:05". */
static void put_time(char *out, size_t size, int64_t seconds)
{
    int64_t hours = seconds / 3600;

    if (hours)
        snprintf(out, size, "%" PRId64 ":%02d:%02d", hours, (int)(seconds / 60 % 60),
                 (int)(seconds % 60));
    else
        snprintf(out, size, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

const char *progress_line(const struct progress *p, int64_t elapsed_us,
                          char out[static PROGRESS_LINE_SIZE])
{
    double seconds = elapsed_us > 0 ? (double)elapsed_us / 1e6 : 0;
    double rate = seconds > 0 ? (double)p->done / seconds : 0;
    int64_t done = p->total && p->done > p->total ? p->total : p->done;
    char done_text[COUNT_SIZE], total_text[COUNT_SIZE], rate_text[COUNT_SIZE],
        time_text[COUNT_SIZE];
    char bar[BAR_WIDTH + 1];
    int filled;

    grouped(p->done, done_text);
    grouped((int64_t)rate, rate_text);
    if (!p->total) {
        put_time(time_text, sizeof(time_text), (int64_t)seconds);
        snprintf(out, PROGRESS_LINE_SIZE, "%s %.32s %s/s %s", done_text, p->what, rate_text,
                 time_text);
        return out;
    }
    filled = (int)((double)done / (double)p->total * BAR_WIDTH);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[BAR_WIDTH] = '\0';
    if (rate > 0)
        put_time(time_text, sizeof(time_text), (int64_t)((double)(p->total - done) / rate + 0.999));
    else
        strcpy(time_text, "-:--");
    snprintf(out, PROGRESS_LINE_SIZE, "[%s] %3d%% %s/%s %.32s %s/s %s left", bar,
             (int)((double)done / (double)p->total * 100), done_text, grouped(p->total, total_text),
             p->what, rate_text, time_text);
    return out;
}

static void draw(struct progress *p, int64_t now_us)
{
    char line[PROGRESS_LINE_SIZE];

    /* \r and "erase to the end of line", so that a shorter line leaves no rest */
    fprintf(p->to, "\r%s\033[K", progress_line(p, now_us - p->started_us, line));
    fflush(p->to);
    p->drawn_us = now_us;
}

void progress_set(struct progress *p, int64_t done)
{
    int64_t now_us;

    p->done = done;
    if (!p->to)
        return;
    now_us = clock_steady_us();
    if (now_us - p->drawn_us >= REDRAW_US)
        draw(p, now_us);
}

void progress_end(struct progress *p)
{
    if (!p->to)
        return;
    draw(p, clock_steady_us());
    fputc('\n', p->to);
    p->to = NULL;
}
