#include "mime/quote.h"

#include "mime/html_text.h"
#include "mime/quote_match.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    SIGNATURE_LINES_MAX = 40,       /* after "-- " */
    SIGNATURE_GUESS_LINES_MAX = 15, /* after what only looks like it */
    SIGNATURE_TRIES_MAX = 100,
    FOOTER_LINE_BYTES_MAX = 100,
    FOLDED_MAX_BYTES = 1024 * 1024, /* nobody wrote more than this by hand */
};

enum fate {
    KEEP,
    QUOTE, /* kept if the writer goes on below and nobody is named as quoted */
    DROP,
    HEADER, /* of history: dropped first, and even when nothing else may be */
};

struct fold {
    struct lines lines;
    enum fate *fate;
    bool attributed; /* somebody is said to have written what is quoted */
    bool is_forward;
    size_t history_at;
    bool mark_seen;      /* the line at history_at has been passed */
    int signature_tries; /* a text of nothing but dashes must not cost more than its length */
};

static bool is_blank_line(const struct line *line)
{
    return line->len == 0;
}

static void set_fate(struct fold *f, size_t from, size_t to, enum fate fate)
{
    for (size_t i = from; i < to && i < f->lines.count; i++)
        f->fate[i] = fate;
}

static size_t next_text(const struct fold *f, size_t i)
{
    while (i < f->lines.count && is_blank_line(&f->lines.at[i]))
        i++;
    return i;
}

/* A quoted line that a mailer has wrapped goes on without its mark. */
static bool continues_quote(const struct line *before, const struct line *line)
{
    bool has_blank = memchr(line->s, ' ', line->len) != NULL;

    if (memmem(before->s, before->len, "http", 4) && !has_blank)
        return true;
    return before->len >= 66 && line->len < before->len && islower((unsigned char)line->s[0]);
}

/* From a quoted line to the end of its block. */
static size_t quote_block_end(const struct fold *f, size_t i)
{
    const struct lines *l = &f->lines;
    size_t end = i;

    while (i < l->count) {
        if (l->at[i].depth) {
            end = ++i;
        } else if (is_blank_line(&l->at[i])) {
            size_t next = next_text(f, i);
            if (next >= l->count || !l->at[next].depth)
                break;
            i = next;
        } else if (i + 1 < l->count && l->at[i + 1].depth &&
                   continues_quote(&l->at[i - 1], &l->at[i])) {
            i++;
        } else {
            break;
        }
    }
    return end;
}

static size_t fold_quote(struct fold *f, size_t i)
{
    size_t end = quote_block_end(f, i);

    for (size_t k = i; k < end && k < i + 4; k++)
        f->attributed |=
            match_attribution(&f->lines, k) > 0 || match_header_block(&f->lines, k) > 0;
    set_fate(f, i, end, QUOTE);
    return end;
}

/* Lines that end a signature: what follows is not the writer's card. */
static bool ends_signature(const struct fold *f, size_t i)
{
    return f->lines.at[i].depth > 0 || (!f->mark_seen && f->lines.at[i].offset >= f->history_at) ||
           match_original_separator(&f->lines.at[i]) || match_forward(&f->lines.at[i]) ||
           match_attribution(&f->lines, i) > 0 || match_header_block(&f->lines, i) > 0;
}

static bool is_dashes(const struct line *line, const char *dashes)
{
    return line->len == strlen(dashes) && memcmp(line->s, dashes, line->len) == 0;
}

/* After "-- " comes the signature; after "--", a dash or a ruler only if it looks like one.
 * Returns where it ends, or i. */
static size_t signature_end(struct fold *f, size_t i)
{
    const struct line *line = &f->lines.at[i];
    bool sure = is_dashes(line, "--") && line->ends_with_blank;
    bool likely = sure || is_dashes(line, "--") || is_dashes(line, "\xE2\x80\x94");
    bool ruler = !likely && line->len >= 5 && match_delimiter(line);
    size_t max = sure ? SIGNATURE_LINES_MAX : SIGNATURE_GUESS_LINES_MAX;
    size_t k, texts = 0;
    bool contact = false;

    if ((!likely && !ruler) || ++f->signature_tries > SIGNATURE_TRIES_MAX)
        return i;
    for (k = i + 1; k < f->lines.count && !ends_signature(f, k); k++) {
        const struct line *at = &f->lines.at[k];
        texts += at->len > 0;
        if (texts > max || (!sure && at->len > FOOTER_LINE_BYTES_MAX))
            return i;
        contact |= memchr(at->s, '@', at->len) || memmem(at->s, at->len, "http", 4) ||
                   memmem(at->s, at->len, "www.", 4);
    }
    return ruler && !contact ? i : k;
}

/* History that starts at line i with `header` lines of its own. Returns the next line to look at. */
static size_t fold_history(struct fold *f, size_t i, size_t header)
{
    size_t next = next_text(f, i + header);

    set_fate(f, i, i + header, HEADER);
    f->attributed = true;
    if (next < f->lines.count && f->lines.at[next].depth > f->lines.at[i].depth)
        return i + header;
    set_fate(f, i + header, f->lines.count, DROP);
    return f->lines.count;
}

/* Below a client's own mark in HTML: a forwarded message is content there too. */
static bool is_history(const struct fold *f, size_t i)
{
    size_t at = i;

    if (f->is_forward)
        return false;
    for (int seen = 0; seen < 4 && at < f->lines.count; seen++, at++) {
        at = next_text(f, at);
        if (at < f->lines.count && match_forward(&f->lines.at[at]))
            return false;
    }
    return true;
}

static bool starts_header_history(const struct fold *f, size_t i)
{
    size_t next;

    if (f->is_forward)
        return false;
    if (match_original_separator(&f->lines.at[i]) || match_header_block(&f->lines, i) > 0)
        return true;
    if (!match_delimiter(&f->lines.at[i]))
        return false;
    next = next_text(f, i + 1);
    return next < f->lines.count && next <= i + 3 && match_header_block(&f->lines, next) > 0;
}

static void classify(struct fold *f)
{
    for (size_t i = 0; i < f->lines.count;) {
        const struct line *line = &f->lines.at[i];
        bool is_marked = !f->mark_seen && !is_blank_line(line) && line->offset >= f->history_at;
        size_t n;

        f->mark_seen |= is_marked;
        if (is_blank_line(line)) {
            i++;
        } else if (match_forward(line) && !f->attributed) {
            return; /* forwarded on purpose: content to the end */
        } else if (line->depth) {
            i = fold_quote(f, i);
        } else if ((n = match_attribution_inside(line)) > 0) {
            f->lines.at[i].len = n;
            set_fate(f, i + 1, f->lines.count, DROP);
            return;
        } else if ((n = match_attribution(&f->lines, i)) > 0) {
            i = fold_history(f, i, n);
        } else if (is_marked && is_history(f, i)) {
            i = fold_history(f, i, 1);
        } else if (starts_header_history(f, i)) {
            set_fate(f, i, f->lines.count, DROP);
            return;
        } else if ((n = signature_end(f, i)) > i) {
            set_fate(f, i, n, DROP);
            i = n;
        } else {
            i++;
        }
    }
}

/* Quotes stay where the writer answers below them and nobody is named. */
static void settle_quotes(struct fold *f)
{
    bool text_below = false;

    for (size_t i = f->lines.count; i-- > 0;) {
        if (f->fate[i] == QUOTE)
            f->fate[i] = text_below && !f->attributed ? KEEP : DROP;
        else if (f->fate[i] == KEEP && !is_blank_line(&f->lines.at[i]))
            text_below = true;
    }
}

/* Rulers and "Sent from my phone" at the very end. */
static void drop_tail(struct fold *f)
{
    for (size_t i = f->lines.count; i-- > 0;) {
        const struct line *line = &f->lines.at[i];

        if (f->fate[i] != KEEP || is_blank_line(line))
            continue;
        if (!match_delimiter(line) && !match_sent_from(line))
            return;
        f->fate[i] = DROP;
    }
}

static bool is_pgp_line(const struct line *line, const char *what)
{
    return line->len == strlen(what) && memcmp(line->s, what, line->len) == 0;
}

/* Clear-signed text (RFC 4880 section 7): the armour around it is no text. */
static void drop_pgp(struct fold *f)
{
    const struct lines *l = &f->lines;

    for (size_t i = 0; i < l->count; i++) {
        if (is_pgp_line(&l->at[i], "-----BEGIN PGP SIGNED MESSAGE-----")) {
            f->fate[i] = DROP;
            for (i++; i < l->count && !is_blank_line(&l->at[i]); i++)
                f->fate[i] = DROP;
        } else if (is_pgp_line(&l->at[i], "-----BEGIN PGP SIGNATURE-----")) {
            while (i < l->count && !is_pgp_line(&l->at[i], "-----END PGP SIGNATURE-----"))
                f->fate[i++] = DROP;
            if (i < l->count)
                f->fate[i] = DROP;
        }
    }
}

static char *kept_text(struct arena *a, const struct fold *f, enum fate dropped_from)
{
    struct text_out t = {.arena = a};
    size_t blanks = 0;
    bool gap = false;

    for (size_t i = 0; i < f->lines.count; i++) {
        const struct line *line = &f->lines.at[i];

        if (f->fate[i] >= dropped_from) {
            gap = true;
            continue;
        }
        if (is_blank_line(line)) {
            blanks++;
            continue;
        }
        /* Blank lines on both sides of what was taken out become one. */
        if (gap && blanks > 1)
            blanks = 1;
        for (; t.len && blanks; blanks--)
            text_out_char(&t, '\n');
        blanks = 0;
        gap = false;
        text_out_add(&t, line->s, line->len);
        text_out_char(&t, '\n');
    }
    return text_out_end(&t);
}

static struct fold fold_new(struct arena *a, const char *text, size_t history_at, bool is_forward)
{
    struct fold f = {.history_at = history_at, .is_forward = is_forward};

    f.lines = lines_split(a, text);
    f.fate = ARENA_ARRAY(a, enum fate, f.lines.count + 1);
    return f;
}

const char *quote_fold(struct arena *a, const char *text, size_t history_at, bool is_forward)
{
    struct fold f;
    const char *reply;

    if (strlen(text) > FOLDED_MAX_BYTES)
        return text;
    f = fold_new(a, text, history_at, is_forward);
    classify(&f);
    settle_quotes(&f);
    drop_pgp(&f);
    drop_tail(&f);
    reply = kept_text(a, &f, QUOTE);
    if (*reply)
        return reply;
    /* Nothing of the writer's own: then what is below the header is what they want to say. */
    for (size_t i = 0; i < f.lines.count; i++) {
        if (f.fate[i] != HEADER)
            f.fate[i] = f.lines.at[i].depth ? DROP : KEEP;
    }
    drop_pgp(&f);
    drop_tail(&f);
    reply = kept_text(a, &f, DROP);
    if (*reply)
        return reply;
    memset(f.fate, 0, f.lines.count * sizeof *f.fate);
    return kept_text(a, &f, HEADER + 1);
}

bool quote_is_forward_subject(const char *subject)
{
    if (!subject)
        return false;
    subject += strspn(subject, " \t");
    while (*subject == '[') { /* "[list] Fwd:" */
        const char *close = strchr(subject, ']');
        if (!close)
            return false;
        subject = close + 1 + strspn(close + 1, " ");
    }
    for (const char *const *w = WORDS_FORWARD_PREFIX; *w; w++) {
        size_t n = strlen(*w);
        const char *rest = subject + n;

        if (strncasecmp(subject, *w, n) != 0)
            continue;
        rest += strspn(rest, " ");
        if (*rest == ':' || strncmp(rest, "：", 3) == 0)
            return true;
    }
    return false;
}
