#include "http/exchange.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum range_kind { RANGE_NONE, RANGE_PART, RANGE_OUTSIDE };

static bool parse_number(const char **at, int64_t *out)
{
    size_t digits = strspn(*at, "0123456789");

    if (digits == 0 || digits > 18)
        return false;
    *out = strtoll(*at, NULL, 10);
    *at += digits;
    return true;
}

/* One range of bytes (RFC 9110 section 14.1.2). Several, or something we don't understand, is as
 * if nothing had been asked: the whole file. */
static enum range_kind parse_range(const char *text, int64_t size, int64_t *out_first,
                                   int64_t *out_last)
{
    int64_t first, last = size - 1;

    if (!text || strncasecmp(text, "bytes=", 6) != 0 || strchr(text, ','))
        return RANGE_NONE;
    text += 6;
    if (*text == '-') {
        int64_t length;

        text++;
        if (!parse_number(&text, &length) || *text)
            return RANGE_NONE;
        if (length == 0 || size == 0)
            return RANGE_OUTSIDE;
        first = length < size ? size - length : 0;
    } else {
        if (!parse_number(&text, &first) || *text++ != '-')
            return RANGE_NONE;
        if (*text && (!parse_number(&text, &last) || *text || last < first))
            return RANGE_NONE;
        if (first >= size)
            return RANGE_OUTSIDE;
        last = last < size ? last : size - 1;
    }
    *out_first = first;
    *out_last = last;
    return RANGE_PART;
}

/* A range of another version of the file than the client has would make nonsense. */
static bool same_version(const struct request *r)
{
    const char *wanted = request_header(r, "If-Range");

    if (!wanted)
        return true;
    for (size_t i = 0; i < r->header_count; i++) {
        if (strcasecmp(r->headers[i].name, "ETag") == 0)
            return strcmp(r->headers[i].value, wanted) == 0;
    }
    return false;
}

static int take_descriptor(struct request *r)
{
    if (!r->has_file)
        return open(r->file_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    r->has_file = false;
    return r->file_fd;
}

struct MHD_Response *send_file_response(struct exchange *x)
{
    struct request *r = &x->request;
    int fd = take_descriptor(r);
    int64_t first = 0, last = 0, length;
    struct MHD_Response *response;
    struct stat st;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return NULL;
    }
    length = st.st_size;
    answer_header(r, "Accept-Ranges", "bytes");
    if (r->status == 200 && same_version(r)) {
        switch (parse_range(request_header(r, "Range"), st.st_size, &first, &last)) {
        case RANGE_NONE:
            break;
        case RANGE_PART:
            r->status = 206;
            length = last - first + 1;
            answer_header(r, "Content-Range",
                          arena_printf(&x->arena, "bytes %lld-%lld/%lld", (long long)first,
                                       (long long)last, (long long)st.st_size));
            break;
        case RANGE_OUTSIDE:
            r->status = 416;
            length = 0;
            answer_header(r, "Content-Range",
                          arena_printf(&x->arena, "bytes */%lld", (long long)st.st_size));
            break;
        }
    }
    if (length == 0) {
        close(fd);
        return MHD_create_response_from_buffer(0, x->id_text, MHD_RESPMEM_PERSISTENT);
    }
    response = MHD_create_response_from_fd_at_offset64((uint64_t)length, fd, (uint64_t)first);
    if (!response)
        close(fd);
    return response;
}
