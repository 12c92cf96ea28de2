#include "transfer/import_read.h"

#include "base/utf8.h"
#include "file/file.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

enum {
    JSON_LINE_MAX_BYTES = 32 * 1024 * 1024,
    IDENTITY_BYTES = 64 * 1024,
    FILE_BUFFER_BYTES = 256 * 1024,
};

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);

    return n >= m && strcasecmp(path + n - m, ending) == 0;
}

static err format_of(const char *path, int format, enum import_format *out, struct fault *fault)
{
    if (format >= 0)
        *out = (enum import_format)format;
    else if (ends_in(path, ".csv") || ends_in(path, ".tsv"))
        *out = IMPORT_CSV;
    else if (ends_in(path, ".jsonl") || ends_in(path, ".ndjson") || ends_in(path, ".json"))
        *out = IMPORT_JSONL;
    else
        return fault_set(fault, ERR_INVALID,
                         "%s: say --format csv or --format jsonl: the name does not tell", path);
    return OK;
}

/* The separator that the header has most of. */
static char separator_of(FILE *file)
{
    static const char candidates[] = ",;\t";
    size_t counts[sizeof(candidates)] = {0};
    size_t best = 0;
    int c, n = 0;

    while ((c = getc_unlocked(file)) != EOF && c != '\n' && n++ < 65536) {
        const char *at = c ? strchr(candidates, c) : NULL;

        if (at)
            counts[at - candidates]++;
    }
    rewind(file);
    for (size_t i = 1; i < sizeof(candidates) - 1; i++) {
        if (counts[i] > counts[best])
            best = i;
    }
    return candidates[best];
}

static err read_header(struct import_reader *r, struct fault *fault)
{
    struct csv_row row;
    bool has_subject = false;

    csv_reader_init(&r->csv, r->file, r->separator);
    TRY(csv_read(&r->csv, &row, fault));
    r->columns = import_columns(&r->arena, row.fields, row.count, &r->unknowns);
    r->column_count = row.count;
    for (size_t i = 0; i < row.count; i++)
        has_subject = has_subject || (r->columns[i] && strcmp(r->columns[i], "subject") == 0);
    if (!has_subject)
        return fault_set(fault, ERR_INVALID,
                         "the first line must name the columns; there is none called \"subject\"");
    r->offset = r->csv.offset;
    r->line = r->csv.line;
    return OK;
}

err import_open(struct import_reader *r, const char *path, int format, struct fault *fault)
{
    struct stat st;

    *r = (struct import_reader){.path = path, .line = 1};
    arena_init(&r->arena);
    r->unknowns.arena = &r->arena;
    if (strcmp(path, "-") == 0 && format < 0)
        return fault_set(fault, ERR_INVALID, "standard input needs --format csv or jsonl");
    TRY(format_of(path, format, &r->format, fault));
    r->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!r->file)
        return fault_set(fault, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    (void)setvbuf(r->file, NULL, _IOFBF, FILE_BUFFER_BYTES);
    if (fstat(fileno(r->file), &st) == 0 && S_ISDIR(st.st_mode))
        return fault_set(fault, ERR_IO, "%s is a directory", path);
    if (S_ISREG(st.st_mode))
        r->size_bytes = st.st_size;
    if (r->format == IMPORT_JSONL)
        return OK;
    r->separator = r->size_bytes ? separator_of(r->file) : ',';
    return read_header(r, fault);
}

err import_seek(struct import_reader *r, int64_t offset, int64_t line)
{
    r->offset = offset;
    r->line = line;
    if (r->format == IMPORT_CSV) {
        csv_reader_done(&r->csv);
        return csv_reader_init_at(&r->csv, r->file, r->separator, offset, line);
    }
    return fseeko(r->file, (off_t)offset, SEEK_SET) == 0 ? OK : ERR_IO;
}

/* One line without its end into r->text. A line that is too long is read over; *out_long. */
static bool read_line(struct import_reader *r, bool *out_long)
{
    int c = EOF;

    buf_clear(&r->text);
    *out_long = false;
    while ((c = getc_unlocked(r->file)) != EOF) {
        r->offset++;
        if (c == '\n')
            break;
        if (r->text.len < JSON_LINE_MAX_BYTES)
            buf_char(&r->text, (char)c);
        else
            *out_long = true;
    }
    r->line++;
    return c != EOF || r->text.len > 0;
}

static bool is_blank(const struct buf *text)
{
    return text->len == 0 || strspn(text->data, " \t\r") == text->len;
}

static err next_json(struct import_reader *r, struct arena *a, int64_t now_ms,
                     struct import_row *out, struct fault *fault)
{
    json_error_t error;
    json_t *object;
    int64_t line;
    bool too_long;

    do {
        line = r->line;
        if (!read_line(r, &too_long))
            return ferror(r->file)
                       ? fault_set(fault, ERR_IO, "line %lld: the file could not be read",
                                   (long long)line)
                       : ERR_NOT_FOUND;
    } while (is_blank(&r->text));
    object =
        too_long ? NULL : json_loadb(r->text.data, r->text.len, JSON_REJECT_DUPLICATES, &error);
    *out = (struct import_row){0};
    if (object)
        import_row_read(a, object, now_ms, &r->unknowns, out);
    else if (too_long)
        out->wrong = arena_printf(a, "longer than %d bytes", JSON_LINE_MAX_BYTES);
    else
        out->wrong = arena_printf(a, "not JSON: %s (column %d)", error.text, error.column);
    json_decref(object);
    out->line = line;
    return OK;
}

static err next_csv(struct import_reader *r, struct arena *a, int64_t now_ms,
                    struct import_row *out, struct fault *fault)
{
    struct csv_row row;
    json_t *object;

    TRY(csv_read(&r->csv, &row, fault));
    if (row.count == 0)
        return ERR_NOT_FOUND;
    *out = (struct import_row){0};
    if (row.count > r->column_count) {
        out->wrong =
            arena_printf(a, "%zu fields, but the header names %zu", row.count, r->column_count);
    } else {
        object = import_row_object(r->columns, row.fields, row.count);
        import_row_read(a, object, now_ms, &r->unknowns, out);
        json_decref(object);
    }
    out->line = row.line;
    r->offset = r->csv.offset;
    r->line = r->csv.line;
    return OK;
}

err import_next(struct import_reader *r, struct arena *a, int64_t now_ms, struct import_row *out,
                struct fault *fault)
{
    TRY(r->format == IMPORT_CSV ? next_csv(r, a, now_ms, out, fault)
                                : next_json(r, a, now_ms, out, fault));
    out->next_offset = r->offset;
    out->next_line = r->line;
    return OK;
}

void import_close(struct import_reader *r)
{
    csv_reader_done(&r->csv);
    buf_done(&r->text);
    arena_done(&r->arena);
    if (r->file && r->file != stdin)
        fclose(r->file);
    r->file = NULL;
}

const char *import_identity(struct import_reader *r, struct arena *a)
{
    unsigned char hash[FILE_HASH_SIZE];
    char text[FILE_HASH_TEXT_SIZE];
    unsigned char *head;
    char *path;
    size_t n;
    crypto_hash_sha256_state state;

    if (!r->size_bytes || r->file == stdin)
        return NULL;
    path = realpath(r->path, NULL);
    head = arena_alloc(a, IDENTITY_BYTES);
    rewind(r->file);
    n = fread(head, 1, IDENTITY_BYTES, r->file);
    crypto_hash_sha256_init(&state);
    if (path)
        crypto_hash_sha256_update(&state, (const unsigned char *)path, strlen(path) + 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)&r->size_bytes, sizeof(r->size_bytes));
    crypto_hash_sha256_update(&state, head, n);
    crypto_hash_sha256_final(&state, hash);
    free(path);
    if (import_seek(r, r->offset, r->line) != OK)
        return NULL;
    return arena_str(a, file_hash_text(hash, text));
}
