#include "transfer/csv.h"

#include "base/utf8.h"

void csv_reader_init(struct csv_reader *r, FILE *file, char separator)
{
    memset(r, 0, sizeof(*r));
    r->file = file;
    r->separator = separator;
    r->line = 1;
}

err csv_reader_init_at(struct csv_reader *r, FILE *file, char separator, int64_t offset,
                       int64_t line)
{
    csv_reader_init(r, file, separator);
    r->line = line;
    r->offset = offset;
    return fseeko(file, (off_t)offset, SEEK_SET) == 0 ? OK : ERR_IO;
}

void csv_reader_done(struct csv_reader *r)
{
    buf_done(&r->text);
}

/* The next character; CR LF and a lone CR are read as one '\n', so that a line is a line. */
static int take(struct csv_reader *r)
{
    int c = getc_unlocked(r->file);

    if (c == EOF)
        return c;
    r->offset++;
    if (c == '\r') {
        int next = getc_unlocked(r->file);

        if (next == '\n')
            r->offset++;
        else if (next != EOF)
            ungetc(next, r->file);
        c = '\n';
    }
    r->line += c == '\n';
    return c;
}

static int peek(struct csv_reader *r)
{
    int c = getc_unlocked(r->file);

    if (c != EOF)
        ungetc(c, r->file);
    return c == '\r' ? '\n' : c;
}

static void skip_byte_order_mark(struct csv_reader *r)
{
    static const char mark[] = "\xEF\xBB\xBF";
    unsigned char head[3];
    size_t n;

    if (r->offset != 0)
        return;
    n = fread(head, 1, sizeof(head), r->file);
    if (n == sizeof(head) && memcmp(head, mark, sizeof(head)) == 0) {
        r->offset = (int64_t)n;
        return;
    }
    while (n > 0)
        ungetc(head[--n], r->file); /* glibc takes as many back as were read from its buffer */
}

static err put(struct csv_reader *r, int c, struct fault *fault)
{
    if (c == 0)
        return fault_set(fault, ERR_INVALID, "line %lld: a NUL byte; is this a text file?",
                         (long long)r->line);
    if (r->text.len - r->starts[r->count] >= CSV_FIELD_MAX_BYTES)
        return fault_set(fault, ERR_INVALID, "line %lld: a field is longer than %d bytes",
                         (long long)r->line, CSV_FIELD_MAX_BYTES);
    if (r->text.len >= CSV_ROW_MAX_BYTES)
        return fault_set(fault, ERR_INVALID, "line %lld: a row is longer than %d bytes",
                         (long long)r->line, CSV_ROW_MAX_BYTES);
    buf_char(&r->text, (char)c);
    return OK;
}

/* Behind the opening quote, up to and with the closing one. */
static err read_quoted(struct csv_reader *r, struct fault *fault)
{
    int64_t opened = r->line;

    for (;;) {
        int c = take(r);

        if (c == EOF)
            return fault_set(fault, ERR_INVALID,
                             "line %lld: the quote that opens here is never closed",
                             (long long)opened);
        if (c == '"') {
            if (peek(r) != '"')
                break;
            c = take(r);
        }
        TRY(put(r, c, fault));
    }
    if (peek(r) != EOF && peek(r) != '\n' && peek(r) != r->separator)
        return fault_set(fault, ERR_INVALID, "line %lld: text after a closing quote",
                         (long long)r->line);
    return OK;
}

static err read_plain(struct csv_reader *r, struct fault *fault)
{
    while (peek(r) != EOF && peek(r) != '\n' && peek(r) != r->separator) {
        int c = take(r);

        if (c == '"')
            return fault_set(fault, ERR_INVALID,
                             "line %lld: a quote inside a field that does not begin with one",
                             (long long)r->line);
        TRY(put(r, c, fault));
    }
    return OK;
}

static err read_field(struct csv_reader *r, struct fault *fault)
{
    const char *text;

    if (r->count == CSV_FIELDS_MAX)
        return fault_set(fault, ERR_INVALID, "line %lld: more than %d fields", (long long)r->line,
                         CSV_FIELDS_MAX);
    r->starts[r->count] = r->text.len;
    if (peek(r) == '"') {
        take(r);
        TRY(read_quoted(r, fault));
    } else {
        TRY(read_plain(r, fault));
    }
    text = buf_text(&r->text) + r->starts[r->count];
    if (!utf8_valid(text, r->text.len - r->starts[r->count]))
        return fault_set(fault, ERR_INVALID, "line %lld: a field is not valid UTF-8",
                         (long long)r->line);
    buf_char(&r->text, '\0');
    r->count++;
    return OK;
}

err csv_read(struct csv_reader *r, struct csv_row *out_row, struct fault *fault)
{
    int64_t line;

    skip_byte_order_mark(r);
    buf_clear(&r->text);
    r->count = 0;
    while (peek(r) == '\n')
        take(r);
    line = r->line;
    while (peek(r) != EOF) {
        TRY(read_field(r, fault));
        if (take(r) != r->separator)
            break;
        if (peek(r) == EOF) /* a separator at the very end: one more field, an empty one */
            TRY(read_field(r, fault));
    }
    if (ferror(r->file))
        return fault_set(fault, ERR_IO, "line %lld: the file could not be read", (long long)line);
    for (size_t i = 0; i < r->count; i++) /* now that the text no longer moves */
        r->fields[i] = r->text.data + r->starts[i];
    *out_row = (struct csv_row){r->fields, r->count, line};
    return OK;
}
